//! What is written to `register`, and why the kernel refuses it.

use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::Failure;
use crate::entry::{Entry, Match};

/// The first twenty bytes of an arm64 program: ELF, 64 bits, little-endian, machine 183.
const MAGIC: [u8; 20] = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0";
/// Any OS ABI; both ET_EXEC (2) and ET_DYN (3).
const MASK: [u8; 20] =
    *b"\xff\xff\xff\xff\xff\xff\xff\0\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff";
/// The kernel's limit of a line. (MAX_REGISTER_LENGTH in fs/binfmt_misc.c)
const MAX_LINE: usize = 1920;

/// The flags that are asked for; `F` is always among them, so that the emulator runs in every
/// mount namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// `P`: the emulator is told the program's own argv[0].
    pub preserve_argv0: bool,
    /// `O`: the emulator gets the program opened, so that it need not be readable for the user.
    pub open_binary: bool,
    /// `C`: set-user-ID programs get their rights, and with them the emulator. Implies `O`.
    pub credentials: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Flags { preserve_argv0: true, open_binary: false, credentials: false }
    }
}

impl Flags {
    fn letters(self) -> String {
        let all = [('P', self.preserve_argv0), ('O', self.open_binary), ('C', self.credentials)];
        all.into_iter().filter(|(_, set)| *set).map(|(letter, _)| letter).chain(['F']).collect()
    }
}

/// An entry that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its name.
    pub name: String,
    /// The emulator's path.
    pub interpreter: PathBuf,
    /// Its flags.
    pub flags: Flags,
}

impl Registration {
    /// As the kernel will show it.
    pub fn entry(&self) -> Entry {
        Entry {
            name: self.name.clone(),
            enabled: true,
            interpreter: self.interpreter.clone(),
            flags: self.flags.letters(),
            matches: Match::Magic { offset: 0, magic: MAGIC.to_vec(), mask: MASK.to_vec() },
        }
    }

    /// The line for `register` and for files of binfmt.d.
    pub fn line(&self) -> Vec<u8> {
        self.entry().register_line()
    }

    /// Finds what the kernel would refuse with an opaque EINVAL.
    ///
    /// # Errors
    /// The reason.
    pub fn check(&self) -> Result<(), Failure> {
        let name = &self.name;
        if name.is_empty() || name == "." || name == ".." || name.contains('/') {
            return Err(Failure::new(format!(
                "`{name}` cannot be the name of an entry: it becomes a file's name"
            )));
        }
        if name == "register" || name == "status" {
            return Err(Failure::new(format!("`{name}` is a file of the kernel's own")));
        }
        let path = self.interpreter.to_string_lossy();
        if !self.interpreter.is_absolute() {
            return Err(Failure::new(format!("the interpreter's path `{path}` is not absolute")));
        }
        if path.contains('\n') || name.contains('\n') {
            return Err(Failure::new("neither name nor path of an entry may contain a line end"));
        }
        if self.line().len() > MAX_LINE {
            return Err(Failure::new(format!(
                "the registration is longer than the {MAX_LINE} bytes that the kernel reads: \
                 move the emulator to a shorter path"
            )));
        }
        Ok(())
    }

    /// Why the kernel refused the line.
    pub fn explain(&self, errno: Errno, register: &Path) -> Failure {
        let path = self.interpreter.display();
        let register = register.display();
        match errno {
            Errno::EEXIST => Failure::with_fix(
                format!("an entry of the name {} exists already", self.name),
                "xemu-aarch64 binfmt install --replace",
            ),
            Errno::ENOENT => Failure::new(format!("there is no {path} for the kernel to open")),
            Errno::EACCES => Failure::with_fix(
                format!(
                    "the kernel may not execute {path}: no x permission, or a file system mounted \
                     noexec, or a security module forbids it"
                ),
                format!("chmod 755 {path}"),
            ),
            Errno::ETXTBSY => Failure::new(format!("{path} is being written to")),
            Errno::EPERM => Failure::with_fix(
                format!("this process has no right to write to {register}"),
                "run it as root, in a container with --privileged",
            ),
            Errno::ENOEXEC | Errno::ELOOP => Failure::new(format!("{path} is not a program")),
            Errno::EINVAL if !knows_flag_f() => Failure::new(
                "this kernel is older than 4.8 and does not know the flag F, without which \
                 containers cannot see the emulator",
            ),
            Errno::EINVAL => Failure::new(format!(
                "the kernel calls the registration invalid (EINVAL): {}",
                String::from_utf8_lossy(&self.line())
            )),
            other => Failure::new(format!("cannot write to {register}: {}", other.desc())),
        }
    }
}

/// Major and minor number of the running kernel.
pub fn kernel_version() -> Option<(u32, u32)> {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    parse_release(&release)
}

fn parse_release(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn knows_flag_f() -> bool {
    kernel_version().is_none_or(|version| version >= (4, 8))
}

/// Whether the kernel tells the emulator that `P` shifted its arguments. (AT_FLAGS, Linux 5.12)
pub fn tells_preserved_argv0() -> bool {
    kernel_version().is_none_or(|version| version >= (5, 12))
}

/// Whether each user namespace has a binfmt_misc of its own.
pub fn has_namespaces() -> bool {
    kernel_version().is_none_or(|version| version >= (6, 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(name: &str, interpreter: &str) -> Registration {
        let interpreter = PathBuf::from(interpreter);
        Registration { name: name.into(), interpreter, flags: Flags::default() }
    }

    #[test]
    fn the_line_is_what_the_kernel_wants() {
        let r = registration("xemu-aarch64", "/usr/bin/xemu-aarch64");
        let line = String::from_utf8(r.line()).expect("is text");
        assert_eq!(
            line,
            concat!(
                r":xemu-aarch64:M:0:\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00",
                r"\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff",
                r"\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/xemu-aarch64:PF"
            )
        );
        assert!(r.entry().takes_arm64());
        let flags = Flags { credentials: true, open_binary: true, preserve_argv0: true };
        assert_eq!(flags.letters(), "POCF");
    }

    #[test]
    fn what_the_kernel_would_refuse_is_found_before() {
        let reason = |name: &str, path: &str| {
            registration(name, path).check().map_err(|failure| failure.what)
        };
        assert_eq!(reason("a", "/b"), Ok(()));
        assert!(reason("a/b", "/b").expect_err("a slash").contains("file's name"));
        assert!(reason("", "/b").is_err() && reason("..", "/b").is_err());
        assert!(reason("status", "/b").expect_err("its own").contains("kernel's own"));
        assert!(reason("a", "b").expect_err("relative").contains("not absolute"));
        let long = format!("/{}", "x".repeat(MAX_LINE));
        assert!(reason("a", &long).expect_err("too long").contains("1920"));
    }

    #[test]
    fn errors_of_the_kernel_are_explained() {
        let r = registration("a", "/b");
        let text = |errno| r.explain(errno, Path::new("/register")).what;
        assert!(text(Errno::ENOENT).contains("no /b"));
        assert!(text(Errno::EACCES).contains("noexec"));
        assert!(text(Errno::EEXIST).contains("exists already"));
        assert!(text(Errno::EINVAL).contains("EINVAL") || text(Errno::EINVAL).contains("4.8"));
        assert!(text(Errno::EIO).contains("I/O error"));
    }

    #[test]
    fn releases_are_read() {
        assert_eq!(parse_release("6.18.44-custom\n"), Some((6, 18)));
        assert_eq!(parse_release("5.12\n"), Some((5, 12)));
        assert_eq!(parse_release("x"), None);
    }
}
