//! Paths: reading them from guest memory, the `-L` prefix, and the process's own /proc entries.

use std::ffi::CString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use xemu_abi::Errno;
use xemu_abi::fcntl::{AT_FDCWD, AT_SYMLINK_NOFOLLOW};

use crate::host;
use crate::mem;
use crate::proc;
use crate::process::Process;

/// The longest path with its final zero.
pub const PATH_MAX: usize = 4096;

/// A path of the guest, ready to be given to the host.
pub struct HostPath {
    /// What the guest wrote.
    pub guest: Vec<u8>,
    /// What the host gets instead, when it differs.
    replaced: Option<CString>,
    addr: u64,
}

impl HostPath {
    /// The address of the string for the host's call: the guest's own unless it was replaced.
    pub fn addr(&self) -> u64 {
        self.replaced.as_ref().map_or(self.addr, |path| path.as_ptr() as u64)
    }

    /// The bytes that the host gets.
    pub fn host_bytes(&self) -> &[u8] {
        self.replaced.as_ref().map_or(&self.guest, |path| path.as_bytes())
    }

    /// Gives the host another path.
    pub fn replace(&mut self, path: &[u8]) -> Result<(), Errno> {
        self.replaced = Some(CString::new(path).map_err(|_| Errno::ENOENT)?);
        Ok(())
    }

    /// Whether this is the link to a process's program.
    pub fn is_exe_link(&self) -> bool {
        self.proc_entry() == Some(b"exe")
            || matches!(other_proc_entry(&self.guest), Some((_, b"exe")))
    }

    /// Which entry of the process's own /proc folder this is.
    pub fn proc_entry(&self) -> Option<&[u8]> {
        own_proc_entry(&self.guest)
    }
}

/// Reads a path as the kernel does: EFAULT, ENAMETOOLONG.
pub fn read(addr: u64) -> Result<Vec<u8>, Errno> {
    let path = mem::read_cstr(addr, PATH_MAX)?;
    if path.len() >= PATH_MAX { Err(Errno::ENAMETOOLONG) } else { Ok(path) }
}

/// What becomes of a symbolic link at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The call means what the link leads to.
    Follow,
    /// The call means the link.
    Keep,
}

impl Link {
    /// As flags of a call say whose default is to follow.
    pub fn unless(flags: u32) -> Self {
        if flags & AT_SYMLINK_NOFOLLOW == 0 { Self::Follow } else { Self::Keep }
    }
}

/// Reads a path and looks it up below the prefix.
pub fn lookup(process: &Process, addr: u64, link: Link) -> Result<HostPath, Errno> {
    let guest = read(addr)?;
    let mut path = HostPath { replaced: below_prefix(process, &guest, link), guest, addr };
    if path.replaced.is_none() && path.proc_entry() == Some(b"exe") {
        // The host's link leads to the emulator.
        let exe = process.exe_path.clone();
        path.replace(&exe)?;
    } else if let Some((pid, b"exe")) = other_proc_entry(&path.guest)
        && let Some(exe) = proc::exe_of_other(process, pid)
    {
        path.replace(&exe)?;
    }
    Ok(path)
}

/// Like [`lookup`], for a path that may be relative to a folder below /proc.
pub fn lookup_at(process: &Process, dirfd: u64, addr: u64, link: Link) -> Result<HostPath, Errno> {
    let mut path = lookup(process, addr, link)?;
    if path.replaced.is_none()
        && path.guest.first() != Some(&b'/')
        && let Some(absolute) = absolute_proc(dirfd, &path.guest)
    {
        path.guest = absolute;
        if path.proc_entry() == Some(b"exe") {
            path.replace(&process.exe_path.clone())?;
        } else if let Some((pid, b"exe")) = other_proc_entry(&path.guest)
            && let Some(exe) = proc::exe_of_other(process, pid)
        {
            path.replace(&exe)?;
        }
    }
    Ok(path)
}

/// The path below the prefix, if the guest's is absolute and something is there.
pub fn below_prefix(process: &Process, guest: &[u8], link: Link) -> Option<CString> {
    let prefix = process.config.prefix.as_ref()?.as_os_str().as_bytes();
    if guest.first() != Some(&b'/') || guest.starts_with(prefix) {
        return None;
    }
    let prefix = prefix.strip_suffix(b"/").unwrap_or(prefix);
    if let Some(path) = inside(prefix, guest, link) {
        return Some(path);
    }
    // A link in the tree may lead to what only the host has.
    let path = CString::new([prefix, guest].concat()).ok()?;
    exists(&path).then_some(path)
}

/// A file of the host under the name that it has for the guest: what lies below `prefix` (`-L`)
/// lies below the root.
pub fn for_guest(prefix: Option<&Path>, file: &Path) -> PathBuf {
    match prefix.and_then(|prefix| file.strip_prefix(prefix).ok()) {
        Some(below) => Path::new("/").join(below),
        None => file.to_owned(),
    }
}

/// The path of what a guest's absolute path names when the prefix is the root: an absolute
/// symbolic link begins at the prefix again, and `..` does not leave it.
fn inside(prefix: &[u8], guest: &[u8], link: Link) -> Option<CString> {
    /// (MAXSYMLINKS in include/linux/namei.h)
    const MAX_LINKS: usize = 40;
    let components = |path: &[u8]| {
        let parts = path.split(|b| *b == b'/').filter(|part| !part.is_empty() && *part != b".");
        parts.rev().map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let mut rest = components(guest);
    let mut path = prefix.to_vec();
    let mut links = 0;
    while let Some(part) = rest.pop() {
        if part == b".." {
            let parent = path[prefix.len()..].iter().rposition(|b| *b == b'/').unwrap_or(0);
            path.truncate(prefix.len() + parent);
            continue;
        }
        let here = path.len();
        path.push(b'/');
        path.extend_from_slice(&part);
        if rest.is_empty() && link == Link::Keep {
            break;
        }
        let Some(target) = read_link(&path) else { continue };
        links += 1;
        if links > MAX_LINKS {
            return None;
        }
        path.truncate(if target.starts_with(b"/") { prefix.len() } else { here });
        rest.extend(components(&target));
    }
    // A path that ends with a slash names a folder, which the host is to check.
    if guest.ends_with(b"/") {
        path.push(b'/');
    }
    let path = CString::new(path).ok()?;
    exists(&path).then_some(path)
}

/// Where a symbolic link leads; `None` for anything else.
fn read_link(path: &[u8]) -> Option<Vec<u8>> {
    let path = CString::new(path).ok()?;
    let mut target = vec![0; PATH_MAX];
    let at = AT_FDCWD as u64;
    let args = [at, path.as_ptr() as u64, target.as_mut_ptr() as u64, PATH_MAX as u64, 0, 0];
    let len = host::syscall(host::nr::READLINKAT, args).ok()?;
    target.truncate(len as usize);
    Some(target)
}

/// Whether something is at a path, even a dangling link.
pub fn exists(path: &CString) -> bool {
    let at = AT_FDCWD as u64;
    let flags = u64::from(AT_SYMLINK_NOFOLLOW);
    host::syscall(host::nr::FACCESSAT2, [at, path.as_ptr() as u64, 0, flags, 0, 0]).is_ok()
}

/// The part behind `/proc/self/` or its equals, of a path that names the own process or one of its
/// threads.
fn own_proc_entry(path: &[u8]) -> Option<&[u8]> {
    let rest = path.strip_prefix(b"/proc/")?;
    let entry = match (rest.strip_prefix(b"self/"), rest.strip_prefix(b"thread-self/")) {
        (Some(entry), _) | (_, Some(entry)) => entry,
        _ => {
            let (pid, entry) = split_number(rest)?;
            if pid != i64::from(host::getpid()) {
                return None;
            }
            entry
        }
    };
    match entry.strip_prefix(b"task/").and_then(split_number) {
        Some((_, of_thread)) => Some(of_thread),
        None => Some(entry),
    }
}

/// The entry of another process's /proc folder that a path names, and the process.
pub fn other_proc_entry(path: &[u8]) -> Option<(i64, &[u8])> {
    let (pid, entry) = split_number(path.strip_prefix(b"/proc/")?)?;
    let entry = match entry.strip_prefix(b"task/").and_then(split_number) {
        Some((_, of_thread)) => of_thread,
        None => entry,
    };
    (pid != i64::from(host::getpid())).then_some((pid, entry))
}

/// A path below /proc in its absolute form. A relative one is asked of the kernel, if its last
/// component is one of those in which something is shown of the emulator.
pub fn absolute_proc(dirfd: u64, guest: &[u8]) -> Option<Vec<u8>> {
    const SHOWN: [&[u8]; 11] = [
        b"maps",
        b"smaps",
        b"smaps_rollup",
        b"numa_maps",
        b"stat",
        b"statm",
        b"status",
        b"cmdline",
        b"auxv",
        b"exe",
        b"cpuinfo",
    ];
    if guest.first() == Some(&b'/') {
        return guest.starts_with(b"/proc/").then(|| guest.to_vec());
    }
    if !guest.rsplit(|b| *b == b'/').next().is_some_and(|name| SHOWN.contains(&name)) {
        return None;
    }
    const O_PATH: u64 = 0o1000_0000;
    const HOST_O_NOFOLLOW: u64 = 0o40_0000;
    const O_CLOEXEC: u64 = 0o200_0000;
    let path = CString::new(guest).ok()?;
    let flags = O_PATH | HOST_O_NOFOLLOW | O_CLOEXEC;
    let fd = host::syscall(host::nr::OPENAT, [dirfd, path.as_ptr() as u64, flags, 0, 0, 0]).ok()?;
    let target = std::fs::read_link(format!("/proc/self/fd/{fd}"));
    let _ = host::syscall(host::nr::CLOSE, [fd, 0, 0, 0, 0, 0]);
    let target = target.ok()?.into_os_string().into_vec();
    target.starts_with(b"/proc/").then_some(target)
}

/// `digits/rest` of a path.
fn split_number(path: &[u8]) -> Option<(i64, &[u8])> {
    let digits = path.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = std::str::from_utf8(&path[..digits]).ok()?.parse().ok()?;
    Some((number, path[digits..].strip_prefix(b"/")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_inside_of_the_prefix() {
        let tree = std::env::temp_dir().join(format!("xemu-prefix-{}", std::process::id()));
        std::fs::create_dir_all(tree.join("usr/lib")).expect("a folder");
        std::fs::write(tree.join("usr/lib/real"), "").expect("a file");
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, tree.join(name));
        link("/usr/lib/real", "absolute").expect("a link");
        link("../../../usr/lib", "above").expect("a link");
        link("/loop", "loop").expect("a link");
        let prefix = tree.as_os_str().as_bytes();
        let found = |path: &str, link| {
            let path = inside(prefix, path.as_bytes(), link)?;
            Some(path.to_str().ok()?.strip_prefix(tree.to_str()?)?.to_owned())
        };
        assert_eq!(found("/absolute", Link::Follow).as_deref(), Some("/usr/lib/real"));
        assert_eq!(found("/absolute", Link::Keep).as_deref(), Some("/absolute"));
        assert_eq!(found("/above/real", Link::Keep).as_deref(), Some("/usr/lib/real"));
        assert_eq!(found("/../../usr/./lib/", Link::Follow).as_deref(), Some("/usr/lib/"));
        assert_eq!(found("/loop", Link::Follow), None);
        assert_eq!(found("/none", Link::Follow), None);
        let _ = std::fs::remove_dir_all(&tree);
    }

    #[test]
    fn own_entries_are_found() {
        assert_eq!(own_proc_entry(b"/proc/self/exe"), Some(&b"exe"[..]));
        let by_pid = format!("/proc/{}/maps", std::process::id());
        assert_eq!(own_proc_entry(by_pid.as_bytes()), Some(&b"maps"[..]));
        assert_eq!(own_proc_entry(b"/proc/self/task/5/maps"), Some(&b"maps"[..]));
        assert_eq!(own_proc_entry(b"/proc/1/maps"), None);
        assert_eq!(own_proc_entry(b"/proc/cpuinfo"), None);
        assert_eq!(own_proc_entry(b"/etc/passwd"), None);
    }
}
