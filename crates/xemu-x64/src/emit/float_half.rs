//! Half-precision arithmetic, in single precision with a conversion before and behind.
//!
//! With its 24 bits, single precision has more than twice the 11 bits of half precision and two
//! more, so that rounding twice gives sums, differences, products, quotients and roots as rounding
//! once does, in every rounding mode. What single precision finds inexact is so in half precision
//! too, and nothing overflows or gets tiny before the conversion back. A fused sum is another
//! matter: see [`Emitter::leave_if_tie`].
//!
//! Halves that the instruction does not concern may be computed with as long as that raises
//! nothing: converting them raises but the invalid operation, which has the instruction
//! interpreted.

use xemu_ir::{Es, FpMode, Inst, Op, RoundKind, Shape, Val};

use super::Emitter;
use super::flags::InHost;
use super::float::{ADD, DIV, Lanes, MAX, MIN, MUL, SUB, round_imm};
use super::float_compare::relation;
use super::float_convert::{CURRENT, FRACTION, LOWEST_ONLY, UNSIGNED};
use super::vec_const::splat;
use super::vec_wide::{SIGN_EXTEND, ZERO_EXTEND};
use crate::asm::{
    FmaForm, FmaKind, FpCmp, FpLanes, Rounding, VecOp, VecShift, VecUnary, VecUnaryImm, VexOp,
    VexUnary, Width, Xmm,
};

/// PSHUFD's order that brings the high half down.
const HIGH: u8 = 0xee;
/// The bits of a single that half precision has not, and those that stand for half a unit.
const CUT: u64 = 0x1fff;
const TIE: u64 = 0x1000;
/// Of singles, shifted down by one: the least that is normal in half precision.
const LEAST_NORMAL: u64 = 0x3880_0000;

/// Which halves an op works on, and as which lanes of single precision.
#[derive(Clone, Copy)]
struct Halves {
    lanes: Lanes,
    /// The four low ones, or those and the four high ones.
    parts: usize,
}

impl Emitter<'_> {
    /// Emits a half-precision op; false if `inst` is none that is emitted inline.
    pub(super) fn float_half(&mut self, i: usize, inst: &Inst) -> bool {
        if !self.features.f16c || self.block.fp == FpMode::Flush || inst.a != Es::H as u8 {
            return false;
        }
        match inst.op {
            Op::Fadd => self.half_two(i, inst, |e, l, a, b| e.trap_v3(l.pick(ADD), a, a, b)),
            Op::Fsub => self.half_two(i, inst, |e, l, a, b| e.trap_v3(l.pick(SUB), a, a, b)),
            Op::Fmul | Op::Fmulx => {
                self.half_two(i, inst, |e, l, a, b| e.trap_v3(l.pick(MUL), a, a, b));
            }
            Op::Fdiv => self.half_two(i, inst, |e, l, a, b| e.trap_v3(l.pick(DIV), a, a, b)),
            Op::Fmax | Op::Fmaxnm => {
                self.half_two(i, inst, |e, l, a, b| {
                    e.extreme(l, [l.pick(MAX), VecOp::ANDPS], a, b)
                });
            }
            Op::Fmin | Op::Fminnm => {
                self.half_two(i, inst, |e, l, a, b| e.extreme(l, [l.pick(MIN), VecOp::ORPS], a, b));
            }
            Op::Fsqrt => self.half_one(i, inst, Self::half_sqrt),
            Op::Frint => return self.half_round(i, inst),
            Op::Fmadd if self.features.fma => self.half_madd(i, inst),
            Op::Fcmeq | Op::Fcmge | Op::Fcmgt | Op::Facge | Op::Facgt => {
                self.half_compare(i, inst);
            }
            Op::Fcmp => self.half_to_flags(inst),
            Op::FToI32 => return self.half_to_scalar(i, inst, Width::W32),
            Op::FToI64 => return self.half_to_scalar(i, inst, Width::W64),
            Op::I32ToF | Op::I64ToF => return self.half_from_scalar(i, inst),
            Op::VFToI => return self.half_to_lanes(i, inst),
            Op::VIToF => self.half_from_lanes(i, inst),
            _ => return false,
        }
        true
    }

    /// FABS, FNEG.
    pub(super) fn half_sign(&mut self, i: usize, inst: &Inst) -> bool {
        let a = inst.args[0];
        let scalar = inst.b == Shape::Scalar as u8;
        let (op, mask) = match (inst.op, scalar) {
            (Op::Fabs, _) => (VecOp::PAND, splat(1, 0x7fff)),
            (_, true) => (VecOp::PXOR, 0x8000),
            (_, false) => (VecOp::PXOR, splat(1, 0x8000)),
        };
        let zero = self.s.values[a.index()].zero_above;
        self.with_constant(i, op, a, mask);
        self.s.values[i].zero_above = if scalar && zero <= 1 { 1 } else { 4 };
        true
    }

    /// The halves that the op concerns. Both halves of a 64-bit operand are the same, and of the
    /// result one is written.
    fn halves(&self, i: usize, inst: &Inst, shape: u8) -> Halves {
        let scalar = shape == Shape::Scalar as u8;
        let is_doubled = |v: &Val| {
            let def = self.block.def(*v);
            def.op == Op::VDup && def.a == Es::D as u8 && def.b == 0
        };
        let low_is_read = || {
            let next = self.block.insts.get(i + 1);
            let is_write =
                |n: &Inst| n.op == Op::SetV && n.b <= Es::D as u8 && n.args[0].index() == i;
            self.an.uses[i] == 1 && next.is_some_and(is_write)
        };
        let low = inst.args.iter().filter(|v| v.is_some()).all(is_doubled) && low_is_read();
        let parts = if scalar || low { 1 } else { 2 };
        Halves { lanes: Lanes { double: false, scalar }, parts }
    }

    /// `d` becomes the four low or high halves of `x` as singles; the conversion may trap.
    fn widen(&mut self, d: Xmm, x: Xmm, part: usize) {
        let mut from = x;
        if part > 0 {
            self.asm.v2_imm(VecUnaryImm::PSHUFD, d, x, HIGH);
            from = d;
        }
        self.fault_point();
        self.asm.vex2(VexUnary::VCVTPH2PS, d, from);
    }

    /// The op's result from the parts as singles, which are lost. Nothing traps behind this.
    fn half_result(&mut self, i: usize, inst: &Inst, h: Halves, parts: [Xmm; 2]) {
        let may_be_tiny = matches!(inst.op, Op::Fmul | Op::Fmulx | Op::Fdiv | Op::Fmadd);
        let find_tiny = self.block.fp.finds_tiny() && may_be_tiny;
        let [low, high] = parts;
        let d = if find_tiny { low } else { self.def_v(i) };
        if h.parts == 2 {
            self.asm.vcvtps2ph(low, low, CURRENT);
            self.asm.vcvtps2ph(high, high, CURRENT);
            self.asm.v3(VecOp::PUNPCKLQDQ, d, low, high);
        } else {
            self.asm.vcvtps2ph(d, low, CURRENT);
        }
        if find_tiny {
            self.leave_if_least(Es::H, h.lanes.scalar, d);
            let home = self.def_v(i);
            self.asm.vmov(home, d);
        }
        let alone = |v: &Val| !v.is_some() || self.s.values[v.index()].zero_above <= 1;
        let alone = h.lanes.scalar && inst.args.iter().all(alone);
        self.s.values[i].zero_above = match (alone, h.parts) {
            (true, _) => 1,
            (_, 1) => 3,
            _ => 4,
        };
    }

    fn give_up_flags_for_tiny(&mut self) {
        if self.block.fp.finds_tiny() {
            self.clobber_flags();
        }
    }

    /// An op of one operand: `f` changes the singles in the register that it is given.
    fn half_one(&mut self, i: usize, inst: &Inst, f: impl Fn(&mut Self, Lanes, Xmm)) {
        let h = self.halves(i, inst, inst.b);
        let x = self.use_v(inst.args[0]);
        let mut parts = [x; 2];
        for (n, part) in parts.iter_mut().enumerate().take(h.parts) {
            *part = self.scratch_v();
            self.widen(*part, x, n);
            f(self, h.lanes, *part);
        }
        self.half_result(i, inst, h, parts);
    }

    /// An op of two operands: `f` changes the first register.
    fn half_two(&mut self, i: usize, inst: &Inst, f: impl Fn(&mut Self, Lanes, Xmm, Xmm)) {
        self.give_up_flags_for_tiny();
        let h = self.halves(i, inst, inst.b);
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let second = self.scratch_v();
        let mut parts = [x; 2];
        for (n, part) in parts.iter_mut().enumerate().take(h.parts) {
            *part = self.scratch_v();
            self.widen(*part, x, n);
            self.widen(second, y, n);
            f(self, h.lanes, *part, second);
        }
        self.give_back_v(second);
        self.half_result(i, inst, h, parts);
    }

    fn half_sqrt(&mut self, l: Lanes, x: Xmm) {
        if l.scalar {
            return self.trap_v3(VecOp::SQRTSS, x, x, x);
        }
        self.fault_point();
        self.asm.v2(VecUnary::SQRTPS, x, x);
    }

    /// `a` becomes the greater or the lesser; `b` is lost. See `float_extreme`.
    fn extreme(&mut self, l: Lanes, ops: [VecOp; 2], a: Xmm, b: Xmm) {
        let [op, merge] = ops;
        let t = self.scratch_v();
        self.trap_v3(op, t, a, b);
        self.asm.v3(op, b, b, a);
        self.asm.v3(merge, a, b, t);
        self.give_back_v(t);
        if l.scalar {
            // The other lanes are no halves any more.
            self.clear_above(a, a, 2);
        }
    }

    fn half_round(&mut self, i: usize, inst: &Inst) -> bool {
        let kind = RoundKind::from_u8(inst.imm as u8);
        let imm = round_imm(kind);
        if kind != RoundKind::TieAway && imm.is_none() {
            return false;
        }
        self.half_one(i, inst, |e, l, x| match imm {
            Some(imm) => e.round_v(l, x, x, imm),
            None => {
                let t = e.scratch_v();
                e.round_tie_away(l, t, x);
                e.asm.vmov(x, t);
                e.give_back_v(t);
            }
        });
        true
    }

    // Fused

    /// Addend, then the factors. The product alone is exact.
    fn half_madd(&mut self, i: usize, inst: &Inst) {
        self.clobber_flags();
        let h = self.halves(i, inst, inst.b);
        let [acc, x, y] = inst.args.map(|v| self.use_v(v));
        let [first, second] = [self.scratch_v(), self.scratch_v()];
        let lanes = h.lanes.pick([FpLanes::Ps, FpLanes::Pd, FpLanes::Ss, FpLanes::Sd]);
        let mut parts = [acc; 2];
        for (n, part) in parts.iter_mut().enumerate().take(h.parts) {
            *part = self.scratch_v();
            self.widen(*part, acc, n);
            // See `float_madd`.
            self.trap_v3_imm(h.lanes.cmp(), first, *part, *part, FpCmp::Le as u8);
            self.widen(first, x, n);
            self.widen(second, y, n);
            self.fault_point();
            self.asm.vex3(VexOp::fma(FmaKind::Madd, FmaForm::F231, lanes), *part, first, second);
            self.leave_if_tie(h.lanes, *part, [first, second]);
        }
        self.give_back_v(first);
        self.give_back_v(second);
        self.half_result(i, inst, h, parts);
    }

    /// Leaves to have the instruction interpreted where the sum in single precision may be rounded
    /// to what lies halfway between two numbers of half precision, so that rounding again could go
    /// the wrong way. So may each be that is denormal in half precision.
    fn leave_if_tie(&mut self, l: Lanes, x: Xmm, [t, u]: [Xmm; 2]) {
        let cold = self.cold_emulate();
        let cut = self.pool_splat(2, CUT);
        let tie = self.pool_splat(2, TIE);
        let most = self.pool_splat(2, LEAST_NORMAL - 2);
        self.asm.v3(VecOp::PAND, t, x, cut);
        self.asm.v3(VecOp::PCMPEQD, t, t, tie);
        // One less, so that zero is the greatest.
        self.asm.v3(VecOp::PAND, u, x, l.magnitude());
        let v = self.scratch_v();
        self.asm.v3(VecOp::PCMPEQD, v, v, v);
        self.asm.v3(VecOp::PADDD, u, u, v);
        self.asm.v3(VecOp::PMINUD, v, u, most);
        self.asm.v3(VecOp::PCMPEQD, u, u, v);
        self.asm.v3(VecOp::POR, t, t, u);
        self.give_back_v(v);
        self.leave_if_any(Es::S, l.scalar, t, cold);
    }

    // Comparisons

    fn half_compare(&mut self, i: usize, inst: &Inst) {
        let (cmp, magnitudes) = relation(inst.op);
        let h = self.halves(i, inst, inst.b);
        let [a, b, _] = inst.args;
        // What is greater is on the right of LE and LT.
        let (a, b) = if cmp == FpCmp::Eq { (a, b) } else { (b, a) };
        let (x, y) = (self.use_v(a), self.use_v(b));
        let second = self.scratch_v();
        let mut parts = [x; 2];
        for (n, part) in parts.iter_mut().enumerate().take(h.parts) {
            *part = self.scratch_v();
            self.widen(*part, x, n);
            self.widen(second, y, n);
            if magnitudes {
                self.asm.v3(VecOp::ANDPS, *part, *part, h.lanes.magnitude());
                self.asm.v3(VecOp::ANDPS, second, second, h.lanes.magnitude());
            }
            self.trap_v3_imm(h.lanes.cmp(), *part, *part, second, cmp as u8);
        }
        let d = self.def_v(i);
        self.asm.v3(VecOp::PACKSSDW, d, parts[0], parts[h.parts - 1]);
    }

    fn half_to_flags(&mut self, inst: &Inst) {
        let [a, b, _] = inst.args;
        let (x, y) = (self.use_v(a), self.use_v(b));
        let [first, second] = [self.scratch_v(), self.scratch_v()];
        self.widen(first, x, 0);
        self.widen(second, y, 0);
        let op = if inst.b != 0 { VecUnary::COMISS } else { VecUnary::UCOMISS };
        self.fault_point();
        self.asm.v2(op, first, second);
        self.flags_set(InHost::Compare { swapped: false });
    }

    // From and to integers

    fn half_to_scalar(&mut self, i: usize, inst: &Inst, w: Width) -> bool {
        use RoundKind::{MinusInf, PlusInf, TieAway, TieEven, Zero};
        let kind = RoundKind::from_u8(inst.b);
        let known = matches!(kind, TieEven | PlusInf | MinusInf | Zero | TieAway);
        if !known || inst.imm & FRACTION != 0 {
            return false;
        }
        let unsigned = inst.imm & UNSIGNED != 0;
        if unsigned {
            self.clobber_flags();
        }
        let l = Lanes { double: false, scalar: true };
        let x = self.use_v(inst.args[0]);
        let single = self.scratch_v();
        self.widen(single, x, 0);
        let rounded = self.rounded(l, kind, single);
        let d = self.def_g(i);
        self.truncate(l, w, unsigned, d, rounded);
        self.note_inexact(l, kind, single, rounded);
        true
    }

    /// What single precision rounds is so large that half precision overflows.
    fn half_from_scalar(&mut self, i: usize, inst: &Inst) -> bool {
        let unsigned = inst.b != 0;
        if inst.imm & FRACTION != 0 || unsigned && inst.op == Op::I64ToF {
            return false;
        }
        let v = inst.args[0];
        let t = self.scratch_v();
        self.asm.vzero(t);
        if unsigned {
            let src = self.zero_extended(v);
            self.asm.cvtsi2ss(Width::W64, t, t, src);
        } else {
            let w = if inst.op == Op::I32ToF { Width::W32 } else { Width::W64 };
            let src = self.rm_g(v);
            self.asm.cvtsi2ss(w, t, t, src);
        }
        let d = self.def_v(i);
        self.asm.vcvtps2ph(d, t, CURRENT);
        self.s.values[i].zero_above = 1;
        true
    }

    /// To halfwords. A lane out of range has the instruction interpreted before anything is said
    /// about inexactness.
    fn half_to_lanes(&mut self, i: usize, inst: &Inst) -> bool {
        let kind = RoundKind::from_u8(inst.b);
        let imm = round_imm(kind);
        if inst.imm & FRACTION != 0 || kind != RoundKind::TieAway && imm.is_none() {
            return false;
        }
        self.clobber_flags();
        let unsigned = inst.imm & UNSIGNED != 0;
        let scalar = inst.imm & LOWEST_ONLY != 0;
        let shape = if scalar { Shape::Scalar } else { Shape::Vector };
        let h = Halves {
            lanes: Lanes { double: false, scalar: false },
            ..self.halves(i, inst, shape as u8)
        };
        let x = self.use_v(inst.args[0]);
        let [mut parts, mut singles] = [[x; 2]; 2];
        for n in 0..h.parts {
            let single = self.scratch_v();
            self.widen(single, x, n);
            if scalar {
                self.clear_above(single, single, 2);
            }
            let part = self.scratch_v();
            match imm {
                Some(imm) => self.round_v(h.lanes, part, single, imm),
                None => self.round_tie_away(h.lanes, part, single),
            }
            self.fault_point();
            self.asm.v2(VecUnary::CVTTPS2DQ, part, part);
            self.leave_unless_halfwords(h.lanes, part, unsigned);
            (parts[n], singles[n]) = (part, single);
        }
        for single in singles.iter().take(h.parts) {
            self.round_v(h.lanes, *single, *single, Rounding::Zero as u8);
        }
        let d = self.def_v(i);
        let pack = if unsigned { VecOp::PACKUSDW } else { VecOp::PACKSSDW };
        self.asm.v3(pack, d, parts[0], parts[h.parts - 1]);
        if scalar {
            self.clear_above(d, d, 1);
            self.s.values[i].zero_above = 1;
        }
        true
    }

    /// Leaves to have the instruction interpreted if a word of `x` is no halfword.
    fn leave_unless_halfwords(&mut self, l: Lanes, x: Xmm, unsigned: bool) {
        let cold = self.cold_emulate();
        let [t, r] = [self.scratch_v(), self.scratch_v()];
        self.asm.vshift(VecShift::PSLLD, t, x, 16);
        let right = if unsigned { VecShift::PSRLD } else { VecShift::PSRAD };
        self.asm.vshift(right, t, t, 16);
        self.asm.v3(VecOp::PXOR, t, t, x);
        self.asm.vzero(r);
        self.asm.v3(VecOp::PCMPEQD, t, t, r);
        self.asm.v3(VecOp::PCMPEQD, r, r, r);
        self.asm.v3(VecOp::PXOR, t, t, r);
        self.leave_if_any(Es::S, l.scalar, t, cold);
        self.give_back_v(t);
        self.give_back_v(r);
    }

    fn half_from_lanes(&mut self, i: usize, inst: &Inst) {
        let h = self.halves(i, inst, inst.b);
        let extend = if inst.imm & UNSIGNED != 0 { ZERO_EXTEND[1] } else { SIGN_EXTEND[1] };
        let x = self.use_v(inst.args[0]);
        let mut parts = [x; 2];
        for (n, part) in parts.iter_mut().enumerate().take(h.parts) {
            *part = self.scratch_v();
            if h.lanes.scalar {
                self.clear_above(*part, x, 1);
                self.asm.v2(extend, *part, *part);
            } else {
                self.extend_half(extend, *part, x, n == 1);
            }
            self.asm.v2(VecUnary::CVTDQ2PS, *part, *part);
            let packed = Lanes { double: false, scalar: false };
            self.scale_down(packed, *part, inst.imm & FRACTION);
        }
        self.half_result(i, inst, h, parts);
        if h.lanes.scalar {
            self.s.values[i].zero_above = 1;
        }
    }
}
