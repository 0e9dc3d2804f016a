//! Compares ops with the instructions that they stand for, as another implementation runs them.
//!
//! `tests/opvectors/opvectors.c` runs the instructions and says how; this test runs the same
//! operands through blocks. To see the first differences of one instruction, put what the C program
//! prints for it into a file and name that in OPVECTORS_RESULTS, and the instruction in
//! OPVECTORS_NAME.

#[path = "opvectors/rows.rs"]
mod rows;

use std::collections::BTreeMap;
use std::{env, fs};

use xemu_guest::{CpuState, GuestFault, HostFlags, Nzcv};
use xemu_interp::{BlockEnd, Combined, Devices, GuestMemory, Interp};
use xemu_ir::{Block, Op, RmwKind, Ty, parse, verify};

use rows::Row;

const COUNT: usize = 400;
const NONE: &str = "these ops touch no memory";

/// No memory and no devices.
struct Nothing;

impl GuestMemory for Nothing {
    fn read(&mut self, _: u64, _: u32) -> Result<u128, GuestFault> {
        unreachable!("{NONE}")
    }
    fn write(&mut self, _: u64, _: u32, _: u128) -> Result<(), GuestFault> {
        unreachable!("{NONE}")
    }
    fn rmw(&mut self, _: u64, _: u32, _: RmwKind, _: u64) -> Result<u64, GuestFault> {
        unreachable!("{NONE}")
    }
    fn cas(&mut self, _: u64, _: u32, _: u64, _: u64) -> Result<u64, GuestFault> {
        unreachable!("{NONE}")
    }
    fn cas128(&mut self, _: u64, _: u128, _: u128) -> Result<u128, GuestFault> {
        unreachable!("{NONE}")
    }
    fn check_write(&mut self, _: u64, _: u32) -> Result<(), GuestFault> {
        unreachable!("{NONE}")
    }
    fn dc_zva(&mut self, _: u64) -> Result<(), GuestFault> {
        unreachable!("{NONE}")
    }
}

impl Devices for Nothing {
    fn counter(&mut self) -> u64 {
        0
    }
    fn random(&mut self) -> Option<u64> {
        None
    }
    fn ic_ivau(&mut self, _: u64) {}
}

/// As in the C program.
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn operand(&mut self, prev: u64) -> u64 {
        const SPECIAL: [u64; 8] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7ff0];
        let r = self.next();
        let bits = 8 << (r >> 3 & 3);
        let mut elements = |f: fn(u64, usize) -> u64| {
            let element = |i| (f(self.next(), bits) & u64::MAX >> (64 - bits)) << i;
            (0..64).step_by(bits).map(element).fold(0, |v, e| v | e)
        };
        match r & 7 {
            0 => prev,
            1 => ((self.next() as i64) >> (r >> 8 & 63)) as u64,
            2 | 3 => elements(|e, bits| {
                let below = bits.saturating_sub(16);
                let low = if e & 8 != 0 { (1 << below) - 1 } else { 0 };
                SPECIAL[(e & 7) as usize] << below | low
            }),
            4 => elements(|e, _| (e as i64 >> 58) as u64),
            _ => self.next(),
        }
    }

    /// V0 to V2 in halves, X0 to X2, NZCV.
    fn registers(&mut self) -> [u64; 10] {
        let mut r = [0; 10];
        for i in 0..9 {
            r[i] = self.operand(if i > 0 { r[i - 1] } else { 0 });
        }
        r[9] = self.next() >> 60 << 28;
        r
    }
}

/// The block of a row: reads of the registers as %1 to %9, the op, a write of V0, X0 or W0.
fn block(row: &Row) -> Block {
    let mut text = String::from("block 0x0\ninsn #0x0\n");
    for (n, get) in ["get_v q", "get_x x", "get_w x"].iter().enumerate() {
        for reg in 0..3 {
            text += &format!("%{} = {get}{reg}\n", n * 3 + reg + 1);
        }
    }
    let (ir, size) = row.ir.split_once(" -> ").unwrap_or((&row.ir, ".q"));
    let name = ir.split(' ').next().unwrap_or("");
    let op = Op::from_name(name).unwrap_or_else(|| panic!("no op `{name}`"));
    match op.info().result {
        Ty::Non => text += &format!("{ir}\n"),
        Ty::I32 => text += &format!("%10 = {ir}\nset_w x0 %10\n"),
        Ty::I64 => text += &format!("%10 = {ir}\nset_x x0 %10\n"),
        Ty::V => text += &format!("%10 = {ir}\nset_v q0 {size} %10\n"),
    }
    text += "goto #0x4\n";
    let block = parse(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    verify(&block).unwrap_or_else(|e| panic!("{e}"));
    block
}

/// What a run on these registers gives: V0 in halves, X0, NZCV, FPSR.
fn outcome(block: &Block, r: &[u64; 10]) -> [u64; 5] {
    let mut cpu = CpuState::default();
    for i in 0..3 {
        cpu.v[i] = [r[2 * i], r[2 * i + 1]];
        cpu.x[i] = r[6 + i];
    }
    cpu.flags = HostFlags::from_nzcv(Nzcv(r[9] as u32));
    let mut machine = Combined { memory: Nothing, devices: Nothing };
    assert_eq!(Interp::new().run_block(block, &mut cpu, &mut machine), BlockEnd::Next);
    let [low, high] = cpu.v[0];
    [low, high, cpu.x[0], cpu.flags.to_nzcv().0.into(), cpu.fpsr().0.into()]
}

fn hash(block: &Block) -> u64 {
    let mut generator = Generator(0x9e37_79b9_7f4a_7c15);
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for _ in 0..COUNT {
        for part in outcome(block, &generator.registers()) {
            hash = (hash ^ part).wrapping_mul(0x100_0000_01b3);
        }
    }
    hash
}

/// Prints the first lines of the C program's results that are not ours.
fn show_differences(results: &str, row: &Row) {
    let block = block(row);
    let mut shown = 0;
    for line in results.lines() {
        let numbers: Vec<u64> = line
            .split_whitespace()
            .map(|word| u64::from_str_radix(word, 16).expect("hexadecimal numbers"))
            .collect();
        let (before, expected) = numbers.split_at(10);
        let got = outcome(&block, before.try_into().expect("ten registers"));
        if got != expected && shown < 10 {
            shown += 1;
            println!("{before:016x?}\n got {got:016x?}\nwant {expected:016x?}");
        }
    }
}

#[test]
fn results_flags_and_exceptions_are_those_of_another_implementation() {
    let rows = rows::rows();
    if let Ok(file) = env::var("OPVECTORS_ROWS") {
        let lines: String = rows.iter().map(|row| format!("ROW(\"{}\")\n", row.asm)).collect();
        fs::write(file, lines).expect("the file that OPVECTORS_ROWS names is written");
        return;
    }
    if let (Ok(file), Ok(name)) = (env::var("OPVECTORS_RESULTS"), env::var("OPVECTORS_NAME")) {
        let results = fs::read_to_string(file).expect("the file that OPVECTORS_RESULTS names");
        rows.iter().filter(|row| row.asm == name).for_each(|row| show_differences(&results, row));
        return;
    }
    let recorded = include_str!("../../../tests/opvectors/hashes.txt");
    let mut hashes: BTreeMap<&str, &str> =
        recorded.lines().filter_map(|line| line.split_once(' ')).map(|(h, n)| (n, h)).collect();
    let mut failed = Vec::new();
    for row in &rows {
        let got = format!("{:016x}", hash(&block(row)));
        match hashes.remove(row.asm.as_str()) {
            Some(want) if want == got => {}
            Some(want) => failed.push(format!("{}: hash {got}, expected {want}", row.asm)),
            None => failed.push(format!("{}: no hash recorded", row.asm)),
        }
    }
    failed.extend(hashes.keys().map(|name| format!("{name}: not in the table")));
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}
