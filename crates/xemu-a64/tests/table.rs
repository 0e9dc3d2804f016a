//! Rules of the decode table that the compiler does not check.

use std::collections::HashSet;
use xemu_a64::{Decode, Feature, Insn, ROWS, Row, RowId, decode};

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
    for row in ROWS.iter() {
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
    for row in ROWS.iter() {
        for id in &row.fallback_of {
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

#[test]
fn rows_know_their_names() {
    for (at, row) in ROWS.iter().enumerate() {
        assert_eq!(RowId::named(row.name).map(|id| id as usize), Some(at));
        assert!(row.fields.iter().all(|field| field.pos + field.width <= 32));
    }
    assert_eq!(RowId::AddSubImm.name(), "AddSubImm");
    assert_eq!(RowId::AddSubImm.row().class, "Add/subtract (immediate)");
}

#[test]
fn features_follow_row_and_precision() {
    let feature = |word| match decode(word) {
        Decode::Insn(insn) => insn.feature(),
        other => panic!("{word:08x} is {other:?}"),
    };
    // fadd s0, s1, s2; fadd h0, h1, h2; fcvt h0, s1; fmov v0.8h, #1.0; fmov v0.4s, #1.0
    assert_eq!(feature(0x1e22_2820), Feature::Base);
    assert_eq!(feature(0x1ee2_2820), Feature::Fp16);
    assert_eq!(feature(0x1e23_c020), Feature::Base);
    assert_eq!(feature(0x4f03_fe00), Feature::Fp16);
    assert_eq!(feature(0x4f03_f600), Feature::Base);
    // scvtf v0.8h, v1.8h, #1; scvtf v0.4s, v1.4s, #1; ldaddal x0, x1, [x2]
    assert_eq!(feature(0x4f1f_e420), Feature::Fp16);
    assert_eq!(feature(0x4f3f_e420), Feature::Base);
    assert_eq!(feature(0xf8e0_0041), Feature::Lse);
}

#[test]
fn instructions_print_their_fields() {
    let Decode::Insn(insn) = decode(0x9100_07e0) else { panic!("add x0, sp, #1") };
    assert!(matches!(insn, Insn::AddSubImm(i) if i.rn() == 31 && i.imm12() == 1));
    assert_eq!(
        format!("{insn:?}"),
        "AddSubImm { sf: 1, op: 0, s: 0, sh: 0, imm12: 1, rn: 31, rd: 0 }"
    );
    assert_eq!(decode(0xffff_ffff), Decode::Unallocated);
}
