//! The machine code that touches guest memory, and what makes a fault in it an error value.
//!
//! Every stub is a leaf function that leaves the stack alone, so a fault at any of its
//! instructions can go on at a label that returns. [`fixup`] is called by the host's handler of
//! SIGSEGV and SIGBUS and does that.

use core::arch::global_asm;

use xemu_guest::{FaultKind, GuestFault};
use xemu_host::{HostContext, HostReg, SigInfo};

use crate::{accessed, untag};

/// What a stub returns, in RAX and RDX.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    /// The value read; the fault's address when `status` is not zero.
    pub value: u64,
    /// Zero, or one of the `FAULT_` codes.
    pub status: u64,
}

const FAULT_UNMAPPED: u64 = 1;
const FAULT_PERMISSION: u64 = 2;
const FAULT_NO_PAGE: u64 = 3;
/// General protection: the address is not canonical, or CMPXCHG16B's is misaligned.
const FAULT_PROTECTION: u64 = 4;

global_asm!(
    ".pushsection .text.xemu_access, \"ax\", @progbits",
    ".balign 64",
    ".macro xemu_stub name:req",
    "  .balign 16",
    "  .globl \\name",
    "  .hidden \\name",
    "  .type \\name, @function",
    "  \\name:",
    ".endm",
    ".globl xemu_access_start",
    ".hidden xemu_access_start",
    "xemu_access_start:",
    // Loads: (address) → value.
    "xemu_stub xemu_load1",
    "movzx eax, byte ptr [rdi]; xor edx, edx; ret",
    "xemu_stub xemu_load2",
    "movzx eax, word ptr [rdi]; xor edx, edx; ret",
    "xemu_stub xemu_load4",
    "mov eax, dword ptr [rdi]; xor edx, edx; ret",
    "xemu_stub xemu_load8",
    "mov rax, [rdi]; xor edx, edx; ret",
    // (address, pointer to the result)
    "xemu_stub xemu_load16",
    "movups xmm0, [rdi]; movups [rsi], xmm0; xor edx, edx; ret",
    // Stores: (address, value).
    "xemu_stub xemu_store1",
    "mov [rdi], sil; xor edx, edx; ret",
    "xemu_stub xemu_store2",
    "mov [rdi], si; xor edx, edx; ret",
    "xemu_stub xemu_store4",
    "mov [rdi], esi; xor edx, edx; ret",
    "xemu_stub xemu_store8",
    "mov [rdi], rsi; xor edx, edx; ret",
    // (address, pointer to the value)
    "xemu_stub xemu_store16",
    "movups xmm0, [rsi]; movups [rdi], xmm0; xor edx, edx; ret",
    // Exchange and add: (address, addend) → old value.
    "xemu_stub xemu_xadd1",
    "lock xadd [rdi], sil; movzx eax, sil; xor edx, edx; ret",
    "xemu_stub xemu_xadd2",
    "lock xadd [rdi], si; movzx eax, si; xor edx, edx; ret",
    "xemu_stub xemu_xadd4",
    "lock xadd [rdi], esi; mov eax, esi; xor edx, edx; ret",
    "xemu_stub xemu_xadd8",
    "lock xadd [rdi], rsi; mov rax, rsi; xor edx, edx; ret",
    // Exchange: (address, value) → old value.
    "xemu_stub xemu_xchg1",
    "xchg [rdi], sil; movzx eax, sil; xor edx, edx; ret",
    "xemu_stub xemu_xchg2",
    "xchg [rdi], si; movzx eax, si; xor edx, edx; ret",
    "xemu_stub xemu_xchg4",
    "xchg [rdi], esi; mov eax, esi; xor edx, edx; ret",
    "xemu_stub xemu_xchg8",
    "xchg [rdi], rsi; mov rax, rsi; xor edx, edx; ret",
    // Compare and exchange: (address, expected, new) → old value.
    "xemu_stub xemu_cas1",
    "movzx eax, sil; lock cmpxchg [rdi], dl; movzx eax, al; xor edx, edx; ret",
    "xemu_stub xemu_cas2",
    "movzx eax, si; lock cmpxchg [rdi], dx; movzx eax, ax; xor edx, edx; ret",
    "xemu_stub xemu_cas4",
    "mov eax, esi; lock cmpxchg [rdi], edx; mov eax, eax; xor edx, edx; ret",
    "xemu_stub xemu_cas8",
    "mov rax, rsi; lock cmpxchg [rdi], rdx; xor edx, edx; ret",
    // The label where a fault in any of the above goes on.
    ".globl xemu_access_fail",
    ".hidden xemu_access_fail",
    "xemu_access_fail: ret",
    // (address, pointer to expected, which becomes the old value, pointer to new)
    "xemu_stub xemu_cas16",
    "mov r8, rbx",
    "mov rbx, [rdx]; mov rcx, [rdx + 8]",
    "mov rax, [rsi]; mov rdx, [rsi + 8]",
    "lock cmpxchg16b [rdi]",
    "mov [rsi], rax; mov [rsi + 8], rdx",
    "mov rbx, r8; xor edx, edx; ret",
    ".globl xemu_cas16_fail",
    ".hidden xemu_cas16_fail",
    "xemu_cas16_fail: mov rbx, r8; ret",
    // Copy: (destination, source, length) → 0; after a fault: how many bytes are left.
    "xemu_stub xemu_copy",
    "mov rcx, rdx",
    "rep movsb",
    "xor eax, eax; xor edx, edx; ret",
    // Fill: (destination, byte, length) → 0; after a fault: how many bytes are left.
    "xemu_stub xemu_fill",
    "mov rcx, rdx",
    "mov eax, esi",
    "rep stosb",
    "xor eax, eax; xor edx, edx; ret",
    ".globl xemu_bulk_fail",
    ".hidden xemu_bulk_fail",
    "xemu_bulk_fail: mov rax, rcx; ret",
    ".globl xemu_access_end",
    ".hidden xemu_access_end",
    "xemu_access_end:",
    ".purgem xemu_stub",
    ".popsection",
);

unsafe extern "sysv64" {
    safe static xemu_access_start: u8;
    safe static xemu_access_fail: u8;
    safe static xemu_cas16_fail: u8;
    safe static xemu_bulk_fail: u8;
    safe static xemu_access_end: u8;

    pub(crate) fn xemu_load1(addr: u64) -> Outcome;
    pub(crate) fn xemu_load2(addr: u64) -> Outcome;
    pub(crate) fn xemu_load4(addr: u64) -> Outcome;
    pub(crate) fn xemu_load8(addr: u64) -> Outcome;
    pub(crate) fn xemu_load16(addr: u64, out: *mut u128) -> Outcome;
    pub(crate) fn xemu_store1(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_store2(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_store4(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_store8(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_store16(addr: u64, value: *const u128) -> Outcome;
    pub(crate) fn xemu_xadd1(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xadd2(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xadd4(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xadd8(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xchg1(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xchg2(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xchg4(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_xchg8(addr: u64, value: u64) -> Outcome;
    pub(crate) fn xemu_cas1(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn xemu_cas2(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn xemu_cas4(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn xemu_cas8(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn xemu_cas16(addr: u64, expected: *mut u128, new: *const u128) -> Outcome;
    pub(crate) fn xemu_copy(to: u64, from: u64, len: usize) -> Outcome;
    pub(crate) fn xemu_fill(to: u64, byte: u64, len: usize) -> Outcome;
}

/// Turns a host fault inside an access of this crate into that access's error, by changing where
/// `ctx` goes on. To be called first by the handlers of SIGSEGV and SIGBUS; false means that the
/// fault was elsewhere. Async-signal-safe.
pub fn fixup(sig: i32, info: &SigInfo, ctx: &mut HostContext) -> bool {
    let at = |label: &'static u8| core::ptr::from_ref(label) as u64;
    let rip = ctx.rip();
    if !(at(&xemu_access_start)..at(&xemu_access_end)).contains(&rip) || info.code() <= 0 {
        return false;
    }
    let status = status_of(sig, info, ctx);
    let fail = if rip < at(&xemu_access_fail) {
        at(&xemu_access_fail)
    } else if rip < at(&xemu_cas16_fail) {
        at(&xemu_cas16_fail)
    } else {
        at(&xemu_bulk_fail)
    };
    ctx.set_reg(HostReg::Rax, ctx.cr2());
    ctx.set_reg(HostReg::Rdx, status);
    ctx.set_rip(fail);
    true
}

/// What a fault is in the guest's terms: for a page fault, by what the kernel made of it.
fn status_of(sig: i32, info: &SigInfo, ctx: &HostContext) -> u64 {
    const SIGBUS: i32 = 7;
    const SEGV_ACCERR: i32 = 2;
    const GENERAL_PROTECTION: u64 = 13;
    if ctx.trapno() == GENERAL_PROTECTION {
        FAULT_PROTECTION
    } else if sig == SIGBUS {
        FAULT_NO_PAGE
    } else if info.code() == SEGV_ACCERR {
        FAULT_PERMISSION
    } else {
        FAULT_UNMAPPED
    }
}

/// What kind of guest fault a host SIGSEGV or SIGBUS in generated code is. `None` means that the
/// address was not canonical: the access must be repeated with [`untag`]'s address, and is
/// `Unmapped` when that changes nothing.
pub fn classify(sig: i32, info: &SigInfo, ctx: &HostContext) -> Option<FaultKind> {
    kind_of(status_of(sig, info, ctx))
}

fn kind_of(status: u64) -> Option<FaultKind> {
    match status {
        FAULT_UNMAPPED => Some(FaultKind::Unmapped),
        FAULT_PERMISSION => Some(FaultKind::Permission),
        FAULT_NO_PAGE => Some(FaultKind::NoPage),
        _ => None,
    }
}

/// Repeats a failed access without the address's tag when that was the reason, or makes it a fault.
#[cold]
pub(crate) fn retry(
    addr: u64,
    first: Outcome,
    write: bool,
    access: impl Fn(u64) -> Outcome,
) -> Result<u64, GuestFault> {
    let clean = untag(addr);
    let outcome =
        if first.status == FAULT_PROTECTION && clean != addr { access(clean) } else { first };
    if outcome.status == 0 {
        return Ok(outcome.value);
    }
    let (kind, at) = match kind_of(outcome.status) {
        Some(kind) => (kind, outcome.value),
        None if is_canonical(clean) => (FaultKind::Misaligned, clean),
        None => (FaultKind::Unmapped, clean),
    };
    let far = addr.wrapping_add(at.wrapping_sub(clean));
    Err(GuestFault { kind, addr: accessed(far), write })
}

/// The fault of a bulk access that stopped at `addr`, an address without a tag.
pub(crate) fn bulk_fault(addr: u64, status: u64, write: bool) -> GuestFault {
    GuestFault { kind: kind_of(status).unwrap_or(FaultKind::Unmapped), addr, write }
}

fn is_canonical(addr: u64) -> bool {
    (addr as i64) << 16 >> 16 == addr as i64
}
