//! Where programs and their data are: the same addresses in every engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use xemu_guest::{FaultKind, GuestFault};
use xemu_mem::{AddressSpace, PAGE_SIZE, consts, copy_in, copy_out};

use super::state::{LINE, Line, Program};

/// How many programs a batch has at most; each has a page.
pub const SLOTS: usize = 64;
const SLOT_WORDS: usize = PAGE_SIZE as usize / 4;
/// Where programs start in their slots: short jumps backwards stay inside.
pub const FIRST: usize = 256;
const BRK: u32 = 0xd420_0000;
const SVC: u32 = 0xd400_0001;
/// The bytes of the data that can be written, from its start; a page behind can be read.
pub const WRITABLE: usize = 2 * PAGE_SIZE as usize;
/// From code to data: within the reach of a literal load.
const DATA: u64 = 0x8_0000;
/// From one place for everything to the next.
const STEP: u64 = 0x100_0000;
/// The places to try: several tests run at once.
const PLACES: std::ops::Range<u64> = 0x10..0x40;

/// The code as engines fetch it.
#[derive(Debug)]
pub struct Code {
    start: u64,
    words: Vec<AtomicU32>,
}

impl Code {
    /// The instruction at an address.
    ///
    /// # Errors
    /// When no code is there.
    pub fn fetch(&self, addr: u64) -> Result<u32, GuestFault> {
        let index = addr.wrapping_sub(self.start) / 4;
        let word = usize::try_from(index).ok().and_then(|i| self.words.get(i));
        if let Some(word) = word {
            return Ok(word.load(Ordering::Relaxed));
        }
        let data = self.start + DATA;
        let kind = if (data..data + 3 * PAGE_SIZE).contains(&addr) {
            FaultKind::FetchPermission
        } else {
            FaultKind::FetchUnmapped
        };
        Err(GuestFault { kind, addr, write: false })
    }
}

/// The mapped areas.
pub struct Area {
    space: AddressSpace,
    start: u64,
    code: Arc<Code>,
    image: Vec<u8>,
    now: Vec<u8>,
}

impl Area {
    /// Maps code and data at the first place that is free.
    ///
    /// # Errors
    /// When none is.
    pub fn new() -> Result<Self, String> {
        let space = AddressSpace::new(0);
        let start = PLACES.map(|n| n * STEP).find(|start| map(&space, *start).is_ok());
        let start = start.ok_or("there is no room for the programs' memory")?;
        let last: Vec<u8> = (0..PAGE_SIZE / 8)
            .flat_map(|n| n.wrapping_mul(0x0101_0101_0101_0101).to_le_bytes())
            .collect();
        let readable = start + DATA + WRITABLE as u64;
        copy_out(readable, &last).map_err(|e| format!("{e:?}"))?;
        space
            .mprotect(readable, PAGE_SIZE, consts::PROT_READ)
            .map_err(|e| format!("mprotect fails: error {e}"))?;
        let mut words: Vec<AtomicU32> = Vec::new();
        words.resize_with((SLOTS + 1) * SLOT_WORDS, || AtomicU32::new(BRK));
        words[SLOTS * SLOT_WORDS] = AtomicU32::new(SVC);
        let code = Arc::new(Code { start, words });
        let (image, now) = (vec![0; WRITABLE], vec![0; WRITABLE]);
        Ok(Self { space, start, code, image, now })
    }

    /// The code, for engines.
    pub fn code(&self) -> Arc<Code> {
        self.code.clone()
    }

    /// Where code starts.
    pub fn code_start(&self) -> u64 {
        self.start
    }

    /// Where data starts: two pages that can be written, one that can be read, and nothing before
    /// and behind.
    pub fn data(&self) -> u64 {
        self.start + DATA
    }

    /// Where all programs end up.
    pub fn back(&self) -> u64 {
        self.start + SLOTS as u64 * PAGE_SIZE
    }

    /// The bytes of code.
    pub fn code_len(&self) -> u64 {
        (SLOTS as u64 + 1) * PAGE_SIZE
    }

    /// The address of the first instruction of the program in a slot.
    pub fn entry(&self, slot: usize) -> u64 {
        self.start + slot as u64 * PAGE_SIZE + 4 * FIRST as u64
    }

    /// Puts programs into their slots, and the image into the data.
    pub fn load(&mut self, programs: &[Program], image: &[u8]) {
        for (slot, program) in programs.iter().enumerate() {
            self.load_slot(slot, &program.words);
        }
        self.image.copy_from_slice(image);
        self.put(self.data(), image);
    }

    fn load_slot(&self, slot: usize, words: &[u32]) {
        let first = slot * SLOT_WORDS + FIRST;
        let last = self.entry(slot) + 4 * words.len() as u64;
        let back = (self.back().wrapping_sub(last) >> 2) as u32 & 0x3ff_ffff;
        let all = words.iter().copied().chain([0x1400_0000 | back]);
        let mut count = 0;
        for word in all {
            self.code.words[first + count].store(word, Ordering::Relaxed);
            count += 1;
        }
        for word in &self.code.words[first + count..(slot + 1) * SLOT_WORDS] {
            if word.swap(BRK, Ordering::Relaxed) == BRK {
                break;
            }
        }
    }

    fn put(&self, addr: u64, bytes: &[u8]) {
        copy_out(addr, bytes).expect("invariant: the data's pages can be written");
    }

    /// The lines of the data that are not as in the image; makes them so again.
    pub fn changed(&mut self) -> Vec<Line> {
        copy_in(self.start + DATA, &mut self.now).expect("invariant: the data's pages can be read");
        if self.now == self.image {
            return Vec::new();
        }
        let mut lines = Vec::new();
        let both = self.now.chunks_exact(LINE).zip(self.image.chunks_exact(LINE));
        for (n, (now, then)) in both.enumerate() {
            if now != then {
                let mut bytes = [0; LINE];
                bytes.copy_from_slice(now);
                lines.push(Line { number: n as u64, bytes });
            }
        }
        for line in &lines {
            let at = line.number as usize * LINE;
            self.put(self.data() + at as u64, &self.image[at..at + LINE]);
        }
        lines
    }
}

impl Drop for Area {
    fn drop(&mut self) {
        // What cannot be unmapped is the process's for its last moments.
        let _ = self.space.munmap(self.start, STEP);
    }
}

fn map(space: &AddressSpace, start: u64) -> Result<(), i32> {
    let rights = consts::PROT_READ | consts::PROT_WRITE;
    let flags = consts::MAP_PRIVATE | consts::MAP_ANONYMOUS | consts::MAP_FIXED_NOREPLACE;
    let code = (SLOTS as u64 + 1) * PAGE_SIZE;
    space.mmap(start, code, rights, flags, -1, 0)?;
    match space.mmap(start + DATA, 3 * PAGE_SIZE, rights, flags, -1, 0) {
        Ok(_) => Ok(()),
        Err(e) => {
            // Nobody has seen the first mapping.
            let _ = space.munmap(start, code);
            Err(e)
        }
    }
}
