//! The list of the guest's mappings: ranges and what is known of them. No system calls here.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::consts::{MAP_GROWSDOWN, MAP_SHARED, PROT_EXEC, page_floor};

/// The object behind a mapping's pages. Two mappings with equal ids and offsets show the same
/// memory when they are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileId {
    /// The file system's device number; 0 for shared anonymous memory.
    pub dev: u64,
    /// The inode, or a number of our own for shared anonymous memory.
    pub ino: u64,
}

/// What /proc/self/maps shows as the name of a mapping that no file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RegionName {
    /// None.
    #[default]
    None,
    /// `[heap]`.
    Heap,
    /// `[stack]`.
    Stack,
    /// `[vdso]`.
    Vdso,
    /// `[vvar]`.
    Vvar,
    /// Another text.
    Text(Arc<str>),
}

impl RegionName {
    /// The text of /proc/self/maps.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Heap => Some("[heap]"),
            Self::Stack => Some("[stack]"),
            Self::Vdso => Some("[vdso]"),
            Self::Vvar => Some("[vvar]"),
            Self::Text(text) => Some(text),
        }
    }
}

/// What is known of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub end: u64,
    /// PROT_ bits as the guest gave them.
    pub prot: u32,
    /// MAP_SHARED or MAP_PRIVATE, MAP_GROWSDOWN.
    pub flags: u32,
    /// The object and the offset of the range's first byte in it.
    pub file: Option<(FileId, u64)>,
    pub name: RegionName,
}

impl Region {
    pub fn is_exec(&self) -> bool {
        self.prot & PROT_EXEC != 0
    }
    pub fn has_tags(&self) -> bool {
        self.prot & crate::consts::PROT_MTE != 0
    }
    pub fn is_shadow_stack(&self) -> bool {
        self.prot & crate::consts::PROT_SHADOW_STACK != 0
    }
    pub fn is_shared(&self) -> bool {
        self.flags & MAP_SHARED != 0
    }
    pub fn grows_down(&self) -> bool {
        self.flags & MAP_GROWSDOWN != 0
    }

    /// The same region, seen from `by` bytes further on.
    fn advanced(&self, by: u64) -> Self {
        let file = self.file.map(|(id, offset)| (id, offset.wrapping_add(by)));
        Self { file, ..self.clone() }
    }

    /// Whether `next`, which begins where this region ends, continues it.
    fn continues(&self, start: u64, next: &Self) -> bool {
        self.prot == next.prot
            && self.flags == next.flags
            && self.name == next.name
            && self.advanced(self.end - start).file == next.file
    }
}

/// One mapping, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingInfo {
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// PROT_ bits as the guest gave them.
    pub prot: u32,
    /// Whether writes are seen by other mappings of the object.
    pub shared: bool,
    /// The object behind it and the offset of `start` in it.
    pub file: Option<(FileId, u64)>,
    /// A name that no file gives.
    pub name: RegionName,
}

impl MappingInfo {
    fn new(start: u64, region: &Region) -> Self {
        Self {
            start,
            end: region.end,
            prot: region.prot,
            shared: region.is_shared(),
            file: region.file,
            name: region.name.clone(),
        }
    }
}

/// The sorted list. Regions do not touch when they could be one.
#[derive(Debug)]
pub(crate) struct MapList {
    regions: BTreeMap<u64, Region>,
    /// No gap that lies wholly above this address, in the window it was found in, is as long as
    /// `longest_above`; a search for at least that length begins here. Outside of the window: the
    /// search begins at the window's end.
    search_from: u64,
    longest_above: u64,
}

impl Default for MapList {
    fn default() -> Self {
        Self { regions: BTreeMap::new(), search_from: u64::MAX, longest_above: 0 }
    }
}

impl MapList {
    /// The regions that overlap a range, clipped to it, in order.
    pub fn pieces(&self, range: &Range<u64>) -> Vec<(u64, Region)> {
        let mut pieces = Vec::new();
        if range.is_empty() {
            return pieces;
        }
        let before =
            self.regions.range(..range.start).next_back().filter(|(_, r)| r.end > range.start);
        let inside = self.regions.range(range.clone());
        for (&start, region) in before.into_iter().chain(inside) {
            let from = start.max(range.start);
            let mut piece = region.advanced(from - start);
            piece.end = region.end.min(range.end);
            pieces.push((from, piece));
        }
        pieces
    }

    /// The parts of a range that no region covers.
    pub fn gaps(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        let mut at = range.start;
        for (start, region) in self.pieces(range) {
            if start > at {
                gaps.push(at..start);
            }
            at = region.end;
        }
        if at < range.end {
            gaps.push(at..range.end);
        }
        gaps
    }

    /// Whether nothing is in a range.
    pub fn is_free(&self, range: &Range<u64>) -> bool {
        let last = self.regions.range(..range.end).next_back();
        range.is_empty() || last.is_none_or(|(_, r)| r.end <= range.start)
    }

    /// Whether all of a range is covered.
    pub fn is_covered(&self, range: &Range<u64>) -> bool {
        self.gaps(range).is_empty()
    }

    /// The region at an address, and where it starts.
    pub fn at(&self, addr: u64) -> Option<(u64, &Region)> {
        let (&start, region) = self.regions.range(..=addr).next_back()?;
        (addr < region.end).then_some((start, region))
    }

    /// The first region that starts at an address or above.
    pub fn next_from(&self, addr: u64) -> Option<(u64, &Region)> {
        self.regions.range(addr..).next().map(|(&start, region)| (start, region))
    }

    /// The mapping at an address.
    pub fn info(&self, addr: u64) -> Option<MappingInfo> {
        self.at(addr).map(|(start, region)| MappingInfo::new(start, region))
    }

    /// All mappings in order.
    pub fn infos(&self) -> Vec<MappingInfo> {
        self.regions.iter().map(|(&start, region)| MappingInfo::new(start, region)).collect()
    }

    /// All regions with their starts, sorted.
    pub fn all(&self) -> impl Iterator<Item = (u64, &Region)> {
        self.regions.iter().map(|(start, region)| (*start, region))
    }

    /// How many regions there are.
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    /// Removes a range; gives what was there.
    pub fn remove(&mut self, range: &Range<u64>) -> Vec<(u64, Region)> {
        let pieces = self.take(range);
        self.note_freed(range);
        pieces
    }

    fn take(&mut self, range: &Range<u64>) -> Vec<(u64, Region)> {
        let pieces = self.pieces(range);
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return pieces };
        let (first, last) = (first.0, last.1.end);
        self.split_at(first);
        self.split_at(last);
        for (start, _) in &pieces {
            self.regions.remove(start);
        }
        pieces
    }

    /// Makes a region begin at an address inside one.
    fn split_at(&mut self, addr: u64) {
        let Some((start, region)) = self.at(addr) else { return };
        if start == addr {
            return;
        }
        let tail = region.advanced(addr - start);
        self.regions.insert(addr, tail);
        self.regions.get_mut(&start).expect("invariant: the region was found at `start`").end =
            addr;
    }

    /// Puts a region over a range; gives what was there.
    pub fn insert(&mut self, start: u64, mut region: Region) -> Vec<(u64, Region)> {
        let old = self.take(&(start..region.end));
        let mut start = start;
        if let Some(next) = self.regions.get(&region.end)
            && region.continues(start, next)
        {
            let end = region.end;
            region.end = next.end;
            self.regions.remove(&end);
        }
        if let Some((&before, previous)) = self.regions.range(..start).next_back()
            && previous.end == start
            && previous.continues(before, &region)
        {
            region.file = previous.file;
            start = before;
        }
        self.regions.insert(start, region);
        old
    }

    /// Changes regions in a range, which must be covered; gives what was there.
    pub fn update(
        &mut self,
        range: &Range<u64>,
        change: impl Fn(&mut Region),
    ) -> Vec<(u64, Region)> {
        let old = self.pieces(range);
        for (start, region) in &old {
            let mut new = region.clone();
            change(&mut new);
            self.insert(*start, new);
        }
        old
    }

    /// The highest place in a window with room for `len` bytes at a multiple of `align` (a power of
    /// two), outside of `avoid`. Adjacent requests get adjacent places.
    pub fn find_gap(
        &mut self,
        window: &Range<u64>,
        avoid: &Range<u64>,
        len: u64,
        align: u64,
    ) -> Option<u64> {
        let usable = self.search_from > window.start && self.search_from <= window.end;
        let resumed = usable && len >= self.longest_above;
        let mut high = if resumed { self.search_from } else { window.end };
        let mut longest = if resumed { self.longest_above } else { 0 };
        loop {
            let below = self.regions.range(..high).next_back();
            let (next, mut low) = below.map_or((0, 0), |(&start, r)| (start, r.end));
            let mut next = next;
            if !avoid.is_empty() && avoid.start < high && avoid.end >= low {
                low = avoid.end;
                next = avoid.start;
            }
            let low = low.max(window.start);
            let fits = high.checked_sub(len).map(|at| at & !(align - 1)).filter(|&at| at >= low);
            if let Some(at) = fits {
                self.search_from = high;
                self.longest_above = longest;
                return Some(at);
            }
            // With an alignment a gap may be too short although it is longer than `len`.
            longest = longest.max(high.saturating_sub(low) + 1);
            if next <= window.start {
                return None;
            }
            high = next.min(high);
        }
    }

    /// A range became free: the next search must see it.
    fn note_freed(&mut self, range: &Range<u64>) {
        // The gap may have grown upwards as far as the next region.
        let end = self.regions.range(range.end..).next().map_or(u64::MAX, |(&start, _)| start);
        self.search_from = self.search_from.max(end);
    }
}

/// A page-aligned range from an address and a length, unless it wraps.
pub(crate) fn page_range(addr: u64, len: u64) -> Option<Range<u64>> {
    let start = page_floor(addr);
    let end = crate::consts::page_ceil(addr.checked_add(len)?)?;
    Some(start..end)
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
