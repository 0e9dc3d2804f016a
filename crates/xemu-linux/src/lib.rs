//! The Linux personality: system calls, threads, processes, signals, /proc.
//!
//! [`table`] lists every system call with the way it is dealt with; most are the host's own calls
//! with the same arguments, and the families of handlers ([`fd`], [`fs`], [`mm`], [`process`],
//! [`thread`], [`signal`], [`ipc`], [`info`], [`exec`]) do the rest. [`run`] is the life of a guest
//! thread: the engine runs guest code until it returns an exit, and the exit is carried out.
//! Guest threads are host threads, guest processes are host processes.
//!
//! This crate knows engines only through [`engine::Engine`].
#![forbid(unsafe_code)]

pub mod args;
pub mod coredump;
pub mod deliver;
pub mod doc;
pub mod engine;
pub mod exec;
pub mod fd;
pub mod fs;
pub mod gcs;
pub mod host;
pub mod info;
pub mod ipc;
pub mod mem;
pub mod mm;
pub mod mte;
pub mod names;
pub mod path;
pub mod pauth;
pub mod pending;
pub mod pointers;
mod proc;
mod proc_other;
pub mod process;
pub mod roots;
pub mod run;
pub mod signal;
pub mod signal_wait;
pub mod strace;
pub mod table;
pub mod tagged;
pub mod thread;
pub mod uring;

pub use doc::markdown;
pub use engine::{Engine, EngineThread};
pub use process::{Config, Crash, Process, ProgramInfo};
