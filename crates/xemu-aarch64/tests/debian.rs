//! Real arm64 programs of Debian, each compared byte for byte with the same command under QEMU.
//!
//! The tree and the peer come from a Debian mirror once (`tests/fetch-arm64-tree`,
//! `tests/fetch-peer`) and are kept in `$XEMU_CACHE`, or `target/cache`. Without a mirror every
//! test is skipped, and says so. The commands are the files of `tests/debian/`; they run inside the
//! tree, in namespaces of their own.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use common::{EMULATOR, Outcome, difference, repository, run, tail};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

const PACKAGES: &[&str] = &[
    "busybox-static",
    "bash",
    "dash",
    "coreutils",
    "findutils",
    "diffutils",
    "patch",
    "grep",
    "sed",
    "gawk",
    "mawk",
    "tar",
    "gzip",
    "xz-utils",
    "bzip2",
    "bc",
    "python3",
    "perl",
    "openssl",
    "sqlite3",
    "lua5.4",
    "git",
    "gcc",
    "libc6-dev",
    "make",
    "procps",
];
/// The slowest command takes QEMU some ten seconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(300);
/// The status of `tests/in-tree` when the kernel cannot do what it needs.
const CANNOT: i32 = 125;

/// What the tests need from outside.
struct Setting {
    runner: PathBuf,
    tree: PathBuf,
    peer: PathBuf,
}

fn fetch(script: &str, folder: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    let output = Command::new(repository().join("tests").join(script))
        .arg(folder)
        .args(packages)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("tests/{script}: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("tests/{script}: {}", text.lines().last().unwrap_or("failed")));
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

impl Setting {
    fn prepare() -> Result<Setting, String> {
        let cache = std::env::var_os("XEMU_CACHE")
            .map_or_else(|| repository().join("target/cache"), PathBuf::from);
        let peer = fetch("fetch-peer", &cache.join("peer"), &[])?;
        let tree = fetch("fetch-arm64-tree", &cache.join("tree"), PACKAGES)?;
        Ok(Setting { runner: repository().join("tests/in-tree"), tree, peer })
    }

    fn run(&self, mode: &str, emulator: &Path, script: &str) -> std::io::Result<Outcome> {
        let mut command = Command::new(&self.runner);
        command.arg(mode).arg(emulator).arg(&self.tree).args(["/bin/bash", "-c", script, "test"]);
        run(&mut command, LIMIT)
    }
}

fn check(setting: &Setting, mode: &str, script: &str) -> Result<Completion, Failed> {
    let expected = setting.run("registered-argv", &setting.peer, script)?;
    if expected.status == CANNOT || expected.timed_out {
        return Ok(Completion::ignored_with("the peer cannot run here"));
    }
    let got = setting.run(mode, Path::new(EMULATOR), script)?;
    let mut problems = String::new();
    if got.timed_out {
        problems += &format!("still running after {} s\n", LIMIT.as_secs());
    }
    if got.status != expected.status {
        problems += &format!("status {}, the peer's is {}\n", got.status, expected.status);
    }
    if let Some(text) = difference(&expected.stdout, &got.stdout) {
        problems += &format!("standard output: {text}");
    }
    if let Some(text) = difference(&expected.stderr, &got.stderr) {
        problems += &format!("standard error: {text}");
    }
    if problems.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err((problems + &tail(&got.stderr)).into())
    }
}

/// The commands, by name. A first line `# registered` asks for a run through binfmt_misc as well.
fn scripts() -> Vec<(String, String)> {
    let folder = repository().join("crates/xemu-aarch64/tests/debian");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("tests/debian") {
        let path = entry.expect("an entry of tests/debian").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.push((name, fs::read_to_string(&path).expect("a readable script")));
    }
    found.sort();
    found
}

fn main() {
    let arguments = Arguments::from_args();
    let setting = if arguments.list { Err("only listed".into()) } else { Setting::prepare() };
    if let (Err(why), false) = (&setting, arguments.list) {
        eprintln!("\nAll tests with Debian's programs are SKIPPED: {why}\n");
    }
    let setting = Arc::new(setting);
    let mut trials = Vec::new();
    for (name, script) in scripts() {
        let mut modes = vec!["direct"];
        if script.starts_with("# registered") {
            modes.push("registered");
        }
        for mode in modes {
            let (setting, script) = (Arc::clone(&setting), script.clone());
            trials.push(Trial::ignorable_test(
                format!("{name}::{mode}"),
                move || match &*setting {
                    Ok(setting) => check(setting, mode, &script),
                    Err(why) => Ok(Completion::ignored_with(why.clone())),
                },
            ));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
