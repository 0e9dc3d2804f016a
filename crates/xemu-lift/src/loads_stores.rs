//! Loads and stores of general registers. (Arm ARM C4.1, "Loads and Stores")
//!
//! Where the base register is also a loaded one and is written back, the manual leaves the outcome
//! open; here the writeback wins. A store of the base register stores its old value.

use xemu_a64::insn::*;
use xemu_ir::{Address, Op, Val};

use crate::addressing::{Writeback, base_imm, base_reg, literal, offset};
use crate::ctx::Ctx;

/// An access of a general register.
#[derive(Clone, Copy)]
pub(crate) struct IntAccess {
    op: Op,
    /// Whether it loads.
    pub load: bool,
    /// The register's width as in `sf`.
    pub sf: u32,
}

impl IntAccess {
    /// From the fields `size` and `opc`.
    pub fn new(size: u32, opc: u32) -> Self {
        let size = size as usize;
        let op = match opc {
            0 => [Op::Store8, Op::Store16, Op::Store32, Op::Store64][size],
            1 => [Op::Load8, Op::Load16, Op::Load32, Op::Load64][size],
            2 => [Op::LoadS8X, Op::LoadS16X, Op::LoadS32X, Op::Load64][size],
            _ => [Op::LoadS8W, Op::LoadS16W, Op::Load32, Op::Load64][size],
        };
        Self { op, load: opc != 0, sf: u32::from(opc == 2 || size == 3) }
    }

    /// Does the access. For a load, the value is returned and no register is changed.
    pub fn run(self, cx: &mut Ctx<'_>, addr: Address, rt: u32) -> Val {
        let value = if self.load { Val::NONE } else { cx.gpr(self.sf, rt) };
        cx.b.access(self.op, 0, addr, value)
    }
}

/// One access with its register write and writeback.
fn ld_st(
    cx: &mut Ctx<'_>,
    access: IntAccess,
    addr: Address,
    rt: u32,
    writeback: Option<Writeback>,
) {
    let v = access.run(cx, addr, rt);
    if access.load {
        cx.set_gpr(access.sf, rt, v);
    }
    if let Some(w) = writeback {
        w.apply(cx);
    }
}

pub(crate) fn ld_st_unsigned_imm(cx: &mut Ctx<'_>, i: LdStUnsignedImm) {
    let addr = base_imm(cx, i.rn(), (i.imm12() << i.size()) as i32);
    ld_st(cx, IntAccess::new(i.size(), i.opc()), addr, i.rt(), None);
}

pub(crate) fn ld_st_unscaled(cx: &mut Ctx<'_>, i: LdStUnscaled) {
    let addr = base_imm(cx, i.rn(), i.imm9());
    ld_st(cx, IntAccess::new(i.size(), i.opc()), addr, i.rt(), None);
}

/// LDTR, STTR: at EL0 the same as LDUR, STUR.
pub(crate) fn ld_st_unpriv(cx: &mut Ctx<'_>, i: LdStUnpriv) {
    let addr = base_imm(cx, i.rn(), i.imm9());
    ld_st(cx, IntAccess::new(i.size(), i.opc()), addr, i.rt(), None);
}

pub(crate) fn ld_st_post(cx: &mut Ctx<'_>, i: LdStPost) {
    let (addr, w) = Writeback::post(cx, i.rn(), i.imm9());
    ld_st(cx, IntAccess::new(i.size(), i.opc()), addr, i.rt(), Some(w));
}

pub(crate) fn ld_st_pre(cx: &mut Ctx<'_>, i: LdStPre) {
    let (addr, w) = Writeback::pre(cx, i.rn(), i.imm9());
    ld_st(cx, IntAccess::new(i.size(), i.opc()), addr, i.rt(), Some(w));
}

pub(crate) fn ld_st_reg(cx: &mut Ctx<'_>, i: LdStReg) {
    let addr = base_reg(cx, i.rn(), (i.rm(), i.option()), (i.s(), i.size()));
    ld_st(cx, IntAccess::new(i.size(), i.opc()), addr, i.rt(), None);
}

pub(crate) fn ldr_lit(cx: &mut Ctx<'_>, i: LdrLit) {
    let addr = literal(cx, i.offset());
    let access = match i.opc() {
        0 => IntAccess::new(2, 1),
        1 => IntAccess::new(3, 1),
        _ => IntAccess::new(2, 2),
    };
    ld_st(cx, access, addr, i.rt(), None);
}

/// The fields of a pair that all its forms have: `opc`, `l`, `rt`, `rt2`.
type Pair = (u32, u32, u32, u32);

/// How many bytes each register of a pair takes, as a binary logarithm.
fn pair_size(opc: u32) -> u32 {
    2 + (opc >> 1)
}

fn pair_disp(opc: u32, imm7: i32) -> i32 {
    imm7 << pair_size(opc)
}

/// Both accesses, then the register writes. When both registers are the same, the second wins.
fn pair(cx: &mut Ctx<'_>, (opc, l, rt, rt2): Pair, addr: Address, writeback: Option<Writeback>) {
    let size = pair_size(opc);
    let access = IntAccess::new(size, if opc == 1 { 2 } else { l });
    let v = access.run(cx, addr, rt);
    let v2 = access.run(cx, offset(addr, 1 << size), rt2);
    if access.load {
        cx.set_gpr(access.sf, rt, v);
        cx.set_gpr(access.sf, rt2, v2);
    }
    if let Some(w) = writeback {
        w.apply(cx);
    }
}

pub(crate) fn ld_st_pair(cx: &mut Ctx<'_>, i: LdStPair) {
    let addr = base_imm(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, None);
}

pub(crate) fn ld_st_no_alloc_pair(cx: &mut Ctx<'_>, i: LdStNoAllocPair) {
    let addr = base_imm(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, None);
}

pub(crate) fn ld_st_pair_post(cx: &mut Ctx<'_>, i: LdStPairPost) {
    let (addr, w) = Writeback::post(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, Some(w));
}

pub(crate) fn ld_st_pair_pre(cx: &mut Ctx<'_>, i: LdStPairPre) {
    let (addr, w) = Writeback::pre(cx, i.rn(), pair_disp(i.opc(), i.imm7()));
    pair(cx, (i.opc(), i.l(), i.rt(), i.rt2()), addr, Some(w));
}
