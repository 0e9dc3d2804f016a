//! A small, fast x86-64 encoder: one function per instruction form, the shortest encoding always.
//!
//! [`Asm`] owns a buffer that is reused from block to block. Operands are [`Gpr`], [`Xmm`] and
//! [`Mem`]; functions that take a register or memory source accept either through [`GprRm`] and
//! [`XmmRm`], with [`GprMem`] and [`XmmMem`] where the choice is made at run time. Vector
//! operations have one name for their legacy SSE and their VEX encoding; [`Asm::avx`] decides.
//!
//! The module knows nothing about the IR, registers' roles or the code cache. Conditions that only
//! a wrong caller can break (an index of RSP, a legacy form that would overwrite its source) are
//! assertions; places out of reach are reported by [`Asm::finish`].

mod atomic;
mod bits;
mod encode;
mod gpr;
mod label;
mod mem;
pub mod reg;
mod system;
mod vec;
mod vecops;
mod vex;

pub use bits::{BitTest, Shift};
pub use encode::{GprMem, GprRm, Rm, XmmMem, XmmRm};
pub use gpr::{Alu, Cond, Unary};
pub use label::{AsmError, Label};
pub use mem::Mem;
pub use reg::{Gpr, Xmm};
pub use vecops::{
    FmaForm, FmaKind, FpCmp, FpLanes, Rounding, ShaOp, VecBlend, VecMove, VecOp, VecOpImm,
    VecShift, VecUnary, VecUnaryImm, VexOp, VexUnary,
};

/// Operand width of an integer operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Width {
    /// 8 bits; registers are always the low byte.
    B8,
    /// 16 bits.
    W16,
    /// 32 bits; results in registers are zero-extended to 64.
    W32,
    /// 64 bits.
    W64,
}

impl Width {
    /// Width in bits.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u32 {
        8 << self as u32
    }

    /// Width in bytes.
    #[inline]
    #[must_use]
    pub const fn bytes(self) -> u32 {
        1 << self as u32
    }
}

/// Room that one instruction may touch: two 8-byte stores, the second at most 15 bytes in.
const ROOM: usize = 24;
/// First size of the buffer; it doubles when full.
const FIRST_SIZE: usize = 16 << 10;

/// An instruction buffer with labels.
///
/// Positions are byte offsets from the start of the buffer. Displacements relative to RIP are
/// right wherever the finished bytes are copied, as long as what they reach moves along.
pub struct Asm {
    /// Always filled up to its length, so that an instruction is a store and an addition.
    buf: Vec<u8>,
    /// Bytes in use.
    len: usize,
    avx: bool,
    labels: Vec<label::LabelState>,
    fixups: Vec<label::Fixup>,
    /// References that wait for a label.
    pending: u32,
    /// First mistake seen, reported by `finish`.
    error: Option<AsmError>,
}

impl Asm {
    /// An empty buffer; `avx` selects VEX encodings for vector operations.
    #[must_use]
    pub fn new(avx: bool) -> Self {
        Self {
            buf: vec![0; FIRST_SIZE],
            len: 0,
            avx,
            labels: Vec::new(),
            fixups: Vec::new(),
            pending: 0,
            error: None,
        }
    }

    /// Empties the buffer for the next block and keeps its memory. All labels become invalid.
    #[inline]
    pub fn reset(&mut self) {
        self.len = 0;
        self.labels.clear();
        self.fixups.clear();
        self.pending = 0;
        self.error = None;
    }

    /// Vector operations use VEX encodings.
    #[inline]
    #[must_use]
    pub const fn avx(&self) -> bool {
        self.avx
    }

    /// Chooses between VEX and legacy encodings of vector operations.
    #[inline]
    pub fn set_avx(&mut self, avx: bool) {
        self.avx = avx;
    }

    /// Current position: bytes emitted since the last reset.
    #[inline]
    #[must_use]
    pub const fn pos(&self) -> usize {
        self.len
    }

    /// The bytes so far; fields that wait for a label are zero.
    #[inline]
    #[must_use]
    pub fn code(&self) -> &[u8] {
        &self.buf[..self.len]
    }

    /// The finished bytes, unless a label is missing or a displacement did not fit.
    pub fn finish(&self) -> Result<&[u8], AsmError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.pending != 0 {
            return Err(AsmError::UnboundLabel(self.pending));
        }
        Ok(self.code())
    }

    /// Cuts the buffer back to `pos`, a position where no label or waiting field lies behind.
    pub fn truncate(&mut self, pos: usize) {
        debug_assert!(pos <= self.len);
        self.len = pos.min(self.len);
    }

    /// Appends raw bytes, for constants behind the code.
    pub fn bytes(&mut self, bytes: &[u8]) {
        while self.buf.len() < self.len + bytes.len() {
            self.grow();
        }
        self.buf[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Appends a 32-bit constant.
    #[inline]
    pub fn data32(&mut self, value: u32) {
        self.put(u64::from(value), 4);
    }

    /// Appends a 64-bit constant.
    #[inline]
    pub fn data64(&mut self, value: u64) {
        self.put(value, 8);
    }

    /// Overwrites four bytes at `at`, all of which have been emitted.
    pub fn patch32(&mut self, at: usize, value: u32) {
        self.buf[..self.len][at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// Overwrites eight bytes at `at`, all of which have been emitted.
    pub fn patch64(&mut self, at: usize, value: u64) {
        self.buf[..self.len][at..at + 8].copy_from_slice(&value.to_le_bytes());
    }

    /// Pads with no-operations to a multiple of `align` (a power of two) from the start.
    pub fn align(&mut self, align: usize) {
        debug_assert!(align.is_power_of_two());
        self.nop(self.len.wrapping_neg() & (align - 1));
    }

    /// Appends the low `len` (at most 8) bytes of `head`.
    #[inline]
    fn put(&mut self, head: u64, len: u32) {
        debug_assert!(len <= 8);
        match self.buf.get_mut(self.len..self.len + ROOM) {
            Some(out) => {
                out[..8].copy_from_slice(&head.to_le_bytes());
                self.len += len as usize;
            }
            None => self.put_slowly(head, len, 0, 0),
        }
    }

    /// Appends `head_len` bytes of `head` and `tail_len` bytes of `tail`, each at most 8.
    #[inline]
    fn put_tail(&mut self, head: u64, head_len: u32, tail: u64, tail_len: u32) {
        debug_assert!(head_len <= 8 && tail_len <= 8);
        match self.buf.get_mut(self.len..self.len + ROOM) {
            Some(out) => {
                // The mask tells the compiler that the second store is in range.
                let at = (head_len & 15) as usize;
                out[..8].copy_from_slice(&head.to_le_bytes());
                out[at..at + 8].copy_from_slice(&tail.to_le_bytes());
                self.len += (head_len + tail_len) as usize;
            }
            None => self.put_slowly(head, head_len, tail, tail_len),
        }
    }

    /// `put_tail` with too little room. Called last, so that the usual path saves no registers.
    #[cold]
    #[inline(never)]
    fn put_slowly(&mut self, head: u64, head_len: u32, tail: u64, tail_len: u32) {
        self.grow();
        self.put_tail(head, head_len, tail, tail_len);
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.buf.resize(self.buf.len() * 2, 0);
    }

    #[cold]
    fn fail(&mut self, error: AsmError) {
        self.error.get_or_insert(error);
    }
}
