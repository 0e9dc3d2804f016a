//! Conversions between formats, and from and to integers.

use super::format::{Fixed, Format, Rounding};
use super::integral::to_integer;
use super::unpack::{Class, Real, process_denorms, raise, round, round_cv, unpack, unpack_cv};
use xemu_guest::{Fpcr, Fpsr};

/// FPConvertNaN: the NaN made quiet, with as much of its payload as fits.
pub(super) fn convert_nan(to: Format, from: Format, op: u64) -> u64 {
    let payload = op << (64 - from.fraction_bits()) >> (64 - to.fraction_bits());
    to.infinity(op & from.sign_bit() != 0) | to.quiet_bit() | payload
}

/// FPConvert with FPCR's rounding mode.
pub fn convert(to: Format, from: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    convert_rounded(to, from, a, Rounding::of(fpcr), fpcr, fpsr)
}

/// FPConvert, double to single precision, rounding to odd. (FCVTXN)
pub fn convert_odd(a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    convert_rounded(Format::Single, Format::Double, a, Rounding::Odd, fpcr, fpsr)
}

pub(super) fn convert_rounded(
    to: Format,
    from: Format,
    a: u64,
    rounding: Rounding,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let x = unpack_cv(from, a, fpcr, fpsr);
    // The alternative half-precision format has neither NaN nor infinity.
    let alternative = to == Format::Half && fpcr.ahp();
    match x.class {
        Class::Quiet | Class::Signalling => {
            if alternative || x.class == Class::Signalling {
                raise(fpsr, Fpsr::IOC);
            }
            if alternative {
                to.zero(x.sign())
            } else if fpcr.dn() {
                to.default_nan(fpcr)
            } else {
                convert_nan(to, from, a)
            }
        }
        Class::Infinity if alternative => {
            raise(fpsr, Fpsr::IOC);
            to.zero(x.sign()) | to.mask() >> 1
        }
        Class::Infinity => to.infinity(x.sign()),
        Class::Zero => to.zero(x.sign()),
        Class::Finite => {
            process_denorms(from, [&x], fpcr, fpsr);
            round_cv(to, x.real, rounding, fpcr, fpsr)
        }
    }
}

/// FPToFixed: saturated, in the low `fixed.bits` bits.
pub fn to_fixed(
    fmt: Format,
    a: u64,
    fixed: Fixed,
    rounding: Rounding,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    let mask = u64::MAX >> (64 - fixed.bits);
    let (most_positive, most_negative) = match fixed.unsigned {
        true => (mask, 0),
        false => (mask >> 1, mask ^ mask >> 1),
    };
    let rounded = match x.class {
        Class::Quiet | Class::Signalling => {
            raise(fpsr, Fpsr::IOC);
            return 0;
        }
        Class::Zero => return 0,
        Class::Infinity => None,
        Class::Finite => to_integer(x.real, fixed.fraction as i32, rounding),
    };
    // Both limits as magnitudes.
    let limit = if x.sign() { most_negative } else { most_positive };
    match rounded {
        Some((int, inexact)) if int <= u128::from(limit) => {
            if inexact {
                raise(fpsr, Fpsr::IXC);
            }
            let int = int as u64;
            (if x.sign() { int.wrapping_neg() } else { int }) & mask
        }
        _ => {
            raise(fpsr, Fpsr::IOC);
            limit
        }
    }
}

/// FPToFixedJS: double precision to the integer modulo 2^32 that JavaScript wants, and whether that
/// was exact (the Z flag).
pub fn to_fixed_js(a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> (u32, bool) {
    let x = unpack(Format::Double, a, fpcr, fpsr);
    match x.class {
        Class::Quiet | Class::Signalling | Class::Infinity => {
            raise(fpsr, Fpsr::IOC);
            return (0, false);
        }
        // Neither minus zero nor a number that was flushed is exact.
        Class::Zero => return (0, a == 0),
        Class::Finite => {}
    }
    let Real { sign, exp, mant } = x.real;
    let (int, inexact) = match to_integer(x.real, 0, Rounding::Zero) {
        Some(int) => int,
        None if exp < 96 => (u128::from(mant) << (exp - 63), false),
        None => (1 << 64, false),
    };
    let in_range = int < 1 << 31 || int == 1 << 31 && sign;
    if !in_range {
        raise(fpsr, Fpsr::IOC);
    } else if inexact {
        raise(fpsr, Fpsr::IXC);
    }
    let int = int as u32;
    (if sign { int.wrapping_neg() } else { int }, in_range && !inexact)
}

/// FixedToFP of the low `fixed.bits` bits of `a`.
pub fn fixed_to_fp(
    fmt: Format,
    a: u64,
    fixed: Fixed,
    rounding: Rounding,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let unused = 64 - fixed.bits;
    let sign = !fixed.unsigned && (a << unused) >> 63 != 0;
    let magnitude = match sign {
        true => (((a << unused) as i64) >> unused).unsigned_abs(),
        false => a << unused >> unused,
    };
    if magnitude == 0 {
        return fmt.zero(false);
    }
    let x = Real::from_wide(sign, 127 - fixed.fraction as i32, magnitude.into());
    round(fmt, x, rounding, fpcr, fpsr)
}
