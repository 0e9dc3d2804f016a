//! Instructions that compute on NZCV itself: FEAT_FlagM and FEAT_FlagM2. (Arm ARM C6.2: CFINV,
//! AXFLAG, XAFLAG, RMIF, SETF8, SETF16)

use xemu_a64::insn::{Rmif, Setf};
use xemu_guest::Nzcv;
use xemu_ir::{Op, Val};

use crate::ctx::Ctx;
use crate::sized::*;

fn nzcv(cx: &mut Ctx<'_>) -> Val {
    cx.b.op0(Op::GetNzcv, 0, 0)
}

fn set_nzcv(cx: &mut Ctx<'_>, v: Val) {
    cx.b.op1(Op::SetNzcv, v);
}

/// `v & mask`, moved left by `by` bits (right if negative).
fn flag(cx: &mut Ctx<'_>, v: Val, mask: u32, by: i32) -> Val {
    let v = cx.op2i(AND, 0, v, u64::from(mask));
    if by == 0 {
        return v;
    }
    let ops = if by < 0 { SHR } else { SHL };
    cx.op2i(ops, 0, v, u64::from(by.unsigned_abs()))
}

pub(crate) fn cfinv(cx: &mut Ctx<'_>) {
    let flags = nzcv(cx);
    let v = cx.op2i(XOR, 0, flags, u64::from(Nzcv::C));
    set_nzcv(cx, v);
}

/// N = 0, Z = Z or V, C = C and not V, V = 0.
pub(crate) fn axflag(cx: &mut Ctx<'_>) {
    let flags = nzcv(cx);
    let v_at_z = flag(cx, flags, Nzcv::V, 2);
    let z = flag(cx, flags, Nzcv::Z, 0);
    let z = cx.op2(OR, 0, z, v_at_z);
    let v_at_c = flag(cx, flags, Nzcv::V, 1);
    let c = flag(cx, flags, Nzcv::C, 0);
    let c = cx.op2(ANDN, 0, c, v_at_c);
    let v = cx.op2(OR, 0, z, c);
    set_nzcv(cx, v);
}

/// N = not C and not Z, Z = Z and C, C = C or Z, V = not C and Z.
pub(crate) fn xaflag(cx: &mut Ctx<'_>) {
    let flags = nzcv(cx);
    let c = flag(cx, flags, Nzcv::C, 0);
    let z_at_c = flag(cx, flags, Nzcv::Z, -1);
    let either = cx.op2(OR, 0, c, z_at_c);
    let both = cx.op2(AND, 0, c, z_at_c);
    let z_only = cx.op2(ANDN, 0, z_at_c, c);
    let neither = cx.op2i(XOR, 0, either, u64::from(Nzcv::C));
    let n = cx.op2i(SHL, 0, neither, 2);
    let z = cx.op2i(SHL, 0, both, 1);
    let v = cx.op2i(SHR, 0, z_only, 1);
    let nz = cx.op2(OR, 0, n, z);
    let cv = cx.op2(OR, 0, either, v);
    let all = cx.op2(OR, 0, nz, cv);
    set_nzcv(cx, all);
}

/// Rotates Xn right and takes the flags that `mask` names from its lowest four bits.
pub(crate) fn rmif(cx: &mut Ctx<'_>, i: Rmif) {
    let x = cx.gpr(1, i.rn());
    let rotated = if i.imm6() == 0 { x } else { cx.op2i(ROR, 1, x, u64::from(i.imm6())) };
    let low = cx.b.op1(Op::Trunc, rotated);
    let moved = cx.op2i(SHL, 0, low, 28);
    let mask = i.mask() << 28;
    let new = cx.op2i(AND, 0, moved, u64::from(mask));
    let flags = nzcv(cx);
    let kept = cx.op2i(AND, 0, flags, u64::from(!mask));
    let v = cx.op2(OR, 0, kept, new);
    set_nzcv(cx, v);
}

/// N and Z of the lowest 8 or 16 bits of Wn; V says that the bit above them differs from N.
pub(crate) fn setf(cx: &mut Ctx<'_>, i: Setf) {
    let bits = 8 << i.sz();
    let x = cx.gpr(0, i.rn());
    let n = flag(cx, x, 1 << (bits - 1), 32 - bits);
    let low = cx.op1a(UBFX, 0, (0, bits as u32), x);
    // Leading zeros of a word are 32 only for zero.
    let zeros = cx.op1(CLZ, 0, low);
    let z = flag(cx, zeros, 32, 25);
    let above = cx.op2i(SHR, 0, x, 1);
    let differ = cx.op2(XOR, 0, above, x);
    let v = flag(cx, differ, 1 << (bits - 1), 29 - bits);
    let flags = nzcv(cx);
    let c = flag(cx, flags, Nzcv::C, 0);
    let nz = cx.op2(OR, 0, n, z);
    let cv = cx.op2(OR, 0, c, v);
    let all = cx.op2(OR, 0, nz, cv);
    set_nzcv(cx, all);
}
