//! Advanced SIMD three same and three-register extension, integers, on vectors and scalars; those
//! by element as well. (Arm ARM C4.1, "Advanced SIMD three same")

use xemu_ir::{Es, Op, Val};

use crate::ctx::Ctx;
use crate::simd_form::Form;

/// Elements of Vn and Vm.
pub(crate) fn two(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let n = cx.vn();
    let m = cx.vm();
    let v = cx.b.op2a(op, es, 0, n, m);
    cx.set_vd(es, v);
}

/// Bitwise.
pub(crate) fn bits(cx: &mut Ctx<'_>, op: Op) {
    let n = cx.vn();
    let m = cx.vm();
    let v = cx.b.op2a(op, 0, 0, n, m);
    cx.set_vd(Es::D, v);
}

/// ORR, and MOV of a vector.
pub(crate) fn orr(cx: &mut Ctx<'_>) {
    let f = cx.fields();
    if f.rn() != f.rm() {
        return bits(cx, Op::VOr);
    }
    let n = cx.vn();
    cx.set_vd(Es::D, n);
}

/// BSL: Vd selects between Vn and Vm.
pub(crate) fn bsl(cx: &mut Ctx<'_>) {
    let (d, n, m) = (cx.vd(), cx.vn(), cx.vm());
    select(cx, [d, n, m]);
}

/// BIT: bits of Vn where Vm has ones.
pub(crate) fn bit(cx: &mut Ctx<'_>) {
    let (d, n, m) = (cx.vd(), cx.vn(), cx.vm());
    select(cx, [m, n, d]);
}

/// BIF: bits of Vn where Vm has zeros.
pub(crate) fn bif(cx: &mut Ctx<'_>) {
    let (d, n, m) = (cx.vd(), cx.vn(), cx.vm());
    select(cx, [m, d, n]);
}

fn select(cx: &mut Ctx<'_>, args: [Val; 3]) {
    let v = cx.b.op3a(Op::VBsl, 0, 0, args);
    cx.set_vd(Es::D, v);
}

/// Saturating.
pub(crate) fn sat(cx: &mut Ctx<'_>, op: Op) {
    let m = cx.vm();
    sat_by(cx, op, m);
}

/// Saturating, by element.
pub(crate) fn sat_elem(cx: &mut Ctx<'_>, op: Op) {
    let m = cx.element(cx.fields().size());
    sat_by(cx, op, m);
}

fn sat_by(cx: &mut Ctx<'_>, op: Op, m: Val) {
    let es = cx.fields().size();
    let n = cx.vn();
    let v = cx.b.op2a(op, es, cx.fields().form().count(es), n, m);
    cx.set_vd(es, v);
}

/// SQRDMLAH, SQRDMLSH.
pub(crate) fn sat_acc(cx: &mut Ctx<'_>, op: Op) {
    let m = cx.vm();
    sat_acc_by(cx, op, m);
}

/// SQRDMLAH, SQRDMLSH by element.
pub(crate) fn sat_acc_elem(cx: &mut Ctx<'_>, op: Op) {
    let m = cx.element(cx.fields().size());
    sat_acc_by(cx, op, m);
}

fn sat_acc_by(cx: &mut Ctx<'_>, op: Op, m: Val) {
    let es = cx.fields().size();
    let (d, n) = (cx.vd(), cx.vn());
    let v = cx.b.op3a(op, es, cx.fields().form().count(es), [d, n, m]);
    cx.set_vd(es, v);
}

/// MLA, MLS, SABA, UABA: Vd and the `inner` of Vn and Vm.
pub(crate) fn accumulate(cx: &mut Ctx<'_>, outer: Op, inner: Op) {
    let m = cx.vm();
    accumulate_by(cx, outer, inner, m);
}

/// MLA, MLS by element.
pub(crate) fn accumulate_elem(cx: &mut Ctx<'_>, outer: Op, inner: Op) {
    let m = cx.element(cx.fields().size());
    accumulate_by(cx, outer, inner, m);
}

fn accumulate_by(cx: &mut Ctx<'_>, outer: Op, inner: Op, m: Val) {
    let es = cx.fields().size();
    let (d, n) = (cx.vd(), cx.vn());
    let value = cx.b.op2a(inner, es, 0, n, m);
    let v = cx.b.op2a(outer, es, 0, d, value);
    cx.set_vd(es, v);
}

/// MUL by element.
pub(crate) fn mul_elem(cx: &mut Ctx<'_>) {
    let es = cx.fields().size();
    let n = cx.vn();
    let m = cx.element(es);
    let v = cx.b.op2a(Op::VMul, es, 0, n, m);
    cx.set_vd(es, v);
}

/// Neighbours of Vn, then those of Vm.
pub(crate) fn pairwise(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let (mut n, mut m) = (cx.vn(), cx.vm());
    if cx.fields().form() == Form::D {
        n = cx.low_halves(n, m);
        m = n;
    }
    let v = cx.b.op2a(op, es, 0, n, m);
    cx.set_vd(es, v);
}

/// ADDP of a scalar.
pub(crate) fn addp_scalar(cx: &mut Ctx<'_>) {
    let n = cx.vn();
    let v = cx.b.op2a(Op::VAddp, Es::D, 0, n, n);
    cx.set_vd(Es::D, v);
}

/// SDOT and kin, SMMLA and kin.
pub(crate) fn dot(cx: &mut Ctx<'_>, op: Op) {
    let args = [cx.vd(), cx.vn(), cx.vm()];
    let v = cx.b.op3a(op, 0, 0, args);
    cx.set_vd(Es::S, v);
}

/// SDOT, UDOT, USDOT by element: four bytes of Vm.
pub(crate) fn dot_elem(cx: &mut Ctx<'_>, op: Op) {
    let (d, n) = (cx.vd(), cx.vn());
    let m = cx.element(Es::S);
    let v = cx.b.op3a(op, 0, 0, [d, n, m]);
    cx.set_vd(Es::S, v);
}

/// SUDOT by element: USDOT with the factors exchanged.
pub(crate) fn sudot_elem(cx: &mut Ctx<'_>) {
    let (d, n) = (cx.vd(), cx.vn());
    let m = cx.element(Es::S);
    let v = cx.b.op3a(Op::VUsdot, 0, 0, [d, m, n]);
    cx.set_vd(Es::S, v);
}
