//! BFloat16. (Arm ARM A1.4.2)

use super::arith::{add_rounded, mul_rounded};
use super::convert::convert_rounded;
use super::format::{Format, Rounding};
use xemu_guest::{Fpcr, Fpsr};

/// FPConvertBF: single precision to BFloat16.
pub fn bf_convert(a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    convert_rounded(Format::Bfloat16, Format::Single, a, Rounding::of(fpcr), fpcr, fpsr)
}

/// BFDotAdd with FPCR.EBF clear: single-precision `addend + (a[0] * b[0] + a[1] * b[1])` of the
/// BFloat16 `a` and `b`. Every step rounds to odd, flushes denormal numbers, overflows to infinity
/// and makes the default NaN; FPCR and FPSR are not concerned.
pub fn bf_dot_add(addend: u64, a: [u16; 2], b: [u16; 2]) -> u64 {
    let product = |i: usize| {
        let ops = (u64::from(a[i]) << 16, u64::from(b[i]) << 16);
        step(|fpcr, fpsr| mul_rounded(Format::Single, ops, false, Rounding::Odd, fpcr, fpsr))
    };
    let sum = |x, y| {
        step(|fpcr, fpsr| add_rounded(Format::Single, (x, y), false, Rounding::Odd, fpcr, fpsr))
    };
    sum(addend, sum(product(0), product(1)))
}

fn step(op: impl FnOnce(Fpcr, &mut Fpsr) -> u64) -> u64 {
    let mut fpsr = Fpsr(0);
    let result = op(Fpcr(Fpcr::FZ | Fpcr::DN), &mut fpsr);
    // Unlike FPRound's round to odd. (BFRound)
    if fpsr.0 & Fpsr::OFC != 0 {
        return Format::Single.infinity(result & Format::Single.sign_bit() != 0);
    }
    result
}
