//! The report on standard error when a fault of the guest ends it.
//!
//! Only faults of an instruction are reported. A signal that somebody sent ends the program as
//! silently as natively: the shell says what there is to say.

use std::ffi::OsString;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

use xemu_a64::{Decode, Feature};
use xemu_abi::signal::{
    BUS_ADRALN, BUS_ADRERR, ILL_ILLOPN, SEGV_ACCERR, SEGV_MAPERR, SEGV_MTEAERR, SEGV_MTESERR,
    SI_KERNEL, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP, TRAP_BRKPT, text,
};
use xemu_guest::CpuState;
use xemu_linux::Crash;
use xemu_mem::{AddressSpace, FileId};

use crate::{debug_log, disasm};

/// Return addresses shown at most.
const MOST_FRAMES: usize = 32;
/// Bytes of the command line shown at most.
const MOST_COMMAND: usize = 2000;
/// Files whose path is looked for at most.
const MOST_PATHS: usize = 16;

static COMMAND: OnceLock<String> = OnceLock::new();

/// Keeps the command line for the report's last line.
pub fn remember_command(args: &[OsString]) {
    let words: Vec<String> =
        args.iter().map(|a| quoted(&String::from_utf8_lossy(a.as_bytes()))).collect();
    let mut command = words.join(" ");
    if command.len() > MOST_COMMAND {
        let end = (0..=MOST_COMMAND).rev().find(|n| command.is_char_boundary(*n)).unwrap_or(0);
        command.truncate(end);
        command.push_str(" ...");
    }
    let _ = COMMAND.set(command);
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Prints the report of a fault; nothing for a signal that was sent.
pub fn report(crash: &Crash<'_>) {
    if let Some(text) = render(crash) {
        debug_log::write_fd(2, text.as_bytes());
    }
}

fn render(crash: &Crash<'_>) -> Option<String> {
    let (sig, code) = (crash.info.signo(), crash.info.code());
    let fault = matches!(sig, SIGILL | SIGSEGV | SIGBUS | SIGFPE | SIGTRAP | SIGSYS);
    if !fault || code <= 0 {
        return None;
    }
    let cpu = crash.cpu;
    let mut places = Places { space: crash.space, paths: Vec::new() };
    let mut out = String::new();
    let cause = cause(sig, code, crash.info.addr());
    let tid = crash.tid;
    let line = format!("xemu-aarch64: thread {tid}: uncaught signal {sig} ({}){cause}", text(sig));
    writeln!(out, "{line}").ok()?;
    let word = xemu_mem::read::<u32>(cpu.pc).ok();
    let insn = word.map_or_else(
        || format!("{:#014x}:  no instruction can be read here", cpu.pc),
        |word| disasm::guest_line(cpu.pc, word),
    );
    writeln!(out, "  {insn}  {}", places.at(cpu.pc)).ok()?;
    if sig == SIGILL && crash.cpu.btype != 0 {
        writeln!(out, "  an indirect branch came here, which is no target for it").ok()?;
    } else if sig == SIGILL
        && crash.info.code() != ILL_ILLOPN
        && let Some(word) = word
    {
        writeln!(out, "  {}", undefined(word)).ok()?;
    }
    registers(cpu, &mut out);
    writeln!(out, "  called from").ok()?;
    for addr in return_addresses(cpu) {
        writeln!(out, "    {addr:#014x}  {}", places.at(addr)).ok()?;
    }
    if let Some(command) = COMMAND.get() {
        writeln!(out, "  to run it again: {command}").ok()?;
    }
    Some(out)
}

/// What `si_code` says, with the address where that is not the pc.
fn cause(sig: i32, code: i32, addr: u64) -> String {
    let what = match (sig, code) {
        (SIGSEGV, SEGV_MAPERR) => "nothing is mapped at",
        (SIGSEGV, SEGV_ACCERR) => "the mapping forbids the access at",
        (SIGBUS, BUS_ADRALN) => "misaligned access at",
        (SIGBUS, BUS_ADRERR) => "the file mapped there ends before",
        (SIGTRAP, TRAP_BRKPT) => return ": BRK instruction".to_owned(),
        (SIGSEGV, SEGV_MTESERR) => "the address's tag is not that of the memory at",
        (SIGSEGV, SEGV_MTEAERR) => {
            return ": an access some time ago had a wrong tag".to_owned();
        }
        (SIGILL, ILL_ILLOPN) => return ": pointer authentication failed".to_owned(),
        (SIGILL, _) => return ": undefined instruction".to_owned(),
        (_, SI_KERNEL) => return ": from the kernel".to_owned(),
        _ => return format!(": si_code {code}"),
    };
    format!(": {what} {addr:#x}")
}

/// Why a word is undefined here.
fn undefined(word: u32) -> String {
    match xemu_a64::decode(word) {
        Decode::Insn(insn) if insn.name() == "Udf" => {
            format!("{word:08x} is UDF, which is undefined for ever")
        }
        // Every model has those, but not all may be used at EL0.
        Decode::Insn(insn) if insn.feature() == Feature::Base => {
            format!(
                "{word:08x} is {}, which a program may not use, or not in this form",
                insn.name()
            )
        }
        Decode::Insn(insn) => {
            format!(
                "{word:08x} is {}, of {:?}, which this CPU model lacks, or has in other forms",
                insn.name(),
                insn.feature()
            )
        }
        Decode::Unimplemented { name, feature } => {
            format!("{word:08x} is {name}, of {feature:?}, which this emulator does not have")
        }
        Decode::Reserved => format!("{word:08x} has field values that the architecture reserves"),
        Decode::Unallocated => format!("{word:08x} is no instruction"),
    }
}

fn registers(cpu: &CpuState, out: &mut String) {
    let nzcv = u64::from(cpu.flags.to_nzcv().0);
    let general = cpu.x[..31].iter().enumerate().map(|(n, v)| (format!("x{n}"), *v));
    let rest = [("sp", cpu.sp()), ("pc", cpu.pc), ("nzcv", nzcv)];
    let all: Vec<_> = general.chain(rest.map(|(name, v)| (name.to_owned(), v))).collect();
    for row in all.chunks(4) {
        out.push(' ');
        for (name, value) in row {
            write!(out, " {name:>4} {value:016x}").unwrap_or_default();
        }
        out.push('\n');
    }
}

/// X30, then what the chain of frame records behind X29 holds. (AAPCS64, "The Frame Pointer")
fn return_addresses(cpu: &CpuState) -> Vec<u64> {
    let mut list = vec![cpu.x[30]];
    let mut frame = cpu.x[29];
    while list.len() < MOST_FRAMES && frame != 0 && frame & 7 == 0 {
        let next = xemu_mem::read::<u64>(frame);
        let back = xemu_mem::read::<u64>(frame.wrapping_add(8));
        let (Ok(next), Ok(back)) = (next, back) else { break };
        if back != 0 && list.last() != Some(&back) {
            list.push(back);
        }
        // Callers' frames are above; anything else would be a loop.
        if next <= frame {
            break;
        }
        frame = next;
    }
    list
}

/// Names for addresses.
struct Places<'a> {
    space: &'a AddressSpace,
    paths: Vec<(FileId, String)>,
}

impl Places<'_> {
    /// File and offset in it, or the mapping's name.
    fn at(&mut self, addr: u64) -> String {
        let Some(mapping) = self.space.lookup(addr) else { return "(not mapped)".to_owned() };
        if let Some(name) = mapping.name.text() {
            return format!("{name}+{:#x}", addr.wrapping_sub(mapping.start));
        }
        let Some((id, offset)) = mapping.file else { return "(anonymous)".to_owned() };
        let offset = addr.wrapping_sub(mapping.start).wrapping_add(offset);
        format!("{}+{offset:#x}", self.path(id, addr))
    }

    fn path(&mut self, id: FileId, addr: u64) -> String {
        if let Some((_, path)) = self.paths.iter().find(|(known, _)| *known == id) {
            return path.clone();
        }
        if self.paths.len() >= MOST_PATHS {
            return "?".to_owned();
        }
        let path = self.space.path_at(addr).unwrap_or_else(|| "?".to_owned());
        self.paths.push((id, path.clone()));
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xemu_abi::signal::{SI_USER, SIGTERM, SigInfo};

    fn rendered(info: &SigInfo, cpu: &CpuState) -> Option<String> {
        let space = AddressSpace::new(0);
        render(&Crash { info, cpu, space: &space, tid: 7 })
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("/bin/ls"), "/bin/ls");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn undefined_instructions_are_explained() {
        assert_eq!(undefined(0x1234), "00001234 is UDF, which is undefined for ever");
        let hvc = "d4000002 is Hvc, which a program may not use, or not in this form";
        assert_eq!(undefined(0xd400_0002), hvc);
        assert!(undefined(0x4e28_4820).contains("Aese, of Aes, which this CPU model lacks"));
    }

    #[test]
    fn sent_signals_are_not_reported() {
        let cpu = CpuState::default();
        assert!(rendered(&SigInfo::fault(SIGTERM, SI_USER, 0), &cpu).is_none());
        assert!(rendered(&SigInfo::fault(SIGSEGV, SI_USER, 0), &cpu).is_none());
    }

    #[test]
    fn a_fault_shows_registers_and_callers() {
        xemu_mem::install_fault_handlers().expect("handlers can be installed");
        // Frame records: the second one does not lead upwards.
        let frames = [0u64, 0x1111, 0, 0x2222];
        let base = frames.as_ptr() as u64;
        let code = [0u32];
        let mut cpu = CpuState { pc: code.as_ptr() as u64, ..CpuState::default() };
        cpu.x[29] = base + 16;
        cpu.x[30] = 0x3333;
        let text = rendered(&SigInfo::fault(SIGILL, 1, cpu.pc), &cpu).expect("a report");
        let has = |part: &str| assert!(text.contains(part), "{part}\n{text}");
        has("thread 7: uncaught signal 4 (Illegal instruction): undefined instruction\n");
        has(" x29 ");
        has("nzcv 0000000000000000\n");
        has("0x000000003333  (not mapped)\n    0x000000002222  (not mapped)\n");
        assert!(!text.contains("0x000000001111"), "{text}");
    }

    #[test]
    fn causes() {
        assert_eq!(cause(SIGSEGV, SEGV_MAPERR, 16), ": nothing is mapped at 0x10");
        assert_eq!(cause(SIGTRAP, TRAP_BRKPT, 0), ": BRK instruction");
        assert_eq!(cause(SIGFPE, 3, 0), ": si_code 3");
    }
}
