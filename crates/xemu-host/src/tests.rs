use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};

use super::*;

#[test]
fn results_are_split() {
    assert_eq!(check(-4095), Err(4095));
    assert_eq!(check(-4096), Ok(-4096i64 as u64));
    assert_eq!(check(7), Ok(7));
}

#[test]
fn thread_records_nest_and_are_typed() {
    assert_eq!(with::<AtomicU32, _>(ThreadSlot::Linux, |_| ()), None);
    let (outer, inner) = (AtomicU32::new(1), AtomicU32::new(2));
    let get = || with::<AtomicU32, _>(ThreadSlot::Linux, |r| r.load(SeqCst));
    enter(ThreadSlot::Linux, &outer, || {
        enter(ThreadSlot::Linux, &inner, || assert_eq!(get(), Some(2)));
        assert_eq!(get(), Some(1));
        assert_eq!(with::<AtomicU64, _>(ThreadSlot::Linux, |_| ()), None);
        assert_eq!(with::<AtomicU32, _>(ThreadSlot::Engine, |_| ()), None);
    });
    assert_eq!(get(), None);
}

#[cfg(not(miri))]
mod kernel {
    use super::*;

    const SYS_GETPPID: u64 = libc::SYS_getppid as u64;

    #[test]
    fn mapping_calls_are_refused() {
        assert_eq!(guest_syscall(libc::SYS_munmap as u64, [0x1000, 0x1000, 0, 0, 0, 0]), -ENOSYS);
    }

    #[test]
    fn sparse_memory_has_no_huge_pages() {
        if !std::fs::exists("/sys/kernel/mm/transparent_hugepage").unwrap_or(false) {
            return;
        }
        let mapping = Mapping::sparse(8 << 20).expect("memory");
        let smaps = std::fs::read_to_string("/proc/self/smaps").expect("/proc is there");
        let start = format!("{:x}-", mapping.addr());
        let entry = smaps.lines().skip_while(|line| !line.starts_with(&start));
        let flags = entry.into_iter().find(|line| line.starts_with("VmFlags:"));
        let flags = flags.expect("the mapping is listed");
        assert!(flags.split(' ').any(|flag| flag == "nh"), "{flags}");
    }

    #[test]
    fn safe_syscall_looks_at_the_flag() {
        let poll = AtomicU32::new(0);
        assert!(safe_syscall(&poll, SYS_GETPPID, [0; 6]) > 0);
        poll.store(1, SeqCst);
        assert_eq!(safe_syscall(&poll, SYS_GETPPID, [0; 6]), NOT_BEGUN);
    }

    static POLL: AtomicU32 = AtomicU32::new(0);
    static REWOUND: AtomicU32 = AtomicU32::new(0);

    fn interrupt(_: i32, _: &SigInfo, ctx: &mut HostContext) {
        POLL.store(1, SeqCst);
        if rewind_if_in_window(ctx) {
            REWOUND.store(1, SeqCst);
        }
    }

    #[test]
    fn a_signal_ends_a_blocking_read() {
        install_handler(63, interrupt, SA_RESTART, 0).unwrap();
        let mut pipe = [0i32; 2];
        guest_syscall(libc::SYS_pipe as u64, [pipe.as_mut_ptr() as u64, 0, 0, 0, 0, 0]);
        let (pid, tid) = (getpid(), gettid());
        let sender = std::thread::spawn(move || {
            while REWOUND.load(SeqCst) == 0 {
                std::thread::sleep(core::time::Duration::from_millis(2));
                tgkill(pid, tid, 63).unwrap();
            }
        });
        let mut byte = 0u8;
        let args = [pipe[0] as u64, &raw mut byte as u64, 1, 0, 0, 0];
        let result = loop {
            // A signal outside the window sets the flag too; only one inside it counts here.
            let result = safe_syscall(&POLL, libc::SYS_read as u64, args);
            if REWOUND.load(SeqCst) == 1 {
                break result;
            }
            POLL.store(0, SeqCst);
        };
        sender.join().unwrap();
        assert_eq!(result, INTERRUPTED);
    }

    static SEEN: AtomicU64 = AtomicU64::new(0);

    fn note(sig: i32, info: &SigInfo, ctx: &mut HostContext) {
        assert_eq!(info.signo(), sig);
        SEEN.fetch_or(1 << (sig - 1), SeqCst);
        assert_ne!(ctx.mxcsr(), 0);
        let old = ctx.xmm(15);
        ctx.set_xmm(15, !old);
        assert_eq!(ctx.xmm(15), !old);
        ctx.set_xmm(15, old);
    }

    #[test]
    fn internal_signals_of_the_c_library_are_deliverable() {
        for sig in [32, 33, 64] {
            install_handler(sig, note, 0, 0).unwrap();
            tgkill(getpid(), gettid(), sig).unwrap();
            assert_ne!(SEEN.load(SeqCst) & 1 << (sig - 1), 0, "{sig}");
            set_disposition(sig, SIG_DFL, 0).unwrap();
        }
        assert_eq!(install_handler(9, note, 0, 0), Err(libc::EINVAL));
        assert_eq!(install_handler(65, note, 0, 0), Err(libc::EINVAL));
    }

    #[test]
    fn masks_have_all_64_bits() {
        let old = sigprocmask(SigmaskHow::Block, 1 << 63 | 1 << 31);
        let now = sigprocmask(SigmaskHow::Set, old);
        assert_eq!(now & (1 << 63 | 1 << 31), 1 << 63 | 1 << 31);
    }

    #[test]
    fn a_handler_runs_on_the_alternate_stack() {
        static STACK: AtomicU64 = AtomicU64::new(0);
        fn where_am_i(_: i32, _: &SigInfo, _: &mut HostContext) {
            let local = 0u8;
            STACK.store(&raw const local as u64, SeqCst);
        }
        std::thread::spawn(|| {
            let stack = AltStack::install(0).unwrap();
            install_handler(62, where_am_i, 0, 0).unwrap();
            tgkill(getpid(), gettid(), 62).unwrap();
            let (base, size) = stack.range();
            assert!(STACK.load(SeqCst) - base < size);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn code_written_in_one_view_runs_in_the_other() {
        let reservation = Mapping::reserve(16 * PAGE_SIZE).unwrap();
        let mut code = DualMapping::new(&reservation, 4 * PAGE_SIZE, 2 * PAGE_SIZE).unwrap();
        assert_eq!(code.exec_addr(), reservation.addr() + 4 * PAGE_SIZE as u64);
        assert!(code.write(16, &[0xb8, 42, 0, 0, 0, 0xc3])); // mov eax, 42; ret
        assert!(!code.write(2 * PAGE_SIZE - 1, &[0, 0]));
        // SAFETY: the bytes are a function of this type.
        let f: extern "sysv64" fn() -> i32 = unsafe { core::mem::transmute(code.exec_addr() + 16) };
        assert_eq!(f(), 42);
        code.close_writer();
        assert!(!code.write(0, &[0]));
        assert_eq!(f(), 42);
        assert!(DualMapping::new(&reservation, 15 * PAGE_SIZE, 2 * PAGE_SIZE).is_err());
    }

    #[test]
    fn fixed_mappings_do_not_replace() {
        let first = Mapping::anonymous(PAGE_SIZE, Protection::ReadWrite).unwrap();
        let again = Mapping::fixed_noreplace(first.addr(), PAGE_SIZE, Protection::None);
        assert_eq!(again.unwrap_err(), libc::EEXIST);
    }

    #[test]
    fn a_vfork_child_shares_memory_and_suspends_its_parent() {
        let mut seen = 0;
        let record = AtomicU32::new(5);
        let args = CloneArgs {
            flags: (libc::CLONE_VM | libc::CLONE_VFORK) as u64,
            exit_signal: libc::SIGCHLD as u64,
            ..CloneArgs::default()
        };
        enter(ThreadSlot::Linux, &record, || {
            let pid = clone_sharing(&args, 1 << 16, || {
                seen = getpid();
                let other = AtomicU32::new(6);
                leaves(true);
                enter(ThreadSlot::Linux, &other, || exit_group(3))
            })
            .unwrap();
            let SharedChild { pid, orderly } = pid;
            assert_eq!(seen, pid);
            assert!(orderly);
            let mut status = 0i32;
            let args = [pid as u64, &raw mut status as u64, 0, 0, 0, 0];
            assert_eq!(guest_syscall(libc::SYS_wait4 as u64, args), i64::from(pid));
            assert_eq!(status >> 8, 3);
            assert_eq!(with(ThreadSlot::Linux, |r: &AtomicU32| r.load(SeqCst)), Some(5));
        });
        assert_eq!(clone_sharing(&CloneArgs::default(), 4096, || 0), Err(libc::EINVAL));
    }

    fn wait_for(pid: i32) -> i32 {
        let mut status = 0i32;
        let args = [pid as u64, &raw mut status as u64, 0, 0, 0, 0];
        assert_eq!(guest_syscall(libc::SYS_wait4 as u64, args), i64::from(pid));
        status
    }

    #[test]
    fn a_child_that_shares_memory_has_locks_taken_by_its_parent() {
        let (parent, owner) = (gettid(), AtomicU32::new(0));
        let args = CloneArgs {
            flags: libc::CLONE_VM as u64,
            exit_signal: libc::SIGCHLD as u64,
            ..CloneArgs::default()
        };
        let lock = std::sync::Mutex::new(0);
        let child = clone_sharing(&args, 1 << 16, || {
            let nested = clone_sharing(&args, 1 << 16, || {
                delegate(|| *lock.lock().unwrap() += 1);
                delegate(|| owner.store(gettid() as u32, SeqCst));
                let _ = tgkill(getpid(), gettid(), libc::SIGKILL);
                0
            });
            let killed = nested.is_ok_and(|c| !c.orderly && wait_for(c.pid) == libc::SIGKILL);
            delegate(|| *lock.lock().unwrap() += 1);
            if killed { 7 } else { 8 }
        })
        .unwrap();
        assert!(child.orderly);
        assert_eq!(wait_for(child.pid), 7 << 8);
        assert_eq!(owner.load(SeqCst), parent as u32);
        assert_eq!(*lock.lock().unwrap(), 2);
    }

    #[test]
    fn threads_wake_each_other() {
        static WORD: AtomicU32 = AtomicU32::new(0);
        spawn_thread(
            || {
                WORD.store(1, SeqCst);
                futex_wake(&WORD, 1);
            },
            1 << 17,
        )
        .unwrap();
        while WORD.load(SeqCst) == 0 {
            let _ = futex_wait(&WORD, 0, None);
        }
    }
}

#[test]
fn poll_flag_is_set_only_while_registered() {
    use core::sync::atomic::{AtomicU32, Ordering};
    let mut owner = (7, AtomicU32::new(0));
    crate::request_poll();
    let seen = crate::with_poll_flag(
        &mut owner,
        |o| &o.1,
        |o| {
            crate::request_poll();
            o.1.swap(0, Ordering::Relaxed)
        },
    );
    crate::request_poll();
    assert_eq!((seen, owner.1.load(Ordering::Relaxed)), (1, 0));
}
