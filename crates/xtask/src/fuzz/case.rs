//! Cases: a processor state and an instruction, as the arm64 program reads and writes them, and how
//! random ones are made.

use xemu_guest::{CpuState, Fpcr, Fpsr, HostFlags, Nzcv};

/// The bytes of a case.
pub const SIZE: usize = 800;

/// A NOP, which fills the last batch.
const NOP: u32 = 0xd503_201f;

/// A state and an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// X0–X30, SP.
    pub x: [u64; 32],
    /// V0–V31.
    pub v: [[u64; 2]; 32],
    /// NZCV in bits 31..28.
    pub nzcv: u32,
    /// FPCR.
    pub fpcr: u32,
    /// FPSR.
    pub fpsr: u32,
    /// The instruction word.
    pub word: u32,
    /// Whether the instruction was found undefined.
    pub undefined: bool,
}

impl Default for Case {
    fn default() -> Self {
        let (x, v) = ([0; 32], [[0; 2]; 32]);
        Self { x, v, nzcv: 0, fpcr: 0, fpsr: 0, word: NOP, undefined: false }
    }
}

impl Case {
    /// Appends the case as the arm64 program reads it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let control = [self.nzcv.into(), self.fpcr.into(), self.fpsr.into(), self.word.into()];
        let words = self.x.iter().chain(self.v.as_flattened()).copied().chain(control);
        out.extend(words.flat_map(u64::to_le_bytes));
    }

    /// From what the arm64 program wrote.
    pub fn read(bytes: &[u8; SIZE]) -> Self {
        let word = |i: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[8 * i..8 * i + 8]);
            u64::from_le_bytes(eight)
        };
        Self {
            x: std::array::from_fn(word),
            v: std::array::from_fn(|i| [word(32 + 2 * i), word(33 + 2 * i)]),
            nzcv: word(96) as u32,
            fpcr: word(97) as u32,
            fpsr: word(98) as u32,
            word: word(99) as u32,
            undefined: word(99) >> 32 != 0,
        }
    }

    /// The processor's state.
    pub fn to_cpu(&self, pc: u64) -> CpuState {
        let mut cpu = CpuState { x: self.x, v: self.v, pc, ..CpuState::default() };
        cpu.flags = HostFlags::from_nzcv(Nzcv(self.nzcv));
        cpu.set_fpcr(Fpcr(self.fpcr));
        cpu.set_fpsr(Fpsr(self.fpsr));
        cpu
    }

    /// The case with the processor's state.
    pub fn with_cpu(&self, cpu: &CpuState, undefined: bool) -> Self {
        let nzcv = cpu.flags.to_nzcv().0;
        let (fpcr, fpsr) = (cpu.fpcr.0, cpu.fpsr().0);
        Self { x: cpu.x, v: cpu.v, nzcv, fpcr, fpsr, word: self.word, undefined }
    }

    /// The registers and other state in which two outcomes differ: name, first, second.
    pub fn differences(&self, other: &Case) -> Vec<(String, u128, u128)> {
        let mut out = Vec::new();
        let mut add = |name: String, a: u128, b: u128| {
            if a != b {
                out.push((name, a, b));
            }
        };
        for i in 0..32 {
            add(format!("x{i}"), self.x[i].into(), other.x[i].into());
        }
        for i in 0..32 {
            add(format!("v{i}"), self.vector(i), other.vector(i));
        }
        add("nzcv".into(), self.nzcv.into(), other.nzcv.into());
        add("fpcr".into(), self.fpcr.into(), other.fpcr.into());
        add("fpsr".into(), self.fpsr.into(), other.fpsr.into());
        add("undefined".into(), self.undefined.into(), other.undefined.into());
        out
    }

    /// V register `i` as one number.
    pub fn vector(&self, i: usize) -> u128 {
        u128::from(self.v[i][0]) | u128::from(self.v[i][1]) << 64
    }

    /// A random state for `word`: numbers that instructions treat specially are frequent.
    pub fn random(word: u32, random: &mut Random) -> Self {
        let bits = 8 << random.below(4);
        let mut case = Self { word, ..Self::default() };
        for i in 0..32 {
            let x_bits = if random.one_in(3) { 32 } else { 64 };
            case.x[i] = random.integer(x_bits);
            case.v[i] = if i > 0 && random.one_in(8) {
                case.v[random.below(i as u64) as usize]
            } else {
                random.vector(bits)
            };
        }
        case.nzcv = (random.next() as u32) << 28;
        if random.one_in(3) {
            case.fpcr = random.next() as u32 & Fpcr::WRITABLE;
        }
        if random.one_in(16) {
            case.fpsr = random.next() as u32 & Fpsr::WRITABLE;
        }
        case
    }
}

/// A generator of pseudo-random numbers (xorshift64*).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers of the given seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.next();
        random
    }

    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A number of `bits`, often near the edges of the signed and unsigned range.
    fn integer(&mut self, bits: u32) -> u64 {
        let mask = u64::MAX >> (64 - bits);
        let near = self.below(3).wrapping_sub(1);
        let value = match self.below(6) {
            0 => near,
            1 => (1u64 << (bits - 1)).wrapping_add(near),
            2 => (1u64 << self.below(bits.into())).wrapping_add(near),
            3 => self.below(128).wrapping_sub(64),
            _ => self.next(),
        };
        value & mask
    }

    /// A floating-point number of 16, 32 or 64 bits.
    fn float(&mut self, bits: u32) -> u64 {
        let fraction_bits = match bits {
            16 => 10,
            32 => 23,
            _ => 52,
        };
        let max = (1u64 << (u64::from(bits) - 1 - fraction_bits)) - 1;
        let bias = max / 2;
        let exponent = match self.below(12) {
            0 => 0,
            1 => 1,
            2 => max,
            3 => max - 1,
            4 => self.below(max + 1),
            5 => bias + self.below(66),
            6 => bias - self.below(fraction_bits + 3).min(bias),
            7 => self.below(fraction_bits + 3),
            _ => bias - 2 + self.below(5),
        };
        let all = (1 << fraction_bits) - 1;
        let fraction = match self.below(7) {
            0 => 0,
            1 => all,
            2 => 1 << self.below(fraction_bits),
            3 => 1 << (fraction_bits - 1),
            4 => (self.next() & 3) << (fraction_bits - 2),
            _ => self.next() & all,
        };
        let sign = self.below(2) << (bits - 1);
        sign | exponent.min(max) << fraction_bits | fraction
    }

    /// A vector of elements of `bits`.
    fn vector(&mut self, bits: u32) -> [u64; 2] {
        let float = bits > 8 && !self.one_in(4);
        let mut half = || {
            (0..64 / bits).fold(0, |half, i| {
                let element = if float { self.float(bits) } else { self.integer(bits) };
                half | element << (bits * i)
            })
        };
        [half(), half()]
    }
}
