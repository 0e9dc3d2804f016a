//! Files by path: open, status, access, links.

use xemu_abi::fcntl::{
    AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW, O_CREAT, O_EXCL, O_NOFOLLOW, O_PATH,
    swap_open_flags,
};
use xemu_abi::stat::{HostStat, Stat};
use xemu_abi::{Errno, Wire};

use crate::args::*;
use crate::host::{self, nr};
use crate::path::{self, HostPath, Link};
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{mem, proc};

fn at(dirfd: DirFd) -> u64 {
    i64::from(dirfd.0).cast_unsigned()
}

/// openat: open flags, prefix, and /proc files that would show the emulator.
pub fn openat(t: &mut Thread, dirfd: DirFd, path: Path, flags: OpenFlags, mode: Mode) -> SysResult {
    let found = path::lookup_at(t.process, at(dirfd), path.0, link_of(flags.0))?;
    if flags.0 & u64::from(O_PATH) == 0
        && let Some(fd) = proc::open(t, &found, flags.0)?
    {
        return Ok(fd);
    }
    // The link itself cannot be opened, which the host says.
    let own_link = found.is_exe_link() && no_follow(flags.0);
    let addr = if own_link { path.0 } else { found.addr() };
    let flags = swap_open_flags(flags.0);
    t.blocking(nr::OPENAT, [at(dirfd), addr, flags, u64::from(mode.0), 0, 0])
}

/// The part of `struct open_how` that every version has.
const OPEN_HOW_SIZE: usize = 24;

fn read_open_how(addr: u64, size: u64) -> Result<Vec<u8>, Errno> {
    let len = usize::try_from(size).map_err(|_| Errno::E2BIG)?;
    if len < OPEN_HOW_SIZE {
        return Err(Errno::EINVAL);
    }
    if len > xemu_abi::mman::PAGE_SIZE as usize {
        return Err(Errno::E2BIG);
    }
    let mut bytes = vec![0; len];
    mem::read(addr, &mut bytes)?;
    Ok(bytes)
}

/// A guest's `struct open_how` as the host has it.
pub fn host_open_how(addr: u64, size: u64) -> Result<Vec<u8>, Errno> {
    let mut bytes = read_open_how(addr, size)?;
    swap_open_flags(u64::decode(&bytes)).encode(&mut bytes);
    Ok(bytes)
}

/// openat2: like openat, flags in a structure that may grow.
pub fn openat2(t: &mut Thread, dirfd: DirFd, path: Path, how: Addr, size: Size) -> SysResult {
    let mut bytes = read_open_how(how.0, size.0)?;
    let flags = u64::decode(&bytes);
    let found = path::lookup(t.process, path.0, link_of(flags))?;
    let resolve = u64::decode(&bytes[16..]);
    if flags & u64::from(O_PATH) == 0
        && resolve == 0
        && let Some(fd) = proc::open(t, &found, flags)?
    {
        return Ok(fd);
    }
    swap_open_flags(flags).encode(&mut bytes);
    // With RESOLVE_* restrictions a replaced path would mean another file.
    let addr = if resolve == 0 { found.addr() } else { path.0 };
    t.blocking(nr::OPENAT2, [at(dirfd), addr, bytes.as_ptr() as u64, size.0, 0, 0])
}

/// open_by_handle_at: open flags.
pub fn open_by_handle_at(t: &mut Thread, fd: Fd, handle: Addr, flags: OpenFlags) -> SysResult {
    let fd = i64::from(fd.0).cast_unsigned();
    t.blocking(nr::OPEN_BY_HANDLE_AT, [fd, handle.0, swap_open_flags(flags.0), 0, 0, 0])
}

fn store_stat(host: &[u8], out: u64) -> SysResult {
    let stat = Stat::from(HostStat::decode(host));
    mem::write(out, &stat.to_vec())?;
    Ok(0)
}

/// fstat: `struct stat`.
pub fn fstat(t: &mut Thread, fd: Fd, statbuf: Out<Stat>) -> SysResult {
    let mut host = [0u8; HostStat::SIZE];
    let fd = i64::from(fd.0).cast_unsigned();
    t.blocking(nr::FSTAT, [fd, host.as_mut_ptr() as u64, 0, 0, 0, 0])?;
    store_stat(&host, statbuf.0)
}

/// Where a status call has to look: the own executable's link itself shows the host's.
fn status_path(
    t: &Thread,
    dirfd: DirFd,
    path: Path,
    flags: u32,
) -> Result<Option<HostPath>, Errno> {
    // newfstatat(fd, NULL or "", AT_EMPTY_PATH) is fstat.
    if flags & AT_EMPTY_PATH != 0 && path.0 == 0 {
        return Ok(None);
    }
    let found = path::lookup_at(t.process, at(dirfd), path.0, Link::unless(flags))?;
    let own_link = found.is_exe_link() && flags & AT_SYMLINK_NOFOLLOW != 0;
    Ok((!own_link).then_some(found))
}

/// newfstatat: `struct stat`, prefix.
pub fn newfstatat(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    statbuf: Out<Stat>,
    flags: AtFlags,
) -> SysResult {
    let found = status_path(t, dirfd, path, flags.0)?;
    let addr = found.as_ref().map_or(path.0, HostPath::addr);
    let mut host = [0u8; HostStat::SIZE];
    let out = host.as_mut_ptr() as u64;
    t.blocking(nr::NEWFSTATAT, [at(dirfd), addr, out, u64::from(flags.0), 0, 0])?;
    store_stat(&host, statbuf.0)
}

/// statx: prefix.
pub fn statx(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    flags: AtFlags,
    mask: StatxMask,
    statxbuf: Addr,
) -> SysResult {
    let found = status_path(t, dirfd, path, flags.0)?;
    let addr = found.as_ref().map_or(path.0, HostPath::addr);
    let (flags, mask) = (u64::from(flags.0), u64::from(mask.0));
    t.blocking(nr::STATX, [at(dirfd), addr, flags, mask, statxbuf.0, 0])
}

/// faccessat: prefix.
pub fn faccessat(t: &mut Thread, dirfd: DirFd, path: Path, mode: Access) -> SysResult {
    let found = path::lookup_at(t.process, at(dirfd), path.0, Link::Follow)?;
    t.blocking(nr::FACCESSAT, [at(dirfd), found.addr(), u64::from(mode.0), 0, 0, 0])
}

/// faccessat2: prefix.
pub fn faccessat2(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    mode: Access,
    flags: AtFlags,
) -> SysResult {
    let found = path::lookup_at(t.process, at(dirfd), path.0, Link::unless(flags.0))?;
    let (mode, flags) = (u64::from(mode.0), u64::from(flags.0));
    t.blocking(nr::FACCESSAT2, [at(dirfd), found.addr(), mode, flags, 0, 0])
}

/// readlinkat: prefix; /proc/self/exe names the guest's program.
pub fn readlinkat(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    buf: OutData,
    bufsiz: Int,
) -> SysResult {
    let size = usize::try_from(bufsiz.0).ok().filter(|n| *n > 0).ok_or(Errno::EINVAL)?;
    let found = path::lookup_at(t.process, at(dirfd), path.0, Link::Keep)?;
    if found.is_exe_link() && found.addr() != path.0 {
        let exe = found.host_bytes();
        let len = exe.len().min(size);
        mem::write(buf.0, &exe[..len])?;
        return Ok(len as u64);
    }
    t.blocking(nr::READLINKAT, [at(dirfd), found.addr(), buf.0, size as u64, 0, 0])
}

/// inotify_add_watch: prefix.
pub fn inotify_add_watch(t: &mut Thread, fd: Fd, path: Path, mask: InotifyMask) -> SysResult {
    const IN_DONT_FOLLOW: u32 = 0x200_0000;
    let link = if mask.0 & IN_DONT_FOLLOW == 0 { Link::Follow } else { Link::Keep };
    let found = path::lookup(t.process, path.0, link)?;
    let fd = i64::from(fd.0).cast_unsigned();
    t.blocking(nr::INOTIFY_ADD_WATCH, [fd, found.addr(), u64::from(mask.0), 0, 0, 0])
}

/// utimensat: prefix. Without a path it changes the open file.
pub fn utimensat(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    times: Addr,
    flags: AtFlags,
) -> SysResult {
    let link = Link::unless(flags.0);
    let found = if path.0 == 0 { None } else { Some(path::lookup(t.process, path.0, link)?) };
    let addr = found.as_ref().map_or(0, HostPath::addr);
    t.blocking(nr::UTIMENSAT, [at(dirfd), addr, times.0, u64::from(flags.0), 0, 0])
}

/// name_to_handle_at: prefix.
pub fn name_to_handle_at(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    handle: Addr,
    mount_id: Addr,
    flags: AtFlags,
) -> SysResult {
    let link = if flags.0 & AT_SYMLINK_FOLLOW != 0 { Link::Follow } else { Link::Keep };
    let found = path::lookup(t.process, path.0, link)?;
    let args = [at(dirfd), found.addr(), handle.0, mount_id.0, u64::from(flags.0), 0];
    t.blocking(nr::NAME_TO_HANDLE_AT, args)
}

/// swapon: prefix.
pub fn swapon(t: &mut Thread, path: Path, flags: Hex) -> SysResult {
    let found = path::lookup(t.process, path.0, Link::Follow)?;
    t.blocking(nr::SWAPON, [found.addr(), u64::from(flags.0), 0, 0, 0, 0])
}

/// statfs: prefix.
pub fn statfs(t: &mut Thread, path: Path, buf: Addr) -> SysResult {
    let found = path::lookup(t.process, path.0, Link::Follow)?;
    t.blocking(nr::STATFS, [found.addr(), buf.0, 0, 0, 0, 0])
}

/// What open flags say of a link at the end.
pub fn link_of(flags: u64) -> Link {
    let new = flags & u64::from(O_CREAT | O_EXCL) == u64::from(O_CREAT | O_EXCL);
    if no_follow(flags) || new { Link::Keep } else { Link::Follow }
}

/// A host call whose argument `at` is a path that is looked up below the prefix. NULL is passed on:
/// some calls then mean the descriptor.
pub fn prefixed(t: &mut Thread, nr: u16, at: usize, link: Link, words: &[u64; 6]) -> SysResult {
    if words[at] == 0 {
        return t.blocking(nr, *words);
    }
    let found = path::lookup(t.process, words[at], link)?;
    let mut args = *words;
    args[at] = found.addr();
    t.blocking(nr, args)
}

/// fanotify_mark: prefix.
pub fn fanotify_mark(
    t: &mut Thread,
    fd: Fd,
    flags: Hex,
    mask: Word,
    dirfd: DirFd,
    path: Path,
) -> SysResult {
    const FAN_MARK_DONT_FOLLOW: u32 = 4;
    let link = if flags.0 & FAN_MARK_DONT_FOLLOW == 0 { Link::Follow } else { Link::Keep };
    let fd = i64::from(fd.0).cast_unsigned();
    let words = [fd, u64::from(flags.0), mask.0, at(dirfd), path.0, 0];
    prefixed(t, nr::FANOTIFY_MARK, 4, link, &words)
}

/// Whether open flags ask for the link itself.
pub fn no_follow(flags: u64) -> bool {
    flags & u64::from(O_NOFOLLOW) != 0
}

/// A file with given contents, positioned at its start, for /proc files of our own.
pub fn memory_file(name: &std::ffi::CStr, contents: &[u8], cloexec: bool) -> SysResult {
    let flags = u64::from(cloexec);
    let fd = host::syscall(nr::MEMFD_CREATE, [name.as_ptr() as u64, flags, 0, 0, 0, 0])?;
    let mut done = 0;
    while done < contents.len() {
        let rest = &contents[done..];
        let args = [fd, rest.as_ptr() as u64, rest.len() as u64, done as u64, 0, 0];
        match host::syscall(nr::PWRITE64, args) {
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(n) => done += n as usize,
            Err(errno) => {
                let _ = host::syscall(nr::CLOSE, [fd, 0, 0, 0, 0, 0]);
                return Err(errno);
            }
        }
    }
    Ok(fd)
}
