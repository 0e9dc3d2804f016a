//! A thread's table for indirect branches: from guest addresses to host addresses, read by
//! generated code.
//!
//! Only its thread adds entries, and only outside generated code. Every thread may take one out, at
//! any time: it changes the entry's key, one aligned word, to one that no look-up of this entry
//! asks for. Whoever has compared the key already still finds the old host address beside it.

use core::sync::atomic::{AtomicU64, Ordering};

use xemu_host::{Errno, Mapping, PAGE_SIZE, Protection};
use xemu_x64::contract::{LOOKUP_ENTRIES, lookup_offset};

const ENTRY: usize = 16;
const LEN: usize = LOOKUP_ENTRIES as usize * ENTRY;

/// The key that takes the place of `pc`: it belongs to another entry.
const fn no_key(pc: u64) -> u64 {
    !pc
}

/// A table that is somewhere; see [`Table`] for who keeps it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableRef(u64);

impl TableRef {
    fn word(&self, pc: u64, n: u64) -> &AtomicU64 {
        let offset = lookup_offset(pc) + 8 * n;
        debug_assert!(offset < LEN as u64);
        // SAFETY: 1. the offset of every pc is inside the table, which is mapped: `Table` and
        // `EmptyTable` keep it while a reference to it is in use; 2. it is 8-byte aligned and only
        // accessed as atomic words, here and by generated code, whose accesses are single ones.
        unsafe { AtomicU64::from_ptr((self.0 + offset) as *mut u64) }
    }

    /// The host address for `pc`.
    pub fn get(&self, pc: u64) -> Option<u64> {
        let key = self.word(pc, 0).load(Ordering::Acquire);
        (key == pc).then(|| self.word(pc, 1).load(Ordering::Relaxed))
    }

    /// Sets the host address for `pc`. Only for the table's thread, outside generated code.
    fn set(&self, pc: u64, host: u64) {
        self.word(pc, 1).store(host, Ordering::Relaxed);
        self.word(pc, 0).store(pc, Ordering::SeqCst);
    }

    /// Takes out the entry of `pc`. For every thread.
    pub fn forget(&self, pc: u64) {
        let key = self.word(pc, 0);
        if key.load(Ordering::SeqCst) == pc {
            // Another entry that has come meanwhile is lost, which costs a look-up.
            key.store(no_key(pc), Ordering::SeqCst);
        }
    }
}

/// A thread's own table.
#[derive(Debug)]
pub(crate) struct Table {
    memory: Mapping,
    /// The pages that have had entries, a bit each. The others are not even looked at: much code is
    /// asked for that runs but a few times, and a page that is looked at is a page fault.
    used: u128,
}

const _: () = assert!(LEN / PAGE_SIZE == u128::BITS as usize);

/// The bit in [`Table::used`] for the page with the entry of `pc`.
const fn page_bit(pc: u64) -> u128 {
    1 << (lookup_offset(pc) / PAGE_SIZE as u64)
}

impl Table {
    /// An empty one.
    pub fn new() -> Result<Self, Errno> {
        let table = Self { memory: Mapping::anonymous(LEN, Protection::ReadWrite)?, used: 0 };
        table.close_first();
        Ok(table)
    }

    /// An entry of zeros looks like one for pc 0, which only the first entry could be asked for.
    fn close_first(&self) {
        self.shared().word(0, 0).store(no_key(0), Ordering::SeqCst);
    }

    /// Its address.
    pub fn addr(&self) -> u64 {
        self.memory.addr()
    }

    /// For other threads, to be used while `self` lives.
    pub fn shared(&self) -> TableRef {
        TableRef(self.addr())
    }

    /// The host address for `pc`.
    pub fn get(&self, pc: u64) -> Option<u64> {
        if self.used & page_bit(pc) == 0 { None } else { self.shared().get(pc) }
    }

    /// Sets the host address for `pc`.
    pub fn set(&mut self, pc: u64, host: u64) {
        self.used |= page_bit(pc);
        self.shared().set(pc, host);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        if self.used == 0 {
            return;
        }
        self.used = 0;
        if self.memory.discard(0, self.memory.len()).is_err() {
            // Without it a failure would leave old entries; doing it by hand is as good.
            for n in 0..u64::from(LOOKUP_ENTRIES) {
                self.shared().word(n * 4, 0).store(no_key(n * 4), Ordering::SeqCst);
            }
        }
        self.close_first();
    }
}

/// A table without entries, into which none are put: generated code that looks there leaves.
#[derive(Debug)]
pub(crate) struct EmptyTable(Table);

impl EmptyTable {
    /// One of them serves all threads.
    pub fn new() -> Result<Self, Errno> {
        Table::new().map(Self)
    }

    /// Its address.
    pub fn addr(&self) -> u64 {
        self.0.addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_not_found_by_any_key() {
        let mut table = Table::new().expect("memory");
        for pc in [0, 4, 0x40_0000, !3, u64::MAX - u64::from(LOOKUP_ENTRIES - 1) * 4] {
            assert_eq!(table.get(pc), None);
            table.set(pc, 7);
            assert_eq!(table.get(pc), Some(7));
            table.shared().forget(pc);
            assert_eq!(table.get(pc), None);
            assert_ne!(lookup_offset(no_key(pc)), lookup_offset(pc));
            table.set(pc, 8);
            table.clear();
            assert_eq!((table.get(pc), table.get(0)), (None, None));
        }
    }
}
