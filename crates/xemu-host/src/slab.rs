//! Heap memory of a child that shares its parent's: see [`crate::sharing`].
//!
//! A few slabs, one for each such child that is there at the same time. Blocks are cut off in order
//! and never given back; a slab is used again from its start by the next child. So a child leaves
//! nothing to be repaired, wherever it is killed. A block must not outlive the child: what does is
//! made by the parent, see [`crate::delegate`].

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::map::raw_map;

const SLABS: usize = 8;
const SLAB_SIZE: usize = 8 << 20;

struct Slab {
    taken: AtomicBool,
    used: AtomicUsize,
}

static STATE: [Slab; SLABS] =
    [const { Slab { taken: AtomicBool::new(false), used: AtomicUsize::new(0) } }; SLABS];

/// Start of the slabs' memory; 0 before the first use.
static START: AtomicU64 = AtomicU64::new(0);

/// The calling thread's slab: its number and one, or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Current(usize);

thread_local! {
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

fn memory() -> Option<u64> {
    let start = START.load(Ordering::Acquire);
    if start != 0 {
        return Some(start);
    }
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE) as u64;
    let prot = (libc::PROT_READ | libc::PROT_WRITE) as u64;
    // SAFETY: no MAP_FIXED, so no existing mapping changes.
    let new = unsafe { raw_map(0, (SLABS * SLAB_SIZE) as u64, prot, flags, -1, 0) }.ok()?;
    match START.compare_exchange(0, new, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(new),
        Err(first) => {
            // SAFETY: the range was mapped above, and nobody has heard of it.
            let _ = unsafe { crate::map::raw_unmap(new, (SLABS * SLAB_SIZE) as u64) };
            Some(first)
        }
    }
}

/// Makes a free slab the calling thread's, if there is one; gives what it had before.
pub(crate) fn enter() -> Current {
    let free = memory().and_then(|_| {
        let take = |slab: &Slab| !slab.taken.swap(true, Ordering::AcqRel);
        STATE.iter().position(take)
    });
    if let Some(number) = free {
        STATE[number].used.store(0, Ordering::Relaxed);
    }
    Current(CURRENT.replace(free.map_or(0, |n| n + 1)))
}

/// Frees the calling thread's slab and goes back to the one before.
pub(crate) fn leave_to(before: Current) {
    let Current(number) = replace(before);
    if let Some(slab) = number.checked_sub(1).and_then(|n| STATE.get(n)) {
        slab.taken.store(false, Ordering::Release);
    }
}

/// The ordinary heap from now on, in a process that has a copy of the slabs.
pub(crate) fn leave() {
    CURRENT.set(0);
}

/// Changes the calling thread's slab.
pub(crate) fn replace(slab: Current) -> Current {
    Current(CURRENT.replace(slab.0))
}

/// Whether the calling thread takes its blocks from a slab.
#[inline]
pub(crate) fn is_used() -> bool {
    CURRENT.get() != 0
}

/// Runs `f` with the ordinary heap: for what outlives the child.
pub fn with_common_heap<R>(f: impl FnOnce() -> R) -> R {
    let before = replace(Current(0));
    let result = f();
    replace(before);
    result
}

/// Whether a block lies in the slabs.
#[inline]
pub(crate) fn holds(block: *const u8) -> bool {
    let start = START.load(Ordering::Relaxed);
    start != 0 && (block as u64).wrapping_sub(start) < (SLABS * SLAB_SIZE) as u64
}

/// A block of the calling thread's slab; null when that is full.
pub(crate) fn alloc(layout: Layout) -> *mut u8 {
    let Some(number) = CURRENT.get().checked_sub(1) else { return ptr::null_mut() };
    let Some(slab) = STATE.get(number) else { return ptr::null_mut() };
    let start = START.load(Ordering::Relaxed) as usize + number * SLAB_SIZE;
    let used = slab.used.load(Ordering::Relaxed);
    let at = (start + used).next_multiple_of(layout.align()) - start;
    match at.checked_add(layout.size()).filter(|end| *end <= SLAB_SIZE) {
        Some(end) => {
            // Before the block is used; only this thread takes from this slab.
            slab.used.store(end, Ordering::Relaxed);
            ptr::with_exposed_provenance_mut(start + at)
        }
        None => ptr::null_mut(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_cut_off_in_order() {
        let layout = Layout::from_size_align(24, 8).unwrap();
        assert!(alloc(layout).is_null() && !is_used());
        let before = enter();
        let first = alloc(layout);
        let aligned = alloc(Layout::from_size_align(1, 64).unwrap());
        assert!(holds(first) && holds(aligned) && (aligned as usize).is_multiple_of(64));
        assert!(aligned > first);
        assert!(alloc(Layout::from_size_align(SLAB_SIZE, 1).unwrap()).is_null());
        assert!(with_common_heap(|| !is_used() && alloc(layout).is_null()));
        let inner = enter();
        assert!(inner != before && !(first..aligned).contains(&alloc(layout)));
        leave_to(inner);
        assert!(alloc(layout) > aligned);
        leave_to(before);
        assert!(!is_used() && !holds(ptr::null()));
    }
}
