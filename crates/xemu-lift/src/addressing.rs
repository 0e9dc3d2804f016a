//! Addresses of loads and stores, and the base register's writeback.

use xemu_ir::{Address, Op, Val};

use crate::cpu_model::CpuFeature;
use crate::ctx::Ctx;
use crate::sized::ADD;

/// The address with another displacement.
pub(crate) fn offset(addr: Address, by: i32) -> Address {
    Address { disp: addr.disp + by, ..addr }
}

/// Xn or SP with a displacement.
pub(crate) fn base_imm(cx: &mut Ctx<'_>, rn: u32, disp: i32) -> Address {
    let base = cx.gpr_sp(1, rn);
    Address::new(base, disp)
}

/// A constant address.
pub(crate) fn literal(cx: &mut Ctx<'_>, offset: i64) -> Address {
    let base = cx.b.const64(cx.pc.wrapping_add_signed(offset));
    let scale = if cx.has(CpuFeature::Mte) { Address::UNCHECKED } else { 0 };
    Address { scale, ..Address::new(base, 0) }
}

/// Xn or SP with an extended index, which `s` shifts by `log2`, the access's size.
pub(crate) fn base_reg(
    cx: &mut Ctx<'_>,
    rn: u32,
    (rm, option): (u32, u32),
    (s, log2): (u32, u32),
) -> Address {
    let base = cx.gpr_sp(1, rn);
    if rm == 31 {
        return Address::new(base, 0);
    }
    let index = match option {
        2 => {
            let w = cx.gpr(0, rm);
            cx.b.op1(Op::Zext, w)
        }
        6 => {
            let w = cx.gpr(0, rm);
            cx.b.op1(Op::Sext, w)
        }
        _ => cx.gpr(1, rm),
    };
    Address { base, index, scale: if s == 1 { log2 as u8 } else { 0 }, disp: 0 }
}

/// How an access changes its base register, after everything that may fault.
#[derive(Clone, Copy)]
pub(crate) struct Writeback {
    rn: u32,
    base: Val,
    by: i32,
}

impl Writeback {
    /// Post-indexed: accesses the base, then adds `by` to it.
    pub fn post(cx: &mut Ctx<'_>, rn: u32, by: i32) -> (Address, Self) {
        let addr = base_imm(cx, rn, 0);
        (addr, Self { rn, base: addr.base, by })
    }

    /// Pre-indexed: accesses the base plus `by`, which becomes the base.
    pub fn pre(cx: &mut Ctx<'_>, rn: u32, by: i32) -> (Address, Self) {
        let addr = base_imm(cx, rn, by);
        (addr, Self { rn, base: addr.base, by })
    }

    /// Writes the base register.
    pub fn apply(self, cx: &mut Ctx<'_>) {
        let v = cx.op2i(ADD, 1, self.base, self.by as i64 as u64);
        cx.set_gpr_sp(1, self.rn, v);
    }
}
