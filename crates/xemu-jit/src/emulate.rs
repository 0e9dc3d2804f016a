//! Interprets single instructions for generated code, and blocks that run for the first time.

use std::collections::HashMap;

use xemu_guest::{CpuState, GuestFault};
use xemu_interp::{BlockEnd, Interp, Machine};
use xemu_ir::{Block, FpMode};
use xemu_lift::{Extras, Guarded, Lifter, Limits, fp_mode};

use crate::guest::{Guest, with_guarded};

/// How many lifted instructions are kept.
const MOST_KEPT: usize = 1024;
/// The most guest instructions that are interpreted between two polls.
const MAX_INSNS: u32 = 64;

/// What a lifted instruction depends on: its word, and whether its page is guarded if any is.
pub(crate) type Key = (u32, Option<bool>);

/// How code is lifted that starts in a state.
pub(crate) type Modes = (FpMode, Extras);

/// How the code is to be lifted that goes on with the state.
pub(crate) fn modes_of(cpu: &CpuState) -> Modes {
    (fp_mode(cpu), Extras::of(cpu))
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
    let mut limits = Limits { max_insns: 1, fp, stop_at, guarded, extras };
    lifter.lift_block(pc, &mut |_| Ok(word), block, &mut limits)
}

/// Interprets: one instruction at a time, keeping what it has lifted, or a block, forgetting it.
pub struct Emulator {
    interp: Interp,
    machine: Box<dyn Machine>,
    block: Block,
    kept: HashMap<At, (Key, Block), foldhash::fast::FixedState>,
}

impl Emulator {
    /// An emulator of `guest`'s instructions.
    pub fn new(guest: &dyn Guest) -> Self {
        Self {
            interp: Interp::new(),
            machine: guest.machine(),
            block: Block::default(),
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
        let at = (pc, modes_of(cpu));
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

    /// Runs the block at `cpu.pc`, up to its first branch.
    pub fn run_block(
        &mut self,
        cpu: &mut CpuState,
        guest: &dyn Guest,
        lifter: &mut Lifter,
    ) -> Result<BlockEnd, GuestFault> {
        let ((fp, extras), stop_at) = (modes_of(cpu), &mut |_| true);
        with_guarded(guest, |guarded| {
            let mut limits = Limits { max_insns: MAX_INSNS, fp, stop_at, guarded, extras };
            lifter.lift_block(cpu.pc, &mut |a| guest.fetch(a), &mut self.block, &mut limits)
        })?;
        Ok(self.interp.run_block(&self.block, cpu, &mut *self.machine))
    }
}
