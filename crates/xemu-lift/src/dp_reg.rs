//! Data processing, register. (Arm ARM C4.1, "Data Processing -- Register")

use xemu_a64::insn::*;
use xemu_guest::Cond;
use xemu_ir::{Es, Op, Val};

use crate::ctx::Ctx;
use crate::sized::*;

/// The element size of the given binary logarithm of bytes.
pub(crate) fn es_of(log2: u32) -> Es {
    Es::ALL[log2 as usize]
}

/// Rd = ops(Rn, Rm).
fn two_sources(cx: &mut Ctx<'_>, ops: Sized2, sf: u32, (rd, rn, rm): (u32, u32, u32)) {
    let x = cx.gpr(sf, rn);
    let y = cx.gpr(sf, rm);
    let v = cx.op2(ops, sf, x, y);
    cx.set_gpr(sf, rd, v);
}

/// Rd = ops(Rn).
fn one_source(cx: &mut Ctx<'_>, ops: Sized2, sf: u32, rd: u32, rn: u32) {
    let x = cx.gpr(sf, rn);
    let v = cx.op1(ops, sf, x);
    cx.set_gpr(sf, rd, v);
}

pub(crate) fn udiv(cx: &mut Ctx<'_>, i: Udiv) {
    two_sources(cx, UDIV, i.sf(), (i.rd(), i.rn(), i.rm()));
}

pub(crate) fn sdiv(cx: &mut Ctx<'_>, i: Sdiv) {
    two_sources(cx, SDIV, i.sf(), (i.rd(), i.rn(), i.rm()));
}

pub(crate) fn shift_v(cx: &mut Ctx<'_>, i: ShiftV) {
    let ops = [SHL, SHR, SAR, ROR][i.op2() as usize];
    two_sources(cx, ops, i.sf(), (i.rd(), i.rn(), i.rm()));
}

pub(crate) fn crc32(cx: &mut Ctx<'_>, i: Crc32) {
    let acc = cx.gpr(0, i.rn());
    let value = cx.gpr(1, i.rm());
    let op = if i.c() == 1 { Op::Crc32c } else { Op::Crc32 };
    let v = cx.b.op2a(op, es_of(i.sz()), 0, acc, value);
    cx.set_gpr(0, i.rd(), v);
}

pub(crate) fn min_max_reg(cx: &mut Ctx<'_>, i: MinMaxReg) {
    let ops = [SMAX, UMAX, SMIN, UMIN][i.opc() as usize];
    two_sources(cx, ops, i.sf(), (i.rd(), i.rn(), i.rm()));
}

pub(crate) fn rbit(cx: &mut Ctx<'_>, i: Rbit) {
    one_source(cx, RBIT, i.sf(), i.rd(), i.rn());
}

pub(crate) fn rev16(cx: &mut Ctx<'_>, i: Rev16) {
    one_source(cx, REV16, i.sf(), i.rd(), i.rn());
}

pub(crate) fn rev32(cx: &mut Ctx<'_>, i: Rev32) {
    one_source(cx, REV32, i.sf(), i.rd(), i.rn());
}

pub(crate) fn rev64(cx: &mut Ctx<'_>, i: Rev64) {
    let x = cx.gpr(1, i.rn());
    let v = cx.b.op1(Op::Rev64, x);
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn clz(cx: &mut Ctx<'_>, i: Clz) {
    one_source(cx, CLZ, i.sf(), i.rd(), i.rn());
}

pub(crate) fn cls(cx: &mut Ctx<'_>, i: Cls) {
    one_source(cx, CLS, i.sf(), i.rd(), i.rn());
}

pub(crate) fn ctz(cx: &mut Ctx<'_>, i: Ctz) {
    one_source(cx, CTZ, i.sf(), i.rd(), i.rn());
}

pub(crate) fn cnt(cx: &mut Ctx<'_>, i: Cnt) {
    one_source(cx, POPCNT, i.sf(), i.rd(), i.rn());
}

pub(crate) fn abs(cx: &mut Ctx<'_>, i: Abs) {
    one_source(cx, ABS, i.sf(), i.rd(), i.rn());
}

/// `ShiftReg()` of the manual.
fn shift_reg(cx: &mut Ctx<'_>, sf: u32, rm: u32, shift: u32, amount: u32) -> Val {
    let x = cx.gpr(sf, rm);
    if amount == 0 || rm == 31 {
        return x;
    }
    cx.op2i([SHL, SHR, SAR, ROR][shift as usize], sf, x, u64::from(amount))
}

/// `ExtendReg()` of the manual.
pub(crate) fn extend_reg(cx: &mut Ctx<'_>, sf: u32, rm: u32, option: u32, shift: u32) -> Val {
    let ops = if option & 4 != 0 { SBFX } else { UBFX };
    let v = match option & 3 {
        size @ 0..=1 => {
            let x = cx.gpr(sf, rm);
            cx.op1a(ops, sf, (0, 8 << size), x)
        }
        2 if sf == 1 => {
            let w = cx.gpr(0, rm);
            cx.b.op1(if option & 4 != 0 { Op::Sext } else { Op::Zext }, w)
        }
        _ => cx.gpr(sf, rm),
    };
    if shift == 0 { v } else { cx.op2i(SHL, sf, v, u64::from(shift)) }
}

pub(crate) fn logical_shifted(cx: &mut Ctx<'_>, i: LogicalShifted) {
    let sf = i.sf();
    let y = shift_reg(cx, sf, i.rm(), i.shift(), i.imm6());
    let v = match (i.opc(), i.n()) {
        // MOV
        (1, 0) if i.rn() == 31 => y,
        // MVN
        (1, 1) if i.rn() == 31 => cx.op1(NOT, sf, y),
        (opc, n) => {
            let x = cx.gpr(sf, i.rn());
            let y = if (opc, n) == (3, 1) { cx.op1(NOT, sf, y) } else { y };
            let ops = [[AND, ANDN], [OR, ORN], [XOR, XORN], [ANDS, ANDS]][opc as usize];
            cx.op2(ops[n as usize], sf, x, y)
        }
    };
    cx.set_gpr(sf, i.rd(), v);
}

pub(crate) fn add_sub_shifted(cx: &mut Ctx<'_>, i: AddSubShifted) {
    let sf = i.sf();
    let y = shift_reg(cx, sf, i.rm(), i.shift(), i.imm6());
    let v = if (i.op(), i.s(), i.rn()) == (1, 0, 31) {
        // NEG
        cx.op1(NEG, sf, y)
    } else {
        let x = cx.gpr(sf, i.rn());
        cx.op2([[ADD, ADDS], [SUB, SUBS]][i.op() as usize][i.s() as usize], sf, x, y)
    };
    cx.set_gpr(sf, i.rd(), v);
}

pub(crate) fn add_sub_extended(cx: &mut Ctx<'_>, i: AddSubExtended) {
    let sf = i.sf();
    let x = cx.gpr_sp(sf, i.rn());
    let y = extend_reg(cx, sf, i.rm(), i.option(), i.imm3());
    let v = cx.op2([[ADD, ADDS], [SUB, SUBS]][i.op() as usize][i.s() as usize], sf, x, y);
    if i.s() == 1 {
        cx.set_gpr(sf, i.rd(), v);
    } else {
        cx.set_gpr_sp(sf, i.rd(), v);
    }
}

pub(crate) fn add_sub_carry(cx: &mut Ctx<'_>, i: AddSubCarry) {
    let ops = [[ADC, ADCS], [SBC, SBCS]][i.op() as usize][i.s() as usize];
    two_sources(cx, ops, i.sf(), (i.rd(), i.rn(), i.rm()));
}

pub(crate) fn cond_compare_reg(cx: &mut Ctx<'_>, i: CondCompareReg) {
    let x = cx.gpr(i.sf(), i.rn());
    let y = cx.gpr(i.sf(), i.rm());
    cond_compare(cx, (i.sf(), i.op()), (i.cond(), i.nzcv()), x, y);
}

pub(crate) fn cond_compare_imm(cx: &mut Ctx<'_>, i: CondCompareImm) {
    let x = cx.gpr(i.sf(), i.rn());
    let y = cx.imm(i.sf(), u64::from(i.imm5()));
    cond_compare(cx, (i.sf(), i.op()), (i.cond(), i.nzcv()), x, y);
}

fn cond_compare(cx: &mut Ctx<'_>, (sf, op): (u32, u32), attrs: (u32, u32), x: Val, y: Val) {
    if is_always(attrs.0) {
        cx.op2([ADDS, SUBS][op as usize], sf, x, y);
    } else {
        cx.op2a([CCMN, CCMP][op as usize], sf, attrs, x, y);
    }
}

/// Whether the condition is AL or NV, which both hold always.
pub(crate) fn is_always(cond: u32) -> bool {
    cond >= Cond::Al as u32
}

pub(crate) fn cond_select(cx: &mut Ctx<'_>, i: CondSelect) {
    let sf = i.sf();
    let x = cx.gpr(sf, i.rn());
    let v = if is_always(i.cond()) {
        x
    } else {
        let y = cx.gpr(sf, i.rm());
        let ops = [[CSEL, CSINC], [CSINV, CSNEG]][i.op() as usize][i.o2() as usize];
        cx.op2a(ops, sf, (i.cond(), 0), x, y)
    };
    cx.set_gpr(sf, i.rd(), v);
}

/// Ra plus or minus (`o0`) the product; MUL and MNEG when Ra is the zero register.
fn add_product(cx: &mut Ctx<'_>, sf: u32, o0: u32, ra: u32, product: Val) -> Val {
    match (ra, o0) {
        (31, 0) => product,
        (31, _) => cx.op1(NEG, sf, product),
        _ => {
            let a = cx.gpr(sf, ra);
            cx.op2([ADD, SUB][o0 as usize], sf, a, product)
        }
    }
}

pub(crate) fn madd_msub(cx: &mut Ctx<'_>, i: MaddMsub) {
    let sf = i.sf();
    let x = cx.gpr(sf, i.rn());
    let y = cx.gpr(sf, i.rm());
    let product = cx.op2(MUL, sf, x, y);
    let v = add_product(cx, sf, i.o0(), i.ra(), product);
    cx.set_gpr(sf, i.rd(), v);
}

/// The 64-bit product of two W registers, extended by `extend`.
fn long_product(cx: &mut Ctx<'_>, extend: Op, rn: u32, rm: u32) -> Val {
    let x = cx.gpr(0, rn);
    let x = cx.b.op1(extend, x);
    let y = cx.gpr(0, rm);
    let y = cx.b.op1(extend, y);
    cx.op2(MUL, 1, x, y)
}

pub(crate) fn smaddl(cx: &mut Ctx<'_>, i: Smaddl) {
    let product = long_product(cx, Op::Sext, i.rn(), i.rm());
    let v = add_product(cx, 1, i.o0(), i.ra(), product);
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn umaddl(cx: &mut Ctx<'_>, i: Umaddl) {
    let product = long_product(cx, Op::Zext, i.rn(), i.rm());
    let v = add_product(cx, 1, i.o0(), i.ra(), product);
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn smulh(cx: &mut Ctx<'_>, i: Smulh) {
    two_sources(cx, [Op::Smulh; 2], 1, (i.rd(), i.rn(), i.rm()));
}

pub(crate) fn umulh(cx: &mut Ctx<'_>, i: Umulh) {
    two_sources(cx, [Op::Umulh; 2], 1, (i.rd(), i.rn(), i.rm()));
}
