//! Vector and floating-point operations.

use core::mem::offset_of;

use xemu_guest::EngineSlots;
use xemu_ir::{Effects, Inst, Op, Ty};

use super::{Emitter, EvalCode};
use crate::alloc::Loc;
use crate::asm::reg::RAX;
use crate::asm::{VecMove, VecOp, VecOpImm, VecShift, Width, Xmm};
use crate::contract::{Helper, engine, helper, scratch_slot};

impl Emitter<'_> {
    pub(super) fn vector(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        if self.float(i, inst) {
            return;
        }
        match inst.op {
            ConstV => self.const_v(i, inst.imm, inst.imm),
            ConstVLow => self.const_v(i, inst.imm, 0),
            VFromX => self.v_from(i, inst, Width::W64),
            VFromW => self.v_from(i, inst, Width::W32),
            _ => self.eval(i, inst),
        }
    }

    fn const_v(&mut self, i: usize, low: u64, high: u64) {
        let d = self.def_v(i);
        if low == 0 && high == 0 {
            self.asm.vzero(d);
            self.s.values[i].zero_above = 0;
            return;
        }
        if low == u64::MAX && high == u64::MAX {
            self.asm.v3(VecOp::PCMPEQD, d, d, d);
            return;
        }
        let t = self.scratch_g();
        self.asm.mov_imm(t, low);
        self.asm.movd_from_gpr(Width::W64, d, t);
        if high == low {
            self.asm.v3(VecOp::PUNPCKLQDQ, d, d, d);
        } else {
            self.s.values[i].zero_above = 3;
        }
    }

    fn v_from(&mut self, i: usize, inst: &Inst, w: Width) {
        let src = self.rm_g(inst.args[0]);
        let d = self.def_v(i);
        self.asm.movd_from_gpr(w, d, src);
        self.s.values[i].zero_above = if w == Width::W64 { 3 } else { 2 };
    }

    /// `dst` becomes the lowest element of `src` with zeros above. `dst` may be `src`.
    pub(super) fn clear_above(&mut self, dst: Xmm, src: Xmm, es: u8) {
        match es {
            3 => self.asm.movq(dst, src),
            // INSERTPS with a zero mask of the upper three elements.
            2 => self.asm.v3_imm(VecOpImm::INSERTPS, dst, src, src, 0b1110),
            0 | 1 => {
                let up = if es == 0 { 15 } else { 14 };
                self.asm.vshift(VecShift::PSLLDQ, dst, src, up);
                self.asm.vshift(VecShift::PSRLDQ, dst, dst, up);
            }
            _ => self.asm.vmov(dst, src),
        }
    }

    /// Runs the operation out of line: operands and result travel through the scratch slots.
    pub(super) fn eval(&mut self, i: usize, inst: &Inst) {
        let info = inst.op.info();
        self.save_flags_if(info.effects.has(Effects::READS_FLAGS));
        self.clobber_flags();
        for (n, ty) in info.args.iter().enumerate() {
            let (v, slot) = (inst.args[n], scratch_slot(n as u8));
            if *ty == Ty::V {
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
        self.asm.call_rm(helper(Helper::Eval));
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
