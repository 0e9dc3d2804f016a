//! Moves between elements and registers, and permutations.

use xemu_ir::{Inst, Op, Ty, Val};

use super::Emitter;
use super::vec_const::splat;
use super::vec_form::PSHUFD;
use crate::alloc::{Loc, Ready};
use crate::asm::{
    GprMem, VecMove, VecOp, VecOpImm, VecShift, VecUnaryImm, VexUnary, Width, Xmm, XmmMem,
};

const PSHUFLW: VecUnaryImm = VecUnaryImm::PSHUFLW;

/// The width of an element of size `es`.
pub(super) fn width(es: u8) -> Width {
    [Width::B8, Width::W16, Width::W32, Width::W64][usize::from(es)]
}

const UNPACK_LOW: [VecOp; 4] =
    [VecOp::PUNPCKLBW, VecOp::PUNPCKLWD, VecOp::PUNPCKLDQ, VecOp::PUNPCKLQDQ];
const UNPACK_HIGH: [VecOp; 4] =
    [VecOp::PUNPCKHBW, VecOp::PUNPCKHWD, VecOp::PUNPCKHDQ, VecOp::PUNPCKHQDQ];
const BROADCAST: [VexUnary; 4] = [
    VexUnary::VPBROADCASTB,
    VexUnary::VPBROADCASTW,
    VexUnary::VPBROADCASTD,
    VexUnary::VPBROADCASTQ,
];

/// PSHUFD's order for words rotated down by so many places.
const ROTATED_WORDS: [u8; 4] = [0xe4, 0x39, 0x4e, 0x93];

impl Emitter<'_> {
    /// Emits a move or permutation; false if `inst` is none that is emitted inline.
    pub(super) fn vec_moves(&mut self, i: usize, inst: &Inst) -> bool {
        let [a, b, _] = inst.args;
        let es = usize::from(inst.a);
        if inst.ty() == Ty::V
            && let Some(c) = self.vec_constant(Val(i as u32))
        {
            self.s.values[i].loc = Loc::Const;
            self.zero_above_is(i, super::vec_const::constant_zero_above(c));
            return true;
        }
        match inst.op {
            Op::VFromX => self.vec_from(i, a, Width::W64),
            Op::VFromW => self.vec_from(i, a, Width::W32),
            Op::VDupX => self.dup_gpr(i, inst),
            Op::VDup => self.dup(i, inst),
            Op::VInsX => {
                let src = self.rm_g(b);
                let ra = self.use_v(a);
                let d = self.def_reuse_v(i, a);
                self.asm.pinsr(width(inst.a), d, ra, src, inst.b);
            }
            Op::VIns => self.ins(i, inst),
            Op::VUmov => self.umov(i, inst),
            Op::VSmov => self.smov(i, inst),
            Op::VLow => self.vec_low(i, inst),
            Op::VZip1 => self.binary(i, UNPACK_LOW[es], a, b),
            Op::VZip2 => self.binary(i, UNPACK_HIGH[es], a, b),
            Op::VUzp1 | Op::VUzp2 => self.uzp(i, inst, inst.op == Op::VUzp2),
            Op::VTrn1 => self.trn1(i, inst),
            Op::VTrn2 => self.trn2(i, inst),
            Op::VExt if inst.a.is_multiple_of(4) && inst.a < 16 && self.same_v(a, b) => {
                self.unary_imm(i, PSHUFD, a, ROTATED_WORDS[usize::from(inst.a / 4)]);
            }
            // The first source is the high one.
            Op::VExt if inst.a < 16 => self.binary_imm(i, VecOpImm::PALIGNR, b, a, inst.a),
            Op::VTbx => self.tbx(i, inst),
            Op::VRev => self.vec_rev(i, inst),
            _ => return false,
        }
        true
    }

    fn vec_from(&mut self, i: usize, a: Val, w: Width) {
        let src = self.rm_g(a);
        let d = self.def_v(i);
        self.asm.movd_from_gpr(w, d, src);
        self.zero_above_is(i, if w == Width::W64 { 3 } else { 2 });
    }

    fn dup_gpr(&mut self, i: usize, inst: &Inst) {
        let src = self.rm_g(inst.args[0]);
        let d = self.def_v(i);
        if let (GprMem::Mem(m), true) = (src, self.asm.avx()) {
            self.asm.vex2(BROADCAST[usize::from(inst.a)], d, m);
            return;
        }
        let w = if inst.a == 3 { Width::W64 } else { Width::W32 };
        self.asm.movd_from_gpr(w, d, src);
        self.broadcast(inst.a, d, d.into());
    }

    /// Every element of `d` is the lowest of `src`.
    fn broadcast(&mut self, es: u8, d: Xmm, src: XmmMem) {
        match es {
            2 => self.asm.v2_imm(PSHUFD, d, src, 0),
            3 => self.asm.v2_imm(PSHUFD, d, src, 0x44),
            _ if self.asm.avx() => self.asm.vex2(BROADCAST[usize::from(es)], d, src),
            1 => {
                self.asm.v2_imm(PSHUFLW, d, src, 0);
                self.asm.v3(VecOp::PUNPCKLQDQ, d, d, d);
            }
            _ => {
                self.mov_v(d, src);
                let t = self.scratch_v();
                self.asm.vzero(t);
                self.asm.v3(VecOp::PSHUFB, d, d, t);
            }
        }
    }

    fn dup(&mut self, i: usize, inst: &Inst) {
        let (a, es, lane) = (inst.args[0], inst.a, inst.b);
        match es {
            2 => self.unary_imm(i, PSHUFD, a, lane * 0x55),
            3 => self.unary_imm(i, PSHUFD, a, if lane == 0 { 0x44 } else { 0xee }),
            _ if lane == 0 => {
                let src = self.rm_v(a);
                let d = self.def_reuse_v(i, a);
                self.broadcast(es, d, src);
            }
            0 => self.with_constant(i, VecOp::PSHUFB, a, splat(0, lane.into())),
            _ => {
                let low = u64::from(lane) * 2;
                self.with_constant(i, VecOp::PSHUFB, a, splat(1, low | (low + 1) << 8));
            }
        }
    }

    /// The first operand with an element replaced by one of the second's.
    fn ins(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        let (es, to, from) = (inst.a, inst.b, inst.imm as u8);
        if to == from && es > 0 {
            // One bit for each halfword.
            let mask = ((1u32 << (1 << (es - 1))) - 1) << (to << (es - 1));
            return self.binary_imm(i, VecOpImm::PBLENDW, a, b, mask as u8);
        }
        match (es, to) {
            (3, 0) => return self.binary_imm(i, VecOpImm::SHUFPD, b, a, 0b11),
            (3, _) => return self.binary(i, VecOp::PUNPCKLQDQ, a, b),
            _ => {}
        }
        let src = if self.value(b).loc == Loc::Const { self.use_v(b).into() } else { self.rm_v(b) };
        let ra = self.use_v(a);
        match src {
            XmmMem::Mem(m) => {
                let d = self.def_reuse_v(i, a);
                let m = m.offset(i32::from(from) << es);
                self.asm.pinsr(width(es), d, ra, m, to);
            }
            XmmMem::Reg(rb) if es == 2 => {
                let d = self.def_other_v(i);
                self.asm.v3_imm(VecOpImm::INSERTPS, d, ra, rb, from << 6 | to << 4);
            }
            XmmMem::Reg(rb) => {
                let t = self.scratch_g();
                self.asm.pextr(width(es), t, rb, from);
                let d = self.def_reuse_v(i, a);
                self.asm.pinsr(width(es), d, ra, t, to);
            }
        }
    }

    /// The vector in a register or in the state or a spill slot, at a displacement.
    fn element_place(&mut self, a: Val, offset: i32) -> XmmMem {
        if self.value(a).loc == Loc::Const {
            return self.use_v(a).into();
        }
        match self.rm_v(a) {
            XmmMem::Mem(m) => m.offset(offset).into(),
            reg => reg,
        }
    }

    fn umov(&mut self, i: usize, inst: &Inst) {
        let (es, lane) = (inst.a, inst.b);
        let w = width(es);
        match self.element_place(inst.args[0], i32::from(lane) << es) {
            XmmMem::Mem(m) => {
                let d = self.def_g(i);
                match es {
                    0 | 1 => self.asm.movzx(w, d, m),
                    _ => self.asm.mov(w, d, m),
                }
            }
            XmmMem::Reg(r) => {
                let d = self.def_g(i);
                match es {
                    2 | 3 if lane == 0 => self.asm.movd_to_gpr(w, d, r),
                    _ => self.asm.pextr(w, d, r, lane),
                }
            }
        }
    }

    fn smov(&mut self, i: usize, inst: &Inst) {
        if inst.a == 3 {
            return self.umov(i, inst);
        }
        let (es, lane) = (inst.a, inst.b);
        let w = width(es);
        match self.element_place(inst.args[0], i32::from(lane) << es) {
            XmmMem::Mem(m) => {
                let d = self.def_g(i);
                self.asm.movsx(Width::W64, w, d, m);
            }
            XmmMem::Reg(r) => {
                let d = self.def_g(i);
                match es {
                    2 if lane == 0 => self.asm.movd_to_gpr(w, d, r),
                    _ => self.asm.pextr(w, d, r, lane),
                }
                self.asm.movsx(Width::W64, w, d, d);
            }
        }
    }

    fn vec_low(&mut self, i: usize, inst: &Inst) {
        let (a, es) = (inst.args[0], inst.a);
        let known = self.value(a).zero_above;
        if known <= es && self.value(a).loc != Loc::Const {
            self.def_same(i, a);
            self.s.values[i].zero_above = known;
            return;
        }
        let place =
            if es == 2 || es == 3 { self.element_place(a, 0) } else { self.use_v(a).into() };
        match place {
            XmmMem::Mem(m) => {
                let d = self.def_v(i);
                let op = if es == 3 { VecMove::MOVQ } else { VecMove::MOVD };
                self.asm.vload(op, d, m);
            }
            XmmMem::Reg(r) => {
                let d = self.def_reuse_v(i, a);
                self.clear_above(d, r, es);
            }
        }
        self.zero_above_is(i, es.min(known));
    }

    // Permutations of two vectors

    /// Even (or, with `odd`, odd) elements of both operands.
    fn uzp(&mut self, i: usize, inst: &Inst, odd: bool) {
        let [a, b, _] = inst.args;
        match inst.a {
            3 => {
                return self.binary(
                    i,
                    [VecOp::PUNPCKLQDQ, VecOp::PUNPCKHQDQ][usize::from(odd)],
                    a,
                    b,
                );
            }
            2 if self.same_v(a, b) => {
                return self.unary_imm(i, PSHUFD, a, [0x88, 0xdd][usize::from(odd)]);
            }
            2 => {
                let imm = [0x88, 0xdd][usize::from(odd)];
                return self.binary_imm(i, VecOpImm::SHUFPS, a, b, imm);
            }
            _ => {}
        }
        if self.same_v(a, b) {
            let bytes = core::array::from_fn(|n| {
                let (element, byte) = (n as u8 >> inst.a, n as u8 & ((1 << inst.a) - 1));
                let from = (element * 2 + u8::from(odd)) & ((16 >> inst.a) - 1);
                (from << inst.a) + byte
            });
            return self.with_constant(i, VecOp::PSHUFB, a, u128::from_le_bytes(bytes));
        }
        let rb = self.use_v(b);
        let ra = self.use_v(a);
        let d = self.def_v(i);
        let t = self.scratch_v();
        let (shift, pack) = match inst.a {
            0 => (VecShift::PSRLW, VecOp::PACKUSWB),
            _ => (VecShift::PSRLD, VecOp::PACKUSDW),
        };
        if odd {
            self.asm.vshift(shift, t, rb, 8 << inst.a);
            self.asm.vshift(shift, d, ra, 8 << inst.a);
        } else {
            let mask = self.pool_splat(inst.a + 1, u64::MAX >> (64 - (8 << inst.a)));
            self.asm.v3(VecOp::PAND, t, rb, mask);
            self.asm.v3(VecOp::PAND, d, ra, mask);
        }
        self.asm.v3(pack, d, d, t);
    }

    fn trn1(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        if inst.a == 3 {
            return self.binary(i, VecOp::PUNPCKLQDQ, a, b);
        }
        let rb = self.use_v(b);
        let ra = self.use_v(a);
        let d = self.def_other_v(i);
        match inst.a {
            0 => {
                let t = self.scratch_v();
                let mask = self.pool_splat(1, 0xff);
                self.asm.vshift(VecShift::PSLLW, t, rb, 8);
                self.asm.v3(VecOp::PAND, d, ra, mask);
                self.asm.v3(VecOp::POR, d, d, t);
            }
            1 => {
                self.asm.vshift(VecShift::PSLLD, d, rb, 16);
                self.asm.v3_imm(VecOpImm::PBLENDW, d, d, ra, 0x55);
            }
            _ => {
                self.asm.v2_imm(PSHUFD, d, rb, 0xa0);
                self.asm.v3_imm(VecOpImm::PBLENDW, d, d, ra, 0x33);
            }
        }
    }

    fn trn2(&mut self, i: usize, inst: &Inst) {
        let [a, b, _] = inst.args;
        if inst.a == 3 {
            return self.binary(i, VecOp::PUNPCKHQDQ, a, b);
        }
        let rb = self.use_v(b);
        let ra = self.use_v(a);
        let d = self.def_other_v(i);
        match inst.a {
            0 => {
                let t = self.scratch_v();
                let mask = self.pool_splat(1, 0xff00);
                self.asm.vshift(VecShift::PSRLW, t, ra, 8);
                self.asm.v3(VecOp::PAND, d, rb, mask);
                self.asm.v3(VecOp::POR, d, d, t);
            }
            1 => {
                self.asm.vshift(VecShift::PSRLD, d, ra, 16);
                self.asm.v3_imm(VecOpImm::PBLENDW, d, d, rb, 0xaa);
            }
            _ => {
                self.asm.v2_imm(PSHUFD, d, ra, 0xf5);
                self.asm.v3_imm(VecOpImm::PBLENDW, d, d, rb, 0xcc);
            }
        }
    }

    fn vec_rev(&mut self, i: usize, inst: &Inst) {
        let (a, es, container) = (inst.args[0], inst.a, inst.b);
        if (es, container) == (2, 3) {
            return self.unary_imm(i, PSHUFD, a, 0xb1);
        }
        let last = (1u8 << (container - es)) - 1;
        let bytes = core::array::from_fn(|n| n as u8 ^ last << es);
        self.with_constant(i, VecOp::PSHUFB, a, u128::from_le_bytes(bytes));
    }

    // Table look-up

    /// Whether the bytes of `acc` that this op replaces are zero: it is zeros, or a chain of such
    /// look-ups in other tables from zeros.
    fn acc_is_zero_there(&self, mut acc: Val, indices: Val, first: u8) -> bool {
        loop {
            if self.vec_constant(acc) == Some(0) {
                return true;
            }
            let inst = self.block.def(acc);
            if inst.op != Op::VTbx || inst.args[2] != indices || inst.a == first {
                return false;
            }
            acc = inst.args[0];
        }
    }

    fn tbx(&mut self, i: usize, inst: &Inst) {
        let [acc, table, indices] = inst.args;
        let first = inst.a;
        let from_zero = self.vec_constant(acc) == Some(0);
        let control = self.vec_constant(indices).map(|c| {
            u128::from_le_bytes(c.to_le_bytes().map(|n| match n.wrapping_sub(first) {
                n @ 0..16 => n,
                _ => 0x80,
            }))
        });
        if from_zero && let Some(control) = control {
            return self.with_constant(i, VecOp::PSHUFB, table, control);
        }
        let disjoint = self.acc_is_zero_there(acc, indices, first);
        if disjoint && let Some(control) = control {
            let old = self.rm_v(acc);
            let tab = self.use_v(table);
            let d = self.def_unless_v(i, &[acc]);
            let control = self.pool(control);
            self.asm.v3(VecOp::PSHUFB, d, tab, control);
            return self.asm.v3(VecOp::POR, d, d, old);
        }
        let t = self.table_control(indices, first);
        let tab = self.use_v(table);
        let old = if from_zero { None } else { Some(self.use_v(acc)) };
        let d = self.def_unless_v(i, &[acc]);
        self.asm.v3(VecOp::PSHUFB, d, tab, t);
        let Some(old) = old else { return };
        if disjoint {
            self.asm.v3(VecOp::POR, d, d, old);
            return;
        }
        let kept = self.scratch_v();
        self.asm.vzero(kept);
        self.asm.v3(VecOp::PCMPGTB, kept, kept, t);
        self.asm.v3(VecOp::PAND, kept, kept, old);
        self.asm.v3(VecOp::POR, d, d, kept);
    }
    /// PSHUFB's control for indices into a table of 16 bytes, the lowest of which is `first`, to be
    /// read only. What was made last is kept.
    fn table_control(&mut self, indices: Val, first: u8) -> Xmm {
        let made_of = self.register_of(indices).map(|n| (n, first));
        if made_of.is_some()
            && made_of == self.control_of
            && let Some(kept) = self.use_ready(Ready::Control)
        {
            return kept;
        }
        let idx = self.use_v(indices);
        let t = self.scratch_v();
        // PSHUFB gives zero where bit 7 of the index is set; with 0x70 added that is from 16 on.
        let bias = self.pool_splat(0, 0x70);
        if first == 0 {
            self.asm.v3(VecOp::PADDUSB, t, idx, bias);
        } else {
            let start = self.pool_splat(0, first.into());
            self.asm.v3(VecOp::PSUBB, t, idx, start);
            self.asm.v3(VecOp::PADDUSB, t, t, bias);
        }
        if made_of.is_some() {
            self.control_of = made_of;
            self.make_ready(t, Ready::Control);
        }
        t
    }
}
