//! The engines of this process: the interpreter, instruction by instruction, and the translating
//! engine for several hosts.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_host::{AltStack, HostContext, SigInfo, install_handler, set_disposition};
use xemu_interp::{BlockEnd, Combined, Devices, HostMemory, Interp, Machine, accessed};
use xemu_ir::{Block, Effects, FpMode, verify};
use xemu_jit::{Guest, HostFault, JitConfig, JitEngine, JitThread};
use xemu_lift::{CpuModel, Extras, LiftConfig, Lifter, Limits, MaxInsns, fp_mode};
use xemu_x64::HostFeatures;

use super::area::{Area, Code};
use super::state::{Outcome, State, Stop};

/// A program that has run so many instructions is endless.
const MOST_STEPS: usize = 3000;
/// The bytes of translated code that an engine keeps.
const CACHE: usize = 16 << 20;

/// Devices that nobody compares.
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

struct FuzzGuest(Arc<Code>);

impl Guest for FuzzGuest {
    fn fetch(&self, addr: u64) -> Result<u32, GuestFault> {
        self.0.fetch(addr)
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(Combined { memory: HostMemory, devices: NoDevices })
    }
}

/// The processor that has everything.
pub fn lift_config() -> Result<LiftConfig, String> {
    let model = CpuModel::by_name("max").ok_or("there is no processor model `max`")?;
    Ok(LiftConfig { model })
}

/// Any engine: the faults of all come to the thread that runs.
static HANDLER: OnceLock<Arc<JitEngine>> = OnceLock::new();

fn on_fault(sig: i32, info: &SigInfo, ctx: &mut HostContext) {
    let fault = HostFault { sig, code: info.code(), addr: info.addr() };
    let repaired = xemu_mem::fixup(sig, info, ctx)
        || HANDLER.get().is_some_and(|engine| engine.handle_host_fault(&fault, ctx));
    if !repaired {
        // The instruction is repeated after the return and ends the process.
        let _ = set_disposition(sig, xemu_host::SIG_DFL, 0);
    }
}

const SIGBUS: i32 = 7;
const SIGFPE: i32 = 8;
const SIGSEGV: i32 = 11;

/// Installs the handlers of host faults; the stack that they run on is to be kept.
///
/// # Errors
/// When the host refuses.
pub fn install_handlers() -> Result<AltStack, String> {
    let text = |e| format!("no signal handler: error {e}");
    for sig in [SIGBUS, SIGFPE, SIGSEGV] {
        install_handler(sig, on_fault, 0, 0).map_err(text)?;
    }
    AltStack::install(1 << 16).map_err(text)
}

/// What single instructions do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traits {
    /// Accesses memory.
    pub touches: bool,
    /// May go elsewhere than to the next instruction.
    pub jumps: bool,
    /// Is undefined.
    pub undefined: bool,
    /// The general registers that it writes, bit 31 for SP.
    pub writes: u32,
}

/// How code is lifted that starts in a state.
type Modes = (FpMode, Extras);

fn modes(cpu: &CpuState) -> Modes {
    (fp_mode(cpu), Extras::of(cpu, false))
}

/// Lifter and interpreter.
pub struct Reference {
    lifter: Lifter,
    interp: Interp,
    machine: Combined<HostMemory, NoDevices>,
    code: Arc<Code>,
    back: u64,
    cpu: Box<CpuState>,
    lifted: HashMap<(u64, Modes), (u32, Block)>,
    block: Block,
}

impl Reference {
    /// For the code of `area`.
    ///
    /// # Errors
    /// When there is no such processor.
    pub fn new(area: &Area) -> Result<Self, String> {
        Ok(Self {
            lifter: Lifter::new(lift_config()?),
            interp: Interp::new(),
            machine: Combined { memory: HostMemory, devices: NoDevices },
            code: area.code(),
            back: area.back(),
            cpu: Box::default(),
            lifted: HashMap::new(),
            block: Block::default(),
        })
    }

    fn lift(
        lifter: &mut Lifter,
        word: u32,
        pc: u64,
        (fp, extras): Modes,
        block: &mut Block,
    ) -> Result<(), String> {
        let stop_at = &mut |_| false;
        let mut limits = Limits { max_insns: MaxInsns::of(1), fp, stop_at, guarded: None, extras };
        lifter
            .lift_block(pc, &mut |_| Ok(word), block, &mut limits)
            .map_err(|fault| format!("{fault:?}"))?;
        verify(block).map_err(|e| e.to_string())
    }

    /// What the word's instruction does.
    ///
    /// # Errors
    /// If the lifted block is malformed.
    pub fn traits(&mut self, word: u32) -> Result<Traits, String> {
        use xemu_ir::Op::{Goto, Insn, SetW, SetX, Sync, SyncIfOdd16, Undef};
        let pc = self.back;
        let modes = (FpMode::Host, Extras::default());
        Self::lift(&mut self.lifter, word, pc, modes, &mut self.block)?;
        let mut traits = Traits::default();
        for inst in &self.block.insts {
            let effects = inst.effects();
            traits.touches |=
                effects.has(Effects::READS_MEM.or(Effects::WRITES_MEM).or(Effects::MAY_FAULT));
            traits.undefined |= inst.op == Undef;
            if matches!(inst.op, SetX | SetW) {
                traits.writes |= 1 << (inst.a & 31);
            }
            let onward = matches!(inst.op, Goto | Sync | SyncIfOdd16) && inst.imm == pc + 4;
            let leaves = effects.has(Effects::ENDS_BLOCK) || effects.has(Effects::SIDE_EXIT);
            traits.jumps |= inst.op != Insn && leaves && !onward;
        }
        Ok(traits)
    }

    /// The address that the instruction of `word` accesses first when run on `state`.
    pub fn first_access(&mut self, word: u32, pc: u64, state: &State) -> Option<u64> {
        state.to_cpu(&mut self.cpu, pc);
        Self::lift(&mut self.lifter, word, pc, modes(&self.cpu), &mut self.block).ok()?;
        let mut machine = Combined { memory: Probe(None), devices: NoDevices };
        match self.interp.run_block(&self.block, &mut self.cpu, &mut machine) {
            BlockEnd::Exit(Exit::Fault(fault)) => Some(fault.addr),
            _ => machine.memory.0,
        }
    }

    /// Forgets lifted instructions.
    pub fn clear(&mut self) {
        self.lifted.clear();
    }

    /// Runs the program at `entry`. `None` if it does not end.
    ///
    /// # Errors
    /// If a lifted block is malformed, or does what no program asks for.
    pub fn run(
        &mut self,
        area: &mut Area,
        entry: u64,
        start: &State,
        touches: bool,
    ) -> Result<Option<Outcome>, String> {
        start.to_cpu(&mut self.cpu, entry);
        let mut stop = None;
        for _ in 0..MOST_STEPS {
            stop = self.step()?;
            if stop.is_some() {
                break;
            }
        }
        let lines = if touches { area.changed() } else { Vec::new() };
        Ok(stop.map(|stop| Outcome { state: State::of_cpu(&self.cpu), stop, lines }))
    }

    fn step(&mut self) -> Result<Option<Stop>, String> {
        let pc = accessed(self.cpu.pc);
        self.cpu.pc = pc;
        if pc == self.back {
            return Ok(Some(Stop::default()));
        }
        let fetched = if pc & 3 == 0 {
            self.code.fetch(pc)
        } else {
            Err(GuestFault { kind: FaultKind::MisalignedPc, addr: pc, write: false })
        };
        let word = match fetched {
            Ok(word) => word,
            Err(fault) => return Ok(Stop::of(&Exit::Fault(fault), pc, self.back)),
        };
        let modes = modes(&self.cpu);
        let kept = self.lifted.entry((pc, modes)).or_default();
        if kept.0 != word || kept.1.insts.is_empty() {
            kept.0 = word;
            Self::lift(&mut self.lifter, word, pc, modes, &mut kept.1)?;
        }
        match self.interp.run_block(&kept.1, &mut self.cpu, &mut self.machine) {
            BlockEnd::Next => Ok(None),
            BlockEnd::Exit(exit) => match Stop::of(&exit, self.cpu.pc, self.back) {
                Some(stop) => Ok(Some(stop)),
                None => Err(format!("{word:08x} leaves with {exit:?}")),
            },
        }
    }
}

/// Memory that notes the first access, which fails.
struct Probe(Option<u64>);

impl Probe {
    fn access<T>(&mut self, addr: u64) -> Result<T, GuestFault> {
        self.0.get_or_insert(addr);
        Err(GuestFault { kind: FaultKind::Unmapped, addr, write: false })
    }
}

impl xemu_interp::GuestMemory for Probe {
    fn read(&mut self, addr: u64, _: u32) -> Result<u128, GuestFault> {
        self.access(addr)
    }
    fn write(&mut self, addr: u64, _: u32, _: u128) -> Result<(), GuestFault> {
        self.access(addr)
    }
    fn rmw(&mut self, addr: u64, _: u32, _: xemu_ir::RmwKind, _: u64) -> Result<u64, GuestFault> {
        self.access(addr)
    }
    fn cas(&mut self, addr: u64, _: u32, _: u64, _: u64) -> Result<u64, GuestFault> {
        self.access(addr)
    }
    fn cas128(&mut self, addr: u64, _: u128, _: u128) -> Result<u128, GuestFault> {
        self.access(addr)
    }
    fn check_write(&mut self, addr: u64, _: u32) -> Result<(), GuestFault> {
        self.access(addr)
    }
    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault> {
        self.access(addr)
    }
}

/// The translating engine for one host.
pub struct Jit {
    /// The host's name.
    pub name: &'static str,
    features: HostFeatures,
    code: Arc<Code>,
    engine: Arc<JitEngine>,
    /// Dropped before the state that it may refer to.
    thread: JitThread,
    cpu: Box<CpuState>,
}

/// The hosts that this processor can be.
pub fn hosts() -> Vec<(&'static str, HostFeatures)> {
    let host = HostFeatures::detect();
    let mut all = vec![("v2", HostFeatures::V2)];
    if host.avx2 && host.fma && host.f16c && host.bmi1 && host.bmi2 && host.lzcnt {
        all.push(("v3", HostFeatures::V3));
    }
    all.push(("host", host));
    all
}

impl Jit {
    /// An engine for the code of `area`.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub fn new(name: &'static str, features: HostFeatures, area: &Area) -> Result<Self, String> {
        let (engine, thread) = Self::engine(name, features, area.code())?;
        let _ = HANDLER.set(engine.clone());
        let code = area.code();
        Ok(Self { name, features, code, engine, thread, cpu: Box::default() })
    }

    fn engine(
        name: &str,
        features: HostFeatures,
        code: Arc<Code>,
    ) -> Result<(Arc<JitEngine>, JitThread), String> {
        // One of the engines interprets first runs, as the emulator does.
        let eager = name != "host";
        let usual = JitConfig::new(lift_config()?);
        let config = JitConfig { features, cache_size: CACHE, eager, ..usual };
        let engine = JitEngine::new(Arc::new(FuzzGuest(code)), config);
        let engine = Arc::new(engine.map_err(|e| e.to_string())?);
        let thread = engine.new_thread().map_err(|e| e.to_string())?;
        Ok((engine, thread))
    }

    /// Starts anew: what the engine has learned of addresses and of traps is forgotten.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub fn renew(&mut self) -> Result<(), String> {
        (self.engine, self.thread) = Self::engine(self.name, self.features, self.code.clone())?;
        Ok(())
    }

    /// The code has changed.
    pub fn clear(&mut self, area: &Area) {
        self.engine.invalidate(area.code_start(), area.code_len());
    }

    /// Runs the program at `entry`.
    ///
    /// # Errors
    /// If the engine cannot go on.
    pub fn run(
        &mut self,
        area: &mut Area,
        entry: u64,
        start: &State,
        touches: bool,
    ) -> Result<Outcome, String> {
        start.to_cpu(&mut self.cpu, entry);
        let exit = loop {
            self.cpu.poll.store(0, Ordering::SeqCst);
            match self.thread.run(&mut self.cpu).map_err(|e| e.to_string())? {
                Exit::Poll => {}
                exit => break exit,
            }
        };
        let lines = if touches { area.changed() } else { Vec::new() };
        let stop = Stop::of(&exit, self.cpu.pc, area.back())
            .ok_or_else(|| format!("the {} engine leaves with {exit:?}", self.name))?;
        Ok(Outcome { state: State::of_cpu(&self.cpu), stop, lines })
    }
}
