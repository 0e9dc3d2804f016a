//! What a backward walk over the block tells the emitter before it starts: which values can be
//! computed straight into a guest register's home, and where NZCV is still needed.

use xemu_ir::{Analysis, Block, Effects, Op};

use crate::contract::{v_home, x_home};

/// No home.
pub const NO_HINT: u8 = 0xff;

/// The plan for one block; reused from block to block.
#[derive(Debug, Default)]
pub struct Plan {
    /// For each instruction, the guest register whose home its value may be computed into at once.
    pub hint: Vec<u8>,
    /// For each instruction, whether NZCV is read after it, in the block or beyond.
    pub flags_after: Vec<bool>,
}

struct Pending {
    /// For each guest register, the value that a later write stores there, if it may be computed
    /// in place: nothing between reads the register or needs exact state.
    value: [u32; 32],
    used: u32,
}

impl Pending {
    const NONE: u32 = u32::MAX;

    fn clear(&mut self) {
        self.used = 0;
    }

    fn drop(&mut self, n: u8) {
        self.used &= !(1 << n);
    }

    fn set(&mut self, n: u8, v: u32) {
        self.value[usize::from(n)] = v;
        self.used |= 1 << n;
    }

    fn take(&mut self, v: u32) -> Option<u8> {
        let mut left = self.used;
        let mut found = None;
        while left != 0 {
            let n = left.trailing_zeros() as u8;
            left &= left - 1;
            if self.value[usize::from(n)] == v {
                self.drop(n);
                // A second register takes a copy.
                found = Some(n);
            }
        }
        found
    }
}

impl Plan {
    /// Plans `block`.
    pub fn make(&mut self, block: &Block, an: &Analysis) {
        let n = block.insts.len();
        self.hint.clear();
        self.hint.resize(n, NO_HINT);
        self.flags_after.clear();
        self.flags_after.resize(n, false);
        let mut x = Pending { value: [Pending::NONE; 32], used: 0 };
        let mut v = Pending { value: [Pending::NONE; 32], used: 0 };
        let mut flags = false;
        for i in (0..n).rev() {
            let inst = &block.insts[i];
            let effects = inst.effects();
            self.flags_after[i] = flags;
            if effects.has(Effects::SIDE_EXIT.or(Effects::ENDS_BLOCK)) {
                flags |= an.flags_live[i];
            }
            if effects.has(Effects::WRITES_FLAGS) {
                flags = false;
            }
            if effects.has(Effects::READS_FLAGS) {
                flags = true;
            }
            match inst.op {
                Op::SetX | Op::SetW if x_home(inst.a).is_some() => {
                    x.drop(inst.a);
                    if can_define(block, inst.args[0].index(), inst.op == Op::SetW) {
                        x.set(inst.a, inst.args[0].0);
                    }
                    continue;
                }
                Op::SetV if v_home(inst.a).is_some() => {
                    v.drop(inst.a);
                    if is_computed(block.def(inst.args[0]).op) {
                        v.set(inst.a, inst.args[0].0);
                    }
                    continue;
                }
                Op::GetX | Op::GetW => x.drop(inst.a),
                Op::GetV => v.drop(inst.a),
                _ => {}
            }
            // The op that defines the value may itself fault: then it has not written it.
            let hint = x.take(i as u32).or_else(|| v.take(i as u32));
            if let Some(register) = hint {
                self.hint[i] = register;
            }
            if effects.needs_state() {
                x.clear();
                v.clear();
            }
        }
    }
}

fn is_computed(op: Op) -> bool {
    !matches!(op, Op::GetX | Op::GetW | Op::GetV | Op::Const32 | Op::Const64 | Op::Trunc | Op::Zext)
}

fn can_define(block: &Block, v: usize, clear_upper: bool) -> bool {
    let op = block.insts[v].op;
    // Every op on 32 bits clears the upper half of its destination.
    is_computed(op) && !(clear_upper && op == Op::Sext)
}
