//! Opening a file and telling what it is.

use std::ffi::CString;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use xemu_abi::Errno;

use crate::{Cause, elf, script};

/// What an executable file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An arm64 program.
    Program {
        /// The path of its interpreter, if it has one.
        interpreter: Option<Vec<u8>>,
    },
    /// A script.
    Script {
        /// The interpreter's path.
        interpreter: Vec<u8>,
        /// The rest of the line, if any.
        argument: Option<Vec<u8>>,
    },
    /// A program for another processor: the host may know it.
    Foreign,
}

/// An opened program and its first bytes.
pub(crate) struct Opened {
    pub file: File,
    pub head: Vec<u8>,
    pub size: u64,
}

fn unreadable(error: &io::Error) -> Cause {
    // What has no number comes from a path with a NUL in it.
    Cause::Unreadable(error.raw_os_error().map_or(Errno::ENOENT, |errno| Errno(errno as u16)))
}

/// Opens a file that is to be executed. `executable`: whether it must have execute permission.
pub(crate) fn open(path: &Path, executable: bool) -> Result<Opened, Cause> {
    // Before opening, because opening a pipe would wait.
    let metadata = std::fs::metadata(path).map_err(|e| unreadable(&e))?;
    check_kind(&metadata)?;
    if executable && !may_execute(path, &metadata) {
        return Err(Cause::NotPermitted);
    }
    let file = File::open(path).map_err(|e| unreadable(&e))?;
    from_file(file)
}

/// An already open file.
pub(crate) fn from_file(file: File) -> Result<Opened, Cause> {
    let metadata = file.metadata().map_err(|e| unreadable(&e))?;
    check_kind(&metadata)?;
    let mut head = vec![0; script::HEAD_SIZE];
    let mut filled = 0;
    while filled < head.len() {
        match file.read_at(&mut head[filled..], filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(&e)),
        }
    }
    head.truncate(filled);
    Ok(Opened { file, head, size: metadata.len() })
}

fn check_kind(metadata: &Metadata) -> Result<(), Cause> {
    if metadata.is_dir() {
        Err(Cause::Directory)
    } else if !metadata.is_file() {
        Err(Cause::NotRegular)
    } else {
        Ok(())
    }
}

/// Whether the caller may execute the file: by the effective ids; for root some execute bit.
fn may_execute(path: &Path, metadata: &Metadata) -> bool {
    const SYS_FACCESSAT2: u64 = 439;
    const AT_FDCWD: i64 = -100;
    const AT_EACCESS: u64 = 0x200;
    const X_OK: u64 = 1;
    if metadata.permissions().mode() & 0o111 == 0 {
        return false;
    }
    let Ok(name) = CString::new(path.as_os_str().as_bytes()) else { return false };
    let args = [AT_FDCWD as u64, name.as_ptr() as u64, X_OK, AT_EACCESS, 0, 0];
    let result = xemu_host::guest_syscall(SYS_FACCESSAT2, args);
    // Only a refusal counts: kernels before 5.8 do not know the call.
    result != -i64::from(Errno::EACCES.0)
}

impl Opened {
    /// The headers of an arm64 program, or why it is none.
    pub fn program(&self) -> Result<elf::Program, Cause> {
        if self.head.is_empty() {
            return Err(Cause::Empty);
        }
        if self.head.starts_with(b"#!") {
            return Err(script::parse(&self.head));
        }
        elf::parse(&self.file, &self.head, self.size)
    }
}

/// What an open file is, or why it cannot be executed.
pub fn inspect(file: &File) -> Result<FileKind, Cause> {
    let file = file.try_clone().map_err(|e| unreadable(&e))?;
    match from_file(file)?.program() {
        Ok(program) => Ok(FileKind::Program { interpreter: program.interpreter }),
        Err(Cause::Script { interpreter, argument }) => {
            Ok(FileKind::Script { interpreter, argument })
        }
        Err(Cause::OtherMachine(_)) => Ok(FileKind::Foreign),
        Err(cause) => Err(cause),
    }
}
