//! From guest pc to compiled block: lift, passes, emit.

use xemu_guest::GuestFault;
use xemu_ir::{Analysis, Block, FpMode, Val, passes::forward, passes::liveness};
use xemu_lift::{Extras, LiftConfig, Lifter, Limits, MaxInsns, flags_live_at};
use xemu_x64::contract;
use xemu_x64::{CompileContext, CompileError, Compiled, Compiler, HostFeatures};

use crate::guest::{BlockObserver, Guest, TranslationEvent, with_guarded};

/// How many words the search for the end of NZCV's life reads for one exit.
const FLAG_BUDGET: u32 = 32;

/// Turns guest code into host code, reusing its memory.
pub struct Translator {
    /// The lifter.
    pub lifter: Lifter,
    compiler: Compiler,
    /// The block at hand.
    pub block: Block,
    /// Whether NZCV counts as read behind every exit.
    pub flags_always_live: bool,
    analysis: Analysis,
    /// Memory of a pass.
    renamed: Vec<Val>,
}

impl Translator {
    /// A translator for a CPU model and a host.
    pub fn new(config: LiftConfig, features: HostFeatures) -> Self {
        Self {
            lifter: Lifter::new(config),
            compiler: Compiler::new(features),
            block: Block::default(),
            flags_always_live: false,
            analysis: Analysis::default(),
            renamed: Vec::new(),
        }
    }

    /// Lifts the block at `pc` and runs the passes.
    ///
    /// # Errors
    /// The fault that fetching the first instruction gives.
    pub fn lift(
        &mut self,
        guest: &dyn Guest,
        pc: u64,
        fp: FpMode,
        max_insns: MaxInsns,
        stop_at: &mut dyn FnMut(u64) -> bool,
        observer: Option<&BlockObserver>,
    ) -> Result<(), GuestFault> {
        let extras = Extras { gcs: guest.has_shadow_stacks(), ..Extras::default() };
        with_guarded(guest, |guarded| {
            self.lift_only(guest, pc, &mut Limits { max_insns, fp, stop_at, guarded, extras })
        })?;
        if let Some(observer) = observer {
            observer(&TranslationEvent::Lifted(&self.block));
        }
        if cfg!(debug_assertions)
            && let Err(e) = xemu_ir::verify(&self.block)
        {
            panic!("the lifter made a malformed block: {e}");
        }
        self.passes(guest);
        if let Some(observer) = observer {
            observer(&TranslationEvent::Optimized(&self.block));
        }
        Ok(())
    }

    /// Lifts the block at `pc` and leaves it as it is.
    ///
    /// # Errors
    /// The fault that fetching the first instruction gives.
    pub fn lift_only(
        &mut self,
        guest: &dyn Guest,
        pc: u64,
        limits: &mut Limits<'_>,
    ) -> Result<(), GuestFault> {
        self.lifter.lift_block(pc, &mut |a| guest.fetch(a), &mut self.block, limits)
    }

    /// Runs the passes on the block at hand.
    pub fn passes(&mut self, guest: &dyn Guest) {
        forward::run(&mut self.block, contract::IN_STATE, &mut self.renamed);
        let always = self.flags_always_live;
        let mut live = |pc| always || flags_live_at(pc, FLAG_BUDGET, &mut |a| guest.fetch(a).ok());
        let mut ctx = liveness::Context { flags_live_at: &mut live };
        liveness::run(&mut self.block, &mut ctx, &mut self.analysis);
    }

    /// Compiles the block at hand.
    ///
    /// # Errors
    /// When the emitter failed, which is a defect.
    pub fn compile(&mut self, ctx: &CompileContext) -> Result<Compiled<'_>, CompileError> {
        self.compiler.compile(&self.block, &self.analysis, ctx)
    }
}
