//! What a backward walk over the block tells the emitter before it starts: which values can be
//! computed straight into a guest register's home, and where NZCV is still needed.

use xemu_ir::{Analysis, Block, Effects, Inst, Op, Ty, Val};

use crate::asm::Gpr;
use crate::contract::{NO_HOME, X_HOME, v_home};

/// No home.
pub const NO_HINT: u8 = 0xff;

/// The op is emitted where its value is needed first.
const DEFERRED: u8 = 1;
/// The op reads a value whose op is deferred until then.
const BRINGS: u8 = 2;
/// NZCV is read after the op, in the block or beyond.
const FLAGS_AFTER: u8 = 4;

/// X register `to` lives in the host register that is the home of X`from` by the contract, which
/// is in the state meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The register that the loop does not use.
    pub from: u8,
    /// The register that it uses.
    pub to: u8,
    /// The host register.
    pub home: Gpr,
}

/// How many ops a block has in which it is worth while to let some wait: in others temporaries
/// suffice.
const LONG: usize = 64;
/// How many homes a loop changes at most: each costs four moves whenever it is entered and left.
const MOST_MOVED: usize = 6;
/// How often a loop reads and writes a register that is worth moving.
const WORTH_MOVING: u32 = 2;

/// The plan for one block; reused from block to block.
#[derive(Debug)]
pub struct Plan {
    /// For each instruction, the guest register whose home its value may be computed into at once.
    pub hint: Vec<u8>,
    /// For each instruction, the index of the last one that needs its value.
    pub last_use: Vec<u32>,
    /// For each instruction whose value is needed, the index of the first one that needs it.
    first_use: Vec<u32>,
    /// For each instruction, a set of [`DEFERRED`], [`BRINGS`] and [`FLAGS_AFTER`].
    marks: Vec<u8>,
    /// For each X register, the number of its home in the block, or [`NO_HOME`].
    homes: [u8; 32],
    /// Homes that other X registers have within the block than by the contract.
    pub moved: Vec<Moved>,
    /// Whether NZCV is read before the block overwrites it.
    pub flags_before: bool,
    walk: Walk,
}

#[derive(Debug)]
struct Pending {
    /// For each guest register, the value that a later write stores there, if it may be computed
    /// in place: nothing between reads the register or needs exact state.
    value: [u32; 32],
    used: u32,
}

impl Pending {
    const NOTHING: Self = Self { value: [0; 32], used: 0 };

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

    /// Whether `v` may be computed into register `n`, which it is written to later.
    fn take(&mut self, n: u8, v: u32) -> bool {
        let found = self.used >> n & 1 != 0 && self.value[usize::from(n)] == v;
        if found {
            self.drop(n);
        }
        found
    }
}

/// What the walk knows of what comes behind.
#[derive(Debug)]
struct Walk {
    x: Pending,
    v: Pending,
    /// NZCV is read.
    flags: bool,
    /// For each X register in `written`, the next op from which on it may hold something else.
    next_write: [u32; 32],
    written: u32,
    /// The same for all registers.
    next_write_to_any: u32,
}

impl Plan {
    /// A plan for nothing.
    pub fn new() -> Self {
        Self {
            hint: Vec::new(),
            last_use: Vec::new(),
            first_use: Vec::new(),
            marks: Vec::new(),
            homes: X_HOME,
            moved: Vec::new(),
            flags_before: false,
            walk: Walk {
                x: Pending::NOTHING,
                v: Pending::NOTHING,
                flags: false,
                next_write: [0; 32],
                written: 0,
                next_write_to_any: u32::MAX,
            },
        }
    }

    /// The host register in which X`n` (SP for 31) lives in the block, if any.
    #[inline]
    pub fn x_home(&self, n: u8) -> Option<Gpr> {
        let home = self.homes[usize::from(n)];
        (home != NO_HOME).then(|| Gpr::new(home))
    }

    /// Gives the homes of registers that the loop, whose last op is `end`, does not use to those
    /// that it uses most.
    fn choose_homes(&mut self, block: &Block, an: &Analysis, end: usize) {
        let mut uses = [0u32; 32];
        let dead = an.dead_writes.iter().map(|w| &w.inst).filter(|w| w.op != Op::SetV);
        for inst in block.insts[..end].iter().chain(dead) {
            if matches!(inst.op, Op::GetX | Op::GetW | Op::SetX | Op::SetW) {
                uses[usize::from(inst.a & 31)] += 1;
            }
        }
        while self.moved.len() < MOST_MOVED {
            let unused = |n: &u8| uses[usize::from(*n)] == 0;
            let Some(from) = (0..32).filter(unused).find(|n| self.x_home(*n).is_some()) else {
                return;
            };
            let homeless = (0..31).filter(|n| self.x_home(*n).is_none());
            let Some(to) = homeless.max_by_key(|n| uses[usize::from(*n)]) else { return };
            if uses[usize::from(to)] < WORTH_MOVING {
                return;
            }
            let home = core::mem::replace(&mut self.homes[usize::from(from)], NO_HOME);
            self.homes[usize::from(to)] = home;
            self.moved.push(Moved { from, to, home: Gpr::new(home) });
        }
    }

    /// Plans `block`. `bmi2`: products and rotations need not touch EFLAGS. `may_move`: X registers
    /// may have other homes than by the contract if the block is a loop.
    pub fn make(&mut self, block: &Block, an: &Analysis, bmi2: bool, may_move: bool) {
        let n = block.insts.len();
        if !self.moved.is_empty() {
            self.moved.clear();
            self.homes = X_HOME;
        }
        if let Some(end) = an.last_jump_back.filter(|_| may_move) {
            self.choose_homes(block, an, end as usize);
        }
        self.hint.clear();
        self.hint.resize(n, NO_HINT);
        self.marks.clear();
        self.marks.resize(n, 0);
        self.first_use.resize(n, 0);
        self.last_use.clear();
        self.last_use.extend_from_slice(&an.last_use);
        self.walk.start();
        let long = n >= LONG;
        let mut dead_writes = an.dead_writes.iter().peekable();
        for i in (0..n).rev() {
            let inst = &block.insts[i];
            if self.walk.flags {
                self.marks[i] |= FLAGS_AFTER;
            }
            if let Some(dead) = dead_writes.next_if(|w| w.at as usize == i) {
                self.dead_write(block, &dead.inst);
            }
            if inst.op.is_marker() {
                continue;
            }
            if long {
                for arg in inst.args {
                    if arg.is_some() {
                        self.first_use[arg.index()] = i as u32;
                    }
                }
            }
            self.through(block, an, i, inst);
            if long && self.hint[i] == NO_HINT && may_wait(inst.op) {
                self.defer(block, an, i, bmi2);
            }
        }
        self.flags_before = self.walk.flags;
    }

    fn through(&mut self, block: &Block, an: &Analysis, i: usize, inst: &Inst) {
        let effects = inst.effects();
        self.walk.flags_through(effects, an.flags_live[i]);
        match inst.op {
            Op::SetX | Op::SetW => return self.write_x(block, i as u32, inst),
            Op::SetV => return self.write_v(block, inst),
            Op::GetX | Op::GetW => return self.walk.x.drop(inst.a),
            Op::GetV => return self.walk.v.drop(inst.a),
            _ => {}
        }
        if effects.has(Effects::WRITES_STATE) {
            self.walk.next_write_to_any = i as u32;
        }
        let register = self.hint[i];
        if register != NO_HINT {
            // The op that defines the value may itself fault: then it has not written it.
            let vector = inst.ty() == Ty::V;
            let pending = if vector { &mut self.walk.v } else { &mut self.walk.x };
            if !pending.take(register, i as u32) {
                self.hint[i] = NO_HINT;
            } else if !vector {
                self.walk.note_write(register, i as u32);
            }
        }
        if effects.needs_state() {
            self.walk.x.clear();
            self.walk.v.clear();
        }
    }

    fn write_x(&mut self, block: &Block, i: u32, inst: &Inst) {
        self.walk.note_write(inst.a, i);
        if self.x_home(inst.a).is_some() {
            self.walk.x.drop(inst.a);
            let v = inst.args[0];
            if can_define(block, v.index(), inst.op == Op::SetW) {
                self.walk.x.set(inst.a, v.0);
                // Where two registers get the value, the second one takes a copy.
                self.hint[v.index()] = inst.a;
            }
        }
    }

    /// A value that was written to a register for nothing to see may be in the register's home
    /// nevertheless, so that it takes no temporary.
    fn dead_write(&mut self, block: &Block, inst: &Inst) {
        let (n, v) = (inst.a, inst.args[0]);
        let vector = inst.op == Op::SetV;
        let home = if vector { v_home(n).is_some() } else { self.x_home(n).is_some() };
        if !home {
            return;
        }
        let (pending, fits) = if vector {
            (&mut self.walk.v, is_computed(block.def(v).op))
        } else {
            (&mut self.walk.x, can_define(block, v.index(), inst.op == Op::SetW))
        };
        pending.drop(n);
        if fits && self.hint[v.index()] == NO_HINT {
            pending.set(n, v.0);
            self.hint[v.index()] = n;
        }
    }

    fn write_v(&mut self, block: &Block, inst: &Inst) {
        if v_home(inst.a).is_some() {
            self.walk.v.drop(inst.a);
            let v = inst.args[0];
            if is_computed(block.def(v).op) {
                self.walk.v.set(inst.a, v.0);
                self.hint[v.index()] = inst.a;
            }
        }
    }

    /// Lets op `i` wait until its value is needed, if that is better: it reads guest registers that
    /// keep their values until then, so that its own value alone would occupy a temporary.
    fn defer(&mut self, block: &Block, an: &Analysis, i: usize, bmi2: bool) {
        let inst = &block.insts[i];
        let mut user = self.first_use[i] as usize;
        if self.marks[user] & DEFERRED != 0 {
            user = self.first_use[user] as usize;
        } else if user <= i + 1 {
            return;
        }
        // Where NZCV is in EFLAGS, other ops would have it written to the state.
        let keeps_flags = bmi2 && keeps_flags(block, inst);
        if !keeps_flags && self.flags_after(user - 1) {
            return;
        }
        let stays = |v: &Val| {
            let arg = block.def(*v);
            match arg.op {
                Op::Const32 | Op::Const64 => true,
                Op::GetX | Op::GetW => self.walk.keeps(arg.a, user),
                op => may_wait(op) && an.uses[v.index()] == 1,
            }
        };
        if !inst.args.iter().filter(|v| v.is_some()).all(stays) {
            return;
        }
        self.marks[i] |= DEFERRED;
        self.marks[self.first_use[i] as usize] |= BRINGS;
        self.first_use[i] = user as u32;
        // Even a value that is used once alone: it may be in the home of a register that is written
        // before the user comes.
        for arg in inst.args {
            if arg.is_some() {
                let last = &mut self.last_use[arg.index()];
                *last = (*last).max(user as u32);
            }
        }
    }

    /// Whether NZCV is read after op `i`, in the block or beyond.
    pub fn flags_after(&self, i: usize) -> bool {
        self.marks[i] & FLAGS_AFTER != 0
    }

    /// Whether op `i` is emitted where its value is needed first.
    pub fn is_deferred(&self, i: usize) -> bool {
        self.marks[i] & DEFERRED != 0
    }

    /// Whether op `i` reads a value whose op is deferred until then.
    pub fn brings(&self, i: usize) -> bool {
        self.marks[i] & BRINGS != 0
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

    fn start(&mut self) {
        self.x.clear();
        self.v.clear();
        self.flags = false;
        self.written = 0;
        self.next_write_to_any = u32::MAX;
    }

    fn note_write(&mut self, n: u8, i: u32) {
        self.next_write[usize::from(n & 31)] = i;
        self.written |= 1 << (n & 31);
    }

    /// Whether X`n` holds the same until op `user`.
    fn keeps(&self, n: u8, user: usize) -> bool {
        let n = n & 31;
        self.next_write_to_any as usize >= user
            && (self.written >> n & 1 == 0 || self.next_write[usize::from(n)] as usize >= user)
    }
}

/// Whether the op is one of plain arithmetic, which may wait until its value is needed.
fn may_wait(op: Op) -> bool {
    (Op::Add32 as u16..=Op::Umulh as u16).contains(&(op as u16))
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
