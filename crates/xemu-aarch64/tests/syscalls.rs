//! Compiles every C program of `tests/syscalls/` for this machine and for arm64, and compares what
//! both print: the host's kernel is the oracle. Without a compiler the tests are skipped.
//!
//! `coverage` runs them once more with `-strace`: every row of the table must be called by the
//! program that `tests/syscalls/coverage.txt` names for it, or that file says why none does.
//! `BLESS=1` names programs for new rows.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, difference, repository, run, tail};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use xemu_linux::table::SYSCALLS;

const NATIVE_COMPILER: &str = "cc";
const CROSS_COMPILER: &str = "aarch64-linux-gnu-gcc";
const LIMIT: Duration = Duration::from_secs(300);

/// Compiles a program; `None` when there is no such compiler.
fn compile(
    compiler: &str,
    source: &Path,
    folder: &Path,
    options: &[&str],
) -> Result<Option<PathBuf>, Failed> {
    let name = source.file_stem().ok_or("a source has a name")?;
    let folder = folder.join(compiler);
    fs::create_dir_all(&folder)?;
    let program = folder.join(name);
    let mut command = Command::new(compiler);
    command.args(["-O1", "-pthread"]).args(options).arg("-o").arg(&program).arg(source);
    match command.output() {
        Ok(output) if output.status.success() => Ok(Some(program)),
        Ok(output) => Err(format!("{compiler} failed\n{}", tail(&output.stderr)).into()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn check(source: &Path, engine: &str) -> Result<Completion, Failed> {
    // Tests run beside each other, so each has a folder of its own.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("syscalls").join(engine);
    let Some(native) = compile(NATIVE_COMPILER, source, &folder, &[])? else {
        return Ok(Completion::ignored_with(format!("there is no {NATIVE_COMPILER}")));
    };
    let Some(foreign) = compile(CROSS_COMPILER, source, &folder, &["-static"])? else {
        return Ok(Completion::ignored_with(format!("there is no {CROSS_COMPILER}")));
    };
    let expected = run(&mut Command::new(native), LIMIT)?;
    let mut command = Command::new(EMULATOR);
    command.args(["--engine", engine]).arg(foreign);
    let got = run(&mut command, LIMIT)?;
    if got.timed_out || got.status != expected.status {
        let (got_status, expected) = (got.status, expected.status);
        let text = format!("status {got_status}, natively {expected}\n{}", tail(&got.stderr));
        return Err(text.into());
    }
    match difference(&expected.stdout, &got.stdout) {
        Some(text) => Err((text + &tail(&got.stderr)).into()),
        None => Ok(Completion::Completed),
    }
}

/// The calls that a program makes, and how many lines it prints: each is one check.
fn calls_of(source: &Path, folder: &Path) -> Result<Option<(BTreeSet<String>, usize)>, Failed> {
    let Some(program) = compile(CROSS_COMPILER, source, folder, &["-static"])? else {
        return Ok(None);
    };
    let mut command = Command::new(EMULATOR);
    command.arg("-strace").arg(program);
    let got = run(&mut command, LIMIT)?;
    let trace = String::from_utf8_lossy(&got.stderr);
    // A line is `thread call(arguments) = result`.
    let named = trace.lines().filter_map(|line| line.split_once(' ')?.1.split_once('('));
    let calls = named.map(|(name, _)| name.to_owned()).collect();
    Ok(Some((calls, got.stdout.split(|&b| b == b'\n').count() - 1)))
}

/// Which programs make each call.
type Programs = BTreeMap<String, BTreeSet<String>>;

/// The programs of each call, and the number of checks of all programs.
fn all_calls() -> Result<Option<(Programs, usize)>, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("syscalls/coverage");
    let mut programs = Programs::new();
    let mut checks = 0;
    for source in sources() {
        let Some((calls, lines)) = calls_of(&source, &folder)? else { return Ok(None) };
        checks += lines;
        let program = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for call in calls {
            programs.entry(call).or_default().insert(program.clone());
        }
    }
    Ok(Some((programs, checks)))
}

/// The line of a call: the program that it had, if that makes the call; another; or the reason.
fn coverage_line(old: Option<&str>, programs: Option<&BTreeSet<String>>) -> String {
    let kept = old.filter(|old| programs.is_some_and(|p| p.contains(*old)));
    let found = kept.or_else(|| programs?.first().map(String::as_str));
    found.or(old.filter(|old| old.starts_with("- "))).unwrap_or("- no reason").to_owned()
}

fn coverage() -> Result<Completion, Failed> {
    let path = repository().join("tests/syscalls/coverage.txt");
    let Some((programs, checks)) = all_calls()? else {
        return Ok(Completion::ignored_with(format!("there is no {CROSS_COMPILER}")));
    };
    let old = fs::read_to_string(&path)?;
    let old: BTreeMap<_, _> = old.lines().filter_map(|line| line.split_once(' ')).collect();
    let (mut text, mut wrong) = (String::new(), Vec::new());
    for row in SYSCALLS {
        let was = old.get(row.name).copied();
        let line = coverage_line(was, programs.get(row.name));
        if was != Some(line.as_str()) || line == "- no reason" {
            wrong.push(format!("{}: was {}, is {line}", row.name, was.unwrap_or("not listed")));
        }
        writeln!(text, "{} {line}", row.name)?;
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text)?;
    } else if !wrong.is_empty() {
        return Err(format!("tests/syscalls/coverage.txt is old\n{}", wrong.join("\n")).into());
    }
    let tested = SYSCALLS.iter().filter(|row| programs.contains_key(row.name)).count();
    eprintln!("{checks} checks call {tested} of {} system calls", SYSCALLS.len());
    if checks < 400 {
        Err("the suite has lost its checks".into())
    } else {
        Ok(Completion::Completed)
    }
}

fn sources() -> Vec<PathBuf> {
    let folder = repository().join("tests/syscalls");
    let entries = fs::read_dir(folder).expect("tests/syscalls").flatten().map(|e| e.path());
    let mut list: Vec<_> = entries.filter(|p| p.extension().is_some_and(|e| e == "c")).collect();
    list.sort();
    list
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for source in sources() {
        let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for engine in ["jit", "interp"] {
            let source = source.clone();
            trials.push(Trial::ignorable_test(format!("{name}::{engine}"), move || {
                check(&source, engine)
            }));
        }
    }
    trials.push(Trial::ignorable_test("coverage", coverage));
    libtest_mimic::run(&arguments, trials).exit();
}
