//! Signals that the host's handler has taken and the guest has not seen yet: a few slots for each
//! thread, written by the handler and emptied by the thread itself.
//!
//! There is a slot for each signal. One that is taken means that the same signal is pending
//! already, and the second is merged as by the kernel; the handler leaves asynchronous signals
//! blocked until the first was delivered, so nothing that must not be merged is.

use core::sync::atomic::{AtomicU64, Ordering};

use xemu_abi::Wire;
use xemu_abi::signal::{SIGINFO_SIZE, SigInfo, SigSet};

use crate::signal::FAULTS;

const WORDS: usize = SIGINFO_SIZE / 8;
const SLOTS: usize = 64;

struct Slot {
    words: [AtomicU64; WORDS],
}

struct Pending {
    /// Which signals are in the slots.
    queued: AtomicU64,
    slots: [Slot; SLOTS],
}

thread_local! {
    // Constant and without a destructor, so that the handler's access is a plain TLS address.
    static PENDING: Pending = const {
        Pending {
            queued: AtomicU64::new(0),
            slots: [const { Slot { words: [const { AtomicU64::new(0) }; WORDS] } }; SLOTS],
        }
    };
}

fn slot_of(sig: i32) -> usize {
    (sig - 1) as usize % SLOTS
}

/// Stores a signal. Called by the host's handler: no allocation, no lock.
pub fn queue(info: &SigInfo) {
    let bit = SigSet::of(info.signo()).0;
    PENDING.with(|pending| {
        if pending.queued.load(Ordering::Relaxed) & bit != 0 {
            return;
        }
        let slot = &pending.slots[slot_of(info.signo())];
        for (i, word) in slot.words.iter().enumerate() {
            word.store(u64::decode(&info.0[i * 8..]), Ordering::Relaxed);
        }
        // Only this thread and its handlers look at it; the order is the program's.
        pending.queued.fetch_or(bit, Ordering::Release);
    });
}

/// The signals in the slots.
pub fn queued() -> SigSet {
    PENDING.with(|pending| SigSet(pending.queued.load(Ordering::Acquire)))
}

/// Takes the signal that the kernel would deliver first of those in `wanted`: a fault signal,
/// otherwise the lowest number.
pub fn take(wanted: SigSet) -> Option<SigInfo> {
    let candidates = SigSet(queued().0 & wanted.0);
    let sig = SigSet(candidates.0 & FAULTS.0).first().or(candidates.first())?;
    PENDING.with(|pending| {
        let slot = &pending.slots[slot_of(sig)];
        let mut info = SigInfo([0; SIGINFO_SIZE]);
        for (i, word) in slot.words.iter().enumerate() {
            word.load(Ordering::Relaxed).encode(&mut info.0[i * 8..]);
        }
        pending.queued.fetch_and(!SigSet::of(sig).0, Ordering::Release);
        Some(info)
    })
}

/// Takes all that wait, for the time in which a new process is made: it begins without them.
pub fn take_all() -> Vec<SigInfo> {
    std::iter::from_fn(|| take(SigSet::ALL)).collect()
}

/// Puts back what [`take_all`] gave.
pub fn put_back(held: &[SigInfo]) {
    held.iter().for_each(queue);
}

/// Forgets all.
pub fn clear() {
    PENDING.with(|pending| pending.queued.store(0, Ordering::Release));
}

#[cfg(test)]
mod tests {
    use super::*;
    use xemu_abi::signal::{SIGBUS, SIGSEGV, SIGUSR1};

    #[test]
    fn signals_come_out_as_the_kernel_would() {
        clear();
        queue(&SigInfo::kernel(SIGUSR1));
        queue(&SigInfo::fault(SIGSEGV, 0, 5));
        queue(&SigInfo::fault(SIGSEGV, 0, 6));
        assert!(queued().has(SIGUSR1) && queued().has(SIGSEGV));
        assert_eq!(take(SigSet::of(SIGBUS)), None);
        // A fault signal goes first, and the second of its kind was merged.
        assert_eq!(take(SigSet::ALL).map(|i| i.addr()), Some(5));
        assert_eq!(take(SigSet::ALL).map(|i| i.signo()), Some(SIGUSR1));
        assert_eq!(take(SigSet::ALL), None);
    }

    #[test]
    fn signals_are_kept_for_the_parent() {
        clear();
        queue(&SigInfo::kernel(SIGUSR1));
        let held = take_all();
        assert_eq!(queued(), SigSet::EMPTY);
        queue(&SigInfo::fault(SIGBUS, 0, 5));
        put_back(&held);
        assert_eq!(queued(), SigSet::of(SIGUSR1).or(SigSet::of(SIGBUS)));
        clear();
    }
}
