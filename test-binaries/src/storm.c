// Signals at random instants into translated code, from timers, other threads and another process, until the
// wanted number was handled. The code are the rounds of storm.S, which keep every register alive: each round's
// result must be what it was when no signal came.
//
// `storm NAME SCALE PART` waits for SCALE times as many signals, divided by PART. Prints verdicts only.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#include "t.h"

struct state {
  uint64_t x[31], sp, nzcv, fpcr, fpsr, pad;
  uint64_t v[32][2];
};
typedef void round_fn(const struct state *init, struct state *got);
round_fn round_integer, round_float, round_calls, round_kernel, round_atomics;
void spoil(int);
extern atomic_long spoiled;

static const struct {
  round_fn *run;
  const char *name;
} rounds[] = {{round_integer, "integer"}, {round_float, "float"}, {round_calls, "calls"},
              {round_kernel, "kernel"}, {round_atomics, "atomics"}};
enum { KINDS = COUNT(rounds), MODES = 4, WORKERS = 2, DEEPEST = 6, STACK = 1 << 22 };
static struct state init[MODES], want[KINDS][MODES];

static atomic_long handled, wrong, deepest, on_stack, off_stack;
static atomic_int stop;
static _Thread_local int depth;
static _Thread_local char *alternate;
// How deep each worker's handlers are; senders, the other process too, wait while they are too deep, as a slow
// engine would never come to an end.
static _Atomic int *depths;
static _Thread_local int number;
static int is_calm(int worker) { return depths[worker] < DEEPEST; }

static void report(int kind, int mode, const struct state *got) {
  if (atomic_fetch_add(&wrong, 1) > 3) return;
  const uint64_t *g = (const uint64_t *)got, *w = (const uint64_t *)&want[kind][mode];
  for (size_t i = 0; i < sizeof *got / 8; i++)
    if (g[i] != w[i]) {
      char line[200];
      int n = snprintf(line, sizeof line, "%s, mode %d, depth %d: word %zu is %llx, not %llx\n", rounds[kind].name,
                       mode, depth, i, (unsigned long long)g[i], (unsigned long long)w[i]);
      if (write(1, line, n) != n) _exit(2);
      break;
    }
}
static void one_round(int kind, int mode) {
  struct state got;
  rounds[kind].run(&init[mode], &got);
  if (memcmp(&got, &want[kind][mode], sizeof got)) report(kind, mode, &got);
}

// Rounding modes, flushing, default NaN, in turn; the other values are any.
static void prepare(void) {
  static const uint32_t modes[MODES] = {0, 0x400000, 0x1800000, 0x2c00000};
  for (int mode = 0; mode < MODES; mode++) {
    struct state *s = &init[mode];
    for (int i = 0; i < 31; i++) s->x[i] = t_random();
    s->nzcv = t_random() & 0xf0000000, s->fpcr = modes[mode], s->fpsr = 1u << mode;
    for (int i = 0; i < 32; i++) {
      double d = (double)(t_random() >> 20) / (1 << 30), e = 1 / (d + i);
      memcpy(&s->v[i][0], &d, 8), memcpy(&s->v[i][1], &e, 8);
    }
    for (int kind = 0; kind < KINDS; kind++) rounds[kind].run(s, &want[kind][mode]);
  }
  for (int kind = 0; kind < KINDS; kind++)
    printf("%s %016llx\n", rounds[kind].name, (unsigned long long)t_hash(HASH_START, want[kind], sizeof want[kind]));
}

// What was caught; the frame must be one.
static void check_frame(int signal, siginfo_t *info, ucontext_t *context) {
  uint32_t *record = (void *)&context->uc_mcontext.__reserved;
  uintptr_t sp = context->uc_mcontext.sp;
  if (info->si_signo != signal || record[0] != 0x46508001 || record[1] != 528 || sp % 16 || (uintptr_t)info % 16)
    atomic_fetch_add(&wrong, 1);
}
static int is_here(const void *p) { return alternate && (uintptr_t)p - (uintptr_t)alternate < STACK; }

// A handler that does a round itself, while other signals come.
static void work(int signal, siginfo_t *info, void *context) {
  check_frame(signal, info, context);
  atomic_fetch_add(is_here(&signal) ? &on_stack : &off_stack, 1);
  depths[number] = ++depth;
  if (depth > deepest) deepest = depth;
  if (depth < DEEPEST) one_round(signal % KINDS, depth % MODES);
  depths[number] = --depth;
  atomic_fetch_add(&handled, 1);
}
// The same on a stack that is disarmed, and armed again by the return.
static void disarmed(int signal, siginfo_t *info, void *context) {
  stack_t now;
  if (sigaltstack(NULL, &now) || (now.ss_flags & ~(1u << 31)) != SS_DISABLE) atomic_fetch_add(&wrong, 1);
  work(signal, info, context);
}
static long total(void) { return handled + spoiled; }

static const int used[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGHUP, SIGIO, SIGURG, SIGSEGV, SIGFPE, SIGBUS, SIGTRAP, 35, 50, 64};
enum { USED = COUNT(used) };

struct plan {
  int flags;                // of all signals
  int spoils;               // one in so many handlers is `spoil`
  int disarms;              // the alternate stack is SS_AUTODISARM
};

static void install(const struct plan *plan) {
  for (int i = 0; i < USED; i++) {
    struct sigaction act = {.sa_sigaction = plan->disarms ? disarmed : work, .sa_flags = plan->flags | SA_SIGINFO};
    if (plan->spoils && i % plan->spoils == 0) act.sa_handler = spoil, act.sa_flags &= ~SA_SIGINFO;
    if (!(plan->flags & SA_NODEFER) && i % 3 == 0) sigfillset(&act.sa_mask);
    MUST(sigaction(used[i], &act, NULL));
  }
}

static pid_t tids[WORKERS];
static atomic_int ready;
static long wanted;
static int disarms, has_stack;

static timer_t timers[WORKERS][2];
static timer_t own_timer(int signal) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal};
  event._sigev_un._tid = gettid();
  timer_t timer;
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
  return timer;
}
// Lets the timers come once more, soon.
static void arm_timers(unsigned *seed) {
  for (int i = 0; i < WORKERS; i++)
    for (int k = 0; k < 2 && is_calm(i); k++) {
      struct itimerspec soon = {{0, 0}, {0, 10000 + rand_r(seed) % 90000}};
      timer_settime(timers[i][k], 0, &soon, NULL);
    }
  struct itimerval once = {{0, 0}, {0, 300 + rand_r(seed) % 700}};
  if (is_calm(0) && is_calm(1)) MUST(setitimer(ITIMER_REAL, &once, NULL));
}
static void *worker(void *argument) {
  number = (int)(long)argument;
  if (has_stack) {
    // The kernel stacks the frames of all that wait, and starts at the top again when there is no room.
    alternate = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    stack_t stack = {.ss_sp = alternate, .ss_size = STACK, .ss_flags = disarms ? 1 << 31 : 0};
    MUST(sigaltstack(&stack, NULL));
  }
  sigset_t all;
  sigfillset(&all), pthread_sigmask(SIG_UNBLOCK, &all, NULL);
  tids[number] = gettid();
  timers[number][0] = own_timer(SIGALRM), timers[number][1] = own_timer(SIGSEGV);
  atomic_fetch_add(&ready, 1);
  for (unsigned n = number; !stop; n++) one_round(n % KINDS, n / KINDS % MODES);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  if (has_stack) {
    stack_t now;
    if (sigaltstack(NULL, &now) || now.ss_sp != alternate || now.ss_size != STACK) atomic_fetch_add(&wrong, 1);
  }
  return NULL;
}

// Waits for some instants, or until something was handled, so that no queue grows.
static void breathe(unsigned *seed) {
  struct timespec some = {0, rand_r(seed) % 40000};
  long before = total();
  nanosleep(&some, NULL);
  for (int i = 0; i < 50 && total() == before && !stop; i++) sched_yield();
}
static void *sender(void *argument) {
  unsigned seed = 1 + (long)argument;
  pid_t pid = getpid();
  while (!stop) {
    int worker = rand_r(&seed) % WORKERS;
    if (is_calm(worker)) tgkill(pid, tids[worker], used[rand_r(&seed) % USED]);
    breathe(&seed);
  }
  return NULL;
}
static void other_process(pid_t target) {
  unsigned seed = 99;
  union sigval value = {.sival_int = 1};
  for (;;) {
    int signal = used[rand_r(&seed) % USED];
    if (!is_calm(0) || !is_calm(1)) signal = 0;
    if ((rand_r(&seed) & 1 ? kill(target, signal) : sigqueue(target, signal, value)) && errno == ESRCH) _exit(0);
    struct timespec some = {0, 50000 + rand_r(&seed) % 100000};
    nanosleep(&some, NULL);
  }
}

static void storm(const struct plan *plan, int argc, char **argv) {
  wanted = 2500L * (argc > 1 ? atoi(argv[1]) : 1) / (argc > 2 ? atoi(argv[2]) : 1);
  depths = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  disarms = plan->disarms, has_stack = (plan->flags & SA_ONSTACK) != 0;
  prepare();
  install(plan);
  // What is sent to the process goes to the workers.
  sigset_t all;
  sigfillset(&all), pthread_sigmask(SIG_BLOCK, &all, NULL);
  pthread_t threads[WORKERS + 1];
  pid_t target = getpid(), child = MUST(fork());
  if (child == 0) other_process(target);
  for (long i = 0; i < WORKERS; i++) MUST(-pthread_create(&threads[i], NULL, worker, (void *)i));
  while (ready < WORKERS) sched_yield();
  MUST(-pthread_create(&threads[WORKERS], NULL, sender, NULL));
  for (unsigned seed = 7; total() < wanted; usleep(100)) arm_timers(&seed);
  stop = 1;
  kill(child, SIGKILL), waitpid(child, NULL, 0);
  for (int i = 0; i <= WORKERS; i++) pthread_join(threads[i], NULL);
  CHECK(total() >= wanted);
  CHECK(wrong == 0);
  CHECK(plan->spoils == 0 || spoiled > 0);
  CHECK(has_stack ? on_stack > 0 && off_stack == 0 : on_stack == 0);
}

static void plain(int argc, char **argv) { storm(&(struct plan){SA_RESTART, 2, 0}, argc, argv); }
static void spoiling(int argc, char **argv) { storm(&(struct plan){SA_NODEFER, 1, 0}, argc, argv); }
static void nested(int argc, char **argv) { storm(&(struct plan){SA_NODEFER | SA_RESTART, 4, 0}, argc, argv); }
static void stacks(int argc, char **argv) { storm(&(struct plan){SA_ONSTACK | SA_NODEFER, 4, 0}, argc, argv); }
static void autodisarm(int argc, char **argv) { storm(&(struct plan){SA_ONSTACK | SA_RESTART, 3, 1}, argc, argv); }

static const struct test tests[] = {{"plain", plain}, {"spoiling", spoiling}, {"nested", nested},
                                    {"stacks", stacks}, {"autodisarm", autodisarm}};
TEST_MAIN(tests)
