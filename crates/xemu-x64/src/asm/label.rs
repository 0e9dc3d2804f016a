//! Labels inside one buffer: jumps, calls and data references to places bound later or before.

use super::encode::Opc;
use super::{Asm, Cond};

/// A place in the buffer; made by [`Asm::new_label`], placed by [`Asm::bind`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Label(pub(super) u32);

const NONE: u32 = u32::MAX;

/// What is known about one label.
#[derive(Clone, Copy)]
pub(super) struct LabelState {
    /// Buffer offset, or `NONE` while unbound.
    offset: u32,
    /// Newest entry of the chain of references that wait for the label, or `NONE`.
    waiting: u32,
}

/// A reference to a label that was unbound when it was emitted.
#[derive(Clone, Copy)]
pub(super) struct Fixup {
    /// Offset of the displacement field.
    at: u32,
    /// Next entry of the label's chain.
    next: u32,
    /// Bytes from the start of the field to the end of the instruction.
    to_end: u8,
    /// The field has 8 bits, not 32.
    short: bool,
}

/// Why a buffer is not usable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsmError {
    /// This many references wait for labels that were never bound.
    UnboundLabel(u32),
    /// A `*_short` jump whose displacement field is at this offset does not reach its label.
    ShortJump(u32),
    /// A displacement relative to RIP at this offset does not fit 32 bits.
    RipRange(u32),
}

impl std::fmt::Display for AsmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnboundLabel(count) => write!(f, "{count} references to unbound labels"),
            Self::ShortJump(at) => write!(f, "short jump at offset {at:#x} does not reach"),
            Self::RipRange(at) => write!(f, "displacement at offset {at:#x} does not fit"),
        }
    }
}

impl std::error::Error for AsmError {}

impl Asm {
    /// A new label, not yet bound.
    #[inline]
    pub fn new_label(&mut self) -> Label {
        let number = self.labels.len() as u32;
        self.labels.push(LabelState { offset: NONE, waiting: NONE });
        Label(number)
    }

    /// A new label bound to the current position, for backward jumps.
    #[inline]
    pub fn here(&mut self) -> Label {
        let label = self.new_label();
        self.labels[label.0 as usize].offset = self.len as u32;
        label
    }

    /// Places `label` at the current position and completes the references that wait for it.
    pub fn bind(&mut self, label: Label) {
        let state = &mut self.labels[label.0 as usize];
        debug_assert!(state.offset == NONE, "label bound twice");
        let mut next = state.waiting;
        *state = LabelState { offset: self.len as u32, waiting: NONE };
        while next != NONE {
            let fixup = self.fixups[next as usize];
            self.resolve(fixup);
            self.pending -= 1;
            next = fixup.next;
        }
    }

    /// The buffer offset of `label`, once bound.
    #[must_use]
    pub fn label_offset(&self, label: Label) -> Option<usize> {
        let offset = self.labels[label.0 as usize].offset;
        (offset != NONE).then_some(offset as usize)
    }

    /// Writes the distance from the end of a waiting instruction to the current position.
    fn resolve(&mut self, fixup: Fixup) {
        let at = fixup.at as usize;
        let distance = self.len - (at + usize::from(fixup.to_end));
        if !fixup.short {
            self.buf[at..at + 4].copy_from_slice(&(distance as u32).to_le_bytes());
        } else if let Ok(distance) = i8::try_from(distance) {
            self.buf[at] = distance.cast_unsigned();
        } else {
            self.fail(AsmError::ShortJump(fixup.at));
        }
    }

    /// Chains the field at `at` to an unbound label.
    pub(super) fn wait_for(&mut self, label: Label, at: usize, to_end: u32, short: bool) {
        let number = self.fixups.len() as u32;
        let state = &mut self.labels[label.0 as usize];
        let next = std::mem::replace(&mut state.waiting, number);
        self.fixups.push(Fixup { at: at as u32, next, to_end: to_end as u8, short });
        self.pending += 1;
    }

    /// `jmp label`: 2 bytes backward when near, else 5.
    #[inline]
    pub fn jmp(&mut self, label: Label) {
        self.branch(label, 0xEB, Opc::new(0xE9));
    }

    /// `jcc label`: 2 bytes backward when near, else 6.
    #[inline]
    pub fn jcc(&mut self, cond: Cond, label: Label) {
        self.branch(label, 0x70 | cond as u8, Opc::new_0f(0x80 | cond as u8));
    }

    /// `jmp label` in 2 bytes; [`Asm::finish`] fails if the label ends up too far away.
    #[inline]
    pub fn jmp_short(&mut self, label: Label) {
        self.branch_short(label, 0xEB);
    }

    /// `jcc label` in 2 bytes; [`Asm::finish`] fails if the label ends up too far away.
    #[inline]
    pub fn jcc_short(&mut self, cond: Cond, label: Label) {
        self.branch_short(label, 0x70 | cond as u8);
    }

    /// `jrcxz label`, which leaves EFLAGS alone, in 2 bytes; [`Asm::finish`] fails if the label
    /// ends up too far away.
    #[inline]
    pub fn jrcxz_short(&mut self, label: Label) {
        self.branch_short(label, 0xE3);
    }

    /// `call label`, 5 bytes.
    #[inline]
    pub fn call(&mut self, label: Label) {
        self.branch_near(label, Opc::new(0xE8));
    }

    /// `jmp` to a buffer offset (also outside the buffer), always with a 32-bit displacement.
    #[inline]
    pub fn jmp_offset(&mut self, offset: i32) {
        self.branch_offset(offset, Opc::new(0xE9));
    }

    /// `jcc` to a buffer offset (also outside the buffer), always with a 32-bit displacement.
    #[inline]
    pub fn jcc_offset(&mut self, cond: Cond, offset: i32) {
        self.branch_offset(offset, Opc::new_0f(0x80 | cond as u8));
    }

    /// `call` of a buffer offset (also outside the buffer).
    #[inline]
    pub fn call_offset(&mut self, offset: i32) {
        self.branch_offset(offset, Opc::new(0xE8));
    }

    fn branch(&mut self, label: Label, short_opcode: u8, near: Opc) {
        let target = self.labels[label.0 as usize].offset;
        if target != NONE && (self.len + 2) - target as usize <= 128 {
            self.branch_short(label, short_opcode);
        } else {
            self.branch_near(label, near);
        }
    }

    fn branch_short(&mut self, label: Label, opcode: u8) {
        let target = self.labels[label.0 as usize].offset;
        let at = self.len + 1;
        let mut distance = 0;
        if target == NONE {
            self.wait_for(label, at, 1, true);
        } else if let Ok(near) = i8::try_from(i64::from(target) - (at as i64 + 1)) {
            distance = near;
        } else {
            self.fail(AsmError::ShortJump(at as u32));
        }
        self.put(u64::from(opcode) | (u64::from(distance.cast_unsigned()) << 8), 2);
    }

    fn branch_near(&mut self, label: Label, op: Opc) {
        let target = self.labels[label.0 as usize].offset;
        if target == NONE {
            self.wait_for(label, self.len + op.opcode_len(), 4, false);
            self.put_tail(op.opcode_bytes(), op.opcode_len() as u32, 0, 4);
        } else {
            self.branch_offset(target.cast_signed(), op);
        }
    }

    fn branch_offset(&mut self, offset: i32, op: Opc) {
        let len = op.opcode_len();
        let distance = self.rip_distance(offset, self.len + len + 4);
        self.put_tail(op.opcode_bytes(), len as u32, u64::from(distance), 4);
    }

    /// Displacement from the instruction end `end` to the buffer offset `target`.
    pub(super) fn rip_distance(&mut self, target: i32, end: usize) -> u32 {
        match i32::try_from(i64::from(target) - end as i64) {
            Ok(distance) => distance.cast_unsigned(),
            Err(_) => {
                self.fail(AsmError::RipRange(end as u32));
                0
            }
        }
    }
}
