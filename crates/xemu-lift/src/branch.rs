//! Branches and exception generation. (Arm ARM C4.1, "Branches, Exception Generating and System
//! instructions")

use xemu_a64::insn::*;
use xemu_a64::{Decode, Insn, decode};
use xemu_ir::{Op, Val};

use crate::ctx::Ctx;
use crate::dp_reg::is_always;
use crate::gcs;
use crate::sized::*;

/// Ends the block with a jump to `target`.
fn goto(cx: &mut Ctx<'_>, target: u64) {
    cx.b.exit(Op::Goto, 0, Val::NONE, target);
}

fn target(cx: &Ctx<'_>, offset: i64) -> u64 {
    cx.pc.wrapping_add_signed(offset)
}

/// A conditional branch whose outcome is known: goes there or on.
fn decided(cx: &mut Ctx<'_>, taken: bool, target: u64) {
    if taken && target != cx.next_pc() {
        goto(cx, target);
    }
}

/// A side exit to `target`, or nothing if that is the next instruction.
fn side_exit(cx: &mut Ctx<'_>, op: Op, a: u32, v: Val, target: u64) {
    if target != cx.next_pc() {
        cx.b.exit(op, a as u8, v, target);
    }
}

pub(crate) fn b_cond(cx: &mut Ctx<'_>, i: BCond) {
    branch_if(cx, i.cond(), i.offset());
}

pub(crate) fn bc_cond(cx: &mut Ctx<'_>, i: BcCond) {
    branch_if(cx, i.cond(), i.offset());
}

fn branch_if(cx: &mut Ctx<'_>, cond: u32, offset: i64) {
    let to = target(cx, offset);
    if is_always(cond) {
        decided(cx, true, to);
    } else {
        side_exit(cx, Op::ExitIf, cond, Val::NONE, to);
    }
}

pub(crate) fn compare_branch(cx: &mut Ctx<'_>, i: CompareBranch) {
    let to = target(cx, i.offset());
    let x = cx.gpr(i.sf(), i.rt());
    if let Some(c) = cx.constant(x) {
        return decided(cx, (c != 0) == (i.op() == 1), to);
    }
    let op = [EXIT_IF_Z, EXIT_IF_NZ][i.op() as usize][i.sf() as usize];
    side_exit(cx, op, 0, x, to);
}

pub(crate) fn test_branch(cx: &mut Ctx<'_>, i: TestBranch) {
    let to = target(cx, i.offset());
    let x = cx.gpr(1, i.rt());
    if let Some(c) = cx.constant(x) {
        return decided(cx, (c >> i.bit() & 1) == u64::from(i.op()), to);
    }
    let op = [Op::ExitIfBitZ, Op::ExitIfBitNz][i.op() as usize];
    side_exit(cx, op, i.bit(), x, to);
}

/// CB<cc> (register).
pub(crate) fn compare_reg_branch(cx: &mut Ctx<'_>, i: CompareRegBranch) {
    let x = cx.gpr(i.sf(), i.rt());
    let y = cx.gpr(i.sf(), i.rm());
    let relation = [Rel::Gt, Rel::Ge, Rel::Hi, Rel::Hs][(i.cc() & 3) as usize];
    compare_and_branch(cx, i.sf(), (i.cc(), relation), (x, y), i.offset());
}

/// CB<cc> (immediate).
pub(crate) fn compare_imm_branch(cx: &mut Ctx<'_>, i: CompareImmBranch) {
    let x = cx.gpr(i.sf(), i.rt());
    let y = cx.imm(i.sf(), u64::from(i.imm6()));
    let relation = [Rel::Gt, Rel::Lt, Rel::Hi, Rel::Lo][(i.cc() & 3) as usize];
    compare_and_branch(cx, i.sf(), (i.cc(), relation), (x, y), i.offset());
}

/// CBB<cc>.
pub(crate) fn compare_byte_branch(cx: &mut Ctx<'_>, i: CompareByteBranch) {
    compare_narrow(cx, 8, i.cc(), (i.rt(), i.rm()), i.offset());
}

/// CBH<cc>.
pub(crate) fn compare_half_branch(cx: &mut Ctx<'_>, i: CompareHalfBranch) {
    compare_narrow(cx, 16, i.cc(), (i.rt(), i.rm()), i.offset());
}

fn compare_narrow(cx: &mut Ctx<'_>, bits: u32, cc: u32, (rt, rm): (u32, u32), offset: i64) {
    let ops = if cc < 2 { SBFX } else { UBFX };
    let x = cx.gpr(0, rt);
    let x = cx.op1a(ops, 0, (0, bits), x);
    let y = cx.gpr(0, rm);
    let y = cx.op1a(ops, 0, (0, bits), y);
    let relation = [Rel::Gt, Rel::Ge, Rel::Hi, Rel::Hs][(cc & 3) as usize];
    compare_and_branch(cx, 0, (cc, relation), (x, y), offset);
}

/// A relation of the compare-and-branch instructions other than equality.
#[derive(Clone, Copy)]
enum Rel {
    Gt,
    Ge,
    Lt,
    Hi,
    Hs,
    Lo,
}

/// Branches if the relation holds (or, for `cc` 6 and 7, on equality and inequality), leaving NZCV
/// alone, as FEAT_CMPBR wants.
fn compare_and_branch(
    cx: &mut Ctx<'_>,
    sf: u32,
    (cc, relation): (u32, Rel),
    (x, y): (Val, Val),
    offset: i64,
) {
    let to = target(cx, offset);
    if cc >= 6 {
        let differ = cx.op2(XOR, sf, x, y);
        let op = [EXIT_IF_Z, EXIT_IF_NZ][(cc & 1) as usize][sf as usize];
        return side_exit(cx, op, 0, differ, to);
    }
    // Everything is "less", with operands swapped or the outcome inverted.
    let (signed, swap, invert) = match relation {
        Rel::Lt => (true, false, false),
        Rel::Gt => (true, true, false),
        Rel::Ge => (true, false, true),
        Rel::Lo => (false, false, false),
        Rel::Hi => (false, true, false),
        Rel::Hs => (false, false, true),
    };
    let (x, y) = if swap { (y, x) } else { (x, y) };
    let borrow = if sf == 1 { less64(cx, signed, x, y) } else { less32(cx, signed, x, y) };
    let op = if invert { Op::ExitIfBitZ } else { Op::ExitIfBitNz };
    side_exit(cx, op, 63, borrow, to);
}

/// A value whose bit 63 says that `x` is less than `y`: the difference of the extended words.
fn less32(cx: &mut Ctx<'_>, signed: bool, x: Val, y: Val) -> Val {
    let extend = if signed { Op::Sext } else { Op::Zext };
    let x = cx.b.op1(extend, x);
    let y = cx.b.op1(extend, y);
    cx.op2(SUB, 1, x, y)
}

/// A value whose bit 63 says that `x` is less than `y`: where the signs differ they decide, else
/// the difference's sign does.
fn less64(cx: &mut Ctx<'_>, signed: bool, x: Val, y: Val) -> Val {
    let by_sign = if signed { cx.op2(ANDN, 1, x, y) } else { cx.op2(ANDN, 1, y, x) };
    let differ = cx.op2(XOR, 1, x, y);
    let difference = cx.op2(SUB, 1, x, y);
    let by_difference = cx.op2(ANDN, 1, difference, differ);
    cx.op2(OR, 1, by_sign, by_difference)
}

pub(crate) fn b(cx: &mut Ctx<'_>, i: B) {
    let to = target(cx, i.offset());
    goto(cx, to);
}

fn set_link(cx: &mut Ctx<'_>) {
    let back = cx.b.const64(cx.next_pc());
    cx.b.set_x(30, back);
}

pub(crate) fn bl(cx: &mut Ctx<'_>, i: Bl) {
    let to = target(cx, i.offset());
    gcs::call(cx);
    set_link(cx);
    cx.b.exit(Op::Call, 0, Val::NONE, to);
}

/// Values of PSTATE.BTYPE. (Arm ARM D1.4, "PSTATE.BTYPE")
mod btype {
    /// After BR X16, BR X17, and any BR outside of guarded pages.
    pub const TRAMPOLINE: u8 = 1;
    /// After BLR.
    pub const CALL: u8 = 2;
    /// After any other BR.
    pub const JUMP: u8 = 3;
}

/// At the start of a block, which alone can be the target of an indirect branch.
pub(crate) fn check_branch_type(cx: &mut Ctx<'_>) {
    let Some(guarded) = cx.guarded else { return };
    if matches!(decode(cx.word), Decode::Insn(Insn::Brk(_) | Insn::Hlt(_))) {
        // A target for all; what is seen at the exception is BTYPE before it.
        return;
    }
    let accepted = if guarded(cx.pc) { accepted_branch_types(cx.word) } else { 0b1110 };
    cx.b.op0(Op::CheckBtype, accepted, 0);
}

/// Which branch types the instruction is a target for: bit n stands for type n. As Linux sets
/// SCTLR_EL1.BT0, PACIASP is no target for jumps. (Arm ARM D8.5.1)
fn accepted_branch_types(word: u32) -> u8 {
    const C: u8 = 1 << btype::TRAMPOLINE | 1 << btype::CALL;
    const J: u8 = 1 << btype::TRAMPOLINE | 1 << btype::JUMP;
    match decode(word) {
        Decode::Insn(Insn::Bti(i)) => [0, C, J, C | J][i.op() as usize],
        Decode::Insn(Insn::Paciasp(_) | Insn::Pacibsp(_)) => C,
        _ => 0,
    }
}

/// Jumps to an address that came from register `rn`.
pub(crate) fn go(cx: &mut Ctx<'_>, rn: u32, to: Val) {
    if let Some(guarded) = cx.guarded {
        let plain = guarded(cx.pc) && !matches!(rn, 16 | 17);
        cx.b.op0(Op::SetBtype, if plain { btype::JUMP } else { btype::TRAMPOLINE }, 0);
    }
    cx.b.exit(Op::GotoReg, 0, to, 0);
}

/// Calls an address that came from a register.
pub(crate) fn call(cx: &mut Ctx<'_>, to: Val) {
    gcs::call(cx);
    if cx.guarded.is_some() {
        cx.b.op0(Op::SetBtype, btype::CALL, 0);
    }
    set_link(cx);
    cx.b.exit(Op::CallReg, 0, to, 0);
}

/// Returns to an address.
pub(crate) fn go_back(cx: &mut Ctx<'_>, to: Val) {
    gcs::go_back(cx, to);
    cx.b.exit(Op::Ret, 0, to, 0);
}

pub(crate) fn br(cx: &mut Ctx<'_>, i: Br) {
    let to = cx.gpr(1, i.rn());
    go(cx, i.rn(), to);
}

pub(crate) fn blr(cx: &mut Ctx<'_>, i: Blr) {
    let to = cx.gpr(1, i.rn());
    call(cx, to);
}

pub(crate) fn ret(cx: &mut Ctx<'_>, i: Ret) {
    let to = cx.gpr(1, i.rn());
    go_back(cx, to);
}

pub(crate) fn svc(cx: &mut Ctx<'_>, i: Svc) {
    cx.b.op0(Op::Svc, i.imm16() as u8, (i.imm16() >> 8) as u8);
}

pub(crate) fn brk(cx: &mut Ctx<'_>, i: Brk) {
    cx.b.op0(Op::Brk, i.imm16() as u8, (i.imm16() >> 8) as u8);
}
