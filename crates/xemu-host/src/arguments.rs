//! The memory from which the kernel shows a process's arguments, in ps and /proc/PID/cmdline.

use core::ffi::{CStr, c_char, c_int};
use core::sync::atomic::{AtomicU64, Ordering};

use crate::syscall6;

static START: AtomicU64 = AtomicU64::new(0);
static LEN: AtomicU64 = AtomicU64::new(0);

/// Remembers where the arguments are, for [`show_arguments`].
///
/// # Safety
/// `argv` must be what the process's entry point got: `argc` pointers to strings behind each other
/// in writable memory that stays. Strings that are read later may have changed.
pub unsafe fn remember_arguments(argc: c_int, argv: *const *const c_char) {
    let Some(last) = usize::try_from(argc).ok().and_then(|n| n.checked_sub(1)) else { return };
    // SAFETY: the caller promises `argc` pointers, which are at least one.
    let first = unsafe { argv.read() };
    // SAFETY: as above; `last` is inside the array.
    let at = unsafe { argv.add(last) };
    // SAFETY: `last` is below `argc`, so the pointer there may be read.
    let at = unsafe { at.read() };
    // SAFETY: the caller promises strings.
    let text = unsafe { CStr::from_ptr(at) };
    let end = at as u64 + text.to_bytes_with_nul().len() as u64;
    START.store(first as u64, Ordering::Relaxed);
    LEN.store(end.saturating_sub(first as u64), Ordering::Relaxed);
}

/// Shows other arguments, each ended by a zero, as far as there is room.
pub fn show_arguments(text: &[u8]) {
    let (start, len) = (START.load(Ordering::Relaxed), LEN.load(Ordering::Relaxed) as usize);
    let Some(most) = len.checked_sub(1) else { return };
    let shown = text.len().min(most);
    let to = start as *mut u8;
    // SAFETY: `remember_arguments` was promised that these bytes are writable and stay; `shown` is
    // less than there are.
    unsafe { to.copy_from_nonoverlapping(text.as_ptr(), shown) };
    // SAFETY: as above; `shown` is inside.
    let rest = unsafe { to.add(shown) };
    // SAFETY: as above; the rest of the bytes, so that the last string stays ended.
    unsafe { rest.write_bytes(0, len - shown) };
    set_end(start + shown as u64);
}

/// Tells the kernel where the arguments end; without the right to do so zeros follow them.
fn set_end(end: u64) {
    const PR_SET_MM: u64 = 35;
    const PR_SET_MM_ARG_END: u64 = 9;
    // SAFETY: changes only what /proc shows.
    unsafe { syscall6(libc::SYS_prctl as u64, [PR_SET_MM, PR_SET_MM_ARG_END, end, 0, 0, 0]) };
}
