//! The mounted binfmt_misc.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sys::statfs::{FsType, statfs};
use nix::unistd::geteuid;

use crate::entry::Entry;
use crate::registration::{Registration, has_namespaces};
use crate::{DEFAULT_MOUNT, Failure};

/// BINFMTFS_MAGIC in linux/magic.h.
const FILE_SYSTEM: FsType = FsType(0x4249_4e4d);

/// A folder where binfmt_misc is, or is to be, mounted.
pub struct Table {
    folder: PathBuf,
}

impl Table {
    /// The table at a folder; nothing is looked at yet.
    pub fn at(folder: impl Into<PathBuf>) -> Table {
        Table { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that takes registrations.
    pub fn register_file(&self) -> PathBuf {
        self.folder.join("register")
    }

    /// Whether binfmt_misc is mounted here. An automount happens on the way.
    pub fn is_mounted(&self) -> bool {
        // statfs alone would see the automount point; looking into it mounts.
        let _ = fs::metadata(self.folder.join("status"));
        statfs(&self.folder).is_ok_and(|status| status.filesystem_type() == FILE_SYSTEM)
    }

    /// Mounts binfmt_misc unless it is there already; says whether it did. A user namespace may
    /// have a table of its own (Linux 6.7): there it is mounted over that of the machine.
    ///
    /// # Errors
    /// Why that is impossible here.
    pub fn ensure_mounted(&self) -> Result<bool, Failure> {
        let mounted = self.is_mounted();
        if mounted && !self.is_anothers() {
            return Ok(false);
        }
        let none = None::<&str>;
        let kind = Some("binfmt_misc");
        match mount(kind, &self.folder, kind, MsFlags::empty(), none) {
            Ok(()) => Ok(true),
            // What is wrong with the mounted one shows when it is written to.
            Err(_) if mounted => Ok(false),
            Err(errno) => Err(self.explain_mount(errno)),
        }
    }

    /// Whether the usual table is one that this process has no right to.
    fn is_anothers(&self) -> bool {
        self.folder == Path::new(DEFAULT_MOUNT)
            && matches!(self.may_write(), Err(Errno::EACCES | Errno::EPERM))
    }

    /// Why a mount fails, or would fail.
    pub fn explain_mount(&self, errno: Errno) -> Failure {
        let folder = self.folder.display();
        match errno {
            Errno::ENODEV => no_support(),
            Errno::ENOENT | Errno::ENOTDIR if self.folder != Path::new(DEFAULT_MOUNT) => {
                let fix = format!("mkdir -p {folder}");
                Failure::with_fix(format!("there is no folder {folder}"), fix)
            }
            Errno::ENOENT | Errno::ENOTDIR if !kernel_has_it() => no_support(),
            Errno::ENOENT | Errno::ENOTDIR => Failure::with_fix(
                format!("the folder {folder} is missing: /proc is not mounted, or not fully"),
                "mount -t proc proc /proc",
            ),
            Errno::EPERM | Errno::EACCES if !geteuid().is_root() => Failure::with_fix(
                "mounting binfmt_misc needs root",
                "sudo xemu-aarch64 binfmt install",
            ),
            Errno::EPERM | Errno::EACCES if !has_namespaces() => Failure::with_fix(
                "a kernel before 6.7 lets nobody mount binfmt_misc in a user namespace or a \
                 container without privilege",
                "sudo xemu-aarch64 binfmt install, outside of the container",
            ),
            Errno::EPERM | Errno::EACCES => Failure::with_fix(
                format!("this process may not mount binfmt_misc on {folder} (no CAP_SYS_ADMIN)"),
                "docker run --privileged --rm IMAGE --install arm64, or unshare -Urm",
            ),
            other => {
                Failure::new(format!("cannot mount binfmt_misc on {folder}: {}", other.desc()))
            }
        }
    }

    /// Whether the kernel heeds any entry at all.
    pub fn is_enabled(&self) -> bool {
        let text = fs::read_to_string(self.folder.join("status"));
        text.is_ok_and(|text| text.trim() == "enabled")
    }

    /// The entries, in the order in which the kernel shows them: the newest first, and the kernel
    /// asks them in that order too.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if name == "register" || name == "status" {
                continue;
            }
            // An entry may be removed meanwhile; a name that is not text is nobody's business.
            let Ok(text) = fs::read(self.folder.join(&name)) else { continue };
            entries.extend(Entry::parse(&name, &String::from_utf8_lossy(&text)));
        }
        Ok(entries)
    }

    /// The entries, or none where nothing is mounted.
    pub fn entries_or_none(&self) -> Vec<Entry> {
        if self.is_mounted() { self.entries().unwrap_or_default() } else { Vec::new() }
    }

    /// Makes an entry.
    ///
    /// # Errors
    /// Why the kernel did not.
    pub fn register(&self, registration: &Registration) -> Result<(), Failure> {
        registration.check()?;
        // The same errors mean something else where the kernel opens the emulator: after this.
        self.may_write().map_err(|errno| {
            let what = format!("cannot write to {}", self.register_file().display());
            let fix = "run it as root, in a container with --privileged";
            Failure::with_fix(format!("{what}: {}", errno.desc()), fix)
        })?;
        self.write("register", &registration.line())
            .map_err(|errno| registration.explain(errno, &self.register_file()))
    }

    /// Makes an entry from a line that was written down.
    ///
    /// # Errors
    /// The kernel's.
    pub fn register_line(&self, line: &[u8]) -> Result<(), Errno> {
        self.write("register", line)
    }

    /// Removes an entry.
    ///
    /// # Errors
    /// ENOENT when it is not there, and others.
    pub fn remove(&self, name: &str) -> Result<(), Errno> {
        self.write(name, b"-1")
    }

    /// Makes the kernel heed an entry, or not.
    ///
    /// # Errors
    /// ENOENT when it is not there, and others.
    pub fn set_enabled(&self, name: &str, enabled: bool) -> Result<(), Errno> {
        self.write(name, if enabled { b"1" } else { b"0" })
    }

    /// Whether this process could change something; the reason if not.
    pub fn may_write(&self) -> Result<(), Errno> {
        let open = OpenOptions::new().write(true).open(self.register_file());
        open.map(drop).map_err(|error| to_errno(&error))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Errno> {
        let path = self.folder.join(name);
        let write = || OpenOptions::new().write(true).open(&path)?.write_all(bytes);
        write().map_err(|error| to_errno(&error))
    }
}

fn no_support() -> Failure {
    Failure::with_fix(
        "this kernel has no binfmt_misc: the module is not loaded, or the kernel was built without \
         CONFIG_BINFMT_MISC",
        "sudo modprobe binfmt_misc",
    )
}

/// Whether the running kernel knows the file system, as far as /proc tells.
pub fn kernel_has_it() -> bool {
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    known.lines().any(|line| line.split_whitespace().last() == Some("binfmt_misc"))
}

/// Whether a file can be executed by somebody.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// The error number of an I/O error; EIO for what has none.
pub fn to_errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// How to write the table's place on a command line: nothing when it is the usual one.
pub fn mount_option(folder: &Path) -> String {
    if folder == Path::new(DEFAULT_MOUNT) {
        String::new()
    } else {
        format!(" --mount {}", folder.display())
    }
}
