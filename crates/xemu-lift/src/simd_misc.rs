//! Advanced SIMD two-register miscellaneous and across lanes, integers, on vectors and scalars.
//! (Arm ARM C4.1, "Advanced SIMD two-register miscellaneous")

use xemu_ir::{Es, Op};

use crate::ctx::Ctx;
use crate::simd_form::{Form, wider};

/// Elements of Vn.
pub(crate) fn one(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let n = cx.vn();
    let v = cx.b.op1a(op, es, 0, n);
    cx.set_vd(es, v);
}

/// Bits or bytes of Vn.
pub(crate) fn bits(cx: &mut Ctx<'_>, op: Op) {
    let n = cx.vn();
    let v = cx.b.op1a(op, 0, 0, n);
    cx.set_vd(Es::D, v);
}

/// REV16, REV32, REV64.
pub(crate) fn rev(cx: &mut Ctx<'_>, container: Es) {
    let es = cx.fields().size();
    let n = cx.vn();
    let v = cx.b.op1a(Op::VRev, es, container, n);
    cx.set_vd(es, v);
}

/// CMGT, CMGE, CMEQ with zero.
pub(crate) fn compare_zero(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let n = cx.vn();
    let zero = cx.b.const_v(0);
    let v = cx.b.op2a(op, es, 0, n, zero);
    cx.set_vd(es, v);
}

/// CMLT, CMLE with zero: `op` of zero and Vn.
pub(crate) fn compare_zero_with(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let n = cx.vn();
    let zero = cx.b.const_v(0);
    let v = cx.b.op2a(op, es, 0, zero, n);
    cx.set_vd(es, v);
}

/// SQABS, SQNEG.
pub(crate) fn sat(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let n = cx.vn();
    let v = cx.b.op1a(op, es, cx.fields().form().count(es), n);
    cx.set_vd(es, v);
}

/// SUQADD, USQADD: Vd is the accumulator.
pub(crate) fn sat_acc(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let (d, n) = (cx.vd(), cx.vn());
    let v = cx.b.op2a(op, es, cx.fields().form().count(es), d, n);
    cx.set_vd(es, v);
}

/// SADALP, UADALP.
pub(crate) fn adalp(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let (d, n) = (cx.vd(), cx.vn());
    let sums = cx.b.op1a(op, es, 0, n);
    let v = cx.b.op2a(Op::VAdd, wider(es), 0, d, sums);
    cx.set_vd(es, v);
}

/// XTN.
pub(crate) fn xtn(cx: &mut Ctx<'_>) {
    let n = cx.vn();
    let v = cx.b.op1a(Op::VXtn, cx.fields().size(), 0, n);
    cx.set_vd_narrowed(v);
}

/// SQXTN, UQXTN, SQXTUN.
pub(crate) fn sat_xtn(cx: &mut Ctx<'_>, op: Op) {
    let f = cx.fields();
    let es = f.size();
    let n = cx.vn();
    if f.form() == Form::Scalar {
        let v = cx.b.op1a(op, es, 1, n);
        return cx.set_vd(es, v);
    }
    let v = cx.b.op1a(op, es, Form::D.count(es), n);
    cx.set_vd_narrowed(v);
}

/// SHLL: extended and shifted by the element's bits.
pub(crate) fn shll(cx: &mut Ctx<'_>) {
    let f = cx.fields();
    let n = cx.vn();
    let wide = cx.b.op1a(Op::VUxtl, f.size(), f.q() as u8, n);
    let v = cx.b.op1a(Op::VShl, wider(f.size()), f.size().bits() as u8, wide);
    cx.set_vd_all(v);
}

/// ADDV and kin, SADDLV, UADDLV.
pub(crate) fn across(cx: &mut Ctx<'_>, op: Op) {
    let f = cx.fields();
    let n = cx.vn();
    let v = cx.b.op1a(op, f.size(), f.form().count(f.size()), n);
    cx.set_vd_all(v);
}
