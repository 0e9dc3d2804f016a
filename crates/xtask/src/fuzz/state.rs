//! What programs start with and end with.

use xemu_guest::{CpuState, Exit, FaultKind, Fpcr, Fpsr, HostFlags, Monitor, Nzcv};

/// The bytes of a state as the peer reads and writes it.
pub const SIZE: usize = 816;
/// The bytes of a line of data.
pub const LINE: usize = 64;

/// A processor's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// X0–X30, SP.
    pub x: [u64; 32],
    /// V0–V31.
    pub v: [[u64; 2]; 32],
    /// NZCV in bits 31..28.
    pub nzcv: u32,
    /// FPCR.
    pub fpcr: u32,
    /// FPSR.
    pub fpsr: u32,
}

/// Why a program ended, in terms of Linux.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stop {
    /// The signal, or 0: the program came to its end.
    pub signal: u32,
    /// `si_code`.
    pub code: u32,
    /// `si_addr` of a fault.
    pub addr: u64,
    /// The instruction that stopped; 0 at the program's end.
    pub pc: u64,
}

const SIGILL: u32 = 4;
const SIGTRAP: u32 = 5;
/// An access that is misaligned, or to memory without a page.
pub const SIGBUS: u32 = 7;
/// An access to memory that fails.
pub const SIGSEGV: u32 = 11;

impl Stop {
    /// What an engine's exit at `pc` is; `None` for what programs do not do.
    pub fn of(exit: &Exit, pc: u64, back: u64) -> Option<Self> {
        let stop = |signal, code, addr| Some(Self { signal, code, addr, pc });
        match exit {
            Exit::Svc(0) if pc == back + 4 => Some(Self::default()),
            Exit::Undefined { .. } => stop(SIGILL, 1, pc),
            Exit::PacFail => stop(SIGILL, 2, pc),
            Exit::ControlStack => stop(SIGSEGV, 10, pc),
            Exit::Brk(_) => stop(SIGTRAP, 1, pc),
            Exit::Fault(fault) => {
                let (signal, code) = match fault.kind {
                    FaultKind::Unmapped | FaultKind::FetchUnmapped => (SIGSEGV, 1),
                    FaultKind::Permission | FaultKind::FetchPermission => (SIGSEGV, 2),
                    FaultKind::NoPage => (SIGBUS, 2),
                    FaultKind::TagCheck => (11, 9),
                    FaultKind::Misaligned => (SIGBUS, 1),
                    FaultKind::MisalignedPc | FaultKind::MisalignedSp => (SIGBUS, 1),
                };
                stop(signal, code, fault.addr)
            }
            _ => None,
        }
    }

    /// Whether an access faulted.
    pub fn is_fault(&self) -> bool {
        matches!(self.signal, SIGSEGV | SIGBUS)
    }

    /// Whether flags that nobody reads may be older: at a fault, and where a pointer fails to
    /// authenticate (FEAT_FPAC).
    pub fn may_leave_flags(&self) -> bool {
        self.is_fault() || (self.signal, self.code) == (SIGILL, 2)
    }
}

/// A line of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which one.
    pub number: u64,
    /// What it holds.
    pub bytes: [u8; LINE],
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The registers.
    pub state: State,
    /// Why.
    pub stop: Stop,
    /// The data that changed.
    pub lines: Vec<Line>,
}

/// A program and the states that it is run on.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The instructions.
    pub words: Vec<u32>,
    /// The states.
    pub states: Vec<State>,
    /// Whether the program accesses memory.
    pub touches: bool,
    /// Whether the peer's outcome can be compared; see [`super::peculiar`].
    pub peer: bool,
    /// What it is counted as: a class of the manual, or a kind of sequence.
    pub class: &'static str,
    /// What it is called: a row.
    pub name: &'static str,
}

impl Program {
    /// The program's word at an address, if the program has one there.
    pub fn word_at(&self, pc: u64) -> Option<u32> {
        let first = super::area::FIRST as u64;
        let index = (pc % xemu_mem::PAGE_SIZE / 4).checked_sub(first)?;
        self.words.get(index as usize).copied()
    }
}

impl State {
    /// Sets the processor up.
    pub fn to_cpu(&self, cpu: &mut CpuState, pc: u64) {
        cpu.x = self.x;
        cpu.v = self.v;
        cpu.pc = pc;
        cpu.flags = HostFlags::from_nzcv(Nzcv(self.nzcv));
        cpu.set_fpcr(Fpcr(self.fpcr));
        cpu.set_fpsr(Fpsr(self.fpsr));
        // As if the program had written FPSR.
        cpu.fpsr_watched = true;
        cpu.monitor = Monitor::default();
    }

    /// What the processor's state is.
    pub fn of_cpu(cpu: &CpuState) -> Self {
        let nzcv = cpu.flags.to_nzcv().0;
        Self { x: cpu.x, v: cpu.v, nzcv, fpcr: cpu.fpcr.0, fpsr: cpu.fpsr().0 }
    }

    /// V register `i` as one number.
    pub fn vector(&self, i: usize) -> u128 {
        u128::from(self.v[i][0]) | u128::from(self.v[i][1]) << 64
    }

    /// Appends the state as the peer reads it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let control = [self.nzcv.into(), self.fpcr.into(), self.fpsr.into(), 0, 0, 0];
        let words = self.x.iter().chain(self.v.as_flattened()).copied().chain(control);
        out.extend(words.flat_map(u64::to_le_bytes));
    }
}

impl Outcome {
    /// From the state that the peer wrote.
    pub fn read(bytes: &[u8; SIZE]) -> Self {
        let word = |i: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[8 * i..8 * i + 8]);
            u64::from_le_bytes(eight)
        };
        let state = State {
            x: std::array::from_fn(word),
            v: std::array::from_fn(|i| [word(32 + 2 * i), word(33 + 2 * i)]),
            nzcv: word(96) as u32,
            fpcr: word(97) as u32,
            fpsr: word(98) as u32,
        };
        let stop = Stop {
            signal: word(99) as u32,
            code: (word(99) >> 32) as u32,
            addr: word(100),
            pc: word(101),
        };
        Self { state, stop, lines: Vec::new() }
    }

    /// What differs: the place, here, there.
    pub fn differences(&self, other: &Self) -> Vec<(String, String, String)> {
        let mut out = Vec::new();
        let mut add = |name: String, a: String, b: String| {
            if a != b {
                out.push((name, a, b));
            }
        };
        let (a, b) = (&self.state, &other.state);
        for i in 0..32 {
            add(format!("x{i}"), format!("{:016x}", a.x[i]), format!("{:016x}", b.x[i]));
        }
        for i in 0..32 {
            let text = |s: &State| format!("{:032x}", s.vector(i));
            add(format!("v{i}"), text(a), text(b));
        }
        for (name, a, b) in
            [("nzcv", a.nzcv, b.nzcv), ("fpcr", a.fpcr, b.fpcr), ("fpsr", a.fpsr, b.fpsr)]
        {
            add(name.into(), format!("{a:08x}"), format!("{b:08x}"));
        }
        add("stop".into(), format!("{:x?}", self.stop), format!("{:x?}", other.stop));
        let numbers = self.lines.iter().chain(&other.lines).map(|l| l.number);
        let numbers: std::collections::BTreeSet<u64> = numbers.collect();
        for number in numbers {
            let text = |o: &Self| {
                let line = o.lines.iter().find(|l| l.number == number);
                line.map_or("as before".into(), |l| hex(&l.bytes))
            };
            add(format!("data {:x}", number * LINE as u64), text(self), text(other));
        }
        out
    }
}

/// Bytes as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
