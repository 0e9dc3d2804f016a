//! Guarded control stacks. (Arm ARM D11, C5.3, "GCSPUSHM" and others)

use xemu_a64::insn::*;
use xemu_ir::{GcsOp, Op, Val};

use crate::ctx::Ctx;

fn op(cx: &mut Ctx<'_>, which: GcsOp, x: Val) -> Val {
    let zero = cx.imm(1, 0);
    cx.b.op2a(Op::Gcs, which, 0, x, zero)
}

/// Of a call, before X30 changes: pushes the return address.
pub(crate) fn call(cx: &mut Ctx<'_>) {
    if cx.extras.gcs {
        let back = cx.b.const64(cx.next_pc());
        op(cx, GcsOp::Call, back);
    }
}

/// Of a return: checks the target.
pub(crate) fn go_back(cx: &mut Ctx<'_>, to: Val) {
    if cx.extras.gcs {
        op(cx, GcsOp::Return, to);
    }
}

/// GCSPUSHM, GCSSS1.
pub(crate) fn sys(cx: &mut Ctx<'_>, which: GcsOp, rt: u32) {
    let x = cx.gpr(1, rt);
    op(cx, which, x);
}

/// GCSPOPM, GCSSS2: without a stack in use the register stays.
pub(crate) fn sysl(cx: &mut Ctx<'_>, which: GcsOp, rt: u32) {
    let x = cx.gpr(1, rt);
    let v = op(cx, which, x);
    cx.set_gpr(1, rt, v);
}

/// GCSSTR; and GCSSTTR, which at EL0 is the same.
pub(crate) fn gcsstr(cx: &mut Ctx<'_>, i: Gcsstr) {
    let addr = cx.gpr_sp(1, i.rn());
    let value = cx.gpr(1, i.rt());
    cx.b.op2a(Op::Gcs, GcsOp::Store, 0, addr, value);
}

/// CHKFEAT X16.
pub(crate) fn chkfeat(cx: &mut Ctx<'_>) {
    let x = cx.gpr(1, 16);
    let v = op(cx, GcsOp::CheckFeatures, x);
    cx.set_gpr(1, 16, v);
}

/// MRS of GCSPR_EL0.
pub(crate) fn pointer(cx: &mut Ctx<'_>) -> Val {
    let zero = cx.imm(1, 0);
    op(cx, GcsOp::Pointer, zero)
}
