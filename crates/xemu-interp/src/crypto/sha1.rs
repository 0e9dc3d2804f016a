//! SHA-1.

use super::{from_words, words};

fn choose(b: u32, c: u32, d: u32) -> u32 {
    (c ^ d) & b ^ d
}

fn parity(b: u32, c: u32, d: u32) -> u32 {
    b ^ c ^ d
}

fn majority(b: u32, c: u32, d: u32) -> u32 {
    b & c | (b | c) & d
}

/// Four rounds: `d` holds a to d, `n` holds e in its low word, `m` the schedule plus constants.
fn rounds(d: u128, n: u128, m: u128, f: fn(u32, u32, u32) -> u32) -> u128 {
    let mut x = words(d);
    let mut y = n as u32;
    for w in words(m) {
        let t = f(x[1], x[2], x[3]);
        let sum = y.wrapping_add(x[0].rotate_left(5)).wrapping_add(t).wrapping_add(w);
        y = x[3];
        x = [sum, x[0], x[1].rotate_left(30), x[2]];
    }
    from_words(x)
}

/// SHA1C: rounds with the choice function. `n` is an S register.
pub fn sha1c(d: u128, n: u128, m: u128) -> u128 {
    rounds(d, n, m, choose)
}

/// SHA1P: rounds with the parity function. `n` is an S register.
pub fn sha1p(d: u128, n: u128, m: u128) -> u128 {
    rounds(d, n, m, parity)
}

/// SHA1M: rounds with the majority function. `n` is an S register.
pub fn sha1m(d: u128, n: u128, m: u128) -> u128 {
    rounds(d, n, m, majority)
}

/// SHA1H: rotates the low word; `n` and the result are S registers.
pub fn sha1h(n: u128) -> u128 {
    (n as u32).rotate_left(30).into()
}

/// SHA1SU0: schedule update, first part.
pub fn sha1su0(d: u128, n: u128, m: u128) -> u128 {
    (n << 64 | d >> 64) ^ d ^ m
}

/// SHA1SU1: schedule update, second part.
pub fn sha1su1(d: u128, n: u128) -> u128 {
    let t = words(d ^ n >> 32).map(|w| w.rotate_left(1));
    from_words([t[0], t[1], t[2], t[3] ^ t[0].rotate_left(1)])
}
