//! Interprets single instructions for generated code, and blocks that have run seldom.

use std::collections::HashMap;

use xemu_guest::{CpuState, GuestFault};
use xemu_interp::{BlockEnd, Interp, Machine};
use xemu_ir::{Block, FpMode};
use xemu_lift::{Extras, Guarded, Lifter, Limits, MaxInsns, fp_mode};

use crate::guest::{Guest, with_guarded};

/// How many lifted instructions are kept.
const MOST_KEPT: usize = 1024;
/// The most guest instructions that are interpreted between two polls.
const MAX_INSNS: MaxInsns = MaxInsns::of(64);
/// How many lifted blocks are kept; a power of two.
const BLOCKS: usize = 16;
/// How often a block is interpreted that is kept all the while. Interpreting a kept block costs
/// about a tenth of translating it.
const RUNS: u32 = 4;

/// What a lifted instruction depends on: its word, and whether its page is guarded if any is.
pub(crate) type Key = (u32, Option<bool>);

/// How code is lifted that starts in a state.
pub(crate) type Modes = (FpMode, Extras);

/// How the code is to be lifted that goes on with the state.
pub(crate) fn modes_of(cpu: &CpuState, guest: &dyn Guest) -> Modes {
    (fp_mode(cpu), Extras::of(cpu, guest.has_shadow_stacks()))
}

/// Where an instruction stands, and how it is lifted.
pub(crate) type At = (u64, Modes);

/// The key of the instruction at `pc`.
///
/// # Errors
/// The fault of fetching it.
pub(crate) fn key_of(guest: &dyn Guest, pc: u64) -> Result<Key, GuestFault> {
    let word = guest.fetch(pc)?;
    Ok((word, guest.has_guarded_pages().then(|| guest.is_guarded(pc))))
}

/// Lifts one instruction.
///
/// # Errors
/// None that fetching has not met before.
pub(crate) fn lift_one(
    lifter: &mut Lifter,
    (pc, (fp, extras)): At,
    (word, guard): Key,
    block: &mut Block,
) -> Result<(), GuestFault> {
    let is_guarded = move |_| guard == Some(true);
    let guarded: Guarded<'_> = if guard.is_some() { Some(&is_guarded) } else { None };
    let stop_at = &mut |_| false;
    let mut limits = Limits { max_insns: MaxInsns::of(1), fp, stop_at, guarded, extras };
    lifter.lift_block(pc, &mut |_| Ok(word), block, &mut limits)
}

/// A block that was lifted, and the words that it was lifted from.
#[derive(Default)]
struct Lifted {
    at: At,
    /// How often it was run since it was lifted.
    runs: u32,
    words: Vec<u32>,
    block: Block,
}

impl Lifted {
    /// Whether lifting there would give this block. Reading the words again is cheap beside lifting
    /// them, and nobody has to tell of code that changed.
    fn is_current(&self, at: At, guest: &dyn Guest) -> bool {
        let mut words = (at.0..).step_by(4).zip(&self.words);
        self.at == at
            && !self.words.is_empty()
            && words.all(|(pc, word)| guest.fetch(pc) == Ok(*word))
    }

    fn lift(&mut self, at: At, guest: &dyn Guest, lifter: &mut Lifter) -> Result<(), GuestFault> {
        let Self { words, block, .. } = self;
        let (pc, (fp, extras)) = at;
        (self.at, self.runs) = (at, 0);
        words.clear();
        let mut fetch = |pc| guest.fetch(pc).inspect(|word| words.push(*word));
        let stop_at = &mut |_| true;
        with_guarded(guest, |guarded| {
            let mut limits = Limits { max_insns: MAX_INSNS, fp, stop_at, guarded, extras };
            lifter.lift_block(pc, &mut fetch, block, &mut limits)
        })
    }
}

/// Interprets one instruction or one block at a time, and keeps some of what it has lifted.
pub struct Emulator {
    interp: Interp,
    machine: Box<dyn Machine>,
    /// The block lifted last of those whose address has the index in its low bits.
    blocks: Vec<Lifted>,
    kept: HashMap<At, (Key, Block), foldhash::fast::FixedState>,
}

impl Emulator {
    /// An emulator of `guest`'s instructions.
    pub fn new(guest: &dyn Guest) -> Self {
        Self {
            interp: Interp::new(),
            machine: guest.machine(),
            blocks: Vec::new(),
            kept: HashMap::default(),
        }
    }

    /// Runs the instruction at `cpu.pc`.
    pub fn step(
        &mut self,
        cpu: &mut CpuState,
        guest: &dyn Guest,
        lifter: &mut Lifter,
    ) -> Result<BlockEnd, GuestFault> {
        let pc = cpu.pc;
        let key = key_of(guest, pc)?;
        let at = (pc, modes_of(cpu, guest));
        if self.kept.get(&at).is_none_or(|(kept, _)| *kept != key) {
            if self.kept.len() >= MOST_KEPT {
                self.kept.clear();
            }
            let mut block = Block::default();
            lift_one(lifter, at, key, &mut block)?;
            self.kept.insert(at, (key, block));
        }
        let (_, block) = &self.kept[&at];
        Ok(self.interp.run_block(block, cpu, &mut *self.machine))
    }

    /// Whether the block at `pc` was interpreted a short while ago, and not yet so often that it
    /// should be translated.
    pub fn is_warm(&self, pc: u64, fp: FpMode) -> bool {
        let Some(kept) = self.blocks.get(slot(pc)) else { return false };
        kept.at == (pc, (fp, Extras::default())) && kept.runs < RUNS
    }

    /// Runs the block at `cpu.pc`, up to its first branch.
    pub fn run_block(
        &mut self,
        cpu: &mut CpuState,
        guest: &dyn Guest,
        lifter: &mut Lifter,
    ) -> Result<BlockEnd, GuestFault> {
        let at = (cpu.pc, modes_of(cpu, guest));
        if self.blocks.is_empty() {
            self.blocks.resize_with(BLOCKS, Lifted::default);
        }
        let kept = &mut self.blocks[slot(cpu.pc)];
        // Which pages are guarded is not in the words.
        if guest.has_guarded_pages() || !kept.is_current(at, guest) {
            kept.lift(at, guest, lifter)?;
        }
        kept.runs += 1;
        Ok(self.interp.run_block(&kept.block, cpu, &mut *self.machine))
    }
}

/// Where the block at `pc` is kept.
fn slot(pc: u64) -> usize {
    (pc >> 2) as usize % BLOCKS
}
