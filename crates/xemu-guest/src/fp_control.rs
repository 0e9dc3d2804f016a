//! FPCR, FPSR and the host's MXCSR that stands for both while guest code runs.

/// FPCR. (Arm ARM C5.2.8)
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fpcr(pub u32);

/// FPCR.RMode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RoundingMode {
    /// To nearest, ties to even.
    Nearest = 0,
    /// Towards plus infinity.
    PlusInfinity = 1,
    /// Towards minus infinity.
    MinusInfinity = 2,
    /// Towards zero.
    Zero = 3,
}

impl Fpcr {
    /// Flush denormal inputs to zero without a trace (FEAT_AFP).
    pub const FIZ: u32 = 1 << 0;
    /// Alternate handling of NaNs, denormal numbers, maximum and estimates (FEAT_AFP).
    pub const AH: u32 = 1 << 1;
    /// Scalar results keep the rest of their register (FEAT_AFP).
    pub const NEP: u32 = 1 << 2;
    /// BFloat16 dot products round as FPCR says (FEAT_EBF16).
    pub const EBF: u32 = 1 << 13;
    /// Flush denormalized numbers to zero (single and double precision).
    pub const FZ: u32 = 1 << 24;
    /// Default NaN.
    pub const DN: u32 = 1 << 25;
    /// Alternative half precision.
    pub const AHP: u32 = 1 << 26;
    /// Flush denormalized numbers to zero (half precision).
    pub const FZ16: u32 = 1 << 19;
    /// RMode.
    pub const RMODE: u32 = 3 << 22;
    /// The bits that a write changes on every processor: AHP, DN, FZ, RMode, FZ16. Trap enables
    /// stay zero, as on a processor that does not trap.
    pub const BASE: u32 = Self::AHP | Self::DN | Self::FZ | Self::RMODE | Self::FZ16;
    /// The bits that a write changes on a processor with FEAT_AFP and FEAT_EBF16.
    pub const WRITABLE: u32 = Self::BASE | Self::FIZ | Self::AH | Self::NEP | Self::EBF;

    /// The rounding mode.
    pub fn rounding(self) -> RoundingMode {
        match self.0 >> 22 & 3 {
            0 => RoundingMode::Nearest,
            1 => RoundingMode::PlusInfinity,
            2 => RoundingMode::MinusInfinity,
            _ => RoundingMode::Zero,
        }
    }
    /// Whether FZ is set.
    pub fn fz(self) -> bool {
        self.0 & Self::FZ != 0
    }
    /// Whether DN is set.
    pub fn dn(self) -> bool {
        self.0 & Self::DN != 0
    }
    /// Whether AHP is set.
    pub fn ahp(self) -> bool {
        self.0 & Self::AHP != 0
    }
    /// Whether FZ16 is set.
    pub fn fz16(self) -> bool {
        self.0 & Self::FZ16 != 0
    }

    /// Whether FIZ is set.
    pub fn fiz(self) -> bool {
        self.0 & Self::FIZ != 0
    }
    /// Whether AH is set.
    pub fn ah(self) -> bool {
        self.0 & Self::AH != 0
    }
    /// Whether NEP is set.
    pub fn nep(self) -> bool {
        self.0 & Self::NEP != 0
    }
    /// Whether EBF is set.
    pub fn ebf(self) -> bool {
        self.0 & Self::EBF != 0
    }
}

/// FPSR. (Arm ARM C5.2.9)
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fpsr(pub u32);

impl Fpsr {
    /// Invalid operation.
    pub const IOC: u32 = 1 << 0;
    /// Division by zero.
    pub const DZC: u32 = 1 << 1;
    /// Overflow.
    pub const OFC: u32 = 1 << 2;
    /// Underflow.
    pub const UFC: u32 = 1 << 3;
    /// Inexact.
    pub const IXC: u32 = 1 << 4;
    /// Input denormal.
    pub const IDC: u32 = 1 << 7;
    /// Saturation.
    pub const QC: u32 = 1 << 27;
    /// The bits that a write changes.
    pub const WRITABLE: u32 = 0x9f | Self::QC;
}

/// The host's SSE control and status register.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mxcsr(pub u32);

impl Mxcsr {
    /// Invalid operation, sticky.
    pub const IE: u32 = 1 << 0;
    /// Denormal operand, sticky.
    pub const DE: u32 = 1 << 1;
    /// Division by zero, sticky.
    pub const ZE: u32 = 1 << 2;
    /// Overflow, sticky.
    pub const OE: u32 = 1 << 3;
    /// Underflow, sticky.
    pub const UE: u32 = 1 << 4;
    /// Inexact, sticky.
    pub const PE: u32 = 1 << 5;
    /// All exceptions masked but invalid operation: an invalid operation traps, because its result
    /// is where Arm and x86 differ (the default NaN's sign, which NaN of two is taken).
    pub const MASKS: u32 = 0x1f00;
    /// Invalid operation masked too.
    pub const IM: u32 = 1 << 7;
    /// Denormal operand masked.
    const DM: u32 = 1 << 8;
    /// Underflow masked.
    const UM: u32 = 1 << 11;
    /// Inexact masked.
    const PM: u32 = 1 << 12;
    const STICKY: u32 = 0x3f;

    /// The control bits that stand for `fpcr`, with no sticky bit set.
    ///
    /// With FZ set, x86's DAZ and FTZ are not used, as they flush and signal at other times than
    /// Arm: denormal operands and tiny results trap instead. Arm does not call a flushed result
    /// inexact and x86 does, which does no harm once FPSR.IXC is set (`inexact`); until then
    /// inexact results trap as well.
    pub fn for_fpcr(fpcr: Fpcr, inexact: bool) -> Self {
        let rounding = match fpcr.rounding() {
            RoundingMode::Nearest => 0,
            RoundingMode::MinusInfinity => 1,
            RoundingMode::PlusInfinity => 2,
            RoundingMode::Zero => 3,
        };
        let trapped = match (fpcr.fz(), inexact) {
            (false, _) => 0,
            (true, true) => Self::DM | Self::UM,
            (true, false) => Self::DM | Self::UM | Self::PM,
        };
        Self(Self::MASKS & !trapped | rounding << 13)
    }

    /// Inexact results do not trap.
    pub fn masking_inexact(self) -> Self {
        Self(self.0 | Self::PM)
    }

    /// Without the sticky bits of exceptions that are not masked: a trap has set them although the
    /// operation has not been done, and whether they are the guest's is for the interpreter to say.
    pub fn without_trapped(self) -> Self {
        Self(self.0 & !(!(self.0 >> 7) & Self::STICKY))
    }

    /// The sticky bits in FPSR's places. IDC is not among them: x86 sets DE for every denormal
    /// operand, Arm sets IDC only when one was flushed to zero.
    pub fn to_fpsr(self) -> Fpsr {
        let bit = |on: u32, out| if self.0 & on != 0 { out } else { 0 };
        Fpsr(
            bit(Self::IE, Fpsr::IOC)
                | bit(Self::ZE, Fpsr::DZC)
                | bit(Self::OE, Fpsr::OFC)
                | bit(Self::UE, Fpsr::UFC)
                | bit(Self::PE, Fpsr::IXC),
        )
    }
}

impl Default for Mxcsr {
    fn default() -> Self {
        Self::for_fpcr(Fpcr(0), false)
    }
}
