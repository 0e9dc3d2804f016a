//! What the host processor offers beyond x86-64-v2.

/// Host features that change which code is emitted. The floor is x86-64-v2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFeatures {
    /// AVX2 with its predecessors: three-operand vector instructions.
    pub avx2: bool,
    /// FMA3.
    pub fma: bool,
    /// Half-precision conversions.
    pub f16c: bool,
    /// ANDN and kin.
    pub bmi1: bool,
    /// Shifts that leave the flags alone, RORX, MULX.
    pub bmi2: bool,
    /// LZCNT.
    pub lzcnt: bool,
    /// AES instructions.
    pub aes: bool,
    /// Carry-less multiplication.
    pub pclmul: bool,
    /// SHA-1 and SHA-256 instructions.
    pub sha: bool,
    /// AVX-512's operations on vectors of 16 bytes.
    pub avx512vl: bool,
}

impl HostFeatures {
    /// x86-64-v2 alone.
    pub const V2: Self = Self {
        avx2: false,
        fma: false,
        f16c: false,
        bmi1: false,
        bmi2: false,
        lzcnt: false,
        aes: false,
        pclmul: false,
        sha: false,
        avx512vl: false,
    };

    /// x86-64-v3 alone.
    pub const V3: Self =
        Self { avx2: true, fma: true, f16c: true, bmi1: true, bmi2: true, lzcnt: true, ..Self::V2 };

    /// What this processor has.
    pub fn detect() -> Self {
        use std::arch::is_x86_feature_detected as has;
        let avx2 = has!("avx2");
        Self {
            avx2,
            fma: avx2 && has!("fma"),
            f16c: avx2 && has!("f16c"),
            bmi1: has!("bmi1"),
            bmi2: has!("bmi2"),
            lzcnt: has!("lzcnt"),
            aes: has!("aes"),
            pclmul: has!("pclmulqdq"),
            sha: has!("sha"),
            avx512vl: avx2 && has!("avx512f") && has!("avx512vl"),
        }
    }
}
