//! One guest thread in the translating engine: its table, its return-prediction stack, its loop.

use core::ops::Range;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::sync::Arc;

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_host::{Errno, Mapping, Protection, ThreadSlot};
use xemu_interp::{BlockEnd, Machine};
use xemu_ir::{FpMode, Op};
use xemu_lift::{Lifter, fp_mode};
use xemu_x64::EvalCode;
use xemu_x64::contract::{Helper, LeaveReason};
use xemu_x64::trampolines::RETURN_SEARCH;

use crate::cache::Generation;
use crate::emulate::Emulator;
use crate::engine::{Found, JitEngine, JitError, Place, no_generation};
use crate::guest::TranslationEvent;
use crate::stats::add;
use crate::table::{Table, TableRef};

/// Bytes of the return-prediction stack; each guest call in progress takes 16.
const RETURN_STACK: usize = 1 << 20;
const PAGE: usize = 4096;
/// Bytes above the base that hold pairs which no return address equals.
const ABOVE_BASE: usize = PAGE;

const _: () = assert!(RETURN_SEARCH as usize * 16 <= ABOVE_BASE);

/// What signal handlers and other threads see of a thread.
#[derive(Debug)]
pub struct ThreadRecord {
    /// The generation whose code the thread may be running; null outside. The engine frees no
    /// generation that stands in a record.
    pub(crate) generation: AtomicPtr<Generation>,
    /// Addresses below the return-prediction stack.
    pub(crate) return_guard: Range<u64>,
    /// Where the return-prediction stack starts.
    pub(crate) return_base: u64,
    /// The state that was run last; null before the first.
    state: AtomicPtr<CpuState>,
    table: TableRef,
    empty_table: u64,
    tid: u64,
}

impl ThreadRecord {
    /// Asks the thread to leave generated code at its next poll or indirect branch. To be called
    /// under the engine's lock, or by the thread itself, in a signal handler too.
    pub(crate) fn request_poll(&self) {
        let state = self.state.load(Ordering::SeqCst);
        if state.is_null() {
            return;
        }
        // SAFETY: 1. the state that a thread has run last outlives its `JitThread` (see
        // `JitThread::run`), whose drop takes this record out of the list under the engine's lock;
        // so the state is there for who holds the lock or is the thread. 2. Only an atomic field is
        // borrowed.
        let poll = unsafe { &(*state).poll };
        poll.store(1, Ordering::SeqCst);
        // SAFETY: the state lives as `poll` has just shown, and the field is an atomic too.
        let table = unsafe { &(*state).engine.lookup_table };
        table.store(self.empty_table, Ordering::SeqCst);
    }

    /// The thread's table for indirect branches. To be used under the engine's lock.
    pub(crate) fn table(&self) -> TableRef {
        self.table
    }

    /// Whether the record is of the thread that asks.
    pub(crate) fn is_this_thread(&self) -> bool {
        self.tid == thread_mark()
    }
}

/// A number that differs between threads and stays in a fork's child: a thread-local's address.
fn thread_mark() -> u64 {
    thread_local! {
        static MARK: u8 = const { 0 };
    }
    MARK.with(|m| (&raw const *m) as u64)
}

/// One thread of the engine. It stays on the thread that made it.
pub struct JitThread {
    engine: Arc<JitEngine>,
    record: Arc<ThreadRecord>,
    table: Table,
    return_stack: Mapping,
    /// The number of the generation that the table and the return-prediction stack lead into; 0
    /// before the first run.
    number: u64,
    emulator: Emulator,
    lifter: Lifter,
    fp: FpMode,
    /// Made of a box; for [`exec_out_of_line`] alone while guest code runs.
    machine: *mut Box<dyn Machine>,
}

impl JitThread {
    pub(crate) fn new(engine: Arc<JitEngine>) -> Result<Self, Errno> {
        let table = Table::new()?;
        let mut return_stack = Mapping::reserve(PAGE + RETURN_STACK + ABOVE_BASE)?;
        return_stack.protect(PAGE, RETURN_STACK + ABOVE_BASE, Protection::ReadWrite)?;
        let low = return_stack.addr();
        let record = ThreadRecord {
            generation: no_generation(),
            return_guard: low..low + PAGE as u64,
            return_base: low + (PAGE + RETURN_STACK) as u64,
            state: AtomicPtr::new(core::ptr::null_mut()),
            table: table.shared(),
            empty_table: engine.empty_table.addr(),
            tid: thread_mark(),
        };
        let emulator = Emulator::new(&*engine.guest);
        let machine = Box::into_raw(Box::new(engine.guest.machine()));
        let lifter = Lifter::new(engine.config.lift.clone());
        Ok(Self {
            engine,
            record: Arc::new(record),
            table,
            return_stack,
            number: 0,
            emulator,
            lifter,
            fp: FpMode::Host,
            machine,
        })
    }

    pub(crate) fn record(&self) -> Arc<ThreadRecord> {
        self.record.clone()
    }

    /// Runs guest code from `cpu.pc` until something is to be done for it.
    ///
    /// Other threads may set `cpu.poll` and the table in `cpu.engine` until `self` is dropped or
    /// another state is run: `cpu` must stay where it is as long.
    ///
    /// # Errors
    /// When the engine itself cannot go on.
    pub fn run(&mut self, cpu: &mut CpuState) -> Result<Exit, JitError> {
        let exit = self.guarded(cpu, Self::run_inside)?;
        self.tell_of(cpu, &exit);
        Ok(exit)
    }

    /// Tells the observer of an exception.
    pub(crate) fn tell_of(&self, cpu: &CpuState, exit: &Exit) {
        if let Some(observer) = &self.engine.config.observer
            && matches!(exit, Exit::Fault(_) | Exit::Undefined { .. } | Exit::Brk(_))
        {
            observer(&TranslationEvent::Raised(cpu.pc, exit));
        }
    }

    /// Runs `f` while signal handlers and other threads can find the thread and its state.
    fn guarded<R>(
        &mut self,
        cpu: &mut CpuState,
        f: impl FnOnce(&mut Self, &mut CpuState) -> R,
    ) -> R {
        let record = Arc::as_ptr(&self.record);
        // SAFETY: `self.record` is never replaced, so the record lives as long as `self`, which is
        // borrowed until the end of this function.
        let record = unsafe { &*record };
        let state = &raw mut *cpu;
        if record.state.load(Ordering::Relaxed) != state {
            xemu_host::delegate(|| {
                let _lock = self.engine.lock();
                record.state.store(state, Ordering::SeqCst);
            });
        }
        cpu.engine.engine_thread = Arc::as_ptr(&self.engine) as u64;
        cpu.engine.engine_machine = self.machine as u64;
        let result = xemu_host::enter(ThreadSlot::Engine, record, || f(self, cpu));
        // What ran in the generation comes before; what comes after needs no order.
        record.generation.store(core::ptr::null_mut(), Ordering::Release);
        result
    }

    /// Runs the one block at `cpu.pc`, or its beginning up to an instruction that is interpreted.
    /// `before` is called in between finding the block's code, whose address it gets, and running
    /// it. Exits must not be linked. The poll flag is not looked at.
    pub(crate) fn run_one(
        &mut self,
        cpu: &mut CpuState,
        before: &mut dyn FnMut(&CpuState, u64),
    ) -> Result<OneRun, JitError> {
        debug_assert!(!self.engine.config.link, "a linked exit would run on into the next block");
        debug_assert!(self.engine.config.eager, "the first run would be interpreted");
        self.guarded(cpu, |thread, cpu| {
            thread.catch_up(cpu);
            let host = match thread.enter_address(cpu)? {
                Next::Enter(host) => host,
                Next::Exit(exit) => return Ok(OneRun::NotRun(exit)),
                Next::Interpret => {
                    let exit = match thread.interpret(cpu)? {
                        Next::Exit(exit) => Some(exit),
                        _ => None,
                    };
                    return Ok(OneRun::Ran { emulated: None, exit });
                }
                // Does not come from looking an address up.
                Next::Dispatch => return Ok(OneRun::NotRun(Exit::Poll)),
            };
            before(cpu, host);
            thread.enter_code(cpu, host);
            let reason = LeaveReason::from_u32(cpu.engine.leave_reason);
            let interpreted = matches!(
                reason,
                Some(LeaveReason::Emulate | LeaveReason::TagTrap | LeaveReason::FpTrap)
            );
            let emulated = interpreted.then_some(cpu.pc);
            match thread.after_leave(cpu)? {
                Next::Exit(exit) => Ok(OneRun::Ran { emulated, exit: Some(exit) }),
                _ => Ok(OneRun::Ran { emulated, exit: None }),
            }
        })
    }

    fn run_inside(&mut self, cpu: &mut CpuState) -> Result<Exit, JitError> {
        loop {
            self.catch_up(cpu);
            // Behind the table's being put up: whoever asks for a poll from now on takes it away.
            if cpu.poll.load(Ordering::SeqCst) != 0 {
                return Ok(Exit::Poll);
            }
            let mut next = self.enter_address(cpu)?;
            loop {
                next = match next {
                    Next::Enter(host) => {
                        if self.engine.config.trace_exec
                            && let Some(observer) = &self.engine.config.observer
                        {
                            observer(&TranslationEvent::Executed(cpu.pc));
                        }
                        self.enter_code(cpu, host);
                        self.after_leave(cpu)?
                    }
                    Next::Interpret => self.interpret(cpu)?,
                    Next::Dispatch => break,
                    Next::Exit(exit) => return Ok(exit),
                }
            }
        }
    }

    /// Takes over the present generation, and the table that this thread looks up in.
    fn catch_up(&mut self, cpu: &mut CpuState) {
        // Usually it is up. Whoever takes it away has asked for the poll before, so one who sees it
        // up and the poll not asked for will find it gone later.
        if cpu.engine.lookup_table.load(Ordering::SeqCst) != self.table.addr() {
            cpu.engine.lookup_table.store(self.table.addr(), Ordering::SeqCst);
        }
        let number = self.hold_generation().number;
        let new_generation = number != self.number;
        let fp = fp_mode(cpu);
        if new_generation {
            self.engine.drop_retired();
        }
        if new_generation || fp != self.fp {
            self.number = number;
            self.fp = fp;
            self.table.clear();
            self.reset_return_stack(cpu);
        }
        let leave = self.generation().helper(Helper::Leave as usize).unwrap_or(0);
        if cpu.engine.helpers[Helper::Leave as usize] != leave {
            self.set_helpers(cpu);
            self.reset_return_stack(cpu);
        }
    }

    /// Puts the present generation into the record, which keeps it.
    fn hold_generation(&self) -> &Generation {
        loop {
            let at = self.engine.current.load(Ordering::SeqCst);
            self.record.generation.store(at, Ordering::SeqCst);
            // Who retires a generation puts up the next one first and looks at the records then. So
            // one that is still up has not been looked for yet, and will be found here.
            if self.engine.current.load(Ordering::SeqCst) == at {
                return self.generation();
            }
        }
    }

    /// The generation in the record. Only after [`JitThread::hold_generation`], in a run.
    fn generation(&self) -> &Generation {
        let at = self.record.generation.load(Ordering::Relaxed);
        debug_assert!(!at.is_null());
        // SAFETY: `hold_generation` has put it there while it was present, and the engine frees no
        // generation that stands in a record; only this thread changes its record's.
        unsafe { &*at }
    }

    fn set_helpers(&self, cpu: &mut CpuState) {
        for n in 0..cpu.engine.helpers.len() {
            cpu.engine.helpers[n] = self.generation().helper(n).unwrap_or(0);
        }
        let eval: extern "C" fn(&mut CpuState, u64) = eval_out_of_line;
        cpu.engine.helpers[Helper::EvalFn as usize] = eval as usize as u64;
        let ic: extern "C" fn(&mut CpuState, u64) = ic_ivau_out_of_line;
        cpu.engine.helpers[Helper::IcIvauFn as usize] = ic as usize as u64;
        let exec: extern "C" fn(&mut CpuState, u64) -> u32 = exec_out_of_line;
        cpu.engine.helpers[Helper::ExecFn as usize] = exec as usize as u64;
    }

    /// Enters a block into the table, unless it was invalidated since it was found.
    fn remember(&mut self, pc: u64, found: &Found) {
        self.table.set(pc, found.host);
        // Who invalidates counts first and looks at the tables then: either this sees the count, or
        // the entry was seen and taken out.
        if self.engine.invalidations.load(Ordering::SeqCst) != found.invalidations {
            self.table.shared().forget(pc);
        }
    }

    /// Empties the return-prediction stack. Above its base stand pairs that lead to a look-up.
    fn reset_return_stack(&mut self, cpu: &mut CpuState) {
        cpu.engine.return_sp = self.record.return_base;
        let lookup = self.generation().helper(Helper::Lookup as usize).unwrap_or(0);
        let base = (PAGE + RETURN_STACK) / 16;
        for n in 0..=RETURN_SEARCH as usize {
            let pairs: *mut [u64; 2] = self.return_stack.as_ptr().cast();
            // SAFETY: `ABOVE_BASE` bytes above the base belong to the mapping.
            let pair = unsafe { pairs.add(base + n) };
            // SAFETY: the place is mapped and aligned, and the thread is not in generated code.
            unsafe { pair.write([lookup, u64::MAX]) };
        }
    }

    /// How to go on at `cpu.pc`; never [`Next::Dispatch`].
    fn enter_address(&mut self, cpu: &mut CpuState) -> Result<Next, JitError> {
        let pc = xemu_interp::accessed(cpu.pc);
        cpu.pc = pc;
        if pc & 3 != 0 {
            // A return to the address that no call has pushed has found the pairs that stand above
            // the stack's base, and left it a word higher.
            self.reset_return_stack(cpu);
            let kind = FaultKind::MisalignedPc;
            return Ok(Next::Exit(Exit::Fault(GuestFault { kind, addr: pc, write: false })));
        }
        if cpu.sp() & 15 != 0 {
            // Translated code takes SP to be aligned when it starts.
            return Ok(Next::Interpret);
        }
        if let Some(host) = self.table.get(pc) {
            return Ok(Next::Enter(host));
        }
        if self.emulator.is_warm(pc, self.fp) {
            return Ok(Next::Interpret);
        }
        let found = match self.engine.code_for(pc, self.fp)? {
            Ok(Place::Code(found)) => found,
            Ok(Place::Cold) => return Ok(Next::Interpret),
            Err(fault) => return Ok(Next::Exit(Exit::Fault(fault))),
        };
        if self.moved(cpu) {
            return self.enter_address(cpu);
        }
        // Generated code goes on through the table without leaving, as it does through links.
        if self.engine.config.link {
            self.remember(pc, &found);
        }
        Ok(Next::Enter(found.host))
    }

    /// Whether translating has started a new generation, which is taken over then.
    fn moved(&mut self, cpu: &mut CpuState) -> bool {
        let at = self.record.generation.load(Ordering::Relaxed);
        if self.engine.current.load(Ordering::SeqCst) == at {
            return false;
        }
        self.catch_up(cpu);
        true
    }

    fn enter_code(&mut self, cpu: &mut CpuState, host: u64) {
        let enter = self.generation().enter();
        // SAFETY: `enter` is the trampoline of this signature, in executable memory that lives as
        // long as the generation.
        let enter: extern "C" fn(*mut CpuState, u64) =
            unsafe { core::mem::transmute(enter as usize) };
        enter(cpu, host);
    }

    fn after_leave(&mut self, cpu: &mut CpuState) -> Result<Next, JitError> {
        let reason = LeaveReason::from_u32(cpu.engine.leave_reason)
            .expect("invariant: generated code leaves with a known reason");
        let arg = cpu.engine.leave_arg;
        match reason {
            LeaveReason::Link => self.link(cpu, arg),
            LeaveReason::Lookup => {
                add(&self.engine.stats.lookups_missed, 1);
                Ok(Next::Dispatch)
            }
            LeaveReason::Sync => Ok(Next::Dispatch),
            LeaveReason::Emulate => {
                add(&self.engine.stats.emulated, 1);
                self.emulate(cpu)
            }
            LeaveReason::TagTrap => {
                add(&self.engine.stats.trapped, 1);
                let next = self.emulate(cpu);
                self.engine.tag_trapped()?;
                next
            }
            LeaveReason::FpTrap => {
                add(&self.engine.stats.trapped, 1);
                self.engine.fp_trapped(cpu.engine.leave_addr);
                self.emulate(cpu)
            }
            LeaveReason::Svc => Ok(Next::Exit(Exit::Svc(arg as u16))),
            LeaveReason::Brk => Ok(Next::Exit(Exit::Brk(arg as u16))),
            LeaveReason::Undef => Ok(Next::Exit(Exit::Undefined { word: arg })),
            // The interpreter says exactly what it is.
            LeaveReason::Fault | LeaveReason::Misaligned => self.emulate(cpu),
        }
    }

    fn link(&mut self, cpu: &mut CpuState, slot: u32) -> Result<Next, JitError> {
        let number = self.generation().number;
        let target = self.generation().target(slot);
        cpu.pc = target;
        let linked = self.engine.config.link;
        if !linked || cpu.poll.load(Ordering::Acquire) != 0 || target & 3 != 0 {
            return Ok(Next::Dispatch);
        }
        if self.emulator.is_warm(target, self.fp) {
            return Ok(Next::Interpret);
        }
        match self.engine.link(number, slot, target, self.fp)? {
            Err(fault) => Ok(Next::Exit(Exit::Fault(fault))),
            Ok(None) => Ok(Next::Interpret),
            Ok(_) if self.moved(cpu) => Ok(Next::Dispatch),
            Ok(Some(host)) => Ok(Next::Enter(host)),
        }
    }

    /// Interprets blocks from `cpu.pc` on as long as they run for the first time.
    fn interpret(&mut self, cpu: &mut CpuState) -> Result<Next, JitError> {
        let engine = self.engine.clone();
        loop {
            add(&engine.stats.interpreted, 1);
            match self.emulator.run_block(cpu, &*engine.guest, &mut self.lifter) {
                Err(fault) => return Ok(Next::Exit(Exit::Fault(fault))),
                Ok(BlockEnd::Exit(exit)) => return Ok(Next::Exit(exit)),
                // What was found is for FPCR as it was.
                Ok(BlockEnd::Next)
                    if cpu.poll.load(Ordering::Acquire) != 0 || fp_mode(cpu) != self.fp =>
                {
                    return Ok(Next::Dispatch);
                }
                Ok(BlockEnd::Next) => {}
            }
            match self.enter_address(cpu)? {
                Next::Interpret => {}
                next => return Ok(next),
            }
        }
    }

    fn emulate(&mut self, cpu: &mut CpuState) -> Result<Next, JitError> {
        let engine = self.engine.clone();
        match self.emulator.step(cpu, &*engine.guest, &mut self.lifter) {
            Err(fault) => Ok(Next::Exit(Exit::Fault(fault))),
            Ok(BlockEnd::Next) => Ok(Next::Dispatch),
            Ok(BlockEnd::Exit(exit)) => Ok(Next::Exit(exit)),
        }
    }
}

impl Drop for JitThread {
    fn drop(&mut self) {
        self.engine.forget_thread(&self.record);
        // SAFETY: `new` made the pointer of a box, nothing else frees it, and no guest code runs on
        // this thread any more that could use it.
        drop(unsafe { Box::from_raw(self.machine) });
    }
}

/// What [`JitThread::run_one`] did.
pub(crate) enum OneRun {
    /// Nothing: there is no code to run.
    NotRun(Exit),
    /// It ran guest code.
    Ran {
        /// The last instruction, if it was interpreted and the block not run further.
        emulated: Option<u64>,
        /// Why the guest needs something; without it the guest goes on at `cpu.pc`.
        exit: Option<Exit>,
    },
}

/// How to go on after leaving generated code.
enum Next {
    /// At this host address.
    Enter(u64),
    /// At `cpu.pc`, through the dispatcher.
    Dispatch,
    /// With the interpreter, as the block at `cpu.pc` runs for the first time.
    Interpret,
    /// Back to the Linux layer.
    Exit(Exit),
}

/// The operands that generated code has left in the scratch slots; zero for those that the
/// operation does not have.
fn scratch_args(cpu: &CpuState, op: Op) -> [u128; 3] {
    let count = op.info().args.len();
    core::array::from_fn(|n| match cpu.engine.scratch[n] {
        [low, high] if n < count => u128::from(low) | u128::from(high) << 64,
        _ => 0,
    })
}

/// Computes an operation that has no inline code. Operands and result are in the scratch slots.
extern "C" fn eval_out_of_line(cpu: &mut CpuState, code: u64) {
    let code = EvalCode(code as u32);
    let op: Op = code.op();
    let args = scratch_args(cpu, op);
    let mut env = xemu_interp::eval::FpEnv {
        fpcr: cpu.fpcr,
        fpsr: xemu_guest::Fpsr(0),
        nzcv: cpu.flags.to_nzcv(),
    };
    let imm = cpu.engine.leave_addr;
    let result = xemu_interp::eval::eval_op(op, code.a(), code.b(), imm, &args, &mut env);
    cpu.engine.scratch[0] = [result as u64, (result >> 64) as u64];
    cpu.raise_fpsr(env.fpsr.0);
    if op.info().effects.has(xemu_ir::Effects::WRITES_FLAGS) {
        cpu.flags = xemu_guest::HostFlags::from_nzcv(env.nzcv);
    }
}

/// Carries out an operation that reaches memory or registers. Operands and result are in the
/// scratch slots. The result is 0, or 1 if the guest instruction is to be interpreted instead.
extern "C" fn exec_out_of_line(cpu: &mut CpuState, code: u64) -> u32 {
    let code = EvalCode(code as u32);
    let op: Op = code.op();
    let args = scratch_args(cpu, op);
    let imm = cpu.engine.leave_addr;
    let machine = cpu.engine.engine_machine as *mut Box<dyn Machine>;
    // SAFETY: 1. `guarded` has stored the pointer of the thread's own box, which lives as long as
    // the `JitThread`; 2. nothing else uses it while guest code runs on this thread.
    let machine = unsafe { &mut *machine };
    let attrs = [code.a(), code.b()];
    match xemu_interp::exec_op(op, attrs, imm, &args, cpu, &mut **machine) {
        Some(value) => {
            cpu.engine.scratch[0] = [value as u64, (value >> 64) as u64];
            0
        }
        None => 1,
    }
}

/// IC IVAU: the cache line's translations are dropped.
extern "C" fn ic_ivau_out_of_line(cpu: &mut CpuState, addr: u64) {
    const LINE: u64 = 64;
    let engine = cpu.engine.engine_thread as *const JitEngine;
    // SAFETY: `run_inside` has stored the address of the thread's engine, which the thread keeps
    // alive while generated code runs.
    let engine = unsafe { &*engine };
    let start = xemu_interp::untag(addr) & !(LINE - 1);
    engine.invalidate(start, LINE);
    for alias in engine.guest.code_aliases(start, LINE) {
        engine.invalidate(alias.start, alias.end - alias.start);
    }
}
