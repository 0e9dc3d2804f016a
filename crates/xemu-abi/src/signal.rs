//! Signals: numbers, actions, sets, siginfo.

use crate::wire::Wire;
use crate::wire_struct;

macro_rules! signals {
    ($($nr:literal $name:ident $text:literal;)*) => {
        $(#[doc = $text] pub const $name: i32 = $nr;)*

        /// The name of a signal, as strace writes it.
        pub fn name(sig: i32) -> String {
            match sig {
                $($nr => stringify!($name).to_owned(),)*
                SIGRTMIN..=SIGRTMAX => format!("SIGRT_{}", sig - SIGRTMIN),
                _ => sig.to_string(),
            }
        }

        /// What a signal's death is called.
        pub fn text(sig: i32) -> &'static str {
            match sig {
                $($nr => $text,)*
                _ => "Real-time signal",
            }
        }
    };
}

signals! {
     1 SIGHUP    "Hangup";
     2 SIGINT    "Interrupt";
     3 SIGQUIT   "Quit";
     4 SIGILL    "Illegal instruction";
     5 SIGTRAP   "Trace/breakpoint trap";
     6 SIGABRT   "Aborted";
     7 SIGBUS    "Bus error";
     8 SIGFPE    "Floating point exception";
     9 SIGKILL   "Killed";
    10 SIGUSR1   "User defined signal 1";
    11 SIGSEGV   "Segmentation fault";
    12 SIGUSR2   "User defined signal 2";
    13 SIGPIPE   "Broken pipe";
    14 SIGALRM   "Alarm clock";
    15 SIGTERM   "Terminated";
    16 SIGSTKFLT "Stack fault";
    17 SIGCHLD   "Child exited";
    18 SIGCONT   "Continued";
    19 SIGSTOP   "Stopped (signal)";
    20 SIGTSTP   "Stopped";
    21 SIGTTIN   "Stopped (tty input)";
    22 SIGTTOU   "Stopped (tty output)";
    23 SIGURG    "Urgent I/O condition";
    24 SIGXCPU   "CPU time limit exceeded";
    25 SIGXFSZ   "File size limit exceeded";
    26 SIGVTALRM "Virtual timer expired";
    27 SIGPROF   "Profiling timer expired";
    28 SIGWINCH  "Window changed";
    29 SIGIO     "I/O possible";
    30 SIGPWR    "Power failure";
    31 SIGSYS    "Bad system call";
}

/// The first real-time signal as the kernel counts.
pub const SIGRTMIN: i32 = 32;
/// The last signal.
pub const SIGRTMAX: i32 = 64;

/// `SIG_DFL`.
pub const SIG_DFL: u64 = 0;
/// `SIG_IGN`.
pub const SIG_IGN: u64 = 1;

/// No SIGCHLD when children stop.
pub const SA_NOCLDSTOP: u64 = 1;
/// Children do not become zombies.
pub const SA_NOCLDWAIT: u64 = 2;
/// The handler takes siginfo and ucontext.
pub const SA_SIGINFO: u64 = 4;
/// The kernel clears bits that it does not know, so that programs can probe.
pub const SA_UNSUPPORTED: u64 = 0x400;
/// Fault addresses keep their tag bits.
pub const SA_EXPOSE_TAGBITS: u64 = 0x800;
/// The action names the trampoline.
pub const SA_RESTORER: u64 = 0x0400_0000;
/// Run on the alternate stack.
pub const SA_ONSTACK: u64 = 0x0800_0000;
/// Restart the interrupted system call.
pub const SA_RESTART: u64 = 0x1000_0000;
/// Do not block the signal during its handler.
pub const SA_NODEFER: u64 = 0x4000_0000;
/// Back to the default before the handler runs.
pub const SA_RESETHAND: u64 = 0x8000_0000;
/// What the arm64 kernel keeps of `sa_flags`.
pub const SA_KNOWN: u64 = SA_NOCLDSTOP
    | SA_NOCLDWAIT
    | SA_SIGINFO
    | SA_EXPOSE_TAGBITS
    | SA_RESTORER
    | SA_ONSTACK
    | SA_RESTART
    | SA_NODEFER
    | SA_RESETHAND;

/// rt_sigprocmask: add to the mask.
pub const SIG_BLOCK: u32 = 0;
/// rt_sigprocmask: take from the mask.
pub const SIG_UNBLOCK: u32 = 1;
/// rt_sigprocmask: replace the mask.
pub const SIG_SETMASK: u32 = 2;

/// stack_t: the thread runs on the alternate stack.
pub const SS_ONSTACK: u32 = 1;
/// stack_t: there is no alternate stack.
pub const SS_DISABLE: u32 = 2;
/// stack_t: disarmed while a handler runs on it.
pub const SS_AUTODISARM: u32 = 1 << 31;
/// The least size of an alternate stack on arm64.
pub const MINSIGSTKSZ: u64 = 5120;

/// `si_code`: sent by kill().
pub const SI_USER: i32 = 0;
/// `si_code`: sent by the kernel.
pub const SI_KERNEL: i32 = 0x80;
/// `si_code`: sent by tkill() or tgkill().
pub const SI_TKILL: i32 = -6;
/// `si_code`: a posix timer.
pub const SI_TIMER: i32 = -2;
/// `si_code` of SIGILL: illegal opcode.
pub const ILL_ILLOPC: i32 = 1;
/// SIGILL: illegal operand.
pub const ILL_ILLOPN: i32 = 2;
/// `si_code` of SIGSEGV: nothing is mapped.
pub const SEGV_MAPERR: i32 = 1;
/// SIGSEGV: a tag was wrong some time ago.
pub const SEGV_MTEAERR: i32 = 8;
/// SIGSEGV: the address's tag is wrong.
pub const SEGV_MTESERR: i32 = 9;
/// SIGSEGV: a check of the control stack failed.
pub const SEGV_CPERR: i32 = 10;
/// `si_code` of SIGSEGV: the mapping forbids it.
pub const SEGV_ACCERR: i32 = 2;
/// `si_code` of SIGBUS: misaligned.
pub const BUS_ADRALN: i32 = 1;
/// `si_code` of SIGBUS: nothing is behind the mapping.
pub const BUS_ADRERR: i32 = 2;
/// `si_code` of SIGTRAP: breakpoint.
pub const TRAP_BRKPT: i32 = 1;

/// A set of signals: bit `n - 1` is signal `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SigSet(pub u64);

impl SigSet {
    /// No signal.
    pub const EMPTY: SigSet = SigSet(0);
    /// All signals.
    pub const ALL: SigSet = SigSet(u64::MAX);
    /// SIGKILL and SIGSTOP, which cannot be blocked.
    pub const UNBLOCKABLE: SigSet = SigSet(1 << (SIGKILL - 1) | 1 << (SIGSTOP - 1));

    /// A set with the one signal; `sig` is 1 to 64.
    pub const fn of(sig: i32) -> Self {
        Self(1 << ((sig - 1) & 63))
    }
    /// Whether the signal is in.
    pub fn has(self, sig: i32) -> bool {
        self.0 & Self::of(sig).0 != 0
    }
    /// Both together.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// Without those of `other`.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    /// As a blocked mask: SIGKILL and SIGSTOP taken out.
    pub fn blockable(self) -> Self {
        self.without(Self::UNBLOCKABLE)
    }
    /// The lowest signal in it.
    pub fn first(self) -> Option<i32> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as i32 + 1)
    }
}

wire_struct! {
    /// `struct sigaction` of the kernel, equal on both architectures.
    pub struct SigAction [32] {
        /// Address of the handler, or SIG_DFL, SIG_IGN.
        0 handler: u64,
        /// SA_* bits.
        8 flags: u64,
        /// The trampoline, with SA_RESTORER.
        16 restorer: u64,
        /// What is blocked while the handler runs.
        24 mask: u64,
    }
}

wire_struct! {
    /// `stack_t`, equal on both architectures.
    pub struct SigAltStack [24] {
        /// Lowest address.
        0 ss_sp: u64,
        /// SS_* bits.
        8 ss_flags: u32,
        /// Bytes.
        16 ss_size: u64,
    }
}

impl SigAltStack {
    /// No alternate stack.
    pub const DISABLED: Self = Self { ss_sp: 0, ss_flags: SS_DISABLE, ss_size: 0 };

    /// Whether `sp` lies on this stack. (on_sig_stack in include/linux/sched/signal.h)
    pub fn contains(&self, sp: u64) -> bool {
        self.ss_flags & SS_AUTODISARM == 0 && sp > self.ss_sp && sp - self.ss_sp <= self.ss_size
    }
}

/// The bytes of `siginfo_t`.
pub const SIGINFO_SIZE: usize = 128;

/// `siginfo_t`: equal on both 64-bit architectures, so a host's passes untouched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigInfo(pub [u8; SIGINFO_SIZE]);

impl SigInfo {
    /// A fault's siginfo: number, code and address.
    pub fn fault(sig: i32, code: i32, addr: u64) -> Self {
        let mut bytes = [0; SIGINFO_SIZE];
        sig.encode(&mut bytes);
        code.encode(&mut bytes[8..]);
        addr.encode(&mut bytes[16..]);
        Self(bytes)
    }
    /// A signal from the kernel without more to say.
    pub fn kernel(sig: i32) -> Self {
        Self::fault(sig, SI_KERNEL, 0)
    }
    /// `si_signo`.
    pub fn signo(&self) -> i32 {
        i32::decode(&self.0)
    }
    /// `si_errno`.
    pub fn errno(&self) -> i32 {
        i32::decode(&self.0[4..])
    }
    /// `si_code`.
    pub fn code(&self) -> i32 {
        i32::decode(&self.0[8..])
    }
    /// `si_addr` of a fault.
    pub fn addr(&self) -> u64 {
        u64::decode(&self.0[16..])
    }
    /// `si_pid` of a sent signal.
    pub fn pid(&self) -> i32 {
        i32::decode(&self.0[16..])
    }
    /// `si_uid` of a sent signal.
    pub fn uid(&self) -> u32 {
        u32::decode(&self.0[20..])
    }
    /// `si_status` of SIGCHLD.
    pub fn status(&self) -> i32 {
        i32::decode(&self.0[24..])
    }
    /// Whether a processor fault raised it, not a sender.
    pub fn is_fault(&self) -> bool {
        let fault = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP].contains(&self.signo());
        fault && self.code() > 0 && self.code() != SI_KERNEL
    }
}

impl core::fmt::Debug for SigInfo {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{{si_signo={}, si_code={}", name(self.signo()), self.code())?;
        if self.is_fault() {
            write!(f, ", si_addr={:#x}}}", self.addr())
        } else {
            write!(f, ", si_pid={}, si_uid={}}}", self.pid(), self.uid())
        }
    }
}

/// What happens to a process by a signal's default action. (signal(7))
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultAction {
    /// Dies.
    Terminate,
    /// Dies, with a core file.
    Core,
    /// Nothing.
    Ignore,
    /// Stops.
    Stop,
    /// Goes on.
    Continue,
}

/// The default action of a signal.
pub fn default_action(sig: i32) -> DefaultAction {
    match sig {
        SIGQUIT | SIGILL | SIGTRAP | SIGABRT | SIGBUS | SIGFPE | SIGSEGV | SIGXCPU | SIGXFSZ
        | SIGSYS => DefaultAction::Core,
        SIGCHLD | SIGURG | SIGWINCH => DefaultAction::Ignore,
        SIGSTOP | SIGTSTP | SIGTTIN | SIGTTOU => DefaultAction::Stop,
        SIGCONT => DefaultAction::Continue,
        _ => DefaultAction::Terminate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::check_fields;

    #[test]
    fn layouts_are_well_formed() {
        check_fields(SigAction::SIZE, SigAction::FIELDS);
        check_fields(SigAltStack::SIZE, SigAltStack::FIELDS);
    }

    #[test]
    fn sets_count_from_one() {
        assert_eq!(SigSet::of(SIGHUP).0, 1);
        assert_eq!(SigSet::of(64).0, 1 << 63);
        assert_eq!(SigSet::ALL.blockable().0, !(1 << 8 | 1 << 18));
        assert_eq!(SigSet(0b100).first(), Some(3));
        assert_eq!(SigSet::EMPTY.first(), None);
    }

    #[test]
    fn siginfo_of_a_fault() {
        let info = SigInfo::fault(SIGSEGV, SEGV_MAPERR, 0x10);
        assert_eq!((info.signo(), info.code(), info.addr()), (11, 1, 0x10));
        assert!(info.is_fault());
        assert!(!SigInfo::kernel(SIGSEGV).is_fault());
        let text = format!("{info:?}");
        assert_eq!(text, "{si_signo=SIGSEGV, si_code=1, si_addr=0x10}");
    }

    #[test]
    fn names_of_real_time_signals() {
        assert_eq!(name(32), "SIGRT_0");
        assert_eq!(name(64), "SIGRT_32");
        assert_eq!(name(99), "99");
    }

    #[test]
    fn alternate_stack_holds_its_upper_end() {
        let stack = SigAltStack { ss_sp: 0x1000, ss_flags: 0, ss_size: 0x2000 };
        assert!(!stack.contains(0x1000));
        assert!(stack.contains(0x3000));
        assert!(!stack.contains(0x3001));
    }
}
