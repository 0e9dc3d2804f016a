//! One backward walk: removes dead register writes, dead values and dead flag computations, and
//! counts the uses of what is left.
//!
//! A register write is dead if the register is written again before anything could see it: a read,
//! an exit, or an op that may fault or trap (guest state must be exact there). Flags are treated
//! more freely: an op that may fault does not keep them alive, so after a fault NZCV may be stale
//! if the program overwrites it before reading it. That is the price of free compare-and-branch.

use crate::block::{Analysis, Block, DeadWrite, Inst};
use crate::kinds::{Effects, Ty};
use crate::ops::Op;

/// What the pass is told.
pub struct Context<'a> {
    /// Whether NZCV may be read at the given guest address before it is overwritten. Asked for
    /// direct exits only; others count as reading it.
    pub flags_live_at: &'a mut dyn FnMut(u64) -> bool,
}

/// Runs the pass. `out` is overwritten; its memory is reused.
pub fn run(block: &mut Block, ctx: &mut Context<'_>, out: &mut Analysis) {
    let n = block.insts.len();
    out.uses.clear();
    out.uses.resize(n, 0);
    out.last_use.clear();
    out.last_use.extend(0..n as u32);
    out.flags_live.clear();
    out.flags_live.resize(n, false);
    out.dead_writes.clear();
    let start = block.pc;
    let mut live = Live { flags: true, x_dead: 0, v_dead: 0, start, last_jump_back: None };
    for i in (0..n).rev() {
        let inst = &mut block.insts[i];
        if inst.op.is_marker() {
            continue;
        }
        let effects = inst.effects();
        live.at_exit(i, inst, effects, ctx, &mut out.flags_live[i]);
        if is_dead(inst, effects, out.uses[i], &live) {
            if matches!(inst.op, Op::SetX | Op::SetW | Op::SetV) {
                out.dead_writes.push(DeadWrite { at: i as u32, inst: *inst });
            }
            *inst = nop();
            continue;
        }
        live.flags_through(inst, effects, out.uses[i], &mut out.flags_live[i]);
        if inst.op == Op::Nop {
            continue;
        }
        live.registers_through(inst);
        let inst = *inst;
        for arg in inst.args {
            if arg.is_some() {
                let k = arg.index();
                if out.uses[k] == 0 {
                    out.last_use[k] = i as u32;
                }
                out.uses[k] += 1;
            }
        }
    }
    out.last_jump_back = live.last_jump_back;
}

struct Live {
    flags: bool,
    /// Bit n: Xn is overwritten later with nothing to see it in between.
    x_dead: u32,
    v_dead: u32,
    /// The block's start, and the last jump there.
    start: u64,
    last_jump_back: Option<u32>,
}

fn nop() -> Inst {
    Inst { op: Op::Nop, a: 0, b: 0, args: [crate::Val::NONE; 3], imm: 0 }
}

fn is_dead(inst: &Inst, effects: Effects, uses: u32, live: &Live) -> bool {
    match inst.op {
        Op::SetX | Op::SetW => live.x_dead >> inst.a & 1 != 0,
        Op::SetV => live.v_dead >> inst.a & 1 != 0,
        Op::SetNzcv => !live.flags,
        op if op.result() != Ty::Non => uses == 0 && effects.removable(),
        _ => false,
    }
}

impl Live {
    fn at_exit(
        &mut self,
        i: usize,
        inst: &Inst,
        effects: Effects,
        ctx: &mut Context<'_>,
        flags_live: &mut bool,
    ) {
        if effects.needs_state() {
            self.x_dead = 0;
            self.v_dead = 0;
        }
        if effects.has(Effects::SIDE_EXIT) {
            *flags_live = (ctx.flags_live_at)(inst.imm);
            self.flags |= *flags_live;
            self.note_jump(i, inst);
        } else if effects.has(Effects::ENDS_BLOCK) {
            *flags_live = match inst.op {
                Op::Goto | Op::Call => (ctx.flags_live_at)(inst.imm),
                _ => true,
            };
            self.flags = *flags_live;
            if inst.op == Op::Goto {
                self.note_jump(i, inst);
            }
        }
    }

    fn note_jump(&mut self, i: usize, inst: &Inst) {
        if inst.imm == self.start && self.last_jump_back.is_none() {
            self.last_jump_back = Some(i as u32);
        }
    }

    /// Drops or weakens a flag computation that nobody reads, and updates the flags' liveness.
    fn flags_through(
        &mut self,
        inst: &mut Inst,
        effects: Effects,
        uses: u32,
        flags_live: &mut bool,
    ) {
        if effects.has(Effects::WRITES_FLAGS) {
            *flags_live = self.flags;
            if !self.flags {
                weaken(inst, uses);
            }
        }
        let effects = inst.effects();
        if effects.has(Effects::WRITES_FLAGS) {
            self.flags = false;
        }
        if effects.has(Effects::READS_FLAGS) {
            self.flags = true;
        }
    }

    fn registers_through(&mut self, inst: &Inst) {
        match inst.op {
            Op::SetX | Op::SetW => self.x_dead |= 1 << inst.a,
            Op::SetV => self.v_dead |= 1 << inst.a,
            Op::GetX | Op::GetW => self.x_dead &= !(1 << inst.a),
            Op::GetV => self.v_dead &= !(1 << inst.a),
            _ => {}
        }
    }
}

/// Turns an op whose flags are dead into the one without flags, or into nothing.
fn weaken(inst: &mut Inst, uses: u32) {
    let plain = match inst.op {
        Op::Adds32 => Op::Add32,
        Op::Adds64 => Op::Add64,
        Op::Subs32 => Op::Sub32,
        Op::Subs64 => Op::Sub64,
        Op::Ands32 => Op::And32,
        Op::Ands64 => Op::And64,
        Op::Adcs32 => Op::Adc32,
        Op::Adcs64 => Op::Adc64,
        Op::Sbcs32 => Op::Sbc32,
        Op::Sbcs64 => Op::Sbc64,
        Op::Ccmp32 | Op::Ccmp64 | Op::Ccmn32 | Op::Ccmn64 => Op::Nop,
        _ => return,
    };
    if plain == Op::Nop || uses == 0 {
        *inst = nop();
    } else {
        inst.op = plain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parse, verify};

    #[track_caller]
    fn check(body: &str, flags_live: bool, expect: &str) {
        let mut block = parse(&format!("block 0x0\ninsn #0x0\n{body}")).expect("parses");
        let mut ctx = Context { flags_live_at: &mut |_| flags_live };
        run(&mut block, &mut ctx, &mut Analysis::default());
        verify(&block).expect("stays well formed");
        let text = block.to_string();
        let said: Vec<_> = text.lines().skip(2).map(str::trim).collect();
        let want: Vec<_> = expect.lines().map(str::trim).collect();
        assert_eq!(said, want);
    }

    #[test]
    fn dead_register_write_goes() {
        check(
            "%1 = const64 #0x1\nset_x x0 %1\n%3 = const64 #0x2\nset_x x0 %3\ngoto #0x4",
            false,
            "%3 = const64 #0x2\nset_x x0 %3\ngoto #0x4",
        );
    }

    #[test]
    fn fault_keeps_register_write() {
        let body =
            "%1 = const64 #0x1\nset_x x0 %1\n%3 = load64 0 %1 - #0x0\nset_x x0 %3\ngoto #0x4";
        check(body, false, body);
    }

    #[test]
    fn dead_flags_weaken() {
        let head = "%1 = get_x x1\n";
        check(
            &format!("{head}%2 = subs64 %1 %1\nset_x x0 %2\ngoto #0x4"),
            false,
            &format!("{head}%2 = sub64 %1 %1\nset_x x0 %2\ngoto #0x4"),
        );
        let live = format!("{head}%2 = subs64 %1 %1\nset_x x0 %2\ngoto #0x4");
        check(&live, true, &live);
        let used = format!("{head}%2 = subs64 %1 %1\nexit_if eq #0x8\ngoto #0x4");
        check(&used, false, &used);
        check(&format!("{head}%2 = subs64 %1 %1\ngoto #0x4"), false, "goto #0x4");
    }
}
