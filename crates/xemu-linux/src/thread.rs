//! Guest threads, which are host threads: their state, clone, and their end.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use xemu_abi::process::*;
use xemu_abi::signal::{SI_TKILL, SIGCHLD, SigAltStack, SigSet};
use xemu_abi::{Errno, Wire};
use xemu_guest::CpuState;
use xemu_host::Fork;

use crate::args::*;
use crate::engine::EngineThread;
use crate::host::{self, nr};
use crate::process::Process;
use crate::signal::{self, Actions, host_mask};
use crate::table::SysResult;
use crate::{coredump, fd, gcs, mem, pending, run};

/// The host stack of a guest thread, for the emulator's own functions.
pub const HOST_STACK: usize = 1 << 20;

/// One guest thread. It lives on the stack of the host thread that runs it.
pub struct Thread {
    /// Registers.
    pub cpu: CpuState,
    /// What all threads share.
    pub process: &'static Process,
    /// The engine's side.
    pub engine: Box<dyn EngineThread>,
    /// Signal actions.
    pub actions: Arc<Actions>,
    /// The host's id, which is the guest's too.
    pub tid: i32,
    /// Blocked signals.
    pub mask: SigSet,
    /// What to go back to after a call with a temporary mask.
    pub saved_mask: Option<SigSet>,
    /// Whether pc was put back to an SVC that is to be executed again.
    pub restart: bool,
    /// The alternate signal stack.
    pub altstack: SigAltStack,
    /// Zeroed, with a wake-up, at the thread's end.
    pub clear_child_tid: u64,
    /// What set_robust_list named.
    pub robust_list: u64,
    /// FAR of the last fault.
    pub fault_address: u64,
    /// Syndrome of the fault that is being delivered.
    pub fault_esr: u64,
    /// Set when the thread is to end, with the status.
    pub ended: Option<i32>,
    /// Rings of io_uring that the thread names by index.
    pub registered_rings: crate::uring::Registered,
    /// Whether this is a child that shares its suspended parent's memory.
    pub is_vfork_child: bool,
    /// The host's generator of random numbers, once it was asked; none where there is none.
    pub random: Option<Option<xemu_host::HostRandom>>,
}

impl Thread {
    /// A task with these registers, to be run by the calling host thread.
    pub fn new(process: &'static Process, cpu: CpuState, actions: Arc<Actions>) -> Self {
        Self {
            cpu,
            process,
            engine: process.engine.new_thread(),
            actions,
            tid: host::gettid(),
            mask: SigSet::EMPTY,
            saved_mask: None,
            restart: false,
            altstack: SigAltStack::DISABLED,
            clear_child_tid: 0,
            robust_list: 0,
            fault_address: 0,
            fault_esr: 0,
            ended: None,
            registered_rings: Default::default(),
            is_vfork_child: false,
            random: None,
        }
    }

    /// A host call on the guest's behalf that may wait. ERESTARTNOINTR: a signal came first;
    /// ERESTARTSYS: it came while the call waited.
    pub fn blocking(&mut self, nr: u16, args: [u64; 6]) -> SysResult {
        match xemu_host::safe_syscall(&self.cpu.poll, u64::from(nr), args) {
            xemu_host::INTERRUPTED => Err(Errno::ERESTARTSYS),
            xemu_host::NOT_BEGUN => Err(Errno::ERESTARTNOINTR),
            raw => host::result(raw),
        }
    }

    /// Changes the guest's mask, and the host's with it.
    pub fn change_mask(&mut self, mask: SigSet) -> Result<(), Errno> {
        if pending::queued().without(mask) == SigSet::EMPTY {
            self.try_host_mask(mask)?;
        }
        // Otherwise the host's mask is set when those that wait have been delivered.
        self.mask = mask;
        self.poll_if_deliverable();
        Ok(())
    }

    fn try_host_mask(&mut self, mask: SigSet) -> Result<u64, Errno> {
        const SIG_SETMASK: u64 = 2;
        let mask = host_mask(mask).0;
        self.blocking(nr::RT_SIGPROCMASK, [SIG_SETMASK, (&raw const mask) as u64, 0, 8, 0, 0])
    }

    /// Gives the host the guest's mask, unless a signal waits; then its delivery does so.
    pub fn sync_host_mask(&mut self) {
        if self.poll_if_deliverable() {
            return;
        }
        // An interruption has left the poll flag set.
        let _ = self.try_host_mask(self.mask);
    }

    /// Asks for a delivery when a signal waits that is not blocked.
    pub fn poll_if_deliverable(&mut self) -> bool {
        let waits = pending::queued().without(self.mask) != SigSet::EMPTY;
        if waits {
            self.cpu.poll.store(1, Ordering::Relaxed);
        }
        waits
    }
}

/// set_tid_address: the host's word belongs to the host's thread library.
pub fn set_tid_address(t: &mut Thread, tidptr: Addr) -> SysResult {
    t.clear_child_tid = tidptr.0;
    Ok(host::gettid() as u64)
}

/// set_robust_list: given to the host too, for the case that the process is killed.
pub fn set_robust_list(t: &mut Thread, head: Addr, len: Size) -> SysResult {
    let result = t.blocking(nr::SET_ROBUST_LIST, [head.0, len.0, 0, 0, 0, 0])?;
    t.robust_list = head.0;
    Ok(result)
}

/// futex: taking a lock with priority inheritance ignores signals.
pub fn futex(
    t: &mut Thread,
    uaddr: Addr,
    op: FutexOp,
    val: Uint,
    timeout: Addr,
    uaddr2: Addr,
    val3: Uint,
) -> SysResult {
    let (number, val) = (u64::from(op.0), u64::from(val.0));
    let args = [uaddr.0, number, val, timeout.0, uaddr2.0, u64::from(val3.0)];
    match t.blocking(nr::FUTEX, args) {
        // The kernel says ERESTARTNOINTR, which cannot be told from ERESTARTSYS here.
        Err(Errno::ERESTARTSYS)
            if matches!(op.0 & FUTEX_CMD_MASK, FUTEX_LOCK_PI | FUTEX_LOCK_PI2) =>
        {
            Err(Errno::ERESTARTNOINTR)
        }
        result => result,
    }
}

/// exit: ends this thread.
pub fn exit(t: &mut Thread, status: Int) -> SysResult {
    t.ended = Some(status.0);
    Ok(0)
}

/// What the kernel does for a task that ends: robust futexes, then the thread's id word.
pub fn release(t: &mut Thread) {
    // Faults stay open: the words and lists may lie in memory that is gone.
    host::set_mask(host_mask(SigSet::ALL));
    hand_on_signals();
    let stack = core::mem::take(&mut t.cpu.gcs);
    gcs::free(t, &stack);
    if t.robust_list != 0 {
        walk_robust_list(t);
        let none = [0, RobustListHead::SIZE as u64, 0, 0, 0, 0];
        let _ = host::syscall(nr::SET_ROBUST_LIST, none);
    }
    if t.clear_child_tid != 0 && mem::write(t.clear_child_tid, &[0; 4]).is_ok() {
        wake(t.clear_child_tid);
    }
    host::set_mask(SigSet::ALL);
    hand_on_signals();
}

/// Gives a signal that was taken for the process to another thread; one that was sent to this
/// thread is gone with it.
fn hand_on_signals() {
    while let Some(mut info) = pending::take(SigSet::ALL) {
        if info.code() == SI_TKILL {
            continue;
        }
        signal::mask_code(&mut info);
        let pid = host::getpid() as u64;
        let args = [pid, info.signo() as u64, info.0.as_ptr() as u64, 0, 0, 0];
        let _ = host::syscall(nr::RT_SIGQUEUEINFO, args);
    }
}

fn wake(addr: u64) {
    let _ = host::syscall(nr::FUTEX, [addr, u64::from(FUTEX_WAKE), 1, 0, 0, 0]);
}

/// Marks the futexes that the thread holds. (exit_robust_list in kernel/futex/core.c)
///
/// Done here because the kernel would come to it only after the id word has told the guest that
/// the thread's memory may be reused.
fn walk_robust_list(t: &Thread) {
    let head_addr = t.robust_list;
    let Ok(head) = mem::read_wire::<RobustListHead>(head_addr) else { return };
    let pending = head.list_op_pending;
    let mut entry = head.list;
    for _ in 0..ROBUST_LIST_LIMIT {
        if entry & !1 == head_addr {
            break;
        }
        let Ok(next) = mem::read_as::<u64>(entry & !1) else { return };
        if entry & !1 != pending & !1 {
            futex_owner_died(t.tid, entry, head.futex_offset, false);
        }
        entry = next;
    }
    if pending & !1 != 0 {
        futex_owner_died(t.tid, pending, head.futex_offset, true);
    }
}

/// (handle_futex_death in kernel/futex/core.c)
fn futex_owner_died(tid: i32, entry: u64, offset: i64, pending: bool) {
    let is_pi = entry & 1 != 0;
    let addr = (entry & !1).wrapping_add_signed(offset);
    if !addr.is_multiple_of(4) {
        return;
    }
    loop {
        let Ok(word) = mem::load_u32(addr) else { return };
        if pending && !is_pi && word == 0 {
            return wake(addr);
        }
        if word & FUTEX_TID_MASK != tid.cast_unsigned() {
            return;
        }
        let died = word & FUTEX_WAITERS | FUTEX_OWNER_DIED;
        match mem::compare_exchange_u32(addr, word, died) {
            Ok(true) => {
                if !is_pi && word & FUTEX_WAITERS != 0 {
                    wake(addr);
                }
                return;
            }
            Ok(false) => {}
            Err(_) => return,
        }
    }
}

/// clone.
pub fn clone(
    t: &mut Thread,
    flags: CloneFlags,
    stack: Addr,
    parent_tid: Addr,
    tls: Addr,
    child_tid: Addr,
) -> SysResult {
    let args = CloneArgs {
        flags: flags.0 & 0xffff_ffff & !CSIGNAL,
        exit_signal: flags.0 & CSIGNAL,
        pidfd: if flags.0 & CLONE_PIDFD != 0 { parent_tid.0 } else { 0 },
        parent_tid: parent_tid.0,
        child_tid: child_tid.0,
        stack: stack.0,
        tls: tls.0,
        ..Default::default()
    };
    start(t, &args)
}

/// clone3.
pub fn clone3(t: &mut Thread, cl_args: In<CloneArgs>, size: Size) -> SysResult {
    if size.0 < CLONE_ARGS_SIZE_VER0 {
        return Err(Errno::EINVAL);
    }
    let len = usize::try_from(size.0).ok().filter(|n| *n <= 4096).ok_or(Errno::E2BIG)?;
    let mut bytes = vec![0; len.max(CloneArgs::SIZE)];
    mem::read(cl_args.0, &mut bytes[..len])?;
    if bytes[CloneArgs::SIZE..].iter().any(|b| *b != 0) {
        return Err(Errno::E2BIG);
    }
    let mut args = CloneArgs::decode(&bytes);
    // (clone3_args_valid and copy_clone_args_from_user in kernel/fork.c)
    const KNOWN: u64 = 0xffff_ffff | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
    const UNFIT: u64 = CSIGNAL & !CLONE_NEWTIME | CLONE_DETACHED;
    if args.flags & (!KNOWN | UNFIT) != 0 || args.exit_signal > 64 {
        return Err(Errno::EINVAL);
    }
    if args.flags & (CLONE_THREAD | CLONE_PARENT) != 0 && args.exit_signal != 0 {
        return Err(Errno::EINVAL);
    }
    if (args.set_tid == 0) != (args.set_tid_size == 0) || args.set_tid_size > 32 {
        return Err(Errno::EINVAL);
    }
    if (args.stack == 0) != (args.stack_size == 0) {
        return Err(Errno::EINVAL);
    }
    // clone names the upper end of the stack, clone3 the lower one and the size.
    args.stack = args.stack.wrapping_add(args.stack_size);
    start(t, &args)
}

fn start(t: &mut Thread, args: &CloneArgs) -> SysResult {
    let has = |bits: u64| args.flags & bits == bits;
    // (copy_process in kernel/fork.c)
    let thread_without_hands = has(CLONE_THREAD) && !has(CLONE_SIGHAND);
    let hands_without_memory = has(CLONE_SIGHAND) && !has(CLONE_VM);
    let clear_hands = has(CLONE_SIGHAND | CLONE_CLEAR_SIGHAND);
    let own_files = has(CLONE_NEWNS | CLONE_FS) || has(CLONE_NEWUSER | CLONE_FS);
    let pidfd_and_old = has(CLONE_PIDFD | CLONE_DETACHED);
    if thread_without_hands || hands_without_memory || clear_hands || own_files || pidfd_and_old {
        return Err(Errno::EINVAL);
    }
    if has(CLONE_THREAD) {
        start_thread(t, args)
    } else if has(CLONE_VM | CLONE_VFORK) {
        start_vfork(t, args)
    } else if has(CLONE_VM) {
        start_beside(t, args)
    } else {
        start_process(t, args)
    }
}

/// The registers of the new task.
fn child_cpu(t: &Thread, args: &CloneArgs) -> Result<CpuState, Errno> {
    let mut cpu = t.cpu.clone();
    let beside = args.flags & (CLONE_VM | CLONE_VFORK) == CLONE_VM;
    cpu.gcs = gcs::of_child(t, beside, args.stack_size)?;
    cpu.poll.store(0, Ordering::Relaxed);
    cpu.engine = Default::default();
    cpu.monitor.size = 0;
    cpu.x[0] = 0;
    if args.stack != 0 {
        cpu.set_sp(args.stack);
    }
    if args.flags & CLONE_SETTLS != 0 {
        cpu.tpidr_el0 = args.tls;
    }
    Ok(cpu)
}

/// A thread of this process.
fn start_thread(t: &mut Thread, args: &CloneArgs) -> SysResult {
    // A thread of a child that shares memory may stay when the child has gone.
    xemu_host::with_common_heap(|| spawn(t, args))
}

fn spawn(t: &mut Thread, args: &CloneArgs) -> SysResult {
    const FITTING: u64 = CLONE_THREAD_FLAGS
        | CLONE_SYSVSEM
        | CLONE_SETTLS
        | CLONE_PARENT_SETTID
        | CLONE_CHILD_SETTID
        | CLONE_CHILD_CLEARTID
        | CLONE_DETACHED
        | CLONE_PARENT
        | CLONE_UNTRACED
        | CLONE_IO;
    if args.flags & !FITTING != 0 || args.set_tid_size != 0 {
        t.process.count_unsupported(220);
        return Err(Errno::EINVAL);
    }
    let cpu = child_cpu(t, args)?;
    let stack = cpu.gcs;
    let (process, mask, actions, args) = (t.process, t.mask, t.actions.clone(), *args);
    let (report, started) = mpsc::channel();
    let main = move || {
        // The host's C library lets its signal for cancellation through, which the guest has a use
        // for. Nobody knows the thread's id before this.
        host::set_mask(host_mask(SigSet::ALL));
        unshare_fs(args.flags);
        let tid = host::gettid();
        for (bit, addr) in
            [(CLONE_PARENT_SETTID, args.parent_tid), (CLONE_CHILD_SETTID, args.child_tid)]
        {
            if args.flags & bit != 0 {
                // As in the kernel, a wrong address is the guest's problem.
                let _ = mem::write(addr, &tid.to_le_bytes());
            }
        }
        let mut thread = Thread::new(process, cpu, actions);
        thread.mask = mask;
        if args.flags & CLONE_CHILD_CLEARTID != 0 {
            thread.clear_child_tid = args.child_tid;
        }
        // The parent is waiting for it and is not gone.
        let _ = report.send(tid);
        run::new_thread(thread);
    };
    // The new thread starts with all signals blocked and opens them when it can take them.
    let old = host::set_mask(host_mask(SigSet::ALL));
    let spawned = xemu_host::spawn_thread(main, HOST_STACK).map_err(host::errno);
    let tid = spawned.and_then(|()| started.recv().map_err(|_| Errno::EAGAIN));
    host::set_mask(old);
    Ok(tid.inspect_err(|_| gcs::free(t, &stack))? as u64)
}

/// A thread that was asked to have its own current folder or descriptors.
fn unshare_fs(flags: u64) {
    const UNSHARE: u16 = 272;
    let own = (CLONE_FS | CLONE_FILES) & !flags;
    if own == 0 {
        return;
    }
    let _ = host::syscall(UNSHARE, [own, 0, 0, 0, 0, 0]);
}

/// The host's arguments for a process; its stack, thread pointer and actions are ours.
fn host_clone_args(args: &CloneArgs) -> xemu_host::CloneArgs {
    const OURS: u64 = CLONE_SETTLS | CLONE_DETACHED | CLONE_CLEAR_SIGHAND;
    xemu_host::CloneArgs {
        flags: args.flags & !OURS,
        pidfd: args.pidfd,
        child_tid: args.child_tid,
        parent_tid: args.parent_tid,
        exit_signal: args.exit_signal,
        set_tid: args.set_tid,
        set_tid_size: args.set_tid_size,
        cgroup: args.cgroup,
        ..Default::default()
    }
}

/// vfork and posix_spawn: the child shares memory, the parent waits for its exec or end.
fn start_vfork(t: &mut Thread, args: &CloneArgs) -> SysResult {
    let cpu = child_cpu(t, args)?;
    let open = quiesce(t)?;
    let mut child = Thread::new(t.process, cpu, child_actions(t, args));
    child.mask = t.mask;
    child.altstack = t.altstack;
    let held = pending::take_all();
    let result = run_sharing(child, args, open, || {});
    // What the child left in the thread's slots is not ours.
    pending::clear();
    pending::put_back(&held);
    host::set_mask(open);
    result.map(|pid| pid as u64)
}

/// Runs a child that shares memory until it has left it again; gives its id.
fn run_sharing(
    child: Thread,
    args: &CloneArgs,
    open: SigSet,
    begun: impl FnOnce(),
) -> Result<i32, Errno> {
    let mut child = ManuallyDrop::new(Box::new(child));
    child.is_vfork_child = true;
    let result = xemu_host::clone_sharing(&host_clone_args(args), HOST_STACK, || {
        begun();
        sharing_child(&mut child, args, open)
    });
    let cleared = args.flags & CLONE_CHILD_CLEARTID != 0 && result.is_ok();
    if cleared && mem::write(args.child_tid, &[0; 4]).is_ok() {
        wake(args.child_tid);
    }
    // One that was killed in the middle of a change is left as it is.
    if !result.is_ok_and(|child| !child.orderly) {
        drop(ManuallyDrop::into_inner(child));
    }
    result.map(|child| child.pid).map_err(host::errno)
}

/// A process that shares memory and runs beside its parent.
///
/// It needs thread-local storage of its own: that of a thread of ours, made for it, which sleeps in
/// the kernel until the child has left this memory by its end or an exec.
fn start_beside(t: &mut Thread, args: &CloneArgs) -> SysResult {
    let open = quiesce(t)?;
    let cpu = child_cpu(t, args).inspect_err(|_| {
        host::set_mask(open);
    })?;
    let (stack, actions) = (cpu.gcs, child_actions(t, args));
    let (process, mask, args) = (t.process, t.mask, *args);
    let (report, started) = mpsc::channel();
    let lender = move || {
        let stack = xemu_host::AltStack::install(run::HANDLER_STACK);
        if stack.is_err() {
            let _ = report.send(Err(Errno::ENOMEM));
            return;
        }
        let mut child = Thread::new(process, cpu, actions);
        child.mask = mask;
        let result = run_sharing(child, &args, open, || {
            let pid = host::gettid();
            // The parent is waiting for it.
            xemu_host::delegate(|| {
                let _ = report.send(Ok(pid));
            });
        });
        if let Err(errno) = result {
            let _ = report.send(Err(errno));
        }
    };
    let spawned = xemu_host::spawn_thread(lender, HOST_STACK).map_err(host::errno);
    let pid = spawned.and_then(|()| started.recv().map_err(|_| Errno::EAGAIN)?);
    host::set_mask(open);
    Ok(pid.inspect_err(|_| gcs::free(t, &stack))? as u64)
}

/// The signal actions of a child that shares memory.
fn child_actions(t: &Thread, args: &CloneArgs) -> Arc<Actions> {
    if args.flags & CLONE_SIGHAND != 0 {
        return t.actions.clone();
    }
    let actions = t.actions.copy();
    if args.flags & CLONE_CLEAR_SIGHAND != 0 {
        actions.reset_handlers();
    }
    Arc::new(actions)
}

/// The life of a child that shares memory, in the new process. The result is its exit status.
fn sharing_child(child: &mut Thread, args: &CloneArgs, open: SigSet) -> i32 {
    if args.flags & CLONE_CLEAR_SIGHAND != 0 {
        reset_host_handlers();
    }
    if args.flags & CLONE_SIGHAND == 0 {
        signal::enter_shared_memory(&child.actions);
    }
    child.tid = host::gettid();
    if args.flags & CLONE_CHILD_SETTID != 0 {
        // As in the kernel, a wrong address is the guest's problem.
        let _ = mem::write(args.child_tid, &child.tid.to_le_bytes());
    }
    host::set_mask(open);
    run::vfork_child(child)
}

/// Blocks all signals on the host, and gives the old mask. ERESTARTNOINTR when one waits already:
/// it would be seen by both processes.
fn quiesce(t: &mut Thread) -> Result<SigSet, Errno> {
    let open = host::set_mask(host_mask(SigSet::ALL));
    if t.poll_if_deliverable() {
        host::set_mask(open);
        return Err(Errno::ERESTARTNOINTR);
    }
    Ok(open)
}

/// Signals with a handler go back to the default, but for the faults, which are ours.
fn reset_host_handlers() {
    for sig in (1..=64).filter(|sig| !crate::signal::FAULTS.has(*sig)) {
        if !host::is_ignored(sig) {
            let _ = host::set_disposition(sig, host::Disposition::Default);
        }
    }
}

/// A process with memory of its own.
fn start_process(t: &mut Thread, args: &CloneArgs) -> SysResult {
    let open = quiesce(t)?;
    // Faults that are sent to the child are open in it from its first instruction on.
    let held = pending::take_all();
    let result = fork_with_locks(t, args);
    if let Ok((Fork::Child, _)) = result {
        become_child(t, args);
    } else {
        pending::put_back(&held);
    }
    if let Ok((Fork::Parent(_), Some(suspension))) = &result {
        suspension.wait();
    }
    host::set_mask(open);
    t.poll_if_deliverable();
    result.map(|(side, _)| match side {
        Fork::Parent(pid) => pid as u64,
        Fork::Child => 0,
    })
}

/// Forks with every lock of ours held, so that none stays locked in the child.
fn fork_with_locks(t: &Thread, args: &CloneArgs) -> Result<(Fork, Option<fd::Suspension>), Errno> {
    const FOR_LIBC: u64 = CLONE_CHILD_SETTID
        | CLONE_CHILD_CLEARTID
        | CLONE_PARENT_SETTID
        | CLONE_SETTLS
        | CLONE_CLEAR_SIGHAND
        | CLONE_DETACHED
        | CLONE_VFORK;
    // The id words are in the child's own memory.
    const WRITTEN_HERE: u64 = CLONE_VFORK | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    let mut host_args = host_clone_args(args);
    host_args.flags &= !WRITTEN_HERE;
    let simple = args.flags & !FOR_LIBC == 0 && args.set_tid_size == 0;
    let by_libc = simple && args.exit_signal == SIGCHLD as u64;
    let engine = &t.process.engine;
    engine.prepare_fork();
    let space = t.process.space.lock_for_fork();
    let actions = t.actions.lock_for_fork();
    let limits = t.process.lock_limits();
    let rings = t.process.rings.lock();
    // The kernel's suspension would come with locks held that other threads need.
    let mut suspension = None;
    if args.flags & CLONE_VFORK != 0 {
        suspension = fd::Suspension::new();
    }
    let result = if by_libc { xemu_host::fork() } else { xemu_host::clone_process(&host_args) };
    if result == Ok(Fork::Child) {
        fd::forget_suspension();
    }
    if let Some(suspension) = &mut suspension {
        suspension.forked(result == Ok(Fork::Child));
    }
    drop(rings);
    drop(limits);
    drop(actions);
    drop(space);
    match result {
        Ok(Fork::Child) => engine.after_fork_child(),
        _ => engine.after_fork_parent(),
    }
    if let (true, Ok(Fork::Parent(pid))) = (by_libc, &result)
        && args.flags & CLONE_PARENT_SETTID != 0
    {
        let _ = mem::write(args.parent_tid, &pid.to_le_bytes());
    }
    result.map(|side| (side, suspension)).map_err(host::errno)
}

/// In the new process.
fn become_child(t: &mut Thread, args: &CloneArgs) {
    let cpu = &mut t.cpu;
    cpu.monitor.size = 0;
    (cpu.gcs.base, cpu.gcs.size) = (0, 0);
    if args.stack != 0 {
        cpu.set_sp(args.stack);
    }
    if args.flags & CLONE_SETTLS != 0 {
        cpu.tpidr_el0 = args.tls;
    }
    t.tid = host::gettid();
    t.robust_list = 0;
    t.process.rings.after_fork();
    t.process.space.after_fork();
    if t.process.mdwe.load(Ordering::Relaxed) & PR_MDWE_NO_INHERIT != 0 {
        t.process.mdwe.store(0, Ordering::Relaxed);
        t.process.space.set_refuse_exec_gain(false);
    }
    let has = |bit: u64| args.flags & bit != 0;
    if has(CLONE_CHILD_SETTID) {
        let _ = mem::write(args.child_tid, &t.tid.to_le_bytes());
    }
    t.clear_child_tid = if has(CLONE_CHILD_CLEARTID) { args.child_tid } else { 0 };
    if has(CLONE_CLEAR_SIGHAND) {
        t.actions.reset_handlers();
        reset_host_handlers();
        coredump::arm(&t.actions);
    }
}
