//! What bounds the guest's memory: limits of its size that the guest has set, and whether new
//! memory is to be locked. The host knows neither, as both would also count what the emulator maps.

use std::ops::Range;

use crate::consts::{ENOMEM, PROT_WRITE};
use crate::host;
use crate::list::{Region, RegionName};
use crate::space::{AddressSpace, State};

/// Limits in bytes, and locking.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    /// RLIMIT_DATA: private memory that can be written.
    data: u64,
    /// RLIMIT_AS: all mappings.
    total: u64,
    /// MCL_FUTURE: new memory is locked; with MCL_ONFAULT, as soon as it is touched.
    lock: Option<LockKind>,
}

impl Default for Quota {
    fn default() -> Self {
        Self { data: u64::MAX, total: u64::MAX, lock: None }
    }
}

impl Quota {
    /// New memory is not locked any more.
    pub fn forget_locking(&mut self) {
        self.lock = None;
    }
}

/// When the pages of locked memory are brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// At once.
    Now,
    /// As they are touched.
    OnFault,
}

/// Whether a region counts as data. (is_data_mapping in mm/internal.h)
fn is_data(region: &Region) -> bool {
    region.prot & PROT_WRITE != 0 && !region.is_shared() && region.name != RegionName::Stack
}

fn size_of<'a>(pieces: impl Iterator<Item = (u64, &'a Region)>) -> u64 {
    pieces.map(|(start, region)| region.end - start).sum()
}

impl AddressSpace {
    /// Bounds the guest's data and all its mappings, in bytes; u64::MAX for no bound.
    pub fn set_limits(&self, data: u64, total: u64) {
        let quota = &mut self.lock().quota;
        quota.data = data;
        quota.total = total;
    }

    /// mlockall: locks what is there, if `current` says so, and what will be mapped, by `future`.
    ///
    /// # Errors
    /// ENOMEM when the host refuses a part. (apply_mlockall_flags in mm/mlock.c)
    pub fn lock_all(&self, current: Option<LockKind>, future: Option<LockKind>) -> Result<(), i32> {
        let mut state = self.lock();
        let total = size_of(state.maps.all());
        if current.is_some() && total > host::lock_limit() {
            return Err(ENOMEM);
        }
        state.quota.lock = future;
        let Some(kind) = current else { return Ok(()) };
        for (start, region) in state.maps.all() {
            // Memory without access cannot be brought in, and stays locked all the same.
            let _ = host::lock(&(start..region.end), kind == LockKind::OnFault);
        }
        Ok(())
    }

    /// munlockall.
    pub fn unlock_all(&self) {
        let mut state = self.lock();
        state.quota.lock = None;
        for (start, region) in state.maps.all() {
            // Of mapped memory this does not fail.
            let _ = host::unlock(&(start..region.end));
        }
    }
}

impl State {
    /// Whether there may be `len` more bytes like `region`, in place of `over`.
    /// (may_expand_vm in mm/mmap.c)
    pub fn check_growth(
        &self,
        len: u64,
        over: &[(u64, Region)],
        region: &Region,
    ) -> Result<(), i32> {
        let Quota { data, total, .. } = self.quota;
        if data == u64::MAX && total == u64::MAX {
            return Ok(());
        }
        let replaced = || over.iter().map(|(start, region)| (*start, region));
        let all = size_of(self.maps.all()) - size_of(replaced()).min(len);
        let mut fits = all.saturating_add(len) <= total;
        if is_data(region) && data != u64::MAX {
            let gone = size_of(replaced().filter(|(_, r)| is_data(r))).min(len);
            let now = size_of(self.maps.all().filter(|(_, r)| is_data(r))) - gone;
            fits &= now.saturating_add(len) <= data;
        }
        if fits { Ok(()) } else { Err(ENOMEM) }
    }

    /// Locks memory that was mapped just now, if that is wanted of all new memory; the host has
    /// looked at `locked`, the wish of this mapping, itself.
    pub fn lock_new(&self, range: &Range<u64>, locked: bool) -> Result<(), i32> {
        match self.quota.lock {
            Some(kind) if !locked => host::lock(range, kind == LockKind::OnFault),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::AddressSpace;
    use crate::consts::*;

    const RW: u32 = PROT_READ | PROT_WRITE;
    const ANONYMOUS: u32 = MAP_PRIVATE | MAP_ANONYMOUS;

    #[test]
    fn limits_count_what_is_mapped() {
        let space = AddressSpace::new(5);
        let at = space.mmap(0, 0x4000, RW, ANONYMOUS, -1, 0).unwrap();
        space.set_limits(u64::MAX, 0x6000);
        assert_eq!(space.mmap(0, 0x3000, RW, ANONYMOUS, -1, 0), Err(ENOMEM));
        assert_eq!(space.mmap(at, 0x4000, RW, ANONYMOUS | MAP_FIXED, -1, 0), Ok(at));
        assert_eq!(space.mremap(at, 0x4000, 0x7000, MREMAP_MAYMOVE, 0), Err(ENOMEM));
        space.mremap(at, 0x4000, 0x5000, MREMAP_MAYMOVE, 0).unwrap();
        space.set_limits(0x6000, u64::MAX);
        assert_eq!(space.mmap(0, 0x3000, RW, ANONYMOUS, -1, 0), Err(ENOMEM));
        space.mmap(0, 0x3000, PROT_READ, ANONYMOUS, -1, 0).unwrap();
        space.set_limits(u64::MAX, u64::MAX);
        space.mmap(0, 0x30_0000, RW, ANONYMOUS, -1, 0).unwrap();
    }
}
