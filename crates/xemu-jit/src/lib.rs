//! The engines: code cache, lookup, linking, dispatch, and the way from a host fault to the guest
//! instruction.
//!
//! [`JitEngine`] translates blocks on the thread that needs them and runs them; [`InterpEngine`]
//! interprets, [`VerifyEngine`] does both and compares. None knows Linux: the Linux layer runs a
//! thread through [`JitThread::run`] and its like, and tells engines when code changes.

mod cache;
mod emulate;
mod engine;
mod fault;
mod guest;
mod interp_engine;
mod seen;
mod stats;
mod table;
mod thread;
mod translate;
mod verify_engine;

pub use engine::{ForkGuard, JitConfig, JitEngine, JitError};
pub use fault::HostFault;
pub use guest::{BlockObserver, Guest, TranslationEvent};
pub use interp_engine::{InterpEngine, InterpThread};
pub use stats::{Stats, StatsSnapshot};
pub use thread::JitThread;
pub use translate::Translator;
pub use verify_engine::{
    Mismatch, Translated, VerifyEngine, VerifyError, VerifyForkGuard, VerifyThread,
};
