//! Running a program and measuring it from outside.
//!
//! The largest resident set of one program cannot be asked for without unsafe code, but that of all
//! children of a process can: so a fresh process of this command, `xtask measure`, runs the program
//! and reports on it.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use crate::Outcome;

/// What several runs of one program gave.
pub struct Measured {
    /// The shortest time from start to end.
    pub least: Duration,
    /// The largest resident set, in KiB. It is never below that of the measuring process, some 2
    /// MiB.
    pub resident: i64,
}

/// Runs `program` `runs` times; its output is thrown away.
///
/// # Errors
/// When it does not start or fails.
pub fn measure(runs: usize, program: &[&OsStr]) -> Result<Measured, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(own);
    command.arg("measure").arg(runs.to_string()).args(program).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<i64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(nanoseconds)), Some(Ok(resident))) if nanoseconds >= 0 => {
            Ok(Measured { least: Duration::from_nanos(nanoseconds.unsigned_abs()), resident })
        }
        _ => Err(format!("{} failed", program[0].to_string_lossy())),
    }
}

/// `xtask measure RUNS PROGRAM ARGS…`: prints the least time in nanoseconds and the largest
/// resident set in KiB.
///
/// # Errors
/// When the program does not start or ends with a status other than 0.
pub fn command(arguments: &[OsString]) -> Outcome {
    let usage = || "usage: measure RUNS PROGRAM ARGS…".to_owned();
    let (runs, rest) = arguments.split_first().ok_or_else(usage)?;
    let runs: usize = runs.to_str().and_then(|runs| runs.parse().ok()).ok_or_else(usage)?;
    let (program, rest) = rest.split_first().ok_or_else(usage)?;
    let mut least = Duration::MAX;
    for _ in 0..runs.max(1) {
        let mut command = Command::new(program);
        command.args(rest).stdin(Stdio::null()).stdout(Stdio::null());
        // Cargo sets it for this process, and it makes work for every C library that starts.
        command.env_remove("LD_LIBRARY_PATH");
        let start = Instant::now();
        let status = command.status().map_err(|error| error.to_string())?;
        least = least.min(start.elapsed());
        if !status.success() {
            return Err(format!("{}: {status}", program.to_string_lossy()));
        }
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    println!("{} {}", least.as_nanos(), usage.max_rss());
    Ok(())
}

/// Runs a program once and gives its standard output.
///
/// # Errors
/// When it does not start or fails.
pub fn output(program: &[&OsStr]) -> Result<String, String> {
    let (name, arguments) = program.split_first().expect("invariant: a program has a name");
    let shown = Path::new(name).display();
    let output =
        Command::new(name).args(arguments).output().map_err(|e| format!("{shown}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{shown}: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A time as a person reads it.
pub fn show(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 1e-3 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{:.0} µs", seconds * 1e6)
    }
}
