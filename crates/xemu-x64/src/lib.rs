//! Emits x86-64 code from IR: instruction choice, register allocation, encoding.

#![forbid(unsafe_code)]

pub mod asm;
