//! Guarded control stacks: the calls that make and use them, those of new threads, and what
//! signals leave on them. (arch/arm64/mm/gcs.c, arch/arm64/kernel/signal.c,
//! Documentation/arch/arm64/gcs.rst)

use xemu_abi::Errno;
use xemu_abi::hwcap::HWCAP_GCS;
use xemu_abi::mman::PAGE_SIZE;
use xemu_abi::sigframe::GcsContext;
use xemu_guest::{CpuState, GcsState};
use xemu_host::delegate;

use crate::args::*;
use crate::host;
use crate::mem;
use crate::table::SysResult;
use crate::thread::Thread;

/// The bytes of a record.
const RECORD: u64 = 8;
/// The bits of a cap that are its address.
const CAP_ADDRESS: u64 = !0xfff;
/// GCS_CAP_VALID_TOKEN.
const VALID: u64 = 1;

/// Whether the processor has guarded control stacks.
pub fn is_supported(t: &Thread) -> bool {
    t.process.config.hwcap[0] & HWCAP_GCS != 0
}

/// What a bit of the mode may not be set to. (gcs_check_locked)
fn check_locked(gcs: &GcsState, mode: u64) -> Result<(), Errno> {
    if (gcs.mode ^ mode) & gcs.locked == 0 { Ok(()) } else { Err(Errno::EBUSY) }
}

fn check_support(t: &Thread) -> Result<(), Errno> {
    if is_supported(t) { Ok(()) } else { Err(Errno::EINVAL) }
}

/// PR_GET_SHADOW_STACK_STATUS.
pub fn status(t: &Thread, to: u64) -> SysResult {
    check_support(t)?;
    mem::write(to, &t.cpu.gcs.mode.to_le_bytes())?;
    Ok(0)
}

/// PR_SET_SHADOW_STACK_STATUS.
pub fn set_status(t: &mut Thread, mode: u64) -> SysResult {
    check_support(t)?;
    if mode & !GcsState::KNOWN != 0 {
        return Err(Errno::EINVAL);
    }
    check_locked(&t.cpu.gcs, mode)?;
    if mode & GcsState::ENABLE != 0 && !t.cpu.gcs.is_enabled() {
        // One that was used before is not taken up again.
        if t.cpu.gcs.base != 0 || t.cpu.gcs.pointer != 0 {
            return Err(Errno::EINVAL);
        }
        let gcs = allocate(t, 0).map_err(|_| Errno::ENOMEM)?;
        t.cpu.gcs = GcsState { locked: t.cpu.gcs.locked, ..gcs };
    }
    t.cpu.gcs.mode = mode;
    Ok(0)
}

/// PR_LOCK_SHADOW_STACK_STATUS: unknown bits can be locked too.
pub fn lock_status(t: &mut Thread, bits: u64) -> SysResult {
    check_support(t)?;
    t.cpu.gcs.locked |= bits;
    Ok(0)
}

/// The size of a thread's stack; without a wish, half of what its ordinary stack may have.
fn stack_size(wanted: u64) -> u64 {
    const RLIMIT_STACK: u32 = 3;
    const MOST: u64 = 2 << 30;
    if wanted != 0 {
        return wanted.next_multiple_of(PAGE_SIZE);
    }
    let limit = xemu_host::soft_limit(RLIMIT_STACK).unwrap_or(u64::MAX);
    (limit / 2).min(MOST).next_multiple_of(PAGE_SIZE).max(PAGE_SIZE)
}

/// A fresh stack, whose newest record is the zero at its end.
fn allocate(t: &Thread, wanted: u64) -> Result<GcsState, Errno> {
    let size = stack_size(wanted);
    let space = t.process.space;
    let base = delegate(|| space.map_shadow_stack(0, size)).map_err(host::errno)?;
    let mode = t.cpu.gcs.mode;
    Ok(GcsState { pointer: base + size - RECORD, base, size, mode, locked: t.cpu.gcs.locked })
}

/// What a new task has: a stack of its own if it shares memory and runs beside its parent.
/// (gcs_alloc_thread_stack)
pub fn of_child(t: &Thread, beside: bool, stack_size: u64) -> Result<GcsState, Errno> {
    if beside && t.cpu.gcs.is_enabled() {
        return allocate(t, stack_size / 2);
    }
    Ok(GcsState { base: 0, size: 0, ..t.cpu.gcs })
}

/// Unmaps the stack that the kernel has made for a task. (gcs_free)
pub fn free(t: &Thread, gcs: &GcsState) {
    if gcs.base != 0 {
        // A program may have unmapped it.
        let _ = delegate(|| t.process.space.munmap(gcs.base, gcs.size));
    }
}

/// map_shadow_stack.
pub fn map_shadow_stack(t: &mut Thread, addr: Addr, size: Size, flags: Hex) -> SysResult {
    const SET_TOKEN: u64 = 1;
    const SET_MARKER: u64 = 2;
    let (addr, size, flags) = (addr.0, size.0, u64::from(flags.0));
    if !is_supported(t) {
        return Err(Errno::EOPNOTSUPP);
    }
    let aligned = addr.is_multiple_of(PAGE_SIZE) && size.is_multiple_of(RECORD) && size != RECORD;
    if flags & !(SET_TOKEN | SET_MARKER) != 0 || !aligned {
        return Err(Errno::EINVAL);
    }
    let len = size.checked_next_multiple_of(PAGE_SIZE).ok_or(Errno::EOVERFLOW)?;
    let space = t.process.space;
    let base = delegate(|| space.map_shadow_stack(addr, len)).map_err(host::errno)?;
    if flags & SET_TOKEN != 0 {
        let records = if flags & SET_MARKER != 0 { 2 } else { 1 };
        let at = base + size - records * RECORD;
        put(at, at & CAP_ADDRESS | VALID)?;
    }
    Ok(base)
}

/// Writes a record, as GCSSTTR does for the kernel. (put_user_gcs)
fn put(addr: u64, value: u64) -> Result<(), Errno> {
    if !xemu_mem::is_shadow_stack(addr) {
        return Err(Errno::EFAULT);
    }
    xemu_mem::write(addr, value).map_err(|_| Errno::EFAULT)
}

/// Before a handler runs, which returns to `trampoline`: a cap, and the record that this return
/// checks. (gcs_signal_entry)
pub fn enter_handler(cpu: &mut CpuState, trampoline: u64) -> Result<(), Errno> {
    if !cpu.gcs.is_enabled() {
        return Ok(());
    }
    let cap_at = cpu.gcs.pointer.wrapping_sub(RECORD);
    put(cap_at.wrapping_sub(RECORD), trampoline)?;
    put(cap_at, cap_at & CAP_ADDRESS)?;
    cpu.gcs.pointer = cap_at.wrapping_sub(RECORD);
    Ok(())
}

/// What a frame tells, if the thread has or had a stack. (preserve_gcs_context)
pub fn saved(gcs: &GcsState) -> Option<GcsContext> {
    let cap = if gcs.is_enabled() { RECORD } else { 0 };
    (gcs.pointer != 0).then(|| GcsContext::new(gcs.pointer.wrapping_sub(cap), gcs.mode))
}

/// Takes back what a frame says, and the cap that must be there. `None` when the frame is not one.
/// (restore_gcs_context, gcs_restore_signal)
pub fn return_from_handler(t: &mut Thread, saved: Option<&GcsContext>) -> Option<()> {
    if let Some(saved) = saved {
        let mode = saved.features_enabled;
        let enables = mode & GcsState::ENABLE != 0;
        let turned_on = enables && !t.cpu.gcs.is_enabled();
        if !is_supported(t) || mode & !GcsState::KNOWN != 0 || turned_on {
            return None;
        }
        check_locked(&t.cpu.gcs, mode).ok()?;
        t.cpu.gcs.mode = if enables { mode } else { 0 };
        t.cpu.gcs.pointer = saved.gcspr;
    }
    if !t.cpu.gcs.is_enabled() {
        return Some(());
    }
    let cap_at = t.cpu.gcs.pointer;
    let cap: u64 = mem::read_as(cap_at).ok()?;
    if cap != cap_at & CAP_ADDRESS {
        return None;
    }
    put(cap_at, 0).ok()?;
    t.cpu.gcs.pointer = cap_at.wrapping_add(RECORD);
    Some(())
}
