//! Memory tagging as the kernel has it: PR_SET_TAGGED_ADDR_CTRL, and tags that were wrong some time
//! ago. (arch/arm64/kernel/mte.c, Documentation/arch/arm64/memory-tagging-extension.rst)

use xemu_abi::Errno;
use xemu_abi::hwcap::HWCAP2_MTE;
use xemu_abi::signal::{SEGV_MTEAERR, SIGSEGV, SigInfo};
use xemu_guest::{Exit, MteState};

use crate::deliver;
use crate::table::SysResult;
use crate::thread::Thread;

/// PR_MTE_TCF_SYNC.
const SYNC: u64 = 2;
/// PR_MTE_TCF_ASYNC.
const ASYNC: u64 = 4;
/// PR_MTE_TAG_MASK: the tags that IRG may make.
const TAGS: u64 = 0xffff << TAGS_SHIFT;
const TAGS_SHIFT: u32 = 3;

/// PR_SET_TAGGED_ADDR_CTRL.
pub fn set_control(t: &mut Thread, control: u64) -> SysResult {
    let has_mte = t.process.config.hwcap[1] & HWCAP2_MTE != 0;
    let known = if has_mte { MteState::ENABLE | SYNC | ASYNC | TAGS } else { MteState::ENABLE };
    if control & !known != 0 {
        return Err(Errno::EINVAL);
    }
    // Where both are wanted the kernel prefers the faster one.
    let mode = match control & (SYNC | ASYNC) {
        0 => MteState::NONE,
        SYNC => MteState::SYNC,
        _ => MteState::ASYNC,
    };
    if mode != MteState::NONE {
        t.process.space.begin_checking_tags();
    }
    let excluded = !(control >> TAGS_SHIFT) as u32 & 0xffff;
    t.cpu.mte = MteState { control, mode, excluded, pending: t.cpu.mte.pending };
    Ok(0)
}

/// PR_GET_TAGGED_ADDR_CTRL.
pub fn control(t: &Thread) -> SysResult {
    Ok(t.cpu.mte.control)
}

/// After a run of guest code: whether a wrong tag has to be reported before its exit is looked at.
/// A system call is made after the signal.
pub fn report_pending(t: &mut Thread, exit: &Exit) -> bool {
    const INSTRUCTION: u64 = 4;
    if core::mem::take(&mut t.cpu.mte.pending) == 0 {
        return false;
    }
    if matches!(exit, Exit::Svc(_)) {
        t.cpu.pc = t.cpu.pc.wrapping_sub(INSTRUCTION);
    }
    t.fault_address = 0;
    t.fault_esr = 0;
    deliver::force(t, SigInfo::fault(SIGSEGV, SEGV_MTEAERR, 0));
    true
}
