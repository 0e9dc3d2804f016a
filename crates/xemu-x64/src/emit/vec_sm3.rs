//! SM3. The functions of a round are computed in the lowest lane, where each word is brought.

use xemu_ir::{CryptoKind, Val};

use super::Emitter;
use super::vec_form::PSHUFD;
use crate::asm::{VecOp, VecOpImm, VecShift, Xmm};

use VecOp as X;

/// PSHUFD's orders for words 1, 2 and 3 in every lane.
const WORD: [u8; 4] = [0x00, 0x55, 0xaa, 0xff];

impl Emitter<'_> {
    /// `d` becomes `x` rotated left by `n` in words. `t` is lost; all differ.
    fn rotated_words(&mut self, d: Xmm, x: Xmm, n: u8, t: Xmm) {
        self.asm.vshift(VecShift::PSLLD, d, x, n);
        self.asm.vshift(VecShift::PSRLD, t, x, 32 - n);
        self.asm.v3(X::POR, d, d, t);
    }

    /// `x` becomes `x` exclusive-or itself rotated left by `a` and by `b`: P0 and P1.
    fn permute_words(&mut self, x: Xmm, [a, b]: [u8; 2], [t, u]: [Xmm; 2]) {
        self.asm.vshift(VecShift::PSLLD, t, x, a);
        for (shift, n) in
            [(VecShift::PSRLD, 32 - a), (VecShift::PSLLD, b), (VecShift::PSRLD, 32 - b)]
        {
            self.asm.vshift(shift, u, x, n);
            self.asm.v3(X::PXOR, t, t, u);
        }
        self.asm.v3(X::PXOR, x, x, t);
    }

    /// P1 is linear: what the last word takes from the first result is added behind. `t`'s first
    /// word is taken, rotated by 15.
    fn add_last_word(&mut self, d: Xmm, t: Xmm, [u, v]: [Xmm; 2]) {
        self.asm.vshift(VecShift::PSLLDQ, u, t, 12);
        self.rotated_words(t, u, 15, v);
        self.permute_words(t, [15, 23], [u, v]);
        self.asm.v3(X::PXOR, d, d, t);
    }

    /// SM3PARTW1.
    pub(super) fn sm3partw1(&mut self, i: usize, args: [Val; 3]) {
        let [x, n, m] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [t, u, v] = core::array::from_fn(|_| self.scratch_v());
        self.asm.vshift(VecShift::PSRLDQ, t, m, 4);
        self.rotated_words(d, t, 15, u);
        self.asm.v3(X::PXOR, d, d, x);
        self.asm.v3(X::PXOR, d, d, n);
        self.permute_words(d, [15, 23], [u, v]);
        self.asm.vmov(t, d);
        self.add_last_word(d, t, [u, v]);
    }

    /// SM3PARTW2.
    pub(super) fn sm3partw2(&mut self, i: usize, args: [Val; 3]) {
        let [x, n, m] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [t, u, v] = core::array::from_fn(|_| self.scratch_v());
        self.rotated_words(t, m, 7, u);
        self.asm.v3(X::PXOR, t, t, n);
        self.asm.v3(X::PXOR, d, t, x);
        self.add_last_word(d, t, [u, v]);
    }

    /// SM3SS1: the last words alone.
    pub(super) fn sm3ss1(&mut self, i: usize, args: [Val; 3]) {
        let [n, m, a] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [t, u] = [self.scratch_v(), self.scratch_v()];
        self.rotated_words(t, n, 12, u);
        self.asm.v3(X::PADDD, t, t, m);
        self.asm.v3(X::PADDD, t, t, a);
        self.asm.vshift(VecShift::PSRLDQ, t, t, 12);
        self.rotated_words(d, t, 7, u);
        self.asm.vshift(VecShift::PSLLDQ, d, d, 12);
    }

    /// SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B, which takes word `index` of the last operand.
    pub(super) fn sm3tt(&mut self, i: usize, kind: CryptoKind, args: [Val; 3], index: u8) {
        use CryptoKind::{Sm3tt1a, Sm3tt1b, Sm3tt2a};
        let [x, n, m] = args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let [b, c, last, t] = core::array::from_fn(|_| self.scratch_v());
        let is_tt1 = matches!(kind, Sm3tt1a | Sm3tt1b);
        for (to, word) in [(b, 1), (c, 2), (last, 3)] {
            self.asm.v2_imm(PSHUFD, to, x, WORD[word]);
        }
        // The function of words 1, 2 and 3, to which the others are added.
        self.asm.v3(X::PXOR, t, b, c);
        match kind {
            Sm3tt1a | Sm3tt2a => self.asm.v3(X::PXOR, t, t, last),
            Sm3tt1b => {
                // The majority.
                self.asm.v3(X::PAND, t, t, last);
                self.asm.v3(X::PAND, b, b, c);
                self.asm.v3(X::PXOR, t, t, b);
            }
            _ => {
                // The choice by word 3.
                self.asm.v3(X::PAND, t, t, last);
                self.asm.v3(X::PXOR, t, t, b);
            }
        }
        self.asm.v3(X::PADDD, t, t, x);
        self.asm.v2_imm(PSHUFD, b, m, WORD[usize::from(index & 3)]);
        self.asm.v3(X::PADDD, t, t, b);
        self.asm.v2_imm(PSHUFD, b, n, WORD[3]);
        if is_tt1 {
            self.asm.vshift(VecShift::PSLLD, d, last, 12);
            self.asm.v3(X::PXOR, b, b, d);
            self.asm.vshift(VecShift::PSRLD, d, last, 20);
            self.asm.v3(X::PXOR, b, b, d);
        }
        self.asm.v3(X::PADDD, t, t, b);
        if !is_tt1 {
            self.permute_words(t, [9, 17], [b, last]);
        }
        // Words 1, 2 (rotated), 3, and the new one.
        self.rotated_words(b, c, if is_tt1 { 9 } else { 19 }, last);
        self.asm.vshift(VecShift::PSRLDQ, d, x, 4);
        self.asm.vshift(VecShift::PSLLDQ, t, t, 12);
        self.asm.v3(X::POR, d, d, t);
        self.asm.v3_imm(VecOpImm::PBLENDW, d, d, b, 0b0000_1100);
    }
}
