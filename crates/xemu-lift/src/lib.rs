//! Lifts A64 instructions into IR, one file per class of the Arm manual.
//!
//! [`Lifter::lift_block`] turns guest code at an address into a [`Block`]: a straight line through
//! conditional branches, which become side exits, up to the first instruction that leaves the line.
//! A handler bears the name of its decode row and emits, in this order: reads, everything that may
//! fault, the writes of registers. So a faulting instruction has changed nothing.
//!
//! The crate knows nothing of host code, of memory or of Linux. What it needs to know of the
//! processor that is shown to the guest stands in [`CpuModel`].
#![forbid(unsafe_code)]

mod addressing;
mod atomics;
mod branch;
mod cpu_model;
mod ctx;
mod dispatch;
mod dispatch_simd;
mod dp_imm;
mod dp_reg;
mod exclusive;
mod flag_ops;
mod flag_scan;
mod gcs;
mod loads_stores;
mod mops;
mod mte;
mod pauth;
mod sized;
mod system;

mod crypto;
mod fp_lanes;
mod fp_scalar;
mod simd_different;
mod simd_form;
mod simd_loads_stores;
mod simd_misc;
mod simd_permute;
mod simd_same;
mod simd_shift;
mod simd_structures;
mod stack_pointer;

#[cfg(test)]
mod tests;

use xemu_a64::Feature;
use xemu_guest::{CpuState, Fpcr, GuestFault};
use xemu_ir::{Block, Builder, Effects, FpMode, Op, Val};

pub use cpu_model::{CpuFeature, CpuModel};
use ctx::Ctx;
pub use flag_scan::flags_live_at;

/// What the lifter must know of the guest's processor.
#[derive(Clone, Debug, Default)]
pub struct LiftConfig {
    /// The processor that is shown to the guest.
    pub model: CpuModel,
}

impl LiftConfig {
    /// Whether the model has the feature that brings an instruction.
    #[inline]
    pub fn has(&self, feature: Feature) -> bool {
        self.model.has(feature)
    }
}

/// How blocks are translated that run with the state's FPCR.
pub fn fp_mode(cpu: &CpuState) -> FpMode {
    // EBF concerns only instructions that are never inline.
    const APART: u32 = Fpcr::DN | Fpcr::AHP | Fpcr::FZ16 | Fpcr::FIZ | Fpcr::AH;
    match cpu.fpcr {
        fpcr if fpcr.nep() => FpMode::Merging,
        Fpcr(bits) if bits & APART != 0 => FpMode::OutOfLine,
        fpcr if fpcr.fz() => FpMode::Flush,
        _ if cpu.fpsr_watched => FpMode::Watched,
        _ => FpMode::Host,
    }
}

/// What instructions check or do besides, because of the state they may start in. Nothing usually.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Extras {
    /// SP may be misaligned when the block starts, so accesses with SP as their base check it.
    /// Otherwise it is a multiple of 16 there, and the block is left when it no longer is.
    pub check_sp: bool,
    /// The thread may use a guarded control stack: calls push and returns check.
    pub gcs: bool,
}

impl Extras {
    /// What blocks need that start with the state; `gcs` as in the field.
    pub fn of(cpu: &CpuState, gcs: bool) -> Self {
        Self { check_sp: cpu.sp() & 15 != 0, gcs }
    }
}

/// How many guest instructions a block has at most; at least one is lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxInsns {
    /// If a branch may leave it before its end.
    pub branching: u32,
    /// If none does.
    pub straight: u32,
}

impl MaxInsns {
    /// The usual numbers. The second one is enough for the unrolled loops of ciphers, whose
    /// registers are then kept in host registers throughout. Such a block spans two pages at most.
    pub const USUAL: Self = Self { branching: 64, straight: 512 };

    /// The number for all blocks.
    pub const fn of(n: u32) -> Self {
        Self { branching: n, straight: n }
    }
}

/// How one block is to be lifted.
pub struct Limits<'a> {
    /// The block's length.
    pub max_insns: MaxInsns,
    /// How floating point is to be translated; handed on to the block.
    pub fp: FpMode,
    /// Whether the block should end before the given address, because it is translated already.
    /// Asked behind conditional branches.
    pub stop_at: &'a mut dyn FnMut(u64) -> bool,
    /// Whether the page of an address is guarded (FEAT_BTI); `None` where no page is, so that
    /// nothing is to be emitted for it.
    pub guarded: Guarded<'a>,
    /// What instructions check or do besides.
    pub extras: Extras,
}

/// Whether the page of an address is guarded, if any is.
pub type Guarded<'a> = Option<&'a dyn Fn(u64) -> bool>;

/// Lifts guest code.
#[derive(Clone, Debug, Default)]
pub struct Lifter {
    config: LiftConfig,
}

impl Lifter {
    /// A lifter for the given processor.
    pub fn new(config: LiftConfig) -> Self {
        Self { config }
    }

    /// What the lifter was made with.
    pub fn config(&self) -> &LiftConfig {
        &self.config
    }

    /// Lifts the code at `pc` into `block`, which is emptied before. `fetch` reads the instruction
    /// word at an address.
    ///
    /// # Errors
    /// The fault of `fetch`, if it failed for the first instruction. When a later one cannot be
    /// fetched, the block ends before it.
    pub fn lift_block(
        &mut self,
        pc: u64,
        fetch: &mut dyn FnMut(u64) -> Result<u32, GuestFault>,
        block: &mut Block,
        limits: &mut Limits<'_>,
    ) -> Result<(), GuestFault> {
        let mut word = fetch(pc)?;
        block.reset(pc);
        block.fp = limits.fp;
        let guarded = limits.guarded.filter(|_| self.config.has(Feature::Bti));
        let (b, config, extras) = (Builder::new(block), &self.config, limits.extras);
        let mut cx = Ctx { b, pc, word, config, guarded, extras, sp_written: None };
        let mut most = limits.max_insns.straight;
        loop {
            let next = cx.lift_one(word);
            let effects = cx.last_effects();
            if effects.has(Effects::ENDS_BLOCK) {
                return Ok(());
            }
            if effects.has(Effects::SIDE_EXIT) {
                most = limits.max_insns.branching;
            }
            let full = cx.b.block().guest_insns >= most;
            if full || (effects.has(Effects::SIDE_EXIT) && (limits.stop_at)(next)) {
                break;
            }
            match fetch(next) {
                Ok(fetched) => word = fetched,
                Err(_) => break,
            }
            cx.pc = next;
        }
        let next = cx.next_pc();
        cx.b.exit(Op::Goto, 0, Val::NONE, next);
        Ok(())
    }
}
