//! AES: one round's parts.

/// Multiplication by x modulo x^8 + x^4 + x^3 + x + 1.
const fn xtime(a: u8) -> u8 {
    a << 1 ^ if a & 0x80 != 0 { 0x1b } else { 0 }
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

/// SubBytes: the inverse in GF(2^8), then an affine map.
const fn s_box() -> [u8; 256] {
    let mut table = [0; 256];
    // 3 generates the multiplicative group and 0xf6 is its inverse: `q` stays the inverse of `p`.
    let (mut p, mut q) = (1, 1);
    loop {
        let q8: u8 = q;
        let affine =
            q8 ^ q8.rotate_left(1) ^ q8.rotate_left(2) ^ q8.rotate_left(3) ^ q8.rotate_left(4);
        table[p as usize] = affine ^ 0x63;
        p = multiply(p, 3);
        q = multiply(q, 0xf6);
        if p == 1 {
            break;
        }
    }
    table[0] = 0x63;
    table
}

const fn inverse(table: &[u8; 256]) -> [u8; 256] {
    let mut result = [0; 256];
    let mut i = 0;
    while i < 256 {
        result[table[i] as usize] = i as u8;
        i += 1;
    }
    result
}

/// A column's transformation: what each value of its first byte contributes.
const fn column_table(factors: [u8; 4]) -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut k = 0;
        while k < 4 {
            table[i] |= (multiply(i as u8, factors[k]) as u32) << (8 * k);
            k += 1;
        }
        i += 1;
    }
    table
}

static S_BOX: [u8; 256] = s_box();
static INV_S_BOX: [u8; 256] = inverse(&s_box());
static MIX: [u32; 256] = column_table([2, 1, 1, 3]);
static INV_MIX: [u32; 256] = column_table([14, 9, 13, 11]);

/// Byte `i` of the result is looked up from byte `i * step` modulo 16: row r of the column-major
/// state moves by r columns, left for a step of 5 and right for one of 13.
fn shift_and_substitute(state: u128, step: usize, table: &[u8; 256]) -> u128 {
    let bytes = state.to_le_bytes();
    let moved = core::array::from_fn(|i| table[usize::from(bytes[i * step % 16])]);
    u128::from_le_bytes(moved)
}

fn mix(state: u128, table: &[u32; 256]) -> u128 {
    let column = |w: u32| {
        w.to_le_bytes()
            .iter()
            .zip([0, 8, 16, 24])
            .fold(0, |sum, (&byte, r)| sum ^ table[usize::from(byte)].rotate_left(r))
    };
    super::from_words(super::words(state).map(column))
}

/// AESE: AddRoundKey, ShiftRows, SubBytes.
pub fn aese(d: u128, n: u128) -> u128 {
    shift_and_substitute(d ^ n, 5, &S_BOX)
}

/// AESD: AddRoundKey, the inverses of ShiftRows and SubBytes.
pub fn aesd(d: u128, n: u128) -> u128 {
    shift_and_substitute(d ^ n, 13, &INV_S_BOX)
}

/// AESMC: MixColumns.
pub fn aesmc(n: u128) -> u128 {
    mix(n, &MIX)
}

/// AESIMC: the inverse of MixColumns.
pub fn aesimc(n: u128) -> u128 {
    mix(n, &INV_MIX)
}
