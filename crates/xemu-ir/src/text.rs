//! The text form, which round-trips: `%3 = add64 %1 %2`, `set_x x0 %3`, `%4 = load64 %1 - 0 #0x8`.

use core::fmt;

use crate::block::{Block, Inst, Val};
use crate::kinds::{
    AttrKind, CryptoKind, Es, FenceKind, FpMode, GcsOp, PacKind, RmwKind, RoundKind, Shape, SysReg,
    Ty,
};
use crate::ops::Op;

const COND_NAMES: [&str; 16] = [
    "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv",
];

fn attr_text(kind: AttrKind, n: u8) -> Option<String> {
    let named = |names: &[&'static str]| match names.get(usize::from(n)) {
        Some(s) => (*s).to_owned(),
        None => format!("?{n}"),
    };
    Some(match kind {
        AttrKind::Non => return None,
        AttrKind::X if n == 31 => "sp".to_owned(),
        AttrKind::X => format!("x{n}"),
        AttrKind::Q => format!("q{n}"),
        AttrKind::Cc => named(&COND_NAMES),
        AttrKind::Num => n.to_string(),
        AttrKind::Es => named(&names_of(Es::ALL, |v| v.name())),
        AttrKind::Shape => named(&names_of(Shape::ALL, |v| v.name())),
        AttrKind::Rmw => named(&names_of(RmwKind::ALL, |v| v.name())),
        AttrKind::Fence => named(&names_of(FenceKind::ALL, |v| v.name())),
        AttrKind::Round => named(&names_of(RoundKind::ALL, |v| v.name())),
        AttrKind::Crypto => named(&names_of(CryptoKind::ALL, |v| v.name())),
        AttrKind::Sys => named(&names_of(SysReg::ALL, |v| v.name())),
        AttrKind::Pac => named(&names_of(PacKind::ALL, |v| v.name())),
        AttrKind::Gcs => named(&names_of(GcsOp::ALL, |v| v.name())),
    })
}

fn names_of<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|v| name(*v)).collect()
}

/// How many values the attribute's kind has.
pub(crate) fn attr_count(kind: AttrKind) -> usize {
    match kind {
        AttrKind::Non => 1,
        AttrKind::X | AttrKind::Q => 32,
        AttrKind::Cc => 16,
        AttrKind::Num => 256,
        AttrKind::Es => Es::ALL.len(),
        AttrKind::Shape => Shape::ALL.len(),
        AttrKind::Rmw => RmwKind::ALL.len(),
        AttrKind::Fence => FenceKind::ALL.len(),
        AttrKind::Round => RoundKind::ALL.len(),
        AttrKind::Crypto => CryptoKind::ALL.len(),
        AttrKind::Sys => SysReg::ALL.len(),
        AttrKind::Pac => PacKind::ALL.len(),
        AttrKind::Gcs => GcsOp::ALL.len(),
    }
}

fn attr_parse(kind: AttrKind, token: &str) -> Option<u8> {
    (0..attr_count(kind)).map(|n| n as u8).find(|n| attr_text(kind, *n).as_deref() == Some(token))
}

/// Writes one instruction, without a line end.
pub fn write_inst(out: &mut impl fmt::Write, index: usize, inst: &Inst) -> fmt::Result {
    let info = inst.op.info();
    if info.result != Ty::Non {
        write!(out, "%{index} = ")?;
    }
    out.write_str(info.name)?;
    for (kind, n) in info.attrs.iter().zip([inst.a, inst.b]) {
        if let Some(text) = attr_text(*kind, n) {
            write!(out, " {text}")?;
        }
    }
    for arg in &inst.args[..info.args.len()] {
        if arg.is_some() {
            write!(out, " %{}", arg.0)?;
        } else {
            out.write_str(" -")?;
        }
    }
    if info.imm {
        write!(out, " #{:#x}", inst.imm)?;
    }
    Ok(())
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.fp {
            FpMode::Host => "",
            FpMode::Watched => " fp_watched",
            FpMode::Flush => " fp_flush",
            FpMode::OutOfLine => " fp_out_of_line",
            FpMode::Merging => " fp_merging",
        };
        writeln!(f, "block {:#x}{mode}", self.pc)?;
        for (i, inst) in self.insts.iter().enumerate() {
            if inst.op == Op::Nop {
                continue;
            }
            let mut line = String::new();
            write_inst(&mut line, i, inst)?;
            let indent = if inst.op == Op::Insn { "" } else { "  " };
            writeln!(f, "{indent}{line}")?;
        }
        Ok(())
    }
}

/// Why a text is no block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl core::error::Error for ParseError {}

/// Parses the text form. Empty lines and lines that start with `;` are passed over; instructions
/// that were left out in printing come back as `nop`.
///
/// # Errors
/// The first line that is not of the form.
pub fn parse(text: &str) -> Result<Block, ParseError> {
    let mut block = Block::default();
    let mut started = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        let fail = |what: String| ParseError { line: number + 1, what };
        if !started {
            parse_head(line, &mut block).map_err(fail)?;
            started = true;
        } else {
            parse_inst(line, &mut block).map_err(fail)?;
        }
    }
    let insns = block.insts.iter().filter(|i| i.op == Op::Insn);
    block.guest_insns = insns.clone().count() as u32;
    block.end_pc = insns.map(|i| i.imm.wrapping_add(4)).max().unwrap_or(block.pc);
    Ok(block)
}

fn parse_head(line: &str, block: &mut Block) -> Result<(), String> {
    let mut words = line.split_whitespace();
    if words.next() != Some("block") {
        return Err("expected `block ADDRESS`".to_owned());
    }
    block.pc = parse_number(words.next().unwrap_or(""))?;
    match words.next() {
        None => {}
        Some("fp_watched") => block.fp = FpMode::Watched,
        Some("fp_flush") => block.fp = FpMode::Flush,
        Some("fp_out_of_line") => block.fp = FpMode::OutOfLine,
        Some("fp_merging") => block.fp = FpMode::Merging,
        Some(other) => return Err(format!("unknown block property `{other}`")),
    }
    Ok(())
}

fn parse_number(s: &str) -> Result<u64, String> {
    let parsed = match s.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => s.parse(),
    };
    parsed.map_err(|_| format!("`{s}` is not a number"))
}

fn parse_val(s: &str) -> Result<Val, String> {
    if s == "-" {
        return Ok(Val::NONE);
    }
    let digits = s.strip_prefix('%').ok_or_else(|| format!("expected a value, found `{s}`"))?;
    digits.parse().map(Val).map_err(|_| format!("`{s}` is not a value"))
}

fn parse_inst(line: &str, block: &mut Block) -> Result<(), String> {
    let mut rest = line;
    if line.starts_with('%') {
        let (def, tail) = line.split_once('=').ok_or("expected `=` behind the value")?;
        let index = parse_val(def.trim())?.index();
        if index < block.insts.len() || index > 1 << 20 {
            return Err(format!("value %{index} is out of order"));
        }
        pad(block, index);
        rest = tail.trim();
    }
    let mut words = rest.split_whitespace();
    let name = words.next().ok_or("expected an operation")?;
    let op = Op::from_name(name).ok_or_else(|| format!("unknown operation `{name}`"))?;
    let info = op.info();
    if (info.result != Ty::Non) != line.starts_with('%') {
        return Err(format!("`{name}` and its result do not fit"));
    }
    let mut inst = Inst { op, a: 0, b: 0, args: [Val::NONE; 3], imm: 0 };
    let mut attrs = [0; 2];
    for (slot, kind) in attrs.iter_mut().zip(info.attrs) {
        if kind != AttrKind::Non {
            let word = words.next().unwrap_or("");
            *slot = attr_parse(kind, word).ok_or_else(|| format!("bad attribute `{word}`"))?;
        }
    }
    [inst.a, inst.b] = attrs;
    for slot in &mut inst.args[..info.args.len()] {
        *slot = parse_val(words.next().unwrap_or(""))?;
    }
    if info.imm {
        let word = words.next().unwrap_or("");
        let digits = word.strip_prefix('#').ok_or_else(|| format!("bad immediate `{word}`"))?;
        inst.imm = parse_number(digits)?;
    }
    if let Some(extra) = words.next() {
        return Err(format!("unexpected `{extra}`"));
    }
    block.insts.push(inst);
    Ok(())
}

fn pad(block: &mut Block, to: usize) {
    let nop = Inst { op: Op::Nop, a: 0, b: 0, args: [Val::NONE; 3], imm: 0 };
    block.insts.resize(to, nop);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_op_round_trips() {
        for (n, op) in Op::ALL.iter().enumerate() {
            if *op == Op::Nop {
                continue;
            }
            let info = op.info();
            let attr = |k| (n % attr_count(k)) as u8;
            let mut args = [Val::NONE; 3];
            for (i, arg) in args[..info.args.len()].iter_mut().enumerate() {
                *arg = if n % 5 == 0 && i == 1 { Val::NONE } else { Val(i as u32) };
            }
            let imm = if info.imm { 0x1234_5678_9abc_def0 + n as u64 } else { 0 };
            let [a, b] = info.attrs.map(attr);
            let block = Block {
                pc: 0x1000,
                insts: vec![Inst { op: *op, a, b, args, imm }],
                ..Block::default()
            };
            let text = block.to_string();
            let back = parse(&text).expect(&text);
            assert_eq!(back.insts, block.insts, "{text}");
            assert_eq!(back.to_string(), text);
        }
    }

    #[test]
    fn errors_name_the_line() {
        let e = parse("block 0x0\nfoo").expect_err("no such operation");
        assert_eq!(e.to_string(), "line 2: unknown operation `foo`");
        assert!(parse("block 0x0\n%0 = get_x x44").is_err());
        assert!(parse("block 0x0\nget_x x4").is_err());
        assert!(parse("block zz").is_err());
    }
}
