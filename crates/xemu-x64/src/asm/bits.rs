//! Shifts, rotates, bit tests, bit counts and BMI1/BMI2.

use super::encode::{Code, Imm, Map, Opc, Pp};
use super::{Asm, Gpr, GprRm, Mem, Width};

/// Shifts and rotates, numbered as in ModRM.reg.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the mnemonics")]
pub enum Shift {
    Rol = 0,
    Ror = 1,
    Rcl = 2,
    Rcr = 3,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// Single-bit operations, numbered as in ModRM.reg.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BitTest {
    /// CF = bit.
    Bt = 4,
    /// CF = bit, then set it.
    Bts = 5,
    /// CF = bit, then clear it.
    Btr = 6,
    /// CF = bit, then invert it.
    Btc = 7,
}

macro_rules! bit_counts {
    ($($name:ident $prefix:expr, $opcode:literal, $doc:literal;)*) => {
        impl Asm {
            $(
                #[doc = $doc]
                #[inline]
                pub fn $name(&mut self, w: Width, dst: Gpr, src: impl GprRm) {
                    let op = Opc::new_0f($opcode).prefix($prefix).sized(w);
                    src.emit(self, op, dst.0, Imm::NONE);
                }
            )*
        }
    };
}
bit_counts! {
    bsf 0, 0xBC, "`bsf dst, src`: index of the lowest set bit; `dst` is not usable if `src` is 0.";
    bsr 0, 0xBD, "`bsr dst, src`: index of the highest set bit; `dst` is not usable if `src` is 0.";
    tzcnt 0xF3, 0xBC, "`tzcnt dst, src` (BMI1); silently `bsf` on hosts without.";
    lzcnt 0xF3, 0xBD, "`lzcnt dst, src` (LZCNT); silently `bsr` on hosts without.";
    popcnt 0xF3, 0xB8, "`popcnt dst, src`.";
}

impl Asm {
    /// `op rm, count`.
    #[inline]
    pub fn shift_imm(&mut self, op: Shift, w: Width, rm: impl GprRm, count: u8) {
        let byte = rm.number().unwrap_or(0);
        if count == 1 {
            rm.emit(self, Opc::new(0xD0).width(w).byte_reg(w, byte), op as u8, Imm::NONE);
        } else {
            let opc = Opc::new(0xC0).width(w).byte_reg(w, byte);
            rm.emit(self, opc, op as u8, Imm::i8(count));
        }
    }

    /// `op rm, cl`; the count is taken modulo 32, or 64 at 64 bits.
    #[inline]
    pub fn shift_cl(&mut self, op: Shift, w: Width, rm: impl GprRm) {
        let opc = Opc::new(0xD2).width(w).byte_reg(w, rm.number().unwrap_or(0));
        rm.emit(self, opc, op as u8, Imm::NONE);
    }

    /// `shld rm, low, count`: shifts left, filling from the top of `low`.
    #[inline]
    pub fn shld_imm(&mut self, w: Width, rm: impl GprRm, low: Gpr, count: u8) {
        rm.emit(self, Opc::new_0f(0xA4).sized(w), low.0, Imm::i8(count));
    }

    /// `shrd rm, high, count`: shifts right, filling from the bottom of `high`.
    #[inline]
    pub fn shrd_imm(&mut self, w: Width, rm: impl GprRm, high: Gpr, count: u8) {
        rm.emit(self, Opc::new_0f(0xAC).sized(w), high.0, Imm::i8(count));
    }

    /// `bt`/`bts`/`btr`/`btc rm, bit`.
    #[inline]
    pub fn bit_test_imm(&mut self, op: BitTest, w: Width, rm: impl GprRm, bit: u8) {
        rm.emit(self, Opc::new_0f(0xBA).sized(w), op as u8, Imm::i8(bit));
    }

    /// `bt`/`bts`/`btr`/`btc dst, bit` with the bit number, modulo the width, in a register.
    #[inline]
    pub fn bit_test(&mut self, op: BitTest, w: Width, dst: Gpr, bit: Gpr) {
        let opc = Opc::new_0f(0x83 | ((op as u8) << 3)).sized(w);
        self.reg_form(opc, bit.0, dst.0, Imm::NONE);
    }

    /// `bswap reg`, 32 or 64 bits.
    #[inline]
    pub fn bswap(&mut self, w: Width, reg: Gpr) {
        debug_assert!(w >= Width::W32);
        self.opcode_form(Opc::new_0f(0xC8).sized(w), reg.0, Imm::NONE);
    }

    /// `movbe dst, [src]` (MOVBE): a load with its bytes reversed.
    #[inline]
    pub fn movbe_load(&mut self, w: Width, dst: Gpr, src: Mem) {
        self.mem_form(Opc::new_0f38(0xF0).sized(w), dst.0, src, Imm::NONE);
    }

    /// `movbe [dst], src` (MOVBE): a store with its bytes reversed.
    #[inline]
    pub fn movbe_store(&mut self, w: Width, dst: Mem, src: Gpr) {
        self.mem_form(Opc::new_0f38(0xF1).sized(w), src.0, dst, Imm::NONE);
    }

    /// `crc32 dst, src` (SSE4.2) with `from` bits of `src`; the polynomial of CRC-32C.
    #[inline]
    pub fn crc32(&mut self, from: Width, dst: Gpr, src: impl GprRm) {
        let byte = src.number().unwrap_or(0);
        let op = Opc::new_0f38(0xF0).prefix(0xF2).width(from).byte_reg(from, byte);
        src.emit(self, op, dst.0, Imm::NONE);
    }

    /// `rorx dst, src, count` (BMI2): rotates right, leaves the flags alone.
    #[inline]
    pub fn rorx(&mut self, w: Width, dst: Gpr, src: impl GprRm, count: u8) {
        let code = Code::new(Pp::PF2, Map::M3A, 0xF0).sized(w);
        src.emit_vex(self, code, dst.0, 0, Imm::i8(count));
    }

    /// `mulx high, low, src` (BMI2): RDX times `src`, leaves the flags alone.
    #[inline]
    pub fn mulx(&mut self, w: Width, high: Gpr, low: Gpr, src: impl GprRm) {
        self.bmi(Pp::PF2, 0xF6, w, high, low, src);
    }

    /// `andn dst, not, src` (BMI1): `!not & src`.
    #[inline]
    pub fn andn(&mut self, w: Width, dst: Gpr, not: Gpr, src: impl GprRm) {
        self.bmi(Pp::None, 0xF2, w, dst, not, src);
    }

    /// `bextr dst, src, control` (BMI1): start in bits 0–7 of `control`, length in bits 8–15.
    #[inline]
    pub fn bextr(&mut self, w: Width, dst: Gpr, src: impl GprRm, control: Gpr) {
        self.bmi(Pp::None, 0xF7, w, dst, control, src);
    }

    /// `bzhi dst, src, count` (BMI2): keeps the low `count` bits.
    #[inline]
    pub fn bzhi(&mut self, w: Width, dst: Gpr, src: impl GprRm, count: Gpr) {
        self.bmi(Pp::None, 0xF5, w, dst, count, src);
    }

    /// `pext dst, src, mask` (BMI2).
    #[inline]
    pub fn pext(&mut self, w: Width, dst: Gpr, src: Gpr, mask: impl GprRm) {
        self.bmi(Pp::PF3, 0xF5, w, dst, src, mask);
    }

    /// `pdep dst, src, mask` (BMI2).
    #[inline]
    pub fn pdep(&mut self, w: Width, dst: Gpr, src: Gpr, mask: impl GprRm) {
        self.bmi(Pp::PF2, 0xF5, w, dst, src, mask);
    }

    /// `shlx dst, src, count` (BMI2): count modulo the width, leaves the flags alone.
    #[inline]
    pub fn shlx(&mut self, w: Width, dst: Gpr, src: impl GprRm, count: Gpr) {
        self.bmi(Pp::P66, 0xF7, w, dst, count, src);
    }

    /// `shrx dst, src, count` (BMI2): count modulo the width, leaves the flags alone.
    #[inline]
    pub fn shrx(&mut self, w: Width, dst: Gpr, src: impl GprRm, count: Gpr) {
        self.bmi(Pp::PF2, 0xF7, w, dst, count, src);
    }

    /// `sarx dst, src, count` (BMI2): count modulo the width, leaves the flags alone.
    #[inline]
    pub fn sarx(&mut self, w: Width, dst: Gpr, src: impl GprRm, count: Gpr) {
        self.bmi(Pp::PF3, 0xF7, w, dst, count, src);
    }

    /// A BMI operation of the 0F 38 map, 32 or 64 bits.
    #[inline]
    fn bmi(&mut self, pp: Pp, opcode: u8, w: Width, dst: Gpr, second: Gpr, rm: impl GprRm) {
        debug_assert!(w >= Width::W32);
        let code = Code::new(pp, Map::M38, opcode).sized(w);
        rm.emit_vex(self, code, dst.0, second.0, Imm::NONE);
    }
}
