//! `cargo xtask fuzz insn`: single instructions on random states.

use super::area::SLOTS;
use super::campaign::Source;
use super::engines::Engines;
use super::operands::{self, Control};
use super::peculiar;
use super::random::Random;
use super::state::{Program, State};
use super::words::{Shape, registers};

/// How many states an instruction is run on.
const STATES: usize = 32;

/// Makes programs of one instruction, of each row in turn.
pub struct Instructions {
    shapes: Vec<Shape>,
    next: usize,
}

impl Instructions {
    /// Of the given rows.
    pub fn new(shapes: Vec<Shape>) -> Self {
        Self { shapes, next: 0 }
    }

    fn program(
        &mut self,
        slot: usize,
        engines: &mut Engines,
        random: &mut Random,
    ) -> Option<Program> {
        let shape = &self.shapes[self.next];
        self.next = (self.next + 1) % self.shapes.len();
        let area = &engines.area;
        let (data, pc) = (area.data(), area.entry(slot));
        let middle = (data + 4096 - pc) as i32 / 4;
        let word = shape.word(random, middle)?;
        let traits = engines.reference.traits(word).ok()?;
        let control = Control::random(random);
        let base = operands::state(control, random);
        let states = (0..STATES).map(|_| {
            let mut state = operands::vary(&base, registers(shape.row, word), control, random);
            if traits.touches {
                aim(&mut state, word, shape, pc, data, engines, random);
            }
            if traits.jumps && random.one_in(2) {
                let target = pc + 4 * random.below(100);
                registers(shape.row, word).for_each(|r| state.x[r] = target);
            }
            state
        });
        let states = states.collect();
        let (class, name) = (shape.row.class, shape.row.name);
        let peer = !traits.undefined
            && peculiar::peer_knows(shape.row)
            && !peculiar::is_unpredictable(word);
        let touches = traits.touches;
        Some(Program { words: vec![word], states, touches, peer, class, name })
    }
}

/// Changes the base register so that the access goes where something happens.
fn aim(
    state: &mut State,
    word: u32,
    shape: &Shape,
    pc: u64,
    data: u64,
    engines: &mut Engines,
    random: &mut Random,
) {
    let Some(rn) = shape.row.fields.iter().find(|f| f.name == "rn") else { return };
    let rn = rn.get(word) as usize;
    let Some(now) = engines.reference.first_access(word, pc, state) else { return };
    let target = operands::address(data, random);
    state.x[rn] = state.x[rn].wrapping_add(target.wrapping_sub(now));
    // The top byte is ignored.
    state.x[rn] &= u64::MAX >> 8;
    if random.one_in(64) {
        state.x[rn] |= random.next() << 56;
    }
}

impl Source for Instructions {
    fn batch(&mut self, engines: &mut Engines, random: &mut Random) -> Vec<Program> {
        let mut programs = Vec::with_capacity(SLOTS);
        for _ in 0..4 * SLOTS {
            if programs.len() == SLOTS {
                break;
            }
            programs.extend(self.program(programs.len(), engines, random));
        }
        programs
    }
}
