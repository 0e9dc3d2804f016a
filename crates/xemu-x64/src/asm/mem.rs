//! Memory operands and their ModRM/SIB/displacement bytes.

use super::label::Label;
use super::reg::{Gpr, RSP};
use std::fmt;

/// A memory operand: `[base + (index << scale) + disp]`, or relative to the instruction pointer.
///
/// Packed by hand, so that it is built and passed in one host register (a struct of bytes is
/// written to the stack and read back as a whole, which stalls). The encoder picks the shortest
/// form.
///
/// - bits 0–7: base; 0–15 a register, else one of the codes below
/// - bits 8–15: index; 0–15 a register, or `NONE`
/// - bits 16–17: log2 of the factor of the index
/// - bits 32–63: displacement; the target's buffer offset for `RIP`; the label for `LABEL`
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mem(u64);

/// No register. Bit 3 is clear in all codes: they add nothing to REX.
const NONE: u8 = 16;
/// `base` of an operand that is relative to the instruction pointer, by buffer offset.
const RIP: u8 = 17;
/// `base` of an operand that is relative to the instruction pointer, by label.
const LABEL: u8 = 18;

impl fmt::Debug for Mem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let disp = self.displacement();
        match self.rip_target() {
            Some(RipTarget::Offset(offset)) => return write!(f, "[={offset:#x}]"),
            Some(RipTarget::Label(label)) => return write!(f, "[{label:?}]"),
            None => f.write_str("[")?,
        }
        if self.base_code() < NONE {
            write!(f, "{:?} + ", Gpr(self.base_code()))?;
        }
        if self.index_code() < NONE {
            write!(f, "{:?}*{} + ", Gpr(self.index_code()), 1 << self.scale())?;
        }
        write!(f, "{disp}]")
    }
}

/// Where an operand relative to the instruction pointer points.
#[derive(Clone, Copy)]
pub(super) enum RipTarget {
    Offset(i32),
    Label(Label),
}

/// ModRM, SIB and displacement bytes of one operand.
pub(super) struct ModRm {
    /// ModRM in bits 0–7, SIB (if any) in bits 8–15.
    pub bits: u64,
    /// Bytes in `bits`: 1 or 2.
    pub len: u32,
    /// Displacement bytes, zero-extended.
    pub disp: u64,
    /// Bytes in `disp`: 0, 1 or 4.
    pub disp_len: u32,
}

impl Mem {
    #[inline]
    const fn pack(base: u8, index: u8, scale: u8, disp: i32) -> Self {
        let disp = disp.cast_unsigned() as u64;
        Self(base as u64 | ((index as u64) << 8) | ((scale as u64 & 3) << 16) | (disp << 32))
    }

    #[inline]
    const fn base_code(self) -> u8 {
        self.0 as u8
    }

    #[inline]
    const fn index_code(self) -> u8 {
        (self.0 >> 8) as u8
    }

    #[inline]
    const fn scale(self) -> u8 {
        (self.0 >> 16) as u8
    }

    #[inline]
    const fn displacement(self) -> i32 {
        ((self.0 >> 32) as u32).cast_signed()
    }

    /// `[base]`
    #[inline]
    #[must_use]
    pub const fn base(base: Gpr) -> Self {
        Self::pack(base.0, NONE, 0, 0)
    }

    /// `[base + disp]`
    #[inline]
    #[must_use]
    pub const fn disp(base: Gpr, disp: i32) -> Self {
        Self::pack(base.0, NONE, 0, disp)
    }

    /// `[base + (index << scale) + disp]`; `scale` is 0 to 3.
    ///
    /// RSP can not be an index; with `scale` 0 the two registers are exchanged for the caller.
    #[inline]
    #[must_use]
    pub const fn index(base: Gpr, index: Gpr, scale: u8, disp: i32) -> Self {
        debug_assert!(scale < 4);
        if index.0 == RSP.0 {
            assert!(scale == 0 && base.0 != RSP.0, "invariant: RSP is no index");
            return Self::pack(index.0, base.0, scale, disp);
        }
        // RBP or R13 as a base costs a displacement byte; as an index it does not.
        if scale == 0 && disp == 0 && base.0 & 7 == 5 && index.0 & 7 != 5 {
            return Self::pack(index.0, base.0, scale, disp);
        }
        Self::pack(base.0, index.0, scale, disp)
    }

    /// `[(index << scale) + disp]` without a base. `index` is not RSP unless `scale` is 0.
    #[inline]
    #[must_use]
    pub const fn scaled(index: Gpr, scale: u8, disp: i32) -> Self {
        debug_assert!(scale < 4);
        match scale {
            // As a base the register needs no SIB byte, and a zero displacement costs nothing.
            0 => Self::disp(index, disp),
            1 => Self::index(index, index, 0, disp),
            _ => {
                assert!(index.0 != RSP.0, "invariant: RSP is no index");
                Self::pack(NONE, index.0, scale, disp)
            }
        }
    }

    /// The absolute address `address`, sign-extended to 64 bits.
    #[inline]
    #[must_use]
    pub const fn abs(address: i32) -> Self {
        Self::pack(NONE, NONE, 0, address)
    }

    /// `[rip + …]` reaching the byte at `offset` from the start of the buffer. The offset may be
    /// negative or past the end: then it names a place outside that keeps its distance.
    #[inline]
    #[must_use]
    pub const fn rip(offset: i32) -> Self {
        Self::pack(RIP, NONE, 0, offset)
    }

    /// `[rip + …]` reaching the place where `label` is, or will be, bound.
    #[inline]
    #[must_use]
    pub const fn label(label: Label) -> Self {
        Self::pack(LABEL, NONE, 0, label.0.cast_signed())
    }

    /// Any mixture of base and index.
    #[inline]
    #[must_use]
    pub const fn new(base: Option<Gpr>, index: Option<Gpr>, scale: u8, disp: i32) -> Self {
        match (base, index) {
            (Some(base), Some(index)) => Self::index(base, index, scale, disp),
            (Some(base), None) => Self::disp(base, disp),
            (None, Some(index)) => Self::scaled(index, scale, disp),
            (None, None) => Self::abs(disp),
        }
    }

    /// The same operand `delta` bytes further on; not for `Mem::label`.
    #[inline]
    #[must_use]
    pub const fn offset(self, delta: i32) -> Self {
        debug_assert!(self.base_code() != LABEL);
        let disp = self.displacement() + delta;
        Self::pack(self.base_code(), self.index_code(), self.scale(), disp)
    }

    /// Relative to the instruction pointer.
    #[inline]
    pub(super) const fn is_rip(self) -> bool {
        self.base_code() > NONE
    }

    /// The target, if the operand is relative to the instruction pointer.
    #[inline]
    pub(super) const fn rip_target(self) -> Option<RipTarget> {
        match self.base_code() {
            RIP => Some(RipTarget::Offset(self.displacement())),
            LABEL => Some(RipTarget::Label(Label(self.displacement().cast_unsigned()))),
            _ => None,
        }
    }

    /// REX.X and REX.B.
    #[inline]
    pub(super) const fn rex_xb(self) -> u8 {
        ((self.0 >> 10) & 2 | (self.0 >> 3) & 1) as u8
    }

    /// The operand's bytes with `reg` in ModRM.reg; not for operands relative to RIP.
    #[inline]
    pub(super) const fn modrm(self, reg: u8) -> ModRm {
        let reg = (reg as u64 & 7) << 3;
        let disp = self.displacement();
        let has_index = self.0 & ((NONE as u64) << 8) == 0;
        // Scale and index as they stand in SIB.
        let scaled = ((self.0 >> 10) & 0xC0) | ((self.0 >> 5) & 0x38);
        if self.0 & NONE as u64 != 0 {
            // ModRM.mod 0 with SIB.base 5: no base, always a 32-bit displacement.
            let sib = if has_index { scaled | 5 } else { 0x25 };
            let disp = disp.cast_unsigned() as u64;
            return ModRm { bits: 4 | reg | (sib << 8), len: 2, disp, disp_len: 4 };
        }
        let base = self.0 & 7;
        let (rm, len) = if has_index {
            (4 | ((scaled | base) << 8), 2)
        } else {
            // RSP and R12 as a base need a SIB byte: ModRM.rm 4 announces one.
            let sib = (base == 4) as u32;
            (base | (0x2400 * sib as u64), 1 + sib)
        };
        // RBP and R13 have no form without displacement: that code means RIP or "no base".
        let (mode, disp_len) = if disp == 0 && base != 5 {
            (0, 0)
        } else if disp as i8 as i32 == disp {
            (0x40, 1)
        } else {
            (0x80, 4)
        };
        let mask = (1_u64 << (disp_len * 8)) - 1;
        let disp = disp.cast_unsigned() as u64 & mask;
        ModRm { bits: rm | reg | mode, len, disp, disp_len }
    }
}
