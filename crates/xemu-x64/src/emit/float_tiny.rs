//! Where Arm and x86 differ about small numbers.
//!
//! Arm finds a result tiny before rounding, x86 after. They differ for results that round up to the
//! least normal number: Arm sets UFC for them and, with FZ set, flushes them. Sums and differences
//! that are tiny are exact. A quotient of numbers with p bits is further from a power of two than
//! half a unit in the last place, a root is never tiny. So only products, fused sums and narrowing
//! conversions are concerned: where their result is the least normal number, the instruction is
//! interpreted. ([`FpMode::finds_tiny`])
//!
//! With FZ set, denormal operands and tiny results trap (see `Mxcsr::for_fpcr`). x86 is silent
//! about a denormal operand beside a quiet NaN or a divisor of zero, in rounding, and in
//! conversions to integers; so each operand is compared with itself before. An inexact result may
//! trap as well, so every instruction that may give one must be a fault point.

use xemu_ir::{Es, FpMode, Inst, Op, Shape};

use super::Emitter;
use super::float::Lanes;
use crate::asm::{self, FpCmp, VecOp, Width, Xmm};

/// The least normal number, shifted left by one, of half, single and double precision.
const LEAST: [u64; 3] = [0x0800, 0x0100_0000, 0x0020_0000_0000_0000];

impl Emitter<'_> {
    /// With FZ set: makes denormal operands of `inst` trap.
    pub(super) fn trap_denormals(&mut self, inst: &Inst) {
        if self.block.fp != FpMode::Flush {
            return;
        }
        let Some(l) = operand_lanes(inst) else { return };
        let t = self.scratch_v();
        for (n, v) in inst.args.into_iter().enumerate() {
            // A fused sum compares its addend anyway.
            let addend = n == 0 && inst.op == Op::Fmadd;
            if v.is_some() && !addend && !inst.args[..n].contains(&v) {
                let r = self.use_v(v);
                self.trap_denormal(l, t, r);
            }
        }
        self.give_back_v(t);
    }

    /// Makes a denormal number in `x` trap. Clobbers `t`, not EFLAGS.
    pub(super) fn trap_denormal(&mut self, l: Lanes, t: Xmm, x: Xmm) {
        self.trap_v3_imm(l.cmp(), t, x, x, FpCmp::Eq as u8);
    }

    /// With FZ set, the next host instruction may give an inexact result, and trap.
    pub(super) fn inexact_point(&mut self) {
        if self.block.fp == FpMode::Flush {
            self.fault_point();
        }
    }

    /// `d = a + b`, which may be inexact.
    pub(super) fn add_inexact(&mut self, op: VecOp, d: Xmm, a: Xmm, b: Xmm) {
        if self.block.fp == FpMode::Flush {
            self.trap_v3(op, d, a, b);
        } else {
            self.asm.v3(op, d, a, b);
        }
    }

    /// The result's register for an op that writes it before its last [`Emitter::inexact_point`].
    pub(super) fn def_before_inexact(&mut self, i: usize) -> Xmm {
        if self.block.fp == FpMode::Flush { self.def_free(i) } else { self.def_v(i) }
    }

    /// Leaves to have the instruction interpreted if an element of `x` is the least normal number
    /// of size `es`; `scalar`: of the lowest element alone. EFLAGS have been given up.
    pub(super) fn leave_if_least(&mut self, es: Es, scalar: bool, x: Xmm) {
        let cold = self.cold_emulate();
        let t = self.scratch_v();
        let least = self.pool_splat(es as u8, LEAST[es as usize - 1]);
        let (double, equal) = match es {
            Es::D | Es::Q => (VecOp::PADDQ, VecOp::PCMPEQQ),
            Es::S => (VecOp::PADDD, VecOp::PCMPEQD),
            Es::B | Es::H => (VecOp::PADDW, VecOp::PCMPEQW),
        };
        // Doubled, it loses its sign.
        self.asm.v3(double, t, x, x);
        self.asm.v3(equal, t, t, least);
        self.leave_if_any(es, scalar, t, cold);
        self.give_back_v(t);
    }

    /// Goes to `cold` if an element of mask `t`, of size `es`, is set; `scalar`: the lowest one.
    /// EFLAGS have been given up.
    pub(super) fn leave_if_any(&mut self, es: Es, scalar: bool, t: Xmm, cold: asm::Label) {
        let r = self.scratch_g();
        match es {
            Es::D | Es::Q => self.asm.movmskpd(r, t),
            Es::S => self.asm.movmskps(r, t),
            Es::B | Es::H => self.asm.pmovmskb(r, t),
        }
        if scalar {
            self.asm.test_imm(Width::W32, r, 1);
        } else {
            self.asm.test(Width::W32, r, r);
        }
        self.asm.jcc(asm::Cond::NE, cold);
        self.unlock_fixed(r);
    }
}

/// The lanes in which an op's operands must be looked at before it. Other ops trap by themselves
/// for every denormal operand, or have none that FZ concerns.
fn operand_lanes(inst: &Inst) -> Option<Lanes> {
    const LOWEST_ONLY: u64 = 0x200;
    let vector = Shape::Vector as u8;
    match inst.op {
        Op::Fadd | Op::Fsub | Op::Fmul | Op::Fmulx | Op::Fdiv | Op::Fsqrt | Op::Fmadd => {
            Lanes::new(inst.a, inst.b)
        }
        Op::Frint | Op::Frecps | Op::Frsqrts | Op::Fcmeq => Lanes::new(inst.a, inst.b),
        Op::Fcmp | Op::Fcvt | Op::FToI32 | Op::FToI64 => Lanes::scalar(inst.a),
        Op::Fjcvtzs => Lanes::scalar(Es::D as u8),
        Op::VFToI if inst.imm & LOWEST_ONLY != 0 => Lanes::scalar(inst.a),
        Op::VFToI | Op::Fcvtl => Lanes::new(inst.a, vector),
        Op::Fcvtn => Lanes::new(inst.a + 1, vector),
        _ => None,
    }
}
