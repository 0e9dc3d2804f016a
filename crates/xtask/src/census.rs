//! `cargo xtask census`: which instructions of arm64 ELF files are not translated to host code
//! alone, and how often they occur.
//!
//! Each word of the executable sections is decoded, lifted for the processor that has everything
//! and compiled, as `docs/instructions.md` is made. Sections of code hold tables too, whose words
//! look like rare instructions: a word counts only where its neighbours are instructions.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use lexopt::prelude::*;
use xemu_a64::{Decode, decode};
use xemu_x64::HostFeatures;

use crate::Outcome;
use crate::instructions::{HOST, State, Translator};

const USAGE: &str = "\
usage: cargo xtask census [--level v2|v3] FILE...
Counts, in the executable sections of arm64 ELF files, the instructions that are not translated to
host code alone: how often, as which state of docs/instructions.md, in which file and where first.
  --level LEVEL  the host's level, without AES, PCLMUL and SHA (v3 with them)";

/// How many words on each side must be instructions for a word to be taken for one.
const NEIGHBOURS: usize = 6;

struct Options {
    host: HostFeatures,
    files: Vec<PathBuf>,
}

fn parse(arguments: Vec<OsString>) -> Result<Options, lexopt::Error> {
    let mut options = Options { host: HOST, files: Vec::new() };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("level") => {
                options.host = match parser.value()?.string()?.as_str() {
                    "v2" => HostFeatures::V2,
                    "v3" => HostFeatures::V3,
                    other => return Err(format!("unknown level: {other}").into()),
                };
            }
            Value(file) => options.files.push(file.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(options)
}

/// The command `census`.
///
/// # Errors
/// When an argument is wrong, a file cannot be read or is no arm64 ELF file.
pub fn command(arguments: Vec<OsString>) -> Outcome {
    let options = parse(arguments).map_err(|e| format!("{e}\n{USAGE}"))?;
    if options.files.is_empty() {
        return Err(USAGE.into());
    }
    let mut census = Census::new(options.host)?;
    for file in &options.files {
        let bytes = std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
        let sections = executable(&bytes)
            .ok_or_else(|| format!("{} is no arm64 ELF file with sections", file.display()))?;
        for section in sections {
            census.section(file, section.address, &bytes[section.bytes])?;
        }
    }
    print!("{}", census.text());
    Ok(())
}

/// A section of code in a file.
#[derive(Debug, PartialEq, Eq)]
struct Section {
    /// Where it is in memory.
    address: u64,
    /// Where it is in the file.
    bytes: Range<usize>,
}

/// What is known of the words of one row in one state.
#[derive(Default)]
struct Found {
    count: u64,
    first: String,
    files: BTreeMap<PathBuf, u64>,
}

struct Census {
    translator: Translator,
    /// The row and state of each word that was met; `None` if it is no instruction.
    words: HashMap<u32, Option<(&'static str, State)>>,
    found: BTreeMap<(&'static str, State), Found>,
    total: u64,
    tables: u64,
}

impl Census {
    fn new(host: HostFeatures) -> Result<Self, String> {
        let translator = Translator::new(host)?;
        let (words, found) = (HashMap::new(), BTreeMap::new());
        Ok(Self { translator, words, found, total: 0, tables: 0 })
    }

    fn section(&mut self, file: &Path, address: u64, bytes: &[u8]) -> Outcome {
        let word = |c: &[u8; 4]| u32::from_le_bytes(*c);
        let words: Vec<u32> = bytes.as_chunks().0.iter().map(word).collect();
        let known: Vec<_> =
            words.iter().map(|word| self.word(*word)).collect::<Result<_, String>>()?;
        for (n, what) in known.iter().enumerate() {
            let from = n.saturating_sub(NEIGHBOURS);
            let around = &known[from..known.len().min(n + NEIGHBOURS + 1)];
            let Some(key) = what.filter(|_| around.iter().all(Option::is_some)) else {
                self.tables += 1;
                continue;
            };
            self.total += 1;
            if matches!(key.1, State::Inline | State::Nothing) {
                continue;
            }
            let found = self.found.entry(key).or_default();
            if found.count == 0 {
                let at = address + 4 * n as u64;
                found.first = format!("{:08x} at {at:#x} in {}", words[n], file.display());
            }
            found.count += 1;
            *found.files.entry(file.to_owned()).or_default() += 1;
        }
        Ok(())
    }

    fn word(&mut self, word: u32) -> Result<Option<(&'static str, State)>, String> {
        if let Some(known) = self.words.get(&word) {
            return Ok(*known);
        }
        let known = match decode(word) {
            // UDF #0 is what gaps between functions are filled with.
            Decode::Insn(insn) if insn.row().name == "Udf" => {
                (word == 0).then_some((insn.row().name, State::Nothing))
            }
            Decode::Insn(insn) => Some((insn.row().name, self.translator.state(word)?)),
            Decode::Unimplemented { name, .. } => Some((name, State::NotDone)),
            _ => None,
        };
        self.words.insert(word, known);
        Ok(known)
    }

    fn text(&self) -> String {
        let mut rows: Vec<_> = self.found.iter().collect();
        rows.sort_by_key(|(_, found)| std::cmp::Reverse(found.count));
        let mut out = format!(
            "{} instructions; {} words look like tables and are left out\n",
            self.total, self.tables
        );
        for ((name, state), found) in rows {
            // Writing to a String does not fail.
            let _ = writeln!(
                out,
                "{:>8} {name:<16} {:<12} {} files, first {}",
                found.count,
                state.text(),
                found.files.len(),
                found.first
            );
        }
        out
    }
}

/// The sections of code of an arm64 ELF file (ELF-64 object file format, sections 2 and 3).
fn executable(file: &[u8]) -> Option<Vec<Section>> {
    const MACHINE_AARCH64: u64 = 183;
    const NO_BITS: u64 = 8;
    const EXECUTABLE: u64 = 1 << 2;
    const HEADER_SIZE: usize = 64;
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = file.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    };
    if file.get(..5)? != b"\x7fELF\x02" || number(0x12, 2)? != MACHINE_AARCH64 {
        return None;
    }
    let table = usize::try_from(number(0x28, 8)?).ok()?;
    let mut sections = Vec::new();
    for n in 0..number(0x3c, 2)? as usize {
        let header = table.checked_add(n * HEADER_SIZE)?;
        let (kind, flags) = (number(header + 4, 4)?, number(header + 8, 8)?);
        if kind == NO_BITS || flags & EXECUTABLE == 0 {
            continue;
        }
        let address = number(header + 0x10, 8)?;
        let start = usize::try_from(number(header + 0x18, 8)?).ok()?;
        let end = start.checked_add(usize::try_from(number(header + 0x20, 8)?).ok()?)?;
        file.get(start..end)?;
        sections.push(Section { address, bytes: start..end });
    }
    (!sections.is_empty()).then_some(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(words: &[u32]) -> String {
        let mut census = Census::new(HOST).expect("exists");
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        census.section(Path::new("file"), 0x1000, &bytes).expect("translates");
        census.text()
    }

    #[test]
    fn what_is_not_inline_is_counted() {
        // add x0, x1, x2; pacia x0, x1 twice
        let text = census(&[0x8b02_0020, 0xdac1_0020, 0xdac1_0020]);
        let row = "2 Pac              routine      1 files, first dac10020 at 0x1004 in file";
        assert!(text.starts_with("3 instructions; 0 words") && text.contains(row), "{text}");
    }

    #[test]
    fn tables_are_not_counted() {
        // pacia x0, x1 among words that are no instructions
        let text = census(&[0xffff_ffff, 0xdac1_0020, 0xffff_ffff]);
        assert_eq!(text, "0 instructions; 3 words look like tables and are left out\n");
    }

    #[test]
    fn sections_of_code_are_found() {
        let mut file = vec![0; 64 + 2 * 64 + 8];
        file[..5].copy_from_slice(b"\x7fELF\x02");
        file[0x12] = 183;
        file[0x28] = 64;
        file[0x3c] = 2;
        let second = 128;
        file[second + 8] = 4;
        file[second + 0x11] = 0x10;
        file[second + 0x18] = 192;
        file[second + 0x20] = 8;
        let section = Section { address: 0x1000, bytes: 192..200 };
        assert_eq!(executable(&file), Some(vec![section]));
        file.truncate(196);
        assert_eq!(executable(&file), None);
        assert_eq!(executable(b"\x7fELF"), None);
    }
}
