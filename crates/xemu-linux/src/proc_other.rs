//! Files below /proc of other processes that run in this emulator: what the guest in them has,
//! without what is the emulator's. Name, arguments and auxiliary vector are shown by the kernel
//! itself.

use std::collections::HashMap;
use std::ffi::CStr;
use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};

use xemu_abi::Wire;
use xemu_mem::{OtherSpace, Places};

use crate::proc;

/// Whether a process runs in this emulator too, as far as one may know.
pub fn is_of_this_emulator(pid: i64) -> bool {
    let file = |path: &str| std::fs::metadata(path).map(|m| (m.dev(), m.ino())).ok();
    let other = file(&format!("/proc/{pid}/exe"));
    other.is_some() && other == file("/proc/self/exe")
}

/// An entry of a process's auxiliary vector.
pub fn auxv_entry(pid: i64, kind: u64) -> Option<u64> {
    let auxv = std::fs::read(format!("/proc/{pid}/auxv")).ok()?;
    let mut pairs = auxv.chunks_exact(16).map(|p| (u64::decode(p), u64::decode(&p[8..])));
    pairs.find(|(found, _)| *found == kind).map(|(_, value)| value)
}

/// One of our files of another process: its name and content. `None` for what is the host's own.
pub fn contents(pid: i64, entry: &[u8], path: &[u8]) -> Option<(&'static CStr, Vec<u8>)> {
    let name = match entry {
        b"maps" => c"maps",
        b"smaps" => c"smaps",
        b"smaps_rollup" => c"smaps_rollup",
        b"numa_maps" => c"numa_maps",
        b"stat" => c"stat",
        b"statm" => c"statm",
        b"status" => c"status",
        _ => return None,
    };
    if !is_of_this_emulator(pid) {
        return None;
    }
    let (space, stack) = space_of(pid)?;
    let host = proc::host_text(path).ok()?;
    let sizes = || proc::sizes_of(space.mappings(), stack);
    let text = match entry {
        b"maps" => space.maps_text(),
        b"smaps" => space.smaps_text(&host),
        b"smaps_rollup" => {
            let smaps = proc::host_text(format!("/proc/{pid}/smaps").as_bytes()).ok()?;
            xemu_mem::smaps_rollup(&host, &space.smaps_text(&smaps))
        }
        b"numa_maps" => space.numa_maps_text(&host),
        b"statm" => proc::statm(&sizes(), code_size(&space), &host),
        b"status" => proc::status(&sizes(), code_size(&space), None, &host),
        _ => return Some((name, proc::with_fields(host.as_bytes(), &[(23, sizes().total)]))),
    };
    Some((name, text.into_bytes()))
}

/// The first executable mapping is the program's code.
fn code_size(space: &OtherSpace) -> u64 {
    let code = space.mappings().iter().find(|m| m.prot & xemu_mem::consts::PROT_EXEC != 0);
    code.map_or(0, |m| m.end - m.start)
}

/// Another process's memory, and its first stack pointer.
fn space_of(pid: i64) -> Option<(OtherSpace, u64)> {
    const AT_SYSINFO_EHDR: u64 = 33;
    let maps = proc::host_text(format!("/proc/{pid}/maps").as_bytes()).ok()?;
    let stat = proc::host_text(format!("/proc/{pid}/stat").as_bytes()).ok()?;
    let stack = stack_start(&stat).unwrap_or(0);
    let places = Places { stack, vdso: auxv_entry(pid, AT_SYSINFO_EHDR).unwrap_or(0) };
    let mut code = HashMap::new();
    let mut is_code = |path: &str, offset: u64| {
        let known =
            code.entry(path.to_owned()).or_insert_with(|| code_of(path).unwrap_or_default());
        known.iter().any(|(start, end)| (*start..*end).contains(&offset))
    };
    Some((OtherSpace::new(maps, places, &mut is_code), stack))
}

/// Field 28 of a process's stat file.
fn stack_start(stat: &str) -> Option<u64> {
    const STACK: usize = 28 - 3;
    stat.rsplit_once(") ")?.1.split(' ').nth(STACK)?.trim_end().parse().ok()
}

/// The parts of an ELF file that may be executed, as offsets of whole pages.
fn code_of(path: &str) -> Option<Vec<(u64, u64)>> {
    const PT_LOAD: u32 = 1;
    const PF_X: u32 = 1;
    const PAGE: u64 = xemu_abi::mman::PAGE_SIZE;
    const PHDR: usize = 56;
    let file = File::open(path).ok()?;
    let mut header = [0u8; 64];
    file.read_exact_at(&mut header, 0).ok()?;
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    let (at, count) = (u64::decode(&header[32..]), usize::from(u16::decode(&header[56..])));
    let mut table = vec![0; count * PHDR];
    file.read_exact_at(&mut table, at).ok()?;
    let code = table
        .chunks_exact(PHDR)
        .filter(|h| u32::decode(h) == PT_LOAD && u32::decode(&h[4..]) & PF_X != 0);
    Some(
        code.map(|h| {
            let (offset, size) = (u64::decode(&h[8..]), u64::decode(&h[32..]));
            (offset & !(PAGE - 1), offset.saturating_add(size))
        })
        .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_stat_are_found_behind_any_name() {
        let fields: Vec<String> = (3..=52).map(|n| n.to_string()).collect();
        assert_eq!(stack_start(&format!("7 (a) b) {}\n", fields.join(" "))), Some(28));
        assert_eq!(stack_start("7 (a"), None);
    }

    #[test]
    fn a_programs_code_is_found() {
        let own = std::env::current_exe().unwrap();
        let code = code_of(own.to_str().unwrap()).unwrap();
        assert!(!code.is_empty() && code.iter().all(|(start, end)| start < end));
        assert_eq!(code_of("/proc/self/cmdline"), None);
    }
}
