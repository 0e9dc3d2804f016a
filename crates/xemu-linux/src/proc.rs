//! Files below /proc that would show the emulator or the host's processor: they are given to the
//! guest as memory files with the guest's view.

use std::fmt::Write;

use xemu_abi::hwcap::feature_names;
use xemu_abi::{Errno, fcntl};

use crate::host::{self, nr};
use crate::path::HostPath;
use crate::process::Process;
use crate::thread::Thread;
use crate::{fd, fs};

/// Which of our files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Maps,
    Cmdline,
    Auxv,
    Stat,
    Cpuinfo,
}

fn entry_of(path: &HostPath) -> Option<Entry> {
    if path.guest == b"/proc/cpuinfo" {
        return Some(Entry::Cpuinfo);
    }
    match path.proc_entry()? {
        b"maps" => Some(Entry::Maps),
        b"cmdline" => Some(Entry::Cmdline),
        b"auxv" => Some(Entry::Auxv),
        b"stat" => Some(Entry::Stat),
        _ => None,
    }
}

/// Opens one of our files; `None` when the path names none of them.
pub fn open(t: &Thread, path: &HostPath, flags: u64) -> Result<Option<u64>, Errno> {
    const PROC: &[u8] = b"/proc/";
    if !path.guest.starts_with(PROC) {
        return Ok(None);
    }
    let Some(entry) = entry_of(path) else { return Ok(None) };
    if flags & u64::from(fcntl::O_WRONLY | fcntl::O_RDWR) != 0 {
        return Err(Errno::EACCES);
    }
    if flags & u64::from(fcntl::O_DIRECTORY) != 0 {
        return Err(Errno::ENOTDIR);
    }
    let process = t.process;
    let (name, contents) = match entry {
        Entry::Maps => (c"maps", xemu_host::delegate(|| process.space.maps_text()).into_bytes()),
        Entry::Cmdline => (c"cmdline", process.program.cmdline.clone()),
        Entry::Auxv => (c"auxv", process.program.auxv.clone()),
        Entry::Stat => (c"stat", stat(process)?),
        Entry::Cpuinfo => (c"cpuinfo", cpuinfo(process).into_bytes()),
    };
    fs::memory_file(name, &contents, fd::cloexec(flags)).map(Some)
}

/// A small file of the host.
fn host_file(path: &std::ffi::CStr) -> Result<Vec<u8>, Errno> {
    let at = fcntl::AT_FDCWD as u64;
    let flags = u64::from(fcntl::O_CLOEXEC);
    let fd = host::syscall(nr::OPENAT, [at, path.as_ptr() as u64, flags, 0, 0, 0])?;
    let mut bytes = vec![0u8; 4096];
    let args = [fd, bytes.as_mut_ptr() as u64, bytes.len() as u64, 0, 0, 0];
    let len = host::syscall(nr::READ, args);
    let _ = host::syscall(nr::CLOSE, [fd, 0, 0, 0, 0, 0]);
    bytes.truncate(len? as usize);
    Ok(bytes)
}

/// /proc/self/stat: the host's, with the guest's stack start in field 28.
fn stat(process: &Process) -> Result<Vec<u8>, Errno> {
    let host = host_file(c"/proc/self/stat")?;
    Ok(with_stack_start(&host, process.program.stack_start))
}

fn with_stack_start(stat: &[u8], stack_start: u64) -> Vec<u8> {
    // The name in parentheses may hold anything; the fields behind it start with the third.
    const STACK_START: usize = 28 - 3;
    let behind_name = stat.iter().rposition(|b| *b == b')').map_or(0, |i| i + 2);
    let (head, tail) = stat.split_at(behind_name.min(stat.len()));
    let mut out = head.to_vec();
    for (i, field) in tail.split(|b| *b == b' ').enumerate() {
        if i != 0 {
            out.push(b' ');
        }
        match i {
            STACK_START => out.extend(stack_start.to_string().bytes()),
            _ => out.extend_from_slice(field),
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
    fn stack_start_is_replaced() {
        let fields: Vec<String> = (3..=52).map(|n| n.to_string()).collect();
        let stat = format!("7 (a) b) {}\n", fields.join(" "));
        let expect = stat.replace(" 28 ", " 12345 ");
        assert_eq!(with_stack_start(stat.as_bytes(), 12345), expect.as_bytes());
    }

    #[test]
    fn there_is_a_processor() {
        assert!(processors() >= 1);
    }
}
