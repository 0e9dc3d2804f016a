//! Signals: dispositions, masks, the alternate stack, and what the host's handler does.
//!
//! A signal that the guest handles has one host handler, [`on_host_signal`]. It puts the siginfo
//! into the thread's own slots, asks the guest code to come to a poll, and leaves all signals
//! blocked until [`crate::deliver`] has run. So at most one asynchronous signal waits in the
//! emulator, and the kernel keeps the order and the merging of all others. Ignored and default
//! signals are ignored and default on the host too.
//!
//! The host's mask equals the guest's, but for the fault signals, which are never blocked there;
//! one that the guest blocks waits in its slot. There rt_sigtimedwait finds it, and a signalfd does
//! not: a fault signal that is sent and blocked comes to no signalfd.

use std::sync::{Mutex, MutexGuard};

use xemu_abi::signal::*;
use xemu_abi::{Errno, Wire};
use xemu_host::HostContext;

use crate::args::*;
use crate::host::{self, Disposition, nr};
use crate::pending;
use crate::process::Process;
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{coredump, deliver, fd, mem};

/// The signals of processor faults, whose host handlers are always the emulator's.
pub const FAULTS: SigSet = SigSet(
    SigSet::of(SIGILL).0
        | SigSet::of(SIGTRAP).0
        | SigSet::of(SIGBUS).0
        | SigSet::of(SIGFPE).0
        | SigSet::of(SIGSEGV).0,
);

/// The guest's signal actions; shared by threads, copied by processes.
pub struct Actions(Mutex<Table>);

/// The actions as far as they are known: what the process was started with is asked of the host
/// when it is wanted.
#[derive(Clone)]
struct Table {
    known: [Option<SigAction>; 64],
}

impl Table {
    fn get(&mut self, sig: i32) -> SigAction {
        *self.known[index(sig)].get_or_insert_with(|| SigAction {
            handler: if host::is_ignored(sig) { SIG_IGN } else { SIG_DFL },
            ..SigAction::default()
        })
    }

    fn set(&mut self, sig: i32, action: SigAction) {
        self.known[index(sig)] = Some(action);
    }
}

/// Holds the actions still while a process forks.
pub struct ForkGuard<'a>(#[allow(dead_code, reason = "held for its drop")] MutexGuard<'a, Table>);

impl Actions {
    /// The actions that the process was started with: all default, or ignored.
    pub fn inherited() -> Self {
        Self(Mutex::new(Table { known: [None; 64] }))
    }

    /// A copy, for a process that shares memory but not actions.
    pub fn copy(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("invariant: no holder panics")
    }

    /// Held across a fork, by which the child gets a copy.
    pub fn lock_for_fork(&self) -> ForkGuard<'_> {
        ForkGuard(self.lock())
    }

    /// Handlers go back to the default, as by execve and CLONE_CLEAR_SIGHAND.
    pub fn reset_handlers(&self) {
        for action in self.lock().known.iter_mut().flatten() {
            if action.handler != SIG_IGN {
                *action = SigAction::default();
            }
        }
    }

    /// The signals that have handlers, and those that are ignored.
    pub fn sets(&self) -> (SigSet, SigSet) {
        let mut table = self.lock();
        let (mut caught, mut ignored) = (SigSet::EMPTY, SigSet::EMPTY);
        for sig in 1..=SIGRTMAX {
            match table.get(sig).handler {
                SIG_DFL => {}
                SIG_IGN => ignored = ignored.or(SigSet::of(sig)),
                _ => caught = caught.or(SigSet::of(sig)),
            }
        }
        (caught, ignored)
    }

    /// The action of one signal.
    pub fn get(&self, sig: i32) -> SigAction {
        self.lock().get(sig)
    }

    /// Takes a signal's handler away; the rest of the action stays.
    pub fn reset(&self, sig: i32) {
        let mut table = self.lock();
        let action = SigAction { handler: SIG_DFL, ..table.get(sig) };
        table.set(sig, action);
    }
}

fn index(sig: i32) -> usize {
    (sig - 1) as usize & 63
}

/// The mask that the host gets for a mask of the guest.
pub fn host_mask(guest: SigSet) -> SigSet {
    guest.without(FAULTS)
}

/// The host's disposition for an action of the guest. A child that `shares` its parent's memory
/// must not die where it holds a lock of ours: signals that kill it come through the handler.
fn disposition(sig: i32, action: &SigAction, shares: bool) -> Disposition {
    match action.handler {
        _ if FAULTS.has(sig) => Disposition::Handle { flags: 0 },
        SIG_DFL if shares && kills(sig) => Disposition::Handle { flags: 0 },
        SIG_DFL if coredump::is_for(sig) => Disposition::Handle { flags: 0 },
        SIG_DFL => Disposition::Default,
        SIG_IGN => Disposition::Ignore { flags: action.flags },
        _ => Disposition::Handle { flags: action.flags },
    }
}

/// Whether a signal's default action ends the process, and another could be set.
fn kills(sig: i32) -> bool {
    let fatal = matches!(default_action(sig), DefaultAction::Terminate | DefaultAction::Core);
    fatal && !SigSet::UNBLOCKABLE.has(sig)
}

/// In a child that shares its parent's memory but not its signal actions: sets the host's
/// dispositions for such a process.
pub fn enter_shared_memory(actions: &Actions) {
    for sig in (1..=64).filter(|sig| kills(*sig)) {
        let action = actions.get(sig);
        if action.handler == SIG_DFL {
            let _ = host::set_disposition(sig, disposition(sig, &action, true));
        }
    }
}

/// Installs the handlers of the fault signals. Called once, before guest code runs.
pub fn install_fault_handlers() -> Result<(), Errno> {
    host::set_handler(on_host_signal);
    for sig in (1..=64).filter(|sig| FAULTS.has(*sig)) {
        host::set_disposition(sig, Disposition::Handle { flags: 0 })?;
    }
    Ok(())
}

/// Before an execve: fault signals take the guest's disposition and mask, so that the new program
/// inherits them.
pub fn before_exec(t: &Thread) {
    for sig in (1..=64).filter(|sig| FAULTS.has(*sig)) {
        if t.actions.get(sig).handler == SIG_IGN {
            let _ = host::set_disposition(sig, Disposition::Ignore { flags: 0 });
        }
    }
    host::set_mask(t.mask);
    // Blocked fault signals wait in slots of ours: the kernel has to keep them over the exec.
    while let Some(mut info) = pending::take(SigSet(FAULTS.0 & t.mask.0)) {
        mask_code(&mut info);
        let ids = [host::getpid(), host::gettid(), info.signo()].map(|n| n as u64);
        let info = info.0.as_ptr() as u64;
        let _ = host::syscall(nr::RT_TGSIGQUEUEINFO, [ids[0], ids[1], ids[2], info, 0, 0]);
    }
}

/// After an execve that failed.
pub fn after_failed_exec(t: &Thread) {
    for sig in (1..=64).filter(|sig| FAULTS.has(*sig)) {
        let _ = host::set_disposition(sig, Disposition::Handle { flags: 0 });
    }
    host::set_mask(host_mask(t.mask));
}

/// The one host handler. Async-signal-safe: thread-local slots, atomics, the given context.
fn on_host_signal(sig: i32, host_info: &xemu_host::SigInfo, ctx: &mut HostContext) {
    let mut info = SigInfo(*host_info.bytes());
    // A general protection fault (an address that is not canonical) has the code SI_KERNEL.
    let from_kernel = info.is_fault() || (sig == SIGSEGV && info.code() == SI_KERNEL);
    if FAULTS.has(sig) && from_kernel {
        let repaired = xemu_mem::fixup(sig, host_info, ctx)
            || Process::get().is_some_and(|p| p.engine.handle_host_fault(sig, host_info, ctx));
        if !repaired {
            // Our own bug: the instruction is run again with the default action, which ends us.
            let _ = host::set_disposition(sig, Disposition::Default);
        }
        return;
    }
    unmask_code(&mut info);
    pending::queue(&info);
    host::interrupt(ctx, SigSet(!FAULTS.0));
    if let Some(process) = Process::get() {
        process.engine.interrupted();
    }
}

fn check_set_size(size: Size) -> Result<(), Errno> {
    if size.0 == 8 { Ok(()) } else { Err(Errno::EINVAL) }
}

/// rt_sigaction.
pub fn rt_sigaction(
    t: &mut Thread,
    sig: Sig,
    act: In<SigAction>,
    oldact: Out<SigAction>,
    size: Size,
) -> SysResult {
    check_set_size(size)?;
    let new: Option<SigAction> = if act.0 == 0 { None } else { Some(mem::read_wire(act.0)?) };
    let valid = (1..=SIGRTMAX).contains(&sig.0);
    if !valid || (new.is_some() && SigSet::UNBLOCKABLE.has(sig.0)) {
        return Err(Errno::EINVAL);
    }
    let mut actions = t.actions.lock();
    let old = actions.get(sig.0);
    if let Some(mut new) = new {
        new.flags &= SA_KNOWN;
        new.mask = SigSet(new.mask).blockable().0;
        // The table is set before a handler can run, and still says "handler" while one may.
        actions.set(sig.0, new);
        if let Err(errno) = host::set_disposition(sig.0, disposition(sig.0, &new, t.is_vfork_child))
        {
            actions.set(sig.0, old);
            return Err(errno);
        }
    }
    drop(actions);
    if oldact.0 != 0 {
        mem::write_wire(oldact.0, &old)?;
    }
    Ok(0)
}

/// rt_sigprocmask.
pub fn rt_sigprocmask(
    t: &mut Thread,
    how: SigHow,
    set: In<SigSet>,
    oldset: Out<SigSet>,
    size: Size,
) -> SysResult {
    check_set_size(size)?;
    let old = t.mask;
    if set.0 != 0 {
        let set = SigSet(mem::read_as(set.0)?);
        let new = match how.0 {
            SIG_BLOCK => old.or(set),
            SIG_UNBLOCK => old.without(set),
            SIG_SETMASK => set,
            _ => return Err(Errno::EINVAL),
        };
        t.change_mask(new.blockable())?;
    }
    if oldset.0 != 0 {
        mem::write(oldset.0, &old.0.to_vec())?;
    }
    Ok(0)
}

/// Ends the process with a report if the signal, sent by a thread to itself, would end it with a
/// core file: abort() is such a one.
fn report_own_death(t: &mut Thread, tid: Pid, sig: Sig) {
    let valid = (1..=SIGRTMAX).contains(&sig.0);
    if tid.0 != t.tid || !valid || default_action(sig.0) != DefaultAction::Core {
        return;
    }
    if t.actions.get(sig.0).handler != SIG_DFL || t.mask.has(sig.0) {
        return;
    }
    let mut info = SigInfo::fault(sig.0, SI_TKILL, 0);
    host::getpid().encode(&mut info.0[16..]);
    deliver::die(t, &info);
}

/// Added to the code of a fault signal that a program sends to itself with the code of a fault, as
/// crash reporters do that pass a signal on: the host's handler must know it from a real one.
const SENT: i32 = i32::MIN;

/// Adds [`SENT`] to the code of a fault signal, if it is a fault's.
pub fn mask_code(info: &mut SigInfo) {
    if FAULTS.has(info.signo()) && info.code() > 0 {
        info.code().wrapping_add(SENT).encode(&mut info.0[8..]);
    }
}

/// Takes [`SENT`] from a signal's code.
fn unmask_code(info: &mut SigInfo) {
    // Codes of senders are small negative numbers.
    const LARGEST: i32 = 0x1_0000;
    let code = info.code().wrapping_sub(SENT);
    if FAULTS.has(info.signo()) && (0..LARGEST).contains(&code) {
        code.encode(&mut info.0[8..]);
    }
}

/// Makes a call that sends `info`, whose address is argument `at`. `own`: to this process, which
/// alone may be told of faults.
fn send_info(
    t: &mut Thread,
    number: u16,
    mut args: [u64; 6],
    (sig, at, own): (Sig, usize, bool),
) -> SysResult {
    let mut info = SigInfo([0; SIGINFO_SIZE]);
    let faults = own && (1..=SIGRTMAX).contains(&sig.0) && FAULTS.has(sig.0);
    if faults && args[at] != 0 {
        mem::read(args[at], &mut info.0)?;
        // The kernel takes the number from the call's arguments; one function wants both equal.
        if info.signo() == sig.0 || number != nr::PIDFD_SEND_SIGNAL {
            sig.0.encode(&mut info.0);
            mask_code(&mut info);
        }
        args[at] = info.0.as_ptr() as u64;
    }
    t.blocking(number, args)
}

/// rt_sigqueueinfo.
pub fn rt_sigqueueinfo(t: &mut Thread, pid: Pid, sig: Sig, info: In<SigInfo>) -> SysResult {
    let args = [pid.0, sig.0].map(|n| i64::from(n).cast_unsigned());
    let own = pid.0 == host::getpid();
    send_info(t, nr::RT_SIGQUEUEINFO, [args[0], args[1], info.0, 0, 0, 0], (sig, 2, own))
}

/// rt_tgsigqueueinfo.
pub fn rt_tgsigqueueinfo(
    t: &mut Thread,
    tgid: Pid,
    tid: Pid,
    sig: Sig,
    info: In<SigInfo>,
) -> SysResult {
    let args = [tgid.0, tid.0, sig.0].map(|n| i64::from(n).cast_unsigned());
    let own = tgid.0 == host::getpid();
    let args = [args[0], args[1], args[2], info.0, 0, 0];
    send_info(t, nr::RT_TGSIGQUEUEINFO, args, (sig, 3, own))
}

/// pidfd_send_signal.
pub fn pidfd_send_signal(
    t: &mut Thread,
    pidfd: Fd,
    sig: Sig,
    info: In<SigInfo>,
    flags: Hex,
) -> SysResult {
    let own = info.0 != 0 && fd::process_of(pidfd.0) == Some(host::getpid());
    let args = [pidfd.0, sig.0].map(|n| i64::from(n).cast_unsigned());
    let args = [args[0], args[1], info.0, u64::from(flags.0), 0, 0];
    send_info(t, nr::PIDFD_SEND_SIGNAL, args, (sig, 2, own))
}

/// tkill.
pub fn tkill(t: &mut Thread, tid: Pid, sig: Sig) -> SysResult {
    report_own_death(t, tid, sig);
    t.blocking(nr::TKILL, [tid.0 as u64, sig.0 as u64, 0, 0, 0, 0])
}

/// tgkill.
pub fn tgkill(t: &mut Thread, tgid: Pid, tid: Pid, sig: Sig) -> SysResult {
    if tgid.0 == host::getpid() {
        report_own_death(t, tid, sig);
    }
    t.blocking(nr::TGKILL, [tgid.0 as u64, tid.0 as u64, sig.0 as u64, 0, 0, 0])
}

/// rt_sigpending: the kernel's and the emulator's.
pub fn rt_sigpending(t: &mut Thread, set: Out<SigSet>, size: Size) -> SysResult {
    if size.0 > 8 {
        return Err(Errno::EINVAL);
    }
    let held = SigSet(pending::queued().0 & t.mask.0);
    let all = host::pending_signals()?.or(held);
    mem::write(set.0, &all.0.to_vec()[..size.0 as usize])?;
    Ok(0)
}

/// sigaltstack: as do_sigaltstack of the kernel.
pub fn sigaltstack(t: &mut Thread, ss: In<SigAltStack>, old_ss: Out<SigAltStack>) -> SysResult {
    let old = t.altstack;
    let sp = t.cpu.sp();
    if ss.0 != 0 {
        let new: SigAltStack = mem::read_wire(ss.0)?;
        set_altstack(&mut t.altstack, new, sp)?;
    }
    if old_ss.0 != 0 {
        let shown = SigAltStack { ss_flags: altstack_flags(&old, sp), ..old };
        mem::write_wire(old_ss.0, &shown)?;
    }
    Ok(0)
}

fn altstack_flags(stack: &SigAltStack, sp: u64) -> u32 {
    let state = match stack.ss_size {
        0 => SS_DISABLE,
        _ if stack.contains(sp) => SS_ONSTACK,
        _ => 0,
    };
    state | stack.ss_flags & SS_AUTODISARM
}

/// Sets an alternate stack with the kernel's checks.
pub fn set_altstack(stack: &mut SigAltStack, new: SigAltStack, sp: u64) -> Result<(), Errno> {
    if stack.ss_size != 0 && stack.contains(sp) {
        return Err(Errno::EPERM);
    }
    match new.ss_flags & !SS_AUTODISARM {
        SS_DISABLE => {
            *stack = SigAltStack { ss_sp: 0, ss_size: 0, ss_flags: new.ss_flags };
            Ok(())
        }
        0 | SS_ONSTACK if new.ss_size < MINSIGSTKSZ => Err(Errno::ENOMEM),
        0 | SS_ONSTACK => {
            *stack = new;
            Ok(())
        }
        _ => Err(Errno::EINVAL),
    }
}

/// rt_sigreturn: a frame that makes no sense is a segmentation fault.
pub fn rt_sigreturn(t: &mut Thread) -> SysResult {
    if deliver::return_from_handler(t).is_none() {
        let sp = t.cpu.sp();
        deliver::force(t, SigInfo::fault(SIGSEGV, SEGV_MAPERR, sp));
    }
    Ok(t.cpu.x[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_signals_stay_open_on_the_host() {
        assert_eq!(host_mask(SigSet::ALL), SigSet(!FAULTS.0));
        assert_eq!(FAULTS.0.count_ones(), 5);
    }

    #[test]
    fn ignored_and_default_signals_are_the_kernels_business() {
        let action = |handler| SigAction { handler, ..Default::default() };
        assert_eq!(disposition(SIGTERM, &action(SIG_DFL), false), Disposition::Default);
        assert_eq!(disposition(SIGCHLD, &action(SIG_IGN), false), Disposition::Ignore { flags: 0 });
        assert_eq!(disposition(SIGSEGV, &action(SIG_DFL), false), Disposition::Handle { flags: 0 });
        assert_eq!(disposition(SIGTERM, &action(SIG_DFL), true), Disposition::Handle { flags: 0 });
        assert_eq!(disposition(SIGKILL, &action(SIG_DFL), true), Disposition::Default);
    }

    #[test]
    fn codes_of_sent_faults_come_back() {
        let mut info = SigInfo::fault(SIGSEGV, SEGV_ACCERR, 5);
        mask_code(&mut info);
        assert!(!info.is_fault());
        unmask_code(&mut info);
        assert_eq!((info.code(), info.addr()), (SEGV_ACCERR, 5));
        let mut sent = SigInfo::fault(SIGSEGV, SI_TKILL, 0);
        unmask_code(&mut sent);
        assert_eq!(sent.code(), SI_TKILL);
    }

    #[test]
    fn alternate_stack_is_checked_as_by_the_kernel() {
        let mut stack = SigAltStack::DISABLED;
        let new = SigAltStack { ss_sp: 0x1000, ss_flags: 0, ss_size: 0x2000 };
        let small = SigAltStack { ss_size: MINSIGSTKSZ - 1, ..new };
        assert_eq!(set_altstack(&mut stack, small, 0), Err(Errno::ENOMEM));
        let bad = SigAltStack { ss_flags: 4, ..new };
        assert_eq!(set_altstack(&mut stack, bad, 0), Err(Errno::EINVAL));
        assert_eq!(set_altstack(&mut stack, new, 0), Ok(()));
        assert_eq!(altstack_flags(&stack, 0x1800), SS_ONSTACK);
        assert_eq!(set_altstack(&mut stack, new, 0x1800), Err(Errno::EPERM));
        assert_eq!(set_altstack(&mut stack, SigAltStack::DISABLED, 0), Ok(()));
        assert_eq!(altstack_flags(&stack, 0), SS_DISABLE);
    }
}
