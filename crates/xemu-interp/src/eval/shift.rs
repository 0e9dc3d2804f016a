//! Vector shifts without saturation, and the arithmetic of one shifted element that the saturating
//! ones share. (Arm ARM C7.2, SSHL and kin)

use xemu_ir::Es;

use super::lanes::Sign::{self, Signed};
use super::lanes::{build, get, mask, number, unary};

/// Beyond this many places a right shift of a 64-bit element gives the same as this many.
const FAR: u32 = 66;

/// A right shift towards minus infinity or, with `round`, to the nearest, ties upwards.
pub(super) fn right(e: i128, amount: u32, round: bool) -> i128 {
    let amount = amount.min(FAR);
    if round && amount > 0 { (e + (1 << (amount - 1))) >> amount } else { e >> amount }
}

/// A left shift whose result saturates to any width of up to `bits`: where all bits of a number
/// leave the element, the result is the farthest number of its sign.
pub(super) fn left_saturating(bits: u32, e: i128, amount: u32) -> i128 {
    match (amount < bits, e) {
        (_, 0) => 0,
        (true, e) => e << amount,
        (false, e) => {
            if e < 0 {
                i128::MIN
            } else {
                i128::MAX
            }
        }
    }
}

/// The shift amount of the register forms: the low byte, signed.
pub(super) fn amount(e: i128) -> i32 {
    i32::from(e as i8)
}

/// USHL, SSHL, URSHL, SRSHL: left by the signed low byte of the second operand's element, right
/// if that is negative.
pub(super) fn by_register(es: Es, sign: Sign, round: bool, x: u128, y: u128) -> u128 {
    build(es, |i| {
        let e = number(es, sign, x, i);
        let by = amount(number(es, Signed, y, i));
        let shifted =
            if by < 0 { right(e, by.unsigned_abs(), round) } else { e << by.unsigned_abs() };
        shifted as u128
    })
}

/// SHL by an immediate.
pub(super) fn left_imm(es: Es, x: u128, amount: u8) -> u128 {
    unary(es, Signed, x, |e| e << (amount & 127))
}

/// USHR, SSHR, URSHR, SRSHR by an immediate of 1 to the element's bits.
pub(super) fn right_imm(es: Es, sign: Sign, round: bool, x: u128, amount: u8) -> u128 {
    unary(es, sign, x, |e| right(e, amount.into(), round))
}

/// SLI: `y` shifted left and inserted in `x`, whose lowest bits stay.
pub(super) fn sli(es: Es, x: u128, y: u128, amount: u8) -> u128 {
    let inserted = mask(es) << (amount & 127) & mask(es);
    build(es, |i| get(es, x, i) & !inserted | get(es, y, i) << (amount & 127))
}

/// SRI: `y` shifted right and inserted in `x`, whose highest bits stay.
pub(super) fn sri(es: Es, x: u128, y: u128, amount: u8) -> u128 {
    let inserted = mask(es) >> (amount & 127);
    build(es, |i| get(es, x, i) & !inserted | get(es, y, i) >> (amount & 127))
}

/// Rotation by 1 to the element's bits less one.
pub(super) fn rotate_right(es: Es, x: u128, amount: u8) -> u128 {
    let left = (8 << es as u8) - amount;
    build(es, |i| get(es, x, i) >> amount | get(es, x, i) << left)
}
