//! `cargo xtask fuzz insn`: executes random instructions on random states, by lifter and
//! interpreter here, and by a peer that runs arm64 programs, and compares the states.
//!
//! The decode table is the grammar: each row gets words with random fields. The peer is QEMU, or
//! any other command that takes an arm64 program as its argument; so the emulator itself can be
//! the peer, which compares its code generator with the interpreter.

mod case;
mod local;
mod program;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use xemu_a64::{Decode, ROWS, Row, decode};

use case::{Case, Random};
use local::Local;

use crate::Outcome;

/// The cases that the arm64 program reads at once.
const BATCH: usize = 64;

const HELP: &str = "\
usage: cargo xtask fuzz insn [options]
  --peer CMD     what runs arm64 programs, with arguments
                 (qemu-aarch64 -cpu max,pauth=off)
  --rounds N     cases for each row of the decode table (200)
  --seed N       where the random numbers start (1)
  --row TEXT     only rows whose name contains TEXT
  --examples N   differences to show for each row (1)
  --fpcr N       the bits that random FPCR values may have set (all)";

struct Options {
    peer: Vec<String>,
    rounds: usize,
    seed: u64,
    row: String,
    examples: usize,
    fpcr: u32,
}

impl Options {
    fn parse(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let peer = ["qemu-aarch64", "-cpu", "max,pauth=off"].map(str::to_owned).into();
        let mut options =
            Self { peer, rounds: 200, seed: 1, row: String::new(), examples: 1, fpcr: !0 };
        while let Some(arg) = parser.next()? {
            match arg {
                Long("peer") => {
                    let text = parser.value()?.string()?;
                    options.peer = text.split_whitespace().map(str::to_owned).collect();
                }
                Long("rounds") => options.rounds = parser.value()?.parse()?,
                Long("seed") => options.seed = parser.value()?.parse()?,
                Long("row") => options.row = parser.value()?.string()?,
                Long("examples") => options.examples = parser.value()?.parse()?,
                Long("fpcr") => options.fpcr = parser.value()?.parse_with(number)?,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

/// A decimal or, behind `0x`, hexadecimal number.
fn number(text: &str) -> Result<u32, std::num::ParseIntError> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => text.parse(),
    }
}

/// The command `fuzz`.
///
/// # Errors
/// A sentence that says what is wrong with the arguments, the peer or the lifter, or that
/// differences were found.
pub fn command(arguments: Vec<OsString>) -> Outcome {
    let mut arguments = arguments.into_iter();
    if arguments.next().as_deref() != Some("insn".as_ref()) {
        return Err(HELP.into());
    }
    let parser = lexopt::Parser::from_args(arguments);
    let Some(options) = Options::parse(parser).map_err(|e| e.to_string())? else {
        println!("{HELP}");
        return Ok(());
    };
    let program = Program::create()?;
    let mut peer = Peer::start(&options.peer, &program.path)?;
    let mut local = Local::new()?;
    let mut random = Random::new(options.seed);
    let rows = rows(&options, &mut local, &mut random)?;
    let mut report = Report { examples: options.examples, ..Report::default() };
    let mut batch = Vec::new();
    for _ in 0..options.rounds {
        for row in &rows {
            let Some(word) = word_of(row, &mut local, &mut random)? else { continue };
            let mut case = Case::random(word, &mut random);
            case.fpcr &= options.fpcr;
            batch.push(case);
            if batch.len() == BATCH {
                compare(&batch, &mut peer, &mut local, &mut report)?;
                batch.clear();
            }
        }
    }
    if !batch.is_empty() {
        batch.resize(BATCH, Case::default());
        compare(&batch, &mut peer, &mut local, &mut report)?;
    }
    report.finish(rows.len())
}

/// The rows to try: those of which some word computes registers from registers.
fn rows(
    options: &Options,
    local: &mut Local,
    random: &mut Random,
) -> Result<Vec<&'static Row>, String> {
    let mut rows = Vec::new();
    for row in ROWS.iter().filter(|row| row.implemented && row.name.contains(&options.row)) {
        // What the processor says of itself may differ, and cache maintenance has an address.
        let differs = matches!(row.name, "Mrs" | "Sys");
        if !differs && word_of(row, local, random)?.is_some() {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A random word of the row that computes registers from registers, if one is found.
fn word_of(
    row: &'static Row,
    local: &mut Local,
    random: &mut Random,
) -> Result<Option<u32>, String> {
    let (free, unused) = free_bits(row);
    for _ in 0..200 {
        let word = random.next() as u32 & free | row.value | unused;
        let of_row = matches!(decode(word), Decode::Insn(i) if std::ptr::eq(i.row(), row));
        if of_row && local.is_computation(word)? {
            return Ok(Some(word));
        }
    }
    Ok(None)
}

/// The bits of the row's fields, and the value of the bits that the manual writes as (0) or (1): a
/// processor may find other values undefined.
fn free_bits(row: &Row) -> (u32, u32) {
    let free = row.fields.iter().fold(0, |bits, f| bits | (u32::MAX >> (32 - f.width)) << f.pos);
    let unused = !(free | row.mask);
    // Ra of these is (1)(1)(1)(1)(1).
    let ones = matches!(row.name, "Smulh" | "Umulh");
    (free, if ones { unused } else { 0 })
}

fn compare(
    batch: &[Case],
    peer: &mut Peer,
    local: &mut Local,
    report: &mut Report,
) -> Result<(), String> {
    peer.send(batch)?;
    let mine: Result<Vec<Case>, String> =
        batch.iter().enumerate().map(|(i, case)| local.run(case, program::pc_of(i))).collect();
    let theirs = peer.receive()?;
    for (i, mine) in mine?.iter().enumerate() {
        report.cases += 1;
        // After an undefined instruction nothing else is compared.
        let undefined = mine.undefined && theirs[i].undefined;
        if !undefined && *mine != theirs[i] {
            report.add(&batch[i], mine, &theirs[i], local);
        }
    }
    Ok(())
}

/// The arm64 program's file, for as long as it is needed.
struct Program {
    path: PathBuf,
}

impl Program {
    fn create() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("xtask-fuzz-insn-{}", std::process::id()));
        std::fs::write(&path, program::elf())
            .and_then(|()| {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
            })
            .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        drop(std::fs::remove_file(&self.path));
    }
}

/// The arm64 program, running.
struct Peer {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Peer {
    fn start(command: &[String], program: &Path) -> Result<Self, String> {
        let (name, args) = command.split_first().ok_or("--peer is empty")?;
        let mut child = Command::new(name)
            .args(args)
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("cannot run {name}: {e}"))?;
        let input = child.stdin.take().ok_or("the peer has no standard input")?;
        let output = child.stdout.take().ok_or("the peer has no standard output")?;
        Ok(Self { child, input, output })
    }

    fn send(&mut self, batch: &[Case]) -> Result<(), String> {
        let mut bytes = Vec::with_capacity(BATCH * case::SIZE);
        for case in batch {
            case.write(&mut bytes);
        }
        self.input.write_all(&bytes).map_err(|e| format!("the peer does not read: {e}"))
    }

    fn receive(&mut self) -> Result<Vec<Case>, String> {
        let mut bytes = [0; case::SIZE];
        let mut cases = Vec::with_capacity(BATCH);
        for _ in 0..BATCH {
            self.output.read_exact(&mut bytes).map_err(|e| {
                let status = self.child.try_wait();
                format!("the peer ended early: {e}, status {status:?}")
            })?;
            cases.push(Case::read(&bytes));
        }
        Ok(cases)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The peer may have ended itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What was found.
#[derive(Default)]
struct Report {
    cases: usize,
    examples: usize,
    /// Rows with differences, and how many.
    failures: BTreeMap<&'static str, usize>,
}

impl Report {
    fn add(&mut self, before: &Case, mine: &Case, theirs: &Case, local: &mut Local) {
        let Decode::Insn(insn) = decode(before.word) else { return };
        let count = self.failures.entry(insn.name()).or_default();
        *count += 1;
        if *count > self.examples {
            return;
        }
        println!("{:08x} {insn:?}", before.word);
        println!("  fpcr {:08x} fpsr {:08x} nzcv {:08x}", before.fpcr, before.fpsr, before.nzcv);
        for field in &insn.row().fields {
            if field.width == 5 && matches!(field.name, "rn" | "rm" | "ra" | "rd") {
                let reg = field.get(before.word) as usize;
                let (x, v) = (before.x[reg], before.vector(reg));
                println!("  {} x{reg:<2} {x:016x}  v{reg:<2} {v:032x}", field.name);
            }
        }
        for (name, mine, theirs) in mine.differences(theirs) {
            println!("  {name}: here {mine:x}, there {theirs:x}");
        }
        for line in local.text(before.word, 0).lines().skip(2) {
            println!("    {}", line.trim());
        }
    }

    fn finish(&self, rows: usize) -> Outcome {
        for (row, count) in &self.failures {
            println!("{row}: {count} differences");
        }
        println!("{} cases of {rows} rows", self.cases);
        match self.failures.len() {
            0 => Ok(()),
            n => Err(format!("{n} rows differ")),
        }
    }
}
