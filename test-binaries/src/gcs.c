// Guarded control stacks (FEAT_GCS). Without them in the compiler: instructions are written as words, and the C code around
// runs with the stack in use, so every call and return of the library is checked too.
#include <fcntl.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "ext.h"

enum { GET = 74, SET = 75, LOCK = 76, ENABLE = 1, WRITE = 2, PUSH = 4, TOKEN = 1, MARKER = 2 };
enum { SYS_map_shadow_stack_ = 453 };
#define STATUS(option, bits) prctl(option, (unsigned long)(bits), 0, 0, 0)
// The function that turns it on must not return: its own return address is not on the new stack.
#define TURN_ON(bits) \
  ({ register long x8_ asm("x8") = SYS_prctl, x0_ asm("x0") = SET, x1_ asm("x1") = (bits), x2_ asm("x2") = 0, \
       x3_ asm("x3") = 0, x4_ asm("x4") = 0; \
     asm volatile("svc #0" : "+r"(x0_) : "r"(x8_), "r"(x1_), "r"(x2_), "r"(x3_), "r"(x4_) : "memory"); x0_; })
static inline uint64_t pointer(void) { uint64_t v; asm volatile("mrs %0, s3_3_c2_c5_1" : "=r"(v)); return v; }
static inline uint64_t features(void) {
  register uint64_t x16 asm("x16") = -1ul;
  asm volatile("hint #40" : "+r"(x16));
  return ~x16;
}
static inline void pushm(uint64_t v) { asm volatile("sys #3, c7, c7, #0, %0" : : "r"(v) : "memory"); }
static inline uint64_t popm(uint64_t v) { asm volatile("sysl %0, #3, c7, c7, #1" : "+r"(v) : : "memory"); return v; }
static inline void ss1(uint64_t v) { asm volatile("sys #3, c7, c7, #2, %0" : : "r"(v) : "memory"); }
static inline uint64_t ss2(uint64_t v) { asm volatile("sysl %0, #3, c7, c7, #3" : "+r"(v) : : "memory"); return v; }
static inline void gcsstr(void *at, uint64_t v) {
  register void *x1 asm("x1") = at; register uint64_t x0 asm("x0") = v;
  asm volatile(".inst 0xd91f0c20" : : "r"(x0), "r"(x1) : "memory");
}
static inline void gcssttr(void *at, uint64_t v) {
  register void *x1 asm("x1") = at; register uint64_t x0 asm("x0") = v;
  asm volatile(".inst 0xd91f1c20" : : "r"(x0), "r"(x1) : "memory");
}
#define LEAVE() (fflush(stdout), _exit(0))
static volatile uint64_t *map(size_t size, int flags) {
  return (void *)syscall(SYS_map_shadow_stack_, 0, size, flags);
}
static uint64_t mode(void) {
  uint64_t v = 77;
  return STATUS(GET, &v) == 0 ? v : 99;
}

// Never in use

static void off(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  CHECK(getauxval(AT_HWCAP) >> 32 & 1);
  SHOW(mode());
  HEX(features());
  HEX(pointer());
  HEX(popm(5));
  HEX(ss2(6));
  TRY(ss1(16));
  TRY(pushm(1));
  TRY(gcsstr(&argc, 1));
  CHECK(caught.addr == caught.pc);
  CHECK(STATUS(SET, 8) == -1 && errno == EINVAL);
  CHECK(prctl(SET, 0, 1, 0, 0) == -1 && errno == EINVAL);
  CHECK(STATUS(GET, 8) == -1 && errno == EFAULT);
  CHECK(STATUS(SET, WRITE) == 0);
  SHOW(mode());
  TRY(gcsstr(&argc, 1));
  CHECK(caught.addr == (uintptr_t)&argc);
  volatile uint64_t *s = map(4096, 0);
  TRY(gcsstr((void *)(s + 1), 0x1234));
  HEX(s[1]);
  TRY(gcssttr((void *)(s + 2), 0x5678));
  HEX(s[2]);
  TRY(gcsstr((char *)s + 4, 1));
  TRY(s[1] = 5);
  HEX(s[1]);
  CHECK(STATUS(LOCK, 1ul << 40 | WRITE) == 0);
  CHECK(STATUS(SET, 0) == -1 && errno == EBUSY);
  CHECK(STATUS(SET, WRITE | PUSH) == 0);
  TRY(pushm(1));
  HEX(pointer());
}
static void without(int argc, char **argv) {
  (void)argc, (void)argv;
  catch_signals();
  CHECK((getauxval(AT_HWCAP) >> 32 & 1) == 0);
  HEX(features());
  TRY(pushm(1));
  TRY(popm(1));
  TRY(ss1(1));
  TRY(ss2(1));
  TRY(gcsstr(&argc, 1));
  TRY(pointer());
  asm volatile("hint #19");
  CHECK(STATUS(SET, ENABLE) == -1 && errno == EINVAL);
  CHECK(STATUS(GET, &argc) == -1 && errno == EINVAL);
  CHECK(STATUS(LOCK, 1) == -1 && errno == EINVAL);
  CHECK(map(4096, 0) == (void *)-1 && errno == EOPNOTSUPP);
}

// Calls and returns

__attribute__((noinline)) static long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static void calls(int argc, char **argv) {
  (void)argc, (void)argv;
  if (TURN_ON(ENABLE | WRITE | PUSH)) _exit(1);
  SHOW(mode());
  HEX(features());
  SHOW(fib(20));
  uint64_t top = pointer();
  uint64_t *records = (uint64_t *)top;
  CHECK(records[0] == 0);
  CHECK(top % 4096 == 4096 - 8);
  pushm(0x4000);
  CHECK(pointer() == top - 8 && records[-1] == 0x4000);
  HEX(popm(1));
  CHECK(pointer() == top);
  gcsstr(records - 1, 0xabc);
  HEX(records[-1]);
  CHECK(STATUS(SET, 0) == 0);
  CHECK(TURN_ON(ENABLE) == -EINVAL);
  HEX(features());
  // The function that turned it off has not popped its record.
  CHECK(pointer() == top - 8);
  LEAVE();
}

// What fails

static void bend(void) { asm volatile("adr x30, 1f\n\tret\n1:\tnop" : : : "x30", "memory"); }
static void bent(void) { asm volatile("adr x9, 1f\n\tret x9\n1:\tnop" : : : "x9", "memory"); }
// The handler leaves without a return, which would find a cap on the stack: the pointer comes back by the jump's target.
static volatile uint64_t good;
#define ATTEMPT(statement)                                                                  \
  do {                                                                                      \
    good = pointer();                                                                       \
    pid_t child_ = fork();                                                                  \
    if (child_ == 0) { statement; fflush(stdout); _exit(0); }                               \
    int status_;                                                                            \
    waitpid(child_, &status_, 0);                                                           \
    printf("%s: %s %d\n", #statement, WIFSIGNALED(status_) ? "signal" : "status",           \
           WIFSIGNALED(status_) ? WTERMSIG(status_) : WEXITSTATUS(status_));                \
  } while (0)
static void on_gcs(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  int where = info->si_addr == (void *)uc->uc_mcontext.pc ? 1 : (uint64_t)info->si_addr == uc->uc_mcontext.fault_address ? 2 : 0;
  printf("in handler: signal %d code %d, address %s\n", signal, info->si_code, where == 1 ? "of the pc" : where ? "of the fault" : "?");
  fflush(stdout);
  _exit(3);
}
static void failures(int argc, char **argv) {
  (void)argc, (void)argv;
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  if (TURN_ON(ENABLE | PUSH)) _exit(1);
  ATTEMPT(SHOW(fib(10)));
  struct sigaction act = {.sa_sigaction = on_gcs, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &act, NULL), sigaction(SIGILL, &act, NULL), sigaction(SIGBUS, &act, NULL);
  ATTEMPT(bend());
  ATTEMPT(bent());
  ATTEMPT(pushm(3); popm(0));
  ATTEMPT(ss1(pointer()));
  ATTEMPT(ss1((uint64_t)&argc & ~7ul));
  ATTEMPT(ss1(pointer() + 1));
  ATTEMPT(ss2(0));
  ATTEMPT(gcsstr((void *)pointer(), 1));
  ATTEMPT(*(volatile uint64_t *)pointer() = 1);
  ATTEMPT(((volatile char *)pointer())[-100] = 1);
  ATTEMPT(asm volatile("stp x0, x1, [%0]" : : "r"(pointer() - 64) : "memory"));
  ATTEMPT(asm volatile("str q0, [%0]" : : "r"(pointer() - 64) : "memory"));
  ATTEMPT(__atomic_fetch_add((int *)pointer(), 1, __ATOMIC_SEQ_CST));
  ATTEMPT(asm volatile("dc zva, %0" : : "r"(pointer() - 64) : "memory"));
  ATTEMPT(CHECK(read(open("/dev/zero", 0), (void *)(good - 64), 0) == 0));
  ATTEMPT(CHECK(mprotect((void *)(good & ~4095ul), 4096, PROT_READ | PROT_EXEC) == -1 && errno == EINVAL));
  ATTEMPT(mprotect((void *)(good & ~4095ul), 4096, PROT_NONE); fib(3));
  ATTEMPT(munmap((void *)(good & ~4095ul), 4096); fib(3));
  sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  ATTEMPT(bend());
  LEAVE();
}

// Switching stacks

static void switching(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile uint64_t *bare = map(8192, 0), *with_token = map(8192, TOKEN), *with_both = map(8192, TOKEN | MARKER);
  CHECK(bare[1023] == 0);
  CHECK(with_token[1023] == (((uint64_t)&with_token[1023] & ~4095ul) | 1));
  CHECK(with_both[1023] == 0 && with_both[1022] == (((uint64_t)&with_both[1022] & ~4095ul) | 1));
  CHECK(map(8, TOKEN) == (void *)-1 && errno == EINVAL);
  CHECK(map(12, 0) == (void *)-1 && errno == EINVAL);
  CHECK(map(4096, 4) == (void *)-1 && errno == EINVAL);
  CHECK(map(0, 0) == (void *)-1 && errno == EINVAL);
  CHECK(syscall(SYS_map_shadow_stack_, 8, 4096, 0) == -1 && errno == EINVAL);
  CHECK(syscall(SYS_map_shadow_stack_, bare, 4096, 0) == -1 && errno == EEXIST);
  CHECK(map(-8ul, 0) == (void *)-1 && errno == EOVERFLOW);
  CHECK(bare[0] == 0);
  if (TURN_ON(ENABLE)) _exit(1);
  uint64_t old = pointer();
  ss1((uint64_t)&with_both[1022]);
  CHECK(pointer() == (uint64_t)&with_both[1022] && with_both[1022] == (old | 5));
  uint64_t back_to = ss2(0);
  CHECK(pointer() == (uint64_t)&with_both[1023]);
  CHECK(back_to == old - 8 && *(uint64_t *)back_to == ((back_to & ~4095ul) | 1));
  SHOW(fib(12));
  ss1(back_to);
  CHECK(ss2(0) == (uint64_t)&with_both[1022]);
  CHECK(pointer() == old);
  SHOW(fib(12));
  LEAVE();
}

// Signals

static int depth;
static void on_usr(int signal, siginfo_t *info, void *context) {
  (void)info;
  struct { uint32_t magic, size; uint64_t gcspr, enabled, reserved; } *r = (void *)((ucontext_t *)context)->uc_mcontext.__reserved;
  while (r->magic && r->magic != 0x47435300) r = (void *)((char *)r + r->size);
  uint64_t now = pointer();
  printf("signal %d: record %s size %u enabled %llu", signal, r->magic ? "there" : "missing", r->size, (unsigned long long)r->enabled);
  printf(" cap %d\n", r->gcspr - now < 64 && *(uint64_t *)r->gcspr == (r->gcspr & ~4095ul));
  if (depth++ < 2) raise(SIGUSR2);
  SHOW(fib(8));
}
static void signals(int argc, char **argv) {
  (void)argc, (void)argv;
  struct sigaction act = {.sa_sigaction = on_usr, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGUSR1, &act, NULL), sigaction(SIGUSR2, &act, NULL);
  if (TURN_ON(ENABLE)) _exit(1);
  uint64_t before = pointer();
  for (int i = 0; i < 3; i++) raise(SIGUSR1);
  CHECK(pointer() == before);
  if (STATUS(SET, 0)) _exit(1);
  raise(SIGUSR1);
  LEAVE();
}
// Threads and processes

static void *thread(void *above) {
  SHOW(mode());
  CHECK(pointer() - *(uint64_t *)above > 4096);
  CHECK(((uint64_t *)(pointer() | 4088))[0] == 0);
  SHOW(fib(15));
  return above;
}
static void threads(int argc, char **argv) {
  (void)argc, (void)argv;
  if (TURN_ON(ENABLE)) _exit(1);
  STATUS(LOCK, -1ul);
  uint64_t mine = pointer();
  for (int i = 0; i < 3; i++) {
    pthread_t t;
    void *result;
    pthread_create(&t, NULL, thread, &mine);
    pthread_join(t, &result);
    CHECK(result == &mine);
  }
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    SHOW(mode());
    CHECK(pointer() == mine);
    SHOW(fib(9));
    CHECK(STATUS(SET, 0) == -1 && errno == EBUSY);
    fflush(stdout);
    _exit(7);
  }
  int status;
  waitpid(child, &status, 0);
  SHOW(WEXITSTATUS(status));
  CHECK(pointer() == mine);
  LEAVE();
}

static const struct test tests[] = {
  {"off", off}, {"without", without}, {"calls", calls}, {"failures", failures}, {"switching", switching},
  {"signals", signals}, {"threads", threads},
};
TEST_MAIN(tests)
