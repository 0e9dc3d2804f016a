//! execve: arm64 programs run in this emulator again, all others natively.
//!
//! Nothing has to be registered with binfmt_misc for it. Scripts are followed here, because the
//! kernel would not know an arm64 interpreter. Errors must be those of the real call, so the file
//! is looked at before anything is changed.

use std::ffi::{CStr, CString};

use xemu_abi::fcntl::{AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_CLOEXEC};
use xemu_abi::stat::{HostStat, S_IFMT, S_IFREG};
use xemu_abi::{Errno, Wire};

use crate::args::*;
use crate::host::{self, nr};
use crate::path::{self, Link};
use crate::process::Process;
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{fd, mem, process, roots, signal};

/// The kernel's limit of interpreters after each other. (exec_binprm in fs/exec.c)
const MAX_DEPTH: usize = 5;
/// Asks execveat whether the file could be executed, no more.
const AT_EXECVE_CHECK: u32 = 0x10000;
/// How much of a file the kernel looks at.
const HEAD_SIZE: usize = 256;
/// The most bytes of all strings together; the kernel's own limit may be lower.
const MAX_STRINGS: usize = 64 << 20;
/// The option by which this emulator is told a program's descriptor.
const EXEC_FD_OPTION: &CStr = c"-execfd";
/// The option by which it is told the name that the program was executed by.
const EXEC_NAME_OPTION: &CStr = c"-execname";
/// The option by which it is told the descriptor of its own file.
const EMULATOR_FD_OPTION: &CStr = c"-emulatorfd";

/// The option by which it is told what the process has set.
const KEPT_OPTION: &CStr = c"-kept";

/// What kind of file is to be executed.
#[derive(Debug, PartialEq, Eq)]
enum Format {
    /// An arm64 program; whether its interpreter has a path, and which.
    Arm64 { interpreter: Option<Vec<u8>> },
    /// A script: interpreter and its optional argument.
    Script { interpreter: Vec<u8>, argument: Option<Vec<u8>> },
    /// Anything else is the kernel's business.
    Native,
    /// An arm64 program whose headers the kernel would not take.
    Broken,
}

/// A program to be executed.
struct Target {
    dirfd: u64,
    path: CString,
    flags: u64,
    argv: Vec<CString>,
    envp: Vec<CString>,
}

fn read_strings(addr: u64) -> Result<Vec<CString>, Errno> {
    let mut strings = Vec::new();
    if addr == 0 {
        return Ok(strings);
    }
    let (mut at, mut total) = (addr, 0);
    loop {
        let item: u64 = mem::read_as(at)?;
        if item == 0 {
            return Ok(strings);
        }
        // The kernel's MAX_ARG_STRLEN is 128 KiB.
        let bytes = mem::read_cstr(item, 128 << 10)?;
        total += bytes.len() + 9;
        if bytes.len() >= 128 << 10 || total > MAX_STRINGS {
            return Err(Errno::E2BIG);
        }
        strings.push(to_cstring(bytes)?);
        at = at.checked_add(8).ok_or(Errno::EFAULT)?;
    }
}

fn to_cstring(bytes: Vec<u8>) -> Result<CString, Errno> {
    CString::new(bytes).map_err(|_| Errno::EINVAL)
}

/// execve.
pub fn execve(t: &mut Thread, path: Path, argv: Argv, envp: Envp) -> SysResult {
    let found = path::lookup(t.process, path.0, Link::Follow)?;
    let target = Target {
        dirfd: AT_FDCWD as u64,
        path: to_cstring(found.host_bytes().to_vec())?,
        flags: 0,
        argv: read_strings(argv.0)?,
        envp: read_strings(envp.0)?,
    };
    run(t, &target)
}

/// execveat.
pub fn execveat(
    t: &mut Thread,
    dirfd: DirFd,
    path: Path,
    argv: Argv,
    envp: Envp,
    flags: AtFlags,
) -> SysResult {
    if flags.0 & !(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_EXECVE_CHECK) != 0 {
        return Err(Errno::EINVAL);
    }
    let found = path::lookup(t.process, path.0, Link::unless(flags.0))?;
    let target = Target {
        dirfd: i64::from(dirfd.0).cast_unsigned(),
        path: to_cstring(found.host_bytes().to_vec())?,
        flags: u64::from(flags.0),
        argv: read_strings(argv.0)?,
        envp: read_strings(envp.0)?,
    };
    if flags.0 & AT_EXECVE_CHECK != 0 {
        return native(t, &target);
    }
    run(t, &target)
}

fn run(t: &mut Thread, target: &Target) -> SysResult {
    let Ok(file) = open_checked(target) else {
        // Not readable, or an error that the kernel tells best.
        return native(t, target);
    };
    match classify(&read_head(&file), size_of_file(&file)) {
        Format::Native => native(t, target),
        Format::Broken => Err(Errno::ENOEXEC),
        Format::Arm64 { interpreter } => {
            check_interpreter(t.process, interpreter)?;
            if is_setid(&file) && native(t, target).is_ok() {
                return Ok(0);
            }
            let name = script_name(target)?;
            emulate(t, target, &file, name)
        }
        Format::Script { interpreter, argument } => {
            if is_inaccessible(target) {
                return Err(Errno::ENOENT);
            }
            let name = script_name(target)?;
            script(t, target, interpreter, argument, name)
        }
    }
}

/// Whether an interpreter could not open the file, because the descriptor on the way to it is
/// closed by the exec. (BINPRM_FLAGS_PATH_INACCESSIBLE in fs/exec.c)
fn is_inaccessible(target: &Target) -> bool {
    const F_GETFD: u64 = 1;
    let absolute = target.path.as_bytes().first() == Some(&b'/');
    if absolute || target.dirfd == AT_FDCWD as u64 {
        return false;
    }
    host::syscall(nr::FCNTL, [target.dirfd, F_GETFD, 0, 0, 0, 0]).is_ok_and(|flags| flags & 1 != 0)
}

/// An open file, closed when dropped.
struct File(u64);

impl Drop for File {
    fn drop(&mut self) {
        let _ = host::syscall(nr::CLOSE, [self.0, 0, 0, 0, 0, 0]);
    }
}

fn open_at(dirfd: u64, path: &CString, flags: u64) -> Result<File, Errno> {
    let flags = flags | u64::from(O_CLOEXEC);
    host::syscall(nr::OPENAT, [dirfd, path.as_ptr() as u64, flags, 0, 0, 0]).map(File)
}

/// Opens the file for reading, if it is a regular file that may be executed.
fn open_checked(target: &Target) -> Result<File, Errno> {
    const HOST_O_NOFOLLOW: u64 = 0o400000;
    let file = if target.path.is_empty() {
        if target.flags & u64::from(AT_EMPTY_PATH) == 0 {
            return Err(Errno::ENOENT);
        }
        reopen(target.dirfd)?
    } else {
        let no_follow = target.flags & u64::from(AT_SYMLINK_NOFOLLOW) != 0;
        let flags = if no_follow { HOST_O_NOFOLLOW } else { 0 };
        // O_NONBLOCK: a FIFO must not hold us.
        open_at(target.dirfd, &target.path, flags | 0o4000)?
    };
    check_executable(&file)?;
    Ok(file)
}

/// Another descriptor of an open file, for reading it. Without /proc that is the same open file,
/// which does for one that was not opened with O_PATH.
fn reopen(fd: u64) -> Result<File, Errno> {
    let link = CString::new(format!("/proc/self/fd/{fd}"))
        .expect("invariant: digits contain no zero byte");
    open_at(AT_FDCWD as u64, &link, 0).or_else(|errno| {
        const F_DUPFD_CLOEXEC: u64 = 1030;
        match errno {
            Errno::ENOENT => host::syscall(nr::FCNTL, [fd, F_DUPFD_CLOEXEC, 0, 0, 0, 0]).map(File),
            _ => Err(errno),
        }
    })
}

/// EACCES for what is not a regular file, has no x bit for us, or lies on a noexec mount.
fn check_executable(file: &File) -> Result<(), Errno> {
    let stat = status(file)?;
    if stat.st_mode & S_IFMT != S_IFREG {
        return Err(Errno::EACCES);
    }
    // Kernels before 6.14 do not know the question.
    let flags = u64::from(AT_EMPTY_PATH | AT_EXECVE_CHECK);
    let none = [0u64];
    let (empty, none) = (c"".as_ptr() as u64, none.as_ptr() as u64);
    match host::syscall(nr::EXECVEAT, [file.0, empty, none, none, flags, 0]) {
        Err(Errno::EINVAL) => {}
        result => return result.map(drop),
    }
    const X_OK: u64 = 1;
    const AT_EACCESS: u64 = 0x200;
    let flags = AT_EACCESS | u64::from(AT_EMPTY_PATH);
    host::syscall(nr::FACCESSAT2, [file.0, c"".as_ptr() as u64, X_OK, flags, 0, 0])?;
    const ST_NOEXEC: u64 = 8;
    let mut statfs = [0u64; 15];
    host::syscall(nr::FSTATFS, [file.0, statfs.as_mut_ptr() as u64, 0, 0, 0, 0])?;
    // f_flags is the eleventh word.
    if statfs[10] & ST_NOEXEC != 0 { Err(Errno::EACCES) } else { Ok(()) }
}

fn status(file: &File) -> Result<HostStat, Errno> {
    let mut stat = [0u8; HostStat::SIZE];
    host::syscall(nr::FSTAT, [file.0, stat.as_mut_ptr() as u64, 0, 0, 0, 0])?;
    Ok(HostStat::decode(&stat))
}

fn size_of_file(file: &File) -> u64 {
    status(file).map_or(0, |stat| stat.st_size.cast_unsigned())
}

fn is_setid(file: &File) -> bool {
    status(file).is_ok_and(|stat| stat.st_mode & 0o6000 != 0)
}

/// The start of a file; more than the kernel's 256 bytes, so that program headers are in it.
fn read_head(file: &File) -> Vec<u8> {
    let mut head = vec![0; 4096];
    let args = [file.0, head.as_mut_ptr() as u64, head.len() as u64, 0, 0, 0];
    let len = host::syscall(nr::PREAD64, args).unwrap_or(0);
    head.truncate(len as usize);
    head
}

const EM_AARCH64: u16 = 183;
const PT_INTERP: u32 = 3;

fn classify(head: &[u8], size: u64) -> Format {
    if head.starts_with(b"#!") {
        return parse_script(head).unwrap_or(Format::Native);
    }
    let is_elf64 = head.starts_with(b"\x7fELF\x02\x01") && head.len() >= 64;
    let is_program = is_elf64 && matches!(u16::decode(&head[16..]), 2 | 3);
    if !is_program || u16::decode(&head[18..]) != EM_AARCH64 {
        return Format::Native;
    }
    if !has_headers(head, size) {
        return Format::Broken;
    }
    Format::Arm64 { interpreter: interpreter_of(head) }
}

/// Whether the program headers are such as the kernel reads. (load_elf_phdrs in fs/binfmt_elf.c)
fn has_headers(head: &[u8], size: u64) -> bool {
    const PHENT: u64 = 56;
    let count = u64::from(u16::decode(&head[56..]));
    let end = u64::decode(&head[32..]).checked_add(count * PHENT);
    let fits = end.is_some_and(|end| end <= size);
    u64::from(u16::decode(&head[54..])) == PHENT && count != 0 && count * PHENT <= 1 << 16 && fits
}

/// The path in PT_INTERP, if it lies in the part that was read.
fn interpreter_of(head: &[u8]) -> Option<Vec<u8>> {
    let table = usize::try_from(u64::decode(&head[32..])).ok()?;
    let size = usize::from(u16::decode(&head[54..]));
    for i in 0..usize::from(u16::decode(&head[56..])) {
        let start = table.checked_add(i.checked_mul(size)?)?;
        let header = head.get(start..start.checked_add(56)?)?;
        if u32::decode(header) == PT_INTERP {
            let at = usize::try_from(u64::decode(&header[8..])).ok()?;
            let len = usize::try_from(u64::decode(&header[32..])).ok()?;
            let path = head.get(at..at.checked_add(len)?)?;
            return Some(path.split(|b| *b == 0).next().unwrap_or_default().to_vec());
        }
    }
    None
}

/// As load_script of fs/binfmt_script.c. `None` when the kernel would say ENOEXEC.
fn parse_script(head: &[u8]) -> Option<Format> {
    let head = &head[..head.len().min(HEAD_SIZE)];
    let blank = |b: &u8| *b == b' ' || *b == b'\t';
    let rest = &head[2..];
    let line = match rest.iter().position(|b| *b == b'\n') {
        Some(end) => &rest[..end],
        None if head.len() < HEAD_SIZE => rest,
        None => {
            // A line that was cut off must at least hold the whole interpreter.
            let name = rest.iter().position(|b| !blank(b))?;
            rest[name..].iter().position(|b| blank(b) || *b == 0)?;
            rest
        }
    };
    let line = line.split(|b| *b == 0).next().unwrap_or_default();
    let line = line.trim_ascii_end();
    let start = line.iter().position(|b| !blank(b))?;
    let line = &line[start..];
    let end = line.iter().position(blank).unwrap_or(line.len());
    let argument = line[end..].iter().position(|b| !blank(b)).map(|i| line[end + i..].to_vec());
    Some(Format::Script { interpreter: line[..end].to_vec(), argument })
}

/// The name by which an interpreter opens the script.
fn script_name(target: &Target) -> Result<CString, Errno> {
    if target.path.is_empty() {
        return to_cstring(format!("/dev/fd/{}", target.dirfd).into_bytes());
    }
    let absolute = target.path.as_bytes().first() == Some(&b'/');
    if absolute || target.dirfd == AT_FDCWD as u64 {
        return Ok(target.path.clone());
    }
    let mut name = format!("/dev/fd/{}/", target.dirfd).into_bytes();
    name.extend_from_slice(target.path.as_bytes());
    to_cstring(name)
}

/// Follows scripts to a program; when that is not an arm64 one, the kernel does it all.
fn script(
    t: &mut Thread,
    original: &Target,
    interpreter: Vec<u8>,
    argument: Option<Vec<u8>>,
    name: CString,
) -> SysResult {
    let (mut interpreter, mut argument, mut name) = (interpreter, argument, name);
    let mut argv = original.argv.clone();
    for _ in 0..MAX_DEPTH {
        // The old argv[0] gives way to: interpreter, its argument, the script.
        let rest = argv.get(1..).unwrap_or_default().to_vec();
        argv = vec![to_cstring(interpreter.clone())?];
        argv.extend(argument.map(to_cstring).transpose()?);
        argv.push(name);
        argv.extend(rest);
        let path = path::below_prefix(t.process, &interpreter, Link::Follow)
            .map_or_else(|| to_cstring(interpreter.clone()), Ok)?;
        let (dirfd, envp) = (AT_FDCWD as u64, original.envp.clone());
        let target = Target { dirfd, path, flags: 0, argv, envp };
        let file = open_checked(&target)?;
        match classify(&read_head(&file), size_of_file(&file)) {
            Format::Broken => return Err(Errno::ENOEXEC),
            Format::Native => {
                let moved = target.path.as_bytes() != interpreter;
                return native(t, if moved { &target } else { original });
            }
            Format::Arm64 { interpreter: wanted } => {
                check_interpreter(t.process, wanted)?;
                return emulate(t, &target, &file, script_name(original)?);
            }
            Format::Script { interpreter: next, argument: next_argument } => {
                name = target.path.clone();
                (interpreter, argument, argv) = (next, next_argument, target.argv);
            }
        }
    }
    Err(Errno::ELOOP)
}

/// ENOENT and others, when a program's own interpreter cannot be opened.
fn check_interpreter(process: &Process, interpreter: Option<Vec<u8>>) -> Result<(), Errno> {
    let Some(interpreter) = interpreter else { return Ok(()) };
    let path = path::below_prefix(process, &interpreter, Link::Follow)
        .map_or_else(|| to_cstring(interpreter), Ok)?;
    open_at(AT_FDCWD as u64, &path, 0).map(drop)
}

/// Pointers to strings, with the final null.
fn pointers(strings: &[CString]) -> Vec<u64> {
    strings.iter().map(|s| s.as_ptr() as u64).chain([0]).collect()
}

/// The host's execve with the guest's signal state.
fn host_exec(t: &mut Thread, args: [u64; 6]) -> SysResult {
    signal::before_exec(t);
    // A signal that the emulator has taken already must not be lost by the exec.
    xemu_host::leaves(true);
    let result = t.blocking(nr::EXECVEAT, args);
    xemu_host::leaves(false);
    signal::after_failed_exec(t);
    result
}

fn native(t: &mut Thread, target: &Target) -> SysResult {
    let (argv, envp) = (pointers(&target.argv), pointers(&target.envp));
    let (argv, envp) = (argv.as_ptr() as u64, envp.as_ptr() as u64);
    let path = target.path.as_ptr() as u64;
    host_exec(t, [target.dirfd, path, argv, envp, target.flags, 0])
}

/// Runs an arm64 program in a new emulator in place of this process. `name` is what the program is
/// told that it was executed by (AT_EXECFN).
///
/// The new emulator gets the open file, because the path may mean nothing to it: relative to a
/// descriptor, deleted, without read permission on the way.
fn emulate(t: &mut Thread, target: &Target, file: &File, name: CString) -> SysResult {
    let config = &t.process.config;
    let mut argv = vec![config.emulator_name.clone()];
    argv.extend(config.exec_options.iter().cloned());
    argv.extend([c"-0".to_owned(), target.argv.first().cloned().unwrap_or_default()]);
    argv.extend([EXEC_NAME_OPTION.to_owned(), name.clone()]);
    if let Some(text) = process::kept_text(t.process) {
        argv.extend([KEPT_OPTION.to_owned(), to_cstring(text.into_bytes())?]);
    }
    // Descriptors without O_CLOEXEC, which the new emulator closes or hides.
    let mut kept = Vec::new();
    let emulator = roots::emulator(t.process).map(|fd| i64::from(fd).cast_unsigned());
    let handed = [(EXEC_FD_OPTION, Some(file.0)), (EMULATOR_FD_OPTION, emulator)];
    for (option, fd) in handed {
        let Some(fd) = fd else { continue };
        if let Ok(copy) = host::syscall(nr::FCNTL, [fd, F_DUPFD, fd::HIGH, 0, 0, 0])
            .or_else(|_| host::syscall(nr::DUP, [fd, 0, 0, 0, 0, 0]))
        {
            kept.push(File(copy));
            argv.extend([option.to_owned(), to_cstring(copy.to_string().into_bytes())?]);
        }
    }
    // The path may begin with a dash.
    argv.push(c"--".to_owned());
    argv.push(if target.path.is_empty() { name } else { program_path(target)? });
    argv.extend(target.argv.iter().skip(1).cloned());
    let (argv, envp) = (pointers(&argv), pointers(&target.envp));
    let (argv, envp) = (argv.as_ptr() as u64, envp.as_ptr() as u64);
    let result = exec_emulator(t, argv, envp);
    drop(kept);
    match result {
        // No way to /proc/self/exe: /proc may be missing, no folder, or a link to itself, as in a
        // tree that debootstrap has just unpacked. Perhaps the kernel knows the format.
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP | Errno::EACCES) => native(t, target),
        other => other,
    }
}

const F_DUPFD: u64 = 0;

/// The program's path as the new emulator can open it.
fn program_path(target: &Target) -> Result<CString, Errno> {
    let relative = target.path.as_bytes().first() != Some(&b'/');
    if relative && target.dirfd != AT_FDCWD as u64 {
        return script_name(target);
    }
    Ok(target.path.clone())
}

fn exec_emulator(t: &mut Thread, argv: u64, envp: u64) -> SysResult {
    if let Some(fd) = roots::emulator(t.process) {
        let fd = i64::from(fd).cast_unsigned();
        let empty = c"".as_ptr() as u64;
        return host_exec(t, [fd, empty, argv, envp, u64::from(AT_EMPTY_PATH), 0]);
    }
    let own = c"/proc/self/exe".as_ptr() as u64;
    host_exec(t, [AT_FDCWD as u64, own, argv, envp, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script_of(text: &[u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        match classify(text, u64::MAX) {
            Format::Script { interpreter, argument } => Some((interpreter, argument)),
            _ => None,
        }
    }

    #[test]
    fn script_lines_are_read_as_by_the_kernel() {
        let plain = Some((b"/bin/sh".to_vec(), None));
        assert_eq!(script_of(b"#!/bin/sh\necho"), plain);
        assert_eq!(script_of(b"#! \t/bin/sh  \n"), plain);
        assert_eq!(script_of(b"#!/bin/sh"), plain);
        let with_argument = Some((b"/usr/bin/env".to_vec(), Some(b"-S a b".to_vec())));
        assert_eq!(script_of(b"#!/usr/bin/env  -S a b \n"), with_argument);
        assert_eq!(script_of(b"#!\n"), None);
        let mut long = b"#!/".to_vec();
        long.resize(300, b'x');
        assert_eq!(script_of(&long), None);
        long[200] = b' ';
        assert_eq!(script_of(&long).map(|s| s.0.len()), Some(198));
    }

    fn elf(machine: u8) -> Vec<u8> {
        let mut head = vec![0; 200];
        head[..6].copy_from_slice(b"\x7fELF\x02\x01");
        head[16] = 3;
        head[18] = machine;
        head[32] = 64;
        head[54] = 56;
        head[56] = 1;
        head[64] = PT_INTERP as u8;
        head[72] = 128;
        head[96] = 9;
        head[128..137].copy_from_slice(b"/lib/ld.\0");
        head
    }

    #[test]
    fn programs_are_told_by_their_header() {
        let interpreter = Some(b"/lib/ld.".to_vec());
        assert_eq!(classify(&elf(183), u64::MAX), Format::Arm64 { interpreter });
        assert_eq!(classify(&elf(62), u64::MAX), Format::Native);
        assert_eq!(classify(b"\x7fELF", u64::MAX), Format::Native);
        assert_eq!(classify(b"", u64::MAX), Format::Native);
        let mut broken = elf(183);
        broken[32] = 250;
        assert_eq!(classify(&broken, u64::MAX), Format::Arm64 { interpreter: None });
    }
}
