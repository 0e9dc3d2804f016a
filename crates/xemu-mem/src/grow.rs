//! Mappings that grow downwards when the memory below them is touched: MAP_GROWSDOWN, and the first
//! thread's stack. The host maps them at their first size; the rest happens here, at the fault.

use crate::access::untag;
use crate::consts::{MAP_ANONYMOUS, MAP_PRIVATE, page_floor};
use crate::host::{self, Source};
use crate::list::Region;
use crate::space::{AddressSpace, State};

/// What must stay free below a mapping that grows. (stack_guard_gap in mm/mmap.c)
const GUARD_GAP: u64 = 1 << 20;

impl AddressSpace {
    /// Grows a mapping down to `addr`, where nothing is mapped, if the one above may grow so far.
    /// True when the access that failed is to be tried again. (expand_downwards in mm/mmap.c)
    pub fn grow_down(&self, addr: u64) -> bool {
        let mut state = self.lock();
        if state.maps.at(untag(addr)).is_some() {
            // Another thread was faster.
            return true;
        }
        state.grow_down(page_floor(untag(addr)))
    }
}

impl State {
    fn grow_down(&mut self, start: u64) -> bool {
        let Some((end, above)) = self.maps.next_from(start) else { return false };
        let growable = above.grows_down() && above.file.is_none();
        let size = above.end - start;
        if !growable || size > host::stack_limit() || !self.has_guard_gap(start) {
            return false;
        }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS;
        let region = Region { end, ..above.clone() };
        let source = Source { prot: region.prot, flags, fd: -1, offset: 0 };
        let fits = self.check_growth(end - start, &[], &region).is_ok();
        if !fits || host::map_new(&(start..end), &source).is_err() {
            return false;
        }
        self.maps.insert(start, region);
        true
    }

    /// Whether what lies below is far enough away, cannot be accessed, or grows too.
    fn has_guard_gap(&self, start: u64) -> bool {
        let below = start.saturating_sub(GUARD_GAP)..start;
        self.maps.pieces(&below).iter().all(|(_, r)| r.prot == 0 || r.grows_down())
    }
}

#[cfg(test)]
mod tests {
    use crate::consts::*;
    use crate::{AddressSpace, read, write};

    const RW: u32 = PROT_READ | PROT_WRITE;
    const ANONYMOUS: u32 = MAP_PRIVATE | MAP_ANONYMOUS;

    fn room(space: &AddressSpace, len: u64) -> u64 {
        let at = space.mmap(0, len, 0, ANONYMOUS, -1, 0).unwrap();
        space.munmap(at, len).unwrap();
        at
    }

    #[test]
    fn a_mapping_grows_to_where_it_is_touched() {
        let space = AddressSpace::new(3);
        let at = room(&space, 0x40_0000) + 0x20_0000;
        let fixed = ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN;
        space.mmap(at, 0x2000, RW, fixed, -1, 0).unwrap();
        write(at, 7u8).unwrap();
        assert!(space.grow_down(at - 0x3fff));
        assert_eq!(read::<u8>(at - 0x4000), Ok(0));
        assert_eq!(read::<u8>(at), Ok(7));
        let grown = space.lookup(at).unwrap();
        assert_eq!((grown.start, grown.end), (at - 0x4000, at + 0x2000));
    }

    #[test]
    fn a_neighbour_below_keeps_its_distance() {
        let space = AddressSpace::new(3);
        let at = room(&space, 0x40_0000) + 0x20_0000;
        let fixed = ANONYMOUS | MAP_FIXED;
        space.mmap(at, 0x1000, RW, fixed | MAP_GROWSDOWN, -1, 0).unwrap();
        space.mmap(at - 0x10_0000, 0x1000, RW, fixed, -1, 0).unwrap();
        assert!(!space.grow_down(at - 0x1000));
        space.mprotect(at - 0x10_0000, 0x1000, 0).unwrap();
        assert!(space.grow_down(at - 0x1000));
    }

    #[test]
    fn other_mappings_do_not_grow() {
        let space = AddressSpace::new(3);
        let at = room(&space, 0x40_0000) + 0x20_0000;
        space.mmap(at, 0x1000, RW, ANONYMOUS | MAP_FIXED, -1, 0).unwrap();
        assert!(!space.grow_down(at - 1));
        assert!(space.grow_down(at), "what is there needs not grow");
    }
}
