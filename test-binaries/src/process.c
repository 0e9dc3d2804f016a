// Processes: what a program is given at start, children of every kind and how they end.
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "t.h"

extern char **environ;

static void arguments(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("argv[%d] = \"%s\"\n", i, argv[i]);
  CHECK(argv[argc] == NULL);
  for (char **e = environ; *e; e++)
    if (strncmp(*e, "XT_", 3) == 0) puts(*e);
}
static void leave(int argc, char **argv) {
  (void)argc;
  _exit(atoi(argv[1]));
}
static void leave_normally(int argc, char **argv) {
  (void)argc;
  printf("written without a newline");
  exit(atoi(argv[1]));
}

static void auxiliary(int argc, char **argv) {
  (void)argc, (void)argv;
  SHOW(getauxval(AT_PAGESZ)), SHOW(getauxval(AT_CLKTCK)), SHOW(getauxval(AT_SECURE));
  SHOW(getauxval(AT_PHENT)), SHOW(getauxval(AT_FLAGS));
  CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid());
  CHECK(getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid());
  CHECK(getauxval(AT_RANDOM) != 0 && getauxval(AT_PHDR) != 0 && getauxval(AT_PHNUM) > 2);
  const unsigned char *r = (void *)getauxval(AT_RANDOM);
  int bits = 0;
  for (int i = 0; i < 16; i++) bits |= r[i];
  CHECK(bits != 0);
  CHECK(strstr((char *)getauxval(AT_EXECFN), "process") != NULL);
  extern char _start[];
  CHECK(getauxval(AT_ENTRY) == (uintptr_t)_start);
  CHECK(getauxval(AT_HWCAP) != 0);
#ifdef __aarch64__
  CHECK(strcmp((char *)getauxval(AT_PLATFORM), "aarch64") == 0);
  CHECK((getauxval(AT_HWCAP) & 3) == 3);
#endif
}
static void system_name(int argc, char **argv) {
  (void)argc, (void)argv;
  struct utsname u;
  MUST(uname(&u));
  puts(u.sysname), puts(u.machine);
  CHECK(strlen(u.release) > 2);
}

static void fork_loop(int argc, char **argv) {
  (void)argc, (void)argv;
  int right = 0, status;
  for (int i = 0; i < 200; i++) {
    pid_t pid = MUST(fork());
    if (pid == 0) _exit(getppid() > 0 ? i % 256 : 99);
    MUST(waitpid(pid, &status, 0));
    right += WIFEXITED(status) && WEXITSTATUS(status) == i % 256;
  }
  SHOW(right);
  int shared = 5;
  int *map = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  for (int i = 0; i < 8; i++)
    if (MUST(fork()) == 0) {
      shared = 7;
      for (int k = 0; k < 1000; k++) __atomic_fetch_add(map, 1, __ATOMIC_SEQ_CST);
      _exit(0);
    }
  while (wait(NULL) > 0) continue;
  SHOW(shared), SHOW(*map);
  CHECK(errno == ECHILD);
}
static void tree(int argc, char **argv) {
  (void)argc, (void)argv;
  int fds[2], depth = 0, status;
  MUST(pipe(fds));
  pid_t top = getpid();
  while (depth < 6) {
    pid_t pid = MUST(fork());
    if (pid) {
      MUST(waitpid(pid, &status, 0));
      break;
    }
    depth++;
  }
  dprintf(fds[1], "%d", depth);
  if (getpid() != top) _exit(depth);
  char text[32] = {0};
  MUST(read(fds[0], text, sizeof text - 1));
  puts(text);
  SHOW(WEXITSTATUS(status));
}

static void waits(int argc, char **argv) {
  (void)argc, (void)argv;
  int status;
  siginfo_t info;
  struct rusage usage;
  pid_t pid = MUST(fork());
  if (pid == 0) {
    usleep(50000);
    _exit(11);
  }
  SHOW(waitpid(pid, &status, WNOHANG));
  MUST(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
  SHOW(info.si_code), SHOW(info.si_status);
  CHECK(info.si_pid == pid);
  CHECK(wait4(pid, &status, 0, &usage) == pid);
  SHOW(WEXITSTATUS(status));
  CHECK(usage.ru_maxrss > 0);
  CHECK(waitpid(pid, &status, 0) == -1 && errno == ECHILD);
  CHECK(waitpid(-1, &status, 0x1000) == -1 && errno == EINVAL);
  CHECK(kill(pid, 0) == -1 && errno == ESRCH);
}

static void vforks(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile int seen = 0;
  int status;
  for (int i = 0; i < 50; i++) {
    pid_t pid = vfork();
    if (pid == 0) {
      seen = seen + 1;
      _exit(3);
    }
    MUST(waitpid(pid, &status, 0));
  }
  SHOW(seen), SHOW(WEXITSTATUS(status));
}
static int clone_body(void *arg) {
  *(volatile int *)arg = getpid() == (int)syscall(SYS_gettid) ? 21 : 22;
  return 17;
}
static void clones(int argc, char **argv) {
  (void)argc, (void)argv;
  static char stack[65536] __attribute__((aligned(16)));
  static volatile int value;
  int status;
  pid_t pid = MUST(clone(clone_body, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)&value));
  SHOW(value);
  MUST(waitpid(pid, &status, 0));
  SHOW(WEXITSTATUS(status));
  value = 0;
  pid = MUST(clone(clone_body, stack + sizeof stack, SIGCHLD, (void *)&value));
  MUST(waitpid(pid, &status, 0));
  SHOW(value), SHOW(WEXITSTATUS(status));
  pid_t parent_tid = 0, child_tid = 0;
  pid = MUST(clone(clone_body, stack + sizeof stack, CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                   (void *)&value, &parent_tid, NULL, &child_tid));
  MUST(waitpid(pid, &status, 0));
  CHECK(parent_tid == pid);
  SHOW(value);
}

static void spawning(int argc, char **argv) {
  (void)argc, (void)argv;
  pid_t pid;
  int status;
  char *const nothing[] = {(char *)"x", NULL};
  CHECK(posix_spawn(&pid, "/nonexistent/program", NULL, NULL, nothing, environ) == ENOENT);
  CHECK(posix_spawn(&pid, "/etc/passwd", NULL, NULL, nothing, environ) == EACCES);
  posix_spawn_file_actions_t acts;
  posix_spawn_file_actions_init(&acts);
  posix_spawn_file_actions_addopen(&acts, 9, "/nonexistent/file", O_RDONLY, 0);
  CHECK(posix_spawn(&pid, "/bin/true", &acts, NULL, nothing, environ) == ENOENT);
  char self[4096];
  ssize_t n = MUST(readlink("/proc/self/exe", self, sizeof self - 1));
  self[n] = 0;
  CHECK(strstr(self, "process") != NULL);
  char *const args[] = {self, (char *)"arguments", (char *)"a b", (char *)"", NULL};
  char *const env[] = {(char *)"XT_SPAWNED=1", (char *)"XT_EMPTY=", NULL};
  int spawned = posix_spawn(&pid, self, NULL, NULL, args, env);
  MUST(waitpid(pid, &status, 0));
  SHOW(spawned);
  SHOW(status);
}
static void execs(int argc, char **argv) {
  (void)argc, (void)argv;
  char *const args[] = {(char *)"other name", (char *)"leave", (char *)"33", NULL};
  CHECK(execv("/nonexistent/program", args) == -1 && errno == ENOENT);
  CHECK(execv("/", args) == -1 && errno == EACCES);
  CHECK(execv("/etc/passwd/x", args) == -1 && errno == ENOTDIR);
  int status;
  pid_t pid = MUST(fork());
  if (pid == 0) {
    execv("/proc/self/exe", args);
    _exit(1);
  }
  MUST(waitpid(pid, &status, 0));
  SHOW(WEXITSTATUS(status));
  int fds[2];
  MUST(pipe2(fds, O_CLOEXEC));
  pid = MUST(fork());
  if (pid == 0) {
    dup2(fds[1], 1);
    char *const again[] = {(char *)"p", (char *)"arguments", NULL};
    execve("/proc/self/exe", again, (char *const[]){(char *)"XT_A=b", NULL});
    _exit(1);
  }
  close(fds[1]);
  char text[256] = {0};
  for (ssize_t at = 0, got; (got = read(fds[0], text + at, sizeof text - 1 - at)) > 0;) at += got;
  MUST(waitpid(pid, &status, 0));
  fputs(text, stdout);
  SHOW(status);
}
static void script(int argc, char **argv) {
  (void)argc, (void)argv;
  char path[] = "/tmp/xt-scriptXXXXXX";
  int fd = MUST(mkstemp(path)), status;
  dprintf(fd, "#!/bin/sh -e\necho \"script $1 $#\"\nexit 6\n");
  MUST(fchmod(fd, 0755));
  close(fd);
  pid_t pid = MUST(fork());
  if (pid == 0) {
    execl(path, path, "one", "two", (char *)NULL);
    _exit(1);
  }
  MUST(waitpid(pid, &status, 0));
  SHOW(WEXITSTATUS(status));
  unlink(path);
}

static void identity(int argc, char **argv) {
  (void)argc, (void)argv;
  CHECK(getpid() == syscall(SYS_gettid) && getpgid(0) == getpgrp());
  // In a session of its own, as the leader of an inherited one may be outside of this PID namespace (then 0).
  pid_t child = MUST(fork());
  if (child == 0) _exit(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid() ? 0 : 1);
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  char name[16] = {0};
  MUST(prctl(PR_GET_NAME, name));
  puts(name);
  MUST(prctl(PR_SET_NAME, "renamed"));
  int fd = MUST(open("/proc/self/comm", O_RDONLY));
  ssize_t n = MUST(read(fd, name, sizeof name));
  printf("%.*s", (int)n, name);
  mode_t old = umask(027);
  SHOW(umask(old));
  SHOW(prctl(PR_SET_DUMPABLE, 1)), SHOW(prctl(PR_GET_DUMPABLE));
  SHOW(prctl(PR_SET_PDEATHSIG, SIGTERM));
  SHOW(setpriority(PRIO_PROCESS, 0, 5)), SHOW(getpriority(PRIO_PROCESS, 0));
  struct rlimit limit;
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 64;
  MUST(setrlimit(RLIMIT_NOFILE, &limit));
  CHECK(fcntl(0, F_DUPFD, 64) == -1 && errno == EINVAL);
  cpu_set_t cpus;
  CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 0);
  CHECK(syscall(SYS_getcpu, &n, NULL, NULL) == 0);
  CHECK(syscall(9999) == -1 && errno == ENOSYS);
}
static void consumed(int argc, char **argv) {
  (void)argc, (void)argv;
  struct timespec a, b;
  MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a));
  for (volatile long i = 0; i < 3000000; i++) continue;
  MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b));
  CHECK(b.tv_sec > a.tv_sec || b.tv_nsec > a.tv_nsec);
  struct rusage usage;
  MUST(getrusage(RUSAGE_SELF, &usage));
  CHECK(usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec > 0);
  struct tms t;
  CHECK(times(&t) > 0);
  SHOW(sysconf(_SC_CLK_TCK)), SHOW(sysconf(_SC_PAGESIZE));
}

static const struct test TESTS[] = {
    {"arguments", arguments}, {"leave", leave}, {"leave_normally", leave_normally}, {"auxiliary", auxiliary},
    {"system_name", system_name}, {"fork_loop", fork_loop}, {"tree", tree}, {"waits", waits}, {"vforks", vforks},
    {"clones", clones}, {"spawning", spawning}, {"execs", execs}, {"script", script}, {"identity", identity},
    {"consumed", consumed},
};
TEST_MAIN(TESTS)
