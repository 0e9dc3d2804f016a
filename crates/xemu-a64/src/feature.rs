//! Names of the architecture features that bring instructions.

/// The feature an encoding belongs to: the manual's `FEAT_…` name in Rust spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// Armv8.0 without optional parts.
    Base,
    /// FEAT_AES.
    Aes,
    /// FEAT_PMULL: the 64-bit polynomial multiply.
    Pmull,
    /// FEAT_SHA1.
    Sha1,
    /// FEAT_SHA256.
    Sha256,
    /// FEAT_SHA512.
    Sha512,
    /// FEAT_SHA3.
    Sha3,
    /// FEAT_SM3.
    Sm3,
    /// FEAT_SM4.
    Sm4,
    /// FEAT_CRC32.
    Crc32,
    /// FEAT_LSE: atomic memory operations.
    Lse,
    /// FEAT_LSE128.
    Lse128,
    /// FEAT_LSFE: floating-point atomics.
    Lsfe,
    /// FEAT_LSUI: unprivileged atomics.
    Lsui,
    /// FEAT_LSCP: acquire/release pairs.
    Lscp,
    /// FEAT_LOR: limited ordering regions.
    Lor,
    /// FEAT_RDM: rounding doubling multiply accumulate.
    Rdm,
    /// FEAT_PAN.
    Pan,
    /// FEAT_UAO.
    Uao,
    /// FEAT_RAS.
    Ras,
    /// FEAT_SPE.
    Spe,
    /// FEAT_TRF.
    Trf,
    /// FEAT_FP16: half-precision arithmetic.
    Fp16,
    /// FEAT_DotProd.
    DotProd,
    /// FEAT_FHM: half to single multiply accumulate.
    Fhm,
    /// FEAT_FCMA: complex numbers.
    Fcma,
    /// FEAT_JSCVT.
    Jscvt,
    /// FEAT_LRCPC.
    Lrcpc,
    /// FEAT_LRCPC2.
    Lrcpc2,
    /// FEAT_LRCPC3.
    Lrcpc3,
    /// FEAT_FlagM.
    FlagM,
    /// FEAT_FlagM2.
    FlagM2,
    /// FEAT_FRINTTS.
    Frintts,
    /// FEAT_BF16.
    Bf16,
    /// FEAT_I8MM.
    I8mm,
    /// FEAT_DIT.
    Dit,
    /// FEAT_SB.
    Sb,
    /// FEAT_SSBS2.
    Ssbs,
    /// FEAT_BTI.
    Bti,
    /// FEAT_PAuth.
    Pauth,
    /// FEAT_PAuth_LR.
    PauthLr,
    /// FEAT_DGH.
    Dgh,
    /// FEAT_XS.
    Xs,
    /// FEAT_WFxT.
    Wfxt,
    /// FEAT_HBC: hinted conditional branches.
    Hbc,
    /// FEAT_MOPS: memory copy and set.
    Mops,
    /// FEAT_MOPS_GO: memory set with an optional size.
    MopsGo,
    /// FEAT_CSSC: common short sequence compression.
    Cssc,
    /// FEAT_CMPBR: compare and branch.
    Cmpbr,
    /// FEAT_CPA: checked pointer arithmetic.
    Cpa,
    /// FEAT_MTE.
    Mte,
    /// FEAT_MTE2.
    Mte2,
    /// FEAT_LS64 and its extensions.
    Ls64,
    /// FEAT_TME: transactional memory.
    Tme,
    /// FEAT_GCS: guarded control stack.
    Gcs,
    /// FEAT_CHK.
    Chk,
    /// FEAT_CLRBHB.
    Clrbhb,
    /// FEAT_PCDPHINT.
    PcdpHint,
    /// FEAT_NMI.
    Nmi,
    /// FEAT_EBEP.
    Ebep,
    /// FEAT_THE: translation hardening (RCW instructions).
    The,
    /// FEAT_D128: 128-bit system registers.
    D128,
    /// FEAT_SYSINSTR128.
    Sysinstr128,
    /// FEAT_FAMINMAX.
    Faminmax,
    /// FEAT_LUT.
    Lut,
    /// FEAT_FP8 and its extensions.
    Fp8,
    /// FEAT_FPRCVT.
    Fprcvt,
    /// FEAT_F8F16MM, FEAT_F8F32MM, FEAT_F16MM and similar matrix multiplies.
    FpMatmul,
    /// FEAT_SVE and its extensions.
    Sve,
    /// FEAT_SME and its extensions.
    Sme,
}
