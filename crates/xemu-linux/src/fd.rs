//! Descriptors: fcntl and the calls with open flags, epoll_ctl, and the emulator's own descriptors.

use std::sync::atomic::{AtomicI32, Ordering};

use xemu_abi::fcntl::{F_GETFL, F_SETFL, O_CLOEXEC, swap_open_flags};
use xemu_abi::stat::{EpollEvent, HostEpollEvent};
use xemu_abi::{Errno, Wire};

use crate::args::*;
use crate::host::{self, nr};
use crate::strace::shown::IntPair;
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{mem, roots};

/// Descriptors that belong to the emulator; the guest finds them closed. -1 is a free place.
static RESERVED: [AtomicI32; 4] = [const { AtomicI32::new(-1) }; 4];

/// Keeps a descriptor of the emulator out of the guest's reach. False when there is no place.
pub fn reserve(fd: i32) -> bool {
    RESERVED
        .iter()
        .any(|place| place.compare_exchange(-1, fd, Ordering::Relaxed, Ordering::Relaxed).is_ok())
}

/// Whether a descriptor is the emulator's.
pub fn is_reserved(fd: i32) -> bool {
    fd >= 0 && RESERVED.iter().any(|place| place.load(Ordering::Relaxed) == fd)
}

fn word(fd: i32) -> u64 {
    i64::from(fd).cast_unsigned()
}

/// Descriptors are about to be closed; those of a child that shares memory are not its parent's.
fn forget_rings(t: &Thread, fds: std::ops::RangeInclusive<u32>) {
    if !t.is_vfork_child {
        t.process.rings.forget(fds);
    }
}

/// The process that a pidfd stands for, in this process's eyes.
pub fn process_of(pidfd: i32) -> Option<i32> {
    let text = std::fs::read_to_string(format!("/proc/self/fdinfo/{pidfd}")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pid:"))?;
    line.trim().parse().ok()
}

/// close.
pub fn close(t: &mut Thread, fd: Fd) -> SysResult {
    if is_reserved(fd.0) {
        return Err(Errno::EBADF);
    }
    forget_rings(t, fd.0.cast_unsigned()..=fd.0.cast_unsigned());
    t.blocking(nr::CLOSE, [word(fd.0), 0, 0, 0, 0, 0])
}

/// fcntl: descriptors are duplicated above the wanted number by `command`.
const F_DUPFD_CLOEXEC: u64 = 1030;

/// dup3: a descriptor of the emulator moves out of the way.
pub fn dup3(t: &mut Thread, oldfd: Fd, newfd: Fd, flags: FileFlags) -> SysResult {
    if is_reserved(oldfd.0) {
        return Err(Errno::EBADF);
    }
    if is_reserved(newfd.0) {
        let args = [word(newfd.0), F_DUPFD_CLOEXEC, word(newfd.0) + 1, 0, 0, 0];
        let moved = host::syscall(nr::FCNTL, args)
            .or_else(|_| host::syscall(nr::FCNTL, [word(newfd.0), F_DUPFD_CLOEXEC, 64, 0, 0, 0]))?;
        for place in &RESERVED {
            let (old, new) = (newfd.0, moved as i32);
            let _ = place.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed);
        }
        let (old, new) = (newfd.0, moved as i32);
        let _ = HELD.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed);
        roots::moved(t.process, old, new);
    }
    let args = [word(oldfd.0), word(newfd.0), u64::from(flags.0), 0, 0, 0];
    let result = t.blocking(nr::DUP3, args)?;
    forget_rings(t, newfd.0.cast_unsigned()..=newfd.0.cast_unsigned());
    Ok(result)
}

/// close_range: leaves out the emulator's descriptors.
pub fn close_range(t: &mut Thread, first: Uint, last: Uint, flags: CloseRangeFlags) -> SysResult {
    let mut kept: Vec<u32> = RESERVED
        .iter()
        .filter_map(|place| u32::try_from(place.load(Ordering::Relaxed)).ok())
        .filter(|fd| (first.0..=last.0).contains(fd))
        .collect();
    kept.sort_unstable();
    const CLOSE_RANGE_CLOEXEC: u32 = 4;
    if flags.0 & CLOSE_RANGE_CLOEXEC == 0 {
        forget_rings(t, first.0..=last.0);
    }
    let mut from = first.0;
    for fd in kept {
        if from < fd {
            let args = [from, fd - 1, flags.0, 0, 0, 0].map(u64::from);
            t.blocking(nr::CLOSE_RANGE, args)?;
        }
        if fd == last.0 {
            return Ok(0);
        }
        from = fd + 1;
    }
    t.blocking(nr::CLOSE_RANGE, [from, last.0, flags.0, 0, 0, 0].map(u64::from))
}

/// fcntl: open flags.
pub fn fcntl(t: &mut Thread, fd: Fd, cmd: FcntlCmd, arg: Word) -> SysResult {
    if is_reserved(fd.0) {
        return Err(Errno::EBADF);
    }
    let arg = if cmd.0 == F_SETFL { swap_open_flags(arg.0) } else { arg.0 };
    let result = t.blocking(nr::FCNTL, [word(fd.0), u64::from(cmd.0), arg, 0, 0, 0])?;
    Ok(if cmd.0 == F_GETFL { swap_open_flags(result) } else { result })
}

/// pipe2: O_DIRECT.
pub fn pipe2(t: &mut Thread, pipefd: Out<IntPair>, flags: FileFlags) -> SysResult {
    let flags = swap_open_flags(u64::from(flags.0));
    t.blocking(nr::PIPE2, [pipefd.0, flags, 0, 0, 0, 0])
}

/// fanotify_init: flags of the descriptors in its events.
pub fn fanotify_init(t: &mut Thread, flags: Hex, event_f_flags: FileFlags) -> SysResult {
    let event_f_flags = swap_open_flags(u64::from(event_f_flags.0));
    t.blocking(nr::FANOTIFY_INIT, [u64::from(flags.0), event_f_flags, 0, 0, 0, 0])
}

/// epoll_ctl: `struct epoll_event`.
pub fn epoll_ctl(
    t: &mut Thread,
    epfd: Fd,
    op: EpollOp,
    fd: Fd,
    event: In<EpollEvent>,
) -> SysResult {
    let mut host = [0u8; HostEpollEvent::SIZE];
    let mut addr = 0;
    const EPOLL_CTL_DEL: u32 = 2;
    if op.0 != EPOLL_CTL_DEL {
        HostEpollEvent::from(mem::read_wire::<EpollEvent>(event.0)?).encode(&mut host);
        addr = host.as_ptr() as u64;
    }
    t.blocking(nr::EPOLL_CTL, [word(epfd.0), u64::from(op.0), word(fd.0), addr, 0, 0])
}

/// The wait of a parent whose child has memory of its own, until the child has called execve or
/// ended: CLONE_VFORK without CLONE_VM. A pipe whose writing end is the child's alone tells.
pub struct Suspension {
    reader: i32,
    writer: i32,
}

/// The writing end in the child: a grandchild must not keep it.
static HELD: AtomicI32 = AtomicI32::new(-1);

impl Suspension {
    /// Before the fork. Without descriptors the parent does not wait.
    pub fn new() -> Option<Self> {
        let mut ends = [-1i32; 2];
        let args = [ends.as_mut_ptr() as u64, u64::from(O_CLOEXEC), 0, 0, 0, 0];
        host::syscall(nr::PIPE2, args).ok()?;
        Some(Self { reader: ends[0], writer: ends[1] })
    }

    /// After the fork.
    pub fn forked(&mut self, in_child: bool) {
        close_own(if in_child { self.reader } else { self.writer });
        if in_child {
            self.writer = move_up(self.writer, HIGH);
            reserve(self.writer);
            HELD.store(self.writer, Ordering::Relaxed);
        }
    }

    /// In the parent, with all signals blocked.
    pub fn wait(&self) {
        let mut byte = 0u8;
        let _ = host::syscall(nr::READ, [word(self.reader), (&raw mut byte) as u64, 1, 0, 0, 0]);
        close_own(self.reader);
    }
}

/// Where descriptors of the emulator's own are put, out of the way of the program's.
pub const HIGH: u64 = 200;

/// Moves a descriptor of the emulator's own to a number from `from` on; gives the number. Where the
/// limit of descriptors is too low it stays. An exec closes it.
pub fn move_up(fd: i32, from: u64) -> i32 {
    const F_SETFD: u64 = 2;
    const FD_CLOEXEC: u64 = 1;
    match host::syscall(nr::FCNTL, [word(fd), F_DUPFD_CLOEXEC, from, 0, 0, 0]) {
        Ok(high) => {
            close_own(fd);
            high as i32
        }
        Err(_) => {
            let _ = host::syscall(nr::FCNTL, [word(fd), F_SETFD, FD_CLOEXEC, 0, 0, 0]);
            fd
        }
    }
}

/// getdents64: the process's own descriptors and mapped files without the emulator's.
pub fn getdents64(t: &mut Thread, fd: Fd, dirp: Addr, count: Uint) -> SysResult {
    loop {
        let args = [word(fd.0), dirp.0, u64::from(count.0), 0, 0, 0];
        let len = t.blocking(nr::GETDENTS64, args)?;
        let Some(own) = (if len == 0 { None } else { own_listing(fd.0) }) else { return Ok(len) };
        let mut entries = vec![0; len as usize];
        mem::read(dirp.0, &mut entries)?;
        let kept = entries_but(&entries, |name| match own {
            OwnListing::Descriptors => name.parse().is_ok_and(is_reserved),
            OwnListing::MappedFiles => is_emulators_mapping(t, name),
        });
        mem::write(dirp.0, &kept)?;
        // An empty answer would mean the end.
        if !kept.is_empty() {
            return Ok(kept.len() as u64);
        }
    }
}

/// Folders below /proc that show what is the emulator's too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnListing {
    /// /proc/self/fd or fdinfo.
    Descriptors,
    /// /proc/self/map_files.
    MappedFiles,
}

/// Which of these folders a descriptor is open for, as a folder of this process or of its tasks.
fn own_listing(fd: i32) -> Option<OwnListing> {
    let link = format!("/proc/self/fd/{fd}");
    let target = std::fs::read_link(link).ok()?;
    let (pid, entry) = target.to_str()?.strip_prefix("/proc/")?.split_once('/')?;
    let listing = match entry.rsplit('/').next()? {
        "fd" | "fdinfo" => OwnListing::Descriptors,
        "map_files" => OwnListing::MappedFiles,
        _ => return None,
    };
    (pid == host::getpid().to_string()).then_some(listing)
}

/// Whether the entry of /proc/self/map_files of this name, the addresses of its start and its end
/// in hexadecimal, is not a mapping of the guest's. (proc_pid_map_files(5))
fn is_emulators_mapping(t: &Thread, name: &str) -> bool {
    let parse = |text| u64::from_str_radix(text, 16).ok();
    let Some((start, end)) = name.split_once('-') else { return false };
    let (Some(start), Some(end)) = (parse(start), parse(end)) else { return false };
    !t.process.space.is_mapped(start, end.saturating_sub(start))
}

/// The records of `struct linux_dirent64` but for those whose name is to be left out.
fn entries_but(entries: &[u8], left_out: impl Fn(&str) -> bool) -> Vec<u8> {
    const NAME: usize = 19;
    let mut kept = Vec::with_capacity(entries.len());
    let mut rest = entries;
    while rest.len() > NAME {
        let len = usize::from(u16::decode(&rest[16..])).clamp(NAME, rest.len());
        let (record, next) = rest.split_at(len);
        let name = record[NAME..].split(|b| *b == 0).next().unwrap_or_default();
        if !std::str::from_utf8(name).is_ok_and(&left_out) {
            kept.extend_from_slice(record);
        }
        rest = next;
    }
    kept
}

/// In a new process: the parent's parent does not wait for this one.
pub fn forget_suspension() {
    let held = HELD.swap(-1, Ordering::Relaxed);
    if held >= 0 {
        unreserve(held);
        close_own(held);
    }
}

/// Closing a descriptor of the emulator's own does not fail.
pub(crate) fn close_own(fd: i32) {
    let _ = host::syscall(nr::CLOSE, [word(fd), 0, 0, 0, 0, 0]);
}

fn unreserve(fd: i32) {
    for place in &RESERVED {
        let _ = place.compare_exchange(fd, -1, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Whether open flags ask for closing on exec.
pub fn cloexec(flags: u64) -> bool {
    flags & u64::from(O_CLOEXEC) != 0
}
