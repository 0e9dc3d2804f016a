//! One generation of the code cache: segments of code, exit slots, and the index from host
//! addresses to blocks.
//!
//! Published code never changes; only slots do, each one aligned 8-byte store away from linked or
//! unlinked. Code is appended in rising addresses, so the index is sorted and can be read without
//! a lock, by fault handlers too. A full generation is retired as a whole.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use xemu_host::{DualMapping, Errno, Mapping, Protection};
use xemu_x64::trampolines::{Trampolines, assemble};
use xemu_x64::{FaultRecord, FlagsAt};

/// Blocks start at a multiple of this: a cache line, as the processor fetches them. Calls and short
/// loops run up to a fifth slower from a bad place; where code is large, it makes no difference.
const ENTRY_ALIGN: usize = 64;
/// Bytes of one code segment. A fork's child starts a new one.
const SEGMENT: usize = 1 << 20;
/// The least sensible cache.
const MIN_CODE: usize = 2 * SEGMENT;
/// The most that RIP-relative slots reach, with room to spare.
const MAX_CODE: usize = 1 << 30;

/// A block's place, as the index keeps it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct IndexEntry {
    /// Offset of the first byte in the code area.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
    /// Number of the block's first fault record.
    pub faults: u32,
    /// Count of its fault records.
    pub fault_count: u32,
    /// Guest address of the block.
    pub pc: u64,
}

/// A generation of translated code.
#[derive(Debug)]
pub struct Generation {
    /// Slots first, then code.
    reservation: Mapping,
    slots_len: usize,
    code_len: usize,
    index: Mapping,
    index_len: AtomicU32,
    faults: Mapping,
    faults_len: AtomicU32,
    /// For each slot the guest address of its target.
    targets: Mapping,
    trampolines: Trampolines,
    trampolines_addr: u64,
    /// The generation's number, from 1.
    pub number: u64,
}

/// The writing side of a generation; one holder at a time, under the engine's lock.
///
/// It may go before its generation, in which threads still run: dropping it ends the writing only.
#[derive(Debug)]
pub struct Writer {
    segments: Vec<DualMapping>,
    /// Offset in the code area of the next free byte.
    cursor: usize,
    /// Number of the next free slot.
    next_slot: u32,
}

/// A host instruction that faulted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultAt {
    /// The guest instruction.
    pub pc: u64,
    /// Where NZCV is.
    pub flags: FlagsAt,
    /// Where to go on instead of at the helper that leaves, if registers are not in their homes.
    pub way_out: Option<u64>,
}

/// No room is left in the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Generation {
    /// Reserves a generation for about `code_len` bytes of code.
    ///
    /// # Errors
    /// The host's, when it gives no memory.
    pub fn new(number: u64, code_len: usize) -> Result<(Self, Writer), Errno> {
        let code_len = code_len.clamp(MIN_CODE, MAX_CODE).next_multiple_of(SEGMENT);
        let slots_len = code_len / 4;
        let mut reservation = Mapping::reserve(slots_len + code_len)?;
        reservation.protect(0, slots_len, Protection::ReadWrite)?;
        reservation.forbid_huge_pages();
        let most_blocks = code_len / 32;
        let entry = size_of::<IndexEntry>();
        let index = Mapping::sparse(most_blocks * entry)?;
        let most_faults = code_len / 8;
        let record = size_of::<FaultRecord>();
        let faults = Mapping::sparse(most_faults * record)?;
        let targets = Mapping::sparse(slots_len)?;
        let mut generation = Self {
            reservation,
            slots_len,
            code_len,
            index,
            index_len: AtomicU32::new(0),
            faults,
            faults_len: AtomicU32::new(0),
            targets,
            trampolines: assemble(),
            trampolines_addr: 0,
            number,
        };
        let mut writer = Writer { segments: Vec::new(), cursor: 0, next_slot: 0 };
        let code = core::mem::take(&mut generation.trampolines.code);
        let at = writer.place(&generation, code.len())?.map_err(|Full| libc_enomem())?;
        writer.append(&generation, &code);
        generation.trampolines_addr = at;
        Ok((generation, writer))
    }

    /// Like [`Generation::new`], but content with less code when the process's addresses are
    /// limited or scarce.
    ///
    /// # Errors
    /// The host's, when it gives no memory even for the least sensible cache.
    pub fn fitting(number: u64, code_len: usize) -> Result<(Self, Writer), Errno> {
        let mut code_len = within_limit(code_len, xemu_host::address_space_limit());
        loop {
            match Self::new(number, code_len) {
                Err(_) if code_len > MIN_CODE => code_len /= 2,
                result => return result,
            }
        }
    }

    /// The lowest address of the code area.
    pub fn code_base(&self) -> u64 {
        self.reservation.addr() + self.slots_len as u64
    }

    /// Whether `addr` is in the code area.
    pub fn contains(&self, addr: u64) -> bool {
        addr.wrapping_sub(self.code_base()) < self.code_len as u64
    }

    /// The address of the routine that enters generated code.
    pub fn enter(&self) -> u64 {
        self.trampolines_addr + self.trampolines.enter as u64
    }

    /// The address of helper routine `n`, if it is a trampoline.
    pub fn helper(&self, n: usize) -> Option<u64> {
        let offset = *self.trampolines.helpers.get(n)?;
        (offset != 0).then(|| self.trampolines_addr + offset as u64)
    }

    /// The address of slot `n`.
    pub fn slot_addr(&self, n: u32) -> u64 {
        self.reservation.addr() + u64::from(n) * 8
    }

    fn target_cell(&self, n: u32) -> &AtomicU64 {
        assert!((n as usize) < self.slots_len / 8, "invariant: the slot exists");
        let cells = self.targets.as_ptr().cast::<u64>();
        // SAFETY: the index is within the mapping, as checked.
        let cell = unsafe { cells.add(n as usize) };
        // SAFETY: the cell is mapped, aligned, and only ever accessed as an atomic.
        unsafe { AtomicU64::from_ptr(cell) }
    }

    /// The guest address that slot `n` is for.
    pub fn target(&self, n: u32) -> u64 {
        self.target_cell(n).load(Ordering::Acquire)
    }

    /// Notes the guest address that slot `n` is for.
    pub fn set_target(&self, n: u32, target: u64) {
        self.target_cell(n).store(target, Ordering::Release);
    }

    /// Points slot `n` to `target`. Safe while other threads run through it.
    pub fn set_slot(&self, n: u32, target: u64) {
        let addr = self.slot_addr(n);
        debug_assert!((n as usize) < self.slots_len / 8);
        // SAFETY: 1. the slot area is mapped writable while `self` lives and holds slot `n`;
        // 2. it is 8-byte aligned and only ever accessed as atomic words, here and by generated
        // code, whose loads are single accesses.
        let slot = unsafe { AtomicU64::from_ptr(addr as *mut u64) };
        slot.store(target, Ordering::Release);
    }

    /// Adds a block to the index. Called by the writer's holder only, in rising order.
    fn publish(&self, entry: IndexEntry, records: &[FaultRecord]) {
        let n = self.index_len.load(Ordering::Relaxed);
        let first = self.faults_len.load(Ordering::Relaxed);
        for (k, record) in records.iter().enumerate() {
            let at = self.faults.as_ptr().cast::<FaultRecord>();
            // SAFETY: `room_for` has checked that the record fits the mapping.
            let at = unsafe { at.add(first as usize + k) };
            // SAFETY: the place is mapped, aligned and not yet published to any reader.
            unsafe { at.write(*record) };
        }
        self.faults_len.store(first + records.len() as u32, Ordering::Release);
        let at = self.index.as_ptr().cast::<IndexEntry>();
        // SAFETY: `room_for` has checked that the entry fits the mapping.
        let at = unsafe { at.add(n as usize) };
        let entry = IndexEntry { faults: first, fault_count: records.len() as u32, ..entry };
        // SAFETY: the place is mapped, aligned and not yet published to any reader.
        unsafe { at.write(entry) };
        self.index_len.store(n + 1, Ordering::Release);
    }

    fn room_for(&self, faults: usize) -> bool {
        let used = self.faults_len.load(Ordering::Relaxed) as usize;
        let blocks = self.index_len.load(Ordering::Relaxed) as usize;
        (used + faults) * size_of::<FaultRecord>() <= self.faults.len()
            && (blocks + 1) * size_of::<IndexEntry>() <= self.index.len()
    }

    fn entry(&self, n: u32) -> IndexEntry {
        debug_assert!(n < self.index_len.load(Ordering::Acquire));
        let at = self.index.as_ptr().cast::<IndexEntry>();
        // SAFETY: entries below the published length are inside the mapping.
        let at = unsafe { at.add(n as usize) };
        // SAFETY: a published entry is initialised and never written again.
        unsafe { at.read() }
    }

    fn fault(&self, n: u32) -> FaultRecord {
        let at = self.faults.as_ptr().cast::<FaultRecord>();
        // SAFETY: records of a published block are inside the mapping.
        let at = unsafe { at.add(n as usize) };
        // SAFETY: a published record is initialised and never written again.
        unsafe { at.read() }
    }

    /// The block that holds the host address. Async-signal-safe.
    pub fn block_at(&self, host_pc: u64) -> Option<IndexEntry> {
        if !self.contains(host_pc) {
            return None;
        }
        let offset = (host_pc - self.code_base()) as u32;
        let (mut low, mut high) = (0, self.index_len.load(Ordering::Acquire));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle).end <= offset { low = middle + 1 } else { high = middle }
        }
        if low == self.index_len.load(Ordering::Acquire) {
            return None;
        }
        let entry = self.entry(low);
        (entry.start <= offset).then_some(entry)
    }

    /// What is known of a host instruction that faulted. Async-signal-safe.
    pub fn fault_at(&self, host_pc: u64) -> Option<FaultAt> {
        let block = self.block_at(host_pc)?;
        let offset = (host_pc - self.code_base()) as u32 - block.start;
        let (mut low, mut high) = (block.faults, block.faults + block.fault_count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.fault(middle).offset < offset { low = middle + 1 } else { high = middle }
        }
        if low == block.faults + block.fault_count {
            return None;
        }
        let record = self.fault(low);
        let pc = block.pc.wrapping_add_signed(i64::from(record.pc_delta));
        let start = self.code_base() + u64::from(block.start);
        let way_out = (record.way_out != 0).then(|| start + u64::from(record.way_out));
        (record.offset == offset).then_some(FaultAt { pc, flags: record.flags, way_out })
    }
}

/// The part of the wish that leaves most of the addresses to the guest. With its tables a cache
/// takes four times the addresses of its code.
fn within_limit(code_len: usize, limit: Option<u64>) -> usize {
    let most = limit.map_or(code_len, |bytes| usize::try_from(bytes / 32).unwrap_or(code_len));
    code_len.min(most)
}

fn libc_enomem() -> Errno {
    const ENOMEM: Errno = 12;
    ENOMEM
}

impl Writer {
    /// The address at which the next block of at most `len` bytes will run, opening a new segment
    /// where it does not fit the current one.
    ///
    /// # Errors
    /// The host's, when it gives no memory; `Full` when the generation is.
    pub fn place(&mut self, g: &Generation, len: usize) -> Result<Result<u64, Full>, Errno> {
        let fits = |cursor: usize| cursor / SEGMENT == (cursor + len - 1) / SEGMENT;
        let writable = self.segments.last().is_some_and(|s| s.writer().is_some());
        let left_in_segment = !self.cursor.is_multiple_of(SEGMENT) && fits(self.cursor);
        if writable && left_in_segment {
            return Ok(Ok(g.code_base() + self.cursor as u64));
        }
        let start = self.segments.len() * SEGMENT;
        if start + SEGMENT > g.code_len || len > SEGMENT {
            return Ok(Err(Full));
        }
        // The old view goes first: then the new one needs no more addresses than there were.
        if let Some(old) = self.segments.last_mut() {
            old.close_writer();
        }
        let segment = DualMapping::new(&g.reservation, g.slots_len + start, SEGMENT)?;
        self.segments.push(segment);
        self.cursor = start;
        Ok(Ok(g.code_base() + start as u64))
    }

    /// Whether `slots` more slots and `faults` more records fit.
    pub fn has_room(&self, g: &Generation, slots: usize, faults: usize) -> bool {
        (self.next_slot as usize + slots) * 8 <= g.slots_len && g.room_for(faults)
    }

    /// The number of the next free slot.
    pub fn next_slot(&self) -> u32 {
        self.next_slot
    }

    /// Takes slots.
    pub fn take_slots(&mut self, count: u32) {
        self.next_slot += count;
    }

    /// Writes bytes at the place that [`Writer::place`] gave. Returns their offset.
    fn append(&mut self, g: &Generation, code: &[u8]) -> u32 {
        let at = self.cursor;
        let segment = self.segments.last_mut().expect("invariant: a place was taken");
        let written = segment.write(at % SEGMENT, code);
        assert!(written, "invariant: the code fits the place that was taken for it");
        debug_assert!(at + code.len() <= g.code_len);
        // A full segment shows as a multiple of its size.
        self.cursor = (at + code.len()).next_multiple_of(ENTRY_ALIGN);
        at as u32
    }

    /// Writes a block and adds it to the index. Returns its address.
    pub fn add_block(
        &mut self,
        g: &Generation,
        code: &[u8],
        pc: u64,
        faults: &[FaultRecord],
    ) -> u64 {
        let start = self.append(g, code);
        let end = start + code.len() as u32;
        g.publish(IndexEntry { start, end, faults: 0, fault_count: 0, pc }, faults);
        g.code_base() + u64::from(start)
    }

    /// In a fork's child: what is written from now on goes to a segment of its own, since the
    /// present one is shared with the parent.
    pub fn after_fork_child(&mut self) {
        if let Some(segment) = self.segments.last_mut() {
            segment.close_writer();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        for mut segment in self.segments.drain(..) {
            segment.close_writer();
            // The executable view lies in the generation's reservation and ends with it.
            segment.leak();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_small_where_addresses_are_few() {
        assert_eq!(within_limit(128 << 20, None), 128 << 20);
        assert_eq!(within_limit(128 << 20, Some(512 << 20)), 16 << 20);
        assert_eq!(within_limit(2 << 20, Some(1 << 40)), 2 << 20);
    }

    /// A thread may be inside a generation whose writer is gone: its code must stay readable.
    #[test]
    fn code_outlives_its_writer() {
        let (generation, writer) = Generation::new(1, 0).expect("memory");
        let code = generation.enter() as *const u8;
        // SAFETY: the trampoline's first byte is mapped readable while the generation lives.
        let before = unsafe { code.read_volatile() };
        drop(writer);
        // SAFETY: as above; that it still is, is what is tested.
        assert_eq!(unsafe { code.read_volatile() }, before);
    }
}
