//! Memory mapping constants; equal on both architectures unless said otherwise.

/// No access.
pub const PROT_NONE: u32 = 0;
/// Readable.
pub const PROT_READ: u32 = 1;
/// Writable.
pub const PROT_WRITE: u32 = 2;
/// Executable.
pub const PROT_EXEC: u32 = 4;
/// arm64 only: guarded by branch target identification.
pub const PROT_BTI: u32 = 0x10;
/// arm64 only: carries allocation tags.
pub const PROT_MTE: u32 = 0x20;
/// mprotect: extend down to the start of a growing mapping.
pub const PROT_GROWSDOWN: u32 = 0x0100_0000;
/// mprotect: extend up to the end of a growing mapping.
pub const PROT_GROWSUP: u32 = 0x0200_0000;

/// Shared with other mappings of the file.
pub const MAP_SHARED: u32 = 1;
/// Private, copied on write.
pub const MAP_PRIVATE: u32 = 2;
/// Shared, with unknown flags refused.
pub const MAP_SHARED_VALIDATE: u32 = 3;
/// The mask of the mapping's type.
pub const MAP_TYPE: u32 = 0xf;
/// Exactly at the address.
pub const MAP_FIXED: u32 = 0x10;
/// Without a file.
pub const MAP_ANONYMOUS: u32 = 0x20;
/// x86-64 only: below 2 GiB. No meaning on arm64.
pub const HOST_MAP_32BIT: u32 = 0x40;
/// x86-64 only: above 4 GiB. No meaning on arm64.
pub const HOST_MAP_ABOVE4G: u32 = 0x80;
/// Grows down like a stack.
pub const MAP_GROWSDOWN: u32 = 0x100;
/// Exactly at the address, and fail when something is there.
pub const MAP_FIXED_NOREPLACE: u32 = 0x10_0000;

/// mremap: the mapping may move.
pub const MREMAP_MAYMOVE: u32 = 1;
/// mremap: to the given address.
pub const MREMAP_FIXED: u32 = 2;
/// mremap: leave the old mapping in place.
pub const MREMAP_DONTUNMAP: u32 = 4;

/// madvise: drop the pages.
pub const MADV_DONTNEED: u32 = 4;
/// madvise: the pages may be dropped.
pub const MADV_FREE: u32 = 8;
/// madvise: punch a hole in the file.
pub const MADV_REMOVE: u32 = 9;
/// madvise: drop the pages even when locked.
pub const MADV_DONTNEED_LOCKED: u32 = 24;

/// The page size of guest and host.
pub const PAGE_SIZE: u64 = 4096;
