//! Cryptographic operations, checksums and dot products.

use xemu_ir::{CryptoKind, Inst, Op, Val};

use super::Emitter;
use super::regs::vec_temp_number;
use super::vec_const::splat;
use super::vec_form::{Origin, PSHUFD};
use super::vec_moves::width;
use super::vec_wide::{SIGN_EXTEND, ZERO_EXTEND};
use crate::alloc::{Loc, Ready};
use crate::asm::reg::XMM0;
use crate::asm::{Alu, Gpr, ShaOp, VecOp, VecOpImm, VecShift, VecUnary, Width, Xmm};
use crate::contract::VEC_TEMPS;
use crate::plan::NO_HINT;

use VecOp as X;

/// What SHA1RNDS4 adds by itself, for its functions 0, 1, 2 (choice, parity, majority).
const SHA1_CONSTANTS: [u64; 3] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc];
/// The CRC-32 polynomial with its bits reversed, and x^96 divided by it, likewise, without the
/// term x^0.
const CRC_POLYNOMIAL: u128 = 0x1_db71_0641;
const CRC_QUOTIENT: u128 = 0xb4e5_b025_f701_1641;
/// Ops between SHA256H and the SHA256H2 of the same rounds, at most.
const SHA256_DISTANCE: usize = 24;

impl Emitter<'_> {
    /// Emits a cryptographic op or a dot product; false if `inst` is none that is emitted inline.
    pub(super) fn vec_crypto(&mut self, i: usize, inst: &Inst) -> bool {
        match inst.op {
            Op::VCrypto => self.crypto(i, inst),
            Op::VSdot => {
                self.dot(i, inst, [true, true]);
                true
            }
            Op::VUdot => {
                self.dot(i, inst, [false, false]);
                true
            }
            Op::VUsdot => {
                self.dot(i, inst, [false, true]);
                true
            }
            Op::VSmmla => {
                self.matrix_product(i, inst, [true, true]);
                true
            }
            Op::VUmmla => {
                self.matrix_product(i, inst, [false, false]);
                true
            }
            Op::VUsmmla => {
                self.matrix_product(i, inst, [false, true]);
                true
            }
            _ => false,
        }
    }

    fn crypto(&mut self, i: usize, inst: &Inst) -> bool {
        use CryptoKind::*;
        let kind = CryptoKind::from_u8(inst.a);
        let (aes, sha) = (self.features.aes, self.features.sha);
        match kind {
            Aese if aes => self.aes_round(i, inst, Aesmc, X::AESENC, X::AESENCLAST),
            Aesd if aes => self.aes_round(i, inst, Aesimc, X::AESDEC, X::AESDECLAST),
            Aesmc if aes => self.aes_mix(i, inst),
            Aesimc if aes => {
                let a = inst.args[0];
                if self.mixed_before(i, a, Aesd) {
                    self.def_same(i, a);
                } else {
                    self.unary(i, VecUnary::AESIMC, a);
                }
            }
            Sha1c if sha => self.sha1_rounds(i, inst, 0),
            Sha1p if sha => self.sha1_rounds(i, inst, 1),
            Sha1m if sha => self.sha1_rounds(i, inst, 2),
            Sha1h => self.sha1h(i, inst),
            Sha1su0 => self.sha1su0(i, inst),
            Sha1su1 => self.sha1su1(i, inst),
            Sha256h if sha => {
                let [d, n, m] = inst.args;
                self.sha256_rounds(i, [d, n, m], X::PUNPCKHQDQ);
            }
            // SHA256H may have computed it.
            Sha256h2 if sha && self.s.values[i].loc != Loc::None => {}
            Sha256h2 if sha => {
                let [d, n, m] = inst.args;
                self.sha256_rounds(i, [n, d, m], X::PUNPCKLQDQ);
            }
            Sha256su0 if sha => {
                let [d, n, _] = inst.args;
                let y = self.rm_v(n);
                let x = self.use_v(d);
                let r = self.def_other_v(i);
                self.asm.vmov(r, x);
                self.asm.sha(ShaOp::SHA256MSG1, r, y);
            }
            Sha256su1 if sha => {
                let [d, n, m] = inst.args.map(|v| self.use_v(v));
                let r = self.def_other_v(i);
                self.asm.v3_imm(VecOpImm::PALIGNR, r, m, n, 4);
                self.asm.v3(X::PADDD, r, r, d);
                self.asm.sha(ShaOp::SHA256MSG2, r, m);
            }
            Sha512h => self.sha512h(i, inst.args),
            Sha512h2 => self.sha512h2(i, inst.args),
            Sha512su0 => self.sha512su0(i, [inst.args[0], inst.args[1]]),
            Sha512su1 => self.sha512su1(i, inst.args),
            Sm3partw1 => self.sm3partw1(i, inst.args),
            Sm3partw2 => self.sm3partw2(i, inst.args),
            Sm3ss1 => self.sm3ss1(i, inst.args),
            Sm3tt1a | Sm3tt1b | Sm3tt2a | Sm3tt2b => self.sm3tt(i, kind, inst.args, inst.b),
            _ => return false,
        }
        true
    }

    // AES

    /// Value `i` is for the column transformation `mix` alone, which x86 does in the round.
    fn is_mixed(&self, i: usize, mix: CryptoKind) -> bool {
        self.only_reader(i).is_some_and(|reader| {
            let reader = &self.block.insts[reader];
            reader.op == Op::VCrypto && reader.a == mix as u8
        })
    }

    /// Operand `a` of op `i` is a round with the column transformation in it already.
    fn mixed_before(&self, i: usize, a: Val, round: CryptoKind) -> bool {
        self.only_read_here(i, a).is_some_and(|value| {
            let value = &self.block.insts[value];
            value.op == Op::VCrypto && value.a == round as u8
        })
    }

    /// Arm adds the key first, x86 last.
    fn aes_round(&mut self, i: usize, inst: &Inst, mix: CryptoKind, full: VecOp, last: VecOp) {
        let [a, b, _] = inst.args;
        let op = if self.is_mixed(i, mix) { full } else { last };
        let y = self.rm_v(b);
        let x = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        let zero = self.scratch_v();
        self.asm.vzero(zero);
        self.asm.v3(X::PXOR, d, x, y);
        self.asm.v3(op, d, d, zero);
    }

    fn aes_mix(&mut self, i: usize, inst: &Inst) {
        let a = inst.args[0];
        if self.mixed_before(i, a, CryptoKind::Aese) {
            return self.def_same(i, a);
        }
        let x = self.use_v(a);
        let d = self.def_reuse_v(i, a);
        let zero = self.scratch_v();
        self.asm.vzero(zero);
        // What the one undoes the other does again, the columns apart.
        self.asm.v3(X::AESDECLAST, d, x, zero);
        self.asm.v3(X::AESENC, d, d, zero);
    }

    // SHA

    /// x86 wants the first word on top, and adds the round constant itself.
    fn sha1_rounds(&mut self, i: usize, inst: &Inst, function: u8) {
        let [abcd, e, wk] = inst.args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        let (t, u) = (self.scratch_v(), self.scratch_v());
        let constant = self.pool_splat(2, SHA1_CONSTANTS[usize::from(function)]);
        self.asm.v2_imm(PSHUFD, t, wk, 0x1b);
        self.asm.v3(X::PSUBD, t, t, constant);
        self.asm.vshift(VecShift::PSLLDQ, u, e, 12);
        self.asm.v3(X::PADDD, t, t, u);
        self.asm.v2_imm(PSHUFD, d, abcd, 0x1b);
        self.asm.sha1rnds4(d, t, function);
        self.asm.v2_imm(PSHUFD, d, d, 0x1b);
    }

    /// `d` becomes `d` rotated left by one; `t` is lost.
    fn rotate_words_left(&mut self, d: Xmm, t: Xmm) {
        self.asm.vshift(VecShift::PSRLD, t, d, 31);
        self.asm.v3(X::PADDD, d, d, d);
        self.asm.v3(X::POR, d, d, t);
    }

    fn sha1h(&mut self, i: usize, inst: &Inst) {
        let x = self.use_v(inst.args[0]);
        let d = self.def_other_v(i);
        let t = self.scratch_v();
        self.asm.vshift(VecShift::PSLLD, t, x, 30);
        self.asm.vshift(VecShift::PSRLD, d, x, 2);
        self.asm.v3(X::POR, d, d, t);
        self.clear_above(d, d, 2);
        self.zero_above_is(i, 2);
    }

    fn sha1su0(&mut self, i: usize, inst: &Inst) {
        let [x, n, m] = inst.args.map(|v| self.use_v(v));
        let d = self.def_other_v(i);
        self.asm.v3_imm(VecOpImm::PALIGNR, d, n, x, 8);
        self.asm.v3(X::PXOR, d, d, x);
        self.asm.v3(X::PXOR, d, d, m);
    }

    fn sha1su1(&mut self, i: usize, inst: &Inst) {
        let (x, n) = (self.use_v(inst.args[0]), self.use_v(inst.args[1]));
        let d = self.def_other_v(i);
        let (t, u) = (self.scratch_v(), self.scratch_v());
        self.asm.vshift(VecShift::PSRLDQ, d, n, 4);
        self.asm.v3(X::PXOR, d, d, x);
        self.rotate_words_left(d, t);
        // The last word takes the first one of the result, rotated again.
        self.asm.vshift(VecShift::PSLLDQ, u, d, 12);
        self.rotate_words_left(u, t);
        self.asm.v3(X::PXOR, d, d, u);
    }

    /// Arm: words a to d and e to h. x86: words f, e, b, a and h, g, d, c; two rounds at a time,
    /// after which the older pair is the newer one of before. `pick` takes the wanted halves.
    fn sha256_rounds(&mut self, i: usize, [abcd, efgh, wk]: [Val; 3], pick: VecOp) {
        // SHA256RNDS2 reads its schedule from XMM0.
        self.take_fixed_v(XMM0);
        let w = self.rm_v(wk);
        let other = self.sha256_other_half(i);
        let [old, new] = self.sha256_state([abcd, efgh], other.is_some());
        let d = self.def_v(i);
        self.mov_v(XMM0, w);
        self.asm.sha(ShaOp::SHA256RNDS2, old, new);
        self.asm.v2_imm(PSHUFD, XMM0, XMM0, 0x0e);
        self.asm.sha(ShaOp::SHA256RNDS2, new, old);
        self.asm.v3(pick, d, new, old);
        self.asm.v2_imm(PSHUFD, d, d, 0xb1);
        if let Some(j) = other {
            // The result of the later op waits in a register of its own.
            let d = self.def_apart_v(j);
            self.asm.v3(X::PUNPCKLQDQ, d, new, old);
            self.asm.v2_imm(PSHUFD, d, d, 0xb1);
            self.sha_state = [Val(i as u32), Val(j as u32)];
            for (r, ready) in [(old, Ready::ShaOld), (new, Ready::ShaNew)] {
                self.s.vec.set_copy(vec_temp_number(r), ready as u8);
            }
        }
    }

    /// SHA-256's state in x86's order. It is there already if `keep`, and if the rounds before,
    /// whose results the operands are, have left it: each four rounds wait for those before.
    fn sha256_state(&mut self, halves: [Val; 2], keep: bool) -> [Xmm; 2] {
        let there = [Ready::ShaOld, Ready::ShaNew].map(|r| self.s.vec.copy_in(r as u8));
        if keep
            && let [Some(old), Some(new)] = there
            && halves.map(|v| self.origin(v)) == self.sha_state.map(Origin::Value)
        {
            self.s.vec.lock(old);
            self.s.vec.lock(new);
            return [old, new].map(|t| VEC_TEMPS[usize::from(t)]);
        }
        let [x, y] = halves.map(|v| self.use_v(v));
        let (old, new) = (self.scratch_v(), self.scratch_v());
        self.asm.v3(X::PUNPCKHQDQ, old, y, x);
        self.asm.v2_imm(PSHUFD, old, old, 0xb1);
        self.asm.v3(X::PUNPCKLQDQ, new, y, x);
        self.asm.v2_imm(PSHUFD, new, new, 0xb1);
        [old, new]
    }

    /// The SHA256H2 close behind the SHA256H at `i` that does the same rounds.
    fn sha256_other_half(&self, i: usize) -> Option<usize> {
        let inst = &self.block.insts[i];
        if inst.a != CryptoKind::Sha256h as u8 {
            return None;
        }
        let end = self.block.insts.len().min(i + SHA256_DISTANCE);
        let is_half = |j: &usize| {
            let other = &self.block.insts[*j];
            other.op == Op::VCrypto && other.a == CryptoKind::Sha256h2 as u8
        };
        let j = (i + 1..end).find(is_half)?;
        let [d, n, m] = inst.args.map(|v| self.origin(v));
        let [n2, d2, m2] = self.block.insts[j].args.map(|v| self.origin(v));
        (self.an.uses[j] > 0 && [d, n, m] == [d2, n2, m2]).then_some(j)
    }

    // Dot products

    /// Bytes as halfwords, the even and the odd ones in turn, so that PMADDWD is exact.
    fn dot(&mut self, i: usize, inst: &Inst, signed: [bool; 2]) {
        let [acc, a, b] = inst.args;
        let y = self.use_v(b);
        let x = self.use_v(a);
        let sum = self.rm_v(acc);
        let d = self.def_other_v(i);
        let [t, u] = core::array::from_fn(|_| self.scratch_v());
        self.even_bytes(t, x, signed[0]);
        self.even_bytes(u, y, signed[1]);
        self.asm.v3(X::PMADDWD, d, t, u);
        self.odd_bytes(t, x, signed[0]);
        self.odd_bytes(u, y, signed[1]);
        self.asm.v3(X::PMADDWD, t, t, u);
        self.asm.v3(X::PADDD, d, d, t);
        self.asm.v3(X::PADDD, d, d, sum);
    }

    fn even_bytes(&mut self, d: Xmm, x: Xmm, signed: bool) {
        if signed {
            self.asm.vshift(VecShift::PSLLW, d, x, 8);
            self.asm.vshift(VecShift::PSRAW, d, d, 8);
        } else {
            let low = self.pool(splat(1, 0xff));
            self.asm.v3(X::PAND, d, x, low);
        }
    }

    fn odd_bytes(&mut self, d: Xmm, x: Xmm, signed: bool) {
        self.asm.vshift(if signed { VecShift::PSRAW } else { VecShift::PSRLW }, d, x, 8);
    }

    /// Both rows of the first factor by both rows of the second: bytes as halfwords, so that
    /// PMADDWD is exact, then sums of pairs.
    fn matrix_product(&mut self, i: usize, inst: &Inst, signed: [bool; 2]) {
        let [acc, a, b] = inst.args;
        let y = self.use_v(b);
        let x = self.use_v(a);
        let sum = self.rm_v(acc);
        let d = self.def_other_v(i);
        let [row, low, high] = core::array::from_fn(|_| self.scratch_v());
        let extend = |signed| if signed { SIGN_EXTEND[0] } else { ZERO_EXTEND[0] };
        self.extend_half(extend(signed[1]), low, y, false);
        self.extend_half(extend(signed[1]), high, y, true);
        self.extend_half(extend(signed[0]), row, x, false);
        self.asm.v3(X::PMADDWD, d, row, low);
        self.asm.v3(X::PMADDWD, row, row, high);
        self.asm.v3(X::PHADDD, d, d, row);
        self.extend_half(extend(signed[0]), row, x, true);
        self.asm.v3(X::PMADDWD, low, low, row);
        self.asm.v3(X::PMADDWD, high, high, row);
        self.asm.v3(X::PHADDD, low, low, high);
        self.asm.v3(X::PHADDD, d, d, low);
        self.asm.v3(X::PADDD, d, d, sum);
    }

    // CRC

    /// The result's register for accumulator `acc`, in which value `v` is not.
    fn def_crc(&mut self, i: usize, acc: Val, v: Val) -> Gpr {
        let n = self.s.plan.hint[i];
        if n != NO_HINT && self.s.values[v.index()].loc == Loc::Home(n) {
            return self.def_apart_g(i);
        }
        self.def_reuse_g(i, acc)
    }

    /// x86 has CRC-32C.
    pub(super) fn crc32c(&mut self, i: usize, inst: &Inst) {
        let [acc, v, _] = inst.args;
        let src = self.rm_g(v);
        let old = self.rm_g(acc);
        let d = self.def_crc(i, acc, v);
        self.mov_g(Width::W32, d, old);
        self.asm.crc32(width(inst.a), d, src);
    }

    /// CRC-32: the remainder by two carry-less products (Barrett). The message's bits and the
    /// accumulator's that meet them go to the top, since bits are reversed.
    pub(super) fn crc32(&mut self, i: usize, inst: &Inst) {
        let [acc, v, _] = inst.args;
        let bits = 8u8 << inst.a;
        self.clobber_flags();
        let src = self.rm_g(v);
        let old = self.rm_g(acc);
        let t = self.scratch_g();
        let (m, rest) = (self.scratch_v(), self.scratch_v());
        self.mov_g(Width::W32, t, old);
        if bits < 32 {
            // The accumulator's other bits move down.
            self.asm.movd_from_gpr(Width::W32, rest, t);
            self.asm.vshift(VecShift::PSRLD, rest, rest, bits);
        }
        self.asm.alu(Alu::Xor, Width::W64, t, src);
        self.asm.movd_from_gpr(Width::W64, m, t);
        if bits < 64 {
            self.asm.vshift(VecShift::PSLLQ, m, m, 64 - bits);
        }
        for constant in [CRC_QUOTIENT, CRC_POLYNOMIAL] {
            let mem = self.pool(constant);
            self.asm.v3_imm(VecOpImm::PCLMULQDQ, m, m, mem, 0x00);
        }
        if bits < 32 {
            self.asm.v2_imm(PSHUFD, m, m, 0xaa);
            self.asm.v3(X::PXOR, m, m, rest);
            self.asm.movd_to_gpr(Width::W32, t, m);
        } else {
            self.asm.pextr(Width::W32, t, m, 2);
        }
        self.def_fixed(i, t);
    }
}
