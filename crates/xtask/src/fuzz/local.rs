//! What the lifter and the interpreter make of a case.

use xemu_guest::{Exit, FaultKind, Fpcr, GuestFault};
use xemu_interp::eval::is_value_op;
use xemu_interp::{BlockEnd, Devices, GuestMemory, Interp};
use xemu_ir::{Block, FpMode, Op, RmwKind, verify};
use xemu_lift::{CpuModel, LiftConfig, Lifter, Limits, fp_mode};

use super::case::Case;

/// A machine without memory.
struct Nothing;

const FAULT: GuestFault = GuestFault { kind: FaultKind::Unmapped, addr: 0, write: false };

impl GuestMemory for Nothing {
    fn read(&mut self, _: u64, _: u32) -> Result<u128, GuestFault> {
        Err(FAULT)
    }
    fn write(&mut self, _: u64, _: u32, _: u128) -> Result<(), GuestFault> {
        Err(FAULT)
    }
    fn rmw(&mut self, _: u64, _: u32, _: RmwKind, _: u64) -> Result<u64, GuestFault> {
        Err(FAULT)
    }
    fn cas(&mut self, _: u64, _: u32, _: u64, _: u64) -> Result<u64, GuestFault> {
        Err(FAULT)
    }
    fn cas128(&mut self, _: u64, _: u128, _: u128) -> Result<u128, GuestFault> {
        Err(FAULT)
    }
    fn check_write(&mut self, _: u64, _: u32) -> Result<(), GuestFault> {
        Err(FAULT)
    }
    fn dc_zva(&mut self, _: u64) -> Result<(), GuestFault> {
        Err(FAULT)
    }
}

impl Devices for Nothing {
    fn counter(&mut self) -> u64 {
        0
    }
    fn random(&mut self) -> Option<u64> {
        None
    }
    fn ic_ivau(&mut self, _: u64) {}
}

/// Lifter and interpreter.
pub struct Local {
    lifter: Lifter,
    interp: Interp,
    block: Block,
}

impl Local {
    /// For the processor model that has everything.
    pub fn new() -> Result<Self, String> {
        let model = CpuModel::by_name("max").ok_or("there is no processor model `max`")?;
        let lifter = Lifter::new(LiftConfig { model });
        Ok(Self { lifter, interp: Interp::new(), block: Block::default() })
    }

    fn lift(&mut self, word: u32, pc: u64, fp: FpMode) -> Result<(), String> {
        let mut limits = Limits { max_insns: 1, fp, stop_at: &mut |_| false };
        self.lifter
            .lift_block(pc, &mut |_| Ok(word), &mut self.block, &mut limits)
            .map_err(|fault| format!("{fault:?}"))?;
        verify(&self.block).map_err(|e| e.to_string())
    }

    /// Whether the instruction computes registers from registers: no memory, no jump, no system
    /// register, not undefined.
    ///
    /// # Errors
    /// If the lifted block is malformed.
    pub fn is_computation(&mut self, word: u32) -> Result<bool, String> {
        use Op::*;
        self.lift(word, 0, FpMode::Host)?;
        Ok(self.block.insts.iter().all(|inst| match inst.op {
            Insn | GetX | GetW | GetV | SetX | SetW | SetV => true,
            Goto => inst.imm == 4,
            op => is_value_op(op),
        }))
    }

    /// The case after its instruction, which stands at `pc`.
    ///
    /// # Errors
    /// If the lifted block is malformed.
    pub fn run(&mut self, case: &Case, pc: u64) -> Result<Case, String> {
        self.lift(case.word, pc, fp_mode(Fpcr(case.fpcr)))?;
        let mut cpu = case.to_cpu(pc);
        let end = self.interp.run_block(&self.block, &mut cpu, &mut Nothing);
        let undefined = matches!(end, BlockEnd::Exit(Exit::Undefined { .. }));
        Ok(case.with_cpu(&cpu, undefined))
    }

    /// The lifted block of a word, for a report.
    pub fn text(&mut self, word: u32, pc: u64) -> String {
        match self.lift(word, pc, FpMode::Host) {
            Ok(()) => self.block.to_string(),
            Err(e) => e,
        }
    }
}
