//! `-d` and `-D`: what the translating engine does, block by block.

use std::fmt::Write;
use std::os::fd::IntoRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

use xemu_guest::{Exit, FaultKind};
use xemu_jit::{JitConfig, TranslationEvent};

use crate::disasm;

/// A thing that can be logged.
struct Item {
    name: &'static str,
    bit: u32,
    text: &'static str,
}

const IN_ASM: u32 = 1;
const OP: u32 = 1 << 1;
const OP_OPT: u32 = 1 << 2;
const OUT_ASM: u32 = 1 << 3;
const EXEC: u32 = 1 << 4;
const INT: u32 = 1 << 5;

const ITEMS: [Item; 6] = [
    Item { name: "in_asm", bit: IN_ASM, text: "guest code of each block that is translated" },
    Item { name: "op", bit: OP, text: "its IR as lifted" },
    Item { name: "op_opt", bit: OP_OPT, text: "its IR after the passes" },
    Item { name: "out_asm", bit: OUT_ASM, text: "its host code" },
    Item {
        name: "exec",
        bit: EXEC,
        text: "the pc of each block that runs (slow: blocks are not linked)",
    },
    Item {
        name: "int",
        bit: INT,
        text: "instructions that fault, are undefined or BRK; signals that are delivered",
    },
];

/// The text of `-d help`.
pub fn help() -> String {
    let mut out = "items for -d, with commas between (of the engines jit and verify):\n".to_owned();
    for Item { name, text, .. } in &ITEMS {
        writeln!(out, "  {name:<8} {text}").unwrap_or_default();
    }
    out
}

fn parse(list: &str) -> Result<u32, String> {
    let mut bits = 0;
    for word in list.split(',').filter(|w| !w.is_empty()) {
        match ITEMS.iter().find(|i| i.name == word) {
            Some(item) => bits |= item.bit,
            None => {
                let names: Vec<_> = ITEMS.iter().map(|i| i.name).collect();
                return Err(format!("-d: no item `{word}`; there are {}", names.join(", ")));
            }
        }
    }
    Ok(bits)
}

/// Makes the engine log `items` to `file`, or else to standard error. Gives the descriptor that
/// the log has taken for itself, which the guest must not see.
///
/// # Errors
/// One sentence: an unknown item, or a file that cannot be written.
pub fn configure(
    items: &str,
    file: Option<&Path>,
    config: &mut JitConfig,
) -> Result<Option<i32>, String> {
    let items = parse(items)?;
    let own = file.map(open).transpose()?;
    if items == 0 {
        return Ok(own);
    }
    let fd = own.unwrap_or(STDERR);
    if items & INT != 0 {
        SIGNALS_FD.store(fd, Ordering::Relaxed);
    }
    config.eager = true;
    if items & EXEC != 0 {
        config.link = false;
        config.trace_exec = true;
    }
    config.observer = Some(Box::new(move |event| {
        let text = describe(event, items);
        if !text.is_empty() {
            write_fd(fd, text.as_bytes());
        }
    }));
    Ok(own)
}

const STDERR: i32 = 2;
/// Where delivered signals are logged, or -1.
static SIGNALS_FD: AtomicI32 = AtomicI32::new(-1);

/// Logs a signal for which a handler is about to run.
pub fn signal(line: &str) {
    let fd = SIGNALS_FD.load(Ordering::Relaxed);
    if fd >= 0 {
        write_fd(fd, format!("int {line}\n").as_bytes());
    }
}

/// Descriptors from here on are out of the way of programs that count theirs.
const HIGH_FD: u64 = 1000;

/// Opens a log file for appending, so that processes that share it write line by line.
fn open(path: &Path) -> Result<i32, String> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let fd = file.map_err(|e| format!("-D: {}: {e}", path.display()))?.into_raw_fd();
    Ok(xemu_linux::fd::move_up(fd, HIGH_FD))
}

/// Writes all of `bytes`, as far as the descriptor takes them. Without a lock, which a fork could
/// leave held in the child.
pub fn write_fd(fd: i32, mut bytes: &[u8]) {
    const WRITE: u64 = 1;
    const EINTR: i64 = 4;
    while !bytes.is_empty() {
        let args =
            [i64::from(fd).cast_unsigned(), bytes.as_ptr() as u64, bytes.len() as u64, 0, 0, 0];
        match xemu_host::guest_syscall(WRITE, args) {
            n if n > 0 => bytes = bytes.get(n as usize..).unwrap_or_default(),
            n if n == -EINTR => {}
            _ => return,
        }
    }
}

/// What is to be printed of an event.
fn describe(event: &TranslationEvent<'_>, items: u32) -> String {
    let mut out = String::new();
    let fetch = &mut |pc| xemu_mem::read::<u32>(pc).ok();
    match event {
        TranslationEvent::Lifted(block) => {
            if items & IN_ASM != 0 {
                out = format!("IN: {} instructions\n", block.guest_insns);
                out.push_str(&disasm::guest_block(block, fetch));
                out.push('\n');
            }
            if items & OP != 0 {
                writeln!(out, "OP:\n{block}").unwrap_or_default();
            }
        }
        TranslationEvent::Optimized(block) if items & OP_OPT != 0 => {
            out = format!("OP after the passes:\n{block}\n");
        }
        TranslationEvent::Emitted(block, code, host) if items & OUT_ASM != 0 => {
            let (lines, count) = disasm::host(code, *host);
            let size = code.len();
            out = format!("OUT: {:#x}, {count} instructions, {size} bytes\n{lines}\n", block.pc);
        }
        TranslationEvent::Executed(pc) if items & EXEC != 0 => out = format!("exec {pc:#x}\n"),
        TranslationEvent::Raised(pc, exit) if items & INT != 0 => {
            out = format!("int {pc:#x}: {}\n", exit_text(exit));
        }
        _ => {}
    }
    out
}

fn exit_text(exit: &Exit) -> String {
    match exit {
        Exit::Undefined { word } => format!("undefined instruction {word:08x}"),
        Exit::BranchTarget => "not a branch target".to_owned(),
        Exit::ControlStack => "not what the control stack says".to_owned(),
        Exit::PacFail => "pointer authentication failed".to_owned(),
        Exit::Brk(imm) => format!("brk #{imm:#x}"),
        Exit::Fault(fault) => {
            let access = if fault.write { "write to" } else { "access to" };
            let what = match fault.kind {
                FaultKind::Unmapped => "nothing is mapped",
                FaultKind::Permission => "not permitted",
                FaultKind::NoPage => "no page behind the mapping",
                FaultKind::Misaligned => "misaligned",
                FaultKind::TagCheck => "tags differ",
                FaultKind::MisalignedSp => "misaligned sp",
                FaultKind::MisalignedPc => "misaligned pc",
                FaultKind::FetchUnmapped => "fetch: nothing is mapped",
                FaultKind::FetchPermission => "fetch: not executable",
            };
            format!("{access} {:#x}: {what}", fault.addr)
        }
        Exit::Svc(imm) => format!("svc #{imm:#x}"),
        Exit::Poll => "poll".to_owned(),
    }
}

/// A mismatch of `--engine verify` with all that is needed to see why.
pub fn describe_mismatch(m: &xemu_jit::Mismatch) -> String {
    let mut out = m.to_string();
    out.push_str("interpreted:\n");
    for (pc, word) in &m.path {
        writeln!(out, "{}", disasm::guest_line(*pc, *word)).unwrap_or_default();
    }
    let (lines, count) = disasm::host(&m.translated.code, m.translated.host);
    writeln!(out, "IR after the passes:\n{}", m.translated.block).unwrap_or_default();
    write!(out, "host code, {count} instructions:\n{lines}").unwrap_or_default();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_known_or_listed() {
        assert_eq!(parse("in_asm,int"), Ok(IN_ASM | INT));
        assert_eq!(parse(""), Ok(0));
        let error = parse("op,cpu").expect_err("no such item");
        assert_eq!(error, "-d: no item `cpu`; there are in_asm, op, op_opt, out_asm, exec, int");
        assert!(ITEMS.iter().all(|i| help().contains(i.name)));
    }

    #[test]
    fn events_are_filtered() {
        let executed = TranslationEvent::Executed(0x40);
        assert_eq!(describe(&executed, EXEC), "exec 0x40\n");
        assert_eq!(describe(&executed, INT), "");
        let exit = Exit::Undefined { word: 5 };
        let raised = TranslationEvent::Raised(0x44, &exit);
        assert_eq!(describe(&raised, INT), "int 0x44: undefined instruction 00000005\n");
    }
}
