//! Why a run of guest code ended.

/// What kind of fault a guest instruction met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing is mapped at the address: SIGSEGV, SEGV_MAPERR.
    Unmapped,
    /// The mapping forbids the access: SIGSEGV, SEGV_ACCERR.
    Permission,
    /// The mapping has no page behind it (past the end of a file): SIGBUS, BUS_ADRERR.
    NoPage,
    /// The address is misaligned for the access: SIGBUS, BUS_ADRALN.
    Misaligned,
    /// The address's tag is not the memory's: SIGSEGV, SEGV_MTESERR.
    TagCheck,
    /// SP is misaligned and the base of an access: SIGBUS, BUS_ADRALN; the address is SP.
    MisalignedSp,
    /// The pc is misaligned: SIGBUS, BUS_ADRALN.
    MisalignedPc,
    /// Fetching the instruction failed: SIGSEGV, SEGV_MAPERR.
    FetchUnmapped,
    /// The page is not executable: SIGSEGV, SEGV_ACCERR.
    FetchPermission,
}

/// A fault that becomes a guest signal. (Arm ARM D1.3; arch/arm64/mm/fault.c)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestFault {
    /// What happened.
    pub kind: FaultKind,
    /// The faulting address as si_addr shows it.
    pub addr: u64,
    /// Whether the access was a write.
    pub write: bool,
}

/// Why an engine returned. `CpuState::pc` is the instruction to go on with, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// `SVC #imm`; pc is the instruction behind it.
    Svc(u16),
    /// `BRK #imm`; pc is the BRK itself: SIGTRAP, TRAP_BRKPT.
    Brk(u16),
    /// An instruction that is undefined here; pc is the instruction: SIGILL, ILL_ILLOPC.
    Undefined {
        /// The instruction word.
        word: u32,
    },
    /// The instruction at pc found a pointer that is not authentic: SIGILL, ILL_ILLOPN.
    PacFail,
    /// A check of the guarded control stack failed at the instruction at pc: SIGSEGV, SEGV_CPERR.
    ControlStack,
    /// An indirect branch came to the instruction at pc, which is no target for it: SIGILL,
    /// ILL_ILLOPC.
    BranchTarget,
    /// The instruction at pc faulted and changed nothing.
    Fault(GuestFault),
    /// The poll flag was set; there may be signals to deliver.
    Poll,
}
