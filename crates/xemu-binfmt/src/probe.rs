//! A tiny program, run through the kernel: the only way to know whether such programs run.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{io, thread};

use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};

use crate::table::to_errno;

/// How long an emulator may take to start.
const LIMIT: Duration = Duration::from_secs(20);
/// The argv[0] that the program gets and prints.
pub const ARGV0: &str = "xemu-probe";

/// Writes argv[0] to its standard output, waits for one byte or the end of its input, and ends
/// with status 0.
const ARM64_CODE: [u32; 18] = [
    0xf940_07e1, // ldr x1, [sp, #8]
    0xd280_0002, // mov x2, #0
    0x3862_6823, // ldrb w3, [x1, x2]
    0x3400_0063, // cbz w3, +12
    0x9100_0442, // add x2, x2, #1
    0x17ff_fffd, // b -12
    0xd280_0020, // mov x0, #1
    0xd280_0808, // mov x8, #64: write
    0xd400_0001, // svc #0
    0xd280_0000, // mov x0, #0
    0xd100_43ff, // sub sp, sp, #16
    0x9100_03e1, // mov x1, sp
    0xd280_0022, // mov x2, #1
    0xd280_07e8, // mov x8, #63: read
    0xd400_0001, // svc #0
    0xd280_0000, // mov x0, #0
    0xd280_0ba8, // mov x8, #93: exit
    0xd400_0001, // svc #0
];
/// exit(0) for 32-bit x86: mov $1, %eax; xor %ebx, %ebx; int $0x80.
const I386_CODE: [u8; 9] = [0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80];

/// The arm64 program.
pub fn arm64_program() -> Vec<u8> {
    const HEADERS: u64 = 64 + 56;
    const BASE: u64 = 0x40_0000;
    let code: Vec<u8> = ARM64_CODE.iter().flat_map(|word| word.to_le_bytes()).collect();
    let size = HEADERS + code.len() as u64;
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0\x01\0\0\0".to_vec();
    // e_entry, e_phoff, e_shoff, e_flags; sizes and counts of headers.
    for word in [BASE + HEADERS, 64, 0] {
        file.extend(word.to_le_bytes());
    }
    file.extend(0u32.to_le_bytes());
    for half in [64u16, 56, 1, 64, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    // PT_LOAD, readable and executable; offset, addresses, sizes, alignment.
    file.extend([1u32, 5].into_iter().flat_map(u32::to_le_bytes));
    for word in [0, BASE, BASE, size, size, 0x1000] {
        file.extend(word.to_le_bytes());
    }
    file.extend(code);
    file
}

/// A program for 32-bit x86.
fn i386_program() -> Vec<u8> {
    const HEADERS: u32 = 52 + 32;
    const BASE: u32 = 0x40_0000;
    let size = HEADERS + I386_CODE.len() as u32;
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0\x01\0\0\0".to_vec();
    for word in [BASE + HEADERS, 52, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    for half in [52u16, 32, 1, 40, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    for word in [1, 0, BASE, BASE, size, size, 5, 0x1000] {
        file.extend(word.to_le_bytes());
    }
    file.extend(I386_CODE);
    file
}

/// A file that is identified by its device and its number in it.
pub type Identity = (u64, u64);

/// The identity of the file at a path.
pub fn identity(path: &str) -> Option<Identity> {
    fs::metadata(path).ok().map(|m| (m.dev(), m.ino()))
}

/// What became of the program.
pub enum Outcome {
    /// No file could be made to try it with.
    NoFile(io::Error),
    /// The kernel did not execute it.
    Refused(Errno),
    /// It was started.
    Started(Run),
}

/// A started program.
pub struct Run {
    /// What it saw as its argv[0]; nothing when it did not come that far.
    pub argv0: Option<Vec<u8>>,
    /// The program that ran it.
    pub emulator: Option<PathBuf>,
    /// The identity of that file.
    pub identity: Option<Identity>,
    /// How it ended; nothing when it had to be killed.
    pub status: Option<ExitStatus>,
    /// The first line of its standard error.
    pub complaint: String,
}

impl Outcome {
    /// Whether all went well.
    pub fn is_success(&self) -> bool {
        matches!(self, Outcome::Started(run) if run.argv0.is_some()
            && run.status.is_some_and(|status| status.success()))
    }
}

/// A file in memory, executable and open without close-on-exec: binfmt_misc refuses one that would
/// be closed before the emulator can open it.
fn memory_file(bytes: &[u8]) -> io::Result<File> {
    const MFD_EXEC: u32 = 0x10;
    let create = |flags| memfd_create(c"xemu-probe", MFdFlags::from_bits_retain(flags));
    let fd = create(MFD_EXEC).or_else(|_| create(0))?;
    let mut file = File::from(fd);
    file.write_all(bytes)?;
    // A file that is open for writing cannot be executed, so a second description replaces it.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let reader = nix::fcntl::open(
        path.as_str(),
        nix::fcntl::OFlag::O_RDONLY,
        nix::sys::stat::Mode::empty(),
    )?;
    Ok(File::from(reader))
}

/// Runs the arm64 program.
pub fn arm64() -> Outcome {
    let file = match memory_file(&arm64_program()) {
        Ok(file) => file,
        Err(error) => return Outcome::NoFile(error),
    };
    let child = Command::new(format!("/proc/self/fd/{}", file.as_raw_fd()))
        .arg0(ARGV0)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    match child {
        Ok(child) => Outcome::Started(watch(child)),
        Err(error) => Outcome::Refused(to_errno(&error)),
    }
}

fn watch(mut child: Child) -> Run {
    let output = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut bytes = vec![0; 4096];
        let read = output.map_or(Ok(0), |mut output| output.read(&mut bytes));
        bytes.truncate(read.unwrap_or(0));
        // Nobody listens any more when it took too long.
        let _ = sender.send(bytes);
    });
    let said = receiver.recv_timeout(LIMIT);
    let exe = format!("/proc/{}/exe", child.id());
    let (emulator, identity) = (fs::read_link(&exe).ok(), identity(&exe));
    drop(child.stdin.take());
    let status = match &said {
        Ok(_) => wait(&mut child),
        Err(_) => None,
    };
    if status.is_none() {
        // It has ended by itself, or ends now.
        let _ = child.kill();
        let _ = child.wait();
    }
    // Cannot fail: the thread does not panic.
    let _ = reader.join();
    let mut complaint = String::new();
    if let Some(mut errors) = child.stderr.take() {
        let mut bytes = vec![0; 4096];
        let len = errors.read(&mut bytes).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..len]).into_owned();
        complaint = text.lines().next().unwrap_or_default().to_owned();
    }
    // Without the flag P it is the path. Anything else was not said by the program.
    let argv0 = said.ok().filter(|b| b == ARGV0.as_bytes() || b.starts_with(b"/"));
    Run { argv0, emulator, identity, status, complaint }
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let step = Duration::from_millis(5);
    for _ in 0..LIMIT.as_millis() / step.as_millis() {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(step);
    }
    None
}

/// Whether the kernel runs 32-bit x86 programs.
pub fn runs_i386() -> bool {
    let Ok(file) = memory_file(&i386_program()) else { return false };
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let status = Command::new(path).env_clear().stdin(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_well_formed() {
        let arm64 = arm64_program();
        assert_eq!(arm64.len(), 64 + 56 + 4 * ARM64_CODE.len());
        assert_eq!(arm64[64..68], [1, 0, 0, 0]);
        assert_eq!(i386_program().len(), 52 + 32 + I386_CODE.len());
    }

    #[test]
    fn a_foreign_program_runs_or_is_refused() {
        // Whichever it is on this machine, it is told without waiting or panicking.
        match arm64() {
            Outcome::NoFile(error) => panic!("no file in memory: {error}"),
            Outcome::Refused(errno) => assert_eq!(errno, Errno::ENOEXEC),
            Outcome::Started(run) => assert!(run.argv0.is_some() || run.status.is_some()),
        }
        runs_i386();
    }
}
