//! What the Linux layer asks of the engine that runs guest code.

use xemu_guest::{CpuState, Exit};
use xemu_host::{HostContext, SigInfo};

/// An engine: the interpreter or the translator. One per process.
///
/// It hears of changes to executable memory as the address space's observer, not from here.
pub trait Engine: Send + Sync {
    /// Makes what one guest thread needs.
    fn new_thread(&self) -> Box<dyn EngineThread>;

    /// Before a fork: bring shared state to rest and take the engine's locks.
    fn prepare_fork(&self) {}

    /// After a fork, in the parent: give the locks back.
    fn after_fork_parent(&self) {}

    /// After a fork, in the child: give the locks back, leave memory that the parent still uses.
    fn after_fork_child(&self) {}

    /// An asynchronous signal was queued for the calling thread and its poll flag is set: guest
    /// code should come to its poll soon. Async-signal-safe: no allocation, no lock.
    fn interrupted(&self) {}

    /// A host fault (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP) came up on the calling thread.
    ///
    /// Returns true when the fault was the engine's and `ctx` now leads to where it goes on.
    /// Async-signal-safe: no allocation, no lock.
    fn handle_host_fault(&self, sig: i32, info: &SigInfo, ctx: &mut HostContext) -> bool;

    /// The process is about to end in order.
    fn at_exit(&self) {}
}

/// The engine's side of one guest thread. It stays on the thread that uses it.
pub trait EngineThread {
    /// Runs guest code from `cpu.pc` until something is to be done for it.
    fn run(&mut self, cpu: &mut CpuState) -> Exit;
}
