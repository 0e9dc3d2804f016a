//! Floating-point comparisons, to NZCV and to masks, and selection.

use core::mem::offset_of;

use xemu_guest::{Cond, CpuState, HostFlags, Nzcv};
use xemu_ir::{AttrKind, Effects, FpMode, Inst, Op};

use super::Emitter;
use super::flags::{Flags, InHost, Test, prefers_swapped, save};
use super::float::Lanes;
use crate::alloc::Loc;
use crate::asm::reg::{RAX, RCX};
use crate::asm::{FpCmp, Label, VecOp, VecUnary, Width, Xmm, XmmMem};
use crate::contract::state;
use crate::plan::NO_HINT;

/// The values of NZCV that a floating-point comparison gives: less, equal, greater, unordered.
const OUTCOMES: [u8; 4] = [0b1000, 0b0110, 0b0010, 0b0011];

impl Emitter<'_> {
    pub(super) fn float_compare(&mut self, i: usize, inst: &Inst) -> bool {
        match inst.op {
            Op::Fcmp => self.fcmp(inst),
            Op::Fccmp => self.fccmp(inst),
            Op::Fcmeq | Op::Fcmge | Op::Fcmgt => self.mask_compare(i, inst, relation(inst.op).0),
            Op::Facge | Op::Facgt => self.mask_compare_magnitudes(i, inst, relation(inst.op).0),
            _ => false,
        }
    }

    // To NZCV

    fn fcmp(&mut self, inst: &Inst) -> bool {
        let Some(l) = Lanes::scalar(inst.a) else { return false };
        let swapped = self.next_condition().is_some_and(|(_, cond)| prefers_swapped(cond));
        let (first, second) = self.compare_operands(inst, swapped);
        self.compare_host(l, inst.b != 0, first, second);
        self.flags_set(InHost::Compare { swapped });
        true
    }

    fn compare_operands(&mut self, inst: &Inst, swapped: bool) -> (Xmm, XmmMem) {
        let [a, b, _] = inst.args;
        let (first, second) = if swapped { (b, a) } else { (a, b) };
        (self.use_v(first), self.last_rm_v(second))
    }

    fn compare_host(&mut self, l: Lanes, signals: bool, first: Xmm, second: XmmMem) {
        let op = match (l.double, signals) {
            (false, false) => VecUnary::UCOMISS,
            (false, true) => VecUnary::COMISS,
            (true, false) => VecUnary::UCOMISD,
            (true, true) => VecUnary::COMISD,
        };
        self.fault_point();
        self.asm.v2(op, first, second);
    }

    /// The op that reads NZCV next in the block, and its condition.
    fn next_condition(&self) -> Option<(usize, Cond)> {
        for j in self.cur + 1..self.block.insts.len() {
            let inst = &self.block.insts[j];
            let effects = inst.effects();
            if effects.has(Effects::READS_FLAGS) {
                let kinds = inst.op.info().attrs;
                let at = kinds.iter().position(|k| *k == AttrKind::Cc)?;
                return Some((j, Cond::from_field(u32::from([inst.a, inst.b][at]))));
            }
            if effects.has(Effects::WRITES_FLAGS) {
                return None;
            }
        }
        None
    }

    /// Compares, or takes four constant bits. Where UCOMIS can leave such flags, both ways end
    /// with flags in that form, else both in the state.
    fn fccmp(&mut self, inst: &Inst) -> bool {
        let Some(l) = Lanes::scalar(inst.a) else { return false };
        let reader = self.next_condition();
        let swapped = reader.is_some_and(|(_, cond)| prefers_swapped(cond));
        let nzcv = inst.imm as u8 & 0b1111;
        let constant = self.as_outcome(nzcv, reader).map(|n| outcome_eflags(n, swapped));
        let test = self.test(Cond::from_field(u32::from(inst.b)));
        self.take_fixed(RAX);
        if constant.is_none() {
            self.take_fixed(RCX);
        }
        let (first, second) = self.compare_operands(inst, swapped);
        let [otherwise, done] = core::array::from_fn(|_| self.asm.new_label());
        let flushes = self.block.fp == FpMode::Flush;
        let t =
            flushes.then(|| (self.scratch_v(), self.use_v(inst.args[0]), self.use_v(inst.args[1])));
        self.skip_unless(test, otherwise);
        if let Some((t, a, b)) = t {
            self.trap_denormal(l, t, a);
            self.trap_denormal(l, t, b);
        }
        self.compare_host(l, inst.imm & 0x10 != 0, first, second);
        let host = InHost::Compare { swapped };
        if constant.is_none() {
            save(self.asm, host);
        }
        if test != Test::Always {
            self.asm.jmp_short(done);
        }
        self.asm.bind(otherwise);
        if test != Test::Always {
            if let Some(eflags) = constant {
                self.asm.mov_imm(RAX, u64::from(eflags) << 8);
                self.asm.sahf();
            } else {
                let form = HostFlags::from_nzcv(Nzcv::from_imm4(u32::from(nzcv))).0;
                let slot = state(offset_of!(CpuState, flags));
                self.asm.store_imm(Width::W32, slot, form as i32);
            }
        }
        self.asm.bind(done);
        match constant {
            Some(_) => self.flags_set(host),
            None => self.flags = Flags { host: InHost::Nothing, in_state: true },
        }
        true
    }

    /// An outcome of a comparison that is `nzcv`, or that cannot be told from it because `reader`
    /// with its condition is all that sees it.
    fn as_outcome(&self, nzcv: u8, reader: Option<(usize, Cond)>) -> Option<u8> {
        if OUTCOMES.contains(&nzcv) {
            return Some(nzcv);
        }
        let (j, cond) = reader?;
        let effects = self.block.insts[j].effects();
        let replaced = effects.has(Effects::WRITES_FLAGS);
        let leaves = effects.has(Effects::SIDE_EXIT) && self.an.flags_live[j];
        if !replaced && (self.s.plan.flags_after(j) || leaves) {
            return None;
        }
        // Whoever leaves the block before the reader takes the flags along.
        if self.block.insts[self.cur + 1..j].iter().any(|inst| inst.effects().needs_state()) {
            return None;
        }
        let holds = |n: u8| cond.holds(Nzcv::from_imm4(u32::from(n)));
        OUTCOMES.into_iter().find(|n| holds(*n) == holds(nzcv))
    }

    /// A short jump to `target` if `test` does not hold.
    fn skip_unless(&mut self, test: Test, target: Label) {
        match test.invert() {
            None => {}
            Some(not) => self.skip_if(not, target),
        }
    }

    fn skip_if(&mut self, test: Test, target: Label) {
        match test {
            Test::Always => self.asm.jmp_short(target),
            Test::One(c) => self.asm.jcc_short(c, target),
            Test::Either(x, y) => {
                self.asm.jcc_short(x, target);
                self.asm.jcc_short(y, target);
            }
            Test::Both(x, y) => {
                let on = self.asm.new_label();
                self.asm.jcc_short(x.invert(), on);
                self.asm.jcc_short(y, target);
                self.asm.bind(on);
            }
        }
    }

    // To masks

    /// FCMEQ is quiet and so is EQ; FCMGE and FCMGT signal every NaN and so do LE and LT, with
    /// operands exchanged. What signals is interpreted.
    fn mask_compare(&mut self, i: usize, inst: &Inst, relation: FpCmp) -> bool {
        let Some(l) = Lanes::new(inst.a, inst.b) else { return false };
        let [a, b, _] = inst.args;
        let (first, second) = if relation == FpCmp::Eq { (a, b) } else { (b, a) };
        let ra = self.use_v(first);
        let rb = self.last_rm_v(second);
        let zero = self.zero_like(first, l);
        let d = self.def_at_trap(i, first);
        self.trap_v3_imm(l.cmp(), d, ra, rb, relation as u8);
        self.s.values[i].zero_above = zero;
        true
    }

    fn mask_compare_magnitudes(&mut self, i: usize, inst: &Inst, relation: FpCmp) -> bool {
        let Some(l) = Lanes::new(inst.a, inst.b) else { return false };
        let [a, b, _] = inst.args;
        let ra = self.use_v(a);
        let rb = self.use_v(b);
        let zero = self.zero_like(b, l);
        let t = self.scratch_v();
        self.asm.v3(VecOp::ANDPS, t, ra, l.magnitude());
        let d = self.def_free(i);
        self.asm.v3(VecOp::ANDPS, d, rb, l.magnitude());
        self.trap_v3_imm(l.cmp(), d, d, t, relation as u8);
        self.s.values[i].zero_above = zero;
        true
    }

    // Selection

    pub(super) fn vcsel(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        let test = self.test(Cond::from_field(u32::from(inst.a)));
        let ra = self.use_v(a);
        let rb = self.use_v(b);
        let zero = [a, b].map(|v| self.s.values[v.index()].zero_above);
        let n = self.s.plan.hint[i];
        let onto_first = n != NO_HINT && self.s.values[a.index()].loc == Loc::Home(n);
        let d = if onto_first { self.def_v(i) } else { self.def_reuse_v(i, b) };
        let done = self.asm.new_label();
        if d == ra {
            self.skip_if(test, done);
            self.asm.vmov(d, rb);
        } else {
            self.asm.vmov(d, rb);
            self.skip_unless(test, done);
            self.asm.vmov(d, ra);
        }
        self.asm.bind(done);
        self.s.values[i].zero_above = zero[0].max(zero[1]);
    }
}

/// The relation of a comparison to masks, with operands exchanged unless it is equality, and
/// whether of magnitudes.
pub(super) fn relation(op: Op) -> (FpCmp, bool) {
    match op {
        Op::Fcmge => (FpCmp::Le, false),
        Op::Fcmgt => (FpCmp::Lt, false),
        Op::Facge => (FpCmp::Le, true),
        Op::Facgt => (FpCmp::Lt, true),
        _ => (FpCmp::Eq, false),
    }
}

/// The low byte of EFLAGS as UCOMIS leaves it for an outcome.
fn outcome_eflags(nzcv: u8, swapped: bool) -> u8 {
    const RESERVED: u8 = 1 << 1;
    let [cf, pf, zf] = [1, 1 << 2, 1 << 6];
    RESERVED
        | match nzcv {
            0b0110 => zf,
            0b0011 => zf | pf | cf,
            // Less, and greater for exchanged operands.
            0b1000 if !swapped => cf,
            0b0010 if swapped => cf,
            _ => 0,
        }
}
