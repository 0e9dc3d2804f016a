//! Guarded control stacks: what calls, returns and the instructions do with them, and the stores
//! that they are guarded against. (Arm ARM D11 and the shared pseudocode, "AddGCSRecord",
//! "LoadCheckGCSRecord")

use xemu_guest::{CpuState, FaultKind, GcsState, GuestFault};
use xemu_ir::GcsOp;

use crate::memory::{GuestMemory, Machine, accessed};

/// The bytes of a record.
const RECORD: u64 = 8;
/// What stands in the low bits of a cap: a stack that can be switched to.
const VALID: u64 = 1;
/// A stack that is being switched from.
const IN_PROGRESS: u64 = 5;
/// The bits of a valid cap that are not its address.
const CAP_BITS: u64 = 0xfff;
/// The bits of a pointer to a record that are not its address.
const POINTER_BITS: u64 = 7;

/// Why the instruction is not done.
pub(crate) enum Refused {
    /// The access to the stack faulted.
    Fault(GuestFault),
    /// What is on the stack is not what must be there, or the store is not permitted.
    Check,
    /// The instruction is undefined as long as it is not permitted.
    Undefined,
}

impl From<GuestFault> for Refused {
    fn from(fault: GuestFault) -> Self {
        Self::Fault(fault)
    }
}

fn no_access(addr: u64, write: bool) -> GuestFault {
    GuestFault { kind: FaultKind::Permission, addr, write }
}

/// Faults if a store goes to a guarded control stack.
#[inline]
pub(crate) fn check_store(
    machine: &mut (impl GuestMemory + ?Sized),
    addr: u64,
    size: u64,
) -> Result<(), GuestFault> {
    let last = addr.wrapping_add(size.wrapping_sub(1));
    if machine.is_shadow_stack(addr) {
        return Err(no_access(addr, true));
    }
    if (addr ^ last) >> 12 != 0 && machine.is_shadow_stack(last) {
        return Err(no_access(last & !0xfff, true));
    }
    Ok(())
}

fn load(machine: &mut dyn Machine, addr: u64) -> Result<u64, GuestFault> {
    let at = accessed(addr);
    let value = machine.read(at, RECORD as u32)?;
    if machine.is_shadow_stack(at) { Ok(value as u64) } else { Err(no_access(at, false)) }
}

/// Faults if a record cannot be written as one of a stack.
fn check_record(machine: &mut dyn Machine, at: u64) -> Result<(), GuestFault> {
    if machine.is_shadow_stack(at) {
        return Ok(());
    }
    machine.check_write(at, 1)?;
    Err(no_access(at, true))
}

fn store(machine: &mut dyn Machine, addr: u64, value: u64) -> Result<(), GuestFault> {
    let at = accessed(addr);
    check_record(machine, at)?;
    machine.write(at, RECORD as u32, value.into())
}

/// Pushes a record.
fn push(gcs: &mut GcsState, machine: &mut dyn Machine, value: u64) -> Result<(), GuestFault> {
    let pointer = gcs.pointer.wrapping_sub(RECORD);
    store(machine, pointer, value)?;
    gcs.pointer = pointer;
    Ok(())
}

/// Pops a record that `fits` accepts.
fn pop(
    gcs: &mut GcsState,
    machine: &mut dyn Machine,
    fits: impl FnOnce(u64) -> bool,
) -> Result<u64, Refused> {
    let record = load(machine, gcs.pointer)?;
    if !fits(record) {
        return Err(Refused::Check);
    }
    gcs.pointer = gcs.pointer.wrapping_add(RECORD);
    Ok(record)
}

/// GCSSS1: takes the stack whose cap is at `incoming`, and leaves there where this one was.
fn switch_in(gcs: &mut GcsState, machine: &mut dyn Machine, incoming: u64) -> Result<(), Refused> {
    let at = accessed(incoming);
    if !at.is_multiple_of(RECORD) {
        let kind = FaultKind::Misaligned;
        return Err(GuestFault { kind, addr: at, write: true }.into());
    }
    check_record(machine, at)?;
    let cap = incoming & !CAP_BITS | VALID;
    let found = machine.cas(at, RECORD as u32, cap, gcs.pointer & !POINTER_BITS | IN_PROGRESS)?;
    if found != cap {
        return Err(Refused::Check);
    }
    gcs.pointer = incoming & !POINTER_BITS;
    Ok(())
}

/// GCSSS2: puts a valid cap onto the stack that was left; gives the cap's address.
fn switch_out(gcs: &mut GcsState, machine: &mut dyn Machine) -> Result<u64, Refused> {
    let record = load(machine, gcs.pointer)?;
    if record & POINTER_BITS != IN_PROGRESS {
        return Err(Refused::Check);
    }
    let cap_at = (record & !POINTER_BITS).wrapping_sub(RECORD);
    store(machine, cap_at, cap_at & !CAP_BITS | VALID)?;
    gcs.pointer = gcs.pointer.wrapping_add(RECORD);
    Ok(cap_at)
}

/// Does one operation; the result is a register's new value.
pub(crate) fn run(
    cpu: &mut CpuState,
    machine: &mut dyn Machine,
    op: GcsOp,
    [n, m]: [u64; 2],
) -> Result<u64, Refused> {
    let gcs = &mut cpu.gcs;
    let enabled = gcs.is_enabled();
    match op {
        GcsOp::Pointer => return Ok(gcs.pointer),
        GcsOp::CheckFeatures => return Ok(n & !u64::from(enabled)),
        GcsOp::PushM if gcs.mode & GcsState::PUSH == 0 => return Err(Refused::Undefined),
        GcsOp::Store => {
            if gcs.mode & GcsState::WRITE == 0 {
                return Err(Refused::Check);
            }
            if !n.is_multiple_of(RECORD) {
                let (kind, addr) = (FaultKind::Misaligned, accessed(n));
                return Err(GuestFault { kind, addr, write: true }.into());
            }
            store(machine, n, m)?;
        }
        GcsOp::PopM | GcsOp::SwitchOut if !enabled => return Ok(n),
        _ if !enabled => {}
        GcsOp::Call | GcsOp::PushM => push(gcs, machine, n)?,
        GcsOp::Return => drop(pop(gcs, machine, |record| record == n)?),
        GcsOp::PopM => return pop(gcs, machine, |record| record & 3 == 0),
        GcsOp::SwitchIn => switch_in(gcs, machine, n)?,
        GcsOp::SwitchOut => return switch_out(gcs, machine),
    }
    Ok(0)
}
