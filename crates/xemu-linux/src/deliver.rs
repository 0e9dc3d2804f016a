//! Delivers signals: takes them from the slots, builds the guest's frame, returns from it.

use std::sync::atomic::Ordering;

use xemu_abi::sigframe::{
    self, FPSIMD_MAGIC, FPSIMD_SIZE, FpsimdContext, SavedContext, UCONTEXT_OFFSET, UCONTEXT_SIZE,
    UContext, esr, frame_addresses,
};
use xemu_abi::signal::*;
use xemu_abi::{Errno, Wire};
use xemu_guest::{FaultKind, Fpcr, Fpsr, GuestFault, HostFlags, Nzcv, pstate};

use crate::host::{self, Disposition};
use crate::process::Crash;
use crate::signal::{self, FAULTS, host_mask};
use crate::thread::Thread;
use crate::{coredump, gcs, mem, pending};

/// The length of SVC.
const INSTRUCTION: u64 = 4;

/// Delivers what waits and is not blocked, then lets the host's signals in again.
pub fn deliver_pending(t: &mut Thread) {
    t.cpu.poll.store(0, Ordering::Relaxed);
    while let Some(info) = pending::take(SigSet(!t.mask.0)) {
        deliver(t, &info);
    }
    if let Some(mask) = t.saved_mask.take() {
        // No handler ran: the temporary mask of ppoll and others ends here.
        t.mask = mask;
    }
    t.restart = false;
    t.sync_host_mask();
}

fn deliver(t: &mut Thread, info: &SigInfo) {
    let sig = info.signo();
    let action = t.actions.get(sig);
    match action.handler {
        SIG_IGN => {}
        SIG_DFL if default_action(sig) == DefaultAction::Ignore => {}
        SIG_DFL if FAULTS.has(sig) => die(t, info),
        SIG_DFL if coredump::is_for(sig) => end(t, info),
        SIG_DFL => {
            // With the default action on the host too, the kernel does what is to be done.
            let _ = host::set_disposition(sig, Disposition::Default);
            host::set_mask(host_mask(t.mask.without(SigSet::of(sig))));
            host::raise(sig);
        }
        _ => run_handler(t, info, action),
    }
}

/// A signal of the running instruction: blocked or ignored, it ends the process.
/// (force_sig_info in kernel/signal.c)
pub fn force(t: &mut Thread, info: SigInfo) {
    let sig = info.signo();
    let action = t.actions.get(sig);
    if t.mask.has(sig) || action.handler <= SIG_IGN {
        die(t, &info);
    } else {
        run_handler(t, &info, action);
        t.sync_host_mask();
    }
}

/// Ends the process by a signal, with a report.
pub fn die(t: &mut Thread, info: &SigInfo) -> ! {
    if let Some(report) = t.process.config.crash_reporter {
        report(&Crash { info, cpu: &t.cpu, space: t.process.space, tid: t.tid });
    }
    end(t, info)
}

/// Ends the process by a signal, with a core file if it is one that dumps.
fn end(t: &mut Thread, info: &SigInfo) -> ! {
    t.process.trace(t.tid, &format!("+++ killed by {} +++", name(info.signo())));
    let sig = info.signo();
    if default_action(sig) == DefaultAction::Core {
        coredump::write(t, info);
    }
    let _ = host::set_disposition(sig, Disposition::Default);
    host::set_mask(SigSet(!SigSet::of(sig).0));
    host::raise(sig);
    host::exit_group(128 + sig)
}

fn run_handler(t: &mut Thread, info: &SigInfo, action: SigAction) {
    let sig = info.signo();
    if core::mem::take(&mut t.restart) && action.flags & SA_RESTART == 0 {
        // The call is not to be executed again: it ends behind the SVC, interrupted.
        t.cpu.pc = t.cpu.pc.wrapping_add(INSTRUCTION);
        t.cpu.x[0] = Errno::EINTR.to_word();
    }
    if t.process.config.strace.is_some() {
        t.process.trace(t.tid, &format!("--- {} {info:?} ---", name(sig)));
    }
    if action.flags & SA_RESETHAND != 0 {
        t.actions.reset(sig);
        if !FAULTS.has(sig) {
            let _ = host::set_disposition(sig, Disposition::Default);
        }
    }
    if let Some(log) = t.process.config.signal_log {
        let (pc, handler) = (t.cpu.pc, action.handler);
        log(&format!("{pc:#x}: {info:?} to {handler:#x} in thread {}", t.tid));
    }
    let back_to = t.saved_mask.take().unwrap_or(t.mask);
    if push_frame(t, info, &action, back_to).is_err() {
        // The stack cannot hold the frame.
        t.mask = back_to;
        if sig == SIGSEGV {
            t.actions.reset(SIGSEGV);
        }
        let sp = t.cpu.sp();
        return force(t, SigInfo::fault(SIGSEGV, SEGV_MAPERR, sp));
    }
    let mut blocked = t.mask.or(SigSet(action.mask));
    if action.flags & SA_NODEFER == 0 {
        blocked = blocked.or(SigSet::of(sig));
    }
    t.mask = blocked.blockable();
    if t.altstack.ss_flags & SS_AUTODISARM != 0 {
        t.altstack = SigAltStack::DISABLED;
    }
}

/// Where the frame starts to grow from. (sigsp in include/linux/sched/signal.h)
fn stack_top(t: &Thread, flags: u64) -> u64 {
    let sp = t.cpu.sp();
    let wanted = flags & SA_ONSTACK != 0 && t.altstack.ss_size != 0;
    if wanted && !t.altstack.contains(sp) { t.altstack.ss_sp + t.altstack.ss_size } else { sp }
}

/// Writes the frame and sets the registers for the handler. (setup_rt_frame)
fn push_frame(
    t: &mut Thread,
    info: &SigInfo,
    action: &SigAction,
    mask: SigSet,
) -> Result<(), Errno> {
    let (frame, record) = frame_addresses(stack_top(t, action.flags));
    let context = save(t, mask);
    let restorer = match action.flags & SA_RESTORER {
        0 => t.process.program.sigreturn,
        _ => action.restorer,
    };
    mem::write(record, &[t.cpu.x[29], t.cpu.x[30]].to_vec())?;
    mem::write(frame + UCONTEXT_OFFSET as u64, &context.encode())?;
    if action.flags & SA_SIGINFO != 0 {
        mem::write(frame, &info.0)?;
    }
    gcs::enter_handler(&mut t.cpu, restorer)?;
    if action.flags & SA_SIGINFO != 0 {
        t.cpu.x[1] = frame;
        t.cpu.x[2] = frame + UCONTEXT_OFFSET as u64;
    }
    t.cpu.x[0] = info.signo() as u64;
    t.cpu.x[29] = record;
    t.cpu.x[30] = restorer;
    t.cpu.set_sp(frame);
    t.cpu.pc = action.handler;
    t.cpu.monitor.size = 0;
    // The handler is called, as far as branch targets go; tags are checked in it.
    t.cpu.btype = if t.process.space.has_guarded_pages() { 2 } else { 0 };
    t.cpu.pstate &= !pstate::TCO;
    Ok(())
}

fn save(t: &Thread, mask: SigSet) -> SavedContext {
    let cpu = &t.cpu;
    let mut uc = UContext {
        uc_stack: t.altstack,
        uc_sigmask: mask.0,
        fault_address: t.fault_address,
        sp: cpu.sp(),
        pc: cpu.pc,
        pstate: u64::from(cpu.flags.to_nzcv().0 | cpu.pstate | cpu.btype << pstate::BTYPE_SHIFT),
        ..Default::default()
    };
    uc.regs.copy_from_slice(&cpu.x[..31]);
    let fpsimd = FpsimdContext {
        magic: FPSIMD_MAGIC,
        size: FPSIMD_SIZE,
        fpsr: cpu.fpsr().0,
        fpcr: cpu.fpcr.0,
        vregs: cpu.v,
    };
    SavedContext { uc, fpsimd: Some(fpsimd), esr: t.fault_esr, gcs: gcs::saved(&cpu.gcs) }
}

/// rt_sigreturn: takes the registers, the mask and the alternate stack back from the frame.
/// `None` when the frame is not one.
pub fn return_from_handler(t: &mut Thread) -> Option<()> {
    let frame = t.cpu.sp();
    if !frame.is_multiple_of(16) {
        return None;
    }
    let mut bytes = vec![0; UCONTEXT_SIZE];
    mem::read(frame.checked_add(UCONTEXT_OFFSET as u64)?, &mut bytes).ok()?;
    let context = SavedContext::decode(&bytes)?;
    let uc = &context.uc;
    // EL0, AArch64, no exception masked. (valid_native_regs in arch/arm64/kernel/ptrace.c)
    if uc.pstate & 0x3df != 0 {
        return None;
    }
    let fpsimd = context.fpsimd?;
    gcs::return_from_handler(t, context.gcs.as_ref())?;
    let cpu = &mut t.cpu;
    cpu.x[..31].copy_from_slice(&uc.regs);
    cpu.set_sp(uc.sp);
    cpu.pc = uc.pc;
    cpu.flags = HostFlags::from_nzcv(Nzcv((uc.pstate & 0xf000_0000) as u32));
    cpu.pstate = uc.pstate as u32 & t.process.config.pstate_bits();
    cpu.btype = if t.process.space.has_guarded_pages() {
        (uc.pstate >> pstate::BTYPE_SHIFT) as u32 & 3
    } else {
        0
    };
    cpu.v = fpsimd.vregs;
    cpu.set_fpcr(Fpcr(fpsimd.fpcr & !t.process.config.absent_fpcr_bits()));
    cpu.set_fpsr(Fpsr(fpsimd.fpsr));
    cpu.monitor.size = 0;
    let sp = cpu.sp();
    // As in the kernel, a stack that cannot be set is left as it is.
    let _ = signal::set_altstack(&mut t.altstack, uc.uc_stack, sp);
    t.mask = SigSet(uc.uc_sigmask).blockable();
    t.sync_host_mask();
    Some(())
}

/// The signal of a fault, with the syndrome that goes into the frame.
pub fn fault_signal(fault: &GuestFault) -> (SigInfo, u64) {
    let write = if fault.write { esr::WNR } else { 0 };
    let data = esr::EC_DATA_ABORT | esr::IL | write;
    let fetch = esr::EC_INSTRUCTION_ABORT | esr::IL;
    let (sig, code, syndrome) = match fault.kind {
        FaultKind::Unmapped => (SIGSEGV, SEGV_MAPERR, data | esr::FSC_TRANSLATION),
        FaultKind::Permission => (SIGSEGV, SEGV_ACCERR, data | esr::FSC_PERMISSION),
        FaultKind::NoPage => (SIGBUS, BUS_ADRERR, data | esr::FSC_TRANSLATION),
        FaultKind::Misaligned => (SIGBUS, BUS_ADRALN, data | esr::FSC_ALIGNMENT),
        FaultKind::TagCheck => (SIGSEGV, SEGV_MTESERR, data | esr::FSC_TAG_CHECK),
        FaultKind::MisalignedSp => (SIGBUS, BUS_ADRALN, esr::EC_SP_ALIGNMENT | esr::IL),
        FaultKind::MisalignedPc => (SIGBUS, BUS_ADRALN, esr::EC_PC_ALIGNMENT | esr::IL),
        FaultKind::FetchUnmapped => (SIGSEGV, SEGV_MAPERR, fetch | esr::FSC_TRANSLATION),
        FaultKind::FetchPermission => (SIGSEGV, SEGV_ACCERR, fetch | esr::FSC_PERMISSION),
    };
    (SigInfo::fault(sig, code, fault.addr), outside_user_space(fault.addr, syndrome))
}

/// What the kernel hides of a fault at an address that no program can have: whether something is
/// there. (set_thread_esr in arch/arm64/mm/fault.c)
fn outside_user_space(addr: u64, syndrome: u64) -> u64 {
    const TASK_SIZE: u64 = 1 << 48;
    let kept = match syndrome & esr::EC {
        esr::EC_DATA_ABORT => esr::EC | esr::IL | esr::CM | esr::WNR,
        esr::EC_INSTRUCTION_ABORT => esr::EC | esr::IL,
        _ => return syndrome,
    };
    if addr < TASK_SIZE { syndrome } else { syndrome & kept | esr::FSC_TRANSLATION_0 }
}

/// Whether the instruction at `pc` is one of cache maintenance (DC CVAC and its kin).
fn cleans_cache(pc: u64) -> bool {
    // SYS #3, C7, C10 to C14, #1, Xt
    const SYS: u32 = 0xd50b_7020;
    let word = xemu_mem::read::<u32>(pc).unwrap_or(0);
    word & 0xffff_f0e0 == SYS && (10..=14).contains(&(word >> 8 & 15))
}

/// Whether the page is mapped with PROT_NONE.
fn is_without_access(t: &Thread, addr: u64) -> bool {
    const ANY_ACCESS: u32 = 7;
    let mapping = xemu_host::delegate(|| t.process.space.lookup(addr));
    mapping.is_some_and(|mapping| mapping.prot & ANY_ACCESS == 0)
}

/// The address with its tag, as far as handlers may see it: of a wrong tag, the four bits that
/// are checked. (do_tag_check_fault in arch/arm64/mm/fault.c)
fn tagged(fault: &GuestFault, accessed: u64) -> u64 {
    let mask = match fault.kind {
        FaultKind::TagCheck => 0xf << 56,
        FaultKind::Unmapped | FaultKind::Permission => 0xff << 56,
        FaultKind::NoPage | FaultKind::Misaligned => 0xff << 56,
        _ => 0,
    };
    if fault.addr >> 55 & 1 == 0 { fault.addr | accessed & mask } else { fault.addr }
}

/// A memory fault of the guest.
pub fn memory_fault(t: &mut Thread, fault: &GuestFault) {
    if fault.kind == FaultKind::Unmapped
        && xemu_host::delegate(|| t.process.space.grow_down(fault.addr))
    {
        // The instruction is run again.
        return;
    }
    let (mut info, mut syndrome) = fault_signal(fault);
    let permission = matches!(fault.kind, FaultKind::Permission | FaultKind::FetchPermission);
    if permission && is_without_access(t, fault.addr) {
        // The processor finds no valid entry there, and the kernel what the program wanted.
        syndrome ^= esr::FSC_PERMISSION ^ esr::FSC_TRANSLATION;
    }
    if syndrome & esr::EC == esr::EC_DATA_ABORT {
        if t.actions.get(info.signo()).flags & SA_EXPOSE_TAGBITS != 0 {
            let addr = tagged(fault, t.cpu.accessed);
            info = SigInfo::fault(info.signo(), info.code(), addr);
        }
        if cleans_cache(t.cpu.pc) {
            syndrome |= esr::CM | esr::WNR;
        }
    }
    // (arm64_notify_die in arch/arm64/kernel/traps.c)
    let apart = matches!(fault.kind, FaultKind::MisalignedPc | FaultKind::MisalignedSp);
    t.fault_address = if apart { 0 } else { fault.addr };
    t.fault_esr = syndrome;
    force(t, info);
    t.fault_esr = 0;
}

/// A signal that an instruction at `pc` raises, other than a memory fault.
pub fn instruction_fault(t: &mut Thread, sig: i32, code: i32) {
    t.fault_address = 0;
    t.fault_esr = 0;
    let pc = t.cpu.pc;
    force(t, SigInfo::fault(sig, code, pc));
}

const _: () = assert!(sigframe::RT_SIGFRAME_SIZE == UCONTEXT_OFFSET + UCONTEXT_SIZE);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_become_the_kernels_signals() {
        let fault = GuestFault { kind: FaultKind::Permission, addr: 0x123, write: true };
        let (info, syndrome) = fault_signal(&fault);
        assert_eq!((info.signo(), info.code(), info.addr()), (SIGSEGV, SEGV_ACCERR, 0x123));
        assert_eq!(syndrome, 0x9200_004f);
        let fault = GuestFault { kind: FaultKind::NoPage, addr: 1, write: false };
        assert_eq!(fault_signal(&fault).0.signo(), SIGBUS);
    }
}
