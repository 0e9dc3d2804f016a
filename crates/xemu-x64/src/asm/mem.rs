//! Memory operands and their ModRM/SIB/displacement bytes.

use super::label::Label;
use super::reg::{Gpr, RSP};

/// A memory operand: `[base + (index << scale) + disp]`, or relative to the instruction pointer.
///
/// Eight bytes, so that it travels in one host register. The encoder picks the shortest form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mem {
    /// 0–15 a register, else one of the codes below.
    base: u8,
    /// 0–15 a register, or `NONE`.
    index: u8,
    /// log2 of the factor of `index`.
    scale: u8,
    /// Displacement; the target's buffer offset for `RIP`; the label's number for `LABEL`.
    disp: i32,
}

/// No register. Bit 3 is clear in all codes: they add nothing to REX.
const NONE: u8 = 16;
/// `base` of an operand that is relative to the instruction pointer, by buffer offset.
const RIP: u8 = 17;
/// `base` of an operand that is relative to the instruction pointer, by label.
const LABEL: u8 = 18;

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
    /// `[base]`
    #[inline]
    #[must_use]
    pub const fn base(base: Gpr) -> Self {
        Self { base: base.0, index: NONE, scale: 0, disp: 0 }
    }

    /// `[base + disp]`
    #[inline]
    #[must_use]
    pub const fn disp(base: Gpr, disp: i32) -> Self {
        Self { base: base.0, index: NONE, scale: 0, disp }
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
            return Self { base: index.0, index: base.0, scale, disp };
        }
        // RBP or R13 as a base costs a displacement byte; as an index it does not.
        if scale == 0 && disp == 0 && base.0 & 7 == 5 && index.0 & 7 != 5 {
            return Self { base: index.0, index: base.0, scale, disp };
        }
        Self { base: base.0, index: index.0, scale, disp }
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
                Self { base: NONE, index: index.0, scale, disp }
            }
        }
    }

    /// The absolute address `address`, sign-extended to 64 bits.
    #[inline]
    #[must_use]
    pub const fn abs(address: i32) -> Self {
        Self { base: NONE, index: NONE, scale: 0, disp: address }
    }

    /// `[rip + …]` reaching the byte at `offset` from the start of the buffer. The offset may be
    /// negative or past the end: then it names a place outside that keeps its distance.
    #[inline]
    #[must_use]
    pub const fn rip(offset: i32) -> Self {
        Self { base: RIP, index: NONE, scale: 0, disp: offset }
    }

    /// `[rip + …]` reaching the place where `label` is, or will be, bound.
    #[inline]
    #[must_use]
    pub const fn label(label: Label) -> Self {
        Self { base: LABEL, index: NONE, scale: 0, disp: label.0.cast_signed() }
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
        debug_assert!(self.base != LABEL);
        Self { disp: self.disp + delta, ..self }
    }

    /// The target, if the operand is relative to the instruction pointer.
    #[inline]
    pub(super) const fn rip_target(self) -> Option<RipTarget> {
        match self.base {
            RIP => Some(RipTarget::Offset(self.disp)),
            LABEL => Some(RipTarget::Label(Label(self.disp.cast_unsigned()))),
            _ => None,
        }
    }

    /// REX.X and REX.B.
    #[inline]
    pub(super) const fn rex_xb(self) -> u8 {
        ((self.index >> 2) & 2) | ((self.base >> 3) & 1)
    }

    /// The operand's bytes with `reg` in ModRM.reg; not for operands relative to RIP.
    #[inline]
    pub(super) const fn modrm(self, reg: u8) -> ModRm {
        let reg = ((reg & 7) << 3) as u64;
        if self.base >= NONE {
            // ModRM.mod 0 with SIB.base 5: no base, always a 32-bit displacement.
            let index = if self.index < NONE { self.index & 7 } else { 4 };
            let sib = ((self.scale << 6) | (index << 3) | 5) as u64;
            let disp = self.disp.cast_unsigned() as u64;
            return ModRm { bits: 4 | reg | (sib << 8), len: 2, disp, disp_len: 4 };
        }
        let base = self.base & 7;
        let (rm, len) = if self.index < NONE {
            let sib = ((self.scale << 6) | ((self.index & 7) << 3) | base) as u64;
            (4 | (sib << 8), 2)
        } else if base == 4 {
            // RSP and R12 as a base need a SIB byte: ModRM.rm 4 announces one.
            (4 | (0x24 << 8), 2)
        } else {
            (base as u64, 1)
        };
        // RBP and R13 have no form without displacement: that code means RIP or "no base".
        let (mode, disp_len) = if self.disp == 0 && base != 5 {
            (0, 0)
        } else if self.disp as i8 as i32 == self.disp {
            (0x40, 1)
        } else {
            (0x80, 4)
        };
        let mask = (1_u64 << (disp_len * 8)) - 1;
        let disp = self.disp.cast_unsigned() as u64 & mask;
        ModRm { bits: rm | reg | mode, len, disp, disp_len }
    }
}
