//! Code of an ELF file on disk, for the tools.

use std::ffi::OsStr;
use std::path::Path;

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::header::{EM_AARCH64, header64::Header};
use goblin::elf::program_header::{PF_X, PT_LOAD, ProgramHeader};
use goblin::elf::section_header::{SHF_EXECINSTR, SHT_PROGBITS, SectionHeader};
use xemu_guest::{FaultKind, GuestFault};
use xemu_interp::{Combined, Devices, HostMemory, Machine};
use xemu_jit::Guest;

/// A run of instruction words at an address.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// The address of the first word.
    pub base: u64,
    /// The words.
    pub words: Vec<u32>,
}

impl Code {
    fn new(base: u64, bytes: &[u8]) -> Self {
        let words = bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]));
        Self { base, words: words.collect() }
    }

    /// The word at an address.
    pub fn word(&self, addr: u64) -> Option<u32> {
        let index = usize::try_from(addr.checked_sub(self.base)? / 4).ok()?;
        self.words.get(index).copied()
    }

    /// The address behind the last word.
    pub fn end(&self) -> u64 {
        self.base.wrapping_add(self.words.len() as u64 * 4)
    }
}

/// Devices that are never asked: code of a file is translated, not run.
struct NoDevices;

impl Devices for NoDevices {
    fn counter(&mut self) -> u64 {
        0
    }
    fn random(&mut self) -> Option<u64> {
        None
    }
    fn ic_ivau(&mut self, _: u64) {}
}

impl Guest for Code {
    fn fetch(&self, addr: u64) -> Result<u32, GuestFault> {
        let kind = FaultKind::FetchUnmapped;
        self.word(addr).ok_or(GuestFault { kind, addr, write: false })
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(Combined { memory: HostMemory, devices: NoDevices })
    }
}

/// The executable segments of an arm64 ELF file, or its sections of code where it has a section
/// table: segments may hold constants beside the code.
///
/// # Errors
/// One sentence with the file's name.
pub fn read(path: &OsStr, sections: bool) -> Result<Vec<Code>, String> {
    let path = Path::new(path);
    let fail = |what: &str| format!("{}: {what}", path.display());
    let bytes = std::fs::read(path).map_err(|e| fail(&e.to_string()))?;
    let header = Header::parse(&bytes).map_err(|_| fail("not an ELF file"))?;
    if header.e_ident[..6] != *b"\x7fELF\x02\x01" || header.e_machine != EM_AARCH64 {
        return Err(fail("not an arm64 ELF file"));
    }
    let ctx = Ctx::new(Container::Big, Endian::Little);
    let piece = |addr: u64, offset: u64, size: u64| {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(size).ok()?)?.min(bytes.len());
        bytes.get(start..end).map(|b| Code::new(addr, b))
    };
    let mut list: Vec<Code> = Vec::new();
    if sections {
        let (at, count) = (header.e_shoff as usize, usize::from(header.e_shnum));
        let table = SectionHeader::parse(&bytes, at, count, ctx).unwrap_or_default();
        let code = |s: &&SectionHeader| {
            s.sh_type == SHT_PROGBITS && s.sh_flags & u64::from(SHF_EXECINSTR) != 0
        };
        let pieces = table.iter().filter(code);
        list.extend(pieces.filter_map(|s| piece(s.sh_addr, s.sh_offset, s.sh_size)));
    }
    if list.is_empty() {
        let (at, count) = (header.e_phoff as usize, usize::from(header.e_phnum));
        let table = ProgramHeader::parse(&bytes, at, count, ctx)
            .map_err(|_| fail("its program headers cannot be read"))?;
        let code = |p: &&ProgramHeader| p.p_type == PT_LOAD && p.p_flags & PF_X != 0;
        let pieces = table.iter().filter(code);
        list.extend(pieces.filter_map(|p| piece(p.p_vaddr, p.p_offset, p.p_filesz)));
    }
    list.retain(|c| !c.words.is_empty());
    if list.is_empty() { Err(fail("it has no code")) } else { Ok(list) }
}
