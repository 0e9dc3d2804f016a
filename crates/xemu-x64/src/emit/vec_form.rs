//! Shapes that many vector ops share: operands, destination, one instruction; and what is known of
//! the result's upper bits.

use xemu_ir::{Es, Inst, Op, Ty, Val};

use super::Emitter;
use crate::alloc::Loc;
use crate::asm::{VecOp, VecOpImm, VecUnary, VecUnaryImm, Xmm, XmmMem};
use crate::plan::NO_HINT;

pub(super) const PSHUFD: VecUnaryImm = VecUnaryImm::PSHUFD;

impl Emitter<'_> {
    /// The result's register, in which no operand is: code may write it and read operands later.
    pub(super) fn def_other_v(&mut self, i: usize) -> Xmm {
        self.def_unless_v(i, &self.block.insts[i].args)
    }

    /// The result's register, in which none of the operands `late` is: others must be read before
    /// or in the instruction that first writes it.
    pub(super) fn def_unless_v(&mut self, i: usize, late: &[Val]) -> Xmm {
        let n = self.s.plan.hint[i];
        let there = |v: &Val| {
            v.is_some()
                && self.block.def(*v).ty() == Ty::V
                && self.s.values[v.index()].loc == Loc::Home(n)
        };
        if n != NO_HINT && late.iter().any(there) { self.def_apart_v(i) } else { self.def_v(i) }
    }

    /// The result's register if the first instruction that writes it is the last that reads the
    /// operands, and does not commute: the legacy encoding keeps its second source out of it.
    pub(super) fn def_last_v(&mut self, i: usize) -> Xmm {
        if self.asm.avx() { self.def_v(i) } else { self.def_other_v(i) }
    }

    /// Whether both operands are known to be the same vector.
    pub(super) fn same_v(&self, a: Val, b: Val) -> bool {
        let loc = |v: Val| self.s.values[v.index()].loc;
        let placed = matches!(loc(a), Loc::Temp(_) | Loc::Home(_) | Loc::State(_));
        a == b || placed && loc(a) == loc(b)
    }

    /// `d = a op b` for any choice of registers.
    pub(super) fn three(&mut self, op: VecOp, d: Xmm, a: Xmm, b: XmmMem) {
        if !self.asm.avx() && b == XmmMem::Reg(d) && a != d && !op.commutes() {
            let t = self.scratch_v();
            self.asm.v3_tmp(op, d, a, b, t);
        } else {
            self.asm.v3(op, d, a, b);
        }
    }

    /// The op is one host instruction.
    pub(super) fn binary(&mut self, i: usize, op: VecOp, a: Val, b: Val) {
        let (a, b) = match op.commutes() && self.better_second(a, b) {
            true => (b, a),
            false => (a, b),
        };
        let rb = self.rm_v(b);
        let ra = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        self.three(op, d, ra, rb);
    }

    /// Whether operand `a` had better be the second source: it is in memory and `b` is not, or
    /// `b`'s register becomes free.
    fn better_second(&self, a: Val, b: Val) -> bool {
        let loc = |v: Val| self.s.values[v.index()].loc;
        let in_memory = |v| matches!(loc(v), Loc::Const | Loc::State(_) | Loc::Spill(_));
        let dies = |v: Val| {
            matches!(loc(v), Loc::Temp(_)) && self.s.plan.last_use[v.index()] as usize <= self.cur
        };
        match (in_memory(a), in_memory(b)) {
            (true, false) => true,
            (false, true) => false,
            _ => dies(b) && !dies(a),
        }
    }

    /// The same with an immediate; `a` is the first source.
    pub(super) fn binary_imm(&mut self, i: usize, op: VecOpImm, a: Val, b: Val, imm: u8) {
        let rb = self.rm_v(b);
        let ra = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        if !self.asm.avx() && rb == XmmMem::Reg(d) && ra != d {
            let t = self.scratch_v();
            self.asm.v3_imm_tmp(op, d, ra, rb, imm, t);
        } else {
            self.asm.v3_imm(op, d, ra, rb, imm);
        }
    }

    /// The op is one host instruction with one source.
    pub(super) fn unary(&mut self, i: usize, op: VecUnary, a: Val) {
        let src = self.rm_v(a);
        let d = self.def_reuse_v(i, a);
        self.asm.v2(op, d, src);
    }

    /// The same with an immediate.
    pub(super) fn unary_imm(&mut self, i: usize, op: VecUnaryImm, a: Val, imm: u8) {
        let src = self.rm_v(a);
        let d = self.def_reuse_v(i, a);
        self.asm.v2_imm(op, d, src, imm);
    }

    /// The op's result is `op` of the operand and a constant.
    pub(super) fn with_constant(&mut self, i: usize, op: VecOp, a: Val, c: u128) {
        let ra = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        let mem = self.pool(c);
        self.asm.v3(op, d, ra, mem);
    }

    /// The op on elements of size `es` gives zero for zeros: the result is zero where all operands
    /// are.
    pub(super) fn zero_as_operands(&mut self, i: usize, inst: &Inst, es: u8) {
        let of = |v: &Val| if v.is_some() { self.s.values[v.index()].zero_above } else { 0 };
        let zero = inst.args.iter().map(of).max().unwrap_or(4);
        self.s.values[i].zero_above = zero.max(es).min(4);
    }

    /// Notes that the result is zero above an element of size `es`.
    pub(super) fn zero_above_is(&mut self, i: usize, es: u8) {
        self.s.values[i].zero_above = es.min(4);
    }

    // Pairs of guest instructions

    /// The op behind instruction `i`, passing over what emits nothing.
    fn next_op(&self, i: usize) -> usize {
        let silent = |k: &usize| matches!(self.block.insts[*k].op, Op::Nop | Op::Insn);
        (i + 1..self.block.insts.len()).find(|k| !silent(k)).unwrap_or(i)
    }

    /// The op that value `i` is for alone: the next one, or `i` is written to a vector register,
    /// which the next guest instruction reads for that op and overwrites. Nobody else can see value
    /// `i`.
    pub(super) fn only_reader(&self, i: usize) -> Option<usize> {
        let next = self.next_op(i);
        let args = &self.block.insts[next].args;
        let direct = args.iter().filter(|v| v.index() == i).count() as u32;
        if self.block.insts[next].op != Op::SetV && direct == self.an.uses[i] && direct > 0 {
            return Some(next);
        }
        let write = next;
        let read = self.next_op(write);
        let reader = self.next_op(read);
        let overwrite = self.next_op(reader);
        let inst = |k: usize| &self.block.insts[k];
        let register = inst(write).a;
        let is_write = |k: usize, v: usize| {
            let (op, args) = (inst(k).op, inst(k).args);
            op == Op::SetV && inst(k).a == register && inst(k).b >= 3 && args[0].index() == v
        };
        let reads = inst(reader).args.iter().filter(|v| v.index() == read).count() as u32;
        let alone = is_write(write, i)
            && inst(read).op == Op::GetV
            && inst(read).a == register
            && is_write(overwrite, reader)
            && self.an.uses[i] == 1
            && self.an.uses[read] == reads;
        alone.then_some(reader)
    }

    /// The value that operand `a` of op `i` stands for, if op `i` is its only reader.
    pub(super) fn only_read_here(&self, i: usize, a: Val) -> Option<usize> {
        if self.block.def(a).op != Op::GetV && self.only_reader(a.index()) == Some(i) {
            return Some(a.index());
        }
        let register = self.block.def(a);
        let before = (0..a.index()).rev();
        let mut ops = before.filter(|k| !matches!(self.block.insts[*k].op, Op::Nop | Op::Insn));
        let write = &self.block.insts[ops.next()?];
        if register.op != Op::GetV || write.op != Op::SetV || write.a != register.a {
            return None;
        }
        let value = write.args[0].index();
        (self.only_reader(value) == Some(i)).then_some(value)
    }

    /// Where a vector comes from: the value that was written to the register that it was read
    /// from, or that register as it was at the block's start.
    pub(super) fn origin(&self, v: Val) -> Origin {
        let inst = self.block.def(v);
        if inst.op != Op::GetV {
            return Origin::Value(v);
        }
        let before = self.block.insts[..v.index()].iter().rev();
        let write = before.into_iter().find(|w| w.op == Op::SetV && w.a == inst.a);
        match write {
            None => Origin::Register(inst.a),
            Some(write) if write.b >= Es::Q as u8 => self.origin(write.args[0]),
            Some(_) => Origin::Value(v),
        }
    }
}

/// Where a vector comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is the result of an op.
    Value(Val),
    /// V register of that number, as it was at the block's start.
    Register(u8),
}
