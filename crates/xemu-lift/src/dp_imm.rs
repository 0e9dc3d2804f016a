//! Data processing, immediate. (Arm ARM C4.1, "Data Processing -- Immediate")

use xemu_a64::insn::*;
use xemu_ir::Val;

use crate::ctx::Ctx;
use crate::sized::*;

pub(crate) fn adr(cx: &mut Ctx<'_>, i: Adr) {
    let v = cx.b.const64(cx.pc.wrapping_add_signed(i.offset()));
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn adrp(cx: &mut Ctx<'_>, i: Adrp) {
    let v = cx.b.const64((cx.pc & !0xfff).wrapping_add_signed(i.offset()));
    cx.set_gpr(1, i.rd(), v);
}

pub(crate) fn add_sub_imm(cx: &mut Ctx<'_>, i: AddSubImm) {
    let x = cx.gpr_sp(i.sf(), i.rn());
    let ops = [[ADD, ADDS], [SUB, SUBS]][i.op() as usize][i.s() as usize];
    // MOV to or from SP
    let v = if i.s() == 0 && i.imm() == 0 { x } else { cx.op2i(ops, i.sf(), x, i.imm()) };
    if i.s() == 1 {
        cx.set_gpr(i.sf(), i.rd(), v);
    } else {
        cx.set_gpr_sp(i.sf(), i.rd(), v);
    }
}

pub(crate) fn min_max_imm(cx: &mut Ctx<'_>, i: MinMaxImm) {
    let unsigned = i.opc() & 1 == 1;
    let imm = if unsigned { u64::from(i.imm8()) } else { i.imm8() as u8 as i8 as i64 as u64 };
    let x = cx.gpr(i.sf(), i.rn());
    let v = cx.op2i([SMAX, UMAX, SMIN, UMIN][i.opc() as usize], i.sf(), x, imm);
    cx.set_gpr(i.sf(), i.rd(), v);
}

pub(crate) fn logical_imm(cx: &mut Ctx<'_>, i: LogicalImm) {
    let v = if i.opc() == 1 && i.rn() == 31 {
        // MOV
        cx.imm(i.sf(), i.imm())
    } else {
        let x = cx.gpr(i.sf(), i.rn());
        cx.op2i([AND, OR, XOR, ANDS][i.opc() as usize], i.sf(), x, i.imm())
    };
    if i.opc() == 3 {
        cx.set_gpr(i.sf(), i.rd(), v);
    } else {
        cx.set_gpr_sp(i.sf(), i.rd(), v);
    }
}

pub(crate) fn movn(cx: &mut Ctx<'_>, i: Movn) {
    let v = cx.imm(i.sf(), !(u64::from(i.imm16()) << (16 * i.hw())));
    cx.set_gpr(i.sf(), i.rd(), v);
}

pub(crate) fn movz(cx: &mut Ctx<'_>, i: Movz) {
    let v = cx.imm(i.sf(), u64::from(i.imm16()) << (16 * i.hw()));
    cx.set_gpr(i.sf(), i.rd(), v);
}

pub(crate) fn movk(cx: &mut Ctx<'_>, i: Movk) {
    let x = cx.gpr(i.sf(), i.rd());
    let lsb = 16 * i.hw();
    let imm = u64::from(i.imm16());
    let v = match cx.constant(x) {
        Some(c) => cx.imm(i.sf(), c & !(0xffff << lsb) | imm << lsb),
        None => {
            let field = cx.imm(i.sf(), imm);
            cx.op2a(BFI, i.sf(), (lsb, 16), x, field)
        }
    };
    cx.set_gpr(i.sf(), i.rd(), v);
}

/// SBFM: ASR, SBFIZ, SBFX, SXTB, SXTH, SXTW.
pub(crate) fn sbfm(cx: &mut Ctx<'_>, i: Sbfm) {
    let (sf, immr, imms) = (i.sf(), i.immr(), i.imms());
    let bits = 32 << sf;
    let v = if imms == bits - 1 {
        let x = cx.gpr(sf, i.rn());
        cx.op2i(SAR, sf, x, u64::from(immr))
    } else if imms >= immr {
        signed_field(cx, sf, i.rn(), immr, imms - immr + 1)
    } else {
        let field = signed_field(cx, sf, i.rn(), 0, imms + 1);
        cx.op2i(SHL, sf, field, u64::from(bits - immr))
    };
    cx.set_gpr(sf, i.rd(), v);
}

fn signed_field(cx: &mut Ctx<'_>, sf: u32, rn: u32, lsb: u32, width: u32) -> Val {
    if lsb == 0 && width == 32 {
        let w = cx.gpr(0, rn);
        return cx.b.op1(xemu_ir::Op::Sext, w);
    }
    let x = cx.gpr(sf, rn);
    cx.op1a(SBFX, sf, (lsb, width), x)
}

/// UBFM: LSL, LSR, UBFIZ, UBFX, UXTB, UXTH.
pub(crate) fn ubfm(cx: &mut Ctx<'_>, i: Ubfm) {
    let (sf, immr, imms) = (i.sf(), i.immr(), i.imms());
    let bits = 32 << sf;
    let v = if imms == bits - 1 {
        let x = cx.gpr(sf, i.rn());
        cx.op2i(SHR, sf, x, u64::from(immr))
    } else if imms >= immr {
        unsigned_field(cx, sf, i.rn(), immr, imms - immr + 1)
    } else {
        let all_above = imms + 1 == immr;
        let field = if all_above {
            cx.gpr(sf, i.rn())
        } else {
            unsigned_field(cx, sf, i.rn(), 0, imms + 1)
        };
        cx.op2i(SHL, sf, field, u64::from(bits - immr))
    };
    cx.set_gpr(sf, i.rd(), v);
}

fn unsigned_field(cx: &mut Ctx<'_>, sf: u32, rn: u32, lsb: u32, width: u32) -> Val {
    if lsb == 0 && width == 32 {
        let w = cx.gpr(0, rn);
        return cx.b.op1(xemu_ir::Op::Zext, w);
    }
    let x = cx.gpr(sf, rn);
    cx.op1a(UBFX, sf, (lsb, width), x)
}

/// BFM: BFC, BFI, BFXIL.
pub(crate) fn bfm(cx: &mut Ctx<'_>, i: Bfm) {
    let (sf, immr, imms) = (i.sf(), i.immr(), i.imms());
    let bits = 32 << sf;
    let src = cx.gpr(sf, i.rn());
    let (field, lsb, width) = if imms >= immr {
        (cx.op2i(SHR, sf, src, u64::from(immr)), 0, imms - immr + 1)
    } else {
        (src, bits - immr, imms + 1)
    };
    let v = if width == bits {
        field
    } else {
        let dst = cx.gpr(sf, i.rd());
        match cx.constant(field) {
            Some(0) => cx.op2i(AND, sf, dst, !((u64::MAX >> (64 - width)) << lsb)),
            _ => cx.op2a(BFI, sf, (lsb, width), dst, field),
        }
    };
    cx.set_gpr(sf, i.rd(), v);
}

/// EXTR, and ROR (immediate) when both sources are the same.
pub(crate) fn extr(cx: &mut Ctx<'_>, i: Extr) {
    let (sf, lsb) = (i.sf(), i.imms());
    let low = cx.gpr(sf, i.rm());
    let v = if lsb == 0 {
        low
    } else if i.rn() == i.rm() {
        cx.op2i(ROR, sf, low, u64::from(lsb))
    } else {
        let high = cx.gpr(sf, i.rn());
        cx.op2a(EXTR, sf, (lsb, 0), high, low)
    };
    cx.set_gpr(sf, i.rd(), v);
}
