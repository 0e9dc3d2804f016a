//! Processor features as AT_HWCAP and AT_HWCAP2 tell them. (arch/arm64/include/uapi/asm/hwcap.h)

macro_rules! hwcaps {
    ($names:ident: $($bit:literal $name:ident $text:literal;)*) => {
        $(#[doc = concat!("`", $text, "` of /proc/cpuinfo.")] pub const $name: u64 = 1 << $bit;)*

        /// The names of /proc/cpuinfo, by bit.
        pub const $names: &[&str] = &[$($text),*];
    };
}

hwcaps! { HWCAP_NAMES:
     0 HWCAP_FP "fp";
     1 HWCAP_ASIMD "asimd";
     2 HWCAP_EVTSTRM "evtstrm";
     3 HWCAP_AES "aes";
     4 HWCAP_PMULL "pmull";
     5 HWCAP_SHA1 "sha1";
     6 HWCAP_SHA2 "sha2";
     7 HWCAP_CRC32 "crc32";
     8 HWCAP_ATOMICS "atomics";
     9 HWCAP_FPHP "fphp";
    10 HWCAP_ASIMDHP "asimdhp";
    11 HWCAP_CPUID "cpuid";
    12 HWCAP_ASIMDRDM "asimdrdm";
    13 HWCAP_JSCVT "jscvt";
    14 HWCAP_FCMA "fcma";
    15 HWCAP_LRCPC "lrcpc";
    16 HWCAP_DCPOP "dcpop";
    17 HWCAP_SHA3 "sha3";
    18 HWCAP_SM3 "sm3";
    19 HWCAP_SM4 "sm4";
    20 HWCAP_ASIMDDP "asimddp";
    21 HWCAP_SHA512 "sha512";
    22 HWCAP_SVE "sve";
    23 HWCAP_ASIMDFHM "asimdfhm";
    24 HWCAP_DIT "dit";
    25 HWCAP_USCAT "uscat";
    26 HWCAP_ILRCPC "ilrcpc";
    27 HWCAP_FLAGM "flagm";
    28 HWCAP_SSBS "ssbs";
    29 HWCAP_SB "sb";
    30 HWCAP_PACA "paca";
    31 HWCAP_PACG "pacg";
    32 HWCAP_GCS "gcs";
    33 HWCAP_CMPBR "cmpbr";
    34 HWCAP_FPRCVT "fprcvt";
    35 HWCAP_F8MM8 "f8mm8";
    36 HWCAP_F8MM4 "f8mm4";
    37 HWCAP_SVE_F16MM "svef16mm";
    38 HWCAP_SVE_ELTPERM "sveeltperm";
    39 HWCAP_SVE_AES2 "sveaes2";
    40 HWCAP_SVE_BFSCALE "svebfscale";
    41 HWCAP_SVE2P2 "sve2p2";
    42 HWCAP_SME2P2 "sme2p2";
    43 HWCAP_SME_SBITPERM "smesbitperm";
    44 HWCAP_SME_AES "smeaes";
    45 HWCAP_SME_SFEXPA "smesfexpa";
    46 HWCAP_SME_STMOP "smestmop";
    47 HWCAP_SME_SMOP4 "smesmop4";
}

hwcaps! { HWCAP2_NAMES:
     0 HWCAP2_DCPODP "dcpodp";
     1 HWCAP2_SVE2 "sve2";
     2 HWCAP2_SVEAES "sveaes";
     3 HWCAP2_SVEPMULL "svepmull";
     4 HWCAP2_SVEBITPERM "svebitperm";
     5 HWCAP2_SVESHA3 "svesha3";
     6 HWCAP2_SVESM4 "svesm4";
     7 HWCAP2_FLAGM2 "flagm2";
     8 HWCAP2_FRINT "frint";
     9 HWCAP2_SVEI8MM "svei8mm";
    10 HWCAP2_SVEF32MM "svef32mm";
    11 HWCAP2_SVEF64MM "svef64mm";
    12 HWCAP2_SVEBF16 "svebf16";
    13 HWCAP2_I8MM "i8mm";
    14 HWCAP2_BF16 "bf16";
    15 HWCAP2_DGH "dgh";
    16 HWCAP2_RNG "rng";
    17 HWCAP2_BTI "bti";
    18 HWCAP2_MTE "mte";
    19 HWCAP2_ECV "ecv";
    20 HWCAP2_AFP "afp";
    21 HWCAP2_RPRES "rpres";
    22 HWCAP2_MTE3 "mte3";
    23 HWCAP2_SME "sme";
    24 HWCAP2_SME_I16I64 "smei16i64";
    25 HWCAP2_SME_F64F64 "smef64f64";
    26 HWCAP2_SME_I8I32 "smei8i32";
    27 HWCAP2_SME_F16F32 "smef16f32";
    28 HWCAP2_SME_B16F32 "smeb16f32";
    29 HWCAP2_SME_F32F32 "smef32f32";
    30 HWCAP2_SME_FA64 "smefa64";
    31 HWCAP2_WFXT "wfxt";
    32 HWCAP2_EBF16 "ebf16";
    33 HWCAP2_SVE_EBF16 "sveebf16";
    34 HWCAP2_CSSC "cssc";
    35 HWCAP2_RPRFM "rprfm";
    36 HWCAP2_SVE2P1 "sve2p1";
    37 HWCAP2_SME2 "sme2";
    38 HWCAP2_SME2P1 "sme2p1";
    39 HWCAP2_SME_I16I32 "smei16i32";
    40 HWCAP2_SME_BI32I32 "smebi32i32";
    41 HWCAP2_SME_B16B16 "smeb16b16";
    42 HWCAP2_SME_F16F16 "smef16f16";
    43 HWCAP2_MOPS "mops";
    44 HWCAP2_HBC "hbc";
    45 HWCAP2_SVE_B16B16 "sveb16b16";
    46 HWCAP2_LRCPC3 "lrcpc3";
    47 HWCAP2_LSE128 "lse128";
    48 HWCAP2_FPMR "fpmr";
    49 HWCAP2_LUT "lut";
    50 HWCAP2_FAMINMAX "faminmax";
    51 HWCAP2_F8CVT "f8cvt";
    52 HWCAP2_F8FMA "f8fma";
    53 HWCAP2_F8DP4 "f8dp4";
    54 HWCAP2_F8DP2 "f8dp2";
    55 HWCAP2_F8E4M3 "f8e4m3";
    56 HWCAP2_F8E5M2 "f8e5m2";
    57 HWCAP2_SME_LUTV2 "smelutv2";
    58 HWCAP2_SME_F8F16 "smef8f16";
    59 HWCAP2_SME_F8F32 "smef8f32";
    60 HWCAP2_SME_SF8FMA "smesf8fma";
    61 HWCAP2_SME_SF8DP4 "smesf8dp4";
    62 HWCAP2_SME_SF8DP2 "smesf8dp2";
    63 HWCAP2_POE "poe";
}

hwcaps! { HWCAP3_NAMES:
     0 HWCAP3_MTE_FAR "mtefar";
     1 HWCAP3_MTE_STORE_ONLY "mtestoreonly";
     2 HWCAP3_LSFE "lsfe";
}

/// The `Features` line of /proc/cpuinfo.
pub fn feature_names(hwcap: [u64; 3]) -> String {
    let all = hwcap.iter().zip([HWCAP_NAMES, HWCAP2_NAMES, HWCAP3_NAMES]);
    let named = all.flat_map(|(bits, names)| {
        names.iter().enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1).map(|(_, n)| *n)
    });
    named.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_kernels() {
        assert_eq!(HWCAP_PACG, 1 << 31);
        assert_eq!(HWCAP2_WFXT, 1 << 31);
        assert_eq!(HWCAP2_MOPS, 1 << 43);
        assert_eq!(HWCAP_SME_SMOP4, 1 << 47);
        assert_eq!(HWCAP2_POE, 1 << 63);
        let bits = [HWCAP_FP | HWCAP_ASIMD, HWCAP2_FRINT, HWCAP3_MTE_FAR];
        assert_eq!(feature_names(bits), "fp asimd frint mtefar");
    }
}
