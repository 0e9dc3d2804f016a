//! Runs every row of `test-binaries/tests.list` under each engine it names and compares the status
//! and the text with what is expected.
//!
//! A row's program, arguments, status and engines are explained at the head of that list.

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
const LIMIT: Duration = Duration::from_secs(120);

struct Row {
    status: i32,
    engines: &'static [&'static str],
    program: String,
    arguments: Vec<String>,
}

impl Row {
    fn parse(line: &str) -> Option<Row> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let _oracle = words.next()?;
        let status = words.next()?.parse().ok()?;
        let engines = match words.next()?.as_str() {
            "both" => &["jit", "interp"][..],
            "jit" => &["jit"][..],
            _ => return None,
        };
        Some(Row { status, engines, program: words.next()?, arguments: words.collect() })
    }

    /// The name of the test and of the file with its text.
    fn name(&self) -> String {
        let mut parts = vec![self.program.clone()];
        parts.extend(self.arguments.iter().cloned());
        parts.join(".")
    }
}

fn check(row: &Row, engine: &str, folder: &Path) -> Result<Completion, Failed> {
    let expected = fs::read(folder.join("expected").join(row.name()))?;
    let mut command = Command::new(EMULATOR);
    command
        .args(["--engine", engine])
        .arg(format!("./{}", row.program))
        .args(&row.arguments)
        .env("XT_KEPT", "a value")
        .current_dir(folder);
    let outcome = run(&mut command, LIMIT)?;
    if outcome.status == SKIPPED && row.status != SKIPPED {
        let text = String::from_utf8_lossy(&outcome.stdout);
        return Ok(Completion::ignored_with(text.lines().last().unwrap_or("no reason given")));
    }
    verdict(row, &expected, &outcome)
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
            let row = Row { program: row.program.clone(), arguments: row.arguments.clone(), ..row };
            let folder = folder.clone();
            trials.push(Trial::ignorable_test(format!("{}::{engine}", row.name()), move || {
                check(&row, engine, &folder)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
