//! Waiting for another thread of this process.

use core::sync::atomic::AtomicU32;
use core::time::Duration;

use crate::{Errno, check, syscall6};

const PRIVATE: u64 = libc::FUTEX_PRIVATE_FLAG as u64;

/// Waits until [`futex_wake`] while `word` holds `expected`. EAGAIN: it does not; EINTR: a signal
/// came; ETIMEDOUT. May also return without a reason.
pub fn futex_wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Result<(), Errno> {
    let spec = timeout.map(|t| [t.as_secs(), u64::from(t.subsec_nanos())]);
    let spec_ptr = spec.as_ref().map_or(0, |s| s.as_ptr() as u64);
    let op = libc::FUTEX_WAIT as u64 | PRIVATE;
    let args = [word.as_ptr() as u64, op, u64::from(expected), spec_ptr, 0, 0];
    // SAFETY: FUTEX_WAIT reads the word and the timespec, which live until the call returns.
    check(unsafe { syscall6(libc::SYS_futex as u64, args) }).map(drop)
}

/// Wakes at most `count` waiters; gives how many were woken.
pub fn futex_wake(word: &AtomicU32, count: u32) -> u64 {
    let op = libc::FUTEX_WAKE as u64 | PRIVATE;
    let count = u64::from(count.min(i32::MAX as u32));
    // SAFETY: FUTEX_WAKE writes no memory.
    check(unsafe { syscall6(libc::SYS_futex as u64, [word.as_ptr() as u64, op, count, 0, 0, 0]) })
        .unwrap_or(0)
}
