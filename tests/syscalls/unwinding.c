// Backtraces out of signal handlers: every frame between the handler and main is found, whatever was
// interrupted, and the vdso's functions can be unwound.
#include "check.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unwind.h>

#define KEPT __attribute__((noinline, noclone, noipa))

static void *functions[64];
static int count;
static uintptr_t interrupted_at;
static int saw_interrupted;

static _Unwind_Reason_Code note(struct _Unwind_Context *context, void *argument) {
  (void)argument;
  int before = 0;
  uintptr_t pc = _Unwind_GetIPInfo(context, &before);
  if (pc == interrupted_at) saw_interrupted = 1 + before;
  if (count < 64) functions[count++] = _Unwind_FindEnclosingFunction((void *)(before ? pc : pc - 1));
  return _URC_NO_REASON;
}
KEPT static void trace(void) { count = 0, saw_interrupted = 0, _Unwind_Backtrace(note, NULL); }

static volatile int done;
KEPT static void handler(int sig, siginfo_t *info, void *argument) {
  (void)sig, (void)info;
  ucontext_t *context = argument;
#ifdef __aarch64__
  interrupted_at = context->uc_mcontext.pc;
#else
  interrupted_at = context->uc_mcontext.gregs[REG_RIP];
#endif
  if (!done) trace(), done = 1;
#ifdef __aarch64__
  if (sig == SIGSEGV) context->uc_mcontext.pc += 4;
#else
  if (sig == SIGSEGV) context->uc_mcontext.gregs[REG_RIP] += 2;
#endif
}
static int place_of(void *function) {
  for (int i = 0; i < count; i++)
    if (functions[i] == function) return i;
  return -1;
}

KEPT static int raised(void) { return raise(SIGUSR1) + 1; }
KEPT static int working(void) {
  for (volatile long i = 0; !done; i++) continue;
  return 2;
}
KEPT static int faulting(void) {
  // One load of two bytes, or of four, through a null pointer.
#ifdef __aarch64__
  __asm__ volatile("ldr w0, [%0]" : : "r"(0L) : "w0");
#else
  __asm__ volatile("mov (%0), %%ecx" : : "a"(0L) : "rcx");
#endif
  return 3;
}
static void *volatile no_leaf;
KEPT static int between(int (*function)(void)) {
  char here[40];
  no_leaf = here;
  return function() + 1;
}
int main(void);
static void check(const char *what, int (*function)(void)) {
  done = 0;
  int result = between(function);
  int at = place_of((void *)function), caller = place_of((void *)between), end = place_of((void *)main);
  printf("%s: result %d, handler %d, interrupted %d, its caller %d, main %d, exact pc %d\n", what, result,
         place_of((void *)handler) > 0, at > place_of((void *)handler), caller == at + 1, end > caller, saw_interrupted == 2);
}

static int resolutions(void) {
  int wrong = 0;
  // Beyond these the host's own library knows clocks that its kernel does not.
  for (int clock = -3; clock < 12; clock++) {
    struct timespec by_call = {7, 7}, by_library = {7, 7};
    long call = syscall(SYS_clock_getres, clock, &by_call);
    int library = clock_getres(clock, &by_library);
    wrong += call != library || by_call.tv_sec != by_library.tv_sec || by_call.tv_nsec != by_library.tv_nsec;
    wrong += clock_getres(clock, NULL) != library;
  }
  return wrong;
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGUSR1, &action, NULL)), MUST(sigaction(SIGALRM, &action, NULL)), MUST(sigaction(SIGSEGV, &action, NULL));
  check("raised", raised);
  struct itimerval soon = {{0, 0}, {0, 20000}};
  MUST(setitimer(ITIMER_REAL, &soon, NULL)), check("in a loop", working);
  check("fault", faulting);
  static char stack[1 << 16];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  MUST(sigaltstack(&alternate, NULL)), action.sa_flags |= SA_ONSTACK, MUST(sigaction(SIGSEGV, &action, NULL));
  check("fault, on another stack", faulting);
  SHOW(resolutions());
  return 0;
}
