//! Taking elements apart, rounding, and NaNs: what all operations are made of.

use super::format::{Format, Rounding};
use xemu_guest::{Fpcr, Fpsr};

/// FPType. A denormal number is finite like any other once it has been taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Zero,
    Finite,
    Infinity,
    Quiet,
    Signalling,
}

/// A number other than zero: `mant / 2^63 * 2^exp`, and bit 63 of `mant` is set. Bit 0 of `mant`
/// may stand for anything nonzero below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Real {
    pub sign: bool,
    pub exp: i32,
    pub mant: u64,
}

/// An element taken apart. `real` has the sign of every class; zero has the smallest exponent and
/// infinity the largest, so that magnitudes compare as (`exp`, `mant`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Unpacked {
    pub class: Class,
    /// A denormal number that was not flushed.
    pub denormal: bool,
    pub real: Real,
}

impl Unpacked {
    pub fn is_nan(&self) -> bool {
        matches!(self.class, Class::Quiet | Class::Signalling)
    }
    pub fn is_infinity(&self) -> bool {
        self.class == Class::Infinity
    }
    pub fn is_zero(&self) -> bool {
        self.class == Class::Zero
    }
    pub fn sign(&self) -> bool {
        self.real.sign
    }
    /// The same with another sign.
    pub fn with_sign(mut self, sign: bool) -> Self {
        self.real.sign = sign;
        self
    }
}

/// FPProcessException with every trap disabled.
pub(super) fn raise(fpsr: &mut Fpsr, bits: u32) {
    fpsr.0 |= bits;
}

/// FPUnpack: half precision is always the IEEE format.
#[inline]
pub(super) fn unpack(fmt: Format, op: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> Unpacked {
    unpack_base(fmt, op, Fpcr(fpcr.0 & !Fpcr::AHP), fpsr)
}

/// FPUnpackCV, for conversions between formats: half precision may be the alternative format, and
/// is not flushed.
pub(super) fn unpack_cv(fmt: Format, op: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> Unpacked {
    unpack_base(fmt, op, Fpcr(fpcr.0 & !Fpcr::FZ16), fpsr)
}

fn unpack_base(fmt: Format, op: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> Unpacked {
    let f = fmt.fraction_bits();
    let sign = op & fmt.sign_bit() != 0;
    let exp = op >> f & fmt.max_exponent();
    let fraction = op & ((1 << f) - 1);
    let special =
        |class, exp| Unpacked { class, denormal: false, real: Real { sign, exp, mant: 0 } };
    if exp == 0 {
        if fraction == 0 {
            return special(Class::Zero, i32::MIN);
        }
        let half = fmt == Format::Half;
        let fz = !half && fpcr.fz() && !fpcr.ah();
        if fz || half && fpcr.fz16() || !half && fpcr.fiz() {
            // By FZ16 and FIZ without a trace.
            if fz {
                raise(fpsr, Fpsr::IDC);
            }
            return special(Class::Zero, i32::MIN);
        }
        let lead = fraction.leading_zeros();
        let exp = 1 - fmt.bias() - (lead as i32 - (63 - f as i32));
        let real = Real { sign, exp, mant: fraction << lead };
        return Unpacked { class: Class::Finite, denormal: true, real };
    }
    if exp == fmt.max_exponent() && !(fmt == Format::Half && fpcr.ahp()) {
        let class = if fraction == 0 {
            Class::Infinity
        } else if fraction & fmt.quiet_bit() != 0 {
            Class::Quiet
        } else {
            Class::Signalling
        };
        return special(class, i32::MAX);
    }
    let mant = 1 << 63 | fraction << (63 - f);
    let real = Real { sign, exp: exp as i32 - fmt.bias(), mant };
    Unpacked { class: Class::Finite, denormal: false, real }
}

/// Shifts right; bits that fall out set the last bit.
#[inline]
pub(super) fn shift_right_jam(x: u64, n: u32) -> u64 {
    match n {
        0 => x,
        1..64 => x >> n | u64::from(x << (64 - n) != 0),
        _ => u64::from(x != 0),
    }
}

/// Likewise for 128 bits.
#[inline]
pub(super) fn shift_right_jam_128(x: u128, n: u32) -> u128 {
    match n {
        0 => x,
        1..128 => x >> n | u128::from(x << (128 - n) != 0),
        _ => u128::from(x != 0),
    }
}

impl Real {
    /// From `mant / 2^127 * 2^exp`, which is not zero.
    #[inline]
    pub fn from_wide(sign: bool, exp: i32, mant: u128) -> Self {
        let lead = mant.leading_zeros();
        let mant = mant << lead;
        let jam = u64::from(mant as u64 != 0);
        Self { sign, exp: exp - lead as i32, mant: (mant >> 64) as u64 | jam }
    }
}

/// FPRound: half precision is always the IEEE format.
#[inline]
pub(super) fn round(fmt: Format, x: Real, rounding: Rounding, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    round_base(fmt, x, rounding, Fpcr(fpcr.0 & !Fpcr::AHP), fpsr)
}

/// FPRoundCV, for conversions between formats: half precision may be the alternative format, and
/// is not flushed.
pub(super) fn round_cv(
    fmt: Format,
    x: Real,
    rounding: Rounding,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    round_base(fmt, x, rounding, Fpcr(fpcr.0 & !Fpcr::FZ16), fpsr)
}

fn round_base(fmt: Format, x: Real, rounding: Rounding, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let Real { sign, exp, mut mant } = x;
    let f = fmt.fraction_bits();
    let mut biased = exp + fmt.bias();
    let tiny = biased <= 0 && !(fpcr.ah() && rounds_to_normal(fmt, x, rounding));
    if tiny && fmt.flushes(fpcr) {
        raise(fpsr, if fpcr.ah() { Fpsr::UFC | Fpsr::IXC } else { Fpsr::UFC });
        return fmt.zero(sign);
    }
    if biased <= 0 {
        mant = shift_right_jam(mant, (1 - biased) as u32);
        biased = 0;
    }
    let drop = 63 - f;
    let rest = mant & ((1 << drop) - 1);
    let int_mant = mant >> drop;
    if tiny && rest != 0 {
        raise(fpsr, Fpsr::UFC);
    }
    // The leading one of a normal number adds one to the exponent below it; so does a carry out of
    // the fraction.
    let base = (biased.max(1) as u64 - 1) << f;
    let up = rounding.increments(sign, int_mant & 1 != 0, rest, 1 << (drop - 1));
    let magnitude = base + int_mant + u64::from(up);
    let alternative = fmt == Format::Half && fpcr.ahp();
    if alternative && magnitude >> f > fmt.max_exponent() {
        raise(fpsr, Fpsr::IOC);
        return fmt.mask() >> 1 | fmt.zero(sign);
    }
    if !alternative && magnitude >> f >= fmt.max_exponent() {
        raise(fpsr, Fpsr::OFC | Fpsr::IXC);
        return if rounding.overflows_to_infinity(sign) {
            fmt.infinity(sign)
        } else {
            fmt.max_normal(sign)
        };
    }
    if rest != 0 {
        raise(fpsr, Fpsr::IXC);
    }
    magnitude | fmt.zero(sign)
}

/// Whether a number below the least normal one, rounded as if exponents had no limit, becomes the
/// least normal one: with FPCR.AH set tininess is found after rounding.
fn rounds_to_normal(fmt: Format, x: Real, rounding: Rounding) -> bool {
    let drop = 63 - fmt.fraction_bits();
    let rest = x.mant & ((1 << drop) - 1);
    let all_ones = x.mant >> drop == u64::MAX >> drop;
    x.exp + fmt.bias() == 0 && all_ones && rounding.increments(x.sign, true, rest, 1 << (drop - 1))
}

/// FPProcessDenorm and kin: with FPCR.AH set, IDC tells that a denormal number was used.
pub(super) fn process_denorms<const N: usize>(
    fmt: Format,
    ops: [&Unpacked; N],
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) {
    if fpcr.ah() && fmt != Format::Half && ops.iter().any(|x| x.denormal) {
        raise(fpsr, Fpsr::IDC);
    }
}

/// Runs an operation that FPCR.AH makes simple: denormal numbers are flushed, results rounded to
/// nearest, and nothing is signalled.
pub(super) fn simplified<R>(
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
    op: impl FnOnce(Fpcr, &mut Fpsr) -> R,
) -> R {
    if fpcr.ah() {
        op(Fpcr(fpcr.0 & !Fpcr::RMODE | Fpcr::FIZ | Fpcr::FZ), &mut Fpsr(0))
    } else {
        op(fpcr, fpsr)
    }
}

/// The zero that is the exact sum of two numbers of different sign.
pub(super) fn zero_sum(fmt: Format, rounding: Rounding) -> u64 {
    fmt.zero(rounding == Rounding::MinusInf)
}

/// The result of an invalid operation.
pub(super) fn invalid(fmt: Format, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    raise(fpsr, Fpsr::IOC);
    fmt.default_nan(fpcr)
}

/// FPProcessNaN.
pub(super) fn process_nan(fmt: Format, class: Class, op: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    if class == Class::Signalling {
        raise(fpsr, Fpsr::IOC);
    }
    if fpcr.dn() { fmt.default_nan(fpcr) } else { op & fmt.mask() | fmt.quiet_bit() }
}

/// FPProcessNaNs and FPProcessNaNs3: the first signalling NaN, else the first quiet one, else
/// `None`.
///
/// With FPCR.AH set the first NaN is taken, of three operands the factors' before the addend's,
/// which comes first here.
#[inline]
pub(super) fn process_nans<const N: usize>(
    fmt: Format,
    ops: [(&Unpacked, u64); N],
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> Option<u64> {
    if !ops.iter().any(|(x, _)| x.is_nan()) {
        return None;
    }
    let (class, i) = chosen_nan(ops.map(|(x, _)| x.class), fpcr)?;
    Some(process_nan(fmt, class, ops[i].1, fpcr, fpsr))
}

/// Which of the operands with these classes is the NaN to take, and the class to treat it as.
pub(super) fn chosen_nan<const N: usize>(
    classes: [Class; N],
    fpcr: Fpcr,
) -> Option<(Class, usize)> {
    let first = |class| classes.iter().position(|c| *c == class);
    let (signalling, quiet) = (first(Class::Signalling), first(Class::Quiet));
    let class = if signalling.is_some() { Class::Signalling } else { Class::Quiet };
    if !fpcr.ah() {
        return Some((class, signalling.or(quiet)?));
    }
    let is_nan = |i: &usize| matches!(classes[*i], Class::Quiet | Class::Signalling);
    let addend = usize::from(N == 3);
    let i = (addend..N).chain(0..addend).find(is_nan)?;
    Some((class, i))
}
