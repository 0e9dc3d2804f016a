//! Tables of the vector operations. One row serves the legacy SSE form and the VEX.128 form, which
//! differ in the number of operands only.

use super::encode::Code;
use super::encode::Map::{M0F, M3A, M38};
use super::encode::Pp::{None as NP, P66, PF2, PF3};

/// One row: `NAME = prefix map opcode [property…];`
macro_rules! vec_ops {
    (
        $(#[$meta:meta])* $ty:ident;
        $($name:ident = $pp:ident $map:ident $opcode:literal $($property:ident)*;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $ty(pub(super) Code);

        impl $ty {
            $(
                #[doc = concat!("The operation of that name, opcode ", stringify!($opcode), ".")]
                pub const $name: Self = Self(Code::new($pp, $map, $opcode)$(.$property())*);
            )*

            /// All rows with their names, for tests and dumps.
            pub const ALL: &'static [(&'static str, Self)] =
                &[$((stringify!($name), Self::$name)),*];
        }
    };
}

vec_ops! {
    /// Operations with two vector sources; the scalar ones keep the rest of the first source.
    /// For `Asm::v3`.
    VecOp;
    // Integer addition and subtraction
    PADDB = P66 M0F 0xFC comm;
    PADDW = P66 M0F 0xFD comm;
    PADDD = P66 M0F 0xFE comm;
    PADDQ = P66 M0F 0xD4 comm;
    PADDSB = P66 M0F 0xEC comm;
    PADDSW = P66 M0F 0xED comm;
    PADDUSB = P66 M0F 0xDC comm;
    PADDUSW = P66 M0F 0xDD comm;
    PSUBB = P66 M0F 0xF8;
    PSUBW = P66 M0F 0xF9;
    PSUBD = P66 M0F 0xFA;
    PSUBQ = P66 M0F 0xFB;
    PSUBSB = P66 M0F 0xE8;
    PSUBSW = P66 M0F 0xE9;
    PSUBUSB = P66 M0F 0xD8;
    PSUBUSW = P66 M0F 0xD9;
    PHADDW = P66 M38 0x01;
    PHADDD = P66 M38 0x02;
    PHADDSW = P66 M38 0x03;
    PHSUBW = P66 M38 0x05;
    PHSUBD = P66 M38 0x06;
    PHSUBSW = P66 M38 0x07;
    PSIGNB = P66 M38 0x08;
    PSIGNW = P66 M38 0x09;
    PSIGND = P66 M38 0x0A;
    PAVGB = P66 M0F 0xE0 comm;
    PAVGW = P66 M0F 0xE3 comm;
    PSADBW = P66 M0F 0xF6 comm;
    // Integer multiplication
    PMULLW = P66 M0F 0xD5 comm;
    PMULHW = P66 M0F 0xE5 comm;
    PMULHUW = P66 M0F 0xE4 comm;
    PMULHRSW = P66 M38 0x0B comm;
    PMULLD = P66 M38 0x40 comm;
    PMULUDQ = P66 M0F 0xF4 comm;
    PMULDQ = P66 M38 0x28 comm;
    PMADDWD = P66 M0F 0xF5 comm;
    PMADDUBSW = P66 M38 0x04;
    // Integer comparison
    PCMPEQB = P66 M0F 0x74 comm;
    PCMPEQW = P66 M0F 0x75 comm;
    PCMPEQD = P66 M0F 0x76 comm;
    PCMPEQQ = P66 M38 0x29 comm;
    PCMPGTB = P66 M0F 0x64;
    PCMPGTW = P66 M0F 0x65;
    PCMPGTD = P66 M0F 0x66;
    PCMPGTQ = P66 M38 0x37;
    PMINSB = P66 M38 0x38 comm;
    PMINSW = P66 M0F 0xEA comm;
    PMINSD = P66 M38 0x39 comm;
    PMINUB = P66 M0F 0xDA comm;
    PMINUW = P66 M38 0x3A comm;
    PMINUD = P66 M38 0x3B comm;
    PMAXSB = P66 M38 0x3C comm;
    PMAXSW = P66 M0F 0xEE comm;
    PMAXSD = P66 M38 0x3D comm;
    PMAXUB = P66 M0F 0xDE comm;
    PMAXUW = P66 M38 0x3E comm;
    PMAXUD = P66 M38 0x3F comm;
    // Bitwise
    PAND = P66 M0F 0xDB comm;
    PANDN = P66 M0F 0xDF;
    POR = P66 M0F 0xEB comm;
    PXOR = P66 M0F 0xEF comm;
    ANDPS = NP M0F 0x54 comm;
    ANDPD = P66 M0F 0x54 comm;
    ANDNPS = NP M0F 0x55;
    ANDNPD = P66 M0F 0x55;
    ORPS = NP M0F 0x56 comm;
    ORPD = P66 M0F 0x56 comm;
    XORPS = NP M0F 0x57 comm;
    XORPD = P66 M0F 0x57 comm;
    // Shifts of all lanes by the low quadword of the second source
    PSLLW = P66 M0F 0xF1;
    PSLLD = P66 M0F 0xF2;
    PSLLQ = P66 M0F 0xF3;
    PSRLW = P66 M0F 0xD1;
    PSRLD = P66 M0F 0xD2;
    PSRLQ = P66 M0F 0xD3;
    PSRAW = P66 M0F 0xE1;
    PSRAD = P66 M0F 0xE2;
    // Permutation
    PACKSSWB = P66 M0F 0x63;
    PACKSSDW = P66 M0F 0x6B;
    PACKUSWB = P66 M0F 0x67;
    PACKUSDW = P66 M38 0x2B;
    PUNPCKLBW = P66 M0F 0x60;
    PUNPCKLWD = P66 M0F 0x61;
    PUNPCKLDQ = P66 M0F 0x62;
    PUNPCKLQDQ = P66 M0F 0x6C;
    PUNPCKHBW = P66 M0F 0x68;
    PUNPCKHWD = P66 M0F 0x69;
    PUNPCKHDQ = P66 M0F 0x6A;
    PUNPCKHQDQ = P66 M0F 0x6D;
    PSHUFB = P66 M38 0x00;
    UNPCKLPS = NP M0F 0x14;
    UNPCKLPD = P66 M0F 0x14;
    UNPCKHPS = NP M0F 0x15;
    UNPCKHPD = P66 M0F 0x15;
    // Floating point; not commutative: the first source's NaN wins
    ADDPS = NP M0F 0x58;
    ADDPD = P66 M0F 0x58;
    ADDSS = PF3 M0F 0x58;
    ADDSD = PF2 M0F 0x58;
    MULPS = NP M0F 0x59;
    MULPD = P66 M0F 0x59;
    MULSS = PF3 M0F 0x59;
    MULSD = PF2 M0F 0x59;
    SUBPS = NP M0F 0x5C;
    SUBPD = P66 M0F 0x5C;
    SUBSS = PF3 M0F 0x5C;
    SUBSD = PF2 M0F 0x5C;
    MINPS = NP M0F 0x5D;
    MINPD = P66 M0F 0x5D;
    MINSS = PF3 M0F 0x5D;
    MINSD = PF2 M0F 0x5D;
    DIVPS = NP M0F 0x5E;
    DIVPD = P66 M0F 0x5E;
    DIVSS = PF3 M0F 0x5E;
    DIVSD = PF2 M0F 0x5E;
    MAXPS = NP M0F 0x5F;
    MAXPD = P66 M0F 0x5F;
    MAXSS = PF3 M0F 0x5F;
    MAXSD = PF2 M0F 0x5F;
    HADDPS = PF2 M0F 0x7C;
    HADDPD = P66 M0F 0x7C;
    HSUBPS = PF2 M0F 0x7D;
    HSUBPD = P66 M0F 0x7D;
    ADDSUBPS = PF2 M0F 0xD0;
    ADDSUBPD = P66 M0F 0xD0;
    // Scalar operations on the second source, merged into the first
    SQRTSS = PF3 M0F 0x51;
    SQRTSD = PF2 M0F 0x51;
    CVTSS2SD = PF3 M0F 0x5A;
    CVTSD2SS = PF2 M0F 0x5A;
    // AES
    AESENC = P66 M38 0xDC;
    AESENCLAST = P66 M38 0xDD;
    AESDEC = P66 M38 0xDE;
    AESDECLAST = P66 M38 0xDF;
}

vec_ops! {
    /// Operations with two vector sources and an immediate. For `Asm::v3_imm`.
    VecOpImm;
    PALIGNR = P66 M3A 0x0F;
    PBLENDW = P66 M3A 0x0E;
    BLENDPS = P66 M3A 0x0C;
    BLENDPD = P66 M3A 0x0D;
    SHUFPS = NP M0F 0xC6;
    SHUFPD = P66 M0F 0xC6;
    INSERTPS = P66 M3A 0x21;
    CMPPS = NP M0F 0xC2;
    CMPPD = P66 M0F 0xC2;
    CMPSS = PF3 M0F 0xC2;
    CMPSD = PF2 M0F 0xC2;
    ROUNDSS = P66 M3A 0x0A;
    ROUNDSD = P66 M3A 0x0B;
    PCLMULQDQ = P66 M3A 0x44;
}

vec_ops! {
    /// Operations with one vector source. For `Asm::v2`.
    VecUnary;
    PABSB = P66 M38 0x1C;
    PABSW = P66 M38 0x1D;
    PABSD = P66 M38 0x1E;
    PMOVSXBW = P66 M38 0x20;
    PMOVSXBD = P66 M38 0x21;
    PMOVSXBQ = P66 M38 0x22;
    PMOVSXWD = P66 M38 0x23;
    PMOVSXWQ = P66 M38 0x24;
    PMOVSXDQ = P66 M38 0x25;
    PMOVZXBW = P66 M38 0x30;
    PMOVZXBD = P66 M38 0x31;
    PMOVZXBQ = P66 M38 0x32;
    PMOVZXWD = P66 M38 0x33;
    PMOVZXWQ = P66 M38 0x34;
    PMOVZXDQ = P66 M38 0x35;
    PHMINPOSUW = P66 M38 0x41;
    PTEST = P66 M38 0x17;
    MOVDDUP = PF2 M0F 0x12;
    MOVSLDUP = PF3 M0F 0x12;
    MOVSHDUP = PF3 M0F 0x16;
    SQRTPS = NP M0F 0x51;
    SQRTPD = P66 M0F 0x51;
    RCPPS = NP M0F 0x53;
    RSQRTPS = NP M0F 0x52;
    UCOMISS = NP M0F 0x2E;
    UCOMISD = P66 M0F 0x2E;
    COMISS = NP M0F 0x2F;
    COMISD = P66 M0F 0x2F;
    CVTPS2PD = NP M0F 0x5A;
    CVTPD2PS = P66 M0F 0x5A;
    CVTDQ2PS = NP M0F 0x5B;
    CVTPS2DQ = P66 M0F 0x5B;
    CVTTPS2DQ = PF3 M0F 0x5B;
    CVTDQ2PD = PF3 M0F 0xE6;
    CVTPD2DQ = PF2 M0F 0xE6;
    CVTTPD2DQ = P66 M0F 0xE6;
    AESIMC = P66 M38 0xDB;
}

vec_ops! {
    /// Operations with one vector source and an immediate. For `Asm::v2_imm`.
    VecUnaryImm;
    PSHUFD = P66 M0F 0x70;
    PSHUFHW = PF3 M0F 0x70;
    PSHUFLW = PF2 M0F 0x70;
    ROUNDPS = P66 M3A 0x08;
    ROUNDPD = P66 M3A 0x09;
    AESKEYGENASSIST = P66 M3A 0xDF;
}

vec_ops! {
    /// AVX and AVX2 operations with two vector sources and no legacy form. For `Asm::vex3`.
    VexOp;
    VPSLLVD = P66 M38 0x47;
    VPSLLVQ = P66 M38 0x47 w1;
    VPSRLVD = P66 M38 0x45;
    VPSRLVQ = P66 M38 0x45 w1;
    VPSRAVD = P66 M38 0x46;
    VPERMILPS = P66 M38 0x0C;
    VPERMILPD = P66 M38 0x0D;
}

vec_ops! {
    /// AVX and AVX2 operations with one source and no legacy form. For `Asm::vex2`.
    VexUnary;
    VPBROADCASTB = P66 M38 0x78;
    VPBROADCASTW = P66 M38 0x79;
    VPBROADCASTD = P66 M38 0x58;
    VPBROADCASTQ = P66 M38 0x59;
    VBROADCASTSS = P66 M38 0x18;
    VCVTPH2PS = P66 M38 0x13;
}

vec_ops! {
    /// The SHA extensions; legacy encodings only. For `Asm::sha`.
    ShaOp;
    SHA1NEXTE = NP M38 0xC8;
    SHA1MSG1 = NP M38 0xC9;
    SHA1MSG2 = NP M38 0xCA;
    SHA256RNDS2 = NP M38 0xCB;
    SHA256MSG1 = NP M38 0xCC;
    SHA256MSG2 = NP M38 0xCD;
}

/// What a fused multiply-add does with the product and the addend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FmaKind {
    /// Packed: even lanes subtract, odd lanes add.
    MaddSub = 6,
    /// Packed: even lanes add, odd lanes subtract.
    MsubAdd = 7,
    /// `a * b + c`
    Madd = 8,
    /// `a * b - c`
    Msub = 10,
    /// `-(a * b) + c`
    Nmadd = 12,
    /// `-(a * b) - c`
    Nmsub = 14,
}

/// Which operands a fused multiply-add multiplies: the digits number destination, second source
/// and r/m source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FmaForm {
    /// `dst = dst * rm + second`
    F132 = 0x90,
    /// `dst = second * dst + rm`
    F213 = 0xA0,
    /// `dst = second * rm + dst`
    F231 = 0xB0,
}

/// Lane type and number of a floating-point operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FpLanes {
    /// Four singles.
    Ps,
    /// Two doubles.
    Pd,
    /// One single.
    Ss,
    /// One double.
    Sd,
}

impl VexOp {
    /// A fused multiply-add (FMA3). The packed-only kinds have no scalar form.
    #[inline]
    #[must_use]
    pub const fn fma(kind: FmaKind, form: FmaForm, lanes: FpLanes) -> Self {
        let scalar = matches!(lanes, FpLanes::Ss | FpLanes::Sd);
        debug_assert!(!scalar || kind as u8 >= 8);
        let code = Code::new(P66, M38, form as u8 | kind as u8 | scalar as u8);
        match lanes {
            FpLanes::Pd | FpLanes::Sd => Self(code.w1()),
            FpLanes::Ps | FpLanes::Ss => Self(code),
        }
    }
}

/// A load and the store of the same width. For `Asm::vload` and `Asm::vstore`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VecMove {
    pub(super) load: Code,
    pub(super) store: Code,
}

macro_rules! vec_moves {
    ($($name:ident = $p:ident $load:literal, $q:ident $store:literal; $doc:literal;)*) => {
        impl VecMove {
            $(
                #[doc = $doc]
                pub const $name: Self =
                    Self { load: Code::new($p, M0F, $load), store: Code::new($q, M0F, $store) };
            )*

            /// All rows with their names, for tests and dumps.
            pub const ALL: &'static [(&'static str, Self)] =
                &[$((stringify!($name), Self::$name)),*];
        }
    };
}

vec_moves! {
    MOVAPS = NP 0x28, NP 0x29; "16 aligned bytes; shorter than `movdqa` in the legacy encoding.";
    MOVUPS = NP 0x10, NP 0x11; "16 bytes; shorter than `movdqu` in the legacy encoding.";
    MOVDQA = P66 0x6F, P66 0x7F; "16 aligned bytes.";
    MOVDQU = PF3 0x6F, PF3 0x7F; "16 bytes.";
    MOVSS = PF3 0x10, PF3 0x11; "4 bytes; a load clears the rest of the register.";
    MOVSD = PF2 0x10, PF2 0x11; "8 bytes; a load clears the rest of the register.";
    MOVD = P66 0x6E, P66 0x7E; "4 bytes; a load clears the rest of the register.";
    MOVQ = PF3 0x7E, P66 0xD6; "8 bytes; a load clears the rest of the register.";
}

/// A shift of all lanes by an immediate. For `Asm::vshift`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VecShift {
    pub(super) code: Code,
    /// ModRM.reg.
    pub(super) ext: u8,
}

macro_rules! vec_shifts {
    ($($name:ident = $opcode:literal $ext:literal;)*) => {
        impl VecShift {
            $(
                #[doc = concat!("The operation of that name, opcode ", stringify!($opcode), ".")]
                pub const $name: Self = Self { code: Code::new(P66, M0F, $opcode), ext: $ext };
            )*

            /// All rows with their names, for tests and dumps.
            pub const ALL: &'static [(&'static str, Self)] =
                &[$((stringify!($name), Self::$name)),*];
        }
    };
}

vec_shifts! {
    PSRLW = 0x71 2;
    PSRAW = 0x71 4;
    PSLLW = 0x71 6;
    PSRLD = 0x72 2;
    PSRAD = 0x72 4;
    PSLLD = 0x72 6;
    PSRLQ = 0x73 2;
    PSRLDQ = 0x73 3;
    PSLLQ = 0x73 6;
    PSLLDQ = 0x73 7;
}

/// A selection by the sign bits of a mask. For `Asm::blendv`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VecBlend {
    pub(super) legacy: Code,
    pub(super) vex: Code,
}

impl VecBlend {
    /// By bytes.
    pub const PBLENDVB: Self =
        Self { legacy: Code::new(P66, M38, 0x10), vex: Code::new(P66, M3A, 0x4C) };
    /// By 32-bit lanes.
    pub const BLENDVPS: Self =
        Self { legacy: Code::new(P66, M38, 0x14), vex: Code::new(P66, M3A, 0x4A) };
    /// By 64-bit lanes.
    pub const BLENDVPD: Self =
        Self { legacy: Code::new(P66, M38, 0x15), vex: Code::new(P66, M3A, 0x4B) };
}

/// Predicates of `CMPPS` and its relatives that both encodings know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FpCmp {
    /// Equal; quiet.
    Eq = 0,
    /// Less than; signals on a quiet NaN.
    Lt = 1,
    /// Less or equal; signals on a quiet NaN.
    Le = 2,
    /// A NaN is present; quiet.
    Unord = 3,
    /// Not equal or unordered; quiet.
    Neq = 4,
    /// Not less than; signals on a quiet NaN.
    Nlt = 5,
    /// Not less or equal; signals on a quiet NaN.
    Nle = 6,
    /// No NaN is present; quiet.
    Ord = 7,
}

/// Rounding modes of `ROUNDPS` and its relatives; or in [`Rounding::QUIET`] to leave the
/// inexact flag alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// To nearest, ties to even.
    Nearest = 0,
    /// Towards minus infinity.
    Down = 1,
    /// Towards plus infinity.
    Up = 2,
    /// Towards zero.
    Zero = 3,
    /// As MXCSR says.
    Current = 4,
}

impl Rounding {
    /// Bit of the immediate that suppresses the inexact flag.
    pub const QUIET: u8 = 8;
}
