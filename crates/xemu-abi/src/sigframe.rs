//! The frame that the arm64 kernel puts on the stack to run a signal handler.
//!
//! From low to high addresses: siginfo, ucontext, then a frame record {fp, lr} that lets an
//! unwinder walk on. (arch/arm64/kernel/signal.c, arch/arm64/include/uapi/asm/sigcontext.h)

use crate::signal::{SIGINFO_SIZE, SigAltStack};
use crate::wire::Wire;
use crate::wire_struct;

/// `sizeof(struct rt_sigframe)`: siginfo and ucontext.
pub const RT_SIGFRAME_SIZE: usize = SIGINFO_SIZE + UCONTEXT_SIZE;
/// `sizeof(struct ucontext)`.
pub const UCONTEXT_SIZE: usize = 4560;
/// Offset of ucontext in the frame.
pub const UCONTEXT_OFFSET: usize = SIGINFO_SIZE;
/// Offset of `uc_mcontext` in ucontext.
pub const MCONTEXT_OFFSET: usize = 176;
/// Offset of `__reserved` in ucontext.
pub const RESERVED_OFFSET: usize = MCONTEXT_OFFSET + 288;
/// Size of `__reserved`.
pub const RESERVED_SIZE: usize = 4096;
/// Size of the frame record above the frame.
pub const FRAME_RECORD_SIZE: u64 = 16;

/// `FPSIMD_MAGIC`.
pub const FPSIMD_MAGIC: u32 = 0x4650_8001;
/// `sizeof(struct fpsimd_context)`.
pub const FPSIMD_SIZE: u32 = 0x210;
/// `ESR_MAGIC`.
pub const ESR_MAGIC: u32 = 0x4553_5201;
/// `sizeof(struct esr_context)`.
pub const ESR_SIZE: u32 = 16;
/// `GCS_MAGIC`.
pub const GCS_MAGIC: u32 = 0x4743_5300;
/// `sizeof(struct gcs_context)`.
pub const GCS_SIZE: u32 = 32;
/// `EXTRA_MAGIC`: the records go on elsewhere.
pub const EXTRA_MAGIC: u32 = 0x4558_5401;

/// The PSTATE bits that a program may set through the frame: NZCV, DIT, SSBS and TCO, BTYPE.
pub const PSTATE_USER: u64 = 0xf << 28 | 1 << 25 | 1 << 24 | 1 << 12 | 3 << 10;

wire_struct! {
    /// ucontext up to and with the general registers.
    pub struct UContext [464] {
        /// Zero.
        0 uc_flags: u64,
        /// Zero.
        8 uc_link: u64,
        /// The alternate stack as it was.
        16 uc_stack: SigAltStack,
        /// The mask to go back to.
        40 uc_sigmask: u64,
        /// FAR of the last fault.
        176 fault_address: u64,
        /// X0–X30.
        184 regs: [u64; 31],
        /// The stack pointer.
        432 sp: u64,
        /// The program counter.
        440 pc: u64,
        /// NZCV and friends.
        448 pstate: u64,
    }
}

wire_struct! {
    /// `struct fpsimd_context`.
    pub struct FpsimdContext [528] {
        /// [`FPSIMD_MAGIC`].
        0 magic: u32,
        /// [`FPSIMD_SIZE`].
        4 size: u32,
        /// FPSR.
        8 fpsr: u32,
        /// FPCR.
        12 fpcr: u32,
        /// V0–V31 as little-endian halves.
        16 vregs: [[u64; 2]; 32],
    }
}

wire_struct! {
    /// `struct esr_context`.
    pub struct EsrContext [16] {
        /// [`ESR_MAGIC`].
        0 magic: u32,
        /// [`ESR_SIZE`].
        4 size: u32,
        /// The exception syndrome of the last fault.
        8 esr: u64,
    }
}

wire_struct! {
    /// `struct gcs_context`.
    pub struct GcsContext [32] {
        /// [`GCS_MAGIC`].
        0 magic: u32,
        /// [`GCS_SIZE`].
        4 size: u32,
        /// GCSPR_EL0.
        8 gcspr: u64,
        /// PR_SHADOW_STACK_ bits.
        16 features_enabled: u64,
        /// Zero.
        24 reserved: u64,
    }
}

impl GcsContext {
    /// The record of a stack pointer and a mode.
    pub fn new(gcspr: u64, features_enabled: u64) -> Self {
        Self { magic: GCS_MAGIC, size: GCS_SIZE, gcspr, features_enabled, reserved: 0 }
    }
}

/// What a handler interrupts, and what rt_sigreturn goes back to.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedContext {
    /// General registers, stack, mask.
    pub uc: UContext,
    /// Vector registers; `None` when the frame holds no such record.
    pub fpsimd: Option<FpsimdContext>,
    /// Syndrome of a fault, zero for none.
    pub esr: u64,
    /// The guarded control stack, if there is one.
    pub gcs: Option<GcsContext>,
}

impl SavedContext {
    /// The bytes of ucontext.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; UCONTEXT_SIZE];
        self.uc.encode(&mut out);
        let mut at = RESERVED_OFFSET;
        if let Some(fpsimd) = &self.fpsimd {
            fpsimd.encode(&mut out[at..]);
            at += FpsimdContext::SIZE;
        }
        if self.esr != 0 {
            let record = EsrContext { magic: ESR_MAGIC, size: ESR_SIZE, esr: self.esr };
            record.encode(&mut out[at..]);
            at += EsrContext::SIZE;
        }
        if let Some(gcs) = &self.gcs {
            gcs.encode(&mut out[at..]);
        }
        // The end marker {0, 0} is there already.
        out
    }

    /// Reads ucontext back. `None` means that the kernel would answer with SIGSEGV.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..UCONTEXT_SIZE)?;
        let uc = UContext::decode(bytes);
        let reserved = &bytes[RESERVED_OFFSET..];
        let (mut fpsimd, mut esr, mut gcs) = (None, 0, None);
        let mut at = 0;
        loop {
            let head = reserved.get(at..at + 8)?;
            let (magic, size) = (u32::decode(head), u32::decode(&head[4..]));
            if !size.is_multiple_of(16) {
                return None;
            }
            let record = reserved.get(at..at + size as usize)?;
            match (magic, size) {
                (0, 0) => break,
                (0, _) | (_, 0) => return None,
                (FPSIMD_MAGIC, FPSIMD_SIZE) if fpsimd.is_none() => {
                    fpsimd = Some(FpsimdContext::decode(record));
                }
                (GCS_MAGIC, GCS_SIZE) if gcs.is_none() => gcs = Some(GcsContext::decode(record)),
                (ESR_MAGIC, ESR_SIZE) => esr = EsrContext::decode(record).esr,
                _ => return None,
            }
            at += size as usize;
        }
        Some(Self { uc, fpsimd, esr, gcs })
    }
}

/// Where a frame goes: (address of the frame, address of the frame record), for the stack pointer
/// to start from. (get_sigframe in arch/arm64/kernel/signal.c)
pub fn frame_addresses(sp_top: u64) -> (u64, u64) {
    let record = sp_top.wrapping_sub(FRAME_RECORD_SIZE) & !15;
    let size = (RT_SIGFRAME_SIZE as u64 + 15) & !15;
    (record.wrapping_sub(size), record)
}

/// Exception syndromes as the kernel stores them for a fault. (Arm ARM D24.2.37)
pub mod esr {
    /// The exception's class.
    pub const EC: u64 = 0x3f << 26;
    /// Data abort from EL0.
    pub const EC_DATA_ABORT: u64 = 0x24 << 26;
    /// Instruction abort from EL0.
    pub const EC_INSTRUCTION_ABORT: u64 = 0x20 << 26;
    /// PC alignment fault.
    pub const EC_PC_ALIGNMENT: u64 = 0x22 << 26;
    /// SP alignment fault.
    pub const EC_SP_ALIGNMENT: u64 = 0x26 << 26;
    /// The instruction is 32 bits long.
    pub const IL: u64 = 1 << 25;
    /// The access was a write.
    pub const WNR: u64 = 1 << 6;
    /// The access was cache maintenance.
    pub const CM: u64 = 1 << 8;
    /// Translation fault, level 0.
    pub const FSC_TRANSLATION_0: u64 = 0x04;
    /// Translation fault, level 3.
    pub const FSC_TRANSLATION: u64 = 0x07;
    /// Permission fault, level 3.
    pub const FSC_PERMISSION: u64 = 0x0f;
    /// Synchronous tag check fault.
    pub const FSC_TAG_CHECK: u64 = 0x11;
    /// Alignment fault.
    pub const FSC_ALIGNMENT: u64 = 0x21;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::check_fields;

    #[test]
    fn layouts_are_well_formed() {
        check_fields(UContext::SIZE, UContext::FIELDS);
        check_fields(FpsimdContext::SIZE, FpsimdContext::FIELDS);
        check_fields(EsrContext::SIZE, EsrContext::FIELDS);
        check_fields(GcsContext::SIZE, GcsContext::FIELDS);
        assert_eq!(RT_SIGFRAME_SIZE, 4688);
        assert_eq!(RESERVED_OFFSET + RESERVED_SIZE, UCONTEXT_SIZE);
        assert_eq!(FpsimdContext::SIZE as u32, FPSIMD_SIZE);
    }

    fn sample() -> SavedContext {
        let mut uc = UContext { fault_address: 5, sp: 16, pc: 4, ..Default::default() };
        uc.regs[30] = 77;
        let mut fpsimd =
            FpsimdContext { magic: FPSIMD_MAGIC, size: FPSIMD_SIZE, fpsr: 1, ..Default::default() };
        fpsimd.vregs[31] = [1, 2];
        let gcs = Some(GcsContext::new(8, 3));
        SavedContext { uc, fpsimd: Some(fpsimd), esr: esr::EC_DATA_ABORT, gcs }
    }

    #[test]
    fn context_round_trips() {
        let context = sample();
        assert_eq!(SavedContext::decode(&context.encode()), Some(context));
    }

    #[test]
    fn broken_records_are_refused() {
        let mut bytes = sample().encode();
        bytes[RESERVED_OFFSET + 4] = 8;
        assert_eq!(SavedContext::decode(&bytes), None);
        let mut bytes = sample().encode();
        bytes[RESERVED_OFFSET + 528] = 9;
        assert_eq!(SavedContext::decode(&bytes), None);
        assert_eq!(SavedContext::decode(&[0; 100]), None);
    }

    #[test]
    fn frame_lies_below_its_record() {
        let (frame, record) = frame_addresses(0x10008);
        assert_eq!(record, 0xfff0);
        assert_eq!(frame % 16, 0);
        assert_eq!(record - frame, 4688);
    }
}
