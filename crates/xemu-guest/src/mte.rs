//! The part of the state that memory tagging uses.

/// How a thread checks tags. (Arm ARM D10; arch/arm64/kernel/mte.c)
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MteState {
    /// What PR_SET_TAGGED_ADDR_CTRL has set.
    pub control: u64,
    /// Which accesses are checked at once, SCTLR_EL1.TCF0: one of the constants.
    pub mode: u32,
    /// Bit n: IRG and ADDG do not make tag n, GCR_EL1.Exclude.
    pub excluded: u32,
    /// An access that is checked later had a wrong tag, TFSRE0_EL1.
    pub pending: u32,
}

impl MteState {
    /// PR_TAGGED_ADDR_ENABLE of `control`: system calls take addresses with tags.
    pub const ENABLE: u64 = 1;
    /// Nothing is checked.
    pub const NONE: u32 = 0;
    /// A wrong tag faults.
    pub const SYNC: u32 = 1;
    /// A wrong tag is noted.
    pub const ASYNC: u32 = 2;

    /// Whether system calls take addresses with tags.
    pub fn takes_tags(&self) -> bool {
        self.control & Self::ENABLE != 0
    }
}

impl Default for MteState {
    fn default() -> Self {
        Self { control: 0, mode: Self::NONE, excluded: 0xffff, pending: 0 }
    }
}
