//! Advanced SIMD three different: long, wide and narrow operations, by element as well. `size` is
//! that of the narrow elements. (Arm ARM C4.1, "Advanced SIMD three different")

use xemu_ir::{Es, Op, Val};

use crate::ctx::Ctx;
use crate::simd_form::{Form, wider};

/// SADDL and kin: both operands extended.
pub(crate) fn long(cx: &mut Ctx<'_>, extend: Op, op: Op) {
    let (es, q) = (cx.fields().size(), cx.fields().q() as u8);
    let (n, m) = (cx.vn(), cx.vm());
    let n = cx.b.op1a(extend, es, q, n);
    let m = cx.b.op1a(extend, es, q, m);
    let v = cx.b.op2a(op, wider(es), 0, n, m);
    cx.set_vd_all(v);
}

/// SADDW and kin: the second operand extended.
pub(crate) fn wide(cx: &mut Ctx<'_>, extend: Op, op: Op) {
    let (es, q) = (cx.fields().size(), cx.fields().q() as u8);
    let (n, m) = (cx.vn(), cx.vm());
    let m = cx.b.op1a(extend, es, q, m);
    let v = cx.b.op2a(op, wider(es), 0, n, m);
    cx.set_vd_all(v);
}

/// SABDL, UABDL: an absolute difference fits the narrow element, unsigned.
pub(crate) fn abd_long(cx: &mut Ctx<'_>, abd: Op) {
    let v = abs_difference(cx, abd);
    cx.set_vd_all(v);
}

/// SABAL, UABAL.
pub(crate) fn aba_long(cx: &mut Ctx<'_>, abd: Op) {
    let difference = abs_difference(cx, abd);
    let d = cx.vd();
    let v = cx.b.op2a(Op::VAdd, wider(cx.fields().size()), 0, d, difference);
    cx.set_vd_all(v);
}

fn abs_difference(cx: &mut Ctx<'_>, abd: Op) -> Val {
    let (es, q) = (cx.fields().size(), cx.fields().q() as u8);
    let (n, m) = (cx.vn(), cx.vm());
    let v = cx.b.op2a(abd, es, 0, n, m);
    cx.b.op1a(Op::VUxtl, es, q, v)
}

/// ADDHN, SUBHN and, with `round`, RADDHN, RSUBHN: the high half of each wide element.
pub(crate) fn narrow_high(cx: &mut Ctx<'_>, op: Op, round: bool) {
    let es = cx.fields().size();
    let wide = wider(es);
    let (n, m) = (cx.vn(), cx.vm());
    let mut v = cx.b.op2a(op, wide, 0, n, m);
    if round {
        let ones = u64::MAX / (u64::MAX >> (64 - wide.bits()));
        let half = cx.b.const_v(ones << (es.bits() - 1));
        v = cx.b.op2a(Op::VAdd, wide, 0, v, half);
    }
    let v = cx.b.op1a(Op::VUshr, wide, es.bits() as u8, v);
    let v = cx.b.op1a(Op::VXtn, es, 0, v);
    cx.set_vd_narrowed(v);
}

/// SMULL, UMULL.
pub(crate) fn mul_long(cx: &mut Ctx<'_>, mul: Op) {
    let m = cx.vm();
    let v = product(cx, mul, m);
    cx.set_vd_all(v);
}

/// SMULL, UMULL by element.
pub(crate) fn mul_long_elem(cx: &mut Ctx<'_>, mul: Op) {
    let m = cx.element(cx.fields().size());
    let v = product(cx, mul, m);
    cx.set_vd_all(v);
}

/// SMLAL, SMLSL and kin.
pub(crate) fn mul_acc_long(cx: &mut Ctx<'_>, mul: Op, acc: Op) {
    let m = cx.vm();
    mul_acc_long_by(cx, mul, acc, m);
}

/// SMLAL, SMLSL and kin by element.
pub(crate) fn mul_acc_long_elem(cx: &mut Ctx<'_>, mul: Op, acc: Op) {
    let m = cx.element(cx.fields().size());
    mul_acc_long_by(cx, mul, acc, m);
}

fn mul_acc_long_by(cx: &mut Ctx<'_>, mul: Op, acc: Op, m: Val) {
    let product = product(cx, mul, m);
    let d = cx.vd();
    let v = cx.b.op2a(acc, wider(cx.fields().size()), 0, d, product);
    cx.set_vd_all(v);
}

fn product(cx: &mut Ctx<'_>, mul: Op, m: Val) -> Val {
    let f = cx.fields();
    let n = cx.vn();
    cx.b.op2a(mul, f.size(), f.q() as u8, n, m)
}

/// PMULL of bytes, or of doublewords.
pub(crate) fn pmull(cx: &mut Ctx<'_>) {
    mul_long(cx, Op::VPmull);
}

/// SQDMULL.
pub(crate) fn sqdmull(cx: &mut Ctx<'_>) {
    let m = cx.vm();
    let m = cx.long_half(m);
    let v = doubled_product(cx, m);
    cx.set_vd_wide(v);
}

/// SQDMULL by element.
pub(crate) fn sqdmull_elem(cx: &mut Ctx<'_>) {
    let m = cx.element(cx.fields().size());
    let v = doubled_product(cx, m);
    cx.set_vd_wide(v);
}

/// SQDMLAL, SQDMLSL: `acc` saturates once more.
pub(crate) fn sqdmull_acc(cx: &mut Ctx<'_>, acc: Op) {
    let m = cx.vm();
    let m = cx.long_half(m);
    sqdmull_acc_by(cx, acc, m);
}

/// SQDMLAL, SQDMLSL by element.
pub(crate) fn sqdmull_acc_elem(cx: &mut Ctx<'_>, acc: Op) {
    let m = cx.element(cx.fields().size());
    sqdmull_acc_by(cx, acc, m);
}

fn sqdmull_acc_by(cx: &mut Ctx<'_>, acc: Op, m: Val) {
    let product = doubled_product(cx, m);
    let wide = wider(cx.fields().size());
    let d = cx.vd();
    let v = cx.b.op2a(acc, wide, cx.wide_count(wide), d, product);
    cx.set_vd_wide(v);
}

/// `m` has its factors in the low half already.
fn doubled_product(cx: &mut Ctx<'_>, m: Val) -> Val {
    let es = cx.fields().size();
    let n = cx.vn();
    let n = cx.long_half(n);
    let count = cx.wide_count(wider(es));
    cx.b.op2a(Op::VSqdmull, es, count, n, m)
}

impl Ctx<'_> {
    /// The elements of a long operation's result.
    fn wide_count(&self, wide: Es) -> u8 {
        if self.fields().form() == Form::Scalar { 1 } else { Form::Q.count(wide) }
    }

    /// Sets Vd to a long operation's result.
    fn set_vd_wide(&mut self, v: Val) {
        let f = self.fields();
        let scalar = f.form() == Form::Scalar;
        self.b.set_v(f.rd(), if scalar { wider(f.size()) } else { Es::Q }, v);
    }
}
