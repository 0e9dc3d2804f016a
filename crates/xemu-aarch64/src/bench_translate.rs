//! `xemu-aarch64 --bench-translate`: the time that each step of translation takes on real code.
//!
//! The steps are timed by running the first of them, then the first two, and so on, over all code
//! of the files; a step's time is the difference. All runs are made a few times and the fastest
//! taken, piece by piece.

use std::ffi::OsString;
use std::hint::black_box;
use std::time::Instant;

use lexopt::{Arg, ValueExt};
use xemu_ir::FpMode;
use xemu_jit::{Guest, Translator};
use xemu_lift::{Extras, Limits, MaxInsns};
use xemu_x64::CompileContext;

use crate::dump::Translation;
use crate::elf_file::{self, Code};

const USAGE: &str = "\
usage: xemu-aarch64 --bench-translate [--host LEVEL] [--cpu MODEL] [--rounds N] FILE...
Measures decoding, lifting, passes and emission over the code of arm64 ELF files, in nanoseconds
per guest instruction. `lift` is without, `lift-total` with decoding.
";

const DEFAULT_ROUNDS: u32 = 5;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Lift,
    Passes,
    Emit,
}

/// What a run counted.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    insns: u64,
    blocks: u64,
    bytes: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.insns += other.insns;
        self.blocks += other.blocks;
        self.bytes += other.bytes;
    }
}

/// Runs the subcommand.
///
/// # Errors
/// One sentence for the user.
pub fn run(args: &[OsString]) -> Result<(), String> {
    let mut translation = Translation::default();
    let mut rounds = DEFAULT_ROUNDS;
    let mut files = Vec::new();
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next().map_err(|e| e.to_string())? {
        let name = match arg {
            Arg::Long("help") => {
                print!("{USAGE}");
                return Ok(());
            }
            Arg::Long(name) => name.to_owned(),
            Arg::Value(file) => {
                files.push(file);
                continue;
            }
            other => return Err(other.unexpected().to_string()),
        };
        let value = parser.value().and_then(|v| v.string()).map_err(|e| e.to_string())?;
        if name == "rounds" {
            let number = value.parse().ok().filter(|n| *n > 0);
            rounds = number.ok_or_else(|| format!("--rounds: `{value}` is not a number"))?;
        } else if !translation.option(&name, &value)? {
            return Err(format!("unknown option `--{name}`"));
        }
    }
    let mut code = Vec::new();
    for file in &files {
        code.extend(elf_file::read(file, true)?);
    }
    if code.is_empty() {
        return Err("--bench-translate needs files".to_owned());
    }
    print!("{}", measure(&code, &translation, rounds)?);
    Ok(())
}

/// Words measured at a time.
const CHUNK: usize = 4096;

/// Nanoseconds and counts of some runs over all chunks. Each chunk's fastest run is taken, so that
/// whatever else the machine does in between falls out.
fn fastest(
    chunks: &[Code],
    rounds: u32,
    f: &mut dyn FnMut(&Code) -> Result<Counts, String>,
) -> Result<(f64, Counts), String> {
    let mut best = vec![f64::INFINITY; chunks.len()];
    let mut counts = Counts::default();
    for round in 0..rounds.max(1) {
        for (chunk, best) in chunks.iter().zip(&mut best) {
            let start = Instant::now();
            let counted = f(chunk)?;
            *best = best.min(start.elapsed().as_nanos() as f64);
            if round == 0 {
                counts.add(&counted);
            }
        }
    }
    Ok((best.iter().sum(), counts))
}

fn measure(code: &[Code], translation: &Translation, rounds: u32) -> Result<String, String> {
    let mut translator = translation.translator();
    let chunk = |c: &Code, n: usize, words: &[u32]| Code {
        base: c.base.wrapping_add((n * CHUNK * 4) as u64),
        words: words.to_vec(),
    };
    let chunks: Vec<Code> = code
        .iter()
        .flat_map(|c| c.words.chunks(CHUNK).enumerate().map(move |(n, words)| chunk(c, n, words)))
        .collect();
    let (decode, words) = fastest(&chunks, rounds, &mut |c| Ok(decode_all(c)))?;
    let decode = decode / words.insns as f64;
    let mut times = [0.0; 3];
    let mut counts = Counts::default();
    for (time, step) in times.iter_mut().zip([Step::Lift, Step::Passes, Step::Emit]) {
        let (ns, counted) = fastest(&chunks, rounds, &mut |c| through(c, &mut translator, step))?;
        *time = ns / counted.insns as f64;
        counts = counted;
    }
    Ok(text(decode, times, &counts))
}

fn text(decode: f64, [lifted, passed, total]: [f64; 3], counts: &Counts) -> String {
    let mut out = String::new();
    for (name, value) in [
        ("decode", decode),
        ("lift-total", lifted),
        ("lift", lifted - decode),
        ("passes", passed - lifted),
        ("emit", total - passed),
        ("total", total),
    ] {
        out.push_str(&format!("{name} {value:.1}\n"));
    }
    let &Counts { insns, blocks, bytes } = counts;
    out.push_str(&format!("insns {insns}\n"));
    out.push_str(&format!("insns-per-block {:.2}\n", insns as f64 / blocks as f64));
    out.push_str(&format!("rate {:.0}/s\n", 1e9 / total));
    out.push_str(&format!("bytes-per-insn {:.2}\n", bytes as f64 / insns as f64));
    out
}

fn decode_all(code: &Code) -> Counts {
    for word in &code.words {
        black_box(xemu_a64::decode(black_box(*word)));
    }
    Counts { insns: code.words.len() as u64, ..Counts::default() }
}

/// Translates all code of a chunk up to `step`, block behind block.
fn through(code: &Code, translator: &mut Translator, step: Step) -> Result<Counts, String> {
    let mut counts = Counts::default();
    let ctx = CompileContext {
        code_addr: 0x7000_0000_0000,
        slots_addr: 0x7000_0010_0000,
        first_slot: 0,
        loop_inside: true,
        strip_tags: false,
        check_tags: false,
        guard_stores: false,
    };
    let guest: &dyn Guest = code;
    let mut pc = code.base;
    while pc < code.end() {
        let mut limits = Limits {
            max_insns: MaxInsns::USUAL,
            fp: FpMode::Host,
            stop_at: &mut |_| false,
            guarded: None,
            extras: Extras::default(),
        };
        let lifted = translator.lift_only(guest, pc, &mut limits);
        lifted.map_err(|f| format!("no code at {:#x}", f.addr))?;
        counts.insns += u64::from(translator.block.guest_insns);
        counts.blocks += 1;
        // A word that is no instruction ends its block.
        let next = translator.block.end_pc.max(pc + 4);
        if step >= Step::Passes {
            translator.passes(guest);
        }
        if step >= Step::Emit {
            let compiled = translator.compile(&ctx).map_err(|e| format!("{pc:#x}: {e}"))?;
            counts.bytes += compiled.code.len() as u64;
        }
        black_box(&translator.block);
        pc = next;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_printed() {
        // add x0, x1, x2; cbz x0, +8; ldr x0, [x1]; ret; a constant
        let words = vec![0x8b02_0020, 0xb400_0040, 0xf940_0020, 0xd65f_03c0, 0];
        let code = [Code { base: 0x40_0000, words }];
        let text = measure(&code, &Translation::default(), 1).expect("numbers");
        assert!(text.contains("\ninsns 5\n"), "{text}");
        for name in ["decode ", "lift ", "passes ", "emit ", "total ", "rate ", "bytes-per-insn "] {
            assert!(text.lines().any(|l| l.starts_with(name)), "{name}\n{text}");
        }
    }
}
