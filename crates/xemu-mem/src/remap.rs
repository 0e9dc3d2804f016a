//! mremap, madvise and System V shared memory.

use std::ops::Range;

use crate::access::untag;
use crate::consts::*;
use crate::host::{self, Source};
use crate::layout::HOST_TASK_SIZE;
use crate::list::{FileId, Region, RegionName, page_range};
use crate::space::{AddressSpace, Changes, State};
use crate::{shadow, tags};

/// A checked mremap.
struct Remap {
    old: Range<u64>,
    new_len: u64,
    flags: u32,
    /// The wanted address with MREMAP_FIXED.
    target: u64,
}

/// System V segments are told from files by a device number that no file has.
const SHM_DEVICE: u64 = u64::MAX;

impl AddressSpace {
    /// mremap. Gives the new address.
    pub fn mremap(
        &self,
        addr: u64,
        old_len: u64,
        new_len: u64,
        flags: u32,
        target: u64,
    ) -> Result<u64, i32> {
        let addr = untag(addr);
        let known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
        let moving = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) != 0;
        if flags & !known != 0
            || (moving && flags & MREMAP_MAYMOVE == 0)
            || (flags & MREMAP_DONTUNMAP != 0 && old_len != new_len)
            || !addr.is_multiple_of(PAGE_SIZE)
        {
            return Err(EINVAL);
        }
        let old = page_range(addr, old_len).ok_or(EINVAL)?;
        let new_len = page_ceil(new_len).filter(|&l| l > 0 && l <= HOST_TASK_SIZE).ok_or(EINVAL)?;
        // (check_mremap_params in mm/mremap.c)
        let silly = !target.is_multiple_of(PAGE_SIZE) || target > HOST_TASK_SIZE - new_len;
        if moving && silly {
            return Err(EINVAL);
        }
        let remap = Remap { old, new_len, flags, target };
        let mut state = self.lock();
        let mut changes = Changes::default();
        let result = state.remap(&remap, &mut changes);
        self.publish(state, &changes);
        result
    }

    /// madvise. Holes make it fail with ENOMEM after the rest was done, as in the kernel.
    pub fn madvise(&self, addr: u64, len: u64, advice: u32) -> Result<(), i32> {
        /// MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTNEED_LOCKED.
        const DROPS_CONTENT: [u32; 4] = [4, 8, 9, 24];
        let addr = untag(addr);
        if !addr.is_multiple_of(PAGE_SIZE) {
            return Err(EINVAL);
        }
        let range = page_range(addr, len).ok_or(EINVAL)?;
        // An empty range only tests whether the advice is known.
        host::advise(&(0..0), advice)?;
        let pieces = self.shared_lock().maps.pieces(&range);
        let mut result = Ok(());
        for (start, piece) in &pieces {
            result = host::advise(&(*start..piece.end), advice);
            if result.is_err() {
                break;
            }
        }
        if DROPS_CONTENT.contains(&advice) {
            let mut changes = Changes::default();
            changes.add_gone(&pieces);
            reactivate(&pieces);
            self.publish(self.lock(), &changes);
        }
        let covered = pieces.iter().map(|(start, p)| p.end - start).sum::<u64>();
        result.and(if covered == range.end - range.start { Ok(()) } else { Err(ENOMEM) })
    }

    /// remap_file_pages: lets a shared mapping begin at another page of its object.
    /// (SYSCALL_DEFINE5(remap_file_pages) in mm/mmap.c)
    pub fn remap_file_pages(
        &self,
        addr: u64,
        len: u64,
        prot: u64,
        page: u64,
        flags: u64,
    ) -> Result<(), i32> {
        let start = page_floor(untag(addr));
        let end = start.checked_add(page_floor(len)).filter(|&end| end > start);
        let range = start..end.ok_or(EINVAL)?;
        let offset = page.checked_mul(PAGE_SIZE).ok_or(EINVAL)?;
        let mut state = self.lock();
        let pieces = state.maps.pieces(&range);
        let covered = state.maps.is_covered(&range);
        if prot != 0 || !covered || !pieces.iter().all(|(_, region)| region.is_shared()) {
            return Err(EINVAL);
        }
        host::remap_pages(&range, page, flags)?;
        let mut changes = Changes::default();
        for (start, region) in pieces {
            let file = region.file.map(|(id, _)| (id, offset + (start - range.start)));
            changes.add_gone(&state.maps.insert(start, Region { file, ..region }));
        }
        self.publish(state, &changes);
        Ok(())
    }

    /// shmat. Gives the address.
    pub fn shmat(&self, id: i32, addr: u64, flags: u32) -> Result<u64, i32> {
        let len = page_ceil(host::shm_size(id)?).filter(|&l| l > 0).ok_or(EINVAL)?;
        let write = if flags & SHM_RDONLY != 0 { 0 } else { PROT_WRITE };
        let exec = if flags & SHM_EXEC != 0 { PROT_EXEC } else { 0 };
        let host_flags = flags & !(SHM_EXEC | SHM_RND);
        let region = |end| Region {
            end,
            prot: PROT_READ | write | exec,
            flags: MAP_SHARED,
            file: Some((FileId { dev: SHM_DEVICE, ino: id as u64 }, 0)),
            name: RegionName::None,
        };
        let mut state = self.lock();
        state.check_growth(len, &[], &region(0))?;
        let mut changes = Changes::default();
        let at = if addr == 0 {
            state.place(len, PAGE_SIZE, |state, range| {
                // What is in the way, shmat reports with EINVAL; the segment itself was found.
                host::shm_attach(id, range.start, host_flags)
                    .map_err(|e| if e == EINVAL { EEXIST } else { e })?;
                state.maps.insert(range.start, region(range.end));
                Ok(())
            })?
        } else {
            let start = if flags & SHM_RND != 0 { page_floor(addr) } else { addr };
            let end = start.checked_add(len).filter(|&end| end <= HOST_TASK_SIZE);
            let range = start..end.ok_or(EINVAL)?;
            if flags & SHM_REMAP != 0 {
                state.with_gaps_reserved(&range, |r| host::shm_attach(id, r.start, host_flags))?;
            } else {
                host::shm_attach(id, start, host_flags)?;
            }
            changes.add_gone(&state.maps.insert(start, region(range.end)));
            start
        };
        self.publish(state, &changes);
        Ok(at)
    }

    /// shmdt.
    pub fn shmdt(&self, addr: u64) -> Result<(), i32> {
        let addr = untag(addr);
        let mut state = self.lock();
        let first = state.maps.at(addr).filter(|(start, _)| *start == addr);
        let id = first.and_then(|(_, region)| region.file).ok_or(EINVAL)?.0;
        if id.dev != SHM_DEVICE {
            return Err(EINVAL);
        }
        host::shm_detach(addr)?;
        let mut changes = Changes::default();
        for mapping in state.maps.infos() {
            let Some((file, offset)) = mapping.file else { continue };
            if file == id && mapping.start.wrapping_sub(offset) == addr {
                changes.add_gone(&state.maps.remove(&(mapping.start..mapping.end)));
            }
        }
        self.publish(state, &changes);
        Ok(())
    }
}

impl State {
    fn remap(&mut self, remap: &Remap, changes: &mut Changes) -> Result<u64, i32> {
        let old = &remap.old;
        let old_len = old.end - old.start;
        let (start, region) = self.maps.at(old.start).ok_or(EFAULT)?;
        let moving = remap.flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) != 0;
        if !moving && old_len > 0 && remap.new_len <= old_len {
            self.unmap(&(old.start + remap.new_len..old.end), changes)?;
            return Ok(old.start);
        }
        if old.end > region.end {
            return Err(EFAULT);
        }
        if old_len == 0 && !(region.is_shared() && remap.flags & MREMAP_MAYMOVE != 0) {
            return Err(EINVAL);
        }
        let growth = remap.new_len.saturating_sub(old_len);
        self.check_growth(growth, &[], region)?;
        let offset = old.start - start;
        let file = region.file.map(|(id, at)| (id, at.wrapping_add(offset)));
        let moved = Region { file, ..region.clone() };
        if !moving && old_len > 0 && old.end == region.end && self.grow(remap, &moved).is_ok() {
            return Ok(old.start);
        }
        if remap.flags & MREMAP_MAYMOVE == 0 {
            return Err(ENOMEM);
        }
        self.relocate(remap, moved, changes)
    }

    /// Makes the range longer where it is. `region` describes it.
    fn grow(&mut self, remap: &Remap, region: &Region) -> Result<(), i32> {
        let old = &remap.old;
        let end = old.start + remap.new_len;
        if end > HOST_TASK_SIZE || !self.maps.is_free(&(old.end..end)) {
            return Err(ENOMEM);
        }
        host::remap(old, remap.new_len, 0, 0)?;
        if region.has_tags() {
            tags::activate(&(old.end..end));
        }
        if region.is_shadow_stack() {
            shadow::mark(&(old.end..end));
        }
        self.maps.insert(old.start, Region { end, ..region.clone() });
        Ok(())
    }

    fn relocate(
        &mut self,
        remap: &Remap,
        region: Region,
        changes: &mut Changes,
    ) -> Result<u64, i32> {
        let old = &remap.old;
        let flags = remap.flags & MREMAP_DONTUNMAP | MREMAP_MAYMOVE | MREMAP_FIXED;
        let go = |target: u64| host::remap(old, remap.new_len, flags, target);
        let at = if remap.flags & MREMAP_FIXED != 0 {
            let end = remap.target.checked_add(remap.new_len).filter(|&e| e <= HOST_TASK_SIZE);
            let new = remap.target..end.ok_or(EINVAL)?;
            let overlap = new.start < old.end && old.start < new.end;
            if !new.start.is_multiple_of(PAGE_SIZE) || overlap {
                return Err(EINVAL);
            }
            self.with_gaps_reserved(&new, |new| go(new.start))?
        } else {
            self.place(remap.new_len, PAGE_SIZE, |_, new| {
                host::map_new(new, &Source::RESERVATION)?;
                go(new.start).map(drop).inspect_err(|_| {
                    // The reservation was made above, so it is there to be unmapped.
                    let _ = host::unmap(new);
                })
            })?
        };
        let moved_tags = tags::save(old);
        if remap.flags & MREMAP_DONTUNMAP == 0 {
            changes.add_gone(&self.maps.remove(old));
        } else {
            let pieces = self.maps.pieces(old);
            changes.add_gone(&pieces);
            reactivate(&pieces);
        }
        let region = Region { end: at + remap.new_len, name: RegionName::None, ..region };
        let (has_tags, is_shadow_stack) = (region.has_tags(), region.is_shadow_stack());
        changes.add_gone(&self.maps.insert(at, region));
        if has_tags {
            tags::activate(&(at..at + remap.new_len));
            tags::restore(at, &moved_tags);
        }
        if is_shadow_stack {
            shadow::mark(&(at..at + remap.new_len));
        }
        Ok(at)
    }
}

/// Memory whose content, and tags with it, is fresh has tags as before, and is as guarded.
fn reactivate(pieces: &[(u64, Region)]) {
    for (start, piece) in pieces.iter().filter(|(_, piece)| piece.has_tags()) {
        tags::activate(&(*start..piece.end));
    }
    for (start, piece) in pieces.iter().filter(|(_, piece)| piece.is_shadow_stack()) {
        shadow::mark(&(*start..piece.end));
    }
}
