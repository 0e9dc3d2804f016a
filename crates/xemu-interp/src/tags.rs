//! Memory tagging: which tags instructions make, and which accesses have a wrong one. (Arm ARM D10
//! and the shared pseudocode, "AArch64.CheckTag", "AArch64.ChooseNonExcludedTag")

use core::sync::atomic::Ordering;

use xemu_guest::{CpuState, FaultKind, GuestFault, MteState, pstate};

use crate::gcs;
use crate::memory::{GuestMemory, Machine, accessed};

/// The bytes that share a tag.
const GRANULE: u64 = 16;
const SHIFT: u32 = 56;

/// The tag in an address.
pub(crate) fn tag_of(addr: u64) -> u8 {
    (addr >> SHIFT & 15) as u8
}

fn with_tag(addr: u64, tag: u8) -> u64 {
    addr & !(15 << SHIFT) | u64::from(tag & 15) << SHIFT
}

/// The tag that is `offset` allowed tags behind `tag`.
fn choose(tag: u8, offset: u8, excluded: u32) -> u8 {
    if excluded & 0xffff == 0xffff {
        return 0;
    }
    let allowed = |tag: u8| excluded >> (tag & 15) & 1 == 0;
    let first_allowed = |tag: u8| (tag..).find(|t| allowed(*t)).unwrap_or(0) & 15;
    let steps = if offset == 0 { first_allowed(tag) } else { tag };
    (0..offset).fold(steps, |tag, _| first_allowed(tag + 1))
}

/// ADDG, SUBG: `sum` with the tag that is `offset` behind that of `base`.
pub(crate) fn add(mte: &MteState, offset: u8, base: u64, sum: u64) -> u64 {
    with_tag(sum, choose(tag_of(base), offset, mte.excluded))
}

/// IRG.
pub(crate) fn random(mte: &MteState, number: u64, addr: u64, excluded: u64) -> u64 {
    let excluded = mte.excluded | excluded as u32;
    let allowed = (0..16).filter(|tag| excluded >> tag & 1 == 0);
    let count = allowed.clone().count() as u64;
    let tag = number.checked_rem(count).and_then(|n| allowed.clone().nth(n as usize));
    with_tag(addr, tag.unwrap_or(0))
}

/// Checks the tags of an access, if the thread checks any.
#[inline]
pub(crate) fn check(
    cpu: &mut CpuState,
    machine: &mut (impl GuestMemory + ?Sized),
    addr: u64,
    size: u64,
    write: bool,
) -> Result<(), GuestFault> {
    if cpu.mte.mode == MteState::NONE || cpu.pstate & pstate::TCO != 0 || addr >> 55 & 1 != 0 {
        return Ok(());
    }
    let start = accessed(addr);
    let granules = (start & !(GRANULE - 1)..start + size).step_by(GRANULE as usize);
    let wrong = |at: &u64| machine.tag(*at).is_some_and(|tag| tag != tag_of(addr));
    let Some(at) = { granules }.find(wrong) else { return Ok(()) };
    if cpu.mte.mode == MteState::SYNC {
        return Err(GuestFault { kind: FaultKind::TagCheck, addr: at.max(start), write });
    }
    cpu.mte.pending = 1;
    cpu.poll.store(1, Ordering::SeqCst);
    Ok(())
}

/// STG and its kin: tags for `count` times 16 bytes.
pub(crate) fn store(
    machine: &mut dyn Machine,
    addr: u64,
    tag: u8,
    (count, zero): (u8, bool),
) -> Result<(), GuestFault> {
    let start = accessed(addr);
    gcs::check_store(machine, start, u64::from(count) * GRANULE)?;
    machine.check_write(start, u32::from(count) * GRANULE as u32)?;
    for n in 0..u64::from(count) {
        let at = start + n * GRANULE;
        if zero {
            machine.write(at, GRANULE as u32, 0)?;
        }
        machine.set_tag(at, tag);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excluded_tags_are_passed_over() {
        assert_eq!(choose(3, 0, 0), 3);
        assert_eq!(choose(3, 2, 0), 5);
        assert_eq!(choose(15, 1, 0), 0);
        assert_eq!(choose(3, 0, 0b1000), 4);
        assert_eq!(choose(2, 1, 0b1000), 4);
        assert_eq!(choose(15, 1, 0b0011), 2);
        assert_eq!(choose(7, 3, 0xffff), 0);
        assert_eq!(choose(7, 3, 0xfffe), 0);
    }

    #[test]
    fn random_tags_are_allowed_ones() {
        let mte = MteState { excluded: 0x00ff, ..MteState::default() };
        for number in 0..100 {
            let tag = tag_of(random(&mte, number, 0x1234, 0x0f00));
            assert!((12..16).contains(&tag));
        }
        assert_eq!(random(&mte, 5, 0x0f00_0000_0000_1234, 0xff00), 0x1234);
    }
}
