//! What a backward walk over the block tells the emitter before it starts: which values can be
//! computed straight into a guest register's home, and where NZCV is still needed.

use xemu_ir::{Analysis, Block, Effects, Inst, Op, Val};

use crate::contract::{v_home, x_home};

/// No home.
pub const NO_HINT: u8 = 0xff;

/// The op is emitted where its value is needed first.
const DEFERRED: u8 = 1;
/// The op reads a value whose op is deferred until then.
const BRINGS: u8 = 2;

/// The plan for one block; reused from block to block.
#[derive(Debug, Default)]
pub struct Plan {
    /// For each instruction, the guest register whose home its value may be computed into at once.
    pub hint: Vec<u8>,
    /// For each instruction, whether NZCV is read after it, in the block or beyond.
    pub flags_after: Vec<bool>,
    /// For each instruction, the index of the last one that needs its value.
    pub last_use: Vec<u32>,
    /// For each instruction, the index of the first one that needs its value.
    first_use: Vec<u32>,
    /// For each instruction, a set of [`DEFERRED`] and [`BRINGS`].
    role: Vec<u8>,
    /// Whether NZCV is read before the block overwrites it.
    pub flags_before: bool,
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

/// What the walk knows of what comes behind.
struct Walk {
    x: Pending,
    v: Pending,
    /// NZCV is read.
    flags: bool,
    /// For each X register, the next op from which on the register may hold something else.
    next_write: [u32; 32],
    /// The same for all registers.
    next_write_to_any: u32,
}

impl Plan {
    /// Plans `block`. `bmi2`: products and rotations need not touch EFLAGS.
    pub fn make(&mut self, block: &Block, an: &Analysis, bmi2: bool) {
        let n = block.insts.len();
        refill(&mut self.hint, n, NO_HINT);
        refill(&mut self.flags_after, n, false);
        refill(&mut self.first_use, n, 0);
        refill(&mut self.role, n, 0);
        self.last_use.clear();
        self.last_use.extend_from_slice(&an.last_use);
        let mut walk = Walk {
            x: Pending { value: [Pending::NONE; 32], used: 0 },
            v: Pending { value: [Pending::NONE; 32], used: 0 },
            flags: false,
            next_write: [u32::MAX; 32],
            next_write_to_any: u32::MAX,
        };
        for i in (0..n).rev() {
            let inst = &block.insts[i];
            self.flags_after[i] = walk.flags;
            if inst.op == Op::Nop {
                continue;
            }
            for arg in inst.args {
                if arg.is_some() {
                    self.first_use[arg.index()] = i as u32;
                }
            }
            let effects = inst.effects();
            walk.flags_through(effects, an.flags_live[i]);
            if walk.writes(block, i as u32, inst) {
                continue;
            }
            if effects.has(Effects::WRITES_STATE) {
                walk.next_write_to_any = i as u32;
            }
            // The op that defines the value may itself fault: then it has not written it.
            if let Some(register) = walk.x.take(i as u32) {
                self.hint[i] = register;
                walk.next_write[usize::from(register)] = i as u32;
            } else if let Some(register) = walk.v.take(i as u32) {
                self.hint[i] = register;
            } else if (Op::Add32 as u16..=Op::Umulh as u16).contains(&(inst.op as u16)) {
                self.defer(&walk, block, an, i, bmi2);
            }
            if effects.needs_state() {
                walk.x.clear();
                walk.v.clear();
            }
        }
        self.flags_before = walk.flags;
    }

    /// Lets op `i` wait until its value is needed, if that is better: it reads guest registers that
    /// keep their values until then, so that its own value alone would occupy a temporary.
    fn defer(&mut self, walk: &Walk, block: &Block, an: &Analysis, i: usize, bmi2: bool) {
        let inst = &block.insts[i];
        let mut user = self.first_use[i] as usize;
        if self.role[user] & DEFERRED != 0 {
            user = self.first_use[user] as usize;
        } else if user <= i + 1 {
            return;
        }
        // Where NZCV is in EFLAGS, other ops would have it written to the state.
        let keeps_flags = bmi2 && keeps_flags(block, inst);
        if !keeps_flags && self.flags_after[user - 1] {
            return;
        }
        let stays = |v: &Val| {
            let arg = block.def(*v);
            match arg.op {
                Op::Const32 | Op::Const64 => true,
                Op::GetX | Op::GetW => {
                    let write = walk.next_write[usize::from(arg.a & 31)];
                    write.min(walk.next_write_to_any) as usize >= user
                }
                op => {
                    (Op::Add32 as u16..=Op::Umulh as u16).contains(&(op as u16))
                        && an.uses[v.index()] == 1
                }
            }
        };
        if !inst.args.iter().filter(|v| v.is_some()).all(stays) {
            return;
        }
        self.role[i] |= DEFERRED;
        self.role[self.first_use[i] as usize] |= BRINGS;
        self.first_use[i] = user as u32;
        for arg in inst.args {
            if arg.is_some() && an.uses[arg.index()] > 1 {
                let last = &mut self.last_use[arg.index()];
                *last = (*last).max(user as u32);
            }
        }
    }

    /// Whether op `i` is emitted where its value is needed first.
    pub fn is_deferred(&self, i: usize) -> bool {
        self.role[i] & DEFERRED != 0
    }

    /// Whether op `i` reads a value whose op is deferred until then.
    pub fn brings(&self, i: usize) -> bool {
        self.role[i] & BRINGS != 0
    }
}

impl Walk {
    fn flags_through(&mut self, effects: Effects, live_at_exit: bool) {
        if effects.has(Effects::SIDE_EXIT.or(Effects::ENDS_BLOCK)) {
            self.flags |= live_at_exit;
        }
        if effects.has(Effects::WRITES_FLAGS) {
            self.flags = false;
        }
        if effects.has(Effects::READS_FLAGS) {
            self.flags = true;
        }
    }

    /// Notes reads and writes of registers; says whether `inst` is a write of one.
    fn writes(&mut self, block: &Block, i: u32, inst: &Inst) -> bool {
        match inst.op {
            Op::SetX | Op::SetW => {
                self.next_write[usize::from(inst.a & 31)] = i;
                if x_home(inst.a).is_some() {
                    self.x.drop(inst.a);
                    if can_define(block, inst.args[0].index(), inst.op == Op::SetW) {
                        self.x.set(inst.a, inst.args[0].0);
                    }
                }
                true
            }
            Op::SetV => {
                if v_home(inst.a).is_some() {
                    self.v.drop(inst.a);
                    if is_computed(block.def(inst.args[0]).op) {
                        self.v.set(inst.a, inst.args[0].0);
                    }
                }
                true
            }
            Op::GetX | Op::GetW => {
                self.x.drop(inst.a);
                false
            }
            Op::GetV => {
                self.v.drop(inst.a);
                false
            }
            _ => false,
        }
    }
}

fn refill<T: Clone>(list: &mut Vec<T>, n: usize, with: T) {
    list.clear();
    list.resize(n, with);
}

/// Whether the op can be emitted with BMI2 so that EFLAGS stay.
fn keeps_flags(block: &Block, inst: &Inst) -> bool {
    match inst.op {
        Op::Mul32 | Op::Mul64 | Op::Umulh => true,
        Op::Ror32 | Op::Ror64 => block.constant(inst.args[1]).is_some(),
        _ => false,
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
