//! Which pages are guarded control stacks: ordinary stores fault there. (Arm ARM D11, FEAT_GCS;
//! VM_SHADOW_STACK in Linux Documentation/arch/arm64/gcs.rst)
//!
//! One set of bits for the process, a bit for each page. It is read without a lock and grows
//! by parts that are made once and never freed. While there is no such page, nothing is allocated.

use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use crate::consts::PAGE_SIZE;
use crate::tags::follow;

/// Bits of an address: the host's user space.
const ADDRESS_BITS: u32 = 47;
/// Bits of an address within a part.
const PART_BITS: u32 = 30;
const PAGE_BITS: u32 = PAGE_SIZE.trailing_zeros();
const PARTS: usize = 1 << (ADDRESS_BITS - PART_BITS);
const WORDS: usize = 1 << (PART_BITS - PAGE_BITS - 6);

type Part = [AtomicU64; WORDS];

static ROOT: [AtomicPtr<Part>; PARTS] = [const { AtomicPtr::new(core::ptr::null_mut()) }; PARTS];

/// Whether there ever was such a page.
static ANY: AtomicBool = AtomicBool::new(false);

fn new_part() -> Box<Part> {
    Box::new([const { AtomicU64::new(0) }; WORDS])
}

fn word(addr: u64, make: bool) -> Option<(&'static AtomicU64, u64)> {
    let place = ROOT.get((addr >> PART_BITS) as usize)?;
    let part = follow(place, make.then_some(new_part))?;
    let page = (addr >> PAGE_BITS) as usize;
    Some((&part[page / 64 % WORDS], 1 << (page % 64)))
}

/// Whether the page of an address is a guarded control stack's.
#[inline]
pub fn is_shadow_stack(addr: u64) -> bool {
    ANY.load(Ordering::Relaxed)
        && word(addr, false).is_some_and(|(word, bit)| word.load(Ordering::Acquire) & bit != 0)
}

fn pages(range: &Range<u64>) -> impl Iterator<Item = u64> + use<> {
    (range.start & !(PAGE_SIZE - 1)..range.end).step_by(PAGE_SIZE as usize)
}

/// The pages are a guarded control stack's from now on.
pub(crate) fn mark(range: &Range<u64>) {
    ANY.store(true, Ordering::SeqCst);
    for (word, bit) in pages(range).filter_map(|page| word(page, true)) {
        word.fetch_or(bit, Ordering::AcqRel);
    }
}

/// The pages are gone.
pub(crate) fn unmark(range: &Range<u64>) {
    for (word, bit) in pages(range).filter_map(|page| word(page, false)) {
        word.fetch_and(!bit, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_marked_and_unmarked() {
        // Nothing is mapped there, and no other test marks it.
        const BASE: u64 = 0x3e12_3fff_f000;
        assert!(!is_shadow_stack(BASE));
        mark(&(BASE..BASE + 3 * PAGE_SIZE));
        assert!(is_shadow_stack(BASE + 5) && is_shadow_stack(BASE + 3 * PAGE_SIZE - 1));
        assert!(!is_shadow_stack(BASE - 1) && !is_shadow_stack(BASE + 3 * PAGE_SIZE));
        unmark(&(BASE + PAGE_SIZE..BASE + 2 * PAGE_SIZE));
        assert!(is_shadow_stack(BASE) && !is_shadow_stack(BASE + PAGE_SIZE));
        unmark(&(BASE..BASE + 3 * PAGE_SIZE));
        assert!(!is_shadow_stack(BASE) && !is_shadow_stack(1 << 60));
    }
}
