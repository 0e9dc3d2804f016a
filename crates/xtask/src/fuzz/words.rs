//! Random words of the decode table: the table is the grammar.

use xemu_a64::imm::sysreg;
use xemu_a64::{Decode, Field, ROWS, Row, decode};

use super::random::Random;

/// A row and what is known of its words.
pub struct Shape {
    /// The row.
    pub row: &'static Row,
    /// Bits that are one though no field or fixed.
    unused: u32,
}

/// The rows to make words of, those whose class and name contain the given texts.
pub fn shapes(class: &str, name: &str) -> Vec<Shape> {
    let wanted = |row: &&'static Row| {
        row.implemented && row.class.contains(class) && row.name.contains(name)
    };
    // A system call is none of the processor's doing.
    let rows = ROWS.iter().filter(wanted).filter(|row| row.name != "Svc");
    rows.map(|row| Shape { row, unused: unused(row) }).collect()
}

/// The bits that the manual writes as (1), where a processor may find other values undefined. The
/// others in the table are (0).
fn unused(row: &Row) -> u32 {
    let free = row.fields.iter().fold(0, |bits, f| bits | (u32::MAX >> (32 - f.width)) << f.pos);
    let ones = row.class.starts_with("Load/store")
        || row.name == "Ldapr"
        || matches!(row.name, "Smulh" | "Umulh");
    if ones { !(free | row.mask) } else { 0 }
}

fn is_register(field: &Field) -> bool {
    field.width == 5 && matches!(field.name, "rd" | "rn" | "rm" | "ra" | "rt" | "rt2" | "rs")
}

/// The numbers of the registers that a word of the row names.
pub fn registers(row: &Row, word: u32) -> impl Iterator<Item = usize> {
    row.fields.iter().filter(|f| is_register(f)).map(move |f| f.get(word) as usize)
}

/// The numbers of the registers that a word names.
pub fn named(word: u32) -> Vec<usize> {
    match decode(word) {
        Decode::Insn(insn) => registers(insn.row(), word).collect(),
        _ => Vec::new(),
    }
}

impl Shape {
    /// A random word of the row, if one is found. `data` is how far the data's middle is, in words,
    /// from where the word will be.
    pub fn word(&self, random: &mut Random, data: i32) -> Option<u32> {
        for _ in 0..200 {
            let word = self.filled(random, data);
            let of_row = matches!(decode(word), Decode::Insn(i) if std::ptr::eq(i.row(), self.row));
            if of_row {
                return Some(word);
            }
        }
        None
    }

    fn filled(&self, random: &mut Random, data: i32) -> u32 {
        let mut word = self.row.value | self.unused;
        let mut before = None;
        for field in &self.row.fields {
            let bits = if is_register(field) {
                let bits = match before {
                    Some(other) if random.one_in(6) => other,
                    _ if random.one_in(12) => 31,
                    _ => random.next() as u32 >> 27,
                };
                before = Some(bits);
                bits
            } else {
                other_field(field, self.row, random, data)
            };
            word |= (bits & (u32::MAX >> (32 - field.width))) << field.pos;
        }
        if matches!(self.row.name, "Mrs" | "MsrReg" | "Sys") {
            word = system(self.row, word, random);
        }
        word
    }
}

fn other_field(field: &Field, row: &Row, random: &mut Random, data: i32) -> u32 {
    let bits = random.next() as u32 >> 16 ^ random.next() as u32;
    if row.name.starts_with("LdrLit") || row.name == "PrfmLit" {
        if field.name == "imm19" {
            return (data + random.below(2048) as i32 - 1024) as u32;
        }
    } else if field.signed && row.class.to_lowercase().contains("branch") {
        return match random.below(8) {
            0 => bits,
            1 => random.below(16) as u32,
            2 => (random.below(16) as u32).wrapping_neg(),
            _ => 1 + random.below(64) as u32,
        };
    }
    if field.width < 3 {
        return bits;
    }
    match random.below(8) {
        0 => 0,
        1 => u32::MAX,
        2 => 1,
        3 => 1 << (field.width - 1),
        _ => bits,
    }
}

/// System registers and cache maintenance that mean the same everywhere.
fn system(row: &Row, word: u32, random: &mut Random) -> u32 {
    let (base, rt) = (row.value, word & 31);
    let number = |op1: u32, crn: u32, crm: u32, op2: u32| sysreg(3, op1, crn, crm, op2);
    let at = if row.name == "Sys" {
        // DC ZVA, DC CVAC, DC CVAU, DC CIVAC
        let crm = random.pick(&[4, 10, 11, 14]);
        return base | 3 << 16 | 7 << 12 | crm << 8 | 1 << 5 | rt;
    } else {
        // NZCV, FPCR, FPSR
        random.pick(&[number(3, 4, 2, 0), number(3, 4, 4, 0), number(3, 4, 4, 1)])
    };
    base | (at & 0x7fff) << 5 | rt
}
