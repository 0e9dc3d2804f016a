//! Every system call of arm64 Linux 6.18: number, name, arguments, how it is dealt with, and why.
//!
//! One row a call. Dispatch, strace, the generated document and the counter of unsupported calls
//! are all derived from it. The numbers behind `host` are x86-64's.

use xemu_abi::Errno;
use xemu_abi::process::CloneArgs;
use xemu_abi::signal::{SigAction, SigAltStack, SigInfo, SigSet};
use xemu_abi::stat::{EpollEvent, Stat};

use crate::args::*;
use crate::path::Link;
use crate::strace::shown::{IntPair, Itimerspec, Rlimit, Timespec, Utsname};
use crate::thread::Thread;
use crate::{exec, fd, fs, gcs, info, ipc, mm, process, roots, signal, signal_wait, thread, uring};

/// What a handler returns: the word for X0, or an error number.
pub type SysResult = Result<u64, Errno>;

/// How a call is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The host's call with the same arguments: all structures and constants are equal.
    Passthrough,
    /// The host's call with arguments or results in the other layout.
    Convert,
    /// The emulator's own work.
    Custom,
    /// Own work that leaves something out.
    Partial,
    /// Answers with an error, as a kernel built without it.
    Refused,
}

/// How to carry out a call.
#[derive(Clone, Copy)]
pub enum Handler {
    /// The host's call of this number.
    Host(u16),
    /// A function of this crate.
    Call(fn(&mut Thread, &[u64; 6]) -> SysResult),
    /// An error number.
    Refuse(Errno),
}

/// One system call.
pub struct Row {
    /// The arm64 number.
    pub nr: u16,
    /// Linux's name.
    pub name: &'static str,
    /// Names and kinds of the arguments.
    pub args: &'static [(&'static str, Kind)],
    /// Whether the result is shown in hexadecimal.
    pub ret: Ret,
    /// How it is dealt with.
    pub class: Class,
    /// Why not passed through.
    pub note: &'static str,
    /// How to carry it out.
    pub handler: Handler,
    /// Which arguments are addresses: bit n for argument n.
    pub pointers: u8,
}

/// Which of some arguments are addresses.
const fn pointers(args: &[(&'static str, Kind)]) -> u8 {
    let mut bits = 0;
    let mut i = 0;
    while i < args.len() {
        if args[i].1.is_pointer() {
            bits |= 1 << i;
        }
        i += 1;
    }
    bits
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ret {
    /// A number.
    Int,
    /// An address.
    Hex,
}

macro_rules! handler {
    (host ($nr:literal) $($ty:ty)*) => {
        Handler::Host($nr)
    };
    (path ($nr:literal, $at:literal) $($ty:ty)*) => {
        Handler::Call(|thread, words| fs::prefixed(thread, $nr, $at, Link::Follow, words))
    };
    (link ($nr:literal, $at:literal) $($ty:ty)*) => {
        Handler::Call(|thread, words| fs::prefixed(thread, $nr, $at, Link::Keep, words))
    };
    (path_at ($nr:literal, $at:literal, $flags:literal) $($ty:ty)*) => {
        Handler::Call(|thread, words| {
            let link = Link::unless(words[$flags] as u32);
            fs::prefixed(thread, $nr, $at, link, words)
        })
    };
    (errno ($name:ident) $($ty:ty)*) => {
        Handler::Refuse(Errno::$name)
    };
    (call ($path:path)) => {
        Handler::Call(|thread, _| $path(thread))
    };
    (call ($path:path) $($ty:ty)+) => {
        Handler::Call(|thread, words| {
            let mut words = words.iter().copied();
            let mut next = || words.next().unwrap_or(0);
            $path(thread, $(<$ty as Arg>::from_word(next())),+)
        })
    };
}

macro_rules! syscalls {
    ($(
        $nr:literal $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ident
        [$class:ident $($note:literal)?] => $how:ident $target:tt;
    )*) => {
        /// All rows, by number.
        pub static SYSCALLS: &[Row] = &[$(
            Row {
                nr: $nr,
                name: stringify!($name),
                args: &[$((stringify!($arg), <$ty as Arg>::KIND)),*],
                ret: Ret::$ret,
                class: Class::$class,
                note: concat!($($note)?),
                handler: handler!($how $target $($ty)*),
                pointers: pointers(&[$((stringify!($arg), <$ty as Arg>::KIND)),*]),
            },
        )*];
    };
}

/// One more than the highest number.
pub const MAX_NR: usize = 470;

/// Rows by number; [`NO_ROW`] for a number that Linux leaves unused.
static INDEX: [u16; MAX_NR] = index();
const NO_ROW: u16 = u16::MAX;

const fn index() -> [u16; MAX_NR] {
    let mut index = [NO_ROW; MAX_NR];
    let mut i = 0;
    while i < SYSCALLS.len() {
        index[SYSCALLS[i].nr as usize] = i as u16;
        i += 1;
    }
    index
}

/// The row of a number, if Linux has such a call.
pub fn lookup(nr: u64) -> Option<&'static Row> {
    let index = *INDEX.get(usize::try_from(nr).ok()?)?;
    SYSCALLS.get(usize::from(index))
}

#[rustfmt::skip]
syscalls! {
      0 io_setup (nr: Uint, ctxp: Addr) -> Int [Passthrough] => host(206);
      1 io_destroy (ctx: Word) -> Int [Passthrough] => host(207);
      2 io_submit (ctx: Word, nr: Long, iocbpp: Addr) -> Int [Passthrough] => host(209);
      3 io_cancel (ctx: Word, iocb: Addr, result: Addr) -> Int [Passthrough] => host(210);
      4 io_getevents (ctx: Word, min_nr: Long, nr: Long, events: Addr, timeout: In<Timespec>) -> Int
        [Passthrough] => host(208);
      5 setxattr (path: Path, name: Str, value: Data, size: Size, flags: Hex) -> Int
        [Passthrough] => host(188);
      6 lsetxattr (path: Path, name: Str, value: Data, size: Size, flags: Hex) -> Int
        [Passthrough] => host(189);
      7 fsetxattr (fd: Fd, name: Str, value: Data, size: Size, flags: Hex) -> Int
        [Passthrough] => host(190);
      8 getxattr (path: Path, name: Str, value: OutData, size: Size) -> Int
        [Custom "path prefix"] => path(191, 0);
      9 lgetxattr (path: Path, name: Str, value: OutData, size: Size) -> Int
        [Custom "path prefix"] => link(192, 0);
     10 fgetxattr (fd: Fd, name: Str, value: OutData, size: Size) -> Int [Passthrough] => host(193);
     11 listxattr (path: Path, list: OutData, size: Size) -> Int
        [Custom "path prefix"] => path(194, 0);
     12 llistxattr (path: Path, list: OutData, size: Size) -> Int
        [Custom "path prefix"] => link(195, 0);
     13 flistxattr (fd: Fd, list: OutData, size: Size) -> Int [Passthrough] => host(196);
     14 removexattr (path: Path, name: Str) -> Int [Passthrough] => host(197);
     15 lremovexattr (path: Path, name: Str) -> Int [Passthrough] => host(198);
     16 fremovexattr (fd: Fd, name: Str) -> Int [Passthrough] => host(199);
     17 getcwd (buf: OutData, size: Size) -> Int [Passthrough] => host(79);
     18 lookup_dcookie (cookie: Word, buf: Addr, len: Size) -> Int
        [Refused "removed in Linux 6.8"] => errno(ENOSYS);
     19 eventfd2 (initval: Uint, flags: FileFlags) -> Int [Passthrough] => host(290);
     20 epoll_create1 (flags: FileFlags) -> Int [Passthrough] => host(291);
     21 epoll_ctl (epfd: Fd, op: EpollOp, fd: Fd, event: In<EpollEvent>) -> Int
        [Convert "struct epoll_event is packed on x86-64"] => call(fd::epoll_ctl);
     22 epoll_pwait (epfd: Fd, events: Addr, maxevents: Int, timeout: Int, sigmask: In<SigSet>,
            sigsetsize: Size) -> Int
        [Convert "struct epoll_event; signal mask"] => call(signal_wait::epoll_pwait);
     23 dup (fildes: Fd) -> Int [Passthrough] => host(32);
     24 dup3 (oldfd: Fd, newfd: Fd, flags: FileFlags) -> Int
        [Custom "keeps the emulator's own descriptors out of reach"] => call(fd::dup3);
     25 fcntl (fd: Fd, cmd: FcntlCmd, arg: Word) -> Int
        [Convert "open flags of F_GETFL and F_SETFL"] => call(fd::fcntl);
     26 inotify_init1 (flags: FileFlags) -> Int [Passthrough] => host(294);
     27 inotify_add_watch (fd: Fd, path: Path, mask: InotifyMask) -> Int
        [Custom "path prefix"] => call(fs::inotify_add_watch);
     28 inotify_rm_watch (fd: Fd, wd: Int) -> Int [Passthrough] => host(255);
     29 ioctl (fd: Fd, request: Ioctl, arg: Word) -> Int [Passthrough] => host(16);
     30 ioprio_set (which: Int, who: Int, ioprio: Int) -> Int [Passthrough] => host(251);
     31 ioprio_get (which: Int, who: Int) -> Int [Passthrough] => host(252);
     32 flock (fd: Fd, cmd: Uint) -> Int [Passthrough] => host(73);
     33 mknodat (dirfd: DirFd, path: Path, mode: Mode, dev: Hex) -> Int [Passthrough] => host(259);
     34 mkdirat (dirfd: DirFd, path: Path, mode: Mode) -> Int [Passthrough] => host(258);
     35 unlinkat (dirfd: DirFd, path: Path, flags: UnlinkFlags) -> Int [Passthrough] => host(263);
     36 symlinkat (target: Path, dirfd: DirFd, linkpath: Path) -> Int [Passthrough] => host(266);
     37 linkat (olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path,
            flags: AtFlags) -> Int
        [Passthrough] => host(265);
     38 renameat (olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path) -> Int
        [Passthrough] => host(264);
     39 umount2 (path: Path, flags: UmountFlags) -> Int
        [Custom "keeps the emulator open"] => call(roots::umount2);
     40 mount (source: Str, target: Path, fstype: Str, flags: Word, data: Addr) -> Int
        [Passthrough] => host(165);
     41 pivot_root (new_root: Path, put_old: Path) -> Int
        [Custom "keeps the emulator open"] => call(roots::pivot_root);
     42 nfsservctl (cmd: Int, argp: Addr, resp: Addr) -> Int
        [Refused "removed in Linux 3.1"] => errno(ENOSYS);
     43 statfs (path: Path, buf: Addr) -> Int [Custom "path prefix"] => call(fs::statfs);
     44 fstatfs (fd: Fd, buf: Addr) -> Int [Passthrough] => host(138);
     45 truncate (path: Path, length: Off) -> Int
        [Custom "path prefix"] => path(76, 0);
     46 ftruncate (fd: Fd, length: Off) -> Int [Passthrough] => host(77);
     47 fallocate (fd: Fd, mode: FallocMode, offset: Off, len: Off) -> Int
        [Passthrough] => host(285);
     48 faccessat (dirfd: DirFd, path: Path, mode: Access) -> Int
        [Custom "path prefix, /proc/self/exe"] => call(fs::faccessat);
     49 chdir (path: Path) -> Int [Passthrough] => host(80);
     50 fchdir (fd: Fd) -> Int [Passthrough] => host(81);
     51 chroot (path: Path) -> Int [Custom "keeps the emulator open"] => call(roots::chroot);
     52 fchmod (fd: Fd, mode: Mode) -> Int [Passthrough] => host(91);
     53 fchmodat (dirfd: DirFd, path: Path, mode: Mode) -> Int [Passthrough] => host(268);
     54 fchownat (dirfd: DirFd, path: Path, user: Int, group: Int, flags: AtFlags) -> Int
        [Passthrough] => host(260);
     55 fchown (fd: Fd, user: Int, group: Int) -> Int [Passthrough] => host(93);
     56 openat (dirfd: DirFd, path: Path, flags: OpenFlags, mode: Mode) -> Int
        [Convert "open flags; path prefix; /proc files"] => call(fs::openat);
     57 close (fd: Fd) -> Int
        [Custom "keeps the emulator's own descriptors out of reach"] => call(fd::close);
     58 vhangup () -> Int [Passthrough] => host(153);
     59 pipe2 (pipefd: Out<IntPair>, flags: FileFlags) -> Int
        [Convert "O_DIRECT"] => call(fd::pipe2);
     60 quotactl (cmd: Hex, special: Str, id: Int, addr: Addr) -> Int [Passthrough] => host(179);
     61 getdents64 (fd: Fd, dirp: Addr, count: Uint) -> Int
        [Custom "own descriptors and mapped files without the emulator's"] => call(fd::getdents64);
     62 lseek (fd: Fd, offset: Off, whence: Whence) -> Int [Passthrough] => host(8);
     63 read (fd: Fd, buf: OutData, count: Size) -> Int [Passthrough] => host(0);
     64 write (fd: Fd, buf: Data, count: Size) -> Int [Passthrough] => host(1);
     65 readv (fd: Fd, iov: Addr, iovcnt: Int) -> Int [Passthrough] => host(19);
     66 writev (fd: Fd, iov: Addr, iovcnt: Int) -> Int [Passthrough] => host(20);
     67 pread64 (fd: Fd, buf: OutData, count: Size, offset: Off) -> Int [Passthrough] => host(17);
     68 pwrite64 (fd: Fd, buf: Data, count: Size, offset: Off) -> Int [Passthrough] => host(18);
     69 preadv (fd: Fd, iov: Addr, iovcnt: Int, pos_l: Off, pos_h: Off) -> Int
        [Passthrough] => host(295);
     70 pwritev (fd: Fd, iov: Addr, iovcnt: Int, pos_l: Off, pos_h: Off) -> Int
        [Passthrough] => host(296);
     71 sendfile (out_fd: Fd, in_fd: Fd, offset: Addr, count: Size) -> Int
        [Passthrough] => host(40);
     72 pselect6 (nfds: Int, readfds: Addr, writefds: Addr, exceptfds: Addr,
            timeout: In<Timespec>, sigmask: Addr) -> Int
        [Custom "temporary signal mask"] => call(signal_wait::pselect6);
     73 ppoll (fds: PollFds, nfds: Uint, timeout: In<Timespec>, sigmask: In<SigSet>,
            sigsetsize: Size) -> Int
        [Custom "temporary signal mask"] => call(signal_wait::ppoll);
     74 signalfd4 (fd: Fd, mask: In<SigSet>, sigsetsize: Size, flags: FileFlags) -> Int
        [Passthrough] => host(289);
     75 vmsplice (fd: Fd, iov: Addr, nr_segs: Size, flags: SpliceFlags) -> Int
        [Passthrough] => host(278);
     76 splice (fd_in: Fd, off_in: Addr, fd_out: Fd, off_out: Addr, len: Size,
            flags: SpliceFlags) -> Int
        [Passthrough] => host(275);
     77 tee (fd_in: Fd, fd_out: Fd, len: Size, flags: SpliceFlags) -> Int
        [Passthrough] => host(276);
     78 readlinkat (dirfd: DirFd, path: Path, buf: OutData, bufsiz: Int) -> Int
        [Custom "path prefix, /proc/self/exe"] => call(fs::readlinkat);
     79 newfstatat (dirfd: DirFd, path: Path, statbuf: Out<Stat>, flags: AtFlags) -> Int
        [Convert "struct stat; path prefix, /proc/self/exe"] => call(fs::newfstatat);
     80 fstat (fd: Fd, statbuf: Out<Stat>) -> Int [Convert "struct stat"] => call(fs::fstat);
     81 sync () -> Int [Passthrough] => host(162);
     82 fsync (fd: Fd) -> Int [Passthrough] => host(74);
     83 fdatasync (fd: Fd) -> Int [Passthrough] => host(75);
     84 sync_file_range (fd: Fd, offset: Off, nbytes: Off, flags: Hex) -> Int
        [Passthrough] => host(277);
     85 timerfd_create (clockid: ClockId, flags: FileFlags) -> Int [Passthrough] => host(283);
     86 timerfd_settime (fd: Fd, flags: TimerFlags, new: In<Itimerspec>,
            old: Out<Itimerspec>) -> Int
        [Passthrough] => host(286);
     87 timerfd_gettime (fd: Fd, curr: Out<Itimerspec>) -> Int [Passthrough] => host(287);
     88 utimensat (dirfd: DirFd, path: Path, times: Addr, flags: AtFlags) -> Int
        [Custom "path prefix"] => call(fs::utimensat);
     89 acct (path: Path) -> Int [Passthrough] => host(163);
     90 capget (hdrp: Addr, datap: Addr) -> Int [Passthrough] => host(125);
     91 capset (hdrp: Addr, datap: Addr) -> Int [Passthrough] => host(126);
     92 personality (persona: Hex) -> Int
        [Custom "PER_LINUX32 is refused: a processor without AArch32"]
        => call(process::personality);
     93 exit (status: Int) -> Int [Custom "ends the host thread in order"] => call(thread::exit);
     94 exit_group (status: Int) -> Int
        [Custom "ends the process in order"] => call(process::exit_group);
     95 waitid (idtype: IdType, id: Pid, infop: Addr, options: WaitOptions, rusage: Addr) -> Int
        [Passthrough] => host(247);
     96 set_tid_address (tidptr: Addr) -> Int
        [Custom "the host's word belongs to the host's thread library"]
        => call(thread::set_tid_address);
     97 unshare (flags: CloneFlags) -> Int [Passthrough] => host(272);
     98 futex (uaddr: Addr, op: FutexOp, val: Uint, timeout: Addr, uaddr2: Addr, val3: Uint) -> Int
        [Custom "PI locks are taken again after a signal"] => call(thread::futex);
     99 set_robust_list (head: Addr, len: Size) -> Int
        [Custom "walked before the thread's id word is cleared"] => call(thread::set_robust_list);
    100 get_robust_list (pid: Pid, head_ptr: Addr, len_ptr: Addr) -> Int [Passthrough] => host(274);
    101 nanosleep (duration: In<Timespec>, rem: Out<Timespec>) -> Int [Passthrough] => host(35);
    102 getitimer (which: ItimerWhich, curr: Addr) -> Int [Passthrough] => host(36);
    103 setitimer (which: ItimerWhich, new: Addr, old: Addr) -> Int [Passthrough] => host(38);
    104 kexec_load (entry: Word, nr_segments: Size, segments: Addr, flags: Word) -> Int
        [Passthrough] => host(246);
    105 init_module (image: Addr, len: Size, params: Str) -> Int [Passthrough] => host(175);
    106 delete_module (name: Str, flags: Hex) -> Int [Passthrough] => host(176);
    107 timer_create (clockid: ClockId, sevp: Addr, timerid: Out<Int>) -> Int
        [Passthrough] => host(222);
    108 timer_gettime (timerid: Int, curr: Out<Itimerspec>) -> Int [Passthrough] => host(224);
    109 timer_getoverrun (timerid: Int) -> Int [Passthrough] => host(225);
    110 timer_settime (timerid: Int, flags: TimerFlags, new: In<Itimerspec>,
            old: Out<Itimerspec>) -> Int
        [Passthrough] => host(223);
    111 timer_delete (timerid: Int) -> Int [Passthrough] => host(226);
    112 clock_settime (clockid: ClockId, tp: In<Timespec>) -> Int [Passthrough] => host(227);
    113 clock_gettime (clockid: ClockId, tp: Out<Timespec>) -> Int [Passthrough] => host(228);
    114 clock_getres (clockid: ClockId, tp: Out<Timespec>) -> Int [Passthrough] => host(229);
    115 clock_nanosleep (clockid: ClockId, flags: TimerFlags, request: In<Timespec>,
            remain: Out<Timespec>) -> Int
        [Passthrough] => host(230);
    116 syslog (type: Int, buf: Addr, len: Int) -> Int [Passthrough] => host(103);
    117 ptrace (request: Long, pid: Pid, addr: Word, data: Word) -> Int
        [Refused "the host would show the emulator's registers"] => errno(ENOSYS);
    118 sched_setparam (pid: Pid, param: In<Int>) -> Int [Passthrough] => host(142);
    119 sched_setscheduler (pid: Pid, policy: Int, param: In<Int>) -> Int
        [Passthrough] => host(144);
    120 sched_getscheduler (pid: Pid) -> Int [Passthrough] => host(145);
    121 sched_getparam (pid: Pid, param: Out<Int>) -> Int [Passthrough] => host(143);
    122 sched_setaffinity (pid: Pid, cpusetsize: Uint, mask: Addr) -> Int
        [Passthrough] => host(203);
    123 sched_getaffinity (pid: Pid, cpusetsize: Uint, mask: Addr) -> Int
        [Passthrough] => host(204);
    124 sched_yield () -> Int [Passthrough] => host(24);
    125 sched_get_priority_max (policy: Int) -> Int [Passthrough] => host(146);
    126 sched_get_priority_min (policy: Int) -> Int [Passthrough] => host(147);
    127 sched_rr_get_interval (pid: Pid, tp: Out<Timespec>) -> Int [Passthrough] => host(148);
    128 restart_syscall () -> Int
        [Refused "the kernel's own restart never shows"] => errno(EINTR);
    129 kill (pid: Pid, sig: Sig) -> Int [Passthrough] => host(62);
    130 tkill (tid: Pid, sig: Sig) -> Int
        [Custom "reports a program that aborts itself"] => call(signal::tkill);
    131 tgkill (tgid: Pid, tid: Pid, sig: Sig) -> Int
        [Custom "reports a program that aborts itself"] => call(signal::tgkill);
    132 sigaltstack (ss: In<SigAltStack>, old_ss: Out<SigAltStack>) -> Int
        [Custom "the host's belongs to the emulator"] => call(signal::sigaltstack);
    133 rt_sigsuspend (mask: In<SigSet>, sigsetsize: Size) -> Int
        [Custom "temporary signal mask"] => call(signal_wait::rt_sigsuspend);
    134 rt_sigaction (signum: Sig, act: In<SigAction>, oldact: Out<SigAction>,
            sigsetsize: Size) -> Int
        [Custom "host handlers queue, guest handlers are run at a poll"]
        => call(signal::rt_sigaction);
    135 rt_sigprocmask (how: SigHow, set: In<SigSet>, oldset: Out<SigSet>, sigsetsize: Size) -> Int
        [Custom "the host never blocks fault signals"] => call(signal::rt_sigprocmask);
    136 rt_sigpending (set: Out<SigSet>, sigsetsize: Size) -> Int
        [Custom "adds what the emulator has queued"] => call(signal::rt_sigpending);
    137 rt_sigtimedwait (set: In<SigSet>, info: Out<SigInfo>, timeout: In<Timespec>,
            sigsetsize: Size) -> Int
        [Custom "looks into the emulator's queue first"] => call(signal_wait::rt_sigtimedwait);
    138 rt_sigqueueinfo (pid: Pid, sig: Sig, info: In<SigInfo>) -> Int
        [Custom "sent faults are told from real ones"] => call(signal::rt_sigqueueinfo);
    139 rt_sigreturn () -> Int [Custom "guest frame"] => call(signal::rt_sigreturn);
    140 setpriority (which: Int, who: Int, prio: Int) -> Int [Passthrough] => host(141);
    141 getpriority (which: Int, who: Int) -> Int [Passthrough] => host(140);
    142 reboot (magic: Hex, magic2: Hex, cmd: Hex, arg: Addr) -> Int [Passthrough] => host(169);
    143 setregid (rgid: Int, egid: Int) -> Int [Passthrough] => host(114);
    144 setgid (gid: Int) -> Int [Passthrough] => host(106);
    145 setreuid (ruid: Int, euid: Int) -> Int [Passthrough] => host(113);
    146 setuid (uid: Int) -> Int [Passthrough] => host(105);
    147 setresuid (ruid: Int, euid: Int, suid: Int) -> Int [Passthrough] => host(117);
    148 getresuid (ruid: Out<Int>, euid: Out<Int>, suid: Out<Int>) -> Int
        [Passthrough] => host(118);
    149 setresgid (rgid: Int, egid: Int, sgid: Int) -> Int [Passthrough] => host(119);
    150 getresgid (rgid: Out<Int>, egid: Out<Int>, sgid: Out<Int>) -> Int
        [Passthrough] => host(120);
    151 setfsuid (uid: Int) -> Int [Passthrough] => host(122);
    152 setfsgid (gid: Int) -> Int [Passthrough] => host(123);
    153 times (buf: Addr) -> Int [Passthrough] => host(100);
    154 setpgid (pid: Pid, pgid: Pid) -> Int [Passthrough] => host(109);
    155 getpgid (pid: Pid) -> Int [Passthrough] => host(121);
    156 getsid (pid: Pid) -> Int [Passthrough] => host(124);
    157 setsid () -> Int [Passthrough] => host(112);
    158 getgroups (size: Int, list: Addr) -> Int [Passthrough] => host(115);
    159 setgroups (size: Int, list: Addr) -> Int [Passthrough] => host(116);
    160 uname (buf: Out<Utsname>) -> Int [Convert "machine is aarch64"] => call(info::uname);
    161 sethostname (name: Data, len: Size) -> Int [Passthrough] => host(170);
    162 setdomainname (name: Data, len: Size) -> Int [Passthrough] => host(171);
    163 getrlimit (resource: Resource, rlim: Out<Rlimit>) -> Int
        [Custom "limits of memory as they were set"] => call(process::getrlimit);
    164 setrlimit (resource: Resource, rlim: In<Rlimit>) -> Int
        [Custom "limits of memory must leave room for the emulator"] => call(process::setrlimit);
    165 getrusage (who: RusageWho, usage: Addr) -> Int [Passthrough] => host(98);
    166 umask (mask: Mode) -> Int [Passthrough] => host(95);
    167 prctl (option: PrctlOption, arg2: Word, arg3: Word, arg4: Word, arg5: Word) -> Int
        [Partial "the heap's place and x86 options are refused"] => call(process::prctl);
    168 getcpu (cpu: Out<Int>, node: Out<Int>, cache: Addr) -> Int [Passthrough] => host(309);
    169 gettimeofday (tv: Out<Timespec>, tz: Addr) -> Int [Passthrough] => host(96);
    170 settimeofday (tv: In<Timespec>, tz: Addr) -> Int [Passthrough] => host(164);
    171 adjtimex (buf: Addr) -> Int [Passthrough] => host(159);
    172 getpid () -> Int [Passthrough] => host(39);
    173 getppid () -> Int [Passthrough] => host(110);
    174 getuid () -> Int [Passthrough] => host(102);
    175 geteuid () -> Int [Passthrough] => host(107);
    176 getgid () -> Int [Passthrough] => host(104);
    177 getegid () -> Int [Passthrough] => host(108);
    178 gettid () -> Int [Passthrough] => host(186);
    179 sysinfo (info: Addr) -> Int [Passthrough] => host(99);
    180 mq_open (name: Str, oflag: OpenFlags, mode: Mode, attr: Addr) -> Int
        [Convert "open flags"] => call(ipc::mq_open);
    181 mq_unlink (name: Str) -> Int [Passthrough] => host(241);
    182 mq_timedsend (mqdes: Fd, msg: Data, len: Size, prio: Uint, timeout: In<Timespec>) -> Int
        [Passthrough] => host(242);
    183 mq_timedreceive (mqdes: Fd, msg: OutData, len: Size, prio: Out<Int>,
            timeout: In<Timespec>) -> Int
        [Passthrough] => host(243);
    184 mq_notify (mqdes: Fd, sevp: Addr) -> Int [Passthrough] => host(244);
    185 mq_getsetattr (mqdes: Fd, new: Addr, old: Addr) -> Int [Passthrough] => host(245);
    186 msgget (key: Hex, msgflg: Hex) -> Int [Passthrough] => host(68);
    187 msgctl (msqid: Int, cmd: Int, buf: Addr) -> Int [Passthrough] => host(71);
    188 msgrcv (msqid: Int, msgp: Addr, msgsz: Size, msgtyp: Long, msgflg: Hex) -> Int
        [Passthrough] => host(70);
    189 msgsnd (msqid: Int, msgp: Addr, msgsz: Size, msgflg: Hex) -> Int [Passthrough] => host(69);
    190 semget (key: Hex, nsems: Int, semflg: Hex) -> Int [Passthrough] => host(64);
    191 semctl (semid: Int, semnum: Int, cmd: Int, arg: Word) -> Int
        [Convert "struct semid64_ds"] => call(ipc::semctl);
    192 semtimedop (semid: Int, sops: Addr, nsops: Uint, timeout: In<Timespec>) -> Int
        [Passthrough] => host(220);
    193 semop (semid: Int, sops: Addr, nsops: Uint) -> Int [Passthrough] => host(65);
    194 shmget (key: Hex, size: Size, shmflg: Hex) -> Int [Passthrough] => host(29);
    195 shmctl (shmid: Int, cmd: Int, buf: Addr) -> Int [Passthrough] => host(31);
    196 shmat (shmid: Int, shmaddr: Addr, shmflg: Hex) -> Hex
        [Custom "inside the guest's address space"] => call(ipc::shmat);
    197 shmdt (shmaddr: Addr) -> Int
        [Custom "inside the guest's address space"] => call(ipc::shmdt);
    198 socket (family: Family, type: SockType, protocol: Int) -> Int [Passthrough] => host(41);
    199 socketpair (family: Family, type: SockType, protocol: Int, sv: Out<IntPair>) -> Int
        [Passthrough] => host(53);
    200 bind (sockfd: Fd, addr: Sockaddr, addrlen: Int) -> Int [Passthrough] => host(49);
    201 listen (sockfd: Fd, backlog: Int) -> Int [Passthrough] => host(50);
    202 accept (sockfd: Fd, addr: Addr, addrlen: Addr) -> Int [Passthrough] => host(43);
    203 connect (sockfd: Fd, addr: Sockaddr, addrlen: Int) -> Int [Passthrough] => host(42);
    204 getsockname (sockfd: Fd, addr: Addr, addrlen: Out<Int>) -> Int [Passthrough] => host(51);
    205 getpeername (sockfd: Fd, addr: Addr, addrlen: Out<Int>) -> Int [Passthrough] => host(52);
    206 sendto (sockfd: Fd, buf: Data, len: Size, flags: MsgFlags, dest: Sockaddr,
            addrlen: Int) -> Int
        [Passthrough] => host(44);
    207 recvfrom (sockfd: Fd, buf: OutData, len: Size, flags: MsgFlags, src: Addr,
            addrlen: Addr) -> Int
        [Passthrough] => host(45);
    208 setsockopt (sockfd: Fd, level: SockLevel, optname: SockOpt, optval: Data,
            optlen: Int) -> Int
        [Passthrough] => host(54);
    209 getsockopt (sockfd: Fd, level: SockLevel, optname: SockOpt, optval: Addr,
            optlen: Out<Int>) -> Int
        [Passthrough] => host(55);
    210 shutdown (sockfd: Fd, how: Int) -> Int [Passthrough] => host(48);
    211 sendmsg (sockfd: Fd, msg: Addr, flags: MsgFlags) -> Int [Passthrough] => host(46);
    212 recvmsg (sockfd: Fd, msg: Addr, flags: MsgFlags) -> Int [Passthrough] => host(47);
    213 readahead (fd: Fd, offset: Off, count: Size) -> Int [Passthrough] => host(187);
    214 brk (addr: Addr) -> Hex [Custom "inside the guest's address space"] => call(mm::brk);
    215 munmap (addr: Addr, length: Size) -> Int
        [Custom "inside the guest's address space"] => call(mm::munmap);
    216 mremap (old: Addr, old_size: Size, new_size: Size, flags: MremapFlags, new: Addr) -> Hex
        [Custom "inside the guest's address space"] => call(mm::mremap);
    217 add_key (type: Str, description: Str, payload: Addr, plen: Size, keyring: Int) -> Int
        [Passthrough] => host(248);
    218 request_key (type: Str, description: Str, callout: Str, keyring: Int) -> Int
        [Passthrough] => host(249);
    219 keyctl (cmd: Int, arg2: Word, arg3: Word, arg4: Word, arg5: Word) -> Int
        [Passthrough] => host(250);
    220 clone (flags: CloneFlags, stack: Addr, parent_tid: Addr, tls: Addr, child_tid: Addr) -> Int
        [Custom "guest threads are host threads"] => call(thread::clone);
    221 execve (path: Path, argv: Argv, envp: Envp) -> Int
        [Custom "arm64 programs run in this emulator again"] => call(exec::execve);
    222 mmap (addr: Addr, length: Size, prot: Prot, flags: MapFlags, fd: Fd, offset: Word) -> Hex
        [Custom "inside the guest's address space"] => call(mm::mmap);
    223 fadvise64 (fd: Fd, offset: Off, len: Off, advice: Int) -> Int [Passthrough] => host(221);
    224 swapon (path: Path, flags: Hex) -> Int [Custom "path prefix"] => call(fs::swapon);
    225 swapoff (path: Path) -> Int [Passthrough] => host(168);
    226 mprotect (addr: Addr, len: Size, prot: Prot) -> Int
        [Custom "PROT_EXEC is the emulator's business"] => call(mm::mprotect);
    227 msync (addr: Addr, length: Size, flags: MsyncFlags) -> Int [Passthrough] => host(26);
    228 mlock (addr: Addr, len: Size) -> Int [Passthrough] => host(149);
    229 munlock (addr: Addr, len: Size) -> Int [Passthrough] => host(150);
    230 mlockall (flags: MlockFlags) -> Int [Custom "the guest's memory alone"]
        => call(mm::mlockall);
    231 munlockall () -> Int [Custom "the guest's memory alone"] => call(mm::munlockall);
    232 mincore (addr: Addr, length: Size, vec: Addr) -> Int [Passthrough] => host(27);
    233 madvise (addr: Addr, length: Size, advice: Advice) -> Int
        [Custom "inside the guest's address space"] => call(mm::madvise);
    234 remap_file_pages (addr: Addr, size: Size, prot: Prot, pgoff: Size, flags: Hex) -> Int
        [Custom "inside the guest's address space"] => call(mm::remap_file_pages);
    235 mbind (addr: Addr, len: Size, mode: Int, nodemask: Addr, maxnode: Size, flags: Hex) -> Int
        [Passthrough] => host(237);
    236 get_mempolicy (mode: Addr, nodemask: Addr, maxnode: Size, addr: Addr, flags: Hex) -> Int
        [Passthrough] => host(239);
    237 set_mempolicy (mode: Int, nodemask: Addr, maxnode: Size) -> Int [Passthrough] => host(238);
    238 migrate_pages (pid: Pid, maxnode: Size, old_nodes: Addr, new_nodes: Addr) -> Int
        [Passthrough] => host(256);
    239 move_pages (pid: Pid, count: Size, pages: Addr, nodes: Addr, status: Addr,
            flags: Hex) -> Int
        [Passthrough] => host(279);
    240 rt_tgsigqueueinfo (tgid: Pid, tid: Pid, sig: Sig, info: In<SigInfo>) -> Int
        [Custom "sent faults are told from real ones"] => call(signal::rt_tgsigqueueinfo);
    241 perf_event_open (attr: Addr, pid: Pid, cpu: Int, group_fd: Fd, flags: Hex) -> Int
        [Passthrough] => host(298);
    242 accept4 (sockfd: Fd, addr: Addr, addrlen: Addr, flags: FileFlags) -> Int
        [Passthrough] => host(288);
    243 recvmmsg (sockfd: Fd, msgvec: Addr, vlen: Uint, flags: MsgFlags,
            timeout: In<Timespec>) -> Int
        [Passthrough] => host(299);
    260 wait4 (pid: Pid, wstatus: Out<Int>, options: WaitOptions, rusage: Addr) -> Int
        [Passthrough] => host(61);
    261 prlimit64 (pid: Pid, resource: Resource, new: In<Rlimit>, old: Out<Rlimit>) -> Int
        [Custom "limits of memory must leave room for the emulator"] => call(process::prlimit64);
    262 fanotify_init (flags: Hex, event_f_flags: FileFlags) -> Int
        [Convert "open flags"] => call(fd::fanotify_init);
    263 fanotify_mark (fanotify_fd: Fd, flags: Hex, mask: Word, dirfd: DirFd, path: Path) -> Int
        [Custom "path prefix"] => call(fs::fanotify_mark);
    264 name_to_handle_at (dirfd: DirFd, path: Path, handle: Addr, mount_id: Addr,
            flags: AtFlags) -> Int
        [Custom "path prefix"] => call(fs::name_to_handle_at);
    265 open_by_handle_at (mount_fd: Fd, handle: Addr, flags: OpenFlags) -> Int
        [Convert "open flags"] => call(fs::open_by_handle_at);
    266 clock_adjtime (clockid: ClockId, buf: Addr) -> Int [Passthrough] => host(305);
    267 syncfs (fd: Fd) -> Int [Passthrough] => host(306);
    268 setns (fd: Fd, nstype: CloneFlags) -> Int
        [Custom "keeps the emulator open"] => call(roots::setns);
    269 sendmmsg (sockfd: Fd, msgvec: Addr, vlen: Uint, flags: MsgFlags) -> Int
        [Passthrough] => host(307);
    270 process_vm_readv (pid: Pid, local_iov: Addr, liovcnt: Size, remote_iov: Addr,
            riovcnt: Size, flags: Hex) -> Int
        [Passthrough] => host(310);
    271 process_vm_writev (pid: Pid, local_iov: Addr, liovcnt: Size, remote_iov: Addr,
            riovcnt: Size, flags: Hex) -> Int
        [Passthrough] => host(311);
    272 kcmp (pid1: Pid, pid2: Pid, type: Int, idx1: Word, idx2: Word) -> Int
        [Passthrough] => host(312);
    273 finit_module (fd: Fd, params: Str, flags: Hex) -> Int [Passthrough] => host(313);
    274 sched_setattr (pid: Pid, attr: Addr, flags: Hex) -> Int [Passthrough] => host(314);
    275 sched_getattr (pid: Pid, attr: Addr, size: Uint, flags: Hex) -> Int
        [Passthrough] => host(315);
    276 renameat2 (olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path,
            flags: RenameFlags) -> Int
        [Passthrough] => host(316);
    277 seccomp (operation: Uint, flags: Hex, args: Addr) -> Int
        [Refused "a filter would see the host's calls"] => errno(ENOSYS);
    278 getrandom (buf: OutData, buflen: Size, flags: RandomFlags) -> Int
        [Custom "small requests go to the host's vdso"] => call(info::getrandom);
    279 memfd_create (name: Str, flags: MemfdFlags) -> Int [Passthrough] => host(319);
    280 bpf (cmd: Int, attr: Addr, size: Uint) -> Int [Passthrough] => host(321);
    281 execveat (dirfd: DirFd, path: Path, argv: Argv, envp: Envp, flags: AtFlags) -> Int
        [Custom "arm64 programs run in this emulator again"] => call(exec::execveat);
    282 userfaultfd (flags: FileFlags) -> Int [Passthrough] => host(323);
    283 membarrier (cmd: Int, flags: Hex, cpu_id: Int) -> Int [Passthrough] => host(324);
    284 mlock2 (addr: Addr, len: Size, flags: Mlock2Flags) -> Int [Passthrough] => host(325);
    285 copy_file_range (fd_in: Fd, off_in: Addr, fd_out: Fd, off_out: Addr, len: Size,
            flags: Hex) -> Int
        [Passthrough] => host(326);
    286 preadv2 (fd: Fd, iov: Addr, iovcnt: Int, pos_l: Off, pos_h: Off, flags: Hex) -> Int
        [Passthrough] => host(327);
    287 pwritev2 (fd: Fd, iov: Addr, iovcnt: Int, pos_l: Off, pos_h: Off, flags: Hex) -> Int
        [Passthrough] => host(328);
    288 pkey_mprotect (addr: Addr, len: Size, prot: Prot, pkey: Int) -> Int
        [Partial "key -1 only, as without protection keys"] => call(mm::pkey_mprotect);
    289 pkey_alloc (flags: Hex, access_rights: Hex) -> Int
        [Refused "a processor without protection keys"] => errno(ENOSPC);
    290 pkey_free (pkey: Int) -> Int
        [Refused "a processor without protection keys"] => errno(EINVAL);
    291 statx (dirfd: DirFd, path: Path, flags: AtFlags, mask: StatxMask, statxbuf: Addr) -> Int
        [Custom "path prefix, /proc/self/exe"] => call(fs::statx);
    292 io_pgetevents (ctx: Word, min_nr: Long, nr: Long, events: Addr, timeout: In<Timespec>,
            sig: Addr) -> Int
        [Custom "temporary signal mask"] => call(signal_wait::io_pgetevents);
    293 rseq (rseq: Addr, len: Uint, flags: Hex, sig: Hex) -> Int
        [Refused "the host's registration belongs to the host's thread library"] => errno(ENOSYS);
    294 kexec_file_load (kernel_fd: Fd, initrd_fd: Fd, len: Size, cmdline: Str, flags: Word) -> Int
        [Passthrough] => host(320);
    424 pidfd_send_signal (pidfd: Fd, sig: Sig, info: In<SigInfo>, flags: Hex) -> Int
        [Custom "sent faults are told from real ones"] => call(signal::pidfd_send_signal);
    425 io_uring_setup (entries: Uint, params: Addr) -> Int
        [Partial "the kernel's polling thread is replaced by calls"] => call(uring::io_uring_setup);
    426 io_uring_enter (fd: Fd, to_submit: Uint, min_complete: Uint, flags: Hex, sig: Addr,
            sigsz: Size) -> Int
        [Convert "open flags, epoll events and paths inside of entries; signal mask"]
        => call(uring::io_uring_enter);
    427 io_uring_register (fd: Fd, opcode: Uint, arg: Addr, nr_args: Uint) -> Int
        [Partial "rings do not change their size"] => call(uring::io_uring_register);
    428 open_tree (dirfd: DirFd, path: Path, flags: Hex) -> Int [Passthrough] => host(428);
    429 move_mount (from_dirfd: DirFd, from_path: Path, to_dirfd: DirFd, to_path: Path,
            flags: Hex) -> Int
        [Passthrough] => host(429);
    430 fsopen (fsname: Str, flags: Hex) -> Int [Passthrough] => host(430);
    431 fsconfig (fd: Fd, cmd: Uint, key: Str, value: Addr, aux: Int) -> Int
        [Passthrough] => host(431);
    432 fsmount (fs_fd: Fd, flags: Hex, attr_flags: Hex) -> Int [Passthrough] => host(432);
    433 fspick (dirfd: DirFd, path: Path, flags: Hex) -> Int [Passthrough] => host(433);
    434 pidfd_open (pid: Pid, flags: FileFlags) -> Int [Passthrough] => host(434);
    435 clone3 (cl_args: In<CloneArgs>, size: Size) -> Int
        [Custom "guest threads are host threads"] => call(thread::clone3);
    436 close_range (first: Uint, last: Uint, flags: CloseRangeFlags) -> Int
        [Custom "keeps the emulator's own descriptors out of reach"] => call(fd::close_range);
    437 openat2 (dirfd: DirFd, path: Path, how: Addr, size: Size) -> Int
        [Convert "open flags; path prefix"] => call(fs::openat2);
    438 pidfd_getfd (pidfd: Fd, targetfd: Fd, flags: Hex) -> Int [Passthrough] => host(438);
    439 faccessat2 (dirfd: DirFd, path: Path, mode: Access, flags: AtFlags) -> Int
        [Custom "path prefix, /proc/self/exe"] => call(fs::faccessat2);
    440 process_madvise (pidfd: Fd, iov: Addr, vlen: Size, advice: Advice, flags: Hex) -> Int
        [Passthrough] => host(440);
    441 epoll_pwait2 (epfd: Fd, events: Addr, maxevents: Int, timeout: In<Timespec>,
            sigmask: In<SigSet>, sigsetsize: Size) -> Int
        [Convert "struct epoll_event; signal mask"] => call(signal_wait::epoll_pwait2);
    442 mount_setattr (dirfd: DirFd, path: Path, flags: Hex, attr: Addr, size: Size) -> Int
        [Passthrough] => host(442);
    443 quotactl_fd (fd: Fd, cmd: Hex, id: Int, addr: Addr) -> Int [Passthrough] => host(443);
    444 landlock_create_ruleset (attr: Addr, size: Size, flags: Hex) -> Int
        [Passthrough] => host(444);
    445 landlock_add_rule (ruleset_fd: Fd, type: Int, attr: Addr, flags: Hex) -> Int
        [Passthrough] => host(445);
    446 landlock_restrict_self (ruleset_fd: Fd, flags: Hex) -> Int [Passthrough] => host(446);
    447 memfd_secret (flags: FileFlags) -> Int [Passthrough] => host(447);
    448 process_mrelease (pidfd: Fd, flags: Hex) -> Int [Passthrough] => host(448);
    449 futex_waitv (waiters: Addr, nr_futexes: Uint, flags: Hex, timeout: In<Timespec>,
            clockid: ClockId) -> Int
        [Passthrough] => host(449);
    450 set_mempolicy_home_node (start: Addr, len: Size, home_node: Size, flags: Hex) -> Int
        [Passthrough] => host(450);
    451 cachestat (fd: Fd, range: Addr, stat: Addr, flags: Hex) -> Int [Passthrough] => host(451);
    452 fchmodat2 (dirfd: DirFd, path: Path, mode: Mode, flags: AtFlags) -> Int
        [Passthrough] => host(452);
    453 map_shadow_stack (addr: Addr, size: Size, flags: Hex) -> Int
        [Custom "the processor model decides"] => call(gcs::map_shadow_stack);
    454 futex_wake (uaddr: Addr, mask: Word, nr: Int, flags: Hex) -> Int [Passthrough] => host(454);
    455 futex_wait (uaddr: Addr, val: Word, mask: Word, flags: Hex, timeout: In<Timespec>,
            clockid: ClockId) -> Int
        [Passthrough] => host(455);
    456 futex_requeue (waiters: Addr, flags: Hex, nr_wake: Int, nr_requeue: Int) -> Int
        [Passthrough] => host(456);
    457 statmount (req: Addr, buf: Addr, bufsize: Size, flags: Hex) -> Int
        [Passthrough] => host(457);
    458 listmount (req: Addr, mnt_ids: Addr, nr: Size, flags: Hex) -> Int
        [Passthrough] => host(458);
    459 lsm_get_self_attr (attr: Uint, ctx: Addr, size: Addr, flags: Hex) -> Int
        [Passthrough] => host(459);
    460 lsm_set_self_attr (attr: Uint, ctx: Addr, size: Uint, flags: Hex) -> Int
        [Passthrough] => host(460);
    461 lsm_list_modules (ids: Addr, size: Addr, flags: Hex) -> Int [Passthrough] => host(461);
    462 mseal (start: Addr, len: Size, flags: Hex) -> Int [Passthrough] => host(462);
    463 setxattrat (dirfd: DirFd, path: Path, flags: AtFlags, name: Str, args: Addr,
            size: Size) -> Int
        [Passthrough] => host(463);
    464 getxattrat (dirfd: DirFd, path: Path, flags: AtFlags, name: Str, args: Addr,
            size: Size) -> Int
        [Custom "path prefix"] => path_at(464, 1, 2);
    465 listxattrat (dirfd: DirFd, path: Path, flags: AtFlags, list: OutData, size: Size) -> Int
        [Custom "path prefix"] => path_at(465, 1, 2);
    466 removexattrat (dirfd: DirFd, path: Path, flags: AtFlags, name: Str) -> Int
        [Passthrough] => host(466);
    467 open_tree_attr (dirfd: DirFd, path: Path, flags: Hex, attr: Addr, size: Size) -> Int
        [Passthrough] => host(467);
    468 file_getattr (dirfd: DirFd, path: Path, attr: Addr, size: Size, flags: AtFlags) -> Int
        [Custom "path prefix"] => path_at(468, 1, 4);
    469 file_setattr (dirfd: DirFd, path: Path, attr: Addr, size: Size, flags: AtFlags) -> Int
        [Passthrough] => host(469);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that arm64 Linux leaves unused.
    fn unused(nr: u64) -> bool {
        (244..260).contains(&nr) || (295..424).contains(&nr)
    }

    #[test]
    fn no_number_is_forgotten() {
        for nr in 0..MAX_NR as u64 {
            assert_eq!(lookup(nr).is_none(), unused(nr), "system call {nr}");
        }
        assert!(lookup(MAX_NR as u64).is_none());
        assert!(lookup(u64::MAX).is_none());
        assert!(SYSCALLS.windows(2).all(|pair| pair[0].nr < pair[1].nr));
    }

    #[test]
    fn every_exception_has_a_reason() {
        for row in SYSCALLS {
            assert_eq!(row.class == Class::Passthrough, row.note.is_empty(), "{}", row.name);
            let as_handled = match row.handler {
                Handler::Host(_) => row.class == Class::Passthrough,
                Handler::Refuse(_) => row.class == Class::Refused,
                Handler::Call(_) => true,
            };
            assert!(as_handled, "{}", row.name);
        }
    }

    #[test]
    fn host_numbers_are_those_of_the_kernels_header() {
        let path = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";
        let Ok(header) = std::fs::read_to_string(path) else {
            eprintln!("skipped: {path} is not there");
            return;
        };
        let mut checked = 0;
        for row in SYSCALLS {
            let Handler::Host(nr) = row.handler else { continue };
            let define = format!("#define __NR_{} ", row.name);
            let Some(line) = header.lines().find(|l| l.starts_with(&define)) else { continue };
            assert_eq!(line[define.len()..].trim(), nr.to_string(), "{}", row.name);
            checked += 1;
        }
        assert!(checked > 200);
    }

    #[test]
    fn numbers_above_423_are_common_to_both() {
        for row in SYSCALLS.iter().filter(|row| row.nr >= 424) {
            if let Handler::Host(nr) = row.handler {
                assert_eq!(nr, row.nr, "{}", row.name);
            }
        }
    }
}
