//! The part of the state that pointer authentication uses.

/// The keys, and which instructions use them. (Arm ARM D8.10; asm/pointer_auth.h)
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacState {
    /// APIAKey, APIBKey, APDAKey, APDBKey, APGAKey: low half, high half.
    pub keys: [[u64; 2]; 5],
    /// Bit n: the instructions of key n (of the first four) do nothing, as when SCTLR_EL1.EnIA
    /// and its kin are clear.
    pub disabled: u32,
}

impl PacState {
    /// The number of APGAKey.
    pub const GENERIC: usize = 4;
}
