//! The layout of one guest thread's processor state.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::consts::VEC_CONSTS;
use crate::flags::HostFlags;
use crate::fp_control::{Fpcr, Fpsr, Mxcsr};
use crate::gcs::GcsState;
use crate::mte::MteState;
use crate::pauth::PacState;

/// Generated code holds `&CpuState + STATE_BIAS` in RBP, so that X0–X30 and SP lie within a signed
/// 8-bit displacement.
pub const STATE_BIAS: i32 = 128;

/// The index of SP in [`CpuState::x`].
pub const XREG_SP: usize = 31;

/// The frequency of CNTVCT_EL0, which CNTFRQ_EL0 tells: nanoseconds.
pub const COUNTER_HZ: u64 = 1_000_000_000;

/// How many pointers to helper routines generated code can call through the state.
pub const HELPER_SLOTS: usize = 16;

/// The local exclusive monitor. (Arm ARM B2.12)
///
/// A store-exclusive succeeds when the address and size match and memory still holds `value`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Monitor {
    /// The marked address; meaningful only while `size` is not zero.
    pub addr: u64,
    /// How many bytes are marked: 1, 2, 4, 8, 16, or 0 for an open monitor.
    pub size: u64,
    /// What the load-exclusive read, zero-extended to 128 bits.
    pub value: [u64; 2],
}

/// Fields of the engine that runs the thread. The interpreter ignores them.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct EngineSlots {
    /// Where values that found no host register are kept inside a block.
    pub spill: [[u64; 2]; 128],
    /// Operands and result of an operation that runs out of line.
    pub scratch: [[u64; 2]; 4],
    /// What generated code reads as constants: [`VEC_CONSTS`].
    pub consts: [[u64; 2]; VEC_CONSTS.len()],
    /// The thread's table for indirect branches: pairs of (guest pc, host address). Signal handlers
    /// and other threads put an empty one here, so that indirect branches leave guest code.
    pub lookup_table: AtomicU64,
    /// The return-prediction stack's pointer while the thread is outside generated code.
    pub return_sp: u64,
    /// The host stack's pointer while the thread is inside generated code.
    pub host_sp: u64,
    /// Why generated code was left: a code of `xemu-x64`'s `LeaveReason`.
    pub leave_reason: u32,
    /// What goes with the reason: an exit slot's index, an immediate, a signal's code.
    pub leave_arg: u32,
    /// The faulting address, or a second argument.
    pub leave_addr: u64,
    /// Routines that generated code calls.
    pub helpers: [u64; HELPER_SLOTS],
    /// The engine's own record for this thread, opaque here.
    pub engine_thread: u64,
    /// The engine's way to memory and devices for this thread, opaque here.
    pub engine_machine: u64,
}

impl Default for EngineSlots {
    fn default() -> Self {
        Self {
            lookup_table: AtomicU64::new(0),
            return_sp: 0,
            host_sp: 0,
            leave_reason: 0,
            leave_arg: 0,
            leave_addr: 0,
            helpers: [0; HELPER_SLOTS],
            spill: [[0; 2]; 128],
            scratch: [[0; 2]; 4],
            consts: VEC_CONSTS,
            engine_thread: 0,
            engine_machine: 0,
        }
    }
}

impl Clone for EngineSlots {
    fn clone(&self) -> Self {
        Self {
            spill: self.spill,
            scratch: self.scratch,
            consts: self.consts,
            lookup_table: AtomicU64::new(self.lookup_table.load(Ordering::Relaxed)),
            return_sp: self.return_sp,
            host_sp: self.host_sp,
            leave_reason: self.leave_reason,
            leave_arg: self.leave_arg,
            leave_addr: self.leave_addr,
            helpers: self.helpers,
            engine_thread: self.engine_thread,
            engine_machine: self.engine_machine,
        }
    }
}

/// One guest thread's registers and the few fields that generated code needs beside them.
///
/// The order of the fields is part of the contract with generated code; displacements are taken
/// with `core::mem::offset_of!`.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct CpuState {
    /// X0–X30, then SP. (Arm ARM B1.2.1)
    pub x: [u64; 32],
    /// V0–V31 as little-endian halves. (Arm ARM B1.2.1)
    pub v: [[u64; 2]; 32],
    /// Sticky saturation: any bit set means FPSR.QC. 16-byte aligned.
    pub qc: [u64; 2],
    /// The address of the next instruction. Current only outside generated code.
    pub pc: u64,
    /// NZCV in the form that x86 LAHF and SETO give.
    pub flags: HostFlags,
    /// MXCSR while guest code runs: FPCR's rounding mode, what traps, FPSR's cumulative bits.
    pub mxcsr: Mxcsr,
    /// FPCR as last written. Change it through [`CpuState::set_fpcr`].
    pub fpcr: Fpcr,
    /// The FPSR bits that are in neither `mxcsr` nor `qc`. Read through [`CpuState::fpsr`].
    pub fpsr_base: Fpsr,
    /// Whether the program has read or written FPSR: from then on UFC is found where x86 does not
    /// tell of it.
    pub fpsr_watched: bool,
    /// TPIDR_EL0, the user's thread pointer.
    pub tpidr_el0: u64,
    /// TPIDRRO_EL0, which Linux leaves zero.
    pub tpidrro_el0: u64,
    /// The local exclusive monitor.
    pub monitor: Monitor,
    /// Nonzero: leave guest code at the next poll (a signal is queued, or code was invalidated).
    /// Written by host signal handlers and by other threads.
    pub poll: AtomicU32,
    /// What belongs to the engine that runs the thread.
    pub engine: EngineSlots,
    /// Keys of pointer authentication.
    pub pac: PacState,
    /// PSTATE.BTYPE of the next instruction; only kept while some page is guarded.
    pub btype: u32,
    /// PSTATE.SSBS, DIT and TCO in their places.
    pub pstate: u32,
    /// How tags are checked.
    pub mte: MteState,
    /// The guarded control stack.
    pub gcs: GcsState,
    /// Where the last interpreted access went, with its tag: at a fault, the faulting one.
    pub accessed: u64,
}

/// Bits of [`CpuState::pstate`]. (Arm ARM C5.2.26, "SPSR_EL1")
pub mod pstate {
    /// Speculative store bypass safe.
    pub const SSBS: u32 = 1 << 12;
    /// Data-independent timing.
    pub const DIT: u32 = 1 << 24;
    /// Tag check override.
    pub const TCO: u32 = 1 << 25;
    /// Where BTYPE is in a saved PSTATE.
    pub const BTYPE_SHIFT: u32 = 10;
}

impl Default for CpuState {
    fn default() -> Self {
        Self {
            x: [0; 32],
            v: [[0; 2]; 32],
            qc: [0; 2],
            pc: 0,
            flags: HostFlags::default(),
            mxcsr: Mxcsr::default(),
            fpcr: Fpcr::default(),
            fpsr_base: Fpsr::default(),
            fpsr_watched: false,
            tpidr_el0: 0,
            tpidrro_el0: 0,
            monitor: Monitor::default(),
            poll: AtomicU32::new(0),
            engine: EngineSlots::default(),
            pac: PacState::default(),
            btype: 0,
            pstate: 0,
            mte: MteState::default(),
            gcs: GcsState::default(),
            accessed: 0,
        }
    }
}

impl Clone for CpuState {
    fn clone(&self) -> Self {
        Self {
            x: self.x,
            v: self.v,
            qc: self.qc,
            pc: self.pc,
            flags: self.flags,
            mxcsr: self.mxcsr,
            fpcr: self.fpcr,
            fpsr_base: self.fpsr_base,
            fpsr_watched: self.fpsr_watched,
            tpidr_el0: self.tpidr_el0,
            tpidrro_el0: self.tpidrro_el0,
            monitor: self.monitor,
            poll: AtomicU32::new(self.poll.load(Ordering::Relaxed)),
            engine: self.engine.clone(),
            pac: self.pac,
            btype: self.btype,
            pstate: self.pstate,
            mte: self.mte,
            gcs: self.gcs,
            accessed: self.accessed,
        }
    }
}

impl CpuState {
    /// The stack pointer.
    pub fn sp(&self) -> u64 {
        self.x[XREG_SP]
    }

    /// Sets the stack pointer.
    pub fn set_sp(&mut self, value: u64) {
        self.x[XREG_SP] = value;
    }

    /// FPSR as the guest reads it: cumulative exception bits from every place that holds some.
    pub fn fpsr(&self) -> Fpsr {
        let qc = if self.qc == [0; 2] { 0 } else { Fpsr::QC };
        Fpsr(self.fpsr_base.0 | self.mxcsr.to_fpsr().0 | qc)
    }

    /// Writes FPSR: bits that are clear in `value` are cleared in every place that holds some.
    pub fn set_fpsr(&mut self, value: Fpsr) {
        self.fpsr_base = Fpsr(value.0 & Fpsr::WRITABLE & !Fpsr::QC);
        self.mxcsr = Mxcsr::for_fpcr(self.fpcr, self.fpsr_base.0 & Fpsr::IXC != 0);
        self.qc = if value.0 & Fpsr::QC != 0 { [1, 0] } else { [0; 2] };
    }

    /// Adds cumulative exception bits.
    pub fn raise_fpsr(&mut self, bits: u32) {
        self.fpsr_base.0 |= bits & !Fpsr::QC;
        if bits & Fpsr::IXC != 0 {
            self.mxcsr = self.mxcsr.masking_inexact();
        }
        if bits & Fpsr::QC != 0 {
            self.qc[0] |= 1;
        }
    }

    /// Writes FPCR and mirrors its rounding mode and FZ in MXCSR.
    pub fn set_fpcr(&mut self, value: Fpcr) {
        self.fpsr_base.0 |= self.mxcsr.to_fpsr().0;
        self.fpcr = Fpcr(value.0 & Fpcr::WRITABLE);
        self.mxcsr = Mxcsr::for_fpcr(self.fpcr, self.fpsr_base.0 & Fpsr::IXC != 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::offset_of;

    #[test]
    fn general_registers_are_within_a_byte_displacement() {
        assert_eq!(offset_of!(CpuState, x), 0);
        const { assert!(31 * 8 - STATE_BIAS <= 127) };
    }

    #[test]
    fn vectors_are_aligned() {
        assert_eq!(offset_of!(CpuState, v) % 16, 0);
        assert_eq!(offset_of!(CpuState, qc) % 16, 0);
        assert_eq!((offset_of!(CpuState, engine) + offset_of!(EngineSlots, spill)) % 16, 0);
        assert_eq!((offset_of!(CpuState, engine) + offset_of!(EngineSlots, scratch)) % 16, 0);
        assert_eq!((offset_of!(CpuState, engine) + offset_of!(EngineSlots, consts)) % 16, 0);
    }

    #[test]
    fn fpsr_is_gathered_and_cleared() {
        let mut s = CpuState::default();
        s.mxcsr.0 |= Mxcsr::IE | Mxcsr::PE;
        s.qc = [0, 4];
        assert_eq!(s.fpsr().0, Fpsr::IOC | Fpsr::IXC | Fpsr::QC);
        s.set_fpsr(Fpsr(Fpsr::DZC));
        assert_eq!(s.fpsr().0, Fpsr::DZC);
    }
}
