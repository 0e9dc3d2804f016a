//! Decodes what the encoder wrote with iced-x86 and renders it as comparable text.

use iced_x86::{
    Decoder, DecoderOptions, Encoder, Instruction, MemorySize, Mnemonic, OpKind, Register,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use xemu_x64::asm::{Asm, Gpr, Mem, Width, Xmm, reg::*};

pub const WIDTHS: [Width; 4] = [Width::B8, Width::W16, Width::W32, Width::W64];
pub const WORDS: [Width; 3] = [Width::W16, Width::W32, Width::W64];
pub const BIG: [Width; 2] = [Width::W32, Width::W64];
/// Registers whose numbers are special somewhere: in ModRM, SIB, REX or as bytes.
pub const GPRS: [Gpr; 9] = [RAX, RCX, RSP, RBP, RSI, R8, R12, R13, R15];
pub const XMMS: [Xmm; 4] = [XMM0, XMM5, XMM8, XMM15];

pub fn lower(value: impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}

pub fn all_gprs() -> impl Iterator<Item = Gpr> {
    (0..16).map(Gpr::new)
}

pub fn all_xmms() -> impl Iterator<Item = Xmm> {
    (0..16).map(Xmm::new)
}

/// The name iced gives to a register.
pub fn name(w: Width, reg: Gpr) -> String {
    const LOW: [&str; 8] = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
    const BYTE: [&str; 8] = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"];
    let n = usize::from(reg.index());
    match (w, n < 8) {
        (Width::B8, true) => BYTE[n].to_owned(),
        (Width::W16, true) => LOW[n].to_owned(),
        (Width::W32, true) => format!("e{}", LOW[n]),
        (Width::W64, true) => format!("r{}", LOW[n]),
        (Width::B8, false) => format!("r{n}l"),
        (Width::W16, false) => format!("r{n}w"),
        (Width::W32, false) => format!("r{n}d"),
        (Width::W64, false) => format!("r{n}"),
    }
}

/// A memory operand that can be rendered.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub base: Option<Gpr>,
    pub index: Option<Gpr>,
    pub scale: u8,
    pub disp: i32,
}

impl Place {
    pub fn mem(self) -> Mem {
        Mem::new(self.base, self.index, self.scale, self.disp)
    }

    pub fn text(self) -> String {
        let mut terms = BTreeMap::new();
        if let Some(base) = self.base {
            *terms.entry(name(Width::W64, base)).or_default() += 1;
        }
        if let Some(index) = self.index {
            *terms.entry(name(Width::W64, index)).or_default() += 1 << self.scale;
        }
        address(&terms, i64::from(self.disp))
    }
}

fn address(terms: &BTreeMap<String, u32>, disp: i64) -> String {
    let mut text = String::from("[");
    for (register, factor) in terms {
        write!(text, "{register}*{factor}+").expect("invariant: strings grow");
    }
    write!(text, "{disp:#x}]").expect("invariant: strings grow");
    text
}

const DISPS: [i32; 10] = [0, 1, -1, 127, -128, 128, -129, 0x1234_5678, i32::MIN, i32::MAX];

/// Every combination of special registers, scales and displacement sizes.
pub fn all_places() -> Vec<Place> {
    let mut places = Vec::new();
    let bases = GPRS.into_iter().map(Some).chain([None]);
    for base in bases {
        for disp in DISPS {
            places.push(Place { base, index: None, scale: 0, disp });
            for index in GPRS.into_iter().filter(|&index| index != RSP) {
                for scale in 0..4 {
                    places.push(Place { base, index: Some(index), scale, disp });
                }
            }
        }
    }
    places
}

/// One operand of each shape.
pub fn some_places() -> Vec<Place> {
    let place = |base, index, scale, disp| Place { base, index, scale, disp };
    vec![
        place(Some(RAX), None, 0, 0),
        place(Some(RBP), None, 0, 0),
        place(Some(RSP), None, 0, 8),
        place(Some(R12), None, 0, -128),
        place(Some(R13), None, 0, 128),
        place(Some(R15), Some(R12), 3, 0),
        place(Some(RBX), Some(R9), 2, 0x1000),
        place(Some(R13), Some(RCX), 1, -1),
        place(Some(RBP), Some(RAX), 0, 0),
        place(None, Some(RSI), 3, 64),
        place(None, Some(R14), 1, 5),
        place(None, None, 0, 0x7000),
    ]
}

/// Emits into a buffer and compares; counts what was compared.
pub struct Checker {
    pub asm: Asm,
    pub count: usize,
}

impl Checker {
    pub fn new(avx: bool) -> Self {
        Self { asm: Asm::new(avx), count: 0 }
    }

    /// What `emit` writes must decode to `expect`, and be no longer than iced's encoding.
    #[track_caller]
    pub fn check(&mut self, emit: impl FnOnce(&mut Asm), expect: &str) {
        self.asm.reset();
        emit(&mut self.asm);
        let code = self.asm.finish().expect("no label is open");
        let actual = render(code);
        assert_eq!(actual, expect, "bytes {code:02x?}");
        self.count += 1;
    }

    /// As `check`, with the size of the memory operand in bytes.
    #[track_caller]
    pub fn check_mem(&mut self, emit: impl FnOnce(&mut Asm), expect: &str, size: u32) {
        self.check(emit, expect);
        let mut decoder = Decoder::new(64, self.asm.code(), DecoderOptions::NONE);
        let instruction = decoder.decode();
        let seen = instruction.memory_size();
        assert_eq!(seen.size(), size as usize, "{expect}: memory size {seen:?}");
    }

    /// As `check`, with the exact length in bytes.
    #[track_caller]
    pub fn check_len(&mut self, emit: impl FnOnce(&mut Asm), expect: &str, len: usize) {
        self.check(emit, expect);
        assert_eq!(self.asm.pos(), len, "{expect}: {:02x?}", self.asm.code());
    }
}

/// All instructions in `code`, separated by semicolons.
pub fn render(code: &[u8]) -> String {
    let mut decoder = Decoder::new(64, code, DecoderOptions::NONE);
    let mut text = String::new();
    while decoder.can_decode() {
        let instruction = decoder.decode();
        assert!(!instruction.is_invalid(), "not an instruction: {code:02x?} after {text}");
        if !text.is_empty() {
            text.push_str("; ");
        }
        render_one(&instruction, &mut text);
        compare_length(&instruction, &text);
    }
    text
}

fn render_one(instruction: &Instruction, text: &mut String) {
    if instruction.has_lock_prefix() {
        text.push_str("lock ");
    }
    if instruction.has_rep_prefix() {
        text.push_str("rep ");
    }
    let mnemonic = format!("{:?}", instruction.mnemonic()).to_lowercase();
    let mut operands: Vec<String> =
        (0..instruction.op_count()).map(|i| operand(instruction, i)).collect();
    sort_sources(&mnemonic, &mut operands);
    text.push_str(&mnemonic);
    if !operands.is_empty() {
        text.push(' ');
        text.push_str(&operands.join(","));
    }
}

fn operand(instruction: &Instruction, index: u32) -> String {
    match instruction.op_kind(index) {
        OpKind::Register => format!("{:?}", instruction.op_register(index)).to_lowercase(),
        OpKind::Memory if instruction.is_ip_rel_memory_operand() => {
            format!("[={:#x}]", instruction.ip_rel_memory_address())
        }
        OpKind::Memory => {
            let mut terms = BTreeMap::new();
            let lower = |register: Register| format!("{register:?}").to_lowercase();
            if instruction.memory_base() != Register::None {
                *terms.entry(lower(instruction.memory_base())).or_default() += 1;
            }
            if instruction.memory_index() != Register::None {
                *terms.entry(lower(instruction.memory_index())).or_default() +=
                    instruction.memory_index_scale();
            }
            address(&terms, instruction.memory_displacement64().cast_signed())
        }
        OpKind::NearBranch64 => format!("->{:#x}", instruction.near_branch_target()),
        OpKind::MemorySegRSI | OpKind::MemoryESRDI => "string".to_owned(),
        _ => immediate(instruction, index),
    }
}

/// The immediate cut to the size of the first operand, in hexadecimal.
fn immediate(instruction: &Instruction, index: u32) -> String {
    let size = match instruction.op_kind(0) {
        OpKind::Register => instruction.op_register(0).size(),
        OpKind::Memory if instruction.memory_size() != MemorySize::Unknown => {
            instruction.memory_size().size()
        }
        _ => 8,
    };
    format!("{:#x}", instruction.immediate(index) & mask(size * 8))
}

fn mask(bits: usize) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}

/// How `immediate` renders `value` for an operation of width `w`.
pub fn imm(w: Width, value: i32) -> String {
    format!("{:#x}", i64::from(value).cast_unsigned() & mask(w.bits() as usize))
}

/// VEX operations whose sources the encoder may exchange; written down here once more on purpose.
pub const COMMUTING: &[&str] = &[
    "paddb", "paddw", "paddd", "paddq", "paddsb", "paddsw", "paddusb", "paddusw", "pavgb", "pavgw",
    "psadbw", "pmullw", "pmulhw", "pmulhuw", "pmulhrsw", "pmulld", "pmuludq", "pmuldq", "pmaddwd",
    "pcmpeqb", "pcmpeqw", "pcmpeqd", "pcmpeqq", "pminsb", "pminsw", "pminsd", "pminub", "pminuw",
    "pminud", "pmaxsb", "pmaxsw", "pmaxsd", "pmaxub", "pmaxuw", "pmaxud", "pand", "por", "pxor",
    "andps", "andpd", "orps", "orpd", "xorps", "xorpd",
];

/// Puts the two register sources of a commuting VEX operation into one order.
pub fn sort_sources(mnemonic: &str, operands: &mut [String]) {
    let commutes = mnemonic.strip_prefix('v').is_some_and(|m| COMMUTING.contains(&m));
    if commutes && operands.len() == 3 && operands[2].starts_with('x') {
        operands[1..].sort();
    }
}

/// The encoder may not need more bytes than iced does for the same instruction.
fn compare_length(instruction: &Instruction, text: &str) {
    if instruction.mnemonic() == Mnemonic::Nop || instruction.is_jcc_near() {
        return;
    }
    let mut copy = *instruction;
    let has_memory = (0..copy.op_count()).any(|i| copy.op_kind(i) == OpKind::Memory);
    if has_memory && !copy.is_ip_rel_memory_operand() {
        let size = match (copy.memory_base(), copy.memory_displacement64()) {
            (Register::None, _) => 8,
            (_, 0) => 0,
            _ => 1,
        };
        copy.set_memory_displ_size(size);
    }
    let len = Encoder::new(64).encode(&copy, 0).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert!(instruction.len() <= len, "{text}: {} bytes, iced {len}", instruction.len());
}
