//! The cryptographic instructions, as functions on whole vector registers.
//!
//! A register is a `u128` with byte 0 lowest. Operands stand in the instruction's order, the
//! destination first where it is also a source. Nothing here depends on the host's own
//! cryptographic instructions, or runs in constant time. (Arm ARM C3.5.24)

mod aes;
mod poly;
mod qarma;
mod sha1;
mod sha2;
mod sha3;
mod sm3;
mod sm4;

#[cfg(test)]
mod tests;

pub use aes::{aesd, aese, aesimc, aesmc};
pub use poly::{crc32, crc32c, pmul8, pmull8, pmull64};
pub use qarma::Qarma;
pub use sha1::{sha1c, sha1h, sha1m, sha1p, sha1su0, sha1su1};
pub use sha2::{sha256h, sha256h2, sha256su0, sha256su1, sha512h, sha512h2, sha512su0, sha512su1};
pub use sha3::{bcax, eor3, rax1, xar};
pub use sm3::{sm3partw1, sm3partw2, sm3ss1, sm3tt1a, sm3tt1b, sm3tt2a, sm3tt2b};
pub use sm4::{sm4e, sm4ekey};

/// The four words of a register.
fn words(v: u128) -> [u32; 4] {
    [v as u32, (v >> 32) as u32, (v >> 64) as u32, (v >> 96) as u32]
}

fn from_words(w: [u32; 4]) -> u128 {
    w.iter().rev().fold(0, |v, &w| v << 32 | u128::from(w))
}

/// The two doublewords of a register.
fn doublewords(v: u128) -> [u64; 2] {
    [v as u64, (v >> 64) as u64]
}

fn from_doublewords([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}
