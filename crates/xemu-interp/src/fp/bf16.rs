//! BFloat16. (Arm ARM A1.4.2)

use super::arith::{Wide, add_rounded, mul_add, mul_rounded};
use super::convert::convert_rounded;
use super::format::{Format, Rounding};
use super::unpack::{Class, Unpacked, invalid, round, simplified, unpack, zero_sum};
use xemu_guest::{Fpcr, Fpsr};

/// FPConvertBF: single precision to BFloat16.
pub fn bf_convert(a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    simplified(fpcr, fpsr, |fpcr, fpsr| {
        let rounding = Rounding::of(fpcr);
        convert_rounded(Format::Bfloat16, Format::Single, a, rounding, fpcr, fpsr)
    })
}

/// BFMulAddH: a single-precision `addend` plus the product of BFloat16 `a` and `b`.
pub fn bf_mul_add(addend: u64, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    simplified(fpcr, fpsr, |fpcr, fpsr| {
        mul_add(Format::Single, addend, a << 16, b << 16, fpcr, fpsr)
    })
}

/// BFDotAdd: single-precision `addend + (a[0] * b[0] + a[1] * b[1])` of the BFloat16 `a` and `b`.
/// FPSR is not concerned.
pub fn bf_dot_add(addend: u64, a: [u64; 2], b: [u64; 2], fpcr: Fpcr) -> u64 {
    let (a, b) = (a.map(|e| e << 16), b.map(|e| e << 16));
    if fpcr.ebf() { extended(addend, a, b, fpcr) } else { plain(addend, a, b, fpcr) }
}

/// With FPCR.EBF clear: every step rounds to odd, flushes denormal numbers, overflows to infinity
/// and makes the default NaN.
fn plain(addend: u64, a: [u64; 2], b: [u64; 2], fpcr: Fpcr) -> u64 {
    let fpcr = Fpcr(fpcr.0 & Fpcr::AH | Fpcr::FIZ | Fpcr::FZ | Fpcr::DN);
    let step = |op: &dyn Fn(&mut Fpsr) -> u64| {
        let mut fpsr = Fpsr(0);
        let result = op(&mut fpsr);
        // Unlike FPRound's round to odd. (BFRound)
        if fpsr.0 & Fpsr::OFC != 0 {
            return Format::Single.infinity(result & Format::Single.sign_bit() != 0);
        }
        result
    };
    let product = |i: usize| {
        step(&|fpsr| mul_rounded(Format::Single, (a[i], b[i]), false, Rounding::Odd, fpcr, fpsr))
    };
    let sum =
        |x, y| step(&|fpsr| add_rounded(Format::Single, (x, y), false, Rounding::Odd, fpcr, fpsr));
    sum(addend, sum(product(0), product(1)))
}

/// With FPCR.EBF set: the two products are summed with one rounding, then the addend is added with
/// another, both as FPCR says; every NaN is the default one. (FPDot)
fn extended(addend: u64, a: [u64; 2], b: [u64; 2], fpcr: Fpcr) -> u64 {
    let (fmt, fpcr, fpsr) = (Format::Single, Fpcr(fpcr.0 | Fpcr::DN), &mut Fpsr(0));
    let factors = [a[0], b[0], a[1], b[1]].map(|op| unpack(fmt, op, fpcr, fpsr));
    let products = fp_dot(&factors, fpcr, fpsr);
    add_rounded(fmt, (addend, products), false, Rounding::of(fpcr), fpcr, fpsr)
}

fn fp_dot([x0, y0, x1, y1]: &[Unpacked; 4], fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let (fmt, rounding) = (Format::Single, Rounding::of(fpcr));
    if [x0, y0, x1, y1].iter().any(|x| x.is_nan()) {
        return fmt.default_nan(fpcr);
    }
    let sign = [x0.sign() != y0.sign(), x1.sign() != y1.sign()];
    let infinity = [(x0, y0), (x1, y1)].map(|(x, y)| x.is_infinity() || y.is_infinity());
    let zero = [(x0, y0), (x1, y1)].map(|(x, y)| x.is_zero() || y.is_zero());
    let undefined = (0..2).any(|i| infinity[i] && zero[i]);
    if undefined || infinity == [true; 2] && sign[0] != sign[1] {
        return invalid(fmt, fpcr, fpsr);
    }
    if let Some(i) = infinity.iter().position(|i| *i) {
        return fmt.infinity(sign[i]);
    }
    let product = |x: &Unpacked, y: &Unpacked| {
        debug_assert!(x.class == Class::Finite && y.class == Class::Finite);
        Wide::product(x.real, y.real)
    };
    let sum = match zero {
        [true, true] if sign[0] == sign[1] => return fmt.zero(sign[0]),
        [true, true] => None,
        [true, false] => Some(product(x1, y1).rounded()),
        [false, true] => Some(product(x0, y0).rounded()),
        [false, false] => Wide::sum(product(x0, y0), product(x1, y1)),
    };
    match sum {
        Some(sum) => round(fmt, sum, rounding, fpcr, fpsr),
        None => zero_sum(fmt, rounding),
    }
}
