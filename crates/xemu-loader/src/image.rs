//! Mapping a program's segments.

use std::fs::File;
use std::ops::Range;
use std::os::fd::AsRawFd;

use xemu_abi::Errno;
use xemu_mem::consts::*;
use xemu_mem::{AddressSpace, RegionName, fill};

use crate::Cause;
use crate::elf::{Program, Segment};

/// A mapped program or interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What was added to the file's addresses.
    pub bias: u64,
    /// The first page.
    pub start: u64,
    /// The end of the last page.
    pub end: u64,
    /// The entry point.
    pub entry: u64,
    /// The program headers, or 0 when they are not in memory.
    pub phdr: u64,
    /// How many program headers there are.
    pub phnum: u16,
    /// The lowest and the end of the highest executable segment.
    pub code: Range<u64>,
    /// From the lowest address of the highest writable segment to the end of initialized data.
    pub data: Range<u64>,
}

/// Where a program goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Near this address if it can be chosen.
    Near(u64),
    /// Wherever there is room.
    Anywhere,
}

/// Maps a program. On an error nothing stays mapped.
pub(crate) fn map(
    space: &AddressSpace,
    file: &File,
    program: &Program,
    place: Place,
    guarded: bool,
) -> Result<Image, Cause> {
    let (bias, reserved) = reserve(space, program, place)?;
    for segment in &program.segments {
        if let Err(cause) = map_segment(space, file, segment, bias, guarded) {
            reserved.iter().for_each(|range| release(space, range));
            return Err(cause);
        }
    }
    Ok(describe(program, bias))
}

/// Unmaps what was reserved here.
fn release(space: &AddressSpace, range: &Range<u64>) {
    if !range.is_empty() {
        // It is there to be unmapped; if that fails for want of memory, it stays reserved.
        let _ = space.munmap(range.start, range.end - range.start);
    }
}

fn cannot_map(addr: u64) -> impl Fn(i32) -> Cause {
    move |errno| Cause::CannotMap { addr, errno: Errno(errno as u16) }
}

const RESERVED: u32 = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

/// Reserves the pages of all segments; gives the load bias and what was reserved.
fn reserve(
    space: &AddressSpace,
    program: &Program,
    place: Place,
) -> Result<(u64, Vec<Range<u64>>), Cause> {
    let runs = program.runs();
    if program.relocatable {
        let span = program.span();
        let start = reserve_anywhere(space, &span, program.align, place)?;
        let bias = start.wrapping_sub(span.start);
        let moved = |r: &Range<u64>| r.start.wrapping_add(bias)..r.end.wrapping_add(bias);
        let runs: Vec<_> = runs.iter().map(moved).collect();
        for pair in runs.windows(2) {
            release(space, &(pair[0].end..pair[1].start));
        }
        return Ok((bias, runs));
    }
    let mut done = Vec::new();
    for run in runs {
        let len = run.end - run.start;
        let flags = RESERVED | MAP_FIXED_NOREPLACE;
        if let Err(errno) = space.mmap(run.start, len, 0, flags, -1, 0) {
            done.iter().for_each(|range| release(space, range));
            return Err(cannot_map(run.start)(errno));
        }
        done.push(run);
    }
    Ok((0, done))
}

/// Room for a span, so that its addresses keep their remainders by `align`.
fn reserve_anywhere(
    space: &AddressSpace,
    span: &Range<u64>,
    align: u64,
    place: Place,
) -> Result<u64, Cause> {
    let len = span.end - span.start;
    let fail = cannot_map(span.start);
    let hint = match place {
        Place::Near(base) => base.next_multiple_of(align).wrapping_add(span.start % align),
        Place::Anywhere => 0,
    };
    let at = space.mmap(hint, len, 0, RESERVED, -1, 0).map_err(&fail)?;
    if at % align == span.start % align {
        return Ok(at);
    }
    release(space, &(at..at + len));
    let wide = len.checked_add(align).ok_or_else(|| fail(ENOMEM))?;
    let at = space.mmap(0, wide, 0, RESERVED, -1, 0).map_err(&fail)?;
    let skip = (span.start % align).wrapping_sub(at % align) % align;
    let start = at + skip;
    release(space, &(at..start));
    release(space, &(start + len..at + wide));
    Ok(start)
}

fn map_segment(
    space: &AddressSpace,
    file: &File,
    segment: &Segment,
    bias: u64,
    guarded: bool,
) -> Result<(), Cause> {
    let guard = if guarded && segment.prot & PROT_EXEC != 0 { PROT_BTI } else { 0 };
    let prot = segment.prot | guard;
    let vaddr = segment.vaddr.wrapping_add(bias);
    let start = vaddr & !(PAGE_SIZE - 1);
    let end = vaddr + segment.mem_size;
    let file_end = vaddr + segment.file_size;
    let mapped_end = if segment.file_size == 0 {
        start
    } else {
        let offset = segment.offset - (vaddr - start);
        let len = file_end - start;
        space
            .mmap(start, len, prot, MAP_PRIVATE | MAP_FIXED, file.as_raw_fd(), offset)
            .map_err(cannot_map(vaddr))?;
        file_end.next_multiple_of(PAGE_SIZE)
    };
    if segment.mem_size == segment.file_size {
        return Ok(());
    }
    // The kernel clears the rest of the file's last page, to its end, where it is writable.
    if segment.file_size > 0 && segment.prot & PROT_WRITE != 0 {
        fill(file_end, 0, (mapped_end - file_end) as usize)
            .map_err(|_| Cause::BadSegment("a segment reaches beyond the end of the file"))?;
    }
    let zero_end = end.next_multiple_of(PAGE_SIZE);
    if zero_end > mapped_end {
        let prot = PROT_READ | PROT_WRITE | segment.prot & PROT_EXEC;
        let len = zero_end - mapped_end;
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        space.mmap(mapped_end, len, prot, flags, -1, 0).map_err(cannot_map(vaddr))?;
    }
    Ok(())
}

fn describe(program: &Program, bias: u64) -> Image {
    let span = program.span();
    let moved = |addr: u64| addr.wrapping_add(bias);
    let code = program.segments.iter().filter(|s| s.prot & PROT_EXEC != 0);
    let code_start = code.clone().map(|s| s.vaddr).min().unwrap_or(span.start);
    let code_end = code.map(|s| s.vaddr + s.file_size).max().unwrap_or(span.start);
    let data_start = program.segments.iter().map(|s| s.vaddr).max().unwrap_or(span.start);
    let data_end = program.segments.iter().map(|s| s.vaddr + s.file_size).max();
    Image {
        bias,
        start: moved(span.start),
        end: moved(span.end),
        entry: moved(program.entry),
        phdr: program.phdr_addr.map_or(0, moved),
        phnum: program.phnum,
        code: moved(code_start)..moved(code_end),
        data: moved(data_start)..moved(data_end.unwrap_or(span.start)),
    }
}

/// Maps bytes of the emulator's own, readable and executable, under a name.
pub(crate) fn map_bytes(
    space: &AddressSpace,
    bytes: &[u8],
    name: &RegionName,
) -> Result<Range<u64>, i32> {
    let len = (bytes.len() as u64).next_multiple_of(PAGE_SIZE);
    let flags = MAP_PRIVATE | MAP_ANONYMOUS;
    let at = space.mmap(0, len, PROT_READ | PROT_WRITE, flags, -1, 0)?;
    xemu_mem::copy_out(at, bytes).map_err(|_| EFAULT)?;
    space.mprotect(at, len, PROT_READ | PROT_EXEC)?;
    space.set_name(at, len, name);
    Ok(at..at + len)
}
