//! System calls by number, and the restart-safe window around a blocking one.

use core::arch::{asm, global_asm};
use core::sync::atomic::AtomicU32;

use crate::HostContext;

/// What [`safe_syscall`] returns when the kernel had begun and wants to begin again, if the
/// signal's handler allows it. The kernel's own ERESTARTSYS has this number and never reaches user
/// space.
pub const INTERRUPTED: i64 = -512;
/// What [`safe_syscall`] returns when the poll flag was set before the kernel was entered: the call
/// is to be made after the signal, whatever its handler wants. The number of ERESTARTNOINTR.
pub const NOT_BEGUN: i64 = -513;

/// "Interrupted system call".
pub const EINTR: i64 = 4;
/// "Function not implemented".
pub const ENOSYS: i64 = 38;

/// Enters the kernel. The result is the raw one: −4095..−1 is a negated error number.
///
/// # Safety
/// The call must not break what Rust code relies on: it may write only to memory that `args` name
/// and that the caller owns, and must not unmap memory, leave the function in a second thread of
/// the same memory, or return from a signal.
#[inline]
pub unsafe fn syscall6(nr: u64, args: [u64; 6]) -> i64 {
    let result: i64;
    // SAFETY: the caller vouches for the call; the kernel changes only rax, rcx, r11 and memory.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") nr => result,
            in("rdi") args[0],
            in("rsi") args[1],
            in("rdx") args[2],
            in("r10") args[3],
            in("r8") args[4],
            in("r9") args[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// Whether a system call may not be passed on as it is, because it changes the emulator's address
/// space, control flow or signal set-up: each of them has a function of its own in this crate or in
/// the guest's address space.
pub fn is_forbidden(nr: u64) -> bool {
    const FORBIDDEN: &[i64] = &[
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_brk,
        libc::SYS_pkey_mprotect,
        libc::SYS_remap_file_pages,
        libc::SYS_shmat,
        libc::SYS_shmdt,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_exit,
        libc::SYS_arch_prctl,
        libc::SYS_modify_ldt,
        libc::SYS_set_thread_area,
        libc::SYS_rseq,
    ];
    FORBIDDEN.contains(&(nr as i64))
}

/// Does a host system call on the guest's behalf. `nr` is the host's number; pointers are guest
/// addresses, which are host addresses. The result is the raw one. Calls of [`is_forbidden`] are
/// answered with −ENOSYS.
pub fn guest_syscall(nr: u64, args: [u64; 6]) -> i64 {
    if is_forbidden(nr) {
        return -ENOSYS;
    }
    // SAFETY: calls that change mappings, control flow or signal set-up were refused; what memory
    // the kernel writes is the guest's choice, see the crate's documentation.
    unsafe { syscall6(nr, args) }
}

global_asm!(
    ".pushsection .text.xemu_safe_syscall, \"ax\", @progbits",
    ".balign 16",
    ".globl xemu_safe_syscall",
    ".hidden xemu_safe_syscall",
    ".type xemu_safe_syscall, @function",
    "xemu_safe_syscall:",
    ".cfi_startproc",
    "push rbx",
    ".cfi_adjust_cfa_offset 8",
    ".cfi_rel_offset rbx, 0",
    "mov rbx, rdi",
    "mov rax, rsi",
    "mov r11, rdx",
    "mov rdi, [r11]",
    "mov rsi, [r11 + 8]",
    "mov rdx, [r11 + 16]",
    "mov r10, [r11 + 24]",
    "mov r8, [r11 + 32]",
    "mov r9, [r11 + 40]",
    // The syscall instruction leaves its successor's address in RCX, also when it is to be
    // executed again.
    "xor ecx, ecx",
    ".globl xemu_safe_syscall_start",
    ".hidden xemu_safe_syscall_start",
    "xemu_safe_syscall_start:",
    "cmp dword ptr [rbx], 0",
    "jne 2f",
    "syscall",
    ".globl xemu_safe_syscall_end",
    ".hidden xemu_safe_syscall_end",
    "xemu_safe_syscall_end:",
    "pop rbx",
    ".cfi_remember_state",
    ".cfi_adjust_cfa_offset -8",
    ".cfi_restore rbx",
    "ret",
    "2:",
    ".cfi_restore_state",
    "lea rdx, [rip + xemu_safe_syscall_end]",
    "mov rax, -513",
    "cmp rcx, rdx",
    "jne 3f",
    "mov rax, -512",
    "3:",
    "pop rbx",
    ".cfi_adjust_cfa_offset -8",
    ".cfi_restore rbx",
    "ret",
    ".cfi_endproc",
    ".size xemu_safe_syscall, . - xemu_safe_syscall",
    ".popsection",
);

unsafe extern "sysv64" {
    fn xemu_safe_syscall(poll: *const AtomicU32, nr: u64, args: *const [u64; 6]) -> i64;
    safe static xemu_safe_syscall_start: u8;
    safe static xemu_safe_syscall_end: u8;
}

/// Like [`guest_syscall`], and returns [`NOT_BEGUN`] without entering the kernel when `poll` is not
/// zero.
///
/// A signal handler that sets `poll` and calls [`rewind_if_in_window`] is never missed: when it
/// comes between the test and the kernel's entry, or when the kernel wants to restart the call
/// (handlers must be installed with SA_RESTART), the test is made again, and the result is
/// NOT_BEGUN or [`INTERRUPTED`]. −EINTR tells that the kernel would not restart the call.
pub fn safe_syscall(poll: &AtomicU32, nr: u64, args: [u64; 6]) -> i64 {
    if is_forbidden(nr) {
        return -ENOSYS;
    }
    // SAFETY: as in `guest_syscall`; the stub reads `poll` and `args`, which outlive the call.
    unsafe { xemu_safe_syscall(poll, nr, &args) }
}

/// Moves an interrupted [`safe_syscall`] back to its test of the poll flag, when the kernel has not
/// begun the call or wants it restarted. To be called by every handler of an asynchronous signal
/// after it has set the poll flag. Tells whether the context was in the window.
pub fn rewind_if_in_window(ctx: &mut HostContext) -> bool {
    let start = &raw const xemu_safe_syscall_start as u64;
    let end = &raw const xemu_safe_syscall_end as u64;
    let inside = (start..end).contains(&ctx.rip());
    if inside {
        ctx.set_rip(start);
    }
    inside
}
