// Processes: spawning and its errors, scripts, deaths, stops.
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

extern char **environ;

static int status_of(pid_t child) {
  int status = -1;
  MUST(waitpid(child, &status, 0));
  return status;
}

static void spawning(const char *self) {
  pid_t child;
  char *const words[] = {"own name", "child", "b c", NULL};
  SHOW(posix_spawn(&child, "/nonexistent", NULL, NULL, words, environ) == ENOENT);
  SHOW(posix_spawn(&child, "/etc/passwd", NULL, NULL, words, environ) == EACCES);
  // The child writes when it likes: nothing is written here before it has ended.
  int spawned = posix_spawn(&child, self, NULL, NULL, words, environ);
  int status = status_of(child);
  SHOW(spawned);
  SHOW(WEXITSTATUS(status));
}

static void write_script(const char *path, const char *interpreter, const char *argument) {
  FILE *file = fopen(path, "w");
  fprintf(file, "#!%s%s%s\n", interpreter, *argument ? " " : "", argument);
  fclose(file);
  MUST(chmod(path, 0755));
}

static void run(const char *path) {
  pid_t child = fork();
  if (child == 0) {
    execl(path, "zero", "one", (char *)NULL);
    _exit(99);
  }
  SHOW(WEXITSTATUS(status_of(child)));
}

static void scripts(const char *self) {
  char folder[] = "/tmp/xemu-children-XXXXXX";
  MUST(mkdtemp(folder) ? 0 : -1);
  MUST(chdir(folder));
  write_script("first", self, "child");
  run("./first");
  char first[128];
  snprintf(first, sizeof first, "%s/first", folder);
  write_script("second", first, "");
  run("./second");
  MUST(chmod("first", 0644));
  SHOW(execl("./first", "x", (char *)NULL));
  SHOW(execl("/tmp", "x", (char *)NULL));
  SHOW(execl("", "x", (char *)NULL));
  unlink("first"), unlink("second");
  MUST(chdir("/"));
  rmdir(folder);
}

static void by_descriptor(const char *self) {
  char *const words[] = {"own name", "child", "by descriptor", NULL};
  int fd = open(self, O_RDONLY | O_CLOEXEC);
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_execveat, fd, "", words, environ, AT_EMPTY_PATH);
    _exit(99);
  }
  SHOW(WEXITSTATUS(status_of(child)));
  SYS(execveat, AT_FDCWD, "/nonexistent", words, environ, 0);
  SYS(execveat, AT_FDCWD, self, words, environ, 0x8), SYS(execveat, -1, "x", words, environ, 0);
  SYS(execveat, AT_FDCWD, NOWHERE, words, environ, 0);
}

static void deaths(void) {
  static const int signals[] = {SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGUSR2, SIGFPE};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_DUMPABLE, 0);
      raise(signals[i]);
      _exit(0);
    }
    SHOW(WTERMSIG(status_of(child)));
  }
}

static void stops(void) {
  pid_t child = fork();
  if (child == 0) {
    raise(SIGSTOP);
    _exit(1);
  }
  int status = 0;
  MUST(waitpid(child, &status, WUNTRACED));
  SHOW(WIFSTOPPED(status));
  MUST(kill(child, SIGCONT));
  SHOW(WEXITSTATUS(status_of(child)));
  signal(SIGCHLD, SIG_IGN);
  child = fork();
  if (child == 0) _exit(0);
  SHOW(waitpid(child, &status, 0));
  signal(SIGCHLD, SIG_DFL);
}

// An ignored fault signal stays ignored over an exec, until a fault comes.
static void inherited(const char *self) {
  pid_t child = fork();
  if (child == 0) {
    signal(SIGSEGV, SIG_IGN), signal(SIGUSR1, SIG_IGN);
    execl(self, "zero", "ignored", (char *)NULL);
    _exit(99);
  }
  SHOW(WEXITSTATUS(status_of(child)));
}

static int is_ignored(int sig) {
  struct sigaction action;
  MUST(sigaction(sig, NULL, &action));
  return action.sa_handler == SIG_IGN;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc > 1 && strcmp(argv[1], "child") == 0) {
    printf("child: %d arguments, last %s\n", argc - 1, argv[argc - 1]);
    return 9;
  }
  if (argc > 1 && strcmp(argv[1], "ignored") == 0) {
    return is_ignored(SIGSEGV) * 4 + is_ignored(SIGUSR1) * 2 + is_ignored(SIGBUS);
  }
  char self[4096] = "";
  MUST(readlink("/proc/self/exe", self, sizeof self - 1));
  spawning(self);
  scripts(self);
  by_descriptor(self);
  deaths();
  stops();
  inherited(self);
  char name[17] = "";
  int fd = open("/proc/self/comm", O_RDONLY);
  MUST(read(fd, name, 16));
  CHECK(strncmp(strrchr(self, '/') + 1, name, 8) == 0);
  return 0;
}
