//! Indirect jumps and calls, flags, fences, padding and the odd instructions.

use super::encode::{Imm, Opc};
use super::{Asm, GprRm, Mem, Width};

macro_rules! plain {
    ($($name:ident $bytes:literal $len:literal $doc:literal;)*) => {
        impl Asm {
            $(
                #[doc = $doc]
                #[inline]
                pub fn $name(&mut self) {
                    self.put($bytes, $len);
                }
            )*
        }
    };
}
plain! {
    ret 0xC3 1 "`ret`.";
    int3 0xCC 1 "`int3`.";
    ud2 0x0B0F 2 "`ud2`.";
    lahf 0x9F 1 "`lahf`: SF, ZF, AF, PF and CF into AH.";
    sahf 0x9E 1 "`sahf`: AH into SF, ZF, AF, PF and CF.";
    cmc 0xF5 1 "`cmc`: inverts CF.";
    clc 0xF8 1 "`clc`: clears CF.";
    stc 0xF9 1 "`stc`: sets CF.";
    cld 0xFC 1 "`cld`: string operations go up.";
    std 0xFD 1 "`std`: string operations go down.";
    pushfq 0x9C 1 "`pushfq`.";
    popfq 0x9D 1 "`popfq`.";
    pause 0x90F3 2 "`pause`.";
    mfence 0xF0_AE0F 3 "`mfence`.";
    lfence 0xE8_AE0F 3 "`lfence`.";
    sfence 0xF8_AE0F 3 "`sfence`.";
    rdtsc 0x310F 2 "`rdtsc`: time-stamp counter into EDX:EAX.";
    rdtscp 0xF9_010F 3 "`rdtscp`: after all earlier loads; also changes ECX.";
    rep_movsb 0xA4F3 2 "`rep movsb`: copies RCX bytes from RSI to RDI.";
    rep_stosb 0xAAF3 2 "`rep stosb`: stores AL to RCX bytes at RDI.";
    rep_movsq 0xA5_48F3 3 "`rep movsq`: copies RCX quadwords from RSI to RDI.";
    rep_stosq 0xAB_48F3 3 "`rep stosq`: stores RAX to RCX quadwords at RDI.";
    vzeroupper 0x77_F8C5 3 "`vzeroupper` (AVX).";
    syscall 0x050F 2 "`syscall`.";
}

/// The recommended no-operations of 1 to 9 bytes, in memory order.
const NOPS: [&[u8]; 9] = [
    &[0x90],
    &[0x66, 0x90],
    &[0x0F, 0x1F, 0x00],
    &[0x0F, 0x1F, 0x40, 0x00],
    &[0x0F, 0x1F, 0x44, 0x00, 0x00],
    &[0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00],
    &[0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00],
    &[0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
    &[0x66, 0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

impl Asm {
    /// `jmp rm`, 64 bits.
    #[inline]
    pub fn jmp_rm(&mut self, rm: impl GprRm) {
        rm.emit(self, Opc::new(0xFF), 4, Imm::NONE);
    }

    /// `call rm`, 64 bits.
    #[inline]
    pub fn call_rm(&mut self, rm: impl GprRm) {
        rm.emit(self, Opc::new(0xFF), 2, Imm::NONE);
    }

    /// `count` bytes of no-operations, as few instructions as possible.
    pub fn nop(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            let len = left.min(NOPS.len());
            self.bytes(NOPS[len - 1]);
            left -= len;
        }
    }

    /// `ldmxcsr [mem]`.
    #[inline]
    pub fn ldmxcsr(&mut self, mem: Mem) {
        self.mem_form(Opc::new_0f(0xAE), 2, mem, Imm::NONE);
    }

    /// `stmxcsr [mem]`.
    #[inline]
    pub fn stmxcsr(&mut self, mem: Mem) {
        self.mem_form(Opc::new_0f(0xAE), 3, mem, Imm::NONE);
    }

    /// `prefetcht0 [mem]`; never faults.
    #[inline]
    pub fn prefetch(&mut self, mem: Mem) {
        self.mem_form(Opc::new_0f(0x18), 1, mem, Imm::NONE);
    }

    /// `prefetchw [mem]`; never faults.
    #[inline]
    pub fn prefetchw(&mut self, mem: Mem) {
        self.mem_form(Opc::new_0f(0x0D), 1, mem, Imm::NONE);
    }

    /// `cbw`/`cwde`/`cdqe`: sign-extends the lower half of AX/EAX/RAX.
    #[inline]
    pub fn cdqe(&mut self, w: Width) {
        self.plain_form(Opc::new(0x98).sized(w));
    }
}
