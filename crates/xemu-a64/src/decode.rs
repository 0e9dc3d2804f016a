//! From an instruction word to a row of the table.
//!
//! Twelve bits of the word choose one of 4,096 buckets; a bucket is a short list of rows, the
//! fallback rows last, and the first row whose fixed bits match decides. The index is built at
//! compile time.

use crate::Feature;
use crate::allocated::*;
use crate::pattern::Field;

/// What an instruction word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decode {
    /// An instruction this project executes.
    Insn(Insn),
    /// An instruction of the manual that this project does not execute.
    Unimplemented {
        /// Name of the row.
        name: &'static str,
        /// The feature that brings the instruction.
        feature: Feature,
    },
    /// The bits match a row, but with field values the manual reserves: UNDEFINED.
    Reserved,
    /// No row matches: UNDEFINED.
    Unallocated,
}

/// A row of the decode table: documentation, test generation and fuzzing read these.
#[derive(Debug)]
pub struct Row {
    /// Unique name, in the manual's terms.
    pub name: &'static str,
    /// Heading of the manual's encoding class.
    pub class: &'static str,
    /// The bit pattern as written in the table.
    pub pattern: &'static str,
    /// Which bits are fixed.
    pub mask: u32,
    /// The values of the fixed bits.
    pub value: u32,
    /// The fields, highest bits first.
    pub fields: &'static [Field],
    /// The feature that brings the instruction.
    pub feature: Feature,
    /// Whether the row decodes to an [`Insn`].
    pub implemented: bool,
    /// The rows that take precedence over this one.
    pub fallback_of: &'static [RowId],
}

impl Row {
    /// Whether the fixed bits of the row match `word`; reserved field values are not looked at.
    pub const fn matches(&self, word: u32) -> bool {
        word & self.mask == self.value
    }
}

impl RowId {
    /// The row of the table.
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    pub(crate) fn fmt_word(self, word: u32, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = self.row();
        let mut out = f.debug_struct(row.name);
        for field in row.fields {
            if field.signed {
                out.field(field.name, &field.get_signed(word));
            } else {
                out.field(field.name, &field.get(word));
            }
        }
        out.finish()
    }
}

impl Insn {
    /// The row of the table this instruction was decoded by.
    pub fn row(self) -> &'static Row {
        self.id().row()
    }

    /// The name of the row.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The processor feature the instruction needs: that of its row, or FEAT_FP16 where a field
    /// selects half precision in a row shared by all precisions.
    pub fn feature(self) -> Feature {
        let half = match self {
            Insn::SimdModImm(i) => i.o2() == 1,
            Insn::ScvtfFixedVec(insn::ScvtfFixedVec(word))
            | Insn::UcvtfFixedVec(insn::UcvtfFixedVec(word))
            | Insn::FcvtzsFixedVec(insn::FcvtzsFixedVec(word))
            | Insn::FcvtzuFixedVec(insn::FcvtzuFixedVec(word))
            | Insn::ScvtfFixedScalar(insn::ScvtfFixedScalar(word))
            | Insn::UcvtfFixedScalar(insn::UcvtfFixedScalar(word))
            | Insn::FcvtzsFixedScalar(insn::FcvtzsFixedScalar(word))
            | Insn::FcvtzuFixedScalar(insn::FcvtzuFixedScalar(word)) => word >> 20 & 7 == 1,
            Insn::FcvtScalar(_) => false,
            _ => {
                let fields = self.row().fields;
                fields.iter().any(|f| f.name == "ftype" && f.get(self.word()) == 3)
            }
        };
        if half { Feature::Fp16 } else { self.row().feature }
    }
}

impl std::fmt::Debug for Insn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id().fmt_word(self.word(), f)
    }
}

/// Decodes one instruction word.
#[inline]
pub fn decode(word: u32) -> Decode {
    let bucket = bucket_of(word) as usize;
    let (from, to) = (INDEX.start[bucket] as usize, INDEX.start[bucket + 1] as usize);
    for &row in &INDEX.rows[from..to] {
        let matcher = &MATCHERS[row as usize];
        if word & matcher.mask == matcher.value {
            return (matcher.decode)(word);
        }
    }
    Decode::Unallocated
}

/// The part of a row that the lookup reads.
struct Matcher {
    mask: u32,
    value: u32,
    /// Whether the row gives way to others.
    fallback: bool,
    decode: fn(u32) -> Decode,
}

const BUCKETS: usize = 4096;

/// The bits of the word that choose the bucket.
const BUCKET_MASK: u32 = 0xffe0_0400;

/// Gathers the bits of [`BUCKET_MASK`].
#[inline]
const fn bucket_of(word: u32) -> u32 {
    (word >> 20) & 0xffe | (word >> 10) & 1
}

struct Index<const ENTRIES: usize> {
    /// Where the list of each bucket starts in `rows`; one more entry ends the last list.
    start: [u16; BUCKETS + 1],
    rows: [u16; ENTRIES],
}

static INDEX: Index<INDEX_ENTRIES> = build_index();

const INDEX_ENTRIES: usize = {
    let sizes = bucket_sizes();
    let mut total = 0;
    let mut bucket = 0;
    while bucket < BUCKETS {
        total += sizes[bucket] as usize;
        bucket += 1;
    }
    total
};

/// The next larger value, after `bits`, of the bits in `free`; 0 after the last.
const fn next_subset(bits: u32, free: u32) -> u32 {
    (bits | !free).wrapping_add(1) & free
}

/// The number of rows in each bucket.
const fn bucket_sizes() -> [u16; BUCKETS] {
    let mut sizes = [0; BUCKETS];
    let mut row = 0;
    while row < ROW_COUNT {
        let matcher = &MATCHERS_CONST[row];
        let free = BUCKET_MASK & !matcher.mask;
        let mut bits = 0;
        loop {
            sizes[bucket_of(matcher.value | bits) as usize] += 1;
            bits = next_subset(bits, free);
            if bits == 0 {
                break;
            }
        }
        row += 1;
    }
    sizes
}

/// Fills the buckets: first the rows that give way to none, then the fallback rows, each in
/// table order, so that a fallback of a fallback has to stand below it in the table.
const fn build_index() -> Index<INDEX_ENTRIES> {
    let sizes = bucket_sizes();
    let mut index = Index { start: [0; BUCKETS + 1], rows: [0; INDEX_ENTRIES] };
    let mut next = [0u16; BUCKETS];
    let mut bucket = 0;
    while bucket < BUCKETS {
        next[bucket] = index.start[bucket];
        index.start[bucket + 1] = index.start[bucket] + sizes[bucket];
        bucket += 1;
    }
    let mut step = 0;
    while step < 2 * ROW_COUNT {
        let row = step % ROW_COUNT;
        let matcher = &MATCHERS_CONST[row];
        let free = BUCKET_MASK & !matcher.mask;
        let mut bits = 0;
        if matcher.fallback == (step >= ROW_COUNT) {
            loop {
                let bucket = bucket_of(matcher.value | bits) as usize;
                index.rows[next[bucket] as usize] = row as u16;
                next[bucket] += 1;
                bits = next_subset(bits, free);
                if bits == 0 {
                    break;
                }
            }
        }
        step += 1;
    }
    index
}

with_all_rows!(a64_table);
