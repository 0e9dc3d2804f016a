//! `cargo xtask fuzz block`: sequences of instructions, with branches, bounded loops, calls,
//! returns and accesses to memory.

use xemu_a64::{Decode, Insn, Row, decode};
use xemu_guest::Fpcr;

use super::area::SLOTS;
use super::campaign::Source;
use super::engines::Engines;
use super::operands::{self, Control};
use super::peculiar;
use super::random::Random;
use super::state::{Program, State};
use super::words::{Shape, shapes};

/// How many states a sequence is run on.
const STATES: usize = 4;
/// Registers that hold an address of the data: with and without a home on the host, and SP.
const BASES: [u32; 3] = [19, 25, 31];
/// Registers that hold a small number.
const INDICES: [u32; 2] = [20, 26];
/// The register that counts a loop's rounds.
const COUNTER: u32 = 27;
/// The registers that instructions may not set.
const KEPT: u32 = 1 << 19 | 1 << 25 | 1 << 31 | 1 << 20 | 1 << 26 | 1 << COUNTER;
const LINK: u32 = 30;
const RET: u32 = 0xd65f_03c0;

/// Makes sequences.
pub struct Sequences {
    integer: Vec<Shape>,
    vector: Vec<Shape>,
    memory: Vec<Shape>,
    system: Vec<Shape>,
    branches: Vec<Shape>,
}

/// What kind of instruction a row's class is.
fn kind(row: &Row) -> usize {
    let class = row.class;
    let has = |texts: &[&str]| texts.iter().any(|text| class.contains(text));
    if has(&["Exception", "Reserved", "Unconditional", "Memory copy", "register argument"]) {
        return 5;
    }
    if has(&["branch"]) {
        return 4;
    }
    if has(&["oad/store", "Load register", "Atomic", "atomic", "swap", "LDAPR", "LDIAPP"]) {
        return 2;
    }
    if has(&["SIMD", "Floating", "Conversion", "Cryptographic", "XAR"]) {
        return 1;
    }
    if has(&["Hints", "Barriers", "PSTATE", "System", "hint"]) {
        return 3;
    }
    0
}

/// A sequence that is being made.
struct Making<'m> {
    engines: &'m mut Engines,
    random: &'m mut Random,
    words: Vec<u32>,
    entry: u64,
    peer: bool,
    touches: bool,
    kept: u32,
    class: &'static str,
    absolutes: bool,
    /// Sizes of exclusive accesses: one that stores another size than was loaded may do either.
    exclusives: u32,
    /// Whether there are YIELDs, which take the exclusive access's mark away in QEMU.
    yields: bool,
    /// Whether little is to happen that may end the program early or that engines may do apart.
    calm: bool,
    /// How many in 100 instructions are integer ones, if it is calm.
    integers: u64,
    /// The registers that a calm one's last instructions wrote, which the next ones read and write
    /// more often than others, as in real programs.
    recent: [u32; 6],
    /// The integer instructions that it has, by their places among the shapes; empty for all.
    few: Vec<usize>,
}

impl Default for Sequences {
    fn default() -> Self {
        let mut kinds: [Vec<Shape>; 6] = Default::default();
        for shape in shapes("", "") {
            kinds[kind(shape.row)].push(shape);
        }
        let [integer, vector, memory, system, branches, _] = kinds;
        Self { integer, vector, memory, system, branches }
    }
}

/// The field of that name, changed.
fn with_field(row: &Row, word: u32, name: &str, value: u32) -> u32 {
    let Some(field) = row.fields.iter().find(|f| f.name == name) else { return word };
    let mask = u32::MAX >> (32 - field.width) << field.pos;
    word & !mask | value << field.pos & mask
}

impl Making<'_> {
    fn pc(&self) -> u64 {
        self.entry + 4 * self.words.len() as u64
    }

    /// A word of the shape that does what a sequence may do, if it is found soon.
    fn word(&mut self, shape: &Shape) -> Option<u32> {
        if self.peer && !peculiar::peer_knows(shape.row) {
            return None;
        }
        let data = (self.engines.area.data() + 4096 - self.pc()) as i32 / 4;
        let mut word = shape.word(self.random, data)?;
        let memory = kind(shape.row) == 2;
        let base = self.random.pick(if self.calm { &BASES[..2] } else { &BASES });
        if memory {
            word = with_field(shape.row, word, "rn", base);
            word = with_field(shape.row, word, "rm", self.random.pick(&INDICES));
            word = with_field(shape.row, word, "imm12", self.random.below(64) as u32);
        }
        if !memory && self.calm {
            for (name, one_in) in [("rd", 4), ("rn", 2), ("rm", 3), ("ra", 2)] {
                if self.random.one_in(one_in) {
                    word = with_field(shape.row, word, name, self.random.pick(&self.recent));
                }
            }
        }
        let same = matches!(decode(word), Decode::Insn(i) if std::ptr::eq(i.row(), shape.row));
        if !same || self.peer && peculiar::is_unpredictable(word) || self.tells_too_much(word) {
            return None;
        }
        let traits = self.engines.reference.traits(word).ok()?;
        let based = if memory && shape.row.fields.iter().any(|f| f.name == "rn") {
            let data = |f: &&xemu_a64::Field| f.width == 5 && matches!(f.name, "rt" | "rt2" | "rs");
            let fields = shape.row.fields.iter().filter(data);
            // CASP names the first registers of its pairs.
            let pairs = shape.row.name == "Casp";
            if fields.map(|f| f.get(word)).any(|r| r == base || pairs && r + 1 == base) {
                return None;
            }
            1 << base
        } else {
            0
        };
        if traits.undefined || traits.jumps || traits.writes & self.kept & !based != 0 {
            return None;
        }
        self.touches |= traits.touches;
        if let Some(rd) = shape.row.fields.iter().find(|f| f.name == "rd") {
            self.recent.rotate_right(1);
            self.recent[0] = rd.get(word);
        }
        Some(word)
    }

    /// Whether the word shows, or changes, what engines are known to differ in.
    fn tells_too_much(&mut self, word: u32) -> bool {
        use Insn::{Ldxp, Ldxr, Stxp, Stxr, Yield};
        match decode(word) {
            Decode::Insn(Ldxr(_) | Stxr(_) | Ldxp(_) | Stxp(_) | Yield(_)) if self.calm => true,
            Decode::Insn(Ldxr(_) | Stxr(_)) => {
                self.exclusives |= 1 << (word >> 30);
                false
            }
            Decode::Insn(Ldxp(_) | Stxp(_)) => {
                self.exclusives |= 4 << (word >> 30);
                false
            }
            Decode::Insn(Yield(_)) => {
                self.yields = true;
                false
            }
            // FPCR.AH, with FABS and FNEG; bits of FPSR that QEMU keeps, which a long program reads
            Decode::Insn(Insn::MsrReg(i)) => {
                self.peer && i.crm() == 4 && (i.op2() == 0 || self.calm && i.op2() == 1)
            }
            Decode::Insn(Insn::FabsVec(_) | Insn::FabsVecH(_) | Insn::FnegVec(_))
            | Decode::Insn(Insn::FnegVecH(_)) => {
                self.absolutes = true;
                false
            }
            _ => false,
        }
    }

    /// Appends some instruction that goes on to the next.
    fn plain(&mut self, all: &Sequences) {
        for _ in 0..50 {
            let choice = self.random.below(100);
            let list = match choice {
                _ if self.calm => match choice {
                    n if n < self.integers => &all.integer,
                    0..92 => &all.vector,
                    92..98 => &all.memory,
                    _ => &all.system,
                },
                0..45 => &all.integer,
                45..70 => &all.vector,
                70..95 => &all.memory,
                _ => &all.system,
            };
            let shape = match self.random.below(list.len() as u64) as usize {
                _ if choice < self.integers && !self.few.is_empty() => {
                    &all.integer[self.random.pick(&self.few)]
                }
                n => &list[n],
            };
            if let Some(word) = self.word(shape) {
                self.words.push(word);
                return;
            }
        }
        self.words.push(0xd503_201f);
    }

    /// Appends the end of a loop that starts at the word `start`: SUB and CBNZ, or SUBS and B.NE,
    /// behind which no flags of the loop are read.
    fn loop_back(&mut self, start: usize) {
        let flags = self.random.one_in(2);
        self.words.push(if flags { 0xf100_0400 } else { 0xd100_0400 } | COUNTER << 5 | COUNTER);
        let distance = (start as i32 - self.words.len() as i32) as u32 & 0x7ffff;
        let branch = if flags { 0x5400_0001 } else { 0xb500_0000 | COUNTER };
        self.words.push(branch | distance << 5);
    }

    /// Appends a conditional branch to the word at `target`.
    fn branch(&mut self, all: &Sequences, target: usize) {
        let shape = &all.branches[self.random.below(all.branches.len() as u64) as usize];
        let distance = target as i32 - self.words.len() as i32;
        let Some(mut word) = shape.word(self.random, 0) else { return self.plain(all) };
        for name in ["imm19", "imm14", "imm9"] {
            word = with_field(shape.row, word, name, distance as u32);
        }
        if self.peer && !peculiar::peer_knows(shape.row) {
            return self.plain(all);
        }
        self.words.push(word);
    }

    /// Appends `ADR Xd` of the word at `target`.
    fn adr(&mut self, rd: u32, target: usize) {
        let distance = 4 * (target as i32 - self.words.len() as i32) as u32;
        self.words.push(0x1000_0000 | (distance & 3) << 29 | (distance >> 2 & 0x7ffff) << 5 | rd);
    }

    fn jump(&mut self, opcode: u32, target: usize) {
        let distance = (target as i32 - self.words.len() as i32) as u32;
        self.words.push(opcode | distance & 0x3ff_ffff);
    }

    /// Appends a load-exclusive and the store-exclusive that goes with it.
    fn exclusive(&mut self) {
        let size = self.random.below(4) as u32;
        let (base, order) = (self.random.pick(&BASES), self.random.below(2) as u32);
        let common = size << 30 | order << 15 | base << 5;
        self.exclusives |= 1 << size;
        let rt = self.random.below(16) as u32;
        self.words.push(0x085f_7c00 | common | rt);
        self.words.push(0x0800_7c00 | common | (16 + rt % 3) << 16 | self.random.below(16) as u32);
        self.touches = true;
    }

    /// Appends the three instructions of a memory copy or set, and what they need.
    fn memory_copy(&mut self) {
        const CPYF: u32 = 0x1900_0400;
        let forms: [(u32, u32, u32); 3] =
            [(0x1d00_0400, 22, 16), (CPYF, 22, 16), (0x19c0_0400, 14, 4)];
        let (opcode, stage, options) = self.random.pick(&forms);
        let [dest, source, count] = [21, 22, 23];
        let offset = self.random.below(256) as u32;
        // What CPYF makes of a source that overlaps a destination above it is not laid down.
        let to = if opcode == CPYF { 0xd100_0000 | 1024 << 10 } else { 0x9100_0000 };
        self.words.push(to | offset << 10 | 19 << 5 | dest);
        let offset = self.random.below(256) as u32;
        self.words.push(0x9100_0000 | offset << 10 | 25 << 5 | source);
        let bytes = self.random.below(400) as u32;
        self.words.push(0xd280_0000 | bytes << 5 | count);
        let option = self.random.below(options.into()) as u32;
        for n in 0..3 {
            let fields = source << 16 | option << 12 | count << 5 | dest;
            self.words.push(opcode | n << stage | fields);
        }
        self.touches = true;
    }

    /// Appends a call of one of the functions that stand at `functions`.
    fn call(&mut self, functions: &[usize]) {
        let target = self.random.pick(functions);
        self.class = "with calls";
        if self.random.one_in(2) {
            self.jump(0x9400_0000, target);
        } else {
            self.adr(16, target);
            self.words.push(0xd63f_0200);
        }
    }
}

impl Sequences {
    fn program(&self, slot: usize, engines: &mut Engines, random: &mut Random) -> Program {
        let entry = engines.area.entry(slot);
        let peer = !random.one_in(8);
        let mut making = Making {
            engines,
            random,
            words: Vec::new(),
            entry,
            peer,
            touches: false,
            kept: KEPT,
            class: "straight",
            absolutes: false,
            exclusives: 0,
            yields: false,
            calm: false,
            integers: 48,
            recent: [0; 6],
            few: Vec::new(),
        };
        self.fill(&mut making);
        let Making { words, touches, class, absolutes, exclusives, yields, .. } = making;
        let control = Control::random(random);
        let states: Vec<State> =
            (0..STATES).map(|_| start(control, engines.area.data(), random)).collect();
        let ah = states.iter().any(|state| state.fpcr & Fpcr::AH != 0);
        let marks = exclusives.count_ones() + u32::from(yields && exclusives != 0);
        let peer = peer && !(ah && absolutes) && marks < 2;
        Program { words, states, touches, peer, class, name: "sequence" }
    }

    fn fill(&self, making: &mut Making<'_>) {
        if making.random.one_in(24) {
            return self.long(making);
        }
        let most = making.random.pick(&[6, 20, 52]);
        let length = 2 + making.random.below(most) as usize;
        // Functions stand behind the main part and the jump over them.
        let sizes: Vec<usize> =
            (0..making.random.below(3)).map(|_| 2 + making.random.below(4) as usize).collect();
        let mut functions = Vec::new();
        let mut end = length + usize::from(!sizes.is_empty());
        for size in &sizes {
            functions.push(end);
            end += size;
        }
        self.main(making, length, &functions);
        if !sizes.is_empty() {
            making.jump(0x1400_0000, end);
        }
        making.kept |= 1 << LINK;
        for size in &sizes {
            for _ in 1..*size {
                making.plain(self);
            }
            making.words.push(RET);
        }
    }

    /// A loop of up to hundreds of instructions without a branch, as unrolled ciphers are: its
    /// block is longer than any other.
    fn long(&self, making: &mut Making<'_>) {
        making.class = "long loops";
        making.calm = true;
        making.integers = making.random.pick(&[4, 48, 92]);
        for _ in 0..making.random.pick(&[0, 5, 10, 20]) {
            making.few.push(making.random.below(self.integer.len() as u64) as usize);
        }
        let rounds = 1 + making.random.below(3) as u32;
        making.words.push(0xd280_0000 | rounds << 5 | COUNTER);
        let most = making.random.pick(&[40, 440]);
        for _ in 0..20 + making.random.below(most) {
            making.plain(self);
        }
        making.loop_back(1);
    }

    /// The part that is run first, `length` words long.
    fn main(&self, making: &mut Making<'_>, length: usize, functions: &[usize]) {
        let mut head = None;
        if making.random.one_in(12) {
            making.class = "memory copies";
        }
        while making.words.len() < length {
            let here = making.words.len();
            let room = length - here;
            let ahead = here + 1 + making.random.below(room.min(10) as u64) as usize;
            let choice = making.random.below(100);
            match choice {
                // A jump into their midst would be another matter.
                _ if making.class == "memory copies" => match choice {
                    0..25 if room > 6 => making.memory_copy(),
                    _ => making.plain(self),
                },
                0..10 => {
                    making.class = "with branches";
                    making.branch(self, ahead);
                }
                10..13 => making.jump(0x1400_0000, here + 1),
                13..16 if room > 2 => {
                    making.class = "with branches";
                    making.adr(17, ahead.max(here + 2));
                    making.words.push(0xd61f_0220);
                }
                16..22 if room > 2 && !functions.is_empty() => making.call(functions),
                22..28 if room > 6 && head.is_none() => {
                    let rounds = 1 + making.random.below(20) as u32;
                    making.words.push(0xd280_0000 | rounds << 5 | COUNTER);
                    head = Some(here + 1);
                }
                28..31 if room > 2 => making.exclusive(),
                31 if here > 0 => {
                    let back = making.random.below(here as u64) as usize;
                    making.branch(self, back);
                }
                _ => making.plain(self),
            }
            let here = making.words.len();
            if let Some(start) = head
                && (here + 2 >= length || here > start && making.random.one_in(8))
            {
                making.class = "with loops";
                making.loop_back(start);
                head = None;
            }
        }
        making.words.truncate(length);
    }
}

fn start(control: Control, data: u64, random: &mut Random) -> State {
    let mut state = operands::state(control, random);
    let page = random.pick(&[4096, 4096, 2048, 6144]);
    for base in BASES {
        state.x[base as usize] = data + page + 16 * random.below(8);
    }
    for index in INDICES {
        state.x[index as usize] = random.below(64);
    }
    state.x[COUNTER as usize] = 1 + random.below(8);
    state
}

impl Source for Sequences {
    fn batch(&mut self, engines: &mut Engines, random: &mut Random) -> Vec<Program> {
        (0..SLOTS).map(|slot| self.program(slot, engines, random)).collect()
    }
}
