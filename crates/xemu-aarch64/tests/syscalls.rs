//! Compiles every C program of `tests/syscalls/` for this machine and for arm64, and compares what
//! both print: the host's kernel is the oracle. Without a compiler the tests are skipped.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{EMULATOR, difference, repository, run, tail};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

const NATIVE_COMPILER: &str = "cc";
const CROSS_COMPILER: &str = "aarch64-linux-gnu-gcc";
const LIMIT: Duration = Duration::from_secs(120);

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
    libtest_mimic::run(&arguments, trials).exit();
}
