//! From an instruction word to a row of the table.
//!
//! Twelve bits of the word choose one of 4,096 buckets; a bucket is a short list of rows, the
//! fallback rows last, and the first row whose fixed bits match decides. The index is built at
//! compile time.

use crate::Feature;
use crate::allocated::*;

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

/// Decodes one instruction word.
#[inline]
pub fn decode(word: u32) -> Decode {
    let bucket = bucket_of(word) as usize;
    let (from, to) = (INDEX.start[bucket] as usize, INDEX.start[bucket + 1] as usize);
    for shape in &INDEX.rows[from..to] {
        if word & shape.mask == shape.value {
            return decode_row(shape, word);
        }
    }
    Decode::Unallocated
}

/// Decodes a word that has the fixed bits of a row.
#[inline]
fn decode_row(shape: &RowShape, word: u32) -> Decode {
    if shape.conditional && !allocated(shape.row, word) {
        return Decode::Reserved;
    }
    match insn_of(shape.row, word) {
        Some(insn) => Decode::Insn(insn),
        None => Decode::Unimplemented { name: shape.row.name(), feature: shape.row.feature() },
    }
}

/// The part of a row that the lookup reads.
#[derive(Clone, Copy)]
pub(crate) struct RowShape {
    pub mask: u32,
    pub value: u32,
    pub row: RowId,
    /// Whether the row's fixed bits alone do not decide.
    pub conditional: bool,
    /// Whether the row gives way to others.
    pub fallback: bool,
}

const BUCKETS: usize = 4096;

/// The bits of the word that choose the bucket: of all pairs of runs of bits that give 4,096
/// buckets, the one that compares the fewest rows (1.7) for a word of glibc or OpenSSL.
const BUCKET_MASK: u32 = 0xff80_1c00;

/// Gathers the bits of [`BUCKET_MASK`].
#[inline]
const fn bucket_of(word: u32) -> u32 {
    (word >> 20) & 0xff8 | (word >> 10) & 7
}

struct Index<const ENTRIES: usize> {
    /// Where the list of each bucket starts in `rows`; one more entry ends the last list.
    start: [u16; BUCKETS + 1],
    rows: [RowShape; ENTRIES],
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
        let shape = &SHAPES[row];
        let free = BUCKET_MASK & !shape.mask;
        let mut bits = 0;
        loop {
            sizes[bucket_of(shape.value | bits) as usize] += 1;
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
    let mut index = Index { start: [0; BUCKETS + 1], rows: [SHAPES[0]; INDEX_ENTRIES] };
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
        let shape = &SHAPES[row];
        let free = BUCKET_MASK & !shape.mask;
        let mut bits = 0;
        if shape.fallback == (step >= ROW_COUNT) {
            loop {
                let bucket = bucket_of(shape.value | bits) as usize;
                index.rows[next[bucket] as usize] = *shape;
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
