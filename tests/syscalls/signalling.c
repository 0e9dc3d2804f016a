// Sending, blocking, waiting for and handling signals, with what their siginfo says.
#include "check.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

static volatile int order[200], codes[200], values[200], senders[200], count;

static void note(int sig, siginfo_t *info, void *context) {
  (void)context;
  order[count] = sig, codes[count] = info->si_code, values[count] = info->si_value.sival_int;
  senders[count] = info->si_pid == getpid() && info->si_uid == getuid(), count++;
}

static void show_caught(const char *what) {
  printf("%s:", what);
  for (int i = 0; i < count; i++) printf(" %d/%d/%d/%d", order[i], codes[i], codes[i] ==
      SI_QUEUE ? values[i] : 0, senders[i]);
  printf("\n"), count = 0;
}

struct kernel_action {
  void *handler;
  unsigned long flags;
  void *restorer;
  unsigned long mask;
};

static void actions(void) {
  struct sigaction set = {.sa_sigaction = note}, got;
  static const int flags[] = {0, SA_SIGINFO, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_ONSTACK,
      SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO | SA_RESTART | SA_NODEFER};
  sigfillset(&set.sa_mask);
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    set.sa_flags = flags[i];
    MUST(sigaction(SIGUSR1, &set, NULL)), MUST(sigaction(SIGUSR1, NULL, &got));
    printf("flags %x: %x %d %d %d\n", flags[i], got.sa_flags & ~0x4000000, got.sa_sigaction ==
        note, sigismember(&got.sa_mask, SIGUSR2), sigismember(&got.sa_mask, SIGKILL));
  }
  struct kernel_action raw = {SIG_IGN, 0x400 | 0x800 | 0x20000000, NULL, -1L}, old = {0};
  SYS(rt_sigaction, SIGUSR1, &raw, &old, 8), SYS(rt_sigaction, SIGUSR1, NULL, &old, 8);
  SHOW(old.flags & ~0x4000000L), CHECK(old.handler == SIG_IGN);
  SYS(rt_sigaction, SIGUSR1, &raw, NULL, 4), SYS(rt_sigaction, SIGKILL, &raw, NULL, 8);
  SYS(rt_sigaction, SIGKILL, NULL, &old, 8), SYS(rt_sigaction, SIGSTOP, &raw, NULL, 8);
  SYS(rt_sigaction, 0, NULL, &old, 8), SYS(rt_sigaction, 65, NULL, &old, 8);
  SYS(rt_sigaction, 64, NULL, &old, 8), SYS(rt_sigaction, SIGUSR1, NOWHERE, NULL, 8);
  SYS(rt_sigaction, SIGUSR1, NULL, NOWHERE, 8);
  set.sa_flags = SA_SIGINFO, sigemptyset(&set.sa_mask);
  for (int sig = 1; sig <= 64; sig++)
    if (sig != SIGKILL && sig != SIGSTOP && sig != 32 && sig != 33) MUST(sigaction(sig, &set,
        NULL));
  for (int sig = 1; sig <= 64; sig++)
    if (sig != SIGKILL && sig != SIGSTOP && sig != 32 && sig != 33) MUST(kill(getpid(), sig));
  show_caught("every signal");
}

static void sending(void) {
  sigset_t all, old, waiting;
  SHOW(raise(SIGUSR1)), show_caught("raise"), SHOW(kill(getpid(), SIGUSR1)), show_caught("kill");
  SHOW(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 5})), show_caught("queue");
  SYS(tkill, gettid(), SIGUSR2), show_caught("tkill"), SYS(tgkill, getpid(), gettid(), SIGUSR2);
  show_caught("tgkill");
  SHOW(kill(getpid(), 0)), SHOW(kill(getpid(), 65)), SHOW(kill(0x7ffffff, 0));
  SYS(tkill, 0x7ffffff, 0), SYS(tkill, -1, 0), SYS(tgkill, 0x7ffffff, gettid(), 0);
  SYS(tgkill, getpid(), gettid(), 77);
  siginfo_t info = {.si_code = SI_QUEUE};
  info.si_value.sival_int = 66;
  SYS(rt_sigqueueinfo, getpid(), SIGRTMIN + 1, &info), show_caught("sigqueueinfo");
  SYS(rt_tgsigqueueinfo, getpid(), gettid(), SIGRTMIN + 2, &info), show_caught("tgsigqueueinfo");
  info.si_code = SI_USER, SYS(rt_sigqueueinfo, getppid(), 0, &info);
  SYS(rt_sigqueueinfo, getpid(), 99, &info), SYS(rt_sigqueueinfo, getpid(), SIGUSR1, NOWHERE);
  sigfillset(&all), MUST(sigprocmask(SIG_BLOCK, &all, &old));
  for (int i = 0; i < 3; i++) sigqueue(getpid(), 64, (union sigval){.sival_int = i}),
      sigqueue(getpid(), 40, (union sigval){.sival_int = 10 + i}), raise(SIGUSR1);
  SHOW(sigpending(&waiting)), SHOW(sigismember(&waiting, 64)), SHOW(sigismember(&waiting, SIGUSR1));
  SHOW(sigismember(&waiting, 50)), SHOW(count), SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
  show_caught("blocked and queued");
  SYS(rt_sigpending, &waiting, 16), SYS(rt_sigpending, NOWHERE, 8);
  SYS(rt_sigprocmask, 9, &all, NULL, 8), SYS(rt_sigprocmask, SIG_BLOCK, &all, NULL, 4);
  SYS(rt_sigprocmask, SIG_BLOCK, NOWHERE, NULL, 8), SYS(rt_sigprocmask, 9, NULL, &old, 8);
  SYS(rt_sigprocmask, SIG_BLOCK, NULL, NOWHERE, 8);
  unsigned long mask = 0, full = -1L;
  SYS(rt_sigprocmask, SIG_SETMASK, &full, &mask, 8), printf("%lx\n", mask);
  SYS(rt_sigprocmask, SIG_SETMASK, &mask, &full, 8), printf("%lx\n", full);
  sigset_t some;
  sigemptyset(&some), sigaddset(&some, SIGUSR1), sigaddset(&some, 45);
  MUST(sigprocmask(SIG_BLOCK, &some, NULL)), raise(SIGUSR1);
  sigqueue(getpid(), 45, (union sigval){.sival_int = 8});
  struct timespec none = {0, 0}, bad = {0, -1};
  SHOW(sigtimedwait(&some, &info, &none)), SHOW(info.si_code), SHOW(sigwaitinfo(&some, &info));
  SHOW(info.si_value.sival_int), SHOW(sigtimedwait(&some, &info, &none));
  SHOW(sigtimedwait(&some, NULL, &bad)), SYS(rt_sigtimedwait, &some, NULL, &none, 4);
  SYS(rt_sigtimedwait, NOWHERE, NULL, &none, 8), SYS(rt_sigtimedwait, &some, NULL, NOWHERE, 8);
  raise(SIGUSR1), sigemptyset(&waiting), SHOW(sigsuspend(&waiting)), show_caught("suspended");
  SYS(rt_sigsuspend, &waiting, 4), SYS(rt_sigsuspend, NOWHERE, 8);
  MUST(sigprocmask(SIG_UNBLOCK, &some, NULL));
  int me = syscall(SYS_pidfd_open, getpid(), 0);
  SYS(pidfd_send_signal, me, SIGUSR1, NULL, 0), show_caught("pidfd");
  SYS(pidfd_send_signal, me, 99, NULL, 0), SYS(pidfd_send_signal, 0, SIGUSR1, NULL, 0);
  SYS(pidfd_send_signal, me, 0, NULL, 0x80), SYS(pidfd_send_signal, me, SIGUSR1, NOWHERE, 0);
  memset(&info, 0, sizeof info), info.si_signo = 41, info.si_code = SI_QUEUE;
  info.si_value.sival_int = 3, SYS(pidfd_send_signal, me, 41, &info, 0);
  show_caught("pidfd with info");
}

static volatile int on_stack, inner_on_stack;
static char *stack_start;
enum { STACK = 65536 };

static int is_on_stack(void) {
  char here;
  return &here > stack_start && &here < stack_start + STACK;
}

static void on_alternate(int sig) {
  stack_t now;
  on_stack = is_on_stack(), sigaltstack(NULL, &now);
  printf("on the stack %d, flags %d, change: ", sig, now.ss_flags);
  now.ss_flags = 0, printf("%s\n", sigaltstack(&now, NULL) ? strerror(errno) : "works");
}

static void stacks(void) {
  stack_start = malloc(STACK);
  stack_t stack = {.ss_sp = stack_start, .ss_size = STACK}, old;
  struct sigaction action = {.sa_handler = on_alternate, .sa_flags = SA_ONSTACK};
  SHOW(sigaltstack(NULL, &old)), SHOW(old.ss_flags), SHOW(sigaltstack(&stack, NULL));
  SHOW(sigaltstack(NULL, &old)), SHOW(old.ss_flags);
  CHECK(old.ss_sp == stack_start && old.ss_size == STACK), MUST(sigaction(SIGUSR1, &action, NULL));
  raise(SIGUSR1), SHOW(on_stack);
  stack.ss_flags = 1 << 31, SHOW(sigaltstack(&stack, NULL)), raise(SIGUSR1), SHOW(on_stack);
  SHOW(sigaltstack(NULL, &old)), printf("%x\n", old.ss_flags), stack.ss_flags = 7;
  SHOW(sigaltstack(&stack, NULL)), stack.ss_flags = 0, stack.ss_size = 100;
  SHOW(sigaltstack(&stack, NULL)), stack.ss_flags = SS_DISABLE, SHOW(sigaltstack(&stack, &old));
  raise(SIGUSR1), SHOW(on_stack), SYS(sigaltstack, NOWHERE, NULL), SYS(sigaltstack, NULL, NOWHERE);
}

static volatile int nest;
static void inner(int sig) { (void)sig, nest = nest * 10 + 2; }
static void outer(int sig) { (void)sig, nest = nest * 10 + 1, raise(SIGUSR2), nest = nest * 10 +
    3; }
static void again(int sig) {
  if (nest < 100) nest = nest * 10 + 5, raise(sig), nest = nest * 10 + 6;
}

static void nesting(void) {
  struct sigaction action = {.sa_handler = outer}, got;
  signal(SIGUSR2, inner), nest = 0, MUST(sigaction(SIGUSR1, &action, NULL)), raise(SIGUSR1);
  SHOW(nest), nest = 0, sigaddset(&action.sa_mask, SIGUSR2);
  MUST(sigaction(SIGUSR1, &action, NULL)), raise(SIGUSR1), SHOW(nest);
  action = (struct sigaction){.sa_handler = again}, nest = 0;
  MUST(sigaction(SIGUSR1, &action, NULL)), raise(SIGUSR1), SHOW(nest), action.sa_flags = SA_NODEFER;
  nest = 0, MUST(sigaction(SIGUSR1, &action, NULL)), raise(SIGUSR1), SHOW(nest);
  action.sa_handler = inner, action.sa_flags = SA_RESETHAND;
  MUST(sigaction(SIGUSR1, &action, NULL)), nest = 0, raise(SIGUSR1), SHOW(nest);
  MUST(sigaction(SIGUSR1, NULL, &got)), CHECK(got.sa_handler == SIG_DFL);
}

static sigjmp_buf back;
static void *volatile fault;
static volatile int fault_code, fault_signal;

static void faulted(int sig, siginfo_t *info, void *context) {
  (void)context, fault = info->si_addr, fault_code = info->si_code, fault_signal = sig;
  siglongjmp(back, 1);
}

#define FAULTS(what, action)                                                                 \
  ({                                                                                         \
    fault_signal = fault_code = 0;                                                           \
    if (sigsetjmp(back, 1) == 0) action;                                                     \
    printf("%s: signal %d code %d\n", what, fault_signal, fault_code);                       \
  })

static void faults(void) {
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO};
  for (int sig = SIGILL; sig <= SIGSEGV; sig++)
    if (sig == SIGILL || sig == SIGTRAP || sig == SIGBUS || sig == SIGFPE || sig ==
        SIGSEGV) MUST(sigaction(sig, &action, NULL));
  FAULTS("nowhere", *(volatile int *)NOWHERE = 1), CHECK(fault == NOWHERE);
  char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FAULTS("read only", *(volatile char *)page = 1), CHECK(fault == page);
  MUST(mprotect(page, 4096, PROT_NONE)), FAULTS("no access", (void)*(volatile char *)(page + 9));
  CHECK(fault == page + 9), MUST(munmap(page, 4096));
  FAULTS("unmapped", (void)*(volatile char *)page);
  int fd = file_with("short", "abc");
  char *map = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
  FAULTS("behind the end", (void)*(volatile char *)(map + 5000)), CHECK(fault == map + 5000);
  FAULTS("within", (void)*(volatile char *)map), MUST(munmap(map, 8192));
  page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FAULTS("jump", ((void (*)(void))page)());
  CHECK(fault == page);
}

int main(void) {
  enter_folder();
  setvbuf(stdout, NULL, _IOLBF, 0);
  actions(), sending(), stacks(), nesting(), faults();
  return 0;
}
