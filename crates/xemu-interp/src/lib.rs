//! Executes IR: the oracle of every test and the fallback of the JIT.
//!
//! [`fp`] and [`crypto`] hold the arithmetic of one element or one vector as plain functions on
//! integers; they know neither IR nor the guest's registers.
#![forbid(unsafe_code)]

pub mod crypto;
pub mod fp;
