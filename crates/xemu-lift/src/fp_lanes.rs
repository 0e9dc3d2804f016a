//! Floating point on vectors and scalars alike: the form comes from the instruction word. (Arm ARM
//! C4.1, "Data Processing -- Scalar Floating-Point and Advanced SIMD")
//!
//! What stands above a 64-bit operand must not be computed with, as it could raise FPSR bits: such
//! an operand's low half is put into both halves.

use xemu_ir::{Es, Op, RoundKind, Shape, Val};

use crate::ctx::Ctx;
use crate::fp_scalar::UNSIGNED;
use crate::simd_form::{Above, Form};

/// [`Op::VFToI`]'s bit that says lowest element only.
const LOWEST_ONLY: u64 = 0x200;

impl Ctx<'_> {
    fn shape(&self) -> Shape {
        self.fields().form().shape()
    }

    /// Vn, with no element but the instruction's.
    fn fp_n(&mut self) -> Val {
        let n = self.vn();
        self.only_form(n)
    }

    /// Vm, with no element but the instruction's.
    fn fp_m(&mut self) -> Val {
        let m = self.vm();
        self.only_form(m)
    }

    /// Vd, with no element but the instruction's.
    fn fp_d(&mut self) -> Val {
        let d = self.vd();
        self.only_form(d)
    }
}

/// One operand.
pub(crate) fn one(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let n = cx.fp_n();
    let v = cx.b.op1a(op, es, cx.shape(), n);
    cx.set_fp(es, v, Above::D);
}

/// FABS, FNEG: no exceptions.
pub(crate) fn sign(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let n = cx.vn();
    let v = cx.b.op1a(op, es, cx.shape(), n);
    cx.set_fp(es, v, Above::D);
}

/// Two operands.
pub(crate) fn two(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let (n, m) = (cx.fp_n(), cx.fp_m());
    let v = cx.b.op2a(op, es, cx.shape(), n, m);
    cx.set_fp(es, v, Above::N);
}

/// FCMEQ and kin.
pub(crate) fn compare(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let (n, m) = (cx.fp_n(), cx.fp_m());
    let v = cx.b.op2a(op, es, cx.shape(), n, m);
    cx.set_fp(es, v, Above::M);
}

/// Two operands, by element.
pub(crate) fn two_elem(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let (n, m) = (cx.fp_n(), cx.element(es));
    let v = cx.b.op2a(op, es, cx.shape(), n, m);
    cx.set_fp(es, v, Above::N);
}

/// FABD.
pub(crate) fn fabd(cx: &mut Ctx<'_>, es: Es) {
    let (n, m) = (cx.fp_n(), cx.fp_m());
    let difference = cx.b.op2a(Op::Fsub, es, cx.shape(), n, m);
    let v = cx.b.op1a(Op::Fabs, es, cx.shape(), difference);
    cx.set_fp(es, v, Above::N);
}

/// FMLA, FMLS.
pub(crate) fn mla(cx: &mut Ctx<'_>, negate: bool, es: Es) {
    let m = cx.fp_m();
    mla_by(cx, negate, es, m);
}

/// FMLA, FMLS by element.
pub(crate) fn mla_elem(cx: &mut Ctx<'_>, negate: bool, es: Es) {
    let m = cx.element(es);
    mla_by(cx, negate, es, m);
}

fn mla_by(cx: &mut Ctx<'_>, negate: bool, es: Es, m: Val) {
    let d = cx.fp_d();
    let mut n = cx.fp_n();
    if negate {
        n = cx.b.op1a(Op::Fneg, es, cx.shape(), n);
    }
    let v = cx.b.op3a(Op::Fmadd, es, cx.shape(), [d, n, m]);
    cx.set_fp(es, v, Above::D);
}

/// FCMGT, FCMGE, FCMEQ with zero.
pub(crate) fn compare_zero(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let n = cx.fp_n();
    let zero = cx.b.const_v(0);
    let v = cx.b.op2a(op, es, cx.shape(), n, zero);
    cx.set_vd(es, v);
}

/// FCMLE, FCMLT with zero: `op` of zero and Vn.
pub(crate) fn compare_zero_with(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let n = cx.fp_n();
    let zero = cx.b.const_v(0);
    let v = cx.b.op2a(op, es, cx.shape(), zero, n);
    cx.set_vd(es, v);
}

/// FADDP and kin: neighbours of Vn, then those of Vm.
pub(crate) fn pairwise(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let (mut n, mut m) = (cx.vn(), cx.vm());
    if cx.fields().form() == Form::D {
        n = cx.low_halves(n, m);
        m = n;
    }
    let even = cx.b.op2a(Op::VUzp1, es, 0, n, m);
    let odd = cx.b.op2a(Op::VUzp2, es, 0, n, m);
    let v = cx.b.op2a(op, es, Shape::Vector, even, odd);
    cx.set_vd(es, v);
}

/// FADDP and kin of a scalar: the two lowest elements of Vn.
pub(crate) fn pairwise_scalar(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let n = cx.vn();
    let second = cx.dup(es, 1, n);
    let v = cx.b.op2a(op, es, Shape::Scalar, n, second);
    cx.set_vd(es, v);
}

/// FMAXV and kin: neighbours, then neighbours of the results, as the manual's Reduce() does.
pub(crate) fn across(cx: &mut Ctx<'_>, op: Op, es: Es) {
    let mut left = cx.fields().form().count(es);
    let mut v = cx.fp_n();
    while left > 1 {
        let even = cx.b.op2a(Op::VUzp1, es, 0, v, v);
        let odd = cx.b.op2a(Op::VUzp2, es, 0, v, v);
        let shape = if left == 2 { Shape::Scalar } else { Shape::Vector };
        v = cx.b.op2a(op, es, shape, even, odd);
        left /= 2;
    }
    let rd = cx.fields().rd();
    cx.b.set_v(rd, es, v);
}

/// FRINTN and kin.
pub(crate) fn rint(cx: &mut Ctx<'_>, es: Es, round: RoundKind) {
    let n = cx.fp_n();
    let args = [n, Val::NONE, Val::NONE];
    let v = cx.b.emit(Op::Frint, es.into(), cx.shape().into(), args, round as u64);
    cx.set_fp(es, v, Above::D);
}

/// FCVTNS and kin, within the V registers.
pub(crate) fn to_int(cx: &mut Ctx<'_>, es: Es, round: RoundKind, unsigned: bool) {
    to_fixed(cx, es, round, u64::from(unsigned) * UNSIGNED);
}

/// FCVTZS, FCVTZU to fixed point.
pub(crate) fn to_fixed_point(cx: &mut Ctx<'_>, unsigned: bool) {
    let (es, fraction) = cx.fields().right_shift();
    to_fixed(cx, es, RoundKind::Zero, u64::from(unsigned) * UNSIGNED + u64::from(fraction));
}

fn to_fixed(cx: &mut Ctx<'_>, es: Es, round: RoundKind, mut imm: u64) {
    if cx.fields().form() == Form::Scalar {
        imm |= LOWEST_ONLY;
    }
    let n = cx.fp_n();
    let args = [n, Val::NONE, Val::NONE];
    let v = cx.b.emit(Op::VFToI, es.into(), round.into(), args, imm);
    cx.set_fp(es, v, Above::D);
}

/// SCVTF, UCVTF, within the V registers.
pub(crate) fn from_int(cx: &mut Ctx<'_>, es: Es, unsigned: bool) {
    from_fixed(cx, es, u64::from(unsigned) * UNSIGNED);
}

/// SCVTF, UCVTF from fixed point.
pub(crate) fn from_fixed_point(cx: &mut Ctx<'_>, unsigned: bool) {
    let (es, fraction) = cx.fields().right_shift();
    from_fixed(cx, es, u64::from(unsigned) * UNSIGNED + u64::from(fraction));
}

fn from_fixed(cx: &mut Ctx<'_>, es: Es, imm: u64) {
    let n = cx.fp_n();
    let args = [n, Val::NONE, Val::NONE];
    let v = cx.b.emit(Op::VIToF, es.into(), cx.shape().into(), args, imm);
    cx.set_fp(es, v, Above::D);
}

/// FCVTL, from half or single precision.
pub(crate) fn cvtl(cx: &mut Ctx<'_>) {
    let es = cx.fields().sz_half();
    let n = cx.vn();
    let half = cx.long_half(n);
    let v = cx.b.op1a(Op::Fcvtl, es, 0, half);
    cx.set_vd_all(v);
}

/// FCVTN, to half or single precision.
pub(crate) fn cvtn(cx: &mut Ctx<'_>) {
    let es = cx.fields().sz_half();
    let n = cx.vn();
    let v = cx.b.op1a(Op::Fcvtn, es, 0, n);
    cx.set_vd_narrowed(v);
}

/// FCVTXN.
pub(crate) fn cvtxn(cx: &mut Ctx<'_>) {
    let n = cx.vn();
    let v = cx.b.op1a(Op::Fcvtxn, 0, cx.shape(), n);
    if cx.fields().form() == Form::Scalar {
        return cx.set_fp(Es::S, v, Above::D);
    }
    cx.set_vd_narrowed(v);
}

/// BFCVTN.
pub(crate) fn bfcvtn(cx: &mut Ctx<'_>) {
    let n = cx.vn();
    let v = cx.b.op1a(Op::Bfcvt, 0, Shape::Vector, n);
    cx.set_vd_narrowed(v);
}

/// BFDOT.
pub(crate) fn bfdot(cx: &mut Ctx<'_>) {
    let args = [cx.fp_d(), cx.fp_n(), cx.fp_m()];
    let v = cx.b.op3a(Op::Bfdot, 0, 0, args);
    cx.set_vd(Es::S, v);
}

/// BFDOT by element, which is a pair.
pub(crate) fn bfdot_elem(cx: &mut Ctx<'_>) {
    let args = [cx.fp_d(), cx.fp_n(), cx.element(Es::S)];
    let v = cx.b.op3a(Op::Bfdot, 0, 0, args);
    cx.set_vd(Es::S, v);
}

pub(crate) fn bfmmla(cx: &mut Ctx<'_>) {
    let args = [cx.vd(), cx.vn(), cx.vm()];
    let v = cx.b.op3a(Op::Bfmmla, 0, 0, args);
    cx.set_vd_all(v);
}

/// BFMLALB, BFMLALT (`top`).
pub(crate) fn bfmlal(cx: &mut Ctx<'_>, top: u32) {
    let args = [cx.vd(), cx.vn(), cx.vm()];
    let v = cx.b.op3a(Op::Bfmlal, 0, top as u8, args);
    cx.set_vd_all(v);
}

/// BFMLALB, BFMLALT (`top`) by element.
pub(crate) fn bfmlal_elem(cx: &mut Ctx<'_>, top: u32) {
    let args = [cx.vd(), cx.vn(), cx.element(Es::H)];
    let v = cx.b.op3a(Op::Bfmlal, 0, top as u8, args);
    cx.set_vd_all(v);
}

/// FCADD: `rot` 0 is 90 degrees, 1 is 270.
pub(crate) fn cadd(cx: &mut Ctx<'_>, rot: u32) {
    let es = cx.fields().size();
    let args = [cx.fp_n(), cx.fp_m(), Val::NONE];
    let v = cx.b.emit(Op::Fcadd, es.into(), 0, args, u64::from(2 * rot + 1));
    cx.set_vd(es, v);
}

/// FCMLA.
pub(crate) fn cmla(cx: &mut Ctx<'_>, rot: u32) {
    let m = cx.fp_m();
    cmla_by(cx, rot, m);
}

/// FCMLA by element, which is a complex number: an element of twice the size. Its index is `h:l`
/// for half precision and `h` for single.
pub(crate) fn cmla_elem(cx: &mut Ctx<'_>, rot: u32) {
    let pair = if cx.fields().size() == Es::H { Es::S } else { Es::D };
    let m = cx.element(pair);
    cmla_by(cx, rot, m);
}

fn cmla_by(cx: &mut Ctx<'_>, rot: u32, m: Val) {
    let es = cx.fields().size();
    let (d, n) = (cx.fp_d(), cx.fp_n());
    let v = cx.b.emit(Op::Fcmla, es.into(), 0, [d, n, m], rot.into());
    cx.set_vd(es, v);
}

/// FMLAL, FMLSL (`negate`); `part` 1 is FMLAL2, FMLSL2: the upper half of Vn and Vm.
pub(crate) fn mlal(cx: &mut Ctx<'_>, negate: bool, part: u8) {
    let m = cx.vm();
    let m = factors(cx, part, m);
    mlal_by(cx, negate, part, m);
}

/// FMLAL and kin by element.
pub(crate) fn mlal_elem(cx: &mut Ctx<'_>, negate: bool, part: u8) {
    let m = cx.element(Es::H);
    mlal_by(cx, negate, part, m);
}

fn mlal_by(cx: &mut Ctx<'_>, negate: bool, part: u8, m: Val) {
    let d = cx.fp_d();
    let n = cx.vn();
    let mut n = factors(cx, part, n);
    if negate {
        n = cx.b.op1a(Op::Fneg, Es::H, Shape::Vector, n);
    }
    let v = cx.b.op3a(Op::Fmlal, 0, 0, [d, n, m]);
    cx.set_vd(Es::S, v);
}

/// The half-precision factors in the low half. With 64-bit results there are two of them, which
/// are repeated.
fn factors(cx: &mut Ctx<'_>, part: u8, v: Val) -> Val {
    match (cx.fields().form(), part) {
        (Form::Q, 0) => v,
        (Form::Q, _) => cx.dup(Es::D, part, v),
        _ => cx.dup(Es::S, part, v),
    }
}
