//! Runs a block: dispatch, guest registers, memory operands, control.

use core::sync::atomic::{Ordering, fence};

use xemu_guest::{
    Cond, CpuState, Exit, FaultKind, Fpcr, Fpsr, GuestFault, HostFlags, Monitor, Nzcv, pstate,
};
use xemu_ir::{Address, Block, Es, FenceKind, GcsOp, Inst, Op, PacKind, RmwKind, SysReg, Val};

use crate::eval::{FpEnv, eval_op};
use crate::gcs::{self, Refused};
use crate::memory::{Machine, accessed, untag};
use crate::{mops, pauth, tags};

/// How a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockEnd {
    /// Execution goes on at `CpuState::pc`, which may be misaligned.
    Next,
    /// Something for the engine's caller; `CpuState::pc` is as [`Exit`] says.
    Exit(Exit),
}

/// The interpreter. Holds nothing but memory that is used again.
#[derive(Debug, Default)]
pub struct Interp {
    values: Vec<u128>,
}

/// Why a run leaves the block.
enum Stop {
    /// To go on at an address.
    To(u64),
    /// Because of a fault of the current guest instruction.
    Fault(GuestFault),
    /// To the caller, with the pc.
    Exit(u64, Exit),
}

impl From<GuestFault> for Stop {
    fn from(fault: GuestFault) -> Self {
        Stop::Fault(fault)
    }
}

impl Interp {
    /// A new interpreter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs the block to its end or to the first exit that is taken.
    ///
    /// At a fault `cpu` is as before the faulting guest instruction, and its pc is that
    /// instruction.
    pub fn run_block(
        &mut self,
        block: &Block,
        cpu: &mut CpuState,
        machine: &mut dyn Machine,
    ) -> BlockEnd {
        if self.values.len() < block.insts.len() {
            self.values.resize(block.insts.len(), 0);
        }
        let env = FpEnv { fpcr: cpu.fpcr, fpsr: Fpsr(0), nzcv: cpu.flags.to_nzcv() };
        let mut run = Run { cpu, machine, env, insn: block.pc };
        let stop = run.until_stop(block, &mut self.values);
        run.put_back();
        let (pc, end) = match stop {
            Stop::To(pc) => (pc, BlockEnd::Next),
            Stop::Fault(fault) => (run.insn, BlockEnd::Exit(Exit::Fault(fault))),
            Stop::Exit(pc, exit) => (pc, BlockEnd::Exit(exit)),
        };
        cpu.pc = pc;
        end
    }
}

/// Runs one op that is not a function of values, for generated code: `attrs` and `imm` as in
/// [`xemu_ir::Inst`]. `None` when the guest instruction cannot go on this way: interpreted from its
/// start, it will say why.
pub fn exec_op(
    op: Op,
    attrs: [u8; 2],
    imm: u64,
    args: &[u128; 3],
    cpu: &mut CpuState,
    machine: &mut dyn Machine,
) -> Option<u128> {
    let env = FpEnv { fpcr: cpu.fpcr, fpsr: Fpsr(0), nzcv: cpu.flags.to_nzcv() };
    let insn = cpu.pc;
    let mut run = Run { cpu, machine, env, insn };
    let inst = Inst { op, a: attrs[0], b: attrs[1], args: [Val::NONE; 3], imm };
    let result = run.exec(&inst, args).ok();
    run.put_back();
    result
}

/// The state of one run. NZCV and new FPSR bits are in `env` until the end.
struct Run<'r> {
    cpu: &'r mut CpuState,
    machine: &'r mut dyn Machine,
    env: FpEnv,
    /// The current guest instruction.
    insn: u64,
}

impl Run<'_> {
    fn until_stop(&mut self, block: &Block, values: &mut [u128]) -> Stop {
        for (i, inst) in block.insts.iter().enumerate() {
            // An absent operand has an index that no value has.
            let args = inst.args.map(|v| values.get(v.index()).copied().unwrap_or(0));
            match self.exec(inst, &args) {
                Ok(value) => values[i] = value,
                Err(stop) => return stop,
            }
        }
        Stop::To(block.end_pc)
    }

    fn put_back(&mut self) {
        self.cpu.flags = HostFlags::from_nzcv(self.env.nzcv);
        self.cpu.raise_fpsr(self.env.fpsr.0);
        self.env.fpsr = Fpsr(0);
    }

    /// Runs one instruction; gives its value, zero if it has none. A table of the ops that are not
    /// functions of values.
    // Inlined for its value to stay in registers: written as two halves and read as one it would
    // stall the processor in each turn of the loop.
    #[inline(always)]
    fn exec(&mut self, inst: &Inst, args: &[u128; 3]) -> Result<u128, Stop> {
        let &Inst { op, a, b, imm, .. } = inst;
        let [n, m, _] = args.map(|v| v as u64);
        let es = Es::ALL[usize::from(a).min(Es::ALL.len() - 1)];
        match op {
            Op::Nop => Ok(0),
            Op::Insn => self.done(|run| run.insn = imm),

            Op::GetX => Ok(self.cpu.x[usize::from(a & 31)].into()),
            Op::GetW => Ok((self.cpu.x[usize::from(a & 31)] as u32).into()),
            Op::GetV => Ok(join(self.cpu.v[usize::from(a & 31)])),
            Op::SetX => self.done(|run| run.cpu.x[usize::from(a & 31)] = n),
            Op::SetW => self.done(|run| run.cpu.x[usize::from(a & 31)] = n & 0xffff_ffff),
            Op::SetV => self.done(|run| run.set_v(a, b, args[0])),
            Op::GetSys => Ok(self.get_sys(SysReg::from_u8(a)).into()),
            Op::SetSys => self.done(|run| run.set_sys(SysReg::from_u8(a), n)),
            Op::Rndr => Ok(self.random().into()),

            Op::Load8 => self.load(inst, args, Es::B),
            Op::Load16 => self.load(inst, args, Es::H),
            Op::Load32 => self.load(inst, args, Es::S),
            Op::Load64 => self.load(inst, args, Es::D),
            Op::LoadS8W => Ok((self.load(inst, args, Es::B)? as i8 as u32).into()),
            Op::LoadS16W => Ok((self.load(inst, args, Es::H)? as i16 as u32).into()),
            Op::LoadS8X => Ok((self.load(inst, args, Es::B)? as i8 as u64).into()),
            Op::LoadS16X => Ok((self.load(inst, args, Es::H)? as i16 as u64).into()),
            Op::LoadS32X => Ok((self.load(inst, args, Es::S)? as i32 as u64).into()),
            Op::LoadV => self.load(inst, args, Es::from_u8(b)),
            Op::Store8 => self.store(inst, args, Es::B),
            Op::Store16 => self.store(inst, args, Es::H),
            Op::Store32 => self.store(inst, args, Es::S),
            Op::Store64 => self.store(inst, args, Es::D),
            Op::StoreV => self.store(inst, args, Es::from_u8(b)),

            Op::CheckAlign => {
                self.cpu.accessed = n;
                check_align(accessed(n), es, b).map(|()| 0)
            }
            Op::LoadEx => self.load_exclusive(n, es),
            Op::LoadEx128 => self.load_exclusive(n, Es::Q),
            Op::StoreEx => self.store_exclusive(n, es, args[1]),
            Op::StoreEx128 => self.store_exclusive(n, Es::Q, args[1]),
            Op::Clrex => self.done(|run| run.cpu.monitor.size = 0),
            Op::AtomicRmw => {
                let kind = RmwKind::from_u8(b);
                let addr = self.at(n, es, true)?;
                let old = self.machine.rmw(addr, es.bytes(), kind, m);
                Ok(old.map_err(|fault| self.of_atomic(fault))?.into())
            }
            Op::AtomicCas => {
                let new = args[2] as u64;
                let addr = self.at(n, es, true)?;
                let old = self.machine.cas(addr, es.bytes(), m & low_bits(es), new);
                Ok(old.map_err(|fault| self.of_atomic(fault))?.into())
            }
            Op::AtomicCas128 => {
                let addr = self.at(n, Es::Q, true)?;
                let old = self.machine.cas128(addr, args[1], args[2]);
                Ok(old.map_err(|fault| self.of_atomic(fault))?)
            }
            Op::AtomicRmw128 => self.rmw128(n, RmwKind::from_u8(b), args[1]),
            Op::MemCopy => {
                let args = args.map(|v| v as u64);
                mops::copy(self.cpu, self.machine, (a, b != 0), args).map_err(|p| self.paused(p))
            }
            Op::MemSet => {
                let args = args.map(|v| v as u64);
                mops::set(self.cpu, self.machine, (a, b != 0), args).map_err(|p| self.paused(p))
            }
            Op::PacSign => Ok(pauth::sign(&self.cpu.pac, a, PacKind::from_u8(b), n, m).into()),
            Op::PacAuth => pauth::authenticate(&self.cpu.pac, a, PacKind::from_u8(b), n, m)
                .map(u128::from)
                .ok_or(Stop::Exit(self.insn, Exit::PacFail)),
            Op::PacGeneric => Ok(pauth::generic(&self.cpu.pac, PacKind::from_u8(b), n, m).into()),
            Op::MemFence => self.done(|_| order(FenceKind::from_u8(a))),
            Op::DcZva => {
                self.cpu.accessed = n;
                tags::check(self.cpu, self.machine, n & !63, 64, true)?;
                gcs::check_store(self.machine, accessed(n), 1)?;
                self.machine.dc_zva(accessed(n))?;
                Ok(0)
            }
            Op::TagStore => {
                self.cpu.accessed = n;
                tags::store(self.machine, n, tags::tag_of(m), (a, b != 0))?;
                Ok(0)
            }
            Op::TagLoad => {
                self.cpu.accessed = n;
                self.machine.read(accessed(n), 1)?;
                Ok(self.machine.tag(accessed(n)).unwrap_or(0).into())
            }
            Op::TagAdd => Ok(tags::add(&self.cpu.mte, a, n, m).into()),
            Op::TagRandom => {
                let number = self.machine.random().unwrap_or(0);
                Ok(tags::random(&self.cpu.mte, number, n, m).into())
            }
            Op::SetBtype => self.done(|run| run.cpu.btype = a.into()),
            Op::CheckBtype => self.check_btype(a),
            Op::CheckSp => self.check_sp(),
            Op::Gcs => self.gcs(GcsOp::from_u8(a), [n, m]),
            Op::IcIvau => self.done(|run| run.machine.ic_ivau(untag(n))),
            Op::Pause => self.done(|_| core::hint::spin_loop()),

            Op::ExitIf => leave_if(Cond::from_field(a.into()).holds(self.env.nzcv), imm),
            Op::ExitIfZ32 => leave_if(n as u32 == 0, imm),
            Op::ExitIfZ64 => leave_if(n == 0, imm),
            Op::ExitIfNz32 => leave_if(n as u32 != 0, imm),
            Op::ExitIfNz64 => leave_if(n != 0, imm),
            Op::ExitIfBitZ => leave_if(n >> (a & 63) & 1 == 0, imm),
            Op::ExitIfBitNz => leave_if(n >> (a & 63) & 1 == 1, imm),
            Op::SyncIfOdd16 => leave_if(n & 15 != 0, imm),

            Op::Goto | Op::Call | Op::Sync => Err(Stop::To(imm)),
            Op::GotoReg | Op::CallReg | Op::Ret => Err(Stop::To(accessed(n))),
            Op::Svc => {
                Err(Stop::Exit(self.insn.wrapping_add(4), Exit::Svc(u16::from_le_bytes([a, b]))))
            }
            Op::Brk => Err(Stop::Exit(self.insn, Exit::Brk(u16::from_le_bytes([a, b])))),
            Op::Undef => Err(Stop::Exit(self.insn, Exit::Undefined { word: imm as u32 })),

            _ => Ok(eval_op(op, a, b, imm, args, &mut self.env)),
        }
    }

    /// For ops without a value that cannot stop.
    fn done(&mut self, f: impl FnOnce(&mut Self)) -> Result<u128, Stop> {
        f(self);
        Ok(0)
    }

    fn set_v(&mut self, reg: u8, size: u8, value: u128) {
        let value = value & u128::MAX >> (128 - Es::from_u8(size).bits());
        self.cpu.v[usize::from(reg & 31)] = split(value);
    }

    fn get_sys(&mut self, reg: SysReg) -> u64 {
        match reg {
            SysReg::TpidrEl0 => self.cpu.tpidr_el0,
            SysReg::TpidrroEl0 => self.cpu.tpidrro_el0,
            SysReg::Fpcr => self.cpu.fpcr.0.into(),
            SysReg::Fpsr => {
                self.put_back();
                self.cpu.fpsr_watched = true;
                self.cpu.fpsr().0.into()
            }
            SysReg::CntvctEl0 => self.machine.counter(),
            SysReg::Ssbs => (self.cpu.pstate & pstate::SSBS).into(),
            SysReg::Dit => (self.cpu.pstate & pstate::DIT).into(),
            SysReg::Tco => (self.cpu.pstate & pstate::TCO).into(),
            SysReg::WallClock => self.machine.wall_clock(),
        }
    }

    fn set_sys(&mut self, reg: SysReg, value: u64) {
        match reg {
            SysReg::TpidrEl0 => self.cpu.tpidr_el0 = value,
            SysReg::Fpcr => {
                self.put_back();
                self.cpu.set_fpcr(Fpcr(value as u32));
                self.env.fpcr = self.cpu.fpcr;
            }
            SysReg::Fpsr => {
                self.env.fpsr = Fpsr(0);
                self.cpu.fpsr_watched = true;
                self.cpu.set_fpsr(Fpsr(value as u32));
            }
            SysReg::Ssbs => self.set_pstate(pstate::SSBS, value),
            SysReg::Dit => self.set_pstate(pstate::DIT, value),
            SysReg::Tco => self.set_pstate(pstate::TCO, value),
            // Not writable at EL0; an MSR to them is undefined and never becomes this op.
            SysReg::TpidrroEl0 | SysReg::CntvctEl0 | SysReg::WallClock => {}
        }
    }

    fn set_pstate(&mut self, bit: u32, value: u64) {
        self.cpu.pstate = self.cpu.pstate & !bit | value as u32 & bit;
    }

    fn random(&mut self) -> u64 {
        let number = self.machine.random();
        self.env.nzcv = Nzcv(if number.is_some() { 0 } else { Nzcv::Z });
        number.unwrap_or(0)
    }

    /// Where an access of size `es` goes, once its tag has been looked at.
    fn at(&mut self, addr: u64, es: Es, write: bool) -> Result<u64, Stop> {
        self.place(addr, es, write, true)
    }

    /// The address of a plain access, which may be one whose tag does not matter.
    fn plain(&mut self, inst: &Inst, args: &[u128; 3], es: Es, write: bool) -> Result<u64, Stop> {
        self.place(address(inst, args), es, write, inst.a & Address::UNCHECKED == 0)
    }

    fn place(&mut self, addr: u64, es: Es, write: bool, checked: bool) -> Result<u64, Stop> {
        let (size, at) = (u64::from(es.bytes()), accessed(addr));
        self.cpu.accessed = addr;
        if checked {
            tags::check(self.cpu, self.machine, addr, size, write)?;
        }
        if write {
            gcs::check_store(self.machine, at, size)?;
        }
        Ok(at)
    }

    fn load(&mut self, inst: &Inst, args: &[u128; 3], es: Es) -> Result<u128, Stop> {
        let addr = self.plain(inst, args, es, false)?;
        Ok(self.machine.read(addr, es.bytes())?)
    }

    fn store(&mut self, inst: &Inst, args: &[u128; 3], es: Es) -> Result<u128, Stop> {
        let addr = self.plain(inst, args, es, true)?;
        self.machine.write(addr, es.bytes(), args[2])?;
        Ok(0)
    }

    fn check_btype(&mut self, accepted: u8) -> Result<u128, Stop> {
        let btype = self.cpu.btype;
        if btype != 0 && accepted >> btype & 1 == 0 {
            return Err(Stop::Exit(self.insn, Exit::BranchTarget));
        }
        self.cpu.btype = 0;
        Ok(0)
    }

    fn gcs(&mut self, op: GcsOp, args: [u64; 2]) -> Result<u128, Stop> {
        match gcs::run(self.cpu, self.machine, op, args) {
            Ok(value) => Ok(value.into()),
            Err(Refused::Fault(fault)) => Err(fault.into()),
            Err(Refused::Check) => Err(Stop::Exit(self.insn, Exit::ControlStack)),
            Err(Refused::Undefined) => {
                let word = self.machine.read(self.insn, 4).map_or(0, |word| word as u32);
                Err(Stop::Exit(self.insn, Exit::Undefined { word }))
            }
        }
    }

    /// (Arm ARM CheckSPAlignment)
    fn check_sp(&mut self) -> Result<u128, Stop> {
        let addr = self.cpu.sp();
        if addr & 15 == 0 {
            return Ok(0);
        }
        Err(Stop::Fault(GuestFault { kind: FaultKind::MisalignedSp, addr, write: false }))
    }

    /// The instruction is not done yet.
    fn paused(&self, pause: mops::Pause) -> Stop {
        match pause {
            mops::Pause::Poll => Stop::To(self.insn),
            mops::Pause::Fault(fault) => Stop::Fault(fault),
        }
    }

    /// The fault of an access that reads and writes: that of the read, if it faults too. (Arm ARM
    /// D24.2.40, "ESR_EL1", WnR)
    fn of_atomic(&mut self, fault: GuestFault) -> GuestFault {
        let write = fault.write && self.machine.read(fault.addr, 1).is_ok();
        GuestFault { write, ..fault }
    }

    /// Replaces 16 bytes atomically; gives the old value.
    fn rmw128(&mut self, addr: u64, kind: RmwKind, value: u128) -> Result<u128, Stop> {
        let addr = self.at(addr, Es::Q, true)?;
        // A guess that is wrong is corrected by what the exchange finds.
        let mut old = 0;
        loop {
            let new = match kind {
                RmwKind::Clr => old & !value,
                RmwKind::Set => old | value,
                _ => value,
            };
            let found = self.machine.cas128(addr, old, new);
            let found = found.map_err(|fault| self.of_atomic(fault))?;
            if found == old {
                return Ok(old);
            }
            old = found;
        }
    }

    fn load_exclusive(&mut self, addr: u64, es: Es) -> Result<u128, Stop> {
        let addr = self.at(addr, es, false)?;
        let value = self.machine.read(addr, es.bytes())?;
        self.cpu.monitor = Monitor { addr, size: es.bytes().into(), value: split(value) };
        Ok(value)
    }

    /// Gives 0 for success, 1 for failure.
    fn store_exclusive(&mut self, addr: u64, es: Es, new: u128) -> Result<u128, Stop> {
        let addr = self.at(addr, es, true)?;
        let Monitor { addr: marked, size, value } = self.cpu.monitor;
        let mut stored = false;
        if marked == addr && size == u64::from(es.bytes()) {
            let expected = join(value);
            let old = if es == Es::Q {
                self.machine.cas128(addr, expected, new)?
            } else {
                let (expected, new) = (expected as u64, new as u64);
                self.machine.cas(addr, es.bytes(), expected, new)?.into()
            };
            stored = old == expected;
        }
        self.cpu.monitor.size = 0;
        Ok(u128::from(!stored))
    }
}

fn address(inst: &Inst, args: &[u128; 3]) -> u64 {
    let index = (args[1] as u64) << (inst.a & !Address::UNCHECKED);
    (args[0] as u64).wrapping_add(index).wrapping_add(inst.imm)
}

fn check_align(addr: u64, es: Es, how: u8) -> Result<(), Stop> {
    let (size, write) = (u64::from(es.bytes()), how & 2 != 0);
    let aligned = if how & 1 != 0 { addr % 16 + size <= 16 } else { addr.is_multiple_of(size) };
    if aligned {
        return Ok(());
    }
    Err(Stop::Fault(GuestFault { kind: FaultKind::Misaligned, addr, write }))
}

fn leave_if(condition: bool, target: u64) -> Result<u128, Stop> {
    if condition { Err(Stop::To(target)) } else { Ok(0) }
}

fn order(kind: FenceKind) {
    match kind {
        FenceKind::Weak => fence(Ordering::AcqRel),
        FenceKind::Full => fence(Ordering::SeqCst),
    }
}

fn low_bits(es: Es) -> u64 {
    u64::MAX >> 64u32.saturating_sub(es.bits())
}

fn join([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

fn split(v: u128) -> [u64; 2] {
    [v as u64, (v >> 64) as u64]
}
