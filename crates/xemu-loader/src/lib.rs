//! Loads arm64 programs into guest memory as the kernel's execve does.
//!
//! [`inspect`] tells what a file is; [`load`] maps the program, its interpreter and the vdso,
//! and builds the first stack. Knows nothing of engines and of guest threads. Only the ELF header
//! and the program headers are read: section headers may be anything.
#![forbid(unsafe_code)]

mod elf;
mod error;
mod file;
mod image;
mod load;
mod script;
mod stack;
mod vdso;

pub use error::{Cause, LoadError};
pub use file::{FileKind, inspect};
pub use image::Image;
pub use load::{LoadRequest, LoadedProgram, default_stack_size, load};
pub use stack::{Credentials, FirstStack, StackRequest, build_stack};
pub use vdso::{VDSO_IMAGE, Vdso};
