//! Passes over blocks, each `fn run(&mut Block, …)` in its own file.

pub mod forward;
pub mod liveness;
