//! Small programs run by the translating engine and by the interpreter: the same registers at the
//! same system call.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_host::{AltStack, HostContext, SigInfo, install_handler};
use xemu_interp::{Combined, Devices, HostMemory, Machine};
use xemu_jit::{Guest, HostFault, InterpEngine, JitConfig, JitEngine};
use xemu_lift::{LiftConfig, MaxInsns};
use xemu_x64::HostFeatures;

/// Guest code that lies in this process's memory.
struct Code {
    base: u64,
    words: Vec<u32>,
}

impl Guest for Code {
    fn fetch(&self, addr: u64) -> Result<u32, GuestFault> {
        let index = addr.wrapping_sub(self.base) / 4;
        let word = usize::try_from(index).ok().and_then(|i| self.words.get(i));
        let kind = FaultKind::FetchUnmapped;
        word.copied().ok_or(GuestFault { kind, addr, write: false })
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(Combined { memory: HostMemory, devices: NoDevices })
    }
}

struct NoDevices;

impl Devices for NoDevices {
    fn counter(&mut self) -> u64 {
        0
    }
    fn random(&mut self) -> Option<u64> {
        None
    }
    fn ic_ivau(&mut self, _: u64) {}
}

const BASE: u64 = 0x40_0000;

fn config(features: HostFeatures, cache_size: usize, link: bool) -> JitConfig {
    let max_insns = MaxInsns::USUAL;
    let eager = true;
    JitConfig {
        features,
        cache_size,
        link,
        eager,
        max_insns,
        ..JitConfig::new(LiftConfig::default())
    }
}

fn start(stack: &mut [u64]) -> CpuState {
    let mut cpu = CpuState { pc: BASE, ..CpuState::default() };
    cpu.set_sp((stack.as_mut_ptr_range().end as u64) & !15);
    cpu
}

/// Runs `words` to the first exit on both engines, at both host levels, and compares.
#[track_caller]
fn check(words: &[u32], setup: impl Fn(&mut CpuState), x0: u64) {
    let guest = Arc::new(Code { base: BASE, words: words.to_vec() });
    let mut stack = vec![0u64; 1 << 17];
    let interp = Arc::new(InterpEngine::new(guest.clone(), LiftConfig::default()));
    let mut expect = start(&mut stack);
    setup(&mut expect);
    let expected_exit = interp.new_thread().run(&mut expect);
    assert_eq!(expect.x[0], x0, "the interpreter's result");
    for features in [HostFeatures::V2, HostFeatures::detect()] {
        for (link, eager) in [(false, true), (true, true), (true, false)] {
            let config = JitConfig { eager, ..config(features, 4 << 20, link) };
            let engine = JitEngine::new(guest.clone(), config);
            let engine = Arc::new(engine.expect("memory"));
            let mut thread = engine.new_thread().expect("memory");
            let mut cpu = start(&mut stack);
            setup(&mut cpu);
            let exit = thread.run(&mut cpu).expect("the engine goes on");
            assert_eq!(exit, expected_exit, "{features:?} link {link}");
            assert_eq!(cpu.x, expect.x, "{features:?} link {link}");
            assert_eq!(cpu.v, expect.v);
            assert_eq!(cpu.pc, expect.pc);
        }
    }
}

const SVC: u32 = 0xd400_0001;
const RET: u32 = 0xd65f_03c0;

#[test]
fn counts_down() {
    // mov x0, #0; mov x1, #1000; loop: add x0, x0, x1; subs x1, x1, #1; b.ne loop; svc
    let words = [0xd280_0000, 0xd280_7d01, 0x8b01_0000, 0xf100_0421, 0x54ff_ffc1, SVC];
    check(&words, |_| (), 500_500);
}

#[test]
fn code_of_a_long_block_need_not_fit() {
    // Each becomes some hundred bytes; then fmov x0, d0; svc.
    const PMULL: u32 = 0x0e22_e020; // pmull v0.8h, v1.8b, v2.8b
    let mut words = vec![PMULL; 600];
    words.extend([0x9e66_0000, SVC]);
    let setup = |cpu: &mut CpuState| {
        cpu.v[1] = [0x53, 0];
        cpu.v[2] = [0xca, 0];
    };
    check(&words, setup, 0x3f7e);
}

#[test]
fn more_values_live_at_once_than_there_are_registers() {
    // add each of x0 to x30 and v0 to v31 to itself, then read all of them, then write them again,
    // so that none of the first sums is written to its register.
    let x = |n: u32| 0x8b00_0000 | n << 16 | n << 5 | n;
    let w = |n: u32| 0x0b00_0000 | n << 16 | n << 5 | n;
    let v = |n: u32| 0x4ee0_8400 | n << 16 | n << 5 | n;
    let into = |n: u32, m: u32| 0x8b00_0000 | n << 16 | m << 5 | m;
    let mut words = Vec::new();
    for _ in 0..2 {
        words.extend((0..31).map(x));
        words.extend((0..32).map(v));
        words.extend((0..30).map(|n| into(n, n + 1)));
        words.extend((0..31).map(w));
        words.extend((0..31).rev().map(x));
        words.extend((0..32).rev().map(v));
    }
    words.push(SVC);
    let setup = |cpu: &mut CpuState| {
        for n in 0..31 {
            cpu.x[n] = 0x1_2345_6789_u64 << n | n as u64;
            cpu.v[n] = [cpu.x[n], !cpu.x[n]];
        }
    };
    let expect = (0..2).fold(0x1_2345_6789_u64, |x0, _| u64::from((x0 as u32) << 2) << 1);
    check(&words, setup, expect);
}

#[test]
fn calls_and_returns() {
    // fib: cmp x0, #2; b.lo 1f; stp x29, x30, [sp, #-32]!; str x19, [sp, #16]; mov x19, x0;
    // sub x0, x0, #1; bl fib; mov x1, x19; mov x19, x0; sub x0, x1, #2; bl fib; add x0, x0, x19;
    // ldr x19, [sp, #16]; ldp x29, x30, [sp], #32; 1: ret
    let words = [
        0xd280_0280, // mov x0, #20
        0x9400_0002, // bl fib
        SVC,
        0xf100_081f,
        0x5400_01a3, // b.lo +52
        0xa9be_7bfd,
        0xf900_0bf3,
        0xaa00_03f3,
        0xd100_0400,
        0x97ff_fffa, // bl fib
        0xaa13_03e1,
        0xaa00_03f3,
        0xd100_0820,
        0x97ff_fff6, // bl fib
        0x8b13_0000,
        0xf940_0bf3,
        0xa8c2_7bfd,
        RET,
    ];
    check(&words, |_| (), 6765);
}

#[test]
fn indirect_branches_and_selects() {
    // adr x9, f; mov x2, #100; mov x0, #0; loop: blr x9; subs x2, x2, #1; csinc x3, x2, x3, ne;
    // b.hi loop; svc; f: add x0, x0, x2; ret
    let words = [
        0x1000_0109, // adr x9, +32
        0xd280_0c82,
        0xd280_0000,
        0xd63f_0120,
        0xf100_0442,
        0x9a83_1443,
        0x54ff_ffa8,
        SVC,
        0x8b02_0000,
        RET,
    ];
    check(&words, |_| (), 5050);
}

#[test]
fn code_translated_for_one_fpcr_does_not_run_with_another() {
    // Code behind the write of FPCR (DN) runs for the first time and calls what is translated.
    let words = [
        0xd2a0_4005, // mov x5, #0x2000000
        0x9400_0007, // bl f
        0x9400_0006, // bl f
        0x9400_0005, // bl f
        0xd51b_4405, // msr fpcr, x5
        0x9400_0003, // bl f
        0x9e66_0020, // fmov x0, d1
        SVC,
        0x1e60_2801, // f: fadd d1, d0, d0
        RET,
    ];
    let nan = 0x7ff8_0000_0000_0000;
    check(&words, |cpu| cpu.v[0][0] = nan | 0x123, nan);
}

/// Numbers whose product is less than the least normal double by less than half a unit in the last
/// place that it would have had if exponents had no limit.
const FACTORS: [u64; 2] = [0x20b0_0000_0000_0001, 0x1f4f_ffff_ffff_fffe];
const FPSR_TO_X0: u32 = 0xd53b_4420;

/// `f` with the given low halves in D0, D1 and D2.
fn with_doubles(d: [u64; 3]) -> impl Fn(&mut CpuState) {
    move |cpu| (0..3).for_each(|n| cpu.v[n][0] = d[n])
}

/// Lets the engine repair what traps, on the calling thread. The result is to be kept.
fn handle_traps() -> AltStack {
    static ENGINE: OnceLock<JitEngine> = OnceLock::new();
    fn handler(sig: i32, info: &SigInfo, ctx: &mut HostContext) {
        let fault = HostFault { sig, code: info.code(), addr: info.addr() };
        // The thread in generated code is found whichever engine is asked.
        if !ENGINE.get().is_some_and(|engine| engine.handle_host_fault(&fault, ctx)) {
            std::process::abort();
        }
    }
    const SIGFPE: i32 = 8;
    ENGINE.get_or_init(|| {
        let guest = Arc::new(Code { base: BASE, words: Vec::new() });
        let config = config(HostFeatures::detect(), 1 << 20, true);
        install_handler(SIGFPE, handler, 0, 0).expect("the host handles signals");
        JitEngine::new(guest, config).expect("memory")
    });
    AltStack::install(1 << 16).expect("memory")
}

#[test]
fn underflow_is_found_before_rounding() {
    let _stack = handle_traps();
    let [a, b] = FACTORS;
    // mrs x0, fpsr; fmul d3, d0, d1; mrs x0, fpsr; svc
    check(&[FPSR_TO_X0, 0x1e61_0803, FPSR_TO_X0, SVC], with_doubles([a, b, 0]), 0x18);
    // mrs x0, fpsr; fmadd d3, d0, d1, d2; mrs x0, fpsr; svc
    check(&[FPSR_TO_X0, 0x1f41_0803, FPSR_TO_X0, SVC], with_doubles([a, b, 0]), 0x18);
    // mrs x0, fpsr; fcvt s3, d0; mrs x0, fpsr; svc
    let narrowed = [0x380f_ffff_ffff_ffff, 0, 0];
    check(&[FPSR_TO_X0, 0x1e62_4003, FPSR_TO_X0, SVC], with_doubles(narrowed), 0x18);
}

#[test]
fn flushing_is_exact() {
    let _stack = handle_traps();
    let [a, b] = FACTORS;
    let run = |op: u32, d, fpsr, result| {
        for (read, x0) in [(FPSR_TO_X0, fpsr), (0x9e66_0060, result)] {
            // mov x1, #FZ; msr fpcr, x1; op; read; svc
            check(&[0xd2a0_2001, 0xd51b_4401, op, read, SVC], with_doubles(d), x0);
        }
    };
    // fmul d3, d0, d1: rounds up to the least normal number, but is flushed, which is not inexact
    run(0x1e61_0803, [a, b, 0], 8, 0);
    // fadd d3, d0, d1: a denormal operand beside a quiet NaN
    run(0x1e61_2803, [1, 0x7ff8_0000_0000_0001, 0], 0x80, 0x7ff8_0000_0000_0001);
    // fdiv d3, d0, d1: the denormal dividend counts as zero, so that division by zero is invalid
    run(0x1e61_1803, [1, 0, 0], 0x81, 0x7ff8_0000_0000_0000);
    // fsub d3, d0, d1: a difference that is tiny, exact, and flushed
    run(0x1e61_3803, [0x0010_0000_0000_0001, 0x0010_0000_0000_0000, 0], 8, 0);
    // frintz d3, d0: silent about denormal operands on x86
    run(0x1e65_c003, [1, 0, 0], 0x80, 0);
    // fdiv d3, d0, d1: one third
    run(0x1e61_1803, [0x3ff0 << 48, 0x4008 << 48, 0], 0x10, 0x3fd5_5555_5555_5555);
}

#[test]
fn undefined_and_misaligned() {
    check(&[0xd280_0020, 0x0000_1234], |_| (), 1);
    // br x1 to an odd address
    check(&[0xd61f_0020], |cpu| cpu.x[1] = BASE + 1, 0);
}

#[test]
fn a_tiny_cache_starts_anew() {
    // A chain of blocks longer than the cache: add x0, x0, #1; b +4.
    let mut words = Vec::new();
    for _ in 0..200_000 {
        words.extend([0x9100_0400, 0x1400_0001]);
    }
    words.push(SVC);
    let guest = Arc::new(Code { base: BASE, words });
    let config = config(HostFeatures::detect(), 1, true);
    let engine = Arc::new(JitEngine::new(guest, config).expect("memory"));
    let mut thread = engine.new_thread().expect("memory");
    let mut stack = vec![0u64; 64];
    for round in 1..4 {
        let mut cpu = start(&mut stack);
        let exit = loop {
            cpu.poll.store(0, Ordering::SeqCst);
            let exit = thread.run(&mut cpu).expect("goes on");
            if exit != Exit::Poll {
                break exit;
            }
        };
        assert_eq!(exit, Exit::Svc(0));
        assert_eq!(cpu.x[0], 200_000, "round {round}");
    }
    assert!(engine.stats().snapshot().cache_flushes >= 3);
}
