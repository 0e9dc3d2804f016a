//! How long it takes to start and end a process that does nothing, and how much memory that needs.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Setting;
use super::measure::{measure, show};
use crate::cargo::run;
use crate::repository;

const RUNS: usize = 40;

struct Program {
    name: &'static str,
    native: PathBuf,
    guest: PathBuf,
    /// The folder that stands for the guest's root, for a program with a dynamic loader.
    prefix: Option<PathBuf>,
}

fn programs() -> Result<Vec<Program>, String> {
    let root = repository::root();
    let native = repository::cache().join("true-native");
    run(Command::new("gcc")
        .args(["-O2", "-static", "-o"])
        .arg(&native)
        .arg(root.join("test-binaries/src/true.c")))?;
    let mut programs = vec![
        Program {
            name: "true, no C library",
            native: native.clone(),
            guest: root.join("test-binaries/true"),
            prefix: None,
        },
        Program {
            name: "true, static",
            native,
            guest: root.join("test-binaries/true-static"),
            prefix: None,
        },
    ];
    let tree = repository::cache().join("tree");
    if tree.join("usr/bin/true").exists() {
        programs.push(Program {
            name: "true, dynamic",
            native: "/bin/true".into(),
            guest: tree.join("usr/bin/true"),
            prefix: Some(tree),
        });
    } else {
        eprintln!("bench: no arm64 tree (tests/fetch-arm64-tree): no dynamic program is started");
    }
    Ok(programs)
}

fn command<'a>(emulator: &'a Path, program: &'a Program) -> Vec<&'a OsStr> {
    let mut words = vec![emulator.as_os_str()];
    if let Some(prefix) = &program.prefix {
        words.extend([OsStr::new("-L"), prefix.as_os_str()]);
    }
    words.push(program.guest.as_os_str());
    words
}

/// The table of process starts.
///
/// # Errors
/// When a program fails.
pub fn table(setting: &Setting) -> Result<String, String> {
    let mut text = format!(
        "## Process start\n\nThe least of {RUNS} runs, above the native time; the largest \
         resident set.\n\n\
         | program | native | xemu | QEMU | xemu memory | QEMU memory |\n\
         |---|--:|--:|--:|--:|--:|\n"
    );
    for program in programs()? {
        let native = measure(RUNS, &[program.native.as_os_str()])?;
        let mut cells = [const { String::new() }; 4];
        let emulators = [Some(&setting.emulator), setting.peer.as_ref()];
        for (at, emulator) in emulators.into_iter().enumerate() {
            let Some(emulator) = emulator else {
                cells[at] = "–".into();
                cells[at + 2] = "–".into();
                continue;
            };
            let measured = measure(RUNS, &command(emulator, &program))?;
            cells[at] = format!("+{}", show(measured.least.saturating_sub(native.least)));
            cells[at + 2] = format!("{:.1} MiB", measured.resident as f64 / 1024.0);
        }
        let _ =
            writeln!(text, "| {} | {} | {} |", program.name, show(native.least), cells.join(" | "));
    }
    Ok(text)
}
