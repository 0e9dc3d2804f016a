// The translator's run time under load: many threads that make, run and change code at once, a code cache that
// is too small, signals into everything, forks out of it, and the memory model's classic small tests.
//
// `stress NAME SCALE` works SCALE times as long. Prints verdicts only.
#include "stress.h"

_Atomic long wrong;
volatile sig_atomic_t hits;
int scale;

// --- Signals that come while nothing but calls and computed jumps run ---

static double first_at;
static void note_time(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info, (void)context;
  if (!hits++) first_at = now();
}
static double arm(void) {
  hits = 0;
  struct itimerval t = {{0, 0}, {0, 20000}};
  double at = now();
  MUST(setitimer(ITIMER_REAL, &t, NULL));
  return at;
}
// The handler has run while the work was going on: the work sees it, and it was not at its end.
static void threaded_code(void) {
  static const void *const table[] = {&&add, &&flip, &&turn};
  static const unsigned char program[] = {0, 1, 0, 1, 2};
  const unsigned char *pc = program;
  uint64_t x = 0, left = 3000000000u;
  goto *table[*pc];
add: x += 3; goto *table[*++pc];
flip: x ^= 5; goto *table[*++pc];
turn:
  pc = program, left--;
  {
    const void *const ways[] = {&&add, &&end};
    __asm__ volatile("" : : "r"(ways) : "memory");
    goto *ways[hits != 0 || left == 0];
  }
end:
  CHECK(left != 0);
}
#ifdef __aarch64__
// Calls and returns only: the even and the odd ones call each other, the depth is bounded by the argument.
__asm__(".text\n.balign 16\n"
        "tree_leaf: ret\n"
        ".global tree_call\ntree_call:\n\tcbz x0, tree_leaf\n"
        "\tstp x29, x30, [sp, #-32]!\n\tstr x0, [sp, #16]\n\tldr w3, [x1]\n\tcbnz w3, tree_out\n"
        "\tsub x0, x0, #1\n\tbl tree_call\n\tldr x0, [sp, #16]\n\tsub x0, x0, #1\n\tbl tree_call\n\tadd x2, x2, #1\n"
        "tree_out:\n\tldp x29, x30, [sp], #32\n\tret\n"
        // A jump from register to register, backwards too, with no direct branch.
        ".global spin_br\nspin_br:\n\tadr x2, 1f\n\tadr x3, 3f\n"
        "1:\tldr w4, [x0]\n\tadd x1, x1, #1\n\tcmp w4, #0\n\tcsel x5, x2, x3, eq\n\tbr x5\n"
        "3:\tmov x0, x1\n\tret\n"
        // The same with calls to registers; each callee drops its return address.
        ".global spin_blr\nspin_blr:\n\tmov x9, x30\n\tadr x2, 1f\n\tadr x3, 3f\n"
        "1:\tldr w4, [x0]\n\tadd x1, x1, #1\n\tcmp w4, #0\n\tcsel x5, x2, x3, eq\n\tblr x5\n"
        "3:\tmov x0, x1\n\tret x9\n"
        // And with a direct call backwards.
        ".global spin_bl\nspin_bl:\n\tmov x9, x30\n"
        "1:\tldr w4, [x0]\n\tadd x1, x1, #1\n\tcbnz w4, 3f\n\tbl 1b\n"
        "3:\tmov x0, x1\n\tret x9\n"
        // And with returns to addresses that nobody called from.
        ".global spin_ret\nspin_ret:\n\tmov x9, x30\n\tadr x2, 1f\n\tadr x3, 3f\n"
        "1:\tldr w4, [x0]\n\tadd x1, x1, #1\n\tcmp w4, #0\n\tcsel x30, x2, x3, eq\n\tret\n"
        "3:\tmov x0, x1\n\tret x9\n");
extern void tree_call(long depth, volatile sig_atomic_t *stop);
extern long spin_br(volatile sig_atomic_t *, long), spin_blr(volatile sig_atomic_t *, long);
extern long spin_bl(volatile sig_atomic_t *, long), spin_ret(volatile sig_atomic_t *, long);
#endif
static void prompt(int argc, char **argv) {
  (void)argc, (void)argv;
  on(SIGALRM, note_time, SA_RESTART);
  arm();
  threaded_code();
#ifdef __aarch64__
  arm();
  tree_call(60, &hits);
  CHECK(hits == 1);
  long (*const spins[])(volatile sig_atomic_t *, long) = {spin_br, spin_blr, spin_bl, spin_ret};
  for (size_t i = 0; i < COUNT(spins); i++) {
    arm();
    CHECK(spins[i](&hits, 0) > 0);
  }
#endif
}

#ifdef __aarch64__
// --- Making and running code ---

// Code by the megabyte: far more than a small cache holds, over and over, by many threads.
enum { FUNCTIONS = 400 };
static void *make_and_run(void *arg) {
  uint32_t id = (intptr_t)arg;
  uint32_t *code = map_code(FUNCTIONS * 256);
  for (int round = 0; round < 12 * scale; round++) {
    for (int i = 0; i < FUNCTIONS; i++) {
      uint32_t *at = code + i * 64, value = mix(id << 20 | round << 10 | i);
      int pad = 1 + i % 50, n = write_code(at, value, pad);
      publish(at, n * 4);
    }
    for (int i = 0; i < FUNCTIONS; i++) {
      uint32_t value = mix(id << 20 | round << 10 | i);
      for (uint32_t k = 0; k < 3; k++)
        if (((adder)(code + i * 64))(k + i) != expected(k + i, value, 1 + i % 50)) wrong++;
    }
  }
  MUST(munmap(code, FUNCTIONS * 256));
  return NULL;
}
static void translate(int argc, char **argv) {
  scale = scale_of(argc, argv);
  team(32, make_and_run);
  SHOW(wrong);
}

// Threads that sleep in the kernel with old code behind them, while one thread fills the cache again and again.
static int sleepers_pipe[2];
static void *fall_asleep(void *arg) {
  uint32_t id = (intptr_t)arg;
  uint32_t *code = map_code(4096);
  char c;
  for (uint32_t i = 0;; i++) {
    publish(code, write_code(code, mix(id ^ i), 5) * 4);
    if (((adder)code)(i) != expected(i, mix(id ^ i), 5)) wrong++;
    if (read(sleepers_pipe[0], &c, 1) != 1 || c == 'q') return NULL;
  }
}
static void bounded(int argc, char **argv) {
  scale = scale_of(argc, argv);
  enum { SLEEPERS = 24, PAGES = 256 };
  pthread_t all[SLEEPERS];
  MUST(pipe(sleepers_pipe));
  for (int i = 0; i < SLEEPERS; i++)
    if (pthread_create(&all[i], NULL, fall_asleep, (void *)(intptr_t)i)) t_die("pthread_create");
  uint32_t *code = map_code(PAGES * 4096);
  long early = 0;
  // A million calls; every function is new each time it is called.
  for (uint32_t round = 0; round < 60u * scale; round++) {
    for (int i = 0; i < PAGES * 64; i += 3) {
      uint32_t *at = code + i * 16, value = mix(round << 16 | i);
      publish(at, write_code(at, value, i % 11) * 4);
      if (((adder)at)(i) != expected(i, value, i % 11)) wrong++;
    }
    // One of the sleepers gets up, runs some code and lies down again.
    if (write(sleepers_pipe[1], "x", 1) != 1) t_die("write");
    if (round == 20) early = resident_kib(getpid());
  }
  long late = resident_kib(getpid());
  for (int i = 0; i < SLEEPERS; i++)
    if (write(sleepers_pipe[1], "q", 1) != 1) t_die("write");
  for (int i = 0; i < SLEEPERS; i++) pthread_join(all[i], NULL);
  SHOW(wrong);
  CHECK(early > 0);
  if (late > early + 4096) printf("resident %ld KiB, later %ld KiB\n", early, late);
  CHECK(late <= early + 4096);
}

// --- Code that changes under running threads ---

// Each writer gives function k a new value and tells the readers, who synchronise and must see it.
enum { SLOTS = 8, READERS = 6 };
static uint32_t *shared_rx, *shared_rw;
static _Atomic uint32_t version[SLOTS];
static atomic_int stop;
static void *change(void *arg) {
  uint32_t first = (intptr_t)arg;
  for (uint32_t v = 1; v <= 1500u * scale; v++)
    for (uint32_t k = first; k < SLOTS; k += 2) {
      // MOVZ W0, #low ; MOVK is not changed: one aligned word at a time, as the architecture wants it.
      __atomic_store_n(&shared_rw[k * 32], 0x52800000 | (v & 0xffff) << 5, __ATOMIC_RELAXED);
      __asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %1\n\tdsb ish" : : "r"(&shared_rw[k * 32]), "r"(&shared_rx[k * 32]) : "memory");
      atomic_store_explicit(&version[k], v, memory_order_release);
    }
  return NULL;
}
static void *check_versions(void *arg) {
  uint32_t seed = (intptr_t)arg;
  while (!atomic_load(&stop)) {
    uint32_t k = mix(seed++) % SLOTS;
    uint32_t before = atomic_load_explicit(&version[k], memory_order_acquire);
    __asm__ volatile("isb" : : : "memory");
    uint32_t got = ((uint32_t(*)(void))(shared_rx + k * 32))();
    uint32_t after = atomic_load_explicit(&version[k], memory_order_acquire);
    // The writer may be one ahead of what it has told.
    if (got < before || got > after + 1) wrong++;
  }
  return NULL;
}
static void *either_side(void *arg) {
  intptr_t i = (intptr_t)arg;
  if (i < READERS) return check_versions(arg);
  change((void *)(i - READERS));
  // The last writer ends the readers.
  static atomic_int done;
  if (atomic_fetch_add(&done, 1) == 1) atomic_store(&stop, 1);
  return NULL;
}
static void run_changes(void) {
  for (int k = 0; k < SLOTS; k++) {
    shared_rw[k * 32] = 0x52800000;
    shared_rw[k * 32 + 1] = 0xd65f03c0;
  }
  publish(shared_rw, SLOTS * 128);
  publish(shared_rx, SLOTS * 128);
  team(READERS + 2, either_side);
  SHOW(wrong);
}
static void modify(int argc, char **argv) {
  scale = scale_of(argc, argv);
  shared_rx = shared_rw = map_code(4096);
  run_changes();
}
static void modify_twice_mapped(int argc, char **argv) {
  scale = scale_of(argc, argv);
  int fd = MUST(memfd_create("code", 0));
  MUST(ftruncate(fd, 4096));
  shared_rw = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  shared_rx = MUST(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
  run_changes();
}
// A thread that only loops in a function, without a barrier, sees at some time that the function has changed.
static void *spin_there(void *arg) {
  ((void (*)(void))arg)();
  return NULL;
}
static void change_loop(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t *code = map_code(4096);
  for (int i = 0; i < 200; i++) {
    code[0] = 0xd503201f;  // NOP
    code[1] = 0x17ffffff;  // B to the NOP
    code[2] = 0xd65f03c0;  // RET
    publish(code, 12);
    pthread_t t;
    if (pthread_create(&t, NULL, spin_there, code)) t_die("pthread_create");
    if (i % 3) usleep(i % 7 * 100);
    __atomic_store_n(&code[1], 0xd503201f, __ATOMIC_RELEASE);
    publish(code, 12);
    pthread_join(t, NULL);
  }
  puts("all ended");
}
// A function's address is handed over without any barrier of the one who calls; it had other code there before.
static _Atomic(adder) handed;
static _Atomic uint32_t handed_value, taken;
static void *take_over(void *arg) {
  (void)arg;
  for (;;) {
    adder f = atomic_load_explicit(&handed, memory_order_acquire);
    if (!f) {
      // No loop in the function's way but this one, which may poll: what is behind it may not.
      if (atomic_load(&stop)) return NULL;
      relax();
      continue;
    }
    uint32_t v = atomic_load(&handed_value);
    for (int i = 0; i < 3; i++)
      if (f(1) != expected(1, v, 3)) wrong++;
    atomic_store_explicit(&handed, NULL, memory_order_release);
    atomic_fetch_add(&taken, 1);
  }
}
static void hand_over(int argc, char **argv) {
  scale = scale_of(argc, argv);
  uint32_t *code = map_code(4096);
  pthread_t t;
  if (pthread_create(&t, NULL, take_over, NULL)) t_die("pthread_create");
  for (uint32_t i = 0; i < 3000u * scale; i++) {
    uint32_t *at = code + i % 2 * 64;
    publish(at, write_code(at, mix(i), 3) * 4);
    atomic_store(&handed_value, (uint32_t)mix(i));
    atomic_store_explicit(&handed, (adder)at, memory_order_release);
    while (atomic_load_explicit(&handed, memory_order_acquire)) relax();
  }
  atomic_store(&stop, 1);
  pthread_join(t, NULL);
  SHOW(wrong);
}
// Code that comes and goes with its mapping; the others storm through their own.
static void *come_and_go(void *arg) {
  uint32_t id = (intptr_t)arg;
  char *place = MUST(mmap(NULL, 8 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (uint32_t i = 0; i < 500u * scale; i++) {
    uint32_t v = mix(id << 16 | i);
    uint32_t *at = (uint32_t *)(place + i % 8 * 4096);
    int how = i % 3;
    MUST(mmap(at, 4096, PROT_READ | PROT_WRITE | (how ? 0 : PROT_EXEC), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    publish(at, write_code(at, v, i % 9) * 4);
    if (how) MUST(mprotect(at, 4096, PROT_READ | PROT_EXEC));
    for (uint32_t k = 0; k < 4; k++)
      if (((adder)at)(k) != expected(k, v, i % 9)) wrong++;
    if (how == 1) MUST(mprotect(at, 4096, PROT_NONE));
    // Other code at once, where something else would come into a hole.
    if (how == 2) MUST(mmap(at, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  }
  return NULL;
}
static void remap_storm(int argc, char **argv) {
  scale = scale_of(argc, argv);
  team(16, come_and_go);
  SHOW(wrong);
}
// Invalidation of the very code that everybody runs, though it does not change.
static void *work_on(void *arg) {
  uint64_t x = (intptr_t)arg, first = 0;
  for (int i = 0; i < 1000 * scale; i++) {
    uint64_t y = x;
    for (int k = 0; k < 2000; k++) y = mix(y + k);
    if (i && y != first) wrong++;
    first = y;
  }
  return NULL;
}
static void *flush_all(void *arg) {
  (void)arg;
  extern char __executable_start[], etext[];
  while (!atomic_load(&stop)) {
    publish(__executable_start, etext - __executable_start);
    sched_yield();
  }
  return NULL;
}
static void *flush_or_work(void *arg) {
  static atomic_int done;
  if ((intptr_t)arg == 0) return flush_all(arg);
  work_on(arg);
  if (atomic_fetch_add(&done, 1) == 6) atomic_store(&stop, 1);
  return NULL;
}
static void needless(int argc, char **argv) {
  scale = scale_of(argc, argv);
  team(8, flush_or_work);
  SHOW(wrong);
}

// --- Signals against registers ---

// Every register of the block has a value that the loop checks; the handler spoils all it can.
struct regs {
  uint64_t x[31];
  uint64_t v[64];
  uint64_t nzcv, fpsr, fpcr;
};
extern long hold_registers(struct regs *in, struct regs *out, long rounds, volatile sig_atomic_t *hits);
__asm__(
    ".text\n.balign 16\n.global hold_registers\nhold_registers:\n"
    "\tstp x29, x30, [sp, #-160]!\n\tstp x19, x20, [sp, #16]\n\tstp x21, x22, [sp, #32]\n\tstp x23, x24, [sp, #48]\n"
    "\tstp x25, x26, [sp, #64]\n\tstp x27, x28, [sp, #80]\n\tstp d8, d9, [sp, #96]\n\tstp d10, d11, [sp, #112]\n"
    "\tstp d12, d13, [sp, #128]\n\tstp d14, d15, [sp, #144]\n"
    "\tstp x1, x2, [sp, #-32]!\n\tmov x29, x0\n"
    "\tadd x30, x29, #248\n"
    "\tld1 {v0.2d-v3.2d}, [x30], #64\n\tld1 {v4.2d-v7.2d}, [x30], #64\n\tld1 {v8.2d-v11.2d}, [x30], #64\n"
    "\tld1 {v12.2d-v15.2d}, [x30], #64\n\tld1 {v16.2d-v19.2d}, [x30], #64\n\tld1 {v20.2d-v23.2d}, [x30], #64\n"
    "\tld1 {v24.2d-v27.2d}, [x30], #64\n\tld1 {v28.2d-v31.2d}, [x30], #64\n"
    "\tldr x0, [x30, #8]\n\tmsr fpsr, x0\n\tldr x0, [x30]\n\tmsr nzcv, x0\n"
    "\tldp x0, x1, [x29]\n\tldp x2, x3, [x29, #16]\n\tldp x4, x5, [x29, #32]\n\tldp x6, x7, [x29, #48]\n"
    "\tldp x8, x9, [x29, #64]\n\tldp x10, x11, [x29, #80]\n\tldp x12, x13, [x29, #96]\n\tldp x14, x15, [x29, #112]\n"
    "\tldp x16, x17, [x29, #128]\n\tldp x18, x19, [x29, #144]\n\tldp x20, x21, [x29, #160]\n\tldp x22, x23, [x29, #176]\n"
    "\tldp x24, x25, [x29, #192]\n\tldp x26, x27, [x29, #208]\n\tldr x28, [x29, #224]\n"
    // The loop itself: no flags, one counter.
    "\tldr x30, [sp, #8]\n1:\tsub x30, x30, #1\n\tcbnz x30, 1b\n"
    "\tldr x29, [sp]\n"
    "\tstp x0, x1, [x29]\n\tstp x2, x3, [x29, #16]\n\tstp x4, x5, [x29, #32]\n\tstp x6, x7, [x29, #48]\n"
    "\tstp x8, x9, [x29, #64]\n\tstp x10, x11, [x29, #80]\n\tstp x12, x13, [x29, #96]\n\tstp x14, x15, [x29, #112]\n"
    "\tstp x16, x17, [x29, #128]\n\tstp x18, x19, [x29, #144]\n\tstp x20, x21, [x29, #160]\n\tstp x22, x23, [x29, #176]\n"
    "\tstp x24, x25, [x29, #192]\n\tstp x26, x27, [x29, #208]\n\tstr x28, [x29, #224]\n"
    "\tadd x30, x29, #248\n"
    "\tst1 {v0.2d-v3.2d}, [x30], #64\n\tst1 {v4.2d-v7.2d}, [x30], #64\n\tst1 {v8.2d-v11.2d}, [x30], #64\n"
    "\tst1 {v12.2d-v15.2d}, [x30], #64\n\tst1 {v16.2d-v19.2d}, [x30], #64\n\tst1 {v20.2d-v23.2d}, [x30], #64\n"
    "\tst1 {v24.2d-v27.2d}, [x30], #64\n\tst1 {v28.2d-v31.2d}, [x30], #64\n"
    "\tmrs x0, nzcv\n\tstr x0, [x30]\n\tmrs x0, fpsr\n\tstr x0, [x30, #8]\n"
    "\tldp x1, x2, [sp], #32\n"
    "\tldp x19, x20, [sp, #16]\n\tldp x21, x22, [sp, #32]\n\tldp x23, x24, [sp, #48]\n\tldp x25, x26, [sp, #64]\n"
    "\tldp x27, x28, [sp, #80]\n\tldp d8, d9, [sp, #96]\n\tldp d10, d11, [sp, #112]\n\tldp d12, d13, [sp, #128]\n"
    "\tldp d14, d15, [sp, #144]\n\tldp x29, x30, [sp], #160\n\tret\n");
static volatile double zero = 0, spoil = 3;
static void spoiler(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info, (void)context;
  hits++;
  // Every exception flag, other flags of compares, all registers that a handler may use.
  spoil = spoil / 3.0 + sqrt(-1 - zero) + 1 / zero;
  spoil = 7;
  feraiseexcept(FE_ALL_EXCEPT);
  __asm__ volatile("cmp xzr, xzr\n\tmovi v0.16b, #255\n\tmovi v1.16b, #255\n\tmovi v7.16b, #1\n\tmovi v16.16b, #2\n\t"
                   "movi v31.16b, #3\n\tmov x1, #-1\n\tmov x9, #-2\n\tmov x17, #-3"
                   : : : "cc", "v0", "v1", "v7", "v16", "v31", "x1", "x9", "x17");
}
static void registers(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, spoiler, SA_RESTART);
  on(SIGPROF, spoiler, SA_RESTART);
  ticks(100);
  struct itimerval t = {{0, 170}, {0, 170}};
  MUST(setitimer(ITIMER_PROF, &t, NULL));
  long differ = 0;
  for (uint32_t round = 0; hits < 10000 * scale; round++) {
    struct regs in, out;
    memset(&in, 0, sizeof in), memset(&out, 0, sizeof out);
    for (int i = 0; i < 31; i++) in.x[i] = mix(round * 64 + i);
    for (int i = 0; i < 64; i++) in.v[i] = mix(round * 64 + i + 1000000);
    in.nzcv = (uint64_t)(round & 15) << 28;
    in.fpsr = (round & 16 ? 1u << 27 : 0) | (round & 0x1f) | (round & 0x80 ? 0x80 : 0);
    hold_registers(&in, &out, 20000 + round % 1000, &hits);
    for (int i = 0; i < 29; i++) differ += in.x[i] != out.x[i];
    for (int i = 0; i < 64; i++) differ += in.v[i] != out.v[i];
    differ += in.nzcv != out.nzcv;
    differ += in.fpsr != out.fpsr;
    if (differ) break;
  }
  ticks(0);
  SHOW(differ);
}

// Signals while everything has to be translated.
static void during_translation(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, spoiler, SA_RESTART);
  ticks(100);
  uint32_t *code = map_code(1 << 20);
  for (uint32_t round = 0; hits < 1500 * scale; round++)
    for (uint32_t i = 0; i < 4096; i += 2) {
      uint32_t *at = code + i * 64, v = mix(round << 12 | i);
      publish(at, write_code(at, v, i % 40) * 4);
      if (((adder)at)(i) != expected(i, v, i % 40)) wrong++;
    }
  ticks(0);
  SHOW(wrong);
}

// Pointers with tags, exclusives and atomics through them, under signals.
static void *tagged(void *arg) {
  uint64_t *cell = arg;
  for (int i = 0; i < 20000 * scale; i++) {
    uint64_t *p = (uint64_t *)((uintptr_t)cell | (uint64_t)(1 + i % 255) << 56);
    uint64_t old, status;
    do __asm__ volatile("ldxr %0, [%2]\n\tadd %0, %0, #1\n\tstxr %w1, %0, [%2]" : "=&r"(old), "=&r"(status) : "r"(p) : "memory");
    while (status);
    __asm__ volatile(".arch_extension lse\n\tldadd %1, %0, [%2]" : "=&r"(old) : "r"(1L), "r"(p) : "memory");
  }
  return NULL;
}
static uint64_t tagged_cells[64][8];
static uint64_t tagged_shared;
static void *tagged_each(void *arg) {
  tagged(tagged_cells[(intptr_t)arg]);
  tagged(&tagged_shared);
  return NULL;
}
static void tags(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, count, SA_RESTART);
  ticks(100);
  team(6, tagged_each);
  ticks(0);
  int good = 0;
  for (int i = 0; i < 6; i++) good += tagged_cells[i][0] == 40000ul * scale;
  SHOW(good);
  CHECK(tagged_shared == 6 * 40000ul * scale);
}
#endif

// --- Leaving handlers sideways ---

static sigjmp_buf out_of;
static volatile uint64_t bad_address = 8;
static void leave(int signal, siginfo_t *info, void *context) {
  (void)info, (void)context;
  siglongjmp(out_of, signal);
}
__attribute__((noinline)) static uint64_t read_at(int depth, volatile uint64_t *p) {
  uint64_t r = depth ? read_at(depth - 1, p) + 1 : *p;
  __asm__ volatile("" : "+r"(r));
  return r;
}
static void jumps(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGSEGV, leave, 0);
  on(SIGALRM, count, SA_RESTART);
  ticks(100);
  volatile int came = 0;
  for (volatile int i = 0; i < 100000 * scale; i++) {
    int got = sigsetjmp(out_of, 1);
    if (!got) read_at(i % 40, (uint64_t *)bad_address);
    came += got == SIGSEGV;
  }
  // The same out of handlers on another stack.
  static char stack[65536];
  stack_t ss = {.ss_sp = stack, .ss_size = sizeof stack};
  MUST(sigaltstack(&ss, NULL));
  on(SIGSEGV, leave, SA_ONSTACK);
  on(SIGUSR1, leave, SA_ONSTACK | SA_NODEFER);
  for (volatile int i = 0; i < 20000 * scale; i++) {
    int got = sigsetjmp(out_of, 1);
    if (!got && i % 2) raise(SIGUSR1);
    if (!got) read_at(i % 40, (uint64_t *)bad_address);
    came += got != 0;
  }
  ticks(0);
  CHECK(came == 120000 * scale);
}
// Timers that tear work out of wherever it is.
static void torn_work(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, leave, 0);
  volatile int came = 0;
  volatile uint64_t x = 1;
  sigsetjmp(out_of, 1);
  if (came++ < 2000 * scale) {
    struct itimerval t = {{0, 0}, {0, 50 + came % 200}};
    setitimer(ITIMER_REAL, &t, NULL);
    for (;;) x = mix(x) + read_at(x % 60, &x);
  }
  puts("all torn");
}

// --- Handlers that repair ---

static char *barrier_memory;
enum { BARRIER_PAGES = 64 };
static _Atomic long faults;
static void repair(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  char *page = (char *)((uintptr_t)info->si_addr & ~4095ul);
  if (page < barrier_memory || page >= barrier_memory + BARRIER_PAGES * 4096) _exit(99);
  faults++;
  if (mprotect(page, 4096, PROT_READ | PROT_WRITE)) _exit(98);
}
static void *write_everywhere(void *arg) {
  uint32_t id = (intptr_t)arg;
  for (uint32_t i = 0; i < 30000u * scale; i++) {
    uint64_t *at = (uint64_t *)(barrier_memory + mix(id << 20 | i) % BARRIER_PAGES * 4096) + id;
    switch (i % 4) {
      case 0: __atomic_fetch_add(at, 1, __ATOMIC_SEQ_CST); break;
      case 1: *(volatile uint64_t *)at = *(volatile uint64_t *)at + 1; break;
      case 2: __atomic_store_n(at, *at + 1, __ATOMIC_RELEASE); break;
      default: at[0]++;
    }
  }
  return NULL;
}
static void *protect_again(void *arg) {
  (void)arg;
  for (int i = 0; i < 4000 * scale; i++) {
    if (mprotect(barrier_memory + i % BARRIER_PAGES * 4096, 4096, i % 3 ? PROT_READ : PROT_NONE)) _exit(97);
    sched_yield();
  }
  return NULL;
}
static void *write_or_protect(void *arg) {
  return (intptr_t)arg == 8 ? protect_again(arg) : write_everywhere(arg);
}
static void write_barrier(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGSEGV, repair, SA_NODEFER);
  barrier_memory = MUST(mmap(NULL, BARRIER_PAGES * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  team(9, write_or_protect);
  MUST(mprotect(barrier_memory, BARRIER_PAGES * 4096, PROT_READ));
  long sum = 0;
  for (int p = 0; p < BARRIER_PAGES; p++)
    for (int id = 0; id < 8; id++) sum += ((uint64_t *)(barrier_memory + p * 4096))[id];
  CHECK(sum == 8 * 30000l * scale);
  CHECK(faults > 0);
}

// --- Floating point that is invalid, again and again ---

static void *invalid_sums(void *arg) {
  volatile double inf = INFINITY, none = 0;
  uint64_t h = HASH_START;
  for (int i = 0; i < 3000 * scale; i++) {
    double a = inf - inf, b = none * inf, c = sqrt(-1 - none), d = none / none;
    float f = (float)inf - (float)inf;
    long n = (long)(inf * (i % 2 ? 1 : -1));
    if (!isnan(a) || !isnan(b) || !isnan(c) || !isnan(d) || !isnan(f)) wrong++;
    // Every NaN is the default one.
    uint64_t bits[4];
    memcpy(bits, (double[]){a, b, c, d}, 32);
#ifdef __aarch64__
    for (int k = 0; k < 4; k++) wrong += bits[k] != 0x7ff8000000000000u;
    wrong += n != (i % 2 ? INT64_MAX : INT64_MIN);
#endif
    h = t_hash(h, &n, 8);
    if (a < b || a == b) wrong++;
  }
  return (void *)((intptr_t)arg + (h == 0));
}
static void *invalid_flags(void *arg) {
  volatile double inf = INFINITY, one = 1, three = 3;
  for (int i = 0; i < 1000 * scale; i++) {
    feclearexcept(FE_ALL_EXCEPT);
    volatile double q = one / three;
    wrong += fetestexcept(FE_ALL_EXCEPT) != FE_INEXACT;
    feclearexcept(FE_ALL_EXCEPT);
    q = inf - inf;
    wrong += fetestexcept(FE_ALL_EXCEPT) != FE_INVALID;
    feclearexcept(FE_ALL_EXCEPT);
    q = one + one;
    wrong += fetestexcept(FE_ALL_EXCEPT) != 0;
    (void)q;
  }
  invalid_sums(arg);
  return NULL;
}
static void invalid(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, count, SA_RESTART);
  ticks(100);
  team(8, invalid_flags);
  ticks(0);
  SHOW(wrong);
}

// --- Stacks ---

static ucontext_t main_context, routines[100];
static volatile int turn;
__attribute__((noinline)) static int deep_switch(int depth, int from, int to) {
  int r = depth ? deep_switch(depth - 1, from, to) + 1 : (swapcontext(&routines[from], &routines[to]), 0);
  __asm__ volatile("" : "+r"(r));
  return r;
}
static void routine(int id) {
  for (int i = 0; i < 200 * scale; i++) {
    if (turn++ % 100 != id) wrong++;
    if (deep_switch(i % 50, id, (id + 1) % 100) != i % 50) wrong++;
  }
  setcontext(&main_context);
}
static void switches(int argc, char **argv) {
  scale = scale_of(argc, argv);
  for (int i = 0; i < 100; i++) {
    getcontext(&routines[i]);
    routines[i].uc_stack.ss_size = 65536;
    routines[i].uc_stack.ss_sp = malloc(65536);
    routines[i].uc_link = &main_context;
    makecontext(&routines[i], (void (*)(void))routine, 1, i);
  }
  swapcontext(&main_context, &routines[0]);
  SHOW(wrong);
}
__attribute__((noinline)) static uint64_t down(uint64_t n) {
  uint64_t r = n ? down(n - 1) * 3 + n : 1;
  __asm__ volatile("" : "+r"(r));
  return r;
}
static void *recurse(void *arg) {
  uint64_t first = down(200000 + (intptr_t)arg);
  for (int i = 0; i < 5 * scale; i++) wrong += down(200000 + (intptr_t)arg) != first;
  return NULL;
}
static void recursion(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, count, SA_RESTART);
  ticks(100);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 64 << 20);
  pthread_t all[4];
  for (int i = 0; i < 4; i++)
    if (pthread_create(&all[i], &attr, recurse, (void *)(intptr_t)i)) t_die("pthread_create");
  for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
  ticks(0);
  SHOW(wrong);
}
#ifdef __aarch64__
// Returns and jumps to addresses that can hold no instruction: each gives SIGBUS or SIGSEGV, none does harm.
static void back_to_link(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  ucontext_t *uc = context;
  uc->uc_mcontext.pc = uc->uc_mcontext.regs[9];
  hits++;
}
static void strange_returns(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGSEGV, back_to_link, 0);
  on(SIGBUS, back_to_link, 0);
  static const uint64_t targets[] = {UINT64_MAX, 0, 1, 3, UINT64_MAX - 3, 1ul << 47, 1ul << 63, UINT64_MAX >> 1};
  for (int i = 0; i < 4000 * scale; i++) {
    uint64_t to = targets[i % 2 ? 0 : i / 2 % COUNT(targets)];
    if (i % 3)
      __asm__ volatile("adr x9, 1f\n\tmov x30, %0\n\tret\n1:" : : "r"(to) : "x9", "x30", "memory");
    else
      __asm__ volatile("adr x9, 1f\n\tblr %0\n1:" : : "r"(to) : "x9", "x30", "memory");
    if (i % 5 == 0 && down(70000) == 0) wrong++;
  }
  CHECK(hits == 4000 * scale);
}
#endif

// --- Atomics and the order of memory ---

static uint64_t counters[8];
static unsigned char small_counter[16];
static void *increment(void *arg) {
  uint64_t id = (intptr_t)arg;
  for (int i = 0; i < 20000 * scale; i++) {
    __atomic_fetch_add(&counters[0], 1, __ATOMIC_RELAXED);
    uint64_t old = __atomic_load_n(&counters[1], __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&counters[1], &old, old + 1, 1, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) continue;
    __atomic_fetch_add(&small_counter[3], 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_xor(&counters[2], 1ul << (id * 7 % 64), __ATOMIC_SEQ_CST);
    __atomic_fetch_or(&counters[3], 1ul << i % 64, __ATOMIC_SEQ_CST);
    __atomic_fetch_sub((uint16_t *)&small_counter[6], 1, __ATOMIC_SEQ_CST);
#ifdef __aarch64__
    uint64_t value, status;
    do __asm__ volatile("ldaxr %0, [%2]\n\tadd %0, %0, #1\n\tstlxr %w1, %0, [%2]" : "=&r"(value), "=&r"(status) : "r"(&counters[4]) : "memory");
    while (status);
    do __asm__ volatile("ldxrb %w0, [%2]\n\tadd %0, %0, #1\n\tstxrb %w1, %w0, [%2]" : "=&r"(value), "=&r"(status) : "r"(&small_counter[9]) : "memory");
    while (status);
    __asm__ volatile(".arch_extension lse\n\tldaddal %1, %0, [%2]" : "=&r"(value) : "r"(1l), "r"(&counters[5]) : "memory");
    __asm__ volatile(".arch_extension lse\n\tstadd %0, [%1]" : : "r"(1l), "r"(&counters[6]) : "memory");
    uint64_t top;
    __asm__ volatile(".arch_extension lse\n\tldsmaxal %1, %0, [%2]" : "=&r"(top) : "r"((long)i), "r"(&counters[7]) : "memory");
    if (i && (long)top < i - 1 && top != 0) wrong++;
#endif
  }
  return NULL;
}
static void contention(int argc, char **argv) {
  scale = scale_of(argc, argv);
  enum { N = 8 };
  uint64_t total = N * 20000ul * scale;
  team(N, increment);
  CHECK(counters[0] == total);
  CHECK(counters[1] == total);
  CHECK(small_counter[3] == total % 256);
  SHOW(counters[2]);
  HEX(counters[3]);
  CHECK(*(uint16_t *)&small_counter[6] == (uint16_t)-total);
#ifdef __aarch64__
  CHECK(counters[4] == total);
  CHECK(small_counter[9] == total % 256);
  CHECK(counters[5] == total);
  CHECK(counters[6] == total);
  CHECK(counters[7] == 20000ul * scale - 1);
#endif
  SHOW(small_counter[0] + small_counter[1] + small_counter[2] + small_counter[10] + small_counter[11]);
  SHOW(wrong);
}

// Two threads in step; each round has its own pair of cells, so that nothing has to be cleared.
enum { ROUNDS = 20000 };
static struct cell { _Atomic uint32_t x __attribute__((aligned(64))), y __attribute__((aligned(64))); } cells[ROUNDS];
static uint32_t seen[4][ROUNDS];
static atomic_int in_step[2];
static int litmus;
static _Atomic uint64_t litmus_start;
// Nanoseconds.
static uint64_t counter(void) {
#ifdef __aarch64__
  uint64_t count, hz;
  __asm__ volatile("mrs %0, cntvct_el0\n\tmrs %1, cntfrq_el0" : "=r"(count), "=r"(hz));
  return (unsigned __int128)count * 1000000000 / hz;
#else
  return now() * 1e9;
#endif
}
static void *litmus_side(void *arg) {
  int me = (intptr_t)arg;
  for (int i = 0; i < ROUNDS; i++) {
    if (i % 500 == 0) {
      if (me == 0) atomic_store(&litmus_start, counter() + 20000);
      atomic_store(&in_step[me], i + 1);
      while (atomic_load(&in_step[!me]) < i + 1) relax();
    }
    // Both begin a round at the same time by the clock, give or take some cycles that differ each time.
    uint64_t begin = atomic_load(&litmus_start) + i % 500 * 400;
    while (counter() < begin) continue;
    for (volatile int k = (mix(i * 2 + me) & 7) * 2; k > 0; k--) continue;
    _Atomic uint32_t *a = me ? &cells[i].y : &cells[i].x, *b = me ? &cells[i].x : &cells[i].y;
    switch (litmus) {
      case 0:  // store buffering with sequentially consistent accesses (STLR, LDAR)
        atomic_store_explicit(a, 1, memory_order_seq_cst);
        seen[me][i] = atomic_load_explicit(b, memory_order_seq_cst);
        break;
      case 1:  // store buffering with a full barrier (DMB ISH)
        atomic_store_explicit(a, 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        seen[me][i] = atomic_load_explicit(b, memory_order_relaxed);
        break;
      case 2:  // message passing with release and acquire
      case 3:  // message passing with barriers (DMB ISH, DMB ISHLD)
        if (me == 0) {
          atomic_store_explicit(&cells[i].x, 1, memory_order_relaxed);
          if (litmus == 3) atomic_thread_fence(memory_order_release);
          atomic_store_explicit(&cells[i].y, 1, litmus == 3 ? memory_order_relaxed : memory_order_release);
        } else {
          seen[0][i] = atomic_load_explicit(&cells[i].y, litmus == 3 ? memory_order_relaxed : memory_order_acquire);
          if (litmus == 3) atomic_thread_fence(memory_order_acquire);
          seen[1][i] = atomic_load_explicit(&cells[i].x, memory_order_relaxed);
        }
        break;
      case 4:  // load buffering
        seen[me][i] = atomic_load_explicit(b, memory_order_acquire);
        atomic_store_explicit(a, 1, memory_order_release);
        break;
      case 5:  // store buffering with atomic exchanges (SWPAL)
        atomic_exchange(a, 1);
        seen[me][i] = atomic_load(b);
        break;
      case 6:  // store buffering where exclusives order (LDAXR, STLXR), then LDAR
        atomic_fetch_add(a, 1);
        seen[me][i] = atomic_load(b);
        break;
    }
  }
  return NULL;
}
static void order(int argc, char **argv) {
  scale = scale_of(argc, argv);
  static const char *const names[] = {"SB stlr ldar", "SB dmb", "MP stlr ldar", "MP dmb", "LB ldar stlr", "SB swp", "SB add"};
  for (litmus = 0; litmus < (int)COUNT(names); litmus++) {
    long forbidden = 0;
    for (int k = 0; k < scale; k++) {
      memset(cells, 0, sizeof cells);
      memset(in_step, 0, sizeof in_step);
      team(2, litmus_side);
      for (int i = 0; i < ROUNDS; i++) {
        uint32_t p = seen[0][i], q = seen[1][i];
        int sb = litmus < 2 || litmus > 4;
        forbidden += sb ? !p && !q : litmus == 4 ? p && q : p && !q;
      }
    }
    printf("%s: forbidden outcomes %ld\n", names[litmus], forbidden);
  }
}

static const struct test TESTS[] = {
    {"prompt", prompt},
#ifdef __aarch64__
    {"translate", translate}, {"bounded", bounded}, {"modify", modify}, {"modify_twice_mapped", modify_twice_mapped},
    {"change_loop", change_loop}, {"hand_over", hand_over}, {"remap_storm", remap_storm}, {"needless", needless},
    {"registers", registers}, {"during_translation", during_translation}, {"tags", tags},
    {"strange_returns", strange_returns},
#endif
    {"jumps", jumps}, {"torn_work", torn_work}, {"write_barrier", write_barrier}, {"invalid", invalid},
    {"fork_storm", fork_storm}, {"side_by_side", side_by_side}, {"nested_forks", nested_forks}, {"spawns", spawns},
    {"lives", lives}, {"sudden_ends", sudden_ends}, {"killed_children", killed_children},
    {"switches", switches}, {"recursion", recursion}, {"contention", contention}, {"order", order},
};
int main(int argc, char **argv) {
  self_path = argv[0];
  return t_main(TESTS, COUNT(TESTS), argc, argv);
}
