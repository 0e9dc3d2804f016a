//! The interchange formats, rounding modes, and fixed-point types.

use xemu_guest::{Fpcr, RoundingMode};

/// A floating-point format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Half precision, 16 bits; the alternative format where FPCR.AHP says so.
    Half,
    /// Single precision, 32 bits.
    Single,
    /// Double precision, 64 bits.
    Double,
    /// BFloat16, 16 bits: the upper half of a single-precision value.
    Bfloat16,
}

impl Format {
    /// Width in bits (N).
    pub const fn bits(self) -> u32 {
        match self {
            Self::Half | Self::Bfloat16 => 16,
            Self::Single => 32,
            Self::Double => 64,
        }
    }
    /// Width of the stored fraction in bits (F).
    pub const fn fraction_bits(self) -> u32 {
        match self {
            Self::Half => 10,
            Self::Single => 23,
            Self::Double => 52,
            Self::Bfloat16 => 7,
        }
    }
    /// Width of the exponent in bits (E).
    pub const fn exponent_bits(self) -> u32 {
        self.bits() - 1 - self.fraction_bits()
    }
    /// What the stored exponent exceeds the exponent by.
    pub const fn bias(self) -> i32 {
        (1 << (self.exponent_bits() - 1)) - 1
    }
    /// The element's bits.
    pub const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits())
    }
    /// The sign.
    pub const fn sign_bit(self) -> u64 {
        1 << (self.bits() - 1)
    }
    /// The fraction's top bit, which tells a quiet NaN from a signalling one.
    pub const fn quiet_bit(self) -> u64 {
        1 << (self.fraction_bits() - 1)
    }
    /// The largest stored exponent: that of infinity and NaN.
    pub const fn max_exponent(self) -> u64 {
        (1 << self.exponent_bits()) - 1
    }
    const fn signed(self, sign: bool, magnitude: u64) -> u64 {
        if sign { magnitude | self.sign_bit() } else { magnitude }
    }
    /// FPZero.
    pub const fn zero(self, sign: bool) -> u64 {
        self.signed(sign, 0)
    }
    /// FPInfinity.
    pub const fn infinity(self, sign: bool) -> u64 {
        self.signed(sign, self.max_exponent() << self.fraction_bits())
    }
    /// FPMaxNormal.
    pub const fn max_normal(self, sign: bool) -> u64 {
        self.signed(sign, (self.max_exponent() << self.fraction_bits()) - 1)
    }
    /// FPDefaultNaN: positive, unlike x86's, unless FPCR.AH says otherwise.
    pub fn default_nan(self, fpcr: Fpcr) -> u64 {
        self.infinity(fpcr.ah()) | self.quiet_bit()
    }
    /// FPTwo.
    pub(super) const fn two(self, sign: bool) -> u64 {
        self.signed(sign, 1 << (self.bits() - 2))
    }
    /// FPOnePointFive.
    pub(super) const fn one_point_five(self) -> u64 {
        (self.bias() as u64) << self.fraction_bits() | self.quiet_bit()
    }
    /// Whether a NaN.
    pub(super) fn is_nan(self, op: u64) -> bool {
        op & self.mask() >> 1 > self.infinity(false)
    }
    /// Whether FPCR flushes this format's denormal results to zero.
    pub(super) fn flushes(self, fpcr: Fpcr) -> bool {
        match self {
            Self::Half => fpcr.fz16(),
            _ => fpcr.fz(),
        }
    }
}

/// FPRounding: how a result is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To nearest, ties to even.
    TieEven,
    /// Towards plus infinity.
    PlusInf,
    /// Towards minus infinity.
    MinusInf,
    /// Towards zero.
    Zero,
    /// To nearest, ties away from zero.
    TieAway,
    /// Towards zero, and an inexact result gets an odd last bit.
    Odd,
}

impl Rounding {
    /// FPRoundingMode: what FPCR.RMode says.
    pub fn of(fpcr: Fpcr) -> Self {
        match fpcr.rounding() {
            RoundingMode::Nearest => Self::TieEven,
            RoundingMode::PlusInfinity => Self::PlusInf,
            RoundingMode::MinusInfinity => Self::MinusInf,
            RoundingMode::Zero => Self::Zero,
        }
    }

    /// Whether a magnitude is incremented. `odd`: its last bit is set; `rest`: what stands below
    /// the last bit, scaled so that `half` is one half.
    pub(super) fn increments(self, sign: bool, odd: bool, rest: u64, half: u64) -> bool {
        match self {
            Self::TieEven => rest > half || rest == half && odd,
            Self::TieAway => rest >= half,
            Self::PlusInf => rest != 0 && !sign,
            Self::MinusInf => rest != 0 && sign,
            Self::Zero => false,
            Self::Odd => rest != 0 && !odd,
        }
    }

    /// Whether a result of this sign that overflows becomes infinity.
    pub(super) fn overflows_to_infinity(self, sign: bool) -> bool {
        match self {
            Self::TieEven | Self::TieAway => true,
            Self::PlusInf => !sign,
            Self::MinusInf => sign,
            Self::Zero | Self::Odd => false,
        }
    }
}

/// A fixed-point or integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Width in bits: 16, 32 or 64.
    pub bits: u32,
    /// Whether it has no sign.
    pub unsigned: bool,
    /// How many of the bits stand behind the point: 0 to `bits`.
    pub fraction: u32,
}

impl Fixed {
    /// An integer with a sign.
    pub const fn signed(bits: u32) -> Self {
        Self { bits, unsigned: false, fraction: 0 }
    }
    /// An integer without a sign.
    pub const fn unsigned(bits: u32) -> Self {
        Self { bits, unsigned: true, fraction: 0 }
    }
}
