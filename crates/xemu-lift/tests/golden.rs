//! What each instruction lifts to: the files under `tests/golden` hold, for each case, a line
//! `# assembler text`, the word, and the IR without the block's head, the instruction's mark and
//! the jump to the next instruction. `BLESS=1` rewrites the IR.

#[path = "../../../tests/golden_files.rs"]
mod golden_files;

use std::fmt::Write as _;
use std::path::Path;

use xemu_ir::{Block, FpMode, verify};
use xemu_lift::{CpuModel, Extras, LiftConfig, Lifter, Limits, MaxInsns};

const PC: u64 = 0x1000;

/// The IR of one instruction, processor model `max`, at [`PC`].
fn lift(word: u32) -> String {
    let model = CpuModel::by_name("max").expect("the model exists");
    let mut block = Block::default();
    let (fp, stop_at) = (FpMode::Host, &mut |_| false);
    let mut limits = Limits {
        max_insns: MaxInsns::of(1),
        fp,
        stop_at,
        guarded: None,
        extras: Extras::default(),
    };
    Lifter::new(LiftConfig { model })
        .lift_block(PC, &mut |_| Ok(word), &mut block, &mut limits)
        .expect("the fetch succeeds");
    verify(&block).unwrap_or_else(|e| panic!("{e}"));
    let text = block.to_string();
    let body: Vec<&str> = text.lines().skip(2).filter(|l| *l != "  goto #0x1004").collect();
    body.iter().map(|line| format!("{line}\n")).collect()
}

/// The file's text with the IR that the lifter gives now.
fn blessed(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') {
            writeln!(out, "{line}").expect("writing to a string does not fail");
        } else if let Some(hex) = line.strip_prefix("word ") {
            let word = u32::from_str_radix(hex, 16).expect("a word in hexadecimal");
            write!(out, "{line}\n{}", lift(word)).expect("writing to a string does not fail");
        }
    }
    out
}

#[test]
fn instructions_lift_to_the_golden_text() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    golden_files::check(&dir, blessed);
}
