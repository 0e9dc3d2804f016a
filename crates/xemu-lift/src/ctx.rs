//! What every handler works with: the builder, the instruction's address and word, the model.

use xemu_a64::{Decode, Feature, decode};
use xemu_ir::{Builder, Effects, Es, Inst, Op, Val};

use crate::sized::Sized2;
use crate::{CpuFeature, Extras, Guarded, LiftConfig, branch, dispatch, stack_pointer};

/// The state of lifting one block, seen from one instruction.
pub(crate) struct Ctx<'a> {
    /// Appends to the block.
    pub b: Builder<'a>,
    /// The address of the instruction.
    pub pc: u64,
    /// The instruction.
    pub word: u32,
    /// The processor.
    pub config: &'a LiftConfig,
    /// Whether the page of an address is guarded; `None` where BTYPE is not kept.
    pub guarded: Guarded<'a>,
    /// What instructions check or do besides.
    pub extras: Extras,
    /// What the instruction has written to SP.
    pub sp_written: Option<Val>,
}

/// Whether the word is in the hint space, where what is not known executes as NOP. (Arm ARM
/// C4.1, "Hints")
fn is_hint(word: u32) -> bool {
    word & 0xffff_f01f == 0xd503_201f
}

impl Ctx<'_> {
    /// Lifts `word`, which stands at `self.pc`; returns the address behind it.
    pub fn lift_one(&mut self, word: u32) -> u64 {
        self.word = word;
        let pc = self.pc;
        self.b.begin_insn(pc);
        if pc == self.b.block().pc {
            branch::check_branch_type(self);
        }
        match decode(word) {
            Decode::Insn(insn) => {
                let feature = insn.feature();
                if feature == Feature::Base || self.config.has(feature) {
                    stack_pointer::before(self, insn);
                    dispatch::lift(self, insn);
                    stack_pointer::after(self);
                } else if !is_hint(word) {
                    self.undefined();
                }
            }
            Decode::Unimplemented { .. } if is_hint(word) => {}
            _ => self.undefined(),
        }
        self.next_pc()
    }

    /// The address behind the instruction.
    pub fn next_pc(&self) -> u64 {
        self.pc.wrapping_add(4)
    }

    /// The effects of the op that was emitted last.
    pub fn last_effects(&self) -> Effects {
        self.b.block().insts.last().map_or(Effects::PURE, Inst::effects)
    }

    /// Ends the block: the instruction is UNDEFINED, or not executed here.
    pub fn undefined(&mut self) {
        let word = u64::from(self.word);
        self.b.exit(Op::Undef, 0, Val::NONE, word);
    }

    /// Whether the model has a feature that brings no instruction of its own.
    pub fn has(&self, feature: CpuFeature) -> bool {
        self.config.model.has_feature(feature)
    }

    /// A general register of 64 (`sf` 1) or 32 bits; 31 reads as zero.
    pub fn gpr(&mut self, sf: u32, reg: u32) -> Val {
        if reg == 31 { self.imm(sf, 0) } else { self.gpr_sp(sf, reg) }
    }

    /// A general register of 64 (`sf` 1) or 32 bits; 31 is SP.
    pub fn gpr_sp(&mut self, sf: u32, reg: u32) -> Val {
        if sf == 1 { self.b.get_x(reg) } else { self.b.get_w(reg) }
    }

    /// Sets a general register; 31 discards.
    pub fn set_gpr(&mut self, sf: u32, reg: u32, v: Val) {
        if reg != 31 {
            self.set_gpr_sp(sf, reg, v);
        }
    }

    /// Sets a general register; 31 is SP.
    pub fn set_gpr_sp(&mut self, sf: u32, reg: u32, v: Val) {
        if reg == 31 {
            self.sp_written = Some(v);
        }
        if sf == 1 { self.b.set_x(reg, v) } else { self.b.set_w(reg, v) }
    }

    /// A constant of 64 (`sf` 1) or 32 bits.
    pub fn imm(&mut self, sf: u32, value: u64) -> Val {
        if sf == 1 { self.b.const64(value) } else { self.b.const32(value as u32) }
    }

    /// The constant that `v` is, if it is one.
    pub fn constant(&self, v: Val) -> Option<u64> {
        self.b.block().constant(v)
    }

    /// One operand of the width that `sf` says.
    pub fn op1(&mut self, ops: Sized2, sf: u32, x: Val) -> Val {
        self.b.op1(ops[sf as usize], x)
    }

    /// Two operands of the width that `sf` says. A constant comes second where the order is free.
    pub fn op2(&mut self, ops: Sized2, sf: u32, x: Val, y: Val) -> Val {
        let op = ops[sf as usize];
        if commutes(op) && self.constant(x).is_some() {
            return self.b.op2(op, y, x);
        }
        self.b.op2(op, x, y)
    }

    /// An operand and a constant.
    pub fn op2i(&mut self, ops: Sized2, sf: u32, x: Val, imm: u64) -> Val {
        let y = self.imm(sf, imm);
        self.op2(ops, sf, x, y)
    }

    /// One operand and two attributes.
    pub fn op1a(&mut self, ops: Sized2, sf: u32, attrs: (u32, u32), x: Val) -> Val {
        self.b.op1a(ops[sf as usize], attrs.0 as u8, attrs.1 as u8, x)
    }

    /// Two operands and two attributes.
    pub fn op2a(&mut self, ops: Sized2, sf: u32, attrs: (u32, u32), x: Val, y: Val) -> Val {
        self.b.op2a(ops[sf as usize], attrs.0 as u8, attrs.1 as u8, x, y)
    }

    /// A vector register, all 128 bits.
    pub fn v(&mut self, reg: u32) -> Val {
        self.b.get_v(reg & 31)
    }

    /// Sets a vector register to the low 64 bits (`q` 0) or to all 128 bits of `v`.
    pub fn set_vq(&mut self, q: u32, reg: u32, v: Val) {
        self.b.set_v(reg & 31, if q == 1 { Es::Q } else { Es::D }, v);
    }

    /// The vector with the given halves.
    pub fn const_v128(&mut self, low: u64, high: u64) -> Val {
        if low == high {
            return self.b.const_v(low);
        }
        let v = self.b.emit(Op::ConstVLow, 0, 0, [Val::NONE; 3], low);
        if high == 0 {
            return v;
        }
        let high = self.b.const64(high);
        self.b.op2a(Op::VInsX, Es::D, 1, v, high)
    }
}

fn commutes(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Add32
            | Add64
            | And32
            | And64
            | Or32
            | Or64
            | Xor32
            | Xor64
            | Mul32
            | Mul64
            | Adds32
            | Adds64
            | Ands32
            | Ands64
    )
}
