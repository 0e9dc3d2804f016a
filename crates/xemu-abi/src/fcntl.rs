//! Open flags. Four of them have different bits on arm64 and x86-64.

/// Opens for writing only.
pub const O_WRONLY: u32 = 1;
/// Opens for reading and writing.
pub const O_RDWR: u32 = 2;
/// Creates the file when it is missing.
pub const O_CREAT: u32 = 0o100;
/// Fails when the file exists.
pub const O_EXCL: u32 = 0o200;
/// Closes on exec; the same bit on both architectures.
pub const O_CLOEXEC: u32 = 0o2000000;
/// A descriptor that stands for a place in the tree only.
pub const O_PATH: u32 = 0o10000000;

/// arm64: the path must be a directory. (arch/arm64/include/uapi/asm/fcntl.h)
pub const O_DIRECTORY: u32 = 0o40000;
/// arm64: do not follow a symbolic link at the end of the path.
pub const O_NOFOLLOW: u32 = 0o100000;
/// arm64: direct access.
pub const O_DIRECT: u32 = 0o200000;
/// arm64: large files; the kernel sets it in each open file of a 64-bit process.
pub const O_LARGEFILE: u32 = 0o400000;

/// Exchanges bits 14, 15 (arm64's O_DIRECTORY, O_NOFOLLOW; x86-64's O_DIRECT, O_LARGEFILE) with
/// bits 16, 17 (arm64's O_DIRECT, O_LARGEFILE; x86-64's O_DIRECTORY, O_NOFOLLOW). It is its own
/// inverse, so the one function serves both directions.
pub const fn swap_open_flags(flags: u64) -> u64 {
    let low = flags >> 14 & 3;
    let high = flags >> 16 & 3;
    flags & !(0xf << 14) | low << 16 | high << 14
}

/// The current folder, as a descriptor.
pub const AT_FDCWD: i32 = -100;
/// Do not follow a symbolic link at the end of the path.
pub const AT_SYMLINK_NOFOLLOW: u32 = 0x100;
/// Follow it, where the default is not to.
pub const AT_SYMLINK_FOLLOW: u32 = 0x400;
/// Apply to the descriptor itself when the path is empty.
pub const AT_EMPTY_PATH: u32 = 0x1000;

/// fcntl commands that this project looks at.
pub const F_GETFL: u32 = 3;
/// Sets the file's status flags.
pub const F_SETFL: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_take_the_other_architectures_bits() {
        for (arm, x86) in [
            (O_DIRECTORY, 0o200000),
            (O_NOFOLLOW, 0o400000),
            (O_DIRECT, 0o40000),
            (O_LARGEFILE, 0o100000),
        ] {
            assert_eq!(swap_open_flags(u64::from(arm)), x86);
            assert_eq!(swap_open_flags(x86), u64::from(arm));
        }
        let other = u64::from(O_CLOEXEC | O_CREAT | O_RDWR | 0o20000000);
        assert_eq!(swap_open_flags(other), other);
    }
}
