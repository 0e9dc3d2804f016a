//! Core files: what the kernel writes when a program dies of a signal, for arm64.
//!
//! The kernel would write the emulator's own state, so the emulator writes the file itself, at the
//! same place and under the same limits (core(5)), for each signal that dumps. A pattern that names
//! a program to be started is not followed; the file is `core` with the process id then.
//!
//! The parent's wait status says "core dumped" only if the kernel has written a file too. It is let
//! write a small one where nobody sees it, see [`kernel_copy`].

use std::ffi::{CStr, CString};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use xemu_abi::Wire;
use xemu_abi::core::*;
use xemu_abi::mman::PAGE_SIZE;
use xemu_abi::signal::{DefaultAction, SIG_DFL, SIGSEGV, SigInfo, SigSet, default_action};
use xemu_guest::CpuState;
use xemu_mem::consts::{PROT_READ, PROT_WRITE};
use xemu_mem::{MappingInfo, RegionName};

use crate::host::{self, Disposition, nr};
use crate::signal::{Actions, FAULTS};
use crate::thread::Thread;

/// Set while a thread writes a core file: the others stop and tell their registers.
static REQUESTED: AtomicBool = AtomicBool::new(false);
static TOLD: Mutex<Vec<ThreadState>> = Mutex::new(Vec::new());
static ANOTHER: Condvar = Condvar::new();

/// How long the other threads have to tell their registers.
const PATIENCE: Duration = Duration::from_secs(2);

/// The registers of one thread, as notes show them.
struct ThreadState {
    tid: i32,
    blocked: u64,
    registers: CoreRegisters,
    vectors: CoreVectors,
    tpidr: u64,
}

impl ThreadState {
    fn of(t: &Thread) -> Self {
        let cpu: &CpuState = &t.cpu;
        let mut registers = CoreRegisters {
            sp: cpu.sp(),
            pc: cpu.pc,
            pstate: u64::from(cpu.flags.to_nzcv().0),
            ..Default::default()
        };
        registers.regs.copy_from_slice(&cpu.x[..31]);
        let (fpsr, fpcr) = (cpu.fpsr().0, cpu.fpcr.0);
        let vectors = CoreVectors { vregs: cpu.v, fpsr, fpcr };
        Self { tid: t.tid, blocked: t.mask.0, registers, vectors, tpidr: cpu.tpidr_el0 }
    }
}

/// Whether a core file is being written, for which each thread is to [`tell`] its registers.
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Tells the thread's registers and waits for the process's end.
pub fn tell(t: &Thread) -> ! {
    if let Ok(mut told) = TOLD.lock() {
        told.push(ThreadState::of(t));
    }
    ANOTHER.notify_all();
    host::set_mask(SigSet::ALL);
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// Whether a core file would be written, so that signals that dump come to the host's handler.
static WANTED: AtomicBool = AtomicBool::new(false);

/// Whether the default action of a signal, which is not a fault's, is the emulator's business.
pub fn is_for(sig: i32) -> bool {
    WANTED.load(Ordering::Relaxed) && !FAULTS.has(sig) && default_action(sig) == DefaultAction::Core
}

/// At the start, and when RLIMIT_CORE has changed: signals that dump come to the emulator, or go to
/// the kernel when nobody wants the file.
pub fn limit_changed(actions: &Actions) {
    let wanted = core_limit() >= PAGE_SIZE;
    if WANTED.swap(wanted, Ordering::Relaxed) != wanted {
        arm(actions);
    }
}

/// Sets the host's dispositions of signals that dump and have no handler of the guest's.
pub fn arm(actions: &Actions) {
    let dumps = |sig: &i32| !FAULTS.has(*sig) && default_action(*sig) == DefaultAction::Core;
    for sig in (1..=64).filter(dumps).filter(|sig| actions.get(*sig).handler == SIG_DFL) {
        let ours = Disposition::Handle { flags: 0 };
        let disposition = if is_for(sig) { ours } else { Disposition::Default };
        let _ = host::set_disposition(sig, disposition);
    }
}

/// Writes the core file of a process that is about to die of a signal, if one is wanted.
pub fn write(t: &Thread, info: &SigInfo) {
    // Its memory is its parent's, and so would be the request to the threads.
    if t.is_vfork_child {
        return;
    }
    let limit = core_limit();
    // Less than a page is no file to the kernel either.
    if limit < PAGE_SIZE || !is_dumpable() || REQUESTED.swap(true, Ordering::SeqCst) {
        return;
    }
    let threads = states(t);
    let created = create(t, info.signo());
    let folder = created.as_ref().map(|(_, path)| path.parent().unwrap_or(path).to_owned());
    if let Some((mut file, _)) = created {
        let content = Content::new(t, info, &threads);
        // A full disk leaves a part of the file, as it does natively.
        let _ = content.write(&mut file, limit);
    }
    // The kernel must not write the emulator's state over it.
    if folder.and_then(|folder| kernel_copy(&folder)).is_none() {
        forbid_hosts_core();
    }
}

/// Lets the kernel write a core file that vanishes with the process: without memory, to a file
/// system of this thread's own over the folder. `None` where one may not mount.
fn kernel_copy(folder: &Path) -> Option<()> {
    const CLONE_NEWNS: u64 = 0x2_0000;
    const CLONE_NEWUSER: u64 = 0x1000_0000;
    const MS_REC_PRIVATE: u64 = 0x4_4000;
    const PR_SET_DUMPABLE: u64 = 4;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = std::fs::canonicalize(folder).ok()?;
    let own_folder = std::env::current_dir().ok()?;
    std::fs::write("/proc/self/coredump_filter", "0").ok()?;
    let [uid, gid] = [nr::GETUID, nr::GETGID].map(id);
    if host::syscall(nr::UNSHARE, [CLONE_NEWNS, 0, 0, 0, 0, 0]).is_err() {
        // Only a single thread gets users of its own.
        host::syscall(nr::UNSHARE, [CLONE_NEWUSER | CLONE_NEWNS, 0, 0, 0, 0, 0]).ok()?;
        std::fs::write("/proc/self/setgroups", "deny").ok()?;
        std::fs::write("/proc/self/uid_map", format!("{uid} {uid} 1")).ok()?;
        std::fs::write("/proc/self/gid_map", format!("{gid} {gid} 1")).ok()?;
    }
    mount(None, Path::new("/"), None, MS_REC_PRIVATE)?;
    mount(Some(c"core"), &folder, Some(c"tmpfs"), 0)?;
    // The present folder is the one below the new file system.
    std::env::set_current_dir(&own_folder).ok()?;
    host::syscall(nr::PRCTL, [PR_SET_DUMPABLE, 1, 0, 0, 0, 0]).ok().map(drop)
}

fn mount(source: Option<&CStr>, target: &Path, kind: Option<&CStr>, flags: u64) -> Option<()> {
    let target = CString::new(target.as_os_str().as_encoded_bytes()).ok()?;
    let address = |text: Option<&CStr>| text.map_or(0, |text| text.as_ptr() as u64);
    let options = if kind.is_some() { c"size=4m,mode=700".as_ptr() as u64 } else { 0 };
    let args = [address(source), target.as_ptr() as u64, address(kind), flags, options, 0];
    host::syscall(nr::MOUNT, args).ok().map(drop)
}

/// The limit of a core file's size. (getrlimit(2))
pub const RLIMIT_CORE: u32 = 4;

fn core_limit() -> u64 {
    xemu_host::soft_limit(RLIMIT_CORE).unwrap_or(0)
}

fn forbid_hosts_core() {
    let none = [0u64; 2];
    let args = [RLIMIT_CORE.into(), none.as_ptr() as u64, 0, 0, 0, 0];
    let _ = host::syscall(nr::SETRLIMIT, args);
}

fn is_dumpable() -> bool {
    const PR_GET_DUMPABLE: u64 = 3;
    host::syscall(nr::PRCTL, [PR_GET_DUMPABLE, 0, 0, 0, 0, 0]) == Ok(1)
}

/// The dying thread's registers and those of the others, which are stopped for it.
fn states(t: &Thread) -> Vec<ThreadState> {
    let mut states = vec![ThreadState::of(t)];
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let others: Vec<i32> = tasks
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|tid| *tid != t.tid)
        .collect();
    for tid in &others {
        // A fault signal is open in every thread; sent, it only asks for a poll.
        let _ = xemu_host::tgkill(host::getpid(), *tid, SIGSEGV);
    }
    let Ok(told) = TOLD.lock() else { return states };
    let waited = ANOTHER.wait_timeout_while(told, PATIENCE, |told| told.len() < others.len());
    if let Ok((mut told, _)) = waited {
        states.append(&mut told);
    }
    states
}

/// The file as core_pattern names it.
fn create(t: &Thread, sig: i32) -> Option<(File, PathBuf)> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/sys/kernel/{name}"));
    let pattern = read("core_pattern").unwrap_or_else(|_| "core".to_owned());
    let pattern = pattern.trim_end();
    let pattern = if pattern.starts_with('|') { "core.%p" } else { pattern };
    let mut name = expand(pattern, t, sig);
    if !pattern.contains("%p") && read("core_uses_pid").is_ok_and(|text| text.trim() == "1") {
        // Writing to a String does not fail.
        let _ = write!(name, ".{}", host::getpid());
    }
    const O_NOFOLLOW: i32 = 0o40_0000;
    const O_NONBLOCK: i32 = 0o4000;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).mode(0o600).custom_flags(O_NOFOLLOW | O_NONBLOCK);
    let file = options.open(&name).ok()?;
    file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    file.set_len(0).ok()?;
    Some((file, PathBuf::from(name)))
}

/// (format_corename in fs/coredump.c)
fn expand(pattern: &str, t: &Thread, sig: i32) -> String {
    let mut out = String::new();
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('/', "!");
        let file = t.process.exe_path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        out += &match letters.next() {
            Some('%') => "%".to_owned(),
            Some('p' | 'P') => host::getpid().to_string(),
            Some('i' | 'I') => t.tid.to_string(),
            Some('u') => id(nr::GETUID).to_string(),
            Some('g') => id(nr::GETGID).to_string(),
            Some('s') => sig.to_string(),
            Some('t') => (xemu_host::realtime_ns() / 1_000_000_000).to_string(),
            Some('e') => text(&t.process.program.name),
            Some('f') => text(file),
            Some('E') => text(&t.process.exe_path),
            Some('h') => {
                let name = std::fs::read("/proc/sys/kernel/hostname").unwrap_or_default();
                text(name.trim_ascii_end())
            }
            _ => String::new(),
        };
    }
    out
}

fn id(nr: u16) -> u64 {
    host::syscall(nr, [0; 6]).unwrap_or(0)
}

/// A segment of memory and how many of its bytes are written.
struct Segment {
    mapping: MappingInfo,
    written: u64,
}

/// The parts of the file.
struct Content {
    notes: Vec<u8>,
    segments: Vec<Segment>,
}

const EHDR: u64 = 64;
const PHDR: u64 = 56;

impl Content {
    fn new(t: &Thread, info: &SigInfo, threads: &[ThreadState]) -> Self {
        let mappings = t.process.space.mappings();
        let notes = notes(t, info, threads, &mappings);
        let filter = std::fs::read_to_string("/proc/self/coredump_filter").unwrap_or_default();
        let filter = u32::from_str_radix(filter.trim(), 16).unwrap_or(0x33);
        // More do not fit the header's count.
        let mappings = mappings.into_iter().take(0xfff0);
        let segments = mappings
            .map(|mapping| Segment { written: written_part(&mapping, filter), mapping })
            .collect();
        Self { notes, segments }
    }

    fn write(&self, file: &mut File, limit: u64) -> std::io::Result<()> {
        let headers = EHDR + PHDR * (self.segments.len() as u64 + 1);
        let start = (headers + self.notes.len() as u64).next_multiple_of(PAGE_SIZE);
        let mut bytes = elf_header(self.segments.len() as u16 + 1);
        bytes.extend(program_header(4, 0, [headers, 0, self.notes.len() as u64, 0], 4));
        let mut offset = start;
        for Segment { mapping, written } in &self.segments {
            let at = [offset, mapping.start, *written, mapping.end - mapping.start];
            bytes.extend(program_header(1, flags_of(mapping.prot), at, PAGE_SIZE));
            offset += written;
        }
        bytes.extend(&self.notes);
        bytes.truncate(limit as usize);
        file.write_all(&bytes)?;
        let mut offset = start;
        for segment in &self.segments {
            let room = limit.saturating_sub(offset).min(segment.written);
            copy_memory(file, offset, segment.mapping.start, room)?;
            offset += segment.written;
        }
        file.set_len(offset.min(limit))
    }
}

/// PF_R, PF_W, PF_X.
fn flags_of(prot: u32) -> u32 {
    (prot & PROT_READ) << 2 | prot & PROT_WRITE | prot >> 2 & 1
}

fn elf_header(segments: u16) -> Vec<u8> {
    const ET_CORE: u16 = 4;
    const EM_AARCH64: u16 = 183;
    let mut bytes = vec![0; EHDR as usize];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    ET_CORE.encode(&mut bytes[16..]);
    EM_AARCH64.encode(&mut bytes[18..]);
    1u32.encode(&mut bytes[20..]);
    EHDR.encode(&mut bytes[32..]);
    (EHDR as u16).encode(&mut bytes[52..]);
    (PHDR as u16).encode(&mut bytes[54..]);
    segments.encode(&mut bytes[56..]);
    bytes
}

fn program_header(
    kind: u32,
    flags: u32,
    [offset, addr, in_file, in_memory]: [u64; 4],
    align: u64,
) -> Vec<u8> {
    let mut bytes = vec![0; PHDR as usize];
    kind.encode(&mut bytes);
    flags.encode(&mut bytes[4..]);
    for (n, word) in [offset, addr, 0, in_file, in_memory, align].into_iter().enumerate() {
        word.encode(&mut bytes[8 + n * 8..]);
    }
    bytes
}

/// How much of a mapping is written. (vma_dump_size in fs/coredump.c)
fn written_part(mapping: &MappingInfo, filter: u32) -> u64 {
    const ANON_PRIVATE: u32 = 1;
    const ANON_SHARED: u32 = 1 << 1;
    const MAPPED_PRIVATE: u32 = 1 << 2;
    const MAPPED_SHARED: u32 = 1 << 3;
    const ELF_HEADERS: u32 = 1 << 4;
    let all = mapping.end - mapping.start;
    let whole = |bit: u32| if filter & bit != 0 { all } else { 0 };
    if mapping.name == RegionName::Vdso {
        return all;
    }
    let Some((_, offset)) = mapping.file else {
        return whole(if mapping.shared { ANON_SHARED } else { ANON_PRIVATE });
    };
    if mapping.shared {
        return whole(MAPPED_SHARED);
    }
    // Only what can have been written differs from the file.
    let part = if mapping.prot & PROT_WRITE != 0 { whole(ANON_PRIVATE) } else { 0 };
    if part != 0 || filter & MAPPED_PRIVATE != 0 {
        return all;
    }
    let is_header = offset == 0 && filter & ELF_HEADERS != 0 && mapping.prot & PROT_READ != 0;
    let magic = crate::mem::read_as::<u32>(mapping.start);
    if is_header && magic == Ok(u32::from_le_bytes(*b"\x7fELF")) { PAGE_SIZE } else { 0 }
}

/// Copies memory into the file; pages that were never touched stay holes.
fn copy_memory(file: &mut File, offset: u64, start: u64, len: u64) -> std::io::Result<()> {
    const CHUNK: u64 = 64 * PAGE_SIZE;
    let memory = File::open("/proc/self/mem")?;
    let pagemap = File::open("/proc/self/pagemap").ok();
    let mut buffer = vec![0; CHUNK as usize];
    let mut at = 0;
    while at < len {
        let step = CHUNK.min(len - at);
        if is_touched(pagemap.as_ref(), start + at, step) {
            let part = &mut buffer[..step as usize];
            // Pages beyond a file's end cannot be read and stay holes too.
            if memory.read_exact_at(part, start + at).is_ok() {
                file.seek(SeekFrom::Start(offset + at))?;
                file.write_all(part)?;
            }
        }
        at += step;
    }
    Ok(())
}

/// Whether a page in the range is in memory or swapped out, as far as can be known.
fn is_touched(pagemap: Option<&File>, start: u64, len: u64) -> bool {
    const PRESENT_OR_SWAPPED: u64 = 3 << 62;
    let Some(pagemap) = pagemap else { return true };
    let mut entries = vec![0u8; (len / PAGE_SIZE * 8) as usize];
    if pagemap.read_exact_at(&mut entries, start / PAGE_SIZE * 8).is_err() {
        return true;
    }
    entries.chunks_exact(8).any(|entry| u64::decode(entry) & PRESENT_OR_SWAPPED != 0)
}

fn notes(t: &Thread, info: &SigInfo, threads: &[ThreadState], mappings: &[MappingInfo]) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, thread) in threads.iter().enumerate() {
        note(&mut out, b"CORE\0", NT_PRSTATUS, &status(thread, info).to_vec());
        if n == 0 {
            note(&mut out, b"CORE\0", NT_PRPSINFO, &process_info(t).to_vec());
            note(&mut out, b"CORE\0", NT_SIGINFO, &info.0);
            note(&mut out, b"CORE\0", NT_AUXV, &t.process.program.auxv);
            note(&mut out, b"CORE\0", NT_FILE, &files(t, mappings));
        }
        note(&mut out, b"CORE\0", NT_FPREGSET, &thread.vectors.to_vec());
        note(&mut out, b"LINUX\0", NT_ARM_TLS, &thread.tpidr.to_vec());
    }
    out
}

fn note(out: &mut Vec<u8>, name: &[u8], kind: u32, content: &[u8]) {
    for word in [name.len() as u32, content.len() as u32, kind] {
        out.extend(word.to_le_bytes());
    }
    for part in [name, content] {
        out.extend(part);
        out.resize(out.len().next_multiple_of(4), 0);
    }
}

fn status(thread: &ThreadState, info: &SigInfo) -> CorePrStatus {
    let sig = info.signo();
    CorePrStatus {
        si_signo: sig,
        si_code: info.code(),
        cursig: sig as i16,
        sighold: thread.blocked,
        pid: thread.tid,
        ppid: id(nr::GETPPID) as i32,
        pgrp: id(nr::GETPGRP) as i32,
        sid: id(nr::GETSID) as i32,
        registers: thread.registers,
        fpvalid: 1,
        ..Default::default()
    }
}

fn process_info(t: &Thread) -> CorePrPsInfo {
    let program = &t.process.program;
    let mut info = CorePrPsInfo {
        state: [0, b'R', 0, 0],
        uid: id(nr::GETUID) as u32,
        gid: id(nr::GETGID) as u32,
        pid: host::getpid(),
        ppid: id(nr::GETPPID) as i32,
        pgrp: id(nr::GETPGRP) as i32,
        sid: id(nr::GETSID) as i32,
        ..Default::default()
    };
    for (to, from) in info.fname.iter_mut().take(15).zip(&program.name) {
        *to = *from;
    }
    for (to, from) in info.psargs.iter_mut().take(79).zip(&program.cmdline) {
        *to = if *from == 0 { b' ' } else { *from };
    }
    info
}

/// NT_FILE: which files are mapped where. (fill_files_note in fs/binfmt_elf.c)
fn files(t: &Thread, mappings: &[MappingInfo]) -> Vec<u8> {
    let (mut words, mut names, mut count) = (Vec::new(), Vec::new(), 0u64);
    for mapping in mappings {
        let Some((_, offset)) = mapping.file else { continue };
        let Some(path) = t.process.space.path_at(mapping.start) else { continue };
        for word in [mapping.start, mapping.end, offset / PAGE_SIZE] {
            words.extend(word.to_le_bytes());
        }
        names.extend(path.into_bytes());
        names.push(0);
        count += 1;
    }
    [&count.to_vec()[..], &PAGE_SIZE.to_vec(), &words, &names].concat()
}
