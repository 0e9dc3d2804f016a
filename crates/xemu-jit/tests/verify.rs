//! The verifying engine: it agrees where it should, and tells where it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_interp::{Combined, Devices, HostMemory, Machine};
use xemu_jit::{Guest, JitConfig, VerifyEngine, VerifyError};
use xemu_lift::LiftConfig;

const BASE: u64 = 0x40_0000;
const SVC: u32 = 0xd400_0001;

struct Code {
    words: Vec<u32>,
    /// Fetches of the first word after this many give the last word instead.
    truthful: AtomicU32,
}

impl Guest for Code {
    fn fetch(&self, addr: u64) -> Result<u32, GuestFault> {
        let kind = FaultKind::FetchUnmapped;
        let index = addr.wrapping_sub(BASE) / 4;
        if index == 0 && self.truthful.load(Ordering::Relaxed) == 0 {
            return Ok(*self.words.last().expect("there is code"));
        }
        if index == 0 {
            self.truthful.fetch_sub(1, Ordering::Relaxed);
        }
        let word = usize::try_from(index).ok().and_then(|i| self.words.get(i));
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

fn run(words: &[u32], truthful: u32) -> (CpuState, Result<Exit, VerifyError>) {
    let guest = Arc::new(Code { words: words.to_vec(), truthful: AtomicU32::new(truthful) });
    let config = JitConfig { cache_size: 4 << 20, ..JitConfig::new(LiftConfig::default()) };
    let engine = Arc::new(VerifyEngine::new(guest, config).expect("memory"));
    let mut thread = engine.new_thread().expect("memory");
    let mut stack = vec![0u64; 1 << 12];
    let mut cpu = CpuState { pc: BASE, ..CpuState::default() };
    cpu.set_sp((stack.as_mut_ptr_range().end as u64) & !15);
    let result = thread.run(&mut cpu);
    (cpu, result)
}

#[test]
fn engines_agree() {
    let words = [
        0xd280_0000, // mov x0, #0
        0xd280_0c81, // mov x1, #100
        0xa9bf_03e1, // stp x1, x0, [sp, #-16]!
        0x9400_0004, // bl +16
        0xa8c1_03e1, // ldp x1, x0, [sp], #16
        0xf100_0421, // subs x1, x1, #1
        SVC,
        0x8b01_0000, // add x0, x0, x1
        0xf100_0421, // subs x1, x1, #1
        0x54ff_ffc1, // b.ne -8
        0xf900_07e0, // str x0, [sp, #8]
        0x1e62_0002, // scvtf d2, w0
        0xd65f_03c0, // ret
    ];
    let (cpu, result) = run(&words, u32::MAX);
    assert!(matches!(result, Ok(Exit::Svc(0))), "{result:?}");
    assert_eq!((cpu.x[0], cpu.x[1], cpu.pc), (5050, 99, BASE + 28));
}

#[test]
fn a_difference_is_reported() {
    // The translator reads mov x0, #1 and the interpreter mov x0, #2.
    let (_, result) = run(&[0xd280_0020, SVC, 0xd280_0040], 1);
    let Err(VerifyError::Mismatch(mismatch)) = result else { panic!("{result:?}") };
    assert_eq!(mismatch.differences, ["x0: interpreter 0x2, code 0x1"]);
    assert_eq!(mismatch.translated.block.pc, BASE);
    assert_eq!(mismatch.path, [(BASE, 0xd280_0040), (BASE + 4, SVC)]);
}
