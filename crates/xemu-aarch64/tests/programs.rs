//! Runs every row of `test-binaries/tests.list` under each engine it names and compares the status
//! and the text with what is expected.
//!
//! A row's program, arguments, status and engines are explained at the head of that list. What is
//! known to be wrong is in `test-binaries/known.list`: such a test must go on failing, or its row
//! there must go.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, Outcome, difference, repository, run, tail};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// The status by which a test program says that the CPU or the kernel lacks what it needs.
const SKIPPED: i32 = 77;
/// No test program needs more than a few seconds under the slowest engine of a debug build.
const LIMIT: Duration = Duration::from_secs(300);

struct Row {
    status: i32,
    engines: &'static [&'static str],
    cpu: Option<String>,
    program: String,
    arguments: Vec<String>,
}

impl Row {
    fn parse(line: &str) -> Option<Row> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let _oracle = words.next()?;
        let status = words.next()?.parse().ok()?;
        let engines = words.next()?;
        let (engines, cpu) = match engines.split_once(':') {
            Some((engines, cpu)) => (engines, Some(cpu.to_owned())),
            None => (engines.as_str(), None),
        };
        let engines = match engines {
            "both" => &["jit", "eager", "interp"][..],
            "jit" => &["jit", "eager"][..],
            _ => return None,
        };
        Some(Row { status, engines, cpu, program: words.next()?, arguments: words.collect() })
    }

    /// The name of the test and of the file with its text.
    fn name(&self) -> String {
        let mut parts = vec![self.program.clone()];
        parts.extend(self.arguments.iter().cloned());
        parts.join(".")
    }
}

/// How a test is known to fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Anything about it may differ.
    Fails,
    /// Only the second column, the hash of FPSR, differs.
    Flags,
}

/// The known failure of a test and the reason that its row gives.
fn known<'a>(list: &'a str, name: &str, engine: &str) -> Option<(Known, &'a str)> {
    list.lines().find_map(|line| {
        let mut words = line.splitn(4, ' ');
        if words.next() != Some(name) || words.next() != Some(engine) {
            return None;
        }
        let kind = if words.next() == Some("flags") { Known::Flags } else { Known::Fails };
        Some((kind, words.next().unwrap_or("no reason given")))
    })
}

/// The text without the second word of each line.
fn without_flags(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    for line in text.split_inclusive(|&b| b == b'\n') {
        let mut words = line.splitn(3, |&b| b == b' ');
        kept.extend(words.next().unwrap_or_default());
        words.next();
        kept.extend(words.next().unwrap_or_default());
    }
    kept
}

fn check_known(
    row: &Row,
    expected: &[u8],
    outcome: &Outcome,
    (kind, reason): (Known, &str),
) -> Result<Completion, Failed> {
    if verdict(row, expected, outcome).is_ok() {
        return Err(format!("it passes now: take its row out of known.list ({reason})").into());
    }
    if kind == Known::Flags {
        let stdout = without_flags(&outcome.stdout);
        let outcome = Outcome { stdout, stderr: outcome.stderr.clone(), ..*outcome };
        verdict(row, &without_flags(expected), &outcome)?;
    }
    Ok(Completion::ignored_with(reason))
}

fn check(row: &Row, engine: &str, folder: &Path) -> Result<Completion, Failed> {
    let expected = fs::read(folder.join("expected").join(row.name()))?;
    let mut command = Command::new(EMULATOR);
    // `eager` is the translating engine where nothing is interpreted the first time.
    let (engine, eager) = if engine == "eager" { ("jit", true) } else { (engine, false) };
    command
        .args(["--engine", engine])
        .args(eager.then_some("--eager"))
        .args(row.cpu.iter().flat_map(|cpu| ["-cpu", cpu]))
        .arg(format!("./{}", row.program))
        .args(&row.arguments)
        .env("XT_KEPT", "a value")
        .current_dir(folder);
    let outcome = run(&mut command, LIMIT)?;
    if outcome.status == SKIPPED && row.status != SKIPPED {
        let text = String::from_utf8_lossy(&outcome.stdout);
        return Ok(Completion::ignored_with(text.lines().last().unwrap_or("no reason given")));
    }
    let known_list = fs::read_to_string(folder.join("known.list"))?;
    match known(&known_list, &row.name(), engine) {
        Some(how) => check_known(row, &expected, &outcome, how),
        None => verdict(row, &expected, &outcome),
    }
}

fn verdict(row: &Row, expected: &[u8], outcome: &Outcome) -> Result<Completion, Failed> {
    let mut problems = String::new();
    if outcome.timed_out {
        problems += &format!("still running after {} s\n", LIMIT.as_secs());
    } else if outcome.status != row.status {
        problems += &format!("status {}, expected {}\n", outcome.status, row.status);
    }
    if let Some(text) = difference(expected, &outcome.stdout) {
        problems += &text;
    }
    if problems.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err((problems + &tail(&outcome.stderr)).into())
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = repository().join("test-binaries");
    let list = fs::read_to_string(folder.join("tests.list")).expect("test-binaries/tests.list");
    let mut trials = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let row = Row::parse(line).unwrap_or_else(|| panic!("tests.list: cannot read {line:?}"));
        for engine in row.engines {
            let (program, arguments) = (row.program.clone(), row.arguments.clone());
            let row = Row { cpu: row.cpu.clone(), program, arguments, ..row };
            let folder = folder.clone();
            trials.push(Trial::ignorable_test(format!("{}::{engine}", row.name()), move || {
                check(&row, engine, &folder)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
