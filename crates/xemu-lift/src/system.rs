//! System instructions: hints, barriers, cache maintenance, system registers. (Arm ARM C4.1,
//! "Branches, Exception Generating and System instructions")

use xemu_a64::imm::sysreg;
use xemu_a64::insn::*;
use xemu_guest::{COUNTER_HZ, Fpcr, pstate};
use xemu_ir::{FenceKind, Op, SysReg, Val};

use crate::cpu_model::CpuFeature;
use crate::ctx::Ctx;
use crate::mte;

pub(crate) fn pause(cx: &mut Ctx<'_>) {
    cx.b.op0(Op::Pause, 0, 0);
}

/// A barrier that orders all accesses.
pub(crate) fn fence_full(cx: &mut Ctx<'_>) {
    cx.b.op0(Op::MemFence, FenceKind::Full as u8, 0);
}

/// The barrier that the option `crm` asks for: loads (1) or stores (2) only, or everything.
fn barrier(cx: &mut Ctx<'_>, crm: u32) {
    let kind = if matches!(crm & 3, 1 | 2) { FenceKind::Weak } else { FenceKind::Full };
    cx.b.op0(Op::MemFence, kind as u8, 0);
}

pub(crate) fn dsb(cx: &mut Ctx<'_>, i: Dsb) {
    barrier(cx, i.crm());
}

pub(crate) fn dsb_nxs(cx: &mut Ctx<'_>) {
    fence_full(cx);
}

pub(crate) fn dmb(cx: &mut Ctx<'_>, i: Dmb) {
    barrier(cx, i.crm());
}

/// ISB: code changed before it must be seen behind it.
pub(crate) fn isb(cx: &mut Ctx<'_>) {
    sync(cx);
}

fn sync(cx: &mut Ctx<'_>) {
    let next = cx.next_pc();
    cx.b.exit(Op::Sync, 0, Val::NONE, next);
}

/// The cache maintenance that Linux lets user programs do. The caches of data are coherent with
/// everything here, so that cleaning them does nothing. (Arm ARM C5.3)
pub(crate) fn sys(cx: &mut Ctx<'_>, i: Sys) {
    match (i.op1(), i.crn(), i.crm(), i.op2()) {
        // DC ZVA
        (3, 7, 4, 1) => {
            let addr = cx.gpr(1, i.rt());
            cx.b.op1(Op::DcZva, addr);
        }
        // DC GVA, DC GZVA
        (3, 7, 4, op @ (3 | 4)) if cx.has(CpuFeature::Mte) => mte::dc_gva(cx, i.rt(), op == 4),
        // IC IVAU
        (3, 7, 5, 1) => {
            let addr = cx.gpr(1, i.rt());
            cx.b.op1(Op::IcIvau, addr);
        }
        // DC CVAC, DC CVAU, DC CIVAC
        (3, 7, 10 | 11 | 14, 1) => {}
        // DC CVAP
        (3, 7, 12, 1) if cx.has(CpuFeature::Dpb) => {}
        // DC CVADP
        (3, 7, 13, 1) if cx.has(CpuFeature::Dpb2) => {}
        _ => cx.undefined(),
    }
}

const NZCV: u32 = sysreg(3, 3, 4, 2, 0);
const FPCR: u32 = sysreg(3, 3, 4, 4, 0);
const FPSR: u32 = sysreg(3, 3, 4, 4, 1);
const TPIDR_EL0: u32 = sysreg(3, 3, 13, 0, 2);
const TPIDRRO_EL0: u32 = sysreg(3, 3, 13, 0, 3);
const CTR_EL0: u32 = sysreg(3, 3, 0, 0, 1);
const DCZID_EL0: u32 = sysreg(3, 3, 0, 0, 7);
const CNTFRQ_EL0: u32 = sysreg(3, 3, 14, 0, 0);
const CNTVCT_EL0: u32 = sysreg(3, 3, 14, 0, 2);
const CNTVCTSS_EL0: u32 = sysreg(3, 3, 14, 0, 6);
const DIT: u32 = sysreg(3, 3, 4, 2, 5);
const SSBS: u32 = sysreg(3, 3, 4, 2, 6);
const TCO: u32 = sysreg(3, 3, 4, 2, 7);
const RNDR: u32 = sysreg(3, 3, 2, 4, 0);
const RNDRRS: u32 = sysreg(3, 3, 2, 4, 1);

/// CTR_EL0: 64-byte lines, DIC and IDC 0, so that programs that write code clean and invalidate.
const CTR_EL0_VALUE: u64 = 0x8444_c004;
/// DCZID_EL0: DC ZVA is permitted and zeroes 64 bytes.
const DCZID_EL0_VALUE: u64 = 4;

fn get_sys(cx: &mut Ctx<'_>, reg: SysReg) -> Val {
    cx.b.op0(Op::GetSys, reg as u8, 0)
}

/// The fields of PSTATE that are registers of their own, as far as the processor has them.
fn pstate_field(cx: &Ctx<'_>, reg: u32) -> Option<SysReg> {
    match reg {
        DIT if cx.has(CpuFeature::Dit) => Some(SysReg::Dit),
        SSBS if cx.has(CpuFeature::Ssbs) => Some(SysReg::Ssbs),
        TCO if cx.has(CpuFeature::Mte) => Some(SysReg::Tco),
        _ => None,
    }
}

/// MSR (immediate), of which programs may use the fields that they may use as registers too.
pub(crate) fn msr_imm(cx: &mut Ctx<'_>, i: MsrImm) {
    let (reg, bit) = match (i.op1(), i.op2()) {
        (3, 1) => (SSBS, pstate::SSBS),
        (3, 2) => (DIT, pstate::DIT),
        (3, 4) => (TCO, pstate::TCO),
        _ => return cx.undefined(),
    };
    let Some(reg) = pstate_field(cx, reg) else { return cx.undefined() };
    let value = cx.b.const64(if i.crm() & 1 == 1 { u64::from(bit) } else { 0 });
    cx.b.op1a(Op::SetSys, reg, 0, value);
}

pub(crate) fn mrs(cx: &mut Ctx<'_>, i: Mrs) {
    let v = match i.sysreg() {
        NZCV => {
            let flags = cx.b.op0(Op::GetNzcv, 0, 0);
            cx.b.op1(Op::Zext, flags)
        }
        FPCR => get_sys(cx, SysReg::Fpcr),
        FPSR => get_sys(cx, SysReg::Fpsr),
        TPIDR_EL0 => get_sys(cx, SysReg::TpidrEl0),
        TPIDRRO_EL0 => get_sys(cx, SysReg::TpidrroEl0),
        CNTVCTSS_EL0 if cx.has(CpuFeature::Ecv) => get_sys(cx, SysReg::CntvctEl0),
        CNTVCT_EL0 => get_sys(cx, SysReg::CntvctEl0),
        CTR_EL0 => cx.b.const64(CTR_EL0_VALUE),
        DCZID_EL0 => cx.b.const64(DCZID_EL0_VALUE),
        CNTFRQ_EL0 => cx.b.const64(COUNTER_HZ),
        RNDR | RNDRRS if cx.has(CpuFeature::Rng) => cx.b.op0(Op::Rndr, 0, 0),
        other => match (pstate_field(cx, other), cx.config.model.id_register(other)) {
            (Some(field), _) => get_sys(cx, field),
            (None, Some(value)) => cx.b.const64(value),
            (None, None) => return cx.undefined(),
        },
    };
    cx.set_gpr(1, i.rt(), v);
}

/// FPCR's new value: bits of features that the processor does not have stay zero.
fn fpcr_value(cx: &mut Ctx<'_>, v: Val) -> Val {
    let bits = [
        (CpuFeature::Afp, Fpcr::FIZ | Fpcr::AH | Fpcr::NEP),
        (CpuFeature::Ebf16, Fpcr::EBF),
        (CpuFeature::Fp16, Fpcr::FZ16),
    ];
    let absent = bits.into_iter().filter(|(feature, _)| !cx.has(*feature));
    let writable = absent.fold(Fpcr::WRITABLE, |bits, (_, absent)| bits & !absent);
    if writable == Fpcr::WRITABLE {
        return v;
    }
    let mask = cx.b.const64(writable.into());
    cx.b.op2(Op::And64, v, mask)
}

pub(crate) fn msr_reg(cx: &mut Ctx<'_>, i: MsrReg) {
    let v = cx.gpr(1, i.rt());
    let reg = match i.sysreg() {
        NZCV => {
            let flags = cx.b.op1(Op::Trunc, v);
            cx.b.op1(Op::SetNzcv, flags);
            return;
        }
        FPCR => SysReg::Fpcr,
        FPSR => SysReg::Fpsr,
        TPIDR_EL0 => SysReg::TpidrEl0,
        other => match pstate_field(cx, other) {
            Some(field) => field,
            None => return cx.undefined(),
        },
    };
    let v = if reg == SysReg::Fpcr { fpcr_value(cx, v) } else { v };
    cx.b.op1a(Op::SetSys, reg, 0, v);
    if reg == SysReg::Fpcr {
        // Code behind may have to be translated for another rounding mode.
        sync(cx);
    }
}
