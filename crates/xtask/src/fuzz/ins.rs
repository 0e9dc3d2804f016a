//! `.ins` files: a program, what it starts with, and what it must end with.
//!
//! ```text
//! # Why the file is here.
//! words
//!   8b020020  # AddSubShifted { .. }
//! start
//!   x1 0000000000000005
//!   sp data+1000
//!   data 40 0102..        (a line of 64 bytes)
//! expect
//!   stop end              (or: stop SIGNAL CODE ADDRESS PC)
//!   x0 000000000000000a
//! ```
//! Numbers are hexadecimal, and may be `data+N` or `code+N`, with a tag `TT:data+N`. What `start`
//! does not name is zero, what `expect` does not name is as at the start.

use std::fmt::Write as _;

use xemu_a64::{Decode, decode};

use super::area::{Area, WRITABLE};
use super::state::{LINE, Line, Outcome, State, Stop, hex};

/// A file's contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is said of it, a line each.
    pub notes: Vec<String>,
    /// The program.
    pub words: Vec<u32>,
    /// The registers before.
    pub start: State,
    /// The data before.
    pub image: Vec<u8>,
    /// What must be after it.
    pub expect: Outcome,
}

/// Addresses as text and back.
struct Names {
    data: u64,
    code: u64,
}

impl Names {
    fn of(area: &Area) -> Self {
        Self { data: area.data(), code: area.entry(0) }
    }

    fn text(&self, n: u64) -> String {
        let near = |at: u64| n.wrapping_sub(at) < 0x1_0000;
        let (tag, rest) = (n >> 56, n & u64::MAX >> 8);
        if tag != 0 && !self.text(rest).starts_with('0') {
            format!("{tag:x}:{}", self.text(rest))
        } else if near(self.data) {
            format!("data+{:x}", n - self.data)
        } else if near(self.code) {
            format!("code+{:x}", n - self.code)
        } else {
            format!("{n:016x}")
        }
    }

    fn number(&self, text: &str) -> Result<u64, String> {
        if let Some((tag, rest)) = text.split_once(':') {
            let tag = u8::from_str_radix(tag, 16).map_err(|e| format!("`{text}`: {e}"))?;
            return Ok(self.number(rest)? | u64::from(tag) << 56);
        }
        let (base, digits) = match text.split_once('+') {
            Some(("data", n)) => (self.data, n),
            Some(("code", n)) => (self.code, n),
            Some(_) => return Err(format!("`{text}` is no number")),
            None => (0, text),
        };
        let n = u64::from_str_radix(digits, 16).map_err(|e| format!("`{text}`: {e}"))?;
        Ok(base.wrapping_add(n))
    }
}

/// What an instruction is called.
pub fn disassembly(word: u32) -> String {
    match decode(word) {
        Decode::Insn(insn) => format!("{insn:?}"),
        other => format!("{other:?}"),
    }
}

impl Case {
    /// The file's text.
    pub fn text(&self, area: &Area) -> String {
        let names = Names::of(area);
        let mut out = String::new();
        for note in &self.notes {
            let _ = writeln!(out, "# {note}");
        }
        out.push_str("words\n");
        for word in &self.words {
            let _ = writeln!(out, "  {word:08x}  # {}", disassembly(*word));
        }
        out.push_str("start\n");
        write_state(&mut out, &names, &self.start, &State::default());
        for (n, line) in self.image.chunks_exact(LINE).enumerate() {
            if line.iter().any(|b| *b != 0) {
                let _ = writeln!(out, "  data {:x} {}", n * LINE, hex(line));
            }
        }
        out.push_str("expect\n");
        let Stop { signal, code, addr, pc } = self.expect.stop;
        if signal == 0 {
            out.push_str("  stop end\n");
        } else {
            let (addr, pc) = (names.text(addr), names.text(pc));
            let _ = writeln!(out, "  stop {signal:x} {code:x} {addr} {pc}");
        }
        write_state(&mut out, &names, &self.expect.state, &self.start);
        for line in &self.expect.lines {
            let at = line.number as usize * LINE;
            let _ = writeln!(out, "  data {at:x} {}", hex(&line.bytes));
        }
        out
    }

    /// From a file's text.
    ///
    /// # Errors
    /// What is wrong, with the line's number.
    pub fn parse(text: &str, area: &Area) -> Result<Self, String> {
        let names = Names::of(area);
        let mut case = Case {
            notes: Vec::new(),
            words: Vec::new(),
            start: State::default(),
            image: vec![0; WRITABLE],
            expect: Outcome::default(),
        };
        let mut part = "";
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(note) = line.strip_prefix("# ") {
                case.notes.push(note.to_owned());
                continue;
            }
            let line = line.split('#').next().unwrap_or_default();
            let items: Vec<&str> = line.split_whitespace().collect();
            match (items.as_slice(), line.starts_with(' ')) {
                ([], _) => {}
                ([name], false) => {
                    part = name;
                    if part == "expect" {
                        case.expect.state = case.start.clone();
                    }
                }
                (items, _) => {
                    case.take(part, items, &names).map_err(|e| format!("line {number}: {e}"))?
                }
            }
        }
        Ok(case)
    }

    fn take(&mut self, part: &str, items: &[&str], names: &Names) -> Result<(), String> {
        match (part, items) {
            ("words", [word]) => {
                self.words.push(u32::from_str_radix(word, 16).map_err(|e| e.to_string())?);
            }
            ("start", ["data", at, bytes]) => {
                let (number, bytes) = line_of(at, bytes)?;
                self.image[number * LINE..][..LINE].copy_from_slice(&bytes);
            }
            ("expect", ["data", at, bytes]) => {
                let (number, bytes) = line_of(at, bytes)?;
                self.expect.lines.push(Line { number: number as u64, bytes });
            }
            ("expect", ["stop", "end"]) => self.expect.stop = Stop::default(),
            ("expect", ["stop", signal, code, addr, pc]) => {
                let small = |text: &str| names.number(text).map(|n| n as u32);
                let (signal, code) = (small(signal)?, small(code)?);
                let (addr, pc) = (names.number(addr)?, names.number(pc)?);
                self.expect.stop = Stop { signal, code, addr, pc };
            }
            ("start", [name, value]) => set(&mut self.start, name, value, names)?,
            ("expect", [name, value]) => set(&mut self.expect.state, name, value, names)?,
            _ => return Err(format!("`{}` is not understood", items.join(" "))),
        }
        Ok(())
    }
}

fn write_state(out: &mut String, names: &Names, state: &State, unless: &State) {
    for i in 0..32 {
        if state.x[i] != unless.x[i] {
            let name = if i == 31 { "sp".into() } else { format!("x{i}") };
            let _ = writeln!(out, "  {name} {}", names.text(state.x[i]));
        }
    }
    for i in 0..32 {
        if state.v[i] != unless.v[i] {
            let _ = writeln!(out, "  v{i} {:032x}", state.vector(i));
        }
    }
    let (a, b) = (state, unless);
    for (name, n, unless) in
        [("nzcv", a.nzcv, b.nzcv), ("fpcr", a.fpcr, b.fpcr), ("fpsr", a.fpsr, b.fpsr)]
    {
        if n != unless {
            let _ = writeln!(out, "  {name} {n:08x}");
        }
    }
}

fn set(state: &mut State, name: &str, value: &str, names: &Names) -> Result<(), String> {
    let index = |text: &str| text.parse().ok().filter(|i: &usize| *i < 32);
    let small = || u32::from_str_radix(value, 16).map_err(|e| format!("`{value}`: {e}"));
    match name {
        "sp" => state.x[31] = names.number(value)?,
        "nzcv" => state.nzcv = small()?,
        "fpcr" => state.fpcr = small()?,
        "fpsr" => state.fpsr = small()?,
        _ => {
            let (kind, number) = name.split_at_checked(1).unwrap_or_default();
            match (kind, index(number)) {
                ("x", Some(i)) => state.x[i] = names.number(value)?,
                ("v", Some(i)) => {
                    let n = u128::from_str_radix(value, 16);
                    let n = n.map_err(|e| format!("`{value}`: {e}"))?;
                    state.v[i] = [n as u64, (n >> 64) as u64];
                }
                _ => return Err(format!("there is no register `{name}`")),
            }
        }
    }
    Ok(())
}

fn line_of(at: &str, text: &str) -> Result<(usize, [u8; LINE]), String> {
    let at = usize::from_str_radix(at, 16).map_err(|e| e.to_string())?;
    let mut bytes = [0; LINE];
    if at % LINE != 0 || at >= WRITABLE || text.len() != 2 * LINE || !text.is_ascii() {
        return Err("a line of data is 64 bytes at a multiple of 40".into());
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        let digits = &text[2 * n..2 * n + 2];
        *byte = u8::from_str_radix(digits, 16).map_err(|e| e.to_string())?;
    }
    Ok((at / LINE, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_case_are_the_same() {
        let area = Area::new().expect("memory");
        let mut start = State { nzcv: 0x4000_0000, ..State::default() };
        start.x[31] = area.data() + 0x10;
        start.x[2] = u64::MAX;
        start.x[3] = (area.data() + 0x20) | 0x5a << 56;
        start.v[7] = [1, 2];
        let mut image = vec![0; WRITABLE];
        image[LINE + 3] = 9;
        let mut expect = Outcome { state: start.clone(), ..Outcome::default() };
        expect.state.x[30] = area.entry(0) + 4;
        expect.stop = Stop { signal: 11, code: 1, addr: area.data(), pc: area.entry(0) };
        expect.lines.push(Line { number: 5, bytes: [0xa5; LINE] });
        let notes = vec!["Something.".to_owned()];
        let case = Case { notes, words: vec![0x8b02_0020], start, image, expect };
        let text = case.text(&area);
        assert!(text.contains("x3 5a:data+20\n"), "{text}");
        assert!(text.contains("sp data+10\n") && text.contains("x30 code+4\n"), "{text}");
        assert_eq!(Case::parse(&text, &area).expect("its own text"), case);
        let error = Case::parse("start\n  x32 0\n", &area).expect_err("no such register");
        assert_eq!(error, "line 2: there is no register `x32`");
    }
}
