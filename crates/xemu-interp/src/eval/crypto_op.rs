//! Cryptographic operations: [`CryptoKind`] to the functions of [`crate::crypto`].

use xemu_ir::CryptoKind;

use crate::crypto as c;

/// The operation `kind`; `index` is that of SM3TT1A and kin.
pub(super) fn eval(kind: CryptoKind, index: u8, &[x, y, z]: &[u128; 3]) -> u128 {
    let index = u32::from(index);
    match kind {
        CryptoKind::Aese => c::aese(x, y),
        CryptoKind::Aesd => c::aesd(x, y),
        CryptoKind::Aesmc => c::aesmc(x),
        CryptoKind::Aesimc => c::aesimc(x),
        CryptoKind::Sha1c => c::sha1c(x, y, z),
        CryptoKind::Sha1p => c::sha1p(x, y, z),
        CryptoKind::Sha1m => c::sha1m(x, y, z),
        CryptoKind::Sha1h => c::sha1h(x),
        CryptoKind::Sha1su0 => c::sha1su0(x, y, z),
        CryptoKind::Sha1su1 => c::sha1su1(x, y),
        CryptoKind::Sha256h => c::sha256h(x, y, z),
        CryptoKind::Sha256h2 => c::sha256h2(x, y, z),
        CryptoKind::Sha256su0 => c::sha256su0(x, y),
        CryptoKind::Sha256su1 => c::sha256su1(x, y, z),
        CryptoKind::Sha512h => c::sha512h(x, y, z),
        CryptoKind::Sha512h2 => c::sha512h2(x, y, z),
        CryptoKind::Sha512su0 => c::sha512su0(x, y),
        CryptoKind::Sha512su1 => c::sha512su1(x, y, z),
        CryptoKind::Sm3ss1 => c::sm3ss1(x, y, z),
        CryptoKind::Sm3tt1a => c::sm3tt1a(x, y, z, index),
        CryptoKind::Sm3tt1b => c::sm3tt1b(x, y, z, index),
        CryptoKind::Sm3tt2a => c::sm3tt2a(x, y, z, index),
        CryptoKind::Sm3tt2b => c::sm3tt2b(x, y, z, index),
        CryptoKind::Sm3partw1 => c::sm3partw1(x, y, z),
        CryptoKind::Sm3partw2 => c::sm3partw2(x, y, z),
        CryptoKind::Sm4e => c::sm4e(x, y),
        CryptoKind::Sm4ekey => c::sm4ekey(x, y),
    }
}
