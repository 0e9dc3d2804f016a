//! Advanced SIMD permutation, table lookup, copies and modified immediates. (Arm ARM C4.1,
//! "Advanced SIMD permute" to "Advanced SIMD modified immediate")

use xemu_a64::imm::ModImm;
use xemu_a64::insn::*;
use xemu_ir::{Es, Op, Val};

use crate::ctx::Ctx;
use crate::simd_form::Form;

/// ZIP1.
pub(crate) fn zip1(cx: &mut Ctx<'_>) {
    whole(cx, Op::VZip1);
}

/// ZIP2. Of 64 bits it is the upper half of what ZIP1 gives on 128.
pub(crate) fn zip2(cx: &mut Ctx<'_>) {
    if cx.fields().form() == Form::Q {
        return whole(cx, Op::VZip2);
    }
    let es = cx.fields().size();
    let (n, m) = (cx.vn(), cx.vm());
    let v = cx.b.op2a(Op::VZip1, es, 0, n, m);
    let v = cx.dup(Es::D, 1, v);
    cx.set_vd(es, v);
}

/// UZP1, UZP2; `trn` is the like-numbered TRN, which is the same on two elements.
pub(crate) fn uzp(cx: &mut Ctx<'_>, op: Op, trn: Op) {
    let f = cx.fields();
    if f.form() == Form::Q {
        return whole(cx, op);
    }
    if f.size() == Es::S {
        return whole(cx, trn);
    }
    let (n, m) = (cx.vn(), cx.vm());
    let both = cx.low_halves(n, m);
    let v = cx.b.op2a(op, f.size(), 0, both, both);
    cx.set_vd(f.size(), v);
}

/// TRN1, TRN2.
pub(crate) fn trn(cx: &mut Ctx<'_>, op: Op) {
    whole(cx, op);
}

fn whole(cx: &mut Ctx<'_>, op: Op) {
    let es = cx.fields().size();
    let (n, m) = (cx.vn(), cx.vm());
    let v = cx.b.op2a(op, es, 0, n, m);
    cx.set_vd(es, v);
}

pub(crate) fn ext_vec(cx: &mut Ctx<'_>, i: ExtVec) {
    let (mut n, mut m) = (cx.vn(), cx.vm());
    if i.q() == 0 {
        n = cx.low_halves(n, m);
        m = n;
    }
    let v = if i.imm4() == 0 { n } else { cx.b.op2a(Op::VExt, i.imm4() as u8, 0, n, m) };
    cx.set_vd(Es::D, v);
}

/// TBL and TBX: consecutive registers, one op each; TBL starts from zeros.
pub(crate) fn tbl_tbx(cx: &mut Ctx<'_>, i: TblTbx) {
    let indices = cx.vm();
    let mut v = if i.op() == 1 { cx.vd() } else { cx.b.const_v(0) };
    for k in 0..=i.len() {
        let table = cx.v(i.rn() + k);
        v = cx.b.op3a(Op::VTbx, 16 * k as u8, 0, [v, table, indices]);
    }
    cx.set_vd(Es::D, v);
}

/// LUTI2, LUTI4 from `tables` registers: elements picked by the packed indices, of `bits` each, of
/// segment `part`.
pub(crate) fn lut(cx: &mut Ctx<'_>, es: Es, tables: u32, bits: u8, part: u32) {
    let f = cx.fields();
    let first = cx.vn();
    let second = if tables == 2 { cx.v(f.rn() + 1) } else { first };
    let args = [first, second, cx.vm()];
    let from = part as u64 * es.lanes() as u64;
    let v = cx.b.emit(Op::VLut, es.into(), bits, args, from);
    cx.set_vd_all(v);
}

/// DUP of an element, to a vector or a scalar.
pub(crate) fn dup_elem(cx: &mut Ctx<'_>) {
    let (es, index) = cx.fields().imm5();
    let n = cx.vn();
    let copied = cx.fields().form() == Form::Scalar && index == 0;
    let v = if copied { n } else { cx.dup(es, index, n) };
    cx.set_vd(es, v);
}

pub(crate) fn dup_gen_vec(cx: &mut Ctx<'_>, i: DupGenVec) {
    let (es, _) = cx.fields().imm5();
    let n = cx.gpr(1, i.rn());
    let v = cx.b.op1a(Op::VDupX, es, 0, n);
    cx.set_vd(es, v);
}

pub(crate) fn ins_gen(cx: &mut Ctx<'_>, i: InsGen) {
    let (es, index) = cx.fields().imm5();
    let n = cx.gpr(1, i.rn());
    let d = cx.vd();
    let v = cx.b.op2a(Op::VInsX, es, index, d, n);
    cx.set_vd_all(v);
}

pub(crate) fn ins_elem(cx: &mut Ctx<'_>, i: InsElem) {
    let (es, index) = cx.fields().imm5();
    let from = i.imm4() >> es as u32;
    let (d, n) = (cx.vd(), cx.vn());
    let v = cx.b.emit(Op::VIns, es.into(), index, [d, n, Val::NONE], from.into());
    cx.set_vd_all(v);
}

pub(crate) fn umov(cx: &mut Ctx<'_>, i: Umov) {
    let (es, index) = cx.fields().imm5();
    let n = cx.vn();
    let v = cx.b.op1a(Op::VUmov, es, index, n);
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn smov(cx: &mut Ctx<'_>, i: Smov) {
    let (es, index) = cx.fields().imm5();
    let n = cx.vn();
    let mut v = cx.b.op1a(Op::VSmov, es, index, n);
    if i.q() == 0 {
        v = cx.b.op1(Op::Trunc, v);
    }
    cx.set_gpr(i.q(), i.rd(), v);
}

/// MOVI, MVNI, ORR, BIC, FMOV (vector, immediate).
pub(crate) fn simd_mod_imm(cx: &mut Ctx<'_>, i: SimdModImm) {
    let (op, imm) = match i.operation() {
        ModImm::Move(imm) => {
            let v = cx.const_v128(imm, if i.q() == 1 { imm } else { 0 });
            return cx.set_vd_all(v);
        }
        ModImm::Orr(imm) => (Op::VOr, imm),
        ModImm::Bic(imm) => (Op::VAndn, imm),
    };
    let d = cx.vd();
    let imm = cx.b.const_v(imm);
    let v = cx.b.op2a(op, 0, 0, d, imm);
    cx.set_vd(Es::D, v);
}
