//! Where things go in the guest's part of the address space.
//!
//! The guest sees what a 42-bit arm64 kernel shows: program at two thirds, stack at the top,
//! mappings from below the stack downwards. Memory checkers that derive their shadow's place from
//! the stack's address know that form. All of it lies far below the places where an x86-64 kernel
//! puts the emulator, its heap and its own mappings (0x5555…, 0x7f…), under any of its settings
//! for randomization, so neither side ever finds the other in its way.

use core::ops::Range;

/// The end of what x86-64 gives to a user process.
pub const HOST_TASK_SIZE: u64 = 1 << 47;

/// The end of the preferred window.
const WINDOW_END: u64 = 1 << 42;
/// Nothing is placed below unless the guest names the address: programs with fixed addresses and
/// their heaps are there.
const WINDOW_START: u64 = 1 << 32;
/// Where mappings go that found no room in the window. Beyond it are the emulator and what the
/// guest has mapped there by address.
pub const OVERFLOW_END: u64 = 0x5000_0000_0000;
/// The address of position-independent programs, before the random offset.
const IMAGE_BASE: u64 = 0x2aa_aaaa_0000;
/// What is kept free for the heap behind the program.
const BRK_ROOM: u64 = 64 << 30;
/// The least room between the stack's top and the first mapping.
const MIN_STACK_GAP: u64 = 128 << 20;
/// Kept free below the stack.
const STACK_GUARD: u64 = 1 << 20;

/// The places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Where a position-independent program goes.
    pub image_base: u64,
    /// The end of the stack.
    pub stack_top: u64,
    /// Mappings go below.
    pub mmap_top: u64,
    /// How far the heap may grow behind its start, in bytes.
    pub brk_room: u64,
}

impl Layout {
    /// A layout; `entropy` moves program, mappings and stack, 0 does not.
    pub fn new(entropy: u64) -> Self {
        let pages = |shift: u32, bits: u32| (entropy >> shift & ((1 << bits) - 1)) << 12;
        let stack_top = WINDOW_END - 0x1000 - pages(0, 18);
        Self {
            // 64 KiB steps suit segments that are aligned for kernels with large pages.
            image_base: IMAGE_BASE + (pages(18, 18) & !0xffff),
            stack_top,
            mmap_top: stack_top - MIN_STACK_GAP - pages(36, 18),
            brk_room: BRK_ROOM,
        }
    }

    /// Makes room for a stack of `size` bytes: mappings go below it and its guard.
    pub(crate) fn reserve_stack(&mut self, size: u64) {
        let below = self.stack_top.saturating_sub(size + STACK_GUARD);
        self.mmap_top = self.mmap_top.min(below & !0xfff);
    }

    /// Where to look for room, best first.
    pub(crate) fn windows(&self) -> [Range<u64>; 2] {
        [WINDOW_START..self.mmap_top, WINDOW_END..OVERFLOW_END]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_apart_for_any_entropy() {
        for entropy in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            let mut l = Layout::new(entropy);
            l.reserve_stack(1 << 30);
            assert!(l.image_base >= IMAGE_BASE && l.image_base & 0xffff == 0);
            assert!(l.image_base + l.brk_room < l.mmap_top);
            assert!(l.mmap_top + (1 << 30) < l.stack_top && l.stack_top < WINDOW_END);
        }
    }
}
