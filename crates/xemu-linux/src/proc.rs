//! Files below /proc that would show the emulator or the host's processor: they are given to the
//! guest as memory files with the guest's view.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use xemu_abi::hwcap::feature_names;
use xemu_abi::signal::SigSet;
use xemu_abi::{Errno, fcntl};
use xemu_host::delegate;
use xemu_mem::MappingInfo;

use crate::host::{self, nr};
use crate::path::{self, HostPath};
use crate::process::{self, Process};
use crate::thread::Thread;
use crate::{fd, fs, mem, proc_other};

/// Which of our files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Maps,
    Smaps,
    SmapsRollup,
    NumaMaps,
    Cmdline,
    Auxv,
    Stat,
    Statm,
    Status,
    Cpuinfo,
}

fn entry_of(path: &HostPath) -> Option<Entry> {
    if path.guest == b"/proc/cpuinfo" {
        return Some(Entry::Cpuinfo);
    }
    let by_kernel = process::kernel_shows_image();
    match path.proc_entry()? {
        b"maps" => Some(Entry::Maps),
        b"smaps" => Some(Entry::Smaps),
        b"smaps_rollup" => Some(Entry::SmapsRollup),
        b"numa_maps" => Some(Entry::NumaMaps),
        b"cmdline" if !by_kernel => Some(Entry::Cmdline),
        b"auxv" if !by_kernel => Some(Entry::Auxv),
        b"stat" => Some(Entry::Stat),
        b"statm" => Some(Entry::Statm),
        b"status" => Some(Entry::Status),
        _ => None,
    }
}

/// Opens one of our files; `None` when the path names none of them.
pub fn open(t: &Thread, path: &HostPath, flags: u64) -> Result<Option<u64>, Errno> {
    const PROC: &[u8] = b"/proc/";
    if !path.guest.starts_with(PROC) {
        return Ok(None);
    }
    let writing = u64::from(fcntl::O_WRONLY | fcntl::O_RDWR | fcntl::O_DIRECTORY);
    let other = path::other_proc_entry(&path.guest)
        .and_then(|(pid, entry)| proc_other::contents(pid, entry, &path.guest));
    if let (Some((name, contents)), false) = (&other, flags & writing != 0) {
        return fs::memory_file(name, contents, fd::cloexec(flags)).map(Some);
    }
    let Some(entry) = entry_of(path) else { return Ok(None) };
    if flags & u64::from(fcntl::O_WRONLY | fcntl::O_RDWR) != 0 {
        return Err(Errno::EACCES);
    }
    if flags & u64::from(fcntl::O_DIRECTORY) != 0 {
        return Err(Errno::ENOTDIR);
    }
    let (process, space) = (t.process, t.process.space);
    // What the kernel shows of the same file: of the thread that was asked for.
    let host = || host_text(&path.guest);
    let (name, contents) = match entry {
        Entry::Maps => (c"maps", delegate(|| space.maps_text()).into_bytes()),
        Entry::Smaps => {
            let host = host()?;
            (c"smaps", delegate(|| space.smaps_text(&host)).into_bytes())
        }
        Entry::SmapsRollup => {
            let (host, smaps) = (host()?, host_text(b"/proc/self/smaps")?);
            let smaps = delegate(|| space.smaps_text(&smaps));
            (c"smaps_rollup", xemu_mem::smaps_rollup(&host, &smaps).into_bytes())
        }
        Entry::NumaMaps => {
            let host = host()?;
            (c"numa_maps", delegate(|| space.numa_maps_text(&host)).into_bytes())
        }
        Entry::Cmdline => (c"cmdline", arguments(process)),
        Entry::Auxv => (c"auxv", process.program.auxv.clone()),
        Entry::Stat => (c"stat", stat(process, &host()?)),
        Entry::Statm => {
            (c"statm", statm(&sizes(process), program_code(process), &host()?).into_bytes())
        }
        Entry::Status => {
            let sets = Some(t.actions.sets());
            let text = status(&sizes(process), program_code(process), sets, &host()?);
            (c"status", text.into_bytes())
        }
        Entry::Cpuinfo => (c"cpuinfo", cpuinfo(process).into_bytes()),
    };
    fs::memory_file(name, &contents, fd::cloexec(flags)).map(Some)
}

/// The argument strings as they are now.
fn arguments(process: &Process) -> Vec<u8> {
    let range = &process.program.image.arguments;
    let mut text = vec![0; range.end.saturating_sub(range.start) as usize];
    match mem::read(range.start, &mut text) {
        Ok(()) => text,
        Err(_) => process.program.cmdline.clone(),
    }
}

/// Where another process's program is, if that process is of this emulator too: where the program
/// headers are, which its auxiliary vector tells, its file is mapped.
pub fn exe_of_other(process: &Process, pid: i64) -> Option<Vec<u8>> {
    const AT_PHDR: u64 = 3;
    if !proc_other::is_of_this_emulator(pid) {
        return None;
    }
    let phdr = proc_other::auxv_entry(pid, AT_PHDR)?;
    let maps = std::fs::read(format!("/proc/{pid}/maps")).ok()?;
    let path = xemu_mem::mapped_path(&String::from_utf8_lossy(&maps), phdr)?;
    let prefix = process.config.prefix.as_ref().and_then(|p| std::fs::canonicalize(p).ok());
    let path = path::for_guest(prefix.as_deref(), Path::new(&path));
    Some(path.into_os_string().into_encoded_bytes())
}

/// What the host shows of a file below /proc.
pub(crate) fn host_text(path: &[u8]) -> Result<String, Errno> {
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    let bytes = std::fs::read(path).map_err(|e| {
        Errno(e.raw_os_error().and_then(|n| u16::try_from(n).ok()).unwrap_or(Errno::EIO.0))
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The guest's memory in bytes, as /proc counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// All mappings.
    pub total: u64,
    /// Private and writable, without the stack.
    pub data: u64,
    /// The first thread's stack.
    pub stack: u64,
    /// Executable.
    pub code: u64,
}

fn sizes(process: &Process) -> Sizes {
    sizes_of(&delegate(|| process.space.mappings()), process.program.stack_start)
}

/// The sizes of some mappings, of which one is the stack.
pub(crate) fn sizes_of(mappings: &[MappingInfo], stack_start: u64) -> Sizes {
    use xemu_mem::consts::{PROT_EXEC, PROT_WRITE};
    let mut sizes = Sizes::default();
    for mapping in mappings {
        let len = mapping.end - mapping.start;
        sizes.total += len;
        if (mapping.start..mapping.end).contains(&stack_start) {
            sizes.stack += len;
        } else if mapping.prot & PROT_WRITE != 0 && !mapping.shared {
            sizes.data += len;
        } else if mapping.prot & PROT_EXEC != 0 {
            sizes.code += len;
        }
    }
    sizes
}

/// The program's own code, in bytes.
fn program_code(process: &Process) -> u64 {
    let code = &process.program.image.code;
    code.end.saturating_sub(code.start)
}

/// /proc/PID/statm: sizes of a guest's memory, in pages. `code`: the program's, in bytes.
pub(crate) fn statm(sizes: &Sizes, code: u64, host: &str) -> String {
    const PAGE: u64 = xemu_abi::mman::PAGE_SIZE;
    let mut fields = host.split_whitespace().map(|f| f.parse::<u64>().unwrap_or(0)).skip(1);
    let total = sizes.total / PAGE;
    let resident = fields.next().unwrap_or(0).min(total);
    let shared = fields.next().unwrap_or(0).min(resident);
    let data = (sizes.data + sizes.stack) / PAGE;
    format!("{total} {resident} {shared} {} 0 {data} 0\n", code.div_ceil(PAGE))
}

/// /proc/PID/status: a guest's sizes and, where they are known, its caught and ignored signals.
pub(crate) fn status(
    sizes: &Sizes,
    code: u64,
    sets: Option<(SigSet, SigSet)>,
    host: &str,
) -> String {
    let kilobytes = |line: &str| -> u64 {
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let find = |key: &str| host.lines().find(|l| l.starts_with(key)).map_or(0, kilobytes);
    let total = sizes.total >> 10;
    let peak = total + find("VmPeak:").saturating_sub(find("VmSize:"));
    let code = code >> 10;
    let mut out = String::new();
    for line in host.lines() {
        let key = line.split(':').next().unwrap_or_default();
        let size = match key {
            "VmPeak" => Some(peak),
            "VmSize" => Some(total),
            "VmHWM" => Some(kilobytes(line).min(peak)),
            "VmRSS" => Some(kilobytes(line).min(total)),
            "VmData" => Some(sizes.data >> 10),
            "VmStk" => Some(sizes.stack >> 10),
            "VmExe" => Some(code),
            "VmLib" => Some((sizes.code >> 10).saturating_sub(code)),
            _ => None,
        };
        let set = match key {
            "SigCgt" => sets.map(|(caught, _)| caught),
            "SigIgn" => sets.map(|(_, ignored)| ignored),
            _ => None,
        };
        // Writing to a String does not fail.
        let _ = match (size, set) {
            (Some(size), _) => writeln!(out, "{key}:\t{size:>8} kB"),
            (_, Some(set)) => writeln!(out, "{key}:\t{:016x}", set.0),
            _ => writeln!(out, "{line}"),
        };
    }
    out
}

/// /proc/self/stat: the host's, with what is the guest's.
fn stat(process: &Process, host: &str) -> Vec<u8> {
    let (heap, _) = process.space.brk_range();
    let total = sizes(process).total;
    let mut fields = vec![(23, total), (47, heap)];
    if !process::kernel_shows_image() {
        let image = &process.program.image;
        let ranges = [(26, &image.code), (45, &image.data), (48, &image.arguments)];
        let ranges = ranges.into_iter().chain([(50, &image.environment)]);
        fields.push((28, process.program.stack_start));
        fields.extend(ranges.flat_map(|(n, range)| [(n, range.start), (n + 1, range.end)]));
    }
    with_fields(host.as_bytes(), &fields)
}

/// Replaces fields of /proc/PID/stat, which are counted from one.
pub(crate) fn with_fields(stat: &[u8], new: &[(usize, u64)]) -> Vec<u8> {
    // The name in parentheses may hold anything; the fields behind it start with the third.
    const FIRST: usize = 3;
    let behind_name = stat.iter().rposition(|b| *b == b')').map_or(0, |i| i + 2);
    let (head, tail) = stat.split_at(behind_name.min(stat.len()));
    let mut out = head.to_vec();
    for (i, field) in tail.split(|b| *b == b' ').enumerate() {
        if i != 0 {
            out.push(b' ');
        }
        match new.iter().find(|(number, _)| *number == i + FIRST) {
            Some((_, value)) => out.extend(value.to_string().bytes()),
            None => out.extend_from_slice(field),
        }
    }
    out
}

/// How many processors the thread may use.
fn processors() -> u32 {
    let mut mask = [0u64; 128];
    let args = [0, size_of_val(&mask) as u64, mask.as_mut_ptr() as u64, 0, 0, 0];
    match host::syscall(nr::SCHED_GETAFFINITY, args) {
        Ok(_) => mask.iter().map(|word| word.count_ones()).sum(),
        Err(_) => 1,
    }
}

/// /proc/cpuinfo in arm64's form. (c_show in arch/arm64/kernel/cpuinfo.c)
fn cpuinfo(process: &Process) -> String {
    let midr = process.config.midr;
    let mut out = String::new();
    for i in 0..processors() {
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "processor\t: {i}\nBogoMIPS\t: 50.00\nFeatures\t: {}\nCPU implementer\t: {:#04x}\n\
             CPU architecture: 8\nCPU variant\t: {:#x}\nCPU part\t: {:#05x}\n\
             CPU revision\t: {}\n\n",
            feature_names(process.config.hwcap),
            midr >> 24,
            midr >> 20 & 0xf,
            midr >> 4 & 0xfff,
            midr & 0xf,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_replaced() {
        let fields: Vec<String> = (3..=52).map(|n| n.to_string()).collect();
        let stat = format!("7 (a) b) {}\n", fields.join(" "));
        let expect = stat.replace(" 28 ", " 12345 ");
        assert_eq!(with_fields(stat.as_bytes(), &[(28, 12345)]), expect.as_bytes());
    }

    #[test]
    fn there_is_a_processor() {
        assert!(processors() >= 1);
    }
}
