//! The processor that is shown to the guest: its features, its ID registers, its HWCAP bits.
//!
//! One table says for each feature which instructions it brings, which HWCAP bits announce it and
//! which ID register fields. It holds only features that are executed here, so a model can never
//! announce more. (Arm ARM D24.2, "ID_AA64…"; Linux Documentation/arch/arm64/elf_hwcaps.rst)

use xemu_a64::Feature;
use xemu_a64::imm::sysreg;
use xemu_ir::PacKind;

/// An ID register's number and the places of fields in it.
mod id {
    use super::sysreg;

    pub const MIDR: u32 = sysreg(3, 0, 0, 0, 0);
    pub const MPIDR: u32 = sysreg(3, 0, 0, 0, 5);
    pub const REVIDR: u32 = sysreg(3, 0, 0, 0, 6);
    pub const PFR0: u32 = sysreg(3, 0, 0, 4, 0);
    pub const PFR1: u32 = sysreg(3, 0, 0, 4, 1);
    pub const DFR0: u32 = sysreg(3, 0, 0, 5, 0);
    pub const ISAR0: u32 = sysreg(3, 0, 0, 6, 0);
    pub const ISAR1: u32 = sysreg(3, 0, 0, 6, 1);
    pub const ISAR2: u32 = sysreg(3, 0, 0, 6, 2);
    pub const ISAR3: u32 = sysreg(3, 0, 0, 6, 3);
    pub const MMFR0: u32 = sysreg(3, 0, 0, 7, 0);
    pub const MMFR1: u32 = sysreg(3, 0, 0, 7, 1);
    pub const MMFR2: u32 = sysreg(3, 0, 0, 7, 2);
}

/// A field of an ID register: register, lowest bit, value. Fields have four bits; of several
/// features that set one field, the highest value counts.
type IdField = (u32, u32, u64);

struct FeatureRow {
    feature: CpuFeature,
    brings: &'static [Feature],
    hwcap: u64,
    hwcap2: u64,
    hwcap3: u64,
    fields: &'static [IdField],
}

macro_rules! cpu_features {
    ($($(#[$doc:meta])* $name:ident [$($brings:ident)*] $hwcap:expr, $hwcap2:expr,
        [$(($reg:ident $shift:literal $value:literal))*] $(, $hwcap3:expr)?;)*) => {
        /// A feature of the guest's processor that is executed here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CpuFeature { $($(#[$doc])* $name),* }

        static FEATURES: &[FeatureRow] = &[$(FeatureRow {
            feature: CpuFeature::$name,
            brings: &[$(Feature::$brings),*],
            hwcap: $hwcap,
            hwcap2: $hwcap2,
            hwcap3: 0 $(+ $hwcap3)?,
            fields: &[$((id::$reg, $shift, $value)),*],
        }),*];
    };
}

const fn bit(n: u32) -> u64 {
    1 << n
}

cpu_features! {
    /// Floating point and SIMD.
    Fp          []          bit(0) | bit(1), 0, [];
    /// The kernel lets programs read the ID registers.
    Cpuid       []          bit(11), 0,     [];
    /// FEAT_AES.
    Aes         [Aes]       bit(3), 0,      [(ISAR0 4 1)];
    /// FEAT_PMULL.
    Pmull       [Pmull]     bit(4), 0,      [(ISAR0 4 2)];
    /// FEAT_SHA1.
    Sha1        [Sha1]      bit(5), 0,      [(ISAR0 8 1)];
    /// FEAT_SHA256.
    Sha256      [Sha256]    bit(6), 0,      [(ISAR0 12 1)];
    /// FEAT_SHA512.
    Sha512      [Sha512]    bit(21), 0,     [(ISAR0 12 2)];
    /// FEAT_SHA3.
    Sha3        [Sha3]      bit(17), 0,     [(ISAR0 32 1)];
    /// FEAT_SM3.
    Sm3         [Sm3]       bit(18), 0,     [(ISAR0 36 1)];
    /// FEAT_SM4.
    Sm4         [Sm4]       bit(19), 0,     [(ISAR0 40 1)];
    /// FEAT_CRC32.
    Crc32       [Crc32]     bit(7), 0,      [(ISAR0 16 1)];
    /// FEAT_LSE.
    Lse         [Lse]       bit(8), 0,      [(ISAR0 20 2)];
    /// FEAT_FP16.
    Fp16        [Fp16]      bit(9) | bit(10), 0, [(PFR0 16 1) (PFR0 20 1)];
    /// FEAT_RDM.
    Rdm         [Rdm]       bit(12), 0,     [(ISAR0 28 1)];
    /// FEAT_JSCVT.
    Jscvt       [Jscvt]     bit(13), 0,     [(ISAR1 12 1)];
    /// FEAT_FCMA.
    Fcma        [Fcma]      bit(14), 0,     [(ISAR1 16 1)];
    /// FEAT_LRCPC.
    Lrcpc       [Lrcpc]     bit(15), 0,     [(ISAR1 20 1)];
    /// FEAT_LRCPC2.
    Lrcpc2      [Lrcpc2]    bit(26), 0,     [(ISAR1 20 2)];
    /// FEAT_LRCPC3.
    Lrcpc3      [Lrcpc3]    0, bit(46),     [(ISAR1 20 3)];
    /// FEAT_DPB.
    Dpb         []          bit(16), 0,     [(ISAR1 0 1)];
    /// FEAT_DPB2.
    Dpb2        []          0, bit(0),      [(ISAR1 0 2)];
    /// FEAT_DotProd.
    DotProd     [DotProd]   bit(20), 0,     [(ISAR0 44 1)];
    /// FEAT_FHM.
    Fhm         [Fhm]       bit(23), 0,     [(ISAR0 48 1)];
    /// FEAT_LSE2: atomic accesses need not be aligned within 16 aligned bytes.
    Lse2        []          bit(25), 0,     [(MMFR2 32 1)];
    /// FEAT_FlagM.
    FlagM       [FlagM]     bit(27), 0,     [(ISAR0 52 1)];
    /// FEAT_FlagM2.
    FlagM2      [FlagM2]    0, bit(7),      [(ISAR0 52 2)];
    /// FEAT_SB.
    Sb          [Sb]        bit(29), 0,     [(ISAR1 36 1)];
    /// FEAT_FRINTTS.
    Frintts     [Frintts]   0, bit(8),      [(ISAR1 32 1)];
    /// FEAT_I8MM.
    I8mm        [I8mm]      0, bit(13),     [(ISAR1 52 1)];
    /// FEAT_BF16.
    Bf16        [Bf16]      0, bit(14),     [(ISAR1 44 1)];
    /// FEAT_EBF16: FPCR.EBF.
    Ebf16       []          0, bit(32),     [(ISAR1 44 2)];
    /// FEAT_AFP: FPCR.{FIZ, AH, NEP}.
    Afp         []          0, bit(20),     [(MMFR1 44 1)];
    /// FEAT_RPRES: estimates of 12 bits with FPCR.AH.
    Rpres       []          0, bit(21),     [(ISAR2 4 1)];
    /// FEAT_LUT.
    Lut         [Lut]       0, bit(49),     [(ISAR2 56 1)];
    /// FEAT_FAMINMAX.
    Faminmax    [Faminmax]  0, bit(50),     [(ISAR3 4 1)];
    /// FEAT_FPRCVT.
    Fprcvt      [Fprcvt]    bit(34), 0,     [(ISAR3 28 1)];
    /// FEAT_DGH.
    Dgh         [Dgh]       0, bit(15),     [(ISAR1 48 1)];
    /// FEAT_RNG.
    Rng         []          0, bit(16),     [(ISAR0 60 1)];
    /// FEAT_WFxT.
    Wfxt        [Wfxt]      0, bit(31),     [(ISAR2 0 2)];
    /// FEAT_CSSC.
    Cssc        [Cssc]      0, bit(34),     [(ISAR2 52 1)];
    /// FEAT_CMPBR.
    Cmpbr       [Cmpbr]     bit(33), 0,     [(ISAR2 52 2)];
    /// FEAT_HBC.
    Hbc         [Hbc]       0, bit(44),     [(ISAR2 20 1)];
    /// FEAT_PAuth, whatever the cipher.
    Pauth       [Pauth]     bit(30) | bit(31), 0, [];
    /// FEAT_PACQARMA5 with FEAT_PAuth2.
    PacQarma5   []          0, 0,           [(ISAR1 4 3) (ISAR1 24 1)];
    /// FEAT_PACQARMA3 with FEAT_PAuth2.
    PacQarma3   []          0, 0,           [(ISAR2 12 3) (ISAR2 8 1)];
    /// FEAT_PACIMP with FEAT_PAuth2: this project's own cipher.
    PacImp      []          0, 0,           [(ISAR1 8 3) (ISAR1 28 1)];
    /// FEAT_FPAC and FEAT_FPACCOMBINE for QARMA5.
    FpacQarma5  []          0, 0,           [(ISAR1 4 5)];
    /// The same for QARMA3.
    FpacQarma3  []          0, 0,           [(ISAR2 12 5)];
    /// The same for the own cipher.
    FpacImp     []          0, 0,           [(ISAR1 8 5)];
    /// FEAT_DIT: what is done here takes its time whatever the bit says.
    Dit         []          bit(24), 0,     [(PFR0 48 1)];
    /// FEAT_SSBS2.
    Ssbs        []          bit(28), 0,     [(PFR1 4 2)];
    /// FEAT_BTI.
    Bti         [Bti]       0, bit(17),     [(PFR1 0 1)];
    /// FEAT_ECV, of which programs see CNTVCTSS_EL0.
    Ecv         []          0, bit(19),     [(MMFR0 60 1)];
    /// FEAT_MTE2 and FEAT_MTE3: tagged memory, checked at once or later.
    Mte         [Mte]       0, bit(18) | bit(22), [(PFR1 8 3)];
    /// FEAT_XS: DSB with nXS.
    Xs          [Xs]        0, 0,           [];
    /// FEAT_MOPS.
    Mops        [Mops]      0, bit(43),     [(ISAR2 16 1)];
    /// FEAT_LSE128.
    Lse128      [Lse128]    0, bit(47),     [(ISAR0 20 3)];
    /// FEAT_GCS and FEAT_CHK: guarded control stacks.
    Gcs         [Gcs Chk]   bit(32), 0,     [(PFR1 44 1)];
}

/// A model's row: its names, MIDR_EL1 and features.
struct ModelRow {
    names: &'static [&'static str],
    midr: u64,
    features: &'static [&'static [CpuFeature]],
}

use CpuFeature::*;

const V8_0: &[CpuFeature] = &[Fp, Cpuid, Aes, Pmull, Sha1, Sha256, Crc32];
const V8_2: &[CpuFeature] = &[Lse, Rdm, Lrcpc, Dpb, DotProd];
const V8_4: &[CpuFeature] = &[Jscvt, Fcma, Lrcpc2, FlagM, Lse2, Dit, Ssbs];
const NEOVERSE_V1: &[CpuFeature] = &[Fp16, Fhm, Sha512, Sha3, Sm3, Sm4, Dpb2, I8mm, Bf16, Dgh];
const V8_5: &[CpuFeature] = &[FlagM2, Frintts, Sb];
const LATEST: &[CpuFeature] = &[
    Gcs, Rng, Bti, Mte, Ecv, Lrcpc3, Wfxt, Cssc, Cmpbr, Hbc, Xs, Mops, Lse128, Pauth, PacImp,
    FpacImp,
];

const LATEST_FP: &[CpuFeature] = &[Ebf16, Afp, Rpres, Lut, Faminmax, Fprcvt];

static MODELS: &[ModelRow] = &[
    // MIDR: implementer 0, reserved for software.
    ModelRow { names: &["default"], midr: 0x000f_0510, features: &[V8_0, V8_2, V8_4, V8_5] },
    ModelRow {
        names: &["max"],
        midr: 0x000f_0510,
        features: &[V8_0, V8_2, V8_4, V8_5, NEOVERSE_V1, LATEST, LATEST_FP],
    },
    ModelRow { names: &["cortex-a53"], midr: 0x410f_d034, features: &[V8_0] },
    ModelRow { names: &["cortex-a72"], midr: 0x410f_d083, features: &[V8_0] },
    ModelRow { names: &["cortex-a76"], midr: 0x414f_d0b1, features: &[V8_0, V8_2, &[Fp16]] },
    ModelRow { names: &["neoverse-n1"], midr: 0x414f_d0c1, features: &[V8_0, V8_2, &[Fp16, Ssbs]] },
    ModelRow {
        names: &["neoverse-v1"],
        midr: 0x411f_d402,
        features: &[V8_0, V8_2, V8_4, NEOVERSE_V1, &[Rng, Pauth, PacQarma5]],
    },
    ModelRow {
        names: &["neoverse-n2"],
        midr: 0x410f_d493,
        features: &[
            V8_0,
            V8_2,
            V8_4,
            NEOVERSE_V1,
            V8_5,
            &[Bti, Mte, Ecv, Pauth, PacQarma5, FpacQarma5],
        ],
    },
];

/// The processor that is shown to the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuModel {
    name: &'static str,
    midr: u64,
    /// Bit n: [`CpuFeature`] n.
    features: u128,
    /// Bit n: the decoder's [`Feature`] n.
    brought: u128,
}

impl Default for CpuModel {
    fn default() -> Self {
        Self::from_row(&MODELS[0])
    }
}

impl CpuModel {
    fn from_row(row: &ModelRow) -> Self {
        let mut model = Self { name: row.names[0], midr: row.midr, features: 0, brought: 0 };
        for features in row.features {
            model.set_features(features, true);
        }
        model
    }

    /// The names that [`CpuModel::by_name`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MODELS.iter().flat_map(|row| row.names).copied()
    }

    /// The model of the given name, behind which options may stand as QEMU has them:
    /// `max,pauth-qarma5=on`, `neoverse-n2,pauth=off`. `None` when the name or an option is unknown
    /// or the model cannot have the option.
    pub fn by_name(text: &str) -> Option<Self> {
        let mut words = text.split(',');
        let name = words.next()?;
        let mut model = MODELS.iter().find(|row| row.names.contains(&name)).map(Self::from_row)?;
        for word in words {
            let (option, value) = word.split_once('=')?;
            let on = match value {
                "on" => true,
                "off" => false,
                _ => return None,
            };
            model.set_option(option, on)?;
        }
        Some(model)
    }

    fn set_option(&mut self, option: &str, on: bool) -> Option<()> {
        if !self.has_feature(CpuFeature::Pauth) {
            return (option == "pauth" && !on).then_some(());
        }
        let ciphers = [
            ("pauth-qarma5", [PacQarma5, FpacQarma5]),
            ("pauth-qarma3", [PacQarma3, FpacQarma3]),
            ("pauth-impdef", [PacImp, FpacImp]),
        ];
        let faults = [FpacQarma5, FpacQarma3, FpacImp].iter().any(|f| self.has_feature(*f));
        match (option, on) {
            ("pauth", true) => return Some(()),
            ("pauth", false) => self.set_features(&[Pauth], false),
            _ => {}
        }
        for (_, features) in ciphers.iter().filter(|_| option == "pauth" || on) {
            self.set_features(features, false);
        }
        if option != "pauth" {
            let (_, chosen) = ciphers.iter().find(|(name, _)| *name == option)?;
            // Turning off what is not chosen is allowed; turning off what is leaves no cipher.
            if !on {
                return (!self.has_feature(chosen[0])).then_some(());
            }
            self.set_features(&chosen[..if faults { 2 } else { 1 }], true);
        }
        Some(())
    }

    fn set_features(&mut self, features: &[CpuFeature], on: bool) {
        for feature in features {
            let bit = 1 << *feature as u32;
            self.features = if on { self.features | bit } else { self.features & !bit };
        }
        self.brought = 1 << Feature::Base as u32;
        for row in self.rows() {
            for feature in row.brings {
                self.brought |= 1 << *feature as u32;
            }
        }
    }

    /// The cipher of pointer authentication; of no meaning without FEAT_PAuth.
    pub fn pac_kind(&self) -> PacKind {
        if self.has_feature(PacQarma5) {
            if self.has_feature(FpacQarma5) { PacKind::Qarma5Faults } else { PacKind::Qarma5 }
        } else if self.has_feature(PacQarma3) {
            if self.has_feature(FpacQarma3) { PacKind::Qarma3Faults } else { PacKind::Qarma3 }
        } else if self.has_feature(FpacImp) {
            PacKind::OwnFaults
        } else {
            PacKind::Own
        }
    }

    /// The model's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the model has the feature that brings an instruction.
    #[inline]
    pub fn has(&self, feature: Feature) -> bool {
        self.brought >> feature as u32 & 1 != 0
    }

    /// Whether the model has a feature.
    #[inline]
    pub fn has_feature(&self, feature: CpuFeature) -> bool {
        self.features >> feature as u32 & 1 != 0
    }

    fn rows(&self) -> impl Iterator<Item = &'static FeatureRow> + use<> {
        let features = self.features;
        FEATURES.iter().filter(move |row| features >> row.feature as u32 & 1 != 0)
    }

    /// AT_HWCAP.
    pub fn hwcap(&self) -> u64 {
        self.rows().fold(0, |bits, row| bits | row.hwcap)
    }

    /// AT_HWCAP2.
    pub fn hwcap2(&self) -> u64 {
        self.rows().fold(0, |bits, row| bits | row.hwcap2)
    }

    /// AT_HWCAP3.
    pub fn hwcap3(&self) -> u64 {
        self.rows().fold(0, |bits, row| bits | row.hwcap3)
    }

    /// AT_HWCAP, AT_HWCAP2, AT_HWCAP3.
    pub fn hwcaps(&self) -> [u64; 3] {
        [self.hwcap(), self.hwcap2(), self.hwcap3()]
    }

    /// MIDR_EL1, which /proc/cpuinfo shows in parts.
    pub fn midr(&self) -> u64 {
        self.midr
    }

    /// What a program reads from an ID register, or `None` if reading it is undefined. The kernel
    /// emulates these reads: it shows the fields that mean something to programs and gives the
    /// others a harmless value. (Linux Documentation/arch/arm64/cpu-feature-registers.rst)
    pub fn id_register(&self, reg: u32) -> Option<u64> {
        match reg {
            id::MIDR => return Some(self.midr),
            id::MPIDR => return Some(1 << 31),
            id::REVIDR => return Some(0),
            _ => {}
        }
        let crm = reg >> 3 & 15;
        if reg & !(15 << 3 | 7) != sysreg(3, 0, 0, 0, 0) || !(2..=7).contains(&crm) {
            return None;
        }
        let hidden = match reg {
            // EL0 and EL1 run AArch64 only.
            id::PFR0 => 0x11,
            // The debug architecture of Armv8.
            id::DFR0 => 6,
            // No granule but 4 KiB is told of.
            id::MMFR0 => 0xff00_0000,
            _ => 0,
        };
        let fields = self.rows().flat_map(|row| row.fields).filter(|field| field.0 == reg);
        Some(fields.fold(hidden, |value, (_, shift, level)| {
            let level = (*level).max(value >> shift & 15);
            value & !(15 << shift) | level << shift
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_name() {
        for name in CpuModel::names() {
            assert_eq!(CpuModel::by_name(name).map(|m| m.name()), Some(name));
        }
        assert_eq!(CpuModel::by_name("cortex-a999"), None);
    }

    #[test]
    fn cortex_a72_is_armv8_0() {
        let m = CpuModel::by_name("cortex-a72").expect("exists");
        assert_eq!(m.hwcap(), 0x8fb);
        assert_eq!(m.hwcap2(), 0);
        assert!(m.has(Feature::Crc32) && !m.has(Feature::Lse) && m.has(Feature::Base));
        assert_eq!(m.id_register(id::ISAR0), Some(0x0001_1120));
        assert_eq!(m.id_register(id::PFR0), Some(0x11));
        assert_eq!(m.id_register(id::MIDR), Some(0x410f_d083));
    }

    #[test]
    fn options_choose_the_cipher() {
        let kind = |name| CpuModel::by_name(name).map(|m| m.pac_kind());
        assert_eq!(kind("max"), Some(PacKind::OwnFaults));
        assert_eq!(kind("max,pauth-qarma3=on"), Some(PacKind::Qarma3Faults));
        assert_eq!(kind("max,pauth-qarma5=on,pauth-impdef=off"), Some(PacKind::Qarma5Faults));
        assert_eq!(kind("neoverse-v1,pauth-impdef=on"), Some(PacKind::Own));
        assert_eq!(kind("max,pauth-impdef=off"), None);
        assert_eq!(kind("max,bogus=on"), None);
        assert_eq!(kind("cortex-a53,pauth=on"), None);
        let max = CpuModel::by_name("max,pauth-qarma3=on").expect("exists");
        assert_eq!(max.id_register(id::ISAR2).map(|v| v >> 8 & 0xff), Some(0x51));
        assert_eq!(max.id_register(id::ISAR1).map(|v| v >> 4 & 0xff), Some(0));
        let off = CpuModel::by_name("max,pauth=off").expect("exists");
        assert!(!off.has(Feature::Pauth) && max.has(Feature::Pauth));
        assert_eq!(off.hwcap() >> 30 & 3, 0);
    }

    #[test]
    fn default_announces_the_usual_features() {
        let m = CpuModel::default();
        // fp asimd aes pmull sha1 sha2 crc32 atomics cpuid asimdrdm jscvt fcma lrcpc dcpop
        // asimddp dit uscat ilrcpc flagm ssbs sb; flagm2 frint
        assert_eq!(m.hwcap(), 0x3f11_f9fb);
        assert_eq!(m.hwcap2(), 0x180);
        assert_eq!(m.id_register(id::ISAR1), Some(0x0000_0011_0021_1001));
        assert_eq!(m.id_register(id::MMFR2), Some(1 << 32));
    }

    #[test]
    fn reserved_id_registers_read_as_zero_and_others_are_undefined() {
        let m = CpuModel::default();
        assert_eq!(m.id_register(sysreg(3, 0, 0, 4, 7)), Some(0));
        assert_eq!(m.id_register(sysreg(3, 0, 0, 0, 1)), None);
        assert_eq!(m.id_register(sysreg(3, 0, 0, 1, 0)), None);
        assert_eq!(m.id_register(sysreg(3, 0, 1, 0, 0)), None);
    }
}
