//! Complex numbers, and products of shorter formats that are added in single precision.

use xemu_ir::{Es, FpMode, Inst, Op, Shape};

use super::Emitter;
use super::float::{ADD, Lanes};
use super::vec_form::PSHUFD;
use crate::asm::{
    FmaForm, FmaKind, FpCmp, FpLanes, VecOp, VecShift, VecUnary, VexOp, VexUnary, Xmm,
};

/// The sign bits of the parts that are negated, each 64 bits of two numbers.
fn signs(l: Lanes, [real, imaginary]: [bool; 2]) -> u128 {
    let (bits, pairs) = if l.double { (64, 1) } else { (32, 2) };
    let sign = |is: bool| u128::from(is) << (bits - 1);
    let pair = sign(real) | sign(imaginary) << bits;
    (0..pairs).fold(0, |all, n| all | pair << (64 * n))
}

impl Emitter<'_> {
    /// Emits FCADD, FCMLA, FMLAL, BFMLAL; false if `inst` is none that is emitted inline.
    pub(super) fn float_complex(&mut self, i: usize, inst: &Inst) -> bool {
        if self.block.fp == FpMode::Flush {
            return false;
        }
        let l = Lanes::new(inst.a, Shape::Vector as u8);
        match (inst.op, l) {
            (Op::Fcadd, Some(l)) => self.complex_add(i, inst, l),
            (Op::Fcmla, Some(l)) if self.features.fma => self.complex_madd(i, inst, l),
            (Op::Fmlal, _) if self.features.fma && self.features.f16c => self.madd_long(i, inst),
            (Op::Bfmlal, _) if self.features.fma => self.bf_madd_long(i, inst),
            _ => return false,
        }
        true
    }

    /// `d` becomes `x` with real and imaginary parts exchanged.
    fn exchange(&mut self, l: Lanes, d: Xmm, x: Xmm) {
        self.asm.v2_imm(PSHUFD, d, x, if l.double { 0x4e } else { 0xb1 });
    }

    /// `imm` is 1 for a rotation of the second operand by 90 degrees, 3 for 270.
    fn complex_add(&mut self, i: usize, inst: &Inst, l: Lanes) {
        let [a, b, _] = inst.args;
        let y = self.use_v(b);
        let x = self.use_v(a);
        let t = self.scratch_v();
        self.exchange(l, t, y);
        let mask = self.pool(signs(l, [inst.imm == 1, inst.imm == 3]));
        self.asm.v3(VecOp::XORPS, t, t, mask);
        let d = self.def_at_trap(i, a);
        self.trap_v3(l.pick(ADD), d, x, t);
    }

    /// Accumulator, factors; `imm` is the rotation in quarter turns. An odd one takes the first
    /// factor's imaginary part and exchanges the second's parts.
    fn complex_madd(&mut self, i: usize, inst: &Inst, l: Lanes) {
        let [_, a, b] = inst.args;
        let turned = inst.imm & 1 != 0;
        let (x, y) = (self.use_v(a), self.use_v(b));
        let [first, second] = [self.scratch_v(), self.scratch_v()];
        match (l.double, turned) {
            (false, false) => self.asm.v2(VecUnary::MOVSLDUP, first, x),
            (false, true) => self.asm.v2(VecUnary::MOVSHDUP, first, x),
            (true, _) => self.asm.v2_imm(PSHUFD, first, x, if turned { 0xee } else { 0x44 }),
        }
        if turned {
            self.exchange(l, second, y);
        } else {
            self.asm.vmov(second, y);
        }
        if inst.imm != 0 {
            let mask = self.pool(signs(l, [inst.imm < 3, inst.imm > 1]));
            self.asm.v3(VecOp::XORPS, second, second, mask);
        }
        self.madd_of(i, inst, l, [first, second]);
    }

    /// FMLAL: products of halves are exact in single precision.
    fn madd_long(&mut self, i: usize, inst: &Inst) {
        let l = Lanes { double: false, scalar: false };
        let [_, a, b] = inst.args;
        let (x, y) = (self.use_v(a), self.use_v(b));
        let factors = [self.scratch_v(), self.scratch_v()];
        for (to, from) in factors.into_iter().zip([x, y]) {
            self.fault_point();
            self.asm.vex2(VexUnary::VCVTPH2PS, to, from);
        }
        self.madd_of(i, inst, l, factors);
    }

    /// BFMLALB, BFMLALT: a BFloat16 is the upper half of a single.
    fn bf_madd_long(&mut self, i: usize, inst: &Inst) {
        let l = Lanes { double: false, scalar: false };
        let [_, a, b] = inst.args;
        let (x, y) = (self.use_v(a), self.use_v(b));
        let factors = [self.scratch_v(), self.scratch_v()];
        for (to, from) in factors.into_iter().zip([x, y]) {
            if inst.b == 0 {
                self.asm.vshift(VecShift::PSLLD, to, from, 16);
            } else {
                let upper = self.pool_splat(2, 0xffff_0000);
                self.asm.v3(VecOp::PAND, to, from, upper);
            }
        }
        self.madd_of(i, inst, l, factors);
    }

    /// The first operand plus the product of two registers' lanes. See `float_madd`.
    fn madd_of(&mut self, i: usize, inst: &Inst, l: Lanes, [x, y]: [Xmm; 2]) {
        let find_tiny = self.block.fp.finds_tiny();
        if find_tiny {
            self.clobber_flags();
        }
        let acc = self.use_v(inst.args[0]);
        let t = self.scratch_v();
        self.trap_v3_imm(l.cmp(), t, acc, acc, FpCmp::Le as u8);
        let d = match find_tiny {
            true => self.def_apart_v(i),
            false => self.def_madd(i, inst, [acc.into(); 3]),
        };
        self.asm.vmov(d, acc);
        let lanes = if l.double { FpLanes::Pd } else { FpLanes::Ps };
        self.fault_point();
        self.asm.vex3(VexOp::fma(FmaKind::Madd, FmaForm::F231, lanes), d, x, y);
        if find_tiny {
            self.leave_if_least(if l.double { Es::D } else { Es::S }, false, d);
        }
    }
}
