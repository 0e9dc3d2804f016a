//! Vector operations that only AVX, AVX2, FMA3 or F16C hosts have.

use super::encode::{Code, Imm, Map, Pp};
use super::vecops::{VecMove, VexOp, VexUnary};
use super::{Asm, Mem, Xmm, XmmRm};

impl Asm {
    /// `op dst, a, b`; for fused multiply-adds `dst` is a source too.
    #[inline]
    pub fn vex3(&mut self, op: VexOp, dst: Xmm, a: Xmm, b: impl XmmRm) {
        b.emit_vex(self, op.0, dst.0, a.0, Imm::NONE);
    }

    /// `op dst, src`.
    #[inline]
    pub fn vex2(&mut self, op: VexUnary, dst: Xmm, src: impl XmmRm) {
        src.emit_vex(self, op.0, dst.0, 0, Imm::NONE);
    }

    /// `vpblendd dst, a, b, lanes` (AVX2): lanes of `b` where the bit is set, else of `a`.
    #[inline]
    pub fn vpblendd(&mut self, dst: Xmm, a: Xmm, b: impl XmmRm, lanes: u8) {
        b.emit_vex(self, Code::new(Pp::P66, Map::M3A, 0x02), dst.0, a.0, Imm::i8(lanes));
    }

    /// `vpermilps dst, src, lanes`: any order of the four lanes.
    #[inline]
    pub fn vpermilps(&mut self, dst: Xmm, src: impl XmmRm, lanes: u8) {
        src.emit_vex(self, Code::new(Pp::P66, Map::M3A, 0x04), dst.0, 0, Imm::i8(lanes));
    }

    /// `vpermilpd dst, src, lanes`: any order of the two lanes.
    #[inline]
    pub fn vpermilpd(&mut self, dst: Xmm, src: impl XmmRm, lanes: u8) {
        src.emit_vex(self, Code::new(Pp::P66, Map::M3A, 0x05), dst.0, 0, Imm::i8(lanes));
    }

    /// `vcvtps2ph dst, src, rounding` (F16C): four singles to halves in the low 8 bytes.
    #[inline]
    pub fn vcvtps2ph(&mut self, dst: impl XmmRm, src: Xmm, rounding: u8) {
        dst.emit_vex(self, Code::new(Pp::P66, Map::M3A, 0x1D), src.0, 0, Imm::i8(rounding));
    }

    /// `vprord dst, src, count` or, if `wide`, `vprorq` (AVX-512VL): 32-bit or 64-bit lanes rotated
    /// right.
    #[inline]
    pub fn vpror(&mut self, wide: bool, dst: Xmm, src: Xmm, count: u8) {
        let code = Code::new(Pp::P66, Map::M0F, 0x72);
        self.evex_reg_form(if wide { code.w1() } else { code }, 0, dst.0, src.0, Imm::i8(count));
    }

    /// Loads 32 bytes into the YMM register.
    #[inline]
    pub fn vload256(&mut self, dst: Xmm, src: Mem) {
        self.vex_mem_form(VecMove::MOVDQU.load.l256(), dst.0, 0, src, Imm::NONE);
    }

    /// Stores the 32 bytes of the YMM register.
    #[inline]
    pub fn vstore256(&mut self, dst: Mem, src: Xmm) {
        self.vex_mem_form(VecMove::MOVDQU.store.l256(), src.0, 0, dst, Imm::NONE);
    }
}
