//! Decodes A64 instruction words.
//!
//! [`decode`] turns a word into an [`Insn`]: an enum with one variant per row of the decode table,
//! each wrapping a type of [`insn`] whose methods read the fields under the manual's names. The
//! table itself, [`ROWS`], also drives documentation and fuzzing. Immediates that need more than a
//! shift and a mask are computed in [`mod@imm`]. The crate knows nothing of execution.

#![forbid(unsafe_code)]

#[macro_use]
mod table;
#[macro_use]
mod tables;

mod allocated;
mod decode;
mod feature;
pub mod imm;
mod pattern;
mod rows;

pub use decode::{Decode, Insn, RowId, decode, insn};
pub use feature::Feature;
pub use pattern::Field;
pub use rows::{ROWS, Row};
