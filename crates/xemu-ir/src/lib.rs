//! The intermediate representation: one op list, builder, verifier, text form, passes.
//!
//! A [`Block`] is a straight line of [`Inst`]s with one entry, side exits and one terminator. An
//! instruction's index is its value ([`Val`]). Guest registers are read and written by ops in
//! program order, so the order of ops *is* the order of architectural effects; the condition flags
//! are implicit state that ops read and write (see [`Effects`]).
//!
//! This crate knows neither A64 encodings nor x86 ones.
#![forbid(unsafe_code)]

mod block;
mod builder;
mod kinds;
mod ops;
pub mod passes;
mod text;
mod verify;

pub use block::{Analysis, Block, DeadWrite, Inst, Val};
pub use builder::{Address, Builder};
pub use kinds::{
    AttrKind, CryptoKind, Effects, Es, FenceKind, FpMode, GcsOp, PacKind, RmwKind, RoundKind,
    Shape, SysReg, Ty,
};
pub use ops::{Op, OpInfo};
pub use text::{ParseError, parse};
pub use verify::{VerifyError, verify};
