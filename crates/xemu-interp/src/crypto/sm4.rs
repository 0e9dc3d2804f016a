//! SM4.

use super::{from_words, words};

/// One step in the field of the S-box: multiplication by x modulo
/// x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1.
const fn xtime(a: u8) -> u8 {
    a << 1 ^ if a & 0x80 != 0 { 0xf5 } else { 0 }
}

const fn multiply(a: u8, b: u8) -> u8 {
    let (mut a, mut b, mut product) = (a, b, 0);
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a = xtime(a);
        b >>= 1;
    }
    product
}

/// x^254, which is the inverse, and 0 for 0.
const fn invert(x: u8) -> u8 {
    let (mut square, mut product, mut i) = (x, 1, 1);
    while i < 8 {
        square = multiply(square, square);
        product = multiply(product, square);
        i += 1;
    }
    product
}

/// The affine map before and after the inversion: a circulant matrix and a constant.
const fn affine(x: u8) -> u8 {
    let mut result = 0;
    let mut i = 0;
    while i < 8 {
        let row = 0xa7u8.rotate_left(i);
        result |= ((row & x).count_ones() as u8 & 1) << i;
        i += 1;
    }
    result ^ 0xd3
}

const fn s_box() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = affine(invert(affine(i as u8)));
        i += 1;
    }
    table
}

static S_BOX: [u8; 256] = s_box();

/// Four rounds on the words of `state`, with the words of `keys`.
fn rounds(state: u128, keys: u128, linear: fn(u32) -> u32) -> u128 {
    let mut x = words(state);
    for key in words(keys) {
        let mixed = (x[1] ^ x[2] ^ x[3] ^ key).to_le_bytes();
        let t = u32::from_le_bytes(mixed.map(|byte| S_BOX[usize::from(byte)]));
        x = [x[1], x[2], x[3], x[0] ^ linear(t)];
    }
    from_words(x)
}

/// SM4E: four rounds of encryption of `d` with the round keys `n`.
pub fn sm4e(d: u128, n: u128) -> u128 {
    rounds(d, n, |t| {
        t ^ t.rotate_left(2) ^ t.rotate_left(10) ^ t.rotate_left(18) ^ t.rotate_left(24)
    })
}

/// SM4EKEY: four round keys from the last four, `n`, and the constants `m`.
pub fn sm4ekey(n: u128, m: u128) -> u128 {
    rounds(n, m, |t| t ^ t.rotate_left(13) ^ t.rotate_left(23))
}
