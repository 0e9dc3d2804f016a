//! Vector and floating-point operations.

use core::mem::offset_of;

use xemu_guest::{CpuState, EngineSlots};
use xemu_ir::{Effects, Inst, Op, Ty};

use super::{Cold, Emitter, EvalCode};
use crate::alloc::Loc;
use crate::asm::reg::{RAX, RCX};
use crate::asm::{Alu, Cond, VecMove, VecOp, VecOpImm, Width, Xmm};
use crate::contract::{Helper, engine, helper, scratch_slot, state};

impl Emitter<'_> {
    pub(super) fn vector(&mut self, i: usize, inst: &Inst) {
        if self.float(i, inst) {
            return;
        }
        let upto = |last: Op| inst.op as u16 <= last as u16;
        let inline = if upto(Op::VRev) {
            self.vec_moves(i, inst)
        } else if upto(Op::VCls) {
            self.vec_bits(i, inst)
        } else if upto(Op::VUhsub) {
            self.vec_arith(i, inst)
        } else if upto(Op::VUaddlv) {
            self.vec_reduce(i, inst)
        } else if upto(Op::VCmtst) {
            self.vec_compare(i, inst)
        } else if upto(Op::VUsmmla) {
            self.vec_crypto(i, inst)
        } else if upto(Op::VUrsqrte) {
            self.integer_estimate(i, inst);
            true
        } else if upto(Op::VSqdmull) {
            self.vec_sat(i, inst)
        } else if upto(Op::VSrshl) {
            self.vec_shift(i, inst)
        } else if upto(Op::VXtn) {
            self.vec_wide(i, inst)
        } else {
            self.vec_crypto(i, inst)
        };
        if !inline {
            self.eval(i, inst);
        }
    }

    /// `dst` becomes the lowest element of `src` with zeros above. `dst` may be `src`.
    pub(super) fn clear_above(&mut self, dst: Xmm, src: Xmm, es: u8) {
        match es {
            3 => self.asm.movq(dst, src),
            // INSERTPS with a zero mask of the upper three elements.
            2 => self.asm.v3_imm(VecOpImm::INSERTPS, dst, src, src, 0b1110),
            0 | 1 => {
                let low = self.pool(if es == 0 { 0xff } else { 0xffff });
                self.asm.v3(VecOp::PAND, dst, src, low);
            }
            _ => self.asm.vmov(dst, src),
        }
    }

    /// Runs the operation out of line: operands and result travel through the scratch slots.
    pub(super) fn eval(&mut self, i: usize, inst: &Inst) {
        self.call_out(i, inst, Helper::Eval);
    }

    /// The same for an operation that reaches memory or registers: it may fault.
    pub(super) fn exec(&mut self, i: usize, inst: &Inst) {
        self.call_out(i, inst, Helper::Exec);
    }

    fn call_out(&mut self, i: usize, inst: &Inst, which: Helper) {
        let info = inst.op.info();
        self.ways.routine = true;
        self.save_flags_if(info.effects.has(Effects::READS_FLAGS));
        self.clobber_flags();
        for (n, ty) in info.args.iter().enumerate() {
            let (v, slot) = (inst.args[n], scratch_slot(n as u8));
            if !v.is_some() {
                self.asm.store_imm(Width::W64, slot, 0);
            } else if *ty == Ty::V {
                let r = self.use_v(v);
                self.asm.vstore(VecMove::MOVAPS, slot, r);
            } else {
                let r = self.use_g(v);
                self.asm.store(Width::W64, slot, r);
            }
        }
        self.s.gpr.unlock_all();
        self.s.vec.unlock_all();
        self.evict_all();
        if info.imm {
            let slot = engine(offset_of!(EngineSlots, leave_addr));
            self.asm.mov_imm(RAX, inst.imm);
            self.asm.store(Width::W64, slot, RAX);
        }
        self.asm.mov_imm(RAX, u64::from(EvalCode::new(inst).0));
        if which == Helper::Exec {
            self.asm.mov_imm(RCX, self.pc);
            self.asm.store(Width::W64, state(offset_of!(CpuState, pc)), RCX);
        }
        // Where nothing is left, that is the result: a copy's epilogue costs a comparison.
        let may_skip = matches!(inst.op, Op::MemCopy | Op::MemSet);
        let skip = self.asm.new_label();
        if may_skip {
            self.asm.alu_imm(Alu::Cmp, Width::W64, scratch_slot(0), 0);
            self.asm.jcc(Cond::E, skip);
        }
        self.asm.call_rm(helper(which));
        if which == Helper::Exec {
            let label = self.asm.new_label();
            self.asm.jcc(Cond::NE, label);
            self.s.cold.push(Cold::Emulate { label, pc: self.pc });
        }
        self.asm.bind(skip);
        if info.effects.has(Effects::WRITES_FLAGS) {
            self.flags.in_state = true;
        }
        match info.result {
            Ty::Non => {}
            Ty::V => {
                let d = self.def_apart_v(i);
                self.asm.vload(VecMove::MOVAPS, d, scratch_slot(0));
            }
            _ => {
                let d = self.def_apart_g(i);
                self.asm.mov(Width::W64, d, scratch_slot(0));
                self.s.values[i].clean = true;
            }
        }
        debug_assert!(info.result == Ty::Non || self.s.values[i].loc != Loc::None);
    }

    /// System registers: rare, so the instruction is interpreted.
    pub(super) fn system(&mut self, i: usize, inst: &Inst) {
        use xemu_ir::SysReg;
        let field = match SysReg::from_u8(inst.a) {
            SysReg::TpidrEl0 => offset_of!(xemu_guest::CpuState, tpidr_el0),
            SysReg::TpidrroEl0 => offset_of!(xemu_guest::CpuState, tpidrro_el0),
            // glibc's functions look at the rounding mode before they may change it.
            SysReg::Fpcr if inst.op == Op::GetSys => {
                let d = self.def_g(i);
                let slot = crate::contract::state(offset_of!(xemu_guest::CpuState, fpcr));
                return self.asm.mov(Width::W32, d, slot);
            }
            SysReg::CntvctEl0 | SysReg::WallClock => return self.exec(i, inst),
            _ => return self.emulate(),
        };
        let slot = crate::contract::state(field);
        match inst.op {
            Op::GetSys => {
                let d = self.def_g(i);
                self.asm.mov(Width::W64, d, slot);
            }
            Op::SetSys => {
                let r = self.use_g(inst.args[0]);
                self.asm.store(Width::W64, slot, r);
            }
            _ => self.emulate(),
        }
    }
}
