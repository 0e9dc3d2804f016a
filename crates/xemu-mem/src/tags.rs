//! The tags of memory with PROT_MTE. (Arm ARM D10; Linux Documentation/arch/arm64/
//! memory-tagging-extension.rst)
//!
//! One table for the process: a page that has tags has a leaf of 256 of them, one for each 16
//! bytes, and pages without have none. Leaves are reached without a lock, made once and never
//! freed, so that an access that comes too late reads an old tag at worst. While no page has tags,
//! nothing is allocated and nobody asks.

use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering};

use crate::access::untag;
use crate::consts::PAGE_SIZE;

/// The bytes that share a tag.
pub const GRANULE: u64 = 16;
const TAGS: usize = (PAGE_SIZE / GRANULE) as usize;
/// Bits of an address: the host's user space.
const ADDRESS_BITS: u32 = 47;
/// Bits of an address that choose in a branch, and in a page.
const BRANCH_BITS: u32 = 30;
const PAGE_BITS: u32 = PAGE_SIZE.trailing_zeros();
const BRANCHES: usize = 1 << (ADDRESS_BITS - BRANCH_BITS);
const LEAVES: usize = 1 << (BRANCH_BITS - PAGE_BITS);

/// A page's tags.
struct Leaf {
    /// Whether the page has tags now.
    active: AtomicBool,
    tags: [AtomicU8; TAGS],
}

type Branch = [AtomicPtr<Leaf>; LEAVES];

static ROOT: [AtomicPtr<Branch>; BRANCHES] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; BRANCHES];

/// Whether there ever was a page with tags.
static ANY: AtomicBool = AtomicBool::new(false);

/// Whether there ever was a page with tags.
#[inline]
pub fn any_tags() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// What `place` points to; if that is nothing and `make` is given, what it makes from then on.
pub(crate) fn follow<T>(place: &AtomicPtr<T>, make: Option<fn() -> Box<T>>) -> Option<&'static T> {
    let mut at = place.load(Ordering::Acquire);
    if at.is_null() {
        let new = Box::into_raw(make?());
        let order = (Ordering::AcqRel, Ordering::Acquire);
        at = match place.compare_exchange(at, new, order.0, order.1) {
            Ok(_) => new,
            Err(first) => {
                // SAFETY: `new` was made from a box above and nobody else has seen it.
                drop(unsafe { Box::from_raw(new) });
                first
            }
        };
    }
    // SAFETY: a pointer in the table was made from a box that is never freed, and what it points to
    // is only ever borrowed shared.
    Some(unsafe { &*at })
}

fn new_branch() -> Box<Branch> {
    let branch: Box<[AtomicPtr<Leaf>]> = (0..LEAVES).map(|_| AtomicPtr::default()).collect();
    branch.try_into().expect("invariant: so many were made")
}

fn new_leaf() -> Box<Leaf> {
    let tags = [const { AtomicU8::new(0) }; TAGS];
    Box::new(Leaf { active: AtomicBool::new(false), tags })
}

fn leaf(addr: u64, make: bool) -> Option<&'static Leaf> {
    let addr = untag(addr);
    let place = ROOT.get((addr >> BRANCH_BITS) as usize)?;
    let branch = follow(place, make.then_some(new_branch))?;
    let place = &branch[(addr >> PAGE_BITS) as usize % LEAVES];
    follow(place, make.then_some(new_leaf))
}

fn active_leaf(addr: u64) -> Option<&'static Leaf> {
    leaf(addr, false).filter(|leaf| leaf.active.load(Ordering::Acquire))
}

fn index(addr: u64) -> usize {
    (addr % PAGE_SIZE / GRANULE) as usize
}

/// The tag of the granule at an address, if its page has tags.
pub fn tag_at(addr: u64) -> Option<u8> {
    let leaf = active_leaf(addr)?;
    Some(leaf.tags[index(addr)].load(Ordering::Relaxed))
}

/// Sets the tag of the granule at an address; nothing happens where its page has no tags.
pub fn set_tag(addr: u64, tag: u8) {
    if let Some(leaf) = active_leaf(addr) {
        leaf.tags[index(addr)].store(tag & 15, Ordering::Relaxed);
    }
}

fn pages(range: &Range<u64>) -> impl Iterator<Item = u64> + use<> {
    (range.start & !(PAGE_SIZE - 1)..range.end).step_by(PAGE_SIZE as usize)
}

fn clear(leaf: &Leaf) {
    for tag in &leaf.tags {
        tag.store(0, Ordering::Relaxed);
    }
}

/// Pages have tags from now on, 0 where they had none before.
pub(crate) fn activate(range: &Range<u64>) {
    ANY.store(true, Ordering::SeqCst);
    for page in pages(range) {
        if let Some(leaf) = leaf(page, true)
            && !leaf.active.load(Ordering::Relaxed)
        {
            clear(leaf);
            leaf.active.store(true, Ordering::Release);
        }
    }
}

/// The leaves that exist of a range, with their pages.
fn existing(range: &Range<u64>) -> impl Iterator<Item = (u64, &'static Leaf)> + use<> {
    let range = range.clone();
    let first = range.start >> BRANCH_BITS;
    let last = range.end.saturating_sub(1) >> BRANCH_BITS;
    let branches = first..=last.min(BRANCHES as u64 - 1);
    branches
        .filter(|n| !ROOT[*n as usize].load(Ordering::Acquire).is_null())
        .flat_map(move |n| {
            let from = range.start.max(n << BRANCH_BITS);
            let to = range.end.min((n + 1) << BRANCH_BITS);
            pages(&(from..to))
        })
        .filter_map(|page| Some((page, active_leaf(page)?)))
}

/// Pages are gone, or have no tags any more.
pub(crate) fn deactivate(range: &Range<u64>) {
    if any_tags() {
        existing(range).for_each(|(_, leaf)| leaf.active.store(false, Ordering::Release));
    }
}

/// The tags of pages that are about to move: the distance of each page from the range's start.
pub(crate) type Saved = Vec<(u64, [u8; TAGS])>;

/// The tags of a range.
pub(crate) fn save(range: &Range<u64>) -> Saved {
    if !any_tags() {
        return Saved::new();
    }
    let tags = |leaf: &Leaf| core::array::from_fn(|n| leaf.tags[n].load(Ordering::Relaxed));
    existing(range).map(|(page, leaf)| (page - range.start, tags(leaf))).collect()
}

/// Gives tags to pages that have come to a range's start.
pub(crate) fn restore(start: u64, saved: &Saved) {
    for (offset, tags) in saved {
        let page = start + offset;
        activate(&(page..page + PAGE_SIZE));
        for (n, tag) in (0..).zip(tags) {
            set_tag(page + n * GRANULE, *tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages that nothing is mapped at; the tests use different ones.
    const BASE: u64 = 0x3f12_3450_0000;

    #[test]
    fn pages_have_tags_while_they_are_active() {
        let range = BASE..BASE + 2 * PAGE_SIZE;
        set_tag(BASE, 5);
        assert_eq!(tag_at(BASE), None);
        activate(&range);
        assert_eq!(tag_at(BASE), Some(0));
        set_tag(BASE + 17, 5);
        assert_eq!((tag_at(BASE + 16), tag_at(BASE + 31)), (Some(5), Some(5)));
        assert_eq!((tag_at(BASE + 15), tag_at(BASE + 32)), (Some(0), Some(0)));
        activate(&range);
        assert_eq!(tag_at(BASE + 16), Some(5));
        deactivate(&range);
        assert_eq!(tag_at(BASE + 16), None);
        activate(&range);
        assert_eq!(tag_at(BASE + 16), Some(0));
        deactivate(&range);
    }

    #[test]
    fn tags_move_with_their_pages() {
        let from = BASE + 0x10_0000;
        let to = BASE + 0x7_0000_0000;
        activate(&(from..from + PAGE_SIZE));
        set_tag(from + 0x120, 9);
        let saved = save(&(from..from + PAGE_SIZE));
        deactivate(&(from..from + PAGE_SIZE));
        restore(to, &saved);
        assert_eq!((tag_at(from + 0x120), tag_at(to + 0x120)), (None, Some(9)));
        deactivate(&(to..to + PAGE_SIZE));
    }
}
