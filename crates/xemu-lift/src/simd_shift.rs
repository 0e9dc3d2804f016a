//! Advanced SIMD shift by immediate, on vectors and scalars. (Arm ARM C4.1, "Advanced SIMD shift by
//! immediate")

use xemu_ir::{Es, Op, Val};

use crate::ctx::Ctx;
use crate::simd_form::{Form, wider};

/// SHL.
pub(crate) fn shl(cx: &mut Ctx<'_>) {
    let (es, amount) = cx.fields().left_shift();
    let n = cx.vn();
    let v = if amount == 0 { n } else { cx.b.op1a(Op::VShl, es, amount, n) };
    cx.set_vd(es, v);
}

/// SSHR, USHR, SRSHR, URSHR.
pub(crate) fn shr(cx: &mut Ctx<'_>, op: Op) {
    let (es, amount) = cx.fields().right_shift();
    let n = cx.vn();
    let v = cx.b.op1a(op, es, amount, n);
    cx.set_vd(es, v);
}

/// SSRA, USRA, SRSRA, URSRA: the shifted value is added to Vd.
pub(crate) fn shr_acc(cx: &mut Ctx<'_>, op: Op) {
    let (es, amount) = cx.fields().right_shift();
    let (d, n) = (cx.vd(), cx.vn());
    let shifted = cx.b.op1a(op, es, amount, n);
    let v = cx.b.op2a(Op::VAdd, es, 0, d, shifted);
    cx.set_vd(es, v);
}

/// SLI.
pub(crate) fn sli(cx: &mut Ctx<'_>) {
    let (es, amount) = cx.fields().left_shift();
    insert(cx, Op::VSli, es, amount);
}

/// SRI.
pub(crate) fn sri(cx: &mut Ctx<'_>) {
    let (es, amount) = cx.fields().right_shift();
    insert(cx, Op::VSri, es, amount);
}

fn insert(cx: &mut Ctx<'_>, op: Op, es: Es, amount: u8) {
    let (d, n) = (cx.vd(), cx.vn());
    let v = cx.b.op2a(op, es, amount, d, n);
    cx.set_vd(es, v);
}

/// SQSHL, UQSHL, SQSHLU.
pub(crate) fn sat_shl(cx: &mut Ctx<'_>, op: Op) {
    let (es, amount) = cx.fields().left_shift();
    let n = cx.vn();
    let count = cx.fields().form().count(es);
    let v = cx.b.emit(op, es.into(), count, [n, Val::NONE, Val::NONE], amount.into());
    cx.set_vd(es, v);
}

/// SSHLL, USHLL.
pub(crate) fn shll(cx: &mut Ctx<'_>, extend: Op) {
    let (es, amount) = cx.fields().left_shift();
    let n = cx.vn();
    let mut v = cx.b.op1a(extend, es, cx.fields().q() as u8, n);
    if amount != 0 {
        v = cx.b.op1a(Op::VShl, wider(es), amount, v);
    }
    cx.set_vd_all(v);
}

/// SHRN and, with a rounding shift, RSHRN.
pub(crate) fn shrn(cx: &mut Ctx<'_>, shift: Op) {
    let (es, v) = shifted_wide(cx, shift);
    let v = cx.b.op1a(Op::VXtn, es, 0, v);
    cx.set_vd_narrowed(v);
}

/// SQSHRN and kin: a shift of the wide elements, which is exact, then a saturating narrowing.
pub(crate) fn sat_shrn(cx: &mut Ctx<'_>, shift: Op, narrow: Op) {
    let (es, v) = shifted_wide(cx, shift);
    if cx.fields().form() == Form::Scalar {
        let v = cx.b.op1a(narrow, es, 1, v);
        return cx.set_vd(es, v);
    }
    let v = cx.b.op1a(narrow, es, Form::D.count(es), v);
    cx.set_vd_narrowed(v);
}

/// The narrow size, and the wide elements shifted right.
fn shifted_wide(cx: &mut Ctx<'_>, shift: Op) -> (Es, Val) {
    let (es, amount) = cx.fields().right_shift();
    let n = cx.vn();
    (es, cx.b.op1a(shift, wider(es), amount, n))
}
