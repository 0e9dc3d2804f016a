//! Conversions between floating-point formats, and from and to integers.
//!
//! A NaN or a number out of a signed integer's range is invalid on x86: the guest instruction is
//! interpreted, which saturates. What is out of an unsigned integer's range is found before the
//! conversion, so that no inexactness is recorded for it, and is interpreted as well.

use xemu_guest::VecConst;
use xemu_ir::{Es, Inst, Op, RoundKind, Shape, Ty, Val};

use super::flags::InHost;
use super::float::{Lanes, MUL, round_imm};
use super::vec_const::splat;
use super::{Cold, Emitter};
use crate::asm::{
    self, Alu, BitTest, FpCmp, Gpr, Label, Rounding, Shift, VecOp, VecOpImm, VecShift, VecUnary,
    VecUnaryImm, VexUnary, Width, Xmm,
};
use crate::contract::vec_const;

use Width::{W32, W64};

/// Bits of the immediates of conversions from and to integers.
pub(super) const FRACTION: u64 = 0xff;
pub(super) const UNSIGNED: u64 = 0x100;
pub(super) const LOWEST_ONLY: u64 = 0x200;

/// VCVTPS2PH's immediate: round as MXCSR says.
pub(super) const CURRENT: u8 = Rounding::Current as u8;

impl Emitter<'_> {
    pub(super) fn float_convert(&mut self, i: usize, inst: &Inst) -> bool {
        match inst.op {
            Op::Fcvt => self.fcvt(i, inst),
            Op::Fcvtl => self.fcvt_long(i, inst),
            Op::Fcvtn => self.fcvt_narrow(i, inst),
            Op::I32ToF => self.int_to_scalar(i, inst, W32),
            Op::I64ToF => self.int_to_scalar(i, inst, W64),
            Op::FToI32 | Op::FToI64 if inst.imm & FRACTION != 0 => self.scalar_to_fixed(i, inst),
            Op::FToI32 => self.scalar_to_int(i, inst, W32),
            Op::FToI64 => self.scalar_to_int(i, inst, W64),
            Op::Fjcvtzs => self.float_to_int_js(i, inst),
            Op::VFToI if inst.imm & FRACTION != 0 => self.vec_to_fixed(i, inst),
            Op::VFToI if inst.imm & LOWEST_ONLY != 0 => self.lowest_to_int(i, inst),
            Op::VFToI => self.lanes_to_int(i, inst),
            Op::VIToF => self.int_to_lanes(i, inst),
            _ => false,
        }
    }

    // Between formats. Both sides keep a quiet NaN's sign and the payload's high bits.

    fn fcvt(&mut self, i: usize, inst: &Inst) -> bool {
        let a = inst.args[0];
        let above = self.value(a).zero_above;
        match (Es::from_u8(inst.a), Es::from_u8(inst.b)) {
            (Es::S, Es::D) => {
                let src = self.use_v(a);
                let d = self.def_at_trap(i, a);
                self.trap_v3(VecOp::CVTSS2SD, d, src, src);
                self.s.values[i].zero_above = if above <= 3 { 3 } else { 4 };
            }
            (Es::D, Es::S) => self.double_to_single(i, a),
            (Es::H, Es::S) if self.features.f16c => {
                let src = self.last_rm_v(a);
                let d = self.def_reuse_v(i, a);
                self.fault_point();
                self.asm.vex2(VexUnary::VCVTPH2PS, d, src);
                self.s.values[i].zero_above = if above <= 1 { 2 } else { 4 };
            }
            (Es::H, Es::D) if self.features.f16c => {
                let src = self.last_rm_v(a);
                let t = self.scratch_v();
                self.fault_point();
                self.asm.vex2(VexUnary::VCVTPH2PS, t, src);
                let d = self.def_v(i);
                self.asm.v3(VecOp::CVTSS2SD, d, t, t);
                self.s.values[i].zero_above = if above <= 1 { 3 } else { 4 };
            }
            (Es::S, Es::H) if self.features.f16c => {
                self.give_up_flags_to_find_tiny();
                let src = self.use_v(a);
                let alone = if above <= 2 { src } else { self.scratch_v() };
                if alone != src {
                    // The other lanes would leave their exceptions.
                    self.clear_above(alone, src, 2);
                }
                let d = self.def_narrowed(i, a);
                self.fault_point();
                self.asm.vcvtps2ph(d, alone, CURRENT);
                self.find_tiny(Es::H, d);
                self.s.values[i].zero_above = 1;
            }
            // From double to half precision there is no conversion that rounds once.
            _ => return false,
        }
        true
    }

    /// Before a narrowing conversion.
    fn give_up_flags_to_find_tiny(&mut self) {
        if self.block.fp.finds_tiny() {
            self.clobber_flags();
        }
    }

    /// The result's register for a narrowing conversion of `a`.
    fn def_narrowed(&mut self, i: usize, a: Val) -> Xmm {
        if self.block.fp.finds_tiny() { self.def_apart_v(i) } else { self.def_reuse_v(i, a) }
    }

    /// Behind a narrowing conversion to size `es`.
    fn find_tiny(&mut self, es: Es, d: Xmm) {
        if self.block.fp.finds_tiny() {
            self.leave_if_least(es, false, d);
        }
    }

    fn double_to_single(&mut self, i: usize, a: Val) {
        self.give_up_flags_to_find_tiny();
        if self.value(a).zero_above <= 3 {
            let src = self.last_rm_v(a);
            let d = self.def_narrowed(i, a);
            self.fault_point();
            self.asm.v2(VecUnary::CVTPD2PS, d, src);
            self.find_tiny(Es::S, d);
        } else {
            let src = self.last_rm_v(a);
            let z = self.scratch_v();
            self.asm.vzero(z);
            self.trap_v3(VecOp::CVTSD2SS, z, z, src);
            self.find_tiny(Es::S, z);
            let d = self.def_v(i);
            self.asm.vmov(d, z);
        }
        self.s.values[i].zero_above = 2;
    }

    fn fcvt_long(&mut self, i: usize, inst: &Inst) -> bool {
        let a = inst.args[0];
        let half = inst.a == Es::H as u8;
        if half && !self.features.f16c {
            return false;
        }
        let src = self.last_rm_v(a);
        let d = self.def_reuse_v(i, a);
        self.fault_point();
        if half {
            self.asm.vex2(VexUnary::VCVTPH2PS, d, src);
        } else {
            self.asm.v2(VecUnary::CVTPS2PD, d, src);
        }
        true
    }

    fn fcvt_narrow(&mut self, i: usize, inst: &Inst) -> bool {
        let a = inst.args[0];
        let half = inst.a == Es::H as u8;
        if half && !self.features.f16c {
            return false;
        }
        self.give_up_flags_to_find_tiny();
        if half {
            let src = self.use_v(a);
            let d = self.def_narrowed(i, a);
            self.fault_point();
            self.asm.vcvtps2ph(d, src, CURRENT);
            self.find_tiny(Es::H, d);
        } else {
            let src = self.last_rm_v(a);
            let d = self.def_narrowed(i, a);
            self.fault_point();
            self.asm.v2(VecUnary::CVTPD2PS, d, src);
            self.find_tiny(Es::S, d);
        }
        self.s.values[i].zero_above = 3;
        true
    }

    // To integers

    fn scalar_to_int(&mut self, i: usize, inst: &Inst, w: Width) -> bool {
        let Some((l, kind, unsigned)) = to_int_form(inst) else { return false };
        let l = Lanes { scalar: true, ..l };
        let a = inst.args[0];
        if kind == RoundKind::Zero && !unsigned {
            let src = self.last_rm_v(a);
            let d = self.def_g(i);
            self.fault_point();
            if l.double {
                self.asm.cvttsd2si(w, d, src);
            } else {
                self.asm.cvttss2si(w, d, src);
            }
            return true;
        }
        if unsigned {
            self.clobber_flags();
        }
        let src = self.use_v(a);
        let rounded = self.rounded(l, kind, src);
        let d = self.def_g(i);
        self.truncate(l, w, unsigned, d, rounded);
        self.note_inexact(l, kind, src, rounded);
        true
    }

    /// FCVTZS and kin from the lowest element to the lowest element.
    fn lowest_to_int(&mut self, i: usize, inst: &Inst) -> bool {
        let Some((l, kind, unsigned)) = to_int_form(inst) else { return false };
        let l = Lanes { scalar: true, ..l };
        let w = if l.double { W64 } else { W32 };
        if unsigned {
            self.clobber_flags();
        }
        let src = self.use_v(inst.args[0]);
        let rounded = self.rounded(l, kind, src);
        let r = self.scratch_g();
        self.truncate(l, w, unsigned, r, rounded);
        self.note_inexact(l, kind, src, rounded);
        let d = self.def_v(i);
        self.asm.movd_from_gpr(w, d, r);
        self.s.values[i].zero_above = l.es();
        true
    }

    /// `x` as it is for rounding towards zero, which the conversion does itself; else rounded,
    /// in a scratch register, with nothing said about inexactness: the conversion may turn out to
    /// be invalid instead.
    pub(super) fn rounded(&mut self, l: Lanes, kind: RoundKind, x: Xmm) -> Xmm {
        if kind == RoundKind::Zero {
            return x;
        }
        let t = self.scratch_v();
        match round_imm(kind) {
            Some(imm) => self.round_v(l, t, x, imm),
            None => self.round_tie_away(l, t, x),
        }
        t
    }

    /// Records inexactness after a conversion of what [`Emitter::rounded`] gave; clobbers that.
    pub(super) fn note_inexact(&mut self, l: Lanes, kind: RoundKind, x: Xmm, rounded: Xmm) {
        if kind != RoundKind::Zero {
            self.round_v(l, rounded, x, Rounding::Zero as u8);
        }
    }

    /// `d` becomes scalar `x` as an integer of width `w`, rounded towards zero. Clobbers EFLAGS if
    /// `unsigned`.
    pub(super) fn truncate(&mut self, l: Lanes, w: Width, unsigned: bool, d: Gpr, x: Xmm) {
        match (unsigned, w) {
            (false, _) => self.truncate_signed(l, w, d, x),
            (true, W64) => self.truncate_u64(l, d, x),
            (true, _) => {
                let cold = self.cold_emulate();
                self.leave_from(l, x, VecConst::TwoTo32S, VecConst::TwoTo32D, cold);
                self.leave_up_to_minus_one(l, x, cold);
                self.truncate_signed(l, W64, d, x);
            }
        }
    }

    fn truncate_signed(&mut self, l: Lanes, w: Width, d: Gpr, x: Xmm) {
        self.fault_point();
        if l.double {
            self.asm.cvttsd2si(w, d, x);
        } else {
            self.asm.cvttss2si(w, d, x);
        }
    }

    /// From 2^63 on, the number less 2^63 is converted.
    fn truncate_u64(&mut self, l: Lanes, d: Gpr, x: Xmm) {
        let cold = self.cold_emulate();
        let [high, done] = core::array::from_fn(|_| self.asm.new_label());
        let half = l.constant(VecConst::TwoTo63S, VecConst::TwoTo63D);
        let t = self.scratch_v();
        self.compare_quiet(l, x, half);
        self.asm.jcc_short(asm::Cond::AE, high);
        self.leave_up_to_minus_one(l, x, cold);
        self.truncate_signed(l, W64, d, x);
        self.asm.jmp_short(done);
        self.asm.bind(high);
        self.leave_from(l, x, VecConst::TwoTo64S, VecConst::TwoTo64D, cold);
        let sub = if l.double { VecOp::SUBSD } else { VecOp::SUBSS };
        self.asm.v3(sub, t, x, half);
        self.truncate_signed(l, W64, d, t);
        self.asm.bit_test_imm(BitTest::Btc, W64, d, 63);
        self.asm.bind(done);
    }

    fn compare_quiet(&mut self, l: Lanes, x: Xmm, with: asm::Mem) {
        let op = if l.double { VecUnary::UCOMISD } else { VecUnary::UCOMISS };
        self.fault_point();
        self.asm.v2(op, x, with);
    }

    /// The instruction is interpreted if `x` is the constant or more.
    fn leave_from(&mut self, l: Lanes, x: Xmm, single: VecConst, double: VecConst, cold: Label) {
        self.compare_quiet(l, x, l.constant(single, double));
        self.asm.jcc(asm::Cond::AE, cold);
    }

    /// The instruction is interpreted if `x` is -1 or less, or a NaN.
    fn leave_up_to_minus_one(&mut self, l: Lanes, x: Xmm, cold: Label) {
        self.compare_quiet(l, x, l.constant(VecConst::MinusOneS, VecConst::MinusOneD));
        self.asm.jcc(asm::Cond::BE, cold);
    }

    /// A label behind the block that leaves to have the guest instruction interpreted. EFLAGS have
    /// been given up.
    pub(super) fn cold_emulate(&mut self) -> Label {
        let label = self.asm.new_label();
        self.s.cold.push(Cold::Emulate { label, pc: self.pc });
        label
    }

    fn lanes_to_int(&mut self, i: usize, inst: &Inst) -> bool {
        let Some((l, kind, unsigned)) = to_int_form(inst) else { return false };
        match (l.double, unsigned) {
            (false, false) => self.singles_to_signed(i, inst.args[0], l, kind),
            (false, true) => self.singles_to_unsigned(i, inst.args[0], l, kind),
            (true, _) => self.doubles_to_int(i, inst.args[0], l, kind, unsigned),
        }
        true
    }

    fn singles_to_signed(&mut self, i: usize, a: Val, l: Lanes, kind: RoundKind) {
        if kind == RoundKind::Zero {
            let src = self.last_rm_v(a);
            let d = self.def_reuse_v(i, a);
            self.fault_point();
            self.asm.v2(VecUnary::CVTTPS2DQ, d, src);
            return;
        }
        let src = self.use_v(a);
        let t = self.rounded(l, kind, src);
        let u = self.scratch_v();
        self.fault_point();
        self.asm.v2(VecUnary::CVTTPS2DQ, u, t);
        self.note_inexact(l, kind, src, t);
        let d = self.def_v(i);
        self.asm.vmov(d, u);
    }

    /// Numbers from 2^31 on are converted less 2^31, which is exact. With a sign anywhere, or a
    /// number out of range, the instruction is interpreted.
    fn singles_to_unsigned(&mut self, i: usize, a: Val, l: Lanes, kind: RoundKind) {
        self.clobber_flags();
        let src = self.use_v(a);
        let x = self.rounded(l, kind, src);
        let signs = self.scratch_g();
        let [high, t] = [self.scratch_v(), self.scratch_v()];
        let cold = self.cold_emulate();
        self.mov_v(t, vec_const(VecConst::TwoTo32S).into());
        self.trap_v3_imm(VecOpImm::CMPPS, t, t, x, FpCmp::Le as u8);
        self.asm.v3(VecOp::ORPS, t, t, x);
        self.asm.movmskps(signs, t);
        self.asm.test(W32, signs, signs);
        self.asm.jcc(asm::Cond::NE, cold);
        let half = vec_const(VecConst::TwoTo31S);
        self.mov_v(t, half.into());
        self.asm.v3_imm(VecOpImm::CMPPS, high, t, x, FpCmp::Le as u8);
        self.asm.v3(VecOp::ANDPS, t, t, high);
        let low = self.scratch_v();
        self.asm.v3(VecOp::SUBPS, low, x, t);
        self.inexact_point();
        self.asm.v2(VecUnary::CVTTPS2DQ, low, low);
        self.asm.vshift(VecShift::PSLLD, high, high, 31);
        self.asm.v3(VecOp::PXOR, low, low, high);
        self.note_inexact(l, kind, src, x);
        let d = self.def_v(i);
        self.asm.vmov(d, low);
    }

    fn doubles_to_int(&mut self, i: usize, a: Val, l: Lanes, kind: RoundKind, unsigned: bool) {
        if unsigned {
            self.clobber_flags();
        }
        let src = self.use_v(a);
        let x = self.rounded(l, kind, src);
        let t = self.scratch_v();
        let [low, high] = [self.scratch_g(), self.scratch_g()];
        self.truncate(l, W64, unsigned, low, x);
        self.asm.v2_imm(VecUnaryImm::PSHUFD, t, x, 0b1110_1110);
        self.truncate(l, W64, unsigned, high, t);
        self.note_inexact(l, kind, src, x);
        let d = self.def_v(i);
        self.asm.movd_from_gpr(W64, d, low);
        self.asm.pinsr(W64, d, d, high, 1);
    }

    // To fixed point, towards zero

    /// `x` times 2^fraction, which is exact for what is left: where the result would not be of
    /// `bits` bits with a sign bit of zero, or the number is a NaN, the instruction is interpreted.
    /// EFLAGS have been given up.
    fn scaled_up(&mut self, l: Lanes, x: Xmm, imm: u64, bits: u32) -> Xmm {
        let fraction = (imm & FRACTION) as i32;
        let cold = self.cold_emulate();
        let [t, limit] = [self.scratch_v(), self.scratch_v()];
        let bound = self.pool(power_of_two(l, bits as i32 - 1 - fraction));
        self.mov_v(limit, bound.into());
        let tested = if imm & UNSIGNED != 0 {
            x
        } else {
            self.asm.v3(VecOp::ANDPS, t, x, l.magnitude());
            t
        };
        if l.scalar {
            let compare = if l.double { VecUnary::UCOMISD } else { VecUnary::UCOMISS };
            self.fault_point();
            self.asm.v2(compare, limit, tested);
            self.asm.jcc(asm::Cond::BE, cold);
            if imm & UNSIGNED != 0 {
                self.asm.vzero(t);
                self.asm.v2(compare, x, t);
                self.asm.jcc(asm::Cond::B, cold);
            }
        } else {
            self.trap_v3_imm(l.cmp(), limit, limit, tested, FpCmp::Le as u8);
            if imm & UNSIGNED != 0 {
                self.asm.v3(VecOp::ORPS, limit, limit, x);
            }
            self.leave_if_any(if l.double { Es::D } else { Es::S }, false, limit, cold);
        }
        let scale = self.pool(power_of_two(l, fraction));
        self.asm.v3(l.pick(MUL), t, x, scale);
        t
    }

    fn scalar_to_fixed(&mut self, i: usize, inst: &Inst) -> bool {
        let Some(l) = Lanes::scalar(inst.a) else { return false };
        let w = if inst.op == Op::FToI32 { W32 } else { W64 };
        self.clobber_flags();
        let src = self.use_v(inst.args[0]);
        let scaled = self.scaled_up(l, src, inst.imm, w.bits());
        let d = self.def_g(i);
        self.truncate_signed(l, w, d, scaled);
        true
    }

    fn vec_to_fixed(&mut self, i: usize, inst: &Inst) -> bool {
        let Some(l) = Lanes::new(inst.a, Shape::Vector as u8) else { return false };
        let scalar = inst.imm & LOWEST_ONLY != 0;
        let l = Lanes { scalar, ..l };
        let w = if l.double { W64 } else { W32 };
        self.clobber_flags();
        let src = self.use_v(inst.args[0]);
        let scaled = self.scaled_up(l, src, inst.imm, w.bits());
        if !scalar && !l.double {
            self.fault_point();
            self.asm.v2(VecUnary::CVTTPS2DQ, scaled, scaled);
            let d = self.def_v(i);
            self.asm.vmov(d, scaled);
            return true;
        }
        let low = self.scratch_g();
        self.truncate_signed(l, w, low, scaled);
        if scalar {
            let d = self.def_v(i);
            self.asm.movd_from_gpr(w, d, low);
            self.s.values[i].zero_above = l.es();
            return true;
        }
        let high = self.scratch_g();
        self.asm.v2_imm(VecUnaryImm::PSHUFD, scaled, scaled, 0b1110_1110);
        self.truncate_signed(l, w, high, scaled);
        let d = self.def_v(i);
        self.asm.movd_from_gpr(w, d, low);
        self.asm.pinsr(w, d, d, high, 1);
        true
    }

    /// FJCVTZS. Numbers of 31 bits and a sign; others are interpreted. Z says that the integer has
    /// the number's bits again, which minus zero has not.
    fn float_to_int_js(&mut self, i: usize, inst: &Inst) -> bool {
        let l = Lanes { double: true, scalar: true };
        // NZCV is overwritten.
        self.clobbered();
        let src = self.use_v(inst.args[0]);
        let cold = self.cold_emulate();
        let [t, limit] = [self.scratch_v(), self.scratch_v()];
        let bound = self.pool(power_of_two(l, 31));
        self.mov_v(limit, bound.into());
        self.asm.v3(VecOp::ANDPS, t, src, l.magnitude());
        self.fault_point();
        self.asm.v2(VecUnary::UCOMISD, limit, t);
        self.asm.jcc(asm::Cond::BE, cold);
        let d = self.def_apart_g(i);
        let [bits, other] = [self.scratch_g(), self.scratch_g()];
        self.truncate_signed(l, W32, d, src);
        self.asm.vzero(t);
        self.asm.cvtsi2sd(W32, t, t, d);
        self.asm.movd_to_gpr(W64, bits, src);
        self.asm.movd_to_gpr(W64, other, t);
        self.asm.alu(Alu::Xor, W64, bits, other);
        self.asm.mov_imm(other, 0);
        self.asm.setcc(asm::Cond::NE, other);
        self.asm.test(W32, other, other);
        self.flags_set(InHost::Direct);
        true
    }

    // From integers: nothing is invalid.

    fn int_to_scalar(&mut self, i: usize, inst: &Inst, w: Width) -> bool {
        let Some(l) = Lanes::scalar(inst.a) else { return false };
        let v = inst.args[0];
        let d = match (inst.b != 0, w) {
            (false, _) => {
                let src = self.rm_g(v);
                let d = self.def_before_inexact(i);
                self.asm.vzero(d);
                if l.double {
                    self.inexact_point();
                    self.asm.cvtsi2sd(w, d, d, src);
                } else {
                    self.inexact_point();
                    self.asm.cvtsi2ss(w, d, d, src);
                }
                d
            }
            (true, W64) => {
                self.clobber_flags();
                let src = self.use_g(v);
                let d = self.def_before_inexact(i);
                self.load_u64(l, d, src);
                d
            }
            (true, _) => {
                let src = self.zero_extended(v);
                let d = self.def_before_inexact(i);
                self.asm.vzero(d);
                self.load_signed(l, d, src);
                d
            }
        };
        self.scale_down(l, d, inst.imm & FRACTION);
        self.s.values[i].zero_above = l.es();
        true
    }

    /// A 32-bit value in a register whose upper half is zero.
    pub(super) fn zero_extended(&mut self, v: Val) -> Gpr {
        debug_assert!(self.block.def(v).ty() == Ty::I32);
        if self.value(v).clean {
            return self.use_g(v);
        }
        let t = self.scratch_g();
        self.load_gpr(t, v, W32);
        t
    }

    /// The lowest element of `d` becomes the 64-bit `src`.
    fn load_signed(&mut self, l: Lanes, d: Xmm, src: Gpr) {
        if l.double {
            self.inexact_point();
            self.asm.cvtsi2sd(W64, d, d, src);
        } else {
            self.inexact_point();
            self.asm.cvtsi2ss(W64, d, d, src);
        }
    }

    /// From 2^63 on, half the number is converted, its lowest bit ored with the one shifted out so
    /// that it rounds the same, and doubled. Clobbers EFLAGS.
    fn load_u64(&mut self, l: Lanes, d: Xmm, src: Gpr) {
        let [t, bit] = [self.scratch_g(), self.scratch_g()];
        let [high, done] = core::array::from_fn(|_| self.asm.new_label());
        self.asm.vzero(d);
        self.asm.test(W64, src, src);
        self.asm.jcc_short(asm::Cond::S, high);
        self.load_signed(l, d, src);
        self.asm.jmp_short(done);
        self.asm.bind(high);
        self.asm.mov(W64, t, src);
        self.asm.mov(W32, bit, src);
        self.asm.shift_imm(Shift::Shr, W64, t, 1);
        self.asm.alu_imm(Alu::And, W32, bit, 1);
        self.asm.alu(Alu::Or, W64, t, bit);
        self.load_signed(l, d, t);
        self.asm.v3(if l.double { VecOp::ADDSD } else { VecOp::ADDSS }, d, d, d);
        self.asm.bind(done);
        self.unlock_fixed(t);
        self.unlock_fixed(bit);
    }

    /// Multiplies by 2^-fraction, which is exact.
    pub(super) fn scale_down(&mut self, l: Lanes, d: Xmm, fraction: u64) {
        if fraction == 0 {
            return;
        }
        let bits = match l.double {
            true => (1023 - fraction) << 52,
            false => ((127 - fraction) << 23) * (1 << 32 | 1),
        };
        let r = self.scratch_g();
        let t = self.scratch_v();
        self.asm.mov_imm(r, bits);
        self.asm.movd_from_gpr(W64, t, r);
        if !l.scalar {
            self.asm.v3(VecOp::PUNPCKLQDQ, t, t, t);
        }
        self.asm.v3(l.pick(MUL), d, d, t);
    }

    fn int_to_lanes(&mut self, i: usize, inst: &Inst) -> bool {
        let Some(l) = Lanes::new(inst.a, inst.b) else { return false };
        let unsigned = inst.imm & UNSIGNED != 0;
        let a = inst.args[0];
        let d = match (l.scalar, l.double, unsigned) {
            (true, ..) => self.lowest_from_int(i, a, l, unsigned),
            (_, false, false) => {
                let src = self.last_rm_v(a);
                let d = self.def_reuse_v(i, a);
                self.inexact_point();
                self.asm.v2(VecUnary::CVTDQ2PS, d, src);
                d
            }
            (_, false, true) => self.singles_from_unsigned(i, a),
            (_, true, false) => self.doubles_from_signed(i, a, l),
            (_, true, true) => self.doubles_from_unsigned(i, a),
        };
        self.scale_down(l, d, inst.imm & FRACTION);
        if l.scalar {
            self.s.values[i].zero_above = l.es();
        }
        true
    }

    fn lowest_from_int(&mut self, i: usize, a: Val, l: Lanes, unsigned: bool) -> Xmm {
        if unsigned && l.double {
            self.clobber_flags();
        }
        let src = self.use_v(a);
        let r = self.scratch_g();
        self.asm.movd_to_gpr(if l.double { W64 } else { W32 }, r, src);
        let d = self.def_before_inexact(i);
        match (unsigned, l.double) {
            (true, true) => self.load_u64(l, d, r),
            (false, false) => {
                self.asm.vzero(d);
                self.inexact_point();
                self.asm.cvtsi2ss(W32, d, d, r);
            }
            _ => {
                self.asm.vzero(d);
                self.load_signed(l, d, r);
            }
        }
        d
    }

    /// Both halves of each lane are converted exactly; their sum rounds once.
    fn singles_from_unsigned(&mut self, i: usize, a: Val) -> Xmm {
        let src = self.use_v(a);
        let [high, low] = [self.scratch_v(), self.scratch_v()];
        self.asm.vshift(VecShift::PSRLD, high, src, 16);
        self.asm.v3(VecOp::PAND, low, src, vec_const(VecConst::LowHalf32));
        self.asm.v2(VecUnary::CVTDQ2PS, high, high);
        self.asm.v2(VecUnary::CVTDQ2PS, low, low);
        self.asm.v3(VecOp::MULPS, high, high, vec_const(VecConst::TwoTo16S));
        let d = self.def_before_inexact(i);
        self.add_inexact(VecOp::ADDPS, d, high, low);
        d
    }

    fn doubles_from_signed(&mut self, i: usize, a: Val, l: Lanes) -> Xmm {
        let src = self.use_v(a);
        let [low, high] = [self.scratch_g(), self.scratch_g()];
        let t = self.scratch_v();
        self.asm.movd_to_gpr(W64, low, src);
        self.asm.pextr(W64, high, src, 1);
        let d = self.def_before_inexact(i);
        self.asm.vzero(d);
        self.asm.vzero(t);
        self.load_signed(l, d, low);
        self.load_signed(l, t, high);
        self.asm.v3(VecOp::PUNPCKLQDQ, d, d, t);
        d
    }

    /// The halves of each lane stand as significands of 2^84 and 2^52; those are taken off and the
    /// sum rounds once. A zero may come out negative, so the sign is cleared.
    fn doubles_from_unsigned(&mut self, i: usize, a: Val) -> Xmm {
        let src = self.use_v(a);
        let [high, low] = [self.scratch_v(), self.scratch_v()];
        self.asm.vshift(VecShift::PSRLQ, high, src, 32);
        self.asm.v3(VecOp::POR, high, high, vec_const(VecConst::TwoTo84D));
        self.asm.v3(VecOp::SUBPD, high, high, vec_const(VecConst::TwoTo84And52D));
        let upper_words = 0b1100_1100;
        self.asm.v3_imm(VecOpImm::PBLENDW, low, src, vec_const(VecConst::TwoTo52D), upper_words);
        let d = self.def_before_inexact(i);
        self.add_inexact(VecOp::ADDPD, d, high, low);
        self.asm.v3(VecOp::ANDPS, d, d, vec_const(VecConst::MagnitudeD));
        d
    }
}

/// 2^n in every lane.
fn power_of_two(l: Lanes, n: i32) -> u128 {
    match l.double {
        true => splat(Es::D as u8, ((1023 + n) as u64) << 52),
        false => splat(Es::S as u8, ((127 + n) as u64) << 23),
    }
}

/// Format, rounding and whether unsigned, of a conversion to integers that is emitted inline.
fn to_int_form(inst: &Inst) -> Option<(Lanes, RoundKind, bool)> {
    use RoundKind::{MinusInf, PlusInf, TieAway, TieEven, Zero};
    let kind = RoundKind::from_u8(inst.b);
    let known = matches!(kind, TieEven | PlusInf | MinusInf | Zero | TieAway);
    let l = Lanes::new(inst.a, Shape::Vector as u8)?;
    known.then_some((l, kind, inst.imm & UNSIGNED != 0))
}
