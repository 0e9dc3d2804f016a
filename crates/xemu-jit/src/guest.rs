//! What engines ask of the guest they run.

use core::ops::Range;

use xemu_guest::{Exit, GuestFault};
use xemu_interp::Machine;
use xemu_ir::Block;
use xemu_lift::Guarded;

/// The guest's code and memory as an engine sees them.
pub trait Guest: Send + Sync + 'static {
    /// The instruction word at an aligned address, or the fault that fetching it gives.
    ///
    /// # Errors
    /// When the address is not mapped, or not executable.
    fn fetch(&self, addr: u64) -> Result<u32, GuestFault>;

    /// Whether some page is, or was, guarded (PROT_BTI).
    fn has_guarded_pages(&self) -> bool {
        false
    }

    /// Whether the page of an executable address is guarded.
    fn is_guarded(&self, _addr: u64) -> bool {
        false
    }

    /// Whether accesses have to look whether their thread checks tags.
    fn checks_tags(&self) -> bool {
        false
    }

    /// Whether threads may use guarded control stacks.
    fn has_shadow_stacks(&self) -> bool {
        false
    }

    /// Memory and devices for interpreted instructions.
    fn machine(&self) -> Box<dyn Machine>;

    /// Executable ranges that show the same memory as the given one.
    fn code_aliases(&self, _start: u64, _len: u64) -> Vec<Range<u64>> {
        Vec::new()
    }

    /// The first of the addresses at which the memory at an address is mapped.
    fn first_alias(&self, addr: u64) -> u64 {
        addr
    }
}

/// Calls `f` with what the lifter wants to know of guarded pages.
pub(crate) fn with_guarded<R>(guest: &dyn Guest, f: impl FnOnce(Guarded<'_>) -> R) -> R {
    let guarded = |addr| guest.is_guarded(addr);
    f(if guest.has_guarded_pages() { Some(&guarded) } else { None })
}

/// Something worth a line of `-d` output.
#[derive(Debug)]
pub enum TranslationEvent<'a> {
    /// A block was lifted; its ops before any pass.
    Lifted(&'a Block),
    /// The same block after the passes.
    Optimized(&'a Block),
    /// The block's host code and the address at which it will run.
    Emitted(&'a Block, &'a [u8], u64),
    /// A block is about to run at this guest pc; see `JitConfig::trace_exec`.
    Executed(u64),
    /// The instruction at this guest pc raised an exception: a fault, or undefined, or BRK.
    Raised(u64, &'a Exit),
}

/// Called for every event while `-d` asks for some.
pub type BlockObserver = Box<dyn Fn(&TranslationEvent<'_>) + Send + Sync>;
