//! Scalar floating point: moves, conversions with general registers, comparisons, selection. What
//! scalars share with vectors is in [`crate::fp_lanes`]. (Arm ARM C4.1, "Conversion between
//! floating-point and fixed-point" to "Floating-point data-processing (3 source)")

use xemu_a64::insn::*;
use xemu_ir::{Es, Op, RoundKind, Shape, Val};

use crate::ctx::Ctx;
use crate::simd_form::{Above, ftype};

/// An immediate's bit that says unsigned; the low bits are the fraction bits.
pub(crate) const UNSIGNED: u64 = 0x100;

pub(crate) fn fmov_scalar(cx: &mut Ctx<'_>) {
    let n = cx.vn();
    cx.set_vd(cx.fields().ftype(), n);
}

pub(crate) fn fmov_imm_scalar(cx: &mut Ctx<'_>, i: FmovImmScalar) {
    let v = cx.const_v128(i.imm(), 0);
    cx.set_vd_all(v);
}

pub(crate) fn fmov_gpr(cx: &mut Ctx<'_>, i: FmovGpr) {
    let es = ftype(i.ftype());
    if i.to_fp() == 0 {
        let n = cx.vn();
        // Zero-extended, which is right for W registers, too.
        let v = cx.b.op1a(Op::VUmov, es, 0, n);
        return cx.set_gpr(1, i.rd(), v);
    }
    let n = cx.gpr(i.sf(), i.rn());
    let op = if i.sf() == 1 { Op::VFromX } else { Op::VFromW };
    let v = cx.b.op1a(op, 0, 0, n);
    // Single and double precision are as wide as the register: zero above already.
    cx.b.set_v(i.rd(), if es == Es::H { Es::H } else { Es::Q }, v);
}

pub(crate) fn fmov_top(cx: &mut Ctx<'_>, i: FmovTop) {
    if i.to_fp() == 0 {
        let n = cx.vn();
        let v = cx.b.op1a(Op::VUmov, Es::D, 1, n);
        return cx.set_gpr(1, i.rd(), v);
    }
    let n = cx.gpr(1, i.rn());
    let d = cx.vd();
    let v = cx.b.op2a(Op::VInsX, Es::D, 1, d, n);
    cx.set_vd_all(v);
}

/// To a general register, with `imm` as in [`Op::FToI32`].
fn to_int(cx: &mut Ctx<'_>, (sf, es, rd): (u32, Es, u32), round: RoundKind, imm: u64) {
    let n = cx.vn();
    let op = if sf == 1 { Op::FToI64 } else { Op::FToI32 };
    let v = cx.b.emit(op, es.into(), round.into(), [n, Val::NONE, Val::NONE], imm);
    cx.set_gpr(sf, rd, v);
}

/// From a general register.
fn from_int(cx: &mut Ctx<'_>, (sf, es, rn): (u32, Es, u32), u: u32, fraction: u64) {
    let n = cx.gpr(sf, rn);
    let op = if sf == 1 { Op::I64ToF } else { Op::I32ToF };
    let v = cx.b.emit(op, es.into(), u as u8, [n, Val::NONE, Val::NONE], fraction);
    cx.set_fp(es, v, Above::D);
}

pub(crate) fn fcvt_gpr(cx: &mut Ctx<'_>, i: FcvtGpr) {
    use RoundKind::*;
    let round = [TieEven, PlusInf, MinusInf, Zero][i.rmode() as usize];
    to_int(cx, (i.sf(), ftype(i.ftype()), i.rd()), round, u64::from(i.u()) * UNSIGNED);
}

pub(crate) fn fcvta_gpr(cx: &mut Ctx<'_>, i: FcvtaGpr) {
    let imm = u64::from(i.u()) * UNSIGNED;
    to_int(cx, (i.sf(), ftype(i.ftype()), i.rd()), RoundKind::TieAway, imm);
}

pub(crate) fn fcvtz_fixed_gpr(cx: &mut Ctx<'_>, i: FcvtzFixedGpr) {
    let imm = u64::from(i.u()) * UNSIGNED + u64::from(64 - i.scale());
    to_int(cx, (i.sf(), ftype(i.ftype()), i.rd()), RoundKind::Zero, imm);
}

pub(crate) fn cvtf_gpr(cx: &mut Ctx<'_>, i: CvtfGpr) {
    from_int(cx, (i.sf(), ftype(i.ftype()), i.rn()), i.u(), 0);
}

pub(crate) fn cvtf_fixed_gpr(cx: &mut Ctx<'_>, i: CvtfFixedGpr) {
    from_int(cx, (i.sf(), ftype(i.ftype()), i.rn()), i.u(), u64::from(64 - i.scale()));
}

/// FCVTNS and kin between SIMD&FP registers of different widths.
pub(crate) fn fcvt_simd(cx: &mut Ctx<'_>, round: RoundKind, u: u32) {
    let f = cx.fields();
    let (op, back, to) = match f.sf() {
        0 => (Op::FToI32, Op::VFromW, Es::S),
        _ => (Op::FToI64, Op::VFromX, Es::D),
    };
    let args = [cx.vn(), Val::NONE, Val::NONE];
    let imm = u64::from(u) * UNSIGNED;
    let int = cx.b.emit(op, f.ftype().into(), round.into(), args, imm);
    let v = cx.b.op1(back, int);
    cx.set_fp(to, v, Above::D);
}

/// SCVTF, UCVTF between SIMD&FP registers of different widths.
pub(crate) fn cvtf_simd(cx: &mut Ctx<'_>, i: CvtfSimd) {
    let (es, n) = (ftype(i.ftype()), cx.vn());
    let (op, int) = match i.sf() {
        0 => {
            let wide = cx.b.op1a(Op::VUmov, Es::S, 0, n);
            (Op::I32ToF, cx.b.op1(Op::Trunc, wide))
        }
        _ => (Op::I64ToF, cx.b.op1a(Op::VUmov, Es::D, 0, n)),
    };
    let v = cx.b.emit(op, es.into(), i.u() as u8, [int, Val::NONE, Val::NONE], 0);
    cx.set_fp(es, v, Above::D);
}

pub(crate) fn fjcvtzs(cx: &mut Ctx<'_>, i: Fjcvtzs) {
    let n = cx.vn();
    let v = cx.b.op1a(Op::Fjcvtzs, 0, 0, n);
    cx.set_gpr(0, i.rd(), v);
}

/// FCVT between precisions.
pub(crate) fn fcvt_scalar(cx: &mut Ctx<'_>, i: FcvtScalar) {
    let (from, to) = (ftype(i.ftype()), ftype(i.opc()));
    let n = cx.vn();
    let v = cx.b.op1a(Op::Fcvt, from, to, n);
    cx.set_fp(to, v, Above::D);
}

pub(crate) fn bfcvt_scalar(cx: &mut Ctx<'_>) {
    let n = cx.vn();
    let v = cx.b.op1a(Op::Bfcvt, 0, Shape::Scalar, n);
    cx.set_fp(Es::H, v, Above::D);
}

/// FCMP, FCMPE, with zero as well.
pub(crate) fn fcmp(cx: &mut Ctx<'_>, i: Fcmp) {
    let n = cx.vn();
    let m = if i.z() == 1 { cx.b.const_v(0) } else { cx.vm() };
    cx.b.op2a(Op::Fcmp, ftype(i.ftype()), i.e() as u8, n, m);
}

/// FCCMP, FCCMPE.
pub(crate) fn fccmp(cx: &mut Ctx<'_>, i: Fccmp) {
    let args = [cx.vn(), cx.vm(), Val::NONE];
    let imm = u64::from(i.op() << 4 | i.nzcv());
    cx.b.emit(Op::Fccmp, ftype(i.ftype()).into(), i.cond() as u8, args, imm);
}

pub(crate) fn fcsel(cx: &mut Ctx<'_>, i: Fcsel) {
    let (n, m) = (cx.vn(), cx.vm());
    let v = cx.b.op2a(Op::VCsel, i.cond() as u8, 0, n, m);
    cx.set_vd(ftype(i.ftype()), v);
}

/// FNMUL: the product's sign is changed, even that of a NaN unless FPCR.AH is set.
pub(crate) fn fnmul(cx: &mut Ctx<'_>) {
    let es = cx.fields().ftype();
    let (n, m) = (cx.vn(), cx.vm());
    let product = cx.b.op2a(Op::Fmul, es, Shape::Scalar, n, m);
    let v = cx.b.op1a(Op::Fneg, es, Shape::Scalar, product);
    cx.set_fp(es, v, Above::N);
}

/// FMADD, FMSUB, FNMADD, FNMSUB.
pub(crate) fn fmadd_scalar(cx: &mut Ctx<'_>, i: FmaddScalar) {
    let es = ftype(i.ftype());
    let (mut n, m, mut a) = (cx.vn(), cx.vm(), cx.va());
    if i.o1() == 1 {
        a = cx.b.op1a(Op::Fneg, es, Shape::Scalar, a);
    }
    if i.o1() != i.o0() {
        n = cx.b.op1a(Op::Fneg, es, Shape::Scalar, n);
    }
    let v = cx.b.op3a(Op::Fmadd, es, Shape::Scalar, [a, n, m]);
    cx.set_fp(es, v, Above::A);
}

/// FRINTN, FRINTP, FRINTM, FRINTZ, FRINTA, FRINTX, FRINTI.
pub(crate) fn frint_scalar(cx: &mut Ctx<'_>, i: FrintScalar) {
    use RoundKind::*;
    let round = match i.rmode() {
        0 => TieEven,
        1 => PlusInf,
        2 => MinusInf,
        3 => Zero,
        4 => TieAway,
        6 => CurrentExact,
        _ => Current,
    };
    crate::fp_lanes::rint(cx, ftype(i.ftype()), round);
}

/// FRINT32Z, FRINT32X, FRINT64Z, FRINT64X.
pub(crate) fn frint3264_scalar(cx: &mut Ctx<'_>, i: Frint3264Scalar) {
    use RoundKind::*;
    let round = [Int32Z, Int32X, Int64Z, Int64X][i.opc() as usize];
    crate::fp_lanes::rint(cx, cx.fields().sz(), round);
}
