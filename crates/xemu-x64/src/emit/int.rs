//! Integer operations.

use xemu_guest::{Cond, HostFlags, Nzcv};
use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use super::flags::{InHost, Test};
use crate::alloc::Loc;
use crate::asm::reg::{RAX, RCX};
use crate::asm::{self, Alu, Gpr, GprMem, Mem, Shift, Unary, Width};
use crate::plan::NO_HINT;

use Width::{W32, W64};

impl Emitter<'_> {
    pub(super) fn int(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        let [a, b, _] = inst.args;
        match inst.op {
            Zext => self.zext(i, a),
            Sext => self.sext(i, a),
            Trunc => self.trunc(i, a),
            Add32 => self.add(i, W32, a, b),
            Add64 => self.add(i, W64, a, b),
            Sub32 => self.sub(i, W32, a, b),
            Sub64 => self.sub(i, W64, a, b),
            And32 => self.logic(i, Alu::And, W32, a, b),
            And64 => self.logic(i, Alu::And, W64, a, b),
            Or32 => self.logic(i, Alu::Or, W32, a, b),
            Or64 => self.logic(i, Alu::Or, W64, a, b),
            Xor32 => self.logic(i, Alu::Xor, W32, a, b),
            Xor64 => self.logic(i, Alu::Xor, W64, a, b),
            Andn32 => self.and_not(i, W32, a, b),
            Andn64 => self.and_not(i, W64, a, b),
            Orn32 => self.with_not(i, Alu::Or, W32, a, b),
            Orn64 => self.with_not(i, Alu::Or, W64, a, b),
            Xorn32 => self.with_not(i, Alu::Xor, W32, a, b),
            Xorn64 => self.with_not(i, Alu::Xor, W64, a, b),
            Not32 => self.not(i, W32, a),
            Not64 => self.not(i, W64, a),
            Neg32 => self.neg(i, W32, a),
            Neg64 => self.neg(i, W64, a),
            _ => self.int_shift(i, inst),
        }
    }

    fn int_shift(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        let [a, b, _] = inst.args;
        match inst.op {
            Shl32 => self.shift(i, Shift::Shl, W32, a, b),
            Shl64 => self.shift(i, Shift::Shl, W64, a, b),
            Shr32 => self.shift(i, Shift::Shr, W32, a, b),
            Shr64 => self.shift(i, Shift::Shr, W64, a, b),
            Sar32 => self.shift(i, Shift::Sar, W32, a, b),
            Sar64 => self.shift(i, Shift::Sar, W64, a, b),
            Ror32 => self.shift(i, Shift::Ror, W32, a, b),
            Ror64 => self.shift(i, Shift::Ror, W64, a, b),
            Extr32 => self.extr(i, W32, inst),
            Extr64 => self.extr(i, W64, inst),
            Ubfx32 => self.ubfx(i, W32, inst),
            Ubfx64 => self.ubfx(i, W64, inst),
            Sbfx32 => self.sbfx(i, W32, inst),
            Sbfx64 => self.sbfx(i, W64, inst),
            Bfi32 => self.bfi(i, W32, inst),
            Bfi64 => self.bfi(i, W64, inst),
            Mul32 => self.mul(i, W32, a, b),
            Mul64 => self.mul(i, W64, a, b),
            Smulh => self.mul_high(i, Unary::Imul, a, b),
            Umulh => self.mul_high(i, Unary::Mul, a, b),
            Udiv32 => self.udiv(i, W32, a, b),
            Udiv64 => self.udiv(i, W64, a, b),
            Sdiv32 => self.sdiv(i, W32, a, b),
            Sdiv64 => self.sdiv(i, W64, a, b),
            _ => self.int_bits(i, inst),
        }
    }

    fn int_bits(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        let [a, b, _] = inst.args;
        match inst.op {
            Clz32 => self.clz(i, W32, a),
            Clz64 => self.clz(i, W64, a),
            Cls32 => self.cls(i, W32, a),
            Cls64 => self.cls(i, W64, a),
            Ctz32 => self.ctz(i, W32, a),
            Ctz64 => self.ctz(i, W64, a),
            Popcnt32 => self.popcnt(i, W32, a),
            Popcnt64 => self.popcnt(i, W64, a),
            Rbit32 => self.rbit(i, W32, a),
            Rbit64 => self.rbit(i, W64, a),
            Rev32 => self.rev(i, W32, a),
            Rev64 => self.rev(i, W64, a),
            Rev16In32 => self.rev16(i, W32, a),
            Rev16In64 => self.rev16(i, W64, a),
            Rev32In64 => self.rev32_in_64(i, a),
            Abs32 => self.abs(i, W32, a),
            Abs64 => self.abs(i, W64, a),
            Smax32 => self.min_max(i, asm::Cond::L, W32, a, b),
            Smax64 => self.min_max(i, asm::Cond::L, W64, a, b),
            Smin32 => self.min_max(i, asm::Cond::G, W32, a, b),
            Smin64 => self.min_max(i, asm::Cond::G, W64, a, b),
            Umax32 => self.min_max(i, asm::Cond::B, W32, a, b),
            Umax64 => self.min_max(i, asm::Cond::B, W64, a, b),
            Umin32 => self.min_max(i, asm::Cond::A, W32, a, b),
            Umin64 => self.min_max(i, asm::Cond::A, W64, a, b),
            _ => self.int_flags(i, inst),
        }
    }

    fn int_flags(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        let [a, b, _] = inst.args;
        let cond = Cond::from_field(u32::from(inst.a));
        match inst.op {
            Adds32 => self.adds(i, W32, a, b),
            Adds64 => self.adds(i, W64, a, b),
            Subs32 => self.subs(i, W32, a, b),
            Subs64 => self.subs(i, W64, a, b),
            Ands32 => self.ands(i, W32, a, b),
            Ands64 => self.ands(i, W64, a, b),
            Adc32 => self.carry_op(i, Alu::Adc, W32, a, b, false),
            Adc64 => self.carry_op(i, Alu::Adc, W64, a, b, false),
            Sbc32 => self.carry_op(i, Alu::Sbb, W32, a, b, false),
            Sbc64 => self.carry_op(i, Alu::Sbb, W64, a, b, false),
            Adcs32 => self.carry_op(i, Alu::Adc, W32, a, b, true),
            Adcs64 => self.carry_op(i, Alu::Adc, W64, a, b, true),
            Sbcs32 => self.carry_op(i, Alu::Sbb, W32, a, b, true),
            Sbcs64 => self.carry_op(i, Alu::Sbb, W64, a, b, true),
            Ccmp32 => self.ccmp(Alu::Sub, W32, cond, inst),
            Ccmp64 => self.ccmp(Alu::Sub, W64, cond, inst),
            Ccmn32 => self.ccmp(Alu::Add, W32, cond, inst),
            Ccmn64 => self.ccmp(Alu::Add, W64, cond, inst),
            Csel32 => self.csel(i, W32, cond, a, b),
            Csel64 => self.csel(i, W64, cond, a, b),
            Csinc32 => self.csel_changed(i, W32, cond, inst),
            Csinc64 => self.csel_changed(i, W64, cond, inst),
            Csinv32 => self.csel_changed(i, W32, cond, inst),
            Csinv64 => self.csel_changed(i, W64, cond, inst),
            Csneg32 => self.csel_changed(i, W32, cond, inst),
            Csneg64 => self.csel_changed(i, W64, cond, inst),
            GetNzcv => self.get_nzcv(i),
            SetNzcv => self.set_nzcv(a),
            // CRC, system registers.
            GetSys | SetSys | Rndr => self.system(i, inst),
            Crc32c => self.crc32c(i, inst),
            Crc32 if self.features.pclmul => self.crc32(i, inst),
            _ => self.eval(i, inst),
        }
    }

    // Width changes

    fn zext(&mut self, i: usize, a: Val) {
        if self.value(a).clean {
            self.def_same(i, a);
            return;
        }
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.asm.mov(W32, d, src);
    }

    fn sext(&mut self, i: usize, a: Val) {
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.asm.movsx(W64, W32, d, src);
    }

    fn trunc(&mut self, i: usize, a: Val) {
        if self.value(a).loc == Loc::Const {
            let d = self.def_g(i);
            let c = self.block.constant(a).expect("invariant: the value is a constant");
            self.asm.mov_imm(d, u64::from(c as u32));
            return;
        }
        self.def_same(i, a);
    }

    // Addition, logic

    fn add(&mut self, i: usize, w: Width, a: Val, b: Val) {
        let (a, b) = self.constant_last(a, b);
        if let Some(imm) = self.imm32(b, w) {
            return self.add_imm(i, w, a, imm);
        }
        let keep_flags = self.flags_must_stay();
        let (a, b) = if self.dies_here(b) && !self.dies_here(a) { (b, a) } else { (a, b) };
        let ra = self.use_g(a);
        let rb = if keep_flags { self.use_g(b).into() } else { self.rm_g(b) };
        let d = self.def_reuse_g(i, a);
        match rb {
            GprMem::Reg(r) if r == d && r != ra && !keep_flags => {
                self.clobbered();
                self.asm.alu(Alu::Add, w, d, ra);
            }
            GprMem::Reg(r) if d != ra || keep_flags => {
                self.asm.lea(w, d, Mem::index(ra, r, 0, 0));
            }
            _ => {
                self.clobbered();
                self.mov_g(w, d, ra);
                self.asm.alu(Alu::Add, w, d, rb);
            }
        }
    }

    /// EFLAGS are about to change, and NZCV is not needed any more or is in the state.
    pub(super) fn clobbered(&mut self) {
        self.flags.host = InHost::Nothing;
    }

    fn add_imm(&mut self, i: usize, w: Width, a: Val, imm: i32) {
        let ra = self.use_g(a);
        let d = self.def_reuse_g(i, a);
        if d == ra && !self.flags_must_stay() {
            self.clobbered();
            self.asm.alu_imm(Alu::Add, w, d, imm);
        } else {
            self.asm.lea(w, d, Mem::disp(ra, imm));
        }
    }

    fn sub(&mut self, i: usize, w: Width, a: Val, b: Val) {
        if let Some(imm) = self.imm32(b, w)
            && imm != i32::MIN
        {
            return self.add_imm(i, w, a, -imm);
        }
        if self.block.constant(a) == Some(0) {
            return self.neg(i, w, b);
        }
        if self.flags_must_stay() {
            // The one's complement and one more.
            let rb = self.rm_g(b);
            let t = self.scratch_g();
            self.asm.mov(w, t, rb);
            self.asm.unary(Unary::Not, w, t);
            let ra = self.use_g(a);
            self.asm.lea(w, t, Mem::index(ra, t, 0, 1));
            return self.def_fixed(i, t);
        }
        self.clobber_flags();
        self.two_operand(i, Alu::Sub, w, a, b, false);
    }

    fn logic(&mut self, i: usize, op: Alu, w: Width, a: Val, b: Val) {
        self.clobber_flags();
        let (a, b) = self.constant_last(a, b);
        self.two_operand(i, op, w, a, b, true);
    }

    pub(super) fn constant_last(&self, a: Val, b: Val) -> (Val, Val) {
        if self.block.constant(a).is_some() { (b, a) } else { (a, b) }
    }

    pub(super) fn dies_here(&self, v: Val) -> bool {
        matches!(self.s.values[v.index()].loc, Loc::Temp(_))
            && self.s.plan.last_use[v.index()] as usize == self.cur
    }

    /// `d = a op b` with x86's two-operand form. EFLAGS become those of the op.
    fn two_operand(&mut self, i: usize, op: Alu, w: Width, a: Val, b: Val, commutes: bool) {
        if let Some(imm) = self.imm32(b, w) {
            let src = self.rm_g(a);
            let d = self.def_reuse_g(i, a);
            self.mov_g(w, d, src);
            self.asm.alu_imm(op, w, d, imm);
            return;
        }
        let (a, b) = match commutes && self.dies_here(b) && !self.dies_here(a) {
            true => (b, a),
            false => (a, b),
        };
        let rb = self.rm_g(b);
        let ra = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        if rb == GprMem::Reg(d) && ra != GprMem::Reg(d) {
            if commutes {
                self.asm.alu(op, w, d, ra);
            } else {
                // The result's home holds the second operand.
                let t = self.scratch_g();
                self.asm.mov(w, t, ra);
                self.asm.alu(op, w, t, rb);
                self.asm.mov(w, d, t);
            }
            return;
        }
        self.mov_g(w, d, ra);
        self.asm.alu(op, w, d, rb);
    }

    fn and_not(&mut self, i: usize, w: Width, a: Val, b: Val) {
        if self.features.bmi1 {
            self.clobber_flags();
            let not = self.use_g(b);
            let src = self.rm_g(a);
            let d = self.def_reuse_g(i, a);
            self.asm.andn(w, d, not, src);
        } else {
            self.with_not(i, Alu::And, w, a, b);
        }
    }

    /// `d = a op not b`.
    fn with_not(&mut self, i: usize, op: Alu, w: Width, a: Val, b: Val) {
        self.clobber_flags();
        if self.block.constant(a) == Some(0) && op != Alu::And {
            return self.not(i, w, b);
        }
        let rb = self.rm_g(b);
        let ra = self.rm_g(a);
        let d = self.def_apart_g(i);
        self.mov_g(w, d, rb);
        self.asm.unary(Unary::Not, w, d);
        self.asm.alu(op, w, d, ra);
    }

    fn not(&mut self, i: usize, w: Width, a: Val) {
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.mov_g(w, d, src);
        self.asm.unary(Unary::Not, w, d);
    }

    fn neg(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.mov_g(w, d, src);
        self.asm.unary(Unary::Neg, w, d);
    }

    // Shifts and bit fields

    fn shift(&mut self, i: usize, op: Shift, w: Width, a: Val, b: Val) {
        if let Some(count) = self.block.constant(b) {
            // Arm and x86 both take the count modulo the width.
            return self.shift_imm(i, op, w, a, (count as u32 % w.bits()) as u8);
        }
        if self.features.bmi2 && op != Shift::Ror {
            let count = self.use_g(b);
            let src = self.rm_g(a);
            let d = self.def_reuse_g(i, a);
            return self.shift_x(op, w, d, src, count);
        }
        self.clobber_flags();
        self.take_fixed(RCX);
        self.load_gpr(RCX, b, W32);
        let src = self.rm_g(a);
        let d = self.def_apart_g(i);
        self.mov_g(w, d, src);
        self.asm.shift_cl(op, w, d);
    }

    /// A shift with BMI2, which leaves EFLAGS alone.
    fn shift_x(&mut self, op: Shift, w: Width, d: Gpr, src: GprMem, count: Gpr) {
        match op {
            Shift::Shl => self.asm.shlx(w, d, src, count),
            Shift::Shr => self.asm.shrx(w, d, src, count),
            _ => self.asm.sarx(w, d, src, count),
        }
    }

    pub(super) fn shift_imm(&mut self, i: usize, op: Shift, w: Width, a: Val, count: u8) {
        if op == Shift::Ror && self.features.bmi2 {
            let src = self.rm_g(a);
            let d = self.def_reuse_g(i, a);
            self.asm.rorx(w, d, src, count);
            return;
        }
        if self.flags_must_stay() && count > 0 {
            if op == Shift::Shl && count <= 3 {
                let ra = self.use_g(a);
                let d = self.def_reuse_g(i, a);
                self.asm.lea(w, d, Mem::scaled(ra, count, 0));
                return;
            }
            if self.features.bmi2 && op != Shift::Ror {
                let src = self.rm_g(a);
                let n = self.scratch_g();
                self.asm.mov_imm(n, count.into());
                let d = self.def_g(i);
                return self.shift_x(op, w, d, src, n);
            }
        }
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        if let GprMem::Reg(r) = src
            && r != d
            && op == Shift::Shl
            && count <= 3
        {
            self.asm.lea(w, d, Mem::scaled(r, count, 0));
            return;
        }
        self.mov_g(w, d, src);
        self.asm.shift_imm(op, w, d, count);
    }

    fn extr(&mut self, i: usize, w: Width, inst: &Inst) {
        let [high, low, _] = inst.args;
        if high == low || inst.a == 0 {
            let same = if inst.a == 0 { low } else { high };
            return self.shift_imm(i, Shift::Ror, w, same, inst.a);
        }
        if self.features.bmi2 && self.flags_must_stay() {
            return self.extr_keeping_flags(i, w, inst);
        }
        self.clobber_flags();
        let h = self.use_g(high);
        let l = self.rm_g(low);
        let d = self.def_apart_g(i);
        self.mov_g(w, d, l);
        self.asm.shrd_imm(w, d, h, inst.a);
    }

    /// Numbers are shifted while they are added up.
    fn extr_keeping_flags(&mut self, i: usize, w: Width, inst: &Inst) {
        let [high, low, _] = inst.args;
        let up = w.bits() as u8 - inst.a;
        let l = self.rm_g(low);
        let t = self.scratch_g();
        self.asm.mov_imm(t, inst.a.into());
        self.asm.shrx(w, t, l, t);
        if let GprMem::Reg(r) = l {
            self.release_g(r);
        }
        let sum = if up <= 3 {
            Mem::index(t, self.use_g(high), up, 0)
        } else {
            let h = self.rm_g(high);
            let u = self.scratch_g();
            self.asm.mov_imm(u, up.into());
            self.asm.shlx(w, u, h, u);
            Mem::index(t, u, 0, 0)
        };
        self.asm.lea(w, t, sum);
        self.def_fixed(i, t);
    }

    fn ubfx(&mut self, i: usize, w: Width, inst: &Inst) {
        let (a, lsb, width) = (inst.args[0], inst.a, inst.b);
        if u32::from(lsb) + u32::from(width) == w.bits() {
            return self.shift_imm(i, Shift::Shr, w, a, lsb);
        }
        if lsb == 0 {
            return self.zero_extend(i, a, width);
        }
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.mov_g(w, d, src);
        self.asm.shift_imm(Shift::Shr, w, d, lsb);
        match width {
            8 => self.asm.movzx(Width::B8, d, d),
            16 => self.asm.movzx(Width::W16, d, d),
            32 => self.asm.mov(W32, d, d),
            1..=31 => self.asm.alu_imm(Alu::And, W32, d, ((1u64 << width) - 1) as i32),
            _ => {
                // The field is wider than an immediate mask reaches.
                let up = 64 - width;
                self.asm.shift_imm(Shift::Shl, W64, d, up);
                self.asm.shift_imm(Shift::Shr, W64, d, up);
            }
        }
    }

    /// The low `width` bits.
    fn zero_extend(&mut self, i: usize, a: Val, width: u8) {
        let plain = matches!(width, 8 | 16 | 32);
        if !plain {
            self.clobber_flags();
        }
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        match width {
            8 => self.asm.movzx(Width::B8, d, src),
            16 => self.asm.movzx(Width::W16, d, src),
            32 => self.asm.mov(W32, d, src),
            1..=31 => {
                self.mov_g(W32, d, src);
                self.asm.alu_imm(Alu::And, W32, d, ((1u64 << width) - 1) as i32);
            }
            _ => {
                self.mov_g(W64, d, src);
                self.asm.shift_imm(Shift::Shl, W64, d, 64 - width);
                self.asm.shift_imm(Shift::Shr, W64, d, 64 - width);
            }
        }
    }

    fn sbfx(&mut self, i: usize, w: Width, inst: &Inst) {
        let (a, lsb, width) = (inst.args[0], inst.a, inst.b);
        let bits = w.bits() as u8;
        if lsb + width == bits {
            return self.shift_imm(i, Shift::Sar, w, a, lsb);
        }
        let from = match width {
            8 => Some(Width::B8),
            16 => Some(Width::W16),
            32 => Some(W32),
            _ => None,
        };
        if let (0, Some(from)) = (lsb, from) {
            let src = self.rm_g(a);
            let d = self.def_reuse_g(i, a);
            self.asm.movsx(w, from, d, src);
            return;
        }
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.mov_g(w, d, src);
        self.asm.shift_imm(Shift::Shl, w, d, bits - lsb - width);
        self.asm.shift_imm(Shift::Sar, w, d, bits - width);
    }

    fn bfi(&mut self, i: usize, w: Width, inst: &Inst) {
        let [dst, src, _] = inst.args;
        let (lsb, width) = (inst.a, inst.b);
        let bits = w.bits() as u8;
        if width == bits {
            let s = self.rm_g(src);
            let d = self.def_reuse_g(i, src);
            self.asm.mov(w, d, s);
            return;
        }
        self.clobber_flags();
        if lsb == 0 {
            let t = self.scratch_g();
            self.load_gpr(t, dst, W64);
            let s = self.use_g(src);
            self.asm.alu(Alu::Xor, w, t, s);
            self.clear_low(w, t, width);
            let d = self.def_reuse_g(i, src);
            self.mov_g(w, d, s);
            self.asm.alu(Alu::Xor, w, d, t);
            return;
        }
        // Rotate the field to the bottom, shift it out while the new one comes in at the top, and
        // rotate back.
        let d = self.def_apart_g(i);
        self.load_gpr(d, dst, W64);
        let s = self.use_g(src);
        self.asm.shift_imm(Shift::Ror, w, d, lsb);
        self.asm.shrd_imm(w, d, s, width);
        self.asm.shift_imm(Shift::Rol, w, d, (lsb + width) % bits);
    }

    /// Clears the low `width` bits of `r`; fewer than all.
    fn clear_low(&mut self, w: Width, r: Gpr, width: u8) {
        if width <= 31 {
            let mask = (u64::MAX << width) as i32;
            self.asm.alu_imm(Alu::And, w, r, mask);
        } else {
            self.asm.shift_imm(Shift::Shr, w, r, width);
            self.asm.shift_imm(Shift::Shl, w, r, width);
        }
    }

    // Counting and reversing

    fn clz(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_apart_g(i);
        if self.features.lzcnt {
            self.asm.lzcnt(w, d, src);
            return;
        }
        // BSR of zero sets ZF and leaves the destination undefined.
        let t = self.scratch_g();
        self.asm.mov(w, t, src);
        let bits = w.bits() as i32;
        self.asm.mov_imm(d, bits as u64 * 2 - 1);
        self.asm.bsr(w, t, t);
        self.asm.cmov(asm::Cond::NE, W32, d, t);
        self.asm.alu_imm(Alu::Xor, W32, d, bits - 1);
    }

    fn cls(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_apart_g(i);
        let t = self.scratch_g();
        // Bits that differ from the one above; the count of leading zeros behind the first bit.
        self.asm.mov(w, d, src);
        self.asm.mov(w, t, d);
        self.asm.shift_imm(Shift::Sar, w, t, 1);
        self.asm.alu(Alu::Xor, w, d, t);
        self.asm.lea(w, d, Mem::index(d, d, 0, 1));
        self.asm.bsr(w, d, d);
        self.asm.alu_imm(Alu::Xor, W32, d, w.bits() as i32 - 1);
    }

    fn ctz(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_apart_g(i);
        if self.features.bmi1 {
            self.asm.tzcnt(w, d, src);
            return;
        }
        let t = self.scratch_g();
        self.asm.mov_imm(d, u64::from(w.bits()));
        self.asm.bsf(w, t, src);
        self.asm.cmov(asm::Cond::NE, W32, d, t);
    }

    fn popcnt(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_apart_g(i);
        self.asm.popcnt(w, d, src);
    }

    fn rbit(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let d = self.def_apart_g(i);
        self.load_gpr(d, a, w);
        let t = self.scratch_g();
        let m = self.scratch_g();
        self.asm.bswap(w, d);
        for (shift, mask) in [(4, 0x0f0f_0f0f_0f0f_0f0f), (2, 0x3333_3333_3333_3333)] {
            self.swap_bits(w, d, t, m, shift, mask);
        }
        self.swap_bits(w, d, t, m, 1, 0x5555_5555_5555_5555);
    }

    /// Exchanges neighbouring groups of `shift` bits in `d`; `mask` selects every second group.
    fn swap_bits(&mut self, w: Width, d: Gpr, t: Gpr, m: Gpr, shift: u8, mask: u64) {
        let mask = if w == W32 { u64::from(mask as u32) } else { mask };
        self.asm.mov_imm(m, mask);
        self.asm.mov(w, t, d);
        self.asm.shift_imm(Shift::Shr, w, t, shift);
        self.asm.alu(Alu::And, w, t, m);
        self.asm.alu(Alu::And, w, d, m);
        self.asm.shift_imm(Shift::Shl, w, d, shift);
        self.asm.alu(Alu::Or, w, d, t);
    }

    fn rev(&mut self, i: usize, w: Width, a: Val) {
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.mov_g(w, d, src);
        self.asm.bswap(w, d);
    }

    fn rev16(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let d = self.def_apart_g(i);
        self.load_gpr(d, a, w);
        let t = self.scratch_g();
        let m = self.scratch_g();
        self.swap_bits(w, d, t, m, 8, 0x00ff_00ff_00ff_00ff);
    }

    fn rev32_in_64(&mut self, i: usize, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.mov_g(W64, d, src);
        self.asm.bswap(W64, d);
        self.asm.shift_imm(Shift::Ror, W64, d, 32);
    }

    fn abs(&mut self, i: usize, w: Width, a: Val) {
        self.clobber_flags();
        let src = self.rm_g(a);
        let d = self.def_apart_g(i);
        self.mov_g(w, d, src);
        self.asm.unary(Unary::Neg, w, d);
        self.asm.cmov(asm::Cond::S, w, d, src);
    }

    /// Takes the second operand if `cond` holds between first and second.
    fn min_max(&mut self, i: usize, cond: asm::Cond, w: Width, a: Val, b: Val) {
        self.clobber_flags();
        let rb = self.use_g(b);
        let ra = self.rm_g(a);
        let d = self.def_apart_g(i);
        self.mov_g(w, d, ra);
        self.asm.alu(Alu::Cmp, w, d, rb);
        self.asm.cmov(cond, w, d, rb);
    }

    // Flags

    fn adds(&mut self, i: usize, w: Width, a: Val, b: Val) {
        let (a, b) = self.constant_last(a, b);
        self.two_operand(i, Alu::Add, w, a, b, true);
        self.flags_set(InHost::Direct);
    }

    fn subs(&mut self, i: usize, w: Width, a: Val, b: Val) {
        if self.an.uses[i] == 0 {
            self.compare(w, a, b);
        } else {
            self.two_operand(i, Alu::Sub, w, a, b, false);
        }
        self.flags_set(InHost::Inverted);
    }

    fn compare(&mut self, w: Width, a: Val, b: Val) {
        if let Some(imm) = self.imm32(b, w) {
            let ra = self.rm_g(a);
            match ra {
                GprMem::Reg(r) if imm == 0 => self.asm.test(w, r, r),
                _ => self.asm.alu_imm(Alu::Cmp, w, ra, imm),
            }
            return;
        }
        let ra = self.use_g(a);
        let rb = self.rm_g(b);
        self.asm.alu(Alu::Cmp, w, ra, rb);
    }

    /// C and V become 0 on both: C is then CF.
    fn ands(&mut self, i: usize, w: Width, a: Val, b: Val) {
        let (a, b) = self.constant_last(a, b);
        if self.an.uses[i] != 0 {
            self.two_operand(i, Alu::And, w, a, b, true);
        } else if let Some(imm) = self.imm32(b, w) {
            let ra = self.rm_g(a);
            self.asm.test_imm(w, ra, imm);
        } else {
            let rb = self.use_g(b);
            let ra = self.rm_g(a);
            self.asm.test(w, ra, rb);
        }
        self.flags_set(InHost::Direct);
    }

    /// Arm: ADC adds C, SBC subtracts not C. x86: ADC adds CF, SBB subtracts CF.
    fn carry_op(&mut self, i: usize, op: Alu, w: Width, a: Val, b: Val, sets: bool) {
        let host = if op == Alu::Adc { InHost::Direct } else { InHost::Inverted };
        if !sets {
            self.save_flags_if(self.flags_needed);
        }
        self.load_carry(host);
        self.two_operand(i, op, w, a, b, op == Alu::Adc);
        if sets {
            self.flags_set(host);
        } else {
            self.clobbered();
        }
    }

    /// Puts four constant flags into EFLAGS, CF inverted. Clobbers RAX, which is taken.
    fn constant_flags(&mut self, bits: u8) {
        let form = HostFlags::from_nzcv(Nzcv::from_imm4(u32::from(bits))).0;
        self.asm.mov_imm(RAX, u64::from(form));
        self.asm.alu_imm(Alu::Add, Width::B8, RAX, 0x7f);
        self.asm.sahf();
    }

    fn ccmp(&mut self, op: Alu, w: Width, cond: Cond, inst: &Inst) {
        let [a, b, _] = inst.args;
        let test = self.test(cond);
        self.take_fixed(RAX);
        let ra = self.use_g(a);
        let imm = self.imm32(b, w);
        let rb = if imm.is_some() { GprMem::Reg(ra) } else { self.rm_g(b) };
        let [otherwise, done] = core::array::from_fn(|_| self.asm.new_label());
        if let Some(not) = test.invert() {
            self.jump_if(not, otherwise);
        }
        match (op, imm) {
            (Alu::Sub, Some(imm)) => self.asm.alu_imm(Alu::Cmp, w, ra, imm),
            (Alu::Sub, None) => self.asm.alu(Alu::Cmp, w, ra, rb),
            (_, Some(imm)) => {
                self.asm.mov(w, RAX, ra);
                self.asm.alu_imm(Alu::Add, w, RAX, imm);
                self.asm.cmc();
            }
            (_, None) => {
                self.asm.mov(w, RAX, ra);
                self.asm.alu(Alu::Add, w, RAX, rb);
                self.asm.cmc();
            }
        }
        if test != Test::Always {
            self.asm.jmp_short(done);
        }
        self.asm.bind(otherwise);
        if test != Test::Always {
            self.constant_flags(inst.b);
        }
        self.asm.bind(done);
        self.flags_set(InHost::Inverted);
    }

    pub(super) fn jump_if(&mut self, test: Test, target: asm::Label) {
        match test {
            Test::Always => self.asm.jmp(target),
            Test::One(c) => self.asm.jcc(c, target),
            Test::Either(x, y) => {
                self.asm.jcc(x, target);
                self.asm.jcc(y, target);
            }
            Test::Both(x, y) => {
                let skip = self.asm.new_label();
                self.asm.jcc_short(x.invert(), skip);
                self.asm.jcc(y, target);
                self.asm.bind(skip);
            }
        }
    }

    fn csel(&mut self, i: usize, w: Width, cond: Cond, a: Val, b: Val) {
        let test = self.test(cond);
        if let (Some(x), Some(y)) = (self.block.constant(a), self.block.constant(b))
            && let Test::One(c) = test
            && (x.min(y), x.max(y)) == (0, 1)
        {
            let d = self.def_g(i);
            self.asm.mov_imm(d, 0);
            self.asm.setcc(if x == 1 { c } else { c.invert() }, d);
            return;
        }
        let ra = self.use_g(a);
        let rb = self.rm_g(b);
        let d = self.def_for_select(i, a, b);
        self.select(w, test, d, ra.into(), rb);
    }

    /// A result register that is not where `a` is unless `b` is there too.
    fn def_for_select(&mut self, i: usize, a: Val, b: Val) -> Gpr {
        let n = self.s.plan.hint[i];
        if n != NO_HINT && self.s.values[a.index()].loc == Loc::Home(n) {
            return self.def_g(i);
        }
        self.def_reuse_g(i, b)
    }

    /// `d = test ? a : b`. EFLAGS stay.
    fn select(&mut self, w: Width, test: Test, d: Gpr, a: GprMem, b: GprMem) {
        if a == GprMem::Reg(d) && b != GprMem::Reg(d) {
            if let Some(not) = test.invert() {
                return self.select_into(w, not, d, b);
            }
            if w == W32 {
                self.asm.mov(w, d, d);
            }
            return;
        }
        self.mov_g(w, d, b);
        self.select_into(w, test, d, a);
    }

    /// `d = test ? src : d`, and the upper half cleared at 32 bits.
    fn select_into(&mut self, w: Width, test: Test, d: Gpr, src: GprMem) {
        match test {
            Test::Always => self.asm.mov(w, d, src),
            Test::One(c) => self.asm.cmov(c, w, d, src),
            Test::Either(x, y) => {
                self.asm.cmov(x, w, d, src);
                self.asm.cmov(y, w, d, src);
            }
            Test::Both(x, y) => {
                let skip = self.asm.new_label();
                if w == W32 {
                    self.asm.mov(w, d, d);
                }
                self.asm.jcc_short(x.invert(), skip);
                self.asm.cmov(y, w, d, src);
                self.asm.bind(skip);
            }
        }
    }

    /// CSINC, CSINV, CSNEG: the second operand changed, with instructions that keep EFLAGS.
    fn csel_changed(&mut self, i: usize, w: Width, cond: Cond, inst: &Inst) {
        use Op::*;
        let [a, b, _] = inst.args;
        if matches!(inst.op, Csinc32 | Csinc64) && self.add_carry(i, w, cond, a, b) {
            return;
        }
        let test = self.test(cond);
        let constants = (self.block.constant(a), self.block.constant(b));
        if let (Some(0), Some(0), Test::One(c)) = (constants.0, constants.1, test)
            && matches!(inst.op, Csinc32 | Csinc64)
        {
            // CSET
            let d = self.def_g(i);
            self.asm.mov_imm(d, 0);
            self.asm.setcc(c.invert(), d);
            return;
        }
        let n = self.s.plan.hint[i];
        let in_home = n != NO_HINT && self.s.values[a.index()].loc == Loc::Home(n);
        let d = if in_home { self.def_apart_g(i) } else { self.def_g(i) };
        self.load_gpr(d, b, w);
        if !matches!(inst.op, Csinc32 | Csinc64) {
            self.asm.unary(Unary::Not, w, d);
        }
        if !matches!(inst.op, Csinv32 | Csinv64) {
            self.asm.lea(w, d, Mem::disp(d, 1));
        }
        let ra = self.use_g(a);
        self.select_into(w, test, d, ra.into());
    }

    /// CINC by C or its opposite is one instruction where NZCV is not needed any more.
    fn add_carry(&mut self, i: usize, w: Width, cond: Cond, a: Val, b: Val) -> bool {
        let loc = |v: Val| self.s.values[v.index()].loc;
        let same = a == b || loc(a) == loc(b) && !matches!(loc(a), Loc::Const | Loc::None);
        let on_carry = match cond {
            Cond::Lo => true,
            Cond::Hs => false,
            _ => return false,
        };
        let direct = match self.flags.host {
            InHost::Direct => true,
            InHost::Inverted => false,
            _ => return false,
        };
        if !same || self.flags_needed && !self.flags.in_state {
            return false;
        }
        let src = self.rm_g(a);
        let d = self.def_reuse_g(i, a);
        self.clobbered();
        self.mov_g(w, d, src);
        // One more, less CF, is adding CF's opposite.
        let (op, imm) = if direct == on_carry { (Alu::Adc, 0) } else { (Alu::Sbb, -1) };
        self.asm.alu_imm(op, w, d, imm);
        true
    }

    fn get_nzcv(&mut self, i: usize) {
        self.save_flags_if(true);
        self.clobber_flags();
        let d = self.def_apart_g(i);
        let t = self.scratch_g();
        let slot = crate::contract::state(core::mem::offset_of!(xemu_guest::CpuState, flags));
        // N and Z: bits 15, 14 to 31, 30. C: bit 8 inverted to 29. V: bit 0 to 28.
        self.asm.movzx(Width::W16, d, slot);
        self.asm.mov(W32, t, d);
        self.asm.alu_imm(Alu::And, W32, t, 0xc000);
        self.asm.shift_imm(Shift::Shl, W32, t, 16);
        self.asm.alu_imm(Alu::Xor, W32, d, 0x100);
        self.asm.alu_imm(Alu::And, W32, d, 0x101);
        self.asm.imul_imm(W32, d, d, (1 << 28) | (1 << 21));
        self.asm.alu_imm(Alu::And, W32, d, 0x3000_0000);
        self.asm.alu(Alu::Or, W32, d, t);
    }

    fn set_nzcv(&mut self, a: Val) {
        self.take_fixed(RAX);
        let t = self.scratch_g();
        self.load_gpr(t, a, W32);
        self.asm.shift_imm(Shift::Shr, W32, t, 28);
        self.asm.mov(W32, RAX, t);
        // Four bits NZCV in t: SF, ZF to bits 15, 14; CF inverted to bit 8; OF to bit 0.
        self.asm.alu_imm(Alu::And, W32, RAX, 0b1100);
        self.asm.shift_imm(Shift::Shl, W32, RAX, 12);
        self.asm.alu_imm(Alu::And, W32, t, 0b11);
        self.asm.alu_imm(Alu::Xor, W32, t, 0b10);
        self.asm.imul_imm(W32, t, t, 1 | (1 << 7));
        self.asm.alu_imm(Alu::And, W32, t, 0x101);
        self.asm.alu(Alu::Or, W32, RAX, t);
        let slot = crate::contract::state(core::mem::offset_of!(xemu_guest::CpuState, flags));
        self.asm.store(W32, slot, RAX);
        self.flags.host = InHost::Nothing;
        self.flags.in_state = true;
    }
}
