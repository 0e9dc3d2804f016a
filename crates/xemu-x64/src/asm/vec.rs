//! Vector operations that exist in both encodings. Every function takes three-operand form; the
//! legacy encoding gets the copy it needs.
//!
//! Memory sources of 16 bytes must be aligned in the legacy encoding (not of scalar operations
//! and loads named unaligned). Legacy operations keep, VEX operations clear the upper halves of
//! YMM registers: a program uses one kind, or `vzeroupper` between them.

use super::encode::{Code, Imm, Map, Pp};
use super::vecops::{ShaOp, VecBlend, VecMove, VecOp, VecOpImm, VecShift, VecUnary, VecUnaryImm};
use super::{Asm, Gpr, GprRm, Mem, Width, Xmm, XmmRm};

const MOVAPS: Code = VecMove::MOVAPS.load;
const MOVAPS_REVERSE: Code = VecMove::MOVAPS.store;

impl VecOp {
    /// The two sources may be exchanged without any difference in the result.
    #[inline]
    pub fn commutes(self) -> bool {
        self.0.commutes()
    }
}

impl Asm {
    /// `op dst, a, b`. In the legacy encoding `b` must not be `dst` unless `a` is as well or the
    /// operation commutes: see [`Asm::v3_tmp`].
    #[inline]
    pub fn v3(&mut self, op: VecOp, dst: Xmm, a: Xmm, b: impl XmmRm) {
        self.three(op.0, dst, a, b, Imm::NONE);
    }

    /// `op dst, a, b` for any choice of registers; the legacy encoding may overwrite `tmp`, which
    /// is none of the others.
    #[inline]
    pub fn v3_tmp(&mut self, op: VecOp, dst: Xmm, a: Xmm, b: impl XmmRm, tmp: Xmm) {
        self.three_tmp(op.0, dst, a, b, tmp, Imm::NONE);
    }

    /// `op dst, a, b, imm`, with the condition of [`Asm::v3`].
    #[inline]
    pub fn v3_imm(&mut self, op: VecOpImm, dst: Xmm, a: Xmm, b: impl XmmRm, imm: u8) {
        self.three(op.0, dst, a, b, Imm::i8(imm));
    }

    /// `op dst, a, b, imm` for any choice of registers, as [`Asm::v3_tmp`].
    #[inline]
    pub fn v3_imm_tmp(&mut self, op: VecOpImm, dst: Xmm, a: Xmm, b: impl XmmRm, imm: u8, tmp: Xmm) {
        self.three_tmp(op.0, dst, a, b, tmp, Imm::i8(imm));
    }

    /// `op dst, src`.
    #[inline]
    pub fn v2(&mut self, op: VecUnary, dst: Xmm, src: impl XmmRm) {
        self.two(op.0, dst.0, src, Imm::NONE);
    }

    /// `op dst, src, imm`.
    #[inline]
    pub fn v2_imm(&mut self, op: VecUnaryImm, dst: Xmm, src: impl XmmRm, imm: u8) {
        self.two(op.0, dst.0, src, Imm::i8(imm));
    }

    /// `op dst, src, count`.
    #[inline]
    pub fn vshift(&mut self, op: VecShift, dst: Xmm, src: Xmm, count: u8) {
        let imm = Imm::i8(count);
        if self.avx {
            self.vex_reg_form(op.code, op.ext, dst.0, src.0, imm);
        } else {
            self.vmov(dst, src);
            self.reg_form(op.code.legacy(), op.ext, dst.0, imm);
        }
    }

    /// `op dst, a, b, mask`: lanes of `b` where the mask's sign bit is set, else of `a`. The legacy
    /// encoding needs the mask in XMM0, and `dst` neither there nor, unless `a` is it too, in `b`.
    pub fn blendv(&mut self, op: VecBlend, dst: Xmm, a: Xmm, b: impl XmmRm, mask: Xmm) {
        if self.avx {
            b.emit_vex(self, op.vex, dst.0, a.0, Imm::i8(mask.0 << 4));
        } else {
            assert!(mask.0 == 0 && dst.0 != 0, "invariant: the mask of a legacy blend is XMM0");
            self.three(op.legacy, dst, a, b, Imm::NONE);
        }
    }

    /// Copies all 128 bits; nothing if the registers are the same.
    #[inline]
    pub fn vmov(&mut self, dst: Xmm, src: Xmm) {
        if dst == src {
            return;
        }
        if !self.avx {
            self.reg_form(MOVAPS.legacy(), dst.0, src.0, Imm::NONE);
        } else if src.0 >= 8 {
            // VEX.R costs nothing, VEX.B needs the long prefix.
            self.vex_reg_form(MOVAPS_REVERSE, src.0, 0, dst.0, Imm::NONE);
        } else {
            self.vex_reg_form(MOVAPS, dst.0, 0, src.0, Imm::NONE);
        }
    }

    /// Clears all 128 bits; no dependence on the old value.
    #[inline]
    pub fn vzero(&mut self, dst: Xmm) {
        if self.avx && dst.0 >= 8 {
            // Hosts know the idiom by its equal sources; low ones allow the short prefix.
            self.vex_reg_form(VecOp::XORPS.0, dst.0, 0, 0, Imm::NONE);
        } else {
            self.three(VecOp::XORPS.0, dst, dst, dst, Imm::NONE);
        }
    }

    /// Copies the low 64 bits and clears the rest.
    #[inline]
    pub fn movq(&mut self, dst: Xmm, src: Xmm) {
        if self.avx && src.0 >= 8 {
            self.vex_reg_form(VecMove::MOVQ.store, src.0, 0, dst.0, Imm::NONE);
        } else {
            self.two(VecMove::MOVQ.load, dst.0, src, Imm::NONE);
        }
    }

    /// Loads a register.
    #[inline]
    pub fn vload(&mut self, op: VecMove, dst: Xmm, src: Mem) {
        self.two(op.load, dst.0, src, Imm::NONE);
    }

    /// Stores a register.
    #[inline]
    pub fn vstore(&mut self, op: VecMove, dst: Mem, src: Xmm) {
        self.two(op.store, src.0, dst, Imm::NONE);
    }

    /// `movss dst, a, b`: low 32 bits of `b`, the rest of `a`; the condition of [`Asm::v3`].
    #[inline]
    pub fn movss(&mut self, dst: Xmm, a: Xmm, b: Xmm) {
        self.three(VecMove::MOVSS.load, dst, a, b, Imm::NONE);
    }

    /// `movsd dst, a, b`: low 64 bits of `b`, the rest of `a`; the condition of [`Asm::v3`].
    #[inline]
    pub fn movsd(&mut self, dst: Xmm, a: Xmm, b: Xmm) {
        self.three(VecMove::MOVSD.load, dst, a, b, Imm::NONE);
    }

    /// `movhlps dst, a, b`: high half of `b` low, high half of `a` high; as [`Asm::v3`].
    #[inline]
    pub fn movhlps(&mut self, dst: Xmm, a: Xmm, b: Xmm) {
        self.three(Code::new(Pp::None, Map::M0F, 0x12), dst, a, b, Imm::NONE);
    }

    /// `movlhps dst, a, b`: low half of `a` low, low half of `b` high; as [`Asm::v3`].
    #[inline]
    pub fn movlhps(&mut self, dst: Xmm, a: Xmm, b: Xmm) {
        self.three(Code::new(Pp::None, Map::M0F, 0x16), dst, a, b, Imm::NONE);
    }

    /// `movlps dst, a, [mem]`: 8 bytes into the low half, the high half of `a`.
    #[inline]
    pub fn movlps_load(&mut self, dst: Xmm, a: Xmm, mem: Mem) {
        self.three(Code::new(Pp::None, Map::M0F, 0x12), dst, a, mem, Imm::NONE);
    }

    /// `movhps dst, a, [mem]`: 8 bytes into the high half, the low half of `a`.
    #[inline]
    pub fn movhps_load(&mut self, dst: Xmm, a: Xmm, mem: Mem) {
        self.three(Code::new(Pp::None, Map::M0F, 0x16), dst, a, mem, Imm::NONE);
    }

    /// `movlps [mem], src`: the low half.
    #[inline]
    pub fn movlps_store(&mut self, mem: Mem, src: Xmm) {
        self.two(Code::new(Pp::None, Map::M0F, 0x13), src.0, mem, Imm::NONE);
    }

    /// `movhps [mem], src`: the high half.
    #[inline]
    pub fn movhps_store(&mut self, mem: Mem, src: Xmm) {
        self.two(Code::new(Pp::None, Map::M0F, 0x17), src.0, mem, Imm::NONE);
    }

    /// `movd`/`movq dst, src` from a general-purpose register or memory; clears the rest.
    #[inline]
    pub fn movd_from_gpr(&mut self, w: Width, dst: Xmm, src: impl GprRm) {
        debug_assert!(w >= Width::W32);
        if w == Width::W64 && src.number().is_none() {
            self.either(VecMove::MOVQ.load, dst.0, src, Imm::NONE);
        } else {
            self.either(VecMove::MOVD.load.sized(w), dst.0, src, Imm::NONE);
        }
    }

    /// `movd`/`movq dst, src` to a general-purpose register or memory.
    #[inline]
    pub fn movd_to_gpr(&mut self, w: Width, dst: impl GprRm, src: Xmm) {
        debug_assert!(w >= Width::W32);
        if w == Width::W64 && dst.number().is_none() {
            self.either(VecMove::MOVQ.store, src.0, dst, Imm::NONE);
        } else {
            self.either(VecMove::MOVD.store.sized(w), src.0, dst, Imm::NONE);
        }
    }

    /// `pinsrb/w/d/q dst, a, src, lane`: `a` with one lane replaced.
    #[inline]
    pub fn pinsr(&mut self, w: Width, dst: Xmm, a: Xmm, src: impl GprRm, lane: u8) {
        let code = match w {
            Width::B8 => Code::new(Pp::P66, Map::M3A, 0x20),
            Width::W16 => Code::new(Pp::P66, Map::M0F, 0xC4),
            Width::W32 | Width::W64 => Code::new(Pp::P66, Map::M3A, 0x22).sized(w),
        };
        self.merge_gpr(code, dst, a, src, Imm::i8(lane));
    }

    /// `pextrb/w/d/q dst, src, lane`: a register receives the lane zero-extended.
    #[inline]
    pub fn pextr(&mut self, w: Width, dst: impl GprRm, src: Xmm, lane: u8) {
        let imm = Imm::i8(lane);
        let code = match w {
            Width::B8 => Code::new(Pp::P66, Map::M3A, 0x14),
            Width::W16 => match dst.number() {
                Some(reg) => {
                    return self.two(Code::new(Pp::P66, Map::M0F, 0xC5), reg, src, imm);
                }
                None => Code::new(Pp::P66, Map::M3A, 0x15),
            },
            Width::W32 | Width::W64 => Code::new(Pp::P66, Map::M3A, 0x16).sized(w),
        };
        self.either(code, src.0, dst, imm);
    }

    /// `extractps dst, src, lane`: one 32-bit lane.
    #[inline]
    pub fn extractps(&mut self, dst: impl GprRm, src: Xmm, lane: u8) {
        self.either(Code::new(Pp::P66, Map::M3A, 0x17), src.0, dst, Imm::i8(lane));
    }

    /// `pmovmskb dst, src`: the 16 sign bits of bytes.
    #[inline]
    pub fn pmovmskb(&mut self, dst: Gpr, src: Xmm) {
        self.two(Code::new(Pp::P66, Map::M0F, 0xD7), dst.0, src, Imm::NONE);
    }

    /// `movmskps dst, src`: the 4 sign bits of 32-bit lanes.
    #[inline]
    pub fn movmskps(&mut self, dst: Gpr, src: Xmm) {
        self.two(Code::new(Pp::None, Map::M0F, 0x50), dst.0, src, Imm::NONE);
    }

    /// `movmskpd dst, src`: the 2 sign bits of 64-bit lanes.
    #[inline]
    pub fn movmskpd(&mut self, dst: Gpr, src: Xmm) {
        self.two(Code::new(Pp::P66, Map::M0F, 0x50), dst.0, src, Imm::NONE);
    }

    /// `cvtsi2ss dst, a, src`: a `w`-bit signed integer to single, merged into `a`.
    #[inline]
    pub fn cvtsi2ss(&mut self, w: Width, dst: Xmm, a: Xmm, src: impl GprRm) {
        let code = Code::new(Pp::PF3, Map::M0F, 0x2A).sized(w);
        self.merge_gpr(code, dst, a, src, Imm::NONE);
    }

    /// `cvtsi2sd dst, a, src`: a `w`-bit signed integer to double, merged into `a`.
    #[inline]
    pub fn cvtsi2sd(&mut self, w: Width, dst: Xmm, a: Xmm, src: impl GprRm) {
        let code = Code::new(Pp::PF2, Map::M0F, 0x2A).sized(w);
        self.merge_gpr(code, dst, a, src, Imm::NONE);
    }

    /// `cvtss2si dst, src`: single to `w`-bit signed integer, rounded as MXCSR says.
    #[inline]
    pub fn cvtss2si(&mut self, w: Width, dst: Gpr, src: impl XmmRm) {
        self.two(Code::new(Pp::PF3, Map::M0F, 0x2D).sized(w), dst.0, src, Imm::NONE);
    }

    /// `cvttss2si dst, src`: single to `w`-bit signed integer, towards zero.
    #[inline]
    pub fn cvttss2si(&mut self, w: Width, dst: Gpr, src: impl XmmRm) {
        self.two(Code::new(Pp::PF3, Map::M0F, 0x2C).sized(w), dst.0, src, Imm::NONE);
    }

    /// `cvtsd2si dst, src`: double to `w`-bit signed integer, rounded as MXCSR says.
    #[inline]
    pub fn cvtsd2si(&mut self, w: Width, dst: Gpr, src: impl XmmRm) {
        self.two(Code::new(Pp::PF2, Map::M0F, 0x2D).sized(w), dst.0, src, Imm::NONE);
    }

    /// `cvttsd2si dst, src`: double to `w`-bit signed integer, towards zero.
    #[inline]
    pub fn cvttsd2si(&mut self, w: Width, dst: Gpr, src: impl XmmRm) {
        self.two(Code::new(Pp::PF2, Map::M0F, 0x2C).sized(w), dst.0, src, Imm::NONE);
    }

    /// `op dst, src` (SHA-NI): legacy encoding always. `sha256rnds2` reads XMM0 as well.
    #[inline]
    pub fn sha(&mut self, op: ShaOp, dst: Xmm, src: impl XmmRm) {
        src.emit(self, op.0.legacy(), dst.0, Imm::NONE);
    }

    /// `sha1rnds4 dst, src, function` (SHA-NI): legacy encoding always.
    #[inline]
    pub fn sha1rnds4(&mut self, dst: Xmm, src: impl XmmRm, function: u8) {
        let code = Code::new(Pp::None, Map::M3A, 0xCC);
        src.emit(self, code.legacy(), dst.0, Imm::i8(function));
    }

    /// Two vector sources.
    #[inline]
    fn three(&mut self, code: Code, dst: Xmm, a: Xmm, b: impl XmmRm, imm: Imm) {
        let number = b.number();
        if self.avx {
            match number {
                // VEX.vvvv reaches all registers for free, VEX.B needs the long prefix.
                Some(b) if b >= 8 && a.0 < 8 && code.commutes() && code.is_short() => {
                    self.vex_reg_form(code, dst.0, b, a.0, imm);
                }
                _ => b.emit_vex(self, code, dst.0, a.0, imm),
            }
        } else if number == Some(dst.0) && dst != a {
            assert!(code.commutes(), "invariant: a legacy operation keeps its second source");
            self.reg_form(code.legacy(), dst.0, a.0, imm);
        } else {
            self.vmov(dst, a);
            b.emit(self, code.legacy(), dst.0, imm);
        }
    }

    /// Two vector sources, with a register to save the second one.
    #[inline]
    fn three_tmp(&mut self, code: Code, dst: Xmm, a: Xmm, b: impl XmmRm, tmp: Xmm, imm: Imm) {
        let clash = !self.avx && b.number() == Some(dst.0) && dst != a && !code.commutes();
        if clash {
            debug_assert!(tmp != dst && tmp != a);
            self.vmov(tmp, dst);
            self.vmov(dst, a);
            self.reg_form(code.legacy(), dst.0, tmp.0, imm);
        } else {
            self.three(code, dst, a, b, imm);
        }
    }

    /// A vector source and a general-purpose one that is merged into it.
    #[inline]
    fn merge_gpr(&mut self, code: Code, dst: Xmm, a: Xmm, src: impl GprRm, imm: Imm) {
        if self.avx {
            src.emit_vex(self, code, dst.0, a.0, imm);
        } else {
            self.vmov(dst, a);
            src.emit(self, code.legacy(), dst.0, imm);
        }
    }

    /// One vector source or memory destination.
    #[inline]
    fn two(&mut self, code: Code, reg: u8, rm: impl XmmRm, imm: Imm) {
        if self.avx {
            rm.emit_vex(self, code, reg, 0, imm);
        } else {
            rm.emit(self, code.legacy(), reg, imm);
        }
    }

    /// One general-purpose operand beside the vector register `reg`.
    #[inline]
    fn either(&mut self, code: Code, reg: u8, rm: impl GprRm, imm: Imm) {
        if self.avx {
            rm.emit_vex(self, code, reg, 0, imm);
        } else {
            rm.emit(self, code.legacy(), reg, imm);
        }
    }
}
