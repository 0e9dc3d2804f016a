//! Vector constants: which values are constants, and the pool behind a block's code.

use xemu_ir::{Es, Op, Val};

use super::Emitter;
use crate::asm::{Mem, VecMove, VecOp, Xmm};

/// Above which element size (log2 bytes) the constant is zero; 4 if nowhere.
pub(super) fn constant_zero_above(c: u128) -> u8 {
    (0..4).find(|es| c >> (8 << es) == 0).unwrap_or(4)
}

/// The low bits of `element` in every element of size `es`.
pub(super) fn splat(es: u8, element: u64) -> u128 {
    let bits = 8u32 << es;
    let ones = u128::MAX / (u128::MAX >> (128 - bits));
    ones * (u128::from(element) & u128::MAX >> (128 - bits))
}

impl Emitter<'_> {
    /// The constant that vector `v` is, if it is one.
    pub(super) fn vec_constant(&self, v: Val) -> Option<u128> {
        let inst = self.block.def(v);
        match inst.op {
            Op::ConstV => Some(splat(Es::D as u8, inst.imm)),
            Op::ConstVLow => Some(inst.imm.into()),
            Op::VFromX | Op::VFromW => self.block.constant(inst.args[0]).map(u128::from),
            Op::VDupX => Some(splat(inst.a, self.block.constant(inst.args[0])?)),
            Op::VInsX => {
                let element = u128::from(self.block.constant(inst.args[1])?);
                let (bits, at) = (8u32 << inst.a, u32::from(inst.b) << (3 + inst.a));
                let mask = u128::MAX >> (128 - bits);
                Some(self.vec_constant(inst.args[0])? & !(mask << at) | (element & mask) << at)
            }
            _ => None,
        }
    }

    /// Puts a constant into a register. EFLAGS stay.
    pub(super) fn load_vec_constant(&mut self, d: Xmm, c: u128) {
        match c {
            0 => self.asm.vzero(d),
            u128::MAX => self.asm.v3(VecOp::PCMPEQD, d, d, d),
            _ => {
                let mem = self.pool(c);
                self.asm.vload(VecMove::MOVAPS, d, mem);
            }
        }
    }

    /// 16 aligned bytes behind the block that hold `c`.
    pub(super) fn pool(&mut self, c: u128) -> Mem {
        if let Some((_, label)) = self.s.pool.iter().find(|(have, _)| *have == c) {
            return Mem::label(*label);
        }
        let label = self.asm.new_label();
        self.s.pool.push((c, label));
        Mem::label(label)
    }

    /// The constant with `element` in every element of size `es`.
    pub(super) fn pool_splat(&mut self, es: u8, element: u64) -> Mem {
        self.pool(splat(es, element))
    }

    /// Emits the pool. Blocks are placed at multiples of 16 bytes.
    pub(super) fn place_pool(&mut self) {
        if self.s.pool.is_empty() {
            return;
        }
        self.asm.align(16);
        for n in 0..self.s.pool.len() {
            let (c, label) = self.s.pool[n];
            self.asm.bind(label);
            self.asm.data64(c as u64);
            self.asm.data64((c >> 64) as u64);
        }
    }
}
