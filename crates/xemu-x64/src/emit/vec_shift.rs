//! Shifts of elements, by immediates and by registers.

use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use super::vec_arith::{ADD, CMPGT, sign};
use super::vec_const::splat;
use super::vec_form::{Origin, PSHUFD};
use crate::asm::{Mem, VecBlend, VecOp, VecOpImm, VecShift, VecUnary, VexOp, Xmm, XmmMem};

const LEFT: [VecShift; 4] = [VecShift::PSLLW, VecShift::PSLLW, VecShift::PSLLD, VecShift::PSLLQ];
const RIGHT: [VecShift; 4] = [VecShift::PSRLW, VecShift::PSRLW, VecShift::PSRLD, VecShift::PSRLQ];

/// All ones in an element.
pub(super) fn all(es: u8) -> u64 {
    u64::MAX >> (64 - (8 << es))
}

impl Emitter<'_> {
    /// Emits a shift; false if `inst` is none that is emitted inline.
    pub(super) fn vec_shift(&mut self, i: usize, inst: &Inst) -> bool {
        let a = inst.args[0];
        match inst.op {
            Op::VShl => {
                let x = self.use_v(a);
                let d = self.def_reuse_v(i, a);
                self.shift_left(inst.a, d, x, inst.b);
            }
            Op::VUshr => {
                let x = self.use_v(a);
                let d = self.def_reuse_v(i, a);
                self.shift_right(inst.a, false, d, x, inst.b);
            }
            Op::VSshr => {
                let x = self.use_v(a);
                let d = self.def_reuse_v(i, a);
                self.shift_right(inst.a, true, d, x, inst.b);
            }
            Op::VUrshr => self.rounding_right(i, inst, false),
            Op::VSrshr => self.rounding_right(i, inst, true),
            Op::VSli => {
                let kept = splat(inst.a, !(all(inst.a) << inst.b));
                self.shift_insert(i, inst, kept, Self::shift_left);
            }
            Op::VSri => {
                let kept = match inst.b {
                    n if n >= 8 << inst.a => u128::MAX,
                    n => splat(inst.a, !(all(inst.a) >> n)),
                };
                self.shift_insert(i, inst, kept, |e, es, d, x, n| {
                    e.shift_right(es, false, d, x, n)
                });
            }
            Op::VRor => self.rotate(i, inst),
            Op::VUshl | Op::VSshl | Op::VUrshl | Op::VSrshl => {
                let signed = matches!(inst.op, Op::VSshl | Op::VSrshl);
                let round = matches!(inst.op, Op::VUrshl | Op::VSrshl);
                match (inst.a, self.asm.avx()) {
                    (0, _) => self.shift_bytes(i, inst, signed, round),
                    (_, true) => self.shift_by_register(i, inst, signed, round),
                    // The legacy encoding would need more registers than there are.
                    (1, false) => return false,
                    (3, false) if signed && round => return false,
                    (_, false) => self.shift_each_by_register(i, inst, signed, round),
                }
            }
            _ => return false,
        }
        self.zero_as_operands(i, inst, inst.a);
        true
    }

    /// `d = x << n` in elements; `d` may be `x`. A count of the element's bits or more gives zero.
    pub(super) fn shift_left(&mut self, es: u8, d: Xmm, x: Xmm, n: u8) {
        if n >= 8 << es {
            return self.asm.vzero(d);
        }
        if n == 1 {
            return self.asm.v3(ADD[usize::from(es)], d, x, x);
        }
        self.asm.vshift(LEFT[usize::from(es)], d, x, n);
        if es == 0 {
            let mask = self.pool_splat(0, 0xff << n & 0xff);
            self.asm.v3(VecOp::PAND, d, d, mask);
        }
    }

    /// `d = x >> n` in elements, `n` from 0 to the element's bits. `d` may be `x`.
    pub(super) fn shift_right(&mut self, es: u8, signed: bool, d: Xmm, x: Xmm, n: u8) {
        let bits = 8 << es;
        if signed {
            return match es {
                1 => self.asm.vshift(VecShift::PSRAW, d, x, n),
                2 => self.asm.vshift(VecShift::PSRAD, d, x, n),
                _ => self.shift_right_signed(es, d, x, n),
            };
        }
        if n >= bits {
            return self.asm.vzero(d);
        }
        self.asm.vshift(RIGHT[usize::from(es)], d, x, n);
        if es == 0 && n > 0 {
            let mask = self.pool_splat(0, 0xff >> n);
            self.asm.v3(VecOp::PAND, d, d, mask);
        }
    }

    /// Bytes and doublewords, for which x86 has no such shift.
    fn shift_right_signed(&mut self, es: u8, d: Xmm, x: Xmm, n: u8) {
        let bits = 8 << es;
        if n >= bits - 1 {
            let t = if d == x { self.scratch_v() } else { d };
            self.asm.vzero(t);
            self.asm.v3(CMPGT[usize::from(es)], t, t, x);
            self.asm.vmov(d, t);
        } else if es == 3 && n < 32 {
            let t = self.scratch_v();
            self.asm.vshift(VecShift::PSRAD, t, x, n);
            self.asm.vshift(VecShift::PSRLQ, d, x, n);
            self.asm.v3_imm(VecOpImm::PBLENDW, d, d, t, 0xcc);
        } else {
            // The shifted sign bit, extended by exclusive-or and subtraction.
            self.shift_right(es, false, d, x, n);
            let bit = self.pool_splat(es, sign(es) >> n);
            self.asm.v3(VecOp::PXOR, d, d, bit);
            self.asm.v3(super::vec_arith::SUB[usize::from(es)], d, d, bit);
        }
    }

    /// The shifted value, and the last bit that was shifted out on top.
    fn rounding_right(&mut self, i: usize, inst: &Inst, signed: bool) {
        let (es, n) = (inst.a, inst.b);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        if es < 2 && !signed {
            // The average with zero is half, rounded up.
            self.shift_right(es, false, d, x, n - 1);
            self.asm.vzero(t);
            return self.asm.v3([VecOp::PAVGB, VecOp::PAVGW][usize::from(es)], d, d, t);
        }
        let bits = 8 << es;
        if es == 0 {
            self.asm.vshift(VecShift::PSRLW, t, x, n - 1);
            let one = self.pool_splat(0, 1);
            self.asm.v3(VecOp::PAND, t, t, one);
        } else {
            self.asm.vshift(LEFT[usize::from(es)], t, x, bits - n);
            self.asm.vshift(RIGHT[usize::from(es)], t, t, bits - 1);
        }
        self.shift_right(es, signed, d, x, n);
        self.asm.v3(ADD[usize::from(es)], d, d, t);
    }

    /// A rotation right.
    fn rotate(&mut self, i: usize, inst: &Inst) {
        let (a, es, n) = (inst.args[0], inst.a, inst.b);
        if es >= 2 && self.features.avx512vl {
            let x = self.use_v(a);
            let d = self.def_reuse_v(i, a);
            return self.asm.vpror(es == 3, d, x, n);
        }
        if n % 8 == 0 {
            let last = (1u8 << es) - 1;
            let from = |byte: usize| byte as u8 & !last | (byte as u8 + n / 8) & last;
            let order = u128::from_le_bytes(core::array::from_fn(from));
            return self.with_constant(i, VecOp::PSHUFB, a, order);
        }
        let x = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        let t = self.scratch_v();
        self.shift_right(es, false, t, x, n);
        self.shift_left(es, d, x, (8 << es) - n);
        self.asm.v3(VecOp::POR, d, d, t);
    }

    /// The `kept` bits of the first operand, and the second operand shifted.
    fn shift_insert(
        &mut self,
        i: usize,
        inst: &Inst,
        kept: u128,
        shift: impl Fn(&mut Self, u8, Xmm, Xmm, u8),
    ) {
        let [a, b, _] = inst.args;
        let x = self.use_v(a);
        let y = self.use_v(b);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        shift(self, inst.a, t, y, inst.b);
        if self.is_clear_above(inst, a) {
            return self.asm.v3(VecOp::POR, d, x, t);
        }
        let kept = self.pool(kept);
        self.asm.v3(VecOp::PAND, d, x, kept);
        self.asm.v3(VecOp::POR, d, d, t);
    }

    /// Whether operand `a` of an SLI has nothing but the bits that are kept: so it is in a rotation
    /// behind a USHR.
    fn is_clear_above(&self, inst: &Inst, a: Val) -> bool {
        let Origin::Value(v) = self.origin(a) else { return false };
        let shr = self.block.def(v);
        let rest = (8 << inst.a) - inst.b;
        inst.op == Op::VSli && shr.op == Op::VUshr && shr.a == inst.a && shr.b >= rest
    }

    // By register

    /// A left shift and a right shift, of which a count out of range makes one zero. Arm takes the
    /// count from the low byte, x86 from the whole element.
    fn shift_by_register(&mut self, i: usize, inst: &Inst, signed: bool, round: bool) {
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let (n, t) = (self.scratch_v(), self.scratch_v());
        match inst.a {
            1 => self.shift_halfwords(signed, round, d, [x, y, n, t]),
            2 => {
                self.asm.vmov(n, y);
                self.shift_words(d, x, [n, t], signed, round.then_some(1));
            }
            _ => self.shift_doublewords(signed, round, d, [x, y, n, t]),
        }
    }

    /// As words, those in low halves and those in high halves in turn.
    fn shift_halfwords(&mut self, signed: bool, round: bool, d: Xmm, [x, y, n, t]: [Xmm; 4]) {
        let u = self.scratch_v();
        let on_top = round.then_some(1 << 16);
        self.asm.vzero(u);
        self.asm.v3_imm(VecOpImm::PBLENDW, d, x, u, 0x55);
        self.asm.vshift(VecShift::PSRLD, n, y, 16);
        self.shift_words(d, d, [n, t], signed, on_top);
        self.asm.vmov(n, y);
        if signed {
            // On top of the word, so that their sign is the word's.
            self.asm.vshift(VecShift::PSLLD, u, x, 16);
            self.shift_words(u, u, [n, t], true, on_top);
            self.asm.vshift(VecShift::PSRLD, u, u, 16);
        } else {
            let low = self.pool_splat(2, 0xffff);
            self.asm.v3(VecOp::PAND, u, x, low);
            self.shift_words(u, u, [n, t], false, round.then_some(1));
        }
        self.asm.v3_imm(VecOpImm::PBLENDW, d, u, d, 0xaa);
    }

    /// `d = x` shifted by the low bytes of the words in `n`; `d` may be `x`. A right shift adds the
    /// last bit that it shifts out, which arrives at `round`. The other registers are lost.
    fn shift_words(&mut self, d: Xmm, x: Xmm, [n, t]: [Xmm; 2], signed: bool, round: Option<u64>) {
        let byte = self.pool_splat(2, 0xff);
        let left = self.scratch_v();
        let right = if signed { VexOp::VPSRAVD } else { VexOp::VPSRLVD };
        self.asm.v3(VecOp::PAND, t, n, byte);
        self.asm.vex3(VexOp::VPSLLVD, left, x, t);
        self.asm.vzero(t);
        self.asm.v3(VecOp::PSUBB, t, t, n);
        self.asm.v3(VecOp::PAND, t, t, byte);
        if let Some(bit) = round {
            let last = self.scratch_v();
            let bit = self.pool_splat(2, bit);
            self.asm.v3(VecOp::PCMPEQD, last, last, last);
            self.asm.v3(VecOp::PADDD, last, last, t);
            self.asm.vex3(right, last, x, last);
            self.asm.v3(VecOp::PAND, last, last, bit);
            self.asm.vex3(right, t, x, t);
            self.asm.v3(VecOp::PADDD, t, t, last);
            self.give_back_v(last);
        } else {
            self.asm.vex3(right, t, x, t);
        }
        if signed {
            self.asm.vshift(VecShift::PSLLD, n, n, 24);
            self.asm.blendv(VecBlend::BLENDVPS, d, left, t, n);
        } else {
            self.asm.v3(VecOp::POR, d, left, t);
        }
        self.give_back_v(left);
    }

    /// A signed right shift is one of the bits exclusive-or their sign, so that zeros come in.
    fn shift_doublewords(&mut self, signed: bool, round: bool, d: Xmm, [x, y, n, t]: [Xmm; 4]) {
        let byte = self.pool_splat(3, 0xff);
        self.asm.v3(VecOp::PAND, n, y, byte);
        self.asm.vex3(VexOp::VPSLLVQ, d, x, n);
        self.asm.vzero(n);
        self.asm.v3(VecOp::PSUBB, n, n, y);
        self.asm.v3(VecOp::PAND, n, n, byte);
        let s = self.scratch_v();
        let mut from = x;
        if signed {
            self.asm.vzero(s);
            self.asm.v3(VecOp::PCMPGTQ, s, s, x);
            from = self.scratch_v();
            self.asm.v3(VecOp::PXOR, from, x, s);
        }
        self.asm.vex3(VexOp::VPSRLVQ, t, from, n);
        if signed {
            self.asm.v3(VecOp::PXOR, t, t, s);
        }
        if round {
            let last = self.scratch_v();
            let one = self.pool_splat(3, 1);
            self.asm.v3(VecOp::PCMPEQD, last, last, last);
            self.asm.v3(VecOp::PADDQ, last, last, n);
            self.asm.vex3(VexOp::VPSRLVQ, last, from, last);
            if signed {
                self.asm.v3(VecOp::PXOR, last, last, s);
            }
            self.asm.v3(VecOp::PAND, last, last, one);
            self.asm.v3(VecOp::PADDQ, t, t, last);
        }
        if signed {
            self.asm.vshift(VecShift::PSLLQ, n, y, 56);
            self.asm.blendv(VecBlend::BLENDVPD, d, d, t, n);
        } else {
            self.asm.v3(VecOp::POR, d, d, t);
        }
    }

    // Without AVX2 a shift takes one count for all elements.

    /// Words and doublewords one by one. A left shift by a negative count, which is a large one,
    /// leaves nothing.
    fn shift_each_by_register(&mut self, i: usize, inst: &Inst, signed: bool, round: bool) {
        let es = inst.a;
        let at = usize::from(es);
        let counts = self.rm_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let [n, t, right] = core::array::from_fn(|_| self.scratch_v());
        let byte = self.pool_splat(es, 0xff);
        self.mov_v(n, counts);
        if counts != XmmMem::Reg(x) {
            self.release_v(counts);
        }
        self.asm.v3(VecOp::PAND, t, n, byte);
        self.shift_each(es, [VecOp::PSLLD, VecOp::PSLLQ][at - 2], d, x, t);
        self.negative_counts(t, n, byte);
        let shift = match (es, signed) {
            (2, true) => VecOp::PSRAD,
            (2, false) => VecOp::PSRLD,
            _ => VecOp::PSRLQ,
        };
        if es == 3 && signed {
            // Of the bits exclusive-or their sign, so that zeros come in.
            let [s, from] = [self.scratch_v(), self.scratch_v()];
            self.asm.vzero(s);
            self.asm.v3(VecOp::PCMPGTQ, s, s, x);
            self.asm.v3(VecOp::PXOR, from, x, s);
            self.shift_each(es, shift, right, from, t);
            self.asm.v3(VecOp::PXOR, right, right, s);
        } else {
            self.shift_each(es, shift, right, x, t);
        }
        if round {
            let last = self.scratch_v();
            let [one, minus_one] = [1, u64::MAX].map(|c| self.pool_splat(es, c));
            self.negative_counts(t, n, byte);
            self.asm.v3(ADD[at], t, t, minus_one);
            self.shift_each(es, shift, last, x, t);
            self.asm.v3(VecOp::PAND, last, last, one);
            self.asm.v3(ADD[at], right, right, last);
        }
        if signed {
            self.asm.vshift([VecShift::PSLLD, VecShift::PSLLQ][at - 2], n, n, (8 << es) - 8);
            if es == 3 {
                self.asm.v2_imm(PSHUFD, n, n, 0xf5);
            }
            self.asm.vshift(VecShift::PSRAD, n, n, 31);
            self.asm.v3(VecOp::PAND, right, right, n);
        }
        self.asm.v3(VecOp::POR, d, d, right);
    }

    /// `t` becomes the low bytes of `n` negated.
    fn negative_counts(&mut self, t: Xmm, n: Xmm, byte: Mem) {
        self.asm.vzero(t);
        self.asm.v3(VecOp::PSUBB, t, t, n);
        self.asm.v3(VecOp::PAND, t, t, byte);
    }

    /// `d`, which is not `x`, becomes the elements of `x` shifted by those of `counts`, which are
    /// lost.
    fn shift_each(&mut self, es: u8, op: VecOp, d: Xmm, x: Xmm, counts: Xmm) {
        let r = self.scratch_v();
        let blend = |e: &mut Self, count, lanes| {
            e.asm.v3(op, r, x, count);
            e.asm.v3_imm(VecOpImm::PBLENDW, d, d, r, lanes);
        };
        if es == 3 {
            self.asm.v3(op, d, x, counts);
            self.asm.vshift(VecShift::PSRLDQ, counts, counts, 8);
            blend(self, counts, 0xf0);
        } else {
            // The count is a doubleword.
            let c = self.scratch_v();
            self.asm.v2(VecUnary::PMOVZXDQ, c, counts);
            self.asm.v3(op, d, x, c);
            self.asm.vshift(VecShift::PSRLDQ, c, c, 8);
            blend(self, c, 0x0c);
            self.asm.vshift(VecShift::PSRLDQ, counts, counts, 8);
            self.asm.v2(VecUnary::PMOVZXDQ, c, counts);
            blend(self, c, 0x30);
            self.asm.vshift(VecShift::PSRLDQ, c, c, 8);
            blend(self, c, 0xc0);
            self.give_back_v(c);
        }
        self.give_back_v(r);
    }
}
