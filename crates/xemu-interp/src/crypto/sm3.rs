//! SM3.

use super::{from_words, words};

fn p0(x: u32) -> u32 {
    x ^ x.rotate_left(9) ^ x.rotate_left(17)
}

fn p1(x: u32) -> u32 {
    x ^ x.rotate_left(15) ^ x.rotate_left(23)
}

/// SM3SS1.
pub fn sm3ss1(n: u128, m: u128, a: u128) -> u128 {
    let top = |v: u128| (v >> 96) as u32;
    let sum = top(n).rotate_left(12).wrapping_add(top(m)).wrapping_add(top(a));
    u128::from(sum.rotate_left(7)) << 96
}

/// The part that SM3TT1A and SM3TT1B share.
fn tt1(d: u128, n: u128, m: u128, index: u32, f: fn(u32, u32, u32) -> u32) -> u128 {
    let [d0, d1, d2, d3] = words(d);
    let ss2 = words(n)[3] ^ d3.rotate_left(12);
    let w = words(m)[index as usize & 3];
    let tt = f(d1, d2, d3).wrapping_add(d0).wrapping_add(ss2).wrapping_add(w);
    from_words([d1, d2.rotate_left(9), d3, tt])
}

/// The part that SM3TT2A and SM3TT2B share.
fn tt2(d: u128, n: u128, m: u128, index: u32, f: fn(u32, u32, u32) -> u32) -> u128 {
    let [d0, d1, d2, d3] = words(d);
    let w = words(m)[index as usize & 3];
    let tt = f(d1, d2, d3).wrapping_add(d0).wrapping_add(words(n)[3]).wrapping_add(w);
    from_words([d1, d2.rotate_left(19), d3, p0(tt)])
}

fn parity(x: u32, y: u32, z: u32) -> u32 {
    x ^ y ^ z
}

/// SM3TT1A: rounds 0 to 15. `index` is imm2, which word of `m` is taken.
pub fn sm3tt1a(d: u128, n: u128, m: u128, index: u32) -> u128 {
    tt1(d, n, m, index, parity)
}

/// SM3TT1B: rounds 16 to 63.
pub fn sm3tt1b(d: u128, n: u128, m: u128, index: u32) -> u128 {
    tt1(d, n, m, index, |x, y, z| z & x | z & y | x & y)
}

/// SM3TT2A: rounds 0 to 15.
pub fn sm3tt2a(d: u128, n: u128, m: u128, index: u32) -> u128 {
    tt2(d, n, m, index, parity)
}

/// SM3TT2B: rounds 16 to 63.
pub fn sm3tt2b(d: u128, n: u128, m: u128, index: u32) -> u128 {
    tt2(d, n, m, index, |x, y, z| z & y | !z & x)
}

/// SM3PARTW1: message expansion, first part.
pub fn sm3partw1(d: u128, n: u128, m: u128) -> u128 {
    let (x, t) = (words(d ^ n), words(m));
    let r = [0, 1, 2].map(|i| p1(x[i] ^ t[i + 1].rotate_left(15)));
    let last = p1(x[3] ^ r[0].rotate_left(15));
    from_words([r[0], r[1], r[2], last])
}

/// SM3PARTW2: message expansion, second part.
pub fn sm3partw2(d: u128, n: u128, m: u128) -> u128 {
    let t = words(n ^ from_words(words(m).map(|w| w.rotate_left(7))));
    let mut r = words(d ^ from_words(t));
    let last = t[0].rotate_left(15);
    r[3] ^= last ^ last.rotate_left(15) ^ last.rotate_left(23);
    from_words(r)
}
