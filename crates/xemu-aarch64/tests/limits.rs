//! Programs whose addresses are limited (`ulimit -v`): the emulator makes do with what there is,
//! and keeps enough for itself when the guest takes all the rest.

mod common;

use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, repository, run, tail};

/// Runs a test program with `kib` KiB of addresses and expects `text` and success.
fn check(program: &str, kib: u32, options: &[&str], text: &str) {
    let script = format!("ulimit -v {kib}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", EMULATOR]).args(options);
    command.arg(repository().join("test-binaries").join(program));
    let outcome = run(&mut command, Duration::from_secs(60)).expect("sh starts");
    let stderr = tail(&outcome.stderr);
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), text, "{stderr}");
    assert_eq!(outcome.status, 0, "{stderr}");
}

#[test]
fn a_program_runs_with_few_addresses() {
    check("hello", 300_000, &[], "Hello from AArch64\n");
    check("hello", 100_000, &[], "Hello from AArch64\n");
}

#[test]
fn the_emulator_goes_on_when_the_guest_has_taken_all_addresses() {
    for kib in [1_000_000, 300_000] {
        check("exhaust", kib, &[], "ok\n");
        check("exhaust", kib, &["--cache-size", "4M"], "ok\n");
    }
}
