//! Interprets single instructions for generated code, and blocks that run for the first time.

use std::collections::HashMap;

use xemu_guest::{CpuState, GuestFault};
use xemu_interp::{BlockEnd, Interp, Machine};
use xemu_ir::{Block, FpMode};
use xemu_lift::{Lifter, Limits, fp_mode};

use crate::guest::Guest;

/// How many lifted instructions are kept.
const MOST_KEPT: usize = 1024;
/// The most guest instructions that are interpreted between two polls.
const MAX_INSNS: u32 = 64;

/// Interprets: one instruction at a time, keeping what it has lifted, or a block, forgetting it.
pub struct Emulator {
    interp: Interp,
    machine: Box<dyn Machine>,
    block: Block,
    kept: HashMap<(u64, FpMode), (u32, Block), foldhash::fast::FixedState>,
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
        let word = guest.fetch(pc)?;
        let fp = fp_mode(cpu.fpcr);
        let key = (pc, fp);
        if self.kept.get(&key).is_none_or(|(kept, _)| *kept != word) {
            if self.kept.len() >= MOST_KEPT {
                self.kept.clear();
            }
            let mut block = Block::default();
            let mut limits = Limits { max_insns: 1, fp, stop_at: &mut |_| false };
            lifter.lift_block(pc, &mut |_| Ok(word), &mut block, &mut limits)?;
            self.kept.insert(key, (word, block));
        }
        let (_, block) = &self.kept[&key];
        Ok(self.interp.run_block(block, cpu, &mut *self.machine))
    }

    /// Runs the block at `cpu.pc`, up to its first branch.
    pub fn run_block(
        &mut self,
        cpu: &mut CpuState,
        guest: &dyn Guest,
        lifter: &mut Lifter,
    ) -> Result<BlockEnd, GuestFault> {
        let fp = fp_mode(cpu.fpcr);
        let mut limits = Limits { max_insns: MAX_INSNS, fp, stop_at: &mut |_| true };
        lifter.lift_block(cpu.pc, &mut |a| guest.fetch(a), &mut self.block, &mut limits)?;
        Ok(self.interp.run_block(&self.block, cpu, &mut *self.machine))
    }
}
