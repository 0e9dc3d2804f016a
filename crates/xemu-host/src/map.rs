//! The emulator's own memory mappings.

use core::ptr::NonNull;

use crate::{Errno, check, release_addresses, syscall6};

/// The page size of guest and host.
pub const PAGE_SIZE: usize = 4096;

const MFD_CLOEXEC: u64 = 1;
const MFD_EXEC: u64 = 0x10;

/// What the host may do with a mapping. There is no way to ask for writable and executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Protection {
    /// Nothing: reserves addresses.
    None = 0,
    /// Read.
    Read = 1,
    /// Read and write.
    ReadWrite = 3,
    /// Read and execute.
    ReadExecute = 5,
}

/// mmap, as the kernel defines it.
///
/// # Safety
/// With MAP_FIXED the range must belong to the caller, and nothing may refer to its old content.
pub unsafe fn raw_map(
    addr: u64,
    len: u64,
    prot: u64,
    flags: u64,
    fd: i32,
    offset: u64,
) -> Result<u64, Errno> {
    // SAFETY: the caller vouches for the range.
    check(unsafe {
        syscall6(libc::SYS_mmap as u64, [addr, len, prot, flags, fd as i64 as u64, offset])
    })
}

/// munmap.
///
/// # Safety
/// The range must belong to the caller, and nothing may refer to it any more.
pub unsafe fn raw_unmap(addr: u64, len: u64) -> Result<(), Errno> {
    // SAFETY: the caller vouches for the range.
    check(unsafe { syscall6(libc::SYS_munmap as u64, [addr, len, 0, 0, 0, 0]) }).map(drop)
}

/// mprotect.
///
/// # Safety
/// The range must belong to the caller, and no reference may need the access that is taken away.
pub unsafe fn raw_protect(addr: u64, len: u64, prot: u64) -> Result<(), Errno> {
    // SAFETY: the caller vouches for the range.
    check(unsafe { syscall6(libc::SYS_mprotect as u64, [addr, len, prot, 0, 0, 0]) }).map(drop)
}

const fn libc_flags(flags: i32) -> u64 {
    flags as u64
}

const ANONYMOUS: u64 = libc_flags(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE);

/// Words that a process shares with those that it forks, all zero at first. They stay as long as
/// the process.
#[derive(Debug)]
pub struct SharedWords {
    words: &'static [core::sync::atomic::AtomicU64],
}

impl SharedWords {
    /// At least `count` words.
    pub fn new(count: usize) -> Result<Self, Errno> {
        let flags = libc_flags(libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        let len = count * size_of::<u64>();
        let mapping = Mapping::map(0, len, Protection::ReadWrite as u64, flags, -1, 0)?;
        let addr = mapping.leak() as *const core::sync::atomic::AtomicU64;
        // SAFETY: 1. the mapping is as long as the words, page-aligned and zeroed; 2. `leak` gave
        // it up, so it stays mapped; 3. all access, by other processes too, is through atomics.
        Ok(Self { words: unsafe { core::slice::from_raw_parts(addr, count) } })
    }

    /// The words.
    pub fn words(&self) -> &'static [core::sync::atomic::AtomicU64] {
        self.words
    }
}

/// A range of addresses owned by its holder; unmapped when dropped.
#[derive(Debug)]
pub struct Mapping {
    addr: u64,
    len: usize,
    owned: bool,
}

impl Mapping {
    /// Zeroed private memory where the kernel likes, whole pages, backed when first touched.
    pub fn anonymous(len: usize, protection: Protection) -> Result<Self, Errno> {
        Self::map(0, len, protection as u64, ANONYMOUS, -1, 0)
    }

    /// Like [`Mapping::anonymous`], for a large table of which few places are used: the kernel does
    /// not give it huge pages, as it does where they are always on, of which each would cost 2 MiB
    /// and the time to zero them.
    pub fn sparse(len: usize) -> Result<Self, Errno> {
        let mapping = Self::anonymous(len, Protection::ReadWrite)?;
        mapping.forbid_huge_pages();
        Ok(mapping)
    }

    /// Keeps the mapping in pages of [`PAGE_SIZE`].
    pub fn forbid_huge_pages(&self) {
        let args = [self.addr, self.len as u64, libc::MADV_NOHUGEPAGE as u64, 0, 0, 0];
        // A kernel that knows no huge pages refuses, and gives none.
        // SAFETY: the range belongs to this mapping, and its content does not change.
        let _ = check(unsafe { syscall6(libc::SYS_madvise as u64, args) });
    }

    /// Like [`Mapping::anonymous`], near `hint` when the place is free.
    pub fn at_hint(hint: u64, len: usize, protection: Protection) -> Result<Self, Errno> {
        Self::map(hint, len, protection as u64, ANONYMOUS, -1, 0)
    }

    /// Like [`Mapping::anonymous`], exactly at `addr`; EEXIST when something is there.
    pub fn fixed_noreplace(addr: u64, len: usize, protection: Protection) -> Result<Self, Errno> {
        let flags = ANONYMOUS | libc_flags(libc::MAP_FIXED_NOREPLACE);
        let mapping = Self::map(addr, len, protection as u64, flags, -1, 0)?;
        // Kernels before 4.17 take the address for a hint.
        if mapping.addr == addr { Ok(mapping) } else { Err(libc::EEXIST) }
    }

    /// A part of a file, shared with all who map it. It may be cut off at any time, so it is to be
    /// read and written only through functions that survive a fault.
    pub fn of_file(fd: i32, offset: u64, len: usize) -> Result<Self, Errno> {
        let flags = libc_flags(libc::MAP_SHARED | libc::MAP_POPULATE);
        Self::map(0, len, Protection::ReadWrite as u64, flags, fd, offset)
    }

    /// Reserves addresses without access.
    pub fn reserve(len: usize) -> Result<Self, Errno> {
        Self::anonymous(len, Protection::None)
    }

    pub(crate) fn map(
        addr: u64,
        len: usize,
        prot: u64,
        flags: u64,
        fd: i32,
        offset: u64,
    ) -> Result<Self, Errno> {
        let len = len.checked_next_multiple_of(PAGE_SIZE).ok_or(libc::ENOMEM)?;
        // SAFETY: no caller passes MAP_FIXED, so no existing mapping changes.
        let attempt = || unsafe { raw_map(addr, len as u64, prot, flags, fd, offset) };
        let addr = match attempt() {
            Err(libc::ENOMEM) if release_addresses(len) => attempt(),
            result => result,
        }?;
        Ok(Self { addr, len, owned: true })
    }

    /// The lowest address.
    pub fn addr(&self) -> u64 {
        self.addr
    }

    /// The length in bytes, a multiple of the page size.
    #[allow(clippy::len_without_is_empty, reason = "a mapping is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The lowest address as a pointer.
    pub fn as_ptr(&self) -> *mut u8 {
        self.addr as *mut u8
    }

    /// Whether `addr` lies inside.
    pub fn contains(&self, addr: u64) -> bool {
        addr.wrapping_sub(self.addr) < self.len as u64
    }

    /// Changes the protection of a part; offset and length in bytes, multiples of the page size.
    pub fn protect(
        &mut self,
        offset: usize,
        len: usize,
        protection: Protection,
    ) -> Result<(), Errno> {
        self.check_range(offset, len)?;
        // SAFETY: the part belongs to this mapping, which hands out no references.
        unsafe { raw_protect(self.addr + offset as u64, len as u64, protection as u64) }
    }

    /// Gives a part's pages back to the kernel; they read as zero afterwards.
    pub fn discard(&mut self, offset: usize, len: usize) -> Result<(), Errno> {
        self.check_range(offset, len)?;
        let args = [self.addr + offset as u64, len as u64, libc::MADV_DONTNEED as u64, 0, 0, 0];
        // SAFETY: the part belongs to this mapping, which hands out no references.
        check(unsafe { syscall6(libc::SYS_madvise as u64, args) }).map(drop)
    }

    fn check_range(&self, offset: usize, len: usize) -> Result<(), Errno> {
        let fits = offset.checked_add(len).is_some_and(|end| end <= self.len);
        if fits { Ok(()) } else { Err(libc::EINVAL) }
    }

    /// Gives up ownership: the memory stays mapped for ever. Returns its address.
    pub fn leak(mut self) -> u64 {
        self.owned = false;
        self.addr
    }

    /// Leaves the memory mapped when dropped.
    pub(crate) fn keep(&mut self) {
        self.owned = false;
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: the range belongs to this mapping alone. A failure leaves it mapped, which
            // is harmless.
            let _ = unsafe { raw_unmap(self.addr, self.len as u64) };
        }
    }
}

/// The same memory at two addresses: a writable view, anywhere, and an executable view at a chosen
/// place inside a reservation. Published code is written through one and run through the other.
///
/// The pages are shared between processes after fork: the child must drop its copy's writable view
/// ([`DualMapping::close_writer`]) and use a fresh one for new code.
#[derive(Debug)]
pub struct DualMapping {
    writer: Option<Mapping>,
    exec_addr: u64,
    len: usize,
}

impl DualMapping {
    /// Maps `len` bytes with the executable view `offset` bytes into `reservation`, which must
    /// outlive the result's use; both multiples of the page size.
    pub fn new(reservation: &Mapping, offset: usize, len: usize) -> Result<Self, Errno> {
        if !offset.is_multiple_of(PAGE_SIZE) || !len.is_multiple_of(PAGE_SIZE) || len == 0 {
            return Err(libc::EINVAL);
        }
        reservation.check_range(offset, len)?;
        let exec_addr = reservation.addr() + offset as u64;
        // The first way needs no file descriptor, not even for a moment: the guest could see it.
        let writer = match duplicate_shared(exec_addr, len) {
            Ok(writer) => writer,
            Err(_) => map_memfd(exec_addr, len)?,
        };
        Ok(Self { writer: Some(writer), exec_addr, len })
    }

    /// The executable view's address.
    pub fn exec_addr(&self) -> u64 {
        self.exec_addr
    }

    /// The length in bytes.
    #[allow(clippy::len_without_is_empty, reason = "a mapping is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The writable view, unless it was closed. Writing through it while generated code runs in the
    /// other view is the caller's to order: write, then publish the address.
    pub fn writer(&self) -> Option<NonNull<u8>> {
        NonNull::new(self.writer.as_ref()?.as_ptr())
    }

    /// Copies bytes to `offset`; false when they do not fit or the writable view is closed.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) -> bool {
        let fits = offset.checked_add(bytes.len()).is_some_and(|end| end <= self.len);
        let Some(writer) = self.writer.as_ref().filter(|_| fits) else { return false };
        // SAFETY: `offset` is within the writable view, which is mapped while `self` lives.
        let to = unsafe { writer.as_ptr().add(offset) };
        // SAFETY: the bytes fit, as tested; Rust code holds no reference to either view.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        true
    }

    /// Unmaps the writable view; the executable one stays.
    pub fn close_writer(&mut self) {
        self.writer = None;
    }

    /// Gives up ownership: both views stay mapped for ever. Returns the executable one's address.
    pub fn leak(mut self) -> u64 {
        if let Some(writer) = self.writer.take() {
            writer.leak();
        }
        let addr = self.exec_addr;
        core::mem::forget(self);
        addr
    }
}

impl Drop for DualMapping {
    fn drop(&mut self) {
        let flags = ANONYMOUS | libc_flags(libc::MAP_FIXED);
        // SAFETY: the executable view's range belongs to `self` and becomes reserved again; that
        // no thread runs code in it is what the owner of the code cache sees to.
        let _ = unsafe { raw_map(self.exec_addr, self.len as u64, 0, flags, -1, 0) };
    }
}

/// Shared anonymous memory, duplicated by mremap, whose old length 0 means "map these pages again".
fn duplicate_shared(exec_addr: u64, len: usize) -> Result<Mapping, Errno> {
    let flags = libc_flags(libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE);
    let writer = Mapping::map(0, len, Protection::ReadWrite as u64, flags, -1, 0)?;
    let how = libc_flags(libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED);
    let args = [writer.addr, 0, len as u64, how, exec_addr, 0];
    // SAFETY: the target lies in the caller's reservation, to which nothing refers.
    let attempt = || check(unsafe { syscall6(libc::SYS_mremap as u64, args) });
    match attempt() {
        Err(libc::ENOMEM) if release_addresses(len) => attempt(),
        result => result,
    }?;
    // SAFETY: the range was mapped a moment ago and nothing refers to it.
    unsafe { raw_protect(exec_addr, len as u64, Protection::ReadExecute as u64) }?;
    Ok(writer)
}

/// A memory file, mapped twice.
fn map_memfd(exec_addr: u64, len: usize) -> Result<Mapping, Errno> {
    let name = c"xemu-code".as_ptr() as u64;
    let create = |flags| {
        // SAFETY: the kernel reads the name, a constant.
        check(unsafe { syscall6(libc::SYS_memfd_create as u64, [name, flags, 0, 0, 0, 0]) })
    };
    // Kernels before 6.3 do not know MFD_EXEC.
    let fd = create(MFD_CLOEXEC | MFD_EXEC).or_else(|_| create(MFD_CLOEXEC))? as i32;
    let result = map_file_twice(fd, exec_addr, len);
    // SAFETY: the descriptor is ours; mappings do not need it.
    unsafe { syscall6(libc::SYS_close as u64, [fd as u64, 0, 0, 0, 0, 0]) };
    result
}

fn map_file_twice(fd: i32, exec_addr: u64, len: usize) -> Result<Mapping, Errno> {
    // SAFETY: the call writes no memory.
    check(unsafe { syscall6(libc::SYS_ftruncate as u64, [fd as u64, len as u64, 0, 0, 0, 0]) })?;
    let shared = libc_flags(libc::MAP_SHARED);
    let writer = Mapping::map(0, len, Protection::ReadWrite as u64, shared, fd, 0)?;
    let fixed = shared | libc_flags(libc::MAP_FIXED);
    let exec = Protection::ReadExecute as u64;
    // SAFETY: the target lies in the caller's reservation, to which nothing refers.
    unsafe { raw_map(exec_addr, len as u64, exec, fixed, fd, 0) }?;
    Ok(writer)
}
