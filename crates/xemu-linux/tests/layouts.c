/* What system calls that pass through rely on: sizes, offsets and constants that must be equal on
   both architectures. Compiled for each; the numbers are compared by layouts.rs. */
#define _GNU_SOURCE
#include <stddef.h>
#include <asm/ioctls.h>
#include <asm/posix_types.h>
#include <asm/sembuf.h>
#include <asm/shmbuf.h>
#include <asm/msgbuf.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/statfs.h>
#include <asm/termbits.h>
#include <asm/socket.h>
#include <asm/poll.h>
#include <linux/aio_abi.h>
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/inotify.h>
#include <linux/ipc.h>
#include <linux/mman.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/signalfd.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/time.h>
#include <linux/times.h>
#include <linux/timex.h>
#include <linux/uio.h>
#include <linux/un.h>
#include <linux/utsname.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <asm/sockios.h>

#define S(t) sizeof(t), _Alignof(t),
#define F(t, f) offsetof(t, f), sizeof(((t *)0)->f),
#define C(x) (unsigned long)(x),

unsigned long numbers[] = {
  S(struct statfs) F(struct statfs, f_flags) F(struct statfs, f_fsid) F(struct statfs, f_namelen)
  S(struct statx) F(struct statx, stx_blocks) F(struct statx, stx_btime) F(struct statx, stx_dev_minor)
  S(struct __kernel_timespec) S(struct __kernel_old_timeval) S(struct __kernel_itimerspec)
  S(struct rusage) F(struct rusage, ru_maxrss) F(struct rusage, ru_nivcsw)
  S(struct rlimit64) S(struct sysinfo) F(struct sysinfo, mem_unit) F(struct sysinfo, procs)
  S(struct tms) S(struct timex) F(struct timex, tai) F(struct timex, time)
  S(struct iovec) S(struct pollfd) F(struct pollfd, revents)
  S(struct flock) F(struct flock, l_start) F(struct flock, l_pid) S(struct f_owner_ex)
  S(struct termios) F(struct termios, c_cc) S(struct termios2) F(struct termios2, c_ospeed)
  S(struct new_utsname) F(struct new_utsname, machine)
  S(siginfo_t) F(siginfo_t, si_pid) F(siginfo_t, si_status) F(siginfo_t, si_addr) F(siginfo_t, si_value)
  F(siginfo_t, si_band) F(siginfo_t, si_overrun) F(siginfo_t, si_utime)
  S(struct sigevent) F(struct sigevent, sigev_notify) F(struct sigevent, _sigev_un._tid)
  S(struct sigaction) F(struct sigaction, sa_flags) F(struct sigaction, sa_mask)
  S(stack_t) F(stack_t, ss_flags) F(stack_t, ss_size)
  S(struct ipc64_perm) F(struct ipc64_perm, mode) F(struct ipc64_perm, seq)
  S(struct shmid64_ds) F(struct shmid64_ds, shm_segsz) F(struct shmid64_ds, shm_nattch)
  S(struct msqid64_ds) F(struct msqid64_ds, msg_qnum) F(struct msqid64_ds, msg_lrpid)
  S(struct shminfo64) S(struct seminfo) S(struct sembuf) S(struct msgbuf) S(struct mq_attr)
  S(struct inotify_event) S(struct signalfd_siginfo) F(struct signalfd_siginfo, ssi_addr)
  S(struct sched_attr) S(struct sched_param) S(struct robust_list_head) S(struct clone_args)
  S(struct iocb) F(struct iocb, aio_resfd) S(struct io_event) S(struct futex_waitv)
  S(struct __user_cap_header_struct) S(struct __user_cap_data_struct)
  S(struct perf_event_attr) S(struct fsxattr) S(struct file_clone_range)
  S(struct sockaddr_un) S(struct sockaddr_in)
  S(struct sockaddr_in6) S(struct sockaddr_nl) S(struct nlmsghdr)
  C(SIGBUS) C(SIGUSR1) C(SIGUSR2) C(SIGCHLD) C(SIGCONT) C(SIGSTOP) C(SIGSYS) C(SIGRTMIN)
  C(SA_NOCLDSTOP) C(SA_NOCLDWAIT) C(SA_SIGINFO) C(SA_ONSTACK) C(SA_RESTART) C(SA_NODEFER)
  C(SA_RESETHAND) C(SA_RESTORER) C(SIG_BLOCK) C(SIG_UNBLOCK) C(SIG_SETMASK) C(SIGEV_THREAD_ID)
  C(O_CREAT) C(O_EXCL) C(O_NOCTTY) C(O_TRUNC) C(O_APPEND) C(O_NONBLOCK) C(O_DSYNC) C(FASYNC)
  C(O_CLOEXEC) C(O_NOATIME) C(O_PATH) C(O_SYNC) C(O_TMPFILE & ~O_DIRECTORY)
  C(F_GETLK) C(F_SETLK) C(F_SETLKW) C(F_SETOWN) C(F_GETOWN) C(F_SETSIG) C(F_OFD_SETLKW)
  C(F_DUPFD_CLOEXEC) C(F_ADD_SEALS) C(F_RDLCK) C(F_WRLCK) C(F_UNLCK)
  C(AT_SYMLINK_NOFOLLOW) C(AT_REMOVEDIR) C(AT_EMPTY_PATH) C(AT_EACCESS)
  C(MAP_SHARED) C(MAP_FIXED) C(MAP_ANONYMOUS) C(MAP_GROWSDOWN) C(MAP_LOCKED) C(MAP_NORESERVE)
  C(MAP_POPULATE) C(MAP_STACK) C(MAP_HUGETLB) C(MAP_FIXED_NOREPLACE) C(MAP_SYNC)
  C(PROT_READ) C(PROT_WRITE) C(PROT_EXEC) C(MADV_DONTNEED) C(MADV_FREE) C(MADV_HUGEPAGE)
  C(MADV_WIPEONFORK) C(MREMAP_MAYMOVE) C(MREMAP_FIXED) C(MCL_CURRENT) C(MCL_ONFAULT) C(MS_SYNC)
  C(SOL_SOCKET) C(SO_REUSEADDR) C(SO_KEEPALIVE) C(SO_RCVBUF) C(SO_SNDBUF) C(SO_LINGER)
  C(SO_PASSCRED) C(SO_PEERCRED) C(SO_RCVTIMEO) C(SO_SNDTIMEO) C(SO_ERROR) C(SO_TYPE)
  C(SO_ACCEPTCONN) C(SO_TIMESTAMP) C(SO_REUSEPORT) C(SCM_TIMESTAMP) C(SO_BINDTODEVICE)
  C(SIOCATMARK) C(FIOSETOWN) C(SIOCGPGRP)
  C(TCGETS) C(TCSETS) C(TCGETS2) C(TIOCGWINSZ) C(TIOCSCTTY) C(FIONREAD) C(FIONBIO) C(FIOCLEX)
  C(TIOCGPTN) C(TIOCSPTLCK) C(TIOCGPTPEER) C(ECHO) C(ICANON) C(ISIG) C(B115200) C(VMIN) C(NCCS)
  C(FS_IOC_GETFLAGS) C(FICLONE) C(BLKGETSIZE64) C(FS_IOC_FSGETXATTR)
  C(POLLIN) C(POLLWRNORM) C(POLLWRBAND) C(POLLRDHUP) C(POLLMSG)
  C(IPC_CREAT) C(IPC_EXCL) C(IPC_SET) C(IPC_STAT) C(IPC_INFO) C(SEM_STAT_ANY) C(SHM_LOCK)
  C(RLIMIT_NOFILE) C(RLIMIT_AS) C(RLIMIT_NPROC) C(RLIMIT_MEMLOCK) C(RLIMIT_RSS) C(RLIMIT_RTTIME)
  C(CLONE_NEWUSER) C(CLONE_IO) C(FUTEX_LOCK_PI) C(FUTEX_PRIVATE_FLAG) C(ADJ_OFFSET) C(ADJ_TICK)
  C(EAGAIN) C(EDEADLK) C(ENAMETOOLONG) C(ENOTEMPTY) C(ELOOP) C(EOVERFLOW) C(EILSEQ) C(ENOTSOCK)
  C(ETIMEDOUT) C(EINPROGRESS) C(ESTALE) C(EDQUOT) C(ECANCELED) C(EOWNERDEAD) C(EHWPOISON)
};
