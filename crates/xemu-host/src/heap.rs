//! The heap, with addresses kept back for it.
//!
//! A guest may take all the addresses that the process is allowed (RLIMIT_AS), which is its own
//! business: its next mmap fails, and it goes on. The emulator shares the limit, but it must go on
//! too: it translates, which needs memory. So some addresses are reserved at the start and given
//! back piece by piece when there are no others.

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicU64, Ordering};
use std::alloc::System;

use crate::map::{PAGE_SIZE, raw_map, raw_unmap};
use crate::slab;

/// What is given back beyond the bytes asked for: the C library maps a megabyte for small blocks
/// when the break cannot move.
const ROUNDING: u64 = (1 << 20) + (64 << 10);

/// Start of the reserve, and its length that is left.
static RESERVE: AtomicU64 = AtomicU64::new(0);
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Keeps `len` bytes of addresses for the emulator. Once, at its start; without them it runs too.
pub fn reserve_addresses(len: usize) {
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE) as u64;
    // SAFETY: no MAP_FIXED, so no existing mapping changes.
    let Ok(addr) = (unsafe { raw_map(0, len as u64, 0, flags, -1, 0) }) else { return };
    RESERVE.store(addr, Ordering::Relaxed);
    LEFT.store(len as u64, Ordering::Release);
}

/// Gives back reserved addresses for an attempt that failed with `len` bytes. False when there are
/// not that many.
pub fn release_addresses(len: usize) -> bool {
    let wanted = (len as u64).next_multiple_of(PAGE_SIZE as u64).saturating_add(ROUNDING);
    let took = LEFT.fetch_update(Ordering::AcqRel, Ordering::Acquire, |l| l.checked_sub(wanted));
    let Ok(left) = took else { return false };
    let at = RESERVE.load(Ordering::Relaxed) + left - wanted;
    // SAFETY: the range is the end of what was left of the reserve; nobody else takes it, because
    // the exchange above succeeded for this caller alone, and nothing uses reserved addresses.
    unsafe { raw_unmap(at, wanted) }.is_ok()
}

/// The C library's heap, which falls back on the reserve.
#[derive(Debug)]
pub struct Heap;

// SAFETY: every block comes from `System` and goes back to it, or comes from a slab, whose blocks
// are distinct until their user has gone; `System`'s contract is this one's.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(block) = from_slab(layout) {
            return block;
        }
        // SAFETY: the caller's promise is handed on.
        let attempt = || unsafe { System.alloc(layout) };
        again(layout.size(), attempt)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if let Some(block) = from_slab(layout) {
            // SAFETY: the block has so many bytes; a slab is used again and not clean.
            unsafe { block.write_bytes(0, layout.size()) };
            return block;
        }
        // SAFETY: the caller's promise is handed on.
        let attempt = || unsafe { System.alloc_zeroed(layout) };
        again(layout.size(), attempt)
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if slab::is_used() || slab::holds(block) {
            // SAFETY: the caller promises a size that is not zero and no overflow with this
            // alignment.
            let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
            // SAFETY: the size is not zero, as above.
            let new = unsafe { self.alloc(wanted) };
            if !new.is_null() {
                let len = size.min(layout.size());
                // SAFETY: both blocks have at least `len` bytes and are different ones.
                unsafe { new.copy_from_nonoverlapping(block, len) };
                // SAFETY: the old block is the caller's to give up.
                unsafe { self.dealloc(block, layout) };
            }
            return new;
        }
        // SAFETY: the caller's promise is handed on; a failed attempt leaves the block as it was.
        let attempt = || unsafe { System.realloc(block, layout, size) };
        again(size, attempt)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // A child that may be killed at any instruction must not be found inside the C library's
        // heap: what it frees of the parent's is lost, which is little.
        if slab::is_used() || slab::holds(block) {
            return;
        }
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(block, layout) }
    }
}

/// A block of the slab, in a child that shares memory; a full slab leaves only the common heap.
#[inline]
fn from_slab(layout: Layout) -> Option<*mut u8> {
    if !slab::is_used() {
        return None;
    }
    Some(slab::alloc(layout)).filter(|block| !block.is_null())
}

fn again(size: usize, mut attempt: impl FnMut() -> *mut u8) -> *mut u8 {
    let block = attempt();
    if block.is_null() && release_addresses(size) { attempt() } else { block }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_given_back_in_pieces() {
        assert!(!release_addresses(1), "nothing was reserved yet");
        reserve_addresses(4 << 20);
        let left = || LEFT.load(Ordering::Relaxed);
        assert!(release_addresses(1));
        assert_eq!(left(), (4 << 20) - ROUNDING - 4096);
        assert!(!release_addresses(4 << 20), "that is more than there is");
        assert!(!release_addresses(usize::MAX - 8191));
        assert_eq!(again(8, core::ptr::dangling_mut), core::ptr::dangling_mut());
    }
}
