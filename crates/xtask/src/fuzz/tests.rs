//! A part of the campaigns that is the same on every run, and the files of defects that were.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::block::Sequences;
use super::campaign::{self, Budget, Source};
use super::engines::{Engines, Finding, PEER};
use super::insn::Instructions;
use super::state::Program;
use super::{elf, ins, replay, words};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Who holds it has the process's memory to itself: programs access any address, which another test
/// may map, fill or unmap between one engine's run and the next one's.
static MEMORY: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    // A test that failed has left nothing that the next one would read.
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The engines of this process.
const LOCAL: &[&str] = &["v2", "v3", "host"];

fn engines(names: &[&str], peer: &[String]) -> Engines {
    let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
    Engines::new(&names, peer).expect("engines start")
}

/// The command of the peer, if it can be had.
fn peer() -> Option<Vec<String>> {
    let cache = std::env::var_os("XEMU_CACHE")
        .map_or_else(|| repository().join("target/cache"), PathBuf::from);
    let script = Command::new(repository().join("tests/fetch-peer"))
        .arg(cache.join("peer"))
        .stdin(Stdio::null())
        .output();
    let problem = match script {
        Ok(output) if output.status.success() => {
            let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            return Some(vec![path, "-cpu".into(), "max,pauth=off".into()]);
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(e) => e.to_string(),
    };
    let last = problem.lines().last().unwrap_or_default();
    eprintln!("skipped: no QEMU to compare with: {last}");
    None
}

/// Runs `cases` cases, which must give the same everywhere.
fn run(source: &mut dyn Source, engines: &mut Engines, cases: u64) {
    let budget = Budget { cases, time: Duration::MAX / 4, seed: 1 };
    let mut report =
        |engines: &mut Engines, program: &Program, image: &[u8], finding: &Finding, _: u64| {
            let mut program = program.clone();
            program.states.swap(0, finding.state);
            let case = replay::case(&program, image.to_vec(), finding);
            let differences = finding.mine.differences(&finding.theirs);
            Err(format!("{}\n{}: {differences:#?}", case.text(&engines.area), finding.engine))
        };
    let result = campaign::run(source, engines, budget, &mut report);
    if let Err(text) = result {
        panic!("{text}");
    }
}

#[test]
fn single_instructions_do_the_same_in_all_engines() {
    let _memory = alone();
    let mut source = Instructions::new(words::shapes("", ""));
    run(&mut source, &mut engines(LOCAL, &[]), 50_000);
}

#[test]
fn sequences_do_the_same_in_all_engines() {
    let _memory = alone();
    run(&mut Sequences::default(), &mut engines(LOCAL, &[]), 5_000);
}

#[test]
fn single_instructions_do_what_qemu_does() {
    let Some(peer) = peer() else { return };
    let _memory = alone();
    let mut source = Instructions::new(words::shapes("", ""));
    run(&mut source, &mut engines(&[PEER], &peer), 50_000);
}

#[test]
fn sequences_do_what_qemu_does() {
    let Some(peer) = peer() else { return };
    let _memory = alone();
    run(&mut Sequences::default(), &mut engines(&[PEER], &peer), 10_000);
}

#[test]
fn defects_that_were_do_not_come_back() {
    let _memory = alone();
    let mut engines = engines(LOCAL, &[]);
    let mut count = 0;
    for entry in std::fs::read_dir(repository().join("tests/insn")).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "ins") {
            let problems = replay::file(&mut engines, &path).expect("the file can be run");
            assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
            count += 1;
        }
    }
    assert!(count > 0, "no file was found");
}

#[test]
fn what_differs_is_found_and_told() {
    let _memory = alone();
    let mut engines = engines(&["v2"], &[]);
    let text = "words\n  8b020020  # add x0, x1, x2\nstart\n  x1 5\n  x2 6\nexpect\n  stop end\n";
    let mut case = ins::Case::parse(text, &engines.area).expect("a good file");
    let problems = replay::run(&mut engines, &case).expect("it runs");
    let expect = "interpreter: x0 is 000000000000000b, should be 0000000000000000";
    assert_eq!(problems, [expect]);
    case.expect.state.x[0] = 11;
    assert!(replay::run(&mut engines, &case).expect("it runs").is_empty());
}

#[test]
fn broken_program_files_are_loaded_or_refused() {
    let _memory = alone();
    let seeds = elf::seeds(&repository().join("test-binaries")).expect("the programs are there");
    let budget = Budget { cases: 20_000, time: Duration::MAX / 4, seed: 1 };
    let (counts, problem) = elf::run(&seeds, budget).expect("the host has room");
    if let Some(problem) = problem {
        panic!("case {}: {}", problem.case, problem.text);
    }
    assert!(counts.loaded > 1000 && counts.refused > 1000, "{counts:?}");
}
