//! The host kernel as this crate uses it: error numbers in this crate's type, numbers of calls,
//! signal dispositions.

use std::sync::OnceLock;

use xemu_abi::Errno;
use xemu_abi::signal::{SA_NOCLDSTOP, SA_NOCLDWAIT, SA_RESTART, SigSet};
use xemu_host::{Handler, HostContext, SigmaskHow};

pub use xemu_host::{exit_group, exit_thread, getpid, gettid};

/// x86-64 numbers of the calls that handlers make.
#[allow(missing_docs, reason = "the names are Linux's")]
pub mod nr {
    macro_rules! numbers {
        ($($name:ident $nr:literal)*) => {$(pub const $name: u16 = $nr;)*};
    }
    numbers! {
        CLOSE 3 FSTAT 5 PWRITE64 18 PREAD64 17 READ 0 DUP 32 UNAME 63 SHMCTL 31 SEMCTL 66 FCNTL 72
        SWAPON 167 INOTIFY_ADD_WATCH 254 UTIMENSAT 280 NAME_TO_HANDLE_AT 303 RT_SIGPROCMASK 14
        RT_SIGPENDING 127 RT_SIGTIMEDWAIT 128 RT_SIGSUSPEND 130 STATFS 137 FSTATFS 138 PRCTL 157
        SETRLIMIT 160 FUTEX 202 EPOLL_CTL 233 MQ_OPEN 240 OPENAT 257 NEWFSTATAT 262 READLINKAT 267
        FACCESSAT 269 PSELECT6 270 PPOLL 271 SET_ROBUST_LIST 273 EPOLL_PWAIT 281 DUP3 292 PIPE2 293
        FANOTIFY_INIT 300 PRLIMIT64 302 OPEN_BY_HANDLE_AT 304 GETRANDOM 318 MEMFD_CREATE 319
        EXECVEAT 322 STATX 332 IO_PGETEVENTS 333 CLOSE_RANGE 436 OPENAT2 437 FACCESSAT2 439
        EPOLL_PWAIT2 441 CHROOT 161 PIVOT_ROOT 155 UMOUNT2 166 SETNS 308 GETDENTS64 217
        RT_TGSIGQUEUEINFO 297 SCHED_GETAFFINITY 204 RT_SIGQUEUEINFO 129 TKILL 200 TGKILL 234
        GETRLIMIT 97 PIDFD_SEND_SIGNAL 424 PERSONALITY 135 MLOCK 149 UNSHARE 272 MOUNT 165
        GETUID 102 GETGID 104
        GETPPID 110 GETPGRP 111 GETSID 124
        FANOTIFY_MARK 301 IO_URING_SETUP 425 IO_URING_ENTER 426 IO_URING_REGISTER 427
    }
}

/// A call that does not wait, for the emulator itself.
pub fn syscall(nr: u16, args: [u64; 6]) -> Result<u64, Errno> {
    result(xemu_host::guest_syscall(u64::from(nr), args))
}

/// A raw result in this crate's form.
pub fn result(raw: i64) -> Result<u64, Errno> {
    Errno::check(raw.cast_unsigned())
}

/// An error number of the host layer.
pub fn errno(number: i32) -> Errno {
    Errno(u16::try_from(number).unwrap_or(Errno::EIO.0))
}

/// What the host does with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The default.
    Default,
    /// Nothing; of the guest's flags those that concern children matter.
    Ignore {
        /// SA_* of the guest.
        flags: u64,
    },
    /// The emulator's handler.
    Handle {
        /// SA_* of the guest.
        flags: u64,
    },
}

static HANDLER: OnceLock<Handler> = OnceLock::new();

/// Sets the one function that handles every signal.
pub fn set_handler(handler: Handler) {
    let _ = HANDLER.set(handler);
}

/// Sets what the host does with a signal.
pub fn set_disposition(sig: i32, disposition: Disposition) -> Result<(), Errno> {
    const FOR_CHILDREN: u64 = SA_NOCLDSTOP | SA_NOCLDWAIT;
    let set = match disposition {
        Disposition::Default => xemu_host::set_disposition(sig, xemu_host::SIG_DFL, 0),
        Disposition::Ignore { flags } => {
            xemu_host::set_disposition(sig, xemu_host::SIG_IGN, flags & FOR_CHILDREN)
        }
        Disposition::Handle { flags } => {
            let handler = *HANDLER.get().ok_or(Errno::EINVAL)?;
            // While the handler runs, nothing but faults may come.
            let mask = !crate::signal::FAULTS.0;
            let flags = flags & FOR_CHILDREN | SA_RESTART;
            xemu_host::install_handler(sig, handler, flags, mask)
        }
    };
    set.map_err(errno)
}

/// Whether a signal is ignored on the host, or was before a handler of ours came.
pub fn is_ignored(sig: i32) -> bool {
    if crate::signal::FAULTS.has(sig) {
        return xemu_host::was_ignored(sig);
    }
    xemu_host::get_action(sig).is_ok_and(|action| action.handler == xemu_host::SIG_IGN)
}

/// Replaces the thread's mask.
pub fn set_mask(mask: SigSet) -> SigSet {
    SigSet(xemu_host::sigprocmask(SigmaskHow::Set, mask.0))
}

/// The thread's mask.
pub fn mask() -> SigSet {
    SigSet(xemu_host::sigprocmask(SigmaskHow::Block, 0))
}

/// Signals that wait in the kernel.
pub fn pending_signals() -> Result<SigSet, Errno> {
    let mut set = 0u64;
    syscall(nr::RT_SIGPENDING, [(&raw mut set) as u64, 8, 0, 0, 0, 0])?;
    Ok(SigSet(set))
}

/// Sends a signal to the calling thread.
pub fn raise(sig: i32) {
    let _ = xemu_host::tgkill(getpid(), gettid(), sig);
}

/// In a handler: asks the thread to come to its poll, with `blocked` blocked until then, and makes
/// an interrupted call look at it.
pub fn interrupt(ctx: &mut HostContext, blocked: SigSet) {
    xemu_host::request_poll();
    xemu_host::rewind_if_in_window(ctx);
    ctx.set_sigmask(blocked.0);
}
