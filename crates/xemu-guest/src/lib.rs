//! The guest processor's state: registers, NZCV, FPCR, FPSR, and why a run of guest code ended.
//!
//! [`CpuState`] is shared by the interpreter, by generated code (which addresses it through RBP,
//! see [`STATE_BIAS`]) and by the Linux layer. This crate knows nothing of IR, of host code or of
//! Linux.
#![forbid(unsafe_code)]

mod consts;
mod exit;
mod flags;
mod fp_control;
mod gcs;
mod mte;
mod pauth;
mod state;

pub use consts::{VEC_CONSTS, VecConst};
pub use exit::{Exit, FaultKind, GuestFault};
pub use flags::{Cond, HostFlags, Nzcv};
pub use fp_control::{Fpcr, Fpsr, Mxcsr, RoundingMode};
pub use gcs::GcsState;
pub use mte::MteState;
pub use pauth::PacState;
pub use state::{
    COUNTER_HZ, CpuState, EngineSlots, HELPER_SLOTS, Monitor, STATE_BIAS, XREG_SP, pstate,
};
