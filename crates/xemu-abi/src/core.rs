//! Core files: the notes of `include/uapi/linux/elfcore.h` and their types.

use crate::wire_struct;

/// Status and general registers of a thread.
pub const NT_PRSTATUS: u32 = 1;
/// Floating-point and vector registers of a thread.
pub const NT_FPREGSET: u32 = 2;
/// The process.
pub const NT_PRPSINFO: u32 = 3;
/// The auxiliary vector.
pub const NT_AUXV: u32 = 6;
/// Mapped files.
pub const NT_FILE: u32 = 0x4649_4c45;
/// The signal that ended the process.
pub const NT_SIGINFO: u32 = 0x5349_4749;
/// TPIDR_EL0 of a thread.
pub const NT_ARM_TLS: u32 = 0x401;

wire_struct! {
    /// `struct user_pt_regs`.
    pub struct CoreRegisters [272] {
        /// X0–X30.
        0 regs: [u64; 31],
        /// The stack pointer.
        248 sp: u64,
        /// The program counter.
        256 pc: u64,
        /// NZCV and friends.
        264 pstate: u64,
    }
}

wire_struct! {
    /// `struct user_fpsimd_state`.
    pub struct CoreVectors [528] {
        /// V0–V31, low and high halves.
        0 vregs: [[u64; 2]; 32],
        /// FPSR.
        512 fpsr: u32,
        /// FPCR.
        516 fpcr: u32,
    }
}

wire_struct! {
    /// `struct elf_prstatus`.
    pub struct CorePrStatus [392] {
        /// The signal.
        0 si_signo: i32,
        /// Its code.
        4 si_code: i32,
        /// Its error number.
        8 si_errno: i32,
        /// The signal again.
        12 cursig: i16,
        /// Signals that wait.
        16 sigpend: u64,
        /// Blocked signals.
        24 sighold: u64,
        /// The thread.
        32 pid: i32,
        /// The parent process.
        36 ppid: i32,
        /// The process group.
        40 pgrp: i32,
        /// The session.
        44 sid: i32,
        /// User, system, children's user and children's system time, in seconds and microseconds.
        48 times: [[u64; 2]; 4],
        /// The general registers.
        112 registers: CoreRegisters,
        /// Whether there is a note with floating-point registers.
        384 fpvalid: i32,
    }
}

wire_struct! {
    /// `struct elf_prpsinfo`.
    pub struct CorePrPsInfo [136] {
        /// The state's number and letter, whether it is a zombie, the nice value.
        0 state: [u8; 4],
        /// Task flags.
        8 flag: u64,
        /// User.
        16 uid: u32,
        /// Group.
        20 gid: u32,
        /// Process.
        24 pid: i32,
        /// Parent process.
        28 ppid: i32,
        /// Process group.
        32 pgrp: i32,
        /// Session.
        36 sid: i32,
        /// The command's name.
        40 fname: [u8; 16],
        /// The arguments, separated by spaces.
        56 psargs: [u8; 80],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Wire;
    use crate::wire::check_fields;

    #[test]
    fn notes_have_the_kernels_layout() {
        check_fields(CoreRegisters::SIZE, CoreRegisters::FIELDS);
        check_fields(CoreVectors::SIZE, CoreVectors::FIELDS);
        check_fields(CorePrStatus::SIZE, CorePrStatus::FIELDS);
        check_fields(CorePrPsInfo::SIZE, CorePrPsInfo::FIELDS);
    }
}
