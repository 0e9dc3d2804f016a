//! Random states for programs.

use xemu_guest::{Fpcr, Fpsr};
use xemu_mem::PAGE_SIZE;

use super::area::WRITABLE;
use super::random::Random;
use super::state::State;

/// What the floating-point control register may be in one program: all its values ask for code of
/// one kind, as switching between kinds is slow.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    bits: u32,
    always: u32,
}

impl Control {
    /// A random choice.
    pub fn random(random: &mut Random) -> Self {
        let host = 3 << 22 | Fpcr::FZ;
        match random.below(8) {
            0..3 => Self { bits: 0, always: 0 },
            3..5 => Self { bits: 3 << 22, always: 0 },
            5 => Self { bits: host, always: 0 },
            _ => {
                let others: Vec<u32> = (0..32)
                    .map(|n| 1 << n)
                    .filter(|bit| Fpcr::WRITABLE & !host & bit != 0)
                    .collect();
                Self { bits: Fpcr::WRITABLE & !Fpcr::NEP, always: random.pick(&others) }
            }
        }
    }

    fn fpcr(self, random: &mut Random) -> u32 {
        random.next() as u32 & self.bits | self.always
    }
}

fn set_control(state: &mut State, control: Control, random: &mut Random) {
    state.nzcv = (random.next() as u32) << 28;
    state.fpcr = control.fpcr(random);
    state.fpsr = if random.one_in(16) { random.next() as u32 & Fpsr::WRITABLE } else { 0 };
}

/// A state of random registers.
pub fn state(control: Control, random: &mut Random) -> State {
    let mut state = State::default();
    let bits = element_bits(random);
    for i in 0..32 {
        let x_bits = if random.one_in(3) { 32 } else { 64 };
        state.x[i] = random.integer(x_bits);
        state.v[i] = if i > 0 && random.one_in(8) {
            state.v[random.below(i as u64) as usize]
        } else {
            random.vector(bits)
        };
    }
    set_control(&mut state, control, random);
    state
}

fn element_bits(random: &mut Random) -> u32 {
    8 << random.below(4)
}

/// As `base`, but with new values in the given registers.
pub fn vary(
    base: &State,
    registers: impl Iterator<Item = usize>,
    control: Control,
    random: &mut Random,
) -> State {
    let mut state = base.clone();
    let bits = element_bits(random);
    for register in registers {
        let x_bits = if random.one_in(3) { 32 } else { 64 };
        state.x[register] = random.integer(x_bits);
        state.v[register] = random.vector(bits);
        if random.one_in(4) {
            // Instructions that take several registers take the next ones.
            let next = (register + 1) % 32;
            state.x[next] = random.integer(x_bits);
            for n in 1..4 {
                state.v[(register + n) % 32] = random.vector(bits);
            }
        }
    }
    set_control(&mut state, control, random);
    state
}

/// Where an access should go: often to the ends of pages, and beyond.
pub fn address(data: u64, random: &mut Random) -> u64 {
    let pages = |n: u64| data + n * PAGE_SIZE;
    let near = |at: u64, random: &mut Random| at + random.below(80) - 48;
    match random.below(48) {
        0 => near(pages(0), random),
        1 => near(pages(2), random),
        2 => near(pages(3), random),
        3..10 => near(pages(1), random),
        10..20 => data + random.below(WRITABLE as u64 - 64),
        20..32 => data + (random.below(WRITABLE as u64 - 64) & !15),
        n => {
            let size = 1 << (n & 3);
            data + (random.below(WRITABLE as u64 - 64) & !(size - 1))
        }
    }
}

/// What the data holds at first.
pub fn image(random: &mut Random) -> Vec<u8> {
    let mut image = Vec::with_capacity(WRITABLE);
    while image.len() < WRITABLE {
        let bits = element_bits(random);
        image.extend(random.vector(bits).iter().flat_map(|half| half.to_le_bytes()));
    }
    image
}
