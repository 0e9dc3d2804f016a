//! Integer arithmetic and comparison, element by element.

use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use crate::asm::{VecBlend, VecOp, VecShift, VecUnary, Xmm};

use VecOp as X;

pub(super) const ADD: [VecOp; 4] = [X::PADDB, X::PADDW, X::PADDD, X::PADDQ];
pub(super) const SUB: [VecOp; 4] = [X::PSUBB, X::PSUBW, X::PSUBD, X::PSUBQ];
pub(super) const CMPEQ: [VecOp; 4] = [X::PCMPEQB, X::PCMPEQW, X::PCMPEQD, X::PCMPEQQ];
pub(super) const CMPGT: [VecOp; 4] = [X::PCMPGTB, X::PCMPGTW, X::PCMPGTD, X::PCMPGTQ];
pub(super) const MAXS: [VecOp; 3] = [X::PMAXSB, X::PMAXSW, X::PMAXSD];
pub(super) const MINS: [VecOp; 3] = [X::PMINSB, X::PMINSW, X::PMINSD];
pub(super) const MAXU: [VecOp; 3] = [X::PMAXUB, X::PMAXUW, X::PMAXUD];
pub(super) const MINU: [VecOp; 3] = [X::PMINUB, X::PMINUW, X::PMINUD];
const ABS: [VecUnary; 3] = [VecUnary::PABSB, VecUnary::PABSW, VecUnary::PABSD];

/// The sign bit of an element.
pub(super) fn sign(es: u8) -> u64 {
    1 << ((8 << es) - 1)
}

impl Emitter<'_> {
    /// Emits an elementwise op; false if `inst` is none that is emitted inline.
    pub(super) fn vec_arith(&mut self, i: usize, inst: &Inst) -> bool {
        let [a, b, _] = inst.args;
        let es = usize::from(inst.a);
        match inst.op {
            Op::VAdd => self.binary(i, ADD[es], a, b),
            Op::VSub => self.binary(i, SUB[es], a, b),
            Op::VSmax if es < 3 => self.binary(i, MAXS[es], a, b),
            Op::VSmin if es < 3 => self.binary(i, MINS[es], a, b),
            Op::VUmax if es < 3 => self.binary(i, MAXU[es], a, b),
            Op::VUmin if es < 3 => self.binary(i, MINU[es], a, b),
            Op::VMul if es < 3 => self.vec_mul(i, inst),
            Op::VPmul => self.vec_pmul(i, a, b),
            Op::VNeg => self.vec_neg(i, inst.a, a),
            Op::VAbs => self.vec_abs(i, inst.a, a),
            Op::VSabd if es < 3 => self.vec_abd(i, MAXS[es], MINS[es], inst),
            Op::VUabd if es < 3 => self.vec_abd(i, MAXU[es], MINU[es], inst),
            Op::VShadd | Op::VUhadd if es < 3 => self.vec_halving_add(i, inst),
            Op::VSrhadd | Op::VUrhadd if es < 3 => self.vec_rounding_halving_add(i, inst),
            Op::VShsub | Op::VUhsub if es < 3 => self.vec_halving_sub(i, inst),
            _ => return false,
        }
        self.zero_as_operands(i, inst, inst.a);
        true
    }

    fn vec_neg(&mut self, i: usize, es: u8, a: Val) {
        let x = self.rm_v(a);
        let d = self.def_last_v(i);
        let t = if x == d.into() { self.scratch_v() } else { d };
        self.asm.vzero(t);
        self.asm.v3(SUB[usize::from(es)], d, t, x);
    }

    fn vec_abs(&mut self, i: usize, es: u8, a: Val) {
        if es < 3 {
            return self.unary(i, ABS[usize::from(es)], a);
        }
        let x = self.use_v(a);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        self.abs_d(d, x, t);
    }

    /// Absolute values of doublewords; all registers differ.
    pub(super) fn abs_d(&mut self, d: Xmm, x: Xmm, t: Xmm) {
        self.asm.vzero(t);
        self.asm.v3(X::PCMPGTQ, t, t, x);
        self.asm.v3(X::PXOR, d, x, t);
        self.asm.v3(X::PSUBQ, d, d, t);
    }

    fn vec_abd(&mut self, i: usize, max: VecOp, min: VecOp, inst: &Inst) {
        let y = self.rm_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_v(i);
        let t = self.scratch_v();
        self.asm.v3(min, t, x, y);
        self.asm.v3(max, d, x, y);
        self.asm.v3(SUB[usize::from(inst.a)], d, d, t);
    }

    // Products

    fn vec_mul(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        match inst.a {
            1 => return self.binary(i, X::PMULLW, a, b),
            2 => return self.binary(i, X::PMULLD, a, b),
            _ => {}
        }
        let y = self.use_v(b);
        let x = self.use_v(a);
        let d = self.def_other_v(i);
        let (t, u) = (self.scratch_v(), self.scratch_v());
        let (low, high) = (self.pool_splat(1, 0xff), self.pool_splat(1, 0xff00));
        self.asm.v3(X::PMULLW, d, x, y);
        self.asm.v3(X::PAND, d, d, low);
        // A high byte that stays in place gives its product in place.
        self.asm.vshift(VecShift::PSRLW, t, y, 8);
        self.asm.v3(X::PAND, u, x, high);
        self.asm.v3(X::PMULLW, t, t, u);
        self.asm.v3(X::POR, d, d, t);
    }

    /// Horner's rule over the bits of the second operand, highest first.
    fn vec_pmul(&mut self, i: usize, a: Val, b: Val) {
        let y = self.use_v(b);
        let x = self.use_v(a);
        let d = self.def_other_v(i);
        let (bits, t) = (self.scratch_v(), self.scratch_v());
        self.asm.vmov(bits, y);
        self.asm.vzero(d);
        for _ in 0..8 {
            self.asm.v3(X::PADDB, d, d, d);
            self.asm.vzero(t);
            self.asm.v3(X::PCMPGTB, t, t, bits);
            self.asm.v3(X::PAND, t, t, x);
            self.asm.v3(X::PXOR, d, d, t);
            self.asm.v3(X::PADDB, bits, bits, bits);
        }
    }

    // Halving

    /// x + y = 2 (x & y) + (x ^ y).
    fn vec_halving_add(&mut self, i: usize, inst: &Inst) {
        let signed = inst.op == Op::VShadd;
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_v(i);
        let t = self.scratch_v();
        self.asm.v3(X::PXOR, t, x, y);
        self.asm.v3(X::PAND, d, x, y);
        self.shift_right(inst.a, signed, t, t, 1);
        self.asm.v3(ADD[usize::from(inst.a)], d, d, t);
    }

    /// x + y = 2 (x | y) - (x ^ y).
    fn vec_rounding_halving_add(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        let signed = inst.op == Op::VSrhadd;
        match (signed, inst.a) {
            (false, 0) => return self.binary(i, X::PAVGB, a, b),
            (false, 1) => return self.binary(i, X::PAVGW, a, b),
            _ => {}
        }
        let y = self.use_v(b);
        let x = self.use_v(a);
        let d = self.def_v(i);
        let t = self.scratch_v();
        if inst.a < 2 {
            let bias = self.pool_splat(inst.a, sign(inst.a));
            self.asm.v3(X::PXOR, t, y, bias);
            self.asm.v3(X::PXOR, d, x, bias);
            self.asm.v3([X::PAVGB, X::PAVGW][usize::from(inst.a)], d, d, t);
            self.asm.v3(X::PXOR, d, d, bias);
            return;
        }
        self.asm.v3(X::PXOR, t, x, y);
        self.asm.v3(X::POR, d, x, y);
        self.shift_right(inst.a, signed, t, t, 1);
        self.asm.v3(SUB[usize::from(inst.a)], d, d, t);
    }

    /// x - y = (x ^ y) - 2 (!x & y).
    fn vec_halving_sub(&mut self, i: usize, inst: &Inst) {
        let signed = inst.op == Op::VShsub;
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_v(i);
        let t = self.scratch_v();
        self.asm.v3(X::PANDN, t, x, y);
        self.asm.v3(X::PXOR, d, x, y);
        self.shift_right(inst.a, signed, d, d, 1);
        self.asm.v3(SUB[usize::from(inst.a)], d, d, t);
    }

    // Comparison

    /// Emits a comparison; false if `inst` is none that is emitted inline.
    pub(super) fn vec_compare(&mut self, i: usize, inst: &Inst) -> bool {
        let [a, b, _] = inst.args;
        let es = inst.a;
        match inst.op {
            Op::VCmeq => self.binary(i, CMPEQ[usize::from(es)], a, b),
            Op::VCmgt => {
                self.binary(i, CMPGT[usize::from(es)], a, b);
                self.zero_as_operands(i, inst, es);
            }
            Op::VCmge if es < 3 => self.compare_extreme(i, MAXS[usize::from(es)], inst, false),
            Op::VCmhs if es < 3 => self.compare_extreme(i, MAXU[usize::from(es)], inst, false),
            Op::VCmhi if es < 3 => {
                self.compare_extreme(i, MINU[usize::from(es)], inst, true);
                self.zero_as_operands(i, inst, es);
            }
            Op::VCmge => self.not_greater(i, b, a, false),
            Op::VCmhs => self.not_greater(i, b, a, true),
            Op::VCmhi => {
                self.greater_unsigned(i, a, b);
                self.zero_as_operands(i, inst, es);
            }
            Op::VCmtst => {
                self.vec_test(i, inst);
                self.zero_as_operands(i, inst, es);
            }
            _ => return false,
        }
        true
    }

    /// All ones where the first operand is the extreme of both, or, with `not`, where it is not.
    fn compare_extreme(&mut self, i: usize, extreme: VecOp, inst: &Inst, not: bool) {
        let y = self.rm_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_v(i);
        let t = if d == x { self.scratch_v() } else { d };
        self.asm.v3(extreme, t, x, y);
        self.asm.v3(CMPEQ[usize::from(inst.a)], d, t, x);
        if not {
            self.invert(d);
        }
    }

    fn invert(&mut self, d: Xmm) {
        let ones = self.scratch_v();
        self.asm.v3(X::PCMPEQD, ones, ones, ones);
        self.asm.v3(X::PXOR, d, d, ones);
    }

    /// `d = x > y`, unsigned doublewords; `d` may be one of them.
    pub(super) fn greater_unsigned_d(&mut self, d: Xmm, x: Xmm, y: Xmm, t: Xmm) {
        let bias = self.pool_splat(3, sign(3));
        self.asm.v3(X::PXOR, t, y, bias);
        self.asm.v3(X::PXOR, d, x, bias);
        self.asm.v3(X::PCMPGTQ, d, d, t);
    }

    fn greater_unsigned(&mut self, i: usize, a: Val, b: Val) {
        let y = self.use_v(b);
        let x = self.use_v(a);
        let d = self.def_v(i);
        let t = self.scratch_v();
        self.greater_unsigned_d(d, x, y, t);
    }

    /// Doublewords: not `a` > `b`.
    fn not_greater(&mut self, i: usize, a: Val, b: Val, unsigned: bool) {
        if unsigned {
            self.greater_unsigned(i, a, b);
        } else {
            self.binary(i, X::PCMPGTQ, a, b);
        }
        let d = self.result(i);
        self.invert(d);
    }

    /// The register that the op's result was put into.
    fn result(&mut self, i: usize) -> Xmm {
        self.use_v(Val(i as u32))
    }

    fn vec_test(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        let y = self.rm_v(b);
        let x = self.use_v(a);
        let d = self.def_v(i);
        let t = self.scratch_v();
        self.asm.vzero(t);
        if self.same_v(a, b) {
            self.asm.v3(CMPEQ[usize::from(inst.a)], d, x, t);
        } else {
            self.asm.v3(X::PAND, d, x, y);
            self.asm.v3(CMPEQ[usize::from(inst.a)], d, d, t);
        }
        self.asm.v3(X::PCMPEQD, t, t, t);
        self.asm.v3(X::PXOR, d, d, t);
    }

    /// `d = mask ? x : y` by whole elements of ones or zeros; `d` is none of the others. The mask
    /// is lost.
    pub(super) fn blend(&mut self, d: Xmm, mask: Xmm, x: Xmm, y: Xmm) {
        if self.asm.avx() {
            self.asm.blendv(VecBlend::PBLENDVB, d, y, x, mask);
        } else {
            self.asm.v3(X::PAND, d, x, mask);
            self.asm.v3(X::PANDN, mask, mask, y);
            self.asm.v3(X::POR, d, d, mask);
        }
    }
}
