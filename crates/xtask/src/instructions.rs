//! `cargo xtask instructions`: writes `docs/instructions.md`, which says of each row of the decode
//! table how it is executed.
//!
//! Nothing of it is written by hand: samples of each row are lifted for the processor that has
//! everything and compiled, and the compiler says whether it emitted code, called a routine or left
//! the instruction to the interpreter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use xemu_a64::{Decode, Feature, ROWS, Row, decode};
use xemu_ir::{Analysis, Block, FpMode, Op, passes::liveness};
use xemu_lift::{CpuModel, Extras, LiftConfig, Lifter, Limits, MaxInsns};
use xemu_x64::{CompileContext, Compiler, HostFeatures};

use crate::{Outcome, repository};

/// Where the text goes.
const PATH: &str = "docs/instructions.md";
/// Words that are tried for each row, and words of the row that are compiled.
const TRIED: u32 = 4000;
/// The encodings of system registers and operations, in bits 20 to 5.
const ALL_SYSTEM: u32 = 1 << 16;
const SAMPLES: usize = 100;
/// x86-64-v3 with what most hosts of that level have as well.
pub const HOST: HostFeatures =
    HostFeatures { aes: true, pclmul: true, sha: true, ..HostFeatures::V3 };
/// Where samples stand.
const PC: u64 = 0x1000;

const HEAD: &str = "\
# Instructions

Written by `cargo xtask instructions` from the decode table (`crates/xemu-a64/src/tables/`) and
from what lifter and compiler make of samples of each row, for a host of the level x86-64-v3 with
AES, PCLMUL and SHA. A row may stand for several instructions of the manual.

| state | meaning |
|---|---|
| inline | translated to host code |
| routine | translated, and the host code calls a routine of the emulator |
| interpreted | generated code is left and the interpreter runs the instruction |
| nothing to do | a hint, or an operation that has no effect that a program could see |
| undefined | undefined for programs: SIGILL, as under Linux |
| NOP | not known, but in the space of hints: does nothing, as the manual wants |
| not done | an instruction of the manual that is not implemented: SIGILL |

A row with several states has forms that differ.
";

/// How a form of an instruction is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Inline,
    Routine,
    Interpreted,
    Nothing,
    Undefined,
    Nop,
    NotDone,
}

impl State {
    /// The word for it in the table.
    pub fn text(self) -> &'static str {
        match self {
            State::Inline => "inline",
            State::Routine => "routine",
            State::Interpreted => "interpreted",
            State::Nothing => "nothing to do",
            State::Undefined => "undefined",
            State::Nop => "NOP",
            State::NotDone => "not done",
        }
    }
}

/// The command `instructions`.
///
/// # Errors
/// When the file cannot be written or a sample cannot be translated.
pub fn command() -> Outcome {
    let path = repository::root().join(PATH);
    std::fs::write(&path, text()?).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// The file's text.
fn text() -> Result<String, String> {
    let mut translator = Translator::new(HOST)?;
    let mut features: BTreeMap<Feature, Vec<(&Row, BTreeSet<State>)>> = BTreeMap::new();
    for row in ROWS.iter() {
        let states = translator.states(row)?;
        features.entry(row.feature).or_default().push((row, states));
    }
    let mut out = HEAD.to_owned();
    for (feature, rows) in &features {
        // Writing to a String does not fail.
        let _ = write!(out, "\n## {feature:?}\n\n{}\n\n", announced(*feature));
        out += "| instruction | class of the manual | state |\n|---|---|---|\n";
        for (row, states) in rows {
            let states: Vec<&str> = states.iter().map(|state| state.text()).collect();
            let _ = writeln!(out, "| {} | {} | {} |", row.name, row.class, states.join(", "));
        }
    }
    Ok(out)
}

/// Which processors have a feature.
fn announced(feature: Feature) -> String {
    let has = |name: &&str| CpuModel::by_name(name).is_some_and(|model| model.has(feature));
    let names: Vec<&str> = CpuModel::names().filter(has).collect();
    match names.len() {
        0 => "No processor model has it.".to_owned(),
        n if n == CpuModel::names().count() => "Every processor model has it.".to_owned(),
        _ => format!("Processor models that have it: {}.", names.join(", ")),
    }
}

/// Lifter and compiler.
pub struct Translator {
    lifter: Lifter,
    compiler: Compiler,
    random: u64,
}

impl Translator {
    /// For a host with `features`.
    ///
    /// # Errors
    /// Never, unless the processor model that has everything is missing.
    pub fn new(features: HostFeatures) -> Result<Self, String> {
        let model = CpuModel::by_name("max").ok_or("there is no processor model `max`")?;
        let lifter = Lifter::new(LiftConfig { model });
        Ok(Self { lifter, compiler: Compiler::new(features), random: 0x9e37_79b9_7f4a_7c15 })
    }

    /// The states of a row's samples.
    fn states(&mut self, row: &Row) -> Result<BTreeSet<State>, String> {
        if !row.implemented {
            let hint = row.value & 0xffff_f01f == 0xd503_201f;
            return Ok(BTreeSet::from([if hint { State::Nop } else { State::NotDone }]));
        }
        let mut states = BTreeSet::new();
        let mut samples = 0;
        let system = matches!(row.name, "Sys" | "Sysl" | "Mrs" | "MsrReg");
        for n in 0..if system { ALL_SYSTEM } else { TRIED } {
            let word = if system { row.value | n << 5 | 1 } else { self.word(row) };
            let is_row = matches!(decode(word), Decode::Insn(i) if std::ptr::eq(i.row(), row));
            if is_row && (system || samples < SAMPLES) {
                samples += 1;
                states.insert(self.state(word)?);
            }
        }
        if states.len() > 1 && states.contains(&State::Undefined) {
            // Most numbers of system registers name none.
            states.remove(&State::Undefined);
        }
        Ok(states)
    }

    /// A random word with the row's fixed bits.
    fn word(&mut self, row: &Row) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let free =
            row.fields.iter().fold(0, |bits, f| bits | (u32::MAX >> (32 - f.width)) << f.pos);
        let unused = if matches!(row.name, "Smulh" | "Umulh") { !(free | row.mask) } else { 0 };
        (self.random >> 16) as u32 & free | row.value | unused
    }

    /// How a word is executed that decodes as an instruction.
    ///
    /// # Errors
    /// When it cannot be translated.
    pub fn state(&mut self, word: u32) -> Result<State, String> {
        let mut block = Block::default();
        let (fp, stop_at) = (FpMode::Host, &mut |_| false);
        let mut limits = Limits {
            max_insns: MaxInsns::of(1),
            fp,
            stop_at,
            guarded: None,
            extras: Extras::default(),
        };
        self.lifter
            .lift_block(PC, &mut |_| Ok(word), &mut block, &mut limits)
            .map_err(|fault| format!("{word:08x}: {fault:?}"))?;
        match block.insts.as_slice() {
            [.., last] if last.op == Op::Undef => return Ok(State::Undefined),
            [_, _] if block.insts[1].op == Op::Goto && block.insts[1].imm == PC + 4 => {
                return Ok(State::Nothing);
            }
            _ => {}
        }
        let mut analysis = Analysis::default();
        let mut context = liveness::Context { flags_live_at: &mut |_| true };
        liveness::run(&mut block, &mut context, &mut analysis);
        let context = CompileContext {
            code_addr: 0,
            slots_addr: 0x10_0000,
            first_slot: 0,
            loop_inside: true,
            strip_tags: false,
            check_tags: false,
            guard_stores: false,
        };
        let compiled = self.compiler.compile(&block, &analysis, &context);
        let compiled = compiled.map_err(|e| format!("{word:08x}: {e}"))?;
        Ok(match compiled.ways {
            ways if ways.interpreted => State::Interpreted,
            ways if ways.routine => State::Routine,
            _ => State::Inline,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_current() {
        let path = repository::root().join(PATH);
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text().expect("translates"), "{PATH} is old: cargo xtask instructions");
    }

    #[test]
    fn states_are_those_of_known_instructions() {
        let mut translator = Translator::new(HOST).expect("exists");
        // add x0, x1, x2; pacia x0, x1; nop; hvc #0; mrs x0, cntvct_el0
        let known = [
            (0x8b02_0020, State::Inline),
            (0xdac1_0020, State::Routine),
            (0xd503_201f, State::Nothing),
            (0xd400_0002, State::Undefined),
        ];
        for (word, state) in known {
            assert_eq!(translator.state(word), Ok(state), "{word:08x}");
        }
    }
}
