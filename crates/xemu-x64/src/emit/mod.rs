//! The emitter: from a planned block to bytes.
//!
//! One function per group of ops decides ([`int`], [`memory`], [`control`], [`vector`]); the verbs
//! of [`regs`] (use, define, scratch) own registers; [`flags`] owns EFLAGS. Guest registers are
//! written to their homes or the state at once, in program order, so guest state is exact wherever
//! an instruction may fault.

mod control;
mod flags;
mod float;
mod float_compare;
mod float_complex;
mod float_convert;
mod float_estimate;
mod float_half;
mod float_tiny;
mod int;
mod int_mul;
mod memory;
mod regs;
mod vec_arith;
mod vec_bits;
mod vec_const;
mod vec_crypto;
mod vec_form;
mod vec_moves;
mod vec_reduce;
mod vec_sat;
mod vec_sha512;
mod vec_shift;
mod vec_shift_by;
mod vec_sm3;
mod vec_wide;
mod vector;

use core::mem::offset_of;

use xemu_guest::CpuState;
use xemu_ir::{Analysis, Block, Inst, Op, Ty, Val};

use crate::alloc::{File, Loc, Value};
use crate::asm::{Asm, AsmError, Label, Width};
use crate::contract::{LeaveReason, SPILL_SLOTS, TEMPS, VEC_TEMPS, helper, state};
use crate::features::HostFeatures;
use crate::plan::Plan;
use flags::{Flags, InHost};

/// Where and how a block's code will run.
#[derive(Clone, Copy, Debug)]
pub struct CompileContext {
    /// The address at which the code will run.
    pub code_addr: u64,
    /// The address of the first exit slot that the block may take.
    pub slots_addr: u64,
    /// That slot's number.
    pub first_slot: u32,
    /// Whether a jump to the block's own start stays inside the block.
    pub loop_inside: bool,
    /// Whether the top byte of addresses is stripped before each access.
    pub strip_tags: bool,
    /// Whether accesses look whether their thread checks tags (FEAT_MTE).
    pub check_tags: bool,
    /// Whether stores must not go to guarded control stacks, which looks like other memory here.
    pub guard_stores: bool,
}

/// What an exit slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// A jump to the target.
    Jump,
    /// A call of the target.
    Call,
    /// Where a call returns to.
    Landing,
}

/// An exit: an aligned 8-byte slot that holds the address to go on at.
#[derive(Clone, Copy, Debug)]
pub struct ExitSlot {
    /// The guest address of the target.
    pub target: u64,
    /// The offset of the code that the slot points to while it is not linked.
    pub stub: u32,
    /// What it is for.
    pub kind: ExitKind,
}

/// Where NZCV is at a host instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FlagsAt {
    /// In the state.
    State,
    /// In EFLAGS, CF inverted.
    Inverted,
    /// In EFLAGS, CF as C.
    Direct,
    /// In EFLAGS as UCOMISD leaves them.
    Compare,
    /// In EFLAGS as UCOMISD leaves them for exchanged operands.
    CompareSwapped,
}

/// A host instruction that may fault or trap.
#[derive(Clone, Copy, Debug)]
pub struct FaultRecord {
    /// Its offset in the code.
    pub offset: u32,
    /// The guest instruction's distance from the block's start, in bytes (signed: blocks may
    /// contain instructions before their start).
    pub pc_delta: i32,
    /// Where NZCV is.
    pub flags: FlagsAt,
    /// If not 0, the offset of the code that goes on to `Helper::Leave` after a fault here.
    pub way_out: u32,
}

/// How the instructions of a block are executed where host code alone does not do it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The code calls a routine for an operation.
    pub routine: bool,
    /// The code is left for the interpreter.
    pub interpreted: bool,
}

/// The result of compiling a block.
#[derive(Debug)]
pub struct Compiled<'c> {
    /// The bytes.
    pub code: &'c [u8],
    /// The exit slots, in the order of their numbers.
    pub exits: &'c [ExitSlot],
    /// The places that may fault, by rising offset.
    pub faults: &'c [FaultRecord],
    /// What is not host code.
    pub ways: Ways,
}

/// Why a block was not compiled: a defect of the emitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// The encoder refused.
    Encoding(AsmError),
    /// More values are alive at once than there are spill slots: the block is too long.
    TooManyValues,
}

impl core::fmt::Display for CompileError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Encoding(e) => write!(f, "a block could not be encoded: {e}"),
            Self::TooManyValues => write!(f, "a block keeps more values than there is room for"),
        }
    }
}

impl core::error::Error for CompileError {}

/// An operation that runs out of line, as it travels in EAX to `Helper::Eval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvalCode(pub u32);

impl EvalCode {
    /// Packs op and attributes.
    pub fn new(inst: &Inst) -> Self {
        Self(inst.op as u32 | u32::from(inst.a) << 16 | u32::from(inst.b) << 24)
    }
    /// The op.
    pub fn op(self) -> Op {
        Op::ALL[(self.0 & 0xffff) as usize]
    }
    /// The first attribute.
    pub fn a(self) -> u8 {
        (self.0 >> 16) as u8
    }
    /// The second attribute.
    pub fn b(self) -> u8 {
        (self.0 >> 24) as u8
    }
}

/// Compiles blocks, reusing its memory from one to the next.
pub struct Compiler {
    asm: Asm,
    features: HostFeatures,
    scratch: Scratch,
}

/// Memory that is reused from block to block.
struct Scratch {
    plan: Plan,
    values: Vec<Value>,
    gpr: File,
    vec: File,
    exits: Vec<ExitSlot>,
    faults: Vec<FaultRecord>,
    cold: Vec<Cold>,
    /// Constants behind the code.
    pool: Vec<(u128, Label)>,
    /// No spill slot was left for a value: what was emitted is wrong.
    overfull: bool,
}

/// Code that is emitted behind the block.
#[derive(Clone, Copy, Debug)]
enum Cold {
    /// The taken side of a conditional exit.
    Exit { label: Label, slot: u32, flags: Flags, save_flags: bool, poll: bool },
    /// A check of alignment that failed; the address is in register number `addr`.
    Align { label: Label, back: Label, addr: u8, size: u8, lse2: bool, pc: u64, flags: Flags },
    /// A guest instruction that is left to the interpreter.
    Emulate { label: Label, pc: u64 },
    /// An exit through the dispatcher, with NZCV in the state if it is read there.
    Sync { label: Label, pc: u64 },
    /// An indirect call that the thread's table does not know.
    CallMiss { label: Label, back: Label },
    /// A return that was not predicted.
    ReturnMiss { label: Label },
    /// A loop inside the block that must be left for a poll.
    Poll { label: Label, slot: u32 },
}

impl Compiler {
    /// A compiler for a host with `features`.
    pub fn new(features: HostFeatures) -> Self {
        Self {
            asm: Asm::new(features.avx2),
            features,
            scratch: Scratch {
                plan: Plan::new(),
                values: Vec::new(),
                gpr: File::new(TEMPS.len()),
                vec: File::new(VEC_TEMPS.len()),
                exits: Vec::new(),
                faults: Vec::new(),
                cold: Vec::new(),
                pool: Vec::new(),
                overfull: false,
            },
        }
    }

    /// The host features that code is emitted for.
    pub fn features(&self) -> HostFeatures {
        self.features
    }

    /// Compiles a verified block that the liveness pass has run on.
    ///
    /// # Errors
    /// When the block is too long, or the emitter made code that cannot be encoded, which is a
    /// defect.
    pub fn compile(
        &mut self,
        block: &Block,
        an: &Analysis,
        ctx: &CompileContext,
    ) -> Result<Compiled<'_>, CompileError> {
        let may_move = ctx.loop_inside && !ctx.check_tags;
        let mut ways = self.emit(block, an, ctx, may_move);
        if ways.routine && !self.scratch.plan.moved.is_empty() {
            // Routines know registers by the contract's homes.
            ways = self.emit(block, an, ctx, false);
        }
        if self.scratch.overfull {
            return Err(CompileError::TooManyValues);
        }
        let code = self.asm.finish().map_err(CompileError::Encoding)?;
        Ok(Compiled { code, exits: &self.scratch.exits, faults: &self.scratch.faults, ways })
    }

    fn emit(&mut self, block: &Block, an: &Analysis, ctx: &CompileContext, may_move: bool) -> Ways {
        let s = &mut self.scratch;
        self.asm.reset();
        s.plan.make(block, an, self.features.bmi2, may_move);
        s.values.clear();
        s.values.resize(block.insts.len(), Value::NONE);
        s.gpr.reset();
        s.vec.reset();
        s.exits.clear();
        s.faults.clear();
        s.cold.clear();
        s.pool.clear();
        s.overfull = false;
        let mut e = Emitter {
            asm: &mut self.asm,
            s,
            block,
            an,
            ctx: *ctx,
            features: self.features,
            flags: Flags { host: InHost::Nothing, in_state: true },
            spill_refs: [0; SPILL_SLOTS],
            zero_above: [4; 32],
            words_of: (0, 0),
            control_of: None,
            sha_state: [Val::NONE; 2],
            cur: 0,
            flags_needed: false,
            pc: block.pc,
            head: None,
            ended: false,
            ways: Ways::default(),
        };
        e.block();
        e.ways
    }
}

/// The start of a block that is a loop.
#[derive(Clone, Copy, Debug)]
struct Head {
    label: Label,
    /// If not nothing, the state's NZCV may be older.
    flags: InHost,
}

/// The state of emitting one block.
struct Emitter<'b> {
    asm: &'b mut Asm,
    s: &'b mut Scratch,
    block: &'b Block,
    an: &'b Analysis,
    ctx: CompileContext,
    features: HostFeatures,
    flags: Flags,
    /// For each spill slot, how many values are in it.
    spill_refs: [u16; SPILL_SLOTS],
    /// For each V register, above which element size (log2 bytes) it is known to be zero.
    zero_above: [u8; 32],
    /// The V register whose words `Ready::Words` holds, and their order.
    words_of: (u8, u8),
    /// The V register whose bytes `Ready::Control` stands for, and the table's first index.
    control_of: Option<(u8, u8)>,
    /// The results whose halves `Ready::ShaOld` and `Ready::ShaNew` hold.
    sha_state: [Val; 2],
    /// The op that is being emitted.
    cur: usize,
    /// NZCV is read after it.
    flags_needed: bool,
    /// The guest instruction that is being emitted.
    pc: u64,
    /// Where jumps to the block's own start go, and what EFLAGS hold there.
    head: Option<Head>,
    /// The block was left for good before its last op.
    ended: bool,
    ways: Ways,
}

impl Emitter<'_> {
    fn block(&mut self) {
        self.start();
        for i in 0..self.block.insts.len() {
            let inst = self.block.insts[i];
            if inst.op.is_marker() {
                if inst.op == Op::Insn {
                    self.pc = inst.imm;
                }
                continue;
            }
            if self.s.plan.is_deferred(i) {
                continue;
            }
            let brings = self.s.plan.brings(i);
            if brings {
                self.bring_args(&inst, i);
            }
            self.flags_needed = self.s.plan.flags_after(i);
            self.one(i, &inst);
            if self.ended {
                break;
            }
            if brings {
                self.release_shared(&inst);
            }
            self.release(&inst);
        }
        self.cold();
        self.way_out();
        self.stubs();
        self.place_pool();
    }

    fn one(&mut self, i: usize, inst: &Inst) {
        self.cur = i;
        self.s.gpr.unlock_all();
        self.s.vec.unlock_all();
        self.inst(i, inst);
    }

    /// Emits the ops that were deferred until `inst`, or until `user`, which needs `inst`.
    fn bring_args(&mut self, inst: &Inst, user: usize) {
        for arg in inst.args {
            if !arg.is_some()
                || !self.s.plan.is_deferred(arg.index())
                || self.s.values[arg.index()].loc != Loc::None
            {
                continue;
            }
            let deferred = self.block.insts[arg.index()];
            if self.s.plan.brings(arg.index()) {
                self.bring_args(&deferred, user);
            }
            self.flags_needed = self.s.plan.flags_after(user - 1);
            self.one(arg.index(), &deferred);
            self.release(&deferred);
        }
    }

    /// Frees what ops that were deferred until `inst` share with others, and was kept for them.
    fn release_shared(&mut self, inst: &Inst) {
        for arg in inst.args {
            if arg.is_some() && self.s.plan.is_deferred(arg.index()) {
                let deferred = self.block.insts[arg.index()];
                self.release(&deferred);
                self.release_shared(&deferred);
            }
        }
    }

    /// Frees the places of operands that were used for the last time, and of an unused result.
    #[inline(always)]
    fn release(&mut self, inst: &Inst) {
        for arg in inst.args {
            if arg.is_some() && self.s.plan.last_use[arg.index()] as usize == self.cur {
                self.discard(arg);
            }
        }
        if inst.ty() != Ty::Non && self.an.uses[self.cur] == 0 {
            self.discard(Val(self.cur as u32));
        }
    }

    fn inst(&mut self, i: usize, inst: &Inst) {
        use Op::*;
        match inst.op {
            GetX | GetW => self.get_x(i, inst.a),
            GetV => self.get_v(i, inst.a),
            SetX => self.set_x(inst.a, inst.args[0]),
            SetW => self.set_w(inst.a, inst.args[0]),
            SetV => self.set_v(inst.a, inst.b, inst.args[0]),
            Const32 | Const64 => self.s.values[i].loc = Loc::Const,
            op if is_control(op) => self.control(inst),
            op if is_memory(op) => self.memory(i, inst),
            op if op.is_vector() => self.vector(i, inst),
            _ => self.int(i, inst),
        }
    }

    /// The value that instruction `i` defines.
    fn value(&mut self, v: Val) -> &mut Value {
        &mut self.s.values[v.index()]
    }

    /// Notes that the next host instruction may fault or trap.
    fn fault_point(&mut self) {
        let pc_delta = self.pc.wrapping_sub(self.block.pc) as i64 as i32;
        let flags = self.flags.at();
        let offset = self.asm.pos() as u32;
        self.s.faults.push(FaultRecord { offset, pc_delta, flags, way_out: 0 });
    }

    /// Leaves the block for good at the present guest instruction, which is to be interpreted.
    fn emulate(&mut self) {
        self.save_flags_if(true);
        self.leave(LeaveReason::Emulate, self.pc);
        self.ways.interpreted = true;
        self.ended = true;
    }

    /// Leaves with `reason` and the state's pc set. Clobbers RAX.
    fn leave(&mut self, reason: LeaveReason, pc: u64) {
        let rax = TEMPS[0];
        self.restore_homes();
        self.asm.mov_imm(rax, pc);
        self.asm.store(Width::W64, state(offset_of!(CpuState, pc)), rax);
        self.asm.mov_imm(rax, reason as u64);
        self.asm.jmp_rm(helper(crate::contract::Helper::Leave));
    }
}

fn is_control(op: Op) -> bool {
    let n = op as u16;
    n >= Op::ExitIf as u16
}

fn is_memory(op: Op) -> bool {
    let n = op as u16;
    (Op::Load8 as u16..=Op::Pause as u16).contains(&n)
}
