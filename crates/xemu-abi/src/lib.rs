//! The arm64 Linux interface: structures, constants, error numbers, and their layout.
//!
//! Only what the Linux layer and the loader have to look into is here; most structures are equal
//! on arm64 and x86-64 and pass through untouched. Structures are described field by field with
//! their offsets ([`wire`]), so that no host layout can leak in. This crate knows nothing of the
//! host.
#![forbid(unsafe_code)]

pub mod auxv;
pub mod core;
pub mod errno;
pub mod fcntl;
pub mod hwcap;
pub mod ipc;
pub mod mman;
pub mod process;
pub mod sigframe;
pub mod signal;
pub mod stat;
pub mod uring;
pub mod wire;

pub use errno::Errno;
pub use wire::Wire;
