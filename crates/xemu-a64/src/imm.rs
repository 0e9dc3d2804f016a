//! Immediates whose value is more than a shift and a mask of the instruction word.

use crate::insn::*;

#[cfg(test)]
mod tests;

/// `DecodeBitMasks()` of the manual: `(wmask, tmask)` of a bitmask immediate or a bitfield move, or
/// `None` for a reserved encoding. The logical immediates are those with `n:~imms` of at least two
/// bits and not all ones in an element; a bitfield move has no such rule.
pub const fn decode_bit_masks(
    n: u32,
    imms: u32,
    immr: u32,
    immediate: bool,
    is64: bool,
) -> Option<(u64, u64)> {
    let selector = (n & 1) << 6 | (!imms & 63);
    if selector < 2 || (!is64 && n != 0) {
        return None;
    }
    let len = 31 - selector.leading_zeros();
    let esize = 1u32 << len;
    let levels = esize - 1;
    if immediate && imms & levels == levels {
        return None;
    }
    let (s, r) = (imms & levels, immr & levels);
    let diff = s.wrapping_sub(r) & levels;
    let welem = ones(s + 1);
    let telem = ones(diff + 1);
    let wmask = replicate(rotate_right(welem, r, esize), esize);
    let tmask = replicate(telem, esize);
    let width = if is64 { u64::MAX } else { 0xffff_ffff };
    Some((wmask & width, tmask & width))
}

/// The lowest `count` bits set; `count` is 1 to 64.
const fn ones(count: u32) -> u64 {
    u64::MAX >> (64 - count)
}

/// Rotates the lowest `esize` bits.
const fn rotate_right(value: u64, by: u32, esize: u32) -> u64 {
    if by == 0 { value } else { (value >> by | value << (esize - by)) & ones(esize) }
}

/// Repeats the lowest `esize` bits over 64 bits.
const fn replicate(value: u64, esize: u32) -> u64 {
    let mut value = value;
    let mut width = esize;
    while width < 64 {
        value |= value << width;
        width *= 2;
    }
    value
}

/// `VFPExpandImm()` of the manual: the 16-, 32- or 64-bit floating-point value of `imm8`.
pub const fn vfp_expand_imm(imm8: u32, esize: u32) -> u64 {
    let (exponent, fraction) = match esize {
        16 => (5, 10),
        32 => (8, 23),
        _ => (11, 52),
    };
    let imm8 = imm8 as u64;
    let (sign, b) = (imm8 >> 7 & 1, imm8 >> 6 & 1);
    // The exponent is NOT(b), then b repeated, then two bits of imm8.
    let repeated = if b == 1 { ones(exponent - 3) } else { 0 };
    let exp = (1 - b) << (exponent - 1) | repeated << 2 | (imm8 >> 4 & 3);
    sign << (esize - 1) | exp << fraction | (imm8 & 15) << (fraction - 4)
}

/// `AdvSIMDExpandImm()` of the manual: the 64-bit pattern of a modified immediate. The MVNI forms
/// are inverted by the instruction, not here.
pub const fn adv_simd_expand_imm(op: u32, cmode: u32, imm8: u32) -> u64 {
    let imm = imm8 as u64 & 0xff;
    match cmode >> 1 & 7 {
        0 => replicate(imm, 32),
        1 => replicate(imm << 8, 32),
        2 => replicate(imm << 16, 32),
        3 => replicate(imm << 24, 32),
        4 => replicate(imm, 16),
        5 => replicate(imm << 8, 16),
        6 if cmode & 1 == 0 => replicate(imm << 8 | 0xff, 32),
        6 => replicate(imm << 16 | 0xffff, 32),
        _ => match (cmode & 1, op & 1) {
            (0, 0) => replicate(imm, 8),
            (0, _) => spread_bits(imm),
            (_, 0) => replicate(vfp_expand_imm(imm8, 32), 32),
            _ => vfp_expand_imm(imm8, 64),
        },
    }
}

/// Each bit of `imm` repeated eight times.
const fn spread_bits(imm: u64) -> u64 {
    let mut value = 0;
    let mut bit = 0;
    while bit < 8 {
        value |= ((imm >> bit & 1) * 0xff) << (8 * bit);
        bit += 1;
    }
    value
}

impl Adr {
    /// The byte offset from the instruction.
    pub const fn offset(self) -> i64 {
        (self.immhi() as i64) << 2 | self.immlo() as i64
    }
}

impl Adrp {
    /// The byte offset from the 4 KiB page of the instruction.
    pub const fn offset(self) -> i64 {
        ((self.immhi() as i64) << 2 | self.immlo() as i64) << 12
    }
}

impl AddSubImm {
    /// The immediate operand.
    pub const fn imm(self) -> u64 {
        (self.imm12() as u64) << (12 * self.sh())
    }
}

impl LogicalImm {
    /// The immediate operand; decoded instructions have one.
    pub const fn imm(self) -> u64 {
        match decode_bit_masks(self.n(), self.imms(), self.immr(), true, self.sf() == 1) {
            Some((wmask, _)) => wmask,
            None => 0,
        }
    }
}

impl TestBranch {
    /// The number of the tested bit.
    pub const fn bit(self) -> u32 {
        self.b5() << 5 | self.b40()
    }
}

impl Ldra {
    /// The byte offset.
    pub const fn offset(self) -> i64 {
        ((self.imm9() as i64) - ((self.s() as i64) << 9)) * 8
    }
}

/// Byte offsets of PC-relative branches and literals.
macro_rules! pc_offsets {
    ($($name:ident $field:ident;)*) => {$(
        impl $name {
            /// The byte offset from the instruction.
            pub const fn offset(self) -> i64 {
                self.$field() as i64 * 4
            }
        }
    )*};
}

pc_offsets! {
    BCond imm19;
    BcCond imm19;
    B imm26;
    Bl imm26;
    CompareBranch imm19;
    TestBranch imm14;
    CompareRegBranch imm9;
    CompareByteBranch imm9;
    CompareHalfBranch imm9;
    CompareImmBranch imm9;
    LdrLit imm19;
    LdrLitVec imm19;
    PrfmLit imm19;
}

/// The `op0:op1:CRn:CRm:op2` number of a system register, as [`Mrs`] and [`MsrReg`] name it.
pub const fn sysreg(op0: u32, op1: u32, crn: u32, crm: u32, op2: u32) -> u32 {
    op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
}

impl Mrs {
    /// The register's number, see [`sysreg`].
    pub const fn sysreg(self) -> u32 {
        sysreg(2 | self.o0(), self.op1(), self.crn(), self.crm(), self.op2())
    }
}

impl MsrReg {
    /// The register's number, see [`sysreg`].
    pub const fn sysreg(self) -> u32 {
        sysreg(2 | self.o0(), self.op1(), self.crn(), self.crm(), self.op2())
    }
}

/// What an Advanced SIMD modified immediate does to the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModImm {
    /// MOVI, MVNI, FMOV: the value of each doubleword.
    Move(u64),
    /// ORR: the bits to set in each doubleword.
    Orr(u64),
    /// BIC: the bits to clear in each doubleword.
    Bic(u64),
}

impl SimdModImm {
    /// The eight bits `a:b:c:d:e:f:g:h`.
    pub const fn imm8(self) -> u32 {
        self.abc() << 5 | self.defgh()
    }

    /// The operation and its expanded immediate.
    pub const fn operation(self) -> ModImm {
        if self.o2() == 1 {
            return ModImm::Move(replicate(vfp_expand_imm(self.imm8(), 16), 16));
        }
        let imm = adv_simd_expand_imm(self.op(), self.cmode(), self.imm8());
        // ORR and BIC are the 32-bit shifts with cmode<0> set and the 16-bit ones likewise.
        let bitwise = self.cmode() < 12 && self.cmode() & 1 == 1;
        match (bitwise, self.op()) {
            (true, 0) => ModImm::Orr(imm),
            (true, _) => ModImm::Bic(imm),
            (false, 1) if self.cmode() < 14 => ModImm::Move(!imm),
            (false, _) => ModImm::Move(imm),
        }
    }
}

impl FmovImmScalar {
    /// The value in the precision of `ftype`.
    pub const fn imm(self) -> u64 {
        vfp_expand_imm(self.imm8(), fp_bits(self.ftype()))
    }
}

/// The width in bits of the precision that an `ftype` field names.
pub const fn fp_bits(ftype: u32) -> u32 {
    match ftype {
        0 => 32,
        1 => 64,
        _ => 16,
    }
}
