//! Memory copy and memory set. (Arm ARM C3.2.15, C6.2 "CPYFP, CPYFM, CPYFE", "SETP, SETM, SETE")
//!
//! Of the two forms that the manual allows for the registers in between, this is option A: the
//! prologue turns the size into what is left, negative where addresses rise, and moves the
//! addresses to the end; NZCV is 0000. The prologue copies nothing, the main part everything.

use xemu_a64::insn::*;
use xemu_ir::{Es, Op, Val};

use crate::ctx::Ctx;
use crate::sized::*;

/// The most that a set or a copy upwards does, and a copy in either direction.
const MOST: u64 = i64::MAX as u64;
const MOST_EITHER: u64 = (1 << 55) - 1;
/// The condition "lower".
const LO: u8 = 3;
/// NZCV that "lower" does not hold for.
const NOT_LOWER: u8 = 0b0010;

/// Where a register stands for three of an instruction's: size, target, source (or value).
type Registers = (u32, u32, u32);

fn saturated(cx: &mut Ctx<'_>, rn: u32, most: u64) -> Val {
    let size = cx.gpr(1, rn);
    let most = cx.imm(1, most);
    cx.b.op2(Op::Umin64, size, most)
}

fn clear_flags(cx: &mut Ctx<'_>) {
    let zero = cx.b.const32(0);
    cx.b.op1(Op::SetNzcv, zero);
}

/// The prologue of a copy upwards, or of a set where `rs` is `None`.
fn prologue(cx: &mut Ctx<'_>, rn: u32, rd: u32, rs: Option<u32>) {
    let size = saturated(cx, rn, MOST);
    let left = cx.op1(NEG, 1, size);
    let ends: Vec<(u32, Val)> = [Some(rd), rs]
        .into_iter()
        .flatten()
        .map(|reg| {
            let start = cx.gpr(1, reg);
            (reg, cx.op2(ADD, 1, start, size))
        })
        .collect();
    clear_flags(cx);
    for (reg, end) in ends {
        cx.b.set_x(reg, end);
    }
    cx.b.set_x(rn, left);
}

/// The prologue of a copy whose direction depends on the overlap: downwards if the source starts
/// below the target and reaches into it. Tags do not count.
fn prologue_either(cx: &mut Ctx<'_>, (rn, rd, rs): Registers) {
    let size = saturated(cx, rn, MOST_EITHER);
    let (to, from) = (cx.gpr(1, rd), cx.gpr(1, rs));
    let from_end = cx.op2(ADD, 1, from, size);
    let [low_to, low_from, low_end] = [to, from, from_end].map(|v| cx.op1a(UBFX, 1, (0, 56), v));
    cx.b.op2(Op::Subs64, low_from, low_to);
    cx.b.op2a(Op::Ccmp64, LO, NOT_LOWER, low_to, low_end);
    let zero = cx.imm(1, 0);
    let negative = cx.op1(NEG, 1, size);
    let left = cx.b.op2a(Op::Csel64, LO, 0, size, negative);
    let step = cx.b.op2a(Op::Csel64, LO, 0, zero, size);
    let to = cx.op2(ADD, 1, to, step);
    let from = cx.op2(ADD, 1, from, step);
    clear_flags(cx);
    cx.b.set_x(rd, to);
    cx.b.set_x(rs, from);
    cx.b.set_x(rn, left);
}

/// The main part and the epilogue of a copy: what is left.
fn copy_rest(cx: &mut Ctx<'_>, (rn, rd, rs): Registers, either: bool) {
    let (left, to, from) = (cx.gpr(1, rn), cx.gpr(1, rd), cx.gpr(1, rs));
    let left = cx.b.op3a(Op::MemCopy, rn as u8, either, [left, to, from]);
    cx.b.set_x(rn, left);
}

/// CPYFP, CPYFM, CPYFE.
pub(crate) fn cpyf(cx: &mut Ctx<'_>, i: Cpyf) {
    match i.op1() {
        0 => prologue(cx, i.rn(), i.rd(), Some(i.rs())),
        _ => copy_rest(cx, (i.rn(), i.rd(), i.rs()), false),
    }
}

/// CPYP, CPYM, CPYE.
pub(crate) fn cpy(cx: &mut Ctx<'_>, i: Cpy) {
    let registers = (i.rn(), i.rd(), i.rs());
    match i.op1() {
        0 => prologue_either(cx, registers),
        _ => copy_rest(cx, registers, true),
    }
}

/// SETP, SETM, SETE.
pub(crate) fn set(cx: &mut Ctx<'_>, i: Set) {
    if i.stage() == 0 {
        return prologue(cx, i.rn(), i.rd(), None);
    }
    let (left, to, value) = (cx.gpr(1, i.rn()), cx.gpr(1, i.rd()), cx.gpr(1, i.rs()));
    let left = cx.b.op3a(Op::MemSet, i.rn() as u8, 0, [left, to, value]);
    cx.b.set_x(i.rn(), left);
}

/// SETGP, SETGM, SETGE: address and size are multiples of 16.
pub(crate) fn setg(cx: &mut Ctx<'_>, i: Setg) {
    let (to, left) = (cx.gpr(1, i.rd()), cx.gpr(1, i.rn()));
    cx.b.op1a(Op::CheckAlign, Es::Q, 2, to);
    cx.b.op1a(Op::CheckAlign, Es::Q, 2, left);
    if i.stage() == 0 {
        return prologue(cx, i.rn(), i.rd(), None);
    }
    let value = cx.gpr(1, i.rs());
    let left = cx.b.op3a(Op::MemSet, i.rn() as u8, 1, [left, to, value]);
    cx.b.set_x(i.rn(), left);
}
