//! Runs the tests of `test-binaries/stress`: the translator's run time under load, with a
//! code cache of the usual size and with one so small that it is filled again and again.
//!
//! Each prints verdicts only, compared with `test-binaries/expected/stress.NAME`. `XEMU_STRESS=N`
//! makes them work N times as long.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, difference, repository, run, tail};
use libtest_mimic::{Arguments, Failed, Trial};

const LIMIT: Duration = Duration::from_secs(300);

/// Ways to run every test: a name, and the emulator's options.
const WAYS: &[(&str, &[&str])] = &[("usual", &[]), ("tiny_cache", &["--cache-size", "2M"])];

/// Whether a test says something only with a small cache.
fn needs_tiny_cache(test: &str) -> bool {
    test == "bounded"
}

fn check(test: &str, options: &[&str], folder: &Path) -> Result<(), Failed> {
    let expected = fs::read(folder.join("expected").join(format!("stress.{test}")))?;
    let scale = std::env::var("XEMU_STRESS").unwrap_or_else(|_| "1".into());
    let mut command = Command::new(EMULATOR);
    command.args(options).arg("./stress").args([test, &scale]).current_dir(folder);
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
        let Some(test) = name.to_str().and_then(|n| n.strip_prefix("stress.")) else { continue };
        for (way, options) in WAYS {
            if options.is_empty() && needs_tiny_cache(test) {
                continue;
            }
            let (test, folder) = (test.to_owned(), folder.clone());
            trials.push(Trial::test(format!("{test}::{way}"), move || {
                check(&test, options, &folder)
            }));
        }
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    libtest_mimic::run(&arguments, trials).exit();
}
