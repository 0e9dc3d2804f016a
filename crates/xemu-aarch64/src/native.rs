//! Programs of the host: those that scripts name as interpreters, and the emulator itself.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::IntoRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use xemu_abi::Errno;

use crate::start::Failure;

/// Whether the host runs programs of a machine by itself, in the loader's words.
pub fn knows(machine: &str) -> bool {
    matches!(machine, "x86-64" | "32-bit x86")
}

/// Executes a program of the host in place of the emulator; comes back only when that fails.
pub fn exec(path: &Path, argv: &[Vec<u8>], envp: &[Vec<u8>]) -> Failure {
    const EXECVE: u64 = 59;
    let strings = |list: &[Vec<u8>]| -> Vec<CString> {
        // What came from the kernel contains no zero byte.
        list.iter().filter_map(|text| CString::new(text.clone()).ok()).collect()
    };
    let pointers = |list: &[CString]| -> Vec<u64> {
        list.iter().map(|text| text.as_ptr() as u64).chain([0]).collect()
    };
    let (argv, envp) = (strings(argv), strings(envp));
    let (argv, envp) = (pointers(&argv), pointers(&envp));
    let name = CString::new(path.as_os_str().as_bytes()).unwrap_or_default();
    let args = [name.as_ptr() as u64, argv.as_ptr() as u64, envp.as_ptr() as u64, 0, 0, 0];
    let result = xemu_host::guest_syscall(EXECVE, args);
    let errno = Errno(u16::try_from(-result).unwrap_or(Errno::EIO.0));
    Failure { message: format!("{}: {errno}", path.display()), status: 126 }
}

/// The emulator's own file, open for being executed, where /proc does not offer it by name.
pub fn own_file() -> Option<i32> {
    const O_CLOEXEC: i32 = 0o2_000_000;
    const EM_X86_64: u16 = 62;
    if std::fs::symlink_metadata("/proc/self/exe").is_ok() {
        return None;
    }
    let path = xemu_host::exec_path()?;
    let path = Path::new(std::ffi::OsStr::from_bytes(path.as_bytes()));
    let file = File::options().read(true).custom_flags(O_CLOEXEC).open(path).ok()?;
    // The path is the program's if the kernel started the emulator for it; it will do so again.
    let mut machine = [0; 2];
    file.read_exact_at(&mut machine, 18).ok()?;
    if u16::from_le_bytes(machine) != EM_X86_64 {
        return None;
    }
    let fd = xemu_linux::fd::move_up(file.into_raw_fd(), xemu_linux::fd::HIGH);
    xemu_linux::fd::reserve(fd).then_some(fd)
}
