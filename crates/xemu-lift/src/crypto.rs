//! Cryptographic instructions. (Arm ARM C4.1, "Cryptographic AES" to "XAR")

use xemu_a64::insn::*;
use xemu_ir::{CryptoKind, Es, Op, Val};

use crate::ctx::Ctx;

/// Sets Vd to the operation of `args` with the index `index`.
fn set(cx: &mut Ctx<'_>, kind: CryptoKind, index: u32, args: [Val; 3]) {
    let v = cx.b.op3a(Op::VCrypto, kind, index as u8, args);
    cx.set_vd_all(v);
}

/// Of Vn.
pub(crate) fn n(cx: &mut Ctx<'_>, kind: CryptoKind) {
    let n = cx.vn();
    set(cx, kind, 0, [n; 3]);
}

/// SHA1H, of scalars.
pub(crate) fn sha1h(cx: &mut Ctx<'_>, i: Sha1h) {
    let n = cx.vn();
    let v = cx.b.op3a(Op::VCrypto, CryptoKind::Sha1h, 0, [n; 3]);
    cx.b.set_v(i.rd(), Es::S, v);
}

/// Of Vd and Vn.
pub(crate) fn dn(cx: &mut Ctx<'_>, kind: CryptoKind) {
    let (d, n) = (cx.vd(), cx.vn());
    set(cx, kind, 0, [d, n, d]);
}

/// Of Vd, Vn and Vm.
pub(crate) fn dnm(cx: &mut Ctx<'_>, kind: CryptoKind) {
    let args = [cx.vd(), cx.vn(), cx.vm()];
    set(cx, kind, 0, args);
}

/// Of Vn and Vm.
pub(crate) fn nm(cx: &mut Ctx<'_>, kind: CryptoKind) {
    let (n, m) = (cx.vn(), cx.vm());
    set(cx, kind, 0, [n, m, n]);
}

/// Of Vn, Vm and Va.
pub(crate) fn nma(cx: &mut Ctx<'_>, kind: CryptoKind) {
    let args = [cx.vn(), cx.vm(), cx.va()];
    set(cx, kind, 0, args);
}

/// SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B.
pub(crate) fn sm3tt(cx: &mut Ctx<'_>, i: Sm3tt) {
    use CryptoKind::*;
    let kind = [Sm3tt1a, Sm3tt1b, Sm3tt2a, Sm3tt2b][i.opcode() as usize];
    let args = [cx.vd(), cx.vn(), cx.vm()];
    set(cx, kind, i.imm2(), args);
}

/// EOR3.
pub(crate) fn eor3(cx: &mut Ctx<'_>) {
    let (n, m, a) = (cx.vn(), cx.vm(), cx.va());
    let v = cx.b.op2a(Op::VXor, 0, 0, n, m);
    let v = cx.b.op2a(Op::VXor, 0, 0, v, a);
    cx.set_vd_all(v);
}

/// BCAX: Vn exclusive-or (Vm and not Va).
pub(crate) fn bcax(cx: &mut Ctx<'_>) {
    let (n, m, a) = (cx.vn(), cx.vm(), cx.va());
    let v = cx.b.op2a(Op::VAndn, 0, 0, m, a);
    let v = cx.b.op2a(Op::VXor, 0, 0, n, v);
    cx.set_vd_all(v);
}

/// RAX1: Vn exclusive-or Vm rotated left by one.
pub(crate) fn rax1(cx: &mut Ctx<'_>) {
    let (n, m) = (cx.vn(), cx.vm());
    let rotated = rotate_right(cx, m, 63);
    let v = cx.b.op2a(Op::VXor, 0, 0, n, rotated);
    cx.set_vd_all(v);
}

/// XAR: Vn exclusive-or Vm, rotated right.
pub(crate) fn xar(cx: &mut Ctx<'_>, i: Xar) {
    let (n, m) = (cx.vn(), cx.vm());
    let v = cx.b.op2a(Op::VXor, 0, 0, n, m);
    let v = rotate_right(cx, v, i.imm6() as u8);
    cx.set_vd_all(v);
}

/// Rotates doublewords right by less than 64.
fn rotate_right(cx: &mut Ctx<'_>, v: Val, by: u8) -> Val {
    if by == 0 {
        return v;
    }
    cx.b.op1a(Op::VRor, Es::D, by, v)
}
