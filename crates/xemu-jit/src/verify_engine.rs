//! The verifying engine: runs every block twice, interpreted and translated, and compares.
//!
//! The interpreter goes first, instruction by instruction, on a copy of the registers and on memory
//! that keeps its writes; the translated block then runs for real. Registers, NZCV, FPSR, pc and
//! all memory that the interpreter wrote must be equal. Threads take turns, block by block, so that
//! their accesses to shared memory do not come between the two runs.
//!
//! Not a defect, but reported as a difference: memory that another process, or a system call of
//! another thread, changes between the two runs.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xemu_guest::{CpuState, Exit, Fpcr, Fpsr, GuestFault, Monitor, Nzcv};
use xemu_host::HostContext;
use xemu_interp::{Alias, BlockEnd, Combined, Devices, Difference, HostMemory, Interp, Overlay};
use xemu_ir::{Block, Effects, Inst, Op, SysReg};
use xemu_lift::Lifter;

use crate::emulate::{At, Key, key_of, lift_one, modes_of};
use crate::engine::{ForkGuard, JitConfig, JitEngine, JitError};
use crate::fault::HostFault;
use crate::guest::{Guest, TranslationEvent};
use crate::stats::Stats;
use crate::thread::{JitThread, OneRun};

/// A translated block as reports show it.
#[derive(Clone, Debug)]
pub struct Translated {
    /// Its ops after the passes.
    pub block: Block,
    /// Its host code.
    pub code: Vec<u8>,
    /// Where that runs.
    pub host: u64,
    /// Whether both runs must give the same.
    comparable: bool,
}

/// The two engines do not agree: a defect of one of them.
#[derive(Debug)]
pub struct Mismatch {
    /// The block.
    pub translated: Translated,
    /// The instructions that were interpreted, in order: address and word.
    pub path: Vec<(u64, u32)>,
    /// What differs, a line for each place: its name, the interpreter's value, the code's value.
    pub differences: Vec<String>,
}

impl core::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let pc = self.translated.block.pc;
        writeln!(f, "block {pc:#x} does not do what the interpreter does:")?;
        for line in &self.differences {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// Why a verified run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The translating engine failed.
    #[error(transparent)]
    Jit(#[from] JitError),
    /// The engines differ.
    #[error("{0}")]
    Mismatch(Box<Mismatch>),
}

type Blocks = HashMap<u64, Arc<Translated>, foldhash::fast::FixedState>;

/// The engine that verifies.
pub struct VerifyEngine {
    jit: Arc<JitEngine>,
    /// The blocks by the address of their code.
    blocks: Arc<Mutex<Blocks>>,
    /// Held by the thread that runs guest code.
    turn: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VerifyEngine {
    /// An engine for `guest`, whose memory must be this process's. Linking is turned off, and flags
    /// are kept where nothing reads them.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub fn new(guest: Arc<dyn Guest>, mut config: JitConfig) -> Result<Self, JitError> {
        config.link = false;
        config.eager = true;
        config.flags_always_live = true;
        let blocks: Arc<Mutex<Blocks>> = Arc::default();
        let observed = config.observer.take();
        let seen = blocks.clone();
        config.observer = Some(Box::new(move |event| {
            if let TranslationEvent::Emitted(block, code, host) = event {
                let (block, code, host) = ((*block).clone(), code.to_vec(), *host);
                let comparable = is_comparable(&block);
                let translated = Translated { block, code, host, comparable };
                lock(&seen).insert(host, Arc::new(translated));
            }
            if let Some(observer) = &observed {
                observer(event);
            }
        }));
        Ok(Self { jit: Arc::new(JitEngine::new(guest, config)?), blocks, turn: Mutex::new(()) })
    }

    /// A new thread's part.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub fn new_thread(self: &Arc<Self>) -> Result<VerifyThread, JitError> {
        Ok(VerifyThread {
            engine: self.clone(),
            jit: self.jit.new_thread()?,
            reference: Reference::new(
                Lifter::new(self.jit.config.lift.clone()),
                self.jit.guest.clone(),
            ),
        })
    }

    /// The counters.
    pub fn stats(&self) -> &Stats {
        self.jit.stats()
    }

    /// Code in the range changed.
    pub fn invalidate(&self, start: u64, len: u64) {
        self.jit.invalidate(start, len);
    }

    /// In a signal handler: as [`JitEngine::handle_host_fault`].
    pub fn handle_host_fault(&self, fault: &HostFault, ctx: &mut HostContext) -> bool {
        self.jit.handle_host_fault(fault, ctx)
    }

    /// Before a fork: takes the engine's locks.
    pub fn prepare_fork(&self) -> VerifyForkGuard<'_> {
        let turn = lock(&self.turn);
        let jit = self.jit.prepare_fork();
        VerifyForkGuard { jit, _blocks: lock(&self.blocks), _turn: turn }
    }
}

/// The engine at rest around a fork.
pub struct VerifyForkGuard<'e> {
    jit: ForkGuard<'e>,
    _blocks: MutexGuard<'e, Blocks>,
    _turn: MutexGuard<'e, ()>,
}

impl VerifyForkGuard<'_> {
    /// In the child: as [`ForkGuard::after_fork_child`].
    pub fn after_fork_child(self) {
        self.jit.after_fork_child();
    }
}

/// One thread of the verifying engine.
pub struct VerifyThread {
    engine: Arc<VerifyEngine>,
    jit: JitThread,
    reference: Reference,
}

impl VerifyThread {
    /// Runs guest code from `cpu.pc` until something is to be done for it; as for
    /// [`JitThread::run`], `cpu` must stay where it is.
    ///
    /// # Errors
    /// When the engines differ, or the translating one cannot go on.
    pub fn run(&mut self, cpu: &mut CpuState) -> Result<Exit, VerifyError> {
        // FPSR is looked at behind each block.
        cpu.fpsr_watched = true;
        loop {
            if cpu.poll.load(Ordering::Acquire) != 0 {
                return Ok(Exit::Poll);
            }
            if let Some(exit) = self.block(cpu)? {
                self.jit.tell_of(cpu, &exit);
                return Ok(exit);
            }
        }
    }

    /// Runs one block both ways.
    fn block(&mut self, cpu: &mut CpuState) -> Result<Option<Exit>, VerifyError> {
        let Self { engine, jit, reference } = self;
        let _turn = lock(&engine.turn);
        let mut translated = None;
        let run = jit.run_one(cpu, &mut |cpu, host| {
            translated = lock(&engine.blocks).get(&host).cloned();
            if let Some(t) = translated.as_deref().filter(|t| t.comparable) {
                reference.run(cpu, &t.block, &*engine.jit.guest);
            }
        })?;
        let (emulated, exit) = match run {
            OneRun::NotRun(exit) => return Ok(Some(exit)),
            OneRun::Ran { emulated, exit } => (emulated, exit),
        };
        if let Some(t) = translated.filter(|t| t.comparable) {
            let differences = reference.differences(cpu, emulated, exit);
            if !differences.is_empty() {
                let path = core::mem::take(&mut reference.path);
                let mismatch = Mismatch { translated: (*t).clone(), path, differences };
                return Err(VerifyError::Mismatch(Box::new(mismatch)));
            }
        }
        Ok(exit)
    }
}

/// Whether both runs of the block must give the same, and the way through it shows in the pc.
fn is_comparable(block: &Block) -> bool {
    let mut pc = block.pc;
    block.insts.iter().all(|inst| {
        if inst.op == Op::Insn {
            pc = inst.imm;
        }
        let clocks = [SysReg::CntvctEl0, SysReg::WallClock].map(u8::from);
        let random = inst.op == Op::Rndr || inst.op == Op::GetSys && clocks.contains(&inst.a);
        let side_exit = inst.effects().has(Effects::SIDE_EXIT) && inst.op != Op::SyncIfOdd16;
        let hidden = side_exit && inst.imm == pc.wrapping_add(4);
        // A poll that comes while memory is copied interrupts one of the runs alone.
        let long = matches!(inst.op, Op::MemCopy | Op::MemSet);
        // Tags are set for real and chosen at random.
        let random = random || matches!(inst.op, Op::TagStore | Op::TagRandom);
        !random && !hidden && !long
    })
}

/// Devices that do nothing: blocks in which they matter are not compared, and translations are
/// dropped by the run for real.
#[derive(Clone, Copy, Debug)]
struct NoDevices;

impl Devices for NoDevices {
    fn counter(&mut self) -> u64 {
        0
    }
    fn random(&mut self) -> Option<u64> {
        None
    }
    fn ic_ivau(&mut self, _: u64) {}
}

/// How many lifted instructions are kept.
const MOST_KEPT: usize = 1 << 16;

/// An instruction by itself.
struct Lifted {
    key: Key,
    block: Block,
    writes_memory: bool,
    stores_exclusive: bool,
}

/// What the guest sees of its processor.
struct Registers {
    x: [u64; 32],
    v: [[u64; 2]; 32],
    pc: u64,
    nzcv: Nzcv,
    fpsr: Fpsr,
    fpcr: Fpcr,
    tpidr_el0: u64,
    monitor: Monitor,
}

impl Registers {
    fn of(cpu: &CpuState) -> Self {
        Self {
            x: cpu.x,
            v: cpu.v,
            pc: cpu.pc,
            nzcv: cpu.flags.to_nzcv(),
            fpsr: cpu.fpsr(),
            fpcr: cpu.fpcr,
            tpidr_el0: cpu.tpidr_el0,
            monitor: cpu.monitor,
        }
    }
}

/// The interpreter's way through a block.
struct Reference {
    interp: Interp,
    lifter: Lifter,
    lifted: HashMap<At, Lifted, foldhash::fast::FixedState>,
    machine: Combined<Overlay<HostMemory>, NoDevices>,
    /// The registers before the first instruction and behind each one.
    states: Vec<Registers>,
    /// The writes that were made before each of `states`, where there were new ones.
    writes: Vec<Option<Overlay<HostMemory>>>,
    path: Vec<(u64, u32)>,
    end: Option<Exit>,
    /// A store-exclusive was met that may fail in the code though it need not.
    may_fail: bool,
}

impl Reference {
    fn new(lifter: Lifter, guest: Arc<dyn Guest>) -> Self {
        let alias = Alias::new(Arc::new(move |addr| guest.first_alias(addr)));
        Self {
            interp: Interp::new(),
            lifter,
            lifted: HashMap::default(),
            machine: Combined {
                memory: Overlay::with_alias(HostMemory, alias),
                devices: NoDevices,
            },
            states: Vec::new(),
            writes: Vec::new(),
            path: Vec::new(),
            end: None,
            may_fail: false,
        }
    }

    /// Interprets from `start` to the end of `block`, or to the exit from it that is taken.
    fn run(&mut self, start: &CpuState, block: &Block, guest: &dyn Guest) {
        self.machine.memory.clear();
        self.path.clear();
        self.states.clear();
        self.states.push(Registers::of(start));
        self.writes.clear();
        self.writes.push(Some(self.machine.memory.clone()));
        self.end = None;
        self.may_fail = false;
        let mut cpu = start.clone();
        for _ in 0..block.guest_insns {
            let pc = cpu.pc;
            match self.step(&mut cpu, guest) {
                Ok(BlockEnd::Next) => {}
                Ok(BlockEnd::Exit(exit)) => self.end = Some(exit),
                Err(fault) => self.end = Some(Exit::Fault(fault)),
            }
            self.states.push(Registers::of(&cpu));
            // The code leaves where SP is misaligned.
            if self.end.is_some() || cpu.pc != pc.wrapping_add(4) || cpu.sp() & 15 != 0 {
                break;
            }
        }
    }

    /// Interprets the instruction at `cpu.pc`.
    fn step(&mut self, cpu: &mut CpuState, guest: &dyn Guest) -> Result<BlockEnd, GuestFault> {
        let pc = cpu.pc;
        self.writes.push(None);
        let key = key_of(guest, pc)?;
        let (word, _) = key;
        let at = (pc, modes_of(cpu, guest));
        self.path.push((pc, word));
        if self.lifted.get(&at).is_none_or(|kept| kept.key != key) {
            if self.lifted.len() >= MOST_KEPT {
                self.lifted.clear();
            }
            let mut block = Block::default();
            lift_one(&mut self.lifter, at, key, &mut block)?;
            let writes_memory = block.insts.iter().any(|i| i.effects().has(Effects::WRITES_MEM));
            let exclusive = |i: &Inst| matches!(i.op, Op::StoreEx | Op::StoreEx128);
            let stores_exclusive = block.insts.iter().any(exclusive);
            self.lifted.insert(at, Lifted { key, block, writes_memory, stores_exclusive });
        }
        let Lifted { block, writes_memory, stores_exclusive, .. } = &self.lifted[&at];
        // The interpreter marks an address without its tag, and the code compares with the tag.
        let base = cpu.x[(word >> 5 & 31) as usize];
        self.may_fail |= *stores_exclusive && xemu_interp::untag(base) != base;
        let end = self.interp.run_block(block, cpu, &mut self.machine);
        if *writes_memory {
            *self.writes.last_mut().expect("invariant: pushed above") =
                Some(self.machine.memory.clone());
        }
        Ok(end)
    }

    /// What differs after the translated block has run and left `found`. If it stopped behind
    /// `emulated`, the interpreter is compared at that point.
    fn differences(
        &mut self,
        found: &CpuState,
        emulated: Option<u64>,
        exit: Option<Exit>,
    ) -> Vec<String> {
        let mut list = Vec::new();
        if self.may_fail {
            return list;
        }
        let mut at = self.states.len() - 1;
        let mut end = self.end;
        if let Some(pc) = emulated {
            match self.path.iter().position(|(a, _)| *a == pc) {
                Some(index) if index + 1 < at => (at, end) = (index + 1, None),
                Some(_) => {}
                None => list.push(format!("the code came to {pc:#x}, the interpreter did not")),
            }
        }
        if !is_same_exit(end, exit) {
            list.push(format!("exit: interpreter {end:x?}, code {exit:x?}"));
        }
        // At a fault, and where an instruction was interpreted, flags that the rest of the block
        // overwrites need not be there.
        let flags = emulated.is_none() && !matches!(exit, Some(Exit::Fault(_)));
        compare(&self.states[at], &Registers::of(found), flags, &mut list);
        let writes = self.writes[..=at].iter_mut().rev().find_map(Option::as_mut);
        if let Some(Difference { addr, mask, expected, found }) =
            writes.and_then(Overlay::first_difference)
        {
            let (expected, found) = (expected & mask, found & mask);
            list.push(format!("memory {addr:#x}: interpreter {expected:#x}, code {found:#x}"));
        }
        list
    }
}

/// Whether both ask for the same. A fault of an access that reads and writes may be that of either.
fn is_same_exit(expected: Option<Exit>, found: Option<Exit>) -> bool {
    match (expected, found) {
        (Some(Exit::Fault(a)), Some(Exit::Fault(b))) => a.kind == b.kind && a.addr == b.addr,
        _ => expected == found,
    }
}

fn compare(expected: &Registers, found: &Registers, flags: bool, list: &mut Vec<String>) {
    let mut check = |name: &str, expected: u128, found: u128| {
        if expected != found {
            list.push(format!("{name}: interpreter {expected:#x}, code {found:#x}"));
        }
    };
    check("pc", expected.pc.into(), found.pc.into());
    for (n, (a, b)) in expected.x.iter().zip(&found.x).enumerate() {
        let name = if n == xemu_guest::XREG_SP { "sp".to_owned() } else { format!("x{n}") };
        check(&name, (*a).into(), (*b).into());
    }
    let wide = |v: &[u64; 2]| u128::from(v[0]) | u128::from(v[1]) << 64;
    for (n, (a, b)) in expected.v.iter().zip(&found.v).enumerate() {
        check(&format!("v{n}"), wide(a), wide(b));
    }
    if flags {
        check("nzcv", expected.nzcv.0.into(), found.nzcv.0.into());
    }
    check("fpsr", expected.fpsr.0.into(), found.fpsr.0.into());
    check("fpcr", expected.fpcr.0.into(), found.fpcr.0.into());
    check("tpidr_el0", expected.tpidr_el0.into(), found.tpidr_el0.into());
    let monitor = |r: &Registers| if r.monitor.size == 0 { 0 } else { r.monitor.addr.into() };
    check("monitor's size", expected.monitor.size.into(), found.monitor.size.into());
    check("monitor's address", monitor(expected), monitor(found));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named() {
        let [a, mut b] = [(); 2].map(|()| Registers::of(&CpuState::default()));
        b.x[31] = 16;
        b.v[3] = [0, 1];
        b.nzcv = Nzcv(1 << 31);
        let mut list = Vec::new();
        compare(&a, &b, true, &mut list);
        let expect = [
            "sp: interpreter 0x0, code 0x10",
            "v3: interpreter 0x0, code 0x10000000000000000",
            "nzcv: interpreter 0x0, code 0x80000000",
        ];
        assert_eq!(list, expect);
        list.clear();
        compare(&a, &a, true, &mut list);
        assert!(list.is_empty());
    }

    #[test]
    fn blocks_that_read_the_counter_are_not_compared() {
        let text = |op: &str| format!("block 0x40\ninsn #0x40\n{op}\ngoto #0x44\n");
        let comparable = |op: &str| is_comparable(&xemu_ir::parse(&text(op)).expect(op));
        assert!(comparable("%1 = get_x x0"));
        assert!(!comparable("%1 = rndr"));
        assert!(!comparable("exit_if eq #0x44"));
        assert!(comparable("exit_if eq #0x48"));
    }
}
