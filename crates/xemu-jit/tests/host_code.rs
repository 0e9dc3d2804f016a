//! What common instructions are translated to: the files under `tests/host_code` hold, for each
//! case, a line `# assembler text`, the words, and for x86-64-v3 and -v2 the number of host
//! instructions and their text; also for v3 with cryptographic instructions (`full`) where that
//! differs. `BLESS=1` rewrites what stands below the words.
//!
//! NZCV is dead behind a case, so what uses flags stands in one case with what sets them. Exits are
//! not shown; `[slot]` is where one goes, `[0x…]` a constant behind the code, `*` a place that may
//! fault.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};
use xemu_ir::{Analysis, Block, passes::liveness, verify};
use xemu_lift::{CpuModel, LiftConfig, Lifter, Limits};
use xemu_x64::{CompileContext, Compiled, Compiler, HostFeatures};

const PC: u64 = 0x1000;
const CODE: u64 = 0;
/// x86-64-v3 with what most hosts of that level have as well.
const FULL: HostFeatures = HostFeatures { aes: true, pclmul: true, sha: true, ..HostFeatures::V3 };

/// The host code of guest code at [`PC`], processor model `max`.
fn translate(features: HostFeatures, words: &[u32]) -> String {
    let model = CpuModel::by_name("max").expect("the model exists");
    let mut block = Block::default();
    let max_insns = words.len() as u32;
    let mut limits = Limits { max_insns, fp_out_of_line: false, stop_at: &mut |_| false };
    let mut fetch = |pc: u64| Ok(words[((pc - PC) / 4) as usize % words.len()]);
    Lifter::new(LiftConfig { model })
        .lift_block(PC, &mut fetch, &mut block, &mut limits)
        .expect("the fetch succeeds");
    verify(&block).unwrap_or_else(|e| panic!("{e}"));
    let mut analysis = Analysis::default();
    let mut context = liveness::Context { flags_live_at: &mut |_| false };
    liveness::run(&mut block, &mut context, &mut analysis);
    let context = CompileContext {
        code_addr: CODE,
        slots_addr: 0x10_0000,
        first_slot: 0,
        loop_inside: true,
        strip_tags: false,
    };
    let mut compiler = Compiler::new(features);
    let compiled = compiler.compile(&block, &analysis, &context).expect("encodable");
    shown(&compiled)
}

/// The number of host instructions in front of the exits' stubs, and their text.
fn shown(compiled: &Compiled<'_>) -> String {
    let end = compiled.exits.iter().map(|exit| exit.stub).min();
    let end = end.map_or(compiled.code.len(), |stub| stub as usize);
    let decoder = Decoder::with_ip(64, &compiled.code[..end], CODE, DecoderOptions::NONE);
    let mut code: Vec<Instruction> = decoder.into_iter().collect();
    if code.last().is_some_and(|insn| insn.is_jmp_near_indirect()) {
        // On to the next block.
        code.pop();
    }
    let faults: Vec<u64> = compiled.faults.iter().map(|f| CODE + u64::from(f.offset)).collect();
    let mut text = format!("{}\n", code.len());
    for insn in &code {
        let mark = if faults.contains(&insn.ip()) { '*' } else { ' ' };
        writeln!(text, " {mark}{}", line(insn, compiled.code)).expect("strings take text");
    }
    text
}

fn line(insn: &Instruction, code: &[u8]) -> String {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_space_after_operand_separator(true);
    options.set_branch_leading_zeros(false);
    options.set_rip_relative_addresses(false);
    let mut text = String::new();
    formatter.format(insn, &mut text);
    if !insn.is_ip_rel_memory_operand() {
        return text;
    }
    let at = insn.ip_rel_memory_address().wrapping_sub(CODE) as usize;
    let bytes = code.get(at..at + 16).and_then(|bytes| bytes.try_into().ok());
    let what = match bytes.map(u128::from_le_bytes) {
        Some(constant) => format!("[{constant:#x}]"),
        None => "[slot]".to_owned(),
    };
    match (text.find('['), text.find(']')) {
        (Some(from), Some(to)) => format!("{}{what}{}", &text[..from], &text[to + 1..]),
        _ => text,
    }
}

/// The file's text with the code that is emitted now.
fn blessed(text: &str) -> String {
    let mut out = String::new();
    for case in text.split("\n\n").map(str::trim).filter(|case| !case.is_empty()) {
        let head: Vec<&str> =
            case.lines().take_while(|l| l.starts_with('#') || l.starts_with("word ")).collect();
        let words: Vec<u32> = head
            .iter()
            .filter_map(|l| l.strip_prefix("word "))
            .flat_map(str::split_whitespace)
            .map(|hex| u32::from_str_radix(hex, 16).expect("a word in hexadecimal"))
            .collect();
        if !out.is_empty() {
            out.push('\n');
        }
        head.iter().for_each(|l| writeln!(out, "{l}").expect("strings take text"));
        if words.is_empty() {
            continue;
        }
        let v3 = translate(HostFeatures::V3, &words);
        let v2 = translate(HostFeatures::V2, &words);
        let full = translate(FULL, &words);
        let shown = if v2 == v3 { "same\n" } else { &v2 };
        write!(out, "v3 {v3}v2 {shown}").expect("strings take text");
        if full != v3 {
            write!(out, "full {full}").expect("strings take text");
        }
    }
    out
}

/// The last comment above the first difference, to name the case.
fn first_difference(want: &str, have: &str) -> String {
    let mut case = "";
    for (w, h) in want.lines().zip(have.lines()) {
        if w.starts_with('#') {
            case = w;
        }
        if w != h {
            return format!("{case}\n  expected: {w}\n  emitted:  {h}");
        }
    }
    format!("{case}\n  one text is longer")
}

#[test]
fn instructions_are_translated_to_the_golden_code() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host_code");
    let mut failures = String::new();
    let mut files = 0;
    for entry in fs::read_dir(&dir).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        let want = fs::read_to_string(&path).expect("the file can be read");
        let have = blessed(&want);
        files += 1;
        if want == have {
            continue;
        }
        if env::var_os("BLESS").is_some() {
            fs::write(&path, have).expect("the file can be written");
        } else {
            let what = first_difference(&want, &have);
            failures += &format!("{}: {what}\n", path.display());
        }
    }
    assert!(files > 0 && failures.is_empty(), "{failures}");
}
