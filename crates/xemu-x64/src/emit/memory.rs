//! Guest memory accesses. Each is one x86 access at the guest's own address.

use core::mem::offset_of;

use xemu_guest::{CpuState, Monitor};
use xemu_ir::{Address, Effects, Inst, Op, RmwKind, Val};

use super::{Cold, Emitter};
use crate::asm::reg::{RAX, RCX, RDX, RSP};
use crate::asm::{self, Alu, Gpr, Mem, Shift, Unary, VecMove, VecOp, Width};
use crate::contract::{Helper, helper, scratch_slot, state};

use Width::{B8, W16, W32, W64};

/// The operand width of an element size below 128 bits.
fn width_of(es: u8) -> Width {
    [B8, W16, W32, W64][usize::from(es & 3)]
}

const fn monitor(field: usize) -> Mem {
    state(offset_of!(CpuState, monitor) + field)
}

const BTYPE: Mem = state(offset_of!(CpuState, btype));
/// Every BTYPE that an indirect branch can leave.
const ANY_BTYPE: u8 = 0b1110;

impl Emitter<'_> {
    pub(super) fn memory(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        let guarded = self.ctx.guard_stores && inst.effects().has(Effects::WRITES_MEM);
        if guarded || (self.ctx.check_tags && is_checked(inst)) {
            return self.exec(i, inst);
        }
        match inst.op {
            Load8 => self.load_zx(i, inst, B8),
            Load16 => self.load_zx(i, inst, W16),
            Load32 => self.load(i, inst, W32),
            Load64 => self.load(i, inst, W64),
            LoadS8W => self.load_sx(i, inst, W32, B8),
            LoadS16W => self.load_sx(i, inst, W32, W16),
            LoadS8X => self.load_sx(i, inst, W64, B8),
            LoadS16X => self.load_sx(i, inst, W64, W16),
            LoadS32X => self.load_sx(i, inst, W64, W32),
            LoadV => self.load_v(i, inst),
            Store8 => self.store(inst, B8),
            Store16 => self.store(inst, W16),
            Store32 => self.store(inst, W32),
            Store64 => self.store(inst, W64),
            StoreV => self.store_v(inst),
            CheckAlign => self.check_align(inst),
            // With tags to strip they would need more registers than there are.
            LoadEx | StoreEx if self.ctx.strip_tags => self.emulate(),
            LoadEx => self.load_ex(i, inst),
            StoreEx => self.store_ex(i, inst),
            Clrex => {
                self.asm.store_imm(W64, monitor(offset_of!(Monitor, size)), 0);
            }
            AtomicRmw => self.atomic_rmw(i, inst),
            AtomicCas => self.atomic_cas(i, inst),
            MemFence => self.fence(inst.a),
            DcZva => self.dc_zva(inst.args[0]),
            SetBtype => self.asm.store_imm(W32, BTYPE, i32::from(inst.a)),
            CheckBtype => self.check_btype(inst.a),
            IcIvau => self.ic_ivau(inst.args[0]),
            Pause => self.asm.pause(),
            // Among these, 128-bit atomics, which need CMPXCHG16B's four fixed registers.
            _ => self.exec(i, inst),
        }
    }

    /// The x86 operand for a plain access; with tags to strip, the address in a scratch register.
    fn address(&mut self, inst: &Inst) -> Mem {
        let [base, index, _] = inst.args;
        let disp = inst.imm as i64 as i32;
        let mem = if let Some(c) = self.block.constant(base)
            && let Ok(at) = i32::try_from((c as i64).wrapping_add(i64::from(disp)))
        {
            if index.is_some() { self.indexed(None, index, inst.a, at) } else { Mem::abs(at) }
        } else {
            let rb = self.use_g(base);
            if index.is_some() {
                self.indexed(Some(rb), index, inst.a, disp)
            } else {
                Mem::disp(rb, disp)
            }
        };
        if self.ctx.strip_tags { self.strip_tag(mem) } else { mem }
    }

    fn indexed(&mut self, base: Option<Gpr>, index: Val, scale: u8, disp: i32) -> Mem {
        let ri = self.use_g(index);
        if scale <= 3 {
            return Mem::new(base, Some(ri), scale, disp);
        }
        let t = self.scratch_g();
        self.asm.lea(W64, t, Mem::scaled(ri, 3, 0));
        if base != Some(ri) {
            self.release_g(ri);
        }
        Mem::new(base, Some(t), scale - 3, disp)
    }

    /// Bits 63–56 are copies of bit 55 for the access. EFLAGS have been given up by the caller.
    fn strip_tag(&mut self, mem: Mem) -> Mem {
        let t = self.scratch_g();
        self.asm.lea(W64, t, mem);
        self.asm.shift_imm(Shift::Shl, W64, t, 8);
        self.asm.shift_imm(Shift::Sar, W64, t, 8);
        // Base and index have been read; the op may need their temporaries.
        self.s.gpr.unlock_all();
        self.lock_g(t);
        Mem::base(t)
    }

    fn before_access(&mut self) {
        if self.ctx.strip_tags {
            self.clobber_flags();
        }
    }

    fn load(&mut self, i: usize, inst: &Inst, w: Width) {
        self.before_access();
        let mem = self.address(inst);
        let d = self.def_g(i);
        self.fault_point();
        self.asm.mov(w, d, mem);
    }

    fn load_zx(&mut self, i: usize, inst: &Inst, from: Width) {
        self.before_access();
        let mem = self.address(inst);
        let d = self.def_g(i);
        self.fault_point();
        self.asm.movzx(from, d, mem);
    }

    fn load_sx(&mut self, i: usize, inst: &Inst, to: Width, from: Width) {
        self.before_access();
        let mem = self.address(inst);
        let d = self.def_g(i);
        self.fault_point();
        self.asm.movsx(to, from, d, mem);
    }

    fn load_v(&mut self, i: usize, inst: &Inst) {
        self.before_access();
        let mem = self.address(inst);
        if inst.b < 2 {
            let t = self.scratch_g();
            self.fault_point();
            self.asm.movzx(width_of(inst.b), t, mem);
            let d = self.def_v(i);
            self.asm.movd_from_gpr(W32, d, t);
        } else {
            let d = self.def_v(i);
            self.fault_point();
            let op = [VecMove::MOVSS, VecMove::MOVSD, VecMove::MOVUPS][usize::from(inst.b) - 2];
            self.asm.vload(op, d, mem);
        }
        self.s.values[i].zero_above = inst.b;
    }

    fn store(&mut self, inst: &Inst, w: Width) {
        self.before_access();
        let v = inst.args[2];
        let mem = self.address(inst);
        if let Some(imm) = self.imm32(v, if w == W64 { W64 } else { W32 }) {
            self.fault_point();
            self.asm.store_imm(w, mem, imm);
            return;
        }
        let r = self.use_g(v);
        self.fault_point();
        self.asm.store(w, mem, r);
    }

    fn store_v(&mut self, inst: &Inst) {
        self.before_access();
        let mem = self.address(inst);
        let r = self.use_v(inst.args[2]);
        match inst.b {
            0 | 1 => {
                // PEXTR to memory is one access too.
                self.fault_point();
                self.asm.pextr(width_of(inst.b), mem, r, 0);
            }
            es => {
                let op = [VecMove::MOVSS, VecMove::MOVSD, VecMove::MOVUPS][usize::from(es) - 2];
                self.fault_point();
                self.asm.vstore(op, mem, r);
            }
        }
    }

    fn check_align(&mut self, inst: &Inst) {
        if inst.a == 0 {
            return;
        }
        self.clobber_flags();
        let flags = self.flags;
        let r = self.use_g(inst.args[0]);
        self.asm.test_imm(B8, r, (1 << inst.a) - 1);
        let [label, back] = core::array::from_fn(|_| self.asm.new_label());
        self.asm.jcc(asm::Cond::NE, label);
        self.asm.bind(back);
        self.s.cold.push(Cold::Align {
            label,
            back,
            addr: r.index(),
            size: inst.a,
            lse2: inst.b & 1 != 0,
            pc: self.pc,
            flags,
        });
    }

    fn check_btype(&mut self, accepted: u8) {
        if accepted == ANY_BTYPE {
            return self.asm.store_imm(W32, BTYPE, 0);
        }
        self.clobber_flags();
        self.asm.alu_imm(Alu::Cmp, W32, BTYPE, 0);
        let label = self.asm.new_label();
        self.asm.jcc(asm::Cond::NE, label);
        self.s.cold.push(Cold::Emulate { label, pc: self.pc });
    }

    /// The address of an access that has an operand and nothing else. Takes one temporary.
    fn plain_address(&mut self, v: Val) -> Mem {
        if !self.ctx.strip_tags {
            return Mem::base(self.use_g(v));
        }
        let t = self.scratch_g();
        self.load_gpr(t, v, W64);
        self.asm.shift_imm(Shift::Shl, W64, t, 8);
        self.asm.shift_imm(Shift::Sar, W64, t, 8);
        Mem::base(t)
    }

    fn load_ex(&mut self, i: usize, inst: &Inst) {
        self.before_access();
        let addr = self.use_g(inst.args[0]);
        let mem = Mem::base(addr);
        let d = self.def_apart_g(i);
        self.fault_point();
        match inst.a {
            0 | 1 => self.asm.movzx(width_of(inst.a), d, mem),
            es => self.asm.mov(width_of(es), d, mem),
        }
        self.asm.store(W64, monitor(offset_of!(Monitor, addr)), addr);
        self.asm.store_imm(W64, monitor(offset_of!(Monitor, size)), 1 << inst.a);
        self.asm.store(W64, monitor(offset_of!(Monitor, value)), d);
        self.asm.store_imm(W64, monitor(offset_of!(Monitor, value) + 8), 0);
    }

    /// Succeeds when the mark is at the address and memory still holds what was loaded.
    fn store_ex(&mut self, i: usize, inst: &Inst) {
        self.clobber_flags();
        self.take_fixed(RAX);
        let addr = self.use_g(inst.args[0]);
        let mem = Mem::base(addr);
        let new = self.use_g(inst.args[1]);
        let fail = self.asm.new_label();
        let size = 1 << inst.a;
        self.asm.alu(Alu::Cmp, W64, addr, monitor(offset_of!(Monitor, addr)));
        self.asm.jcc_short(asm::Cond::NE, fail);
        self.asm.alu_imm(Alu::Cmp, W64, monitor(offset_of!(Monitor, size)), size);
        self.asm.jcc_short(asm::Cond::NE, fail);
        self.asm.mov(W64, RAX, monitor(offset_of!(Monitor, value)));
        self.fault_point();
        self.asm.lock_cmpxchg(width_of(inst.a), mem, new);
        self.asm.bind(fail);
        // ZF is clear on every way to a failure.
        self.asm.mov_imm(RAX, 0);
        self.asm.setcc(asm::Cond::NE, RAX);
        self.asm.store_imm(W64, monitor(offset_of!(Monitor, size)), 0);
        self.def_fixed(i, RAX);
    }

    fn atomic_rmw(&mut self, i: usize, inst: &Inst) {
        let es = inst.a;
        let w = width_of(es);
        let kind = RmwKind::from_u8(inst.b);
        let [addr, v, _] = inst.args;
        self.clobber_flags();
        if self.an.uses[i] == 0 && self.rmw_without_result(kind, w, addr, v) {
            return;
        }
        match kind {
            RmwKind::Add | RmwKind::Swp => {
                let mem = self.plain_address(addr);
                let d = self.def_apart_g(i);
                self.load_gpr(d, v, W64);
                self.fault_point();
                if kind == RmwKind::Add {
                    self.asm.lock_xadd(w, mem, d);
                } else {
                    self.asm.xchg_mem(w, mem, d);
                }
                self.zero_extend_old(w, d);
            }
            _ => self.rmw_loop(i, kind, w, addr, v),
        }
    }

    /// The element's old value is in the low bits of `d`; clears what is above.
    fn zero_extend_old(&mut self, w: Width, d: Gpr) {
        if w < W32 {
            self.asm.movzx(w, d, d);
        }
    }

    fn rmw_without_result(&mut self, kind: RmwKind, w: Width, addr: Val, v: Val) -> bool {
        let op = match kind {
            RmwKind::Add => Alu::Add,
            RmwKind::Eor => Alu::Xor,
            RmwKind::Set => Alu::Or,
            RmwKind::Clr => Alu::And,
            _ => return false,
        };
        let mem = self.plain_address(addr);
        let r = if kind == RmwKind::Clr {
            let t = self.scratch_g();
            self.load_gpr(t, v, W64);
            self.asm.unary(Unary::Not, W64, t);
            t
        } else {
            self.use_g(v)
        };
        self.fault_point();
        self.asm.lock_alu(op, w, mem, r);
        true
    }

    /// Old value in RAX, new value in RDX, compare and exchange until it fits.
    fn rmw_loop(&mut self, i: usize, kind: RmwKind, w: Width, addr: Val, v: Val) {
        self.take_fixed(RAX);
        self.take_fixed(RDX);
        // The operand is read again in each round, and no register is left for it.
        self.load_gpr(RDX, v, W64);
        self.asm.store(W64, scratch_slot(0), RDX);
        let src = scratch_slot(0);
        let mem = self.plain_address(addr);
        let cw = wide(w);
        self.fault_point();
        if w < W32 {
            self.asm.movzx(w, RAX, mem);
        } else {
            self.asm.mov(w, RAX, mem);
        }
        let again = self.asm.here();
        self.asm.mov(cw, RDX, src);
        match kind {
            RmwKind::Clr => {
                self.asm.unary(Unary::Not, cw, RDX);
                self.asm.alu(Alu::And, cw, RDX, RAX);
            }
            RmwKind::Set => self.asm.alu(Alu::Or, cw, RDX, RAX),
            RmwKind::Eor => self.asm.alu(Alu::Xor, cw, RDX, RAX),
            RmwKind::Add => self.asm.alu(Alu::Add, cw, RDX, RAX),
            RmwKind::Swp => {}
            RmwKind::Smax | RmwKind::Smin | RmwKind::Umax | RmwKind::Umin => {
                let keep_old = match kind {
                    RmwKind::Smax => asm::Cond::G,
                    RmwKind::Smin => asm::Cond::L,
                    RmwKind::Umax => asm::Cond::A,
                    _ => asm::Cond::B,
                };
                // Both in the element's own width, so that signs are where x86 looks for them.
                self.asm.alu(Alu::Cmp, w, RAX, RDX);
                self.asm.cmov(keep_old, cw, RDX, RAX);
            }
        }
        self.fault_point();
        self.asm.lock_cmpxchg(w, mem, RDX);
        self.asm.jcc(asm::Cond::NE, again);
        self.unlock_fixed(RDX);
        self.def_fixed(i, RAX);
        self.zero_extend_old(w, RAX);
    }

    fn atomic_cas(&mut self, i: usize, inst: &Inst) {
        let w = width_of(inst.a);
        let [addr, expected, new] = inst.args;
        self.clobber_flags();
        self.take_fixed(RAX);
        self.load_gpr(RAX, expected, W64);
        let mem = self.plain_address(addr);
        let rn = self.use_g(new);
        self.fault_point();
        self.asm.lock_cmpxchg(w, mem, rn);
        // A 32-bit CMPXCHG that succeeds leaves RAX's upper half alone.
        if w == W32 {
            self.asm.mov(W32, RAX, RAX);
        }
        self.def_fixed(i, RAX);
        self.zero_extend_old(w, RAX);
    }

    fn fence(&mut self, kind: u8) {
        if kind == xemu_ir::FenceKind::Full as u8 {
            self.clobber_flags();
            // A locked operation orders like MFENCE and is cheaper. Below the stack pointer nothing
            // is kept.
            self.asm.lock_alu_imm(Alu::Or, W32, Mem::disp(RSP, -8), 0);
        }
    }

    fn dc_zva(&mut self, v: Val) {
        self.clobber_flags();
        let r = self.use_g(v);
        let t = self.scratch_g();
        self.asm.mov(W64, t, r);
        if self.ctx.strip_tags {
            self.asm.shift_imm(Shift::Shl, W64, t, 8);
            self.asm.shift_imm(Shift::Sar, W64, t, 8);
        }
        self.asm.alu_imm(Alu::And, W64, t, -64);
        let z = self.scratch_v();
        self.asm.v3(VecOp::PXOR, z, z, z);
        for n in 0..4 {
            self.fault_point();
            self.asm.vstore(VecMove::MOVAPS, Mem::disp(t, n * 16), z);
        }
    }

    fn ic_ivau(&mut self, v: Val) {
        self.clobber_flags();
        self.evict_all();
        self.take_fixed(RAX);
        self.load_gpr(RAX, v, W64);
        self.asm.call_rm(helper(Helper::IcIvau));
        self.ways.routine = true;
        self.s.gpr.forget_copies();
        self.s.vec.forget_copies();
    }

    /// The cold side of `check_align`.
    pub(super) fn misaligned(&mut self, cold: Cold) {
        let Cold::Align { label, back, addr, size, lse2, pc, flags } = cold else { return };
        self.asm.bind(label);
        let addr = Gpr::new(addr);
        let fault = self.asm.new_label();
        if lse2 {
            // Within 16 aligned bytes the access is allowed.
            let scratch = if addr == RCX { RDX } else { RCX };
            self.asm.push(scratch);
            self.asm.lea(W32, scratch, Mem::base(addr));
            self.asm.alu_imm(Alu::And, W32, scratch, 15);
            self.asm.alu_imm(Alu::Cmp, W32, scratch, 16 - (1 << size));
            self.asm.pop(scratch);
            self.asm.jcc(asm::Cond::A, fault);
            self.asm.jmp(back);
        }
        self.asm.bind(fault);
        debug_assert!(flags.in_state || flags.host == super::flags::InHost::Nothing);
        self.leave(crate::contract::LeaveReason::Misaligned, pc);
    }
}

fn wide(w: Width) -> Width {
    if w == W64 { W64 } else { W32 }
}

/// Whether the tag of the access matters, if some thread checks tags.
fn is_checked(inst: &Inst) -> bool {
    use Op::*;
    match inst.op {
        LoadEx | StoreEx | AtomicRmw | AtomicCas | DcZva => true,
        op => op.is_plain_access() && inst.a & Address::UNCHECKED == 0,
    }
}
