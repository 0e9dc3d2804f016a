//! How fast code is translated: stage by stage from the emulator's own clock, and both emulators on
//! a program that runs much code just once.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Setting;
use super::measure::{measure, output, show};
use crate::cargo::run;
use crate::repository;

/// Programs with enough code to translate.
const FILES: &[&str] =
    &["test-binaries/exceptions", "test-binaries/files", "test-binaries/control"];
/// Instructions in the program that runs once through all its code.
const COLD: usize = 400_000;

/// The stages the emulator reports, in nanoseconds per instruction, and the number of instructions.
fn stages(setting: &Setting) -> Result<String, String> {
    let files: Vec<PathBuf> = FILES.iter().map(|file| repository::root().join(file)).collect();
    let mut words = vec![setting.emulator.as_os_str(), OsStr::new("--bench-translate")];
    words.extend(files.iter().map(|file| file.as_os_str()));
    let report = output(&words)?;
    let value = |name: &str| {
        report.lines().find_map(|line| {
            let (key, rest) = line.split_once(char::is_whitespace)?;
            if key == name { rest.trim().parse::<f64>().ok() } else { None }
        })
    };
    let instructions = value("insns").ok_or("--bench-translate says no number of instructions")?;
    let mut text = String::from("| stage | ns per instruction |\n|---|--:|\n");
    for stage in ["decode", "lift", "passes", "emit", "total"] {
        if let Some(time) = value(stage) {
            let _ = writeln!(text, "| {stage} | {time:.1} |");
        }
    }
    let _ = writeln!(text, "\n{instructions} instructions of {}.\n", FILES.join(", "));
    Ok(text)
}

/// Assembly text of `count` instructions in blocks of about eight, run from first to last.
fn cold_program(count: usize) -> String {
    const FORMS: &[&str] = &[
        "add x1, x2, x3",
        "sub w4, w1, #17",
        "eor x2, x1, x4, lsl #3",
        "ldr x5, [sp, #8]",
        "str w4, [sp, #24]",
        "madd x3, x1, x2, x5",
        "and x6, x5, #0xff00",
        "cmp x1, x6",
        "csel x2, x1, x3, lt",
        "ubfx x4, x3, #5, #20",
        "fadd d1, d2, d3",
        "ldp x7, x8, [sp]",
        "orr w9, w7, w8",
        "add v0.4s, v1.4s, v2.4s",
        "movz x10, #77, lsl #16",
    ];
    let mut text = String::from(".global _start\n.text\n_start:\n");
    let mut state = 12345_usize;
    for _ in 0..count {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12345) % (1 << 31);
        if state >> 16 & 7 == 0 {
            let _ = writeln!(text, "  b.eq 1f\n1:");
        } else {
            let _ = writeln!(text, "  {}", FORMS[(state >> 20) % FORMS.len()]);
        }
    }
    text + "  mov x0, #0\n  mov x8, #93\n  svc #0\n"
}

fn cold(setting: &Setting) -> Result<String, String> {
    let folder = repository::cache().join("cold");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (source, program) = (folder.join("cold.s"), folder.join("cold"));
    fs::write(&source, cold_program(COLD))
        .map_err(|error| format!("{}: {error}", source.display()))?;
    let mut gcc = Command::new("aarch64-linux-gnu-gcc");
    run(gcc.args(["-nostdlib", "-static", "-o"]).arg(&program).arg(&source))?;
    let idle = repository::root().join("test-binaries/true");
    let mut text = format!(
        "Start to end of a program that runs {COLD} instructions once, less that of one that does \
         nothing:\n\n\
         | emulator | time | ns per instruction |\n|---|--:|--:|\n"
    );
    for (name, emulator) in [("xemu", Some(&setting.emulator)), ("QEMU", setting.peer.as_ref())] {
        let Some(emulator) = emulator else { continue };
        let nothing = measure(setting.runs, &[emulator.as_os_str(), idle.as_os_str()])?.least;
        let all = measure(setting.runs, &[emulator.as_os_str(), program.as_os_str()])?.least;
        let time = all.saturating_sub(nothing);
        let each = time.as_nanos() as f64 / COLD as f64;
        let _ = writeln!(text, "| {name} | {} | {each:.0} |", show(time));
    }
    Ok(text)
}

/// The tables of translation speed.
///
/// # Errors
/// When the emulator has no such report and the cold program cannot be run either.
pub fn table(setting: &Setting) -> Result<String, String> {
    let mut text = String::from("## Translation\n\n");
    match stages(setting) {
        Ok(stages) => text += &stages,
        Err(error) => {
            let _ = writeln!(text, "No times by stage: {error}.\n");
        }
    }
    text += &cold(setting)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_cold_program_has_the_right_length() {
        let text = super::cold_program(1000);
        assert_eq!(text.lines().filter(|line| line.starts_with("  ")).count(), 1003);
    }
}
