//! Memory mappings: all of them go through the guest's address space, which tells its observer (the
//! engine) about ranges whose code may have changed.
//!
//! A child that shares memory lets its parent make the change, so that it is never killed inside.

use xemu_abi::Errno;
use xemu_host::delegate;
use xemu_mem::LockKind;

use crate::args::*;
use crate::host::{self, nr};
use crate::table::SysResult;
use crate::thread::Thread;

/// brk: as in the kernel, the result is the end of the heap, whether it moved or not.
pub fn brk(t: &mut Thread, addr: Addr) -> SysResult {
    Ok(delegate(|| t.process.space.brk(addr.0)))
}

/// mmap.
pub fn mmap(
    t: &mut Thread,
    addr: Addr,
    length: Size,
    prot: Prot,
    flags: MapFlags,
    fd: Fd,
    offset: Word,
) -> SysResult {
    let (prot, flags) = (prot.0 as u32, flags.0 as u32);
    let space = t.process.space;
    let map = || space.mmap(addr.0, length.0, prot, flags, fd.0, offset.0);
    // A descriptor is one of this process only.
    let result = if fd.0 < 0 { delegate(map) } else { map() };
    result.map_err(host::errno)
}

/// munmap.
pub fn munmap(t: &mut Thread, addr: Addr, length: Size) -> SysResult {
    delegate(|| t.process.space.munmap(addr.0, length.0)).map_err(host::errno)?;
    Ok(0)
}

/// mremap.
pub fn mremap(
    t: &mut Thread,
    old: Addr,
    old_size: Size,
    new_size: Size,
    flags: MremapFlags,
    new: Addr,
) -> SysResult {
    let flags = flags.0 as u32;
    let space = t.process.space;
    delegate(|| space.mremap(old.0, old_size.0, new_size.0, flags, new.0)).map_err(host::errno)
}

/// mprotect.
pub fn mprotect(t: &mut Thread, addr: Addr, len: Size, prot: Prot) -> SysResult {
    let prot = u32::try_from(prot.0).map_err(|_| Errno::EINVAL)?;
    delegate(|| t.process.space.mprotect(addr.0, len.0, prot)).map_err(host::errno)?;
    Ok(0)
}

/// pkey_mprotect: with key -1 it is mprotect; there are no other keys.
pub fn pkey_mprotect(t: &mut Thread, addr: Addr, len: Size, prot: Prot, pkey: Int) -> SysResult {
    if pkey.0 != -1 {
        return Err(Errno::EINVAL);
    }
    mprotect(t, addr, len, prot)
}

/// mlockall: of the guest's memory alone. (SYSCALL_DEFINE1(mlockall) in mm/mlock.c)
pub fn mlockall(t: &mut Thread, flags: MlockFlags) -> SysResult {
    const MCL_CURRENT: u32 = 1;
    const MCL_FUTURE: u32 = 2;
    const MCL_ONFAULT: u32 = 4;
    let all = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    if flags.0 & !all != 0 || flags.0 & (MCL_CURRENT | MCL_FUTURE) == 0 {
        return Err(Errno::EINVAL);
    }
    // Of nothing, it still asks for the right to lock anything.
    host::syscall(nr::MLOCK, [0; 6])?;
    let kind = if flags.0 & MCL_ONFAULT != 0 { LockKind::OnFault } else { LockKind::Now };
    let wanted = |bit| (flags.0 & bit != 0).then_some(kind);
    let space = t.process.space;
    delegate(|| space.lock_all(wanted(MCL_CURRENT), wanted(MCL_FUTURE))).map_err(host::errno)?;
    Ok(0)
}

/// munlockall.
pub fn munlockall(t: &mut Thread) -> SysResult {
    delegate(|| t.process.space.unlock_all());
    Ok(0)
}

/// madvise.
pub fn madvise(t: &mut Thread, addr: Addr, length: Size, advice: Advice) -> SysResult {
    delegate(|| t.process.space.madvise(addr.0, length.0, advice.0)).map_err(host::errno)?;
    Ok(0)
}

/// remap_file_pages.
pub fn remap_file_pages(
    t: &mut Thread,
    addr: Addr,
    size: Size,
    prot: Prot,
    pgoff: Size,
    flags: Hex,
) -> SysResult {
    let space = t.process.space;
    let flags = u64::from(flags.0);
    space.remap_file_pages(addr.0, size.0, prot.0, pgoff.0, flags).map_err(host::errno)?;
    Ok(0)
}
