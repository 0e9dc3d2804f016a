//! Estimates of reciprocals and of reciprocal square roots, exact to 8 bits by definition, or to
//! 12 with FPCR.AH set.

use super::format::{Format, Rounding};
use super::unpack::{Class, invalid, process_nan, raise, simplified, unpack};
use xemu_guest::{Fpcr, Fpsr};

/// RecipEstimate of 256 to 511, by the operand less 256; results less 256.
static RECIP: [u8; 256] = recip_table();
/// RecipSqrtEstimate of 128 to 511, by the operand less 128; results less 256.
static RSQRT: [u8; 384] = rsqrt_table();

const fn recip_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let a = (i as u32 + 256) * 2 + 1;
        table[i] = (((1u32 << 19) / a).div_ceil(2) - 256) as u8;
        i += 1;
    }
    table
}

const fn rsqrt_table() -> [u8; 384] {
    let mut table = [0; 384];
    let mut i = 0;
    while i < 384 {
        let a = i as u64 + 128;
        let a = if a < 256 { a * 2 + 1 } else { (a / 2 * 2 + 1) * 2 };
        let mut b = 512u64;
        while a * (b + 1) * (b + 1) < 1 << 28 {
            b += 1;
        }
        table[i] = (b.div_ceil(2) - 256) as u8;
        i += 1;
    }
    table
}

/// The element from its sign, its stored exponent and the fraction's highest bits.
fn assemble(fmt: Format, sign: bool, exp: i32, fraction: u64, fraction_width: u32) -> u64 {
    let f = fmt.fraction_bits();
    fmt.zero(sign) | (exp as u64) << f | fraction << f >> fraction_width
}

/// RecipEstimate with increased precision, of 2048 to 4095; the result less 4096.
fn precise_recip(a: u64) -> u64 {
    let a = 2 * a + 1;
    // The nearest integer; an odd divisor leaves no tie.
    ((1 << 26) / a).div_ceil(2) - 4096
}

/// RecipSqrtEstimate with increased precision, of 1024 to 4095; the result less 4096.
fn precise_rsqrt(a: u64) -> u64 {
    // The operand in units of 1/2, with a bit behind those it is known to.
    let doubled = u128::from(if a < 2048 { 2 * a + 1 } else { 2 * (a | 1) });
    // Its root in units of 2^-47, to the nearest.
    let root = ((doubled << 95).isqrt() + 1) >> 1;
    let (int, rest) = ((1u128 << 65) / root, (1u128 << 65) % root);
    let up = 2 * rest > root || 2 * rest == root && int & 1 != 0;
    int as u64 + u64::from(up) - 4096
}

/// FPRecipEstimate.
pub fn recip_estimate(fmt: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    simplified(fpcr, fpsr, |fpcr, fpsr| estimated_recip(fmt, a, fpcr, fpsr))
}

fn estimated_recip(fmt: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    let sign = x.sign();
    match x.class {
        Class::Quiet | Class::Signalling => return process_nan(fmt, x.class, a, fpcr, fpsr),
        Class::Infinity => return fmt.zero(sign),
        Class::Zero => {
            raise(fpsr, Fpsr::DZC);
            return fmt.infinity(sign);
        }
        Class::Finite => {}
    }
    if x.real.exp < -fmt.bias() - 1 {
        raise(fpsr, Fpsr::OFC | Fpsr::IXC);
        return if Rounding::of(fpcr).overflows_to_infinity(sign) {
            fmt.infinity(sign)
        } else {
            fmt.max_normal(sign)
        };
    }
    // The result would be denormal.
    if fmt.flushes(fpcr) && x.real.exp >= fmt.bias() - 1 {
        raise(fpsr, Fpsr::UFC);
        return fmt.zero(sign);
    }
    // The significand in [1, 2); the result is in [1, 2) / 2^(exp + 1).
    let (width, estimate) = if is_precise(fmt, fpcr) {
        (12, precise_recip(x.real.mant >> 52))
    } else {
        (8, u64::from(RECIP[(x.real.mant >> 55 & 0xff) as usize]))
    };
    let with_leading_one = 1 << width | estimate;
    match fmt.bias() - 1 - x.real.exp {
        0 => assemble(fmt, sign, 0, with_leading_one, width + 1),
        -1 => assemble(fmt, sign, 0, with_leading_one, width + 2),
        exp => assemble(fmt, sign, exp, estimate, width),
    }
}

/// Whether estimates have 12 bits. (FEAT_RPRES)
fn is_precise(fmt: Format, fpcr: Fpcr) -> bool {
    fmt == Format::Single && fpcr.ah()
}

/// FPRSqrtEstimate.
pub fn rsqrt_estimate(fmt: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    simplified(fpcr, fpsr, |fpcr, fpsr| estimated_rsqrt(fmt, a, fpcr, fpsr))
}

fn estimated_rsqrt(fmt: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    match x.class {
        Class::Quiet | Class::Signalling => return process_nan(fmt, x.class, a, fpcr, fpsr),
        Class::Zero => {
            raise(fpsr, Fpsr::DZC);
            return fmt.infinity(x.sign());
        }
        _ if x.sign() => return invalid(fmt, fpcr, fpsr),
        Class::Infinity => return fmt.zero(false),
        Class::Finite => {}
    }
    // An odd exponent gives a fixed-point operand in [1/2, 1), an even one in [1/4, 1/2).
    let scaled = x.real.mant >> u32::from(x.real.exp & 1 == 0);
    let exp = fmt.bias() - 1 - (x.real.exp >> 1);
    if is_precise(fmt, fpcr) {
        return assemble(fmt, false, exp, precise_rsqrt(scaled >> 52), 12);
    }
    let estimate = u64::from(RSQRT[(scaled >> 55) as usize - 128]);
    assemble(fmt, false, exp, estimate, 8)
}

/// FPRecpX: a power of two near the reciprocal's magnitude.
pub fn recpx(fmt: Format, a: u64, fpcr: Fpcr, fpsr: &mut Fpsr) -> u64 {
    let x = unpack(fmt, a, fpcr, fpsr);
    if x.is_nan() {
        return simplified(fpcr, fpsr, |fpcr, fpsr| process_nan(fmt, x.class, a, fpcr, fpsr));
    }
    let exp = a >> fmt.fraction_bits() & fmt.max_exponent();
    let inverse = if exp == 0 { fmt.max_exponent() - 1 } else { !exp & fmt.max_exponent() };
    fmt.zero(x.sign()) | inverse << fmt.fraction_bits()
}

/// UnsignedRecipEstimate. (URECPE)
pub fn unsigned_recip_estimate(a: u32) -> u32 {
    if a >> 31 == 0 {
        return u32::MAX;
    }
    (0x100 | u32::from(RECIP[(a >> 23 & 0xff) as usize])) << 23
}

/// UnsignedRSqrtEstimate. (URSQRTE)
pub fn unsigned_rsqrt_estimate(a: u32) -> u32 {
    if a >> 30 == 0 {
        return u32::MAX;
    }
    (0x100 | u32::from(RSQRT[(a >> 23) as usize - 128])) << 23
}
