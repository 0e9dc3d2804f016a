//! Runs the tests of `test-binaries/stress`, the translator's run time under load, and of
//! `test-binaries/storm`, signals at random instants: with a code cache of the usual size and with
//! one so small that it is filled again and again; storms under the other engines too.
//!
//! Each prints verdicts only, compared with `test-binaries/expected/PROGRAM.NAME`.
//! `XEMU_STRESS=N` makes them work N times as long; a storm is of 2,500 signals at first.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, difference, repository, run, tail};
use libtest_mimic::{Arguments, Failed, Trial};

const LIMIT: Duration = Duration::from_secs(300);

/// A way to run a test: a name, the emulator's options, and by what the work is divided.
type Way = (&'static str, &'static [&'static str], &'static str);

const USUAL: Way = ("usual", &[], "1");
const TINY_CACHE: Way = ("tiny_cache", &["--cache-size", "2M"], "1");
const EAGER: Way = ("eager", &["--eager"], "1");
const INTERP: Way = ("interp", &["--engine", "interp"], "10");

/// The ways to run a test of a program; none for another program.
fn ways(program: &str, test: &str) -> &'static [Way] {
    match (program, test) {
        ("stress", "bounded") => &[TINY_CACHE],
        ("stress", _) => &[USUAL, TINY_CACHE],
        ("storm", _) => &[USUAL, TINY_CACHE, EAGER, INTERP],
        _ => &[],
    }
}

fn check(program: &str, test: &str, way: &Way, folder: &Path) -> Result<(), Failed> {
    let (_, options, part) = way;
    let expected = fs::read(folder.join("expected").join(format!("{program}.{test}")))?;
    let scale = std::env::var("XEMU_STRESS").unwrap_or_else(|_| "1".into());
    let mut command = Command::new(EMULATOR);
    let file = format!("./{program}");
    command.args(*options).arg(file).args([test, &scale, part]).current_dir(folder);
    let outcome = run(&mut command, LIMIT)?;
    let mut problems = String::new();
    if outcome.timed_out {
        problems += &format!("still running after {} s\n", LIMIT.as_secs());
    } else if outcome.status != 0 {
        problems += &format!("status {}\n", outcome.status);
    }
    if let Some(text) = difference(&expected, &outcome.stdout) {
        problems += &text;
    }
    if problems.is_empty() { Ok(()) } else { Err((problems + &tail(&outcome.stderr)).into()) }
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = repository().join("test-binaries");
    let mut trials = Vec::new();
    for file in fs::read_dir(folder.join("expected")).expect("test-binaries/expected") {
        let name = file.expect("a readable folder").file_name();
        let Some((program, test)) = name.to_str().and_then(|n| n.split_once('.')) else { continue };
        for way in ways(program, test) {
            let (program, test, folder) = (program.to_owned(), test.to_owned(), folder.clone());
            trials.push(Trial::test(format!("{program}::{test}::{}", way.0), move || {
                check(&program, &test, way, &folder)
            }));
        }
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    libtest_mimic::run(&arguments, trials).exit();
}
