//! The auxiliary vector's entry types. (include/uapi/linux/auxvec.h)

/// End of the vector.
pub const AT_NULL: u64 = 0;
/// Descriptor of the program.
pub const AT_EXECFD: u64 = 2;
/// The program headers' address.
pub const AT_PHDR: u64 = 3;
/// The size of one program header.
pub const AT_PHENT: u64 = 4;
/// How many program headers there are.
pub const AT_PHNUM: u64 = 5;
/// The page size.
pub const AT_PAGESZ: u64 = 6;
/// The interpreter's load address.
pub const AT_BASE: u64 = 7;
/// Flags: bit 0 is AT_FLAGS_PRESERVE_ARGV0.
pub const AT_FLAGS: u64 = 8;
/// The program's entry point.
pub const AT_ENTRY: u64 = 9;
/// Real user.
pub const AT_UID: u64 = 11;
/// Effective user.
pub const AT_EUID: u64 = 12;
/// Real group.
pub const AT_GID: u64 = 13;
/// Effective group.
pub const AT_EGID: u64 = 14;
/// Address of the string "aarch64".
pub const AT_PLATFORM: u64 = 15;
/// Processor features, see [`crate::hwcap`].
pub const AT_HWCAP: u64 = 16;
/// Clock ticks per second of times().
pub const AT_CLKTCK: u64 = 17;
/// Whether the program runs with raised rights.
pub const AT_SECURE: u64 = 23;
/// Address of 16 random bytes.
pub const AT_RANDOM: u64 = 25;
/// More processor features.
pub const AT_HWCAP2: u64 = 26;
/// Size of the supported part of struct rseq.
pub const AT_RSEQ_FEATURE_SIZE: u64 = 27;
/// Alignment of struct rseq.
pub const AT_RSEQ_ALIGN: u64 = 28;
/// Yet more processor features.
pub const AT_HWCAP3: u64 = 29;
/// Address of the program's path.
pub const AT_EXECFN: u64 = 31;
/// Address of the vdso's ELF header.
pub const AT_SYSINFO_EHDR: u64 = 33;
/// The least signal stack.
pub const AT_MINSIGSTKSZ: u64 = 51;

/// The symbolic name of an entry type.
pub fn name(kind: u64) -> &'static str {
    match kind {
        AT_NULL => "AT_NULL",
        AT_EXECFD => "AT_EXECFD",
        AT_PHDR => "AT_PHDR",
        AT_PHENT => "AT_PHENT",
        AT_PHNUM => "AT_PHNUM",
        AT_PAGESZ => "AT_PAGESZ",
        AT_BASE => "AT_BASE",
        AT_FLAGS => "AT_FLAGS",
        AT_ENTRY => "AT_ENTRY",
        AT_UID => "AT_UID",
        AT_EUID => "AT_EUID",
        AT_GID => "AT_GID",
        AT_EGID => "AT_EGID",
        AT_PLATFORM => "AT_PLATFORM",
        AT_HWCAP => "AT_HWCAP",
        AT_CLKTCK => "AT_CLKTCK",
        AT_SECURE => "AT_SECURE",
        AT_RANDOM => "AT_RANDOM",
        AT_HWCAP2 => "AT_HWCAP2",
        AT_EXECFN => "AT_EXECFN",
        AT_SYSINFO_EHDR => "AT_SYSINFO_EHDR",
        AT_MINSIGSTKSZ => "AT_MINSIGSTKSZ",
        _ => "AT_???",
    }
}
