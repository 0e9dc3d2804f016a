//! QARMA-64, the block cipher behind pointer authentication codes. (Arm ARM, "ComputePACQARMA5"
//! and "ComputePACQARMA3" in the shared pseudocode)
//!
//! The state is sixteen cells of four bits; cell n stands in bits 4n+3..4n, so that cell 15 is the
//! one that the cipher's authors number 0.

/// Which of the two forms that the manual defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qarma {
    /// Five rounds, the authors' third S-box.
    Five,
    /// Three rounds, the authors' second S-box, which is its own inverse.
    Three,
}

const ALPHA: u64 = 0xc0ac_29b7_c97c_50dd;

const ROUND_CONSTANTS: [u64; 5] =
    [0, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89, 0x4528_21e6_38d0_1377];

type SBox = [u8; 16];

const SUB: SBox = [0xb, 0x6, 0x8, 0xf, 0xc, 0x0, 0x9, 0xe, 0x3, 0x7, 0x4, 0x5, 0xd, 0x2, 0x1, 0xa];
const SUB1: SBox = [0xa, 0xd, 0xe, 0x6, 0xf, 0x7, 0x3, 0x5, 0x9, 0x8, 0x0, 0xc, 0xb, 0x1, 0x2, 0x4];

/// For each cell of the result, the cell it comes from.
const CELLS: SBox = [13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15];
/// The same for the tweak.
const TWEAK_CELLS: SBox = [4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9];
/// Bit n: cell n of a shuffled tweak is stepped.
const STEPPED: u16 = 1 << 2 | 1 << 4 | 1 << 7 | 1 << 11 | 1 << 12 | 1 << 14 | 1 << 15;

const fn inverse(map: &SBox) -> SBox {
    let mut out = [0; 16];
    let mut i = 0;
    while i < 16 {
        out[map[i] as usize] = i as u8;
        i += 1;
    }
    out
}

/// An S-box of two neighbouring cells at once.
const fn paired(s: &SBox) -> [u8; 256] {
    let mut out = [0; 256];
    let mut i = 0;
    while i < 256 {
        out[i] = s[i & 15] | s[i >> 4] << 4;
        i += 1;
    }
    out
}

static SUB_PAIRS: [u8; 256] = paired(&SUB);
static SUB_INVERSE_PAIRS: [u8; 256] = paired(&inverse(&SUB));
static SUB1_PAIRS: [u8; 256] = paired(&SUB1);

fn substitute(table: &[u8; 256], x: u64) -> u64 {
    u64::from_le_bytes(x.to_le_bytes().map(|pair| table[usize::from(pair)]))
}

fn permute(map: &SBox, x: u64) -> u64 {
    map.iter().enumerate().fold(0, |out, (to, from)| out | (x >> (4 * from) & 15) << (4 * to))
}

const CELLS_INVERSE: SBox = inverse(&CELLS);
const TWEAK_CELLS_INVERSE: SBox = inverse(&TWEAK_CELLS);

fn shuffle(x: u64) -> u64 {
    permute(&CELLS, x)
}

fn shuffle_back(x: u64) -> u64 {
    permute(&CELLS_INVERSE, x)
}

/// Multiplies the columns by the matrix circ(0, 1, 2, 1) of rotations.
fn mix(x: u64) -> u64 {
    const LOW1: u64 = 0x1111_1111_1111_1111;
    let rotate1 = |x: u64| x << 1 & !LOW1 | x >> 3 & LOW1;
    let ones = x.rotate_left(16) ^ x.rotate_left(48);
    rotate1(ones) ^ rotate1(rotate1(x.rotate_left(32)))
}

/// Applies `step` to the cells of `which`.
fn stepped(x: u64, which: u16, step: fn(u64) -> u64) -> u64 {
    (0..16).filter(|n| which >> n & 1 == 1).fold(x, |x, n| {
        let cell = x >> (4 * n) & 15;
        x & !(15 << (4 * n)) | (step(cell) & 15) << (4 * n)
    })
}

fn next_tweak(x: u64) -> u64 {
    stepped(permute(&TWEAK_CELLS, x), STEPPED, |c| c >> 1 | (c ^ c >> 1) << 3)
}

fn previous_tweak(x: u64) -> u64 {
    let cells = stepped(x, STEPPED, |c| c << 1 | (c & 1 ^ c >> 3));
    permute(&TWEAK_CELLS_INVERSE, cells)
}

impl Qarma {
    /// Encrypts `data` with the tweak `modifier`; the key's halves are low and high.
    pub fn encrypt(self, data: u64, modifier: u64, [key1, key0]: [u64; 2]) -> u64 {
        let (last, sub, sub_back) = match self {
            Qarma::Five => (4, &SUB_PAIRS, &SUB_INVERSE_PAIRS),
            Qarma::Three => (2, &SUB1_PAIRS, &SUB1_PAIRS),
        };
        let changed_key0 = key0.rotate_right(1) ^ key0 >> 63;
        let mut tweak = modifier;
        let mut x = data ^ key0;
        for (i, constant) in ROUND_CONSTANTS[..=last].iter().enumerate() {
            x ^= key1 ^ tweak ^ constant;
            if i > 0 {
                x = mix(shuffle(x));
            }
            x = substitute(sub, x);
            tweak = next_tweak(tweak);
        }
        x = substitute(sub, mix(shuffle(x ^ changed_key0 ^ tweak)));
        x = key1 ^ mix(shuffle(x));
        x = shuffle_back(mix(substitute(sub_back, shuffle_back(x))));
        x ^= key0 ^ tweak;
        for (i, constant) in ROUND_CONSTANTS[..=last].iter().enumerate().rev() {
            x = substitute(sub_back, x);
            if i > 0 {
                x = shuffle_back(mix(x));
            }
            tweak = previous_tweak(tweak);
            x ^= constant ^ key1 ^ tweak ^ ALPHA;
        }
        x ^ changed_key0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses() {
        for x in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX, 0x477d_469d_ec0b_8762] {
            assert_eq!(shuffle_back(shuffle(x)), x);
            assert_eq!(previous_tweak(next_tweak(x)), x);
            assert_eq!(mix(mix(x)), x);
            assert_eq!(substitute(&SUB1_PAIRS, substitute(&SUB1_PAIRS, x)), x);
            assert_eq!(substitute(&SUB_INVERSE_PAIRS, substitute(&SUB_PAIRS, x)), x);
        }
    }

    #[test]
    fn the_authors_vector() {
        // R. Avanzi, "The QARMA Block Cipher Family", appendix: five rounds, third S-box.
        let key = [0xec28_02d4_e0a4_88e9, 0x84be_85ce_9804_e94b];
        let (plain, tweak) = (0xfb62_3599_da6e_8127, 0x477d_469d_ec0b_8762);
        assert_eq!(Qarma::Five.encrypt(plain, tweak, key), 0xc003_b939_99b3_3765);
    }
}
