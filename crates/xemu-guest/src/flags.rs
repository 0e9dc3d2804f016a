//! Condition flags: Arm's NZCV and the form in which generated code keeps them.

/// NZCV in bits 31..28, as MRS NZCV gives it. (Arm ARM C5.2.10)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nzcv(pub u32);

impl Nzcv {
    /// Negative.
    pub const N: u32 = 1 << 31;
    /// Zero.
    pub const Z: u32 = 1 << 30;
    /// Carry: after a subtraction, set when there was no borrow.
    pub const C: u32 = 1 << 29;
    /// Overflow.
    pub const V: u32 = 1 << 28;

    /// From single flags.
    pub fn new(n: bool, z: bool, c: bool, v: bool) -> Self {
        Self(u32::from(n) << 31 | u32::from(z) << 30 | u32::from(c) << 29 | u32::from(v) << 28)
    }

    /// From the four-bit immediate of CCMP and FCCMP: N is bit 3.
    pub fn from_imm4(imm: u32) -> Self {
        Self((imm & 0xf) << 28)
    }

    /// Negative.
    pub fn n(self) -> bool {
        self.0 & Self::N != 0
    }
    /// Zero.
    pub fn z(self) -> bool {
        self.0 & Self::Z != 0
    }
    /// Carry.
    pub fn c(self) -> bool {
        self.0 & Self::C != 0
    }
    /// Overflow.
    pub fn v(self) -> bool {
        self.0 & Self::V != 0
    }
}

/// NZCV as LAHF and SETO leave it in AX: OF in bit 0, CF in bit 8, ZF in bit 14, SF in bit 15.
///
/// CF is the *inverse* of Arm's C, as x86 leaves it after a subtraction, since that is what most
/// instructions that set flags are. Other bits are ignored.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct HostFlags(pub u32);

impl HostFlags {
    const OF: u32 = 1;
    const CF: u32 = 1 << 8;
    const ZF: u32 = 1 << 14;
    const SF: u32 = 1 << 15;

    /// The flags in Arm's form.
    pub fn to_nzcv(self) -> Nzcv {
        let bit = |mask| self.0 & mask != 0;
        Nzcv::new(bit(Self::SF), bit(Self::ZF), !bit(Self::CF), bit(Self::OF))
    }

    /// From Arm's form.
    pub fn from_nzcv(f: Nzcv) -> Self {
        let bit = |on, mask| if on { mask } else { 0 };
        Self(
            bit(f.n(), Self::SF)
                | bit(f.z(), Self::ZF)
                | bit(!f.c(), Self::CF)
                | bit(f.v(), Self::OF),
        )
    }
}

impl Default for HostFlags {
    fn default() -> Self {
        Self::from_nzcv(Nzcv(0))
    }
}

impl PartialEq for HostFlags {
    fn eq(&self, other: &Self) -> bool {
        self.to_nzcv() == other.to_nzcv()
    }
}

/// A condition, numbered as in the `cond` field. (Arm ARM C1.2.4)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the manual's own")]
pub enum Cond {
    Eq = 0,
    Ne = 1,
    Hs = 2,
    Lo = 3,
    Mi = 4,
    Pl = 5,
    Vs = 6,
    Vc = 7,
    Hi = 8,
    Ls = 9,
    Ge = 10,
    Lt = 11,
    Gt = 12,
    Le = 13,
    Al = 14,
    /// Executes always, like AL.
    Nv = 15,
}

impl Cond {
    /// All conditions, in the order of their encoding.
    pub const ALL: [Cond; 16] = [
        Cond::Eq,
        Cond::Ne,
        Cond::Hs,
        Cond::Lo,
        Cond::Mi,
        Cond::Pl,
        Cond::Vs,
        Cond::Vc,
        Cond::Hi,
        Cond::Ls,
        Cond::Ge,
        Cond::Lt,
        Cond::Gt,
        Cond::Le,
        Cond::Al,
        Cond::Nv,
    ];

    /// From the four-bit field; higher bits are ignored.
    pub fn from_field(cond: u32) -> Self {
        Self::ALL[(cond & 0xf) as usize]
    }

    /// The opposite condition. AL and NV have none and are returned as each other.
    pub fn invert(self) -> Self {
        Self::from_field(self as u32 ^ 1)
    }

    /// Whether the condition holds. (Arm ARM ConditionHolds)
    pub fn holds(self, f: Nzcv) -> bool {
        let base = match self as u8 >> 1 {
            0 => f.z(),
            1 => f.c(),
            2 => f.n(),
            3 => f.v(),
            4 => f.c() && !f.z(),
            5 => f.n() == f.v(),
            6 => f.n() == f.v() && !f.z(),
            _ => return true,
        };
        base != (self as u8 & 1 == 1)
    }

    /// The assembler's name.
    pub fn name(self) -> &'static str {
        [
            "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le",
            "al", "nv",
        ][self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_form_round_trips() {
        for bits in 0..16 {
            let f = Nzcv(bits << 28);
            assert_eq!(HostFlags::from_nzcv(f).to_nzcv(), f);
        }
    }

    #[test]
    fn inverted_conditions_are_opposite() {
        for c in &Cond::ALL[..14] {
            for bits in 0..16 {
                let f = Nzcv(bits << 28);
                assert_ne!(c.holds(f), c.invert().holds(f), "{c:?} {f:?}");
            }
        }
    }
}
