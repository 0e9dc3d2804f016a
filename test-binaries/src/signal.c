// Signals as programs use them: flags of sigaction, masks, queues, timers, leaving a handler sideways, and
// changing the interrupted registers.
#include <pthread.h>
#include <setjmp.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <poll.h>
#include <time.h>
#include <ucontext.h>

#ifdef __aarch64__
#include "forms.h"
#endif
#include "t.h"

static volatile sig_atomic_t hits, last_code, last_value, depth, deepest;
static volatile pid_t last_pid;
static volatile uintptr_t handler_sp;

static void install(int signal, void (*f)(int, siginfo_t *, void *), int flags) {
  struct sigaction act = {.sa_sigaction = f, .sa_flags = SA_SIGINFO | flags};
  MUST(sigaction(signal, &act, NULL));
}
static void count(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  hits++;
  last_code = info->si_code;
  last_value = info->si_value.sival_int;
  last_pid = info->si_pid;
  handler_sp = (uintptr_t)__builtin_frame_address(0);
}
static sigset_t set_of(int a, int b) {
  sigset_t s;
  sigemptyset(&s);
  sigaddset(&s, a);
  if (b) sigaddset(&s, b);
  return s;
}
static void start_timer(int first_us, int every_us) {
  struct itimerval t = {{0, every_us}, {0, first_us}};
  MUST(setitimer(ITIMER_REAL, &t, NULL));
}

// The handler does arithmetic of every kind, so that a register it fails to give back spoils the sums.
static volatile double noise = 1;
static void noisy(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info, (void)context;
  hits++;
  double d = noise;
  for (int i = 1; i < 20; i++) d = d * 1.0001 + i / 3.0;
  noise = d - (long)d + 1;
  errno = 0;
}
static uint64_t mixed_work(int rounds) {
  uint64_t a = 1, b = 2;
  double x = 1, y = 0.5;
  float v[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (int i = 0; i < rounds; i++) {
    a = a * 6364136223846793005u + b, b ^= a >> 29;
    if ((int64_t)a < (int64_t)b) b += a / 3;
    x = x * 1.000001 + y, y = y / 1.0000003 - x * 1e-9;
    for (int k = 0; k < 8; k++) v[k] = v[k] * 0.999f + k;
  }
  uint64_t h = t_hash(HASH_START, &a, 8);
  h = t_hash(h, &b, 8), h = t_hash(h, &x, 8), h = t_hash(h, &y, 8);
  return t_hash(h, v, sizeof v);
}
static void storm(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t quiet = mixed_work(20000);
  install(SIGALRM, noisy, SA_RESTART);
  start_timer(200, 200);
  int rounds = 0, equal = 1;
  while (hits < 1000) {
    equal &= mixed_work(20000) == quiet;
    rounds++;
  }
  start_timer(0, 0);
  CHECK(equal);
  CHECK(rounds > 0);
}

static void restart(int argc, char **argv) {
  (void)argc, (void)argv;
  int fds[2];
  char c;
  MUST(pipe(fds));
  install(SIGALRM, count, 0);
  start_timer(20000, 0);
  SHOW(read(fds[0], &c, 1));
  CHECK(errno == EINTR);
  SHOW(hits);
  install(SIGALRM, count, SA_RESTART);
  pid_t child = MUST(fork());
  if (child == 0) {
    usleep(200000);
    _exit(write(fds[1], "x", 1) != 1);
  }
  hits = 0;
  start_timer(20000, 20000);
  SHOW(read(fds[0], &c, 1));
  start_timer(0, 0);
  CHECK(hits >= 2);
  int status;
  while (waitpid(child, &status, 0) < 0) continue;
  SHOW(status);
}

static void nested(int signal, siginfo_t *info, void *context) {
  (void)info, (void)context;
  if (++depth > deepest) deepest = depth;
  if (++hits < 5) raise(signal);
  depth--;
}
static void flags(int argc, char **argv) {
  (void)argc, (void)argv;
  install(SIGUSR1, nested, SA_NODEFER);
  raise(SIGUSR1);
  printf("SA_NODEFER: hits %d deepest %d\n", (int)hits, (int)deepest);
  hits = deepest = 0;
  install(SIGUSR1, nested, 0);
  raise(SIGUSR1);
  printf("deferred: hits %d deepest %d\n", (int)hits, (int)deepest);
  install(SIGUSR2, count, SA_RESETHAND);
  raise(SIGUSR2);
  struct sigaction now;
  MUST(sigaction(SIGUSR2, NULL, &now));
  CHECK(now.sa_handler == SIG_DFL);
  static char alt[32768];
  stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt}, old;
  MUST(sigaltstack(&ss, NULL));
  install(SIGUSR1, count, SA_ONSTACK);
  raise(SIGUSR1);
  CHECK(handler_sp - (uintptr_t)alt < sizeof alt);
  install(SIGUSR1, count, 0);
  raise(SIGUSR1);
  CHECK(handler_sp - (uintptr_t)alt >= sizeof alt);
  MUST(sigaltstack(NULL, &old));
  CHECK(old.ss_sp == alt && old.ss_size == sizeof alt);
  ss.ss_size = 100;
  CHECK(sigaltstack(&ss, NULL) == -1 && errno == ENOMEM);
  CHECK(sigaction(SIGKILL, &now, NULL) == -1 && errno == EINVAL);
  CHECK(sigaction(65, &now, NULL) == -1 && errno == EINVAL);
}

static int order[64];
static void in_order(int signal, siginfo_t *info, void *context) {
  (void)context;
  order[hits++] = signal * 1000 + info->si_value.sival_int;
}
static void queue(int argc, char **argv) {
  (void)argc, (void)argv;
  int low = SIGRTMIN, high = SIGRTMIN + 3;
  sigset_t both = set_of(low, high), pending;
  install(low, in_order, 0), install(high, in_order, 0);
  MUST(sigprocmask(SIG_BLOCK, &both, NULL));
  for (int i = 0; i < 5; i++) {
    MUST(sigqueue(getpid(), high, (union sigval){.sival_int = i}));
    MUST(sigqueue(getpid(), low, (union sigval){.sival_int = 100 + i}));
  }
  MUST(sigpending(&pending));
  CHECK(sigismember(&pending, low) && sigismember(&pending, high) && !sigismember(&pending, SIGUSR1));
  SHOW(hits);
  MUST(sigprocmask(SIG_UNBLOCK, &both, NULL));
  for (int i = 0; i < hits; i++) printf("%s %d\n", order[i] / 1000 == low ? "low" : "high", order[i] % 1000);
}
static void waiting(int argc, char **argv) {
  (void)argc, (void)argv;
  sigset_t set = set_of(SIGUSR1, SIGRTMAX);
  siginfo_t info;
  MUST(sigprocmask(SIG_BLOCK, &set, NULL));
  MUST(sigqueue(getpid(), SIGRTMAX, (union sigval){.sival_int = 77}));
  CHECK(sigwaitinfo(&set, &info) == SIGRTMAX);
  SHOW(info.si_value.sival_int), SHOW(info.si_code);
  CHECK(info.si_pid == getpid());
  CHECK(sigtimedwait(&set, &info, &(struct timespec){0, 10000000}) == -1 && errno == EAGAIN);
  int fd = MUST(signalfd(-1, &set, SFD_NONBLOCK));
  struct signalfd_siginfo si;
  CHECK(read(fd, &si, sizeof si) == -1 && errno == EAGAIN);
  MUST(kill(getpid(), SIGUSR1));
  SHOW(read(fd, &si, sizeof si));
  SHOW(si.ssi_signo), SHOW(si.ssi_code);
  CHECK(si.ssi_pid == (uint32_t)getpid());
}
static void all_signals(int argc, char **argv) {
  (void)argc, (void)argv;
  for (int s = 1; s <= 64; s++) {
    if (s == SIGKILL || s == SIGSTOP || s == 32 || s == 33) continue;
    install(s, count, 0);
    hits = 0;
    MUST(kill(getpid(), s));
    printf("%d: hits %d code %d\n", s, (int)hits, (int)last_code);
  }
  sigset_t full, got;
  sigfillset(&full);
  MUST(sigprocmask(SIG_SETMASK, &full, NULL));
  MUST(sigprocmask(SIG_SETMASK, NULL, &got));
  for (int s = 1; s <= 64; s++) putchar('0' + sigismember(&got, s));
  putchar('\n');
}

static sigjmp_buf back;
static void leave(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info, (void)context;
  hits++;
  siglongjmp(back, hits);
}
static void long_jump(int argc, char **argv) {
  (void)argc, (void)argv;
  install(SIGUSR1, leave, 0);
  install(SIGALRM, leave, 0);
  for (volatile int i = 0; i < 1000; i++)
    if (sigsetjmp(back, 1) == 0) raise(SIGUSR1);
  SHOW(hits);
  hits = 0;
  while (hits < 50)
    if (sigsetjmp(back, 1) == 0) {
      start_timer(500, 0);
      for (volatile long k = 0;; k++) continue;
    }
  SHOW(hits);
  sigset_t now;
  MUST(sigprocmask(SIG_SETMASK, NULL, &now));
  CHECK(!sigismember(&now, SIGUSR1) && !sigismember(&now, SIGALRM));
}

static void suspend(int argc, char **argv) {
  (void)argc, (void)argv;
  sigset_t usr1 = set_of(SIGUSR1, SIGALRM), empty, now;
  sigemptyset(&empty);
  install(SIGUSR1, count, 0), install(SIGALRM, count, SA_RESTART);
  MUST(sigprocmask(SIG_BLOCK, &usr1, NULL));
  raise(SIGUSR1);
  SHOW(hits);
  CHECK(sigsuspend(&empty) == -1 && errno == EINTR);
  SHOW(hits);
  raise(SIGUSR1);
  CHECK(ppoll(NULL, 0, &(struct timespec){5, 0}, &empty) == -1 && errno == EINTR);
  SHOW(hits);
  start_timer(10000, 0);
  CHECK(pselect(0, NULL, NULL, NULL, &(struct timespec){5, 0}, &empty) == -1 && errno == EINTR);
  SHOW(hits);
  MUST(sigprocmask(SIG_SETMASK, NULL, &now));
  CHECK(sigismember(&now, SIGUSR1));
  MUST(sigprocmask(SIG_UNBLOCK, &usr1, NULL));
  start_timer(10000, 0);
  CHECK(pause() == -1 && errno == EINTR);
  SHOW(hits);
  struct timespec left = {0, 0};
  start_timer(20000, 0);
  CHECK(nanosleep(&(struct timespec){5, 0}, &left) == -1 && errno == EINTR);
  CHECK(left.tv_sec == 4);
}

static void masks(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  sigset_t now;
  sigprocmask(SIG_SETMASK, NULL, &now);
  printf("in handler: self %d extra %d other %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2),
         sigismember(&now, SIGTERM));
  sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGHUP);
}
static void handler_mask(int argc, char **argv) {
  (void)argc, (void)argv;
  struct sigaction act = {.sa_sigaction = masks, .sa_flags = SA_SIGINFO, .sa_mask = set_of(SIGUSR2, 0)}, old;
  MUST(sigaction(SIGUSR1, &act, NULL));
  raise(SIGUSR1);
  sigset_t now;
  MUST(sigprocmask(SIG_SETMASK, NULL, &now));
  printf("after: self %d extra %d added %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2),
         sigismember(&now, SIGHUP));
  MUST(sigaction(SIGUSR1, NULL, &old));
  CHECK(old.sa_sigaction == masks && sigismember(&old.sa_mask, SIGUSR2) && !sigismember(&old.sa_mask, SIGHUP));
  HEX(old.sa_flags & ~0x04000000);
}

static void child_info(int argc, char **argv) {
  (void)argc, (void)argv;
  sigset_t chld = set_of(SIGCHLD, 0);
  MUST(sigprocmask(SIG_BLOCK, &chld, NULL));
  const int ends[] = {0, 7, 255, -SIGTERM, -SIGKILL};
  for (size_t i = 0; i < COUNT(ends); i++) {
    pid_t pid = MUST(fork());
    if (pid == 0) {
      if (ends[i] >= 0) _exit(ends[i]);
      kill(getpid(), -ends[i]);
      pause();
    }
    siginfo_t info;
    MUST(sigwaitinfo(&chld, &info));
    printf("code %d status %d pid %s\n", info.si_code, info.si_status, info.si_pid == pid ? "right" : "WRONG");
    CHECK(waitpid(pid, NULL, 0) == pid);
  }
  signal(SIGCHLD, SIG_IGN);
  pid_t pid = MUST(fork());
  if (pid == 0) _exit(3);
  CHECK(waitpid(pid, NULL, 0) == -1 && errno == ECHILD);
}

static void timers(int argc, char **argv) {
  (void)argc, (void)argv;
  timer_t id;
  struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_int = 42};
  install(SIGRTMIN + 1, count, 0);
  MUST(timer_create(CLOCK_MONOTONIC, &ev, &id));
  MUST(timer_settime(id, 0, &(struct itimerspec){{0, 2000000}, {0, 1000000}}, NULL));
  while (hits < 10) pause();
  struct itimerspec left;
  MUST(timer_gettime(id, &left));
  SHOW(left.it_interval.tv_nsec);
  SHOW(last_code), SHOW(last_value);
  MUST(timer_delete(id));
  CHECK(timer_gettime(id, &left) == -1 && errno == EINVAL);
  hits = 0;
  install(SIGALRM, count, 0);
  SHOW(alarm(100)), CHECK(alarm(0) >= 99);
  struct itimerval v = {{0, 0}, {0, 1000}};
  install(SIGVTALRM, count, 0), install(SIGPROF, count, 0);
  MUST(setitimer(ITIMER_VIRTUAL, &v, NULL));
  while (hits < 1) continue;
  MUST(setitimer(ITIMER_PROF, &v, NULL));
  while (hits < 2) continue;
  SHOW(hits);
}

static void *victim(void *arg) {
  while (!*(volatile int *)arg) continue;
  return (void *)(intptr_t)hits;
}
static void threads(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile int stop = 0;
  pthread_t t;
  install(SIGUSR1, count, 0);
  pthread_create(&t, NULL, victim, (void *)&stop);
  for (int i = 1; i <= 200; i++) {
    pthread_kill(t, SIGUSR1);
    while (hits < i) continue;
  }
  stop = 1;
  void *result;
  pthread_join(t, &result);
  SHOW((intptr_t)result);
  CHECK(last_pid == getpid());
  SHOW(last_code);
  SHOW(syscall(SYS_tgkill, getpid(), getpid(), 0));
  CHECK(syscall(SYS_tgkill, getpid(), 1, 0) == -1 && errno == ESRCH);
}

static void deaths(int argc, char **argv) {
  (void)argc, (void)argv;
  const int signals[] = {SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, 35, 64};
  for (size_t i = 0; i < COUNT(signals); i++) {
    int status;
    pid_t pid = MUST(fork());
    if (pid == 0) {
      signal(signals[i], SIG_DFL);  // nohup may have left SIGHUP ignored
      kill(getpid(), signals[i]);
      _exit(1);
    }
    MUST(waitpid(pid, &status, 0));
    printf("%d: signaled %d by %d\n", signals[i], WIFSIGNALED(status), WTERMSIG(status));
  }
  // The child lives until its continuation was seen.
  int status, ends[2];
  MUST(pipe(ends));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    raise(SIGSTOP);
    close(ends[1]);
    char byte;
    _exit(read(ends[0], &byte, 1) == 0 ? 5 : 6);
  }
  MUST(waitpid(pid, &status, WUNTRACED));
  printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  MUST(kill(pid, SIGCONT));
  MUST(waitpid(pid, &status, WCONTINUED));
  CHECK(WIFCONTINUED(status));
  MUST(close(ends[1]));
  MUST(waitpid(pid, &status, 0));
  SHOW(WEXITSTATUS(status));
}

#ifdef __aarch64__
// kill(X0, X1), then the control register: what the handler changed is read back after it.
__asm__(".text\nkill_stub: mov x8, #129\n\tsvc #0\n\tmrs x5, fpcr\n\tret\n");
void kill_stub(void);
static void edit(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  struct fpsimd_context *fp = (void *)m->__reserved;
  printf("in: x0 %llx x3 %llx pstate %llx v3 %llx fpcr %x fpsr %x\n", m->regs[0], m->regs[3],
         m->pstate & 0xf0000000, (unsigned long long)fp->vregs[3], fp->fpcr, fp->fpsr);
  CHECK(m->pc == (uintptr_t)kill_stub + 8);
  m->regs[3] = 0x1111, m->regs[4] += 1;
  m->pstate = (m->pstate & ~0xf0000000ull) | 0x60000000;
  fp->vregs[2] = (unsigned __int128)7 << 64 | 9;
  fp->fpcr = 0x00c00000, fp->fpsr = 0x08000010;
  __asm__ volatile("movi v2.2d, #0\n\tmovi v3.2d, #0\n\tcmp xzr, xzr" ::: "v2", "v3", "cc");
}
static void context(int argc, char **argv) {
  (void)argc, (void)argv;
  install(SIGUSR1, edit, 0);
  struct state s = {.x = {getpid(), SIGUSR1, 2, 3, 4}, .nzcv = 0x90000000, .fpsr = 1};
  for (int i = 0; i < 8; i++) s.v[i] = (unsigned __int128)i << 64 | (0x100 + i);
  run_form(kill_stub, &s);
  for (int i = 0; i < 6; i++) printf("x%d %llx\n", i, (unsigned long long)s.x[i]);
  for (int i = 0; i < 4; i++)
    printf("v%d %llx %llx\n", i, (unsigned long long)(s.v[i] >> 64), (unsigned long long)s.v[i]);
  HEX(s.nzcv), HEX(s.fpsr);
}
static void frame(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  uint32_t *trampoline = __builtin_return_address(0);
  printf("trampoline %08x %08x\n", trampoline[0], trampoline[1]);
  CHECK((uintptr_t)info % 16 == 0 && (char *)uc - (char *)info == 128);
  CHECK(info->si_signo == signal && uc->uc_mcontext.sp % 16 == 0);
  SHOW((char *)&uc->uc_mcontext - (char *)uc);
  SHOW((char *)uc->uc_mcontext.__reserved - (char *)&uc->uc_mcontext);
  struct _aarch64_ctx *part = (void *)uc->uc_mcontext.__reserved;
  int fpsimd = 0, ends = 0;
  for (char *at = (char *)part; at < (char *)part + 4096; at += ((struct _aarch64_ctx *)at)->size) {
    struct _aarch64_ctx *c = (void *)at;
    if (c->magic == FPSIMD_MAGIC) fpsimd = c->size;
    if (c->magic == 0) { ends = c->size == 0; break; }
  }
  SHOW(fpsimd), SHOW(ends);
}
static void frame_layout(int argc, char **argv) {
  (void)argc, (void)argv;
  install(SIGUSR2, frame, 0);
  raise(SIGUSR2);
}
#endif

static const struct test TESTS[] = {
    {"storm", storm}, {"restart", restart}, {"flags", flags}, {"queue", queue}, {"waiting", waiting},
    {"all_signals", all_signals}, {"long_jump", long_jump}, {"suspend", suspend}, {"handler_mask", handler_mask},
    {"child_info", child_info}, {"timers", timers}, {"threads", threads}, {"deaths", deaths},
#ifdef __aarch64__
    {"context", context}, {"frame_layout", frame_layout},
#endif
};
TEST_MAIN(TESTS)
