//! Sums, products, quotients and roots.

use super::convert::convert_nan;
use super::format::{Format, Rounding};
use super::unpack::{
    Class, Real, Unpacked, chosen_nan, invalid, process_denorms, process_nan, process_nans, raise,
    round, shift_right_jam_128, simplified, unpack, zero_sum,
};
use xemu_guest::{Fpcr, Fpsr};

/// `mant / 2^126 * 2^exp`, not zero, with bit 126 the highest set in `mant`.
#[derive(Clone, Copy)]
pub(super) struct Wide {
    sign: bool,
    exp: i32,
    mant: u128,
}

impl From<Real> for Wide {
    fn from(x: Real) -> Self {
        Self { sign: x.sign, exp: x.exp, mant: u128::from(x.mant) << 63 }
    }
}

impl Wide {
    /// The exact product: no factor has more than 53 significant bits.
    #[inline]
    pub fn product(a: Real, b: Real) -> Self {
        let mant = u128::from(a.mant) * u128::from(b.mant);
        let sign = a.sign != b.sign;
        if mant >> 127 != 0 {
            Self { sign, exp: a.exp + b.exp + 1, mant: mant >> 1 }
        } else {
            Self { sign, exp: a.exp + b.exp, mant }
        }
    }

    /// The sum, or `None` for zero. Exact wherever the highest bits cancel: then the smaller
    /// operand is shifted by one bit at most, and at least twenty low bits are clear in both.
    #[inline]
    pub fn sum(a: Self, b: Self) -> Option<Real> {
        let (high, low) = if (a.exp, a.mant) >= (b.exp, b.mant) { (a, b) } else { (b, a) };
        let aligned = shift_right_jam_128(low.mant, (high.exp - low.exp) as u32);
        let mant = if high.sign == low.sign { high.mant + aligned } else { high.mant - aligned };
        if mant == 0 { None } else { Some(Real::from_wide(high.sign, high.exp + 1, mant)) }
    }

    pub fn rounded(self) -> Real {
        Real::from_wide(self.sign, self.exp + 1, self.mant)
    }
}

/// FPAdd.
pub fn add(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    add_rounded(fmt, (a, b), false, Rounding::of(fpcr), fpcr, fpsr)
}

/// FPSub.
pub fn sub(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    add_rounded(fmt, (a, b), true, Rounding::of(fpcr), fpcr, fpsr)
}

/// The sum of `a` and of `b` or, if `negate`, of the opposite of `b`; a NaN keeps its sign.
pub(super) fn add_rounded(
    fmt: Format,
    (a, b): (u64, u64),
    negate: bool,
    rounding: Rounding,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if let Some(nan) = process_nans(fmt, [(&x, a), (&y, b)], fpcr, fpsr) {
        return nan;
    }
    process_denorms(fmt, [&x, &y], fpcr, fpsr);
    let y = y.with_sign(y.sign() != negate);
    match (x.class, y.class) {
        (Class::Infinity, Class::Infinity) if x.sign() != y.sign() => invalid(fmt, fpcr, fpsr),
        (Class::Infinity, _) => fmt.infinity(x.sign()),
        (_, Class::Infinity) => fmt.infinity(y.sign()),
        (Class::Zero, Class::Zero) if x.sign() == y.sign() => fmt.zero(x.sign()),
        (Class::Zero, Class::Zero) => zero_sum(fmt, rounding),
        (Class::Zero, _) => round(fmt, y.real, rounding, fpcr, fpsr),
        (_, Class::Zero) => round(fmt, x.real, rounding, fpcr, fpsr),
        _ => match Wide::sum(x.real.into(), y.real.into()) {
            Some(sum) => round(fmt, sum, rounding, fpcr, fpsr),
            None => zero_sum(fmt, rounding),
        },
    }
}

/// FPMul.
pub fn mul(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    mul_rounded(fmt, (a, b), false, Rounding::of(fpcr), fpcr, fpsr)
}

/// FPMulX: zero times infinity is two with the product's sign.
pub fn mulx(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    mul_rounded(fmt, (a, b), true, Rounding::of(fpcr), fpcr, fpsr)
}

pub(super) fn mul_rounded(
    fmt: Format,
    (a, b): (u64, u64),
    extended: bool,
    rounding: Rounding,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if let Some(nan) = process_nans(fmt, [(&x, a), (&y, b)], fpcr, fpsr) {
        return nan;
    }
    process_denorms(fmt, [&x, &y], fpcr, fpsr);
    let sign = x.sign() != y.sign();
    match (x.class, y.class) {
        (Class::Infinity, Class::Zero) | (Class::Zero, Class::Infinity) if extended => {
            fmt.two(sign)
        }
        (Class::Infinity, Class::Zero) | (Class::Zero, Class::Infinity) => invalid(fmt, fpcr, fpsr),
        (Class::Infinity, _) | (_, Class::Infinity) => fmt.infinity(sign),
        (Class::Zero, _) | (_, Class::Zero) => fmt.zero(sign),
        _ => round(fmt, Wide::product(x.real, y.real).rounded(), rounding, fpcr, fpsr),
    }
}

/// FPDiv: `a / b`.
pub fn div(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if let Some(nan) = process_nans(fmt, [(&x, a), (&y, b)], fpcr, fpsr) {
        return nan;
    }
    if !y.is_zero() {
        process_denorms(fmt, [&x, &y], fpcr, fpsr);
    }
    let sign = x.sign() != y.sign();
    match (x.class, y.class) {
        (Class::Infinity, Class::Infinity) | (Class::Zero, Class::Zero) => invalid(fmt, fpcr, fpsr),
        (Class::Infinity, _) => fmt.infinity(sign),
        (_, Class::Zero) => {
            raise(fpsr, Fpsr::DZC);
            fmt.infinity(sign)
        }
        (Class::Zero, _) | (_, Class::Infinity) => fmt.zero(sign),
        _ => {
            let quotient = divide(fmt, x.real, y.real);
            round(fmt, quotient, Rounding::of(fpcr), fpcr, fpsr)
        }
    }
}

fn divide(fmt: Format, a: Real, b: Real) -> Real {
    // Both significands are in [1, 2), so the quotient's leading one is in one of two places. The
    // shorter formats need no more than the upper halves, and 31 bits of the quotient.
    let (quotient, rest, width) = if fmt != Format::Double {
        let (n, d) = (a.mant >> 1, b.mant >> 32);
        (u128::from(n / d), n % d != 0, 31)
    } else {
        let (n, d) = (u128::from(a.mant) << 63, u128::from(b.mant));
        (n / d, n % d != 0, 63)
    };
    let mant = quotient << (127 - width) | u128::from(rest);
    Real::from_wide(a.sign != b.sign, a.exp - b.exp, mant)
}

/// FPSqrt.
pub fn sqrt(fmt: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    match x.class {
        Class::Quiet | Class::Signalling => process_nan(fmt, x.class, a, fpcr, fpsr),
        Class::Zero => fmt.zero(x.sign()),
        _ if x.sign() => invalid(fmt, fpcr, fpsr),
        Class::Infinity => fmt.infinity(false),
        Class::Finite => {
            process_denorms(fmt, [&x], fpcr, fpsr);
            round(fmt, square_root(fmt, x.real), Rounding::of(fpcr), fpcr, fpsr)
        }
    }
}

fn square_root(fmt: Format, x: Real) -> Real {
    // An even exponent 2k leaves a significand in [1, 4): its root is in [1, 2).
    let odd = x.exp & 1 != 0;
    let exp = x.exp >> 1;
    if fmt != Format::Double {
        let n = if odd { x.mant } else { x.mant >> 1 };
        let root = n.isqrt();
        let mant = u128::from(root) << 96 | u128::from(root * root != n);
        return Real::from_wide(false, exp, mant);
    }
    let n = u128::from(x.mant) << if odd { 64 } else { 63 };
    let root = n.isqrt();
    Real::from_wide(false, exp, root << 64 | u128::from(root * root != n))
}

/// FPMulAdd: `addend + a * b`, rounded once.
pub fn mul_add(fmt: Format, addend: u64, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let z = unpack(fmt, addend, fpcr, fpsr);
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    let nan = process_nans(fmt, [(&z, addend), (&x, a), (&y, b)], fpcr, fpsr);
    mul_add_unpacked(fmt, nan, [&z, &x, &y], &[&z, &x, &y], fpcr, fpsr)
}

/// FPMulAddH: a single-precision `addend` plus the product of half-precision `a` and `b`.
pub fn mul_add_h(addend: u64, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let z = unpack(Format::Single, addend, fpcr, fpsr);
    let x = unpack(Format::Half, a, fpcr, fpsr);
    let y = unpack(Format::Half, b, fpcr, fpsr);
    // As single-precision NaNs the halves keep class and payload. (FPProcessNaNs3H)
    let widen = |x: &Unpacked, op| {
        if x.is_nan() { convert_nan(Format::Single, Format::Half, op) } else { op }
    };
    let ops = [addend, widen(&x, a), widen(&y, b)];
    let nan = chosen_nan([z.class, x.class, y.class], fpcr)
        .map(|(class, i)| process_nan(Format::Single, class, ops[i], fpcr, fpsr));
    mul_add_unpacked(Format::Single, nan, [&z, &x, &y], &[&z], fpcr, fpsr)
}

/// `denorms`: the operands of which IDC tells.
fn mul_add_unpacked(
    fmt: Format,
    nan: Option<u64>,
    [z, x, y]: [&Unpacked; 3],
    denorms: &[&Unpacked],
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let (infinity, zero) = (x.is_infinity() || y.is_infinity(), x.is_zero() || y.is_zero());
    let sign = x.sign() != y.sign();
    if let Some(nan) = nan {
        let unordered = infinity && zero && z.class == Class::Quiet && !fpcr.ah();
        return if unordered { invalid(fmt, fpcr, fpsr) } else { nan };
    }
    if infinity && (zero || z.is_infinity() && z.sign() != sign) {
        return invalid(fmt, fpcr, fpsr);
    }
    for x in denorms {
        process_denorms(fmt, [x], fpcr, fpsr);
    }
    if infinity || z.is_infinity() {
        return fmt.infinity(if infinity { sign } else { z.sign() });
    }
    let rounding = Rounding::of(fpcr);
    let sum = match (z.is_zero(), zero) {
        (true, true) if z.sign() == sign => return fmt.zero(sign),
        (true, true) => None,
        (true, false) => Some(Wide::product(x.real, y.real).rounded()),
        (false, true) => Some(z.real),
        (false, false) => Wide::sum(z.real.into(), Wide::product(x.real, y.real)),
    };
    match sum {
        Some(sum) => round(fmt, sum, rounding, fpcr, fpsr),
        None => zero_sum(fmt, rounding),
    }
}

/// FPRecipStepFused: `2 - a * b`, rounded once; two where the product is zero times infinity.
pub fn recip_step_fused(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let two = Real { sign: false, exp: 1, mant: 1 << 63 };
    let step = |fpcr, fpsr: &mut _| step_fused(fmt, (a, b), (two, 0), fmt.two(false), fpcr, fpsr);
    simplified(fpcr, fpsr, step)
}

/// FPRSqrtStepFused: `(3 - a * b) / 2`, rounded once; 1.5 where the product is zero times infinity.
pub fn rsqrt_step_fused(fmt: Format, a: u64, b: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let three = Real { sign: false, exp: 1, mant: 3 << 62 };
    let step =
        |fpcr, fpsr: &mut _| step_fused(fmt, (a, b), (three, 1), fmt.one_point_five(), fpcr, fpsr);
    simplified(fpcr, fpsr, step)
}

/// `(start - a * b) / 2^halvings`. A NaN is taken after `a` has been negated.
fn step_fused(
    fmt: Format,
    (a, b): (u64, u64),
    (start, halvings): (Real, i32),
    undefined: u64,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let a = super::neg(fmt, a, fpcr);
    let x = unpack(fmt, a, fpcr, fpsr);
    let y = unpack(fmt, b, fpcr, fpsr);
    if let Some(nan) = process_nans(fmt, [(&x, a), (&y, b)], fpcr, fpsr) {
        return nan;
    }
    let sum = match (x.class, y.class) {
        (Class::Infinity, Class::Zero) | (Class::Zero, Class::Infinity) => return undefined,
        (Class::Infinity, _) | (_, Class::Infinity) => return fmt.infinity(x.sign() != y.sign()),
        (Class::Zero, _) | (_, Class::Zero) => Some(start),
        _ => Wide::sum(start.into(), Wide::product(x.real, y.real)),
    };
    let rounding = Rounding::of(fpcr);
    match sum {
        Some(sum) => round(fmt, Real { exp: sum.exp - halvings, ..sum }, rounding, fpcr, fpsr),
        None => zero_sum(fmt, rounding),
    }
}
