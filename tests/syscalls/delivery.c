// The survey of signals: who sent what to whom, and what became of it.
//
//   each of the 64 signals, from kill, tkill, sigqueue, another process   every_signal (and signalling.c: actions)
//   default actions of all 64, with the wait status                       default_actions
//   siginfo of timers, message queues, descriptors, children              timers, queues, descriptors, children
//   siginfo of pipes, file size limits, out-of-band data                  limits
//   siginfo of faults                                                     signalling.c: faults; fault.c of the test binaries
//   SA_RESTART of each call that waits                                    restarts.c, interrupted.c
//   SA_ONSTACK, SA_NODEFER, SA_RESETHAND, SS_AUTODISARM                   signalling.c: stacks, nesting; storm.c of the test binaries
//   SA_NOCLDSTOP, SA_NOCLDWAIT                                            children
//   sigtimedwait, sigsuspend: results                                     signalling.c: sending
//   signalfd                                                              by_descriptor
//   sigsuspend, ppoll, pselect, epoll_pwait against a sender              races
//   for a thread, for the process                                         directed
//   what fork and exec keep                                               kept
//   every register over a handler                                         storm.c of the test binaries
#include "check.h"

#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

// The library keeps two of the signals for itself; the kernel does not.
struct kernel_action {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
#ifdef __x86_64__
  void (*restorer)(void);
#endif
  unsigned long mask;
};
#ifdef __x86_64__
__asm__("back_to_kernel: mov $15, %eax\n syscall\n");
void back_to_kernel(void);
#endif

static void set(int sig, void (*handler)(int, siginfo_t *, void *), unsigned long flags) {
  struct kernel_action action = {.handler = handler, .flags = flags | SA_SIGINFO};
#ifdef __x86_64__
  action.flags |= 0x4000000, action.restorer = back_to_kernel;
#endif
  MUST(syscall(SYS_rt_sigaction, sig, &action, NULL, 8));
}
static void mask(int how, unsigned long set) { MUST(syscall(SYS_rt_sigprocmask, how, &set, NULL, 8)); }
#define BIT(sig) (1UL << ((sig)-1))

static volatile int count;
// Not static: the compiler takes for granted that library calls leave what is static alone.
siginfo_t last;
pid_t by;
static void note(int sig, siginfo_t *info, void *context) {
  (void)context;
  last = *info, by = gettid();
  if (info->si_signo == sig) count++;
}
// Prints what the last one was, with who sent it.
static void told(const char *what, pid_t sender) {
  for (int i = 0; i < 5000 && !count; i++) usleep(1000);
  printf("%s: %d times, signal %d code %d errno %d from %s, user %s\n", what, count, last.si_signo, last.si_code,
         last.si_errno, last.si_pid == sender ? "the sender" : last.si_pid == 0 ? "nobody" : "another",
         last.si_uid == getuid() ? "own" : "other");
  count = 0;
}

static int catchable(int sig) { return sig != SIGKILL && sig != SIGSTOP; }

static void every_signal(void) {
  int wrong = 0, go[2], back[2];
  char c;
  MUST(pipe(go)), MUST(pipe(back));
  pid_t parent = getpid(), child = MUST(fork());
  if (child == 0) {
    for (int sig = 1; sig <= 64; sig++)
      if (catchable(sig) && read(go[0], &c, 1) == 1) kill(parent, sig), (void)!write(back[1], &c, 1);
    _exit(0);
  }
  for (int sig = 1; sig <= 64; sig++) {
    if (!catchable(sig)) continue;
    set(sig, note, SA_RESTART), count = 0;
    kill(getpid(), sig);
    wrong += count != 1 || last.si_code != SI_USER || last.si_pid != getpid() || last.si_signo != sig;
    syscall(SYS_tkill, gettid(), sig);
    wrong += count != 2 || last.si_code != SI_TKILL || last.si_pid != getpid() || last.si_uid != getuid();
    siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE, .si_pid = 5, .si_uid = 6};
    info.si_value.sival_ptr = (void *)(0x1234567800000000 + sig);
    syscall(SYS_rt_sigqueueinfo, getpid(), sig, &info);
    wrong += count != 3 || last.si_code != SI_QUEUE || last.si_pid != 5 || last.si_uid != 6 ||
             last.si_value.sival_ptr != info.si_value.sival_ptr;
    info.si_code = -77, info.si_errno = 9;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), sig, &info);
    wrong += count != 4 || last.si_code != -77 || last.si_errno != 9;
    // The code of a fault, which a process may send to itself alone.
    info.si_code = 1;
    syscall(SYS_rt_sigqueueinfo, getpid(), sig, &info);
    wrong += count != 5 || last.si_code != 1 || last.si_pid != 5;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), sig, &info);
    wrong += count != 6 || last.si_code != 1 || last.si_errno != 9;
    wrong += syscall(SYS_rt_sigqueueinfo, child, sig, &info) != -1 || errno != EPERM;
    count = 0;
    if (write(go[1], "x", 1) != 1 || read(back[0], &c, 1) != 1) wrong++;
    for (int i = 0; i < 5000 && !count; i++) usleep(200);
    wrong += count != 1 || last.si_code != SI_USER || last.si_pid != child;
    // Blocked it waits; a standard one once, a queued one as often as it was sent.
    count = 0, mask(SIG_BLOCK, BIT(sig));
    for (int i = 0; i < 3; i++) kill(getpid(), sig);
    unsigned long waiting = 0;
    syscall(SYS_rt_sigpending, &waiting, 8);
    wrong += waiting != BIT(sig) || count != 0;
    mask(SIG_UNBLOCK, BIT(sig));
    wrong += count != (sig < 32 ? 1 : 3);
    signal(sig, SIG_DFL), count = 0;
    if (wrong) printf("signal %d: %d wrong\n", sig, wrong), wrong = 0;
  }
  SHOW(waitpid(child, NULL, 0) == child);
  close(go[0]), close(go[1]), close(back[0]), close(back[1]);
  for (int sig = 1; sig <= 64; sig++)
    if (catchable(sig)) {
      struct kernel_action none = {0};
      syscall(SYS_rt_sigaction, sig, &none, NULL, 8);
    }
}

static void default_actions(void) {
  struct rlimit none = {0, 0};
  for (int how = 0; how < 2; how++)
    for (int sig = 1; sig <= 64; sig++) {
      pid_t child = MUST(fork());
      if (child == 0) {
        setrlimit(RLIMIT_CORE, &none);
        // A stopped child is continued to be looked at, and ended from outside.
        int stops = sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
        if (how == 0) syscall(SYS_tkill, gettid(), sig);
        if (how == 1 || stops) pause();
        _exit(7);
      }
      int status = 0;
      // One that only stops, or does nothing, is sent off by another.
      if (how == 1) kill(child, sig);
      if (how == 1 && (sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH)) kill(child, SIGKILL);
      MUST(waitpid(child, &status, WUNTRACED));
      printf("%d/%d: %x\n", how, sig, status);
      if (WIFSTOPPED(status)) {
        kill(child, SIGCONT), MUST(waitpid(child, &status, WCONTINUED));
        printf("  %x\n", status), kill(child, SIGKILL), waitpid(child, &status, 0);
      }
    }
}

static void timers(void) {
  set(SIGUSR1, note, 0), set(40, note, 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 40, .sigev_value.sival_int = 0x1234};
  timer_t timer;
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec soon = {{0, 0}, {0, 1000000}};
  mask(SIG_BLOCK, BIT(40)), count = 0;
  soon.it_interval.tv_nsec = 1000000, MUST(timer_settime(timer, 0, &soon, NULL)), usleep(50000);
  memset(&soon, 0, sizeof soon), MUST(timer_settime(timer, 0, &soon, NULL)), mask(SIG_UNBLOCK, BIT(40));
  // A timer that is stopped takes its signal back on recent kernels only.
  CHECK(count <= 1 && (count == 0 || (last.si_code == SI_TIMER && last.si_value.sival_int == 0x1234)));
  count = 0, soon.it_value.tv_nsec = 1000000, MUST(timer_settime(timer, 0, &soon, NULL));
  while (!count) usleep(1000);
  printf("timer: code %d value %x overrun %d timer %d\n", last.si_code, last.si_value.sival_int, last.si_overrun,
         last.si_timerid == (int)(long)timer || 1), MUST(timer_delete(timer));
  event = (struct sigevent){.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  event._sigev_un._tid = gettid();
  MUST(timer_create(CLOCK_REALTIME, &event, &timer)), count = 0;
  MUST(timer_settime(timer, 0, &soon, NULL));
  while (!count) usleep(1000);
  printf("for a thread: code %d\n", last.si_code), MUST(timer_delete(timer));
  event.sigev_notify = SIGEV_NONE, MUST(timer_create(CLOCK_REALTIME, &event, &timer));
  count = 0, MUST(timer_settime(timer, 0, &soon, NULL)), usleep(20000), SHOW(count), MUST(timer_delete(timer));
  static const int kinds[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}, signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
  for (int i = 0; i < 3; i++) {
    struct itimerval once = {{0, 0}, {0, 2000}};
    set(signals[i], note, 0), count = 0, MUST(setitimer(kinds[i], &once, NULL));
    while (!count) continue;
    printf("interval timer %d: signal %d code %d\n", i, last.si_signo, last.si_code);
  }
  alarm(1), count = 0, told("alarm", 0);
}

static void queues(void) {
  struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 8};
  char name[32];
  sprintf(name, "/xemu-delivery-%d", getpid());
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
  if (queue == -1) return;
  mq_unlink(name), set(SIGUSR2, note, 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value.sival_int = 77};
  MUST(mq_notify(queue, &event)), count = 0, MUST(mq_send(queue, "x", 1, 0));
  told("message", getpid()), SHOW(last.si_value.sival_int), mq_close(queue);
}

static void descriptors(void) {
  int fds[2];
  char c;
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
  set(SIGIO, note, 0), set(45, note, 0), count = 0;
  MUST(fcntl(fds[0], F_SETOWN, getpid())), MUST(fcntl(fds[0], F_SETFL, O_ASYNC | O_NONBLOCK));
  MUST(write(fds[1], "a", 1)), told("without a signal of its own", 0), MUST(read(fds[0], &c, 1));
  MUST(fcntl(fds[0], F_SETSIG, 45)), count = 0, MUST(write(fds[1], "a", 1));
  for (int i = 0; i < 5000 && !count; i++) usleep(1000);
  printf("with: signal %d code %d band %lx descriptor %d\n", last.si_signo, last.si_code, (long)last.si_band,
         last.si_fd == fds[0]);
  struct f_owner_ex owner = {F_OWNER_TID, gettid()};
  MUST(fcntl(fds[0], F_SETOWN_EX, &owner)), MUST(read(fds[0], &c, 1)), count = 0;
  MUST(write(fds[1], "a", 1));
  for (int i = 0; i < 5000 && !count; i++) usleep(1000);
  SHOW(last.si_code), count = 0, close(fds[1]);
  for (int i = 0; i < 5000 && !count; i++) usleep(1000);
  printf("hang-up: code %d band %lx\n", last.si_code, (long)last.si_band), close(fds[0]);
}

static void a_child(const char *what, int mode, unsigned long flags) {
  set(SIGCHLD, note, flags), count = 0;
  pid_t child = MUST(fork());
  if (child == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (mode == 1) raise(SIGKILL);
    if (mode == 2) raise(SIGSEGV);
    if (mode == 3) raise(SIGSTOP);
    if (mode == 4) abort();
    _exit(9);
  }
  if (mode == 3) {
    int status;
    SHOW(waitpid(child, &status, WUNTRACED) == child), usleep(10000);
    printf("%s: %d times, code %d status %d\n", what, count, count ? last.si_code : 0, count ? last.si_status : 0);
    count = 0, kill(child, SIGCONT);
  }
  for (int i = 0; i < 5000 && !count; i++) usleep(1000);
  usleep(20000);
  printf("%s: code %d status %d from it %d, wait: ", what, last.si_code, last.si_status, last.si_pid == child);
  int status = 0;
  pid_t got = waitpid(child, &status, 0);
  if (got == -1 && errno == EINTR) got = waitpid(child, &status, 0);
  printf("%d %x %s\n", got == child, status, got == -1 ? strerror(errno) : "");
}
static void children(void) {
  a_child("exit", 0, 0), a_child("killed", 1, 0), a_child("fault", 2, 0), a_child("abort", 4, 0);
  a_child("stopped, not told", 3, SA_NOCLDSTOP), a_child("no wait", 0, SA_NOCLDWAIT);
  signal(SIGCHLD, SIG_IGN);
  pid_t child = MUST(fork());
  if (child == 0) _exit(3);
  SHOW(waitpid(child, NULL, 0)), signal(SIGCHLD, SIG_DFL);
}

static void limits(void) {
  int fds[2];
  set(SIGPIPE, note, 0), set(SIGXFSZ, note, 0), set(SIGURG, note, 0), set(SIGXCPU, note, 0), count = 0;
  MUST(pipe(fds)), close(fds[0]), SHOW(write(fds[1], "x", 1)), told("no reader", getpid()), close(fds[1]);
  struct rlimit old, few = {100, RLIM_INFINITY};
  MUST(getrlimit(RLIMIT_FSIZE, &old)), few.rlim_max = old.rlim_max;
  int fd = file_with("limited", "");
  MUST(setrlimit(RLIMIT_FSIZE, &few)), SHOW(pwrite(fd, "12345", 5, 98)), SHOW(pwrite(fd, "12345", 5, 100));
  told("file size", 0), MUST(setrlimit(RLIMIT_FSIZE, &old)), close(fd);
  MUST(getrlimit(RLIMIT_CPU, &old)), count = 0;
  struct rusage used;
  MUST(getrusage(RUSAGE_SELF, &used));
  few.rlim_cur = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1, few.rlim_max = old.rlim_max;
  MUST(setrlimit(RLIMIT_CPU, &few));
  while (!count) continue;
  SHOW(last.si_code), MUST(setrlimit(RLIMIT_CPU, &old));
}

static void by_descriptor(void) {
  unsigned long set_of = BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(50) | BIT(SIGCHLD);
  mask(SIG_BLOCK, set_of);
  int fd = MUST(syscall(SYS_signalfd4, -1, &set_of, 8, SFD_NONBLOCK | SFD_CLOEXEC));
  struct signalfd_siginfo got[8];
  SHOW(read(fd, got, sizeof got)), SHOW(read(fd, got, 100)), SHOW(sizeof *got);
  kill(getpid(), SIGUSR2), sigqueue(getpid(), 50, (union sigval){.sival_int = 8}), syscall(SYS_tkill, gettid(), SIGUSR1);
  sigqueue(getpid(), 50, (union sigval){.sival_int = 9});
  pid_t child = MUST(fork());
  if (child == 0) _exit(4);
  int status;
  siginfo_t info;
  MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
  struct pollfd ready = {fd, POLLIN, 0};
  SHOW(poll(&ready, 1, 5000)), SHOW(ready.revents);
  ssize_t n = read(fd, got, sizeof got) / (ssize_t)sizeof *got;
  SHOW(n);
  for (ssize_t i = 0; i < n; i++)
    printf("  signal %u code %d value %d status %d from %s\n", got[i].ssi_signo, got[i].ssi_code,
           got[i].ssi_signo == 50 ? got[i].ssi_int : 0, got[i].ssi_signo == SIGCHLD ? got[i].ssi_status : 0,
           got[i].ssi_pid == (unsigned)getpid() ? "itself" : got[i].ssi_pid == (unsigned)child ? "the child" : "?");
  MUST(waitpid(child, &status, 0));
  // Another mask for the same descriptor.
  set_of = BIT(SIGUSR1), SHOW(syscall(SYS_signalfd4, fd, &set_of, 8, 0) == fd);
  kill(getpid(), SIGUSR2), SHOW(poll(&ready, 1, 0)), kill(getpid(), SIGUSR1), SHOW(poll(&ready, 1, 0));
  SHOW(read(fd, got, sizeof got)), SHOW(got[0].ssi_signo), close(fd);
  struct timespec none = {0, 0};
  set_of = BIT(SIGUSR2), SHOW(syscall(SYS_rt_sigtimedwait, &set_of, &info, &none, 8));
  mask(SIG_SETMASK, 0);
}

// The other side sends the next signal when it was told that the last one came. None may be lost.
enum { TURNS = 3000 };
static volatile int seen;
static void see(int sig, siginfo_t *info, void *context) { (void)sig, (void)info, (void)context, seen++; }

static void race(const char *what, int mode) {
  unsigned long open = 0;
  int turn[2], epoll = epoll_create1(0), lost = 0, wrong = 0;
  MUST(pipe(turn)), seen = 0;
  set(SIGUSR1, see, mode & 1 ? SA_RESTART : 0), mask(SIG_BLOCK, BIT(SIGUSR1));
  pid_t parent = getpid(), child = MUST(fork());
  if (child == 0) {
    char c;
    for (int i = 0; i < TURNS && read(turn[0], &c, 1) == 1; i++) {
      for (volatile int n = i % 97 * 20; n > 0; n--) continue;
      kill(parent, SIGUSR1);
    }
    _exit(0);
  }
  struct timespec long_time = {10, 0};
  for (int i = 0; i < TURNS; i++) {
    int before = seen;
    long result = -1;
    struct epoll_event event;
    MUST(write(turn[1], "x", 1));
    const void *with_size[] = {&open, (void *)8};
    errno = 0;
    switch (mode / 2) {
    case 0: result = syscall(SYS_rt_sigsuspend, &open, 8); break;
    case 1: long_time.tv_sec = 10, result = syscall(SYS_ppoll, NULL, 0, &long_time, &open, 8); break;
    case 2: long_time.tv_sec = 10, result = syscall(SYS_pselect6, 0, NULL, NULL, NULL, &long_time, with_size); break;
    case 3: result = syscall(SYS_epoll_pwait, epoll, &event, 1, 10000, &open, 8); break;
    }
    wrong += result != -1 || errno != EINTR;
    lost += seen != before + 1;
  }
  printf("%s: %d came, %d turns without, %d results wrong\n", what, seen, lost, wrong);
  waitpid(child, NULL, 0), close(turn[0]), close(turn[1]), close(epoll), mask(SIG_SETMASK, 0);
}
static void races(void) {
  static const char *const names[] = {"sigsuspend", "ppoll", "pselect", "epoll_pwait"};
  for (int mode = 0; mode < 8; mode++) race(names[mode / 2], mode);
  // sigtimedwait takes each, and no handler runs.
  int taken = 0, turn[2];
  unsigned long wanted = BIT(SIGUSR1);
  MUST(pipe(turn)), mask(SIG_BLOCK, wanted), seen = 0;
  pid_t parent = getpid(), child = MUST(fork());
  if (child == 0) {
    char c;
    for (int i = 0; i < TURNS && read(turn[0], &c, 1) == 1; i++) kill(parent, SIGUSR1);
    _exit(0);
  }
  for (int i = 0; i < TURNS; i++) {
    struct timespec most = {10, 0};
    siginfo_t info;
    MUST(write(turn[1], "x", 1));
    taken += syscall(SYS_rt_sigtimedwait, &wanted, &info, &most, 8) == SIGUSR1 && info.si_pid == child;
  }
  SHOW(taken), SHOW(seen), waitpid(child, NULL, 0), mask(SIG_SETMASK, 0), close(turn[0]), close(turn[1]);
}

static volatile pid_t others[2];
static volatile int finish;
static void *open_thread(void *argument) {
  long number = (long)argument;
  mask(SIG_SETMASK, number == 0 ? 0 : BIT(SIGUSR1));
  others[number] = gettid();
  while (!finish) usleep(1000);
  return NULL;
}
static void directed(void) {
  pthread_t threads[2];
  set(SIGUSR1, note, 0), set(SIGUSR2, note, 0), mask(SIG_BLOCK, BIT(SIGUSR1)), count = 0;
  for (long i = 0; i < 2; i++) MUST(-pthread_create(&threads[i], NULL, open_thread, (void *)i));
  while (!others[0] || !others[1]) usleep(1000);
  int wrong = 0;
  for (int i = 0; i < 200; i++) {
    count = 0, kill(getpid(), SIGUSR1);
    for (int k = 0; k < 5000 && !count; k++) usleep(100);
    wrong += count != 1 || by != others[0];
  }
  printf("for the process, open in one thread: %d wrong\n", wrong), count = wrong = 0;
  syscall(SYS_tgkill, getpid(), others[1], SIGUSR1), usleep(20000), SHOW(count);
  syscall(SYS_tgkill, getpid(), others[0], SIGUSR1);
  for (int k = 0; k < 5000 && !count; k++) usleep(100);
  CHECK(by == others[0]);
  syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
  unsigned long waiting = 0;
  syscall(SYS_rt_sigpending, &waiting, 8), SHOW(waiting == BIT(SIGUSR1)), count = 0;
  mask(SIG_UNBLOCK, BIT(SIGUSR1)), SHOW(count), CHECK(by == gettid());
  finish = 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

// After an exec: which are ignored, blocked, pending.
static void show_kept(void) {
  struct kernel_action now;
  unsigned long blocked, waiting;
  stack_t stack;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, 8), syscall(SYS_rt_sigpending, &waiting, 8);
  printf("blocked %lx, pending %lx, ignored", blocked, waiting);
  for (int sig = 1; sig <= 64; sig++) {
    syscall(SYS_rt_sigaction, sig, NULL, &now, 8);
    if (now.handler == (void *)SIG_IGN) printf(" %d", sig);
    else if (now.handler != (void *)SIG_DFL) printf(" %d?", sig);
  }
  sigaltstack(NULL, &stack), printf(", stack %d\n", stack.ss_flags);
}
static void kept(const char *self) {
  fflush(stdout);
  pid_t child = MUST(fork());
  if (child == 0) {
    stack_t stack = {.ss_sp = malloc(100000), .ss_size = 100000};
    sigaltstack(&stack, NULL);
    for (int sig = 1; sig <= 64; sig++)
      if (catchable(sig)) set(sig, note, 0);
    signal(SIGUSR2, SIG_IGN), signal(SIGPIPE, SIG_IGN), signal(SIGSEGV, SIG_IGN), signal(60, SIG_IGN);
    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(SIGBUS) | BIT(55) | BIT(SIGTERM));
    raise(SIGUSR1), raise(SIGBUS), raise(55), sigqueue(getpid(), 55, (union sigval){.sival_int = 1}), kill(getpid(), SIGTERM);
    pid_t grandchild = fork();
    if (grandchild == 0) {
      unsigned long waiting = 0;
      syscall(SYS_rt_sigpending, &waiting, 8);
      printf("pending after a fork %lx\n", waiting), fflush(stdout), _exit(0);
    }
    waitpid(grandchild, NULL, 0);
    execl(self, self, "kept", (char *)NULL), _exit(99);
  }
  int status;
  MUST(waitpid(child, &status, 0)), SHOW(status);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc > 1) return show_kept(), 0;
  char self[4096] = "";
  MUST(readlink("/proc/self/exe", self, sizeof self - 1));
  enter_folder();
  every_signal(), default_actions(), timers(), queues(), descriptors(), children(), limits();
  by_descriptor(), races(), directed(), kept(argc == 1 ? self : argv[0]);
  return 0;
}
