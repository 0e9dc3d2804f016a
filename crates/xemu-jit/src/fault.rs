//! From a host fault in generated code to what the guest sees. Runs in the host's signal handler:
//! no allocation, no lock.

use core::sync::atomic::Ordering;

use xemu_guest::{CpuState, HostFlags, Mxcsr, Nzcv, STATE_BIAS};
use xemu_host::{HostContext, HostReg};
use xemu_x64::FlagsAt;
use xemu_x64::contract::{Helper, LeaveReason};

use crate::cache::FaultAt;
use crate::thread::ThreadRecord;

/// A host fault signal.
#[derive(Clone, Copy, Debug)]
pub struct HostFault {
    /// The signal's number.
    pub sig: i32,
    /// `si_code`.
    pub code: i32,
    /// `si_addr`.
    pub addr: u64,
}

const SIGBUS: i32 = 7;
const SIGFPE: i32 = 8;
const SIGSEGV: i32 = 11;
const SI_KERNEL: i32 = 0x80;

/// Handles a fault at `ctx` for the thread of `record`; true if it was generated code's.
pub(crate) fn handle(record: &ThreadRecord, fault: &HostFault, ctx: &mut HostContext) -> bool {
    let generation = record.generation.load(Ordering::Relaxed);
    if generation.is_null() {
        return false;
    }
    // SAFETY: the thread's record holds a generation while its thread is inside generated code,
    // and the engine keeps every generation that a record holds.
    let generation = unsafe { &*generation };
    let host_pc = ctx.rip();
    if !generation.contains(host_pc) {
        return false;
    }
    if fault.sig == SIGSEGV && record.return_guard.contains(&fault.addr) {
        // The return-prediction stack is used up: start again at its base. A return whose pair is
        // gone looks its target up.
        ctx.set_rsp(record.return_base);
        return true;
    }
    let Some(FaultAt { pc, flags: flags_at, way_out }) = generation.fault_at(host_pc) else {
        return false;
    };
    let mut addr = fault.addr;
    let reason = if fault.sig == SIGFPE {
        addr = generation.block_at(host_pc).map_or(pc, |b| b.pc);
        ctx.set_mxcsr(Mxcsr(ctx.mxcsr()).without_trapped().0);
        LeaveReason::FpTrap
    } else if fault.code == SI_KERNEL {
        LeaveReason::TagTrap
    } else if fault.addr > i64::MAX as u64 {
        // The upper half is never mapped, and whether the guest's address was this one or became
        // it without its tag is for the interpreter to say.
        LeaveReason::Emulate
    } else if fault.sig == SIGSEGV || fault.sig == SIGBUS {
        LeaveReason::Fault
    } else {
        return false;
    };
    let state = ctx.reg(HostReg::Rbp).wrapping_sub(STATE_BIAS as u64) as *mut CpuState;
    // SAFETY: 1. the contract of generated code keeps RBP at the state plus the bias; 2. the
    // thread is interrupted inside generated code, so nothing else uses the state now.
    let cpu = unsafe { &mut *state };
    cpu.pc = pc;
    if let Some(nzcv) = flags_in_host(flags_at, ctx.eflags()) {
        cpu.flags = HostFlags::from_nzcv(nzcv);
    }
    cpu.engine.leave_addr = addr;
    let at = if reason == LeaveReason::Fault { Helper::LeaveFault } else { Helper::Leave };
    ctx.set_reg(HostReg::Rax, reason as u64);
    ctx.set_rip(way_out.unwrap_or(cpu.engine.helpers[at as usize]));
    true
}

/// NZCV out of EFLAGS, where that is where it is.
fn flags_in_host(at: FlagsAt, eflags: u64) -> Option<Nzcv> {
    let (cf, pf, zf) = (eflags & 1 != 0, eflags & 4 != 0, eflags & 0x40 != 0);
    let (sf, of) = (eflags & 0x80 != 0, eflags & 0x800 != 0);
    let compare = |less: bool| match (zf, pf, cf) {
        (true, true, true) => Nzcv::from_imm4(0b0011),
        (true, ..) => Nzcv::from_imm4(0b0110),
        _ if cf == less => Nzcv::from_imm4(0b1000),
        _ => Nzcv::from_imm4(0b0010),
    };
    match at {
        FlagsAt::State => None,
        FlagsAt::Inverted => Some(Nzcv::new(sf, zf, !cf, of)),
        FlagsAt::Direct => Some(Nzcv::new(sf, zf, cf, of)),
        FlagsAt::Compare => Some(compare(true)),
        FlagsAt::CompareSwapped => Some(compare(false)),
    }
}
