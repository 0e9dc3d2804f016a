//! Addresses in system calls that are the emulator's own.
//!
//! The guest's addresses are the host's, so a wild one could name the emulator's memory, which to
//! the guest is not there. All of the emulator lies high, where a guest has memory only if it asks
//! for it by address: so each argument that is an address is compared with one number, and only
//! what lies above is looked up in the guest's mappings. What an argument's memory points to is not
//! looked at.

use xemu_abi::Errno;
use xemu_host::delegate;
use xemu_mem::{AddressSpace, HOST_TASK_SIZE, OVERFLOW_END, untag};

use crate::process::Process;
use crate::table::Row;

/// Calls whose addresses are only numbers: what is there is found out by the call itself.
const NUMBERS: [&str; 17] = [
    "brk",
    "clone",
    "futex_wait",
    "futex_wake",
    "get_mempolicy",
    "ioctl",
    "madvise",
    "map_shadow_stack",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "pkey_mprotect",
    "remap_file_pages",
    "set_robust_list",
    "set_tid_address",
    "shmdt",
];
/// Calls that say ENOMEM of memory that is not there.
const RANGES: [&str; 8] =
    ["mincore", "mlock", "mlock2", "mseal", "msync", "munlock", "set_mempolicy_home_node", "shmat"];

/// Refuses a call that would touch the emulator's memory.
#[inline]
pub fn check(process: &Process, row: &Row, words: &[u64; 6]) -> Result<(), Errno> {
    if !high_pointers(row, words).any(|_| process.config.hides_own_memory) {
        return Ok(());
    }
    check_high(process.space, row, words)
}

/// The arguments that are addresses and lie where the emulator does.
#[inline]
fn high_pointers(row: &Row, words: &[u64; 6]) -> impl Iterator<Item = u64> {
    let pointers = row.pointers;
    let high = move |(i, word): &(usize, u64)| pointers & 1 << i != 0 && *word >= OVERFLOW_END;
    words.iter().copied().enumerate().filter(high).map(|(_, word)| word)
}

#[cold]
fn check_high(space: &AddressSpace, row: &Row, words: &[u64; 6]) -> Result<(), Errno> {
    let own = |word: u64| {
        let addr = untag(word);
        // What no process has is the kernel's to refuse.
        (OVERFLOW_END..HOST_TASK_SIZE).contains(&addr) && !delegate(|| space.lookup(addr).is_some())
    };
    if NUMBERS.contains(&row.name) || !high_pointers(row, words).any(own) {
        return Ok(());
    }
    Err(if RANGES.contains(&row.name) { Errno::ENOMEM } else { Errno::EFAULT })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{SYSCALLS, lookup};

    const RW: u32 = 3;
    const ANONYMOUS: u32 = 0x22;
    const FIXED_NOREPLACE: u32 = 0x10_0000;

    #[test]
    fn the_emulators_memory_is_not_there() {
        let space = AddressSpace::new(1);
        let own = 5u64;
        let at = (&raw const own) as u64;
        assert!(at >= OVERFLOW_END, "the test's stack is where the kernel puts one");
        let verdict = |name: &str, words: [u64; 6]| {
            let row = SYSCALLS.iter().find(|row| row.name == name).unwrap();
            check_high(&space, row, &words)
        };
        assert_eq!(verdict("read", [0, at, 8, 0, 0, 0]), Err(Errno::EFAULT));
        assert_eq!(verdict("openat", [u64::MAX - 99, at, 0, 0, 0, 0]), Err(Errno::EFAULT));
        assert_eq!(verdict("munlock", [at, 8, 0, 0, 0, 0]), Err(Errno::ENOMEM));
        assert_eq!(verdict("mmap", [at, 8, 0, 0, 0, 0]), Ok(()));
        assert_eq!(verdict("read", [at, 8, 8, 0, 0, 0]), Ok(()), "a descriptor");
        assert_eq!(verdict("read", [0, u64::MAX << 47, 8, 0, 0, 0]), Ok(()));
        let high = 0x6000_0000_0000;
        space.mmap(high, 4096, RW, ANONYMOUS | FIXED_NOREPLACE, -1, 0).unwrap();
        assert_eq!(verdict("read", [0, high + 8, 8, 0, 0, 0]), Ok(()));
    }

    #[test]
    fn named_calls_are_in_the_table() {
        let known = |name: &&str| SYSCALLS.iter().any(|row| row.name == *name);
        assert!(NUMBERS.iter().chain(&RANGES).all(known));
        assert_eq!(lookup(63).map(|row| row.pointers), Some(2));
    }
}
