//! What helps to find errors: `-d int` tells of what interrupts a program, and `--engine verify`
//! finds nothing wrong where nothing is.

mod common;

use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, repository, run};

/// What `-d int` prints while a test program runs.
fn log_of(program: &str, test: &str, engine: &str) -> String {
    let mut command = Command::new(EMULATOR);
    command.args(["-d", "int", "--engine", engine]);
    command.arg(repository().join("test-binaries").join(program)).arg(test);
    let outcome = run(&mut command, Duration::from_secs(60)).expect("the emulator starts");
    assert_eq!(outcome.status, 0);
    String::from_utf8_lossy(&outcome.stderr).into_owned()
}

#[test]
fn faults_and_delivered_signals_are_logged() {
    for engine in ["jit", "verify"] {
        let log = log_of("fault", "null", engine);
        let raised = log.lines().position(|l| l.contains("nothing is mapped"));
        let delivered = log.lines().position(|l| l.contains("{si_signo=SIGSEGV, si_code=1"));
        assert!(raised.is_some() && raised < delivered, "{engine}: {log}");
        let log = log_of("signal", "queue", engine);
        let sent = log.lines().filter(|l| l.starts_with("int 0x") && l.contains("si_code=-1"));
        assert!(sent.count() >= 2, "{engine}: {log}");
    }
}

#[test]
fn memory_that_is_mapped_twice_is_no_difference() {
    let folder = repository().join("test-binaries");
    let mut command = Command::new(EMULATOR);
    command.args(["--engine", "verify", "./memory", "twice_mapped"]).current_dir(&folder);
    let outcome = run(&mut command, Duration::from_secs(60)).expect("the emulator starts");
    assert_eq!(outcome.status, 0, "{}", common::tail(&outcome.stderr));
    let expected = std::fs::read(folder.join("expected/memory.twice_mapped")).expect("a text");
    assert_eq!(outcome.stdout, expected);
}
