//! Exchanges and the lock-prefixed operations.

use super::encode::{Imm, Opc};
use super::reg::RAX;
use super::{Alu, Asm, BitTest, Gpr, GprRm, Mem, Unary, Width};

const LOCK: u8 = 0xF0;

impl Asm {
    /// `xchg a, b` between registers (2 or 3 micro-operations; not atomic of course).
    #[inline]
    pub fn xchg(&mut self, w: Width, a: Gpr, b: Gpr) {
        if w != Width::B8 && a != b && (a == RAX || b == RAX) {
            self.opcode_form(Opc::new(0x90).sized(w), a.0 | b.0, Imm::NONE);
        } else {
            let op = Opc::new(0x86).width(w).byte_reg(w, a.0.max(b.0));
            self.reg_form(op, b.0, a.0, Imm::NONE);
        }
    }

    /// `xchg [mem], reg`: atomic without a prefix.
    #[inline]
    pub fn xchg_mem(&mut self, w: Width, mem: Mem, reg: Gpr) {
        self.mem_form(Opc::new(0x86).width(w).byte_reg(w, reg.0), reg.0, mem, Imm::NONE);
    }

    /// `xadd dst, src`: `src` receives the old value; not atomic.
    #[inline]
    pub fn xadd(&mut self, w: Width, dst: impl GprRm, src: Gpr) {
        let byte = src.0.max(dst.number().unwrap_or(0));
        let op = Opc::new_0f(0xC0).width(w).byte_reg(w, byte);
        dst.emit(self, op, src.0, Imm::NONE);
    }

    /// `lock xadd [mem], reg`: `reg` receives the old value.
    #[inline]
    pub fn lock_xadd(&mut self, w: Width, mem: Mem, reg: Gpr) {
        let op = Opc::new_0f(0xC0).width(w).byte_reg(w, reg.0).before(LOCK);
        self.mem_form(op, reg.0, mem, Imm::NONE);
    }

    /// `cmpxchg dst, src`: compares with RAX; not atomic.
    #[inline]
    pub fn cmpxchg(&mut self, w: Width, dst: impl GprRm, src: Gpr) {
        let byte = src.0.max(dst.number().unwrap_or(0));
        let op = Opc::new_0f(0xB0).width(w).byte_reg(w, byte);
        dst.emit(self, op, src.0, Imm::NONE);
    }

    /// `lock cmpxchg [mem], reg`: compares with RAX.
    #[inline]
    pub fn lock_cmpxchg(&mut self, w: Width, mem: Mem, reg: Gpr) {
        let op = Opc::new_0f(0xB0).width(w).byte_reg(w, reg.0).before(LOCK);
        self.mem_form(op, reg.0, mem, Imm::NONE);
    }

    /// `lock cmpxchg8b [mem]`: compares with EDX:EAX, stores ECX:EBX.
    #[inline]
    pub fn lock_cmpxchg8b(&mut self, mem: Mem) {
        self.mem_form(Opc::new_0f(0xC7).before(LOCK), 1, mem, Imm::NONE);
    }

    /// `lock cmpxchg16b [mem]`: compares with RDX:RAX, stores RCX:RBX; `mem` is 16-byte aligned.
    #[inline]
    pub fn lock_cmpxchg16b(&mut self, mem: Mem) {
        self.mem_form(Opc::new_0f(0xC7).wide(true).before(LOCK), 1, mem, Imm::NONE);
    }

    /// `lock op [mem], reg`, for all but `cmp`.
    #[inline]
    pub fn lock_alu(&mut self, op: Alu, w: Width, mem: Mem, reg: Gpr) {
        debug_assert!(op != Alu::Cmp);
        let opc = Opc::new((op as u8) << 3).width(w).byte_reg(w, reg.0).before(LOCK);
        self.mem_form(opc, reg.0, mem, Imm::NONE);
    }

    /// `lock op [mem], imm`, for all but `cmp`.
    #[inline]
    pub fn lock_alu_imm(&mut self, op: Alu, w: Width, mem: Mem, imm: i32) {
        debug_assert!(op != Alu::Cmp);
        self.put(u64::from(LOCK), 1);
        self.alu_imm(op, w, mem, imm);
    }

    /// `lock not`/`neg`/`inc`/`dec [mem]`.
    #[inline]
    pub fn lock_unary(&mut self, op: Unary, w: Width, mem: Mem) {
        debug_assert!(matches!(op, Unary::Not | Unary::Neg | Unary::Inc | Unary::Dec));
        self.put(u64::from(LOCK), 1);
        self.unary(op, w, mem);
    }

    /// `lock bts`/`btr`/`btc [mem], bit`.
    #[inline]
    pub fn lock_bit_test_imm(&mut self, op: BitTest, w: Width, mem: Mem, bit: u8) {
        debug_assert!(op != BitTest::Bt);
        self.put(u64::from(LOCK), 1);
        self.bit_test_imm(op, w, mem, bit);
    }
}
