//! The guest's memory: the list of its mappings, checked access to it, instruction fetch.
//!
//! Guest addresses are host addresses. [`AddressSpace`] keeps the list and does the host's mmap
//! calls; [`read`], [`write`] and their relatives touch memory and turn a host fault into a
//! [`xemu_guest::GuestFault`]. Guest code is data to the host: no guest page is ever executable
//! for the host, the list alone remembers what the guest may execute.
//!
//! # What "safe" means here
//! A guest address is whatever number the program made up. The program shares the process with the
//! emulator and may hit the emulator's memory by a wild store, as a native program may hit its C
//! library's; mappings of the guest never lie over the emulator's, so a program that stays within
//! its own memory never does. No Rust reference ever points into guest memory.

mod access;
mod atomic;
mod code;
pub mod consts;
mod family;
mod grow;
mod handler;
mod host;
mod layout;
mod list;
mod maps_text;
mod other;
mod proc_text;
mod quota;
mod remap;
mod shadow;
mod space;
mod stubs;
mod tags;

#[cfg(test)]
mod tests;

pub use access::{
    CStrError, GuestInt, accessed, copy_in, copy_in_partial, copy_out, copy_out_partial,
    copy_within, fill, read, read_array, read_bytes, read_cstr, untag, write,
};
pub use atomic::{AtomicOp, compare_exchange, fetch_add, fetch_op, fetch_update, swap};
pub use code::{CodeObserver, CodeWindow};
pub use consts::PAGE_SIZE;
pub use handler::install_fault_handlers;
pub use layout::{HOST_TASK_SIZE, Layout, OVERFLOW_END};
pub use list::{FileId, MappingInfo, RegionName};
pub use maps_text::path_at as mapped_path;
pub use other::{OtherSpace, Places};
pub use proc_text::smaps_rollup;
pub use quota::LockKind;
pub use shadow::is_shadow_stack;
pub use space::{AddressSpace, ForkGuard};
pub use stubs::{classify, fixup};
pub use tags::{any_tags, set_tag, tag_at};
