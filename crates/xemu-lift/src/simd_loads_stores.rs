//! Loads and stores of one or two SIMD&FP registers. (Arm ARM C4.1, "Loads and Stores")

use xemu_a64::insn::*;
use xemu_ir::{Address, Es, Op, Val};

use crate::addressing::{Writeback, base_imm, base_reg, literal, offset};
use crate::ctx::Ctx;
use crate::dp_reg::es_of;
use crate::exclusive::{How, check_align};
use crate::sized::ADD;
use crate::system::fence_full;

/// The bytes of an access as a binary logarithm: `opc<1>:size`.
fn log2_bytes(size: u32, opc: u32) -> u32 {
    (opc >> 1) << 2 | size
}

/// Loads the lowest element, zero above.
pub(crate) fn load(cx: &mut Ctx<'_>, es: Es, addr: Address) -> Val {
    cx.b.access(Op::LoadV, es as u8, addr, Val::NONE)
}

/// Stores the lowest element.
pub(crate) fn store(cx: &mut Ctx<'_>, es: Es, addr: Address, v: Val) {
    cx.b.access(Op::StoreV, es as u8, addr, v);
}

fn ld_st(
    cx: &mut Ctx<'_>,
    (es, l): (Es, u32),
    addr: Address,
    rt: u32,
    writeback: Option<Writeback>,
) {
    if l == 1 {
        let v = load(cx, es, addr);
        cx.b.set_v(rt, Es::Q, v);
    } else {
        let v = cx.v(rt);
        store(cx, es, addr, v);
    }
    if let Some(w) = writeback {
        w.apply(cx);
    }
}

/// The element size and whether it is a load, from `size` and `opc`.
fn access(size: u32, opc: u32) -> (Es, u32) {
    (es_of(log2_bytes(size, opc)), opc & 1)
}

pub(crate) fn ld_st_unsigned_imm_vec(cx: &mut Ctx<'_>, i: LdStUnsignedImmVec) {
    let disp = i.imm12() << log2_bytes(i.size(), i.opc());
    let addr = base_imm(cx, i.rn(), disp as i32);
    ld_st(cx, access(i.size(), i.opc()), addr, i.rt(), None);
}

pub(crate) fn ld_st_unscaled_vec(cx: &mut Ctx<'_>, i: LdStUnscaledVec) {
    let addr = base_imm(cx, i.rn(), i.imm9());
    ld_st(cx, access(i.size(), i.opc()), addr, i.rt(), None);
}

pub(crate) fn ld_st_post_vec(cx: &mut Ctx<'_>, i: LdStPostVec) {
    let (addr, w) = Writeback::post(cx, i.rn(), i.imm9());
    ld_st(cx, access(i.size(), i.opc()), addr, i.rt(), Some(w));
}

pub(crate) fn ld_st_pre_vec(cx: &mut Ctx<'_>, i: LdStPreVec) {
    let (addr, w) = Writeback::pre(cx, i.rn(), i.imm9());
    ld_st(cx, access(i.size(), i.opc()), addr, i.rt(), Some(w));
}

pub(crate) fn ld_st_reg_vec(cx: &mut Ctx<'_>, i: LdStRegVec) {
    let log2 = log2_bytes(i.size(), i.opc());
    let addr = base_reg(cx, i.rn(), (i.rm(), i.option()), (i.s(), log2));
    ld_st(cx, access(i.size(), i.opc()), addr, i.rt(), None);
}

pub(crate) fn ldr_lit_vec(cx: &mut Ctx<'_>, i: LdrLitVec) {
    let addr = literal(cx, i.offset());
    ld_st(cx, (es_of(2 + i.opc()), 1), addr, i.rt(), None);
}

/// LDAPUR and STLUR of SIMD&FP registers.
pub(crate) fn ldapr_stlr_vec_unscaled(cx: &mut Ctx<'_>, i: LdaprStlrVecUnscaled) {
    let base = cx.gpr_sp(1, i.rn());
    let addr = cx.op2i(ADD, 1, base, i.imm9() as i64 as u64);
    let (es, l) = access(i.size(), i.opc());
    check_align(cx, (es, How::of(l == 1)), addr);
    ld_st(cx, (es, l), Address::new(addr, 0), i.rt(), None);
    if l == 0 {
        fence_full(cx);
    }
}

/// The fields of a pair that all its forms have: `opc`, `l`, `rt`, `rt2`.
type Pair = (u32, u32, u32, u32);

fn pair_disp(opc: u32, imm7: i32) -> i32 {
    imm7 << (2 + opc)
}

fn pair(cx: &mut Ctx<'_>, (opc, l, rt, rt2): Pair, addr: Address, writeback: Option<Writeback>) {
    let es = es_of(2 + opc);
    let second = offset(addr, es.bytes() as i32);
    if l == 1 {
        let v = load(cx, es, addr);
        let v2 = load(cx, es, second);
        cx.b.set_v(rt, Es::Q, v);
        cx.b.set_v(rt2, Es::Q, v2);
    } else {
        let v = cx.v(rt);
        store(cx, es, addr, v);
        let v2 = cx.v(rt2);
        store(cx, es, second, v2);
    }
    if let Some(w) = writeback {
        w.apply(cx);
    }
}

pub(crate) fn ld_st_pair_vec(cx: &mut Ctx<'_>, i: LdStPairVec) {
    let addr = base_imm(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, None);
}

pub(crate) fn ld_st_no_alloc_pair_vec(cx: &mut Ctx<'_>, i: LdStNoAllocPairVec) {
    let addr = base_imm(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, None);
}

pub(crate) fn ld_st_pair_post_vec(cx: &mut Ctx<'_>, i: LdStPairPostVec) {
    let (addr, w) = Writeback::post(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, Some(w));
}

pub(crate) fn ld_st_pair_pre_vec(cx: &mut Ctx<'_>, i: LdStPairPreVec) {
    let (addr, w) = Writeback::pre(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, Some(w));
}
