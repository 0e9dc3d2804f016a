//! Programs whose addresses are limited (`ulimit -v`): the emulator makes do with what there is,
//! and keeps enough for itself when the guest takes all the rest.

mod common;

use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, repository, run, tail};

/// Runs a test program with `kib` KiB of addresses and expects `text` and success.
fn check(program: &str, kib: u32, options: &[&str], text: &str) {
    check_run(&[program], &format!("ulimit -v {kib}"), options, text);
}

/// Runs a test program with arguments under what a shell sets before.
fn check_run(program: &[&str], setting: &str, options: &[&str], text: &str) {
    let script = format!("{setting}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", EMULATOR]).args(options);
    command.arg(repository().join("test-binaries").join(program[0])).args(&program[1..]);
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

#[test]
fn a_program_raises_its_own_limit() {
    let text = "limit.rlim_cur == limit.rlim_max: yes\nmuch != MAP_FAILED: yes\n\
                mmap(NULL, 8ul << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, \
                -1, 0) == MAP_FAILED: yes\n";
    check_run(&["memory", "raised_limit"], "ulimit -S -v 1000000", &[], text);
}
