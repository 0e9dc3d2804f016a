//! Threads, processes and signals, seen by a guest: an engine that runs a script of Rust steps
//! takes the place of a real one. Each scenario runs in a process of its own, whose exit status
//! tells how it went.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use xemu_guest::{CpuState, Exit, FaultKind, GuestFault};
use xemu_host::{Fork, HostContext, SigInfo};
use xemu_linux::{Config, Engine, EngineThread, Process, ProgramInfo, run};
use xemu_mem::AddressSpace;

/// Where the script's first step is; the steps are four bytes apart.
const BASE: u64 = 0x1000;

/// One step of the script.
#[derive(Clone, Copy)]
enum Step {
    /// Changes registers or memory; may also jump by setting pc.
    Do(fn(&mut CpuState)),
    /// A system call: number and arguments.
    Svc(u64, fn(&CpuState) -> [u64; 6]),
    /// A memory fault.
    Fault,
    /// Waits until a signal comes.
    Wait,
}

use Step::{Do, Fault, Svc, Wait};

struct Script(&'static [Step]);

impl Engine for Script {
    fn new_thread(&self) -> Box<dyn EngineThread> {
        Box::new(Script(self.0))
    }
    fn handle_host_fault(&self, _: i32, _: &SigInfo, _: &mut HostContext) -> bool {
        false
    }
}

impl EngineThread for Script {
    fn run(&mut self, cpu: &mut CpuState) -> Exit {
        loop {
            if cpu.poll.load(Ordering::Relaxed) != 0 {
                return Exit::Poll;
            }
            match self.0[((cpu.pc - BASE) / 4) as usize] {
                Do(step) => {
                    cpu.pc += 4;
                    step(cpu);
                }
                Svc(nr, args) => {
                    let words = args(cpu);
                    cpu.x[..6].copy_from_slice(&words);
                    cpu.x[8] = nr;
                    cpu.pc += 4;
                    return Exit::Svc(0);
                }
                Fault => {
                    let kind = FaultKind::Unmapped;
                    return Exit::Fault(GuestFault { kind, addr: 0x10, write: true });
                }
                Wait => std::thread::yield_now(),
            }
        }
    }
}

/// The address of a step.
const fn step(index: u64) -> u64 {
    BASE + index * 4
}

/// Runs a script in a new process; the wait status. Handlers return to the script's last step.
fn status_of(script: &'static [Step]) -> i32 {
    match xemu_host::fork().expect("fork") {
        Fork::Parent(pid) => {
            let mut status = 0i32;
            let args = [pid as u64, (&raw mut status) as u64, 0, 0, 0, 0];
            assert_eq!(xemu_host::guest_syscall(61, args), i64::from(pid));
            status
        }
        Fork::Child => {
            let space: &'static AddressSpace = Box::leak(Box::new(AddressSpace::new(0)));
            let stack = space.map_stack(1 << 20, 3).expect("a stack");
            let info = ProgramInfo {
                sigreturn: step(script.len() as u64 - 1),
                exe_path: b"/bin/guest".to_vec(),
                ..Default::default()
            };
            let config = Config { prefix: Some("/proc/sys".into()), ..Default::default() };
            let process = Process::init(config, Arc::new(Script(script)), space, info);
            let mut cpu = CpuState { pc: BASE, ..Default::default() };
            cpu.set_sp(stack.end - 256);
            let errno = run::first_thread(process, cpu);
            xemu_host::exit_group(100 + i32::from(errno.0 as u8))
        }
    }
}

/// The exit status of a script that exits.
fn exit_of(script: &'static [Step]) -> i32 {
    let status = status_of(script);
    assert_eq!(status & 0x7f, 0, "killed by signal {}", status & 0x7f);
    status >> 8
}

// Words that steps share; each process has its own.
static A: AtomicU64 = AtomicU64::new(0);
static B: AtomicU64 = AtomicU64::new(0);
static ACTION: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
static BUFFER: [AtomicU64; 16] = [const { AtomicU64::new(0) }; 16];

fn addr<T>(place: &'static T) -> u64 {
    core::ptr::from_ref(place) as u64
}

fn set_action(handler: u64, flags: u64, mask: u64) {
    for (word, value) in ACTION.iter().zip([handler, flags, 0, mask]) {
        word.store(value, Ordering::Relaxed);
    }
}

const SIGRETURN: Step = Svc(139, |_| [0; 6]);
const SA_SIGINFO: u64 = 4;
const SA_RESTART: u64 = 0x1000_0000;
const SIGUSR1: u64 = 10;
const SIGSEGV: u64 = 11;
const SIGALRM: u64 = 14;

fn own_pid() -> u64 {
    xemu_host::getpid() as u64
}

/// `exit_group(A)`.
const EXIT_WITH_A: Step = Svc(94, |_| [A.load(Ordering::Relaxed), 0, 0, 0, 0, 0]);

#[test]
fn handler_runs_and_registers_come_back() {
    let status = exit_of(&[
        Do(|_| set_action(step(5), SA_SIGINFO, 0)),
        Svc(134, |_| [SIGUSR1, addr(&ACTION), 0, 8, 0, 0]),
        Do(|cpu| {
            cpu.x[20] = 77;
            cpu.v[3] = [5, 6];
        }),
        Svc(129, |_| [own_pid(), SIGUSR1, 0, 0, 0, 0]),
        // Behind the handler: the registers are as before, kill has returned 0.
        Do(|cpu| {
            let intact = cpu.x[20] == 77 && cpu.v[3] == [5, 6] && cpu.x[0] == 0;
            A.fetch_add(u64::from(intact), Ordering::Relaxed);
            cpu.pc = step(7);
        }),
        Do(|cpu| {
            let info = xemu_mem::read::<u32>(cpu.x[1]).expect("siginfo");
            let by_number = cpu.x[0] == SIGUSR1 && u64::from(info) == SIGUSR1;
            A.fetch_add(u64::from(by_number) * 40, Ordering::Relaxed);
            cpu.x[20] = 0;
            cpu.v[3] = [0, 0];
        }),
        Do(|cpu| cpu.pc = cpu.x[30]),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 41);
}

/// A read of a pipe that an alarm interrupts; the handler makes the pipe readable.
const fn interrupted_read(flags: u64) -> [Step; 10] {
    let set: fn(&mut CpuState) = if flags & SA_RESTART != 0 {
        |_| set_action(step(6), SA_RESTART, 0)
    } else {
        |_| set_action(step(6), 0, 0)
    };
    [
        Do(set),
        Svc(134, |_| [SIGALRM, addr(&ACTION), 0, 8, 0, 0]),
        Svc(59, |_| [addr(&BUFFER), 0, 0, 0, 0, 0]),
        Svc(103, |_| {
            ACTION[0].store(0, Ordering::Relaxed);
            ACTION[1].store(0, Ordering::Relaxed);
            ACTION[2].store(0, Ordering::Relaxed);
            ACTION[3].store(30_000, Ordering::Relaxed);
            [0, addr(&ACTION), 0, 0, 0, 0]
        }),
        Svc(63, |_| {
            let fd = BUFFER[0].load(Ordering::Relaxed) & 0xffff_ffff;
            [fd, addr(&BUFFER[1]), 1, 0, 0, 0]
        }),
        Do(|cpu| {
            let interrupted = cpu.x[0] == (-4i64).cast_unsigned();
            A.store(if interrupted { 50 } else { cpu.x[0] }, Ordering::Relaxed);
            cpu.pc = step(8);
        }),
        Svc(64, |_| [BUFFER[0].load(Ordering::Relaxed) >> 32, addr(&A), 1, 0, 0, 0]),
        Do(|cpu| cpu.pc = cpu.x[30]),
        EXIT_WITH_A,
        SIGRETURN,
    ]
}

#[test]
fn interrupted_calls_restart_only_with_sa_restart() {
    static RESTART: [Step; 10] = interrupted_read(SA_RESTART);
    static EINTR: [Step; 10] = interrupted_read(0);
    assert_eq!(exit_of(&RESTART), 1);
    assert_eq!(exit_of(&EINTR), 50);
}

#[test]
fn sigsuspend_runs_the_handler_under_its_mask() {
    let status = exit_of(&[
        Do(|_| set_action(step(7), 0, 0)),
        Svc(134, |_| [SIGUSR1, addr(&ACTION), 0, 8, 0, 0]),
        // Block SIGUSR1, send it, and let only sigsuspend open it.
        Svc(135, |_| {
            B.store(1 << (SIGUSR1 - 1), Ordering::Relaxed);
            [0, addr(&B), 0, 8, 0, 0]
        }),
        Svc(129, |_| [own_pid(), SIGUSR1, 0, 0, 0, 0]),
        Svc(133, |_| {
            B.store(1 << 63, Ordering::Relaxed);
            [addr(&B), 8, 0, 0, 0, 0]
        }),
        // Behind it the old mask is back.
        Svc(135, |cpu| {
            let eintr = cpu.x[0] == (-4i64).cast_unsigned();
            A.fetch_add(u64::from(eintr), Ordering::Relaxed);
            [0, 0, addr(&BUFFER), 8, 0, 0]
        }),
        Do(|cpu| {
            let blocked = BUFFER[0].load(Ordering::Relaxed) == 1 << (SIGUSR1 - 1);
            A.fetch_add(u64::from(blocked) * 2, Ordering::Relaxed);
            cpu.pc = step(10);
        }),
        // The handler's mask is the temporary one and the signal itself.
        Svc(135, |_| [0, 0, addr(&BUFFER), 8, 0, 0]),
        Do(|_| {
            let expected = 1 << 63 | 1 << (SIGUSR1 - 1);
            let right = BUFFER[0].load(Ordering::Relaxed) == expected;
            A.fetch_add(u64::from(right) * 4, Ordering::Relaxed);
        }),
        Do(|cpu| cpu.pc = cpu.x[30]),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 7);
}

#[test]
fn fault_reaches_the_handler_with_its_address() {
    let status = exit_of(&[
        Do(|_| set_action(step(3), SA_SIGINFO, 0)),
        Svc(134, |_| [SIGSEGV, addr(&ACTION), 0, 8, 0, 0]),
        Fault,
        Do(|cpu| {
            let [number, _, code, _, address, _] =
                core::array::from_fn(|i| xemu_mem::read::<u32>(cpu.x[1] + 4 * i as u64));
            assert_eq!((number, code, address), (Ok(11), Ok(1), Ok(0x10)));
            // The syndrome lies behind the vector registers: a write, nothing mapped.
            let reserved = cpu.x[2] + 176 + 288;
            let esr = xemu_mem::read::<u64>(reserved + 528 + 8);
            assert_eq!(esr, Ok(0x9200_0047));
            // Go on behind the instruction.
            xemu_mem::write(cpu.x[2] + 440, step(5)).expect("pc in the frame");
        }),
        Do(|cpu| cpu.pc = cpu.x[30]),
        Do(|_| A.store(9, Ordering::Relaxed)),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 9);
}

#[test]
fn unhandled_fault_ends_the_process_by_its_signal() {
    assert_eq!(status_of(&[Fault, SIGRETURN]) & 0x7f, 11);
    // Blocked, it is forced all the same.
    let status = status_of(&[
        Svc(135, |_| {
            B.store(u64::MAX, Ordering::Relaxed);
            [0, addr(&B), 0, 8, 0, 0]
        }),
        Fault,
        SIGRETURN,
    ]);
    assert_eq!(status & 0x7f, 11);
    // Sent by kill while blocked, it waits.
    let status = exit_of(&[
        Svc(135, |_| {
            B.store(1 << (SIGSEGV - 1), Ordering::Relaxed);
            [0, addr(&B), 0, 8, 0, 0]
        }),
        Svc(129, |_| [own_pid(), SIGSEGV, 0, 0, 0, 0]),
        Svc(136, |_| [addr(&A), 8, 0, 0, 0, 0]),
        Do(|_| A.store(A.load(Ordering::Relaxed) >> 10, Ordering::Relaxed)),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 1);
}

#[test]
fn signal_in_a_loop_is_delivered() {
    let status = exit_of(&[
        Do(|_| set_action(step(4), 0, 0)),
        Svc(134, |_| [SIGALRM, addr(&ACTION), 0, 8, 0, 0]),
        Svc(103, |_| {
            set_action(0, 0, 0);
            ACTION[3].store(20_000, Ordering::Relaxed);
            [0, addr(&ACTION), 0, 0, 0, 0]
        }),
        Wait,
        Do(|_| A.store(3, Ordering::Relaxed)),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 3);
}

#[test]
fn thread_shares_memory_and_clears_its_id() {
    let status = exit_of(&[
        // CLONE_VM|FS|FILES|SIGHAND|THREAD|PARENT_SETTID|CHILD_CLEARTID
        Svc(220, |_| [0x31_0f00, 0x7000, addr(&B), 0, addr(&B), 0]),
        Do(|cpu| {
            if cpu.x[0] == 0 {
                cpu.pc = step(6);
            } else {
                // The thread may have ended already.
                let told = B.load(Ordering::Relaxed);
                A.fetch_add(u64::from(told == 0 || told == cpu.x[0]), Ordering::Relaxed);
            }
        }),
        // Wait until the id is cleared, by the value that was looked at.
        Do(|cpu| {
            BUFFER[0].store(B.load(Ordering::Relaxed), Ordering::Relaxed);
            if BUFFER[0].load(Ordering::Relaxed) == 0 {
                cpu.pc = step(5);
            }
        }),
        Svc(98, |_| [addr(&B), 0, BUFFER[0].load(Ordering::Relaxed), 0, 0, 0]),
        Do(|cpu| cpu.pc = step(2)),
        EXIT_WITH_A,
        // The thread.
        Do(|_| {
            A.fetch_add(10, Ordering::Relaxed);
        }),
        Svc(93, |_| [0; 6]),
        SIGRETURN,
    ]);
    assert_eq!(status, 11);
}

/// Waits for any child and exits with its status plus A.
const WAIT_FOR_CHILD: [Step; 2] = [
    Svc(260, |_| [u64::MAX, addr(&BUFFER), 0, 0, 0, 0]),
    Do(|_| {
        let status = BUFFER[0].load(Ordering::Relaxed) & 0xffff_ffff;
        A.fetch_add(status >> 8, Ordering::Relaxed);
    }),
];

#[test]
fn fork_copies_memory() {
    let status = exit_of(&[
        Svc(220, |_| [17, 0, 0, 0, 0, 0]),
        Do(|cpu| {
            if cpu.x[0] == 0 {
                A.store(50, Ordering::Relaxed);
                B.store(7, Ordering::Relaxed);
                cpu.pc = step(5);
            }
        }),
        WAIT_FOR_CHILD[0],
        WAIT_FOR_CHILD[1],
        EXIT_WITH_A,
        Svc(93, |_| [B.load(Ordering::Relaxed), 0, 0, 0, 0, 0]),
        SIGRETURN,
    ]);
    assert_eq!(status, 7);
}

#[test]
fn vfork_shares_memory_and_execs() {
    // CLONE_VM|CLONE_VFORK|SIGCHLD
    let status = exit_of(&[
        Svc(220, |_| [0x4111, 0, 0, 0, 0, 0]),
        Do(|cpu| {
            if cpu.x[0] == 0 {
                A.store(50, Ordering::Relaxed);
                cpu.pc = step(5);
            }
        }),
        WAIT_FOR_CHILD[0],
        WAIT_FOR_CHILD[1],
        EXIT_WITH_A,
        Svc(221, |_| [c"/no/such/file".as_ptr() as u64, 0, 0, 0, 0, 0]),
        Do(|cpu| {
            let enoent = cpu.x[0] == (-2i64).cast_unsigned();
            A.fetch_add(u64::from(enoent), Ordering::Relaxed);
            for (word, text) in BUFFER.iter().zip([c"sh", c"-c", c"exit 3"]) {
                word.store(text.as_ptr() as u64, Ordering::Relaxed);
            }
        }),
        Svc(221, |_| [c"/bin/sh".as_ptr() as u64, addr(&BUFFER), 0, 0, 0, 0]),
        Svc(94, |_| [99, 0, 0, 0, 0, 0]),
        SIGRETURN,
    ]);
    assert_eq!(status, 54);
}

#[test]
fn call_that_a_signal_forestalls_is_made_afterwards() {
    // The handler has no SA_RESTART, but the call had not begun: it must not say EINTR.
    let status = exit_of(&[
        Do(|_| set_action(step(4), 0, 0)),
        Svc(134, |_| [SIGUSR1, addr(&ACTION), 0, 8, 0, 0]),
        Svc(172, |_| {
            if B.fetch_add(1, Ordering::Relaxed) == 0 {
                let own = xemu_host::getpid();
                xemu_host::tgkill(own, own, SIGUSR1 as i32).expect("a signal to itself");
            }
            [0; 6]
        }),
        Do(|cpu| {
            A.fetch_add(u64::from(cpu.x[0] == own_pid()), Ordering::Relaxed);
            cpu.pc = step(6);
        }),
        Do(|_| {
            A.fetch_add(2, Ordering::Relaxed);
        }),
        Do(|cpu| cpu.pc = cpu.x[30]),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 3);
}

#[test]
fn fork_that_a_signal_forestalls_is_made_afterwards() {
    let status = exit_of(&[
        Do(|_| set_action(step(6), 0, 0)),
        Svc(134, |_| [SIGUSR1, addr(&ACTION), 0, 8, 0, 0]),
        Svc(220, |_| {
            if B.fetch_add(1, Ordering::Relaxed) == 0 {
                let own = xemu_host::getpid();
                xemu_host::tgkill(own, own, SIGUSR1 as i32).expect("a signal to itself");
            }
            [17, 0, 0, 0, 0, 0]
        }),
        Do(|cpu| match cpu.x[0] {
            0 => cpu.pc = step(8),
            _ => A.store(u64::from(cpu.x[0] < 1 << 32), Ordering::Relaxed),
        }),
        WAIT_FOR_CHILD[0],
        Do(|cpu| cpu.pc = step(8)),
        Do(|cpu| cpu.pc = cpu.x[30]),
        Do(|_| {}),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 1);
}

#[test]
fn child_beside_its_parent_shares_memory() {
    // CLONE_VM|SIGCHLD; the child waits for what the parent does after the call.
    let status = exit_of(&[
        Svc(220, |_| [0x111, 0x7000, 0, 0, 0, 0]),
        Do(|cpu| {
            if cpu.x[0] == 0 {
                cpu.pc = step(5);
            } else {
                A.store(3, Ordering::Relaxed);
            }
        }),
        WAIT_FOR_CHILD[0],
        WAIT_FOR_CHILD[1],
        EXIT_WITH_A,
        Do(|cpu| {
            while A.load(Ordering::Relaxed) != 3 {
                std::thread::yield_now();
            }
            A.store(10, Ordering::Relaxed);
            B.store(u64::from(cpu.sp() == 0x7000), Ordering::Relaxed);
        }),
        // exit, not exit_group.
        Svc(93, |_| [B.load(Ordering::Relaxed) + 20, 0, 0, 0, 0, 0]),
        SIGRETURN,
    ]);
    assert_eq!(status, 31);
}

#[test]
fn inherited_dispositions_are_found_when_asked_for() {
    // A Rust program ignores SIGPIPE.
    let status = exit_of(&[
        Svc(134, |_| [13, 0, addr(&BUFFER), 8, 0, 0]),
        Svc(134, |_| {
            A.store(BUFFER[0].load(Ordering::Relaxed) * 2, Ordering::Relaxed);
            [SIGUSR1, 0, addr(&BUFFER), 8, 0, 0]
        }),
        Do(|_| {
            A.fetch_add(BUFFER[0].load(Ordering::Relaxed), Ordering::Relaxed);
        }),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 2);
}

#[test]
fn paths_are_looked_up_below_the_prefix() {
    const ENOENT: u64 = (-2i64).cast_unsigned();
    fn found(bit: u64, cpu: &CpuState) {
        A.fetch_or(u64::from(cpu.x[0] != ENOENT) << bit, Ordering::Relaxed);
    }
    let status = exit_of(&[
        // inotify_init1, inotify_add_watch, utimensat, name_to_handle_at, readlinkat; chdir not.
        Svc(26, |_| [0; 6]),
        Svc(27, |cpu| [cpu.x[0], c"/kernel".as_ptr() as u64, 0x100, 0, 0, 0]),
        Do(|cpu| found(0, cpu)),
        Svc(88, |_| [u64::MAX, c"/kernel/ostype".as_ptr() as u64, 0, 0, 0, 0]),
        Do(|cpu| found(1, cpu)),
        Svc(264, |_| {
            let (handle, mount) = (addr(&BUFFER), addr(&BUFFER[8]));
            [u64::MAX, c"/kernel/ostype".as_ptr() as u64, handle, mount, 0, 0]
        }),
        Do(|cpu| found(2, cpu)),
        Svc(78, |_| [u64::MAX, c"/kernel/ostype".as_ptr() as u64, addr(&BUFFER), 8, 0, 0]),
        Do(|cpu| found(3, cpu)),
        Svc(49, |_| [c"/kernel".as_ptr() as u64, 0, 0, 0, 0, 0]),
        Do(|cpu| found(4, cpu)),
        EXIT_WITH_A,
        SIGRETURN,
    ]);
    assert_eq!(status, 0b1111);
}
