//! Integer arithmetic between elements, without saturation.

use xemu_ir::Es;

use super::lanes::Sign::{self, Signed, Unsigned};
use super::lanes::{build, get, number, unary, wider};
use crate::{crypto, fp};

/// The number of set bits of each byte.
pub(super) fn cnt(x: u128) -> u128 {
    unary(Es::B, Unsigned, x, |e| e.count_ones().into())
}

/// Reverses the bits of each byte.
pub(super) fn rbit(x: u128) -> u128 {
    u128::from_le_bytes(x.to_le_bytes().map(u8::reverse_bits))
}

/// Leading zeros of each element.
pub(super) fn clz(es: Es, x: u128) -> u128 {
    unary(es, Unsigned, x, |e| i128::from(e.leading_zeros() + es.bits()) - 128)
}

/// Leading bits behind each element's sign that equal it.
pub(super) fn cls(es: Es, x: u128) -> u128 {
    unary(es, Signed, x, |e| i128::from((e ^ e >> 127).leading_zeros() + es.bits()) - 129)
}

/// `f` of neighbours: pairs of `x` in the low half, pairs of `y` in the high half.
pub(super) fn pairwise(
    es: Es,
    sign: Sign,
    x: u128,
    y: u128,
    f: impl Fn(i128, i128) -> i128,
) -> u128 {
    let half = es.lanes() / 2;
    build(es, |i| {
        let (v, first) = if i < half { (x, i * 2) } else { (y, (i - half) * 2) };
        f(number(es, sign, v, first), number(es, sign, v, first + 1)) as u128
    })
}

/// Sums of neighbours in elements of twice the size.
pub(super) fn addlp(es: Es, sign: Sign, x: u128) -> u128 {
    let sum = |i| number(es, sign, x, 2 * i) + number(es, sign, x, 2 * i + 1);
    build(wider(es), |i| sum(i) as u128)
}

/// `f` over the first `count` elements, in an element of size `out` with zero above.
pub(super) fn across(
    es: Es,
    out: Es,
    sign: Sign,
    x: u128,
    count: u8,
    f: impl Fn(i128, i128) -> i128,
) -> u128 {
    let elements = (0..usize::from(count)).map(|i| number(es, sign, x, i));
    get(out, elements.reduce(f).unwrap_or(0) as u128, 0)
}

/// PMUL: the low halves of the bytes' polynomial products.
pub(super) fn pmul(x: u128, y: u128) -> u128 {
    build(Es::B, |i| crypto::pmul8(get(Es::B, x, i) as u8, get(Es::B, y, i) as u8).into())
}

/// SDOT, UDOT, USDOT: each word of the accumulator plus four products of bytes.
pub(super) fn dot(signs: [Sign; 2], acc: u128, x: u128, y: u128) -> u128 {
    build(Es::S, |i| {
        let product = |k| number(Es::B, signs[0], x, k) * number(Es::B, signs[1], y, k);
        let sum: i128 = (4 * i..4 * i + 4).map(product).sum();
        (number(Es::S, Signed, acc, i) + sum) as u128
    })
}

/// SMMLA, UMMLA, USMMLA: the 2x2 words of the accumulator plus the 2x8 bytes of `x` times the
/// transposed 2x8 bytes of `y`.
pub(super) fn mmla(signs: [Sign; 2], acc: u128, x: u128, y: u128) -> u128 {
    build(Es::S, |i| {
        let (row, column) = (i / 2 * 8, i % 2 * 8);
        let sum: i128 = (0..8)
            .map(|k| number(Es::B, signs[0], x, row + k) * number(Es::B, signs[1], y, column + k))
            .sum();
        (number(Es::S, Signed, acc, i) + sum) as u128
    })
}

/// URECPE.
pub(super) fn urecpe(x: u128) -> u128 {
    build(Es::S, |i| fp::unsigned_recip_estimate(get(Es::S, x, i) as u32).into())
}

/// URSQRTE.
pub(super) fn ursqrte(x: u128) -> u128 {
    build(Es::S, |i| fp::unsigned_rsqrt_estimate(get(Es::S, x, i) as u32).into())
}
