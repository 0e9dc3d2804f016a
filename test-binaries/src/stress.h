// What the files of `stress` share: teams of threads, timers, functions made at run time.
#ifndef STRESS_H
#define STRESS_H
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#include "t.h"

static int scale_of(int argc, char **argv) { return argc > 1 ? atoi(argv[1]) : 1; }
static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static inline void team(int n, void *(*body)(void *)) {
  pthread_t all[64];
  for (int i = 0; i < n; i++)
    if (pthread_create(&all[i], NULL, body, (void *)(intptr_t)i)) t_die("pthread_create");
  for (int i = 0; i < n; i++) pthread_join(all[i], NULL);
}
static inline void on(int signal, void (*f)(int, siginfo_t *, void *), int flags) {
  struct sigaction act = {.sa_sigaction = f, .sa_flags = SA_SIGINFO | flags};
  MUST(sigaction(signal, &act, NULL));
}
static inline void ticks(int us) {
  struct itimerval t = {{0, us}, {0, us}};
  MUST(setitimer(ITIMER_REAL, &t, NULL));
}
extern volatile sig_atomic_t hits;
static inline void count(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info, (void)context;
  hits++;
}
static inline uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}
// In a loop that waits for another thread: lets it run, when it does not.
static inline void relax(void) {
  static __thread unsigned spins;
  if (++spins % 256 == 0) sched_yield();
}
extern _Atomic long wrong;
extern int scale;

static inline long resident_kib(int pid) {
  char name[64], line[256];
  long rss = -1;
  snprintf(name, sizeof name, "/proc/%d/status", pid);
  FILE *f = fopen(name, "r");
  while (f && fgets(line, sizeof line, f)) sscanf(line, "VmRSS: %ld kB", &rss);
  if (f) fclose(f);
  return rss;
}

#ifdef __aarch64__
// A function that gives `value` (32 bits) plus its argument, `pad` instructions long besides.
static inline int write_code(uint32_t *at, uint32_t value, int pad) {
  int n = 0;
  at[n++] = 0x52800001 | (value & 0xffff) << 5;  // MOVZ W1, #low
  at[n++] = 0x72a00001 | (value >> 16) << 5;     // MOVK W1, #high, LSL #16
  for (int i = 0; i < pad; i++) at[n++] = 0x4a010000;  // EOR W0, W0, W1
  at[n++] = 0x0b010000;                           // ADD W0, W0, W1
  at[n++] = 0xd65f03c0;                           // RET
  return n;
}
typedef uint32_t (*adder)(uint32_t);
static inline void publish(void *at, size_t n) { __builtin___clear_cache((char *)at, (char *)at + n); }
static inline void *map_code(size_t size) {
  return MUST(mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}
static inline uint32_t expected(uint32_t arg, uint32_t value, int pad) { return (pad % 2 ? arg ^ value : arg) + value; }
#endif

// stress_fork.c
extern const char *self_path;
void fork_storm(int argc, char **argv);
void side_by_side(int argc, char **argv);
void nested_forks(int argc, char **argv);
void spawns(int argc, char **argv);
void lives(int argc, char **argv);
void sudden_ends(int argc, char **argv);
void killed_children(int argc, char **argv);
#endif
