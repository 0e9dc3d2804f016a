// `stress`: processes made out of threads at work, ended and killed at any moment.
#include "stress.h"

static atomic_int forkers_run = 1;
static void *busy(void *arg) {
  uint64_t x = (intptr_t)arg;
  while (atomic_load(&forkers_run)) {
    void *p = malloc(16 + x % 4000);
    x = mix(x + (uintptr_t)p % 2);
#ifdef __aarch64__
    static __thread uint32_t *code;
    if (!code) code = map_code(4096);
    publish(code, write_code(code, x, 9) * 4);
    if (((adder)code)(1) != expected(1, x, 9)) wrong++;
#endif
    free(p);
  }
  return NULL;
}
// What a child does: new code, a thread of its own, memory.
static void *in_child(void *arg) { return (void *)(mix((intptr_t)arg) & 0xff); }
static int child_work(uint32_t seed) {
  int bad = 0;
#ifdef __aarch64__
  uint32_t *code = map_code(65536);
  for (uint32_t i = 0; i < 100; i++) {
    uint32_t *at = code + i * 64, v = mix(seed + i);
    publish(at, write_code(at, v, i % 30) * 4);
    bad += ((adder)at)(i) != expected(i, v, i % 30);
  }
#endif
  pthread_t t;
  void *r = NULL;
  bad += pthread_create(&t, NULL, in_child, (void *)(intptr_t)seed) != 0;
  pthread_join(t, &r);
  bad += r != (void *)(mix(seed) & 0xff);
  return bad;
}
void fork_storm(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, count, SA_RESTART);
  pthread_t all[4];
  for (int i = 0; i < 4; i++)
    if (pthread_create(&all[i], NULL, busy, (void *)(intptr_t)i)) t_die("pthread_create");
  ticks(1000);
  int good = 0, n = 60 * scale;
  for (int i = 0; i < n; i++) {
    pid_t pid = MUST(fork());
    if (pid == 0) _exit(child_work(i) || wrong ? 1 : 42);
    int status;
    while (waitpid(pid, &status, 0) < 0) continue;
    good += WIFEXITED(status) && WEXITSTATUS(status) == 42;
  }
  ticks(0);
  atomic_store(&forkers_run, 0);
  for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
  CHECK(good == n);
  SHOW(wrong);
}
// Parent and child go on from the same code and both make more of it.
void side_by_side(int argc, char **argv) {
  scale = scale_of(argc, argv);
  int good = 0;
  for (int i = 0; i < 10 * scale; i++) {
    pid_t pid[3];
    for (int k = 0; k < 3; k++) {
      pid[k] = MUST(fork());
      if (pid[k] == 0) {
        int bad = 0;
        for (int j = 0; j < 10; j++) bad += child_work(i * 1000 + k * 100 + j);
        _exit(bad ? 1 : 42);
      }
    }
    for (int j = 0; j < 10; j++) wrong += child_work(i + j);
    for (int k = 0; k < 3; k++) {
      int status;
      MUST(waitpid(pid[k], &status, 0));
      good += WIFEXITED(status) && WEXITSTATUS(status) == 42;
    }
  }
  CHECK(good == 30 * scale);
  SHOW(wrong);
}
static int descend(int level) {
  if (child_work(level)) return 200;
  if (level == 0) return 7;
  pid_t pid = fork();
  if (pid < 0) return 201;
  if (pid == 0) _exit(descend(level - 1));
  int status, bad = child_work(level + 1000);
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return 202;
  return bad ? 203 : WEXITSTATUS(status);
}
void nested_forks(int argc, char **argv) {
  (void)argc, (void)argv;
  SHOW(descend(50));
}
extern char **environ;
const char *self_path;
static void *spawn_loop(void *arg) {
  (void)arg;
  for (int i = 0; i < 25 * scale; i++) {
    pid_t pid;
    int status = 0;
    if (i % 2) {
      char *const args[] = {(char *)self_path, "none", NULL};
      if (posix_spawn(&pid, self_path, NULL, NULL, args, environ)) wrong++;
    } else {
      pid = vfork();
      if (pid == 0) {
        execl(self_path, self_path, "none", NULL);
        _exit(3);
      }
    }
    while (waitpid(pid, &status, 0) < 0) continue;
    wrong += !WIFEXITED(status) || WEXITSTATUS(status) != 2;
  }
  return NULL;
}
void spawns(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, count, SA_RESTART);
  freopen("/dev/null", "w", stderr);
  ticks(500);
  team(4, spawn_loop);
  ticks(0);
  SHOW(wrong);
}

// Threads by the thousand: what each one has had is given back.
static void *short_life(void *arg) {
#ifdef __aarch64__
  uint32_t *code = map_code(4096);
  publish(code, write_code(code, (intptr_t)arg, 3) * 4);
  if (((adder)code)(1) != expected(1, (intptr_t)arg, 3)) wrong++;
  MUST(munmap(code, 4096));
#endif
  return (void *)mix((intptr_t)arg);
}
void lives(int argc, char **argv) {
  scale = scale_of(argc, argv);
  on(SIGALRM, count, SA_RESTART);
  ticks(300);
  long early = 0;
  for (int i = 0; i < 600 * scale; i++) {
    team(6, short_life);
    if (i == 200) early = resident_kib(getpid());
  }
  ticks(0);
  long late = resident_kib(getpid());
  if (late > early + 4096) printf("resident %ld KiB, later %ld KiB\n", early, late);
  CHECK(late <= early + 4096);
  SHOW(wrong);
}
// Processes that end, or become another program, while their threads are in the middle of it.
static void *end_it(void *arg) {
  usleep(100 + (intptr_t)arg % 7 * 300);
  if ((intptr_t)arg % 3 == 0) _exit(2);
  if ((intptr_t)arg % 3 == 1) execl(self_path, self_path, "none", NULL);
  exit(2);
}
void sudden_ends(int argc, char **argv) {
  scale = scale_of(argc, argv);
  freopen("/dev/null", "w", stderr);
  int good = 0, n = 60 * scale;
  for (int i = 0; i < n; i++) {
    pid_t pid = MUST(fork());
    if (pid == 0) {
      pthread_t t;
      for (int k = 0; k < 4; k++) pthread_create(&t, NULL, busy, (void *)(intptr_t)k);
      if (i % 2) end_it((void *)(intptr_t)i);
      pthread_create(&t, NULL, end_it, (void *)(intptr_t)i);
      busy((void *)99);
    }
    int status;
    MUST(waitpid(pid, &status, 0));
    good += WIFEXITED(status) && WEXITSTATUS(status) == 2;
  }
  CHECK(good == n);
}
// Children that are killed at any moment, also while they share their parent's memory.
void killed_children(int argc, char **argv) {
  scale = scale_of(argc, argv);
  freopen("/dev/null", "w", stderr);
  int good = 0, n = 60 * scale;
  for (int i = 0; i < n; i++) {
    pid_t pid;
    if (i % 2) {
      pid = vfork();
      if (pid == 0) {
        struct itimerval t = {{0, 0}, {0, 50 + i % 13 * 100}};
        signal(SIGALRM, SIG_DFL);
        setitimer(ITIMER_REAL, &t, NULL);
#ifdef __aarch64__
        uint32_t *code = map_code(65536);
        for (uint32_t k = 0;; k++) {
          uint32_t *at = code + k % 256 * 64;
          publish(at, write_code(at, k, k % 40) * 4);
          ((adder)at)(k);
        }
#else
        for (;;) pause();
#endif
      }
    } else {
      pid = MUST(fork());
      if (pid == 0) {
        struct itimerval t = {{0, 0}, {0, 50 + i % 13 * 100}};
        signal(SIGALRM, SIG_DFL);
        setitimer(ITIMER_REAL, &t, NULL);
        busy((void *)(intptr_t)i);
      }
    }
    int status;
    MUST(waitpid(pid, &status, 0));
    good += WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    if (child_work(i)) wrong++;
  }
  CHECK(good == n);
  SHOW(wrong);
}
