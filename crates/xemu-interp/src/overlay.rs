//! Memory that keeps writes to itself, for running code twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use xemu_guest::GuestFault;
use xemu_ir::RmwKind;

use crate::memory::{GuestMemory, rmw_result};

/// One address for all those of the same memory.
#[derive(Clone, Default)]
pub struct Alias(Option<Arc<dyn Fn(u64) -> u64 + Send + Sync>>);

impl Alias {
    /// By a function that keeps the offset within a page.
    pub fn new(first: Arc<dyn Fn(u64) -> u64 + Send + Sync>) -> Self {
        Self(Some(first))
    }

    fn of(&self, addr: u64) -> u64 {
        self.0.as_ref().map_or(addr, |first| first(addr))
    }
}

impl core::fmt::Debug for Alias {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.0.is_some() { "Alias(a function)" } else { "Alias(none)" })
    }
}

/// Guest memory as it would be: reads see the writes made here, the memory below never does.
///
/// Faults are those of the memory below. Atomic accesses are not atomic against other threads.
#[derive(Clone, Debug, Default)]
pub struct Overlay<M> {
    memory: M,
    /// By the first address of the same memory, in aligned doublewords.
    written: BTreeMap<u64, Word>,
    alias: Alias,
}

/// A doubleword's written bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// Where it was written, which is where it can be read too.
    addr: u64,
    /// The bytes; zero where not written.
    value: u64,
    /// All ones in the bytes that were written.
    mask: u64,
}

/// An aligned doubleword of memory that is not as the overlay has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The doubleword's address.
    pub addr: u64,
    /// All ones in the bytes that were written to the overlay; the rest is not compared.
    pub mask: u64,
    /// The overlay's bytes.
    pub expected: u64,
    /// The memory's bytes.
    pub found: u64,
}

impl<M: GuestMemory> Overlay<M> {
    /// An overlay without writes.
    pub fn new(memory: M) -> Self {
        Self::with_alias(memory, Alias::default())
    }

    /// An overlay of memory that may be mapped more than once.
    pub fn with_alias(memory: M, alias: Alias) -> Self {
        Self { memory, written: BTreeMap::new(), alias }
    }

    /// The memory below.
    pub fn memory(&mut self) -> &mut M {
        &mut self.memory
    }

    /// Forgets all writes.
    pub fn clear(&mut self) {
        self.written.clear();
    }

    /// The written doublewords: address, bytes, mask of the bytes that were written.
    pub fn writes(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.written.values().map(|word| (word.addr, word.value, word.mask))
    }

    /// The first place where the memory below does not hold what was written here; memory that
    /// cannot be read any more counts as zero.
    pub fn first_difference(&mut self) -> Option<Difference> {
        self.written.values().find_map(|&Word { addr, value, mask }| {
            let found = self.memory.read(addr, 8).unwrap_or(0) as u64 & mask;
            (found != value).then_some(Difference { addr, mask, expected: value, found })
        })
    }

    fn put(&mut self, addr: u64, size: u32, value: u128) {
        for (i, byte) in value.to_le_bytes().into_iter().enumerate().take(size as usize) {
            let at = addr.wrapping_add(i as u64);
            let shift = at % 8 * 8;
            let word = self.written.entry(self.alias.of(at & !7)).or_default();
            word.addr = at & !7;
            word.mask |= 0xff << shift;
            word.value = word.value & !(0xff << shift) | u64::from(byte) << shift;
        }
    }

    /// Reads for an access that will also write.
    fn read_for_write(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault> {
        self.memory.check_write(addr, size)?;
        self.read(addr, size)
    }

    fn replace_if(
        &mut self,
        addr: u64,
        size: u32,
        expected: u128,
        new: u128,
    ) -> Result<u128, GuestFault> {
        let old = self.read_for_write(addr, size)?;
        if old == expected {
            self.put(addr, size, new);
        }
        Ok(old)
    }
}

impl<M: GuestMemory> GuestMemory for Overlay<M> {
    fn read(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault> {
        let mut bytes = self.memory.read(addr, size)?.to_le_bytes();
        if self.written.is_empty() {
            return Ok(u128::from_le_bytes(bytes));
        }
        for (i, byte) in bytes.iter_mut().enumerate().take(size as usize) {
            let at = addr.wrapping_add(i as u64);
            if let Some(word) = self.written.get(&self.alias.of(at & !7)) {
                let shift = at % 8 * 8;
                if word.mask >> shift & 1 == 1 {
                    *byte = (word.value >> shift) as u8;
                }
            }
        }
        Ok(u128::from_le_bytes(bytes))
    }

    fn write(&mut self, addr: u64, size: u32, value: u128) -> Result<(), GuestFault> {
        self.memory.check_write(addr, size)?;
        self.put(addr, size, value);
        Ok(())
    }

    fn rmw(&mut self, addr: u64, size: u32, kind: RmwKind, value: u64) -> Result<u64, GuestFault> {
        let old = self.read_for_write(addr, size)? as u64;
        self.put(addr, size, rmw_result(kind, size, old, value).into());
        Ok(old)
    }

    fn cas(&mut self, addr: u64, size: u32, expected: u64, new: u64) -> Result<u64, GuestFault> {
        Ok(self.replace_if(addr, size, expected.into(), new.into())? as u64)
    }

    fn cas128(&mut self, addr: u64, expected: u128, new: u128) -> Result<u128, GuestFault> {
        self.replace_if(addr, 16, expected, new)
    }

    fn check_write(&mut self, addr: u64, size: u32) -> Result<(), GuestFault> {
        self.memory.check_write(addr, size)
    }

    // Code that sets tags is not run twice.
    fn tag(&mut self, addr: u64) -> Option<u8> {
        self.memory.tag(addr)
    }

    fn is_shadow_stack(&self, addr: u64) -> bool {
        self.memory.is_shadow_stack(addr)
    }

    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault> {
        let start = addr & !63;
        self.memory.check_write(addr, 1)?;
        for offset in (0..64).step_by(8) {
            self.put(start.wrapping_add(offset), 8, 0);
        }
        Ok(())
    }
}
