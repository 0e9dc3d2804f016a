//! Children that share this process's memory, as vfork and posix_spawn make them.
//!
//! Such a child can be killed at any instruction, and its parent goes on with the memory as it was
//! left. So a child must never be inside a change of something that others use:
//! - What takes a lock is done by the parent's thread, which waits for the child anyhow:
//!   [`delegate`] hands it a function and waits for the result.
//! - The child's heap blocks come from a [`slab`](crate::slab) of its own.
//!
//! The kernel tells the parent when the child has left this memory, by exec or by its end, through
//! the word of CLONE_CHILD_CLEARTID. The child borrows the thread-local storage of the thread that
//! waits for it; the two never run at the same time.

use core::arch::global_asm;
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};
use core::time::Duration;

use crate::process::{CloneArgs, raw_clone_args};
use crate::{
    Errno, Mapping, PAGE_SIZE, Protection, check, futex, getpid, gettid, slab, syscall6,
    thread_slot,
};

/// The child has left this memory; written by the kernel.
const LEFT: u32 = 0;
/// The child runs.
const RUNS: u32 = 1;
/// The child waits until the parent has done what it asks for.
const ASKS: u32 = 2;

/// How long the child waits before it looks whether its parent is still there.
const PATIENCE: Duration = Duration::from_millis(500);

type Call = unsafe fn(*mut c_void);

/// What passes between the child and the thread that waits for it.
struct Mailbox {
    /// [`LEFT`], [`RUNS`] or [`ASKS`].
    state: AtomicU32,
    /// What the child asks for: a [`Call`] and its argument.
    call: AtomicPtr<()>,
    argument: AtomicPtr<c_void>,
    /// Whether the child leaves by its own will, not in the middle of something.
    orderly: AtomicBool,
    /// The waiting thread.
    pid: i32,
    tid: i32,
}

thread_local! {
    /// Of the child that this is; null in every other thread.
    static MAILBOX: Cell<*const Mailbox> = const { Cell::new(ptr::null()) };
}

/// The argument of [`call_and_store`].
struct Errand<F, R> {
    f: Option<F>,
    result: Option<R>,
}

/// # Safety
/// `argument` must point to an `Errand<F, R>` that nobody else uses meanwhile.
unsafe fn call_and_store<F: FnOnce() -> R, R>(argument: *mut c_void) {
    // SAFETY: the caller's promise.
    let errand = unsafe { &mut *argument.cast::<Errand<F, R>>() };
    errand.result = errand.f.take().map(|f| f());
}

/// Runs `f` where it may take locks: in a child that shares memory, on the thread that waits for
/// it, which has the same memory and thread-local storage but descriptors of its own. Everywhere
/// else it is a plain call.
#[inline]
pub fn delegate<R>(f: impl FnOnce() -> R) -> R {
    let mailbox = MAILBOX.get();
    if mailbox.is_null() { f() } else { ask(mailbox, f) }
}

#[cold]
fn ask<F: FnOnce() -> R, R>(mailbox: *const Mailbox, f: F) -> R {
    // SAFETY: `clone_sharing` has put the pointer up and keeps the mailbox until this child, whose
    // thread this is, has left the memory.
    let mailbox = unsafe { &*mailbox };
    let mut errand = Errand { f: Some(f), result: None };
    let call: Call = call_and_store::<F, R>;
    mailbox.call.store(call as *mut (), Ordering::Relaxed);
    mailbox.argument.store((&raw mut errand).cast(), Ordering::Relaxed);
    mailbox.state.store(ASKS, Ordering::Release);
    futex::wake_shared(&mailbox.state, 1);
    while mailbox.state.load(Ordering::Acquire) == ASKS {
        // Whatever ends the wait, the state says whether the errand is done.
        let waited = futex::wait_shared(&mailbox.state, ASKS, Some(PATIENCE));
        if waited == Err(libc::ETIMEDOUT) && parent_is_gone(mailbox) {
            crate::exit_group(128 + libc::SIGKILL);
        }
    }
    errand.result.expect("invariant: the parent runs what it was asked to")
}

/// Killed, and nobody else can do what the child asks for.
fn parent_is_gone(mailbox: &Mailbox) -> bool {
    let args = [mailbox.pid as u64, mailbox.tid as u64, 0, 0, 0, 0];
    // SAFETY: signal 0 only asks whether the thread is there.
    let found = unsafe { syscall6(libc::SYS_tgkill as u64, args) };
    // SAFETY: the call has no arguments.
    let parent = unsafe { syscall6(libc::SYS_getppid as u64, [0; 6]) };
    found == -i64::from(libc::ESRCH) || parent == 1
}

/// To be called by a child that was forked from one that shares memory: nobody waits for it.
pub(crate) fn forget_parent() {
    MAILBOX.set(ptr::null());
    slab::leave();
}

global_asm!(
    ".pushsection .text.xemu_clone_on_stack, \"ax\", @progbits",
    ".balign 16",
    ".globl xemu_clone_on_stack",
    ".hidden xemu_clone_on_stack",
    ".type xemu_clone_on_stack, @function",
    // (flags, stack top, ptid, ctid, function, argument) → clone's result in the parent.
    "xemu_clone_on_stack:",
    ".cfi_startproc",
    "sub rsi, 16",
    "mov [rsi], r9",
    "mov [rsi + 8], r8",
    "mov r10, rcx",
    "xor r8d, r8d",
    "mov eax, 56",
    "syscall",
    "test rax, rax",
    "jz 2f",
    "ret",
    "2:",
    ".cfi_undefined rip",
    "xor ebp, ebp",
    "pop rdi",
    "pop rax",
    "call rax",
    "mov edi, eax",
    "3: mov eax, 60",
    "syscall",
    "jmp 3b",
    ".cfi_endproc",
    ".size xemu_clone_on_stack, . - xemu_clone_on_stack",
    ".globl xemu_clone3_on_stack",
    ".hidden xemu_clone3_on_stack",
    ".type xemu_clone3_on_stack, @function",
    // (struct clone_args, its size, function, argument) → clone3's result in the parent.
    "xemu_clone3_on_stack:",
    ".cfi_startproc",
    "mov r8, rcx",
    "mov eax, 435",
    "syscall",
    "test rax, rax",
    "jz 2f",
    "ret",
    "2:",
    ".cfi_undefined rip",
    "xor ebp, ebp",
    "mov rdi, r8",
    "call rdx",
    "mov edi, eax",
    "3: mov eax, 60",
    "syscall",
    "jmp 3b",
    ".cfi_endproc",
    ".size xemu_clone3_on_stack, . - xemu_clone3_on_stack",
    ".popsection",
);

type ChildMain = unsafe extern "sysv64" fn(*mut c_void) -> i32;

unsafe extern "sysv64" {
    fn xemu_clone_on_stack(
        flags: u64,
        stack_top: u64,
        parent_tid: u64,
        child_tid: u64,
        f: ChildMain,
        arg: *mut c_void,
    ) -> i64;
    fn xemu_clone3_on_stack(
        args: *const CloneArgs,
        size: u64,
        f: ChildMain,
        arg: *mut c_void,
    ) -> i64;
}

/// # Safety
/// `arg` must point to an `Option<F>` that holds a function and that nothing else refers to.
unsafe extern "sysv64" fn run_child<F: FnOnce() -> i32>(arg: *mut c_void) -> i32 {
    // SAFETY: the caller's promise.
    let slot = unsafe { &mut *arg.cast::<Option<F>>() };
    slot.take().map_or(127, |f| f())
}

/// A child that has left this memory again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedChild {
    /// Its process id.
    pub pid: i32,
    /// Whether it left by its own will. If not, it may have been in the middle of a change of
    /// whatever it used, and that must not even be dropped.
    pub orderly: bool,
}

/// Says whether the calling thread, if it is a child that shares memory, is about to leave it in
/// order: before execve and exit.
pub fn leaves(orderly: bool) {
    let mailbox = MAILBOX.get();
    if mailbox.is_null() {
        return;
    }
    // SAFETY: `clone_sharing` has put the pointer up and keeps the mailbox until this child, whose
    // thread this is, has left the memory.
    let mailbox = unsafe { &*mailbox };
    mailbox.orderly.store(orderly, Ordering::Release);
}

/// Runs `f` in a child process that shares this process's memory, on a stack of its own and with
/// the calling thread's thread-local storage, while the calling thread waits: until the child calls
/// execve, is killed, or `f` returns its exit status. Flags must contain CLONE_VM; the child's id
/// words are the caller's business. What `f` owns is not dropped when the child does not come to
/// its end. Threads that the child has started live on when `f` returns.
pub fn clone_sharing<F: FnOnce() -> i32>(
    args: &CloneArgs,
    stack_size: usize,
    f: F,
) -> Result<SharedChild, Errno> {
    const UNFIT: u64 = (libc::CLONE_THREAD | libc::CLONE_SETTLS) as u64;
    const OWN_FLAGS: u64 =
        (libc::CLONE_VFORK | libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID) as u64;
    if args.flags & libc::CLONE_VM as u64 == 0 || args.flags & UNFIT != 0 {
        return Err(libc::EINVAL);
    }
    let mut stack = Mapping::anonymous(stack_size + PAGE_SIZE, Protection::ReadWrite)?;
    stack.protect(0, PAGE_SIZE, Protection::None)?;
    let mailbox = Mailbox {
        state: AtomicU32::new(RUNS),
        call: AtomicPtr::new(ptr::null_mut()),
        argument: AtomicPtr::new(ptr::null_mut()),
        orderly: AtomicBool::new(false),
        pid: getpid(),
        tid: gettid(),
    };
    let mut own = *args;
    // This thread waits by itself, because the kernel's way would leave it unable to help.
    own.flags = own.flags & !OWN_FLAGS | libc::CLONE_CHILD_CLEARTID as u64;
    own.child_tid = mailbox.state.as_ptr() as u64;
    own.stack = stack.addr() + PAGE_SIZE as u64;
    own.stack_size = stack.len() as u64 - PAGE_SIZE as u64;
    let mut slot = Some(move || {
        let status = f();
        leaves(true);
        status
    });
    let arg = (&raw mut slot).cast::<c_void>();
    let saved = thread_slot::save();
    let outer = MAILBOX.replace(&raw const mailbox);
    let outer_slab = slab::enter();
    let result = start(&own, main_of(&slot), arg);
    if result.is_ok() {
        serve(&mailbox, outer, outer_slab);
    }
    slab::leave_to(outer_slab);
    MAILBOX.set(outer);
    thread_slot::restore(saved);
    // What the child has not come to drop is not dropped: it may have been cut off in a change.
    core::mem::forget(slot);
    let orderly = mailbox.orderly.load(Ordering::Acquire);
    result.map(|pid| SharedChild { pid, orderly })
}

fn main_of<F: FnOnce() -> i32>(_: &Option<F>) -> ChildMain {
    run_child::<F>
}

fn start(args: &CloneArgs, main: ChildMain, arg: *mut c_void) -> Result<i32, Errno> {
    // SAFETY: the child runs `main` on the new stack with `arg`, which the waiting parent does not
    // touch, and ends without returning here. The stack outlives the child's use of this memory,
    // because `serve` waits for that.
    let result = unsafe { xemu_clone3_on_stack(args, size_of::<CloneArgs>() as u64, main, arg) };
    if result != -i64::from(libc::ENOSYS) {
        return check(result).map(|pid| pid as i32);
    }
    let [flags, _, parent_tid, child_tid, ..] = raw_clone_args(args)?;
    let top = args.stack + args.stack_size;
    // SAFETY: as for clone3, of which this is the older form.
    let result = unsafe { xemu_clone_on_stack(flags, top, parent_tid, child_tid, main, arg) };
    check(result).map(|pid| pid as i32)
}

/// Does what the child asks for until it has left this memory.
fn serve(mailbox: &Mailbox, outer: *const Mailbox, outer_slab: slab::Current) {
    loop {
        match mailbox.state.load(Ordering::Acquire) {
            LEFT => return,
            ASKS => {
                let of_child = (MAILBOX.replace(outer), slab::replace(outer_slab));
                // This thread may be such a child itself.
                delegate(|| answer(mailbox));
                MAILBOX.set(of_child.0);
                slab::replace(of_child.1);
                // The kernel may have found it dead meanwhile.
                let (from, to) = (Ordering::AcqRel, Ordering::Relaxed);
                if mailbox.state.compare_exchange(ASKS, RUNS, from, to).is_ok() {
                    futex::wake_shared(&mailbox.state, 1);
                }
            }
            state => {
                // A wait that ends early is made again.
                let _ = futex::wait_shared(&mailbox.state, state, None);
            }
        }
    }
}

fn answer(mailbox: &Mailbox) {
    let call = mailbox.call.load(Ordering::Relaxed);
    let argument = mailbox.argument.load(Ordering::Relaxed);
    if call.is_null() {
        return;
    }
    // SAFETY: only `ask` stores there, and what it stores is a `Call`.
    let call = unsafe { core::mem::transmute::<*mut (), Call>(call) };
    // SAFETY: `ask` has stored an errand of the call's type, which stays on the child's stack while
    // the state is `ASKS`; a child that is killed meanwhile leaves its stack mapped until
    // `clone_sharing` returns.
    unsafe { call(argument) };
}
