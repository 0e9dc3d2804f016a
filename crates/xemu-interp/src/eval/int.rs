//! Integer operations on 32 and 64 bits that are more than one host operation.

use xemu_guest::Nzcv;

/// AddWithCarry on the low `bits` of the operands. (Arm ARM J1.3)
pub(super) fn add_with_carry(bits: u32, x: u64, y: u64, carry: bool) -> (u64, Nzcv) {
    let mask = u64::MAX >> (64 - bits);
    let (x, y) = (x & mask, y & mask);
    let sum = u128::from(x) + u128::from(y) + u128::from(carry);
    let result = sum as u64 & mask;
    let top = |v: u64| v >> (bits - 1) & 1 == 1;
    let carry_out = sum != u128::from(result);
    let overflow = top((x ^ result) & (y ^ result));
    (result, Nzcv::new(top(result), result == 0, carry_out, overflow))
}

/// The sum and its flags.
pub(super) fn adds(bits: u32, x: u64, y: u64, nzcv: &mut Nzcv, carry: bool) -> u128 {
    let (result, flags) = add_with_carry(bits, x, y, carry);
    *nzcv = flags;
    result.into()
}

/// The logical operations' flags: C and V are 0.
pub(super) fn logic_flags(bits: u32, result: u64) -> Nzcv {
    Nzcv::new(result >> (bits - 1) & 1 == 1, result == 0, false, false)
}

/// EXTR: `bits` of the pair of `high` and `low`, from bit `lsb`.
pub(super) fn extract(bits: u32, high: u64, low: u64, lsb: u8) -> u128 {
    let pair = u128::from(high) << bits | u128::from(low);
    pair >> lsb & u128::from(u64::MAX >> (64 - bits))
}

fn low_mask(width: u8) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

/// UBFX: `width` bits from bit `lsb`, zero-extended.
pub(super) fn ubfx(x: u64, lsb: u8, width: u8) -> u64 {
    x >> lsb & low_mask(width)
}

/// SBFX: `width` bits from bit `lsb`, sign-extended to 64 bits.
pub(super) fn sbfx(x: u64, lsb: u8, width: u8) -> u64 {
    let rest = 64 - u32::from(width);
    ((ubfx(x, lsb, width) << rest) as i64 >> rest) as u64
}

/// BFI: `x` with `width` bits from bit `lsb` replaced by the lowest bits of `y`.
pub(super) fn bfi(x: u64, y: u64, lsb: u8, width: u8) -> u64 {
    let field = low_mask(width) << lsb;
    x & !field | y << lsb & field
}

/// SDIV: division by zero gives zero.
pub(super) fn sdiv32(x: u32, y: u32) -> u32 {
    if y == 0 { 0 } else { (x as i32).wrapping_div(y as i32) as u32 }
}

/// SDIV: division by zero gives zero.
pub(super) fn sdiv64(x: u64, y: u64) -> u64 {
    if y == 0 { 0 } else { (x as i64).wrapping_div(y as i64) as u64 }
}

/// CLS: the leading bits behind the sign that equal it.
pub(super) fn cls32(x: u32) -> u32 {
    (x ^ ((x as i32) >> 31) as u32).leading_zeros() - 1
}

/// CLS: the leading bits behind the sign that equal it.
pub(super) fn cls64(x: u64) -> u64 {
    u64::from((x ^ ((x as i64) >> 63) as u64).leading_zeros()) - 1
}

/// REV16: reverses the bytes of each halfword.
pub(super) fn rev16(x: u64) -> u64 {
    const ODD: u64 = 0xff00_ff00_ff00_ff00;
    (x & ODD) >> 8 | x << 8 & ODD
}

/// The high half of the signed product.
pub(super) fn smulh(x: u64, y: u64) -> u64 {
    ((i128::from(x as i64) * i128::from(y as i64)) >> 64) as u64
}

/// The high half of the unsigned product.
pub(super) fn umulh(x: u64, y: u64) -> u64 {
    ((u128::from(x) * u128::from(y)) >> 64) as u64
}
