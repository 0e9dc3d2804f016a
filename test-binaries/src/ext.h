// What the tests of architecture extensions share: catching the signal of one instruction.
#ifndef EXT_H
#define EXT_H
#include <setjmp.h>
#include <ucontext.h>

#include "t.h"

static struct { int hits, signal, code; uintptr_t addr, pc; uint64_t regs[31], pstate; } caught;
static sigjmp_buf back;

static void on_signal(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  caught.hits++;
  caught.signal = signal;
  caught.code = info->si_code;
  caught.addr = (uintptr_t)info->si_addr;
  caught.pc = uc->uc_mcontext.pc;
  caught.pstate = uc->uc_mcontext.pstate;
  memcpy(caught.regs, uc->uc_mcontext.regs, sizeof caught.regs);
  siglongjmp(back, 1);
}
static inline void catch_signals(void) {
  struct sigaction act = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
  for (size_t i = 0; i < COUNT(signals); i++) MUST(sigaction(signals[i], &act, NULL));
}
// Runs a statement; says which signal it raised, if any.
#define TRY(statement)                                                              \
  do {                                                                              \
    caught.hits = 0;                                                                \
    if (!sigsetjmp(back, 1)) { statement; }                                         \
    if (caught.hits) printf("%s: signal %d code %d\n", #statement, caught.signal, caught.code); \
    else printf("%s: no signal\n", #statement);                                     \
  } while (0)
#endif
