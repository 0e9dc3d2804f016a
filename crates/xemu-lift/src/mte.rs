//! Memory tagging. (Arm ARM D10, C3.2.11, C3.5.12)

use xemu_a64::insn::*;
use xemu_ir::{Address, Es, Op, Val};

use crate::addressing::offset;
use crate::ctx::Ctx;
use crate::sized::*;

/// The bytes that share a tag.
const GRANULE: i32 = 16;
/// Where an address has its tag.
const TAG: (u32, u32) = (56, 4);

/// ADDG, SUBG.
fn add_or_sub(cx: &mut Ctx<'_>, ops: Sized2, (uimm6, uimm4): (u32, u32), (rn, rd): (u32, u32)) {
    let base = cx.gpr_sp(1, rn);
    let sum = cx.op2i(ops, 1, base, u64::from(uimm6) << 4);
    let v = cx.b.op2a(Op::TagAdd, uimm4 as u8, 0, base, sum);
    cx.set_gpr_sp(1, rd, v);
}

pub(crate) fn addg(cx: &mut Ctx<'_>, i: Addg) {
    add_or_sub(cx, ADD, (i.uimm6(), i.uimm4()), (i.rn(), i.rd()));
}

pub(crate) fn subg(cx: &mut Ctx<'_>, i: Subg) {
    add_or_sub(cx, SUB, (i.uimm6(), i.uimm4()), (i.rn(), i.rd()));
}

pub(crate) fn irg(cx: &mut Ctx<'_>, i: Irg) {
    let addr = cx.gpr_sp(1, i.rn());
    let excluded = cx.gpr(1, i.rm());
    let excluded = cx.op1a(UBFX, 1, (0, 16), excluded);
    let v = cx.b.op2(Op::TagRandom, addr, excluded);
    cx.set_gpr_sp(1, i.rd(), v);
}

/// Adds the tag of an address to a set of tags.
pub(crate) fn gmi(cx: &mut Ctx<'_>, i: Gmi) {
    let addr = cx.gpr_sp(1, i.rn());
    let tag = cx.op1a(UBFX, 1, TAG, addr);
    let one = cx.imm(1, 1);
    let bit = cx.op2(SHL, 1, one, tag);
    let set = cx.gpr(1, i.rm());
    let v = cx.op2(OR, 1, set, bit);
    cx.set_gpr(1, i.rd(), v);
}

/// Two addresses without their tags.
fn addresses(cx: &mut Ctx<'_>, rn: u32, rm: u32) -> [Val; 2] {
    [rn, rm].map(|reg| {
        let addr = cx.gpr_sp(1, reg);
        cx.op1a(SBFX, 1, (0, 56), addr)
    })
}

pub(crate) fn subp(cx: &mut Ctx<'_>, i: Subp) {
    let [x, y] = addresses(cx, i.rn(), i.rm());
    let v = cx.op2(SUB, 1, x, y);
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn subps(cx: &mut Ctx<'_>, i: Subps) {
    let [x, y] = addresses(cx, i.rn(), i.rm());
    let v = cx.b.op2(Op::Subs64, x, y);
    cx.set_gpr(1, i.rd(), v);
}

/// The fields of STG and its kin: `imm9`, `mode`, `rn`, `rt`.
type Store = (i32, u32, u32, u32);

/// Sets the tags of `count` times 16 bytes to the tag of register `rt`; then writes the base back,
/// unless `mode` is 2 (offset).
fn tag_store(cx: &mut Ctx<'_>, (imm9, mode, rn, rt): Store, count: u8, zero: bool) {
    let by = i64::from(imm9 * GRANULE) as u64;
    let base = cx.gpr_sp(1, rn);
    let moved = cx.op2i(ADD, 1, base, by);
    let addr = if mode == 1 { base } else { moved };
    let source = cx.gpr_sp(1, rt);
    cx.b.op1a(Op::CheckAlign, Es::Q, 2, addr);
    cx.b.op2a(Op::TagStore, count, zero, addr, source);
    if mode != 2 {
        cx.set_gpr_sp(1, rn, moved);
    }
}

pub(crate) fn stg(cx: &mut Ctx<'_>, i: Stg) {
    tag_store(cx, (i.imm9(), i.mode(), i.rn(), i.rt()), 1, false);
}

pub(crate) fn stzg(cx: &mut Ctx<'_>, i: Stzg) {
    tag_store(cx, (i.imm9(), i.mode(), i.rn(), i.rt()), 1, true);
}

pub(crate) fn st2g(cx: &mut Ctx<'_>, i: St2g) {
    tag_store(cx, (i.imm9(), i.mode(), i.rn(), i.rt()), 2, false);
}

pub(crate) fn stz2g(cx: &mut Ctx<'_>, i: Stz2g) {
    tag_store(cx, (i.imm9(), i.mode(), i.rn(), i.rt()), 2, true);
}

pub(crate) fn ldg(cx: &mut Ctx<'_>, i: Ldg) {
    let base = cx.gpr_sp(1, i.rn());
    let addr = cx.op2i(ADD, 1, base, i64::from(i.imm9() * GRANULE) as u64);
    let tag = cx.b.op1(Op::TagLoad, addr);
    let old = cx.gpr(1, i.rt());
    let v = cx.op2a(BFI, 1, TAG, old, tag);
    cx.set_gpr(1, i.rt(), v);
}

/// STGP: a pair with the address's own tag. `pre` and `post` write the base back.
fn pair(
    cx: &mut Ctx<'_>,
    (imm7, rt, rt2, rn): (i32, u32, u32, u32),
    (before, writeback): (bool, bool),
) {
    let base = cx.gpr_sp(1, rn);
    let moved = cx.op2i(ADD, 1, base, i64::from(imm7 * GRANULE) as u64);
    let addr = if before { moved } else { base };
    let (x, x2) = (cx.gpr(1, rt), cx.gpr(1, rt2));
    cx.b.op1a(Op::CheckAlign, Es::Q, 2, addr);
    let place = Address { scale: Address::UNCHECKED, ..Address::new(addr, 0) };
    cx.b.access(Op::Store64, 0, place, x);
    cx.b.access(Op::Store64, 0, offset(place, 8), x2);
    cx.b.op2a(Op::TagStore, 1, false, addr, addr);
    if writeback {
        cx.set_gpr_sp(1, rn, moved);
    }
}

pub(crate) fn stgp(cx: &mut Ctx<'_>, i: Stgp) {
    pair(cx, (i.imm7(), i.rt(), i.rt2(), i.rn()), (true, false));
}

pub(crate) fn stgp_pre(cx: &mut Ctx<'_>, i: StgpPre) {
    pair(cx, (i.imm7(), i.rt(), i.rt2(), i.rn()), (true, true));
}

pub(crate) fn stgp_post(cx: &mut Ctx<'_>, i: StgpPost) {
    pair(cx, (i.imm7(), i.rt(), i.rt2(), i.rn()), (false, true));
}

/// DC GVA and, with `zero`, DC GZVA: the tags of the 64 aligned bytes that hold the address.
pub(crate) fn dc_gva(cx: &mut Ctx<'_>, rt: u32, zero: bool) {
    let addr = cx.gpr(1, rt);
    let block = cx.op2i(AND, 1, addr, !63);
    cx.b.op2a(Op::TagStore, 4, zero, block, addr);
}
