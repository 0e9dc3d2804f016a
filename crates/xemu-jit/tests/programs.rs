//! Small programs run by the translating engine and by the interpreter: the same registers at the
//! same system call.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_interp::{Combined, Devices, HostMemory, Machine};
use xemu_jit::{Guest, InterpEngine, JitConfig, JitEngine};
use xemu_lift::LiftConfig;
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
    let max_insns = 64;
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
