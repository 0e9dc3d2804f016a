// Accesses: which of them fault, with what, and what they leave behind. Every form runs several times, so that its code
// is translated too.
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>

#include "forms.h"
#include "t.h"

FORM_GROUP(sp_base) FORM_GROUP(sp_written)

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, TIMES = 3 };
static struct state before, after;
static struct { int hits, signal, code; uint64_t addr, fault_address, esr, sp, pc, x1; } seen;

static void on_fault(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  seen.hits++;
  seen.signal = signal, seen.code = info->si_code, seen.addr = (uint64_t)info->si_addr;
  seen.fault_address = uc->uc_mcontext.fault_address;
  seen.pc = uc->uc_mcontext.pc, seen.sp = uc->uc_mcontext.sp, seen.x1 = uc->uc_mcontext.regs[1];
  seen.esr = 0;
  for (struct _aarch64_ctx *r = (void *)uc->uc_mcontext.__reserved; r->magic; r = (void *)((char *)r + r->size))
    if (r->magic == ESR_MAGIC) seen.esr = ((struct esr_context *)r)->esr;
  uc->uc_mcontext.pc = uc->uc_mcontext.regs[30];
  // A stub that has moved SP keeps the old one in X9.
  if (uc->uc_mcontext.regs[9] >> 12 == (uint64_t)uc->uc_mcontext.regs[29] >> 12) uc->uc_mcontext.sp = uc->uc_mcontext.regs[9];
}
static void catch_faults(void) {
  static char stack[65536] __attribute__((aligned(16)));
  MUST(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
  struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
  for (size_t i = 0; i < COUNT(signals); i++) MUST(sigaction(signals[i], &act, NULL));
}
static char *pages(int count) { return MUST(mmap(NULL, count * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)); }
static void run(const struct form *f) {
  memset(&seen, 0, sizeof seen);
  after = before;
  run_form(f->stub, &after);
}
static const char *name(int signal) {
  return signal == SIGSEGV ? "SEGV" : signal == SIGBUS ? "BUS" : signal == SIGILL ? "ILL" : "TRAP";
}

// SP as a base

static void sp_form(const struct form *f, char *at, unsigned off) {
  printf("%s, sp %+d:", f->text, (int)off);
  char first[120] = "", text[120];
  for (int i = 0; i < TIMES; i++) {
    for (int x = 0; x < 8; x++) before.x[x] = x;
    before.x[0] = (uint64_t)at + 24, before.x[1] = (uint64_t)at + off, before.x[2] = 0, before.x[3] = (uint64_t)at + 8, before.x[4] = 8;
    before.nzcv = 0x60000000;
    run(f);
    if (!seen.hits) {
      sprintf(text, " sp %lld", (long long)(after.x[1] - (uint64_t)at));
    } else {
      sprintf(text, " %s code %d at %d%s%s sp %lld esr %llx", name(seen.signal), seen.code,
              (int)(seen.pc - (uint64_t)f->stub) / 4 - 2, seen.addr == seen.sp ? "" : " WRONG ADDRESS",
              seen.fault_address ? " FAULT ADDRESS" : "", (long long)(seen.sp - (uint64_t)at), (unsigned long long)seen.esr);
    }
    if (strcmp(text, first)) printf("%s", strcpy(first, text));
  }
  puts("");
}
static void sp_base(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(2);
  static const unsigned offsets[] = {0, 8, 1};
  for (size_t i = 0; i < COUNT(offsets); i++)
    for (const struct form *f = __start_forms_sp_base; f < __stop_forms_sp_base; f++) sp_form(f, p + PAGE, offsets[i]);
}
static void sp_written(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(2);
  for (const struct form *f = __start_forms_sp_written; f < __stop_forms_sp_written; f++) sp_form(f, p + PAGE, 0);
}

// Bits of FPCR in a frame that the processor does not have

static uint64_t put_fpcr;
static void on_usr1(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  struct fpsimd_context *fp = (void *)((ucontext_t *)context)->uc_mcontext.__reserved;
  fp->fpcr = put_fpcr;
}
static uint64_t fpcr(void) {
  uint64_t v;
  __asm__ volatile("mrs %0, fpcr" : "=r"(v));
  return v;
}
static void fpcr_in_frame(int argc, char **argv) {
  (void)argc, (void)argv;
  MUST(sigaction(SIGUSR1, &(struct sigaction){.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO}, NULL));
  for (put_fpcr = 1; put_fpcr < 1ul << 32; put_fpcr <<= 1) {
    uint64_t frame, msr;
    raise(SIGUSR1);
    frame = fpcr();
    __asm__ volatile("msr fpcr, %0" : : "r"(put_fpcr));
    msr = fpcr();
    __asm__ volatile("msr fpcr, xzr");
    if (frame || msr) printf("%08llx: %llx %llx\n", (unsigned long long)put_fpcr, (unsigned long long)frame, (unsigned long long)msr);
  }
}

static const struct test tests[] = {
    {"sp_base", sp_base}, {"sp_written", sp_written}, {"fpcr_in_frame", fpcr_in_frame},
};
TEST_MAIN(tests)
