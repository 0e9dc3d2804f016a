//! Types, effects and attribute kinds that the op list is written in.

/// A value's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// No value.
    Non,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// 128 bits. A scalar floating-point value sits in the lowest element; what stands above that
    /// element is unspecified.
    V,
}

/// What an op does besides computing its result. A set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(pub u16);

impl Effects {
    /// Nothing else.
    pub const PURE: Self = Self(0);
    /// Reads guest memory.
    pub const READS_MEM: Self = Self(1);
    /// Writes guest memory.
    pub const WRITES_MEM: Self = Self(1 << 1);
    /// May fault or trap; guest state before the guest instruction must be recoverable here.
    pub const MAY_FAULT: Self = Self(1 << 2);
    /// The block's last op.
    pub const ENDS_BLOCK: Self = Self(1 << 3);
    /// Reads NZCV.
    pub const READS_FLAGS: Self = Self(1 << 4);
    /// Overwrites all of NZCV.
    pub const WRITES_FLAGS: Self = Self(1 << 5);
    /// Reads a guest register other than NZCV.
    pub const READS_STATE: Self = Self(1 << 6);
    /// Writes a guest register other than NZCV.
    pub const WRITES_STATE: Self = Self(1 << 7);
    /// May leave the block.
    pub const SIDE_EXIT: Self = Self(1 << 8);
    /// Accumulates FPSR's exception bits, and may trap on the host for an invalid operation.
    pub const FP: Self = Self(1 << 9);
    /// Orders memory accesses, or must be kept for another reason.
    pub const KEEP: Self = Self(1 << 10);

    /// Both sets together.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// Whether any bit of `other` is in this set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
    /// Whether the op can be dropped when its result is unused.
    pub const fn removable(self) -> bool {
        self.0 & !(Self::READS_FLAGS.0 | Self::READS_STATE.0) == 0
    }
    /// Whether guest state must be exact when the op runs: it may fault, trap or leave.
    pub const fn needs_state(self) -> bool {
        self.has(Self(Self::MAY_FAULT.0 | Self::ENDS_BLOCK.0 | Self::SIDE_EXIT.0 | Self::FP.0))
    }
}

/// What one of the two small attributes of an op means; used by text form and verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrKind {
    /// Unused.
    Non,
    /// X0–X30 and 31 for SP.
    X,
    /// V0–V31.
    Q,
    /// A condition.
    Cc,
    /// An element size, [`Es`].
    Es,
    /// A number.
    Num,
    /// [`Shape`].
    Shape,
    /// [`RmwKind`].
    Rmw,
    /// [`FenceKind`].
    Fence,
    /// [`RoundKind`].
    Round,
    /// [`CryptoKind`].
    Crypto,
    /// [`SysReg`].
    Sys,
    /// [`PacKind`].
    Pac,
    /// [`GcsOp`].
    Gcs,
}

macro_rules! named_enum {
    ($(#[$m:meta])* $name:ident { $($(#[$vm:meta])* $v:ident = $text:literal),+ $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { $($(#[$vm])* $v),+ }

        impl $name {
            /// Every value, in the order of its number.
            pub const ALL: &[Self] = &[$(Self::$v),+];
            /// The name in the text form.
            pub fn name(self) -> &'static str {
                match self { $(Self::$v => $text),+ }
            }
            /// From the attribute's number.
            ///
            /// # Panics
            /// On a number that no value has: the verifier rejects such a block before.
            pub fn from_u8(n: u8) -> Self {
                Self::ALL[usize::from(n)]
            }
        }

        impl From<$name> for u8 {
            fn from(v: $name) -> u8 {
                v as u8
            }
        }
    };
}

named_enum! {
    /// An element's size. The number is the binary logarithm of its bytes.
    Es {
        /// 8 bits.
        B = ".b",
        /// 16 bits.
        H = ".h",
        /// 32 bits.
        S = ".s",
        /// 64 bits.
        D = ".d",
        /// 128 bits.
        Q = ".q",
    }
}

impl Es {
    /// Bytes of one element.
    pub fn bytes(self) -> u32 {
        1 << self as u32
    }
    /// Bits of one element.
    pub fn bits(self) -> u32 {
        8 << self as u32
    }
    /// Elements in 128 bits.
    pub fn lanes(self) -> usize {
        16 >> self as usize
    }
}

named_enum! {
    /// Which elements a floating-point op works on.
    Shape {
        /// The lowest element; the rest of the result is unspecified.
        Scalar = "scalar",
        /// Every element.
        Vector = "vector",
    }
}

named_enum! {
    /// What an atomic read-modify-write computes from memory and operand.
    RmwKind {
        /// Sum.
        Add = "add",
        /// Memory and not operand.
        Clr = "clr",
        /// Exclusive or.
        Eor = "eor",
        /// Or.
        Set = "set",
        /// Signed maximum.
        Smax = "smax",
        /// Signed minimum.
        Smin = "smin",
        /// Unsigned maximum.
        Umax = "umax",
        /// Unsigned minimum.
        Umin = "umin",
        /// The operand.
        Swp = "swp",
    }
}

/// How a block's floating point is translated, which FPCR decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FpMode {
    /// By the host's instructions: MXCSR stands for FPCR. UFC may be missing for a result that is
    /// tiny before rounding and not after it.
    #[default]
    Host = 0,
    /// The same, and such results are looked for: the program has looked at FPSR.
    Watched = 1,
    /// By the host's instructions, denormal numbers flushed (FPCR.FZ). Denormal operands and tiny
    /// results trap or are looked for, and so does the first inexact result.
    Flush = 2,
    /// Out of line, because FPCR asks for what MXCSR cannot do.
    OutOfLine = 3,
    /// Out of line, and scalar results keep what another register has above them (FPCR.NEP).
    Merging = 4,
}

impl FpMode {
    /// Whether floating point runs out of line.
    pub fn out_of_line(self) -> bool {
        matches!(self, Self::OutOfLine | Self::Merging)
    }
    /// Whether results that are tiny before rounding and not after it must be found.
    pub fn finds_tiny(self) -> bool {
        matches!(self, Self::Watched | Self::Flush)
    }
}

named_enum! {
    /// A memory barrier's strength as far as the host's memory model distinguishes it.
    FenceKind {
        /// Loads before against accesses after, or stores against stores: the host orders these.
        Weak = "weak",
        /// Everything, stores before against loads after too.
        Full = "full",
    }
}

named_enum! {
    /// How a floating-point value is rounded.
    RoundKind {
        /// To nearest, ties to even (N).
        TieEven = "n",
        /// Towards plus infinity (P).
        PlusInf = "p",
        /// Towards minus infinity (M).
        MinusInf = "m",
        /// Towards zero (Z).
        Zero = "z",
        /// To nearest, ties away from zero (A).
        TieAway = "a",
        /// As FPCR says (I).
        Current = "i",
        /// As FPCR says, and inexact is signalled (X).
        CurrentExact = "x",
        /// FRINT32X.
        Int32X = "32x",
        /// FRINT32Z.
        Int32Z = "32z",
        /// FRINT64X.
        Int64X = "64x",
        /// FRINT64Z.
        Int64Z = "64z",
    }
}

named_enum! {
    /// A cryptographic operation on whole vectors. Operands as in the instruction, Vd first where
    /// it is also a source. (Arm ARM C3.5.24)
    #[allow(missing_docs, reason = "the names are the manual's own")]
    CryptoKind {
        Aese = "aese", Aesd = "aesd", Aesmc = "aesmc", Aesimc = "aesimc",
        Sha1c = "sha1c", Sha1p = "sha1p", Sha1m = "sha1m", Sha1h = "sha1h",
        Sha1su0 = "sha1su0", Sha1su1 = "sha1su1",
        Sha256h = "sha256h", Sha256h2 = "sha256h2",
        Sha256su0 = "sha256su0", Sha256su1 = "sha256su1",
        Sha512h = "sha512h", Sha512h2 = "sha512h2",
        Sha512su0 = "sha512su0", Sha512su1 = "sha512su1",
        Sm3ss1 = "sm3ss1", Sm3tt1a = "sm3tt1a", Sm3tt1b = "sm3tt1b",
        Sm3tt2a = "sm3tt2a", Sm3tt2b = "sm3tt2b",
        Sm3partw1 = "sm3partw1", Sm3partw2 = "sm3partw2",
        Sm4e = "sm4e", Sm4ekey = "sm4ekey",
    }
}

named_enum! {
    /// What is done with a guarded control stack. The operands are values of registers; what has
    /// no result gives 0. (Arm ARM D11)
    GcsOp {
        /// Of a call: pushes the return address, where the thread uses a stack.
        Call = "call",
        /// Of a return: pops and checks the target, where the thread uses a stack.
        Return = "return",
        /// GCSPUSHM.
        PushM = "pushm",
        /// GCSPOPM: gives what was popped, or the operand.
        PopM = "popm",
        /// GCSSS1.
        SwitchIn = "ss1",
        /// GCSSS2: gives the pointer to the old stack, or the operand.
        SwitchOut = "ss2",
        /// GCSSTR of the second operand to the address in the first.
        Store = "str",
        /// CHKFEAT: gives the operand without the bits of features that are in use.
        CheckFeatures = "chkfeat",
        /// GCSPR_EL0.
        Pointer = "pointer",
    }
}

named_enum! {
    /// A system register that is more than a constant.
    SysReg {
        /// TPIDR_EL0.
        TpidrEl0 = "tpidr_el0",
        /// TPIDRRO_EL0.
        TpidrroEl0 = "tpidrro_el0",
        /// FPCR.
        Fpcr = "fpcr",
        /// FPSR.
        Fpsr = "fpsr",
        /// CNTVCT_EL0: the virtual counter.
        CntvctEl0 = "cntvct_el0",
        /// SSBS, of PSTATE.
        Ssbs = "ssbs",
        /// DIT, of PSTATE.
        Dit = "dit",
        /// TCO, of PSTATE.
        Tco = "tco",
        /// The time of day in nanoseconds, which the vdso reads.
        WallClock = "wall_clock",
    }
}

named_enum! {
    /// How pointer authentication codes are computed, and whether a wrong one faults.
    PacKind {
        /// QARMA5; a wrong code leaves a pointer that cannot be used.
        Qarma5 = "qarma5",
        /// QARMA3 likewise.
        Qarma3 = "qarma3",
        /// This project's own cipher likewise.
        Own = "own",
        /// QARMA5; a wrong code faults (FEAT_FPAC).
        Qarma5Faults = "qarma5f",
        /// QARMA3 likewise.
        Qarma3Faults = "qarma3f",
        /// This project's own cipher likewise.
        OwnFaults = "ownf",
    }
}

impl PacKind {
    /// Whether a wrong code faults.
    pub fn faults(self) -> bool {
        matches!(self, Self::Qarma5Faults | Self::Qarma3Faults | Self::OwnFaults)
    }
}
