//! Saturating vector operations, which set FPSR.QC. (Arm ARM C3.5, SignedSatQ and UnsignedSatQ)

use xemu_guest::Fpsr;
use xemu_ir::Es;

use super::lanes::Sign::{self, Signed, Unsigned};
use super::lanes::{build, get, number, wider};
use super::shift;

/// Where saturation is noticed: the element's size, and how many of the lowest elements count.
pub(super) struct Saturate<'e> {
    pub(super) es: Es,
    pub(super) count: u8,
    pub(super) fpsr: &'e mut Fpsr,
}

impl Saturate<'_> {
    /// Element `i` of the result: `e` clamped to `es`.
    fn clamp(&mut self, es: Es, sign: Sign, i: usize, e: i128) -> u128 {
        let (low, high) = match sign {
            Signed => (-1 << (es.bits() - 1), (1 << (es.bits() - 1)) - 1),
            Unsigned => (0, (1 << es.bits()) - 1),
        };
        let clamped: i128 = e.clamp(low, high);
        if clamped != e && i < usize::from(self.count) {
            self.fpsr.0 |= Fpsr::QC;
        }
        clamped as u128
    }

    /// `f` of each element of `x`, read as `from`, clamped as `to`.
    pub(super) fn unary(
        mut self,
        [from, to]: [Sign; 2],
        x: u128,
        f: impl Fn(i128) -> i128,
    ) -> u128 {
        let es = self.es;
        build(es, |i| self.clamp(es, to, i, f(number(es, from, x, i))))
    }

    /// `f` of corresponding elements, clamped as the first operand is read.
    pub(super) fn binary(
        mut self,
        signs: [Sign; 2],
        x: u128,
        y: u128,
        f: impl Fn(i128, i128) -> i128,
    ) -> u128 {
        let es = self.es;
        build(es, |i| {
            let e = f(number(es, signs[0], x, i), number(es, signs[1], y, i));
            self.clamp(es, signs[0], i, e)
        })
    }

    /// SQDMULH and, with `round`, SQRDMULH: the high half of the doubled product.
    pub(super) fn doubling_mul_high(self, x: u128, y: u128, round: bool) -> u128 {
        let bits = self.es.bits();
        self.binary([Signed, Signed], x, y, |a, b| shift::right(2 * a * b, bits, round))
    }

    /// SQRDMLAH and, with `subtract`, SQRDMLSH: rounded once, with the accumulator on top.
    pub(super) fn doubling_mul_add_high(mut self, [acc, x, y]: [u128; 3], subtract: bool) -> u128 {
        let es = self.es;
        build(es, |i| {
            let product = 2 * number(es, Signed, x, i) * number(es, Signed, y, i);
            let acc = number(es, Signed, acc, i) << es.bits();
            let sum = if subtract { acc - product } else { acc + product };
            self.clamp(es, Signed, i, shift::right(sum, es.bits(), true))
        })
    }

    /// SQSHL, UQSHL, SQRSHL, UQRSHL by the signed low byte of the second operand's element.
    pub(super) fn shift(self, sign: Sign, round: bool, x: u128, y: u128) -> u128 {
        let bits = self.es.bits();
        self.binary([sign, Signed], x, y, |e, by| {
            let by = shift::amount(by);
            if by < 0 {
                shift::right(e, by.unsigned_abs(), round)
            } else {
                shift::left_saturating(bits, e, by.unsigned_abs())
            }
        })
    }

    /// SQSHL, UQSHL, SQSHLU by an immediate.
    pub(super) fn shift_imm(self, signs: [Sign; 2], x: u128, amount: u64) -> u128 {
        let bits = self.es.bits();
        self.unary(signs, x, |e| shift::left_saturating(bits, e, amount as u32 & 127))
    }

    /// SQXTN, UQXTN, SQXTUN: elements of twice the size, narrowed into the low half.
    pub(super) fn narrow(mut self, [from, to]: [Sign; 2], x: u128) -> u128 {
        let es = self.es;
        let narrowed = build(es, |i| {
            let in_range = i < es.lanes() / 2;
            if in_range { self.clamp(es, to, i, number(wider(es), from, x, i)) } else { 0 }
        });
        get(Es::D, narrowed, 0)
    }

    /// SQDMULL: the doubled products of the low half's elements, in elements of twice the size.
    pub(super) fn doubling_mul_long(mut self, x: u128, y: u128) -> u128 {
        let (es, wide) = (self.es, wider(self.es));
        build(wide, |i| {
            let product = 2 * number(es, Signed, x, i) * number(es, Signed, y, i);
            self.clamp(wide, Signed, i, product)
        })
    }
}
