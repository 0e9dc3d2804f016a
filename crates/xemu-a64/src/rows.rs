//! What is known of the rows beyond decoding: names, classes, fields, features.
//!
//! The program is relocated when it starts, and each pointer in static data costs time then, so
//! the tables here are text and numbers, and [`ROWS`] is made of them when somebody asks.

use std::sync::LazyLock;

use crate::Feature;
use crate::decode::{
    FEATURES, HAS_FTYPE, Insn, NAMES, ROW_COUNT, ROW_IDS, RowId, SHAPES, TEXT, insn, insn_of,
};
use crate::pattern::{self, Field};

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
    pub fields: Vec<Field>,
    /// The feature that brings the instruction.
    pub feature: Feature,
    /// Whether the row decodes to an [`Insn`].
    pub implemented: bool,
    /// The rows that take precedence over this one.
    pub fallback_of: Vec<RowId>,
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

    /// The name of the row.
    pub fn name(self) -> &'static str {
        let end = NAME_ENDS[self as usize] as usize;
        let start = (self as usize).checked_sub(1).map_or(0, |before| NAME_ENDS[before] as usize);
        NAMES[start..end].trim_end()
    }

    /// The row of that name.
    pub fn named(name: &str) -> Option<RowId> {
        NAMES.lines().position(|line| line == name).map(|row| ROW_IDS[row])
    }

    /// The feature of the row.
    pub fn feature(self) -> Feature {
        FEATURES[self as usize]
    }

    pub(crate) fn fmt_word(self, word: u32, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = self.row();
        let mut out = f.debug_struct(row.name);
        for field in &row.fields {
            if field.signed {
                out.field(field.name, &field.get_signed(word));
            } else {
                out.field(field.name, &field.get(word));
            }
        }
        out.finish()
    }
}

/// The decode table in the manual's order.
pub static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = TEXT.lines().zip(ROW_IDS);
    lines.map(|(line, id)| row_of(id, line)).collect()
});

fn row_of(id: RowId, line: &'static str) -> Row {
    let mut columns = line.split(';');
    let mut column = || columns.next().unwrap_or_default();
    let (class, pattern, precedence) = (column(), column(), column());
    let shape = &SHAPES[id as usize];
    Row {
        name: id.name(),
        class,
        pattern,
        mask: shape.mask,
        value: shape.value,
        fields: pattern::field_list(pattern),
        feature: id.feature(),
        implemented: insn_of(id, 0).is_some(),
        fallback_of: precedence.split_whitespace().filter_map(RowId::named).collect(),
    }
}

/// Where the line of each row ends in [`NAMES`].
static NAME_ENDS: [u16; ROW_COUNT] = {
    let text = NAMES.as_bytes();
    let mut ends = [0; ROW_COUNT];
    let (mut row, mut at) = (0, 0);
    while at < text.len() {
        if text[at] == b'\n' {
            ends[row] = at as u16 + 1;
            row += 1;
        }
        at += 1;
    }
    ends
};

impl Insn {
    /// The row of the table this instruction was decoded by.
    pub fn row(self) -> &'static Row {
        self.id().row()
    }

    /// The name of the row.
    pub fn name(self) -> &'static str {
        self.id().name()
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
            // `ftype` is always bits 23 and 22.
            _ => HAS_FTYPE[self.id() as usize] && self.word() >> 22 & 3 == 3,
        };
        if half { Feature::Fp16 } else { self.id().feature() }
    }
}

impl std::fmt::Debug for Insn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id().fmt_word(self.word(), f)
    }
}
