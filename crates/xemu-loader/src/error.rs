//! Why a program cannot be run, in words for its user and numbers for execve.

use std::path::{Path, PathBuf};

use xemu_abi::Errno;

/// A file and why it cannot be run. Its text is `PATH: cause`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct LoadError {
    /// The file as it was named.
    pub path: PathBuf,
    /// Why.
    pub cause: Cause,
}

/// Why a file cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The file cannot be opened or read.
    #[error("{0}")]
    Unreadable(Errno),
    /// A directory.
    #[error("is a directory")]
    Directory,
    /// A device, a pipe or a socket.
    #[error("is not a regular file")]
    NotRegular,
    /// No execute permission.
    #[error("no permission to execute it")]
    NotPermitted,
    /// No bytes.
    #[error("is empty")]
    Empty,
    /// Neither ELF nor `#!`.
    #[error("is not an ELF program")]
    NotElf,
    /// A script, to be run by its interpreter.
    #[error("is a script for {}", String::from_utf8_lossy(interpreter))]
    Script {
        /// The interpreter's path.
        interpreter: Vec<u8>,
        /// The rest of the line, if any.
        argument: Option<Vec<u8>>,
    },
    /// A `#!` line without an interpreter, or one that is too long.
    #[error("its #! line names no interpreter")]
    BadScript,
    /// A program for another processor or another word size.
    #[error("is a program for {0}, not for 64-bit little-endian Arm")]
    OtherMachine(&'static str),
    /// An ELF file that is no program.
    #[error("is {0}, not a program")]
    NotExecutable(&'static str),
    /// Something in the headers makes no sense.
    #[error("{0}")]
    Malformed(&'static str),
    /// No loadable segments, absurd or overlapping ones.
    #[error("{0}")]
    BadSegment(&'static str),
    /// Memory for a segment cannot be had where it must be.
    #[error("cannot map its segment at {addr:#x}: {errno}")]
    CannotMap {
        /// The segment's address.
        addr: u64,
        /// What mmap said.
        errno: Errno,
    },
    /// Stack or vdso cannot be mapped.
    #[error("cannot map its {what}: {errno}")]
    NoMemory {
        /// What was to be mapped.
        what: &'static str,
        /// What mmap said.
        errno: Errno,
    },
    /// The interpreter cannot be used.
    #[error("its interpreter {} cannot be used: {cause}", path.display())]
    Interpreter {
        /// The path in the program.
        path: PathBuf,
        /// What is wrong with it.
        cause: Box<Cause>,
    },
    /// Arguments and environment are too long.
    #[error("its arguments and environment are too long")]
    ArgumentsTooLong,
}

impl Cause {
    /// At a path.
    pub fn at(self, path: &Path) -> LoadError {
        LoadError { path: path.to_owned(), cause: self }
    }

    /// What execve would give.
    pub fn errno(&self) -> Errno {
        match self {
            Self::Unreadable(errno) => *errno,
            Self::Directory | Self::NotRegular | Self::NotPermitted => Errno::EACCES,
            Self::BadSegment(_) => Errno::EINVAL,
            Self::CannotMap { errno, .. } | Self::NoMemory { errno, .. } => *errno,
            Self::ArgumentsTooLong => Errno::E2BIG,
            Self::Interpreter { cause, .. } => match **cause {
                Self::Unreadable(_)
                | Self::Directory
                | Self::NotRegular
                | Self::NotPermitted
                | Self::BadSegment(_)
                | Self::CannotMap { .. }
                | Self::NoMemory { .. } => cause.errno(),
                _ => Errno::ELIBBAD,
            },
            _ => Errno::ENOEXEC,
        }
    }
}

impl LoadError {
    /// What execve would give.
    pub fn errno(&self) -> Errno {
        self.cause.errno()
    }

    /// What a shell would exit with: 127 when something was not found, else 126.
    pub fn exit_status(&self) -> i32 {
        if self.errno() == Errno::ENOENT { 127 } else { 126 }
    }
}
