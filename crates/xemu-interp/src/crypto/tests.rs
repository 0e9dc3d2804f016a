//! Known answers of the algorithms, computed the way programs use the instructions.

use super::*;

const ABC: [u8; 3] = *b"abc";

/// The only block of the message "abc", of `N` bytes.
fn abc_block<const N: usize>() -> [u8; N] {
    let mut block = [0; N];
    block[..3].copy_from_slice(&ABC);
    block[3] = 0x80;
    block[N - 1] = 24;
    block
}

/// Big-endian words, four to a register.
fn big_endian(block: &[u8]) -> Vec<u128> {
    let word = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    block
        .chunks(16)
        .map(|bytes| from_words(std::array::from_fn(|i| word(&bytes[4 * i..4 * i + 4]))))
        .collect()
}

fn add_words(a: u128, b: u128) -> u128 {
    let (a, b) = (words(a), words(b));
    from_words(std::array::from_fn(|i| a[i].wrapping_add(b[i])))
}

fn add_doublewords(a: u128, b: u128) -> u128 {
    let (a, b) = (doublewords(a), doublewords(b));
    from_doublewords([a[0].wrapping_add(b[0]), a[1].wrapping_add(b[1])])
}

/// `high:low` shifted right by `bytes`. (EXT)
fn ext(low: u128, high: u128, bytes: u32) -> u128 {
    low >> (8 * bytes) | high << (128 - 8 * bytes)
}

fn aes128_keys(key: u128) -> [u128; 11] {
    let mut keys = [key; 11];
    let mut rcon = 1u8;
    for i in 1..11 {
        let mut w = words(keys[i - 1]);
        // In a state of equal columns the shift of rows changes nothing.
        let substituted = aese(from_words([w[3].rotate_right(8); 4]), 0) as u32;
        w[0] ^= substituted ^ u32::from(rcon);
        for k in 1..4 {
            w[k] ^= w[k - 1];
        }
        keys[i] = from_words(w);
        rcon = rcon << 1 ^ if rcon & 0x80 != 0 { 0x1b } else { 0 };
    }
    keys
}

/// FIPS 197, appendix C.1.
#[test]
fn aes_128() {
    let plain = u128::from_be_bytes(std::array::from_fn(|i| 0x11 * i as u8)).swap_bytes();
    let key = u128::from_be_bytes(std::array::from_fn(|i| i as u8)).swap_bytes();
    let cipher = 0x69c4_e0d8_6a7b_0430_d8cd_b780_70b4_c55a_u128.swap_bytes();
    let keys = aes128_keys(key);
    let state = keys[..9].iter().fold(plain, |state, &k| aesmc(aese(state, k)));
    assert_eq!(aese(state, keys[9]) ^ keys[10], cipher);
    let inverse = keys[2..10].iter().rev();
    let state = aesimc(aesd(cipher, keys[10]));
    let state = inverse.fold(state, |state, &k| aesimc(aesd(state, aesimc(k))));
    assert_eq!(aesd(state, aesimc(keys[1])) ^ keys[0], plain);
}

/// FIPS 180-4, the example "abc".
#[test]
fn sha_1() {
    let start = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let mut w = big_endian(&abc_block::<64>());
    let (mut abcd, mut e) = (from_words(start), 0xc3d2_e1f0_u128);
    for i in 0..20 {
        let (round, k): (fn(u128, u128, u128) -> u128, u32) = match i / 5 {
            0 => (sha1c, 0x5a82_7999),
            1 => (sha1p, 0x6ed9_eba1),
            2 => (sha1m, 0x8f1b_bcdc),
            _ => (sha1p, 0xca62_c1d6),
        };
        let next = sha1h(abcd);
        abcd = round(abcd, e, add_words(w[i], from_words([k; 4])));
        e = next;
        w.push(sha1su1(sha1su0(w[i], w[i + 1], w[i + 2]), w[i + 3]));
    }
    let sum = words(add_words(abcd, from_words(start)));
    assert_eq!(sum, [0xa999_3e36, 0x4706_816a, 0xba3e_2571, 0x7850_c26c]);
    assert_eq!((e as u32).wrapping_add(0xc3d2_e1f0), 0x9cd0_d89d);
}

/// FIPS 180-4, the example "abc".
#[test]
fn sha_256() {
    let start = [
        from_words([0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a]),
        from_words([0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19]),
    ];
    let mut w = big_endian(&abc_block::<64>());
    let [mut abcd, mut efgh] = start;
    for i in 0..16 {
        // The constants are the upper halves of SHA-512's.
        let k = from_words(std::array::from_fn(|j| (K[4 * i + j] >> 32) as u32));
        let wk = add_words(w[i], k);
        (abcd, efgh) = (sha256h(abcd, efgh, wk), sha256h2(efgh, abcd, wk));
        w.push(sha256su1(sha256su0(w[i], w[i + 1]), w[i + 2], w[i + 3]));
    }
    assert_eq!(
        words(add_words(abcd, start[0])),
        [0xba78_16bf, 0x8f01_cfea, 0x4141_40de, 0x5dae_2223]
    );
    assert_eq!(
        words(add_words(efgh, start[1])),
        [0xb003_61a3, 0x9617_7a9c, 0xb410_ff61, 0xf200_15ad]
    );
}

/// FIPS 180-4, the example "abc".
#[test]
fn sha_512() {
    let start = [
        [0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b],
        [0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1],
        [0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f],
        [0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179],
    ]
    .map(from_doublewords);
    let doubleword = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().unwrap());
    let mut w: Vec<u128> = abc_block::<128>()
        .chunks(16)
        .map(|x| from_doublewords([doubleword(&x[..8]), doubleword(&x[8..])]))
        .collect();
    let [mut ab, mut cd, mut ef, mut gh] = start;
    for i in 0..40 {
        let wk = add_doublewords(w[i], from_doublewords([K[2 * i], K[2 * i + 1]]));
        let sum = add_doublewords(gh, ext(wk, wk, 8));
        let t = sha512h(sum, ext(ef, gh, 8), ext(cd, ef, 8));
        (ab, cd, ef, gh) = (sha512h2(t, cd, ab), ab, add_doublewords(cd, t), ef);
        let next = sha512su1(sha512su0(w[i], w[i + 1]), w[i + 7], ext(w[i + 4], w[i + 5], 8));
        w.push(next);
    }
    let digest = [ab, cd, ef, gh].into_iter().zip(start).map(|(x, y)| add_doublewords(x, y));
    let expected = [
        [0xddaf_35a1_9361_7aba, 0xcc41_7349_ae20_4131],
        [0x12e6_fa4e_89a9_7ea2, 0x0a9e_eee6_4b55_d39a],
        [0x2192_992a_274f_c1a8, 0x36ba_3c23_a3fe_ebbd],
        [0x454d_4423_643c_e80e, 0x2a9a_c94f_a54c_a49f],
    ];
    assert!(digest.map(doublewords).eq(expected));
}

/// GB/T 32905-2016, example 1.
#[test]
fn sm3() {
    let mut start = [
        0x7380_166f_u32,
        0x4914_b2b9,
        0x1724_42d7,
        0xda8a_0600,
        0xa96f_30bc,
        0x1631_38aa,
        0xe38d_ee4d,
        0xb0fb_0e4e,
    ];
    // The instructions want a and e in the highest words.
    start.reverse();
    let half = |words: &[u32]| from_words(words.try_into().unwrap());
    let (mut hgfe, mut dcba) = (half(&start[..4]), half(&start[4..]));
    let mut w = big_endian(&abc_block::<64>());
    for i in 0..16 {
        let differences = w[i] ^ w[i + 1];
        for j in 0..4 {
            let round = 4 * i as u32 + j;
            let constant = if round < 16 { 0x79cc_4519_u32 } else { 0x7a87_9d8a };
            let t = u128::from(constant.rotate_left(round % 32)) << 96;
            let ss1 = sm3ss1(dcba, t, hgfe);
            if round < 16 {
                dcba = sm3tt1a(dcba, ss1, differences, j);
                hgfe = sm3tt2a(hgfe, ss1, w[i], j);
            } else {
                dcba = sm3tt1b(dcba, ss1, differences, j);
                hgfe = sm3tt2b(hgfe, ss1, w[i], j);
            }
        }
        let first = sm3partw1(ext(w[i + 1], w[i + 2], 12), w[i], w[i + 3]);
        let next = sm3partw2(first, ext(w[i + 2], w[i + 3], 8), ext(w[i], w[i + 1], 12));
        w.push(next);
    }
    let mut digest = [words(hgfe), words(dcba)].concat();
    for (x, y) in digest.iter_mut().zip(start) {
        *x ^= y;
    }
    digest.reverse();
    let expected = [
        0x66c7_f0f4,
        0x62ee_edd9,
        0xd1f2_d46b,
        0xdc10_e4e2,
        0x4167_c487,
        0x5cf2_f7a2,
        0x297d_a02b,
        0x8f4b_a8e0,
    ];
    assert_eq!(digest, expected);
}

/// GB/T 32907-2016, example 1.
#[test]
fn sm4() {
    let text = from_words([0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x7654_3210]);
    let mut key = text ^ from_words([0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc]);
    let mut state = text;
    for i in 0..8 {
        let constant = |j: u32| {
            u32::from_be_bytes(std::array::from_fn(|k| ((16 * i + 4 * j + k as u32) * 7) as u8))
        };
        key = sm4ekey(key, from_words([0, 1, 2, 3].map(constant)));
        state = sm4e(state, key);
    }
    let mut result = words(state);
    result.reverse();
    assert_eq!(result, [0x681e_df34, 0xd206_965e, 0x86b3_e94f, 0x536e_4246]);
}

#[test]
fn sha_3_helpers() {
    let (a, b, c) = (0x0123 << 64 | 5, 1 << 127 | 3, 0xff << 64 | 1);
    assert_eq!(eor3(a, b, c), a ^ b ^ c);
    assert_eq!(bcax(a, b, c), a ^ (1 << 127 | 2));
    assert_eq!(rax1(0, b), 1 << 64 | 6);
    assert_eq!(xar(b, 0, 1), 1 << 126 | 1 << 63 | 1);
    assert_eq!(xar(b, 0, 0), b);
}

/// The check values of the CRC catalogue, and the four widths against each other.
#[test]
fn crc() {
    let of = |f: fn(u32, u64, u32) -> u32, text: &[u8]| {
        !text.iter().fold(!0, |acc, &byte| f(acc, byte.into(), 1))
    };
    assert_eq!(of(crc32, b"123456789"), 0xcbf4_3926);
    assert_eq!(of(crc32c, b"123456789"), 0xe306_9283);
    let value = u64::from_le_bytes(*b"12345678");
    let whole = crc32(!0, value, 8);
    assert_eq!(crc32(crc32(!0, value, 4), value >> 32, 4), whole);
    assert_eq!(crc32(crc32(crc32(!0, value, 4), value >> 32, 2), value >> 48, 2), whole);
}

#[test]
fn polynomial_products() {
    assert_eq!(pmull8(0xff, 0xff), 0x5555);
    assert_eq!(pmul8(0xff, 0xff), 0x55);
    assert_eq!(pmull64(u64::MAX, u64::MAX), u128::MAX / 3);
    assert_eq!(pmull64(1 << 63 | 1, 3), 3 << 63 | 3);
    assert_eq!(pmull64(0x1234_5678_9abc_def0, 1 << 63), 0x1234_5678_9abc_def0 << 63);
}

/// SHA-512's constants. (FIPS 180-4, 4.2.3)
const K: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];
