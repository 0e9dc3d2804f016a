//! The contract between blocks: where guest state lives whenever control passes from one block to
//! another, to the trampolines or to a fault handler.
//!
//! - RBP holds the address of the thread's `CpuState` plus `STATE_BIAS`.
//! - The guest registers of [`X_HOMES`] and [`V_HOMES`] live in host registers, all others and NZCV
//!   in the state.
//! - RSP is the return-prediction stack: for each guest call a pair of the guest's return address
//!   and, below it, the host's.
//! - RAX, RCX, RDX and XMM0–XMM7 hold nothing. EFLAGS hold nothing, the direction flag is clear.
//! - MXCSR is `CpuState::mxcsr` with the cumulative bits that have come since.

use core::mem::offset_of;
use xemu_guest::{CpuState, EngineSlots, STATE_BIAS, VecConst};
use xemu_ir::passes::forward::Registers;

use crate::asm::reg::{
    R8, R9, R10, R11, R12, R13, R14, R15, RAX, RBP, RBX, RCX, RDI, RDX, RSI, XMM0, XMM1, XMM2,
    XMM3, XMM4, XMM5, XMM6, XMM7, XMM8, XMM9, XMM10, XMM11, XMM12, XMM13, XMM14, XMM15,
};
use crate::asm::{Gpr, Mem, Xmm};

/// The guest registers that live in host registers: the most used ones by a dynamic count over
/// Debian's python3, perl and bash (but X30, which is written by calls and read by returns only, so
/// that memory serves as well). (31 is SP.) The registers most used as a base are not in R12 and
/// R13, whose encodings are longer.
pub const X_HOMES: [(u8, Gpr); 11] = [
    (31, RBX),
    (0, RSI),
    (1, RDI),
    (2, R8),
    (3, R9),
    (19, R10),
    (20, R11),
    (4, R14),
    (21, R15),
    (22, R12),
    (23, R13),
];

/// The V registers that live in host registers.
pub const V_HOMES: [(u8, Xmm); 8] =
    [(0, XMM8), (1, XMM9), (2, XMM10), (3, XMM11), (4, XMM12), (5, XMM13), (6, XMM14), (7, XMM15)];

/// The guest registers that live in the state only: reading and writing them costs an access to
/// memory.
pub const IN_STATE: Registers = {
    let (mut x, mut v) = (0, 0);
    let mut i = 0;
    while i < X_HOMES.len() {
        x |= 1 << X_HOMES[i].0;
        i += 1;
    }
    i = 0;
    while i < V_HOMES.len() {
        v |= 1 << V_HOMES[i].0;
        i += 1;
    }
    Registers { x: !x, v: !v }
};

/// Host registers that hold values within a block.
pub const TEMPS: [Gpr; 3] = [RAX, RCX, RDX];

/// Host vector registers that hold values within a block.
pub const VEC_TEMPS: [Xmm; 8] = [XMM0, XMM1, XMM2, XMM3, XMM4, XMM5, XMM6, XMM7];

/// In tables of homes: no home.
pub(crate) const NO_HOME: u8 = 0xff;

const fn home_table<const N: usize>(homes: [(u8, u8); N]) -> [u8; 32] {
    let mut table = [NO_HOME; 32];
    let mut i = 0;
    while i < N {
        table[homes[i].0 as usize] = homes[i].1;
        i += 1;
    }
    table
}

/// For each X register, the number of the host register in which it lives, or [`NO_HOME`].
pub(crate) static X_HOME: [u8; 32] = {
    let mut pairs = [(0, 0); X_HOMES.len()];
    let mut i = 0;
    while i < X_HOMES.len() {
        pairs[i] = (X_HOMES[i].0, X_HOMES[i].1.index());
        i += 1;
    }
    home_table(pairs)
};

static V_HOME: [u8; 32] = {
    let mut pairs = [(0, 0); V_HOMES.len()];
    let mut i = 0;
    while i < V_HOMES.len() {
        pairs[i] = (V_HOMES[i].0, V_HOMES[i].1.index());
        i += 1;
    }
    home_table(pairs)
};

/// The host register in which V`n` lives, if any.
#[inline]
pub fn v_home(n: u8) -> Option<Xmm> {
    let home = V_HOME[usize::from(n)];
    (home != NO_HOME).then(|| Xmm::new(home))
}

/// The memory operand of the state's byte at `offset`.
#[inline]
pub const fn state(offset: usize) -> Mem {
    Mem::disp(RBP, offset as i32 - STATE_BIAS)
}

/// The memory operand of an engine field's byte at `offset`.
#[inline]
pub const fn engine(offset: usize) -> Mem {
    state(offset_of!(CpuState, engine) + offset)
}

/// X`n` (SP for 31) in the state.
#[inline]
pub const fn x_slot(n: u8) -> Mem {
    state(offset_of!(CpuState, x) + n as usize * 8)
}

/// V`n` in the state.
#[inline]
pub const fn v_slot(n: u8) -> Mem {
    state(offset_of!(CpuState, v) + n as usize * 16)
}

/// Spill slot `n`, of 16 bytes.
#[inline]
pub const fn spill_slot(n: u8) -> Mem {
    engine(offset_of!(EngineSlots, spill) + n as usize * 16)
}

/// Operand or result slot `n` of an operation that runs out of line, of 16 bytes.
#[inline]
pub const fn scratch_slot(n: u8) -> Mem {
    engine(offset_of!(EngineSlots, scratch) + n as usize * 16)
}

/// A constant of 16 bytes.
#[inline]
pub const fn vec_const(which: VecConst) -> Mem {
    engine(offset_of!(EngineSlots, consts) + which as usize * 16)
}

/// How many spill slots there are. What lives longer than a guest instruction stands for what one
/// of the 64 registers holds, for 31 of them perhaps in two widths, or is an operand of an
/// operation that waits; a long block that needs more is translated as a short one.
pub const SPILL_SLOTS: usize = 128;

/// The routines that generated code reaches through `EngineSlots::helpers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Helper {
    /// Jumped to with EAX = exit slot's number: leaves with [`LeaveReason::Link`].
    Link = 0,
    /// Jumped to with RAX = guest target: looks the target up in the thread's table, goes there or
    /// leaves with [`LeaveReason::Lookup`].
    Lookup = 1,
    /// Jumped to with RAX = guest target after a wrong prediction: looks for the target further up
    /// the return-prediction stack, else goes on as `Lookup`.
    ReturnMiss = 2,
    /// Jumped to with EAX = [`LeaveReason`] and the state's pc set.
    Leave = 3,
    /// Called with EAX = an operation (see `EvalCode`), operands in the scratch slots: the result
    /// is in scratch slot 0. Clobbers RAX, RCX, RDX, XMM0–XMM7 and EFLAGS.
    Eval = 4,
    /// Called with RAX = guest address: invalidates translated code there. Clobbers as `Eval`.
    IcIvau = 5,
    /// The Rust function behind `Eval`.
    EvalFn = 6,
    /// The Rust function behind `IcIvau`.
    IcIvauFn = 7,
    /// Where a fault handler resumes, with the state's pc, reason and flags set.
    LeaveFault = 8,
    /// Called as `Eval`, for an operation that reaches memory or registers; ZF is clear afterwards
    /// if the guest instruction is to be interpreted instead.
    Exec = 9,
    /// The Rust function behind `Exec`.
    ExecFn = 10,
}

/// The memory operand that holds a helper's address.
#[inline]
pub const fn helper(which: Helper) -> Mem {
    engine(offset_of!(EngineSlots, helpers) + which as usize * 8)
}

/// Why generated code was left: `EngineSlots::leave_reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum LeaveReason {
    /// An exit slot (`leave_arg`) that is not linked, or whose link was passed over for a poll.
    Link = 0,
    /// The pc is not in the thread's table.
    Lookup = 1,
    /// The pc's instruction is to be interpreted.
    Emulate = 2,
    /// Go on at the pc through the dispatcher.
    Sync = 3,
    /// SVC #`leave_arg`; the pc is behind it.
    Svc = 4,
    /// BRK #`leave_arg` at the pc.
    Brk = 5,
    /// Undefined instruction word `leave_arg` at the pc.
    Undef = 6,
    /// The instruction at the pc faulted: it is interpreted, to say how. Set by fault handlers.
    Fault = 7,
    /// An access of the instruction at the pc is not aligned: it is interpreted, to say how.
    Misaligned = 8,
    /// The instruction at the pc used an address that is not canonical for the host: it is
    /// interpreted. Set by fault handlers.
    TagTrap = 9,
    /// The instruction at the pc met an invalid operation, in the block at `leave_addr`: it is
    /// interpreted. Set by fault handlers.
    FpTrap = 10,
}

impl LeaveReason {
    /// From the state's field.
    pub fn from_u32(n: u32) -> Option<Self> {
        use LeaveReason::*;
        [Link, Lookup, Emulate, Sync, Svc, Brk, Undef, Fault, Misaligned, TagTrap, FpTrap]
            .into_iter()
            .find(|r| *r as u32 == n)
    }
}

/// Entries of the thread's table for indirect branches; each is (guest pc, host address). Two pcs
/// 128 KiB apart meet. Translators like V8 and HotSpot align what they branch to at 64 bytes, so
/// they use a part of the entries only: with an eighth of them Node.js misses four times as often.
pub const LOOKUP_ENTRIES: u32 = 32768;

/// The byte offset of `pc`'s entry in the thread's table.
#[inline]
pub const fn lookup_offset(pc: u64) -> u64 {
    (pc << 2) & ((LOOKUP_ENTRIES as u64 - 1) << 4)
}
