//! Compiles blocks, runs them on this processor, and compares with the interpreter.

use core::fmt::Write;

use iced_x86::{
    CpuidFeature, Decoder, DecoderOptions, EncodingKind, Formatter, Instruction, IntelFormatter,
};
use xemu_guest::{CpuState, HostFlags};
use xemu_host::{DualMapping, Mapping, Protection};
use xemu_interp::eval::{FpEnv, eval_op};
use xemu_interp::{BlockEnd, Interp};
use xemu_ir::{Analysis, Block, Effects, passes::forward, passes::liveness, verify};
use xemu_x64::contract::{Helper, IN_STATE, LOOKUP_ENTRIES, LeaveReason};
use xemu_x64::trampolines::{RETURN_SEARCH, Trampolines, assemble};
use xemu_x64::{CompileContext, Compiler, EvalCode, HostFeatures};

use crate::machine::Memory;

const SLOTS: usize = 4096;
const CODE: usize = 4 << 20;
const STACK: usize = 8192;
/// Bytes of guest memory.
pub const DATA: usize = 6144;

/// A compiled block.
pub struct Loaded {
    host: u64,
    targets: Vec<u64>,
    code: Vec<u8>,
}

/// Where compiled blocks run.
pub struct Runner {
    features: HostFeatures,
    compiler: Compiler,
    analysis: Analysis,
    trampolines: Trampolines,
    slots: Mapping,
    code: DualMapping,
    cursor: usize,
    stack: Mapping,
    table: Mapping,
    data: Mapping,
    interp: Interp,
}

/// NZCV at exits to such addresses is needed there.
pub fn flags_live_at(pc: u64) -> bool {
    pc & 4 != 0
}

impl Runner {
    pub fn new(features: HostFeatures) -> Self {
        let mut slots = Mapping::reserve(SLOTS + CODE).expect("memory");
        slots.protect(0, SLOTS, Protection::ReadWrite).expect("memory");
        let mut code = DualMapping::new(&slots, SLOTS, CODE).expect("memory");
        let trampolines = assemble();
        assert!(code.write(0, &trampolines.code));
        let map = |len| Mapping::anonymous(len, Protection::ReadWrite).expect("memory");
        let (stack, table, data) = (map(STACK), map(LOOKUP_ENTRIES as usize * 16), map(DATA));
        // SAFETY: the table is mapped and nobody uses it yet. No target is at this address.
        unsafe { table.as_ptr().cast::<u64>().write(u64::MAX) };
        Self {
            features,
            compiler: Compiler::new(features),
            analysis: Analysis::default(),
            cursor: trampolines.code.len().next_multiple_of(64),
            trampolines,
            slots,
            code,
            stack,
            table,
            data,
            interp: Interp::new(),
        }
    }

    /// The address of the guest memory, which the interpreter gets a copy of.
    pub fn data(&self) -> u64 {
        self.data.addr()
    }

    /// Compiles the block and checks the code's form.
    pub fn load(&mut self, block: &Block) -> Loaded {
        if let Err(e) = verify(block) {
            panic!("{e}");
        }
        let mut block = block.clone();
        forward::run(&mut block, IN_STATE, &mut Vec::new());
        let mut live = |pc| flags_live_at(pc);
        let mut ctx = liveness::Context { flags_live_at: &mut live };
        liveness::run(&mut block, &mut ctx, &mut self.analysis);
        const MOST: usize = 1 << 16;
        if self.cursor + MOST > CODE {
            self.cursor = self.trampolines.code.len().next_multiple_of(64);
            // Serialises, so that old instructions at the same place are not run again.
            core::arch::x86_64::__cpuid(0);
        }
        let host = self.code.exec_addr() + self.cursor as u64;
        let ctx = CompileContext {
            code_addr: host,
            slots_addr: self.slots.addr(),
            first_slot: 0,
            loop_inside: false,
            strip_tags: false,
            check_tags: false,
            guard_stores: false,
        };
        let compiled = self.compiler.compile(&block, &self.analysis, &ctx).expect("encodable");
        let bytes = compiled.code.to_vec();
        let targets = compiled.exits.iter().map(|e| e.target).collect();
        assert!(bytes.len() <= MOST && compiled.exits.len() * 8 <= SLOTS, "{block}");
        for (n, exit) in compiled.exits.iter().enumerate() {
            // SAFETY: the slots are mapped writable, and slot `n` is among them as asserted.
            let slot = unsafe { self.slots.as_ptr().cast::<u64>().add(n) };
            // SAFETY: the slot is mapped and aligned, and no generated code runs now.
            unsafe { slot.write(host + u64::from(exit.stub)) };
        }
        if let Some(bad) = bad_instruction(&bytes, self.features) {
            panic!("{bad}\n{block}\n{}", disassemble(&bytes));
        }
        assert!(self.code.write(self.cursor, &bytes));
        self.cursor = (self.cursor + bytes.len()).next_multiple_of(64);
        Loaded { host, targets, code: bytes }
    }

    fn set_engine(&self, cpu: &mut CpuState) {
        let base = self.code.exec_addr();
        for (n, offset) in self.trampolines.helpers.iter().enumerate() {
            cpu.engine.helpers[n] = if *offset == 0 { 0 } else { base + *offset as u64 };
        }
        let eval: extern "C" fn(&mut CpuState, u64) = eval_out_of_line;
        cpu.engine.helpers[Helper::EvalFn as usize] = eval as usize as u64;
        cpu.engine.lookup_table = self.table.addr().into();
        let above = RETURN_SEARCH as u64 * 16 + 16;
        cpu.engine.return_sp = self.stack.addr() + STACK as u64 - above;
        let lookup = cpu.engine.helpers[Helper::Lookup as usize];
        let mut at = cpu.engine.return_sp;
        while at < self.stack.addr() + STACK as u64 {
            // SAFETY: the pair is inside the stack's mapping, aligned, and nobody runs on it now.
            unsafe { (at as *mut [u64; 2]).write([lookup, u64::MAX]) };
            at += 16;
        }
    }

    fn memory(&mut self) -> &mut [u8] {
        // SAFETY: the mapping is of that length and lives as long as `self`; generated code does
        // not run while the result is borrowed.
        unsafe { core::slice::from_raw_parts_mut(self.data.as_ptr(), DATA) }
    }

    /// Runs the code on `cpu`.
    fn enter(&mut self, loaded: &Loaded, cpu: &mut CpuState) {
        self.set_engine(cpu);
        let enter = self.code.exec_addr() + self.trampolines.enter as u64;
        // SAFETY: the trampoline has this signature.
        let enter: extern "C" fn(*mut CpuState, u64) =
            unsafe { core::mem::transmute(enter as usize) };
        enter(cpu, loaded.host);
        match LeaveReason::from_u32(cpu.engine.leave_reason) {
            Some(LeaveReason::Link) => cpu.pc = loaded.targets[cpu.engine.leave_arg as usize],
            Some(LeaveReason::Lookup) => {}
            other => panic!("left because of {other:?}"),
        }
    }

    /// Runs the block from `start` both ways and compares everything.
    pub fn compare(&mut self, block: &Block, loaded: &Loaded, start: &CpuState, data: &[u8]) {
        let mut host = Box::new(start.clone());
        let mut want = start.clone();
        self.memory().copy_from_slice(data);
        self.enter(loaded, &mut host);
        let mut memory = Memory { base: self.data(), bytes: data.to_vec() };
        let end = self.interp.run_block(block, &mut want, &mut memory);
        assert_eq!(end, BlockEnd::Next, "{block}");
        let mut diff = differences(&host, &want);
        if *self.memory() != *memory.bytes {
            diff.push_str("memory differs\n");
        }
        if !diff.is_empty() {
            let features = self.features;
            let code = disassemble(&loaded.code);
            panic!("{features:?}\n{block}\n{code}\nstart\n{}\n{diff}", registers(start));
        }
    }
}

/// What differs: compiled, then interpreted.
fn differences(host: &CpuState, want: &CpuState) -> String {
    let mut out = String::new();
    let mut line = |name: &str, host: String, want: String| {
        if host != want {
            let _ = writeln!(out, "{name}: {host}, should be {want}");
        }
    };
    for n in 0..32 {
        line(&format!("x{n}"), hex(&[host.x[n]]), hex(&[want.x[n]]));
        line(&format!("v{n}"), hex(&host.v[n]), hex(&want.v[n]));
    }
    line("pc", hex(&[host.pc]), hex(&[want.pc]));
    if flags_live_at(want.pc) {
        line("nzcv", nzcv(host.flags), nzcv(want.flags));
    }
    line("fpsr", hex(&[host.fpsr().0.into()]), hex(&[want.fpsr().0.into()]));
    line("monitor", format!("{:x?}", host.monitor), format!("{:x?}", want.monitor));
    out
}

fn hex(halves: &[u64]) -> String {
    halves.iter().rev().map(|h| format!("{h:016x}")).collect::<Vec<_>>().join("_")
}

fn nzcv(flags: HostFlags) -> String {
    format!("{:04b}", flags.to_nzcv().0 >> 28)
}

fn registers(cpu: &CpuState) -> String {
    let mut out = format!("nzcv {}\n", nzcv(cpu.flags));
    for n in 0..32 {
        let _ = writeln!(out, "x{n} {} v{n} {}", hex(&[cpu.x[n]]), hex(&cpu.v[n]));
    }
    out
}

extern "C" fn eval_out_of_line(cpu: &mut CpuState, code: u64) {
    let code = EvalCode(code as u32);
    let wide = |pair: [u64; 2]| u128::from(pair[0]) | u128::from(pair[1]) << 64;
    let op = code.op();
    let count = op.info().args.len();
    let scratch = cpu.engine.scratch;
    let args = core::array::from_fn(|n| if n < count { wide(scratch[n]) } else { 0 });
    let mut env = FpEnv { fpcr: cpu.fpcr, fpsr: xemu_guest::Fpsr(0), nzcv: cpu.flags.to_nzcv() };
    let result = eval_op(op, code.a(), code.b(), cpu.engine.leave_addr, &args, &mut env);
    cpu.engine.scratch[0] = [result as u64, (result >> 64) as u64];
    cpu.raise_fpsr(env.fpsr.0);
    if op.info().effects.has(Effects::WRITES_FLAGS) {
        cpu.flags = HostFlags::from_nzcv(env.nzcv);
    }
}

/// The block's instructions, without the constants behind them.
fn instructions(code: &[u8]) -> Vec<Instruction> {
    let mut end = code.len() as u64;
    let mut all = Vec::new();
    for insn in Decoder::new(64, code, DecoderOptions::NONE).iter() {
        if insn.ip() >= end {
            break;
        }
        if insn.is_ip_rel_memory_operand() && insn.memory_displacement64() < code.len() as u64 {
            end = end.min(insn.memory_displacement64());
        }
        all.push(insn);
    }
    all
}

/// An instruction that is none, or that a host with `features` does not have, or a legacy vector
/// instruction among VEX ones.
fn bad_instruction(code: &[u8], features: HostFeatures) -> Option<String> {
    use CpuidFeature::*;
    for insn in instructions(code) {
        if insn.is_invalid() {
            return Some(format!("no instruction at {:#x}", insn.ip()));
        }
        let legacy = insn.code().encoding() == EncodingKind::Legacy;
        let known = |f: &CpuidFeature| match f {
            AVX | AVX2 => features.avx2,
            FMA => features.fma,
            F16C => features.f16c,
            BMI1 => features.bmi1,
            BMI2 => features.bmi2,
            CpuidFeature::LZCNT => features.lzcnt,
            AES => features.aes,
            PCLMULQDQ => features.pclmul,
            CpuidFeature::SHA => features.sha,
            AVX512F | AVX512VL => features.avx512vl,
            SSE | SSE2 | SSE3 | SSSE3 | SSE4_1 | SSE4_2 => {
                !legacy || !features.avx2 || control(&insn)
            }
            POPCNT => true,
            other => !format!("{other:?}").starts_with("AVX512"),
        };
        if !insn.cpuid_features().iter().all(known) {
            return Some(format!("{insn} needs {:?}", insn.cpuid_features()));
        }
    }
    None
}

/// Instructions of the SSE groups that touch no vector register.
fn control(insn: &Instruction) -> bool {
    !(0..insn.op_count()).any(|n| {
        insn.op_kind(n) == iced_x86::OpKind::Register && insn.op_register(n).is_vector_register()
    })
}

fn disassemble(code: &[u8]) -> String {
    let mut out = String::new();
    let mut formatter = IntelFormatter::new();
    for insn in instructions(code) {
        let mut text = String::new();
        formatter.format(&insn, &mut text);
        let _ = writeln!(out, "{:4x} {text}", insn.ip());
    }
    out
}
