//! Register names. Constants are free items, so that an emitter can write `use asm::reg::*`.

use std::fmt;

/// A general-purpose register; the width is chosen by each instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gpr(pub(super) u8);

/// A vector register; 128 bits wide unless an instruction says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Xmm(pub(super) u8);

const GPR_NAMES: [&str; 16] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
];

impl Gpr {
    /// The register with hardware number `number`, 0 to 15.
    #[inline]
    #[must_use]
    pub const fn new(number: u8) -> Self {
        debug_assert!(number < 16);
        Self(number & 15)
    }

    /// Hardware number, 0 to 15.
    #[inline]
    #[must_use]
    pub const fn index(self) -> u8 {
        self.0
    }
}

impl Xmm {
    /// The register with hardware number `number`, 0 to 15.
    #[inline]
    #[must_use]
    pub const fn new(number: u8) -> Self {
        debug_assert!(number < 16);
        Self(number & 15)
    }

    /// Hardware number, 0 to 15.
    #[inline]
    #[must_use]
    pub const fn index(self) -> u8 {
        self.0
    }
}

impl fmt::Debug for Gpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(GPR_NAMES[usize::from(self.0)])
    }
}

impl fmt::Debug for Xmm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xmm{}", self.0)
    }
}

macro_rules! registers {
    ($ty:ident: $($name:ident $number:literal),* $(,)?) => {
        $(
            #[doc = concat!("Register number ", stringify!($number), ".")]
            pub const $name: $ty = $ty($number);
        )*
    };
}

registers!(Gpr: RAX 0, RCX 1, RDX 2, RBX 3, RSP 4, RBP 5, RSI 6, RDI 7);
registers!(Gpr: R8 8, R9 9, R10 10, R11 11, R12 12, R13 13, R14 14, R15 15);
registers!(Xmm: XMM0 0, XMM1 1, XMM2 2, XMM3 3, XMM4 4, XMM5 5, XMM6 6, XMM7 7);
registers!(Xmm: XMM8 8, XMM9 9, XMM10 10, XMM11 11, XMM12 12, XMM13 13, XMM14 14, XMM15 15);
