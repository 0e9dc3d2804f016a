//! Bitwise operations on whole vectors, and counting of bits.

use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use super::vec_const::splat;
use crate::asm::{VecOp, VecShift, Width, Xmm};

/// For each nibble its number of ones.
const ONES: u128 = 0x0403_0302_0302_0201_0302_0201_0201_0100;
/// For each low nibble, its bits reversed in the high nibble, and the other way round.
const REVERSED_UP: u128 = 0xf070_b030_d050_9010_e060_a020_c040_8000;
const REVERSED_DOWN: u128 = 0x0f07_0b03_0d05_0901_0e06_0a02_0c04_0800;
/// For each high nibble, the byte's leading zeros, or 8 where the low nibble decides.
const ZEROS_HIGH: u128 = 0x0000_0000_0000_0000_0101_0101_0202_0308;
/// For each low nibble, the byte's leading zeros if the high nibble is zero.
const ZEROS_LOW: u128 = 0x0404_0404_0404_0404_0505_0505_0606_0708;

impl Emitter<'_> {
    /// Emits a bitwise op; false if `inst` is none.
    pub(super) fn vec_bits(&mut self, i: usize, inst: &Inst) -> bool {
        let [a, b, c] = inst.args;
        match inst.op {
            Op::VAnd => self.vec_and(i, a, b),
            Op::VOr => {
                self.binary(i, VecOp::POR, a, b);
                self.zero_as_operands(i, inst, 0);
            }
            Op::VXor => {
                self.binary(i, VecOp::PXOR, a, b);
                self.zero_as_operands(i, inst, 0);
            }
            Op::VAndn => self.vec_andn(i, a, b),
            Op::VOrn => self.vec_orn(i, a, b),
            Op::VNot => self.vec_not(i, a),
            Op::VBsl => {
                self.vec_select(i, [a, b, c]);
                // The second operand's bits appear where the first has ones.
                let zero = [a, b, c].map(|v| self.s.values[v.index()].zero_above);
                self.zero_above_is(i, zero[0].min(zero[1]).max(zero[2]));
            }
            Op::VCnt => {
                self.vec_cnt(i, inst);
            }
            Op::VRbit => {
                let (low, high) = self.nibbles(i, a, [REVERSED_UP, REVERSED_DOWN]);
                self.asm.v3(VecOp::POR, low, low, high);
                self.zero_as_operands(i, inst, 0);
            }
            Op::VClz if inst.a < 3 => {
                let x = self.use_v(a);
                let d = self.def_v(i);
                self.leading_zeros(inst.a, d, x);
            }
            Op::VCls if inst.a < 3 => self.vec_cls(i, inst.a, a),
            _ => return false,
        }
        true
    }

    fn vec_and(&mut self, i: usize, a: Val, b: Val) {
        let zero = [a, b].map(|v| self.s.values[v.index()].zero_above);
        self.binary(i, VecOp::PAND, a, b);
        self.zero_above_is(i, zero[0].min(zero[1]));
    }

    /// x86: not the first source.
    fn vec_andn(&mut self, i: usize, a: Val, b: Val) {
        let zero = self.s.values[a.index()].zero_above;
        if let Some(c) = self.vec_constant(b).filter(|c| *c != 0 && *c != u128::MAX) {
            self.with_constant(i, VecOp::PAND, a, !c);
        } else {
            self.binary(i, VecOp::PANDN, b, a);
        }
        self.zero_above_is(i, zero);
    }

    fn vec_orn(&mut self, i: usize, a: Val, b: Val) {
        let ra = self.rm_v(a);
        let rb = self.rm_v(b);
        let d = self.def_other_v(i);
        self.asm.v3(VecOp::PCMPEQD, d, d, d);
        self.asm.v3(VecOp::PXOR, d, d, rb);
        self.asm.v3(VecOp::POR, d, d, ra);
    }

    fn vec_not(&mut self, i: usize, a: Val) {
        let ra = self.rm_v(a);
        let d = self.def_v(i);
        let t = if ra == d.into() { self.scratch_v() } else { d };
        self.asm.v3(VecOp::PCMPEQD, t, t, t);
        self.asm.v3(VecOp::PXOR, d, t, ra);
    }

    /// Bits of the second where the first has ones, else of the third.
    fn vec_select(&mut self, i: usize, [m, x, y]: [Val; 3]) {
        if self.asm.avx() {
            let ry = self.rm_v(y);
            let rx = self.rm_v(x);
            let rm = self.use_v(m);
            let d = self.def_v(i);
            let t = self.scratch_v();
            self.asm.v3(VecOp::PANDN, t, rm, ry);
            self.asm.v3(VecOp::PAND, d, rm, rx);
            self.asm.v3(VecOp::POR, d, d, t);
            return;
        }
        // One copy less than with two masked halves.
        let rm = self.rm_v(m);
        let ry = self.rm_v(y);
        let rx = self.use_v(x);
        let d = self.def_v(i);
        let t = if [rm, ry].contains(&d.into()) { self.scratch_v() } else { d };
        self.asm.v3(VecOp::PXOR, t, rx, ry);
        self.asm.v3(VecOp::PAND, t, t, rm);
        self.asm.v3(VecOp::PXOR, d, t, ry);
    }

    /// What the tables say of each byte's low and its high nibble. The first is in the result's
    /// register.
    fn nibbles(&mut self, i: usize, a: Val, tables: [u128; 2]) -> (Xmm, Xmm) {
        let x = self.use_v(a);
        let d = self.def_v(i);
        let (low, high) = (self.scratch_v(), self.scratch_v());
        self.look_up_nibbles(d, x, [low, high], tables);
        (d, high)
    }

    /// `d` receives what the first table says of low nibbles, the second scratch register what the
    /// second one says of high ones. `d` may be `x`.
    fn look_up_nibbles(&mut self, d: Xmm, x: Xmm, [low, high]: [Xmm; 2], tables: [u128; 2]) {
        let mask = self.pool_splat(0, 0x0f);
        self.asm.v3(VecOp::PAND, low, x, mask);
        self.asm.vshift(VecShift::PSRLW, high, x, 4);
        self.asm.v3(VecOp::PAND, high, high, mask);
        self.load_vec_constant(d, tables[0]);
        if self.asm.avx() {
            let table = if tables[0] == tables[1] {
                d
            } else {
                let t = self.scratch_v();
                self.load_vec_constant(t, tables[1]);
                t
            };
            self.asm.v3(VecOp::PSHUFB, high, table, high);
            self.asm.v3(VecOp::PSHUFB, d, d, low);
        } else {
            self.asm.v3(VecOp::PSHUFB, d, d, low);
            self.load_vec_constant(low, tables[1]);
            self.asm.v3(VecOp::PSHUFB, low, low, high);
            self.asm.vmov(high, low);
        }
    }

    /// CNT. Where the only use is the sum of eight bytes, POPCNT gives the sum at once.
    fn vec_cnt(&mut self, i: usize, inst: &Inst) {
        let a = inst.args[0];
        if self.is_summed(i) {
            self.clobber_flags();
            let x = self.use_v(a);
            let d = self.def_v(i);
            let t = self.scratch_g();
            self.asm.movd_to_gpr(Width::W64, t, x);
            self.asm.popcnt(Width::W64, t, t);
            self.asm.movd_from_gpr(Width::W32, d, t);
            self.zero_above_is(i, 0);
            return;
        }
        let (low, high) = self.nibbles(i, a, [ONES, ONES]);
        self.asm.v3(VecOp::PADDB, low, low, high);
        self.zero_as_operands(i, inst, 0);
    }

    /// Whether the sum of the low eight bytes is all that is asked of value `i`.
    pub(super) fn is_summed(&self, i: usize) -> bool {
        self.only_reader(i).is_some_and(|reader| {
            let reader = &self.block.insts[reader];
            reader.op == Op::VAddv && (reader.a, reader.b) == (0, 8)
        })
    }

    /// Leading zeros of the elements of `x`, which may be `d`.
    fn leading_zeros(&mut self, es: u8, d: Xmm, x: Xmm) {
        let t = [self.scratch_v(), self.scratch_v()];
        self.look_up_nibbles(d, x, t, [ZEROS_LOW, ZEROS_HIGH]);
        let [u, high] = t;
        self.asm.v3(VecOp::PMINUB, d, d, high);
        for narrow in 0..es {
            // A high half that is all zeros: the low half's count comes on top.
            let bits = 8u64 << narrow;
            let (shift, compare, add) = match narrow {
                0 => (VecShift::PSRLW, VecOp::PCMPEQW, VecOp::PADDW),
                _ => (VecShift::PSRLD, VecOp::PCMPEQD, VecOp::PADDD),
            };
            self.asm.vshift(shift, u, d, bits as u8);
            let all = self.pool_splat(narrow + 1, bits);
            self.asm.v3(compare, high, u, all);
            self.asm.v3(VecOp::PAND, d, d, high);
            let low = self.pool(splat(narrow + 1, u64::MAX >> (64 - bits)));
            self.asm.v3(VecOp::PAND, d, d, low);
            self.asm.v3(add, d, d, u);
        }
    }

    /// Leading sign bits: leading zeros of what differs from the sign, without the sign itself.
    fn vec_cls(&mut self, i: usize, es: u8, a: Val) {
        let x = self.use_v(a);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        self.asm.vzero(t);
        self.asm.v3(super::vec_arith::CMPGT[usize::from(es)], t, t, x);
        self.asm.v3(VecOp::PXOR, t, t, x);
        self.leading_zeros(es, d, t);
        self.asm.v3(VecOp::PCMPEQD, t, t, t);
        self.asm.v3(super::vec_arith::ADD[usize::from(es)], d, d, t);
    }
}
