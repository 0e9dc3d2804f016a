//! The command `xemu-aarch64`.
fn main() {}
