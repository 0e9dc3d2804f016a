//! Integer multiplication and division.

use xemu_ir::Val;

use super::Emitter;
use crate::asm::reg::{RAX, RDX};
use crate::asm::{self, Alu, GprMem, Mem, Unary, Width};

use Width::{W32, W64};

impl Emitter<'_> {
    pub(super) fn mul(&mut self, i: usize, w: Width, a: Val, b: Val) {
        let (a, b) = self.constant_last(a, b);
        if self.features.bmi2 && self.flags_must_stay() {
            // Carries are added up between products.
            self.take_fixed(RDX);
            self.load_gpr(RDX, a, w);
            let src = self.rm_g(b);
            let d = self.def_g(i);
            self.asm.mulx(w, RDX, d, src);
            return;
        }
        self.clobber_flags();
        if let Some(imm) = self.imm32(b, w) {
            let src = self.rm_g(a);
            let d = self.def_reuse_g(i, a);
            self.asm.imul_imm(w, d, src, imm);
            return;
        }
        let (a, b) = if self.dies_here(b) && !self.dies_here(a) { (b, a) } else { (a, b) };
        let rb = self.rm_g(b);
        let ra = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        if rb == GprMem::Reg(d) {
            self.asm.imul(w, d, ra);
        } else {
            self.mov_g(w, d, ra);
            self.asm.imul(w, d, rb);
        }
    }

    pub(super) fn mul_high(&mut self, i: usize, op: Unary, a: Val, b: Val) {
        if self.features.bmi2 && op == Unary::Mul {
            self.take_fixed(RDX);
            self.load_gpr(RDX, a, W64);
            let src = self.rm_g(b);
            let d = self.def_g(i);
            self.asm.mulx(W64, d, RDX, src);
            return;
        }
        self.clobber_flags();
        self.take_fixed(RAX);
        self.take_fixed(RDX);
        self.load_gpr(RAX, a, W64);
        let src = self.rm_g(b);
        self.asm.unary(op, W64, src);
        self.unlock_fixed(RAX);
        self.def_fixed(i, RDX);
    }

    /// Arm: division by zero gives zero. x86: #DE.
    pub(super) fn udiv(&mut self, i: usize, w: Width, a: Val, b: Val) {
        self.clobber_flags();
        self.take_fixed(RAX);
        self.take_fixed(RDX);
        self.load_gpr(RAX, a, W64);
        let d = self.use_g(b);
        let zero = self.asm.new_label();
        let done = self.asm.new_label();
        self.asm.alu(Alu::Xor, W32, RDX, RDX);
        self.asm.test(w, d, d);
        self.asm.jcc_short(asm::Cond::E, zero);
        self.asm.unary(Unary::Div, w, d);
        self.asm.jmp_short(done);
        self.asm.bind(zero);
        self.asm.alu(Alu::Xor, W32, RAX, RAX);
        self.asm.bind(done);
        self.unlock_fixed(RDX);
        self.def_fixed(i, RAX);
    }

    /// Arm: division by zero gives zero, the least number by -1 itself. x86: #DE for both.
    pub(super) fn sdiv(&mut self, i: usize, w: Width, a: Val, b: Val) {
        self.clobber_flags();
        self.take_fixed(RAX);
        self.take_fixed(RDX);
        self.load_gpr(RAX, a, W64);
        let d = self.use_g(b);
        let [minus, zero, done] = core::array::from_fn(|_| self.asm.new_label());
        self.asm.lea(w, RDX, Mem::disp(d, 1));
        self.asm.alu_imm(Alu::Cmp, w, RDX, 1);
        // d + 1 is 0 for -1 and 1 for 0; unsigned below or equal is both.
        self.asm.jcc_short(asm::Cond::BE, minus);
        self.asm.cdq(w);
        self.asm.unary(Unary::Idiv, w, d);
        self.asm.jmp_short(done);
        self.asm.bind(minus);
        self.asm.jcc_short(asm::Cond::E, zero);
        self.asm.unary(Unary::Neg, w, RAX);
        self.asm.jmp_short(done);
        self.asm.bind(zero);
        self.asm.alu(Alu::Xor, W32, RAX, RAX);
        self.asm.bind(done);
        self.unlock_fixed(RDX);
        self.def_fixed(i, RAX);
    }
}
