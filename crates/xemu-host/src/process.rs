//! Threads and processes.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use std::sync::Once;

use crate::{Errno, PAGE_SIZE, SigmaskHow, check, signal, syscall6};

/// The calling thread's id.
pub fn gettid() -> i32 {
    // SAFETY: the call has no arguments and cannot fail.
    unsafe { syscall6(libc::SYS_gettid as u64, [0; 6]) as i32 }
}

/// The process's id, asked anew each time.
pub fn getpid() -> i32 {
    // SAFETY: the call has no arguments and cannot fail.
    unsafe { syscall6(libc::SYS_getpid as u64, [0; 6]) as i32 }
}

/// An entry of the host's auxiliary vector, or 0.
pub fn getauxval(kind: u64) -> u64 {
    // SAFETY: reads the vector that the kernel left; knows no other failure than "not there".
    unsafe { libc::getauxval(kind) }
}

/// An entry of the host's auxiliary vector, if it is there: it may be there and 0.
pub fn auxval(kind: u64) -> Option<u64> {
    // SAFETY: `__errno_location` gives this thread's own variable, valid as long as the thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: the pointer is this thread's, see above; nothing else refers to it.
    unsafe { errno.write(0) };
    let value = getauxval(kind);
    // SAFETY: the pointer is this thread's, see above.
    let missing = value == 0 && unsafe { errno.read() } == libc::ENOENT;
    (!missing).then_some(value)
}

/// The path that the kernel was given for this process (AT_EXECFN): the emulator's, or the
/// program's if binfmt_misc came between.
pub fn exec_path() -> Option<std::ffi::CString> {
    const AT_EXECFN: u64 = 31;
    let at = auxval(AT_EXECFN).filter(|at| *at != 0)?;
    // SAFETY: the kernel put a string there, at the end of the first stack, which stays mapped and
    // which nobody changes.
    let path = unsafe { core::ffi::CStr::from_ptr(at as *const core::ffi::c_char) };
    Some(path.to_owned())
}

/// The soft limit of a resource (RLIMIT_*), `u64::MAX` for no limit; `None` where the host does not
/// say, which never happens. Async-signal-safe. (getrlimit(2))
pub fn soft_limit(resource: u32) -> Option<u64> {
    let mut limit = [0u64; 2];
    let args = [resource.into(), limit.as_mut_ptr() as u64, 0, 0, 0, 0];
    // SAFETY: `limit` is valid for writes of the kernel's structure, two words.
    let result = unsafe { syscall6(libc::SYS_getrlimit as u64, args) };
    (result == 0).then_some(limit[0])
}

/// How many bytes of addresses the process may have, if that is limited (RLIMIT_AS).
pub fn address_space_limit() -> Option<u64> {
    soft_limit(libc::RLIMIT_AS).filter(|limit| *limit != libc::RLIM_INFINITY)
}

/// Whether the process is to find everything at the same addresses each time, as `setarch -R` and
/// debuggers ask for (ADDR_NO_RANDOMIZE).
pub fn has_fixed_addresses() -> bool {
    const ASK: u64 = 0xffff_ffff;
    const ADDR_NO_RANDOMIZE: i64 = 0x4_0000;
    // SAFETY: asks for the personality, which changes nothing.
    let persona = unsafe { syscall6(libc::SYS_personality as u64, [ASK, 0, 0, 0, 0, 0]) };
    persona >= 0 && persona & ADDR_NO_RANDOMIZE != 0
}

/// Ends the process at once: no destructors, no exit handlers.
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: does not return.
        unsafe { syscall6(libc::SYS_exit_group as u64, [status as u64, 0, 0, 0, 0, 0]) };
    }
}

/// Ends the calling thread alone, at once. For a process's first thread, whose end must not wait
/// for the others and must not run exit handlers; other threads end by returning.
pub fn exit_thread(status: i32) -> ! {
    loop {
        // SAFETY: does not return; the first thread's stack stays until the process ends.
        unsafe { syscall6(libc::SYS_exit as u64, [status as u64, 0, 0, 0, 0, 0]) };
    }
}

type ThreadMain = Box<dyn FnOnce() + Send>;

extern "C" fn thread_main(arg: *mut c_void) -> *mut c_void {
    // SAFETY: `spawn_thread` passes a pointer from `Box::into_raw` of this type, once.
    let f = unsafe { Box::from_raw(arg.cast::<ThreadMain>()) };
    f();
    core::ptr::null_mut()
}

/// The signals that C libraries keep for themselves: glibc's SIGCANCEL and SIGSETXID, musl's three.
const C_LIBRARY_SIGNALS: core::ops::RangeInclusive<i32> = 32..=34;

extern "C" fn no_work(_: *mut c_void) -> *mut c_void {
    core::ptr::null_mut()
}

/// Lets the C library do what it does once, before its first thread starts: glibc installs a
/// handler for SIGSETXID then and opens that signal. Both belong to the guest, whose own C library
/// has a handler there already, so they are put back. `attr` asks for a joinable thread.
fn prepare_for_threads(attr: &libc::pthread_attr_t) {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        let kept: Vec<_> = C_LIBRARY_SIGNALS.map(|sig| (sig, signal::get_action(sig))).collect();
        let mask = signal::sigprocmask(SigmaskHow::Block, 0);
        let mut thread = MaybeUninit::<libc::pthread_t>::uninit();
        // SAFETY: the attributes are initialised; the thread's function touches no memory.
        let created = unsafe {
            libc::pthread_create(thread.as_mut_ptr(), attr, no_work, core::ptr::null_mut())
        };
        if created == 0 {
            // SAFETY: `pthread_create` succeeded, so it wrote the handle of a joinable thread.
            let thread = unsafe { thread.assume_init() };
            // SAFETY: the thread is joinable and joined only here.
            unsafe { libc::pthread_join(thread, core::ptr::null_mut()) };
        }
        for (sig, action) in kept {
            // A signal that the kernel told of can be set as well.
            let _ = action.and_then(|action| signal::restore_action(sig, &action));
        }
        signal::sigprocmask(SigmaskHow::Set, mask);
    });
}

/// Starts a detached thread with the caller's signal mask. `stack_size` in bytes.
pub fn spawn_thread(f: impl FnOnce() + Send + 'static, stack_size: usize) -> Result<(), Errno> {
    let size = stack_size.next_multiple_of(PAGE_SIZE).max(4 * PAGE_SIZE);
    let mut attr = MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: initialises the attributes.
    let result = unsafe { libc::pthread_attr_init(attr.as_mut_ptr()) };
    if result != 0 {
        return Err(result);
    }
    // SAFETY: the attributes are initialised; an absurd size is refused and leaves the default.
    unsafe { libc::pthread_attr_setstacksize(attr.as_mut_ptr(), size) };
    // SAFETY: the attributes are initialised.
    prepare_for_threads(unsafe { attr.assume_init_ref() });
    // SAFETY: the attributes are initialised and the state is a valid one.
    unsafe { libc::pthread_attr_setdetachstate(attr.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED) };
    let main: ThreadMain = Box::new(f);
    let arg = Box::into_raw(Box::new(main));
    let mut thread = MaybeUninit::<libc::pthread_t>::uninit();
    // SAFETY: the attributes are initialised; `thread_main` takes the argument over.
    let result = unsafe {
        libc::pthread_create(thread.as_mut_ptr(), attr.as_ptr(), thread_main, arg.cast())
    };
    // SAFETY: the attributes are initialised and not used after this.
    unsafe { libc::pthread_attr_destroy(attr.as_mut_ptr()) };
    if result == 0 {
        return Ok(());
    }
    // SAFETY: no thread was started, so the pointer is still ours alone.
    drop(unsafe { Box::from_raw(arg) });
    Err(result)
}

/// Which side of a fork this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fork {
    /// The child.
    Child,
    /// The parent, with the child's id.
    Parent(i32),
}

/// Forks through the C library, so that its allocator is whole in the child. The child has one
/// thread; locks that other threads held stay locked in it, so the caller takes the project's own
/// locks first.
pub fn fork() -> Result<Fork, Errno> {
    // SAFETY: the C library keeps its own state right; Rust state is the caller's, see above.
    match unsafe { libc::fork() } {
        0 => Ok(in_child()),
        -1 => Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EAGAIN)),
        pid => Ok(Fork::Parent(pid)),
    }
}

/// The kernel's struct clone_args, whose addresses and descriptors are the guest's.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloneArgs {
    /// CLONE_ flags, without the exit signal.
    pub flags: u64,
    /// Where CLONE_PIDFD writes.
    pub pidfd: u64,
    /// Where CLONE_CHILD_SETTID and CLONE_CHILD_CLEARTID write.
    pub child_tid: u64,
    /// Where CLONE_PARENT_SETTID writes.
    pub parent_tid: u64,
    /// Sent to the parent at the child's end.
    pub exit_signal: u64,
    /// Lowest address of the stack; not the guest's, see [`crate::clone_sharing`].
    pub stack: u64,
    /// Its size.
    pub stack_size: u64,
    /// The thread pointer; always 0, because it is the emulator's.
    pub tls: u64,
    /// Address of the ids that the child is to have.
    pub set_tid: u64,
    /// How many of them.
    pub set_tid_size: u64,
    /// Descriptor of CLONE_INTO_CGROUP.
    pub cgroup: u64,
}

/// The arguments of the older clone. ENOSYS when only clone3 can express them.
pub(crate) fn raw_clone_args(args: &CloneArgs) -> Result<[u64; 6], Errno> {
    let has = |bit: libc::c_int| args.flags & bit as u64 != 0;
    let both_ids = has(libc::CLONE_PIDFD) && has(libc::CLONE_PARENT_SETTID);
    if args.flags >> 32 != 0 || args.set_tid_size != 0 || both_ids && args.pidfd != args.parent_tid
    {
        return Err(libc::ENOSYS);
    }
    let parent_tid = if has(libc::CLONE_PIDFD) { args.pidfd } else { args.parent_tid };
    Ok([args.flags | args.exit_signal, 0, parent_tid, args.child_tid, 0, 0])
}

/// Like [`fork`] with what the C library does not know (namespaces, CLONE_PARENT, CLONE_FILES,
/// CLONE_PIDFD, another exit signal, wanted ids). The C library does not hear of it: in a process
/// with several threads use it only where another thread cannot be inside the allocator.
pub fn clone_process(args: &CloneArgs) -> Result<Fork, Errno> {
    let unfit = libc::CLONE_THREAD
        | libc::CLONE_SETTLS
        | libc::CLONE_VM
        | libc::CLONE_VFORK
        | libc::CLONE_SIGHAND;
    if args.flags & unfit as u64 != 0 || args.stack != 0 || args.tls != 0 {
        return Err(libc::EINVAL);
    }
    let size = size_of::<CloneArgs>() as u64;
    let clone3 = [core::ptr::from_ref(args) as u64, size, 0, 0, 0, 0];
    // SAFETY: without CLONE_VM the child has its own copy of memory and goes on with this stack's
    // copy; the id words are the guest's choice, see the crate's documentation.
    let mut result = unsafe { syscall6(libc::SYS_clone3 as u64, clone3) };
    if result == -i64::from(libc::ENOSYS) {
        // SAFETY: as for clone3, of which this is the older form.
        result = unsafe { syscall6(libc::SYS_clone as u64, raw_clone_args(args)?) };
    }
    match check(result)? {
        0 => Ok(in_child()),
        pid => Ok(Fork::Parent(pid as i32)),
    }
}

fn in_child() -> Fork {
    crate::sharing::forget_parent();
    Fork::Child
}

/// The file behind a descriptor that this process was started with and that nothing owns yet: an
/// emulator's own, handed over by the one that started it. The file closes it. A number that is not
/// open gives a file whose every use fails.
pub fn inherited_file(fd: i32) -> std::fs::File {
    use std::os::fd::FromRawFd;
    // SAFETY: the caller says that nothing in this process owns the descriptor. That is all that
    // could go wrong: a descriptor is a number to the kernel, and no memory depends on it.
    unsafe { std::fs::File::from_raw_fd(fd) }
}
