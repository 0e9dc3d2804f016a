//! The life of a guest thread: run guest code, carry out what it asks for, deliver signals.

use std::sync::atomic::Ordering;

use xemu_abi::Errno;
use xemu_abi::signal::{ILL_ILLOPC, ILL_ILLOPN, SEGV_CPERR, SIGILL, SIGSEGV, SIGTRAP, TRAP_BRKPT};
use xemu_guest::{CpuState, Exit};
use xemu_host::AltStack;

use crate::process::{self, Process};
use crate::table::{self, Handler, Ret, Row, SysResult};
use crate::thread::Thread;
use crate::{coredump, deliver, host, mte, pauth, pointers, signal, strace, tagged, thread};

/// The alternate stack of host handlers; the engine repairs faults on it.
pub const HANDLER_STACK: usize = 64 << 10;

/// Runs the program's first thread on the process's first thread, and ends as the program ends.
/// Returns only when it could not begin.
pub fn first_thread(process: &'static Process, cpu: CpuState) -> Errno {
    let mask = host::mask();
    let mut t = Thread::new(process, cpu, signal::Actions::inherited().into());
    t.mask = mask.blockable();
    if let Err(errno) = signal::install_fault_handlers() {
        return errno;
    }
    coredump::limit_changed(&t.actions);
    // Refused where the processor has no keys.
    let _ = pauth::reset_keys(&mut t, 0);
    process::show_identity(&process.program);
    let status = run_to_end(&mut t);
    host::exit_thread(status)
}

/// Runs a thread that clone made, on its own host thread.
pub fn new_thread(mut t: Thread) {
    let status = run_to_end(&mut t);
    // After a fork this may be a process's first thread, whose end must not wait for others.
    if t.tid == host::getpid() {
        host::exit_thread(status);
    }
}

/// Runs a child that shares its parent's memory and borrows a thread's storage; returns its exit
/// status.
pub fn vfork_child(t: &mut Thread) -> i32 {
    let status = xemu_host::with_poll_flag(t, |t| &t.cpu.poll, main_loop);
    thread::release(t);
    status
}

fn run_to_end(t: &mut Thread) -> i32 {
    // Without the stack a fault in generated code could not be handled.
    let stack = AltStack::install(HANDLER_STACK);
    if stack.is_err() {
        log::error!("no memory for a signal stack");
    }
    let status = xemu_host::with_poll_flag(
        t,
        |t| &t.cpu.poll,
        |t| {
            t.sync_host_mask();
            main_loop(t)
        },
    );
    thread::release(t);
    status
}

/// Runs until the thread ends; the result is its exit status.
fn main_loop(t: &mut Thread) -> i32 {
    loop {
        if t.cpu.poll.load(Ordering::Relaxed) != 0 || t.saved_mask.is_some() {
            if coredump::is_requested() {
                coredump::tell(t);
            }
            deliver::deliver_pending(t);
        }
        let exit = t.engine.run(&mut t.cpu);
        if t.cpu.mte.pending != 0 && mte::report_pending(t, &exit) {
            continue;
        }
        match exit {
            Exit::Svc(_) => system_call(t),
            Exit::Poll => {}
            Exit::Fault(fault) => deliver::memory_fault(t, &fault),
            Exit::Undefined { word } => {
                log::debug!("undefined instruction {word:08x} at {:#x}", t.cpu.pc);
                deliver::instruction_fault(t, SIGILL, ILL_ILLOPC);
            }
            Exit::BranchTarget => deliver::instruction_fault(t, SIGILL, ILL_ILLOPC),
            Exit::ControlStack => deliver::instruction_fault(t, SIGSEGV, SEGV_CPERR),
            Exit::PacFail => deliver::instruction_fault(t, SIGILL, ILL_ILLOPN),
            Exit::Brk(_) => deliver::instruction_fault(t, SIGTRAP, TRAP_BRKPT),
        }
        if let Some(status) = t.ended {
            return status;
        }
    }
}

/// The length of SVC.
const INSTRUCTION: u64 = 4;

/// Carries out the system call in X8 with the arguments in X0–X5.
fn system_call(t: &mut Thread) {
    let nr = t.cpu.x[8];
    let words = [t.cpu.x[0], t.cpu.x[1], t.cpu.x[2], t.cpu.x[3], t.cpu.x[4], t.cpu.x[5]];
    let row = table::lookup(nr);
    let words = tagged::arguments(t, row, words);
    let result = if t.process.config.strace.is_some() {
        traced(t, row, nr, words)
    } else {
        dispatch(t, row, nr, &words)
    };
    t.process.space.hear_of_changed_code();
    match result {
        Ok(word) => t.cpu.x[0] = word,
        Err(errno @ (Errno::ERESTARTSYS | Errno::ERESTARTNOINTR)) => {
            // Signals first; then the same SVC again, with X0 as it was. A handler may forbid that
            // only if the call had begun.
            t.cpu.pc = t.cpu.pc.wrapping_sub(INSTRUCTION);
            t.restart = errno == Errno::ERESTARTSYS;
            t.cpu.poll.store(1, Ordering::Relaxed);
        }
        Err(errno) => t.cpu.x[0] = errno.to_word(),
    }
}

fn dispatch(t: &mut Thread, row: Option<&'static Row>, nr: u64, words: &[u64; 6]) -> SysResult {
    let Some(row) = row else {
        if t.process.count_unsupported(nr) {
            log::warn!("unknown system call {nr}");
        }
        return Err(Errno::ENOSYS);
    };
    pointers::check(t.process, row, words)?;
    match row.handler {
        Handler::Host(host_nr) => {
            let result = tagged::host_call(t, host_nr, *words);
            if let (READ | PREAD64 | RECVFROM, Ok(len)) = (host_nr, result) {
                // A program may read code over code.
                xemu_host::delegate(|| t.process.space.note_write(words[1], len));
            }
            result
        }
        Handler::Call(call) => call(t, words),
        Handler::Refuse(errno) => {
            if t.process.count_unsupported(nr) {
                log::warn!("system call {} is not supported: {}", row.name, row.note);
            }
            Err(errno)
        }
    }
}

const READ: u16 = 0;
const PREAD64: u16 = 17;
const RECVFROM: u16 = 45;

/// Calls that do not come back, or come back to other registers; they are shown before.
fn shown_before(name: &str) -> bool {
    matches!(name, "exit" | "exit_group" | "execve" | "execveat" | "rt_sigreturn")
}

fn traced(t: &mut Thread, row: Option<&'static Row>, nr: u64, words: [u64; 6]) -> SysResult {
    let Some(row) = row else {
        let result = dispatch(t, None, nr, &words);
        let text = strace::result_text(Ret::Int, result);
        t.process.trace(t.tid, &format!("syscall_{nr:#x}({:#x}, ...) = {text}", words[0]));
        return result;
    };
    let entry = strace::enter(row, words);
    let before = shown_before(row.name);
    if before {
        t.process.trace(t.tid, &format!("{}) = ?", entry.open_text()));
    }
    let result = dispatch(t, Some(row), nr, &words);
    if !before || result.is_err() {
        t.process.trace(t.tid, &entry.close(result));
    }
    result
}
