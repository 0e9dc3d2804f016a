//! `xemu-aarch64 binfmt`: makes the kernel start arm64 programs with the emulator.
//!
//! [`command`] is the whole command line. Below it: `table` is the mounted binfmt_misc,
//! `entry` and `registration` are what is read from it and written to it, `install` and
//! `persistent` change things now and for the next boot, `doctor` runs the program of `probe`
//! through the kernel and explains what it sees, and `image` is the command line of container
//! images that others know from tonistiigi/binfmt and multiarch/qemu-user-static.
//!
//! This crate knows nothing of emulation: the registered program is a path to it. Nothing here is
//! read from the environment, apart from what the image's contract names.
//! (Documentation/admin-guide/binfmt-misc.rst of the kernel)
#![forbid(unsafe_code)]

mod command;
mod doctor;
mod entry;
mod image;
mod install;
mod json;
mod lsm;
mod persistent;
mod platforms;
mod probe;
mod registration;
mod status;
mod table;

pub use command::{HELP, command};
pub use entry::Entry;
pub use registration::{Flags, Registration};

/// The name of the entry that `install` makes.
pub const DEFAULT_NAME: &str = "xemu-aarch64";
/// Where the kernel expects its file system of interpreters.
pub const DEFAULT_MOUNT: &str = "/proc/sys/fs/binfmt_misc";

/// What went wrong, in one sentence for the user, and the command that mends it, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}{}", fix.as_ref().map(|fix| format!("\n  fix: {fix}")).unwrap_or_default())]
pub struct Failure {
    /// The sentence, without a full stop.
    pub what: String,
    /// A command, or a short instruction where no single command does it.
    pub fix: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Failure {
        Failure { what: what.into(), fix: None }
    }

    pub(crate) fn with_fix(what: impl Into<String>, fix: impl Into<String>) -> Failure {
        Failure { what: what.into(), fix: Some(fix.into()) }
    }
}
