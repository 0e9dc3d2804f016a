//! Single cases by hand, and comparisons with the host's arithmetic. `tests/vectors.rs` holds the
//! wide comparison with another implementation.

use super::Format::{Double, Half, Single};
use super::*;
use xemu_guest::{Fpcr, Fpsr};

const PLAIN: Fpcr = Fpcr(0);
const PLUS: Fpcr = Fpcr(1 << 22);
const MINUS: Fpcr = Fpcr(2 << 22);
const ZERO: Fpcr = Fpcr(3 << 22);

/// Runs `f` and checks result and FPSR.
#[track_caller]
fn check(fpcr: Fpcr, f: impl FnOnce(Fpcr, &mut Fpsr) -> u64, result: u64, flags: u32) {
    let mut fpsr = Fpsr(0);
    let got = f(fpcr, &mut fpsr);
    assert_eq!((got, fpsr.0), (result, flags), "{got:#x} {:#x}", fpsr.0);
}

fn single(x: f32) -> u64 {
    x.to_bits().into()
}

const QNAN: u64 = 0x7fc0_1234;
const SNAN: u64 = 0xff80_1234;
const INF: u64 = 0x7f80_0000;
const MINUS_ZERO: u64 = 0x8000_0000;

#[test]
fn the_first_signalling_nan_wins() {
    check(PLAIN, |c, s| add(Single, QNAN, SNAN, c, s), SNAN | 0x40_0000, Fpsr::IOC);
    check(PLAIN, |c, s| add(Single, QNAN, QNAN + 1, c, s), QNAN, 0);
    check(PLAIN, |c, s| mul_add(Single, QNAN, 0, SNAN, c, s), SNAN | 0x40_0000, Fpsr::IOC);
    check(Fpcr(Fpcr::DN), |c, s| add(Single, QNAN, 0, c, s), 0x7fc0_0000, 0);
}

#[test]
fn subtraction_keeps_a_nan_sign_and_a_step_does_not() {
    check(PLAIN, |c, s| sub(Single, 0, QNAN, c, s), QNAN, 0);
    check(PLAIN, |c, s| recip_step_fused(Single, QNAN, 0, c, s), QNAN | MINUS_ZERO, 0);
}

#[test]
fn invalid_operations_give_the_positive_default_nan() {
    let nan = 0x7fc0_0000;
    let minus_one = single(-1.0);
    check(PLAIN, |c, s| sub(Single, INF, INF, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| mul(Single, INF, MINUS_ZERO, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| div(Single, 0, MINUS_ZERO, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| sqrt(Single, minus_one, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| rsqrt_estimate(Single, minus_one, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| mul_add(Single, QNAN, 0, INF, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| mul_add(Single, INF | MINUS_ZERO, INF, INF, c, s), nan, Fpsr::IOC);
    check(PLAIN, |c, s| mulx(Single, INF, MINUS_ZERO, c, s), single(-2.0), 0);
}

#[test]
fn exact_zeros_have_the_sign_of_the_rounding_mode() {
    let one = single(1.0);
    check(PLAIN, |c, s| sub(Single, one, one, c, s), 0, 0);
    check(MINUS, |c, s| sub(Single, one, one, c, s), MINUS_ZERO, 0);
    check(PLAIN, |c, s| add(Single, MINUS_ZERO, MINUS_ZERO, c, s), MINUS_ZERO, 0);
    check(MINUS, |c, s| add(Single, MINUS_ZERO, 0, c, s), MINUS_ZERO, 0);
    check(PLAIN, |c, s| sqrt(Single, MINUS_ZERO, c, s), MINUS_ZERO, 0);
}

#[test]
fn tininess_is_judged_before_rounding() {
    // The largest denormal number and a half, which rounds to the smallest normal one.
    let (a, b) = (single(f32::from_bits(0x00ff_ffff)), single(0.5));
    check(PLAIN, |c, s| mul(Single, a, b, c, s), 0x0080_0000, Fpsr::UFC | Fpsr::IXC);
    check(ZERO, |c, s| mul(Single, a, b, c, s), 0x007f_ffff, Fpsr::UFC | Fpsr::IXC);
    check(Fpcr(Fpcr::FZ), |c, s| mul(Single, a, b, c, s), 0, Fpsr::UFC);
    // Exact and denormal: no underflow.
    check(PLAIN, |c, s| mul(Single, 0x0080_0000, b, c, s), 0x0040_0000, 0);
}

#[test]
fn denormal_operands_are_flushed() {
    let fz = Fpcr(Fpcr::FZ);
    check(fz, |c, s| add(Single, 0x8000_0001, MINUS_ZERO, c, s), MINUS_ZERO, Fpsr::IDC);
    check(fz, |c, s| add(Half, 1, 1, c, s), 2, 0);
    check(Fpcr(Fpcr::FZ16), |c, s| add(Half, 1, 1, c, s), 0, 0);
    check(Fpcr(Fpcr::FZ16), |c, s| convert(Single, Half, 1, c, s), single(2f32.powi(-24)), 0);
    check(fz, |c, s| round_int(Single, 1, Rounding::PlusInf, true, c, s), 0, Fpsr::IDC);
}

#[test]
fn overflow_follows_the_rounding_mode() {
    let (max, flags) = (0x7f7f_ffff, Fpsr::OFC | Fpsr::IXC);
    check(PLAIN, |c, s| add(Single, max, max, c, s), INF, flags);
    check(PLUS, |c, s| add(Single, max, max, c, s), INF, flags);
    check(MINUS, |c, s| add(Single, max, max, c, s), max, flags);
    check(ZERO, |c, s| add(Single, max, max, c, s), max, flags);
    check(PLAIN, |c, s| recip_estimate(Single, 1, c, s), INF, flags);
    check(PLAIN, |c, s| convert_odd(0x7fe0_0000_0000_0000, c, s), max, flags);
}

#[test]
fn alternative_half_precision_saturates() {
    let ahp = Fpcr(Fpcr::AHP);
    check(ahp, |c, s| convert(Half, Single, single(131008.0), c, s), 0x7fff, 0);
    check(ahp, |c, s| convert(Half, Single, single(-131072.0), c, s), 0xffff, Fpsr::IOC);
    check(ahp, |c, s| convert(Half, Single, INF, c, s), 0x7fff, Fpsr::IOC);
    check(ahp, |c, s| convert(Half, Single, QNAN | MINUS_ZERO, c, s), 0x8000, Fpsr::IOC);
    check(ahp, |c, s| convert(Single, Half, 0x7fff, c, s), single(131008.0), 0);
    // Arithmetic knows the IEEE format only.
    check(ahp, |c, s| add(Half, 0x7c00, 0xfc00, c, s), 0x7e00, Fpsr::IOC);
}

#[test]
fn integers_saturate() {
    let word = Fixed::signed(32);
    let f = |x: f64, fixed: Fixed, result, flags| {
        let a = x.to_bits();
        check(PLAIN, |c, s| to_fixed(Double, a, fixed, Rounding::Zero, c, s), result, flags);
    };
    f(2147483647.5, word, 0x7fff_ffff, Fpsr::IXC);
    f(2147483648.0, word, 0x7fff_ffff, Fpsr::IOC);
    f(-2147483648.5, word, 0x8000_0000, Fpsr::IXC);
    f(-2147483649.0, word, 0x8000_0000, Fpsr::IOC);
    f(-0.5, Fixed::unsigned(64), 0, Fpsr::IXC);
    f(-1.0, Fixed::unsigned(64), 0, Fpsr::IOC);
    f(f64::NAN, word, 0, Fpsr::IOC);
    f(f64::INFINITY, Fixed::unsigned(16), 0xffff, Fpsr::IOC);
    f(-1.75, Fixed { bits: 64, unsigned: false, fraction: 1 }, -3i64 as u64, Fpsr::IXC);
}

#[test]
fn javascript_integers_wrap() {
    let f = |x: f64| {
        let mut fpsr = Fpsr(0);
        let (int, exact) = to_fixed_js(x.to_bits(), PLAIN, &mut fpsr);
        (int, exact, fpsr.0)
    };
    assert_eq!(f(-1.0), (u32::MAX, true, 0));
    assert_eq!(f(-0.0), (0, false, 0));
    assert_eq!(f(1.5), (1, false, Fpsr::IXC));
    assert_eq!(f(4294967301.5), (5, false, Fpsr::IOC));
    assert_eq!(f(-4294967301.0), (-5i32 as u32, false, Fpsr::IOC));
    assert_eq!(f(2f64.powi(83) + 2f64.powi(31)), (1 << 31, false, Fpsr::IOC));
    assert_eq!(f(2f64.powi(84)), (0, false, Fpsr::IOC));
    assert_eq!(f(f64::INFINITY), (0, false, Fpsr::IOC));
    assert_eq!(f(-2147483648.0), (1 << 31, true, 0));
}

#[test]
fn integral_values_keep_signs_and_ties() {
    let f = |x: f32, rounding, result: f32| {
        let result = single(result);
        check(PLAIN, |c, s| round_int(Single, single(x), rounding, false, c, s), result, 0);
    };
    f(2.5, Rounding::TieEven, 2.0);
    f(-2.5, Rounding::TieAway, -3.0);
    f(-0.25, Rounding::TieEven, -0.0);
    f(-0.25, Rounding::MinusInf, -1.0);
    let limit = |x: f32| single(x);
    let g = |x: f32, result: f32, flags| {
        let round = |c, s: &mut Fpsr| round_int_n(Single, limit(x), Rounding::Zero, 32, c, s);
        check(PLAIN, round, limit(result), flags);
    };
    g(2147483648.0, -2147483648.0, Fpsr::IOC);
    g(-2147483648.0, -2147483648.0, 0);
    g(f32::NAN, -2147483648.0, Fpsr::IOC);
    g(1.5, 1.0, Fpsr::IXC);
}

#[test]
fn maxima_order_zeros_and_prefer_numbers() {
    check(PLAIN, |c, s| max(Single, MINUS_ZERO, 0, c, s), 0, 0);
    check(PLAIN, |c, s| min(Single, 0, MINUS_ZERO, c, s), MINUS_ZERO, 0);
    check(PLAIN, |c, s| max_num(Single, QNAN, single(1.0), c, s), single(1.0), 0);
    check(PLAIN, |c, s| max_num(Single, QNAN, QNAN + 1, c, s), QNAN, 0);
    check(PLAIN, |c, s| min_num(Single, SNAN, 0, c, s), SNAN | 0x40_0000, Fpsr::IOC);
    check(PLAIN, |c, s| max(Single, QNAN, single(1.0), c, s), QNAN, 0);
}

#[test]
fn comparisons_signal_as_asked() {
    let f = |a, b, signal, nzcv, flags| {
        check(PLAIN, |c, s| compare(Single, a, b, signal, c, s).into(), nzcv, flags);
    };
    f(QNAN, 0, false, 0b0011, 0);
    f(QNAN, 0, true, 0b0011, Fpsr::IOC);
    f(SNAN, 0, false, 0b0011, Fpsr::IOC);
    f(MINUS_ZERO, 0, true, 0b0110, 0);
    f(single(-1.0), single(-2.0), true, 0b0010, 0);
    f(single(-1.0), single(2.0), true, 0b1000, 0);
    f(single(1.0), INF, true, 0b1000, 0);
}

#[test]
fn bfloat16_is_the_upper_half_rounded() {
    check(PLAIN, |c, s| bf_convert(0x3f80_8000, c, s), 0x3f80, Fpsr::IXC);
    check(PLAIN, |c, s| bf_convert(0x3f81_8000, c, s), 0x3f82, Fpsr::IXC);
    check(PLAIN, |c, s| bf_convert(SNAN, c, s), 0xffc0, Fpsr::IOC);
    check(Fpcr(Fpcr::DN), |c, s| bf_convert(QNAN | MINUS_ZERO, c, s), 0x7fc0, 0);
    // 1 * 2 + 3 * 4 + 0.5, and an overflow.
    assert_eq!(bf_dot_add(single(0.5), [0x3f80, 0x4040], [0x4000, 0x4080], PLAIN), single(14.5));
    assert_eq!(bf_dot_add(0, [0x7f00, 0], [0x7f00, 0], PLAIN), INF);
}

#[test]
fn alternate_handling_takes_the_first_factor_and_makes_negative_nans() {
    let ah = Fpcr(Fpcr::AH);
    check(ah, |c, s| add(Single, QNAN, SNAN, c, s), QNAN, Fpsr::IOC);
    check(ah, |c, s| sub(Single, INF, INF, c, s), 0xffc0_0000, Fpsr::IOC);
    check(ah, |c, s| mul_add(Single, QNAN, 0, QNAN + 1, c, s), QNAN + 1, 0);
    check(ah, |c, s| mul_add(Single, QNAN, 0, INF, c, s), QNAN, 0);
    assert_eq!(neg(Single, QNAN, ah), QNAN);
    assert_eq!(abs(Single, SNAN, ah), SNAN);
    check(ah, |c, s| max(Single, QNAN, single(1.0), c, s), single(1.0), Fpsr::IOC);
    check(ah, |c, s| max(Single, 0, MINUS_ZERO, c, s), MINUS_ZERO, 0);
}

#[test]
fn alternate_handling_finds_tininess_after_rounding() {
    // 1 - 2^-46 of the least normal number.
    let (a, b) = (0x2000_0001, 0x1fff_fffe);
    check(PLAIN, |c, s| mul(Single, a, b, c, s), 0x0080_0000, Fpsr::UFC | Fpsr::IXC);
    check(Fpcr(Fpcr::AH), |c, s| mul(Single, a, b, c, s), 0x0080_0000, Fpsr::IXC);
    check(Fpcr(Fpcr::FZ), |c, s| mul(Single, a, b, c, s), 0, Fpsr::UFC);
    let both = Fpcr(Fpcr::AH | Fpcr::FZ);
    check(both, |c, s| mul(Single, a, b, c, s), 0x0080_0000, Fpsr::IXC);
    check(both, |c, s| mul(Single, a - 1, b, c, s), 0, Fpsr::UFC | Fpsr::IXC);
    // Denormal operands: used, flushed with a trace, flushed without one.
    check(Fpcr(Fpcr::AH), |c, s| add(Single, 1, 0, c, s), 1, Fpsr::IDC);
    check(Fpcr(Fpcr::FZ), |c, s| add(Single, 1, 0, c, s), 0, Fpsr::IDC);
    check(Fpcr(Fpcr::FIZ), |c, s| add(Single, 1, 0, c, s), 0, 0);
}

#[test]
fn alternate_estimates_have_twelve_bits_and_signal_nothing() {
    let ah = Fpcr(Fpcr::AH | 3 << 22);
    check(ah, |c, s| recip_estimate(Single, single(1.0), c, s), 0x3f7f_f000, 0);
    check(ah, |c, s| rsqrt_estimate(Single, single(1.0), c, s), 0x3f7f_f000, 0);
    check(ah, |c, s| recip_estimate(Single, 0, c, s), INF, 0);
    check(ah, |c, s| rsqrt_estimate(Single, single(-1.0), c, s), 0xffc0_0000, 0);
    check(ah, |c, s| recip_step_fused(Single, single(0.1), single(3.0), c, s), single(1.7), 0);
}

#[test]
fn greatest_magnitudes() {
    let flushing = Fpcr(Fpcr::AH | Fpcr::FIZ | Fpcr::FZ);
    check(PLAIN, |c, s| abs_max(Single, single(-3.0), single(2.0), c, s), single(3.0), 0);
    check(PLAIN, |c, s| abs_min(Single, single(-3.0), single(-2.0), c, s), single(2.0), 0);
    check(flushing, |c, s| abs_max(Single, MINUS_ZERO | 1, 0, c, s), 1, 0);
    check(flushing, |c, s| abs_max(Single, QNAN | MINUS_ZERO, 0, c, s), QNAN | MINUS_ZERO, 0);
}

#[test]
fn extended_dot_products_round_twice() {
    let ebf = Fpcr(Fpcr::EBF);
    let (a, b) = ([0x3f80, 0x4040], [0x4000, 0x4080]);
    assert_eq!(bf_dot_add(single(0.5), a, b, ebf), single(14.5));
    // 2^24 + 1 - 2^24 is exact between the products, and each step rounds to odd otherwise.
    let (a, b) = ([0x4b80, 0x3f80], [0x3f80, 0x3f80]);
    let addend = single(-16_777_216.0);
    assert_eq!(bf_dot_add(addend, a, b, ebf), 0);
    assert_eq!(bf_dot_add(addend, a, b, PLAIN), single(2.0));
    assert_eq!(bf_dot_add(addend, a, b, Fpcr(Fpcr::EBF | 1 << 22)), single(2.0));
}

/// A sequence of operands that meets special values and cancellation often.
fn operands() -> impl Iterator<Item = [u64; 3]> {
    let mut seed = 1u64;
    let mut next = move || {
        seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        seed ^ seed >> 33
    };
    (0..200_000).map(move |_| {
        let base = next();
        [base, next(), next()].map(|random| match random >> 4 & 7 {
            0 => random,
            1 => random & 0xfff0_0000_0000_0000,
            2 => base ^ (random & 7),
            3 => base ^ 1 << 63,
            4 => 0x3ff0_0000_0000_0000 ^ random >> 11,
            5 => 0x7ff0_0000_0000_0000 ^ (random & 1) << 63,
            _ => (base & !(0xf << 52)) ^ (random & !(0x7f << 56)),
        })
    })
}

#[track_caller]
fn same(name: &str, v: [u64; 3], ours: u64, host: u64, host_is_nan: bool) {
    assert!(ours == host || host_is_nan, "{name} {v:x?}: {ours:#x}, host {host:#x}");
}

#[test]
fn double_precision_agrees_with_the_host() {
    for v in operands() {
        let [a, b, c] = v.map(f64::from_bits);
        let s = &mut Fpsr(0);
        let each = |name, ours: u64, host: f64| {
            same(name, v, ours, host.to_bits(), host.is_nan());
        };
        each("add", add(Double, v[0], v[1], PLAIN, s), a + b);
        each("sub", sub(Double, v[0], v[1], PLAIN, s), a - b);
        each("mul", mul(Double, v[0], v[1], PLAIN, s), a * b);
        each("div", div(Double, v[0], v[1], PLAIN, s), a / b);
        each("sqrt", sqrt(Double, v[0], PLAIN, s), a.sqrt());
        each("mul_add", mul_add(Double, v[2], v[0], v[1], PLAIN, s), a.mul_add(b, c));
        let narrow = a as f32;
        let ours = convert(Single, Double, v[0], PLAIN, s);
        same("narrow", v, ours, single(narrow), narrow.is_nan());
        each("wide", convert(Double, Single, single(narrow), PLAIN, s), narrow.into());
        let rounding = Rounding::Zero;
        let ours = to_fixed(Double, v[0], Fixed::signed(64), rounding, PLAIN, s);
        assert_eq!(ours, a as i64 as u64);
        let ours = to_fixed(Double, v[0], Fixed::unsigned(64), rounding, PLAIN, s);
        assert_eq!(ours, a as u64);
        let mut from = |fixed| fixed_to_fp(Double, v[0], fixed, Rounding::TieEven, PLAIN, s);
        assert_eq!(from(Fixed::signed(64)), (v[0] as i64 as f64).to_bits());
        assert_eq!(from(Fixed::unsigned(64)), (v[0] as f64).to_bits());
    }
}

#[test]
fn single_precision_agrees_with_the_host() {
    for v in operands() {
        let v = v.map(|x| x >> 32);
        let [a, b, c] = v.map(|x| f32::from_bits(x as u32));
        let s = &mut Fpsr(0);
        let each = |name, ours: u64, host: f32| same(name, v, ours, single(host), host.is_nan());
        each("add", add(Single, v[0], v[1], PLAIN, s), a + b);
        each("sub", sub(Single, v[0], v[1], PLAIN, s), a - b);
        each("mul", mul(Single, v[0], v[1], PLAIN, s), a * b);
        each("div", div(Single, v[0], v[1], PLAIN, s), a / b);
        each("sqrt", sqrt(Single, v[0], PLAIN, s), a.sqrt());
        each("mul_add", mul_add(Single, v[2], v[0], v[1], PLAIN, s), a.mul_add(b, c));
        let ours = fixed_to_fp(Single, v[0], Fixed::signed(32), Rounding::TieEven, PLAIN, s);
        each("from", ours, v[0] as i32 as f32);
        let ours = to_fixed(Single, v[0], Fixed::signed(32), Rounding::Zero, PLAIN, s);
        assert_eq!(ours, (a as i32 as u32).into());
    }
}
