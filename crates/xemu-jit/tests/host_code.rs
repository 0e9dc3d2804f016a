//! What common instructions are translated to: the files under `tests/host_code` hold, for each
//! case, a line `# assembler text`, the words, and for x86-64-v3 and -v2 the number of host
//! instructions and their text; also for v3 with cryptographic instructions and AVX-512 (`full`)
//! where that differs. `BLESS=1` rewrites what stands below the words.
//!
//! NZCV is dead behind a case, so what uses flags stands in one case with what sets them. Exits are
//! not shown; `[slot]` is where one goes, `[0x…]` a constant, `*` a place that may fault. Fields of
//! the processor's state have names; an op that runs out of line is named where its code is loaded.

#[path = "../../../tests/golden_files.rs"]
mod golden_files;

use std::fmt::Write as _;
use std::mem::offset_of;
use std::path::Path;

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, Register};
use xemu_guest::{CpuState, EngineSlots, HELPER_SLOTS, Monitor, STATE_BIAS, VEC_CONSTS};
use xemu_ir::{Analysis, Block, FpMode, passes::forward, passes::liveness, verify};
use xemu_lift::{CpuModel, Extras, LiftConfig, Lifter, Limits, MaxInsns};
use xemu_x64::contract;
use xemu_x64::{CompileContext, Compiled, Compiler, EvalCode, HostFeatures};

const PC: u64 = 0x1000;
const CODE: u64 = 0;
/// x86-64-v3 with whatever else code may use.
const FULL: HostFeatures =
    HostFeatures { aes: true, pclmul: true, sha: true, avx512vl: true, ..HostFeatures::V3 };

/// The host code of guest code at [`PC`], processor model `max`.
fn translate(features: HostFeatures, words: &[u32]) -> String {
    let model = CpuModel::by_name("max").expect("the model exists");
    let mut block = Block::default();
    let max_insns = MaxInsns::of(words.len() as u32);
    let (fp, stop_at) = (FpMode::Host, &mut |_| false);
    let mut limits = Limits { max_insns, fp, stop_at, guarded: None, extras: Extras::default() };
    let mut fetch = |pc: u64| Ok(words[((pc - PC) / 4) as usize % words.len()]);
    Lifter::new(LiftConfig { model })
        .lift_block(PC, &mut fetch, &mut block, &mut limits)
        .expect("the fetch succeeds");
    verify(&block).unwrap_or_else(|e| panic!("{e}"));
    forward::run(&mut block, contract::IN_STATE, &mut Vec::new());
    let mut analysis = Analysis::default();
    let mut context = liveness::Context { flags_live_at: &mut |_| false };
    liveness::run(&mut block, &mut context, &mut analysis);
    let context = CompileContext {
        code_addr: CODE,
        slots_addr: 0x10_0000,
        first_slot: 0,
        loop_inside: true,
        strip_tags: false,
        check_tags: false,
        guard_stores: false,
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
    for (n, insn) in code.iter().enumerate() {
        let mark = if faults.contains(&insn.ip()) { '*' } else { ' ' };
        let behind = &code[n + 1..code.len().min(n + 4)];
        let line = named(line(insn, compiled.code), behind);
        writeln!(text, " {mark}{line}").expect("strings take text");
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
    let what = if insn.is_ip_rel_memory_operand() {
        let at = insn.ip_rel_memory_address().wrapping_sub(CODE) as usize;
        let bytes = code.get(at..at + 16).and_then(|bytes| bytes.try_into().ok());
        match bytes.map(u128::from_le_bytes) {
            Some(constant) => format!("[{constant:#x}]"),
            None => "[slot]".to_owned(),
        }
    } else if insn.memory_base() == Register::RBP && insn.memory_index() == Register::None {
        field(insn.memory_displacement64().wrapping_add_signed(STATE_BIAS.into()) as usize)
    } else {
        return text;
    };
    match (text.find('['), text.find(']')) {
        (Some(from), Some(to)) => format!("{}{what}{}", &text[..from], &text[to + 1..]),
        _ => text,
    }
}

/// The name of the state's field at `offset`.
fn field(offset: usize) -> String {
    let engine = offset_of!(CpuState, engine);
    let consts = engine + offset_of!(EngineSlots, consts);
    let arrays = [
        ("x", offset_of!(CpuState, x), 8, 32),
        ("v", offset_of!(CpuState, v), 16, 32),
        ("qc", offset_of!(CpuState, qc), 8, 2),
        ("flags", offset_of!(CpuState, flags), 2, 1),
        ("mxcsr", offset_of!(CpuState, mxcsr), 4, 1),
        ("fpcr", offset_of!(CpuState, fpcr), 4, 1),
        ("pc", offset_of!(CpuState, pc), 8, 1),
        ("tpidr_el0", offset_of!(CpuState, tpidr_el0), 8, 1),
        ("monitor", offset_of!(CpuState, monitor), 8, size_of::<Monitor>() / 8),
        ("poll", offset_of!(CpuState, poll), 4, 1),
        ("spill", engine + offset_of!(EngineSlots, spill), 16, contract::SPILL_SLOTS),
        ("scratch", engine + offset_of!(EngineSlots, scratch), 16, 4),
        ("const", consts, 16, VEC_CONSTS.len()),
        ("lookup_table", engine + offset_of!(EngineSlots, lookup_table), 8, 1),
        ("leave_arg", engine + offset_of!(EngineSlots, leave_arg), 4, 1),
        ("leave_addr", engine + offset_of!(EngineSlots, leave_addr), 8, 1),
        ("helper", engine + offset_of!(EngineSlots, helpers), 8, HELPER_SLOTS),
    ];
    for (name, start, size, count) in arrays {
        let index = offset.wrapping_sub(start) / size;
        if offset < start || index >= count {
            continue;
        }
        return match (name, count) {
            ("const", _) => {
                let [low, high] = VEC_CONSTS[index];
                format!("[{:#x}]", u128::from(high) << 64 | u128::from(low))
            }
            (_, 1) => format!("[{name}]"),
            _ => format!("[{name}{index}]"),
        };
    }
    "[state]".to_owned()
}

/// `mov eax, code` in front of a call, as the name of the op that the code stands for.
fn named(mut text: String, behind: &[Instruction]) -> String {
    let calls = behind.iter().any(|insn| insn.is_call_near_indirect());
    let code = text.strip_prefix("mov eax, 0x").and_then(|hex| u32::from_str_radix(hex, 16).ok());
    if let (true, Some(code)) = (calls, code) {
        text = format!("mov eax, {}", EvalCode(code).op().info().name);
    }
    text
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

#[test]
fn instructions_are_translated_to_the_golden_code() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host_code");
    golden_files::check(&dir, blessed);
}
