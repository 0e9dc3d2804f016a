// Control flow: non-local jumps, coroutines, computed goto, deep recursion, callbacks, and code that is
// written while the program runs.
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "t.h"

static jmp_buf env;
__attribute__((noinline)) static void jump_from(int depth, int value) {
  volatile char frame[64];
  frame[0] = depth;
  if (depth == 0) longjmp(env, value);
  jump_from(depth - 1, value);
  frame[1] = frame[0];
}
static void long_jumps(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile long sum = 0;
  volatile double d = 0.5;
  for (volatile int i = 1; i <= 1000000; i++) {
    int got = setjmp(env);
    if (got == 0) jump_from(i % 7, i);
    sum += got;
    d += 0.25;
  }
  SHOW(sum);
  printf("d = %.2f\n", d);
  if (setjmp(env) == 0) longjmp(env, 0);
  else puts("longjmp(env, 0) gives a value that is not 0");
}

static ucontext_t main_context, routines[4];
static int next_of[4];
static long produced[4];
static void routine(int id, int rounds) {
  for (int i = 0; i < rounds; i++) {
    produced[id] = produced[id] * 31 + id + i;
    swapcontext(&routines[id], &routines[next_of[id]]);
  }
  setcontext(&main_context);
}
static void coroutines(int argc, char **argv) {
  (void)argc, (void)argv;
  static char stacks[4][65536] __attribute__((aligned(16)));
  for (int i = 0; i < 4; i++) {
    getcontext(&routines[i]);
    routines[i].uc_stack.ss_sp = stacks[i];
    routines[i].uc_stack.ss_size = sizeof stacks[i];
    routines[i].uc_link = &main_context;
    next_of[i] = (i + 1) % 4;
    makecontext(&routines[i], (void (*)(void))routine, 2, i, 20000);
  }
  swapcontext(&main_context, &routines[0]);
  for (int i = 0; i < 4; i++) HEX(produced[i]);
}

static void computed_goto(int argc, char **argv) {
  (void)argc, (void)argv;
  static const void *const labels[] = {&&add, &&sub, &&mul, &&xor, &&rot, &&loop};
  unsigned char program[64];
  for (size_t i = 0; i + 1 < sizeof program; i++) program[i] = t_random() % 5;
  program[63] = 5;
  uint64_t a = 1, left = 20000;
  const unsigned char *pc = program;
  goto *labels[*pc];
add: a += *pc + 7; goto *labels[*++pc];
sub: a -= a >> 3; goto *labels[*++pc];
mul: a *= 0x9e3779b1u; goto *labels[*++pc];
xor: a ^= a << 13; goto *labels[*++pc];
rot: a = a >> 9 | a << 55; goto *labels[*++pc];
loop:
  if (--left) {
    pc = program;
    goto *labels[*pc];
  }
  HEX(a);
}

__attribute__((noinline)) static uint64_t down(uint64_t n, uint64_t acc) {
  uint64_t r = n ? down(n - 1, acc * 3 + n) + (acc ^ n) : acc;
  __asm__ volatile("" : "+r"(r));
  return r;
}
__attribute__((noinline)) static uint64_t odd(uint64_t n);
__attribute__((noinline)) static uint64_t even(uint64_t n) {
  uint64_t r = n ? odd(n - 1) : 1;
  __asm__ volatile("" : "+r"(r));
  return r;
}
__attribute__((noinline)) static uint64_t odd(uint64_t n) {
  uint64_t r = n ? even(n - 1) : 0;
  __asm__ volatile("" : "+r"(r));
  return r;
}
// A million frames need more stack than the usual 8 MiB: they get one of their own.
static void deep_body(void) {
  HEX(down(1000000, 1));
  SHOW(even(1000001));
}
static void deep_recursion(int argc, char **argv) {
  (void)argc, (void)argv;
  HEX(down(50000, 5));
  size_t size = 256 << 20;
  char *stack = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  getcontext(&routines[0]);
  routines[0].uc_stack.ss_sp = stack;
  routines[0].uc_stack.ss_size = size;
  routines[0].uc_link = &main_context;
  makecontext(&routines[0], deep_body, 0);
  swapcontext(&main_context, &routines[0]);
}

static int ackermann(int m, int n) {
  return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}
static void calls(int argc, char **argv) {
  (void)argc, (void)argv;
  SHOW(ackermann(2, 300));
  static uint32_t items[50000];
  for (size_t i = 0; i < COUNT(items); i++) items[i] = t_random();
  qsort(items, COUNT(items), sizeof items[0], by_value);
  uint64_t h = t_hash(HASH_START, items, sizeof items);
  HEX(h);
  uint32_t key = items[777];
  CHECK(bsearch(&key, items, COUNT(items), sizeof key, by_value) != NULL);
}

#ifdef __aarch64__
// MOVZ W0, #imm ; RET
static void write_function(uint32_t *at, unsigned imm) {
  at[0] = 0x52800000 | (imm & 0xffff) << 5;
  at[1] = 0xd65f03c0;
}
static void publish(void *at, size_t n) { __builtin___clear_cache((char *)at, (char *)at + n); }
typedef unsigned (*producer)(void);

static void rewrite_rwx(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t *code = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  uint64_t sum = 0;
  int wrong = 0;
  for (unsigned i = 0; i < 1000; i++) {
    uint32_t *at = code + i % 3 * 16;
    write_function(at, i);
    publish(at, 8);
    for (int k = 0; k < 3; k++) wrong += ((producer)at)() != i;
    sum += ((producer)at)();
  }
  SHOW(sum), SHOW(wrong);
}
static void rewrite_protect(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t *code = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  uint64_t sum = 0;
  for (unsigned i = 0; i < 1000; i++) {
    write_function(code, i * 3);
    MUST(mprotect(code, 4096, PROT_READ | PROT_EXEC));
    publish(code, 8);
    sum += ((producer)code)();
    MUST(mprotect(code, 4096, PROT_READ | PROT_WRITE));
  }
  SHOW(sum);
}
// The same page at two addresses, as .NET and Erlang do: written through one, run through the other.
static void rewrite_twice_mapped(int argc, char **argv) {
  (void)argc, (void)argv;
  int fd = MUST(memfd_create("code", 0));
  MUST(ftruncate(fd, 4096));
  uint32_t *rw = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  uint32_t *rx = MUST(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
  uint64_t sum = 0;
  for (unsigned i = 0; i < 1000; i++) {
    write_function(rw, i * 5);
    publish(rw, 8);
    publish(rx, 8);
    sum += ((producer)rx)();
  }
  SHOW(sum);
}
// Code that goes away with its mapping and comes back as another at the same address.
static void remap(int argc, char **argv) {
  (void)argc, (void)argv;
  void *at = NULL;
  uint64_t sum = 0;
  for (unsigned i = 0; i < 300; i++) {
    uint32_t *code = MUST(mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0));
    write_function(code, i * 7);
    publish(code, 8);
    MUST(mprotect(code, 4096, PROT_READ | PROT_EXEC));
    sum += ((producer)code)();
    if (i % 2) MUST(munmap(code, 4096));
    at = code;
  }
  SHOW(sum);
}
// A function that changes its own next instruction, with the barriers the architecture asks for.
__asm__(".text\n.global self_start, self_slot, self_end\n.balign 64\nself_start:\n"
        "self_patch: str w1, [x0]\n\tdc cvau, x0\n\tdsb ish\n\tic ivau, x0\n\tdsb ish\n\tisb\n"
        "self_slot: mov w0, #1\n\tret\nself_end:\n");
extern const char self_start[], self_slot[], self_end[];
static void patch_self(int argc, char **argv) {
  (void)argc, (void)argv;
  char *code = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  memcpy(code, self_start, self_end - self_start);
  publish(code, 64);
  unsigned (*f)(void *, unsigned) = (void *)code;
  uint64_t sum = 0;
  for (unsigned i = 0; i < 1000; i++) sum += f(code + (self_slot - self_start), 0x52800000 | (i + 1) << 5);
  SHOW(sum);
}
// A chain of branches through 64 pages, long enough that links cross pages, then one page replaced.
static void page_chain(int argc, char **argv) {
  (void)argc, (void)argv;
  enum { PAGES = 64 };
  char *code = MUST(mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (int i = 0; i < PAGES; i++) {
    uint32_t *at = (uint32_t *)(code + i * 4096);
    at[0] = 0x91000400;                                             // ADD X0, X0, #1
    at[1] = i + 1 < PAGES ? 0x14000000 | (4096 - 4) / 4 : 0xd65f03c0;  // B to the next page, or RET
  }
  publish(code, PAGES * 4096);
  uint64_t (*f)(uint64_t) = (void *)code;
  uint64_t sum = 0;
  for (int i = 0; i < 200; i++) sum = f(sum);
  SHOW(sum);
  ((uint32_t *)(code + 32 * 4096))[0] = 0x91002800;  // ADD X0, X0, #10
  publish(code + 32 * 4096, 4);
  for (int i = 0; i < 200; i++) sum = f(sum);
  SHOW(sum);
}
#endif

static const struct test TESTS[] = {
    {"long_jumps", long_jumps}, {"coroutines", coroutines}, {"computed_goto", computed_goto},
    {"deep_recursion", deep_recursion}, {"calls", calls},
#ifdef __aarch64__
    {"rewrite_rwx", rewrite_rwx}, {"rewrite_protect", rewrite_protect},
    {"rewrite_twice_mapped", rewrite_twice_mapped}, {"remap", remap}, {"patch_self", patch_self},
    {"page_chain", page_chain},
#endif
};
TEST_MAIN(TESTS)
