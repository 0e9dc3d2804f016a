//! What the ELF header and the program headers say, checked as the kernel does. (fs/binfmt_elf.c)

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::header::header64::{Header, SIZEOF_EHDR};
use goblin::elf::header::{
    EI_CLASS, EI_DATA, ELFCLASS32, ELFDATA2MSB, ELFMAG, ET_CORE, ET_DYN, ET_EXEC, ET_REL,
};
use goblin::elf::program_header::{
    PF_R, PF_W, PF_X, PT_GNU_PROPERTY, PT_GNU_STACK, PT_INTERP, PT_LOAD, ProgramHeader,
};
use xemu_abi::Errno;
use xemu_mem::PAGE_SIZE;
use xemu_mem::consts::{PROT_EXEC, PROT_READ, PROT_WRITE};

use crate::Cause;

/// Above this no segment may reach.
const TASK_SIZE: u64 = xemu_mem::HOST_TASK_SIZE;
const PHENT: usize = 56;
/// The kernel's limit on the size of all program headers.
const MAX_PHDRS_SIZE: usize = 65536;
const PATH_MAX: u64 = 4096;
/// No segment's alignment beyond this moves the image.
const MAX_ALIGN: u64 = 1 << 30;

const EM_386: u16 = 3;
const EM_ARM: u16 = 40;
const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;
const EM_RISCV: u16 = 243;

/// A loadable segment; addresses before the load bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub vaddr: u64,
    pub file_size: u64,
    pub mem_size: u64,
    pub offset: u64,
    /// PROT_ bits.
    pub prot: u32,
}

impl Segment {
    pub fn end(&self) -> u64 {
        self.vaddr + self.mem_size
    }
    /// The pages that it touches.
    pub fn pages(&self) -> Range<u64> {
        self.vaddr & !(PAGE_SIZE - 1)..self.end().next_multiple_of(PAGE_SIZE)
    }
}

/// A program file that can be mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// Whether it may be put anywhere.
    pub relocatable: bool,
    pub entry: u64,
    /// In the order of their addresses; not empty; disjoint.
    pub segments: Vec<Segment>,
    /// The address of the program headers, when a segment holds them.
    pub phdr_addr: Option<u64>,
    pub phnum: u16,
    pub interpreter: Option<Vec<u8>>,
    pub exec_stack: bool,
    /// Compiled for branch target identification.
    pub bti: bool,
    /// The greatest alignment of a segment, at least a page.
    pub align: u64,
}

impl Program {
    /// The pages from the first segment to the last.
    pub fn span(&self) -> Range<u64> {
        let first = self.segments[0].pages().start;
        let last = self.segments[self.segments.len() - 1].pages().end;
        first..last
    }

    /// Runs of pages that segments touch.
    pub fn runs(&self) -> Vec<Range<u64>> {
        let mut runs: Vec<Range<u64>> = Vec::new();
        for pages in self.segments.iter().map(Segment::pages) {
            match runs.last_mut().filter(|last| last.end >= pages.start) {
                Some(last) => last.end = last.end.max(pages.end),
                None => runs.push(pages),
            }
        }
        runs
    }
}

/// Whether a file begins as an ELF file does.
pub(crate) fn is_elf(head: &[u8]) -> bool {
    head.starts_with(ELFMAG)
}

/// Whether the header is one of a program for this machine; the cause if not.
pub(crate) fn check_machine(head: &[u8]) -> Result<Header, Cause> {
    if !is_elf(head) {
        return Err(Cause::NotElf);
    }
    if head.len() < SIZEOF_EHDR {
        return Err(Cause::Malformed("its ELF header is cut off"));
    }
    // The machine's place and the byte order are the same for both word sizes.
    let raw = [head[18], head[19]];
    if head[EI_DATA] == ELFDATA2MSB {
        let arm = matches!(u16::from_be_bytes(raw), EM_ARM | EM_AARCH64);
        return Err(Cause::OtherMachine(if arm { "big-endian Arm" } else { "another processor" }));
    }
    let machine = u16::from_le_bytes(raw);
    let narrow = head[EI_CLASS] == ELFCLASS32;
    match (machine, narrow) {
        (EM_AARCH64, false) => {}
        (EM_AARCH64, true) => return Err(Cause::OtherMachine("64-bit Arm with 32-bit addresses")),
        (EM_ARM, _) => return Err(Cause::OtherMachine("32-bit Arm")),
        (EM_X86_64, _) => return Err(Cause::OtherMachine("x86-64")),
        (EM_386, _) => return Err(Cause::OtherMachine("32-bit x86")),
        (EM_RISCV, _) => return Err(Cause::OtherMachine("RISC-V")),
        _ => return Err(Cause::OtherMachine("another processor")),
    }
    let header =
        Header::parse(head).map_err(|_| Cause::Malformed("its ELF header cannot be read"))?;
    match header.e_type {
        ET_EXEC | ET_DYN => Ok(header),
        ET_REL => Err(Cause::NotExecutable("an object file")),
        ET_CORE => Err(Cause::NotExecutable("a core dump")),
        _ => Err(Cause::NotExecutable("an ELF file of unknown type")),
    }
}

/// Reads and checks the headers of a file that begins with `head`.
pub(crate) fn parse(file: &File, head: &[u8], file_size: u64) -> Result<Program, Cause> {
    let header = check_machine(head)?;
    let headers = program_headers(file, &header, file_size)?;
    let mut segments = Vec::new();
    let mut align = PAGE_SIZE;
    for h in headers.iter().filter(|h| h.p_type == PT_LOAD && h.p_memsz != 0) {
        segments.push(segment(h, file_size)?);
        if h.p_align.is_power_of_two() && h.p_align <= MAX_ALIGN {
            align = align.max(h.p_align);
        }
    }
    segments.sort_by_key(|s| s.vaddr);
    if segments.is_empty() {
        return Err(Cause::BadSegment("it has no loadable segments"));
    }
    if segments.windows(2).any(|pair| pair[0].end() > pair[1].vaddr) {
        return Err(Cause::BadSegment("its segments overlap"));
    }
    if header.e_entry >= TASK_SIZE {
        return Err(Cause::BadSegment("its entry point lies outside of user memory"));
    }
    let find = |kind| headers.iter().find(|h| h.p_type == kind);
    Ok(Program {
        relocatable: header.e_type == ET_DYN,
        entry: header.e_entry,
        phdr_addr: phdr_addr(&headers, header.e_phoff),
        phnum: header.e_phnum,
        interpreter: find(PT_INTERP).map(|h| interpreter(file, h)).transpose()?,
        exec_stack: find(PT_GNU_STACK).is_some_and(|h| h.p_flags & PF_X != 0),
        bti: find(PT_GNU_PROPERTY).is_some_and(|h| has_bti(file, h)),
        segments,
        align,
    })
}

fn program_headers(
    file: &File,
    header: &Header,
    file_size: u64,
) -> Result<Vec<ProgramHeader>, Cause> {
    let count = usize::from(header.e_phnum);
    if usize::from(header.e_phentsize) != PHENT {
        return Err(Cause::Malformed("its program headers have an unknown size"));
    }
    let size = count * PHENT;
    if count == 0 || size > MAX_PHDRS_SIZE {
        return Err(Cause::Malformed("it has no program headers, or too many"));
    }
    let end = header.e_phoff.checked_add(size as u64);
    if end.is_none_or(|end| end > file_size) {
        return Err(Cause::Malformed("its program headers lie beyond the end of the file"));
    }
    let mut bytes = vec![0; size];
    read_exact(file, &mut bytes, header.e_phoff)?;
    let ctx = Ctx::new(Container::Big, Endian::Little);
    ProgramHeader::parse(&bytes, 0, count, ctx)
        .map_err(|_| Cause::Malformed("its program headers cannot be read"))
}

fn segment(h: &ProgramHeader, file_size: u64) -> Result<Segment, Cause> {
    let end = h.p_vaddr.checked_add(h.p_memsz);
    if end.is_none_or(|end| end > TASK_SIZE - PAGE_SIZE) {
        return Err(Cause::BadSegment("a segment reaches beyond user memory"));
    }
    if h.p_filesz > h.p_memsz {
        return Err(Cause::BadSegment("a segment is longer in the file than in memory"));
    }
    if h.p_filesz > 0 {
        if h.p_offset % PAGE_SIZE != h.p_vaddr % PAGE_SIZE {
            return Err(Cause::BadSegment("a segment's address does not fit its file offset"));
        }
        // What lies behind the file's end in its last page reads as zero, as the kernel has it.
        let end = h.p_offset.checked_add(h.p_filesz).filter(|end| i64::try_from(*end).is_ok());
        if end.is_none_or(|end| end > file_size.next_multiple_of(PAGE_SIZE)) {
            return Err(Cause::BadSegment("a segment reaches beyond the end of the file"));
        }
    }
    let bit = |flag, prot| if h.p_flags & flag != 0 { prot } else { 0 };
    Ok(Segment {
        vaddr: h.p_vaddr,
        file_size: h.p_filesz,
        mem_size: h.p_memsz,
        offset: h.p_offset,
        prot: bit(PF_R, PROT_READ) | bit(PF_W, PROT_WRITE) | bit(PF_X, PROT_EXEC),
    })
}

fn phdr_addr(headers: &[ProgramHeader], offset: u64) -> Option<u64> {
    let holder = headers.iter().find(|h| {
        h.p_type == PT_LOAD && offset.checked_sub(h.p_offset).is_some_and(|at| at < h.p_filesz)
    })?;
    holder.p_vaddr.checked_add(offset - holder.p_offset)
}

fn interpreter(file: &File, h: &ProgramHeader) -> Result<Vec<u8>, Cause> {
    if !(2..=PATH_MAX).contains(&h.p_filesz) {
        return Err(Cause::Malformed("its interpreter's path has an absurd length"));
    }
    let mut path = vec![0; h.p_filesz as usize];
    read_exact(file, &mut path, h.p_offset)?;
    if path.last() != Some(&0) {
        return Err(Cause::Malformed("its interpreter's path has no end"));
    }
    let end = path.iter().position(|&b| b == 0).unwrap_or(path.len());
    path.truncate(end);
    Ok(path)
}

/// Whether the program's property note asks for branch target identification. A note that cannot
/// be understood asks for nothing. (ELF for the Arm 64-bit Architecture, "Program Property")
fn has_bti(file: &File, h: &ProgramHeader) -> bool {
    const NT_GNU_PROPERTY_TYPE_0: u32 = 5;
    const FEATURE_1_AND: u32 = 0xc000_0000;
    const BTI: u32 = 1;
    let mut note = vec![0; h.p_filesz.min(1024) as usize];
    if read_exact(file, &mut note, h.p_offset).is_err() {
        return false;
    }
    let word = |at: usize| {
        let bytes = note.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    if (word(0), word(8)) != (Some(4), Some(NT_GNU_PROPERTY_TYPE_0))
        || note.get(12..16) != Some(b"GNU\0")
    {
        return false;
    }
    let mut at = 16;
    while let (Some(kind), Some(size)) = (word(at), word(at + 4)) {
        if kind == FEATURE_1_AND {
            return word(at + 8).is_some_and(|bits| bits & BTI != 0);
        }
        at += 8 + (size as usize).next_multiple_of(8);
    }
    false
}

/// Reads from an offset; a short file is a malformed one.
fn read_exact(file: &File, to: &mut [u8], offset: u64) -> Result<(), Cause> {
    if i64::try_from(offset).is_err() {
        return Err(Cause::Malformed("an offset lies beyond the end of the file"));
    }
    file.read_exact_at(to, offset).map_err(|error| match error.raw_os_error() {
        Some(errno) => Cause::Unreadable(Errno(errno as u16)),
        None => Cause::Malformed("an offset lies beyond the end of the file"),
    })
}
