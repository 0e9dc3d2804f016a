//! Estimates of reciprocals and of reciprocal square roots: FRECPE, FRSQRTE, URECPE, URSQRTE.
//!
//! The manual defines 9 bits of the result by integer arithmetic (RecipEstimate, RecipSqrtEstimate
//! in J1.3): `q` of 256 to 511 is the integer nearest to 2^18 / a, or to 2^13 / sqrt(a), where `a`
//! is made of the operand's highest bits with a one behind them. RCPPS and RSQRTPS, which raise no
//! exception, are less than 0.19 off; so the host's estimate, lowered by 0.2 and rounded, is `q` or
//! one less, and one comparison of integers tells which. No processor's own tables matter.
//!
//! Zeros, infinities, NaNs, denormal numbers and results are interpreted.

use xemu_ir::{Inst, Op};

use super::Emitter;
use super::float::Lanes;
use crate::asm::{self, Alu, VecOp, VecShift, VecUnary, Width, Xmm};

use VecOp as X;

/// The top 8 bits of a single's fraction.
const FRACTION: u64 = 0x007f_8000;
/// 1.0 with the bit behind those set.
const ONE: u64 = 0x3f80_4000;
/// Less than half a unit of the result, by more than the host's estimates are off.
const ROUND: u64 = 0x4000 - 0x1a00;
/// The lowest bit of the result.
const UNIT: u64 = 0x8000;
/// 2^-2 with the bit behind the top 7 bits of its fraction set.
const QUARTER: u64 = 0x3e80_8000;
/// Those 7 bits, and the lowest one of the exponent.
const PARITY_FRACTION: u64 = 0x00ff_0000;
const PARITY: u64 = 0x0080_0000;
/// For both functions, ten bits with the highest set: all but that are of the operand or estimate.
const TEN_BITS: u64 = 0x3ff;

/// The layout of a format's upper 32 bits.
struct Layout {
    /// Bits of the fraction.
    fraction: u32,
    /// The greatest exponent, which infinities have.
    max: u64,
}

const SINGLE: Layout = Layout { fraction: 23, max: 255 };
const DOUBLE: Layout = Layout { fraction: 20, max: 2047 };

impl Emitter<'_> {
    /// Emits FRECPE or FRSQRTE; false if `inst` is none that is emitted inline.
    pub(super) fn float_estimate(&mut self, i: usize, inst: &Inst) -> bool {
        let Some(l) = Lanes::new(inst.a, inst.b) else { return false };
        let root = match inst.op {
            Op::Frecpe => false,
            Op::Frsqrte => true,
            _ => return false,
        };
        self.clobber_flags();
        let a = inst.args[0];
        let mut x = self.use_v(a);
        let layout = if l.double { DOUBLE } else { SINGLE };
        if l.double {
            let upper = self.scratch_v();
            self.asm.vshift(VecShift::PSRLQ, upper, x, 32);
            x = upper;
        }
        self.leave_unless_estimable(l, &layout, x, root);
        let [d, t] = [self.scratch_v(), self.scratch_v()];
        // The fraction's bits as those of a single.
        let mut from = x;
        if l.double {
            self.asm.vshift(VecShift::PSLLD, d, x, 3);
            from = d;
        }
        if root {
            self.estimate_root(from, d, t);
        } else {
            self.estimate_reciprocal(from, d, t);
        }
        let exponent = self.estimate_exponent(&layout, x, d, root);
        let to = self.def_v(i);
        if l.double {
            self.asm.vshift(VecShift::PSRLD, t, t, 3);
            self.asm.v3(X::PADDD, t, t, exponent);
            self.asm.vshift(VecShift::PSLLQ, to, t, 32);
        } else {
            self.asm.v3(X::PADDD, to, t, exponent);
        }
        // Nothing is known of what stands above: the estimate for zero is not zero.
        true
    }

    /// Leaves to have the instruction interpreted unless each operand is a normal number, and for
    /// roots positive, with a normal result.
    fn leave_unless_estimable(&mut self, l: Lanes, layout: &Layout, x: Xmm, root: bool) {
        let cold = self.cold_emulate();
        let [t, u] = [self.scratch_v(), self.scratch_v()];
        let bits = self.scratch_g();
        let one = 1 << layout.fraction;
        // From exponent 1 on; below the greatest, or where the result's exponent is 1.
        let (first, end) = match root {
            true => (one, layout.max << layout.fraction),
            false => (one << 1, (layout.max - 2) << (layout.fraction + 1)),
        };
        let first_at = self.pool_splat(2, first);
        let last = self.pool_splat(2, end - first - 1);
        let mut from = x;
        if !root {
            // Without the sign.
            self.asm.v3(X::PADDD, t, x, x);
            from = t;
        }
        self.asm.v3(X::PSUBD, t, from, first_at);
        self.asm.v3(X::PMINUD, u, t, last);
        self.asm.v3(X::PCMPEQD, u, u, t);
        self.asm.movmskps(bits, u);
        if l.scalar {
            self.asm.test_imm(Width::W32, bits, 1);
            self.asm.jcc(asm::Cond::E, cold);
        } else {
            let all = if l.double { 0b0101 } else { 0b1111 };
            if l.double {
                self.asm.alu_imm(Alu::And, Width::W32, bits, all);
            }
            self.asm.alu_imm(Alu::Cmp, Width::W32, bits, all);
            self.asm.jcc(asm::Cond::NE, cold);
        }
        self.give_back_v(t);
        self.give_back_v(u);
        self.unlock_fixed(bits);
    }

    /// `t` becomes the fraction of the estimate for the fraction that `x` has as a single has it.
    /// `d`, which may be `x`, is lost.
    fn estimate_reciprocal(&mut self, x: Xmm, d: Xmm, t: Xmm) {
        let [fraction, one] = [FRACTION, ONE].map(|c| self.pool_splat(2, c));
        self.asm.v3(X::PAND, d, x, fraction);
        self.asm.v3(X::POR, d, d, one);
        self.asm.v2(VecUnary::RCPPS, t, d);
        // The ten bits that end behind the operand's: `a` of 513 to 1023.
        let ten = self.pool_splat(2, TEN_BITS);
        self.asm.vshift(VecShift::PSRLD, d, d, 14);
        self.asm.v3(X::PAND, d, d, ten);
        let w = self.odd_double(t);
        // More by one if a * (2 q + 1) is less than 2^19.
        self.asm.v3(X::PMADDWD, w, w, d);
        self.raise_if_below(t, w, 1 << 19);
        self.give_back_v(w);
    }

    /// The same for the square root; `x` has the exponent's lowest bit above the fraction.
    fn estimate_root(&mut self, x: Xmm, d: Xmm, t: Xmm) {
        let [fraction, parity, quarter] =
            [PARITY_FRACTION, PARITY, QUARTER].map(|c| self.pool_splat(2, c));
        // An odd exponent (the stored one is even) makes it a half, an even one a quarter.
        self.asm.v3(X::PAND, d, x, fraction);
        self.asm.v3(X::PXOR, d, d, parity);
        self.asm.v3(X::PADDD, d, d, quarter);
        self.asm.v2(VecUnary::RSQRTPS, t, d);
        let w = self.odd_double(t);
        // `a` is the 9 bits that end behind the operand's, or twice that for a half.
        let m = self.scratch_v();
        let [low, high] = [0xff, 0x100].map(|c| self.pool_splat(2, c));
        self.asm.vshift(VecShift::PSRLD, m, d, 15);
        self.asm.v3(X::PAND, m, m, low);
        self.asm.v3(X::POR, m, m, high);
        self.asm.vshift(VecShift::PSLLD, d, d, 8);
        self.asm.vshift(VecShift::PSRAD, d, d, 31);
        self.asm.v3(X::PANDN, d, d, m);
        self.asm.v3(X::PADDD, m, m, d);
        // More by one if a * (2 q + 1)^2 is less than 2^28.
        self.asm.v3(X::PMADDWD, w, w, w);
        self.asm.v3(X::PMULLD, w, w, m);
        self.raise_if_below(t, w, 1 << 28);
        self.give_back_v(m);
        self.give_back_v(w);
    }

    /// Rounds the host's estimate `t`, not up to what may be too much; gives `2 q + 1`.
    fn odd_double(&mut self, t: Xmm) -> Xmm {
        let w = self.scratch_v();
        let [round, ten, ends] = [ROUND, TEN_BITS, 0x201].map(|c| self.pool_splat(2, c));
        self.asm.v3(X::PADDD, t, t, round);
        self.asm.vshift(VecShift::PSRLD, w, t, 14);
        self.asm.v3(X::PAND, w, w, ten);
        self.asm.v3(X::POR, w, w, ends);
        w
    }

    /// The fraction of `t`, with a unit more where `w` is below the limit. `w` is lost.
    fn raise_if_below(&mut self, t: Xmm, w: Xmm, limit: u64) {
        let [fraction, unit, limit] = [FRACTION, UNIT, limit].map(|c| self.pool_splat(2, c));
        let below = self.scratch_v();
        self.mov_v(below, limit.into());
        self.asm.v3(X::PCMPGTD, below, below, w);
        self.asm.v3(X::PAND, below, below, unit);
        self.asm.v3(X::PAND, t, t, fraction);
        self.asm.v3(X::PADDD, t, t, below);
        self.give_back_v(below);
    }

    /// The exponent of the estimate for operand `x`, with its sign, in a new register. `d` is lost.
    fn estimate_exponent(&mut self, layout: &Layout, x: Xmm, d: Xmm, root: bool) -> Xmm {
        let exponent = layout.max << layout.fraction;
        let sign = if root { 0 } else { 1 << 31 };
        let kept = self.pool_splat(2, exponent | sign);
        // The bias is half the greatest exponent: twice the bias less 1 less the exponent; for the
        // root three times the bias less 1 less the exponent, halved, a bit being lost below it.
        let bias = layout.max / 2;
        let from = if root { 3 * bias - 1 } else { 2 * bias - 1 };
        let from = self.pool_splat(2, from << layout.fraction);
        let t = self.scratch_v();
        self.asm.v3(X::PAND, d, x, kept);
        self.mov_v(t, from.into());
        self.asm.v3(X::PSUBD, t, t, d);
        if root {
            self.asm.vshift(VecShift::PSRLD, t, t, 1);
            self.asm.v3(X::PAND, t, t, kept);
        }
        t
    }

    /// Emits URECPE or URSQRTE. An operand without the leading ones that it should have gives ones.
    pub(super) fn integer_estimate(&mut self, i: usize, inst: &Inst) {
        let x = self.use_v(inst.args[0]);
        let [d, t, top] = core::array::from_fn(|_| self.scratch_v());
        let all = self.scratch_v();
        self.asm.v3(X::PCMPEQD, all, all, all);
        self.asm.vshift(VecShift::PSRAD, top, x, 31);
        if inst.op == Op::VUrecpe {
            self.asm.vshift(VecShift::PSRLD, d, x, 8);
            self.estimate_reciprocal(d, d, t);
        } else {
            // The leading one goes to the top, and parity to where it is looked for.
            let parity = self.pool_splat(2, PARITY);
            self.asm.v3(X::PANDN, d, top, x);
            self.asm.v3(X::PADDD, d, d, x);
            self.asm.vshift(VecShift::PSRLD, d, d, 8);
            self.asm.v3(X::POR, d, d, parity);
            self.asm.v3(X::PAND, t, top, parity);
            self.asm.v3(X::PXOR, d, d, t);
            self.estimate_root(d, d, t);
            // The two highest bits are clear.
            self.asm.vshift(VecShift::PSLLD, d, x, 1);
            self.asm.v3(X::POR, top, top, d);
            self.asm.vshift(VecShift::PSRAD, top, top, 31);
        }
        self.asm.vshift(VecShift::PSLLD, t, t, 8);
        self.asm.v3(X::PXOR, top, top, all);
        self.asm.vshift(VecShift::PSLLD, all, all, 31);
        self.asm.v3(X::POR, t, t, all);
        let to = self.def_v(i);
        self.asm.v3(X::POR, to, t, top);
    }
}
