// execve in all its forms: by name, descriptor, memory, scripts, from threads, and what fails.
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;
static char folder[] = "/tmp/xemu-executions-XXXXXX";
static char *const words[] = {"zero", "child", "a", NULL};

static const char *last(const char *path) { return strrchr(path, '/') ? strrchr(path, '/') : path; }

// The program as it finds itself.
static int child(int argc, char **argv) {
  char exe[4096] = "", name[20] = "";
  if (readlink("/proc/self/exe", exe, sizeof exe - 1) == -1) strcpy(exe, "unknown");
  prctl(PR_GET_NAME, name);
  const char *executed = (char *)getauxval(AT_EXECFN);
  // Kernels differ in the name of what is executed by a descriptor.
  if (strncmp(executed, "/dev/fd", 7) == 0) strcpy(name, "of a file");
  else executed = last(executed);
  printf("%d words, %s %s, file %s, name %s, executed as %s\n", argc, last(argv[0]),
         argc > 2 ? last(argv[2]) : "", strstr(exe, "memfd") ? exe : last(exe), name, executed);
  for (int i = 3; i < 20; i++)
    if (fcntl(i, F_GETFD) != -1) printf("descriptor %d is open\n", i);
  return 7;
}

static int inherited(void) {
  struct sigaction action;
  sigset_t blocked, pending;
  sigprocmask(SIG_BLOCK, NULL, &blocked), sigpending(&pending);
  for (int i = 1; i < 65; i++) {
    if (i == 32 || i == 33 || sigaction(i, NULL, &action)) continue;
    if (action.sa_handler) printf("%d: %s\n", i, action.sa_handler == SIG_IGN ? "ignored" : "handled");
    if (!sigismember(&blocked, i)) printf("%d: open\n", i);
    if (sigismember(&pending, i)) printf("%d: pending\n", i);
  }
  return 0;
}

static void copy(const char *from, const char *to) {
  static char buffer[65536];
  int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  long n;
  while ((n = read(in, buffer, sizeof buffer)) > 0)
    if (write(out, buffer, n) != n) exit(2);
  close(in), close(out);
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  fputs(text, file);
  fclose(file);
  MUST(chmod(path, 0755));
}

static void report(const char *what, pid_t pid) {
  int status = -1;
  MUST(waitpid(pid, &status, 0));
  printf("%s: %s %d\n", what, WIFEXITED(status) ? "status" : "signal",
         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

// Runs the statements in a child, which should end in an exec.
#define TRY(what, ...)                         \
  do {                                         \
    pid_t pid_ = fork();                       \
    if (pid_ == 0) {                           \
      __VA_ARGS__;                             \
      printf("%s\n", strerror(errno));         \
      _exit(99);                               \
    }                                          \
    report(what, pid_);                        \
  } while (0)

static int opened(const char *path, int flags) { return MUST(open(path, flags)); }
static int in_memory(unsigned flags) {
  int file = MUST(memfd_create("mem", flags));
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  copy("prog", name);
  return file;
}
static int execat(int folder, const char *path, int flags) {
  return syscall(SYS_execveat, folder, path, words, environ, flags);
}

static void by_descriptor(void) {
  TRY("open", fexecve(opened("prog", O_RDONLY), words, environ));
  TRY("closed on exec", fexecve(opened("prog", O_RDONLY | O_CLOEXEC), words, environ));
  TRY("only a path", execat(opened("prog", O_PATH | O_CLOEXEC), "", AT_EMPTY_PATH));
  TRY("in a folder", execat(opened(".", O_DIRECTORY), "prog", 0));
  TRY("in a closed folder", execat(opened(".", O_DIRECTORY | O_CLOEXEC), "prog", 0));
  TRY("a link", execat(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW));
  TRY("memory", fexecve(in_memory(MFD_CLOEXEC), words, environ));
  TRY("removed", copy("prog", "gone"); int file = opened("gone", O_RDONLY | O_CLOEXEC);
      unlink("gone"); fexecve(file, words, environ));
}

static void scripts(void) {
  char text[200];
  snprintf(text, sizeof text, "#!%s/prog child\n", folder);
  write_file("script", text);
  TRY("script", execv("./script", words));
  TRY("open script", fexecve(opened("script", O_RDONLY), words, environ));
  TRY("closed script", fexecve(opened("script", O_RDONLY | O_CLOEXEC), words, environ));
  write_file("native", "#!/bin/sh\nexit 4\n");
  TRY("native script", execv("./native", words));
  write_file("missing", "#!/nonexistent\n");
  TRY("missing interpreter", execv("./missing", words));
  snprintf(text, sizeof text, "#!%s/loop\n", folder);
  write_file("loop", text);
  TRY("loop", execv("./loop", words));
}

static void failures(void) {
  write_file("text", "hi");
  TRY("text", execv("./text", words));
  write_file("empty", "");
  TRY("empty", execv("./empty", words));
  // Only where the kernel can be asked: else the emulator cannot know.
  if (execat(AT_FDCWD, "prog", 0x10000) == 0)
    TRY("busy", opened("prog", O_RDWR); execv("./prog", words));
  TRY("folder", execv(".", words));
  TRY("no path", syscall(SYS_execve, NULL, words, environ));
  TRY("no words", syscall(SYS_execve, "./prog", (void *)8, environ));
  copy("prog", "short");
  MUST(truncate("short", 100));
  TRY("cut off", execv("./short", words));
  TRY("a long word", char *word = calloc(1, 200000); memset(word, 'x', 199999);
      char *list[] = {"a", word, NULL}; execv("./prog", list));
}

static void *exec_here(void *argument) {
  execv(argument, words);
  return argument;
}
static void *spin(void *argument) {
  for (;;) sched_yield();
  return argument;
}

static void from_threads(void) {
  pthread_t thread;
  TRY("thread", pthread_create(&thread, NULL, spin, NULL);
      pthread_create(&thread, NULL, exec_here, "./prog"); pthread_join(thread, NULL));
  TRY("beside threads", pthread_create(&thread, NULL, spin, NULL); execv("./prog", words));
  char *list[] = {"s", "inherited", NULL};
  TRY("signals", signal(SIGUSR1, SIG_IGN); signal(SIGSEGV, SIG_IGN); signal(SIGUSR2, exit);
      sigset_t all; sigfillset(&all); sigprocmask(SIG_SETMASK, &all, NULL); raise(SIGTERM);
      raise(SIGRTMIN); raise(SIGILL); execv("./prog", list));
}

// Where there is no /proc. A host's program that is linked dynamically could not run there.
static void in_root(void) {
#ifdef __aarch64__
  if (geteuid() == 0) {
    write_file("rooted", "#!/prog child\n");
    pid_t pid = fork();
    if (pid == 0) {
      MUST(chroot(".") | chdir("/"));
      pid_t inner = fork();
      if (inner == 0) execv("/rooted", words);
      int status;
      waitpid(inner, &status, 0);
      _exit(WEXITSTATUS(status));
    }
    int status;
    waitpid(pid, &status, 0);
    if (WEXITSTATUS(status) != 7) puts("nothing runs in another root");
  }
#endif
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc == 1 && !*argv[0]) return puts("no words"), 0;
  if (argc > 1 && strcmp(argv[1], "child") == 0) {
    return access("/proc/self", F_OK) ? 7 : child(argc, argv);
  }
  if (argc > 1 && strcmp(argv[1], "inherited") == 0) return inherited();
  for (int i = 3; i < 300; i++) close(i);
  char self[4096] = "";
  MUST(readlink("/proc/self/exe", self, sizeof self - 1));
  MUST(mkdtemp(folder) ? 0 : -1);
  MUST(chdir(folder));
  copy(self, "prog");
  MUST(symlink("prog", "link"));
  char *none[] = {NULL};
  TRY("by name", execv("./prog", words));
  TRY("by a link", execv("./link", words));
  TRY("without words", execv("./prog", none));
  by_descriptor();
  scripts();
  failures();
  from_threads();
  in_root();
  execl("/bin/rm", "rm", "-r", folder, (char *)NULL);
  return 1;
}
