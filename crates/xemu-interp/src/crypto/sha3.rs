//! SHA-3.

use super::{doublewords, from_doublewords};

/// EOR3.
pub fn eor3(n: u128, m: u128, a: u128) -> u128 {
    n ^ m ^ a
}

/// BCAX: `n ^ (m & !a)`.
pub fn bcax(n: u128, m: u128, a: u128) -> u128 {
    n ^ (m & !a)
}

/// RAX1: `n ^ m` with `m`'s doublewords rotated left by one.
pub fn rax1(n: u128, m: u128) -> u128 {
    n ^ from_doublewords(doublewords(m).map(|x| x.rotate_left(1)))
}

/// XAR: the doublewords of `n ^ m`, rotated right by `imm6`.
pub fn xar(n: u128, m: u128, imm6: u32) -> u128 {
    from_doublewords(doublewords(n ^ m).map(|x| x.rotate_right(imm6)))
}
