//! Compares which words are allocated with capstone, on a sample of every row of the table, of
//! words near every row and of uniformly random words.
//!
//! Where the two differ for a known reason the difference is listed, with a condition as narrow
//! as the reason; a listed difference that no longer shows fails the test too.

use capstone::prelude::*;
use std::collections::BTreeMap;
use xemu_a64::{Decode, ROWS, decode};

/// Why capstone 5 and the table differ.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reason {
    /// The instructions are newer than capstone's tables.
    Newer,
    /// Bits that the manual says should be one or zero: other values are CONSTRAINED
    /// UNPREDICTABLE, not unallocated, and processors ignore the bits.
    ShouldBe,
    /// CONSTRAINED UNPREDICTABLE use of one register twice, for which processors do something.
    SameRegister,
    /// CONSTRAINED UNPREDICTABLE use of XZR or of one register twice, which may be UNDEFINED.
    MayBeUndefined,
    /// capstone takes op0 0 and 1 for system registers; the manual leaves them unallocated.
    Op0,
    /// One row for a group of encodings that is not executed.
    Block,
}

/// A known difference: words of `row` that satisfy `when` are allocated on one side alone.
struct Known {
    /// The row, or "Reserved ROW", or "Unallocated".
    row: &'static str,
    reason: Reason,
    when: fn(u32) -> bool,
}

fn always(_: u32) -> bool {
    true
}

fn rn(word: u32) -> u32 {
    word >> 5 & 31
}

fn rt(word: u32) -> u32 {
    word & 31
}

fn rt2(word: u32) -> u32 {
    word >> 10 & 31
}

/// Writeback to a register that the access also transfers.
fn base_is_data(word: u32) -> bool {
    rn(word) == rt(word) && rn(word) != 31
}

/// As [`base_is_data`] for pairs, and loads of both registers of a pair into one.
fn pair_overlap(word: u32) -> bool {
    base_is_data(word) || (rn(word) == rt2(word) && rn(word) != 31) || rt(word) == rt2(word)
}

fn same_data(word: u32) -> bool {
    rt(word) == rt2(word)
}

/// The rows capstone does not know at all.
const NEWER: &[&str] = &[
    "Abs",
    "AddSubPt",
    "Auti171615",
    "AutiasppcImm",
    "AutibsppcImm",
    "Autisppcr",
    "Caspt",
    "Cast",
    "Cnt",
    "CompareByteBranch",
    "CompareHalfBranch",
    "CompareImmBranch",
    "CompareRegBranch",
    "Ctz",
    "CvtfSimd",
    "FamaxVec",
    "FamaxVecH",
    "FaminVec",
    "FaminVecH",
    "FcvtaSimd",
    "FcvtmSimd",
    "FcvtnSimd",
    "FcvtpSimd",
    "FcvtzSimd",
    "FdotElem",
    "FdotVec",
    "FmmlaVecH",
    "FmmlaVecHS",
    "Fp8CvtlVec",
    "Fp8FcvtnVec",
    "Fp8FdotElem",
    "Fp8FdotVec",
    "Fp8FmlalElem",
    "Fp8FmlalVec",
    "Fp8FmlallElem",
    "Fp8FmlallVec",
    "Fp8FmmlaVec",
    "FscaleVec",
    "FscaleVecH",
    "Gcsstr",
    "LdAtomicPair",
    "LdStOrderedLane",
    "Ldap",
    "LdaprPost",
    "LdaprStlrVecUnscaled",
    "LdfAtomic",
    "Ldiapp",
    "LdtAtomic",
    "LdtSttNoAllocPair",
    "LdtSttPair",
    "LdtSttPairPost",
    "LdtSttPairPre",
    "Ldtxr",
    "Luti2B",
    "Luti2H",
    "Luti4B",
    "Luti4H",
    "MaddPt",
    "MinMaxImm",
    "MinMaxReg",
    "Mrrs",
    "Msrr",
    "Paci171615",
    "Pacisppc",
    "Pacnbisppc",
    "RcwCas",
    "RcwCasp",
    "RcwClr",
    "RcwClrp",
    "RcwSet",
    "RcwSetp",
    "RcwSwp",
    "RcwSwpp",
    "RetaasppcImm",
    "RetabsppcImm",
    "RetasppcReg",
    "Setgo",
    "StfAtomic",
    "Stgp",
    "StgpPost",
    "StgpPre",
    "Stilp",
    "Stlp",
    "StlrPre",
    "Sttxr",
    "Swpp",
    "Swpt",
    "Sysp",
];

/// The differences on part of a row.
const KNOWN: &[Known] = &[
    Known { row: "Addg", reason: Reason::ShouldBe, when: |w| w >> 14 & 3 != 0 },
    Known { row: "Subg", reason: Reason::ShouldBe, when: |w| w >> 14 & 3 != 0 },
    Known { row: "Axflag", reason: Reason::ShouldBe, when: |w| w >> 8 & 15 != 0 },
    Known { row: "Xaflag", reason: Reason::ShouldBe, when: |w| w >> 8 & 15 != 0 },
    Known { row: "Sb", reason: Reason::ShouldBe, when: |w| w >> 8 & 15 != 0 },
    Known { row: "Ldapr", reason: Reason::ShouldBe, when: |w| w >> 16 & 31 != 31 },
    Known { row: "Ldar", reason: Reason::ShouldBe, when: |w| w >> 16 & 31 != 31 || rt2(w) != 31 },
    Known { row: "Stlr", reason: Reason::ShouldBe, when: |w| w >> 16 & 31 != 31 || rt2(w) != 31 },
    Known { row: "Ldxr", reason: Reason::ShouldBe, when: |w| w >> 16 & 31 != 31 || rt2(w) != 31 },
    Known { row: "Ldxp", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStNoAllocPair", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStNoAllocPairVec", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStPair", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStPairVec", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStPairPost", reason: Reason::SameRegister, when: pair_overlap },
    Known { row: "LdStPairPostVec", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStPairPre", reason: Reason::SameRegister, when: pair_overlap },
    Known { row: "LdStPairPreVec", reason: Reason::SameRegister, when: same_data },
    Known { row: "LdStPost", reason: Reason::SameRegister, when: base_is_data },
    Known { row: "LdStPre", reason: Reason::SameRegister, when: base_is_data },
    Known { row: "LdStUnpriv", reason: Reason::SameRegister, when: base_is_data },
    Known { row: "Ldra", reason: Reason::SameRegister, when: base_is_data },
    Known {
        row: "Reserved Cpy",
        reason: Reason::MayBeUndefined,
        when: |w| rt(w) == 31 || rn(w) == 31,
    },
    Known {
        row: "Reserved Cpyf",
        reason: Reason::MayBeUndefined,
        when: |w| rt(w) == 31 || rn(w) == 31,
    },
    Known { row: "Reserved Set", reason: Reason::MayBeUndefined, when: |w| rn(w) == 31 },
    Known { row: "Reserved Setg", reason: Reason::MayBeUndefined, when: |w| rn(w) == 31 },
    Known { row: "Reserved MsrImm", reason: Reason::Op0, when: |w| w >> 20 == 0xd50 },
    Known {
        row: "Unallocated",
        reason: Reason::Op0,
        when: |w| w >> 22 == 0x354 && w >> 20 & 1 == 0,
    },
    Known { row: "Sme", reason: Reason::Block, when: always },
    Known { row: "SveInteger", reason: Reason::Block, when: always },
    Known { row: "SveCompare", reason: Reason::Block, when: always },
    Known { row: "SveMultiply", reason: Reason::Block, when: always },
    Known { row: "SveFloat", reason: Reason::Block, when: always },
    Known { row: "SveGather32", reason: Reason::Block, when: always },
    Known { row: "SveLoad", reason: Reason::Block, when: always },
    Known { row: "SveGather64", reason: Reason::Block, when: always },
    Known { row: "SveStore", reason: Reason::Block, when: always },
];

/// A xorshift generator: the sample is the same on every run.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as u32
    }

    fn bit(&mut self) -> u32 {
        1 << (self.word() & 31)
    }
}

/// Differences seen, by row: how many, and the first word.
type Seen = BTreeMap<String, (usize, u32)>;

struct Comparison {
    capstone: Capstone,
    known: BTreeMap<&'static str, Known>,
    words: usize,
    expected: Seen,
    surprises: Seen,
}

impl Comparison {
    fn new() -> Self {
        let newer = NEWER.iter().map(|&row| Known { row, reason: Reason::Newer, when: always });
        let listed = KNOWN.iter().map(|k| Known { row: k.row, reason: k.reason, when: k.when });
        let mode = arch::arm64::ArchMode::Arm;
        Comparison {
            capstone: Capstone::new().arm64().mode(mode).build().expect("capstone starts"),
            known: newer.chain(listed).map(|known| (known.row, known)).collect(),
            words: 0,
            expected: Seen::new(),
            surprises: Seen::new(),
        }
    }

    fn check(&mut self, word: u32) {
        self.words += 1;
        let theirs = self.capstone.disasm_count(&word.to_le_bytes(), 0, 1);
        let theirs = theirs.is_ok_and(|list| list.len() == 1);
        let (row, ours) = match decode(word) {
            Decode::Insn(insn) => (insn.name().to_string(), true),
            Decode::Unimplemented { name, .. } => (name.to_string(), true),
            Decode::Unallocated => ("Unallocated".to_string(), false),
            Decode::Reserved if theirs => (format!("Reserved {}", reserved_by(word)), false),
            Decode::Reserved => return,
        };
        if ours == theirs {
            return;
        }
        let known = self.known.get(row.as_str()).is_some_and(|known| (known.when)(word));
        let seen = if known { &mut self.expected } else { &mut self.surprises };
        seen.entry(row).or_insert((0, word)).0 += 1;
    }

    fn finish(&self) {
        assert!(self.surprises.is_empty(), "differences: {:#x?}", self.surprises);
        for (row, known) in &self.known {
            assert!(self.expected.contains_key(*row), "no longer: {row} {:?}", known.reason);
        }
    }
}

/// The row that matches a word of reserved field values.
fn reserved_by(word: u32) -> &'static str {
    let yields = |name: &str| {
        let row = ROWS.iter().find(|row| row.name == name).expect("a row");
        row.fallback_of.iter().any(|id| id.row().matches(word))
    };
    let mut matching = ROWS.iter().filter(|row| row.matches(word) && !yields(row.name));
    matching.next().expect("a reserved word matches a row").name
}

#[test]
fn allocation_agrees_with_capstone() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut comparison = Comparison::new();
    for row in ROWS.iter() {
        for _ in 0..1500 {
            comparison.check(row.value | random.word() & !row.mask);
        }
        // One or two bits off: the words most easily taken for the row.
        for _ in 0..1500 {
            let flips = random.bit() | if random.word() & 1 == 0 { random.bit() } else { 0 };
            comparison.check((row.value | random.word() & !row.mask) ^ flips);
        }
    }
    for _ in 0..500_000 {
        comparison.check(random.word());
    }
    assert!(comparison.words >= 2_000_000, "only {} words compared", comparison.words);
    comparison.finish();
}

/// The part of all words that the environment asks for: `XEMU_SWEEP=1/16` is the first of sixteen.
fn shard() -> Option<std::ops::RangeInclusive<u32>> {
    let text = std::env::var("XEMU_SWEEP").ok()?;
    let (number, of) = text.split_once('/').expect("XEMU_SWEEP is NUMBER/COUNT");
    let number: u64 = number.parse().expect("the shard is a number");
    let of: u64 = of.parse().expect("the number of shards is a number");
    assert!((1..=of).contains(&number), "shards are numbered from 1 to their count");
    let start = |n: u64| (n << 32) / of;
    Some(start(number - 1) as u32..=(start(number) - 1) as u32)
}

#[test]
#[ignore = "all words take an hour; `cargo xtask sweep` runs it after a change to the table"]
fn all_words_agree_with_capstone() {
    let mut comparison = Comparison::new();
    match shard() {
        None => {
            (0..=u32::MAX).for_each(|word| comparison.check(word));
            comparison.finish();
        }
        // Not every known difference shows in a part.
        Some(words) => {
            words.for_each(|word| comparison.check(word));
            for (row, (count, first)) in &comparison.expected {
                println!("{row}: {count} words, the first {first:#010x}");
            }
            assert!(comparison.surprises.is_empty(), "differences: {:#x?}", comparison.surprises);
        }
    }
    println!("{} words compared", comparison.words);
}

/// A word of every 4,099 (a prime), so that every combination of high bits is met.
#[test]
fn every_4099th_word_agrees_with_capstone() {
    let mut comparison = Comparison::new();
    (0..=u32::MAX).step_by(4099).for_each(|word| comparison.check(word));
    assert!(comparison.surprises.is_empty(), "differences: {:#x?}", comparison.surprises);
}
