//! The two encoders: legacy (prefix, REX, opcode, ModRM) and VEX, each for a register and for a
//! memory operand. An instruction is a head of at most 8 bytes (everything up to SIB) and a tail
//! of at most 8 bytes (displacement, immediate), each written by one 8-byte store.

use super::mem::{Mem, RipTarget};
use super::reg::{Gpr, Xmm};
use super::{Asm, Width};

/// Prefixes and opcode bytes of a legacy instruction.
#[derive(Clone, Copy)]
pub(super) struct Opc {
    /// Escape and opcode bytes in memory order.
    bytes: u32,
    /// Up to two prefix bytes in memory order.
    prefix: u16,
    /// Bytes in `bytes`.
    len: u8,
    /// 0x40 to force a REX prefix, 0x48 for REX.W, else 0.
    rex: u8,
}

impl Opc {
    /// One-byte opcode.
    #[inline]
    pub const fn new(opcode: u8) -> Self {
        Self { bytes: opcode as u32, prefix: 0, len: 1, rex: 0 }
    }

    /// Opcode in the 0F map.
    #[inline]
    pub const fn new_0f(opcode: u8) -> Self {
        Self { bytes: 0x0F | ((opcode as u32) << 8), prefix: 0, len: 2, rex: 0 }
    }

    /// Opcode in the 0F 38 map.
    #[inline]
    pub const fn new_0f38(opcode: u8) -> Self {
        Self { bytes: 0x380F | ((opcode as u32) << 16), prefix: 0, len: 3, rex: 0 }
    }

    /// Sets the one prefix byte, before REX.
    #[inline]
    pub const fn prefix(self, prefix: u8) -> Self {
        Self { prefix: prefix as u16, ..self }
    }

    /// Adds a prefix byte in front of the one there is.
    #[inline]
    pub const fn before(self, prefix: u8) -> Self {
        Self { prefix: (self.prefix << 8) | prefix as u16, ..self }
    }

    /// REX.W.
    #[inline]
    pub const fn wide(self, w: bool) -> Self {
        Self { rex: self.rex | if w { 0x48 } else { 0 }, ..self }
    }

    /// Operand size by the 66 prefix and REX.W only: opcodes without a byte form.
    #[inline]
    pub const fn sized(self, w: Width) -> Self {
        debug_assert!(!matches!(w, Width::B8));
        self.operand_size(w)
    }

    #[inline]
    const fn operand_size(self, w: Width) -> Self {
        match w {
            Width::B8 | Width::W32 => self,
            Width::W16 => self.before(0x66),
            Width::W64 => self.wide(true),
        }
    }

    /// Operand size where bit 0 of the (even) opcode tells bytes from the rest.
    #[inline]
    pub const fn width(self, w: Width) -> Self {
        let bit = if matches!(w, Width::B8) { 0 } else { 1 << ((self.len - 1) * 8) };
        Self { bytes: self.bytes | bit, ..self }.operand_size(w)
    }

    /// Forces a REX prefix if `w` is a byte and `reg` would name AH, CH, DH or BH without it.
    #[inline]
    pub const fn byte_reg(self, w: Width, reg: u8) -> Self {
        let force = matches!(w, Width::B8) && reg >= 4;
        Self { rex: self.rex | if force { 0x40 } else { 0 }, ..self }
    }

    /// Number of escape and opcode bytes.
    #[inline]
    pub const fn opcode_len(self) -> usize {
        self.len as usize
    }

    /// Escape and opcode bytes, for instructions without prefixes.
    #[inline]
    pub const fn opcode_bytes(self) -> u64 {
        self.bytes as u64
    }

    /// Prefixes, REX and opcode with their length in bytes; `rxb` is REX.R, X and B.
    #[inline]
    const fn head(self, rxb: u8) -> (u64, u32) {
        let mut len = (self.prefix != 0) as u32 + (self.prefix > 0xFF) as u32;
        let mut bits = self.prefix as u64;
        let rex = self.rex | rxb | if rxb != 0 { 0x40 } else { 0 };
        bits |= (rex as u64) << (len * 8);
        len += (rex != 0) as u32;
        bits |= (self.bytes as u64) << (len * 8);
        (bits, len + self.len as u32)
    }
}

/// The bytes of an immediate operand.
#[derive(Clone, Copy)]
pub(super) struct Imm {
    bits: u64,
    len: u32,
}

impl Imm {
    pub const NONE: Self = Self { bits: 0, len: 0 };

    #[inline]
    pub const fn i8(value: u8) -> Self {
        Self { bits: value as u64, len: 1 }
    }

    #[inline]
    pub const fn i32(value: i32) -> Self {
        Self { bits: value.cast_unsigned() as u64, len: 4 }
    }

    #[inline]
    pub const fn i64(value: u64) -> Self {
        Self { bits: value, len: 8 }
    }

    /// The full-size immediate of an operation of width `w`.
    #[inline]
    pub const fn of_width(w: Width, value: i32) -> Self {
        match w {
            Width::B8 => Self::i8(value as u8),
            Width::W16 => Self { bits: value as u16 as u64, len: 2 },
            Width::W32 | Width::W64 => Self::i32(value),
        }
    }
}

/// Opcode of a VEX instruction, shared with its legacy twin: see [`Code::legacy`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Code(u32);

/// Mandatory prefix of a [`Code`], numbered as in VEX.pp.
#[derive(Clone, Copy)]
pub(super) enum Pp {
    None = 0,
    P66 = 1,
    PF3 = 2,
    PF2 = 3,
}

/// Opcode map of a [`Code`], numbered as in VEX.mmmmm.
#[derive(Clone, Copy)]
pub(super) enum Map {
    M0F = 1,
    M38 = 2,
    M3A = 3,
}

impl Code {
    const W: u32 = 1 << 12;
    const COMMUTES: u32 = 1 << 13;
    const L256: u32 = 1 << 14;

    #[inline]
    pub const fn new(pp: Pp, map: Map, opcode: u8) -> Self {
        Self(opcode as u32 | ((map as u32) << 8) | ((pp as u32) << 10))
    }

    /// VEX.W and REX.W.
    #[inline]
    pub const fn w1(self) -> Self {
        Self(self.0 | Self::W)
    }

    /// VEX.W and REX.W for 64-bit operations.
    #[inline]
    pub const fn sized(self, w: Width) -> Self {
        if matches!(w, Width::W64) { self.w1() } else { self }
    }

    /// 256-bit operands (VEX only).
    #[inline]
    pub const fn l256(self) -> Self {
        Self(self.0 | Self::L256)
    }

    /// The two sources may be exchanged without any difference in the result.
    #[inline]
    pub const fn comm(self) -> Self {
        Self(self.0 | Self::COMMUTES)
    }

    #[inline]
    pub const fn commutes(self) -> bool {
        self.0 & Self::COMMUTES != 0
    }

    /// In the 0F map without VEX.W: has a 2-byte VEX form.
    #[inline]
    pub const fn is_short(self) -> bool {
        self.0 & (0x300 | Self::W) == 0x100
    }

    /// The legacy SSE form.
    #[inline]
    pub const fn legacy(self) -> Opc {
        let opcode = self.0 & 0xFF;
        let prefix = (0xF2F3_6600_u32 >> (((self.0 >> 10) & 3) * 8)) as u8;
        let (bytes, len) = match (self.0 >> 8) & 3 {
            1 => (0x0F | (opcode << 8), 2),
            2 => (0x380F | (opcode << 16), 3),
            _ => (0x3A0F | (opcode << 16), 3),
        };
        let rex = if self.0 & Self::W != 0 { 0x48 } else { 0 };
        Opc { bytes, prefix: prefix as u16, len, rex }
    }

    /// VEX prefix and opcode with their length in bytes; `second` is VEX.vvvv.
    #[inline]
    const fn head(self, rxb: u8, second: u8) -> (u64, u32) {
        let rxb = rxb as u64;
        let code = self.0 as u64;
        let vvvv = (!second & 15) as u64;
        let last = (vvvv << 3) | ((code >> 12) & 4) | ((code >> 10) & 3);
        let opcode = code & 0xFF;
        if self.is_short() && rxb & 3 == 0 {
            let byte = last | ((!rxb & 4) << 5);
            return (0xC5 | (byte << 8) | (opcode << 16), 3);
        }
        let byte1 = ((!rxb & 7) << 5) | ((code >> 8) & 3);
        let byte2 = last | ((code >> 5) & 0x80);
        (0xC4 | (byte1 << 8) | (byte2 << 16) | (opcode << 24), 4)
    }
}

impl Code {
    /// EVEX prefix and opcode with their length in bytes, for 128-bit operands in the first 16
    /// registers, unmasked; `rxb` and `second` as for VEX.
    #[inline]
    const fn evex_head(self, rxb: u8, second: u8) -> (u64, u32) {
        let code = self.0 as u64;
        let byte1 = ((!rxb as u64 & 7) << 5) | 0x10 | ((code >> 8) & 3);
        let vvvv = (!second & 15) as u64;
        let byte2 = ((code >> 5) & 0x80) | (vvvv << 3) | 4 | ((code >> 10) & 3);
        (0x62 | (byte1 << 8) | (byte2 << 16) | (0x08 << 24) | ((code & 0xFF) << 32), 5)
    }
}

/// An operand that fits ModRM.rm. Sealed: the encoder knows all of them.
pub trait Rm: Copy + sealed::Operand {}
/// A general-purpose register or a memory operand.
pub trait GprRm: Rm + Into<GprMem> {}
/// A vector register or a memory operand.
pub trait XmmRm: Rm + Into<XmmMem> {}

/// A general-purpose register or memory, where that is known at run time only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GprMem {
    /// A register.
    Reg(Gpr),
    /// Memory.
    Mem(Mem),
}

/// A vector register or memory, where that is known at run time only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum XmmMem {
    /// A register.
    Reg(Xmm),
    /// Memory.
    Mem(Mem),
}

pub(super) mod sealed {
    use super::{Code, Imm, Opc};
    use crate::asm::Asm;

    /// How an operand is written, in each of the two encodings.
    #[allow(private_interfaces, reason = "sealed: no implementation or call outside this module")]
    pub trait Operand {
        /// Register number, if the operand is a register.
        fn number(self) -> Option<u8>;
        /// Emits a legacy instruction.
        fn emit(self, asm: &mut Asm, op: Opc, reg: u8, imm: Imm);
        /// Emits a VEX instruction.
        fn emit_vex(self, asm: &mut Asm, code: Code, reg: u8, second: u8, imm: Imm);
    }
}
use sealed::Operand;

macro_rules! register_operand {
    ($ty:ident, $either:ident, $class:ident) => {
        #[allow(private_interfaces, reason = "sealed")]
        impl Operand for $ty {
            #[inline]
            fn number(self) -> Option<u8> {
                Some(self.0)
            }
            #[inline]
            fn emit(self, asm: &mut Asm, op: Opc, reg: u8, imm: Imm) {
                asm.reg_form(op, reg, self.0, imm);
            }
            #[inline]
            fn emit_vex(self, asm: &mut Asm, code: Code, reg: u8, second: u8, imm: Imm) {
                asm.vex_reg_form(code, reg, second, self.0, imm);
            }
        }
        #[allow(private_interfaces, reason = "sealed")]
        impl Operand for $either {
            #[inline]
            fn number(self) -> Option<u8> {
                match self {
                    Self::Reg(reg) => Some(reg.0),
                    Self::Mem(_) => None,
                }
            }
            #[inline]
            fn emit(self, asm: &mut Asm, op: Opc, reg: u8, imm: Imm) {
                match self {
                    Self::Reg(rm) => rm.emit(asm, op, reg, imm),
                    Self::Mem(rm) => rm.emit(asm, op, reg, imm),
                }
            }
            #[inline]
            fn emit_vex(self, asm: &mut Asm, code: Code, reg: u8, second: u8, imm: Imm) {
                match self {
                    Self::Reg(rm) => rm.emit_vex(asm, code, reg, second, imm),
                    Self::Mem(rm) => rm.emit_vex(asm, code, reg, second, imm),
                }
            }
        }
        impl From<$ty> for $either {
            #[inline]
            fn from(reg: $ty) -> Self {
                Self::Reg(reg)
            }
        }
        impl From<Mem> for $either {
            #[inline]
            fn from(mem: Mem) -> Self {
                Self::Mem(mem)
            }
        }
        impl Rm for $ty {}
        impl Rm for $either {}
        impl $class for $ty {}
        impl $class for $either {}
        impl $class for Mem {}
    };
}
register_operand!(Gpr, GprMem, GprRm);
register_operand!(Xmm, XmmMem, XmmRm);
impl Rm for Mem {}

#[allow(private_interfaces, reason = "sealed")]
impl Operand for Mem {
    #[inline]
    fn number(self) -> Option<u8> {
        None
    }
    #[inline]
    fn emit(self, asm: &mut Asm, op: Opc, reg: u8, imm: Imm) {
        asm.mem_form(op, reg, self, imm);
    }
    #[inline]
    fn emit_vex(self, asm: &mut Asm, code: Code, reg: u8, second: u8, imm: Imm) {
        asm.vex_mem_form(code, reg, second, self, imm);
    }
}

impl Asm {
    /// Opcode with a register in its low three bits.
    #[inline]
    pub(super) fn opcode_form(&mut self, op: Opc, reg: u8, imm: Imm) {
        let (head, len) = op.head(reg >> 3);
        let low = u64::from(reg & 7) << ((len - 1) * 8);
        self.put_tail(head | low, len, imm.bits, imm.len);
    }

    /// Opcode without operands.
    #[inline]
    pub(super) fn plain_form(&mut self, op: Opc) {
        let (head, len) = op.head(0);
        self.put(head, len);
    }

    /// Opcode and ModRM with two registers.
    #[inline]
    pub(super) fn reg_form(&mut self, op: Opc, reg: u8, rm: u8, imm: Imm) {
        let (head, len) = op.head(((reg >> 1) & 4) | (rm >> 3));
        self.put_reg(head, len, reg, rm, imm);
    }

    /// VEX opcode and ModRM with two registers.
    #[inline]
    pub(super) fn vex_reg_form(&mut self, code: Code, reg: u8, second: u8, rm: u8, imm: Imm) {
        let (head, len) = code.head(((reg >> 1) & 4) | (rm >> 3), second);
        self.put_reg(head, len, reg, rm, imm);
    }

    /// EVEX opcode and ModRM with two registers.
    #[inline]
    pub(super) fn evex_reg_form(&mut self, code: Code, reg: u8, second: u8, rm: u8, imm: Imm) {
        let (head, len) = code.evex_head(((reg >> 1) & 4) | (rm >> 3), second);
        self.put_reg(head, len, reg, rm, imm);
    }

    #[inline]
    fn put_reg(&mut self, head: u64, len: u32, reg: u8, rm: u8, imm: Imm) {
        let modrm = u64::from(0xC0 | ((reg & 7) << 3) | (rm & 7));
        let head = head | (modrm << (len * 8));
        if imm.len == 0 {
            self.put(head, len + 1);
        } else {
            self.put_tail(head, len + 1, imm.bits, imm.len);
        }
    }

    /// Opcode, ModRM, SIB and displacement.
    pub(super) fn mem_form(&mut self, op: Opc, reg: u8, mem: Mem, imm: Imm) {
        let (head, len) = op.head(((reg >> 1) & 4) | mem.rex_xb());
        self.put_mem(head, len, reg, mem, imm);
    }

    /// VEX opcode, ModRM, SIB and displacement.
    pub(super) fn vex_mem_form(&mut self, code: Code, reg: u8, second: u8, mem: Mem, imm: Imm) {
        let (head, len) = code.head(((reg >> 1) & 4) | mem.rex_xb(), second);
        self.put_mem(head, len, reg, mem, imm);
    }

    #[inline]
    fn put_mem(&mut self, head: u64, len: u32, reg: u8, mem: Mem, imm: Imm) {
        if mem.is_rip() {
            return self.put_rip(head, len, reg, mem, imm);
        }
        let m = mem.modrm(reg);
        let tail = m.disp | (imm.bits << (m.disp_len * 8));
        self.put_tail(head | (m.bits << (len * 8)), len + m.len, tail, m.disp_len + imm.len);
    }

    #[cold]
    #[inline(never)]
    fn put_rip(&mut self, head: u64, len: u32, reg: u8, mem: Mem, imm: Imm) {
        let at = self.len + len as usize + 1;
        let to_end = 4 + imm.len;
        let target = match mem.rip_target() {
            None => None,
            Some(RipTarget::Offset(offset)) => Some(offset),
            Some(RipTarget::Label(label)) => match self.label_offset(label) {
                Some(offset) => Some(offset as i32),
                None => {
                    self.wait_for(label, at, to_end, false);
                    None
                }
            },
        };
        let disp = target.map_or(0, |t| self.rip_distance(t, at + to_end as usize));
        let modrm = u64::from(((reg & 7) << 3) | 5);
        let tail = u64::from(disp) | (imm.bits << 32);
        self.put_tail(head | (modrm << (len * 8)), len + 1, tail, to_end);
    }
}
