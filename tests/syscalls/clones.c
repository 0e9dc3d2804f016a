// clone and clone3: suspended parents, ids, pidfds, what is refused, and children that are killed
// while they share memory.
#include "check.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int shared;
static atomic_int go;

static int end_of(pid_t child) {
  int status = -1;
  if (waitpid(child, &status, __WALL) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static long clone3(struct clone_args *args) { return syscall(SYS_clone3, args, sizeof *args); }

static void refused(const char *what, struct clone_args args) {
  long result = clone3(&args);
  if (result == 0) _exit(0);
  printf("%s: %s\n", what, result == -1 ? strerror(errno) : "accepted");
  if (result > 0) end_of(result);
}

static int write_shared(void *argument) {
  (void)argument;
  shared = 77;
  usleep(50000);
  return 3;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

// With memory of its own or not, the child runs to its exec or end first.
static void suspended(void) {
  double start = now();
  pid_t child = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    usleep(50000);
    shared = 5;
    _exit(1);
  }
  CHECK(now() - start > 0.04);
  SHOW(shared);
  SHOW(end_of(child));
  start = now();
  child = clone(write_shared, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
  CHECK(now() - start > 0.04);
  SHOW(shared);
  SHOW(end_of(child));
  child = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    execl("/bin/sleep", "sleep", "0.3", (char *)NULL);
    _exit(1);
  }
  SHOW(waitpid(child, NULL, WNOHANG));
  SHOW(end_of(child));
}

static void without_signal(void) {
  pid_t child = clone(write_shared, stack + sizeof stack, 0, NULL);
  long waited = waitpid(child, NULL, 0);
  SHOW(waited);
  SHOW(end_of(child));
  child = clone(write_shared, stack + sizeof stack, CLONE_VM, NULL);
  SHOW(end_of(child));
}

static void ids(void) {
  int pidfd = -1, in_parent = 0;
  static atomic_int in_child;
  struct clone_args args = {
      .flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
      .pidfd = (uintptr_t)&pidfd,
      .parent_tid = (uintptr_t)&in_parent,
      .child_tid = (uintptr_t)&in_child,
      .exit_signal = SIGCHLD,
  };
  pid_t child = clone3(&args);
  if (child == 0) _exit(in_child == getpid() ? 6 : 7);
  CHECK(in_parent == child && pidfd > 2 && in_child == 0);
  struct pollfd poll_for = {pidfd, POLLIN, 0};
  SHOW(poll(&poll_for, 1, 5000));
  SHOW(fcntl(pidfd, F_GETFD));
  siginfo_t info = {0};
  SHOW(waitid(P_PIDFD, pidfd, &info, WEXITED));
  SHOW(info.si_status);
  close(pidfd);
  FILE *file = fopen("/proc/sys/kernel/pid_max", "r");
  int most = 0;
  if (file == NULL || fscanf(file, "%d", &most) != 1) return;
  fclose(file);
  pid_t wanted = most - 321;
  args = (struct clone_args){
      .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1};
  child = clone3(&args);
  if (child == 0) _exit(getpid() == wanted ? 8 : 9);
  if (child == -1) CHECK(errno == EPERM);
  CHECK(child == -1 || (child == wanted && end_of(child) == 8));
}

static void refusals(void) {
  refused("a cgroup that is not there", (struct clone_args){.flags = CLONE_INTO_CGROUP, .cgroup = 999});
  refused("no signal", (struct clone_args){.exit_signal = 65});
  refused("a thread without handlers", (struct clone_args){.flags = CLONE_THREAD});
  refused("handlers without memory", (struct clone_args){.flags = CLONE_SIGHAND});
  refused("an unknown flag", (struct clone_args){.flags = 1ull << 40});
  refused("a stack without a size", (struct clone_args){.stack = 4096});
  refused("a folder in a new namespace", (struct clone_args){.flags = CLONE_NEWNS | CLONE_FS});
  refused("ids without an address", (struct clone_args){.set_tid_size = 1});
  struct clone_args args = {0};
  SHOW(syscall(SYS_clone3, &args, 10) == -1 && errno == EINVAL);
  struct { struct clone_args known; long more; } longer = {{.exit_signal = SIGCHLD}, 1};
  SHOW(syscall(SYS_clone3, &longer, sizeof longer) == -1 && errno == E2BIG);
}

static void *allocate(void *argument) {
  while (!go) free(malloc(rand() % 5000));
  return argument;
}

static void *fork_often(void *argument) {
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) {
      free(malloc(1000));
      _exit(i);
    }
    if (end_of(child) != i) puts("a child failed");
  }
  return argument;
}

static void in_threads(void) {
  pthread_t busy[3], forking[3];
  for (int i = 0; i < 3; i++) pthread_create(busy + i, NULL, allocate, NULL);
  for (int i = 0; i < 3; i++) pthread_create(forking + i, NULL, fork_often, NULL);
  for (int i = 0; i < 3; i++) pthread_join(forking[i], NULL);
  go = 1;
  for (int i = 0; i < 3; i++) pthread_join(busy[i], NULL);
}

// A child that is killed while it makes mappings and runs new code leaves nothing locked.
static void killed(void) {
  for (int i = 0; i < 12; i++) {
    int ends[2];
    MUST(pipe(ends));
    pid_t killer = fork();
    if (killer == 0) {
      pid_t victim;
      if (read(ends[0], &victim, sizeof victim) != sizeof victim) _exit(1);
      usleep(400 * i);
      kill(victim, SIGKILL);
      _exit(0);
    }
    pid_t child = vfork();
    if (child == 0) {
      pid_t self = getpid();
      if (write(ends[1], &self, sizeof self) != sizeof self) _exit(1);
      for (;;) munmap(mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
    }
    if (end_of(child) != 1000 + SIGKILL) puts("the child was not killed");
    end_of(killer);
    close(ends[0]), close(ends[1]);
  }
  CHECK(mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  suspended();
  without_signal();
  ids();
  refusals();
  in_threads();
  killed();
  puts("done");
  return 0;
}
