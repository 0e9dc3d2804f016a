//! `cargo xtask bench`: how fast the emulator is, next to the native machine and to QEMU.
//!
//! Three measurements: the kernels of `benches/kernels/`, the start of a process, and translation
//! alone. The peer is the QEMU that `tests/fetch-peer` fetches. Every number is the least of
//! several runs.

mod kernels;
pub mod measure;
mod start;
mod translation;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use lexopt::prelude::*;

use crate::{Outcome, cargo, repository};

const USAGE: &str = "\
usage: cargo xtask bench [OPTIONS]
  --runs N         run each program N times and take the least (3)
  --only NAME      only the kernel NAME; may be repeated
  --part PART      only kernels, start or translation; may be repeated
  --emulator FILE  measure this file instead of a new release build
  --no-peer        leave QEMU out
  --write FILE     write the tables to FILE as well";

/// What to measure with.
pub struct Setting {
    /// The emulator under measurement.
    pub emulator: PathBuf,
    /// QEMU, unless it was left out or cannot be had.
    pub peer: Option<PathBuf>,
    /// How often each program runs.
    pub runs: usize,
    /// The kernels asked for; all when empty.
    pub only: Vec<String>,
}

struct Options {
    runs: usize,
    only: Vec<String>,
    parts: Vec<String>,
    emulator: Option<PathBuf>,
    use_peer: bool,
    write: Option<PathBuf>,
}

fn parse(arguments: Vec<OsString>) -> Result<Options, lexopt::Error> {
    let mut options = Options {
        runs: 3,
        only: Vec::new(),
        parts: Vec::new(),
        emulator: None,
        use_peer: true,
        write: None,
    };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("runs") => options.runs = parser.value()?.parse()?,
            Long("only") => options.only.push(parser.value()?.string()?),
            Long("part") => options.parts.push(parser.value()?.string()?),
            Long("emulator") => options.emulator = Some(parser.value()?.into()),
            Long("no-peer") => options.use_peer = false,
            Long("write") => options.write = Some(parser.value()?.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(options)
}

/// The fetched QEMU; `$XEMU_PEER` names another file.
pub fn find_peer() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("XEMU_PEER") {
        return Some(path.into());
    }
    let script = repository::root().join("tests/fetch-peer");
    let output = Command::new(script).arg(repository::cache().join("peer")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim()))
}

fn first_line(program: &std::path::Path) -> String {
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.ok().and_then(|text| text.lines().next().map(str::to_owned)).unwrap_or_default()
}

fn host() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name\t: ")).unwrap_or("?");
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}, load {load} at the start", kernel.trim())
}

/// The commit that is checked out, to tell what was measured.
fn commit() -> String {
    let mut git = Command::new("git");
    let output =
        git.args(["rev-parse", "--short", "HEAD"]).current_dir(repository::root()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().into()).unwrap_or_default()
}

/// `cargo xtask bench`.
///
/// # Errors
/// When an option is unknown, the emulator does not build, or a program gives a wrong result.
pub fn command(arguments: Vec<OsString>) -> Outcome {
    let options = parse(arguments).map_err(|error| format!("{error}\n{USAGE}"))?;
    let emulator = match options.emulator {
        Some(path) => path,
        None => cargo::release_build()?,
    };
    let peer = if options.use_peer { find_peer() } else { None };
    if options.use_peer && peer.is_none() {
        eprintln!("bench: QEMU could not be fetched: its columns are left out");
    }
    let setting = Setting { emulator, peer, runs: options.runs.max(1), only: options.only };
    let wants = |part: &str| options.parts.is_empty() || options.parts.iter().any(|p| p == part);
    let mut text = format!("# Benchmarks\n\nCommit: {}.\nHost: {}.\n", commit(), host());
    if let Some(peer) = &setting.peer {
        text += &format!("Peer: {}.\n", first_line(peer));
    }
    let mut failures = Vec::new();
    for (part, table) in [
        ("kernels", kernels::table as fn(&Setting) -> Result<String, String>),
        ("start", start::table),
        ("translation", translation::table),
    ] {
        if wants(part) {
            match table(&setting) {
                Ok(table) => text += &format!("\n{table}"),
                Err(error) => failures.push(format!("{part}: {error}")),
            }
        }
    }
    print!("\n{text}");
    if let Some(path) = options.write {
        std::fs::write(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}
