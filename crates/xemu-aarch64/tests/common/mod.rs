//! What the tests of the command share: running a program with a time limit, comparing texts,
//! and a summary that names what was skipped.

#![allow(dead_code, reason = "each test program uses its part of this module")]

use std::fmt::Write as _;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// The command under test, built by Cargo for this test run.
pub const EMULATOR: &str = env!("CARGO_BIN_EXE_xemu-aarch64");

/// What became of a program.
pub struct Outcome {
    /// The exit status; 128 plus the signal number for a death by signal, as a shell says it.
    pub status: i32,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
    /// Whether it was ended because it ran longer than allowed.
    pub timed_out: bool,
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository root")
}

/// Runs `command` with an empty input, in a process group of its own that is killed at the end, so
/// that nothing it started outlives it.
///
/// # Errors
/// When it cannot be started.
pub fn run(command: &mut Command, limit: Duration) -> std::io::Result<Outcome> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let (status, timed_out) = wait(&mut child, limit)?;
    let group = i32::try_from(child.id()).expect("a process id fits");
    // The group may be empty already: then there is nothing to end.
    let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    let status = match status {
        Some(status) => status,
        None => child.wait()?,
    };
    Ok(Outcome {
        status: status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)),
        stdout: stdout.join().expect("the reader does not panic"),
        stderr: stderr.join().expect("the reader does not panic"),
        timed_out,
    })
}

fn wait(child: &mut Child, limit: Duration) -> std::io::Result<(Option<ExitStatus>, bool)> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((Some(status), false));
        }
        if Instant::now() >= end {
            return Ok((None, true));
        }
        thread::sleep(Duration::from_millis(3));
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A read error means the other side is gone: what came until then is what there is.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Where two texts differ first, with a few lines around; `None` when they are equal.
pub fn difference(expected: &[u8], got: &[u8]) -> Option<String> {
    if expected == got {
        return None;
    }
    let expected: Vec<_> = expected.split(|&b| b == b'\n').collect();
    let got: Vec<_> = got.split(|&b| b == b'\n').collect();
    let at = expected.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let differing =
        (0..expected.len().max(got.len())).filter(|&i| expected.get(i) != got.get(i)).count();
    let mut text = format!("line {} differs ({differing} lines in all)\n", at + 1);
    for i in at..(at + 6) {
        let (e, g) = (expected.get(i), got.get(i));
        if e == g {
            continue;
        }
        for (mark, line) in [("expected", e), ("got", g)] {
            if let Some(line) = line {
                let _ = writeln!(text, "  {mark:>8}: {}", String::from_utf8_lossy(line));
            }
        }
    }
    Some(text)
}

/// The last lines of a standard error, indented, for a failure report.
pub fn tail(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<_> = text.lines().collect();
    let mut out = String::new();
    for line in &lines[lines.len().saturating_sub(15)..] {
        let _ = writeln!(out, "  stderr: {line}");
    }
    out
}
