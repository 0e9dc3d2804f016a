//! Integer multiplication and division.

use xemu_ir::{Op, Val};

use super::Emitter;
use super::regs::temp_number;
use crate::alloc::Loc;
use crate::asm::reg::{RAX, RDX};
use crate::asm::{self, Alu, GprMem, Mem, Unary, Width};
use crate::contract::TEMPS;

use Width::{W32, W64};

/// How many ops further on another product is looked for.
const PRODUCT_DISTANCE: usize = 16;

impl Emitter<'_> {
    pub(super) fn mul(&mut self, i: usize, w: Width, a: Val, b: Val) {
        let (a, b) = self.constant_last(a, b);
        if self.features.bmi2 && self.flags_must_stay() {
            // Carries are added up between products.
            let (multiplier, other) = self.load_multiplier(a, b);
            let src = self.rm_g(other);
            let again = self.multiplies_again(multiplier);
            let in_temp = matches!(src, GprMem::Reg(r) if TEMPS.contains(&r));
            let high = if again && !in_temp { self.scratch_g() } else { RDX };
            if high == RDX {
                self.give_up_multiplier();
            }
            let d = self.def_g(i);
            self.asm.mulx(w, high, d, src);
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
            let (_, other) = self.load_multiplier(a, b);
            let src = self.rm_g(other);
            let d = self.def_g(i);
            // With one register for both halves, that gets the high one.
            self.asm.mulx(W64, d, d, src);
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

    /// Brings one of the factors into RDX for MULX, and says which one. Rows of long numbers are
    /// multiplied by one factor each, which then stays there.
    fn load_multiplier(&mut self, a: Val, b: Val) -> (Val, Val) {
        let t = temp_number(RDX);
        for (v, other) in [(a, b), (b, a)] {
            let there = match self.s.values[v.index()].loc {
                Loc::Temp(n) => n == t,
                Loc::Home(n) | Loc::State(n) => self.s.gpr.copy_in(n) == Some(t),
                _ => false,
            };
            if there {
                self.s.gpr.lock(t);
                return (v, other);
            }
        }
        let (v, other) = match self.multiplies_again(b) && !self.multiplies_again(a) {
            true => (b, a),
            false => (a, b),
        };
        self.take_fixed(RDX);
        self.load_gpr(RDX, v, W64);
        if let Loc::Home(n) | Loc::State(n) = self.s.values[v.index()].loc {
            self.s.gpr.set_copy(t, n);
        }
        (v, other)
    }

    /// RDX is about to change, though not before the factor in it is read.
    fn give_up_multiplier(&mut self) {
        let t = temp_number(RDX);
        if self.s.gpr.holders(t).iter().all(|v| self.is_last_use(Val(*v))) {
            self.s.gpr.drop_copy(t);
        } else {
            self.take_fixed(RDX);
        }
    }

    /// Whether the next product close by has the same factor.
    fn multiplies_again(&self, v: Val) -> bool {
        let register = |v: Val| {
            let inst = self.block.def(v);
            matches!(inst.op, Op::GetX | Op::GetW).then_some(inst.a)
        };
        let behind = self.block.insts.iter().skip(self.cur + 1).take(PRODUCT_DISTANCE);
        let mut products =
            behind.filter(|inst| matches!(inst.op, Op::Mul32 | Op::Mul64 | Op::Umulh));
        let Some(next) = products.next() else { return false };
        let of = register(v);
        next.args[..2].iter().any(|arg| *arg == v || of.is_some() && register(*arg) == of)
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
