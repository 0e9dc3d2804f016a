//! Blocks in text form, run on a small memory.

use xemu_guest::{CpuState, Exit, FaultKind, Fpcr, Fpsr, GuestFault, Nzcv};
use xemu_ir::{Block, Inst, Op, RmwKind, Ty, Val, parse, verify};

use crate::eval::is_value_op;
use crate::{BlockEnd, Combined, Devices, GuestMemory, Interp, Overlay, rmw_result, untag};

const START: u64 = 0x1000;
const END: u64 = 0x1100;
/// From here on, memory cannot be written.
const CONSTANT: u64 = 0x10c0;

/// Memory from `START` to `END` whose bytes are their addresses' low bytes at first.
struct Small(Vec<u8>);

impl Small {
    fn new() -> Self {
        Small((START..END).map(|addr| addr as u8).collect())
    }

    fn check(&self, addr: u64, size: u32, write: bool) -> Result<usize, GuestFault> {
        let end = addr.wrapping_add(size.into());
        let kind = if addr < START || end > END {
            FaultKind::Unmapped
        } else if write && end > CONSTANT {
            FaultKind::Permission
        } else {
            return Ok((addr - START) as usize);
        };
        Err(GuestFault { kind, addr, write })
    }
}

impl GuestMemory for Small {
    fn read(&mut self, addr: u64, size: u32) -> Result<u128, GuestFault> {
        let at = self.check(addr, size, false)?;
        let bytes = &self.0[at..at + size as usize];
        Ok(bytes.iter().rev().fold(0, |v, &b| v << 8 | u128::from(b)))
    }
    fn write(&mut self, addr: u64, size: u32, value: u128) -> Result<(), GuestFault> {
        let at = self.check(addr, size, true)?;
        self.0[at..at + size as usize].copy_from_slice(&value.to_le_bytes()[..size as usize]);
        Ok(())
    }
    fn rmw(&mut self, addr: u64, size: u32, kind: RmwKind, value: u64) -> Result<u64, GuestFault> {
        self.check_write(addr, size)?;
        let old = self.read(addr, size)? as u64;
        self.write(addr, size, rmw_result(kind, size, old, value).into())?;
        Ok(old)
    }
    fn cas(&mut self, addr: u64, size: u32, expected: u64, new: u64) -> Result<u64, GuestFault> {
        self.check_write(addr, size)?;
        let old = self.read(addr, size)? as u64;
        if old == expected {
            self.write(addr, size, new.into())?;
        }
        Ok(old)
    }
    fn cas128(&mut self, addr: u64, expected: u128, new: u128) -> Result<u128, GuestFault> {
        self.check_write(addr, 16)?;
        let old = self.read(addr, 16)?;
        if old == expected {
            self.write(addr, 16, new)?;
        }
        Ok(old)
    }
    fn check_write(&mut self, addr: u64, size: u32) -> Result<(), GuestFault> {
        self.check(addr, size, true).map(drop)
    }
    fn dc_zva(&mut self, addr: u64) -> Result<(), GuestFault> {
        (0..64).step_by(8).try_for_each(|offset| self.write((addr & !63) + offset, 8, 0))
    }
}

/// Devices with answers that tests know.
#[derive(Default)]
struct Fixed {
    random: Option<u64>,
    invalidated: Vec<u64>,
}

impl Devices for Fixed {
    fn counter(&mut self) -> u64 {
        12345
    }
    fn random(&mut self) -> Option<u64> {
        self.random
    }
    fn ic_ivau(&mut self, addr: u64) {
        self.invalidated.push(addr);
    }
}

struct Bench {
    cpu: CpuState,
    machine: Combined<Small, Fixed>,
}

impl Bench {
    /// X0 is the start of memory, X1 to X30 are their numbers.
    fn new() -> Self {
        let x = core::array::from_fn(|i| if i == 0 { START } else { i as u64 });
        let cpu = CpuState { x, pc: 0x4000, ..CpuState::default() };
        Bench { cpu, machine: Combined { memory: Small::new(), devices: Fixed::default() } }
    }

    /// Runs the instructions as the block at 0x4000.
    #[track_caller]
    fn run(&mut self, text: &str) -> BlockEnd {
        let block = parse(&format!("block 0x4000\ninsn #0x4000\n{text}")).expect("the text parses");
        if let Err(e) = verify(&block) {
            panic!("{e}");
        }
        Interp::new().run_block(&block, &mut self.cpu, &mut self.machine)
    }
}

/// Runs a block that ends with `goto` and gives X2.
#[track_caller]
fn x2(text: &str) -> u64 {
    let mut bench = Bench::new();
    assert_eq!(bench.run(text), BlockEnd::Next);
    assert_eq!(bench.cpu.pc, 0x4004);
    bench.cpu.x[2]
}

#[test]
fn loads_extend_and_scale() {
    let load = |op: &str, set: &str| {
        x2(&format!("%1 = get_x x0\n%2 = get_x x16\n%3 = {op}\n{set} x2 %3\ngoto #0x4004"))
    };
    assert_eq!(load("load64 0 %1 - #0x8", "set_x"), 0x0f0e_0d0c_0b0a_0908);
    assert_eq!(load("load32 2 %1 %2 #0x0", "set_w"), 0x4342_4140);
    assert_eq!(load("load8_s64 0 %1 - #0x80", "set_x"), 0xffff_ffff_ffff_ff80);
    assert_eq!(load("load8_s32 0 %1 - #0x80", "set_w"), 0xffff_ff80);
    assert_eq!(load("load16_s64 0 %1 %2 #0xfffffffffffffff1", "set_x"), 0x0201);
    assert_eq!(load("load32_s64 0 %1 - #0x80", "set_x"), 0xffff_ffff_8382_8180);
}

#[test]
fn tags_are_ignored() {
    assert_eq!(untag(0x12ff_8000_0000_0000), 0xffff_8000_0000_0000);
    assert_eq!(untag(0xff00_8000_0000_0000), 0x0000_8000_0000_0000);
    let mut bench = Bench::new();
    bench.cpu.x[0] |= 0xab << 56;
    let end = bench.run("%1 = get_x x0\n%2 = load8 0 %1 - #0x7\nset_w x2 %2\nret %1");
    assert_eq!((end, bench.cpu.x[2], bench.cpu.pc), (BlockEnd::Next, 7, START));
}

#[test]
fn vectors_go_through_memory() {
    let mut bench = Bench::new();
    bench.run(
        "%1 = get_x x0\n%2 = load_v 0 .q %1 - #0x0\nset_v q3 .d %2\n\
         store_v 0 .h %1 - %2 #0x20\ngoto #0x0",
    );
    assert_eq!(bench.cpu.v[3], [0x0706_0504_0302_0100, 0]);
    assert_eq!(bench.machine.memory.read(START + 0x20, 4), Ok(0x2322_0100));
}

#[test]
fn faults_leave_the_instruction_undone() {
    let mut bench = Bench::new();
    let end = bench.run(
        "%1 = get_x x0\n%2 = get_x x5\nset_x x2 %2\n\
         insn #0x4004\n%5 = const64 #0x10c0\n%6 = load64 0 %1 - #0x0\n\
         store64 0 %5 - %6 #0x0\nset_x x2 %6\ngoto #0x4008",
    );
    let fault = GuestFault { kind: FaultKind::Permission, addr: 0x10c0, write: true };
    assert_eq!(end, BlockEnd::Exit(Exit::Fault(fault)));
    assert_eq!((bench.cpu.pc, bench.cpu.x[2]), (0x4004, 5));
}

#[test]
fn alignment() {
    let check = |addr: u64, attrs: &str| {
        let mut bench = Bench::new();
        bench.run(&format!("%1 = const64 #{addr:#x}\ncheck_align {attrs} %1\ngoto #0x0"))
    };
    let misaligned =
        |addr| Exit::Fault(GuestFault { kind: FaultKind::Misaligned, addr, write: false });
    assert_eq!(check(0x1004, ".s 0"), BlockEnd::Next);
    assert_eq!(check(0x1004, ".d 0"), BlockEnd::Exit(misaligned(0x1004)));
    assert_eq!(check(0x1008, ".d 1"), BlockEnd::Next);
    assert_eq!(check(0x1009, ".d 1"), BlockEnd::Exit(misaligned(0x1009)));
}

const EXCLUSIVE: &str = "%1 = get_x x0\n%2 = load_ex .s %1\nset_x x2 %2\n";

#[test]
fn exclusive_stores_need_the_mark() {
    let store = "%5 = get_x x7\n%6 = store_ex .s %1 %5\nset_w x3 %6\ngoto #0x0";
    let mut bench = Bench::new();
    bench.run(&format!("{EXCLUSIVE}insn #0x4004\n{store}"));
    assert_eq!((bench.cpu.x[2], bench.cpu.x[3]), (0x0302_0100, 0));
    assert_eq!(bench.machine.memory.read(START, 8), Ok(0x0706_0504_0000_0007));
    assert_eq!(bench.cpu.monitor.size, 0);

    // The second store finds no mark, one behind CLREX neither, and one of changed memory.
    bench.run(&format!("%1 = get_x x0\nnop\n{store}"));
    assert_eq!(bench.cpu.x[3], 1);
    bench.run(&format!("{EXCLUSIVE}clrex\n{store}"));
    assert_eq!(bench.cpu.x[3], 1);
    bench.run(&format!("{EXCLUSIVE}goto #0x4004"));
    bench.machine.memory.write(START, 1, 99).expect("memory is writable");
    bench.run(&format!("%1 = get_x x0\nnop\n{store}"));
    assert_eq!((bench.cpu.x[3], bench.cpu.monitor.size), (1, 0));
}

#[test]
fn exclusive_pairs() {
    let mut bench = Bench::new();
    bench.cpu.v[1] = [1, 2];
    bench.run(
        "%1 = get_x x0\n%2 = load_ex128 %1\n%3 = get_v q1\n%4 = store_ex128 %1 %3\n\
         set_w x3 %4\nset_v q2 .q %2\ngoto #0x0",
    );
    assert_eq!(bench.cpu.x[3], 0);
    assert_eq!(bench.cpu.v[2], [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]);
    assert_eq!(bench.machine.memory.read(START, 16), Ok(2 << 64 | 1));
}

#[test]
fn atomics() {
    let rmw = |kind: &str| {
        let mut bench = Bench::new();
        bench.cpu.x[5] = 0xffff_ff85;
        bench.run(&format!(
            "%1 = get_x x0\n%2 = get_x x5\n%3 = atomic_rmw .b {kind} %1 %2\nset_x x2 %3\ngoto #0x0"
        ));
        assert_eq!(bench.cpu.x[2], 0);
        bench.machine.memory.read(START, 2).expect("memory is readable")
    };
    assert_eq!(rmw("add"), 0x0185);
    assert_eq!(rmw("smax"), 0x0100);
    assert_eq!(rmw("umax"), 0x0185);
    assert_eq!(rmw("smin"), 0x0185);
    assert_eq!(rmw("clr"), 0x0100);
    assert_eq!(rmw("swp"), 0x0185);
    let mut bench = Bench::new();
    // The comparison takes the low byte only.
    bench.run(
        "%1 = get_x x0\n%2 = const64 #0xff00\n%3 = get_x x9\n%4 = atomic_cas .b %1 %2 %3\n\
         set_x x2 %4\ngoto #0x0",
    );
    assert_eq!(bench.machine.memory.read(START, 2), Ok(0x0109));
}

#[test]
fn ends_set_pc() {
    let end = |text: &str| {
        let mut bench = Bench::new();
        (bench.run(text), bench.cpu.pc)
    };
    assert_eq!(end("svc 52 18"), (BlockEnd::Exit(Exit::Svc(0x1234)), 0x4004));
    assert_eq!(end("brk 1 0"), (BlockEnd::Exit(Exit::Brk(1)), 0x4000));
    let undefined = Exit::Undefined { word: 0xffff };
    assert_eq!(end("undef #0xffff"), (BlockEnd::Exit(undefined), 0x4000));
    assert_eq!(end("%1 = get_x x3\ncall_reg %1"), (BlockEnd::Next, 3));
    let branch = |exit: &str| end(&format!("%1 = get_x x4\n%2 = get_w x0\n{exit}\ngoto #0x8")).1;
    assert_eq!(branch("exit_if ne #0x10"), 0x10);
    assert_eq!(branch("exit_if eq #0x10"), 8);
    assert_eq!(branch("exit_if_z32 %2 #0x10"), 8);
    assert_eq!(branch("exit_if_nz64 %1 #0x10"), 0x10);
    assert_eq!(branch("exit_if_bit_nz 2 %1 #0x10"), 0x10);
    assert_eq!(branch("exit_if_bit_z 2 %1 #0x10"), 8);
}

#[test]
fn system_registers() {
    let mut bench = Bench::new();
    bench.cpu.raise_fpsr(Fpsr::DZC);
    bench.run(
        "%1 = get_x x5\nset_sys tpidr_el0 %1\n%3 = const64 #0x400000\nset_sys fpcr %3\n\
         %5 = const_v #0x7f7f7f7f7f7f7f7f\n%6 = v_sqadd .b 16 %5 %5\n\
         %7 = get_sys fpsr\nset_x x2 %7\n%9 = get_sys cntvct_el0\nset_x x3 %9\n\
         %11 = rndr\nset_x x4 %11\ngoto #0x0",
    );
    assert_eq!(bench.cpu.x[2], u64::from(Fpsr::QC | Fpsr::DZC));
    assert_eq!((bench.cpu.x[3], bench.cpu.x[4]), (12345, 0));
    assert_eq!((bench.cpu.tpidr_el0, bench.cpu.fpcr), (5, Fpcr(0x40_0000)));
    assert_eq!(bench.cpu.flags.to_nzcv(), Nzcv(Nzcv::Z));
    bench.machine.devices.random = Some(7);
    bench.run("%1 = rndr\nset_x x4 %1\n%3 = const64 #0x0\nset_sys fpsr %3\nic_ivau %3\ngoto #0x0");
    assert_eq!((bench.cpu.x[4], bench.cpu.flags.to_nzcv()), (7, Nzcv(0)));
    assert_eq!((bench.cpu.fpsr(), bench.machine.devices.invalidated), (Fpsr(0), vec![0]));
}

#[test]
fn flags_survive_the_block() {
    let mut bench = Bench::new();
    bench.run("%1 = get_w x5\n%2 = subs32 %1 %1\ngoto #0x0");
    assert_eq!(bench.cpu.flags.to_nzcv(), Nzcv(Nzcv::Z | Nzcv::C));
    bench.run("%1 = get_w x5\n%2 = csel32 eq %1 %1\nexit_if hs #0x10\ngoto #0x0");
    assert_eq!(bench.cpu.pc, 0x10);
}

#[test]
fn overlays_keep_writes() {
    let mut overlay = Overlay::new(Small::new());
    overlay.write(START + 5, 4, 0xaabb_ccdd).expect("memory is writable");
    assert_eq!(overlay.read(START + 4, 8), Ok(0x0b0a_09aa_bbcc_dd04));
    assert_eq!(overlay.rmw(START + 8, 1, RmwKind::Add, 1), Ok(0xaa));
    assert_eq!(overlay.cas128(START + 0x40, 0, 0), Ok(0x4f4e_4d4c_4b4a_4948_4746_4544_4342_4140));
    assert!(overlay.write(CONSTANT, 1, 0).is_err());
    assert_eq!(overlay.memory().read(START + 8, 1), Ok(8));
    overlay.dc_zva(START + 0x99).expect("memory is writable");
    assert_eq!(overlay.read(START + 0x80, 16), Ok(0));
    overlay.memory().write(START + 5, 4, 0xabbb_ccdd).expect("memory is writable");
    assert_eq!(overlay.writes().count(), 10);
    assert_eq!(overlay.first_difference().map(|d| (d.addr, d.mask)), Some((START + 0x80, !0)));
}

#[test]
fn overlays_know_memory_that_is_mapped_twice() {
    // The second half of the page shows the first.
    let first = std::sync::Arc::new(|at: u64| START + (at - START) % 0x40);
    let mut overlay = Overlay::with_alias(Small::new(), crate::Alias::new(first));
    overlay.write(START + 0x45, 2, 0xbeef).expect("memory is writable");
    assert_eq!(overlay.read(START + 4, 4), Ok(0x07be_ef04));
    overlay.write(START + 5, 1, 0xaa).expect("memory is writable");
    assert_eq!(overlay.read(START + 0x45, 2), Ok(0xbeaa));
    assert_eq!(overlay.writes().collect::<Vec<_>>(), [(START, 0xbeaa << 40, 0xffff << 40)]);
}

#[test]
fn engine_ops_are_those_with_other_effects() {
    use xemu_ir::Effects as E;
    let state = E::READS_STATE.or(E::WRITES_STATE).or(E::READS_MEM).or(E::WRITES_MEM);
    let control = E::MAY_FAULT.or(E::ENDS_BLOCK).or(E::SIDE_EXIT);
    for op in Op::ALL {
        if op.info().effects.has(state.or(control)) {
            assert!(!is_value_op(*op), "{op:?}");
        }
    }
}

#[test]
fn every_op_runs() {
    for &op in Op::ALL {
        let info = op.info();
        let inst = |op, a, args, imm| Inst { op, a, b: 1, args, imm };
        let none = [Val::NONE; 3];
        let mut insts = vec![
            inst(Op::Insn, 0, none, 0x4000),
            inst(Op::GetW, 0, none, 0),
            inst(Op::GetX, 0, none, 0),
            inst(Op::GetV, 0, none, 0),
        ];
        let mut args = none;
        for (arg, ty) in args.iter_mut().zip(info.args) {
            *arg = Val(match ty {
                Ty::I32 => 1,
                Ty::I64 => 2,
                _ => 3,
            });
        }
        // Index zero instead of the base again.
        if op.is_plain_access() {
            args[1] = Val::NONE;
        }
        // Nothing left to copy.
        if matches!(op, Op::MemCopy | Op::MemSet) {
            args[0] = Val(insts.len() as u32);
            insts.push(inst(Op::Const64, 0, none, 0));
        }
        insts.push(inst(op, 1, args, 1));
        let block = Block { pc: 0x4000, insts, end_pc: 0x4004, ..Block::default() };
        let mut bench = Bench::new();
        // An access by SP wants it aligned.
        bench.cpu.x[31] &= !15;
        let end = Interp::new().run_block(&block, &mut bench.cpu, &mut bench.machine);
        assert!(!matches!(end, BlockEnd::Exit(Exit::Fault(_))), "{op:?}");
    }
}
