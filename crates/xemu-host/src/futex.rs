//! Waiting for another thread of this process.

use core::sync::atomic::AtomicU32;
use core::time::Duration;

use crate::{Errno, check, syscall6};

const PRIVATE: u64 = libc::FUTEX_PRIVATE_FLAG as u64;

/// Waits until [`futex_wake`] while `word` holds `expected`. EAGAIN: it does not; EINTR: a signal
/// came; ETIMEDOUT. May also return without a reason.
pub fn futex_wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Result<(), Errno> {
    wait(word, expected, timeout, PRIVATE)
}

fn wait(
    word: &AtomicU32,
    expected: u32,
    timeout: Option<Duration>,
    scope: u64,
) -> Result<(), Errno> {
    let spec = timeout.map(|t| [t.as_secs(), u64::from(t.subsec_nanos())]);
    let spec_ptr = spec.as_ref().map_or(0, |s| s.as_ptr() as u64);
    let op = libc::FUTEX_WAIT as u64 | scope;
    let args = [word.as_ptr() as u64, op, u64::from(expected), spec_ptr, 0, 0];
    // SAFETY: FUTEX_WAIT reads the word and the timespec, which live until the call returns.
    check(unsafe { syscall6(libc::SYS_futex as u64, args) }).map(drop)
}

/// Wakes at most `count` waiters; gives how many were woken.
pub fn futex_wake(word: &AtomicU32, count: u32) -> u64 {
    wake(word, count, PRIVATE)
}

fn wake(word: &AtomicU32, count: u32, scope: u64) -> u64 {
    let op = libc::FUTEX_WAKE as u64 | scope;
    let count = u64::from(count.min(i32::MAX as u32));
    // SAFETY: FUTEX_WAKE writes no memory.
    check(unsafe { syscall6(libc::SYS_futex as u64, [word.as_ptr() as u64, op, count, 0, 0, 0]) })
        .unwrap_or(0)
}

/// Like [`futex_wait`], for a word that another process or the kernel itself changes.
pub(crate) fn wait_shared(
    word: &AtomicU32,
    expected: u32,
    timeout: Option<Duration>,
) -> Result<(), Errno> {
    wait(word, expected, timeout, 0)
}

/// Wakes who waits by [`wait_shared`].
pub(crate) fn wake_shared(word: &AtomicU32, count: u32) -> u64 {
    wake(word, count, 0)
}
