//! Blocks, instructions and values.

use crate::kinds::{Effects, FpMode, Ty};
use crate::ops::Op;

/// A value: the index of the instruction that defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Val(pub u32);

impl Val {
    /// No value: an operand slot that is unused, or an absent index.
    pub const NONE: Val = Val(u32::MAX);

    /// Whether this is a value.
    #[inline]
    pub fn is_some(self) -> bool {
        self != Val::NONE
    }
    /// The defining instruction's index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation with operands and attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// The first small attribute.
    pub a: u8,
    /// The second small attribute.
    pub b: u8,
    /// Operands; unused ones are [`Val::NONE`].
    pub args: [Val; 3],
    /// The immediate.
    pub imm: u64,
}

impl Inst {
    /// The op's effects.
    #[inline]
    pub fn effects(&self) -> Effects {
        self.op.effects()
    }
    /// The result's type.
    #[inline]
    pub fn ty(&self) -> Ty {
        self.op.result()
    }
}

/// A straight line of instructions with one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The guest address of the first instruction.
    pub pc: u64,
    /// The instructions.
    pub insts: Vec<Inst>,
    /// How many guest instructions it holds.
    pub guest_insns: u32,
    /// The lowest guest address behind the block's instructions.
    pub end_pc: u64,
    /// How floating point is translated.
    pub fp: FpMode,
}

impl Block {
    /// Empties the block for a new start at `pc`, keeping its memory.
    pub fn reset(&mut self, pc: u64) {
        self.pc = pc;
        self.insts.clear();
        self.guest_insns = 0;
        self.end_pc = pc;
        self.fp = FpMode::Host;
    }

    /// The instruction that defines `v`.
    #[inline]
    pub fn def(&self, v: Val) -> &Inst {
        &self.insts[v.index()]
    }

    /// The constant that `v` is, if it is one.
    #[inline]
    pub fn constant(&self, v: Val) -> Option<u64> {
        let inst = self.def(v);
        matches!(inst.op, Op::Const32 | Op::Const64).then_some(inst.imm)
    }
}

/// What a backward walk over a block finds out; see [`crate::passes::liveness`].
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// For each instruction, how many operands name it.
    pub uses: Vec<u32>,
    /// For each instruction, the index of the last one that names it (its own index if none).
    pub last_use: Vec<u32>,
    /// For each instruction that writes flags, whether they are read later or live at an exit.
    /// For side exits and terminators, whether NZCV must be in the state when leaving there.
    pub flags_live: Vec<bool>,
    /// The last jump to the block's own start.
    pub last_jump_back: Option<u32>,
    /// The writes of registers that were removed, by falling index: until the register's next write
    /// it may as well hold the value.
    pub dead_writes: Vec<DeadWrite>,
}

/// A write of a register that nothing could see.
#[derive(Clone, Copy, Debug)]
pub struct DeadWrite {
    /// Where it was.
    pub at: u32,
    /// What it was.
    pub inst: Inst,
}
