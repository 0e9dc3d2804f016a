//! SHA-512. x86 has no instructions for it at the levels that code is emitted for, nor rotations of
//! doublewords: they are pairs of shifts. Staying in vector registers is quicker than moving to
//! general registers and back, since each step waits for the one before.

use xemu_ir::Val;

use super::Emitter;
use super::vec_form::PSHUFD;
use crate::asm::{VecOp, VecOpImm, VecShift, Xmm};

use VecOp as X;

/// PSHUFD's orders: the halves exchanged, the low one twice, the high one twice.
const SWAP: u8 = 0x4e;
const LOW: u8 = 0x44;
const HIGH: u8 = 0xee;

/// The rotations of the two functions of a round, in which three rotated values meet.
const SUM_0: [u8; 3] = [28, 34, 39];
const SUM_1: [u8; 3] = [14, 18, 41];

impl Emitter<'_> {
    /// `d`, which is not `x`, becomes the exclusive-or of `x` rotated right by each of `rotations`
    /// and shifted right by `shift`, if that is not zero. The other registers are lost.
    fn xor_rotated(&mut self, d: Xmm, x: Xmm, rotations: &[u8], shift: u8, [t, u]: [Xmm; 2]) {
        for (k, n) in rotations.iter().enumerate() {
            let (right, left) = if k == 0 { (d, u) } else { (t, t) };
            self.asm.vshift(VecShift::PSRLQ, right, x, *n);
            if k > 0 {
                self.asm.v3(X::PXOR, d, d, t);
            }
            self.asm.vshift(VecShift::PSLLQ, left, x, 64 - *n);
            if k > 0 {
                self.asm.v3(X::PXOR, u, u, t);
            }
        }
        if shift != 0 {
            self.asm.vshift(VecShift::PSRLQ, t, x, shift);
            self.asm.v3(X::PXOR, d, d, t);
        }
        self.asm.v3(X::PXOR, d, d, u);
    }

    /// SHA512H: two rounds' sums with the choice function. The first is made in the high half.
    pub(super) fn sha512h(&mut self, i: usize, args: [Val; 3]) {
        let [w, x, y] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [s, first, t, u] = core::array::from_fn(|_| self.scratch_v());
        self.xor_rotated(s, y, &SUM_1, 0, [t, u]);
        self.asm.v3(X::PADDQ, s, s, w);
        // Choice between a and b is b ^ c & (a ^ b).
        self.asm.v2_imm(PSHUFD, first, x, SWAP);
        self.asm.v3(X::PXOR, first, first, x);
        self.asm.v3(X::PAND, first, first, y);
        self.asm.v3(X::PXOR, first, first, x);
        self.asm.v3(X::PADDQ, first, first, s);
        let e = s;
        self.asm.v2_imm(PSHUFD, e, first, HIGH);
        self.asm.v3(X::PADDQ, e, e, y);
        self.xor_rotated(d, e, &SUM_1, 0, [t, u]);
        self.asm.v3(X::PADDQ, d, d, w);
        self.asm.v2_imm(PSHUFD, t, y, HIGH);
        self.asm.v3(X::PXOR, t, t, x);
        self.asm.v3(X::PAND, t, t, e);
        self.asm.v3(X::PXOR, t, t, x);
        self.asm.v3(X::PADDQ, d, d, t);
        self.asm.v3_imm(VecOpImm::PBLENDW, d, d, first, 0xf0);
    }

    /// SHA512H2: the same with the majority function, `a & (b ^ c) ^ b & c`.
    pub(super) fn sha512h2(&mut self, i: usize, args: [Val; 3]) {
        let [w, x, y] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [both, differ, t, u] = core::array::from_fn(|_| self.scratch_v());
        self.asm.v2_imm(PSHUFD, both, y, SWAP);
        self.xor_rotated(d, both, &SUM_0, 0, [t, u]);
        self.asm.v3(X::PADDQ, d, d, w);
        self.asm.v3(X::PXOR, differ, both, y);
        self.asm.v3(X::PAND, both, both, y);
        self.asm.v2_imm(PSHUFD, t, x, LOW);
        self.asm.v3(X::PAND, t, t, differ);
        self.asm.v3(X::PXOR, t, t, both);
        self.asm.v3(X::PADDQ, d, d, t);
        // The first sum is in the high half of `d`; `differ` and `both` have equal halves.
        self.asm.v3(X::PAND, differ, differ, d);
        self.asm.v3(X::PXOR, both, both, differ);
        self.xor_rotated(differ, d, &SUM_0, 0, [t, u]);
        self.asm.v3(X::PADDQ, both, both, differ);
        self.asm.v2_imm(PSHUFD, both, both, HIGH);
        self.asm.v3(X::PADDQ, both, both, w);
        self.asm.v3_imm(VecOpImm::PBLENDW, both, both, d, 0xf0);
        self.asm.vmov(d, both);
    }

    /// SHA512SU0.
    pub(super) fn sha512su0(&mut self, i: usize, [w, n]: [Val; 2]) {
        let (w, n) = (self.use_v(w), self.use_v(n));
        let d = self.def_other_v(i);
        let [x, t, u] = core::array::from_fn(|_| self.scratch_v());
        self.asm.v3_imm(VecOpImm::PALIGNR, x, n, w, 8);
        self.xor_rotated(d, x, &[1, 8], 7, [t, u]);
        self.asm.v3(X::PADDQ, d, d, w);
    }

    /// SHA512SU1.
    pub(super) fn sha512su1(&mut self, i: usize, args: [Val; 3]) {
        let [w, x, y] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [t, u] = core::array::from_fn(|_| self.scratch_v());
        self.xor_rotated(d, x, &[19, 61], 6, [t, u]);
        self.asm.v3(X::PADDQ, d, d, w);
        self.asm.v3(X::PADDQ, d, d, y);
    }
}
