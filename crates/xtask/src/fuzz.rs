//! `cargo xtask fuzz`: random programs on random states, run by the interpreter, by the translating
//! engine for several hosts, and by a peer that runs arm64 programs; all must end up in the same
//! state.
//!
//! [`area`] is the memory of programs, [`state`] what they start and end with; [`engines`] runs
//! them everywhere. [`insn`] makes programs of one instruction. [`peculiar`] lists
//! what need not be the same.

mod area;
mod campaign;
mod engines;
mod insn;
mod local;
mod operands;
mod peculiar;
mod peer;
mod random;
mod state;
mod words;

use std::ffi::OsString;
use std::time::Duration;

use crate::Outcome;
use campaign::Budget;
use engines::{Engines, Finding};
use state::Program;

const HELP: &str = "\
usage: cargo xtask fuzz insn [options]
  --cases N        how many cases, each an instruction on a state (1000000)
  --seconds N      for how long at most (600)
  --seed N         where the random numbers start (1)
  --class TEXT     only rows whose class in the manual contains TEXT
  --row TEXT       only rows whose name contains TEXT
  --engines LIST   what to compare with the interpreter (v2,v3,host,peer)
  --peer CMD       what runs arm64 programs (qemu-aarch64 -cpu max,pauth=off)
  --examples N     differences to show for each row (1)";

struct Options {
    peer: Vec<String>,
    budget: Budget,
    class: String,
    row: String,
    engines: Vec<String>,
    examples: u64,
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
        Some("insn") => insn_campaign(&options),
        _ => Err(HELP.into()),
    }
}

fn insn_campaign(options: &Options) -> Outcome {
    let mut engines = Engines::new(&options.engines, &options.peer)?;
    let shapes = words::shapes(&options.class, &options.row);
    let rows = shapes.len();
    let mut source = insn::Instructions::new(shapes);
    let mut report =
        |engines: &mut Engines, program: &Program, _: &[u8], finding: &Finding, count: u64| {
            if count <= options.examples {
                show(engines, program, finding);
            }
            Ok(())
        };
    let tally = campaign::run(&mut source, &mut engines, options.budget, &mut report)?;
    tally.print();
    println!("{rows} rows");
    match tally.findings() {
        0 => Ok(()),
        n => Err(format!("{n} cases differ")),
    }
}

/// Prints a finding.
fn show(engines: &mut Engines, program: &Program, finding: &Finding) {
    let word = program.words[0];
    let state = &program.states[finding.state];
    println!("  fpcr {:08x} fpsr {:08x} nzcv {:08x}", state.fpcr, state.fpsr, state.nzcv);
    let decoded = xemu_a64::decode(word);
    println!("{word:08x} {decoded:?}");
    let fields = match decoded {
        xemu_a64::Decode::Insn(insn) => insn.row().fields.as_slice(),
        _ => &[],
    };
    for field in fields {
        if field.width == 5 && field.name.starts_with('r') {
            let reg = field.get(word) as usize;
            let (x, v) = (state.x[reg], state.vector(reg));
            println!("  {} x{reg:<2} {x:016x}  v{reg:<2} {v:032x}", field.name);
        }
    }
    for (name, mine, theirs) in finding.mine.differences(&finding.theirs) {
        println!("  {name}: interpreter {mine}, {} {theirs}", finding.engine);
    }
    for line in engines.reference.text(word).lines().skip(2) {
        println!("    {}", line.trim());
    }
}
