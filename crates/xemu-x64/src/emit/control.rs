//! Exits: jumps through slots, calls and returns with prediction, indirect branches.

use core::mem::offset_of;

use xemu_guest::{Cond, CpuState, EngineSlots};
use xemu_ir::{Inst, Op, Val};

use super::flags::{InHost, Test, carry_for, save};
use super::{Cold, Emitter, ExitKind, ExitSlot, Head};
use crate::asm::reg::{RAX, RCX, RDX, RSP};
use crate::asm::{self, Alu, BitTest, Label, Mem, Width};
use crate::contract::{Helper, LOOKUP_ENTRIES, LeaveReason, engine, helper, state, x_slot};

use Width::{W32, W64};

impl Emitter<'_> {
    pub(super) fn control(&mut self, inst: &Inst) {
        use Op::*;
        match inst.op {
            ExitIf => {
                let test = self.test(Cond::from_field(u32::from(inst.a)));
                self.side_exit(test, inst.imm);
            }
            ExitIfZ32 => self.exit_if_zero(W32, inst, asm::Cond::E),
            ExitIfZ64 => self.exit_if_zero(W64, inst, asm::Cond::E),
            ExitIfNz32 => self.exit_if_zero(W32, inst, asm::Cond::NE),
            ExitIfNz64 => self.exit_if_zero(W64, inst, asm::Cond::NE),
            ExitIfBitZ => self.exit_if_bit(inst, false),
            ExitIfBitNz => self.exit_if_bit(inst, true),
            SyncIfOdd16 => self.sync_if_odd16(inst),
            Goto => self.goto(inst.imm),
            Call => self.call(inst.imm),
            CallReg => self.call_reg(inst.args[0]),
            GotoReg => {
                self.load_target(inst.args[0]);
                self.lookup_jump();
            }
            Ret => self.ret(inst.args[0]),
            Sync => {
                self.save_flags_if(true);
                self.leave(LeaveReason::Sync, inst.imm);
            }
            Svc => self.leave_with(LeaveReason::Svc, immediate16(inst), self.pc.wrapping_add(4)),
            Brk => self.leave_with(LeaveReason::Brk, immediate16(inst), self.pc),
            Undef => self.leave_with(LeaveReason::Undef, inst.imm as u32, self.pc),
            _ => self.emulate(),
        }
    }

    fn leave_with(&mut self, reason: LeaveReason, arg: u32, pc: u64) {
        self.save_flags_if(true);
        self.asm.store_imm(W32, engine(offset_of!(EngineSlots, leave_arg)), arg as i32);
        self.leave(reason, pc);
    }

    // Exits to known targets

    fn new_exit(&mut self, target: u64, kind: ExitKind) -> u32 {
        let number = self.s.exits.len() as u32;
        self.s.exits.push(ExitSlot { target, stub: 0, kind });
        number
    }

    /// The operand that holds where exit `number` goes.
    fn slot(&self, number: u32) -> Mem {
        let addr = self.ctx.slots_addr + u64::from(number) * 8;
        Mem::rip(addr.wrapping_sub(self.ctx.code_addr) as i64 as i32)
    }

    fn poll(&mut self) {
        self.asm.alu_imm(Alu::Cmp, W32, state(offset_of!(CpuState, poll)), 0);
    }

    /// Whether going from here to `target` may close a loop, so that a poll is due.
    fn may_loop(&self, target: u64) -> bool {
        target <= self.pc
    }

    /// The block's start. A loop that hands NZCV on from round to round, as sums of long numbers
    /// do, keeps it in EFLAGS.
    pub(super) fn start(&mut self) {
        if !self.ctx.loop_inside {
            return;
        }
        for k in 0..self.s.plan.moved.len() {
            let moved = self.s.plan.moved[k];
            self.asm.store(W64, x_slot(moved.from), moved.home);
            self.asm.mov(W64, moved.home, x_slot(moved.to));
        }
        if self.s.plan.flags_before && self.an.last_jump_back.is_some() {
            self.load_carry(InHost::Direct);
            self.flags.in_state = false;
        }
        self.head = Some(Head { label: self.asm.here(), flags: self.flags.host });
    }

    /// Makes homes what they are by the contract, wherever the block is left. EFLAGS stay.
    pub(super) fn restore_homes(&mut self) {
        for k in 0..self.s.plan.moved.len() {
            let moved = self.s.plan.moved[k];
            self.asm.store(W64, x_slot(moved.to), moved.home);
            self.asm.mov(W64, moved.home, x_slot(moved.from));
        }
    }

    /// Behind the block: where control goes on after a fault, as a helper's address is in RAX.
    pub(super) fn way_out(&mut self) {
        if self.s.plan.moved.is_empty() || self.s.faults.is_empty() {
            return;
        }
        let at = self.asm.pos() as u32;
        self.restore_homes();
        self.asm.jmp_rm(helper(Helper::Leave));
        for fault in &mut self.s.faults {
            fault.way_out = at;
        }
    }

    /// The block's start, if a jump to `target` goes there.
    fn head_at(&self, target: u64) -> Option<Head> {
        self.head.filter(|_| target == self.block.pc)
    }

    fn goto(&mut self, target: u64) {
        let slot = self.new_exit(target, ExitKind::Jump);
        if let Some(head) = self.head_at(target) {
            self.jump_to_head(head, slot, self.an.flags_live[self.cur]);
            return;
        }
        self.save_flags_if(self.an.flags_live[self.cur]);
        self.restore_homes();
        if self.may_loop(target) {
            self.poll();
            let label = self.asm.new_label();
            self.asm.jcc(asm::Cond::NE, label);
            self.s.cold.push(Cold::Poll { label, slot });
        }
        self.asm.jmp_rm(self.slot(slot));
    }

    /// Goes on at the block's start, or polls. Values in temporaries are not needed any more.
    fn jump_to_head(&mut self, head: Head, slot: u32, flags_live: bool) {
        if head.flags == InHost::Nothing {
            if flags_live && !self.flags.in_state {
                save(self.asm, self.flags.host);
            }
            self.poll();
            self.asm.jcc(asm::Cond::E, head.label);
            self.poll_left(slot);
            return;
        }
        let label = self.asm.new_label();
        let save_flags = flags_live && !self.flags.in_state;
        let on = self.asm.new_label();
        self.asm.mov(W32, RCX, state(offset_of!(CpuState, poll)));
        self.asm.jrcxz_short(on);
        self.asm.jmp(label);
        self.asm.bind(on);
        self.s.cold.push(Cold::Exit { label, slot, flags: self.flags, save_flags, poll: true });
        if flags_live {
            carry_for(self.asm, self.flags.host, head.flags);
        }
        self.asm.jmp(head.label);
    }

    /// Leaves through an exit's stub.
    fn poll_left(&mut self, slot: u32) {
        self.restore_homes();
        let label = self.asm.new_label();
        self.asm.jmp(label);
        self.s.cold.push(Cold::Poll { label, slot });
    }

    /// Leaves for `target` if `test` holds.
    fn side_exit(&mut self, test: Test, target: u64) {
        let save_flags = self.an.flags_live[self.cur];
        let slot = self.new_exit(target, ExitKind::Jump);
        if let Some(head) = self.head_at(target)
            && test != Test::Always
        {
            let on = self.asm.new_label();
            if let Some(not) = test.invert() {
                self.jump_if(not, on);
            }
            self.jump_to_head(head, slot, save_flags);
            self.asm.bind(on);
            return;
        }
        let label = self.asm.new_label();
        self.jump_if(test, label);
        let poll = self.may_loop(target);
        self.s.cold.push(Cold::Exit { label, slot, flags: self.flags, save_flags, poll });
    }

    /// EFLAGS change before an exit at which NZCV may be needed.
    fn clobber_flags_at_exit(&mut self) {
        self.save_flags_if(self.an.flags_live[self.cur]);
        self.clobber_flags();
    }

    fn exit_if_zero(&mut self, w: Width, inst: &Inst, cond: asm::Cond) {
        let in_head = self.head_at(inst.imm).is_some_and(|head| head.flags != InHost::Nothing);
        let read = self.flags_needed || in_head && self.an.flags_live[self.cur];
        if read && self.flags.host != InHost::Nothing && !self.flags.in_state {
            return self.exit_keeping_flags(w, inst, cond == asm::Cond::E);
        }
        self.clobber_flags_at_exit();
        let v = inst.args[0];
        match self.rm_g(v) {
            asm::GprMem::Reg(r) => self.asm.test(w, r, r),
            mem => self.asm.alu_imm(Alu::Cmp, w, mem, 0),
        }
        self.side_exit(Test::One(cond), inst.imm);
    }

    /// Jumps if a value is zero, or is not, without touching EFLAGS.
    fn exit_keeping_flags(&mut self, w: Width, inst: &Inst, if_zero: bool) {
        self.take_fixed(RCX);
        self.load_gpr(RCX, inst.args[0], w);
        let save_flags = self.an.flags_live[self.cur];
        let target = inst.imm;
        let slot = self.new_exit(target, ExitKind::Jump);
        let [taken, on] = core::array::from_fn(|_| self.asm.new_label());
        self.asm.jrcxz_short(if if_zero { taken } else { on });
        if if_zero {
            self.asm.jmp_short(on);
            self.asm.bind(taken);
        }
        if let Some(head) = self.head_at(target) {
            self.jump_to_head(head, slot, save_flags);
        } else {
            let label = self.asm.new_label();
            self.asm.jmp(label);
            let poll = self.may_loop(target);
            self.s.cold.push(Cold::Exit { label, slot, flags: self.flags, save_flags, poll });
        }
        self.asm.bind(on);
    }

    fn exit_if_bit(&mut self, inst: &Inst, set: bool) {
        self.clobber_flags_at_exit();
        let bit = inst.a;
        let src = self.rm_g(inst.args[0]);
        let cond = if bit < 31 {
            let w = if bit < 7 { Width::B8 } else { W32 };
            self.asm.test_imm(w, src, 1 << bit);
            if set { asm::Cond::NE } else { asm::Cond::E }
        } else {
            self.asm.bit_test_imm(BitTest::Bt, W64, src, bit);
            if set { asm::Cond::B } else { asm::Cond::AE }
        };
        self.side_exit(Test::One(cond), inst.imm);
    }

    fn sync_if_odd16(&mut self, inst: &Inst) {
        self.clobber_flags_at_exit();
        let src = self.rm_g(inst.args[0]);
        self.asm.test_imm(Width::B8, src, 15);
        let label = self.asm.new_label();
        self.asm.jcc(asm::Cond::NE, label);
        self.s.cold.push(Cold::Sync { label, pc: inst.imm });
    }

    // Calls and returns

    /// Pushes the guest's return address for the prediction of the return. Clobbers RDX.
    fn push_return(&mut self) {
        let back = self.pc.wrapping_add(4);
        if let Ok(imm) = i32::try_from(back) {
            self.asm.push_imm(imm);
        } else {
            self.asm.mov_imm(RDX, back);
            self.asm.push(RDX);
        }
    }

    /// Behind the host call: drops the guest's return address and goes on.
    fn landing(&mut self) {
        self.asm.lea(W64, RSP, Mem::disp(RSP, 8));
        let slot = self.new_exit(self.pc.wrapping_add(4), ExitKind::Landing);
        self.asm.jmp_rm(self.slot(slot));
    }

    fn call(&mut self, target: u64) {
        self.save_flags_if(self.an.flags_live[self.cur]);
        self.restore_homes();
        let slot = self.new_exit(target, ExitKind::Call);
        if self.may_loop(target) {
            // A recursion need not contain another jump backwards.
            self.poll();
            let label = self.asm.new_label();
            self.asm.jcc(asm::Cond::NE, label);
            self.s.cold.push(Cold::Poll { label, slot });
        }
        self.push_return();
        self.asm.call_rm(self.slot(slot));
        self.landing();
    }

    /// The target in RAX, flags in the state.
    fn load_target(&mut self, v: Val) {
        self.save_flags_if(true);
        self.take_fixed(RAX);
        self.load_gpr(RAX, v, W64);
        self.restore_homes();
    }

    /// Looks RAX up in the thread's table: RCX is the entry's address, and the comparison is made.
    /// An odd pc, a tagged pc or an unknown one differs from every entry.
    fn probe(&mut self) {
        self.asm.lea(W32, RCX, Mem::scaled(RAX, 2, 0));
        self.asm.alu_imm(Alu::And, W32, RCX, ((LOOKUP_ENTRIES - 1) << 4) as i32);
        self.asm.alu(Alu::Add, W64, RCX, engine(offset_of!(EngineSlots, lookup_table)));
        self.asm.alu(Alu::Cmp, W64, RAX, Mem::base(RCX));
    }

    fn lookup_jump(&mut self) {
        self.probe();
        let miss = self.asm.new_label();
        self.asm.jcc_short(asm::Cond::NE, miss);
        self.asm.jmp_rm(Mem::disp(RCX, 8));
        self.asm.bind(miss);
        self.asm.jmp_rm(helper(Helper::Lookup));
    }

    fn call_reg(&mut self, v: Val) {
        self.load_target(v);
        self.push_return();
        self.probe();
        let [label, back] = core::array::from_fn(|_| self.asm.new_label());
        self.asm.jcc(asm::Cond::NE, label);
        self.asm.call_rm(Mem::disp(RCX, 8));
        self.asm.bind(back);
        self.landing();
        self.s.cold.push(Cold::CallMiss { label, back });
    }

    fn ret(&mut self, v: Val) {
        self.load_target(v);
        self.asm.alu(Alu::Cmp, W64, RAX, Mem::disp(RSP, 8));
        let label = self.asm.new_label();
        self.asm.jcc(asm::Cond::NE, label);
        self.asm.ret();
        self.s.cold.push(Cold::ReturnMiss { label });
    }

    // What stands behind the block

    pub(super) fn cold(&mut self) {
        let mut done = 0;
        while done < self.s.cold.len() {
            let cold = self.s.cold[done];
            done += 1;
            match cold {
                Cold::Exit { label, slot, flags, save_flags, poll } => {
                    self.asm.bind(label);
                    if save_flags && !flags.in_state {
                        save(self.asm, flags.host);
                    }
                    self.restore_homes();
                    if poll {
                        self.poll();
                        let left = self.asm.new_label();
                        self.asm.jcc(asm::Cond::NE, left);
                        self.s.cold.push(Cold::Poll { label: left, slot });
                    }
                    self.asm.jmp_rm(self.slot(slot));
                }
                Cold::Align { .. } => self.misaligned(cold),
                Cold::Emulate { label, pc } => {
                    self.asm.bind(label);
                    self.leave(LeaveReason::Emulate, pc);
                }
                Cold::Sync { label, pc } => {
                    self.asm.bind(label);
                    self.leave(LeaveReason::Sync, pc);
                }
                Cold::CallMiss { label, back } => {
                    self.asm.bind(label);
                    self.asm.call_rm(helper(Helper::Lookup));
                    self.asm.jmp(back);
                }
                Cold::ReturnMiss { label } => {
                    self.asm.bind(label);
                    self.asm.jmp_rm(helper(Helper::ReturnMiss));
                }
                Cold::Poll { .. } => {}
            }
        }
    }

    /// The code that each slot points to while it is not linked.
    pub(super) fn stubs(&mut self) {
        for n in 0..self.s.exits.len() {
            self.s.exits[n].stub = self.asm.pos() as u32;
            for c in 0..self.s.cold.len() {
                if let Cold::Poll { label, slot } = self.s.cold[c]
                    && slot as usize == n
                {
                    self.bind_once(label);
                }
            }
            self.asm.mov_imm(RAX, u64::from(self.ctx.first_slot + n as u32));
            self.asm.jmp_rm(helper(Helper::Link));
        }
    }

    fn bind_once(&mut self, label: Label) {
        if self.asm.label_offset(label).is_none() {
            self.asm.bind(label);
        }
    }
}

fn immediate16(inst: &Inst) -> u32 {
    u32::from(inst.a) | u32::from(inst.b) << 8
}
