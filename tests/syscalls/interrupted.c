// Calls under a shower of signals whose handler has no SA_RESTART. Calls that wait may say EINTR;
// calls that do not wait must never do so, nor may a fork or a lock.
#include "check.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

static atomic_int ticks;

static void tick(int signal) {
  (void)signal;
  ticks++;
}

static void shower(long microseconds) {
  struct itimerval timer = {{0, microseconds}, {0, microseconds}};
  MUST(setitimer(ITIMER_REAL, &timer, NULL));
}

static int quick_calls(int rounds) {
  int failed = 0;
  for (int i = 0; i < rounds; i++) {
    int ends[2];
    failed += pipe(ends) != 0;
    failed += write(ends[1], "abc", 3) != 3;
    failed += fcntl(ends[0], F_GETFD) != 0;
    failed += close(ends[0]) != 0;
    failed += close(ends[1]) != 0;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    failed += sigprocmask(SIG_BLOCK, &set, NULL) != 0;
    failed += sigprocmask(SIG_UNBLOCK, &set, NULL) != 0;
    void *memory = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    failed += memory == MAP_FAILED;
    failed += mprotect(memory, 4096, PROT_NONE) != 0;
    failed += munmap(memory, 8192) != 0;
  }
  return failed;
}

static int forks(int rounds) {
  int failed = 0;
  for (int i = 0; i < rounds; i++) {
    pid_t child = fork();
    if (child == 0) _exit(i & 0x7f);
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) == -1 && errno == EINTR) continue;
    failed += child <= 0 || !WIFEXITED(status) || WEXITSTATUS(status) != (i & 0x7f);
  }
  return failed;
}

// The rest of the time must be right after every interruption.
static int sleeps_long_enough(void) {
  struct timespec begin, end, rest = {0, 60 * 1000 * 1000};
  clock_gettime(CLOCK_MONOTONIC, &begin);
  while (nanosleep(&rest, &rest) == -1 && errno == EINTR) continue;
  clock_gettime(CLOCK_MONOTONIC, &end);
  long passed = (end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec;
  return passed >= 55 * 1000 * 1000 && passed < 20000000000;
}

static pthread_mutex_t lock;
static int count;

static void *locker(void *argument) {
  for (int i = 0; i < 2000; i++) {
    if (pthread_mutex_lock(&lock) != 0) return (void *)1;
    count++;
    pthread_mutex_unlock(&lock);
  }
  return argument;
}

static int inheriting_locks(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&lock, &attributes);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, locker, NULL);
  long failed = 0;
  for (int i = 0; i < 4; i++) {
    void *result;
    pthread_join(threads[i], &result);
    failed += (long)result;
  }
  return failed == 0 && count == 8000;
}

int main(void) {
  struct sigaction action = {.sa_handler = tick};
  MUST(sigaction(SIGALRM, &action, NULL));
  shower(300);
  SHOW(quick_calls(3000));
  SHOW(forks(40));
  CHECK(sleeps_long_enough());
  CHECK(inheriting_locks());
  CHECK(ticks > 10);
  shower(20 * 1000);
  struct timespec long_time = {5, 0}, left = {0, 0};
  SHOW(nanosleep(&long_time, &left));
  CHECK(left.tv_sec == 4 || left.tv_sec == 5);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, &left) == EINTR);
  SHOW(ppoll(NULL, 0, &long_time, NULL));
  unsigned word = 0;
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &long_time, NULL, 0));
  int ends[2];
  char byte;
  MUST(pipe(ends));
  SHOW(read(ends[0], &byte, 1));
  // With SA_RESTART: what waits without a limit goes on, what has a limit does not.
  action.sa_flags = SA_RESTART;
  MUST(sigaction(SIGALRM, &action, NULL));
  SHOW(nanosleep(&long_time, NULL));
  SHOW(ppoll(NULL, 0, &long_time, NULL));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &long_time, NULL, 0));
  int before = ticks;
  pid_t child = fork();
  if (child == 0) {
    usleep(100 * 1000);
    _exit(write(ends[1], "x", 1) != 1);
  }
  SHOW(read(ends[0], &byte, 1));
  SHOW(waitpid(child, NULL, 0) == child);
  CHECK(ticks > before);
  return 0;
}
