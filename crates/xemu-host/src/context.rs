//! What the kernel puts on the stack for a signal handler: registers and signal information.

use core::ptr::NonNull;

/// A general register of the host, by its number in x86-64 encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the processor's own")]
pub enum HostReg {
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}

// Indexes into the kernel's struct sigcontext. (arch/x86/include/uapi/asm/sigcontext.h)
const RIP: usize = 16;
const EFLAGS: usize = 17;
const ERR: usize = 19;
const TRAPNO: usize = 20;
const CR2: usize = 22;
/// The index of each register, by its number in encodings.
const GREG: [u8; 16] = [13, 14, 12, 11, 15, 10, 9, 8, 0, 1, 2, 3, 4, 5, 6, 7];

// Offsets in the state that XSAVE wrote, in its standard form.
const FX_MXCSR: usize = 24;
const FX_XMM: usize = 160;
const FX_SW_MAGIC: usize = 464;
const FX_SW_XFEATURES: usize = 472;
const XSTATE_BV: usize = 512;
const YMM_HIGH: usize = 576;
const SW_MAGIC: u32 = 0x4650_5853;
const XFEATURE_YMM: u64 = 4;

/// The interrupted thread's state in a signal handler; the kernel loads it when the handler
/// returns. Handlers get a reference; there is no other way to make one.
///
/// Invariant: lies in a signal frame, so `fpstate` is null or points to that frame's XSAVE area.
#[repr(C)]
pub struct HostContext {
    flags: u64,
    link: u64,
    stack: [u64; 3],
    gregs: [u64; 23],
    fpstate: Option<NonNull<u8>>,
    reserved: [u64; 8],
    sigmask: u64,
}

impl HostContext {
    /// The address of the instruction that was interrupted, or that faulted.
    #[inline]
    pub fn rip(&self) -> u64 {
        self.gregs[RIP]
    }
    /// Where to go on.
    #[inline]
    pub fn set_rip(&mut self, value: u64) {
        self.gregs[RIP] = value;
    }
    /// The stack pointer.
    pub fn rsp(&self) -> u64 {
        self.reg(HostReg::Rsp)
    }
    /// Changes the stack pointer.
    pub fn set_rsp(&mut self, value: u64) {
        self.set_reg(HostReg::Rsp, value);
    }
    /// A general register.
    #[inline]
    pub fn reg(&self, reg: HostReg) -> u64 {
        self.gregs[GREG[reg as usize] as usize]
    }
    /// Changes a general register.
    #[inline]
    pub fn set_reg(&mut self, reg: HostReg, value: u64) {
        self.gregs[GREG[reg as usize] as usize] = value;
    }
    /// A general register by its number in encodings; higher bits are ignored.
    #[inline]
    pub fn reg_by_number(&self, number: u8) -> u64 {
        self.gregs[GREG[usize::from(number & 15)] as usize]
    }
    /// Changes a general register by its number in encodings; higher bits are ignored.
    #[inline]
    pub fn set_reg_by_number(&mut self, number: u8, value: u64) {
        self.gregs[GREG[usize::from(number & 15)] as usize] = value;
    }
    /// RFLAGS.
    pub fn eflags(&self) -> u64 {
        self.gregs[EFLAGS]
    }
    /// Changes RFLAGS.
    pub fn set_eflags(&mut self, value: u64) {
        self.gregs[EFLAGS] = value;
    }
    /// The exception's error code: for a page fault, bit 1 is set for a write, bit 4 for a fetch.
    pub fn err(&self) -> u64 {
        self.gregs[ERR]
    }
    /// The exception's vector: 13 general protection, 14 page fault, 19 SIMD floating point.
    pub fn trapno(&self) -> u64 {
        self.gregs[TRAPNO]
    }
    /// The address of a page fault.
    pub fn cr2(&self) -> u64 {
        self.gregs[CR2]
    }
    /// Whether the exception was a page fault of a write.
    pub fn is_write_fault(&self) -> bool {
        self.trapno() == 14 && self.err() & 2 != 0
    }
    /// The signal mask to be restored, bit n−1 for signal n.
    pub fn sigmask(&self) -> u64 {
        self.sigmask
    }
    /// Changes the signal mask to be restored.
    pub fn set_sigmask(&mut self, mask: u64) {
        self.sigmask = mask;
    }

    /// MXCSR of the interrupted thread.
    pub fn mxcsr(&self) -> u32 {
        self.read_fp(FX_MXCSR).map_or(0x1f80, u32::from_le_bytes)
    }
    /// Changes MXCSR of the interrupted thread.
    pub fn set_mxcsr(&mut self, value: u32) {
        self.write_fp(FX_MXCSR, value.to_le_bytes());
    }
    /// The low 128 bits of a vector register.
    pub fn xmm(&self, number: u8) -> u128 {
        let at = FX_XMM + 16 * usize::from(number & 15);
        self.read_fp(at).map_or(0, u128::from_le_bytes)
    }
    /// Changes the low 128 bits of a vector register.
    pub fn set_xmm(&mut self, number: u8, value: u128) {
        self.write_fp(FX_XMM + 16 * usize::from(number & 15), value.to_le_bytes());
    }
    /// Bits 128–255 of a vector register; zero on a host without AVX.
    pub fn ymm_high(&self, number: u8) -> u128 {
        let in_use = self.has_avx()
            && self.read_fp(XSTATE_BV).is_some_and(|b| u64::from_le_bytes(b) & XFEATURE_YMM != 0);
        if !in_use {
            return 0;
        }
        let at = YMM_HIGH + 16 * usize::from(number & 15);
        self.read_fp(at).map_or(0, u128::from_le_bytes)
    }

    fn has_avx(&self) -> bool {
        let magic = self.read_fp(FX_SW_MAGIC).map(u32::from_le_bytes);
        let features = self.read_fp(FX_SW_XFEATURES).map_or(0, u64::from_le_bytes);
        magic == Some(SW_MAGIC) && features & XFEATURE_YMM != 0
    }

    fn read_fp<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let base = self.fpstate?;
        // SAFETY: the invariant of the type: the area is at least 512 bytes, and callers go beyond
        // that only after `has_avx` has seen that the kernel wrote the extended area.
        let field = unsafe { base.add(at) };
        // SAFETY: as above; a byte array needs no alignment.
        Some(unsafe { field.cast::<[u8; N]>().read() })
    }

    fn write_fp<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        let Some(base) = self.fpstate else { return };
        // SAFETY: the invariant of the type; callers stay within the first 512 bytes.
        let field = unsafe { base.add(at) };
        // SAFETY: as above; nothing else refers to the frame while `self` is borrowed.
        unsafe { field.cast::<[u8; N]>().write(bytes) };
    }
}

/// The kernel's siginfo_t, equal on both architectures.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
pub struct SigInfo {
    bytes: [u8; 128],
}

impl SigInfo {
    /// From the kernel's form.
    pub fn from_bytes(bytes: [u8; 128]) -> Self {
        Self { bytes }
    }
    /// The kernel's form.
    pub fn bytes(&self) -> &[u8; 128] {
        &self.bytes
    }
    fn u32_at(&self, at: usize) -> u32 {
        let b = &self.bytes;
        u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]])
    }
    fn u64_at(&self, at: usize) -> u64 {
        u64::from(self.u32_at(at)) | u64::from(self.u32_at(at + 4)) << 32
    }
    /// The signal's number.
    pub fn signo(&self) -> i32 {
        self.u32_at(0) as i32
    }
    /// si_errno.
    pub fn errno(&self) -> i32 {
        self.u32_at(4) as i32
    }
    /// si_code: why the signal was sent. Positive codes come from the kernel.
    pub fn code(&self) -> i32 {
        self.u32_at(8) as i32
    }
    /// si_addr of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP.
    pub fn addr(&self) -> u64 {
        self.u64_at(16)
    }
    /// si_pid of a signal sent by a process.
    pub fn pid(&self) -> i32 {
        self.u32_at(16) as i32
    }
    /// si_uid of a signal sent by a process.
    pub fn uid(&self) -> u32 {
        self.u32_at(20)
    }
    /// si_value of a queued signal.
    pub fn value(&self) -> u64 {
        self.u64_at(24)
    }
}
