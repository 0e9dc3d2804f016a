//! Commands that only call Cargo with the right arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::{Outcome, repository};

/// Cargo itself, as the one that runs this program.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository::root());
    command
}

/// Runs a command and turns a bad end into a sentence.
///
/// # Errors
/// When it cannot be started or ends with a status other than 0.
pub fn run(command: &mut Command) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// `cargo xtask bless`: the tests, rewriting their golden files.
///
/// # Errors
/// When a test fails.
pub fn bless(arguments: &[OsString]) -> Outcome {
    let mut command = cargo();
    command.arg("test").env("BLESS", "1");
    if arguments.is_empty() {
        command.arg("--workspace");
    }
    run(command.args(arguments))
}

/// `cargo xtask dump`: forwards to the emulator.
///
/// # Errors
/// When the emulator cannot be built or says so.
pub fn dump(arguments: &[OsString]) -> Outcome {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "xemu-aarch64", "--", "dump"]);
    run(command.args(arguments))
}

/// Builds the emulator as it is released and gives its path.
///
/// # Errors
/// When it does not build.
pub fn release_build() -> Result<PathBuf, String> {
    run(cargo().args(["build", "--release", "--package", "xemu-aarch64"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository::root().join("target"), PathBuf::from);
    Ok(target.join("x86_64-unknown-linux-gnu/release/xemu-aarch64"))
}

/// `cargo xtask sweep`: all instruction words, decoded here and by capstone.
///
/// # Errors
/// When the arguments are wrong, or a difference is found that is not listed.
pub fn sweep(arguments: Vec<OsString>) -> Outcome {
    use lexopt::prelude::*;
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut command = cargo();
    while let Some(arg) = parser.next().map_err(|e| e.to_string())? {
        match arg {
            Long("shard") => {
                command.env("XEMU_SWEEP", parser.value().map_err(|e| e.to_string())?);
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    command.args(["test", "--release", "--package", "xemu-a64", "--test", "capstone", "--"]);
    run(command.args(["--ignored", "--nocapture", "all_words"]))
}
