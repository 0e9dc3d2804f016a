//! A run of many batches: counts, findings, the watchdog.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::engines::{BATCHES, Engines, Finding, PEER, at_hand};
use super::operands;
use super::random::Random;
use super::state::Program;

/// What makes programs.
pub trait Source {
    /// Programs for all slots.
    fn batch(&mut self, engines: &mut Engines, random: &mut Random) -> Vec<Program>;
}

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The most cases; a case is a program on a state.
    pub cases: u64,
    /// The most time.
    pub time: Duration,
    /// Where the random numbers start.
    pub seed: u64,
}

/// A class's numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// Cases in which each of the translating engines was compared with the interpreter.
    translated: u64,
    /// Cases in which the peer was.
    peer: u64,
    /// Cases that differ.
    findings: u64,
}

/// What a campaign has found.
#[derive(Default)]
pub struct Tally {
    classes: BTreeMap<&'static str, Count>,
    /// Findings by row and engine.
    failures: BTreeMap<(&'static str, &'static str), u64>,
}

impl Tally {
    fn add(&mut self, programs: &[Program], translators: bool, peer: bool) {
        for program in programs {
            let count = self.classes.entry(program.class).or_default();
            let cases = program.states.len() as u64;
            count.translated += if translators { cases } else { 0 };
            count.peer += if peer && program.peer { cases } else { 0 };
        }
    }

    /// Counts a finding; gives how many there are of the same row in the same engine.
    fn add_finding(&mut self, program: &Program, finding: &Finding) -> u64 {
        self.classes.entry(program.class).or_default().findings += 1;
        let engine = if finding.engine == PEER { PEER } else { "jit" };
        let count = self.failures.entry((program.name, engine)).or_default();
        *count += 1;
        *count
    }

    /// How many cases differ.
    pub fn findings(&self) -> u64 {
        self.classes.values().map(|count| count.findings).sum()
    }

    /// The cases compared with translating engines, and with the peer.
    pub fn cases(&self) -> (u64, u64) {
        let sum = |f: fn(&Count) -> u64| self.classes.values().map(f).sum();
        (sum(|c| c.translated), sum(|c| c.peer))
    }

    /// The table.
    pub fn print(&self) {
        println!("{:>12} {:>12} {:>9}  class", "jit", "peer", "differ");
        for (class, count) in &self.classes {
            let Count { translated, peer, findings } = count;
            println!("{translated:>12} {peer:>12} {findings:>9}  {class}");
        }
        let (translated, peer) = self.cases();
        println!("{translated:>12} {peer:>12} {:>9}  all", self.findings());
        for ((name, engine), count) in &self.failures {
            println!("{name}: {count} times, {engine}");
        }
    }
}

/// Ends the process when nothing has moved for long, as an engine that loops does not come back.
struct Watchdog(Arc<AtomicBool>);

impl Watchdog {
    fn start(seed: u64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = over.clone();
        std::thread::spawn(move || {
            let (mut last, mut still) = (0, 0);
            while !seen.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_secs(5));
                let now = BATCHES.load(Ordering::Relaxed);
                still = if now == last { still + 1 } else { 0 };
                last = now;
                if still == 36 {
                    eprintln!("seed {seed}: batch {now} does not end; {}", at_hand());
                    std::process::exit(1);
                }
            }
        });
        Self(over)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is told of each finding: its program, the image of its data, how many like it there are.
pub type Report<'r> =
    dyn FnMut(&mut Engines, &Program, &[u8], &Finding, u64) -> Result<(), String> + 'r;

/// Runs batches until the budget is used up.
///
/// # Errors
/// When an engine cannot go on.
pub fn run(
    source: &mut dyn Source,
    engines: &mut Engines,
    budget: Budget,
    report: &mut Report<'_>,
) -> Result<Tally, String> {
    let mut random = Random::new(budget.seed);
    let mut tally = Tally::default();
    let end = Instant::now() + budget.time;
    let _watchdog = Watchdog::start(budget.seed);
    loop {
        let (translated, peer) = tally.cases();
        if translated.max(peer) >= budget.cases || Instant::now() >= end {
            return Ok(tally);
        }
        let image = operands::image(&mut random);
        let mut programs = source.batch(engines, &mut random);
        if programs.is_empty() {
            return Err("no program can be made".into());
        }
        let results = engines.compare(&mut programs, &image)?;
        tally.add(&programs, engines.translators() > 0, engines.has_peer());
        for finding in &results.findings {
            let program = &programs[finding.program];
            let count = tally.add_finding(program, finding);
            report(engines, program, &image, finding, count)?;
        }
    }
}
