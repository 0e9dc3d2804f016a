//! Polynomials over GF(2): PMUL, PMULL and the CRC instructions.

/// PMUL on one element: the product's low half.
pub fn pmul8(a: u8, b: u8) -> u8 {
    pmull8(a, b) as u8
}

/// PMULL on one 8-bit element.
pub fn pmull8(a: u8, b: u8) -> u16 {
    (0..8).filter(|i| b >> i & 1 != 0).fold(0, |sum, i| sum ^ u16::from(a) << i)
}

/// PMULL on one 64-bit element.
pub fn pmull64(a: u64, b: u64) -> u128 {
    // Four bits of `b` at a time.
    let mut multiples = [0u128; 16];
    for i in 1..16 {
        let half = multiples[i / 2] << 1;
        multiples[i] = if i & 1 != 0 { half ^ u128::from(a) } else { half };
    }
    (0..16).rev().fold(0, |sum, i| sum << 4 ^ multiples[(b >> (4 * i) & 15) as usize])
}

const fn crc_table(polynomial: u32) -> [u32; 256] {
    let reflected = polynomial.reverse_bits();
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = crc >> 1 ^ if crc & 1 != 0 { reflected } else { 0 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

static CRC32: [u32; 256] = crc_table(0x04c1_1db7);
static CRC32C: [u32; 256] = crc_table(0x1edc_6f41);

fn crc(table: &[u32; 256], acc: u32, value: u64, bytes: u32) -> u32 {
    value
        .to_le_bytes()
        .iter()
        .take(bytes as usize)
        .fold(acc, |acc, &byte| acc >> 8 ^ table[usize::from(acc as u8 ^ byte)])
}

/// CRC32B, CRC32H, CRC32W, CRC32X: of the low `bytes` bytes of `value`.
pub fn crc32(acc: u32, value: u64, bytes: u32) -> u32 {
    crc(&CRC32, acc, value, bytes)
}

/// CRC32CB, CRC32CH, CRC32CW, CRC32CX: of the low `bytes` bytes of `value`.
pub fn crc32c(acc: u32, value: u64, bytes: u32) -> u32 {
    crc(&CRC32C, acc, value, bytes)
}
