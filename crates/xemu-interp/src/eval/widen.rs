//! Widening and narrowing without saturation.

use xemu_ir::Es;

use super::lanes::Sign;
use super::lanes::{build, get, number, wider};
use crate::crypto;

/// The first element of the low (0) or high (1) half.
fn start(es: Es, half: u8) -> usize {
    usize::from(half & 1) * es.lanes() / 2
}

/// SXTL, UXTL: the elements of one half, extended to twice the size.
pub(super) fn extend(es: Es, sign: Sign, x: u128, half: u8) -> u128 {
    let first = start(es, half);
    build(wider(es), |i| number(es, sign, x, first + i) as u128)
}

/// SMULL, UMULL: the products of the elements of one half, in elements of twice the size.
pub(super) fn mull(es: Es, sign: Sign, x: u128, y: u128, half: u8) -> u128 {
    let first = start(es, half);
    let product = |i| number(es, sign, x, i).wrapping_mul(number(es, sign, y, i));
    build(wider(es), |i| product(first + i) as u128)
}

/// PMULL: polynomial products of bytes, or of one doubleword.
pub(super) fn pmull(es: Es, x: u128, y: u128, half: u8) -> u128 {
    let first = start(es, half);
    if es == Es::D {
        return crypto::pmull64(get(es, x, first) as u64, get(es, y, first) as u64);
    }
    build(Es::H, |i| {
        crypto::pmull8(get(Es::B, x, first + i) as u8, get(Es::B, y, first + i) as u8).into()
    })
}

/// XTN: the low halves of elements of twice the size, in the low half.
pub(super) fn narrow(es: Es, x: u128) -> u128 {
    build(es, |i| get(wider(es), x, i))
}
