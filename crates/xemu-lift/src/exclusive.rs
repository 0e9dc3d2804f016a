//! Exclusive and ordered (acquire, release) accesses. (Arm ARM B2.12, C4.1)
//!
//! The host orders loads among themselves and stores among themselves, and never lets a store
//! overtake an earlier access, so a load-acquire is a plain load and a store-release needs a
//! barrier only behind it, against a later load-acquire.

use xemu_a64::insn::*;
use xemu_ir::{Address, Es, Op, Val};

use crate::addressing::{Writeback, base_imm, offset};
use crate::cpu_model::CpuFeature;
use crate::ctx::Ctx;
use crate::dp_reg::es_of;
use crate::loads_stores::IntAccess;
use crate::sized::*;
use crate::system::fence_full;

/// Faults if the address of an atomic or ordered access of size `es` is not aligned as such
/// accesses must be: within 16 aligned bytes with FEAT_LSE2, else to their size; 16 bytes always.
pub(crate) fn check_align(cx: &mut Ctx<'_>, (es, how): (Es, How), addr: Val) {
    if es != Es::B {
        let lse2 = es != Es::Q && cx.has(CpuFeature::Lse2);
        cx.b.op1a(Op::CheckAlign, es, u8::from(lse2) | (how as u8) << 1, addr);
    }
}

/// Whether an access reads, or only writes.
#[derive(Clone, Copy)]
pub(crate) enum How {
    Reads,
    Writes,
}

impl How {
    /// Of an access that loads or else stores.
    pub fn of(load: bool) -> Self {
        if load { Self::Reads } else { Self::Writes }
    }
}

use How::{Reads, Writes};

/// Xn or SP, checked for an access of size `es`.
pub(crate) fn aligned_base(cx: &mut Ctx<'_>, access: (Es, How), rn: u32) -> Val {
    let addr = cx.gpr_sp(1, rn);
    check_align(cx, access, addr);
    addr
}

/// The same for an exclusive or atomic access, whose op always checks the tag: where it is not to
/// be checked, the address gets the memory's.
pub(crate) fn atomic_base(cx: &mut Ctx<'_>, access: (Es, How), rn: u32) -> Val {
    const TAG: (u32, u32) = (56, 4);
    let addr = aligned_base(cx, access, rn);
    if !cx.b.unchecked {
        return addr;
    }
    let tag = cx.b.op1(Op::TagLoad, addr);
    cx.op2a(BFI, 1, TAG, addr, tag)
}

pub(crate) fn clrex(cx: &mut Ctx<'_>) {
    cx.b.op0(Op::Clrex, 0, 0);
}

/// Sets Wt, or Xt for `size` 3, from a zero-extended 64-bit value.
pub(crate) fn set_zero_extended(cx: &mut Ctx<'_>, size: u32, rt: u32, v: Val) {
    if rt == 31 {
        return;
    }
    if size == 3 {
        cx.b.set_x(rt, v);
    } else {
        let w = cx.b.op1(Op::Trunc, v);
        cx.b.set_w(rt, w);
    }
}

pub(crate) fn ldxr(cx: &mut Ctx<'_>, i: Ldxr) {
    let es = es_of(i.size());
    let addr = atomic_base(cx, (es, Reads), i.rn());
    let v = cx.b.op1a(Op::LoadEx, es, 0, addr);
    set_zero_extended(cx, i.size(), i.rt(), v);
}

pub(crate) fn stxr(cx: &mut Ctx<'_>, i: Stxr) {
    let es = es_of(i.size());
    let addr = atomic_base(cx, (es, Writes), i.rn());
    let value = cx.gpr(1, i.rt());
    let status = cx.b.op2a(Op::StoreEx, es, 0, addr, value);
    cx.set_gpr(0, i.rs(), status);
}

/// Two words as one doubleword.
pub(crate) fn join_words(cx: &mut Ctx<'_>, low: u32, high: u32) -> Val {
    let low = cx.gpr(0, low);
    let low = cx.b.op1(Op::Zext, low);
    let high = cx.gpr(1, high);
    cx.op2a(BFI, 1, (32, 32), low, high)
}

/// Sets two W registers from one doubleword.
pub(crate) fn split_words(cx: &mut Ctx<'_>, low: u32, high: u32, v: Val) {
    let w = cx.b.op1(Op::Trunc, v);
    let upper = cx.op2i(SHR, 1, v, 32);
    let w2 = cx.b.op1(Op::Trunc, upper);
    cx.set_gpr(0, low, w);
    cx.set_gpr(0, high, w2);
}

/// Two doublewords as one vector.
pub(crate) fn join_doublewords(cx: &mut Ctx<'_>, low: u32, high: u32) -> Val {
    let low = cx.gpr(1, low);
    let v = cx.b.op1(Op::VFromX, low);
    let high = cx.gpr(1, high);
    cx.b.op2a(Op::VInsX, Es::D, 1, v, high)
}

/// Sets two X registers from one vector.
pub(crate) fn split_doublewords(cx: &mut Ctx<'_>, low: u32, high: u32, v: Val) {
    let x = cx.b.op1a(Op::VUmov, Es::D, 0, v);
    let x2 = cx.b.op1a(Op::VUmov, Es::D, 1, v);
    cx.set_gpr(1, low, x);
    cx.set_gpr(1, high, x2);
}

pub(crate) fn ldxp(cx: &mut Ctx<'_>, i: Ldxp) {
    if i.sz() == 0 {
        let addr = atomic_base(cx, (Es::D, Reads), i.rn());
        let v = cx.b.op1a(Op::LoadEx, Es::D, 0, addr);
        split_words(cx, i.rt(), i.rt2(), v);
    } else {
        let addr = atomic_base(cx, (Es::Q, Reads), i.rn());
        let v = cx.b.op1(Op::LoadEx128, addr);
        split_doublewords(cx, i.rt(), i.rt2(), v);
    }
}

pub(crate) fn stxp(cx: &mut Ctx<'_>, i: Stxp) {
    let status = if i.sz() == 0 {
        let addr = atomic_base(cx, (Es::D, Writes), i.rn());
        let value = join_words(cx, i.rt(), i.rt2());
        cx.b.op2a(Op::StoreEx, Es::D, 0, addr, value)
    } else {
        let addr = atomic_base(cx, (Es::Q, Writes), i.rn());
        let value = join_doublewords(cx, i.rt(), i.rt2());
        cx.b.op2(Op::StoreEx128, addr, value)
    };
    cx.set_gpr(0, i.rs(), status);
}

/// LDAR, LDLAR.
pub(crate) fn ldar(cx: &mut Ctx<'_>, i: Ldar) {
    load_acquire(cx, i.size(), i.rn(), i.rt());
}

pub(crate) fn ldapr(cx: &mut Ctx<'_>, i: Ldapr) {
    load_acquire(cx, i.size(), i.rn(), i.rt());
}

fn load_acquire(cx: &mut Ctx<'_>, size: u32, rn: u32, rt: u32) {
    let addr = aligned_base(cx, (es_of(size), Reads), rn);
    let access = IntAccess::new(size, 1);
    let v = access.run(cx, Address::new(addr, 0), rt);
    cx.set_gpr(access.sf, rt, v);
}

/// STLR, STLLR.
pub(crate) fn stlr(cx: &mut Ctx<'_>, i: Stlr) {
    let addr = aligned_base(cx, (es_of(i.size()), Writes), i.rn());
    IntAccess::new(i.size(), 0).run(cx, Address::new(addr, 0), i.rt());
    fence_full(cx);
}

/// LDAPUR, LDAPURS, STLUR.
pub(crate) fn ldapr_stlr_unscaled(cx: &mut Ctx<'_>, i: LdaprStlrUnscaled) {
    let base = cx.gpr_sp(1, i.rn());
    let addr = cx.op2i(ADD, 1, base, i.imm9() as i64 as u64);
    let access = IntAccess::new(i.size(), i.opc());
    check_align(cx, (es_of(i.size()), How::of(access.load)), addr);
    let v = access.run(cx, Address::new(addr, 0), i.rt());
    if access.load {
        cx.set_gpr(access.sf, i.rt(), v);
    } else {
        fence_full(cx);
    }
}

/// LDAPR, post-indexed.
pub(crate) fn ldapr_post(cx: &mut Ctx<'_>, i: LdaprPost) {
    let size = 2 + i.sz();
    let (addr, w) = Writeback::post(cx, i.rn(), 1 << size);
    check_align(cx, (es_of(size), Reads), addr.base);
    let access = IntAccess::new(size, 1);
    let v = access.run(cx, addr, i.rt());
    cx.set_gpr(access.sf, i.rt(), v);
    w.apply(cx);
}

/// STLR, pre-indexed.
pub(crate) fn stlr_pre(cx: &mut Ctx<'_>, i: StlrPre) {
    let size = 2 + i.sz();
    let (addr, w) = Writeback::pre(cx, i.rn(), -(1 << size));
    check_align_at(cx, (es_of(size), Writes), addr);
    IntAccess::new(size, 0).run(cx, addr, i.rt());
    w.apply(cx);
    fence_full(cx);
}

fn check_align_at(cx: &mut Ctx<'_>, access: (Es, How), addr: Address) {
    let at = match addr.disp {
        0 => addr.base,
        disp => cx.op2i(ADD, 1, addr.base, disp as i64 as u64),
    };
    check_align(cx, access, at);
}

/// LDIAPP: a pair, post-indexed unless `noindex`.
pub(crate) fn ldiapp(cx: &mut Ctx<'_>, i: Ldiapp) {
    let size = 2 + i.sz();
    let (addr, w) = if i.noindex() == 1 {
        (base_imm(cx, i.rn(), 0), None)
    } else {
        let (addr, w) = Writeback::post(cx, i.rn(), 2 << size);
        (addr, Some(w))
    };
    check_align_at(cx, (es_of(size + 1), Reads), addr);
    let access = IntAccess::new(size, 1);
    let v = access.run(cx, addr, i.rt());
    let v2 = access.run(cx, offset(addr, 1 << size), i.rt2());
    cx.set_gpr(access.sf, i.rt(), v);
    cx.set_gpr(access.sf, i.rt2(), v2);
    if let Some(w) = w {
        w.apply(cx);
    }
}

/// STILP: a pair, pre-indexed unless `noindex`.
pub(crate) fn stilp(cx: &mut Ctx<'_>, i: Stilp) {
    let size = 2 + i.sz();
    let (addr, w) = if i.noindex() == 1 {
        (base_imm(cx, i.rn(), 0), None)
    } else {
        let (addr, w) = Writeback::pre(cx, i.rn(), -(2 << size));
        (addr, Some(w))
    };
    check_align_at(cx, (es_of(size + 1), Writes), addr);
    let access = IntAccess::new(size, 0);
    access.run(cx, addr, i.rt());
    access.run(cx, offset(addr, 1 << size), i.rt2());
    if let Some(w) = w {
        w.apply(cx);
    }
    fence_full(cx);
}
