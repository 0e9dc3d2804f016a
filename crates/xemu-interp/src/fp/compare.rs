//! Comparisons, maximum and minimum.

use super::format::{Format, Rounding};
use super::unpack::{Class, Unpacked, process_denorms, process_nans, raise, round, unpack};
use core::cmp::Ordering;
use xemu_guest::{Fpcr, Fpsr};

/// The order of two numbers, neither of which is a NaN; zeros are equal.
fn order(x: &Unpacked, y: &Unpacked) -> Ordering {
    if x.is_zero() && y.is_zero() {
        return Ordering::Equal;
    }
    let magnitudes = (x.real.exp, x.real.mant).cmp(&(y.real.exp, y.real.mant));
    match (x.sign(), y.sign()) {
        (false, false) => magnitudes,
        (true, true) => magnitudes.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

/// The order, or `None` with a NaN; `signal_nans`: a quiet NaN is invalid too.
fn relate(
    fmt: Format,
    a: u64,
    b: u64,
    signal_nans: bool,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> Option<Ordering> {
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if x.is_nan() || y.is_nan() {
        if signal_nans || x.class == Class::Signalling || y.class == Class::Signalling {
            raise(fpsr, Fpsr::IOC);
        }
        return None;
    }
    process_denorms(fmt, [&x, &y], fpcr, fpsr);
    Some(order(&x, &y))
}

/// FPCompare: NZCV in bits 3 to 0.
pub fn compare(fmt: Format, a: u64, b: u64, signal_nans: bool, fpcr: Fpcr, fpsr: &mut Fpsr) -> u8 {
    match relate(fmt, a, b, signal_nans, fpcr, fpsr) {
        None => 0b0011,
        Some(Ordering::Equal) => 0b0110,
        Some(Ordering::Less) => 0b1000,
        Some(Ordering::Greater) => 0b0010,
    }
}

/// FPCompareEQ.
pub fn compare_eq(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> bool {
    relate(fmt, a, b, false, fpcr, fpsr) == Some(Ordering::Equal)
}

/// FPCompareGE.
pub fn compare_ge(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> bool {
    matches!(relate(fmt, a, b, true, fpcr, fpsr), Some(Ordering::Equal | Ordering::Greater))
}

/// FPCompareGT.
pub fn compare_gt(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> bool {
    relate(fmt, a, b, true, fpcr, fpsr) == Some(Ordering::Greater)
}

/// FACGE: FPCompareGE of magnitudes.
pub fn abs_compare_ge(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> bool {
    compare_ge(fmt, super::abs(fmt, a, fpcr), super::abs(fmt, b, fpcr), fpcr, fpsr)
}

/// FACGT: FPCompareGT of magnitudes.
pub fn abs_compare_gt(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> bool {
    compare_gt(fmt, super::abs(fmt, a, fpcr), super::abs(fmt, b, fpcr), fpcr, fpsr)
}

/// FPMax.
pub fn max(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    maybe_alternate(fmt, (a, b), Ordering::Greater, fpcr, fpsr)
}

/// FPMin.
pub fn min(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    maybe_alternate(fmt, (a, b), Ordering::Less, fpcr, fpsr)
}

/// With FPCR.AH set the second operand is the result wherever there is no order, as on x86, and
/// denormal results are not flushed.
fn maybe_alternate(
    fmt: Format,
    (a, b): (u64, u64),
    side: Ordering,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    if !fpcr.ah() {
        return extreme(fmt, (a, b), side, fpcr, fpsr);
    }
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if x.is_nan() || y.is_nan() {
        raise(fpsr, Fpsr::IOC);
    } else if !(x.is_zero() && y.is_zero()) {
        process_denorms(fmt, [&x, &y], fpcr, fpsr);
        if order(&x, &y) == side {
            return if x.is_zero() { fmt.zero(x.sign()) } else { a & fmt.mask() };
        }
    }
    if y.is_zero() { fmt.zero(y.sign()) } else { b & fmt.mask() }
}

/// The operand on the `side` of the other.
fn extreme(fmt: Format, (a, b): (u64, u64), side: Ordering, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if let Some(nan) = process_nans(fmt, [(&x, a), (&y, b)], fpcr, fpsr) {
        return nan;
    }
    process_denorms(fmt, [&x, &y], fpcr, fpsr);
    let (chosen, op) = if order(&x, &y) == side { (x, a) } else { (y, b) };
    if chosen.is_zero() {
        // Plus zero is greater than minus zero here.
        let sign = match side {
            Ordering::Less => x.sign() || y.sign(),
            _ => x.sign() && y.sign(),
        };
        return fmt.zero(sign);
    }
    if chosen.class == Class::Finite {
        return round(fmt, chosen.real, Rounding::of(fpcr), fpcr, fpsr);
    }
    op & fmt.mask()
}

/// FPMaxNum: a number rather than a quiet NaN.
pub fn max_num(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let (a, b) = without_quiet_nan(fmt, a, b, fmt.infinity(true));
    extreme(fmt, (a, b), Ordering::Greater, fpcr, fpsr)
}

/// FPMinNum: a number rather than a quiet NaN.
pub fn min_num(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let (a, b) = without_quiet_nan(fmt, a, b, fmt.infinity(false));
    extreme(fmt, (a, b), Ordering::Less, fpcr, fpsr)
}

/// FPAbsMax, whatever FPCR.{AH, FIZ, FZ, FZ16} say. (FEAT_FAMINMAX)
pub fn abs_max(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    abs_extreme(fmt, (a, b), Ordering::Greater, fpcr, fpsr)
}

/// FPAbsMin, whatever FPCR.{AH, FIZ, FZ, FZ16} say. (FEAT_FAMINMAX)
pub fn abs_min(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    abs_extreme(fmt, (a, b), Ordering::Less, fpcr, fpsr)
}

/// A NaN keeps its sign; anything else loses it.
fn abs_extreme(
    fmt: Format,
    (a, b): (u64, u64),
    side: Ordering,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let fpcr = Fpcr(fpcr.0 & !(Fpcr::AH | Fpcr::FIZ | Fpcr::FZ | Fpcr::FZ16));
    let magnitude = |op| if fmt.is_nan(op) { op } else { super::abs(fmt, op, fpcr) };
    extreme(fmt, (magnitude(a), magnitude(b)), side, fpcr, fpsr)
}

/// The operands with a quiet NaN replaced if the other operand is no NaN.
fn without_quiet_nan(fmt: Format, a: u64, b: u64, instead: u64) -> (u64, u64) {
    let class = |op| unpack(fmt, op, Fpcr(0), &mut Fpsr(0));
    let (x, y) = (class(a), class(b));
    match (x.class, y.class) {
        (Class::Quiet, _) if !y.is_nan() => (instead, b),
        (_, Class::Quiet) if !x.is_nan() => (a, instead),
        _ => (a, b),
    }
}
