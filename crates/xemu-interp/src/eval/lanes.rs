//! Elements of a vector as mathematical integers, and maps over them.

use xemu_ir::Es;

/// How an element's bits are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Signed,
    Unsigned,
}

/// A mask of the element's width.
pub(super) fn mask(es: Es) -> u128 {
    u128::MAX >> (128 - es.bits())
}

/// Element `i`, zero-extended. An element outside the vector is zero.
pub(super) fn get(es: Es, v: u128, i: usize) -> u128 {
    v.checked_shr(es.bits() * i as u32).unwrap_or(0) & mask(es)
}

/// `v` with element `i` replaced by the low bits of `e`.
pub(super) fn set(es: Es, v: u128, i: usize, e: u128) -> u128 {
    let shift = es.bits() * (i % es.lanes()) as u32;
    v & !(mask(es) << shift) | (e & mask(es)) << shift
}

/// Element `i` as a number. For elements of up to 64 bits.
pub(super) fn number(es: Es, sign: Sign, v: u128, i: usize) -> i128 {
    let rest = 128 - es.bits();
    let top = (get(es, v, i) << rest) as i128;
    match sign {
        Sign::Signed => top >> rest,
        Sign::Unsigned => (top as u128 >> rest) as i128,
    }
}

/// The vector whose element `i` is the low bits of `f(i)`.
pub(super) fn build(es: Es, mut f: impl FnMut(usize) -> u128) -> u128 {
    (0..es.lanes()).fold(0, |v, i| v | (f(i) & mask(es)) << (es.bits() * i as u32))
}

/// The vector with `f` of each element.
pub(super) fn unary(es: Es, sign: Sign, x: u128, f: impl Fn(i128) -> i128) -> u128 {
    build(es, |i| f(number(es, sign, x, i)) as u128)
}

/// The vector with `f` of each pair of corresponding elements.
pub(super) fn binary(es: Es, sign: Sign, x: u128, y: u128, f: impl Fn(i128, i128) -> i128) -> u128 {
    build(es, |i| f(number(es, sign, x, i), number(es, sign, y, i)) as u128)
}

/// All ones where `f` holds of corresponding elements, else zero.
pub(super) fn compare(
    es: Es,
    sign: Sign,
    x: u128,
    y: u128,
    f: impl Fn(&i128, &i128) -> bool,
) -> u128 {
    binary(es, sign, x, y, |a, b| -i128::from(f(&a, &b)))
}

/// Twice the size, for elements of up to 64 bits.
pub(super) fn wider(es: Es) -> Es {
    match es {
        Es::B => Es::H,
        Es::H => Es::S,
        Es::S => Es::D,
        Es::D | Es::Q => Es::Q,
    }
}
