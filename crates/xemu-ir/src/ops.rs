//! The op list. Everything that must know every op is derived from it, or matches on [`Op`] without
//! a wildcard, so that a forgotten op is a compile error.
//!
//! Grammar of names: verb, then width in bits (`add32`), then `s` for signed where it matters.
//! A row: variant, text name, result type, operand types, kinds of the two attributes, effects.

use crate::kinds::AttrKind::{
    self, Cc, Crypto, Fence, Gcs, Num, Pac, Q, Rmw, Round, Shape, Sys, X,
};
use crate::kinds::Ty::{self, I32, I64, Non, V};
use crate::kinds::{AttrKind as A, Effects};

/// An op's row.
#[derive(Debug)]
pub struct OpInfo {
    /// The name in the text form.
    pub name: &'static str,
    /// The result's type.
    pub result: Ty,
    /// The operands' types, in order. An `index` operand of a memory op may be absent.
    pub args: &'static [Ty],
    /// What the attributes `a` and `b` mean.
    pub attrs: [AttrKind; 2],
    /// Whether the 64-bit immediate is used.
    pub imm: bool,
    /// The effects.
    pub effects: Effects,
}

const NONE: AttrKind = A::Non;
const ES: AttrKind = A::Es;
const P: Effects = Effects::PURE;
const RS: Effects = Effects::READS_STATE;
const WS: Effects = Effects::WRITES_STATE;
const RF: Effects = Effects::READS_FLAGS;
const WF: Effects = Effects::WRITES_FLAGS;
const RWF: Effects = RF.or(WF);
const LD: Effects = Effects::READS_MEM.or(Effects::MAY_FAULT);
const ST: Effects = Effects::WRITES_MEM.or(Effects::MAY_FAULT);
const RMW: Effects = LD.or(ST);
const EXCL: Effects = RMW.or(WS);
const FLT: Effects = Effects::MAY_FAULT;
const FP: Effects = Effects::FP;
const FPF: Effects = FP.or(WF);
const FPRF: Effects = FPF.or(RF);
const QC: Effects = Effects::KEEP;
const KEEP: Effects = Effects::KEEP;
const SIDE: Effects = Effects::SIDE_EXIT;
const SIDEF: Effects = SIDE.or(RF);
const END: Effects = Effects::ENDS_BLOCK;

macro_rules! ir_ops {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal $result:ident
        ($($arg:ident),*) [$a:expr, $b:expr] $imm:ident $effects:expr;)+) => {
        /// An operation. Ops without a comment do what their name says.
        #[allow(missing_docs, reason = "the name says it where nothing else is said")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Op { $($(#[doc = $doc])* $variant),+ }

        static OPS: &[OpInfo] = &[$(OpInfo {
            name: $name, result: $result, args: &[$($arg),*], attrs: [$a, $b],
            imm: ir_ops!(@imm $imm), effects: $effects,
        }),+];

        /// The columns that translation asks for all the time, packed: 4 bytes an op.
        static HOT: &[Hot] = &[$(Hot {
            effects: $effects,
            result: $result,
            vector: is_vector($result, &[$($arg),*]),
        }),+];

        impl Op {
            /// Every op, in the order of the list.
            pub const ALL: &[Op] = &[$(Op::$variant),+];
        }
    };
    (@imm imm) => { true };
    (@imm noi) => { false };
}

/// Columns of the table that are read for every instruction by every pass.
#[derive(Clone, Copy)]
struct Hot {
    effects: Effects,
    result: Ty,
    vector: bool,
}

const fn is_vector(result: Ty, args: &[Ty]) -> bool {
    let mut found = matches!(result, V);
    let mut i = 0;
    while i < args.len() {
        found |= matches!(args[i], V);
        i += 1;
    }
    found
}

impl Op {
    /// The op's row.
    #[inline]
    pub fn info(self) -> &'static OpInfo {
        &OPS[self as usize]
    }

    /// The op's effects.
    #[inline]
    pub fn effects(self) -> Effects {
        HOT[self as usize].effects
    }

    /// The result's type.
    #[inline]
    pub fn result(self) -> Ty {
        HOT[self as usize].result
    }

    /// Whether a vector is among operands and result.
    #[inline]
    pub fn is_vector(self) -> bool {
        HOT[self as usize].vector
    }

    /// The op of the given text name.
    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.info().name == name)
    }

    /// Whether the op does nothing: it marks a place, or was something once.
    #[inline]
    pub fn is_marker(self) -> bool {
        matches!(self, Op::Nop | Op::Insn)
    }

    /// Whether the op is a plain memory access: operands base, index (may be absent), then the
    /// value of a store; attribute `a` is the index's left shift, `imm` the displacement.
    pub fn is_plain_access(self) -> bool {
        (Op::Load8 as u16..=Op::StoreV as u16).contains(&(self as u16))
    }
}

ir_ops! {
    /// Nothing; what passes leave behind.
    Nop          "nop"            Non ()            [NONE, NONE] noi P;
    /// Starts the guest instruction at `imm`. Comes before every op of the instruction.
    Insn         "insn"           Non ()            [NONE, NONE] imm KEEP;

    // Guest registers
    /// X0–X30 or SP.
    GetX         "get_x"          I64 ()            [X, NONE]    noi RS;
    /// W0–W30 or WSP.
    GetW         "get_w"          I32 ()            [X, NONE]    noi RS;
    /// V0–V31, all 128 bits.
    GetV         "get_v"          V   ()            [Q, NONE]    noi RS;
    /// Sets all 64 bits.
    SetX         "set_x"          Non (I64)         [X, NONE]    noi WS;
    /// Sets the low 32 bits and clears the high ones.
    SetW         "set_w"          Non (I32)         [X, NONE]    noi WS;
    /// Sets the lowest element of size `b` (Q: all) of V register `a` and clears the rest.
    SetV         "set_v"          Non (V)           [Q, ES]      noi WS;
    /// NZCV in bits 31..28.
    GetNzcv      "get_nzcv"       I32 ()            [NONE, NONE] noi RF;
    /// Sets NZCV from bits 31..28.
    SetNzcv      "set_nzcv"       Non (I32)         [NONE, NONE] noi WF;
    /// Reads a system register.
    GetSys       "get_sys"        I64 ()            [Sys, NONE]  noi RS.or(KEEP).or(FLT);
    /// A random number; NZCV is 0 for success, Z for failure.
    Rndr         "rndr"           I64 ()            [NONE, NONE] noi WF.or(KEEP).or(FLT);
    /// Writes a system register.
    SetSys       "set_sys"        Non (I64)         [Sys, NONE]  noi WS.or(KEEP).or(FLT);

    // Constants and width changes
    /// `imm`, whose upper half is zero.
    Const32      "const32"        I32 ()            [NONE, NONE] imm P;
    /// `imm`.
    Const64      "const64"        I64 ()            [NONE, NONE] imm P;
    /// `imm` in both halves.
    ConstV       "const_v"        V   ()            [NONE, NONE] imm P;
    /// `imm` in the low half, zero above.
    ConstVLow    "const_vlow"     V   ()            [NONE, NONE] imm P;
    /// Zero-extends.
    Zext         "zext"           I64 (I32)         [NONE, NONE] noi P;
    /// Sign-extends.
    Sext         "sext"           I64 (I32)         [NONE, NONE] noi P;
    /// The low half.
    Trunc        "trunc"          I32 (I64)         [NONE, NONE] noi P;

    // Integer arithmetic and logic, no flags
    Add32        "add32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Add64        "add64"          I64 (I64, I64)    [NONE, NONE] noi P;
    Sub32        "sub32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Sub64        "sub64"          I64 (I64, I64)    [NONE, NONE] noi P;
    And32        "and32"          I32 (I32, I32)    [NONE, NONE] noi P;
    And64        "and64"          I64 (I64, I64)    [NONE, NONE] noi P;
    Or32         "or32"           I32 (I32, I32)    [NONE, NONE] noi P;
    Or64         "or64"           I64 (I64, I64)    [NONE, NONE] noi P;
    Xor32        "xor32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Xor64        "xor64"          I64 (I64, I64)    [NONE, NONE] noi P;
    /// First and not second.
    Andn32       "andn32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Andn64       "andn64"         I64 (I64, I64)    [NONE, NONE] noi P;
    /// First or not second.
    Orn32        "orn32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Orn64        "orn64"          I64 (I64, I64)    [NONE, NONE] noi P;
    /// First exclusive-or not second.
    Xorn32       "xorn32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Xorn64       "xorn64"         I64 (I64, I64)    [NONE, NONE] noi P;
    Not32        "not32"          I32 (I32)         [NONE, NONE] noi P;
    Not64        "not64"          I64 (I64)         [NONE, NONE] noi P;
    Neg32        "neg32"          I32 (I32)         [NONE, NONE] noi P;
    Neg64        "neg64"          I64 (I64)         [NONE, NONE] noi P;
    /// The amount is taken modulo the width; so in all shifts and rotates.
    Shl32        "shl32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Shl64        "shl64"          I64 (I64, I64)    [NONE, NONE] noi P;
    Shr32        "shr32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Shr64        "shr64"          I64 (I64, I64)    [NONE, NONE] noi P;
    Sar32        "sar32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Sar64        "sar64"          I64 (I64, I64)    [NONE, NONE] noi P;
    Ror32        "ror32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Ror64        "ror64"          I64 (I64, I64)    [NONE, NONE] noi P;
    /// Bits `a` and up of the first (high) and second (low) operand together; `a` below the width.
    Extr32       "extr32"         I32 (I32, I32)    [Num, NONE]  noi P;
    Extr64       "extr64"         I64 (I64, I64)    [Num, NONE]  noi P;
    /// `b` bits from bit `a`, zero-extended.
    Ubfx32       "ubfx32"         I32 (I32)         [Num, Num]   noi P;
    Ubfx64       "ubfx64"         I64 (I64)         [Num, Num]   noi P;
    /// `b` bits from bit `a`, sign-extended.
    Sbfx32       "sbfx32"         I32 (I32)         [Num, Num]   noi P;
    Sbfx64       "sbfx64"         I64 (I64)         [Num, Num]   noi P;
    /// The first operand with its `b` bits from bit `a` replaced by the second's lowest bits.
    Bfi32        "bfi32"          I32 (I32, I32)    [Num, Num]   noi P;
    Bfi64        "bfi64"          I64 (I64, I64)    [Num, Num]   noi P;
    Mul32        "mul32"          I32 (I32, I32)    [NONE, NONE] noi P;
    Mul64        "mul64"          I64 (I64, I64)    [NONE, NONE] noi P;
    /// High half of the signed product.
    Smulh        "smulh"          I64 (I64, I64)    [NONE, NONE] noi P;
    /// High half of the unsigned product.
    Umulh        "umulh"          I64 (I64, I64)    [NONE, NONE] noi P;
    /// Division by zero gives zero.
    Udiv32       "udiv32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Udiv64       "udiv64"         I64 (I64, I64)    [NONE, NONE] noi P;
    /// Division by zero gives zero, the least number by -1 gives itself.
    Sdiv32       "sdiv32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Sdiv64       "sdiv64"         I64 (I64, I64)    [NONE, NONE] noi P;
    Clz32        "clz32"          I32 (I32)         [NONE, NONE] noi P;
    Clz64        "clz64"          I64 (I64)         [NONE, NONE] noi P;
    /// Leading sign bits behind the first.
    Cls32        "cls32"          I32 (I32)         [NONE, NONE] noi P;
    Cls64        "cls64"          I64 (I64)         [NONE, NONE] noi P;
    /// Trailing zeros; the width for zero.
    Ctz32        "ctz32"          I32 (I32)         [NONE, NONE] noi P;
    Ctz64        "ctz64"          I64 (I64)         [NONE, NONE] noi P;
    Popcnt32     "popcnt32"       I32 (I32)         [NONE, NONE] noi P;
    Popcnt64     "popcnt64"       I64 (I64)         [NONE, NONE] noi P;
    /// Reverses bits.
    Rbit32       "rbit32"         I32 (I32)         [NONE, NONE] noi P;
    Rbit64       "rbit64"         I64 (I64)         [NONE, NONE] noi P;
    /// Reverses bytes.
    Rev32        "rev32"          I32 (I32)         [NONE, NONE] noi P;
    Rev64        "rev64"          I64 (I64)         [NONE, NONE] noi P;
    /// Reverses bytes in each halfword.
    Rev16In32    "rev16_32"       I32 (I32)         [NONE, NONE] noi P;
    Rev16In64    "rev16_64"       I64 (I64)         [NONE, NONE] noi P;
    /// Reverses bytes in each word.
    Rev32In64    "rev32_64"       I64 (I64)         [NONE, NONE] noi P;
    Abs32        "abs32"          I32 (I32)         [NONE, NONE] noi P;
    Abs64        "abs64"          I64 (I64)         [NONE, NONE] noi P;
    Smax32       "smax32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Smax64       "smax64"         I64 (I64, I64)    [NONE, NONE] noi P;
    Smin32       "smin32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Smin64       "smin64"         I64 (I64, I64)    [NONE, NONE] noi P;
    Umax32       "umax32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Umax64       "umax64"         I64 (I64, I64)    [NONE, NONE] noi P;
    Umin32       "umin32"         I32 (I32, I32)    [NONE, NONE] noi P;
    Umin64       "umin64"         I64 (I64, I64)    [NONE, NONE] noi P;
    /// CRC-32 (polynomial 0x04C11DB7) of accumulator and `a` (log2) bytes of the value.
    Crc32        "crc32"          I32 (I32, I64)    [ES, NONE]   noi P;
    /// CRC-32C (polynomial 0x1EDC6F41) likewise.
    Crc32c       "crc32c"         I32 (I32, I64)    [ES, NONE]   noi P;

    // Integer, with flags
    Adds32       "adds32"         I32 (I32, I32)    [NONE, NONE] noi WF;
    Adds64       "adds64"         I64 (I64, I64)    [NONE, NONE] noi WF;
    Subs32       "subs32"         I32 (I32, I32)    [NONE, NONE] noi WF;
    Subs64       "subs64"         I64 (I64, I64)    [NONE, NONE] noi WF;
    /// And; C and V become 0.
    Ands32       "ands32"         I32 (I32, I32)    [NONE, NONE] noi WF;
    Ands64       "ands64"         I64 (I64, I64)    [NONE, NONE] noi WF;
    /// Sum and carry.
    Adc32        "adc32"          I32 (I32, I32)    [NONE, NONE] noi RF;
    Adc64        "adc64"          I64 (I64, I64)    [NONE, NONE] noi RF;
    /// First minus second minus not carry.
    Sbc32        "sbc32"          I32 (I32, I32)    [NONE, NONE] noi RF;
    Sbc64        "sbc64"          I64 (I64, I64)    [NONE, NONE] noi RF;
    Adcs32       "adcs32"         I32 (I32, I32)    [NONE, NONE] noi RWF;
    Adcs64       "adcs64"         I64 (I64, I64)    [NONE, NONE] noi RWF;
    Sbcs32       "sbcs32"         I32 (I32, I32)    [NONE, NONE] noi RWF;
    Sbcs64       "sbcs64"         I64 (I64, I64)    [NONE, NONE] noi RWF;
    /// If `a` holds, flags of first minus second, else the four bits `b`.
    Ccmp32       "ccmp32"         Non (I32, I32)    [Cc, Num]    noi RWF;
    Ccmp64       "ccmp64"         Non (I64, I64)    [Cc, Num]    noi RWF;
    /// If `a` holds, flags of first plus second, else the four bits `b`.
    Ccmn32       "ccmn32"         Non (I32, I32)    [Cc, Num]    noi RWF;
    Ccmn64       "ccmn64"         Non (I64, I64)    [Cc, Num]    noi RWF;
    /// The first if `a` holds, else the second.
    Csel32       "csel32"         I32 (I32, I32)    [Cc, NONE]   noi RF;
    Csel64       "csel64"         I64 (I64, I64)    [Cc, NONE]   noi RF;
    /// The first if `a` holds, else the second plus one.
    Csinc32      "csinc32"        I32 (I32, I32)    [Cc, NONE]   noi RF;
    Csinc64      "csinc64"        I64 (I64, I64)    [Cc, NONE]   noi RF;
    /// The first if `a` holds, else not the second.
    Csinv32      "csinv32"        I32 (I32, I32)    [Cc, NONE]   noi RF;
    Csinv64      "csinv64"        I64 (I64, I64)    [Cc, NONE]   noi RF;
    /// The first if `a` holds, else minus the second.
    Csneg32      "csneg32"        I32 (I32, I32)    [Cc, NONE]   noi RF;
    Csneg64      "csneg64"        I64 (I64, I64)    [Cc, NONE]   noi RF;

    // Guest memory. base, index (may be absent), value; address = base + (index << a) + imm
    Load8        "load8"          I32 (I64, I64)    [Num, NONE]  imm LD;
    Load16       "load16"         I32 (I64, I64)    [Num, NONE]  imm LD;
    Load32       "load32"         I32 (I64, I64)    [Num, NONE]  imm LD;
    Load64       "load64"         I64 (I64, I64)    [Num, NONE]  imm LD;
    /// Sign-extended to 32 bits.
    LoadS8W      "load8_s32"      I32 (I64, I64)    [Num, NONE]  imm LD;
    LoadS16W     "load16_s32"     I32 (I64, I64)    [Num, NONE]  imm LD;
    /// Sign-extended to 64 bits.
    LoadS8X      "load8_s64"      I64 (I64, I64)    [Num, NONE]  imm LD;
    LoadS16X     "load16_s64"     I64 (I64, I64)    [Num, NONE]  imm LD;
    LoadS32X     "load32_s64"     I64 (I64, I64)    [Num, NONE]  imm LD;
    /// `b` bytes (log2) into the lowest element, zero above.
    LoadV        "load_v"         V   (I64, I64)    [Num, ES]    imm LD;
    Store8       "store8"         Non (I64, I64, I32) [Num, NONE] imm ST;
    Store16      "store16"        Non (I64, I64, I32) [Num, NONE] imm ST;
    Store32      "store32"        Non (I64, I64, I32) [Num, NONE] imm ST;
    Store64      "store64"        Non (I64, I64, I64) [Num, NONE] imm ST;
    /// The lowest element of size `b`.
    StoreV       "store_v"        Non (I64, I64, V)   [Num, ES]   imm ST;
    /// Faults as misaligned unless the address is a multiple of `a` (log2 bytes), or, with bit 0
    /// of `b`, unless the access stays within 16 aligned bytes (FEAT_LSE2). Bit 1: it only writes.
    CheckAlign   "check_align"    Non (I64)         [ES, Num]    noi FLT;
    /// Loads and marks for exclusive access; up to 64 bits, zero-extended.
    LoadEx       "load_ex"        I64 (I64)         [ES, NONE]   noi EXCL;
    /// Loads 128 bits in one access and marks them.
    LoadEx128    "load_ex128"     V   (I64)         [NONE, NONE] noi EXCL;
    /// Stores if the mark holds; the result is 0 for success, 1 for failure. Clears the mark.
    StoreEx      "store_ex"       I32 (I64, I64)    [ES, NONE]   noi EXCL;
    StoreEx128   "store_ex128"    I32 (I64, V)      [NONE, NONE] noi EXCL;
    /// Clears the mark.
    Clrex        "clrex"          Non ()            [NONE, NONE] noi WS.or(KEEP);
    /// Atomic; the result is the old value, zero-extended.
    AtomicRmw    "atomic_rmw"     I64 (I64, I64)    [ES, Rmw]    noi RMW;
    /// Address, expected, new; the result is the old value, zero-extended.
    AtomicCas    "atomic_cas"     I64 (I64, I64, I64) [ES, NONE] noi RMW;
    AtomicCas128 "atomic_cas128"  V   (I64, V, V)   [NONE, NONE] noi RMW;
    /// Atomic on 128 bits; the result is the old value. `b` is `clr`, `set` or `swp`.
    AtomicRmw128 "atomic_rmw128"  V   (I64, V)      [NONE, Rmw]  noi RMW;
    /// What is left, target, source: copies upwards to below the addresses while that is negative,
    /// or, with `b` 1, downwards while it is positive. The result is 0; X`a` holds what is left
    /// when a fault or a poll comes in between.
    MemCopy      "mem_copy"       I64 (I64, I64, I64) [X, Num]   noi EXCL;
    /// What is left, target, value: sets bytes likewise, upwards.
    MemSet       "mem_set"        I64 (I64, I64, I64) [X, Num]   noi EXCL;
    /// The pointer with a code of key `a` (IA, IB, DA, DB) and a modifier.
    PacSign      "pac_sign"       I64 (I64, I64)    [Num, Pac]   noi RS;
    /// The pointer without its code of key `a`; faults if it is wrong and `b` says so.
    PacAuth      "pac_auth"       I64 (I64, I64)    [Num, Pac]   noi RS.or(FLT);
    /// The generic code of a value with a modifier, in the high half.
    PacGeneric   "pac_generic"    I64 (I64, I64)    [NONE, Pac]  noi RS;
    /// Orders memory accesses.
    MemFence     "fence"          Non ()            [Fence, NONE] noi KEEP;
    /// Zeroes the 64 aligned bytes that hold the address.
    DcZva        "dc_zva"         Non (I64)         [NONE, NONE] noi ST;
    /// Sets the tags of `a` times 16 bytes at an address to the second operand's tag, and zeroes
    /// the memory with `b` 1.
    TagStore     "tag_store"      Non (I64, I64)    [Num, Num]   noi ST;
    /// The tag of the 16 aligned bytes that hold the address.
    TagLoad      "tag_load"       I64 (I64)         [NONE, NONE] noi LD;
    /// The second operand with a tag: the one that is `a` allowed tags behind the first's.
    TagAdd       "tag_add"        I64 (I64, I64)    [Num, NONE]  noi RS;
    /// The first operand with a random tag that neither GCR_EL1 nor the second excludes.
    TagRandom    "tag_random"     I64 (I64, I64)    [NONE, NONE] noi RS.or(KEEP);
    /// Sets PSTATE.BTYPE to `a`.
    SetBtype     "set_btype"      Non ()            [Num, NONE]  noi WS.or(KEEP);
    /// Clears PSTATE.BTYPE; leaves the block if it is not 0 and bit BTYPE of `a` is clear.
    CheckBtype   "check_btype"    Non ()            [Num, NONE]  noi FLT.or(WS).or(KEEP);
    /// Faults if SP is not a multiple of 16.
    CheckSp      "check_sp"       Non ()            [NONE, NONE] noi FLT.or(RS).or(KEEP);
    /// What `a` (see `GcsOp`) does with the guarded control stack.
    Gcs          "gcs"            I64 (I64, I64)    [Gcs, NONE]  noi EXCL;
    /// Invalidates translated code of the 64 aligned bytes that hold the address.
    IcIvau       "ic_ivau"        Non (I64)         [NONE, NONE] noi KEEP;
    /// Tells the processor that the guest spins.
    Pause        "pause"          Non ()            [NONE, NONE] noi KEEP;

    // Vectors: moves, permutations. `a` is the element size.
    /// 64 bits into the low half, zero above.
    VFromX       "v_from_x"       V   (I64)         [NONE, NONE] noi P;
    /// 32 bits into the lowest element, zero above.
    VFromW       "v_from_w"       V   (I32)         [NONE, NONE] noi P;
    /// Every element the low bits of the operand.
    VDupX        "v_dup_x"        V   (I64)         [ES, NONE]   noi P;
    /// Every element the operand's element `b`.
    VDup         "v_dup"          V   (V)           [ES, Num]    noi P;
    /// The first operand with element `b` replaced by the low bits of the second.
    VInsX        "v_ins_x"        V   (V, I64)      [ES, Num]    noi P;
    /// The first operand with element `b` replaced by the second's element `imm`.
    VIns         "v_ins"          V   (V, V)        [ES, Num]    imm P;
    /// Element `b`, zero-extended.
    VUmov        "v_umov"         I64 (V)           [ES, Num]    noi P;
    /// Element `b`, sign-extended to 64 bits.
    VSmov        "v_smov"         I64 (V)           [ES, Num]    noi P;
    /// The first if condition `a` holds, else the second.
    VCsel        "v_csel"         V   (V, V)        [Cc, NONE]   noi RF;
    /// The lowest element, zero above.
    VLow         "v_low"          V   (V)           [ES, NONE]   noi P;
    VZip1        "v_zip1"         V   (V, V)        [ES, NONE]   noi P;
    VZip2        "v_zip2"         V   (V, V)        [ES, NONE]   noi P;
    VUzp1        "v_uzp1"         V   (V, V)        [ES, NONE]   noi P;
    VUzp2        "v_uzp2"         V   (V, V)        [ES, NONE]   noi P;
    VTrn1        "v_trn1"         V   (V, V)        [ES, NONE]   noi P;
    VTrn2        "v_trn2"         V   (V, V)        [ES, NONE]   noi P;
    /// 16 bytes from byte `a` of the first (low) and second (high) operand together.
    VExt         "v_ext"          V   (V, V)        [Num, NONE]  noi P;
    /// Accumulator, table, indices: each byte index minus `a` below 16 picks a table byte, else the
    /// accumulator's byte stays.
    VTbx         "v_tbx"          V   (V, V, V)     [Num, NONE]  noi P;
    /// LUTI2, LUTI4: two tables, then indices of `b` bits, of which those from number `imm` on are
    /// taken; beyond the first table's elements they pick from the second.
    VLut         "v_lut"          V   (V, V, V)     [ES, Num]    imm P;
    /// Reverses elements of size `a` in each container of size `b`.
    VRev         "v_rev"          V   (V)           [ES, ES]     noi P;

    // Vectors: bitwise
    VAnd         "v_and"          V   (V, V)        [NONE, NONE] noi P;
    VOr          "v_or"           V   (V, V)        [NONE, NONE] noi P;
    VXor         "v_xor"          V   (V, V)        [NONE, NONE] noi P;
    /// First and not second.
    VAndn        "v_andn"         V   (V, V)        [NONE, NONE] noi P;
    VOrn         "v_orn"          V   (V, V)        [NONE, NONE] noi P;
    VNot         "v_not"          V   (V)           [NONE, NONE] noi P;
    /// Where the first has a one the second's bit, else the third's.
    VBsl         "v_bsl"          V   (V, V, V)     [NONE, NONE] noi P;
    VCnt         "v_cnt"          V   (V)           [NONE, NONE] noi P;
    VRbit        "v_rbit"         V   (V)           [NONE, NONE] noi P;
    VClz         "v_clz"          V   (V)           [ES, NONE]   noi P;
    VCls         "v_cls"          V   (V)           [ES, NONE]   noi P;

    // Vectors: integer arithmetic
    VAdd         "v_add"          V   (V, V)        [ES, NONE]   noi P;
    VSub         "v_sub"          V   (V, V)        [ES, NONE]   noi P;
    VMul         "v_mul"          V   (V, V)        [ES, NONE]   noi P;
    /// Polynomial product of bytes, low half.
    VPmul        "v_pmul"         V   (V, V)        [NONE, NONE] noi P;
    VNeg         "v_neg"          V   (V)           [ES, NONE]   noi P;
    VAbs         "v_abs"          V   (V)           [ES, NONE]   noi P;
    VSmax        "v_smax"         V   (V, V)        [ES, NONE]   noi P;
    VSmin        "v_smin"         V   (V, V)        [ES, NONE]   noi P;
    VUmax        "v_umax"         V   (V, V)        [ES, NONE]   noi P;
    VUmin        "v_umin"         V   (V, V)        [ES, NONE]   noi P;
    /// Absolute difference.
    VSabd        "v_sabd"         V   (V, V)        [ES, NONE]   noi P;
    VUabd        "v_uabd"         V   (V, V)        [ES, NONE]   noi P;
    /// Halving sum and difference.
    VShadd       "v_shadd"        V   (V, V)        [ES, NONE]   noi P;
    VUhadd       "v_uhadd"        V   (V, V)        [ES, NONE]   noi P;
    VSrhadd      "v_srhadd"       V   (V, V)        [ES, NONE]   noi P;
    VUrhadd      "v_urhadd"       V   (V, V)        [ES, NONE]   noi P;
    VShsub       "v_shsub"        V   (V, V)        [ES, NONE]   noi P;
    VUhsub       "v_uhsub"        V   (V, V)        [ES, NONE]   noi P;
    /// Pairs of the first operand in the low half, of the second in the high half.
    VAddp        "v_addp"         V   (V, V)        [ES, NONE]   noi P;
    VSmaxp       "v_smaxp"        V   (V, V)        [ES, NONE]   noi P;
    VSminp       "v_sminp"        V   (V, V)        [ES, NONE]   noi P;
    VUmaxp       "v_umaxp"        V   (V, V)        [ES, NONE]   noi P;
    VUminp       "v_uminp"        V   (V, V)        [ES, NONE]   noi P;
    /// Sums of neighbours, in elements of twice the size `a`.
    VSaddlp      "v_saddlp"       V   (V)           [ES, NONE]   noi P;
    VUaddlp      "v_uaddlp"       V   (V)           [ES, NONE]   noi P;
    /// Over the first `b` elements; the result in the lowest element, zero above.
    VAddv        "v_addv"         V   (V)           [ES, Num]    noi P;
    VSmaxv       "v_smaxv"        V   (V)           [ES, Num]    noi P;
    VSminv       "v_sminv"        V   (V)           [ES, Num]    noi P;
    VUmaxv       "v_umaxv"        V   (V)           [ES, Num]    noi P;
    VUminv       "v_uminv"        V   (V)           [ES, Num]    noi P;
    /// Likewise, the sum in an element of twice the size.
    VSaddlv      "v_saddlv"       V   (V)           [ES, Num]    noi P;
    VUaddlv      "v_uaddlv"       V   (V)           [ES, Num]    noi P;
    /// All ones where the relation holds, else zero.
    VCmeq        "v_cmeq"         V   (V, V)        [ES, NONE]   noi P;
    VCmgt        "v_cmgt"         V   (V, V)        [ES, NONE]   noi P;
    VCmge        "v_cmge"         V   (V, V)        [ES, NONE]   noi P;
    VCmhi        "v_cmhi"         V   (V, V)        [ES, NONE]   noi P;
    VCmhs        "v_cmhs"         V   (V, V)        [ES, NONE]   noi P;
    VCmtst       "v_cmtst"        V   (V, V)        [ES, NONE]   noi P;
    /// Accumulator, then products of four bytes each.
    VSdot        "v_sdot"         V   (V, V, V)     [NONE, NONE] noi P;
    VUdot        "v_udot"         V   (V, V, V)     [NONE, NONE] noi P;
    /// Unsigned by signed.
    VUsdot       "v_usdot"        V   (V, V, V)     [NONE, NONE] noi P;
    /// Accumulator, then 2x8 by 8x2 byte matrices.
    VSmmla       "v_smmla"        V   (V, V, V)     [NONE, NONE] noi P;
    VUmmla       "v_ummla"        V   (V, V, V)     [NONE, NONE] noi P;
    VUsmmla      "v_usmmla"       V   (V, V, V)     [NONE, NONE] noi P;
    /// UINT32 reciprocal estimates.
    VUrecpe      "v_urecpe"       V   (V)           [NONE, NONE] noi P;
    VUrsqrte     "v_ursqrte"      V   (V)           [NONE, NONE] noi P;

    // Vectors: saturating; these set QC. Only the lowest `b` elements of the result count for QC.
    VSqadd       "v_sqadd"        V   (V, V)        [ES, Num]    noi QC;
    VUqadd       "v_uqadd"        V   (V, V)        [ES, Num]    noi QC;
    VSqsub       "v_sqsub"        V   (V, V)        [ES, Num]    noi QC;
    VUqsub       "v_uqsub"        V   (V, V)        [ES, Num]    noi QC;
    /// Signed accumulator (first) plus unsigned.
    VSuqadd      "v_suqadd"       V   (V, V)        [ES, Num]    noi QC;
    /// Unsigned accumulator (first) plus signed.
    VUsqadd      "v_usqadd"       V   (V, V)        [ES, Num]    noi QC;
    VSqabs       "v_sqabs"        V   (V)           [ES, Num]    noi QC;
    VSqneg       "v_sqneg"        V   (V)           [ES, Num]    noi QC;
    VSqdmulh     "v_sqdmulh"      V   (V, V)        [ES, Num]    noi QC;
    VSqrdmulh    "v_sqrdmulh"     V   (V, V)        [ES, Num]    noi QC;
    /// Accumulator, then the factors.
    VSqrdmlah    "v_sqrdmlah"     V   (V, V, V)     [ES, Num]    noi QC;
    VSqrdmlsh    "v_sqrdmlsh"     V   (V, V, V)     [ES, Num]    noi QC;
    /// Shift by the signed low byte of the second operand's element.
    VSqshl       "v_sqshl"        V   (V, V)        [ES, Num]    noi QC;
    VUqshl       "v_uqshl"        V   (V, V)        [ES, Num]    noi QC;
    VSqrshl      "v_sqrshl"       V   (V, V)        [ES, Num]    noi QC;
    VUqrshl      "v_uqrshl"       V   (V, V)        [ES, Num]    noi QC;
    /// Left shift by `imm`.
    VSqshlImm    "v_sqshl_imm"    V   (V)           [ES, Num]    imm QC;
    VUqshlImm    "v_uqshl_imm"    V   (V)           [ES, Num]    imm QC;
    VSqshluImm   "v_sqshlu_imm"   V   (V)           [ES, Num]    imm QC;
    /// Narrows elements of twice the size `a` to size `a` in the low half, zero above; `b` elements
    /// count for QC.
    VSqxtn       "v_sqxtn"        V   (V)           [ES, Num]    noi QC;
    VUqxtn       "v_uqxtn"        V   (V)           [ES, Num]    noi QC;
    VSqxtun      "v_sqxtun"       V   (V)           [ES, Num]    noi QC;
    /// Doubled product of elements of size `a` in elements of twice the size; `b` results count for
    /// QC; operands in the low half.
    VSqdmull     "v_sqdmull"      V   (V, V)        [ES, Num]    noi QC;

    // Vectors: shifts. Immediate amounts in `b`.
    VShl         "v_shl"          V   (V)           [ES, Num]    noi P;
    /// `b` from 1 to the element's bits.
    VUshr        "v_ushr"         V   (V)           [ES, Num]    noi P;
    VSshr        "v_sshr"         V   (V)           [ES, Num]    noi P;
    VUrshr       "v_urshr"        V   (V)           [ES, Num]    noi P;
    VSrshr       "v_srshr"        V   (V)           [ES, Num]    noi P;
    /// The second shifted and inserted in the first.
    VSli         "v_sli"          V   (V, V)        [ES, Num]    noi P;
    VSri         "v_sri"          V   (V, V)        [ES, Num]    noi P;
    /// Rotation right; `b` from 1 to the element's bits less one.
    VRor         "v_ror"          V   (V)           [ES, Num]    noi P;
    /// Shift by the signed low byte of the second operand's element.
    VUshl        "v_ushl"         V   (V, V)        [ES, NONE]   noi P;
    VSshl        "v_sshl"         V   (V, V)        [ES, NONE]   noi P;
    VUrshl       "v_urshl"        V   (V, V)        [ES, NONE]   noi P;
    VSrshl       "v_srshl"        V   (V, V)        [ES, NONE]   noi P;

    // Vectors: widening and narrowing. `a` is the narrow size; `b` 0 takes the low half, 1 the
    // high one.
    VSxtl        "v_sxtl"         V   (V)           [ES, Num]    noi P;
    VUxtl        "v_uxtl"         V   (V)           [ES, Num]    noi P;
    VSmull       "v_smull"        V   (V, V)        [ES, Num]    noi P;
    VUmull       "v_umull"        V   (V, V)        [ES, Num]    noi P;
    /// Polynomial product; `a` is B (to halfwords) or D (to 128 bits).
    VPmull       "v_pmull"        V   (V, V)        [ES, Num]    noi P;
    /// The low halves of elements of twice the size `a`, in the low half, zero above.
    VXtn         "v_xtn"          V   (V)           [ES, NONE]   noi P;

    /// A cryptographic operation; unused operands repeat the first.
    VCrypto      "v_crypto"       V   (V, V, V)     [Crypto, Num] noi P;

    // Floating point. `a` is the element's size (H, S, D), `b` the shape.
    Fadd         "f_add"          V   (V, V)        [ES, Shape]  noi FP;
    Fsub         "f_sub"          V   (V, V)        [ES, Shape]  noi FP;
    Fmul         "f_mul"          V   (V, V)        [ES, Shape]  noi FP;
    Fdiv         "f_div"          V   (V, V)        [ES, Shape]  noi FP;
    Fmulx        "f_mulx"         V   (V, V)        [ES, Shape]  noi FP;
    Fmax         "f_max"          V   (V, V)        [ES, Shape]  noi FP;
    Fmin         "f_min"          V   (V, V)        [ES, Shape]  noi FP;
    Fmaxnm       "f_maxnm"        V   (V, V)        [ES, Shape]  noi FP;
    Fminnm       "f_minnm"        V   (V, V)        [ES, Shape]  noi FP;
    /// Greatest and least magnitude.
    Famax        "f_amax"         V   (V, V)        [ES, Shape]  noi FP;
    Famin        "f_amin"         V   (V, V)        [ES, Shape]  noi FP;
    Fsqrt        "f_sqrt"         V   (V)           [ES, Shape]  noi FP;
    /// Addend, then the factors, rounded once. FMLS negates a factor before.
    Fmadd        "f_madd"         V   (V, V, V)     [ES, Shape]  noi FP;
    /// Clears the sign.
    Fabs         "f_abs"          V   (V)           [ES, Shape]  noi P;
    /// Changes the sign.
    Fneg         "f_neg"          V   (V)           [ES, Shape]  noi P;
    Frecpe       "f_recpe"        V   (V)           [ES, Shape]  noi FP;
    Frsqrte      "f_rsqrte"       V   (V)           [ES, Shape]  noi FP;
    Frecpx       "f_recpx"        V   (V)           [ES, Shape]  noi FP;
    Frecps       "f_recps"        V   (V, V)        [ES, Shape]  noi FP;
    Frsqrts      "f_rsqrts"       V   (V, V)        [ES, Shape]  noi FP;
    /// All ones where the relation holds. GE and GT signal every NaN.
    Fcmeq        "f_cmeq"         V   (V, V)        [ES, Shape]  noi FP;
    Fcmge        "f_cmge"         V   (V, V)        [ES, Shape]  noi FP;
    Fcmgt        "f_cmgt"         V   (V, V)        [ES, Shape]  noi FP;
    Facge        "f_acge"         V   (V, V)        [ES, Shape]  noi FP;
    Facgt        "f_acgt"         V   (V, V)        [ES, Shape]  noi FP;
    /// To an integral value; `imm` is a `RoundKind`.
    Frint        "f_rint"         V   (V)           [ES, Shape]  imm FP;
    /// Complex add; `imm` is 1 for a rotation by 90 degrees, 3 for 270. All elements.
    Fcadd        "f_cadd"         V   (V, V)        [ES, NONE]   imm FP;
    /// Complex multiply-add: accumulator, factors; `imm` is the rotation in quarter turns.
    Fcmla        "f_cmla"         V   (V, V, V)     [ES, NONE]   imm FP;
    /// FMLAL and kin: accumulator in S elements, half-precision factors widened from the low half.
    Fmlal        "f_mlal"         V   (V, V, V)     [NONE, NONE] noi FP;
    /// Accumulator in S elements, then BFloat16 factors: neighbours are multiplied and summed.
    Bfdot        "bf_dot"         V   (V, V, V)     [NONE, NONE] noi FP;
    /// BFMMLA: likewise, rows of the first by rows of the second matrix.
    Bfmmla       "bf_mmla"        V   (V, V, V)     [NONE, NONE] noi FP;
    /// Likewise, the even (`b` 0) or odd (1) factors multiplied.
    Bfmlal       "bf_mlal"        V   (V, V, V)     [NONE, Num]  noi FP;
    /// S to BFloat16: the lowest element, or all into the low half, zero above; `b` is the shape.
    Bfcvt        "bf_cvt"         V   (V)           [NONE, Shape] noi FP;
    /// Scalar conversion from size `a` to size `b`.
    Fcvt         "f_cvt"          V   (V)           [ES, ES]     noi FP;
    /// Widens the low half from size `a`.
    Fcvtl        "f_cvtl"         V   (V)           [ES, NONE]   noi FP;
    /// Narrows to size `a` in the low half, zero above.
    Fcvtn        "f_cvtn"         V   (V)           [ES, NONE]   noi FP;
    /// Narrows D to S, rounding to odd; `b` the shape.
    Fcvtxn       "f_cvtxn"        V   (V)           [NONE, Shape] noi FP;
    /// Scalar of size `a` to integer, rounded by `b`, saturated; `imm` is the fraction bits, plus
    /// 0x100 for unsigned.
    FToI32       "f_to_i32"       I32 (V)           [ES, Round]  imm FP;
    FToI64       "f_to_i64"       I64 (V)           [ES, Round]  imm FP;
    /// Integer to scalar of size `a`; `b` is 1 for unsigned; `imm` is the fraction bits.
    I32ToF       "i32_to_f"       V   (I32)         [ES, Num]    imm FP;
    I64ToF       "i64_to_f"       V   (I64)         [ES, Num]    imm FP;
    /// In elements of size `a`, rounded by `b`; `imm` is the fraction bits, plus 0x100 for
    /// unsigned, plus 0x200 for the lowest element only.
    VFToI        "v_f_to_i"       V   (V)           [ES, Round]  imm FP;
    /// In elements of size `a`; `b` is the shape; `imm` is the fraction bits, plus 0x100 for
    /// unsigned.
    VIToF        "v_i_to_f"       V   (V)           [ES, Shape]  imm FP;
    /// FJCVTZS; Z says exact, N C V become 0.
    Fjcvtzs      "f_jcvtzs"       I32 (V)           [NONE, NONE] noi FPF;
    /// Compares scalars of size `a`; with `b` 1 every NaN signals.
    Fcmp         "f_cmp"          Non (V, V)        [ES, Num]    noi FPF;
    /// If condition `b` holds, compares scalars of size `a`, else takes the four bits of `imm`;
    /// bit 4 of `imm`: every NaN signals.
    Fccmp        "f_ccmp"         Non (V, V)        [ES, Cc]     imm FPRF;

    // Side exits to `imm`
    /// Leaves if the condition holds.
    ExitIf       "exit_if"        Non ()            [Cc, NONE]   imm SIDEF;
    ExitIfZ32    "exit_if_z32"    Non (I32)         [NONE, NONE] imm SIDE;
    ExitIfZ64    "exit_if_z64"    Non (I64)         [NONE, NONE] imm SIDE;
    ExitIfNz32   "exit_if_nz32"   Non (I32)         [NONE, NONE] imm SIDE;
    ExitIfNz64   "exit_if_nz64"   Non (I64)         [NONE, NONE] imm SIDE;
    /// Leaves if bit `a` is clear.
    ExitIfBitZ   "exit_if_bit_z"  Non (I64)         [Num, NONE]  imm SIDE;
    ExitIfBitNz  "exit_if_bit_nz" Non (I64)         [Num, NONE]  imm SIDE;
    /// Leaves through the dispatcher unless the operand is a multiple of 16.
    SyncIfOdd16  "sync_if_odd16"  Non (I64)         [NONE, NONE] imm SIDE;

    // Terminators
    /// Goes on at `imm`.
    Goto         "goto"           Non ()            [NONE, NONE] imm END;
    /// Goes on at the operand.
    GotoReg      "goto_reg"       Non (I64)         [NONE, NONE] noi END;
    /// Calls `imm`; X30 holds the return address, which is the next instruction's.
    Call         "call"           Non ()            [NONE, NONE] imm END;
    /// Calls the operand.
    CallReg      "call_reg"       Non (I64)         [NONE, NONE] noi END;
    /// Returns to the operand.
    Ret          "ret"            Non (I64)         [NONE, NONE] noi END;
    /// Goes on at `imm` through the dispatcher, so that changed code and modes take effect (ISB).
    Sync         "sync"           Non ()            [NONE, NONE] imm END;
    /// SVC #`a`,`b` (low byte, high byte).
    Svc          "svc"            Non ()            [Num, Num]   noi END;
    /// BRK #`a`,`b`.
    Brk          "brk"            Non ()            [Num, Num]   noi END;
    /// The instruction word `imm` is undefined.
    Undef        "undef"          Non ()            [NONE, NONE] imm END;
}
