//! Pointer authentication. (Arm ARM D8.10, C6.2 "PACIA" and following)

use xemu_a64::insn::*;
use xemu_ir::{Address, Op, PacKind, Val};

use crate::branch;
use crate::ctx::Ctx;
use crate::sized::*;

/// The numbers of the keys.
const IA: u32 = 0;
const IB: u32 = 1;
const DA: u32 = 2;

/// The cipher, with whether the instruction faults; on processors without FEAT_FPACCOMBINE those
/// that do more than authenticate do not, but there are none here with FEAT_FPAC alone.
fn kind(cx: &Ctx<'_>) -> PacKind {
    cx.config.model.pac_kind()
}

fn sign(cx: &mut Ctx<'_>, key: u32, pointer: Val, modifier: Val) -> Val {
    let kind = kind(cx);
    cx.b.op2a(Op::PacSign, key as u8, kind, pointer, modifier)
}

fn authenticate(cx: &mut Ctx<'_>, key: u32, pointer: Val, modifier: Val) -> Val {
    let kind = kind(cx);
    cx.b.op2a(Op::PacAuth, key as u8, kind, pointer, modifier)
}

/// Signs (`auth` false) or authenticates general register `rd` with a modifier.
fn change(cx: &mut Ctx<'_>, auth: bool, key: u32, rd: u32, modifier: Val) {
    let pointer = cx.gpr(1, rd);
    let f = if auth { authenticate } else { sign };
    let v = f(cx, key, pointer, modifier);
    cx.set_gpr(1, rd, v);
}

/// A hint that signs or authenticates X30 with SP or zero as modifier.
pub(crate) fn link_register(cx: &mut Ctx<'_>, auth: bool, key_b: bool, with_sp: bool) {
    let modifier = if with_sp { cx.gpr_sp(1, 31) } else { cx.imm(1, 0) };
    change(cx, auth, if key_b { IB } else { IA }, 30, modifier);
}

/// A hint that signs or authenticates X17 with X16 as modifier.
pub(crate) fn x17_with_x16(cx: &mut Ctx<'_>, auth: bool, key_b: bool) {
    let modifier = cx.gpr(1, 16);
    change(cx, auth, if key_b { IB } else { IA }, 17, modifier);
}

/// PACIA, PACIB, PACDA, PACDB.
pub(crate) fn pac(cx: &mut Ctx<'_>, i: Pac) {
    let modifier = cx.gpr_sp(1, i.rn());
    change(cx, false, i.key(), i.rd(), modifier);
}

/// AUTIA, AUTIB, AUTDA, AUTDB.
pub(crate) fn aut(cx: &mut Ctx<'_>, i: Aut) {
    let modifier = cx.gpr_sp(1, i.rn());
    change(cx, true, i.key(), i.rd(), modifier);
}

/// PACIZA, PACIZB, PACDZA, PACDZB.
pub(crate) fn pac_z(cx: &mut Ctx<'_>, i: PacZ) {
    let modifier = cx.imm(1, 0);
    change(cx, false, i.key(), i.rd(), modifier);
}

/// AUTIZA, AUTIZB, AUTDZA, AUTDZB.
pub(crate) fn aut_z(cx: &mut Ctx<'_>, i: AutZ) {
    let modifier = cx.imm(1, 0);
    change(cx, true, i.key(), i.rd(), modifier);
}

pub(crate) fn pacga(cx: &mut Ctx<'_>, i: Pacga) {
    let data = cx.gpr(1, i.rn());
    let modifier = cx.gpr_sp(1, i.rm());
    let kind = kind(cx);
    let v = cx.b.op2a(Op::PacGeneric, 0, kind, data, modifier);
    cx.set_gpr(1, i.rd(), v);
}

/// The register without a code: bits 54..48 repeat bit 55, and so does the top byte in the upper
/// half.
fn strip(cx: &mut Ctx<'_>, rd: u32) {
    let pointer = cx.gpr(1, rd);
    let upper = cx.op1a(SBFX, 1, (55, 1), pointer);
    let upper = cx.op2i(AND, 1, upper, 0xffff << 48);
    let address = cx.op2i(AND, 1, pointer, !(0x7f << 48));
    let v = cx.op2(OR, 1, address, upper);
    cx.set_gpr(1, rd, v);
}

/// XPACI, XPACD.
pub(crate) fn xpac(cx: &mut Ctx<'_>, i: Xpac) {
    strip(cx, i.rd());
}

pub(crate) fn xpaclri(cx: &mut Ctx<'_>) {
    strip(cx, 30);
}

/// The authentic target of a branch: key `m`, the modifier in `rm` (SP for 31).
fn target(cx: &mut Ctx<'_>, m: u32, rn: u32, rm: u32) -> Val {
    let pointer = cx.gpr(1, rn);
    let modifier = cx.gpr_sp(1, rm);
    authenticate(cx, m, pointer, modifier)
}

fn target_zero(cx: &mut Ctx<'_>, m: u32, rn: u32) -> Val {
    let pointer = cx.gpr(1, rn);
    let modifier = cx.imm(1, 0);
    authenticate(cx, m, pointer, modifier)
}

/// BRAA, BRAB.
pub(crate) fn bra(cx: &mut Ctx<'_>, i: Bra) {
    let to = target(cx, i.m(), i.rn(), i.rm());
    branch::go(cx, i.rn(), to);
}

/// BRAAZ, BRABZ.
pub(crate) fn bra_z(cx: &mut Ctx<'_>, i: BraZ) {
    let to = target_zero(cx, i.m(), i.rn());
    branch::go(cx, i.rn(), to);
}

/// BLRAA, BLRAB.
pub(crate) fn blra(cx: &mut Ctx<'_>, i: Blra) {
    let to = target(cx, i.m(), i.rn(), i.rm());
    branch::call(cx, to);
}

/// BLRAAZ, BLRABZ.
pub(crate) fn blra_z(cx: &mut Ctx<'_>, i: BlraZ) {
    let to = target_zero(cx, i.m(), i.rn());
    branch::call(cx, to);
}

/// RETAA, RETAB.
pub(crate) fn reta(cx: &mut Ctx<'_>, i: Reta) {
    let to = target(cx, i.m(), 30, 31);
    branch::go_back(cx, to);
}

/// LDRAA, LDRAB: authenticates the base, and writes it back with the offset if `w`.
pub(crate) fn ldra(cx: &mut Ctx<'_>, i: Ldra) {
    let base = cx.gpr_sp(1, i.rn());
    let modifier = cx.imm(1, 0);
    let base = authenticate(cx, DA + i.m(), base, modifier);
    let offset = i.offset() as i32;
    let v = cx.b.access(Op::Load64, 0, Address::new(base, offset), Val::NONE);
    cx.set_gpr(1, i.rt(), v);
    if i.w() == 1 {
        let written = cx.op2i(ADD, 1, base, offset as i64 as u64);
        cx.set_gpr_sp(1, i.rn(), written);
    }
}
