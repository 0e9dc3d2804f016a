//! Rounding to integral values.

use super::format::{Format, Rounding};
use super::unpack::{Class, Real, process_nan, raise, round, shift_right_jam, unpack};
use xemu_guest::{Fpcr, Fpsr};

/// The integer that `x * 2^scale` rounds to, without its sign, and whether that is inexact. `None`
/// from 2^64 on.
pub(super) fn to_integer(x: Real, scale: i32, rounding: Rounding) -> Option<(u128, bool)> {
    let exp = x.exp + scale;
    match exp {
        64.. => None,
        63 => Some((x.mant.into(), false)),
        0..63 => {
            let drop = 63 - exp as u32;
            let int = x.mant >> drop;
            let rest = x.mant << (64 - drop);
            let up = rounding.increments(x.sign, int & 1 != 0, rest, 1 << 63);
            Some((u128::from(int) + u128::from(up), rest != 0))
        }
        _ => {
            let rest = shift_right_jam(x.mant, (-1 - exp) as u32);
            Some((rounding.increments(x.sign, false, rest, 1 << 63).into(), true))
        }
    }
}

/// The value of an integral magnitude below 2^64, which the format can represent.
fn integral(fmt: Format, sign: bool, int: u128, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    if int == 0 {
        return fmt.zero(sign);
    }
    round(fmt, Real::from_wide(sign, 127, int), Rounding::Zero, fpcr, fpsr)
}

/// FPRoundInt. `exact`: an inexact result is signalled.
pub fn round_int(
    fmt: Format,
    a: u64,
    rounding: Rounding,
    exact: bool,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    match x.class {
        Class::Quiet | Class::Signalling => process_nan(fmt, x.class, a, fpcr, fpsr),
        Class::Infinity => fmt.infinity(x.sign()),
        Class::Zero => fmt.zero(x.sign()),
        Class::Finite => match to_integer(x.real, 0, rounding) {
            Some((int, inexact)) => {
                if inexact && exact {
                    raise(fpsr, Fpsr::IXC);
                }
                integral(fmt, x.sign(), int, fpcr, fpsr)
            }
            None => a & fmt.mask(),
        },
    }
}

/// FPRoundIntN: to an integral value that fits in a signed integer of `int_bits` (32 or 64) bits,
/// otherwise to the most negative such integer. Inexact results are signalled.
pub fn round_int_n(
    fmt: Format,
    a: u64,
    rounding: Rounding,
    int_bits: u32,
    fpcr: Fpcr,
    fpsr: &mut Fpsr,
) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    if x.class == Class::Zero {
        return fmt.zero(x.sign());
    }
    let limit = 1u128 << (int_bits - 1);
    let rounded = match x.class {
        Class::Finite => to_integer(x.real, 0, rounding),
        _ => None,
    };
    match rounded {
        Some((int, inexact)) if int < limit || int == limit && x.sign() => {
            if inexact {
                raise(fpsr, Fpsr::IXC);
            }
            integral(fmt, x.sign(), int, fpcr, fpsr)
        }
        _ => {
            raise(fpsr, Fpsr::IOC);
            integral(fmt, true, limit, fpcr, fpsr)
        }
    }
}
