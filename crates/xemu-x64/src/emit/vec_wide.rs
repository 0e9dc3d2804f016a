//! Widening and narrowing without saturation, and products with wider results.

use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use super::vec_form::PSHUFD;
use crate::alloc::Loc;
use crate::asm::{VecOp, VecOpImm, VecShift, VecUnary, Xmm, XmmMem};

pub(super) const SIGN_EXTEND: [VecUnary; 3] =
    [VecUnary::PMOVSXBW, VecUnary::PMOVSXWD, VecUnary::PMOVSXDQ];
pub(super) const ZERO_EXTEND: [VecUnary; 3] =
    [VecUnary::PMOVZXBW, VecUnary::PMOVZXWD, VecUnary::PMOVZXDQ];

/// Bytes 0 and 1 of each word, halfwords 0 of each word: PSHUFB's control for narrowing.
const NARROW: [u128; 2] =
    [0x8080_8080_8080_8080_0e0c_0a08_0604_0200, 0x8080_8080_8080_8080_0d0c_0908_0504_0100];

impl Emitter<'_> {
    /// Emits a widening or narrowing op; false if `inst` is none that is emitted inline.
    pub(super) fn vec_wide(&mut self, i: usize, inst: &Inst) -> bool {
        let [a, b, _] = inst.args;
        match inst.op {
            Op::VSxtl if inst.a < 3 => self.extend(i, a, SIGN_EXTEND[usize::from(inst.a)], inst),
            Op::VUxtl if inst.a < 3 => self.extend(i, a, ZERO_EXTEND[usize::from(inst.a)], inst),
            Op::VXtn if inst.a < 3 => self.narrow(i, inst),
            Op::VSmull | Op::VUmull if inst.a < 3 => {
                self.widening_product(i, inst, inst.op == Op::VSmull);
            }
            Op::VPmull if inst.a == 3 && self.features.pclmul => {
                let imm = if inst.b == 0 { 0x00 } else { 0x11 };
                self.binary_imm(i, VecOpImm::PCLMULQDQ, a, b, imm);
            }
            Op::VPmull if inst.a == 0 => self.polynomial_product(i, inst),
            _ => return false,
        }
        true
    }

    /// The elements of one half extended to twice the size.
    fn extend(&mut self, i: usize, a: Val, op: VecUnary, inst: &Inst) {
        let zero = self.s.values[a.index()].zero_above;
        if inst.b == 0 {
            self.unary(i, op, a);
            if inst.op == Op::VUxtl {
                self.zero_above_is(i, zero.max(inst.a) + 1);
            }
            return;
        }
        let src = if self.value(a).loc == Loc::Const { self.use_v(a).into() } else { self.rm_v(a) };
        let d = self.def_reuse_v(i, a);
        self.extend_high(op, d, src);
    }

    /// `d` receives the high half's elements extended; `d` may be `src`, which is not the pool's.
    fn extend_high(&mut self, op: VecUnary, d: Xmm, src: XmmMem) {
        match src {
            XmmMem::Mem(m) => self.asm.v2(op, d, m.offset(8)),
            XmmMem::Reg(r) => {
                self.asm.v2_imm(PSHUFD, d, r, 0xee);
                self.asm.v2(op, d, d);
            }
        }
    }

    /// `d` receives one half's elements extended.
    pub(super) fn extend_half(&mut self, op: VecUnary, d: Xmm, src: Xmm, high: bool) {
        if high {
            self.extend_high(op, d, src.into());
        } else {
            self.asm.v2(op, d, src);
        }
    }

    fn narrow(&mut self, i: usize, inst: &Inst) {
        let a = inst.args[0];
        if inst.a == 2 {
            let x = self.use_v(a);
            let d = self.def_reuse_v(i, a);
            self.narrow_doublewords(d, x);
        } else {
            self.with_constant(i, VecOp::PSHUFB, a, NARROW[usize::from(inst.a)]);
        }
        self.zero_above_is(i, 3);
    }

    /// The low words of both doublewords in the low half, zero above.
    pub(super) fn narrow_doublewords(&mut self, d: Xmm, x: Xmm) {
        // Word 2 to word 1, words 2 and 3 cleared.
        self.asm.v3_imm(VecOpImm::INSERTPS, d, x, x, 2 << 6 | 1 << 4 | 0b1100);
    }

    fn widening_product(&mut self, i: usize, inst: &Inst, signed: bool) {
        let [a, b, _] = inst.args;
        let high = inst.b != 0;
        let y = self.use_v(b);
        if inst.a == 2 && self.repeats_words(b) {
            // A product by an element needs no reordering of the factor that repeats it.
            let x = self.shuffled_words(a, if high { 0xfa } else { 0x50 });
            let d = self.def_reuse_v(i, b);
            let product = if signed { VecOp::PMULDQ } else { VecOp::PMULUDQ };
            return self.three(product, d, x, y.into());
        }
        let x = self.use_v(a);
        let d = self.def_v(i);
        let t = self.scratch_v();
        match inst.a {
            0 => {
                let op = if signed { SIGN_EXTEND[0] } else { ZERO_EXTEND[0] };
                self.extend_half(op, t, y, high);
                self.extend_half(op, d, x, high);
                self.asm.v3(VecOp::PMULLW, d, d, t);
            }
            1 => {
                let upper = if signed { VecOp::PMULHW } else { VecOp::PMULHUW };
                let unpack = if high { VecOp::PUNPCKHWD } else { VecOp::PUNPCKLWD };
                self.asm.v3(upper, t, x, y);
                self.asm.v3(VecOp::PMULLW, d, x, y);
                self.asm.v3(unpack, d, d, t);
            }
            _ => {
                let order = if high { 0xfa } else { 0x50 };
                let product = if signed { VecOp::PMULDQ } else { VecOp::PMULUDQ };
                self.asm.v2_imm(PSHUFD, t, y, order);
                self.asm.v2_imm(PSHUFD, d, x, order);
                self.asm.v3(product, d, d, t);
            }
        }
    }

    /// Whether all words of the vector are the same.
    fn repeats_words(&self, v: Val) -> bool {
        let inst = self.block.def(v);
        matches!(inst.op, Op::VDup | Op::VDupX) && inst.a <= 2
    }

    /// Bytes to halfwords: Horner's rule over the bits of the second operand, highest first.
    fn polynomial_product(&mut self, i: usize, inst: &Inst) {
        let high = inst.b != 0;
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let [bits, t, wide] = core::array::from_fn(|_| self.scratch_v());
        self.extend_half(ZERO_EXTEND[0], wide, x, high);
        self.extend_half(ZERO_EXTEND[0], bits, y, high);
        self.asm.vshift(VecShift::PSLLW, bits, bits, 8);
        self.asm.vzero(d);
        for _ in 0..8 {
            self.asm.v3(VecOp::PADDW, d, d, d);
            self.asm.vshift(VecShift::PSRAW, t, bits, 15);
            self.asm.v3(VecOp::PAND, t, t, wide);
            self.asm.v3(VecOp::PXOR, d, d, t);
            self.asm.v3(VecOp::PADDW, bits, bits, bits);
        }
    }
}
