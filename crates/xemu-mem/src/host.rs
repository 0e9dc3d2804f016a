//! The host's mapping calls on ranges of the guest.
//!
//! All of them rest on one invariant, kept by [`crate::AddressSpace`]: a range that its list holds
//! belongs to the guest, and any other range is only ever mapped with MAP_FIXED_NOREPLACE. No Rust
//! reference points into guest memory, so its content and protection may change at any time.

use std::ops::Range;

use xemu_host::{check, guest_syscall, raw_map, raw_protect, raw_unmap, syscall6};

use crate::consts::{
    MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_NORESERVE, MAP_PRIVATE,
    MAP_SHARED_VALIDATE, MAP_TYPE, PROT_EXEC, PROT_READ, PROT_WRITE,
};
use crate::list::FileId;

// x86-64 system call numbers. (arch/x86/entry/syscalls/syscall_64.tbl)
const SYS_FSTAT: u64 = 5;
const SYS_MREMAP: u64 = 25;
const SYS_MADVISE: u64 = 28;
const SYS_SHMAT: u64 = 30;
const SYS_SHMCTL: u64 = 31;
const SYS_SHMDT: u64 = 67;
const SYS_CAPGET: u64 = 125;
const SYS_FSTATFS: u64 = 138;
const SYS_MUNLOCK: u64 = 150;
const SYS_MLOCK2: u64 = 325;
const SYS_REMAP_FILE_PAGES: u64 = 216;

/// Bits that mean something else, or nothing, to an x86-64 kernel: MAP_32BIT, MAP_ABOVE4G; and
/// growing, which the address space does itself.
const NOT_PASSED: u32 = 0x40 | 0x80 | MAP_GROWSDOWN | MAP_FIXED | MAP_FIXED_NOREPLACE;

/// What to map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub prot: u32,
    pub flags: u32,
    pub fd: i32,
    pub offset: u64,
}

impl Source {
    /// Address space without access.
    pub const RESERVATION: Self =
        Self { prot: 0, flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, fd: -1, offset: 0 };
}

/// The host's protection for a guest's: code is read, never executed, by the host.
pub(crate) fn host_prot(prot: u32) -> u64 {
    let readable = if prot & PROT_EXEC != 0 { PROT_READ } else { 0 };
    u64::from(prot & (PROT_READ | PROT_WRITE) | readable)
}

/// Maps over a range that belongs to the guest.
pub(crate) fn map_over(range: &Range<u64>, source: &Source) -> Result<(), i32> {
    map(range, source, MAP_FIXED).map(drop)
}

/// Maps a range where nothing is; EEXIST when something is.
pub(crate) fn map_new(range: &Range<u64>, source: &Source) -> Result<(), i32> {
    if source.flags & MAP_TYPE == MAP_SHARED_VALIDATE {
        return map_validated(range, source);
    }
    let at = map(range, source, MAP_FIXED_NOREPLACE)?;
    if at == range.start {
        return Ok(());
    }
    // A kernel before 4.17 took the address for a hint.
    unmap(&(at..at + (range.end - range.start)))?;
    Err(crate::consts::EEXIST)
}

/// The same for the type of mapping that refuses MAP_FIXED_NOREPLACE, as it refuses all younger
/// flags that its file does not know (do_mmap in mm/mmap.c): the range is reserved first.
fn map_validated(range: &Range<u64>, source: &Source) -> Result<(), i32> {
    map_new(range, &Source::RESERVATION)?;
    let result = map_over(range, source);
    if result.is_err() {
        unmap(range)?;
    }
    result
}

/// Maps at an address that the host's kernel chooses, which becomes the guest's.
pub(crate) fn map_where_the_file_likes(len: u64, source: &Source) -> Result<u64, i32> {
    map(&(0..len), source, 0)
}

fn map(range: &Range<u64>, source: &Source, how: u32) -> Result<u64, i32> {
    let flags = u64::from(source.flags & !NOT_PASSED | how);
    let (len, prot) = (range.end - range.start, host_prot(source.prot));
    // SAFETY: the module's invariant: MAP_FIXED is used on guest ranges alone.
    unsafe { raw_map(range.start, len, prot, flags, source.fd, source.offset) }
}

/// Unmaps a range that belongs to the guest.
pub(crate) fn unmap(range: &Range<u64>) -> Result<(), i32> {
    // SAFETY: the module's invariant.
    unsafe { raw_unmap(range.start, range.end - range.start) }
}

/// Protects a range that belongs to the guest.
pub(crate) fn protect(range: &Range<u64>, prot: u32) -> Result<(), i32> {
    // SAFETY: the module's invariant.
    unsafe { raw_protect(range.start, range.end - range.start, host_prot(prot)) }
}

/// mremap of a range that belongs to the guest; a target address must do so too.
pub(crate) fn remap(old: &Range<u64>, new_len: u64, flags: u32, target: u64) -> Result<u64, i32> {
    let args = [old.start, old.end - old.start, new_len, u64::from(flags), target, 0];
    // SAFETY: the module's invariant; without a target the range can only grow into free space.
    check(unsafe { syscall6(SYS_MREMAP, args) })
}

/// remap_file_pages of a range that belongs to the guest and is mapped throughout.
pub(crate) fn remap_pages(range: &Range<u64>, page: u64, flags: u64) -> Result<(), i32> {
    let args = [range.start, range.end - range.start, 0, page, flags, 0];
    // SAFETY: the module's invariant: what is mapped anew is the guest's already.
    check(unsafe { syscall6(SYS_REMAP_FILE_PAGES, args) }).map(drop)
}

/// madvise of a range that belongs to the guest.
pub(crate) fn advise(range: &Range<u64>, advice: u32) -> Result<(), i32> {
    let args = [range.start, range.end - range.start, u64::from(advice), 0, 0, 0];
    check(guest_syscall(SYS_MADVISE, args)).map(drop)
}

/// mlock2 of a range that belongs to the guest.
pub(crate) fn lock(range: &Range<u64>, on_fault: bool) -> Result<(), i32> {
    let args = [range.start, range.end - range.start, u64::from(on_fault), 0, 0, 0];
    check(guest_syscall(SYS_MLOCK2, args)).map(drop)
}

/// munlock of a range that belongs to the guest.
pub(crate) fn unlock(range: &Range<u64>) -> Result<(), i32> {
    let args = [range.start, range.end - range.start, 0, 0, 0, 0];
    check(guest_syscall(SYS_MUNLOCK, args)).map(drop)
}

/// How many bytes the process may lock: all, if it has the right to. (can_do_mlock in mm/mlock.c)
pub(crate) fn lock_limit() -> u64 {
    const RLIMIT_MEMLOCK: u32 = 8;
    const CAP_IPC_LOCK: u32 = 14;
    if has_capability(CAP_IPC_LOCK) { u64::MAX } else { soft_limit(RLIMIT_MEMLOCK) }
}

fn has_capability(number: u32) -> bool {
    const VERSION_3: u32 = 0x2008_0522;
    // struct __user_cap_header_struct, and two of struct __user_cap_data_struct.
    let header = [VERSION_3, 0];
    let mut sets = [0u32; 6];
    let args = [header.as_ptr() as u64, sets.as_mut_ptr() as u64, 0, 0, 0, 0];
    guest_syscall(SYS_CAPGET, args) == 0 && sets[0] & 1 << number != 0
}

/// shmat at an address where nothing is, or, with SHM_REMAP, where the guest's memory is.
pub(crate) fn shm_attach(id: i32, addr: u64, flags: u32) -> Result<u64, i32> {
    // SAFETY: the module's invariant: callers use SHM_REMAP on guest ranges alone.
    check(unsafe { syscall6(SYS_SHMAT, [id as u64, addr, u64::from(flags), 0, 0, 0]) })
}

/// shmdt of a segment that belongs to the guest.
pub(crate) fn shm_detach(addr: u64) -> Result<(), i32> {
    // SAFETY: the module's invariant.
    check(unsafe { syscall6(SYS_SHMDT, [addr, 0, 0, 0, 0, 0]) }).map(drop)
}

/// The size of a shared memory segment.
pub(crate) fn shm_size(id: i32) -> Result<u64, i32> {
    const IPC_STAT: u64 = 2;
    // struct shmid64_ds is 112 bytes; shm_segsz follows the 48 bytes of shm_perm.
    let mut info = [0u64; 16];
    check(guest_syscall(SYS_SHMCTL, [id as u64, IPC_STAT, info.as_mut_ptr() as u64, 0, 0, 0]))?;
    Ok(info[6])
}

/// The object behind a descriptor.
pub(crate) fn file_id(fd: i32) -> Result<FileId, i32> {
    // struct stat is 144 bytes and begins with st_dev and st_ino.
    let mut stat = [0u64; 18];
    check(guest_syscall(SYS_FSTAT, [fd as u64, stat.as_mut_ptr() as u64, 0, 0, 0, 0]))?;
    Ok(FileId { dev: stat[0], ino: stat[1] })
}

/// Whether a descriptor's file system forbids execution.
pub(crate) fn is_noexec(fd: i32) -> bool {
    const ST_NOEXEC: u64 = 8;
    // struct statfs is 120 bytes; f_flags is its eleventh word.
    let mut info = [0u64; 15];
    let result =
        check(guest_syscall(SYS_FSTATFS, [fd as u64, info.as_mut_ptr() as u64, 0, 0, 0, 0]));
    result.is_ok() && info[10] & ST_NOEXEC != 0
}

/// The soft limit on data, in bytes.
pub(crate) fn data_limit() -> u64 {
    const RLIMIT_DATA: u32 = 2;
    soft_limit(RLIMIT_DATA)
}

/// The soft limit on mappings that grow, in bytes.
pub(crate) fn stack_limit() -> u64 {
    const RLIMIT_STACK: u32 = 3;
    soft_limit(RLIMIT_STACK)
}

/// Without a limit the greatest number.
fn soft_limit(resource: u32) -> u64 {
    xemu_host::soft_limit(resource).unwrap_or(u64::MAX)
}
