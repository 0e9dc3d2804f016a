//! One forward walk: a read of a register that the block has written becomes the value that was
//! written, so that writes between which nothing can see the register are dead, and constants are
//! known. Only registers whose reads and writes cost an access to memory are worth it: others hold
//! values as well as anything.
//!
//! A shift that is inserted beside the opposite shift of the same vector becomes a rotation.

use crate::block::{Block, Inst, Val};
use crate::kinds::{Effects, Es, Ty};
use crate::ops::Op;

/// Which registers to forward, by a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Registers {
    /// X0–X30 and SP.
    pub x: u32,
    /// V0–V31.
    pub v: u32,
}

/// Runs the pass. `renamed` is overwritten; its memory is reused.
pub fn run(block: &mut Block, which: Registers, renamed: &mut Vec<Val>) {
    renamed.clear();
    let mut known = Known::NOTHING;
    for i in 0..block.insts.len() {
        let mut inst = block.insts[i];
        if inst.op.is_marker() {
            renamed.push(Val(i as u32));
            continue;
        }
        for arg in &mut inst.args {
            if arg.is_some() {
                *arg = renamed[arg.index()];
            }
        }
        let n = usize::from(inst.a & 31);
        let mut name = Val(i as u32);
        match inst.op {
            Op::SetX | Op::SetW if which.x >> n & 1 != 0 => known.x[n] = inst.args[0],
            Op::SetV if which.v >> n & 1 != 0 => {
                // A smaller element is written with zeros above, which the value need not have.
                let whole = inst.b >= u8::from(Es::Q);
                known.v[n] = if whole { inst.args[0] } else { Val::NONE };
            }
            Op::GetX | Op::GetW if known.x[n].is_some() => {
                name = read(block, &mut inst, known.x[n], name);
            }
            Op::GetV if known.v[n].is_some() => {
                inst = NOP;
                name = known.v[n];
            }
            Op::VSli | Op::VSri => {
                if let Some(right) = rotation(block, &inst) {
                    let args = [inst.args[1], Val::NONE, Val::NONE];
                    inst = Inst { op: Op::VRor, a: inst.a, b: right, args, imm: 0 };
                }
            }
            // What else writes state may write registers.
            op if !is_plain_write(op) && op.effects().has(Effects::WRITES_STATE) => {
                known = Known::NOTHING;
            }
            _ => {}
        }
        block.insts[i] = inst;
        renamed.push(name);
    }
}

/// For each register the value that was written to it last, if that is known.
struct Known {
    x: [Val; 32],
    v: [Val; 32],
}

impl Known {
    const NOTHING: Self = Self { x: [Val::NONE; 32], v: [Val::NONE; 32] };
}

fn is_plain_write(op: Op) -> bool {
    matches!(op, Op::SetX | Op::SetW | Op::SetV)
}

const NOP: Inst = Inst { op: Op::Nop, a: 0, b: 0, args: [Val::NONE; 3], imm: 0 };

/// Turns a read of a register that holds `v` into nothing, or into a change of width. Gives the
/// value that the read stands for.
fn read(block: &Block, inst: &mut Inst, v: Val, own: Val) -> Val {
    let want = if inst.op == Op::GetX { Ty::I64 } else { Ty::I32 };
    if block.def(v).ty() == want {
        *inst = NOP;
        return v;
    }
    let (op, constant) = match want {
        Ty::I64 => (Op::Zext, Op::Const64),
        _ => (Op::Trunc, Op::Const32),
    };
    *inst = match block.constant(v) {
        Some(c) => Inst { op: constant, imm: u64::from(c as u32), ..NOP },
        None => Inst { op, args: [v, Val::NONE, Val::NONE], ..NOP },
    };
    own
}

/// How far to the right SLI or SRI rotates, if its operands are the opposite shift of a vector and
/// the vector itself.
fn rotation(block: &Block, insert: &Inst) -> Option<u8> {
    let bits = 8u8 << insert.a;
    let Origin::Value(shifted) = origin(block, insert.args[0]) else { return None };
    let shift = block.def(shifted);
    let (opposite, right) = match insert.op {
        Op::VSli => (Op::VUshr, shift.b),
        _ => (Op::VShl, insert.b),
    };
    let found = shift.op == opposite
        && shift.a == insert.a
        && insert.b + shift.b == bits
        && (1..bits).contains(&right);
    (found && origin(block, shift.args[0]) == origin(block, insert.args[1])).then_some(right)
}

/// Where a vector comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It is the result of an op.
    Value(Val),
    /// V register of that number, as it was at the block's start.
    Register(u8),
}

fn origin(block: &Block, mut v: Val) -> Origin {
    loop {
        let read = block.def(v);
        if read.op != Op::GetV {
            return Origin::Value(v);
        }
        let writes = |w: &&Inst| match w.op {
            Op::SetV => w.a == read.a,
            op => !is_plain_write(op) && op.effects().has(Effects::WRITES_STATE),
        };
        match block.insts[..v.index()].iter().rev().find(writes) {
            None => return Origin::Register(read.a),
            Some(w) if w.op == Op::SetV && w.b >= u8::from(Es::Q) => v = w.args[0],
            Some(_) => return Origin::Value(v),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parse, verify};

    #[track_caller]
    fn check(body: &str, expect: &str) {
        let mut block = parse(&format!("block 0x0\ninsn #0x0\n{body}")).expect("parses");
        run(&mut block, Registers { x: 1 << 9, v: 1 << 9 }, &mut Vec::new());
        verify(&block).expect("stays well formed");
        let text = block.to_string();
        let said: Vec<_> = text.lines().skip(2).map(str::trim).collect();
        let want: Vec<_> = expect.lines().map(str::trim).collect();
        assert_eq!(said, want);
    }

    #[test]
    fn reads_become_what_was_written() {
        check(
            "%1 = get_x x1\nset_x x9 %1\n%3 = get_x x9\nset_x x2 %3\ngoto #0x4",
            "%1 = get_x x1\nset_x x9 %1\nset_x x2 %1\ngoto #0x4",
        );
        check(
            "%1 = get_v q1\nset_v q9 .q %1\n%3 = get_v q9\nset_v q2 .q %3\ngoto #0x4",
            "%1 = get_v q1\nset_v q9 .q %1\nset_v q2 .q %1\ngoto #0x4",
        );
    }

    #[test]
    fn widths_are_changed() {
        check(
            "%1 = get_w x1\nset_w x9 %1\n%3 = get_x x9\nset_x x2 %3\ngoto #0x4",
            "%1 = get_w x1\nset_w x9 %1\n%3 = zext %1\nset_x x2 %3\ngoto #0x4",
        );
        check(
            "%1 = get_x x1\nset_x x9 %1\n%3 = get_w x9\nset_w x2 %3\ngoto #0x4",
            "%1 = get_x x1\nset_x x9 %1\n%3 = trunc %1\nset_w x2 %3\ngoto #0x4",
        );
        check(
            "%1 = const64 #0x123456789\nset_x x9 %1\n%3 = get_w x9\nset_w x2 %3\ngoto #0x4",
            "%1 = const64 #0x123456789\nset_x x9 %1\n%3 = const32 #0x23456789\nset_w x2 %3\n\
             goto #0x4",
        );
    }

    #[test]
    fn opposite_shifts_are_a_rotation() {
        // Of a register that stays and of one that is forwarded, to the right and to the left.
        check(
            "%1 = get_v q1\n%2 = v_ushr .s 20 %1\nset_v q2 .q %2\n%4 = get_v q2\n\
             %5 = get_v q1\n%6 = v_sli .s 12 %4 %5\nset_v q2 .q %6\ngoto #0x4",
            "%1 = get_v q1\n%2 = v_ushr .s 20 %1\nset_v q2 .q %2\n%4 = get_v q2\n\
             %5 = get_v q1\n%6 = v_ror .s 20 %5\nset_v q2 .q %6\ngoto #0x4",
        );
        check(
            "%1 = get_v q1\nset_v q9 .q %1\n%3 = get_v q9\n%4 = v_shl .d 1 %3\n\
             %5 = v_sri .d 63 %4 %1\nset_v q2 .q %5\ngoto #0x4",
            "%1 = get_v q1\nset_v q9 .q %1\n%4 = v_shl .d 1 %1\n\
             %5 = v_ror .d 63 %1\nset_v q2 .q %5\ngoto #0x4",
        );
    }

    #[test]
    fn other_shifts_stay() {
        let insert = |between: &str, right: u8| {
            let body = format!(
                "%1 = get_v q1\n%2 = v_ushr .s {right} %1\n{between}%9 = get_v q1\n\
                 %10 = v_sli .s 12 %2 %9\nset_v q2 .q %10\ngoto #0x4"
            );
            check(&body, &body);
        };
        insert("", 19);
        insert("%3 = get_v q3\nset_v q1 .q %3\n", 20);
        insert("%3 = get_v q1\nset_v q1 .d %3\n", 20);
    }

    #[test]
    fn others_stay() {
        // A register that is not asked for, and a scalar that is written with zeros above.
        let body = "%1 = get_x x1\nset_x x8 %1\n%3 = get_x x8\nset_x x2 %3\ngoto #0x4";
        check(body, body);
        let body = "%1 = get_v q1\nset_v q9 .d %1\n%3 = get_v q9\nset_v q2 .q %3\ngoto #0x4";
        check(body, body);
    }
}
