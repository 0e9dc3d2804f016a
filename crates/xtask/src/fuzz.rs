//! `cargo xtask fuzz`: random programs on random states, run by the interpreter, by the translating
//! engine for several hosts, and by a peer that runs arm64 programs; all must end up in the same
//! state.
//!
//! [`area`] is the memory of programs, [`state`] what they start and end with; [`engines`] runs
//! them everywhere. [`insn`] makes programs of one instruction, [`block`] sequences. What fails is
//! made small by [`minimise`] and written as [`ins`]. [`peculiar`] lists what need not be the same.
//! [`elf`] is apart: broken program files for the loader.

mod area;
mod block;
mod campaign;
mod elf;
mod engines;
mod ins;
mod insn;
mod local;
mod minimise;
mod operands;
mod peculiar;
mod peer;
mod random;
mod replay;
mod state;
#[cfg(test)]
mod tests;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::Outcome;
use campaign::{Budget, Source};
use engines::{Engines, Finding};
use state::{Program, State};

const HELP: &str = "\
usage: cargo xtask fuzz insn [options]          single instructions
       cargo xtask fuzz block [options]         sequences of them
       cargo xtask fuzz replay [options] FILE…  .ins files
       cargo xtask fuzz elf [options]           broken program files, for the loader alone
  --cases N        how many cases, each a program on a state (1000000)
  --seconds N      for how long at most (600)
  --seed N         where the random numbers start (1)
  --class TEXT     insn: only rows whose class in the manual contains TEXT
  --row TEXT       insn: only rows whose name contains TEXT
  --engines LIST   what to compare with the interpreter (v2,v3,host,peer)
  --peer CMD       what runs arm64 programs (qemu-aarch64 -cpu max,pauth=off)
  --examples N     differences to show for each row (1)
  --out FOLDER     where to write them, made small, as .ins files (target/fuzz)";

struct Options {
    peer: Vec<String>,
    budget: Budget,
    class: String,
    row: String,
    engines: Vec<String>,
    examples: u64,
    out: PathBuf,
    files: Vec<PathBuf>,
}

impl Options {
    fn parse(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let mut options = Self {
            peer: words("qemu-aarch64 -cpu max,pauth=off"),
            budget: Budget { cases: 1_000_000, time: Duration::from_secs(600), seed: 1 },
            class: String::new(),
            row: String::new(),
            engines: engines::ALL.iter().map(|&n| n.to_owned()).collect(),
            examples: 1,
            out: "target/fuzz".into(),
            files: Vec::new(),
        };
        while let Some(arg) = parser.next()? {
            match arg {
                Long("peer") => options.peer = words(&parser.value()?.string()?),
                Long("cases") => options.budget.cases = parser.value()?.parse()?,
                Long("seconds") => {
                    options.budget.time = Duration::from_secs(parser.value()?.parse()?);
                }
                Long("seed") => options.budget.seed = parser.value()?.parse()?,
                Long("class") => options.class = parser.value()?.string()?,
                Long("row") => options.row = parser.value()?.string()?,
                Long("engines") => {
                    let list = parser.value()?.string()?;
                    options.engines = list.split(',').map(str::to_owned).collect();
                }
                Long("examples") => options.examples = parser.value()?.parse()?,
                Long("out") => options.out = parser.value()?.into(),
                Value(file) => options.files.push(file.into()),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

/// The command `fuzz`.
///
/// # Errors
/// A sentence that says what is wrong with the arguments, the peer or an engine, or that
/// differences were found.
pub fn command(arguments: Vec<OsString>) -> Outcome {
    let mut arguments = arguments.into_iter();
    let what = arguments.next().unwrap_or_default();
    let parser = lexopt::Parser::from_args(arguments);
    let Some(options) = Options::parse(parser).map_err(|e| e.to_string())? else {
        println!("{HELP}");
        return Ok(());
    };
    match what.to_str() {
        Some("insn") => {
            let shapes = words::shapes(&options.class, &options.row);
            println!("{} rows", shapes.len());
            campaign(&options, &mut insn::Instructions::new(shapes))
        }
        Some("block") => campaign(&options, &mut block::Sequences::default()),
        Some("replay") => replay_files(&options),
        Some("elf") => broken_files(&options),
        _ => Err(HELP.into()),
    }
}

fn campaign(options: &Options, source: &mut dyn Source) -> Outcome {
    let mut engines = Engines::new(&options.engines, &options.peer)?;
    let mut report =
        |engines: &mut Engines, program: &Program, image: &[u8], finding: &Finding, count: u64| {
            if count > options.examples {
                return Ok(());
            }
            match minimise::minimise(engines, program, image, finding)? {
                Some((program, image, finding)) => {
                    show(&program, &program.states[0], &finding);
                    let name = format!("{}-{}-{count}.ins", program.name, finding.engine);
                    let case = replay::case(&program, image, &finding);
                    replay::write(&options.out.join(name), &case.text(&engines.area))
                }
                None => {
                    println!("not repeatable:");
                    show(program, &program.states[finding.state], finding);
                    Ok(())
                }
            }
        };
    let tally = campaign::run(source, &mut engines, options.budget, &mut report)?;
    tally.print();
    match tally.findings() {
        0 => Ok(()),
        n => Err(format!("{n} cases differ")),
    }
}

fn broken_files(options: &Options) -> Outcome {
    let seeds = elf::seeds("test-binaries".as_ref())?;
    let (counts, problem) = elf::run(&seeds, options.budget)?;
    println!("{} files loaded, {} refused", counts.loaded, counts.refused);
    let Some(elf::Problem { case, bytes, text }) = problem else { return Ok(()) };
    let path = options.out.join(format!("broken-{}-{case}", options.budget.seed));
    let written = std::fs::create_dir_all(&options.out).and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|e| format!("{}: {e}", path.display()))?;
    Err(format!("{}: {text}", path.display()))
}

fn replay_files(options: &Options) -> Outcome {
    let mut engines = Engines::new(&options.engines, &options.peer)?;
    let mut failed = 0;
    for file in &options.files {
        let problems = replay::file(&mut engines, file)?;
        let result = if problems.is_empty() { "ok" } else { "FAILED" };
        println!("{}: {result}", file.display());
        for problem in &problems {
            println!("  {problem}");
        }
        failed += usize::from(!problems.is_empty());
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} files fail")) }
}

/// Prints a finding.
fn show(program: &Program, state: &State, finding: &Finding) {
    println!("fpcr {:08x} fpsr {:08x} nzcv {:08x}", state.fpcr, state.fpsr, state.nzcv);
    for word in &program.words {
        println!("  {word:08x} {}", ins::disassembly(*word));
        for reg in words::named(*word) {
            let (x, v) = (state.x[reg], state.vector(reg));
            println!("           x{reg:<2} {x:016x}  v{reg:<2} {v:032x}");
        }
    }
    for (name, mine, theirs) in finding.mine.differences(&finding.theirs) {
        println!("  {name}: interpreter {mine}, {} {theirs}", finding.engine);
    }
}
