//! The host kernel and the host processor's state, as the rest of the project sees them.
//!
//! Raw system calls, the restart-safe system call window, signal handlers and their contexts,
//! memory mappings, threads and processes, and a per-thread record that signal handlers can reach.
//! This crate knows nothing of the guest.
//!
//! # What "safe" means here
//! The emulator runs one program in its own process, and the program's addresses are the process's
//! addresses. A program that asks the kernel to write over the emulator's memory harms only itself,
//! as a native program does that writes over its C library's. Functions that hand a *guest's*
//! request to the kernel are therefore safe to call; what they must not do is change memory or
//! control flow behind Rust's back on the *emulator's* behalf.

mod arguments;
mod clock;
mod context;
mod futex;
mod heap;
mod host_random;
mod map;
mod process;
mod sharing;
mod signal;
mod slab;
mod syscall;
mod thread_slot;

#[cfg(test)]
mod tests;

pub use arguments::{ShownImage, own_heap, remember_arguments, show_arguments, show_image};
pub use clock::{clock_resolutions, monotonic_ns, random_u64, realtime_ns};
pub use context::{HostContext, HostReg, SigInfo};
pub use futex::{futex_wait, futex_wake};
pub use heap::{Heap, release_addresses, reserve_addresses};
pub use host_random::HostRandom;
pub use map::{
    DualMapping, Mapping, PAGE_SIZE, Protection, SharedWords, raw_map, raw_protect, raw_unmap,
};
pub use process::{
    CloneArgs, Fork, address_space_limit, auxval, clone_process, exec_path, exit_group,
    exit_thread, fork, getauxval, getpid, gettid, has_fixed_addresses, inherited_file, soft_limit,
    spawn_thread,
};
pub use sharing::{SharedChild, clone_sharing, delegate, leaves};
pub use signal::{
    AltStack, Handler, KernelSigaction, SA_NODEFER, SA_ONSTACK, SA_RESTART, SA_SIGINFO, SIG_COUNT,
    SIG_DFL, SIG_IGN, SigmaskHow, get_action, install_handler, queue_info, set_disposition,
    sigprocmask, tgkill, was_ignored,
};
pub use slab::with_common_heap;
pub use syscall::{
    EINTR, ENOSYS, INTERRUPTED, NOT_BEGUN, guest_syscall, is_forbidden, rewind_if_in_window,
    safe_syscall, syscall6,
};
pub use thread_slot::{
    ThreadSlot, enter, raw_pointer, request_poll, set_raw_pointer, with, with_poll_flag,
};

/// An error number of the host's kernel, positive.
pub type Errno = i32;

/// Splits a raw result into value and error number.
pub fn check(result: i64) -> Result<u64, Errno> {
    match result {
        -4095..=-1 => Err(result.unsigned_abs() as Errno),
        value => Ok(value as u64),
    }
}
