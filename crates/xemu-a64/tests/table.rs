//! Rules of the decode table that the compiler does not check.

use std::collections::HashSet;
use xemu_a64::{Decode, ROWS, Row, decode};

/// Whether some word matches both rows.
fn overlap(a: &Row, b: &Row) -> bool {
    (a.value ^ b.value) & a.mask & b.mask == 0
}

/// The rows that `row` gives way to, directly or through another fallback.
fn precedes(row: &Row) -> HashSet<&'static str> {
    let mut names = HashSet::new();
    let mut open: Vec<&Row> = row.fallback_of.iter().map(|id| id.row()).collect();
    while let Some(next) = open.pop() {
        if names.insert(next.name) {
            open.extend(next.fallback_of.iter().map(|id| id.row()));
        }
    }
    names
}

#[test]
fn names_are_unique() {
    let mut seen = HashSet::new();
    for row in ROWS {
        assert!(seen.insert(row.name), "two rows are named {}", row.name);
    }
}

#[test]
fn overlap_is_declared() {
    let precedes: Vec<_> = ROWS.iter().map(precedes).collect();
    let mut undeclared = Vec::new();
    for (at, a) in ROWS.iter().enumerate() {
        for (other, b) in ROWS.iter().enumerate().skip(at + 1) {
            if overlap(a, b) && !precedes[at].contains(b.name) && !precedes[other].contains(a.name)
            {
                undeclared.push(format!("{} {} / {} {}", a.name, a.pattern, b.name, b.pattern));
            }
        }
    }
    assert!(undeclared.is_empty(), "undeclared overlaps:\n{}", undeclared.join("\n"));
}

#[test]
fn declared_fallbacks_overlap() {
    for row in ROWS {
        for id in row.fallback_of {
            assert!(overlap(row, id.row()), "{} never yields to {}", row.name, id.row().name);
        }
    }
}

#[test]
fn a_fallback_of_a_fallback_stands_below_it() {
    for (at, row) in ROWS.iter().enumerate() {
        for id in row.fallback_of.iter().filter(|id| !id.row().fallback_of.is_empty()) {
            assert!((*id as usize) < at, "{} must stand below {}", row.name, id.row().name);
        }
    }
}

#[test]
fn decode_finds_the_row_of_every_pattern() {
    for (at, row) in ROWS.iter().enumerate() {
        if !row.fallback_of.is_empty() {
            continue;
        }
        for fill in [0, 0xffff_ffff, 0x5555_5555, 0xaaaa_aaaa, 0x0c63_1ce7] {
            match decode(row.value | (fill & !row.mask)) {
                Decode::Insn(insn) => assert_eq!(insn.id() as usize, at),
                Decode::Unimplemented { name, .. } => assert_eq!(name, row.name),
                Decode::Reserved => {}
                Decode::Unallocated => panic!("{} is not found", row.name),
            }
        }
    }
}
