//! Atomic memory operations of FEAT_LSE. (Arm ARM C3.2.12, C4.1)
//!
//! The host's locked operations order everything, so acquire and release need no more.

use xemu_a64::insn::*;
use xemu_ir::{Es, Op, RmwKind};

use crate::ctx::Ctx;
use crate::dp_reg::es_of;
use crate::exclusive::How::Reads;
use crate::exclusive::{
    atomic_base, join_doublewords, join_words, set_zero_extended, split_doublewords, split_words,
};

/// LDADD, LDCLR and so on; ST<op> when Rt is the zero register.
pub(crate) fn ld_atomic(cx: &mut Ctx<'_>, i: LdAtomic) {
    use RmwKind::*;
    let kind = [Add, Clr, Eor, Set, Smax, Smin, Umax, Umin][i.opc() as usize];
    rmw(cx, kind, i.size(), (i.rs(), i.rt(), i.rn()));
}

pub(crate) fn swp(cx: &mut Ctx<'_>, i: Swp) {
    rmw(cx, RmwKind::Swp, i.size(), (i.rs(), i.rt(), i.rn()));
}

fn rmw(cx: &mut Ctx<'_>, kind: RmwKind, size: u32, (rs, rt, rn): (u32, u32, u32)) {
    let es = es_of(size);
    let addr = atomic_base(cx, (es, Reads), rn);
    let operand = cx.gpr(1, rs);
    let old = cx.b.op2a(Op::AtomicRmw, es, kind, addr, operand);
    set_zero_extended(cx, size, rt, old);
}

pub(crate) fn cas(cx: &mut Ctx<'_>, i: Cas) {
    let es = es_of(i.size());
    let addr = atomic_base(cx, (es, Reads), i.rn());
    let expected = cx.gpr(1, i.rs());
    let new = cx.gpr(1, i.rt());
    let old = cx.b.op3a(Op::AtomicCas, es, 0, [addr, expected, new]);
    set_zero_extended(cx, i.size(), i.rs(), old);
}

pub(crate) fn casp(cx: &mut Ctx<'_>, i: Casp) {
    let (rs, rt) = (i.rs(), i.rt());
    if i.sz() == 0 {
        let addr = atomic_base(cx, (Es::D, Reads), i.rn());
        let expected = join_words(cx, rs, rs + 1);
        let new = join_words(cx, rt, rt + 1);
        let old = cx.b.op3a(Op::AtomicCas, Es::D, 0, [addr, expected, new]);
        split_words(cx, rs, rs + 1, old);
    } else {
        let addr = atomic_base(cx, (Es::Q, Reads), i.rn());
        let expected = join_doublewords(cx, rs, rs + 1);
        let new = join_doublewords(cx, rt, rt + 1);
        let old = cx.b.op3a(Op::AtomicCas128, 0, 0, [addr, expected, new]);
        split_doublewords(cx, rs, rs + 1, old);
    }
}

/// LDCLRP, LDSETP.
pub(crate) fn ld_atomic_pair(cx: &mut Ctx<'_>, i: LdAtomicPair) {
    let kind = if i.set() == 1 { RmwKind::Set } else { RmwKind::Clr };
    rmw_pair(cx, kind, (i.rt(), i.rt2(), i.rn()));
}

pub(crate) fn swpp(cx: &mut Ctx<'_>, i: Swpp) {
    rmw_pair(cx, RmwKind::Swp, (i.rt(), i.rt2(), i.rn()));
}

fn rmw_pair(cx: &mut Ctx<'_>, kind: RmwKind, (rt, rt2, rn): (u32, u32, u32)) {
    let addr = atomic_base(cx, (Es::Q, Reads), rn);
    let operand = join_doublewords(cx, rt, rt2);
    let old = cx.b.op2a(Op::AtomicRmw128, 0, kind, addr, operand);
    split_doublewords(cx, rt, rt2, old);
}
