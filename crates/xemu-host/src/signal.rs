//! Signal handlers, masks and alternate stacks, for all 64 signals.
//!
//! # Contract of handlers
//! A handler interrupts its thread anywhere, also inside the allocator. It may use: its arguments,
//! atomics, [`crate::with`], [`crate::guest_syscall`], [`crate::tgkill`], [`crate::futex_wake`].
//! It must not allocate, free, lock, print through `std`, or panic.

use core::arch::global_asm;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use crate::{Errno, HostContext, Mapping, Protection, SigInfo, check, getauxval, syscall6};

/// One more than the greatest signal number.
pub const SIG_COUNT: usize = 65;

/// The handler gets siginfo and context; always set here.
pub const SA_SIGINFO: u64 = 4;
/// The handler runs on the alternate stack; always set here.
pub const SA_ONSTACK: u64 = 0x0800_0000;
/// Interrupted system calls are restarted where the kernel can.
pub const SA_RESTART: u64 = 0x1000_0000;
/// The signal is not masked while its handler runs.
pub const SA_NODEFER: u64 = 0x4000_0000;
const SA_RESTORER: u64 = 0x0400_0000;

/// The default action, as [`set_disposition`]'s argument.
pub const SIG_DFL: u64 = 0;
/// Ignore, as [`set_disposition`]'s argument.
pub const SIG_IGN: u64 = 1;

/// A signal handler; see the module's contract.
pub type Handler = fn(i32, &SigInfo, &mut HostContext);

/// The kernel's struct sigaction.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelSigaction {
    /// The handler's address, [`SIG_DFL`] or [`SIG_IGN`].
    pub handler: u64,
    /// SA_ flags.
    pub flags: u64,
    /// The restorer's address.
    pub restorer: u64,
    /// Signals masked while the handler runs, bit n−1 for signal n.
    pub mask: u64,
}

/// The [`Handler`] of each signal, or null.
static HANDLERS: [AtomicPtr<()>; SIG_COUNT] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; SIG_COUNT];

/// Signals that were ignored when [`install_handler`] came to them first, bit n−1 for signal n.
static IGNORED_BEFORE: AtomicU64 = AtomicU64::new(0);

global_asm!(
    ".pushsection .text.xemu_sigreturn, \"ax\", @progbits",
    // Unwinders look at the byte before a frame's return address too, and know these two
    // instructions by their bytes.
    "nop",
    ".balign 16",
    ".globl xemu_sigreturn",
    ".hidden xemu_sigreturn",
    ".type xemu_sigreturn, @function",
    "xemu_sigreturn:",
    ".byte 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0",
    "syscall",
    ".size xemu_sigreturn, . - xemu_sigreturn",
    ".popsection",
);

unsafe extern "sysv64" {
    safe static xemu_sigreturn: u8;
}

/// The entry of every handler.
///
/// # Safety
/// Only the kernel may call it, with pointers into a signal frame.
unsafe extern "sysv64" fn entry(sig: i32, info: *const SigInfo, ctx: *mut HostContext) {
    let handler = HANDLERS[sig as usize % SIG_COUNT].load(Ordering::Acquire);
    if handler.is_null() {
        return;
    }
    // SAFETY: only `install_handler` stores there, and what it stores is a `Handler`.
    let handler = unsafe { core::mem::transmute::<*mut (), Handler>(handler) };
    // SAFETY: the kernel passes a siginfo that lives as long as the handler's frame.
    let info = unsafe { &*info };
    // SAFETY: the kernel passes the frame's context; only this handler refers to it.
    let ctx = unsafe { &mut *ctx };
    handler(sig, info, ctx);
}

fn sigaction(
    sig: i32,
    new: Option<&KernelSigaction>,
    old: Option<&mut KernelSigaction>,
) -> Result<(), Errno> {
    let new = new.map_or(0, |a| core::ptr::from_ref(a) as u64);
    let old = old.map_or(0, |a| core::ptr::from_mut(a) as u64);
    // SAFETY: the kernel reads and writes the two structures only, which have its layout; callers
    // install nothing but `entry`, the default, "ignore" and what was installed before.
    check(unsafe { syscall6(libc::SYS_rt_sigaction as u64, [sig as u64, new, old, 8, 0, 0]) })
        .map(drop)
}

/// Installs `handler` for a signal. `flags` are added to SA_SIGINFO and SA_ONSTACK; `mask` is what
/// is blocked while it runs, bit n−1 for signal n. The handler must keep the module's contract.
pub fn install_handler(sig: i32, handler: Handler, flags: u64, mask: u64) -> Result<(), Errno> {
    if !(1..SIG_COUNT as i32).contains(&sig) {
        return Err(libc::EINVAL);
    }
    let first = HANDLERS[sig as usize].swap(handler as *mut (), Ordering::AcqRel).is_null();
    let entry: unsafe extern "sysv64" fn(i32, *const SigInfo, *mut HostContext) = entry;
    let action = KernelSigaction {
        handler: entry as usize as u64,
        flags: flags | SA_SIGINFO | SA_ONSTACK | SA_RESTORER,
        restorer: &raw const xemu_sigreturn as u64,
        mask,
    };
    let mut old = KernelSigaction::default();
    sigaction(sig, Some(&action), Some(&mut old))?;
    if first && old.handler == SIG_IGN {
        IGNORED_BEFORE.fetch_or(1 << (sig - 1), Ordering::Relaxed);
    }
    Ok(())
}

/// Whether a signal was ignored before it got its first handler.
pub fn was_ignored(sig: i32) -> bool {
    (1..SIG_COUNT as i32).contains(&sig)
        && IGNORED_BEFORE.load(Ordering::Relaxed) & 1 << (sig - 1) != 0
}

/// Sets a signal to [`SIG_DFL`] or [`SIG_IGN`], with the flags that have a meaning then
/// (SA_NOCLDSTOP, SA_NOCLDWAIT).
pub fn set_disposition(sig: i32, disposition: u64, flags: u64) -> Result<(), Errno> {
    if disposition > SIG_IGN {
        return Err(libc::EINVAL);
    }
    let action = KernelSigaction { handler: disposition, flags, ..KernelSigaction::default() };
    sigaction(sig, Some(&action), None)
}

/// What is installed for a signal; tells what was inherited when asked at start.
pub fn get_action(sig: i32) -> Result<KernelSigaction, Errno> {
    let mut old = KernelSigaction::default();
    sigaction(sig, None, Some(&mut old))?;
    Ok(old)
}

/// Puts back what [`get_action`] gave in this process.
pub(crate) fn restore_action(sig: i32, action: &KernelSigaction) -> Result<(), Errno> {
    sigaction(sig, Some(action), None)
}

/// How [`sigprocmask`] combines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum SigmaskHow {
    /// Adds signals to the mask.
    Block = 0,
    /// Removes signals from the mask.
    Unblock = 1,
    /// Replaces the mask.
    Set = 2,
}

/// Changes the thread's signal mask, all 64 bits of it; gives the old one.
pub fn sigprocmask(how: SigmaskHow, set: u64) -> u64 {
    let mut old = 0u64;
    let args =
        [how as u64, core::ptr::from_ref(&set) as u64, core::ptr::from_mut(&mut old) as u64, 8];
    let args = [args[0], args[1], args[2], args[3], 0, 0];
    // SAFETY: the kernel reads `set` and writes `old`.
    let result = unsafe { syscall6(libc::SYS_rt_sigprocmask as u64, args) };
    debug_assert_eq!(result, 0, "invariant: the arguments of rt_sigprocmask are right");
    old
}

/// Sends a signal to one thread.
pub fn tgkill(tgid: i32, tid: i32, sig: i32) -> Result<(), Errno> {
    // SAFETY: the call writes no memory.
    check(unsafe {
        syscall6(libc::SYS_tgkill as u64, [tgid as u64, tid as u64, sig as u64, 0, 0, 0])
    })
    .map(drop)
}

/// Queues a signal with its information to one thread of this process.
pub fn queue_info(tgid: i32, tid: i32, sig: i32, info: &SigInfo) -> Result<(), Errno> {
    let info = info.bytes().as_ptr() as u64;
    // SAFETY: the kernel reads `info` only.
    check(unsafe {
        syscall6(
            libc::SYS_rt_tgsigqueueinfo as u64,
            [tgid as u64, tid as u64, sig as u64, info, 0, 0],
        )
    })
    .map(drop)
}

/// The thread's alternate signal stack, with a guard page below. Dropped, it is switched off.
#[derive(Debug)]
pub struct AltStack {
    mapping: Mapping,
    /// Belongs to the thread that installed it.
    not_send: PhantomData<*const ()>,
}

impl AltStack {
    /// Maps and installs a stack of at least `size` bytes for the calling thread.
    pub fn install(size: usize) -> Result<Self, Errno> {
        let least = getauxval(libc::AT_MINSIGSTKSZ) as usize + 0x4000;
        let size = size.max(least).next_multiple_of(0x1000);
        let mut mapping = Mapping::anonymous(size + 0x1000, Protection::ReadWrite)?;
        mapping.protect(0, 0x1000, Protection::None)?;
        set_stack(mapping.addr() + 0x1000, 0, size as u64)?;
        Ok(Self { mapping, not_send: PhantomData })
    }

    /// The stack's lowest usable address and size.
    pub fn range(&self) -> (u64, u64) {
        (self.mapping.addr() + 0x1000, self.mapping.len() as u64 - 0x1000)
    }
}

impl Drop for AltStack {
    fn drop(&mut self) {
        // Fails while a handler runs on it; then it must stay.
        if set_stack(0, libc::SS_DISABLE as u64, 0).is_err() {
            self.mapping.keep();
        }
    }
}

fn set_stack(base: u64, flags: u64, size: u64) -> Result<(), Errno> {
    let stack = [base, flags, size];
    // SAFETY: the kernel reads the three words, which have the layout of its stack_t; the stack is
    // mapped until it is switched off.
    check(unsafe { syscall6(libc::SYS_sigaltstack as u64, [stack.as_ptr() as u64, 0, 0, 0, 0, 0]) })
        .map(drop)
}
