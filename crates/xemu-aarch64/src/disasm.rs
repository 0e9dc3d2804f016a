//! Disassembly for people: guest code through Capstone, host code through iced-x86.

use std::cell::OnceCell;
use std::fmt::Write;

use capstone::Capstone;
use capstone::arch::BuildsCapstone;
use capstone::arch::arm64::ArchMode;
use iced_x86::{Decoder, DecoderOptions, FastFormatter, Instruction};
use xemu_ir::{Block, Op};

thread_local! {
    static CAPSTONE: OnceCell<Option<Capstone>> = const { OnceCell::new() };
}

/// The text of an A64 instruction at `pc`; `.word` for what is none.
pub fn guest(pc: u64, word: u32) -> String {
    CAPSTONE.with(|cell| {
        let capstone =
            cell.get_or_init(|| Capstone::new().arm64().mode(ArchMode::Arm).build().ok());
        let text = capstone.as_ref().and_then(|c| {
            let list = c.disasm_count(&word.to_le_bytes(), pc, 1).ok()?;
            let insn = list.first()?;
            let operands = insn.op_str().unwrap_or_default();
            Some(format!("{} {operands}", insn.mnemonic()?).trim_end().to_owned())
        });
        text.unwrap_or_else(|| format!(".word {word:#010x}"))
    })
}

/// A line of listing for a guest instruction.
pub fn guest_line(pc: u64, word: u32) -> String {
    format!("{pc:#014x}:  {word:08x}  {}", guest(pc, word))
}

/// The guest instructions of a block, a line each; `fetch` reads the words.
pub fn guest_block(block: &Block, fetch: &mut dyn FnMut(u64) -> Option<u32>) -> String {
    let mut out = String::new();
    for inst in block.insts.iter().filter(|i| i.op == Op::Insn) {
        match fetch(inst.imm) {
            Some(word) => out.push_str(&guest_line(inst.imm, word)),
            None => write!(out, "{:#014x}:  (gone)", inst.imm).unwrap_or_default(),
        }
        out.push('\n');
    }
    out
}

/// Host code at `addr`, a line for each instruction: address, bytes, text. And how many there are.
pub fn host(code: &[u8], addr: u64) -> (String, usize) {
    let mut decoder = Decoder::with_ip(64, code, addr, DecoderOptions::NONE);
    let mut formatter = FastFormatter::new();
    formatter.options_mut().set_use_hex_prefix(true);
    let mut out = String::new();
    let mut count = 0;
    let mut insn = Instruction::default();
    let mut text = String::new();
    while decoder.can_decode() {
        let at = decoder.position();
        decoder.decode_out(&mut insn);
        text.clear();
        formatter.format(&insn, &mut text);
        let bytes: String =
            code[at..decoder.position()].iter().map(|b| format!("{b:02x}")).collect();
        writeln!(out, "{:#014x}:  {bytes:<22}  {text}", insn.ip()).unwrap_or_default();
        count += 1;
    }
    (out, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(guest_line(0x40_0000, 0xd65f_03c0), "0x000000400000:  d65f03c0  ret");
        assert_eq!(guest(0, 0x9100_0420), "add x0, x1, #1");
        assert_eq!(guest(0, 0), "udf #0");
        assert_eq!(guest(0, 0xffff_ffff), ".word 0xffffffff");
        let (text, count) = host(&[0x48, 0x01, 0xd8, 0xc3], 0x1000);
        assert_eq!(count, 2);
        let first = text.lines().next().expect("there are two");
        assert_eq!(first, "0x000000001000:  4801d8                  add rax,rbx");
    }
}
