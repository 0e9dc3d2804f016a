//! Memory copy and memory set: what is done until nothing is left, a fault comes, or a poll is due.
//! (Arm ARM C3.2.15; the registers are those of option A)

use core::sync::atomic::Ordering;

use xemu_guest::{CpuState, GuestFault};

use crate::memory::{Machine, accessed};
use crate::{gcs, tags};

/// Blocks do not cross a multiple of this, so that a block faults as a whole.
const PAGE: u64 = 4096;

/// Why it ended before nothing was left.
pub(crate) enum Pause {
    /// A poll is due.
    Poll,
    /// A fault.
    Fault(GuestFault),
}

/// How many bytes from `addr` on, or with `down` before it, are in its page.
fn in_page(addr: u64, down: bool) -> u64 {
    if down { addr.wrapping_sub(1) % PAGE + 1 } else { PAGE - addr % PAGE }
}

/// Goes on with `left` until it is 0: bytes below the ends, which are reached upwards, or with
/// `down` bytes above the starts. `block` does a number of bytes at what is left, and `room` says
/// how many may be done at once there. What is left after each block is kept in X`reg`.
fn run(
    cpu: &mut CpuState,
    (reg, down): (u8, bool),
    mut left: u64,
    room: impl Fn(u64) -> u64,
    mut block: impl FnMut(&mut CpuState, u64, u64) -> Result<(), GuestFault>,
) -> Result<u128, Pause> {
    while left != 0 {
        let mut count = room(left).min(if down { left } else { left.wrapping_neg() });
        if block(cpu, left, count).is_err() {
            // Which byte it is: the first one.
            count = 1;
            block(cpu, left, 1).map_err(Pause::Fault)?;
        }
        left = if down { left - count } else { left.wrapping_add(count) };
        cpu.x[usize::from(reg)] = left;
        if left != 0 && cpu.poll.load(Ordering::Relaxed) != 0 {
            return Err(Pause::Poll);
        }
    }
    Ok(0)
}

/// Copies upwards to and from below the ends, or, where `either` allows it and `left` is positive,
/// downwards to and from above the starts.
pub(crate) fn copy(
    cpu: &mut CpuState,
    machine: &mut dyn Machine,
    (reg, either): (u8, bool),
    [left, to, from]: [u64; 3],
) -> Result<u128, Pause> {
    let down = either && left as i64 > 0;
    let room = |left| {
        let room = |base: u64| in_page(base.wrapping_add(left), down);
        room(to).min(room(from))
    };
    run(cpu, (reg, down), left, room, |cpu, left, count| {
        let offset = if down { left - count } else { left };
        let place = |base: u64| base.wrapping_add(offset);
        cpu.accessed = place(from);
        tags::check(cpu, machine, place(from), count, false)?;
        tags::check(cpu, machine, place(to), count, true)?;
        gcs::check_store(machine, accessed(place(to)), count)?;
        machine.copy(accessed(place(to)), accessed(place(from)), count as u32)
    })
}

/// Sets the bytes below the end `to` to the low byte of `value`, and with `tagged` their tags to
/// that of the address.
pub(crate) fn set(
    cpu: &mut CpuState,
    machine: &mut dyn Machine,
    (reg, tagged): (u8, bool),
    [left, to, value]: [u64; 3],
) -> Result<u128, Pause> {
    let room = |left| in_page(to.wrapping_add(left), false);
    run(cpu, (reg, false), left, room, |cpu, left, count| {
        let start = to.wrapping_add(left);
        cpu.accessed = start;
        if !tagged {
            tags::check(cpu, machine, start, count, true)?;
        }
        gcs::check_store(machine, accessed(start), count)?;
        machine.set(accessed(start), value as u8, count as u32)?;
        if tagged {
            // One byte at a time comes here only before a fault.
            (0..count).step_by(16).for_each(|n| {
                machine.set_tag(accessed(start).wrapping_add(n), tags::tag_of(to));
            });
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Combined, Devices, HostMemory};

    struct Nothing;

    impl Devices for Nothing {
        fn counter(&mut self) -> u64 {
            0
        }
        fn random(&mut self) -> Option<u64> {
            None
        }
        fn ic_ivau(&mut self, _: u64) {}
    }

    #[test]
    fn blocks_end_at_pages() {
        assert_eq!(in_page(0x1000, false), 0x1000);
        assert_eq!(in_page(0x1fff, false), 1);
        assert_eq!(in_page(0x1000, true), 0x1000);
        assert_eq!(in_page(0x1001, true), 1);
    }

    #[test]
    fn overlapping_bytes_are_moved_as_a_whole() {
        let mut machine = Combined { memory: HostMemory, devices: Nothing };
        let mut cpu = CpuState::default();
        for distance in [1usize, 7, 100, 5000] {
            let mut bytes: Vec<u8> = (0..20000u32).map(|n| (n * 7 % 251) as u8).collect();
            let mut expect = bytes.clone();
            expect.copy_within(0..10000, distance);
            let base = bytes.as_mut_ptr() as u64;
            let args = [10000, base + distance as u64, base];
            assert!(copy(&mut cpu, &mut machine, (2, true), args).is_ok());
            assert!(bytes == expect);
            expect.copy_within(distance..distance + 10000, 0);
            let args = [-10000i64 as u64, base + 10000, base + 10000 + distance as u64];
            assert!(copy(&mut cpu, &mut machine, (2, true), args).is_ok());
            assert!(bytes == expect);
            assert_eq!(cpu.x[2], 0);
        }
    }
}
