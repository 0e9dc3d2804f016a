//! Executable memory: instruction fetch, and who is told when it changes.

use std::ops::Range;

use xemu_guest::{FaultKind, GuestFault};

use crate::access::{as_fetch_fault, read, untag};
use crate::list::{FileId, MapList};
use crate::space::AddressSpace;

/// Is told when executable memory changes. Called without the address space's lock, after the
/// change, by the thread that made it.
///
/// A translation that was begun before a change and published after the call would be stale:
/// compare [`AddressSpace::generation`] at both ends.
pub trait CodeObserver: Send + Sync {
    /// The content of a range may be different now, or it is gone.
    fn code_changed(&self, start: u64, len: u64);

    /// A range may not be executed any more, with its content as it was. Programs that compile at
    /// run time make code writable for a moment this way; they must issue IC IVAU for what they
    /// change, so an observer may keep translations and only stop entering them.
    fn code_protected(&self, start: u64, len: u64) {
        self.code_changed(start, len);
    }
}

/// A run of executable memory around an address, for fetching without asking the list each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeWindow {
    /// The first address that may be fetched from.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// [`AddressSpace::generation`] when the window was valid.
    pub generation: u64,
    /// Whether the pages at the window are guarded (PROT_BTI).
    pub guarded: bool,
}

impl CodeWindow {
    /// Whether the instruction at `pc` lies inside.
    #[inline]
    pub fn contains(&self, pc: u64) -> bool {
        pc >= self.start && pc < self.end && self.end - pc >= 4
    }

    /// The instruction at `pc`, which must lie inside; a fault when its page is gone.
    #[inline]
    pub fn fetch(&self, pc: u64) -> Result<u32, GuestFault> {
        debug_assert!(self.contains(pc));
        read::<u32>(pc).map_err(as_fetch_fault)
    }
}

/// The window around `pc`, as wide as the mapping with equal protection.
pub(crate) fn window_at(
    list: &MapList,
    pc: u64,
    generation: u64,
) -> Result<CodeWindow, GuestFault> {
    let fault = |kind| GuestFault { kind, addr: untag(pc), write: false };
    if pc & 3 != 0 {
        return Err(fault(FaultKind::MisalignedPc));
    }
    let (start, region) = list.at(pc).ok_or(fault(FaultKind::FetchUnmapped))?;
    if !region.is_exec() {
        return Err(fault(FaultKind::FetchPermission));
    }
    let guarded = region.prot & crate::consts::PROT_BTI != 0;
    Ok(CodeWindow { start, end: region.end, generation, guarded })
}

/// The executable ranges that show the same pages as `range` through shared mappings, `range`'s own
/// executable parts included.
pub(crate) fn aliases(list: &MapList, range: &Range<u64>) -> Vec<Range<u64>> {
    let mut found = Vec::new();
    for (start, piece) in list.pieces(range) {
        if piece.is_exec() {
            found.push(start..piece.end);
        }
        let Some((id, offset)) = piece.file.filter(|_| piece.is_shared()) else { continue };
        let parts = executable_parts(list, id, offset..offset + (piece.end - start));
        found.extend(parts.into_iter().filter(|alias| alias.start != start));
    }
    found
}

/// Where a part of an object can be executed.
pub(crate) fn executable_parts(list: &MapList, id: FileId, part: Range<u64>) -> Vec<Range<u64>> {
    let mut found = Vec::new();
    for (start, region) in list.all() {
        let Some((other, offset)) = region.file else { continue };
        if other != id || !region.is_exec() {
            continue;
        }
        let from = part.start.max(offset);
        let to = part.end.min(offset + (region.end - start));
        if from < to {
            let at = from - offset + start;
            found.push(at..at + (to - from));
        }
    }
    found
}

impl AddressSpace {
    /// The instruction at `pc`, with all checks. Engines that fetch much use
    /// [`AddressSpace::code_window`].
    pub fn fetch(&self, pc: u64) -> Result<u32, GuestFault> {
        self.code_window(pc)?.fetch(pc)
    }
}
