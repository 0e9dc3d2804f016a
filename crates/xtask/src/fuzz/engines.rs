//! Runs batches of programs on all engines and compares.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use xemu_host::AltStack;

use super::area::Area;
use super::local::{Jit, Reference, hosts, install_handlers};
use super::peculiar;
use super::peer::Peer;
use super::state::{Outcome, Program, State};

/// After so many batches the translating engines start anew.
const RENEWAL: usize = 500;

/// A program that does not do the same everywhere.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which of the batch.
    pub program: usize,
    /// On which state.
    pub state: usize,
    /// The engine that differs from the interpreter.
    pub engine: &'static str,
    /// What the interpreter does.
    pub mine: Outcome,
    /// What the engine does.
    pub theirs: Outcome,
}

/// The peer's name among engines.
pub const PEER: &str = "peer";
/// The engines that compare with the interpreter unless others are asked for.
pub const ALL: &[&str] = &["v2", "v3", "host", PEER];

/// All engines.
pub struct Engines {
    /// The memory of programs.
    pub area: Area,
    /// The interpreter.
    pub reference: Reference,
    jits: Vec<Jit>,
    peer: Option<Peer>,
    batches: usize,
    /// Whether differences that are known are left out.
    pub lenient: bool,
    _stack: AltStack,
}

/// How many batches all engines of the process have run.
pub static BATCHES: AtomicU64 = AtomicU64::new(0);

/// The program at hand, for who sees an engine panic.
static AT_HAND: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn note(words: &[u32]) {
    words.clone_into(&mut AT_HAND.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Which program is run, as text.
pub fn at_hand() -> String {
    match AT_HAND.try_lock() {
        Ok(words) => format!("the program run last: {words:08x?}"),
        Err(_) => String::new(),
    }
}

/// Makes a panic tell which program was run.
fn tell_program_at_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            usual(info);
            eprintln!("{}", at_hand());
        }));
    });
}

/// What a batch gave.
#[derive(Debug, Default)]
pub struct Results {
    /// The differences.
    pub findings: Vec<Finding>,
    /// The interpreter's outcomes; none where a program is endless.
    pub outcomes: Vec<Vec<Option<Outcome>>>,
}

impl Engines {
    /// The engines of the given names; the peer is run by `peer`.
    ///
    /// # Errors
    /// When the host gives no memory, or the peer cannot be run.
    pub fn new(names: &[String], peer: &[String]) -> Result<Self, String> {
        let area = Area::new()?;
        let reference = Reference::new(&area)?;
        if let Some(other) = names.iter().find(|n| !ALL.contains(&n.as_str())) {
            return Err(format!("there is no engine `{other}`"));
        }
        let stack = install_handlers()?;
        tell_program_at_panics();
        let wanted = |name: &str| names.iter().any(|n| n == name);
        let jits = hosts()
            .into_iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, features)| Jit::new(name, features, &area))
            .collect::<Result<_, _>>()?;
        let peer = wanted(PEER).then(|| Peer::start(peer, &area)).transpose()?;
        Ok(Self { area, reference, jits, peer, batches: 0, lenient: true, _stack: stack })
    }

    /// Whether the peer is among them.
    pub fn has_peer(&self) -> bool {
        self.peer.is_some()
    }

    /// How many translating engines there are.
    pub fn translators(&self) -> usize {
        self.jits.len()
    }

    /// Runs the programs, which fit the slots, and compares. Programs that do not end lose their
    /// states.
    ///
    /// # Errors
    /// When an engine cannot go on.
    pub fn compare(&mut self, programs: &mut [Program], image: &[u8]) -> Result<Results, String> {
        self.batches += 1;
        BATCHES.fetch_add(1, Ordering::Relaxed);
        self.area.load(programs, image);
        self.reference.clear();
        let mut outcomes = Vec::new();
        for (slot, program) in programs.iter_mut().enumerate() {
            let entry = self.area.entry(slot);
            let touches = program.touches;
            let mut run = |s: &State| self.reference.run(&mut self.area, entry, s, touches);
            let list: Vec<Option<Outcome>> =
                program.states.iter().map(&mut run).collect::<Result<_, _>>()?;
            if list.iter().any(Option::is_none) {
                program.states.clear();
            }
            program.peer &= !list.iter().flatten().any(peculiar::ends_with_sp_fault);
            outcomes.push(list);
        }
        let peer = self.peer.as_mut().filter(|_| programs.iter().any(|p| p.peer));
        let waiting = peer.map(|peer| peer.send(programs, image)).transpose()?.is_some();
        let mut results = Results { findings: Vec::new(), outcomes };
        self.translate(programs, &mut results)?;
        if waiting && let Some(peer) = &mut self.peer {
            let theirs = peer.receive(programs)?;
            self.add_peer(programs, theirs, &mut results);
        }
        Ok(results)
    }

    fn translate(&mut self, programs: &[Program], results: &mut Results) -> Result<(), String> {
        for jit in &mut self.jits {
            if self.batches.is_multiple_of(RENEWAL) {
                jit.renew()?;
            }
            jit.clear(&self.area);
            for (slot, program) in programs.iter().enumerate() {
                note(&program.words);
                let entry = self.area.entry(slot);
                for (n, state) in program.states.iter().enumerate() {
                    let theirs = jit.run(&mut self.area, entry, state, program.touches)?;
                    let Some(mine) = &results.outcomes[slot][n] else { continue };
                    let same = if self.lenient {
                        peculiar::same_as_translated(mine, &theirs)
                    } else {
                        *mine == theirs
                    };
                    if !same {
                        let (program, state, engine) = (slot, n, jit.name);
                        let mine = mine.clone();
                        results.findings.push(Finding { program, state, engine, mine, theirs });
                    }
                }
            }
        }
        Ok(())
    }

    fn add_peer(&self, programs: &[Program], theirs: Vec<Vec<Outcome>>, results: &mut Results) {
        for (slot, (program, theirs)) in programs.iter().zip(theirs).enumerate() {
            for (n, theirs) in theirs.into_iter().enumerate() {
                let Some(mine) = &results.outcomes[slot][n] else { continue };
                if !peculiar::same_as_peer(program, &program.states[n], mine, &theirs) {
                    let (program, state, engine) = (slot, n, PEER);
                    let mine = mine.clone();
                    results.findings.push(Finding { program, state, engine, mine, theirs });
                }
            }
        }
    }
}
