//! Builds blocks: appends instructions, folding constants on the way.

use crate::block::{Block, Inst, Val};
use crate::kinds::Es;
use crate::ops::Op;

/// Appends to a block. Guest registers whose value is a known constant are forwarded, so that
/// address computations such as ADRP and ADD fold.
#[derive(Debug)]
pub struct Builder<'b> {
    block: &'b mut Block,
    known: [Option<u64>; 32],
    /// Whether plain accesses do not check tags.
    pub unchecked: bool,
}

impl<'b> Builder<'b> {
    /// Goes on at the end of `block`.
    pub fn new(block: &'b mut Block) -> Self {
        Self { block, known: [None; 32], unchecked: false }
    }

    /// The block so far.
    pub fn block(&self) -> &Block {
        self.block
    }

    /// Marks the start of the guest instruction at `pc`.
    pub fn begin_insn(&mut self, pc: u64) {
        self.emit(Op::Insn, 0, 0, [Val::NONE; 3], pc);
        self.block.guest_insns += 1;
        self.block.end_pc = pc.wrapping_add(4);
    }

    /// Appends any instruction, as it is.
    #[inline]
    pub fn emit(&mut self, op: Op, a: u8, b: u8, args: [Val; 3], imm: u64) -> Val {
        let v = Val(self.block.insts.len() as u32);
        self.block.insts.push(Inst { op, a, b, args, imm });
        v
    }

    /// No operand.
    pub fn op0(&mut self, op: Op, a: u8, b: u8) -> Val {
        self.emit(op, a, b, [Val::NONE; 3], 0)
    }

    /// One operand, folded if constant.
    pub fn op1(&mut self, op: Op, x: Val) -> Val {
        if let Some(c) = self.block.constant(x)
            && let Some(v) = self.fold1(op, c)
        {
            return v;
        }
        self.emit(op, 0, 0, [x, Val::NONE, Val::NONE], 0)
    }

    /// Two operands, folded if constant.
    pub fn op2(&mut self, op: Op, x: Val, y: Val) -> Val {
        if self.is_int2(op)
            && let (cx, Some(cy)) = (self.block.constant(x), self.block.constant(y))
            && let Some(v) = self.fold2(op, x, cx, cy)
        {
            return v;
        }
        self.emit(op, 0, 0, [x, y, Val::NONE], 0)
    }

    /// One operand and two attributes.
    pub fn op1a(&mut self, op: Op, a: impl Into<u8>, b: impl Into<u8>, x: Val) -> Val {
        self.emit(op, a.into(), b.into(), [x, Val::NONE, Val::NONE], 0)
    }

    /// Two operands and two attributes.
    pub fn op2a(&mut self, op: Op, a: impl Into<u8>, b: impl Into<u8>, x: Val, y: Val) -> Val {
        self.emit(op, a.into(), b.into(), [x, y, Val::NONE], 0)
    }

    /// Three operands and two attributes.
    pub fn op3a(&mut self, op: Op, a: impl Into<u8>, b: impl Into<u8>, args: [Val; 3]) -> Val {
        self.emit(op, a.into(), b.into(), args, 0)
    }

    /// A 32-bit constant.
    pub fn const32(&mut self, value: u32) -> Val {
        self.emit(Op::Const32, 0, 0, [Val::NONE; 3], u64::from(value))
    }

    /// A 64-bit constant.
    pub fn const64(&mut self, value: u64) -> Val {
        self.emit(Op::Const64, 0, 0, [Val::NONE; 3], value)
    }

    /// A vector constant with `value` in both halves.
    pub fn const_v(&mut self, value: u64) -> Val {
        self.emit(Op::ConstV, 0, 0, [Val::NONE; 3], value)
    }

    /// X0–X30, or SP for 31.
    pub fn get_x(&mut self, reg: u32) -> Val {
        match self.known[reg as usize] {
            Some(c) => self.const64(c),
            None => self.op0(Op::GetX, reg as u8, 0),
        }
    }

    /// W0–W30, or WSP for 31.
    pub fn get_w(&mut self, reg: u32) -> Val {
        match self.known[reg as usize] {
            Some(c) => self.const32(c as u32),
            None => self.op0(Op::GetW, reg as u8, 0),
        }
    }

    /// Sets X0–X30, or SP for 31.
    pub fn set_x(&mut self, reg: u32, v: Val) {
        self.known[reg as usize] = self.block.constant(v);
        self.emit(Op::SetX, reg as u8, 0, [v, Val::NONE, Val::NONE], 0);
    }

    /// Sets W0–W30, or WSP for 31, clearing the high half.
    pub fn set_w(&mut self, reg: u32, v: Val) {
        self.known[reg as usize] = self.block.constant(v);
        self.emit(Op::SetW, reg as u8, 0, [v, Val::NONE, Val::NONE], 0);
    }

    /// V0–V31.
    pub fn get_v(&mut self, reg: u32) -> Val {
        self.op0(Op::GetV, reg as u8, 0)
    }

    /// Sets the lowest element of a V register and clears the rest.
    pub fn set_v(&mut self, reg: u32, es: Es, v: Val) {
        self.emit(Op::SetV, reg as u8, es as u8, [v, Val::NONE, Val::NONE], 0);
    }

    /// A load, or a store with `value`, from `base + (index << scale) + disp`.
    pub fn access(&mut self, op: Op, es: u8, addr: Address, value: Val) -> Val {
        let Address { base, index, mut scale, disp } = addr;
        if self.unchecked {
            scale |= Address::UNCHECKED;
        }
        self.emit(op, scale, es, [base, index, value], i64::from(disp) as u64)
    }

    /// An instruction that leaves the block for `target`: an exit with at most one operand.
    pub fn exit(&mut self, op: Op, a: u8, v: Val, target: u64) {
        self.emit(op, a, 0, [v, Val::NONE, Val::NONE], target);
    }

    fn fold1(&mut self, op: Op, c: u64) -> Option<Val> {
        Some(match op {
            Op::Zext => self.const64(c),
            Op::Sext => self.const64(c as u32 as i32 as i64 as u64),
            Op::Trunc => self.const32(c as u32),
            Op::Not32 => self.const32(!c as u32),
            Op::Not64 => self.const64(!c),
            _ => return None,
        })
    }

    fn is_int2(&self, op: Op) -> bool {
        let n = op as u16;
        (Op::Add32 as u16..=Op::Xor64 as u16).contains(&n)
            || (Op::Shl32 as u16..=Op::Sar64 as u16).contains(&n)
    }

    /// Folds an op whose second operand is the constant `cy`.
    fn fold2(&mut self, op: Op, x: Val, cx: Option<u64>, cy: u64) -> Option<Val> {
        let neutral =
            cy == 0 && !matches!(op, Op::And32 | Op::And64) && (op as u16) <= Op::Sar64 as u16;
        if neutral {
            return Some(x);
        }
        let cx = cx?;
        let (x32, y32) = (cx as u32, cy as u32);
        Some(match op {
            Op::Add32 => self.const32(x32.wrapping_add(y32)),
            Op::Add64 => self.const64(cx.wrapping_add(cy)),
            Op::Sub32 => self.const32(x32.wrapping_sub(y32)),
            Op::Sub64 => self.const64(cx.wrapping_sub(cy)),
            Op::And32 => self.const32(x32 & y32),
            Op::And64 => self.const64(cx & cy),
            Op::Or32 => self.const32(x32 | y32),
            Op::Or64 => self.const64(cx | cy),
            Op::Xor32 => self.const32(x32 ^ y32),
            Op::Xor64 => self.const64(cx ^ cy),
            Op::Shl32 => self.const32(x32.wrapping_shl(y32)),
            Op::Shl64 => self.const64(cx.wrapping_shl(y32)),
            Op::Shr32 => self.const32(x32.wrapping_shr(y32)),
            Op::Shr64 => self.const64(cx.wrapping_shr(y32)),
            Op::Sar32 => self.const32((x32 as i32).wrapping_shr(y32) as u32),
            Op::Sar64 => self.const64((cx as i64).wrapping_shr(y32) as u64),
            _ => return None,
        })
    }
}

/// Where a memory access goes: `base + (index << scale) + disp`.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// The base, 64 bits.
    pub base: Val,
    /// The index, 64 bits, or [`Val::NONE`].
    pub index: Val,
    /// The index's left shift, 0 to 4; [`Address::UNCHECKED`] where the tag does not matter.
    pub scale: u8,
    /// The displacement in bytes; fits 32 bits.
    pub disp: i32,
}

impl Address {
    /// Instead of an index's shift: the access is not checked for its tag. (Arm ARM D10.4.1)
    pub const UNCHECKED: u8 = 64;

    /// An address with no index.
    pub fn new(base: Val, disp: i32) -> Self {
        Self { base, index: Val::NONE, scale: 0, disp }
    }
}
