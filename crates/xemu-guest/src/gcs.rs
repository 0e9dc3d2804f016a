//! The part of the state that guarded control stacks use.

/// A thread's guarded control stack. (Arm ARM D11; arch/arm64/mm/gcs.c)
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GcsState {
    /// GCSPR_EL0: where the newest record is.
    pub pointer: u64,
    /// What PR_SET_SHADOW_STACK_STATUS has set: the constants' bits, GCSCRE0_EL1.
    pub mode: u64,
    /// The bits of `mode` that do not change any more.
    pub locked: u64,
    /// The stack that the kernel has made for the thread, and unmaps at its end; 0 for none.
    pub base: u64,
    /// Its size in bytes.
    pub size: u64,
}

impl GcsState {
    /// PR_SHADOW_STACK_ENABLE: calls push, returns check (PCRSEL, RVCHKEN).
    pub const ENABLE: u64 = 1;
    /// PR_SHADOW_STACK_WRITE: GCSSTR is permitted (STREn).
    pub const WRITE: u64 = 2;
    /// PR_SHADOW_STACK_PUSH: GCSPUSHM is permitted (PUSHMEn).
    pub const PUSH: u64 = 4;
    /// All of them.
    pub const KNOWN: u64 = Self::ENABLE | Self::WRITE | Self::PUSH;

    /// Whether calls push and returns check.
    pub fn is_enabled(&self) -> bool {
        self.mode & Self::ENABLE != 0
    }
}
