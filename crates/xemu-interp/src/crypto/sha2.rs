//! SHA-256 and SHA-512.

use super::{doublewords, from_doublewords, from_words, words};

/// Four rounds of SHA-256: `abcd`, `efgh` and the schedule plus constants.
fn rounds(abcd: u128, efgh: u128, wk: u128) -> [u128; 2] {
    let [mut a, mut b, mut c, mut d] = words(abcd);
    let [mut e, mut f, mut g, mut h] = words(efgh);
    for w in words(wk) {
        let choice = (f ^ g) & e ^ g;
        let majority = a & b | (a | b) & c;
        let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t = h.wrapping_add(sum1).wrapping_add(choice).wrapping_add(w);
        (h, g, f, e) = (g, f, e, d.wrapping_add(t));
        (d, c, b, a) = (c, b, a, t.wrapping_add(sum0).wrapping_add(majority));
    }
    [from_words([a, b, c, d]), from_words([e, f, g, h])]
}

/// SHA256H: the first half of the state; `d` holds a to d, `n` e to h.
pub fn sha256h(d: u128, n: u128, m: u128) -> u128 {
    rounds(d, n, m)[0]
}

/// SHA256H2: the second half of the state; `d` holds e to h, `n` a to d.
pub fn sha256h2(d: u128, n: u128, m: u128) -> u128 {
    rounds(n, d, m)[1]
}

/// SHA256SU0: schedule update, first part.
pub fn sha256su0(d: u128, n: u128) -> u128 {
    let sigma = |w: u32| w.rotate_right(7) ^ w.rotate_right(18) ^ w >> 3;
    let (x, t) = (words(d), words(d >> 32 | n << 96));
    from_words(core::array::from_fn(|i| x[i].wrapping_add(sigma(t[i]))))
}

/// SHA256SU1: schedule update, second part.
pub fn sha256su1(d: u128, n: u128, m: u128) -> u128 {
    let sigma = |w: u32| w.rotate_right(17) ^ w.rotate_right(19) ^ w >> 10;
    let (x, t) = (words(d), words(n >> 32 | m << 96));
    let [_, _, m2, m3] = words(m);
    let sum = |i: usize, w| x[i].wrapping_add(t[i]).wrapping_add(sigma(w));
    let (r0, r1) = (sum(0, m2), sum(1, m3));
    from_words([r0, r1, sum(2, r0), sum(3, r1)])
}

fn sum0(x: u64) -> u64 {
    x.rotate_right(28) ^ x.rotate_right(34) ^ x.rotate_right(39)
}

fn sum1(x: u64) -> u64 {
    x.rotate_right(14) ^ x.rotate_right(18) ^ x.rotate_right(41)
}

/// SHA512H.
pub fn sha512h(d: u128, n: u128, m: u128) -> u128 {
    let ([w0, w1], [x0, x1], [y0, y1]) = (doublewords(d), doublewords(n), doublewords(m));
    let t1 = (y1 & x0 ^ !y1 & x1).wrapping_add(sum1(y1)).wrapping_add(w1);
    let e = t1.wrapping_add(y0);
    let t0 = (e & y1 ^ !e & x0).wrapping_add(sum1(e)).wrapping_add(w0);
    from_doublewords([t0, t1])
}

/// SHA512H2.
pub fn sha512h2(d: u128, n: u128, m: u128) -> u128 {
    let ([w0, w1], [x0, _], [y0, y1]) = (doublewords(d), doublewords(n), doublewords(m));
    let majority = |a, b, c| a & b ^ a & c ^ b & c;
    let r1 = majority(x0, y1, y0).wrapping_add(sum0(y0)).wrapping_add(w1);
    let r0 = majority(r1, y0, y1).wrapping_add(sum0(r1)).wrapping_add(w0);
    from_doublewords([r0, r1])
}

/// SHA512SU0: schedule update, first part.
pub fn sha512su0(d: u128, n: u128) -> u128 {
    let sigma = |w: u64| w.rotate_right(1) ^ w.rotate_right(8) ^ w >> 7;
    let ([w0, w1], x) = (doublewords(d), n as u64);
    from_doublewords([w0.wrapping_add(sigma(w1)), w1.wrapping_add(sigma(x))])
}

/// SHA512SU1: schedule update, second part.
pub fn sha512su1(d: u128, n: u128, m: u128) -> u128 {
    let sigma = |w: u64| w.rotate_right(19) ^ w.rotate_right(61) ^ w >> 6;
    let (w, x, y) = (doublewords(d), doublewords(n), doublewords(m));
    let sum = |i: usize| w[i].wrapping_add(sigma(x[i])).wrapping_add(y[i]);
    from_doublewords([sum(0), sum(1)])
}
