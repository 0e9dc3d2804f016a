//! The interpreting engine: lifts blocks, keeps them, and runs them one after the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_interp::{BlockEnd, Interp, Machine, accessed};
use xemu_ir::Block;
use xemu_lift::{LiftConfig, Lifter, Limits, MaxInsns};

use crate::emulate::{At, modes_of};
use crate::guest::{Guest, with_guarded};

/// How many blocks a thread keeps.
const MOST_KEPT: usize = 1 << 15;
/// The most guest instructions in a block: a poll is due between blocks.
const MAX_INSNS: MaxInsns = MaxInsns::of(32);

/// The engine that interprets.
pub struct InterpEngine {
    guest: Arc<dyn Guest>,
    lift: LiftConfig,
    invalidations: AtomicU64,
}

impl InterpEngine {
    /// An engine for `guest`.
    pub fn new(guest: Arc<dyn Guest>, lift: LiftConfig) -> Self {
        Self { guest, lift, invalidations: AtomicU64::new(0) }
    }

    /// A new thread's part.
    pub fn new_thread(self: &Arc<Self>) -> InterpThread {
        InterpThread {
            engine: self.clone(),
            interp: Interp::new(),
            machine: self.guest.machine(),
            lifter: Lifter::new(self.lift.clone()),
            blocks: HashMap::default(),
            seen_invalidations: 0,
        }
    }

    /// Code changed: what was lifted is forgotten.
    pub fn invalidate(&self, _start: u64, _len: u64) {
        self.invalidations.fetch_add(1, Ordering::SeqCst);
    }
}

/// One thread of the interpreting engine.
pub struct InterpThread {
    engine: Arc<InterpEngine>,
    interp: Interp,
    machine: Box<dyn Machine>,
    lifter: Lifter,
    blocks: HashMap<At, Block, foldhash::fast::FixedState>,
    seen_invalidations: u64,
}

impl InterpThread {
    /// Runs guest code from `cpu.pc` until something is to be done for it.
    pub fn run(&mut self, cpu: &mut CpuState) -> Exit {
        loop {
            if cpu.poll.load(Ordering::Acquire) != 0 {
                return Exit::Poll;
            }
            let seen = self.engine.invalidations.load(Ordering::SeqCst);
            if seen != self.seen_invalidations || self.blocks.len() > MOST_KEPT {
                self.seen_invalidations = seen;
                self.blocks.clear();
            }
            let pc = accessed(cpu.pc);
            cpu.pc = pc;
            let at = (pc, modes_of(cpu, &*self.engine.guest));
            if let Err(fault) = self.lifted(at) {
                return Exit::Fault(fault);
            }
            let block = &self.blocks[&at];
            if let BlockEnd::Exit(exit) = self.interp.run_block(block, cpu, &mut *self.machine) {
                return exit;
            }
        }
    }

    /// Makes sure that the block at a place is lifted.
    fn lifted(&mut self, at: At) -> Result<(), GuestFault> {
        if self.blocks.contains_key(&at) {
            return Ok(());
        }
        let (pc, (fp, extras)) = at;
        if pc & 3 != 0 {
            return Err(GuestFault { kind: FaultKind::MisalignedPc, addr: pc, write: false });
        }
        let guest = self.engine.guest.clone();
        let mut block = Block::default();
        with_guarded(&*guest, |guarded| {
            let stop_at = &mut |_| false;
            let mut limits = Limits { max_insns: MAX_INSNS, fp, stop_at, guarded, extras };
            self.lifter.lift_block(pc, &mut |a| guest.fetch(a), &mut block, &mut limits)
        })?;
        if cfg!(debug_assertions)
            && let Err(e) = xemu_ir::verify(&block)
        {
            panic!("the lifter made a malformed block: {e}");
        }
        self.blocks.insert(at, block);
        Ok(())
    }
}
