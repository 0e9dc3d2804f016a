//! Pairwise operations, and operations over all elements of a vector.

use xemu_ir::{AttrKind, Inst, Op, Val};

use super::Emitter;
use super::vec_arith::{ADD, MAXS, MAXU, MINS, MINU, sign};
use super::vec_form::PSHUFD;
use super::vec_shift::all;
use crate::asm::{VecOp, VecOpImm, VecShift, VecUnary, Xmm};

impl Emitter<'_> {
    /// Emits a pairwise or across-vector op; false if `inst` is none that is emitted inline.
    pub(super) fn vec_reduce(&mut self, i: usize, inst: &Inst) -> bool {
        let es = usize::from(inst.a);
        let across = inst.op.info().attrs[1] == AttrKind::Num;
        if across && ![16 >> es, 8 >> es].contains(&usize::from(inst.b)) {
            return false;
        }
        match inst.op {
            Op::VAddp => self.add_pairs(i, inst),
            Op::VSmaxp if es < 3 => self.pairwise(i, inst, MAXS[es]),
            Op::VSminp if es < 3 => self.pairwise(i, inst, MINS[es]),
            Op::VUmaxp if es < 3 => self.pairwise(i, inst, MAXU[es]),
            Op::VUminp if es < 3 => self.pairwise(i, inst, MINU[es]),
            Op::VSaddlp if es < 3 => self.add_long_pairs(i, inst, true),
            Op::VUaddlp if es < 3 => self.add_long_pairs(i, inst, false),
            Op::VAddv if es < 3 => self.add_across(i, inst),
            Op::VSaddlv if es < 3 => self.add_long_across(i, inst, true),
            Op::VUaddlv if es < 3 => self.add_long_across(i, inst, false),
            Op::VSmaxv if es < 2 => self.extreme_across(i, inst, sign(inst.a) - 1),
            Op::VSminv if es < 2 => self.extreme_across(i, inst, sign(inst.a)),
            Op::VUmaxv if es < 2 => self.extreme_across(i, inst, all(inst.a)),
            Op::VUminv if es < 2 => self.extreme_across(i, inst, 0),
            Op::VSmaxv if es == 2 => self.words_across(i, inst, VecOp::PMAXSD),
            Op::VSminv if es == 2 => self.words_across(i, inst, VecOp::PMINSD),
            Op::VUmaxv if es == 2 => self.words_across(i, inst, VecOp::PMAXUD),
            Op::VUminv if es == 2 => self.words_across(i, inst, VecOp::PMINUD),
            _ => return false,
        }
        true
    }

    // Pairs

    fn add_pairs(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        match inst.a {
            0 => self.add_byte_pairs(i, a, b),
            1 => self.binary(i, VecOp::PHADDW, a, b),
            2 if !self.same_v(a, b) => self.pairwise(i, inst, VecOp::PADDD),
            2 => self.binary(i, VecOp::PHADDD, a, b),
            _ => self.pairwise(i, inst, VecOp::PADDQ),
        }
    }

    /// Sums as halfwords, cut down to bytes.
    fn add_byte_pairs(&mut self, i: usize, a: Val, b: Val) {
        let y = self.use_v(b);
        let x = self.use_v(a);
        let d = self.def_v(i);
        let same = self.same_v(a, b);
        let t = if same { d } else { self.scratch_v() };
        let (ones, low) = (self.pool_splat(0, 1), self.pool_splat(1, 0xff));
        if !same {
            self.asm.v3(VecOp::PMADDUBSW, t, y, ones);
            self.asm.v3(VecOp::PAND, t, t, low);
        }
        self.asm.v3(VecOp::PMADDUBSW, d, x, ones);
        self.asm.v3(VecOp::PAND, d, d, low);
        self.asm.v3(VecOp::PACKUSWB, d, d, t);
    }

    /// Any operation of neighbours that commutes.
    fn pairwise(&mut self, i: usize, inst: &Inst, op: VecOp) {
        let [a, b, _] = inst.args;
        let same = self.same_v(a, b);
        let y = self.use_v(b);
        let x = self.use_v(a);
        let d = self.def_last_v(i);
        let t = self.scratch_v();
        match inst.a {
            0 | 1 => {
                let pack = [VecOp::PACKUSWB, VecOp::PACKUSDW][usize::from(inst.a)];
                if same {
                    self.pairs_in_wide(inst.a, op, d, x, t);
                    return self.asm.v3(pack, d, d, d);
                }
                let u = self.scratch_v();
                self.pairs_in_wide(inst.a, op, u, y, t);
                self.pairs_in_wide(inst.a, op, d, x, t);
                self.asm.v3(pack, d, d, u);
            }
            2 if same => {
                self.asm.v2_imm(PSHUFD, t, x, 0xdd);
                self.asm.v2_imm(PSHUFD, d, x, 0x88);
                self.asm.v3(op, d, d, t);
            }
            2 => {
                self.asm.v3_imm(VecOpImm::SHUFPS, t, x, y, 0xdd);
                self.asm.v3_imm(VecOpImm::SHUFPS, d, x, y, 0x88);
                self.asm.v3(op, d, d, t);
            }
            _ => {
                self.asm.v3(VecOp::PUNPCKHQDQ, t, x, y);
                self.asm.v3(VecOp::PUNPCKLQDQ, d, x, y);
                self.asm.v3(op, d, d, t);
            }
        }
    }

    /// `d` receives, in elements of twice the size, `op` of the two elements, zero-extended. `d`
    /// may be `x`; `t` is lost.
    fn pairs_in_wide(&mut self, es: u8, op: VecOp, d: Xmm, x: Xmm, t: Xmm) {
        let (left, right) = match es {
            0 => (VecShift::PSLLW, VecShift::PSRLW),
            _ => (VecShift::PSLLD, VecShift::PSRLD),
        };
        self.asm.vshift(left, t, x, 8 << es);
        self.asm.v3(op, d, x, t);
        self.asm.vshift(right, d, d, 8 << es);
    }

    fn add_long_pairs(&mut self, i: usize, inst: &Inst, signed: bool) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        self.long_pairs(inst.a, signed, d, x);
        self.zero_as_operands(i, inst, inst.a + 1);
    }

    /// `d` receives the sums of neighbours in elements of twice the size; `d` is not `x`.
    fn long_pairs(&mut self, es: u8, signed: bool, d: Xmm, x: Xmm) {
        match (es, signed) {
            (0, false) => {
                let ones = self.pool_splat(0, 1);
                self.asm.v3(VecOp::PMADDUBSW, d, x, ones);
            }
            // The first source is the unsigned one.
            (0, true) => {
                self.load_vec_constant(d, super::vec_const::splat(0, 1));
                self.asm.v3(VecOp::PMADDUBSW, d, d, x);
            }
            (1, true) => {
                let ones = self.pool_splat(1, 1);
                self.asm.v3(VecOp::PMADDWD, d, x, ones);
            }
            (2, true) => {
                let ones = self.pool_splat(3, 1);
                let t = self.scratch_v();
                self.asm.vshift(VecShift::PSRLQ, t, x, 32);
                self.asm.v3(VecOp::PMULDQ, t, t, ones);
                self.asm.v3(VecOp::PMULDQ, d, x, ones);
                self.asm.v3(VecOp::PADDQ, d, d, t);
                self.give_back_v(t);
            }
            _ => {
                let t = self.scratch_v();
                let low = self.pool_splat(es + 1, all(es));
                let right = if es == 1 { VecShift::PSRLD } else { VecShift::PSRLQ };
                self.asm.vshift(right, t, x, 8 << es);
                self.asm.v3(VecOp::PAND, d, x, low);
                self.asm.v3(ADD[usize::from(es) + 1], d, d, t);
                self.give_back_v(t);
            }
        }
    }

    // All elements

    /// Adds to the low half the high half; `t` is lost.
    fn fold_high(&mut self, op: VecOp, d: Xmm, t: Xmm) {
        self.asm.v2_imm(PSHUFD, t, d, 0xee);
        self.asm.v3(op, d, d, t);
    }

    /// Adds word 1 to word 0.
    fn fold_word(&mut self, op: VecOp, d: Xmm, t: Xmm) {
        self.asm.v2_imm(PSHUFD, t, d, 0x55);
        self.asm.v3(op, d, d, t);
    }

    fn keep_lowest(&mut self, i: usize, d: Xmm, es: u8) {
        self.clear_above(d, d, es);
        self.zero_above_is(i, es);
    }

    fn add_across(&mut self, i: usize, inst: &Inst) {
        let (a, count) = (inst.args[0], inst.b);
        if (inst.a, count) == (0, 8)
            && let Some(value) = self.only_read_here(i, a)
            && self.block.insts[value].op == Op::VCnt
        {
            // The count is the sum already.
            self.def_same(i, a);
            return self.zero_above_is(i, 0);
        }
        let x = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        let t = self.scratch_v();
        let whole = count == 16 >> inst.a;
        match inst.a {
            0 => {
                self.asm.vzero(t);
                self.asm.v3(VecOp::PSADBW, d, x, t);
                if whole {
                    self.fold_high(VecOp::PADDD, d, t);
                }
            }
            1 => {
                let ones = self.pool_splat(1, 1);
                self.asm.v3(VecOp::PMADDWD, d, x, ones);
                if whole {
                    self.fold_high(VecOp::PADDD, d, t);
                }
                self.fold_word(VecOp::PADDD, d, t);
            }
            _ => {
                if whole {
                    self.asm.v2_imm(PSHUFD, t, x, 0xee);
                    self.asm.v3(VecOp::PADDD, d, x, t);
                } else {
                    self.asm.vmov(d, x);
                }
                self.fold_word(VecOp::PADDD, d, t);
            }
        }
        self.keep_lowest(i, d, inst.a);
    }

    fn add_long_across(&mut self, i: usize, inst: &Inst, signed: bool) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        let whole = inst.b == 16 >> inst.a;
        if inst.a == 0 {
            // Sums of unsigned bytes; signed ones are 0x80 lower.
            let bias = if signed { 0x80 } else { 0 };
            self.asm.vzero(t);
            if signed {
                let mask = self.pool_splat(0, bias);
                self.asm.v3(VecOp::PXOR, d, x, mask);
                self.asm.v3(VecOp::PSADBW, d, d, t);
            } else {
                self.asm.v3(VecOp::PSADBW, d, x, t);
            }
            if whole {
                self.fold_high(VecOp::PADDD, d, t);
            }
            if signed {
                let sum = self.pool(u128::from(bias) * u128::from(inst.b));
                self.asm.v3(VecOp::PSUBW, d, d, sum);
            }
            return self.keep_lowest(i, d, 1);
        }
        self.long_pairs(inst.a, signed, d, x);
        if whole {
            self.fold_high(ADD[usize::from(inst.a) + 1], d, t);
        }
        if inst.a == 1 {
            self.fold_word(VecOp::PADDD, d, t);
        }
        self.keep_lowest(i, d, inst.a + 1);
    }

    fn words_across(&mut self, i: usize, inst: &Inst, op: VecOp) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_reuse_v(i, inst.args[0]);
        let t = self.scratch_v();
        if inst.b == 4 {
            self.asm.v2_imm(PSHUFD, t, x, 0xee);
            self.asm.v3(op, d, x, t);
        } else {
            self.asm.vmov(d, x);
        }
        self.fold_word(op, d, t);
        self.keep_lowest(i, d, 2);
    }

    /// Bytes and halfwords: PHMINPOSUW finds the least unsigned halfword. `flip` makes the wanted
    /// element the least.
    fn extreme_across(&mut self, i: usize, inst: &Inst, flip: u64) {
        let es = inst.a;
        let x = self.use_v(inst.args[0]);
        let d = self.def_reuse_v(i, inst.args[0]);
        let t = self.scratch_v();
        let mut at = x;
        if inst.b != 16 >> es {
            self.asm.v2_imm(PSHUFD, d, at, 0x44);
            at = d;
        }
        if flip != 0 {
            let mask = self.pool_splat(es, flip);
            self.asm.v3(VecOp::PXOR, d, at, mask);
            at = d;
        }
        if es == 0 {
            self.asm.vshift(VecShift::PSRLW, t, at, 8);
            self.asm.v3(VecOp::PMINUB, d, at, t);
            at = d;
        }
        self.asm.v2(VecUnary::PHMINPOSUW, d, at);
        let low = self.pool(all(es).into());
        self.asm.v3(VecOp::PAND, d, d, low);
        if flip != 0 {
            let mask = self.pool(flip.into());
            self.asm.v3(VecOp::PXOR, d, d, mask);
        }
        self.zero_above_is(i, es);
    }
}
