//! Saturating arithmetic. Where the result differs from the one that wraps, or from the operand,
//! FPSR.QC is set: the difference is gathered in the state.

use core::mem::offset_of;

use xemu_guest::CpuState;
use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use super::vec_arith::{ADD, CMPEQ, CMPGT, SUB, sign};
use super::vec_const::splat;
use super::vec_form::PSHUFD;
use super::vec_shift::all;
use super::vec_wide::{SIGN_EXTEND, ZERO_EXTEND};
use crate::asm::{VecMove, VecOp, VecOpImm, VecShift, VecUnary, Xmm};
use crate::contract::state;

use VecOp as X;

impl Emitter<'_> {
    /// Emits a saturating op; false if `inst` is none that is emitted inline.
    pub(super) fn vec_sat(&mut self, i: usize, inst: &Inst) -> bool {
        let (es, b) = (usize::from(inst.a), inst.b);
        let widens = matches!(inst.op, Op::VSqdmull | Op::VSqxtn | Op::VUqxtn | Op::VSqxtun);
        let wide = es + usize::from(widens);
        if b != 1 && b != 8 >> wide && b != 16 >> wide {
            return false;
        }
        let small = |ops: [VecOp; 2]| ops[es & 1];
        match inst.op {
            Op::VSqadd if es < 2 => self.sat_small(i, inst, small([X::PADDSB, X::PADDSW]), ADD[es]),
            Op::VUqadd if es < 2 => {
                self.sat_small(i, inst, small([X::PADDUSB, X::PADDUSW]), ADD[es]);
            }
            Op::VSqsub if es < 2 => self.sat_small(i, inst, small([X::PSUBSB, X::PSUBSW]), SUB[es]),
            Op::VUqsub if es < 2 => {
                self.sat_small(i, inst, small([X::PSUBUSB, X::PSUBUSW]), SUB[es]);
            }
            Op::VSqadd => self.sat_signed(i, inst, ADD[es], true),
            Op::VSqsub => self.sat_signed(i, inst, SUB[es], false),
            Op::VSuqadd if es < 2 => {
                self.sat_small(i, inst, small([X::PADDUSB, X::PADDUSW]), ADD[es]);
            }
            Op::VUsqadd if es < 2 => {
                self.sat_small(i, inst, small([X::PADDSB, X::PADDSW]), ADD[es]);
            }
            Op::VSuqadd => self.sat_unsigned_add(i, inst),
            Op::VUsqadd => self.sat_signed(i, inst, ADD[es], true),
            Op::VSqrdmlah | Op::VSqrdmlsh if es == 1 => self.sat_mul_add_halfwords(i, inst),
            Op::VSqrdmlah | Op::VSqrdmlsh if es == 2 => self.sat_mul_add_words(i, inst),
            Op::VSqshl | Op::VUqshl | Op::VSqrshl | Op::VUqrshl => {
                return self.sat_shift_by_register(i, inst);
            }
            Op::VUqadd => self.sat_unsigned_add(i, inst),
            Op::VUqsub => self.sat_unsigned_sub(i, inst),
            Op::VSqabs => self.sat_abs(i, inst),
            Op::VSqneg => self.sat_neg(i, inst),
            Op::VSqdmulh | Op::VSqrdmulh if es == 1 || es == 2 => self.sat_mul_high(i, inst),
            Op::VSqdmull if es == 1 || es == 2 => self.sat_mul_long(i, inst),
            Op::VSqshlImm | Op::VUqshlImm | Op::VSqshluImm => self.sat_shift_imm(i, inst),
            Op::VSqxtn if es < 2 => {
                self.sat_narrow(i, inst, small([X::PACKSSWB, X::PACKSSDW]), SIGN_EXTEND[es]);
            }
            Op::VSqxtun if es < 2 => {
                self.sat_narrow(i, inst, small([X::PACKUSWB, X::PACKUSDW]), ZERO_EXTEND[es]);
            }
            Op::VUqxtn if es < 2 => self.sat_narrow_unsigned(i, inst),
            Op::VSqxtn if es == 2 => self.sat_narrow_doublewords_signed(i, inst),
            Op::VUqxtn | Op::VSqxtun if es == 2 => self.sat_narrow_doublewords(i, inst),
            _ => return false,
        }
        true
    }

    /// Sets QC if one of the first `inst.b` elements of `t`, of size `es`, is not zero. `t` is
    /// lost.
    pub(super) fn note_saturation(&mut self, inst: &Inst, es: u8, t: Xmm) {
        let bytes = inst.b << es;
        let of = |v: &Val| if v.is_some() { self.s.values[v.index()].zero_above } else { 0 };
        let zero = inst.args.iter().map(of).max().unwrap_or(4);
        // Zeros never saturate.
        if bytes < 16 && 1 << zero > bytes {
            match bytes {
                8 => self.asm.movq(t, t),
                _ => self.clear_above(t, t, es),
            }
        }
        let qc = state(offset_of!(CpuState, qc));
        self.asm.v3(X::POR, t, t, qc);
        self.asm.vstore(VecMove::MOVAPS, qc, t);
    }

    /// SUQADD and USQADD add numbers of one kind to an accumulator of the other: with its sign bits
    /// changed, it is of the same kind.
    fn is_of_two_kinds(inst: &Inst) -> bool {
        matches!(inst.op, Op::VSuqadd | Op::VUsqadd)
    }

    /// The accumulator, or its biased form.
    fn accumulator(&mut self, inst: &Inst) -> Xmm {
        let x = self.use_v(inst.args[0]);
        if !Self::is_of_two_kinds(inst) {
            return x;
        }
        let biased = self.scratch_v();
        let bias = self.pool_splat(inst.a, sign(inst.a));
        self.asm.v3(X::PXOR, biased, x, bias);
        biased
    }

    /// Takes the accumulator's bias off the result.
    fn unbias(&mut self, inst: &Inst, d: Xmm) {
        if Self::is_of_two_kinds(inst) {
            let bias = self.pool_splat(inst.a, sign(inst.a));
            self.asm.v3(X::PXOR, d, d, bias);
        }
    }

    /// x86 saturates as well.
    fn sat_small(&mut self, i: usize, inst: &Inst, saturating: VecOp, wrapping: VecOp) {
        let y = self.rm_v(inst.args[1]);
        let x = self.accumulator(inst);
        let d = self.def_last_v(i);
        let t = self.scratch_v();
        self.asm.v3(wrapping, t, x, y);
        self.asm.v3(saturating, d, x, y);
        self.asm.v3(X::PXOR, t, t, d);
        self.unbias(inst, d);
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    /// `t` becomes ones where its elements' signs are set, else zeros; `u` is lost.
    fn spread_sign(&mut self, es: u8, t: Xmm, u: Xmm) {
        match es {
            1 => self.asm.vshift(VecShift::PSRAW, t, t, 15),
            2 => self.asm.vshift(VecShift::PSRAD, t, t, 31),
            _ => {
                self.asm.vzero(u);
                self.asm.v3(CMPGT[usize::from(es)], u, u, t);
                self.asm.vmov(t, u);
            }
        }
    }

    /// Words and doublewords: the overflow is where the signs say so; the result is then the
    /// farthest number of the first operand's sign.
    fn sat_signed(&mut self, i: usize, inst: &Inst, op: VecOp, add: bool) {
        let y = self.use_v(inst.args[1]);
        let x = self.accumulator(inst);
        let d = self.def_other_v(i);
        let [t, u, far] = core::array::from_fn(|_| self.scratch_v());
        self.saturate_signed(inst.a, op, add, d, [x, y, t, u, far]);
        self.unbias(inst, d);
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    /// `d = x op y`, saturated; `t` becomes ones where it is.
    fn saturate_signed(
        &mut self,
        es: u8,
        op: VecOp,
        add: bool,
        d: Xmm,
        [x, y, t, u, far]: [Xmm; 5],
    ) {
        self.asm.v3(op, d, x, y);
        self.asm.v3(X::PXOR, t, x, y);
        self.asm.v3(X::PXOR, u, x, d);
        let merge = if add { X::PANDN } else { X::PAND };
        self.asm.v3(merge, t, t, u);
        self.spread_sign(es, t, u);
        self.asm.vmov(far, x);
        self.spread_sign(es, far, u);
        let most = self.pool_splat(es, all(es) >> 1);
        self.asm.v3(X::PXOR, far, far, most);
        // d = t ? far : d
        self.asm.v3(X::PXOR, far, far, d);
        self.asm.v3(X::PAND, far, far, t);
        self.asm.v3(X::PXOR, d, d, far);
    }

    fn sat_unsigned_add(&mut self, i: usize, inst: &Inst) {
        let y = self.use_v(inst.args[1]);
        let x = self.accumulator(inst);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        if inst.a == 2 {
            // At most what is left above the first operand is added.
            self.asm.v3(X::PCMPEQD, d, d, d);
            self.asm.v3(X::PXOR, d, d, x);
            self.asm.v3(X::PMINUD, d, d, y);
            self.asm.v3(X::PXOR, t, d, y);
            self.asm.v3(X::PADDD, d, d, x);
        } else {
            let (sum, u) = (self.scratch_v(), self.scratch_v());
            self.asm.v3(X::PADDQ, sum, x, y);
            self.greater_unsigned_d(t, x, sum, u);
            self.asm.v3(X::POR, d, sum, t);
        }
        self.unbias(inst, d);
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    fn sat_unsigned_sub(&mut self, i: usize, inst: &Inst) {
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        if inst.a == 2 {
            self.asm.v3(X::PMAXUD, d, x, y);
            self.asm.v3(X::PXOR, t, d, x);
            self.asm.v3(X::PSUBD, d, d, y);
        } else {
            let (difference, u) = (self.scratch_v(), self.scratch_v());
            self.asm.v3(X::PSUBQ, difference, x, y);
            self.greater_unsigned_d(t, y, x, u);
            self.asm.v3(X::PANDN, d, t, difference);
        }
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    /// A negative result means that the operand was the least number.
    fn sat_abs(&mut self, i: usize, inst: &Inst) {
        let es = usize::from(inst.a);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        match es {
            3 => self.abs_d(d, x, t),
            _ => self.asm.v2([VecUnary::PABSB, VecUnary::PABSW, VecUnary::PABSD][es], d, x),
        }
        self.asm.vzero(t);
        self.asm.v3(CMPGT[es], t, t, d);
        self.asm.v3(X::PXOR, d, d, t);
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    /// Only the least number is negative and has a negative negation.
    fn sat_neg(&mut self, i: usize, inst: &Inst) {
        let es = usize::from(inst.a);
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let (t, u) = (self.scratch_v(), self.scratch_v());
        self.asm.vzero(d);
        self.asm.v3(SUB[es], d, d, x);
        self.asm.v3(X::PAND, u, d, x);
        self.asm.vzero(t);
        self.asm.v3(CMPGT[es], t, t, u);
        self.asm.v3(X::PXOR, d, d, t);
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    // Products

    /// Saturates where both factors are the least number: then the result seems to be that.
    fn sat_mul_high(&mut self, i: usize, inst: &Inst) {
        let round = inst.op == Op::VSqrdmulh;
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_v(i);
        let t = self.scratch_v();
        match (inst.a, round) {
            (1, true) => self.asm.v3(X::PMULHRSW, d, x, y),
            (1, false) => {
                self.asm.v3(X::PMULLW, t, x, y);
                self.asm.v3(X::PMULHW, d, x, y);
                self.asm.v3(X::PADDW, d, d, d);
                self.asm.vshift(VecShift::PSRLW, t, t, 15);
                self.asm.v3(X::POR, d, d, t);
            }
            _ => self.mul_high_words(round, false, d, [x, y, t]),
        }
        let least = self.pool_splat(inst.a, sign(inst.a));
        self.asm.vload(VecMove::MOVAPS, t, least);
        self.asm.v3(CMPEQ[usize::from(inst.a)], t, t, d);
        self.asm.v3(X::PXOR, d, d, t);
        self.note_saturation(inst, inst.a, t);
        self.zero_as_operands(i, inst, inst.a);
    }

    /// The upper words of the doubled products, or of their negations, which are rounded.
    fn mul_high_words(&mut self, round: bool, negate: bool, d: Xmm, [x, y, t]: [Xmm; 3]) {
        let u = self.scratch_v();
        self.asm.vshift(VecShift::PSRLQ, t, x, 32);
        self.asm.vshift(VecShift::PSRLQ, u, y, 32);
        self.asm.v3(X::PMULDQ, t, t, u);
        self.asm.v3(X::PMULDQ, d, x, y);
        if round {
            let half = self.pool_splat(3, 1 << 30);
            if negate {
                for product in [t, d] {
                    self.asm.vload(VecMove::MOVAPS, u, half);
                    self.asm.v3(X::PSUBQ, u, u, product);
                    self.asm.vmov(product, u);
                }
            } else {
                self.asm.v3(X::PADDQ, t, t, half);
                self.asm.v3(X::PADDQ, d, d, half);
            }
        }
        self.asm.v3(X::PADDQ, t, t, t);
        self.asm.vshift(VecShift::PSRLQ, d, d, 31);
        self.asm.v3_imm(VecOpImm::PBLENDW, d, d, t, 0xcc);
        self.give_back_v(u);
    }

    /// SQRDMLAH and SQRDMLSH. The accumulator is a multiple of the rounded part's unit, so that it
    /// is added behind the rounding. What is added for SQRDMLSH is a number of 16 bits; for
    /// SQRDMLAH it is 2^15 for the least factors, so its negation is subtracted.
    fn sat_mul_add_halfwords(&mut self, i: usize, inst: &Inst) {
        let [acc, x, y] = inst.args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [h, t, u] = core::array::from_fn(|_| self.scratch_v());
        self.asm.v3(X::PMULHRSW, t, x, y);
        self.asm.vzero(h);
        self.asm.v3(X::PSUBW, h, h, t);
        let (op, wrapping) = if inst.op == Op::VSqrdmlah {
            (X::PSUBSW, X::PSUBW)
        } else {
            // A tie is rounded up before it is negated, and ought to be after.
            let fraction = self.pool_splat(1, 0x7fff);
            self.asm.v3(X::PMULLW, t, x, y);
            self.asm.v3(X::PAND, t, t, fraction);
            let tie = self.pool_splat(1, 0x4000);
            self.asm.v3(X::PCMPEQW, t, t, tie);
            self.asm.v3(X::PSUBW, h, h, t);
            (X::PADDSW, X::PADDW)
        };
        self.asm.v3(wrapping, u, acc, h);
        self.asm.v3(op, d, acc, h);
        self.asm.v3(X::PXOR, u, u, d);
        self.note_saturation(inst, 1, u);
        self.zero_as_operands(i, inst, 1);
    }

    fn sat_mul_add_words(&mut self, i: usize, inst: &Inst) {
        let [acc, x, y] = inst.args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [h, t] = [self.scratch_v(), self.scratch_v()];
        let adds = inst.op == Op::VSqrdmlah;
        self.mul_high_words(true, !adds, d, [x, y, t]);
        let (op, far) = if adds {
            self.asm.vzero(h);
            self.asm.v3(X::PSUBD, h, h, d);
            (X::PSUBD, self.scratch_v())
        } else {
            self.asm.vmov(h, d);
            (X::PADDD, self.scratch_v())
        };
        let u = self.scratch_v();
        self.saturate_signed(2, op, !adds, d, [acc, h, t, u, far]);
        self.note_saturation(inst, 2, t);
        self.zero_as_operands(i, inst, 2);
    }

    fn sat_mul_long(&mut self, i: usize, inst: &Inst) {
        let y = self.use_v(inst.args[1]);
        let x = self.use_v(inst.args[0]);
        let d = self.def_v(i);
        let t = self.scratch_v();
        let wide = inst.a + 1;
        if inst.a == 1 {
            self.asm.v3(X::PMULHW, t, x, y);
            self.asm.v3(X::PMULLW, d, x, y);
            self.asm.v3(X::PUNPCKLWD, d, d, t);
        } else {
            self.asm.v2_imm(PSHUFD, t, y, 0x50);
            self.asm.v2_imm(PSHUFD, d, x, 0x50);
            self.asm.v3(X::PMULDQ, d, d, t);
        }
        self.asm.v3(ADD[usize::from(wide)], d, d, d);
        let least = self.pool_splat(wide, sign(wide));
        self.asm.vload(VecMove::MOVAPS, t, least);
        self.asm.v3(CMPEQ[usize::from(wide)], t, t, d);
        self.asm.v3(X::PXOR, d, d, t);
        self.note_saturation_unknown(inst, wide, t);
    }

    /// As `note_saturation`, with nothing known of the operands.
    fn note_saturation_unknown(&mut self, inst: &Inst, es: u8, t: Xmm) {
        match inst.b << es {
            16 => {}
            8 => self.asm.movq(t, t),
            _ => self.clear_above(t, t, es),
        }
        let whole = Inst { b: 16 >> es, ..*inst };
        self.note_saturation(&whole, es, t);
    }

    // Shifts

    /// Saturates where shifting back does not give the operand.
    fn sat_shift_imm(&mut self, i: usize, inst: &Inst) {
        let (es, n) = (inst.a, inst.imm as u8);
        let signed = inst.op == Op::VSqshlImm;
        let a = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let [t, u, x] = core::array::from_fn(|_| self.scratch_v());
        let x = if inst.op == Op::VSqshluImm {
            // Negative numbers become zero, which differs from them when shifted back.
            self.asm.vmov(t, a);
            self.spread_sign(es, t, u);
            self.asm.v3(X::PANDN, x, t, a);
            x
        } else {
            a
        };
        self.shift_left(es, d, x, n);
        self.shift_right(es, signed, t, d, n);
        // Ones where nothing was lost.
        self.asm.v3(CMPEQ[usize::from(es)], t, t, x);
        if signed {
            let far = u;
            let s = self.scratch_v();
            self.asm.vmov(far, x);
            self.spread_sign(es, far, s);
            let most = self.pool_splat(es, all(es) >> 1);
            self.asm.v3(X::PXOR, far, far, most);
            self.asm.v3(X::PAND, d, d, t);
            self.asm.v3(X::PCMPEQD, s, s, s);
            self.asm.v3(X::PXOR, t, t, s);
            self.asm.v3(X::PAND, far, far, t);
            self.asm.v3(X::POR, d, d, far);
        } else {
            self.asm.v3(X::PCMPEQD, u, u, u);
            self.asm.v3(X::PXOR, t, t, u);
            self.asm.v3(X::POR, d, d, t);
            if inst.op == Op::VSqshluImm {
                self.asm.v3(X::PXOR, u, x, a);
                self.asm.v3(X::POR, t, t, u);
            }
        }
        self.note_saturation(inst, es, t);
        self.zero_as_operands(i, inst, es);
    }

    // Narrowing

    /// x86 packs with the same saturation; extended again, the result is the operand or not.
    fn sat_narrow(&mut self, i: usize, inst: &Inst, pack: VecOp, extend: VecUnary) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        self.asm.vzero(t);
        self.asm.v3(pack, d, x, t);
        self.asm.v2(extend, t, d);
        self.asm.v3(X::PXOR, t, t, x);
        self.note_narrowed(i, inst, t);
    }

    fn note_narrowed(&mut self, i: usize, inst: &Inst, t: Xmm) {
        self.note_saturation_unknown(inst, inst.a + 1, t);
        self.zero_above_is(i, 3);
    }

    fn sat_narrow_unsigned(&mut self, i: usize, inst: &Inst) {
        let es = inst.a;
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        let most = self.pool(splat(es + 1, all(es)));
        self.asm.v3([X::PMINUW, X::PMINUD][usize::from(es)], d, x, most);
        self.asm.v3(X::PXOR, t, d, x);
        let zero = self.scratch_v();
        self.asm.vzero(zero);
        self.asm.v3([X::PACKUSWB, X::PACKUSDW][usize::from(es)], d, d, zero);
        self.note_narrowed(i, inst, t);
    }

    fn sat_narrow_doublewords_signed(&mut self, i: usize, inst: &Inst) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let (t, far) = (self.scratch_v(), self.scratch_v());
        // The low words extended again.
        self.asm.v2_imm(PSHUFD, t, x, 0x08);
        self.asm.v2(VecUnary::PMOVSXDQ, t, t);
        // In both words of each doubleword the farthest word of its sign.
        self.asm.v2_imm(PSHUFD, far, x, 0xf5);
        self.asm.vshift(VecShift::PSRAD, far, far, 31);
        let most = self.pool_splat(2, all(2) >> 1);
        self.asm.v3(X::PXOR, far, far, most);
        let same = self.scratch_v();
        self.asm.v3(X::PCMPEQQ, same, t, x);
        self.asm.v3(X::PXOR, t, t, x);
        self.blend(d, same, x, far);
        self.narrow_doublewords(d, d);
        self.note_narrowed(i, inst, t);
    }

    /// UQXTN and SQXTUN.
    fn sat_narrow_doublewords(&mut self, i: usize, inst: &Inst) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let (t, u) = (self.scratch_v(), self.scratch_v());
        // The high words, which must be zero.
        self.asm.vshift(VecShift::PSRLQ, t, x, 32);
        self.asm.vzero(u);
        self.asm.v3(X::PCMPEQD, d, t, u);
        self.asm.v3(X::PCMPEQD, u, u, u);
        self.asm.v3(X::PXOR, d, d, u);
        self.asm.v3(X::POR, d, d, x);
        if inst.op == Op::VSqxtun {
            self.asm.v2_imm(PSHUFD, u, x, 0xf5);
            self.asm.vshift(VecShift::PSRAD, u, u, 31);
            self.asm.v3(X::PANDN, u, u, d);
            self.narrow_doublewords(d, u);
        } else {
            self.narrow_doublewords(d, d);
        }
        self.note_narrowed(i, inst, t);
    }
}
