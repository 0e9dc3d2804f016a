//! Emits x86-64 code from IR: instruction choice, register allocation, encoding.
//!
//! [`Compiler`] turns a block into bytes plus what the code cache must know about them. The
//! [`contract`] says where guest state is between blocks. This crate knows neither A64 encodings
//! nor where code is kept.
#![forbid(unsafe_code)]

mod alloc;
pub mod asm;
pub mod contract;
mod emit;
mod features;
mod plan;
pub mod trampolines;

pub use emit::{
    CompileContext, CompileError, Compiled, Compiler, EvalCode, ExitKind, ExitSlot, FaultRecord,
    FlagsAt, Ways,
};
pub use features::HostFeatures;
