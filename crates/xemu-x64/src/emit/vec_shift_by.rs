//! Shifts by registers that x86 has no instruction for: of bytes, and with saturation.

use xemu_ir::{Inst, Op};

use super::Emitter;
use super::vec_arith::CMPGT;
use super::vec_shift::all;
use super::vec_wide::{SIGN_EXTEND, ZERO_EXTEND};
use crate::asm::{VecBlend, VecMove, VecOp, VecOpImm, VecShift, VexOp, Xmm};

use VecOp as X;

/// For a shift by -8 to 7, plus 8: the low and the high byte of two to the power of that.
const POWERS_LOW: u128 = 0x8040_2010_0804_0201;
const POWERS_HIGH: u128 = 0x8040_2010_0804_0201 << 64;

/// The operands of a shift with saturation, and registers that are lost.
struct Saturating {
    x: Xmm,
    counts: Xmm,
    d: Xmm,
    t: Xmm,
    /// In the end ones where the result is saturated.
    sat: Xmm,
    u: Xmm,
    signed: bool,
    /// The bit at which a right shift adds the last bit that it shifts out.
    round: Option<u64>,
}

impl Emitter<'_> {
    /// Each byte becomes a halfword, which is multiplied by two to the power of the count plus 8;
    /// the result is the product's second byte.
    pub(super) fn shift_bytes(&mut self, i: usize, inst: &Inst, signed: bool, round: bool) {
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let [n, low, high] = core::array::from_fn(|_| self.scratch_v());
        let eight = self.pool_splat(0, 8);
        if round {
            self.asm.v3(X::PADDB, n, y, eight);
        } else {
            // Larger counts to the right have the result of 8.
            let least = self.pool_splat(0, 0xf8);
            self.asm.v3(X::PMAXSB, n, y, least);
            self.asm.v3(X::PADDB, n, n, eight);
        }
        // What is out of the tables gets a top bit, for which PSHUFB gives zero.
        let bias = self.pool_splat(0, 0x70);
        self.asm.v3(X::PADDUSB, n, n, bias);
        for (power, table) in [(low, POWERS_LOW), (high, POWERS_HIGH)] {
            let table = self.pool(table);
            self.asm.vload(VecMove::MOVAPS, power, table);
            self.asm.v3(X::PSHUFB, power, power, n);
        }
        self.asm.v3(X::PUNPCKLBW, n, low, high);
        self.asm.v3(X::PUNPCKHBW, low, low, high);
        let extend = if signed { SIGN_EXTEND[0] } else { ZERO_EXTEND[0] };
        self.extend_half(extend, high, x, true);
        self.extend_half(extend, d, x, false);
        for (half, power) in [(high, low), (d, n)] {
            self.asm.v3(X::PMULLW, half, half, power);
            if round {
                let bit = self.pool_splat(1, 0x80);
                self.asm.v3(X::PADDW, half, half, bit);
            }
            self.asm.vshift(VecShift::PSRLW, half, half, 8);
        }
        self.asm.v3(X::PACKUSWB, d, d, high);
    }

    /// SQSHL, UQSHL, SQRSHL, UQRSHL by register; false if not emitted inline.
    pub(super) fn sat_shift_by_register(&mut self, i: usize, inst: &Inst) -> bool {
        if !self.asm.avx() || inst.a == 0 {
            return false;
        }
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let [t, sat, u] = core::array::from_fn(|_| self.scratch_v());
        let signed = matches!(inst.op, Op::VSqshl | Op::VSqrshl);
        let round = matches!(inst.op, Op::VSqrshl | Op::VUqrshl).then_some(1);
        let mut shift = Saturating { x, counts: y, d, t, sat, u, signed, round };
        match inst.a {
            1 => {
                shift.round = round.map(|_| 1 << 16);
                self.sat_shift_halfwords(inst, shift);
            }
            2 => self.sat_shift_words(&shift),
            _ => self.sat_shift_doublewords(&shift),
        }
        self.note_saturation(inst, inst.a, sat);
        self.zero_as_operands(i, inst, inst.a);
        true
    }

    /// As words, with the halfwords on top: those in high halves first, those in low halves then.
    fn sat_shift_halfwords(&mut self, inst: &Inst, shift: Saturating) {
        let Saturating { x, counts, d, sat, .. } = shift;
        let [n, other] = [self.scratch_v(), self.scratch_v()];
        self.asm.vshift(VecShift::PSRLD, n, counts, 16);
        self.asm.vshift(VecShift::PSRLD, other, x, 16);
        self.asm.vshift(VecShift::PSLLD, other, other, 16);
        self.sat_shift_words(&Saturating { x: other, counts: n, ..shift });
        if inst.b > 1 {
            self.note_saturation(inst, 1, sat);
        }
        self.asm.vshift(VecShift::PSLLD, n, x, 16);
        self.sat_shift_words(&Saturating { x: n, d: other, ..shift });
        self.asm.vshift(VecShift::PSRLD, other, other, 16);
        self.asm.v3_imm(VecOpImm::PBLENDW, d, other, d, 0xaa);
    }

    /// A left shift saturates where shifting back does not give the operand; right shifts never do.
    fn sat_shift_words(&mut self, shift: &Saturating) {
        let &Saturating { x, counts, d, t, sat, u, signed, round } = shift;
        let right = if signed { VexOp::VPSRAVD } else { VexOp::VPSRLVD };
        let byte = self.pool_splat(2, 0xff);
        self.asm.v3(X::PAND, t, counts, byte);
        self.asm.vex3(VexOp::VPSLLVD, d, x, t);
        self.asm.vex3(right, sat, d, t);
        self.asm.v3(X::PCMPEQD, sat, sat, x);
        if signed {
            let most = self.pool_splat(2, all(2) >> 1);
            self.asm.vshift(VecShift::PSRAD, t, x, 31);
            self.asm.v3(X::PXOR, t, t, most);
        } else {
            self.asm.v3(X::PCMPEQD, t, t, t);
        }
        self.asm.blendv(VecBlend::BLENDVPS, d, t, d, sat);
        self.asm.vzero(t);
        self.asm.v3(X::PSUBB, t, t, counts);
        self.asm.v3(X::PAND, t, t, byte);
        if let Some(bit) = round {
            let bit = self.pool_splat(2, bit);
            self.asm.v3(X::PCMPEQD, u, u, u);
            self.asm.v3(X::PADDD, u, u, t);
            self.asm.vex3(right, u, x, u);
            self.asm.v3(X::PAND, u, u, bit);
        }
        self.asm.vex3(right, t, x, t);
        if round.is_some() {
            self.asm.v3(X::PADDD, t, t, u);
        }
        self.asm.vshift(VecShift::PSLLD, u, counts, 24);
        self.asm.blendv(VecBlend::BLENDVPS, d, d, t, u);
        self.asm.vshift(VecShift::PSRAD, u, u, 31);
        self.neither(sat, u);
    }

    /// `d` becomes ones where it and `t` are zero. `t` is lost.
    fn neither(&mut self, d: Xmm, t: Xmm) {
        self.asm.v3(X::POR, d, d, t);
        self.asm.v3(X::PCMPEQD, t, t, t);
        self.asm.v3(X::PXOR, d, d, t);
    }

    /// The same for doublewords; signed ones are shifted right exclusive-or their sign.
    fn sat_shift_doublewords(&mut self, shift: &Saturating) {
        let &Saturating { x, counts, d, t, sat, u, signed, round } = shift;
        let byte = self.pool_splat(3, 0xff);
        let s = self.scratch_v();
        let positive = if signed { self.scratch_v() } else { x };
        self.asm.v3(X::PAND, t, counts, byte);
        self.asm.vex3(VexOp::VPSLLVQ, d, x, t);
        if signed {
            self.asm.vzero(s);
            self.asm.v3(CMPGT[3], s, s, x);
            self.asm.v3(X::PXOR, positive, x, s);
            // As the operand is without its sign, so the result must be.
            self.asm.v3(X::PXOR, u, d, s);
            self.asm.vex3(VexOp::VPSRLVQ, sat, u, t);
            self.asm.v3(X::PCMPEQQ, sat, sat, positive);
            self.asm.vzero(t);
            self.asm.v3(CMPGT[3], t, t, u);
            self.asm.v3(X::PANDN, sat, t, sat);
            let most = self.pool_splat(3, all(3) >> 1);
            self.asm.v3(X::PXOR, t, s, most);
        } else {
            self.asm.vex3(VexOp::VPSRLVQ, sat, d, t);
            self.asm.v3(X::PCMPEQQ, sat, sat, x);
            self.asm.v3(X::PCMPEQD, t, t, t);
        }
        self.asm.blendv(VecBlend::BLENDVPD, d, t, d, sat);
        self.asm.vzero(t);
        self.asm.v3(X::PSUBB, t, t, counts);
        self.asm.v3(X::PAND, t, t, byte);
        if round.is_some() {
            let one = self.pool_splat(3, 1);
            self.asm.v3(X::PCMPEQD, u, u, u);
            self.asm.v3(X::PADDQ, u, u, t);
            self.asm.vex3(VexOp::VPSRLVQ, u, positive, u);
            if signed {
                self.asm.v3(X::PXOR, u, u, s);
            }
            self.asm.v3(X::PAND, u, u, one);
        }
        self.asm.vex3(VexOp::VPSRLVQ, t, positive, t);
        if signed {
            self.asm.v3(X::PXOR, t, t, s);
        }
        if round.is_some() {
            self.asm.v3(X::PADDQ, t, t, u);
        }
        self.asm.vshift(VecShift::PSLLQ, u, counts, 56);
        self.asm.blendv(VecBlend::BLENDVPD, d, d, t, u);
        self.asm.vzero(s);
        self.asm.v3(CMPGT[3], s, s, u);
        self.neither(sat, s);
    }
}
