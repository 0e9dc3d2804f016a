//! Executes IR: the oracle of every test and the fallback of the JIT.
//!
//! [`Interp`] runs a block on a [`xemu_guest::CpuState`] and a [`Machine`]; [`eval`] computes the
//! ops that are functions of values. [`fp`] and [`crypto`] hold the arithmetic of one element or
//! one vector as plain functions on integers; they know neither IR nor the guest's registers.
#![forbid(unsafe_code)]

pub mod crypto;
pub mod eval;
pub mod fp;
mod gcs;
mod host_memory;
mod memory;
mod mops;
mod overlay;
mod pauth;
mod run;
mod tags;

#[cfg(test)]
mod tests;

pub use host_memory::HostMemory;
pub use memory::{Combined, Devices, GuestMemory, Machine, accessed, rmw_result, untag};
pub use overlay::{Alias, Difference, Overlay};
pub use run::{BlockEnd, Interp, exec_op};
