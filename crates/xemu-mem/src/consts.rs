//! The few mapping constants this crate needs, as arm64 Linux has them. (uapi/asm-generic/mman.h)

/// The page size of guest and host.
pub const PAGE_SIZE: u64 = 4096;

/// Readable.
pub const PROT_READ: u32 = 1;
/// Writable.
pub const PROT_WRITE: u32 = 2;
/// Executable.
pub const PROT_EXEC: u32 = 4;
/// May be used for atomic operations; has no effect.
pub const PROT_SEM: u32 = 8;
/// arm64: guarded by branch target identification.
pub const PROT_BTI: u32 = 0x10;
/// Memory with tags.
pub const PROT_MTE: u32 = 0x20;
/// A guarded control stack; no program can ask for it.
pub(crate) const PROT_SHADOW_STACK: u32 = 0x4000_0000;
/// mprotect: from the start of a mapping that grows down.
pub const PROT_GROWSDOWN: u32 = 0x0100_0000;
/// mprotect: to the end of a mapping that grows up.
pub const PROT_GROWSUP: u32 = 0x0200_0000;

/// Shared with other mappings.
pub const MAP_SHARED: u32 = 1;
/// Private, copied on write.
pub const MAP_PRIVATE: u32 = 2;
/// Shared, and fails when a flag is not known.
pub const MAP_SHARED_VALIDATE: u32 = 3;
/// Private, and may be dropped when memory is short.
pub const MAP_DROPPABLE: u32 = 8;
/// The mask of the mapping's type.
pub const MAP_TYPE: u32 = 0xf;
/// Exactly at the address.
pub const MAP_FIXED: u32 = 0x10;
/// Without a file.
pub const MAP_ANONYMOUS: u32 = 0x20;
/// Grows down like a stack.
pub const MAP_GROWSDOWN: u32 = 0x100;
/// Lock the pages.
pub const MAP_LOCKED: u32 = 0x2000;
/// No swap space is set aside.
pub const MAP_NORESERVE: u32 = 0x4000;
/// Huge pages; bits 26–31 hold the logarithm of their size, or 0 for the default.
pub const MAP_HUGETLB: u32 = 0x4_0000;
/// Exactly at the address, and fail when something is there.
pub const MAP_FIXED_NOREPLACE: u32 = 0x10_0000;

/// madvise: no huge pages.
pub const MADV_NOHUGEPAGE: u32 = 15;

/// mremap: the mapping may move.
pub const MREMAP_MAYMOVE: u32 = 1;
/// mremap: to the given address.
pub const MREMAP_FIXED: u32 = 2;
/// mremap: leave the old mapping in place, empty.
pub const MREMAP_DONTUNMAP: u32 = 4;

/// shmat: read-only.
pub const SHM_RDONLY: u32 = 0o10000;
/// shmat: round the address down to SHMLBA.
pub const SHM_RND: u32 = 0o20000;
/// shmat: replace what is there.
pub const SHM_REMAP: u32 = 0o40000;
/// shmat: executable.
pub const SHM_EXEC: u32 = 0o100_000;

/// "Permission denied".
pub const EACCES: i32 = 13;
/// "Operation not permitted".
pub const EPERM: i32 = 1;
/// "Cannot allocate memory".
pub const ENOMEM: i32 = 12;
/// "Bad address".
pub const EFAULT: i32 = 14;
/// "File exists".
pub const EEXIST: i32 = 17;
/// "Invalid argument".
pub const EINVAL: i32 = 22;

/// The address rounded down to a page.
pub const fn page_floor(addr: u64) -> u64 {
    addr & !(PAGE_SIZE - 1)
}

/// The length or address rounded up to a page, unless that is too great.
pub const fn page_ceil(addr: u64) -> Option<u64> {
    match addr.checked_add(PAGE_SIZE - 1) {
        Some(sum) => Some(page_floor(sum)),
        None => None,
    }
}
