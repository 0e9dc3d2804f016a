// Faults: which signal, which code and address, at which pc, and with every register as it was before the
// instruction. And the deaths: what the parent sees of a program that does not handle its signal.
#include <fcntl.h>
#include <setjmp.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "forms.h"
#include "t.h"

FORM_GROUP(reads) FORM_GROUP(writes) FORM_GROUP(atomics) FORM_GROUP(undefined)

static struct state before;
static struct { int hits, signal, code, registers, vectors; uintptr_t addr, pc; } seen;

static void on_fault(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  seen.hits++;
  seen.signal = signal;
  seen.code = info->si_code;
  seen.addr = (uintptr_t)info->si_addr;
  seen.pc = uc->uc_mcontext.pc;
  seen.registers = memcmp(uc->uc_mcontext.regs, before.x, sizeof before.x) == 0 &&
                   (uc->uc_mcontext.pstate & 0xf0000000) == before.nzcv;
  struct fpsimd_context *fp = (void *)uc->uc_mcontext.__reserved;
  seen.vectors = fp->head.magic == FPSIMD_MAGIC && memcmp(fp->vregs, before.v, sizeof before.v) == 0;
  uc->uc_mcontext.pc = uc->uc_mcontext.regs[30];
}

static void catch_faults(void) {
  struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
  for (size_t i = 0; i < COUNT(signals); i++) MUST(sigaction(signals[i], &act, NULL));
}

// Runs one stub at `address`; says what came of it. `exact`: the fault address must be the access's first byte.
static void fault_at(const struct form *f, uintptr_t address, int exact) {
  static const char *names[] = {[SIGSEGV] = "SEGV", [SIGBUS] = "BUS", [SIGILL] = "ILL", [SIGTRAP] = "TRAP"};
  memset(&seen, 0, sizeof seen);
  for (size_t i = 0; i < 8; i++) {
    before.x[i] = t_random();
    before.v[i] = (unsigned __int128)t_random() << 64 | t_random();
  }
  before.x[1] = address, before.x[2] = 0, before.nzcv = t_random() & 0xf0000000;
  struct state s = before;
  run_form(f->stub, &s);
  if (!seen.hits) {
    printf("%-52s no fault\n", f->text);
    return;
  }
  int same = memcmp(s.x, before.x, sizeof s.x) == 0 && memcmp(s.v, before.v, sizeof s.v) == 0;
  uintptr_t where = seen.signal == SIGILL || seen.signal == SIGTRAP ? (uintptr_t)f->stub : address;
  int addr_ok = exact ? seen.addr == where : seen.addr - where < 64;
  printf("%-52s %s code %d%s%s%s%s%s\n", f->text, names[seen.signal], seen.code,
         addr_ok ? "" : " WRONG ADDRESS", seen.pc == (uintptr_t)f->stub ? "" : " WRONG PC",
         seen.registers ? "" : " REGISTERS CHANGED", seen.vectors ? "" : " VECTORS CHANGED",
         same ? "" : " STATE AFTER CHANGED");
}
static void fault_all(const struct form *f, const struct form *end, uintptr_t address, int exact) {
  for (; f < end; f++) fault_at(f, address, exact);
}
#define ALL(group, address, exact) fault_all(__start_forms_##group, __stop_forms_##group, (uintptr_t)(address), exact)

static char *pages(int count, int protection) {
  return MUST(mmap(NULL, count * 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void null(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  ALL(reads, 0, 1), ALL(writes, 0, 1), ALL(atomics, 0, 1);
  fault_at(__start_forms_reads, 24, 1);
}
static void readonly(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(1, PROT_READ);
  ALL(reads, p + 64, 1), ALL(writes, p + 64, 1), ALL(atomics, p + 64, 1);
}
static void none(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(1, PROT_NONE);
  ALL(reads, p + 128, 1), ALL(writes, p + 128, 1);
}
static void crossing(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  char *p = pages(2, PROT_READ | PROT_WRITE);
  MUST(mprotect(p + 4096, 4096, PROT_NONE));
  const struct form *f = __start_forms_reads;
  for (; f < __stop_forms_reads; f++)
    if (!strstr(f->text, "ar") && !strstr(f->text, "xr") && !strstr(f->text, "xp")) fault_at(f, (uintptr_t)p + 4095, 0);
}
static void beyond_eof(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  int fd = MUST(memfd_create("short", 0));
  char *p = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  fault_at(__start_forms_reads, (uintptr_t)p + 4096, 1);
  fault_at(__start_forms_writes, (uintptr_t)p, 1);
  MUST(ftruncate(fd, 4096));
  fault_at(__start_forms_reads + 1, (uintptr_t)p, 1);
  fault_at(__start_forms_reads + 1, (uintptr_t)p + 4096, 1);
}
static void strange_addresses(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  const uintptr_t far[] = {0x0001000000000000, 0x0000fffffffff000, 0x00ff000000000000, 0x0080000000000040};
  for (size_t i = 0; i < COUNT(far); i++) {
    fault_at(__start_forms_reads + 1, far[i], 1);
    fault_at(__start_forms_writes + 1, far[i], 1);
    fault_at(__start_forms_atomics, far[i], 1);
  }
}
static void tagged(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  volatile uint64_t value[8] = {0x1122334455667788};
  for (unsigned tag = 1; tag < 256; tag += 51) {
    uint64_t *p = (void *)((uintptr_t)value | (uintptr_t)tag << 56), old;
    __asm__ volatile("ldr %0, [%1]" : "=r"(old) : "r"(p) : "memory");
    CHECK(old == value[0]);
    __asm__ volatile("str %0, [%1, #8]\n1:\tldaxr %0, [%1]\n\tadd %0, %0, #1\n\tstxr w9, %0, [%1]\n\tcbnz w9, 1b"
                     : "+r"(old) : "r"(p) : "memory", "x9");
    CHECK(old == value[0]);
  }
}
static void undefined(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  ALL(undefined, 0, 1);
}

__asm__(".text\nbreak_stub: brk #0x123\n\tret\n");
void break_stub(void);
static void breakpoint(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_faults();
  fault_at(&(struct form){break_stub, "brk #0x123"}, 0, 1);
}

static sigjmp_buf back;
static volatile uintptr_t jump_pc, jump_addr, handler_sp;
static volatile int jump_signal, jump_code;
static void on_jump(int signal, siginfo_t *info, void *context) {
  jump_pc = ((ucontext_t *)context)->uc_mcontext.pc;
  jump_addr = (uintptr_t)info->si_addr;
  jump_signal = signal, jump_code = info->si_code;
  handler_sp = (uintptr_t)__builtin_frame_address(0);
  siglongjmp(back, 1);
}
static void jump_to(const char *what, uintptr_t target) {
  struct sigaction act = {.sa_sigaction = on_jump, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGSEGV, &act, NULL)), MUST(sigaction(SIGBUS, &act, NULL)), MUST(sigaction(SIGILL, &act, NULL));
  if (sigsetjmp(back, 1) == 0) ((void (*)(void))target)();
  printf("%s: signal %d code %d\n", what, jump_signal, jump_code);
  CHECK(jump_pc == target);
  CHECK(jump_addr == target);
}
static void execute(int argc, char **argv) {
  (void)argc, (void)argv;
  char *p = pages(1, PROT_READ | PROT_WRITE);
  jump_to("data page", (uintptr_t)p);
  jump_to("null", 0);
  MUST(munmap(p, 4096));
  jump_to("unmapped", (uintptr_t)p + 16);
  jump_to("misaligned", (uintptr_t)break_stub + 2);
}

__attribute__((noinline)) static long recurse(long depth, volatile char *up) {
  volatile char frame[512];
  frame[0] = depth, frame[511] = *up;
  return recurse(depth + 1, frame) + frame[0] + frame[511];
}
static void stack_overflow(int argc, char **argv) {
  (void)argc, (void)argv;
  static char alt[65536] __attribute__((aligned(16)));
  stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt};
  MUST(sigaltstack(&ss, NULL));
  struct rlimit limit = {1 << 20, 8 << 20};
  MUST(setrlimit(RLIMIT_STACK, &limit));
  struct sigaction act = {.sa_sigaction = on_jump, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  MUST(sigaction(SIGSEGV, &act, NULL));
  for (int i = 0; i < 3; i++) {
    if (sigsetjmp(back, 1) == 0) recurse(0, (volatile char *)"x");
    SHOW(jump_signal);
    CHECK(handler_sp - (uintptr_t)alt < sizeof alt);
    CHECK((uintptr_t)&ss - jump_addr < 9 << 20);
  }
}

static void no_core(void) { MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0})); }
static void die_segv(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), puts("reading null");
  run_form(__start_forms_reads->stub, &before);
}
static void die_ill(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), puts("undefined instruction");
  run_form(__start_forms_undefined->stub, &before);
}
static void die_trap(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), puts("breakpoint"), break_stub();
}
static void die_overflow(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), puts("recursing"), recurse(0, (volatile char *)"x");
}
static void die_abort(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), puts("aborting"), abort();
}
static void die_blocked(int argc, char **argv) {
  (void)argc, (void)argv;
  sigset_t set;
  no_core(), catch_faults(), sigemptyset(&set), sigaddset(&set, SIGSEGV);
  MUST(sigprocmask(SIG_BLOCK, &set, NULL));
  puts("reading null with SIGSEGV blocked"), run_form(__start_forms_reads->stub, &before);
}
static void die_ignored(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), signal(SIGSEGV, SIG_IGN);
  puts("reading null with SIGSEGV ignored"), run_form(__start_forms_reads->stub, &before);
}
static void on_again(int signal) { (void)signal, run_form(__start_forms_reads->stub, &before); }
static void die_in_handler(int argc, char **argv) {
  (void)argc, (void)argv;
  no_core(), signal(SIGSEGV, on_again);
  puts("reading null in the handler"), run_form(__start_forms_reads->stub, &before);
}

static const struct test TESTS[] = {
    {"null", null}, {"readonly", readonly}, {"none", none}, {"crossing", crossing}, {"beyond_eof", beyond_eof},
    {"strange_addresses", strange_addresses}, {"tagged", tagged}, {"undefined", undefined},
    {"breakpoint", breakpoint}, {"execute", execute}, {"stack_overflow", stack_overflow},
    {"die_segv", die_segv}, {"die_ill", die_ill}, {"die_trap", die_trap}, {"die_overflow", die_overflow},
    {"die_abort", die_abort}, {"die_blocked", die_blocked}, {"die_ignored", die_ignored},
    {"die_in_handler", die_in_handler},
};
TEST_MAIN(TESTS)
