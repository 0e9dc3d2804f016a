//! Joins the engines to the Linux layer and to the address space.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use xemu_guest::{CpuState, Exit, GuestFault};
use xemu_host::{HostContext, SigInfo};
use xemu_interp::{Combined, Devices, HostMemory, Machine};
use xemu_jit::{
    Guest, HostFault, InterpEngine, InterpThread, JitEngine, JitThread, VerifyEngine, VerifyError,
    VerifyThread,
};
use xemu_linux::{Engine, EngineThread};
use xemu_mem::{AddressSpace, CodeObserver, CodeWindow};

thread_local! {
    /// The window that the thread has fetched from last.
    static WINDOW: Cell<Option<CodeWindow>> = const { Cell::new(None) };
}

/// The address space as engines see it.
pub struct SpaceGuest {
    space: &'static AddressSpace,
}

impl SpaceGuest {
    /// The guest that lives in `space`.
    pub fn new(space: &'static AddressSpace) -> Self {
        Self { space }
    }

    /// The executable memory around an address.
    fn window(&self, addr: u64) -> Result<CodeWindow, GuestFault> {
        let generation = self.space.generation();
        if let Some(window) = WINDOW.get()
            && window.generation == generation
            && window.contains(addr)
        {
            return Ok(window);
        }
        let window = xemu_host::delegate(|| self.space.code_window(addr))?;
        WINDOW.set(Some(window));
        Ok(window)
    }
}

impl Guest for SpaceGuest {
    fn fetch(&self, addr: u64) -> Result<u32, GuestFault> {
        self.window(addr)?.fetch(addr)
    }

    fn has_guarded_pages(&self) -> bool {
        self.space.has_guarded_pages()
    }

    fn checks_tags(&self) -> bool {
        self.space.checks_tags()
    }

    fn has_shadow_stacks(&self) -> bool {
        self.space.has_shadow_stacks()
    }

    fn is_guarded(&self, addr: u64) -> bool {
        self.window(addr).is_ok_and(|window| window.guarded)
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(Combined { memory: HostMemory, devices: SystemDevices { space: self.space } })
    }

    fn code_aliases(&self, start: u64, len: u64) -> Vec<core::ops::Range<u64>> {
        xemu_host::delegate(|| self.space.code_aliases(start, len))
    }

    fn first_alias(&self, addr: u64) -> u64 {
        xemu_host::delegate(|| self.space.first_alias(addr))
    }
}

/// Ends the process: the engine cannot go on.
fn give_up(error: &dyn core::fmt::Display) -> ! {
    eprintln!("xemu-aarch64: {error}");
    xemu_host::exit_group(125)
}

/// The translating engine for the Linux layer.
pub struct Jit(pub &'static Arc<JitEngine>);

thread_local! {
    static FORK: RefCell<Option<xemu_jit::ForkGuard<'static>>> = const { RefCell::new(None) };
}

impl Engine for Jit {
    fn new_thread(&self) -> Box<dyn EngineThread> {
        match self.0.new_thread() {
            Ok(thread) => Box::new(JitRunner(thread)),
            Err(e) => give_up(&e),
        }
    }

    fn prepare_fork(&self) {
        FORK.set(Some(self.0.prepare_fork()));
    }

    fn after_fork_parent(&self) {
        FORK.set(None);
    }

    fn after_fork_child(&self) {
        if let Some(guard) = FORK.take() {
            guard.after_fork_child();
        }
    }

    fn interrupted(&self) {
        self.0.interrupt_thread();
    }

    fn handle_host_fault(&self, sig: i32, info: &SigInfo, ctx: &mut HostContext) -> bool {
        let fault = HostFault { sig, code: info.code(), addr: info.addr() };
        self.0.handle_host_fault(&fault, ctx)
    }

    fn at_exit(&self) {
        crate::start::at_exit();
    }
}

impl CodeObserver for Jit {
    fn code_changed(&self, start: u64, len: u64) {
        self.0.invalidate(start, len);
    }
}

struct JitRunner(JitThread);

impl EngineThread for JitRunner {
    fn run(&mut self, cpu: &mut CpuState) -> Exit {
        self.0.run(cpu).unwrap_or_else(|e| give_up(&e))
    }
}

/// The verifying engine for the Linux layer.
pub struct Verifier(pub &'static Arc<VerifyEngine>);

thread_local! {
    static VERIFY_FORK: RefCell<Option<xemu_jit::VerifyForkGuard<'static>>> =
        const { RefCell::new(None) };
}

impl Engine for Verifier {
    fn new_thread(&self) -> Box<dyn EngineThread> {
        match self.0.new_thread() {
            Ok(thread) => Box::new(VerifyRunner(thread)),
            Err(e) => give_up(&e),
        }
    }

    fn prepare_fork(&self) {
        VERIFY_FORK.set(Some(self.0.prepare_fork()));
    }

    fn after_fork_parent(&self) {
        VERIFY_FORK.set(None);
    }

    fn after_fork_child(&self) {
        if let Some(guard) = VERIFY_FORK.take() {
            guard.after_fork_child();
        }
    }

    fn handle_host_fault(&self, sig: i32, info: &SigInfo, ctx: &mut HostContext) -> bool {
        let fault = HostFault { sig, code: info.code(), addr: info.addr() };
        self.0.handle_host_fault(&fault, ctx)
    }

    fn at_exit(&self) {
        crate::start::at_exit();
    }
}

impl CodeObserver for Verifier {
    fn code_changed(&self, start: u64, len: u64) {
        self.0.invalidate(start, len);
    }
}

struct VerifyRunner(VerifyThread);

impl EngineThread for VerifyRunner {
    fn run(&mut self, cpu: &mut CpuState) -> Exit {
        self.0.run(cpu).unwrap_or_else(|e| match e {
            VerifyError::Mismatch(m) => give_up(&crate::debug_log::describe_mismatch(&m)),
            VerifyError::Jit(e) => give_up(&e),
        })
    }
}

/// The interpreting engine for the Linux layer.
pub struct Interpreter(pub Arc<InterpEngine>);

impl Engine for Interpreter {
    fn new_thread(&self) -> Box<dyn EngineThread> {
        Box::new(InterpRunner(self.0.new_thread()))
    }

    fn handle_host_fault(&self, _: i32, _: &SigInfo, _: &mut HostContext) -> bool {
        false
    }

    fn at_exit(&self) {
        crate::start::at_exit();
    }
}

impl CodeObserver for Interpreter {
    fn code_changed(&self, start: u64, len: u64) {
        self.0.invalidate(start, len);
    }
}

struct InterpRunner(InterpThread);

impl EngineThread for InterpRunner {
    fn run(&mut self, cpu: &mut CpuState) -> Exit {
        self.0.run(cpu)
    }
}

/// The host's clock and random numbers. Interpreted IC IVAU goes to the address space's observer.
pub struct SystemDevices {
    space: &'static AddressSpace,
}

impl Devices for SystemDevices {
    fn counter(&mut self) -> u64 {
        xemu_host::monotonic_ns()
    }

    fn wall_clock(&mut self) -> u64 {
        xemu_host::realtime_ns()
    }

    fn random(&mut self) -> Option<u64> {
        xemu_host::random_u64()
    }

    fn ic_ivau(&mut self, addr: u64) {
        const LINE: u64 = 64;
        xemu_host::delegate(|| self.space.invalidate_code(addr & !(LINE - 1), LINE));
    }
}
