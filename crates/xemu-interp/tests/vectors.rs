//! Compares floating point and cryptography with another implementation of the architecture.
//!
//! `tests/fpvectors/fpvectors.c` runs the instructions on an AArch64 system, or under an emulator,
//! on a fixed sequence of operands in every FPCR mode, and prints a hash per instruction; this test
//! computes the same hashes. To look for rarer differences, run the program with a larger count and
//! set FPVECTORS_HASHES to its output and FPVECTORS_COUNT to the count. To see the differences of
//! one instruction, put its raw results into a file `NAME.bin` in the folder FPVECTORS_RAW.

#[path = "vectors/table.rs"]
mod table;

use std::{env, fs, path::Path};
use xemu_guest::{Fpcr, Fpsr};

/// What one run of an instruction gives: the result's halves.
type Outcome = (u64, u64);
/// Computes the outcome from three operands.
type Operation = Box<dyn Fn([u64; 3], Fpcr, &mut Fpsr) -> Outcome>;

struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// As in the C program.
    fn operand(&mut self, size: usize, prev: u64) -> u64 {
        let f = [0, 10, 23, 52][size];
        let bias = [0u64, 15, 127, 1023][size];
        let bits = 8 << size;
        let r = self.next();
        let (ones, max) = ((1u64 << f) - 1, (1u64 << (bits - 1 - f)) - 1);
        let low = r >> 16;
        let e = match r >> 8 & 7 {
            0 => return self.next() >> (64 - bits),
            1 => low & 3,
            2 => max.wrapping_sub(low & 3),
            3 => bias.wrapping_sub(4).wrapping_add(low & 7),
            4 => (bias + f).wrapping_sub(12).wrapping_add(low & 31),
            5 => bias.wrapping_sub(70).wrapping_add(low % 140),
            6 => (prev >> f).wrapping_sub(2).wrapping_add(low & 3),
            _ => low,
        };
        let random = self.next();
        let m = match r & 7 {
            0 => 0,
            1 => ones,
            2 => 1 << (random % f),
            3 => random << (f - 4),
            4 => prev ^ random & 3,
            5 => ones ^ 1 << (random % f),
            _ => random,
        };
        (r >> 63) << (bits - 1) | (e & max) << f | m & ones
    }

    fn operands(&mut self, kind: char) -> [u64; 3] {
        let mut v = [0; 3];
        for i in 0..3 {
            let prev = if i > 0 { v[i - 1] } else { 0 };
            v[i] = match kind {
                'h' => self.operand(1, prev),
                's' => self.operand(2, prev),
                'd' => self.operand(3, prev),
                'm' => self.operand(if i > 0 { 1 } else { 2 }, prev),
                'i' => {
                    let value = self.next() as i64;
                    (value >> (self.next() % 64)) as u64
                }
                _ => self.next(),
            };
        }
        v
    }
}

fn modes() -> impl Iterator<Item = Fpcr> {
    (0..64).map(|mode| Fpcr((mode & 1) << 19 | (mode >> 1) << 22))
}

/// Calls `each` with operands, mode, outcome and FPSR of every run.
fn run(
    kind: char,
    operation: &Operation,
    count: u64,
    mut each: impl FnMut([u64; 3], Fpcr, [u64; 3]),
) {
    let mut generator = Generator(0x9e37_79b9_7f4a_7c15);
    for fpcr in modes() {
        for _ in 0..count {
            let v = generator.operands(kind);
            let mut fpsr = Fpsr(0);
            let (low, high) = operation(v, fpcr, &mut fpsr);
            each(v, fpcr, [low, high, fpsr.0.into()]);
        }
    }
}

fn hash(kind: char, operation: &Operation, count: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    run(kind, operation, count, |_, _, parts| {
        for part in parts {
            hash = (hash ^ part).wrapping_mul(0x100_0000_01b3);
        }
    });
    hash
}

/// Prints the first differences from the raw results in `file`.
fn show_differences(file: &Path, name: &str, kind: char, operation: &Operation, count: u64) {
    let Ok(raw) = fs::read(file) else { return };
    let mut expected = raw.chunks_exact(24);
    let mut shown = 0;
    run(kind, operation, count, |v, fpcr, got| {
        let Some(record) = expected.next() else { return };
        let part = |i: usize| {
            let bytes = record[8 * i..8 * i + 8].try_into().expect("a slice of eight bytes");
            u64::from_le_bytes(bytes)
        };
        let want = [part(0), part(1), part(2)];
        if got != want && shown < 20 {
            shown += 1;
            let mode = fpcr.0;
            println!("{name} {v:x?} fpcr {mode:08x}: got {got:x?}, expected {want:x?}");
        }
    });
}

#[test]
fn results_and_exceptions_are_those_of_another_implementation() {
    let recorded = include_str!("../../../tests/fpvectors/hashes.txt").to_owned();
    let hashes = match env::var("FPVECTORS_HASHES") {
        Ok(path) => fs::read_to_string(path).expect("the file that FPVECTORS_HASHES names"),
        Err(_) => recorded,
    };
    let count = env::var("FPVECTORS_COUNT").map_or(100, |n| n.parse().expect("a number"));
    let mut table = table::operations();
    let mut failed = Vec::new();
    for line in hashes.lines().filter(|line| !line.starts_with('#')) {
        let (name, want) = line.split_once(' ').expect("a name and a hash");
        let Some((kind, operation)) = table.remove(name) else {
            failed.push(format!("{name}: not in the table"));
            continue;
        };
        let got = format!("{:016x}", hash(kind, &operation, count));
        if got != want {
            failed.push(format!("{name}: hash {got}, expected {want}"));
            if let Ok(folder) = env::var("FPVECTORS_RAW") {
                let file = Path::new(&folder).join(format!("{name}.bin"));
                show_differences(&file, name, kind, &operation, count);
            }
        }
    }
    failed.extend(table.keys().map(|name| format!("{name}: no hash recorded")));
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}
