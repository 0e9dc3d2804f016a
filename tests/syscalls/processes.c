// Processes and threads: how they begin and end, who they are, how they are scheduled,
// what limits them.
#include "check.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/membarrier.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

static int ended(pid_t child) {
  int status = -1;
  return waitpid(child, &status, 0) == child ? status : -1;
}

static void beginning(void) {
  static int parent_word, child_word, pidfd;
  pid_t child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(3);
  SHOW(ended(child));
  // The order of the last two arguments differs between architectures.
#ifdef __aarch64__
#define CLONE(flags) syscall(SYS_clone, flags, 0, &parent_word, 0, &child_word)
#else
#define CLONE(flags) syscall(SYS_clone, flags, 0, &parent_word, &child_word, 0)
#endif
  child = CLONE(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD);
  if (child == 0) _exit(child_word == getpid() && parent_word == getpid() ? 4 : 5);
  CHECK(parent_word == child), SHOW(child_word), SHOW(ended(child));
  parent_word = 0, child = CLONE(CLONE_PIDFD | SIGCHLD);
  if (child == 0) _exit(6);
  CHECK(parent_word > 2 && fcntl(parent_word, F_GETFD) == FD_CLOEXEC);
  siginfo_t info;
  struct rusage use;
  SYS(waitid, P_PIDFD, parent_word, &info, WEXITED, &use);
  CHECK(info.si_pid == child && info.si_signo == SIGCHLD), SHOW(info.si_code), SHOW(info.si_status);
  struct clone_args args = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd =
      (uint64_t)(uintptr_t)&pidfd, .parent_tid = (uint64_t)(uintptr_t)&parent_word,
      .exit_signal = SIGCHLD};
  child = syscall(SYS_clone3, &args, sizeof args);
  if (child == 0) _exit(7);
  CHECK(pidfd > 2 && parent_word == child), SYS(waitid, P_PIDFD, pidfd, &info, WEXITED, NULL);
  SHOW(info.si_status);
  args = (struct clone_args){.exit_signal = SIGCHLD, .flags = CLONE_CLEAR_SIGHAND};
  signal(SIGUSR1, SIG_IGN), signal(SIGUSR2, (void (*)(int))ended);
  child = syscall(SYS_clone3, &args, sizeof args);
  if (child == 0) {
    struct sigaction one, two;
    sigaction(SIGUSR1, NULL, &one), sigaction(SIGUSR2, NULL, &two);
    _exit((one.sa_handler == SIG_IGN) * 2 + (two.sa_handler == SIG_DFL));
  }
  SHOW(ended(child) >> 8), signal(SIGUSR1, SIG_DFL), signal(SIGUSR2, SIG_DFL);
  args.flags = 0, args.exit_signal = 99, SYS(clone3, &args, sizeof args);
  args.exit_signal = SIGCHLD, SYS(clone3, &args, 8), args.flags = SIGCHLD;
  SYS(clone3, &args, sizeof args), args.flags = CLONE_THREAD, SYS(clone3, &args, sizeof args);
  args.flags = CLONE_SIGHAND, SYS(clone3, &args, sizeof args), args.flags = 0, args.stack = 4096;
  SYS(clone3, &args, sizeof args), SYS(clone3, NOWHERE, sizeof args), SYS(clone3, &args, 10000);
  SYS(clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), SYS(clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0);
  SYS(clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0);
  SYS(clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD, 0, 0, 0, 0);
  child = vfork();
  if (child == 0) _exit(8);
  SHOW(ended(child)), child = syscall(SYS_clone, 0, 0, 0, 0, 0);
  if (child == 0) _exit(9);
  int status = 0;
  SHOW(waitpid(child, &status, __WCLONE) == child), SHOW(status);
}

static void waiting(void) {
  int status = -1;
  struct rusage use;
  siginfo_t info = {0};
  SHOW(wait4(-1, &status, 0, &use)), SHOW(waitpid(getpid(), &status, 0));
  SHOW(waitid(P_ALL, 0, &info, WEXITED)), SHOW(waitid(P_ALL, 0, &info, 0));
  SHOW(waitid(77, 0, &info, WEXITED)), SYS(wait4, -1, &status, 0x1000, NULL);
  SYS(waitid, P_PIDFD, -1, &info, WEXITED, NULL);
  pid_t child = fork();
  if (child == 0) raise(SIGSTOP), raise(SIGSTOP), _exit(1);
  SHOW(waitid(P_PID, child, &info, WSTOPPED)), SHOW(info.si_code), SHOW(info.si_status);
  MUST(kill(child, SIGCONT)), SHOW(waitpid(child, &status, WUNTRACED) == child);
  SHOW(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
  MUST(kill(child, SIGCONT)), SHOW(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
  SHOW(info.si_code), SHOW(info.si_status), SHOW(wait4(child, &status, WNOHANG, &use) == child);
  SHOW(status), child = fork();
  if (child == 0) pause(), _exit(0);
  info.si_pid = 5, SHOW(waitid(P_PID, child, &info, WEXITED | WNOHANG)), SHOW(info.si_pid);
  SHOW(waitpid(child, &status, WNOHANG)), MUST(kill(child, SIGKILL));
  SYS(wait4, child, NOWHERE, 0, NULL), child = fork();
  if (child == 0) prctl(PR_SET_DUMPABLE, 0), raise(SIGSEGV), _exit(0);
  SHOW(waitid(P_PGID, getpgrp(), &info, WEXITED)), SHOW(info.si_code), SHOW(info.si_status);
}

static void identity(void) {
  CHECK(getpid() == gettid() && getppid() > 0 && syscall(SYS_getpid) == getpid() &&
      syscall(SYS_gettid) == gettid() && syscall(SYS_getppid) == getppid());
  uid_t r, e, s;
  gid_t groups[64];
  SHOW(getresuid(&r, &e, &s)), CHECK(r == getuid() && e == geteuid()), SHOW(setresuid(-1, -1, -1));
  SHOW(setreuid(-1, -1)), SHOW(setuid(getuid())), SHOW(getresgid(&r, &e, &s));
  CHECK(r == getgid() && e == getegid()), SHOW(setresgid(-1, -1, -1)), SHOW(setregid(-1, -1));
  SHOW(setgid(getgid())), SHOW(setfsuid(-1) == (int)geteuid());
  SHOW(setfsgid(-1) == (int)getegid()), SYS(setuid, -1), SYS(setgid, -1);
  SYS(getresuid, NOWHERE, &e, &s), SYS(getresgid, &r, NOWHERE, &s);
  SHOW(getgroups(0, NULL) >= 0), SHOW(getgroups(64, groups) == getgroups(0, NULL));
  SHOW(getgroups(-1, groups)), SYS(setgroups, 100000, groups);
  pid_t child = fork();
  if (child == 0) _exit((setsid() == getpid()) + (getsid(0) == getpid()) * 2 + (getpgid(0) ==
      getpid()) * 4 + (setsid() == -1 && errno == EPERM) * 8 + (setpgid(0, 0) == -1 && errno ==
      EPERM) * 16 + (syscall(SYS_vhangup) == 0 || errno == EPERM) * 32);
  SHOW(ended(child) >> 8), SHOW(setpgid(0x7ffffff, 0)), SHOW(setpgid(0, -1));
  SHOW(getpgid(0x7ffffff)), SHOW(getsid(-1)), child = fork();
  if (child == 0) _exit((setpgid(0, 0) == 0) + (getpgrp() == getpid()) * 2);
  SHOW(ended(child) >> 8);
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0}, bad = {1, 0};
  struct __user_cap_data_struct data[2];
  SYS(capget, &head, data), SYS(capset, &head, data), SYS(capget, &bad, data);
  printf("%x\n", bad.version), SYS(capget, NOWHERE, data), SYS(capset, &head, NOWHERE);
  head.pid = 0x7ffffff, SYS(capget, &head, data);
  struct utsname uts;
  SHOW(uname(&uts)), puts(uts.sysname), SYS(uname, NOWHERE), SYS(sethostname, "x", 65);
  SYS(setdomainname, "x", -1);
#ifdef __aarch64__
  CHECK(strcmp(uts.machine, "aarch64") == 0);
#else
  printf("strcmp(uts.machine, \"aarch64\") == 0: yes\n");
#endif
  SHOW(personality(0xffffffff)), SHOW(personality(ADDR_NO_RANDOMIZE | SHORT_INODE));
  SHOW(personality(0)), SHOW(personality(0xffffffff));
}

static void scheduling(void) {
  cpu_set_t set, one;
  struct sched_param param = {0};
  struct timespec slice;
  SHOW(sched_getaffinity(0, sizeof set, &set)), SHOW(CPU_COUNT(&set) > 0);
  SHOW(syscall(SYS_sched_getaffinity, 0, sizeof set, &set) % 8), SYS(sched_getaffinity, 0, 1, &set);
  SYS(sched_getaffinity, 0x7ffffff, sizeof set, &set), SYS(sched_getaffinity, 0, 128, NOWHERE);
  CPU_ZERO(&one);
  for (int i = CPU_SETSIZE - 1; i >= 0; i--)
    if (CPU_ISSET(i, &set)) {
      CPU_ZERO(&one);
      CPU_SET(i, &one);
    }
  unsigned cpu = 99, node = 99;
  SHOW(sched_setaffinity(0, sizeof one, &one)), SHOW(syscall(SYS_getcpu, &cpu, &node, NULL));
  CHECK(CPU_ISSET(cpu, &one)), SHOW(node), SHOW(sched_setaffinity(0, sizeof set, &set));
  memset(&one, 0, sizeof one), SHOW(sched_setaffinity(0, sizeof one, &one));
  SYS(getcpu, NOWHERE, NULL, NULL), SYS(sched_setaffinity, 0, 128, NOWHERE);
  SHOW(sched_getscheduler(0)), SHOW(sched_getparam(0, &param)), SHOW(param.sched_priority);
  SHOW(sched_setscheduler(0, SCHED_BATCH, &param)), SHOW(sched_getscheduler(0));
  SHOW(sched_setparam(0, &param)), param.sched_priority = 500;
  SHOW(sched_setscheduler(0, SCHED_FIFO, &param)), SHOW(sched_setparam(0, &param));
  SHOW(sched_getscheduler(-1)), SYS(sched_setparam, 0, NOWHERE), SYS(sched_getparam, 0, NOWHERE);
  SHOW(sched_get_priority_max(SCHED_RR)), SHOW(sched_get_priority_min(SCHED_RR));
  SHOW(sched_get_priority_max(77)), SHOW(sched_get_priority_min(77));
  SHOW(sched_rr_get_interval(0, &slice)), SYS(sched_rr_get_interval, 0, NOWHERE), SYS(sched_yield);
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
  } attr = {0};
  SYS(sched_getattr, 0, &attr, sizeof attr, 0), SHOW(attr.size), SHOW(attr.policy), SHOW(attr.nice);
  SYS(sched_setattr, 0, &attr, 0), attr.policy = 77, SYS(sched_setattr, 0, &attr, 0);
  SYS(sched_getattr, 0, &attr, 4, 0), SYS(sched_setattr, 0, NOWHERE, 0);
  SYS(sched_getattr, 0, NOWHERE, 56, 0), attr.policy = 0, attr.size = 1000000;
  SYS(sched_setattr, 0, &attr, 0);
  param.sched_priority = 0, SHOW(sched_setscheduler(0, SCHED_OTHER, &param)), errno = 0;
  SHOW(getpriority(PRIO_PROCESS, 0)), SYS(getpriority, PRIO_PROCESS, 0);
  SHOW(syscall(SYS_getpriority, PRIO_PROCESS, 0)), SHOW(setpriority(PRIO_PROCESS, 0, 3));
  SHOW(getpriority(PRIO_PROCESS, 0)), SHOW(setpriority(77, 0, 0));
  SHOW(getpriority(PRIO_PROCESS, 0x7ffffff)), SHOW(syscall(SYS_ioprio_get, 1, 0) >= 0);
  SYS(ioprio_set, 1, 0, 2 << 13 | 5), SHOW(syscall(SYS_ioprio_get, 1, 0));
  SYS(ioprio_set, 1, 0, 7 << 13), SYS(ioprio_get, 77, 0);
}

static void limits(void) {
  struct rlimit limit, got;
  for (int i = 0; i < 16; i++) printf("limit %d: %ld\n", i, (long)getrlimit(i, &limit));
  SHOW(getrlimit(16, &limit)), SHOW(getrlimit(RLIMIT_NOFILE, &limit)), limit.rlim_cur = 256;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit)), SHOW(prlimit(0, RLIMIT_NOFILE, NULL, &got));
  SHOW(got.rlim_cur), CHECK(got.rlim_max == limit.rlim_max);
  SHOW(prlimit(getpid(), RLIMIT_CORE, &(struct rlimit){0, 0}, NULL));
  SHOW(getrlimit(RLIMIT_CORE, &got)), SHOW(got.rlim_cur);
  SHOW(setrlimit(RLIMIT_STACK, &(struct rlimit){2, 1}));
  SHOW(prlimit(0x7ffffff, RLIMIT_NOFILE, NULL, &got)), SYS(getrlimit, RLIMIT_NOFILE, NOWHERE);
  SYS(setrlimit, RLIMIT_NOFILE, NOWHERE), SYS(prlimit64, 0, 99, NULL, &got);
  limit = (struct rlimit){1 << 30, 1 << 30}, SHOW(setrlimit(RLIMIT_AS, &limit));
  SHOW(getrlimit(RLIMIT_AS, &got)), SHOW(got.rlim_cur), limit.rlim_max = RLIM_INFINITY;
  SHOW(setrlimit(RLIMIT_AS, &limit) == 0 || geteuid() != 0), limit.rlim_cur = 5, limit.rlim_max = 4;
  SHOW(setrlimit(RLIMIT_DATA, &limit));
  SHOW(dup2(1, 255)), SHOW(dup2(1, 256)), SHOW(fcntl(1, F_DUPFD, 256));
}

#define PRCTL(option, ...) worked("prctl " #option " " #__VA_ARGS__, prctl(option, __VA_ARGS__))

static void options(void) {
  int number = -1;
  char name[17] = "";
  PRCTL(PR_SET_PDEATHSIG, SIGUSR1), PRCTL(PR_GET_PDEATHSIG, &number), SHOW(number);
  PRCTL(PR_SET_PDEATHSIG, 99), PRCTL(PR_SET_PDEATHSIG, 0), PRCTL(PR_GET_PDEATHSIG, NOWHERE);
  SHOW(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)), PRCTL(PR_SET_DUMPABLE, 0);
  SHOW(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)), PRCTL(PR_SET_DUMPABLE, 5), PRCTL(PR_SET_DUMPABLE, 1);
  SHOW(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0)), PRCTL(PR_SET_KEEPCAPS, 1);
  SHOW(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0)), PRCTL(PR_SET_KEEPCAPS, 2);
  PRCTL(PR_SET_NAME, "a name that is too long"), PRCTL(PR_GET_NAME, name), puts(name);
  PRCTL(PR_SET_NAME, NOWHERE), PRCTL(PR_GET_NAME, NOWHERE), SHOW(prctl(PR_GET_TIMING, 0, 0, 0, 0));
  PRCTL(PR_SET_TIMING, 1), PRCTL(PR_CAPBSET_READ, CAP_KILL), PRCTL(PR_CAPBSET_READ, 99);
  SHOW(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0)), PRCTL(PR_SET_TIMERSLACK, 60000);
  SHOW(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)), PRCTL(PR_TASK_PERF_EVENTS_DISABLE, 0);
  PRCTL(PR_TASK_PERF_EVENTS_ENABLE, 0), SHOW(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
  PRCTL(PR_MCE_KILL, 77, 0, 0, 0);
  PRCTL(PR_SET_CHILD_SUBREAPER, 1), PRCTL(PR_GET_CHILD_SUBREAPER, &number), SHOW(number);
  PRCTL(PR_SET_CHILD_SUBREAPER, 0), SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  PRCTL(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0), PRCTL(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0)), PRCTL(PR_SET_THP_DISABLE, 0, 0, 0, 0);
  PRCTL(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  PRCTL(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0), PRCTL(PR_CAP_AMBIENT, 77, 0, 0, 0);
  PRCTL(PR_SET_IO_FLUSHER, 7, 0, 0, 0), PRCTL(PR_SET_PTRACER, getpid(), 0, 0, 0);
  PRCTL(PR_SET_PTRACER, 0x7ffffff, 0, 0, 0), SHOW(prctl(68 /* PR_GET_MEMORY_MERGE */, 0, 0, 0, 0));
  PRCTL(67 /* PR_SET_MEMORY_MERGE */, 0, 0, 0, 0), PRCTL(65 /* PR_SET_MDWE */, 99, 0, 0, 0);
  SHOW(prctl(66 /* PR_GET_MDWE */, 0, 0, 0, 0)), PRCTL(12345, 0, 0, 0, 0);
  PRCTL(PR_GET_TID_ADDRESS, NOWHERE), PRCTL(PR_SET_FP_MODE, 0, 0, 0, 0);
  PRCTL(PR_GET_ENDIAN, &number), PRCTL(PR_SET_UNALIGN, 1), PRCTL(PR_SET_MM, 99, 0, 0, 0);
  PRCTL(PR_SCHED_CORE, 99, 0, 0, 0);
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  PRCTL(0x53564d41 /* PR_SET_VMA */, 0, map, 4096, "named");
  PRCTL(0x53564d41, 0, map + 1, 4096, "named"), PRCTL(0x53564d41, 0, map, 4096, "bad]");
  PRCTL(0x53564d41, 0, map, 4096, NULL), PRCTL(0x53564d41, 7, map, 4096, NULL);
  pid_t child = fork();
  if (child == 0) {
    int set = prctl(65, 1, 0, 0, 0) == 0, got = prctl(66, 0, 0, 0, 0), again = prctl(65, 0, 0, 0,
        0) == -1;
    void *both = mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int refused = both == MAP_FAILED && errno == EACCES, later = mprotect(map, 4096, PROT_READ |
        PROT_EXEC) == -1 && errno == EACCES;
    _exit(set + got * 2 + again * 4 + refused * 8 + later * 16);
  }
  SHOW(ended(child) >> 8), child = fork();
  if (child == 0) {
    int set = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    _exit(set + prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) * 2);
  }
  SHOW(ended(child) >> 8);
}

static _Atomic uint32_t word;
static uint32_t second;

static void *waiter(void *result) {
  *(long *)result = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) == -1 ?
      errno : 0;
  return result;
}

static void futexes(void) {
  struct timespec little = {0, 1000000}, bad = {0, -1}, past = {1, 0};
  SYS(futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
  SYS(futex, &word, FUTEX_WAIT, 0, &little, NULL, 0);
  SYS(futex, &word, FUTEX_WAIT, 0, &bad, NULL, 0);
  SYS(futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &past, NULL, -1);
  SYS(futex, &word, FUTEX_WAIT_BITSET, 0, &past, NULL, 0);
  SYS(futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
  SYS(futex, (char *)&word + 1, FUTEX_WAKE, 1, NULL, NULL, 0);
  SYS(futex, NOWHERE, FUTEX_WAKE, 1, NULL, NULL, 0);
  SYS(futex, NOWHERE, FUTEX_WAIT, 0, NULL, NULL, 0), SYS(futex, &word, 99, 0, NULL, NULL, 0);
  SYS(futex, &word, FUTEX_WAIT, 0, NOWHERE, NULL, 0);
  SYS(futex, &word, FUTEX_CMP_REQUEUE, 1, 1L, &second, 5);
  SYS(futex, &word, FUTEX_REQUEUE, 1, 1L, &second, 0);
  SYS(futex, &word, FUTEX_WAKE_OP, 1, 1L, &second, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0));
  SHOW(second);
  SYS(futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  CHECK((word & FUTEX_TID_MASK) == (uint32_t)gettid());
  SYS(futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  SYS(futex, &word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0);
  SYS(futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), SHOW(word);
  SYS(futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  SYS(futex, &word, FUTEX_LOCK_PI2, 0, NULL, NULL, 0);
  SYS(futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  pthread_t threads[3];
  long results[3] = {9, 9, 9};
  for (int i = 0; i < 3; i++) MUST(-pthread_create(&threads[i], NULL, waiter, &results[i]));
  int woken = 0;
  for (int i = 0; i < 20000 && woken < 3; i++) woken += syscall(SYS_futex, &word,
      FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), usleep(500);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  SHOW(woken), SHOW(results[0] + results[1] + results[2]);
  struct {
    uint64_t value, address;
    uint32_t flags, reserved;
  } several[2] = {{0, (uint64_t)(uintptr_t)&word, 2, 0}, {7, (uint64_t)(uintptr_t)&second, 2, 0}};
  SYS(futex_waitv, several, 2, 0, NULL, 0), several[1].value = second;
  past = (struct timespec){0, 1}, SYS(futex_waitv, several, 2, 0, &past, CLOCK_MONOTONIC);
  SYS(futex_waitv, several, 0, 0, NULL, 0), SYS(futex_waitv, several, 200, 0, NULL, 0);
  SYS(futex_waitv, NOWHERE, 1, 0, NULL, 0), several[0].flags = 99;
  SYS(futex_waitv, several, 2, 0, NULL, 0), several[0].flags = 2;
  SYS(futex_wake, &word, -1L, 1, 2), SYS(futex_wake, &word, -1L, 1, 99);
  SYS(futex_wait, &word, 5L, -1L, 2, NULL, 0);
  SYS(futex_wait, &word, 0L, -1L, 2, &past, CLOCK_MONOTONIC);
  SYS(futex_wait, &word, 0L, 0L, 2, NULL, 0), SYS(futex_requeue, several, 0, 1, 1);
  SYS(futex_requeue, several, 1, 1, 1);
  struct robust_list_head head = {{&head.list}, 0, NULL}, *found = NULL;
  size_t size = 0;
  struct robust_list_head *old;
  MUST(syscall(SYS_get_robust_list, 0, &old, &size)), SYS(set_robust_list, &head, sizeof head);
  SYS(get_robust_list, 0, &found, &size), CHECK(found == &head), SHOW(size);
  SYS(set_robust_list, &head, 5), SYS(get_robust_list, 0x7ffffff, &found, &size);
  SYS(get_robust_list, 0, NOWHERE, &size), SYS(set_robust_list, old, sizeof head);
}

static void dies_with_lock(void) {
  static pthread_mutex_t *lock;
  lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes), pthread_mutexattr_setrobust(&attributes,
      PTHREAD_MUTEX_ROBUST), pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
      pthread_mutex_init(lock, &attributes);
  pid_t child = fork();
  if (child == 0) pthread_mutex_lock(lock), raise(SIGKILL);
  SHOW(ended(child)), CHECK(pthread_mutex_lock(lock) == EOWNERDEAD);
  SHOW(pthread_mutex_consistent(lock)), SHOW(pthread_mutex_unlock(lock));
  SHOW(pthread_mutex_lock(lock));
}

static atomic_int leaver;

// What the kernel finds no memory for when a thread ends is passed over.
static void *end_without_memory(void *how) {
  static struct robust_list_head nowhere = {{NOWHERE}, 0, NULL}, null, held = {{NULL}, 0, NOWHERE};
  struct robust_list_head *heads[] = {&nowhere, &null, &held, NOWHERE};
  int kind = (int)(intptr_t)how;
  held.list.next = &held.list;
  if (kind < 4) syscall(SYS_set_robust_list, heads[kind], sizeof null);
  if (kind == 4) syscall(SYS_set_tid_address, NOWHERE);
  leaver = gettid(), syscall(SYS_exit, 0);
  return NULL;
}

static void threads_without_memory(void) {
  for (intptr_t kind = 0; kind < 5; kind++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      pthread_create(&thread, NULL, end_without_memory, (void *)kind);
      while (leaver == 0 || syscall(SYS_tgkill, getpid(), leaver, 0) == 0) usleep(1000);
      _exit(7);
    }
    SHOW(ended(child));
  }
}

static void relations(void) {
  pid_t child = fork();
  if (child == 0) pause(), _exit(0);
  int pidfd = syscall(SYS_pidfd_open, child, 0), fd = eventfd(3, 0), mine =
      syscall(SYS_pidfd_open, getpid(), 0);
  SHOW(pidfd >= 0), SHOW(fcntl(pidfd, F_GETFD)), SYS(pidfd_open, -1, 0);
  SYS(pidfd_open, child, 0x80), SYS(pidfd_open, getpid(), O_NONBLOCK);
  SYS(pidfd_open, gettid(), O_EXCL);
  struct pollfd ready = {pidfd, POLLIN, 0};
  SHOW(poll(&ready, 1, 0)), SYS(pidfd_getfd, mine, fd, 0), SYS(pidfd_getfd, mine, 999, 0);
  SYS(pidfd_getfd, mine, fd, 1), SYS(pidfd_getfd, fd, fd, 0);
  SHOW(syscall(SYS_kcmp, getpid(), child, KCMP_FILE, 1, 1));
  SHOW(syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0));
  SHOW(syscall(SYS_kcmp, getpid(), child, KCMP_VM, 0, 0) != 0);
  SYS(kcmp, getpid(), child, 99, 0, 0), SYS(kcmp, getpid(), 0x7ffffff, KCMP_VM, 0, 0);
  SHOW(syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, 1, 999)), MUST(kill(child, SIGTERM));
  SHOW(poll(&ready, 1, 20000)), SHOW(ended(child)), SYS(pidfd_send_signal, pidfd, 0, NULL, 0);
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) > 0);
  SYS(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0), SYS(membarrier, 1 << 20, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_QUERY, 5, 0);
  SYS(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
  SYS(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
  SYS(unshare, 0), SYS(unshare, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM), SYS(unshare, 0x100);
  SYS(unshare, 0x40), SYS(setns, fd, 0), SYS(setns, -1, 0), SYS(setns, mine, 0x80);
  SHOW(syscall(SYS_set_tid_address, &word) == gettid());
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  beginning(), waiting(), identity(), scheduling(), options(), futexes(), dies_with_lock();
  threads_without_memory(), relations(), limits();
  return 0;
}
