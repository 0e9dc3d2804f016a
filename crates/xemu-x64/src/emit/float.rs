//! Floating point: arithmetic, signs, extremes, rounding to integral values.
//!
//! Generated code runs with the invalid-operation exception unmasked. Every host instruction that
//! may raise it is a fault point; the guest instruction is then interpreted, which gives exactly
//! what Arm does. So this code need not care for signalling NaNs, for generated default NaNs, nor
//! for quiet NaNs where x86 calls them invalid. Until an op's last fault point no guest register
//! that the instruction reads may change.
//!
//! Arm and x86 agree on two quiet NaNs: the first operand's is taken. Operands never commute.

use xemu_guest::VecConst;
use xemu_ir::{Effects, Es, Inst, Op, RoundKind, Shape, Val};

use super::Emitter;
use crate::alloc::Loc;
use crate::asm::{
    self, Alu, FmaForm, FmaKind, FpCmp, FpLanes, Mem, Rounding, VecOp, VecOpImm, VecUnary,
    VecUnaryImm, VexOp, Width, Xmm, XmmMem,
};
use crate::contract::{v_home, vec_const};
use crate::plan::NO_HINT;

/// What a floating-point host instruction works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lanes {
    pub double: bool,
    pub scalar: bool,
}

impl Lanes {
    /// Elements of size `es`; `None` for half precision.
    pub fn new(es: u8, shape: u8) -> Option<Self> {
        let scalar = shape == Shape::Scalar as u8;
        match Es::from_u8(es) {
            Es::S => Some(Self { double: false, scalar }),
            Es::D => Some(Self { double: true, scalar }),
            Es::B | Es::H | Es::Q => None,
        }
    }

    /// The lowest element, of size `es`.
    pub fn scalar(es: u8) -> Option<Self> {
        Self::new(es, Shape::Scalar as u8)
    }

    /// The element's size (log2 bytes).
    pub fn es(self) -> u8 {
        if self.double { 3 } else { 2 }
    }

    /// Of the forms for packed singles, packed doubles, one single, one double.
    pub fn pick<T: Copy>(self, forms: [T; 4]) -> T {
        forms[usize::from(self.double) + 2 * usize::from(self.scalar)]
    }

    /// The constant for singles or doubles.
    pub fn constant(self, single: VecConst, double: VecConst) -> Mem {
        vec_const(if self.double { double } else { single })
    }

    pub fn magnitude(self) -> Mem {
        self.constant(VecConst::MagnitudeS, VecConst::MagnitudeD)
    }

    /// `CMPPS` and kin.
    pub fn cmp(self) -> VecOpImm {
        self.pick([VecOpImm::CMPPS, VecOpImm::CMPPD, VecOpImm::CMPSS, VecOpImm::CMPSD])
    }
}

pub(super) const ADD: [VecOp; 4] = [VecOp::ADDPS, VecOp::ADDPD, VecOp::ADDSS, VecOp::ADDSD];
pub(super) const SUB: [VecOp; 4] = [VecOp::SUBPS, VecOp::SUBPD, VecOp::SUBSS, VecOp::SUBSD];
pub(super) const MUL: [VecOp; 4] = [VecOp::MULPS, VecOp::MULPD, VecOp::MULSS, VecOp::MULSD];
pub(super) const DIV: [VecOp; 4] = [VecOp::DIVPS, VecOp::DIVPD, VecOp::DIVSS, VecOp::DIVSD];
pub(super) const MAX: [VecOp; 4] = [VecOp::MAXPS, VecOp::MAXPD, VecOp::MAXSS, VecOp::MAXSD];
pub(super) const MIN: [VecOp; 4] = [VecOp::MINPS, VecOp::MINPD, VecOp::MINSS, VecOp::MINSD];

impl Emitter<'_> {
    /// Emits a floating-point op; false if `inst` is none.
    pub(super) fn float(&mut self, i: usize, inst: &Inst) -> bool {
        let inline = match inst.op {
            Op::VCsel => {
                self.vcsel(i, inst);
                true
            }
            Op::Fabs | Op::Fneg if self.block.fp.out_of_line() => false,
            Op::Fabs | Op::Fneg => self.float_sign(i, inst),
            op if !op.info().effects.has(Effects::FP) => return false,
            _ if self.block.fp.out_of_line() => false,
            _ => {
                self.trap_denormals(inst);
                self.float_arith(i, inst)
                    || self.float_compare(i, inst)
                    || self.float_convert(i, inst)
                    || self.float_half(i, inst)
                    || self.float_complex(i, inst)
                    || self.float_estimate(i, inst)
            }
        };
        if !inline {
            self.eval(i, inst);
        }
        true
    }

    fn float_arith(&mut self, i: usize, inst: &Inst) -> bool {
        let Some(l) = Lanes::new(inst.a, inst.b) else { return false };
        match inst.op {
            Op::Fadd => self.float_binary(i, inst, l, l.pick(ADD)),
            Op::Fsub => self.float_binary(i, inst, l, l.pick(SUB)),
            // FMULX differs for zero times infinity only, which is invalid on x86.
            Op::Fmul | Op::Fmulx => self.float_binary(i, inst, l, l.pick(MUL)),
            Op::Fdiv => self.float_binary(i, inst, l, l.pick(DIV)),
            // A quiet NaN is invalid on x86, so FMAXNM and FMAX agree for what is left.
            Op::Fmax | Op::Fmaxnm => self.float_extreme(i, inst, l, l.pick(MAX), VecOp::ANDPS),
            Op::Fmin | Op::Fminnm => self.float_extreme(i, inst, l, l.pick(MIN), VecOp::ORPS),
            Op::Fsqrt => self.float_sqrt(i, inst, l),
            Op::Fmadd if self.features.fma => self.float_madd(i, inst, l),
            Op::Frecps if self.features.fma => self.float_recip_step(i, inst, l),
            Op::Frsqrts if self.features.fma => self.float_rsqrt_step(i, inst, l),
            Op::Frint => return self.float_round(i, inst, l),
            _ => return false,
        }
        true
    }

    // Registers around fault points

    /// The vector in a register, or in memory if it is not used again.
    pub(super) fn last_rm_v(&mut self, v: Val) -> XmmMem {
        if self.is_last_use(v) { self.rm_v(v) } else { self.use_v(v).into() }
    }

    /// Whether the guest instruction reads V`n`, which lives in a home.
    fn is_read_here(&self, n: u8) -> bool {
        let args = self.block.insts[self.cur].args;
        let in_home = |v: &Val| v.is_some() && self.s.values[v.index()].loc == Loc::Home(n);
        let before = self.block.insts[..self.cur].iter().rev();
        let mut mine = before.take_while(|inst| inst.op != Op::Insn);
        args.iter().any(in_home) || mine.any(|inst| inst.op == Op::GetV && inst.a == n)
    }

    /// The result's register for an op whose one host instruction with a fault point computes it
    /// from first source `a`.
    pub(super) fn def_at_trap(&mut self, i: usize, a: Val) -> Xmm {
        let n = self.s.plan.hint[i];
        // The legacy encoding copies the first source before the instruction that may trap.
        let copies = !self.asm.avx() && self.s.values[a.index()].loc != Loc::Home(n);
        if copies && n != NO_HINT && self.is_read_here(n) {
            return self.def_apart_v(i);
        }
        self.def_reuse_v(i, a)
    }

    /// The result's register for an op that writes it before its last fault point; in no operand's
    /// place.
    pub(super) fn def_free(&mut self, i: usize) -> Xmm {
        let n = self.s.plan.hint[i];
        if n != NO_HINT && self.is_read_here(n) {
            return self.def_apart_v(i);
        }
        self.def_v(i)
    }

    /// `d = a op b` with a fault point. In the legacy encoding `b` is not in `d` unless `a` is too.
    pub(super) fn trap_v3(&mut self, op: VecOp, d: Xmm, a: Xmm, b: impl Into<XmmMem>) {
        let a = self.first_source(d, a);
        self.fault_point();
        self.asm.v3(op, d, a, b.into());
    }

    /// The same with an immediate.
    pub(super) fn trap_v3_imm(
        &mut self,
        op: VecOpImm,
        d: Xmm,
        a: Xmm,
        b: impl Into<XmmMem>,
        imm: u8,
    ) {
        let a = self.first_source(d, a);
        self.fault_point();
        self.asm.v3_imm(op, d, a, b.into(), imm);
    }

    /// Where the first source of an instruction with destination `d` is, so that the encoder does
    /// not put a copy between fault point and instruction.
    fn first_source(&mut self, d: Xmm, a: Xmm) -> Xmm {
        if self.asm.avx() {
            return a;
        }
        self.asm.vmov(d, a);
        d
    }

    /// What a scalar result that keeps the rest of `v` has above its element.
    pub(super) fn zero_like(&self, v: Val, l: Lanes) -> u8 {
        let known = self.s.values[v.index()].zero_above <= l.es();
        if l.scalar && known { l.es() } else { 4 }
    }

    // Arithmetic

    fn float_binary(&mut self, i: usize, inst: &Inst, l: Lanes, op: VecOp) {
        let [a, b, _] = inst.args;
        let find_tiny = self.block.fp.finds_tiny() && matches!(inst.op, Op::Fmul | Op::Fmulx);
        if find_tiny {
            self.clobber_flags();
        }
        let ra = self.use_v(a);
        let rb = self.last_rm_v(b);
        let zero = self.zero_like(a, l);
        let d = if find_tiny { self.def_apart_v(i) } else { self.def_at_trap(i, a) };
        self.trap_v3(op, d, ra, rb);
        if find_tiny {
            self.leave_if_least(Es::from_u8(inst.a), l.scalar, d);
        }
        self.s.values[i].zero_above = zero;
    }

    fn float_sqrt(&mut self, i: usize, inst: &Inst, l: Lanes) {
        let a = inst.args[0];
        if !l.scalar {
            let op = if l.double { VecUnary::SQRTPD } else { VecUnary::SQRTPS };
            let src = self.last_rm_v(a);
            let d = self.def_reuse_v(i, a);
            self.fault_point();
            self.asm.v2(op, d, src);
            return;
        }
        let op = if l.double { VecOp::SQRTSD } else { VecOp::SQRTSS };
        let src = self.use_v(a);
        let zero = self.zero_like(a, l);
        let d = self.def_at_trap(i, a);
        self.trap_v3(op, d, src, src);
        self.s.values[i].zero_above = zero;
    }

    /// FABS, FNEG: bits only.
    fn float_sign(&mut self, i: usize, inst: &Inst) -> bool {
        let Some(l) = Lanes::new(inst.a, inst.b) else { return self.half_sign(i, inst) };
        let (op, mask) = match (inst.op, l.scalar) {
            (Op::Fabs, _) => (VecOp::ANDPS, l.magnitude()),
            (_, true) => (VecOp::XORPS, l.constant(VecConst::SignLowS, VecConst::SignLowD)),
            (_, false) => (VecOp::XORPS, l.constant(VecConst::SignS, VecConst::SignD)),
        };
        let a = inst.args[0];
        let src = self.use_v(a);
        let zero = self.zero_like(a, l);
        let d = self.def_reuse_v(i, a);
        self.asm.v3(op, d, src, mask);
        self.s.values[i].zero_above = zero;
        true
    }

    /// Arm: +0 is greater than -0. x86: of two zeros the second operand is taken. Both orders
    /// together have both zeros; `merge` takes the right sign and keeps equal bits.
    fn float_extreme(&mut self, i: usize, inst: &Inst, l: Lanes, op: VecOp, merge: VecOp) {
        let [a, b, _] = inst.args;
        let ra = self.use_v(a);
        let rb = self.use_v(b);
        let zeros = [self.zero_like(a, l), self.zero_like(b, l)];
        let t = self.scratch_v();
        self.trap_v3(op, t, ra, rb);
        // Past this point nothing can trap.
        let d = self.def_reuse_v(i, b);
        if d == ra && d != rb && !self.asm.avx() {
            let u = self.scratch_v();
            self.asm.v3(op, u, rb, ra);
            self.asm.v3(merge, u, u, t);
            self.asm.vmov(d, u);
        } else {
            self.asm.v3(op, d, rb, ra);
            self.asm.v3(merge, d, d, t);
        }
        let [za, zb] = zeros;
        self.s.values[i].zero_above = if merge == VecOp::ANDPS { za.min(zb) } else { za.max(zb) };
    }

    // Fused

    /// Arm prefers the addend's quiet NaN and calls zero times infinity invalid even beside it; x86
    /// prefers the factors' and is silent. So a NaN in the addend is made to trap by a signalling
    /// comparison, which costs neither a branch nor EFLAGS. Otherwise both take the first factor's.
    fn float_madd(&mut self, i: usize, inst: &Inst, l: Lanes) {
        let [acc, x, y] = inst.args;
        let find_tiny = self.block.fp.finds_tiny();
        if find_tiny {
            self.clobber_flags();
        }
        let racc = self.use_v(acc);
        let rx = self.use_v(x);
        let ry = self.last_rm_v(y);
        let zeros = [acc, x, y].map(|v| self.zero_like(v, l));
        let t = self.scratch_v();
        self.trap_v3_imm(l.cmp(), t, racc, racc, FpCmp::Le as u8);
        let d = match find_tiny {
            true => self.def_apart_v(i),
            false => self.def_madd(i, inst, [racc.into(), rx.into(), ry]),
        };
        let fma = |form| {
            let lanes = l.pick([FpLanes::Ps, FpLanes::Pd, FpLanes::Ss, FpLanes::Sd]);
            VexOp::fma(FmaKind::Madd, form, lanes)
        };
        // In each form the host's first factor is `x`.
        let zero = if d == racc {
            self.fault_point();
            self.asm.vex3(fma(FmaForm::F231), d, rx, ry);
            zeros[0]
        } else if d == rx {
            self.fault_point();
            self.asm.vex3(fma(FmaForm::F132), d, racc, ry);
            zeros[1]
        } else if ry == XmmMem::Reg(d) {
            self.fault_point();
            self.asm.vex3(fma(FmaForm::F213), d, rx, racc);
            zeros[2]
        } else {
            self.asm.vmov(d, racc);
            self.fault_point();
            self.asm.vex3(fma(FmaForm::F231), d, rx, ry);
            zeros[0]
        };
        if find_tiny {
            self.leave_if_least(Es::from_u8(inst.a), l.scalar, d);
        }
        self.s.values[i].zero_above = zero;
    }

    /// The result's register: an operand's, or one that may change before the trap.
    pub(super) fn def_madd(&mut self, i: usize, inst: &Inst, operands: [XmmMem; 3]) -> Xmm {
        let n = self.s.plan.hint[i];
        if n != NO_HINT {
            let home = v_home(n).expect("invariant: a hint names a register with a home");
            let in_place = operands.contains(&XmmMem::Reg(home));
            if in_place || !self.is_read_here(n) {
                return self.def_v(i);
            }
            return self.def_apart_v(i);
        }
        let dies = |v: &Val| {
            let temp = matches!(self.s.values[v.index()].loc, Loc::Temp(_));
            temp && self.is_last_use(*v)
        };
        let reused = inst.args.into_iter().find(dies).unwrap_or(inst.args[0]);
        self.def_reuse_v(i, reused)
    }

    /// FRECPS: `2 - a * b`, rounded once; a NaN is taken after `a` has been negated. Zero times
    /// infinity, which gives 2, is invalid on x86.
    fn float_recip_step(&mut self, i: usize, inst: &Inst, l: Lanes) {
        let [a, b, _] = inst.args;
        let ra = self.use_v(a);
        let rb = self.use_v(b);
        let t = self.scratch_v();
        self.asm.v3(VecOp::XORPS, t, ra, l.constant(VecConst::SignS, VecConst::SignD));
        let d = self.def_free(i);
        self.mov_v(d, l.constant(VecConst::TwoS, VecConst::TwoD).into());
        let lanes = l.pick([FpLanes::Ps, FpLanes::Pd, FpLanes::Ss, FpLanes::Sd]);
        self.fault_point();
        self.asm.vex3(VexOp::fma(FmaKind::Madd, FmaForm::F231, lanes), d, t, rb);
    }

    /// FRSQRTS: `(3 - a * b) / 2`, rounded once, is `1.5 - a / 2 * b`. Where the half of `a` may be
    /// inexact, the instruction is interpreted.
    fn float_rsqrt_step(&mut self, i: usize, inst: &Inst, l: Lanes) {
        self.clobber_flags();
        let [a, b, _] = inst.args;
        let ra = self.use_v(a);
        let rb = self.use_v(b);
        let t = self.scratch_v();
        let cold = self.cold_emulate();
        let exponent = if l.double { 0x7fe << 52 } else { 0xfe << 23 };
        let exponent = self.pool_splat(l.es(), exponent);
        let half = l.constant(VecConst::HalfS, VecConst::HalfD);
        self.asm.v3(VecOp::ANDPS, t, ra, exponent);
        let zero = self.scratch_v();
        self.asm.vzero(zero);
        let (es, equal) = match l.double {
            true => (Es::D, VecOp::PCMPEQQ),
            false => (Es::S, VecOp::PCMPEQD),
        };
        self.asm.v3(equal, t, t, zero);
        self.give_back_v(zero);
        self.leave_if_any(es, l.scalar, t, cold);
        self.asm.v3(VecOp::XORPS, t, ra, l.constant(VecConst::SignS, VecConst::SignD));
        self.trap_v3(l.pick(MUL), t, t, half);
        let start = if l.double { 1.5f64.to_bits() } else { u64::from(1.5f32.to_bits()) };
        let start = self.pool_splat(l.es(), start);
        let d = self.def_free(i);
        self.mov_v(d, start.into());
        let lanes = l.pick([FpLanes::Ps, FpLanes::Pd, FpLanes::Ss, FpLanes::Sd]);
        self.fault_point();
        self.asm.vex3(VexOp::fma(FmaKind::Madd, FmaForm::F231, lanes), d, t, rb);
    }

    // Rounding to integral values

    fn float_round(&mut self, i: usize, inst: &Inst, l: Lanes) -> bool {
        let kind = RoundKind::from_u8(inst.imm as u8);
        let a = inst.args[0];
        if let Some((bits, imm)) = sized_round(kind) {
            return self.float_round_sized(i, inst, l, bits, imm);
        }
        if kind != RoundKind::TieAway && round_imm(kind).is_none() {
            return false;
        }
        let src = self.use_v(a);
        let zero = self.zero_like(a, l);
        if kind == RoundKind::TieAway {
            let d = self.def_free(i);
            self.round_tie_away(l, d, src);
        } else if let Some(imm) = round_imm(kind) {
            let d = self.def_at_trap(i, a);
            self.round_v(l, d, src, imm);
        }
        self.s.values[i].zero_above = zero;
        true
    }

    /// FRINT32Z and kin: what may be out of the integers' range is interpreted.
    fn float_round_sized(&mut self, i: usize, inst: &Inst, l: Lanes, bits: u32, imm: u8) -> bool {
        self.clobber_flags();
        let a = inst.args[0];
        let src = self.use_v(a);
        let (t, r) = (self.scratch_v(), self.scratch_g());
        let cold = self.cold_emulate();
        // Single precision has no number between this one and the range's end.
        let (gt, limit) = match l.double {
            true => (VecOp::PCMPGTQ, (2f64.powi(bits as i32 - 1) - 1.0).to_bits()),
            false => (VecOp::PCMPGTD, u64::from(2f32.powi(bits as i32 - 1).to_bits())),
        };
        let limit = self.pool_splat(l.es(), limit);
        let below = self.scratch_v();
        self.asm.v3(VecOp::ANDPS, t, src, l.magnitude());
        self.mov_v(below, limit.into());
        self.asm.v3(gt, below, below, t);
        if l.double {
            self.asm.movmskpd(r, below);
        } else {
            self.asm.movmskps(r, below);
        }
        if l.scalar {
            self.asm.test_imm(Width::W32, r, 1);
            self.asm.jcc(asm::Cond::E, cold);
        } else {
            self.asm.alu_imm(Alu::Cmp, Width::W32, r, if l.double { 0b11 } else { 0b1111 });
            self.asm.jcc(asm::Cond::NE, cold);
        }
        let zero = self.zero_like(a, l);
        let d = self.def_at_trap(i, a);
        self.round_v(l, d, src, imm);
        self.s.values[i].zero_above = zero;
        true
    }

    /// `d` becomes `x` rounded as `imm` of ROUNDPS says, with a fault point.
    pub(super) fn round_v(&mut self, l: Lanes, d: Xmm, x: Xmm, imm: u8) {
        if l.scalar {
            let op = if l.double { VecOpImm::ROUNDSD } else { VecOpImm::ROUNDSS };
            self.trap_v3_imm(op, d, x, x, imm);
        } else {
            let op = if l.double { VecUnaryImm::ROUNDPD } else { VecUnaryImm::ROUNDPS };
            self.fault_point();
            self.asm.v2_imm(op, d, x, imm);
        }
    }

    /// `d`, which is not `x`, becomes `x` rounded to nearest, ties away from zero; silent about
    /// inexactness. The magnitude is truncated, and one is added if half or more was cut off; all
    /// steps are exact.
    pub(super) fn round_tie_away(&mut self, l: Lanes, d: Xmm, x: Xmm) {
        let [cut, one] = [self.scratch_v(), self.scratch_v()];
        self.asm.v3(VecOp::ANDPS, cut, x, l.magnitude());
        self.round_v(l, d, cut, Rounding::Zero as u8 | Rounding::QUIET);
        // Infinity traps here, a quiet NaN in the comparison.
        self.trap_v3(l.pick(SUB), cut, cut, d);
        self.mov_v(one, l.constant(VecConst::HalfS, VecConst::HalfD).into());
        self.trap_v3_imm(l.cmp(), one, one, cut, FpCmp::Le as u8);
        self.asm.v3(VecOp::ANDPS, one, one, l.constant(VecConst::OneS, VecConst::OneD));
        self.asm.v3(l.pick(ADD), d, d, one);
        self.asm.v3(VecOp::ANDPS, cut, x, l.constant(VecConst::SignS, VecConst::SignD));
        self.asm.v3(VecOp::ORPS, d, d, cut);
        self.give_back_v(cut);
        self.give_back_v(one);
    }
}

/// The integers' bits and the immediate of ROUNDPS for FRINT32Z and kin, which tell of inexactness.
fn sized_round(kind: RoundKind) -> Option<(u32, u8)> {
    Some(match kind {
        RoundKind::Int32X => (32, Rounding::Current as u8),
        RoundKind::Int32Z => (32, Rounding::Zero as u8),
        RoundKind::Int64X => (64, Rounding::Current as u8),
        RoundKind::Int64Z => (64, Rounding::Zero as u8),
        _ => return None,
    })
}

/// The immediate of ROUNDPS for the kinds that it knows.
pub(super) fn round_imm(kind: RoundKind) -> Option<u8> {
    Some(match kind {
        RoundKind::TieEven => Rounding::Nearest as u8 | Rounding::QUIET,
        RoundKind::PlusInf => Rounding::Up as u8 | Rounding::QUIET,
        RoundKind::MinusInf => Rounding::Down as u8 | Rounding::QUIET,
        RoundKind::Zero => Rounding::Zero as u8 | Rounding::QUIET,
        RoundKind::Current => Rounding::Current as u8 | Rounding::QUIET,
        RoundKind::CurrentExact => Rounding::Current as u8,
        _ => return None,
    })
}
