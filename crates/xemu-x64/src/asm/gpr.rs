//! Integer moves and arithmetic on general-purpose registers.

use super::encode::{Imm, Opc};
use super::reg::RAX;
use super::{Asm, Gpr, GprRm, Mem, Width};

/// The eight two-operand operations that share their encodings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the mnemonics")]
pub enum Alu {
    Add = 0,
    Or = 1,
    Adc = 2,
    Sbb = 3,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// One-operand operations; the last four work on RAX and RDX implicitly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the mnemonics")]
pub enum Unary {
    Not,
    Neg,
    Inc,
    Dec,
    Mul,
    Imul,
    Div,
    Idiv,
}

/// Conditions, numbered as in the opcodes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the mnemonics")]
pub enum Cond {
    O = 0,
    NO = 1,
    B = 2,
    AE = 3,
    E = 4,
    NE = 5,
    BE = 6,
    A = 7,
    S = 8,
    NS = 9,
    P = 10,
    NP = 11,
    L = 12,
    GE = 13,
    LE = 14,
    G = 15,
}

impl Cond {
    /// All conditions, in encoding order.
    pub const ALL: [Self; 16] = [
        Self::O,
        Self::NO,
        Self::B,
        Self::AE,
        Self::E,
        Self::NE,
        Self::BE,
        Self::A,
        Self::S,
        Self::NS,
        Self::P,
        Self::NP,
        Self::L,
        Self::GE,
        Self::LE,
        Self::G,
    ];

    /// The condition that holds exactly when `self` does not.
    #[inline]
    #[must_use]
    pub const fn invert(self) -> Self {
        Self::ALL[(self as usize ^ 1) & 15]
    }
}

/// `value` fits a sign-extended 8-bit immediate.
#[inline]
const fn is_i8(value: i32) -> bool {
    value as i8 as i32 == value
}

impl Asm {
    /// `mov dst, src`. Widths below 32 keep the upper bits of `dst`; see [`Asm::movzx`].
    #[inline]
    pub fn mov(&mut self, w: Width, dst: Gpr, src: impl GprRm) {
        let byte = dst.0.max(src.number().unwrap_or(0));
        src.emit(self, Opc::new(0x8A).width(w).byte_reg(w, byte), dst.0, Imm::NONE);
    }

    /// `mov [dst], src`.
    #[inline]
    pub fn store(&mut self, w: Width, dst: Mem, src: Gpr) {
        self.mem_form(Opc::new(0x88).width(w).byte_reg(w, src.0), src.0, dst, Imm::NONE);
    }

    /// `mov [dst], imm`; at 64 bits `imm` is sign-extended, below it is cut off.
    #[inline]
    pub fn store_imm(&mut self, w: Width, dst: Mem, imm: i32) {
        self.mem_form(Opc::new(0xC6).width(w), 0, dst, Imm::of_width(w, imm));
    }

    /// Loads a 64-bit constant in 5, 6, 7 or 10 bytes; leaves the flags alone.
    #[inline]
    pub fn mov_imm(&mut self, dst: Gpr, value: u64) {
        if let Ok(low) = u32::try_from(value) {
            self.opcode_form(Opc::new(0xB8), dst.0, Imm::i32(low.cast_signed()));
        } else if let Ok(imm) = i32::try_from(value.cast_signed()) {
            self.reg_form(Opc::new(0xC7).wide(true), 0, dst.0, Imm::i32(imm));
        } else {
            self.opcode_form(Opc::new(0xB8).wide(true), dst.0, Imm::i64(value));
        }
    }

    /// Loads a 64-bit constant in 10 bytes whatever it is; its eight bytes end at the new position.
    #[inline]
    pub fn mov_imm64(&mut self, dst: Gpr, value: u64) {
        self.opcode_form(Opc::new(0xB8).wide(true), dst.0, Imm::i64(value));
    }

    /// Loads `src`, `from` bits wide, zero-extended to 64 bits.
    #[inline]
    pub fn movzx(&mut self, from: Width, dst: Gpr, src: impl GprRm) {
        match from {
            Width::B8 | Width::W16 => {
                let opcode = if from == Width::B8 { 0xB6 } else { 0xB7 };
                let op = Opc::new_0f(opcode).byte_reg(from, src.number().unwrap_or(0));
                src.emit(self, op, dst.0, Imm::NONE);
            }
            Width::W32 | Width::W64 => self.mov(from, dst, src),
        }
    }

    /// Loads `src`, `from` bits wide, sign-extended to `to` (32 or 64) bits.
    #[inline]
    pub fn movsx(&mut self, to: Width, from: Width, dst: Gpr, src: impl GprRm) {
        let op = match from {
            Width::B8 => Opc::new_0f(0xBE).byte_reg(from, src.number().unwrap_or(0)),
            Width::W16 => Opc::new_0f(0xBF),
            Width::W32 if to == Width::W64 => Opc::new(0x63),
            Width::W32 | Width::W64 => return self.mov(from, dst, src),
        };
        src.emit(self, op.sized(to), dst.0, Imm::NONE);
    }

    /// `lea dst, mem` (32 or 64 bits).
    #[inline]
    pub fn lea(&mut self, w: Width, dst: Gpr, mem: Mem) {
        self.mem_form(Opc::new(0x8D).sized(w), dst.0, mem, Imm::NONE);
    }

    /// `op dst, src`.
    #[inline]
    pub fn alu(&mut self, op: Alu, w: Width, dst: Gpr, src: impl GprRm) {
        let byte = dst.0.max(src.number().unwrap_or(0));
        let opc = Opc::new(((op as u8) << 3) | 2).width(w).byte_reg(w, byte);
        src.emit(self, opc, dst.0, Imm::NONE);
    }

    /// `op [dst], src`.
    #[inline]
    pub fn alu_store(&mut self, op: Alu, w: Width, dst: Mem, src: Gpr) {
        let opc = Opc::new((op as u8) << 3).width(w).byte_reg(w, src.0);
        self.mem_form(opc, src.0, dst, Imm::NONE);
    }

    /// `op dst, imm`; at 64 bits `imm` is sign-extended.
    #[inline]
    pub fn alu_imm(&mut self, op: Alu, w: Width, dst: impl GprRm, imm: i32) {
        let number = dst.number();
        // AND with a non-negative mask clears the upper half and the sign in either width.
        let w = match (op, w) {
            (Alu::And, Width::W64) if number.is_some() && imm >= 0 => Width::W32,
            _ => w,
        };
        let short = is_i8(imm) || (w == Width::W16 && imm as i16 == i16::from(imm as i8));
        if w == Width::B8 && number != Some(RAX.0) {
            let opc = Opc::new(0x80).byte_reg(w, number.unwrap_or(0));
            dst.emit(self, opc, op as u8, Imm::i8(imm as u8));
        } else if w != Width::B8 && short {
            dst.emit(self, Opc::new(0x83).sized(w), op as u8, Imm::i8(imm as u8));
        } else if number == Some(RAX.0) {
            let opc = Opc::new(((op as u8) << 3) | 4).width(w);
            self.opcode_form(opc, 0, Imm::of_width(w, imm));
        } else {
            dst.emit(self, Opc::new(0x81).sized(w), op as u8, Imm::of_width(w, imm));
        }
    }

    /// `test a, b`.
    #[inline]
    pub fn test(&mut self, w: Width, a: impl GprRm, b: Gpr) {
        let byte = b.0.max(a.number().unwrap_or(0));
        a.emit(self, Opc::new(0x84).width(w).byte_reg(w, byte), b.0, Imm::NONE);
    }

    /// `test a, imm`; at 64 bits `imm` is sign-extended. A register is tested in the narrowest
    /// width that gives the same flags.
    #[inline]
    pub fn test_imm(&mut self, w: Width, a: impl GprRm, imm: i32) {
        let number = a.number();
        let w = match number {
            // A clear sign bit of the mask gives SF = 0 in each width; PF is the low byte's.
            Some(_) if (0..0x80).contains(&imm) => Width::B8,
            Some(_) if w == Width::W64 && imm >= 0 => Width::W32,
            _ => w,
        };
        if number == Some(RAX.0) {
            self.opcode_form(Opc::new(0xA8).width(w), 0, Imm::of_width(w, imm));
        } else {
            let opc = Opc::new(0xF6).width(w).byte_reg(w, number.unwrap_or(0));
            a.emit(self, opc, 0, Imm::of_width(w, imm));
        }
    }

    /// `op rm`: not, neg, inc, dec; mul, imul, div, idiv with RDX:RAX.
    #[inline]
    pub fn unary(&mut self, op: Unary, w: Width, rm: impl GprRm) {
        let (opcode, ext) = match op {
            Unary::Inc => (0xFE, 0),
            Unary::Dec => (0xFE, 1),
            Unary::Not => (0xF6, 2),
            Unary::Neg => (0xF6, 3),
            Unary::Mul => (0xF6, 4),
            Unary::Imul => (0xF6, 5),
            Unary::Div => (0xF6, 6),
            Unary::Idiv => (0xF6, 7),
        };
        let opc = Opc::new(opcode).width(w).byte_reg(w, rm.number().unwrap_or(0));
        rm.emit(self, opc, ext, Imm::NONE);
    }

    /// `imul dst, src`.
    #[inline]
    pub fn imul(&mut self, w: Width, dst: Gpr, src: impl GprRm) {
        src.emit(self, Opc::new_0f(0xAF).sized(w), dst.0, Imm::NONE);
    }

    /// `imul dst, src, imm`.
    #[inline]
    pub fn imul_imm(&mut self, w: Width, dst: Gpr, src: impl GprRm, imm: i32) {
        let (opcode, imm) =
            if is_i8(imm) { (0x6B, Imm::i8(imm as u8)) } else { (0x69, Imm::of_width(w, imm)) };
        src.emit(self, Opc::new(opcode).sized(w), dst.0, imm);
    }

    /// `cdq` / `cqo`: the sign of EAX/RAX into EDX/RDX.
    #[inline]
    pub fn cdq(&mut self, w: Width) {
        self.plain_form(Opc::new(0x99).sized(w));
    }

    /// `cmovcc dst, src` (a memory source is read in any case; 32 bits always zero-extends).
    #[inline]
    pub fn cmov(&mut self, cond: Cond, w: Width, dst: Gpr, src: impl GprRm) {
        src.emit(self, Opc::new_0f(0x40 | cond as u8).sized(w), dst.0, Imm::NONE);
    }

    /// `setcc dst`, 8 bits; the rest of a register stays as it is.
    #[inline]
    pub fn setcc(&mut self, cond: Cond, dst: impl GprRm) {
        let byte = dst.number().unwrap_or(0);
        let opc = Opc::new_0f(0x90 | cond as u8).byte_reg(Width::B8, byte);
        dst.emit(self, opc, 0, Imm::NONE);
    }

    /// `push reg`, 64 bits.
    #[inline]
    pub fn push(&mut self, reg: Gpr) {
        self.opcode_form(Opc::new(0x50), reg.0, Imm::NONE);
    }

    /// `push [mem]`, 64 bits.
    #[inline]
    pub fn push_mem(&mut self, mem: Mem) {
        self.mem_form(Opc::new(0xFF), 6, mem, Imm::NONE);
    }

    /// `push imm`, sign-extended to 64 bits.
    #[inline]
    pub fn push_imm(&mut self, imm: i32) {
        if is_i8(imm) {
            self.put(0x6A | (u64::from(imm as u8) << 8), 2);
        } else {
            self.put(0x68 | (u64::from(imm.cast_unsigned()) << 8), 5);
        }
    }

    /// `pop reg`, 64 bits.
    #[inline]
    pub fn pop(&mut self, reg: Gpr) {
        self.opcode_form(Opc::new(0x58), reg.0, Imm::NONE);
    }

    /// `pop [mem]`, 64 bits.
    #[inline]
    pub fn pop_mem(&mut self, mem: Mem) {
        self.mem_form(Opc::new(0x8F), 0, mem, Imm::NONE);
    }
}
