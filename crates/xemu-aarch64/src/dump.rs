//! `xemu-aarch64 dump`: everything about one instruction or one block.

use std::ffi::OsString;
use std::fmt::Write;

use lexopt::{Arg, ValueExt};
use xemu_a64::{Decode, RowId};
use xemu_ir::FpMode;
use xemu_jit::{Guest, Translator};
use xemu_lift::{CpuModel, Extras, LiftConfig, Limits, MaxInsns};
use xemu_x64::{CompileContext, HostFeatures};

use crate::disasm;
use crate::elf_file::{self, Code};

const USAGE: &str = "\
usage: xemu-aarch64 dump --insn WORD [--pc ADDRESS] [--host LEVEL] [--cpu MODEL]
       xemu-aarch64 dump --block ADDRESS FILE [--host LEVEL] [--cpu MODEL]
Prints the decoded row, the IR before and after the passes, and the host code.
WORD and ADDRESS are hexadecimal; LEVEL is v2, v3 or native.
";

/// Where the host code is said to run.
const CODE_ADDR: u64 = 0x7000_0000_0000;
const SLOTS_ADDR: u64 = 0x7000_0010_0000;
/// Where an instruction stands unless `--pc` says otherwise.
const DEFAULT_PC: u64 = 0x40_0000;

/// What to dump, and for whom.
#[derive(Debug)]
struct Request {
    insn: Option<u32>,
    block: Option<u64>,
    pc: u64,
    file: Option<OsString>,
    translation: Translation,
}

/// The guest processor and the host's.
#[derive(Debug)]
pub struct Translation {
    /// The CPU model.
    pub model: CpuModel,
    /// The host.
    pub features: HostFeatures,
}

impl Default for Translation {
    fn default() -> Self {
        Self { model: CpuModel::default(), features: HostFeatures::detect() }
    }
}

impl Translation {
    /// Takes the value of an option that the tools share; false if it is none of them.
    ///
    /// # Errors
    /// One sentence.
    pub fn option(&mut self, name: &str, value: &str) -> Result<bool, String> {
        match (name, value) {
            ("cpu", _) => {
                let names = || CpuModel::names().collect::<Vec<_>>().join(", ");
                self.model = CpuModel::by_name(value)
                    .ok_or_else(|| format!("no CPU model `{value}`; there are {}", names()))?;
            }
            // Nothing is run, so the host need not have what code is emitted for.
            ("host", "v2") => self.features = HostFeatures::V2,
            ("host", "v3") => self.features = HostFeatures::V3,
            ("host", "native") => self.features = HostFeatures::detect(),
            ("host", _) => return Err(format!("no host level `{value}`: v2, v3, native")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A translator for both.
    pub fn translator(&self) -> Translator {
        Translator::new(LiftConfig { model: self.model.clone() }, self.features)
    }
}

/// Runs the subcommand.
///
/// # Errors
/// One sentence for the user.
pub fn run(args: &[OsString]) -> Result<(), String> {
    if args.is_empty() || args.iter().any(|a| a == "--help" || a == "-h") {
        print!("{USAGE}");
        return Ok(());
    }
    let request = parse(args)?;
    print!("{}", text(&request)?);
    Ok(())
}

fn hex(what: &str, value: &str) -> Result<u64, String> {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    u64::from_str_radix(digits, 16).map_err(|_| format!("{what}: `{value}` is not hexadecimal"))
}

fn parse(args: &[OsString]) -> Result<Request, String> {
    let translation = Translation::default();
    let mut r = Request { insn: None, block: None, pc: DEFAULT_PC, file: None, translation };
    // QEMU's spelling has one dash.
    let spelled = args.iter().map(|a| if a == "-cpu" { "--cpu".into() } else { a.clone() });
    let mut parser = lexopt::Parser::from_args(spelled);
    while let Some(arg) = parser.next().map_err(|e| e.to_string())? {
        let name = match arg {
            Arg::Long(name) => name.to_owned(),
            Arg::Value(file) if r.file.is_none() => {
                r.file = Some(file);
                continue;
            }
            other => return Err(format!("{}; dump --help shows the options", other.unexpected())),
        };
        let value = parser.value().and_then(|v| v.string()).map_err(|e| e.to_string())?;
        match name.as_str() {
            "insn" => {
                let word = u32::try_from(hex("--insn", &value)?);
                r.insn =
                    Some(word.map_err(|_| format!("--insn: `{value}` has more than 32 bits"))?);
            }
            "block" => r.block = Some(hex("--block", &value)?),
            "pc" => r.pc = hex("--pc", &value)?,
            _ if r.translation.option(&name, &value)? => {}
            _ => return Err(format!("unknown option `--{name}`; dump --help shows the options")),
        }
    }
    Ok(r)
}

fn text(r: &Request) -> Result<String, String> {
    match (r.insn, r.block, &r.file) {
        (Some(word), None, None) => {
            let code = Code { base: r.pc, words: vec![word] };
            Ok(decoded(r.pc, word) + &translated(&code, r.pc, MaxInsns::of(1), &r.translation)?)
        }
        (None, Some(addr), Some(file)) => {
            let pieces = elf_file::read(file, false)?;
            let code = pieces
                .iter()
                .find(|c| addr & 3 == 0 && c.word(addr).is_some())
                .ok_or_else(|| format!("{}: no code at {addr:#x}", file.display()))?;
            translated(code, addr, MaxInsns::USUAL, &r.translation)
        }
        _ => Err("dump needs --insn WORD, or --block ADDRESS and a FILE".to_owned()),
    }
}

/// Row, class, fields and disassembly of a word.
fn decoded(pc: u64, word: u32) -> String {
    let mut out = disasm::guest_line(pc, word) + "\n";
    let row = match xemu_a64::decode(word) {
        Decode::Insn(insn) => Some(insn.row()),
        Decode::Unimplemented { name, .. } => RowId::named(name).map(RowId::row),
        Decode::Reserved => {
            out.push_str("row      none: field values that the architecture reserves\n");
            None
        }
        Decode::Unallocated => {
            out.push_str("row      none: unallocated\n");
            None
        }
    };
    if let Some(row) = row {
        let note = if row.implemented { "" } else { ", not implemented" };
        writeln!(out, "row      {}{note}", row.name).unwrap_or_default();
        writeln!(out, "class    {}", row.class).unwrap_or_default();
        writeln!(out, "pattern  {}", row.pattern).unwrap_or_default();
        writeln!(out, "feature  {:?}", row.feature).unwrap_or_default();
        for field in &row.fields {
            let value = field.get(word);
            let width = field.width as usize;
            writeln!(out, "  {:<8} {value:#0w$b} = {value}", field.name, w = width + 2)
                .unwrap_or_default();
        }
    }
    out.push('\n');
    out
}

/// IR and host code of the block at `pc`.
fn translated(
    code: &Code,
    pc: u64,
    max_insns: MaxInsns,
    t: &Translation,
) -> Result<String, String> {
    let mut translator = t.translator();
    let mut limits = Limits {
        max_insns,
        fp: FpMode::Host,
        stop_at: &mut |_| false,
        guarded: None,
        extras: Extras::default(),
    };
    let guest: &dyn Guest = code;
    translator
        .lift_only(guest, pc, &mut limits)
        .map_err(|fault| format!("no code at {:#x}", fault.addr))?;
    let mut out = String::new();
    if max_insns.straight > 1 {
        let lines = disasm::guest_block(&translator.block, &mut |a| code.word(a));
        write!(out, "guest code, {} instructions:\n{lines}\n", translator.block.guest_insns)
            .unwrap_or_default();
    }
    writeln!(out, "IR as lifted:\n{}", translator.block).unwrap_or_default();
    translator.passes(guest);
    writeln!(out, "IR after the passes:\n{}", translator.block).unwrap_or_default();
    let ctx = CompileContext {
        code_addr: CODE_ADDR,
        slots_addr: SLOTS_ADDR,
        first_slot: 0,
        loop_inside: true,
        strip_tags: false,
        check_tags: false,
        guard_stores: false,
    };
    let compiled = translator.compile(&ctx).map_err(|e| e.to_string())?;
    let (lines, count) = disasm::host(compiled.code, CODE_ADDR);
    let size = compiled.code.len();
    write!(out, "host code, {count} instructions, {size} bytes:\n{lines}").unwrap_or_default();
    for (n, exit) in compiled.exits.iter().enumerate() {
        let (at, kind) = (SLOTS_ADDR + 8 * n as u64, exit.kind);
        writeln!(out, "exit {n}: slot {at:#x}, {kind:?} to {:#x}", exit.target).unwrap_or_default();
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<OsString> {
        list.iter().map(OsString::from).collect()
    }

    fn dump(list: &[&str]) -> Result<String, String> {
        parse(&words(list)).and_then(|r| text(&r))
    }

    #[test]
    fn an_instruction_is_shown_at_every_stage() {
        for level in ["v2", "v3", "native"] {
            let text = dump(&["--insn", "8b020020", "--host", level]).expect("a dump");
            for part in ["add x0, x1, x2", "row      ", "rm ", "add64", "host code, ", "exit 0"] {
                assert!(text.contains(part), "{part}\n{text}");
            }
        }
    }

    #[test]
    fn what_is_no_instruction_is_shown_too() {
        let text = dump(&["--insn", "0"]).expect("a dump");
        assert!(text.contains("undef"), "{text}");
    }

    #[test]
    fn wrong_requests_are_one_sentence() {
        for (list, expect) in [
            (&["--insn", "xyz"][..], "--insn: `xyz` is not hexadecimal"),
            (&["--insn", "123456789"], "--insn: `123456789` has more than 32 bits"),
            (&["--block", "40"], "dump needs --insn WORD, or --block ADDRESS and a FILE"),
            (&["--host", "v9"], "no host level `v9`: v2, v3, native"),
            (&["--bogus", "1"], "unknown option `--bogus`; dump --help shows the options"),
        ] {
            assert_eq!(dump(list).expect_err("is wrong"), expect);
        }
        let error = dump(&["--block", "40", "/nonexistent"]).expect_err("no file");
        assert!(error.starts_with("/nonexistent: "), "{error}");
    }
}
