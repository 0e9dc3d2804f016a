// What a process sees of itself and of its child in /proc, and the clocks that need no kernel.
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

static char text[1 << 20];

static const char *contents(int folder, const char *path) {
  int file = MUST(openat(folder, path, O_RDONLY));
  long length = 0, n;
  while ((n = read(file, text + length, sizeof text - 1 - length)) > 0) length += n;
  text[length] = 0;
  close(file);
  return text;
}

static const char *line(const char *key) {
  const char *at = strstr(text, key);
  return at ? at + strlen(key) : "";
}

static int is_own(int folder, const char *path) {
  char target[4096] = "";
  if (readlinkat(folder, path, target, sizeof target - 1) == -1) return 0;
  return strstr(target, "procfs") != NULL;
}

static void program(void) {
  char path[64];
  int folder = MUST(open("/proc/self", O_RDONLY | O_DIRECTORY));
  CHECK(is_own(AT_FDCWD, "/proc/self/exe") && is_own(AT_FDCWD, "/proc/thread-self/exe"));
  snprintf(path, sizeof path, "/proc/%d/task/%d/exe", getpid(), getpid());
  CHECK(is_own(AT_FDCWD, path));
  CHECK(is_own(folder, "exe"));
  struct stat by_link, by_name;
  MUST(fstatat(folder, "exe", &by_link, 0));
  MUST(stat("/proc/self/exe", &by_name));
  CHECK(by_link.st_ino == by_name.st_ino);
  CHECK(strstr(contents(folder, "comm"), "procfs"));
  CHECK(strstr(contents(folder, "cmdline"), "procfs"));
  prctl(PR_SET_NAME, "another");
  printf("%s", contents(AT_FDCWD, "/proc/thread-self/comm"));
  contents(folder, "auxv");
  unsigned long *pair = (unsigned long *)text;
  while (pair[0] && pair[0] != AT_ENTRY) pair += 2;
  CHECK(pair[1] == getauxval(AT_ENTRY));
  CHECK(strstr(contents(folder, "environ"), "="));
}

// Whether the text lists the program's memory and none but its own.
static int is_memory(const char *text) {
  return strstr(text, "procfs") && strstr(text, "stack") && !strstr(text, "/xemu-aarch64\n");
}

static void memory(char **argv) {
  int folder = MUST(open("/proc/self", O_RDONLY | O_DIRECTORY));
  CHECK(is_memory(contents(folder, "maps")));
  CHECK(is_memory(contents(AT_FDCWD, "/proc/self/smaps")));
  CHECK(line("Rss:")[0] && line("VmFlags:")[0]);
  contents(folder, "smaps_rollup");
  CHECK(line("[rollup]")[0] && atol(line("Rss:")) > 0 && atol(line("Rss:")) < 100000);
  CHECK(is_memory(contents(AT_FDCWD, "/proc/self/numa_maps")));
  MUST(chdir("/proc/self"));
  CHECK(is_memory(contents(AT_FDCWD, "maps")));
  MUST(chdir("/"));
  contents(folder, "statm");
  long total = atol(text), resident = atol(strchr(text, ' '));
  CHECK(total > 50 && total < 50000 && resident > 0 && resident <= total);
  contents(folder, "stat");
  unsigned long field[53] = {0};
  char *at = strrchr(text, ')') + 4;
  for (int i = 4; i < 53; i++) field[i] = strtoul(at, &at, 10);
  CHECK(field[23] == (unsigned long)total * 4096);
  CHECK(field[26] <= (unsigned long)&memory && (unsigned long)&memory < field[27]);
  CHECK(field[28] <= (unsigned long)argv && field[48] == (unsigned long)argv[0]);
  CHECK(field[47] <= (unsigned long)sbrk(0));
  argv[0][0] = 'X';
  CHECK(contents(folder, "cmdline")[0] == 'X');
}

static void handler(int signal) { (void)signal; }
static void *wait_here(void *argument) {
  pause();
  return argument;
}

static void status(void) {
  contents(AT_FDCWD, "/proc/self/status");
  printf("handlers %.17s\n", line("SigCgt:"));
  signal(SIGUSR1, handler), signal(SIGSEGV, handler), signal(SIGPIPE, SIG_IGN);
  pthread_t thread;
  pthread_create(&thread, NULL, wait_here, NULL);
  contents(AT_FDCWD, "/proc/self/status");
  CHECK(strtoul(line("SigCgt:"), NULL, 16) & 1 << (SIGSEGV - 1));
  CHECK(strtoul(line("SigIgn:"), NULL, 16) & 1 << (SIGPIPE - 1));
  CHECK(atol(line("VmSize:")) < 400000 && atol(line("VmRSS:")) <= atol(line("VmSize:")));
  SHOW(atol(line("Threads:")));
}

static void descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  struct dirent *entry;
  while ((entry = readdir(folder)))
    if (atoi(entry->d_name) > 2 && atoi(entry->d_name) != dirfd(folder))
      printf("descriptor %s\n", entry->d_name);
  closedir(folder);
}

// Every entry is a line of the process's own memory.
static void mapped_files(void) {
  contents(AT_FDCWD, "/proc/self/maps");
  DIR *folder = opendir("/proc/self/map_files");
  struct dirent *entry;
  int found = 0, unknown = 0;
  while ((entry = readdir(folder))) {
    unsigned long start, end;
    if (sscanf(entry->d_name, "%lx-%lx", &start, &end) != 2) continue;
    char name[64];
    snprintf(name, sizeof name, "%08lx-%08lx ", start, end);
    found++, unknown += strstr(text, name) == NULL;
  }
  closedir(folder);
  CHECK(found > 0);
  SHOW(unknown);
}

// What a process sees of another: the other's program and memory.
static void other(pid_t pid) {
  char path[64], line_of[4096];
  static const char *const lists[] = {"maps", "smaps", "numa_maps", "task/%d/maps"};
  for (int i = 0; i < 4; i++) {
    char entry[64];
    snprintf(entry, sizeof entry, lists[i], pid), snprintf(path, sizeof path, "/proc/%d/%s", pid, entry);
    printf("%s: %d\n", lists[i], is_memory(contents(AT_FDCWD, path)) || (i == 2 && strstr(text, "procfs") != NULL));
  }
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  contents(AT_FDCWD, path);
  int code = 0, data = 0;
  for (char *at = text; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
    sscanf(at, "%4095[^\n]", line_of);
    unsigned long start = strtoul(line_of, NULL, 16), end = strtoul(strchr(line_of, '-') + 1, NULL, 16);
    int is_code = strstr(line_of, " r-xp ") != NULL;
    if (start <= (unsigned long)&other && (unsigned long)&other < end) code = is_code;
    if (start <= (unsigned long)text && (unsigned long)text < end) data = strstr(line_of, " rw-p ") != NULL;
  }
  CHECK(code && data && strstr(text, "[vdso]"));
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  contents(AT_FDCWD, path);
  long total = atol(text), resident = atol(strchr(text, ' '));
  CHECK(total > 50 && total < 50000 && resident > 0 && resident <= total);
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  contents(AT_FDCWD, path);
  CHECK(atol(line("VmSize:")) == total * 4 && strstr(text, "another"));
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  contents(AT_FDCWD, path);
  unsigned long size = 0;
  sscanf(strrchr(text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %lu", &size);
  CHECK(size == (unsigned long)total * 4096 && strstr(text, "(another)"));
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  contents(AT_FDCWD, path);
  CHECK(line("[rollup]")[0] && atol(line("Rss:")) > 0 && atol(line("Rss:")) < 100000);
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  static volatile long shown = 77;
  long seen = 0;
  int memory = open(path, O_RDONLY);
  if (memory >= 0) CHECK(pread(memory, &seen, sizeof seen, (off_t)&shown) == sizeof seen && seen == 77), close(memory);
}

static void child(void) {
  pid_t pid = fork();
  if (pid == 0) {
    pause();
    _exit(0);
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  CHECK(is_own(AT_FDCWD, path));
  snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
  CHECK(strstr(contents(AT_FDCWD, path), "procfs"));
  other(pid);
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

// What the vdso says agrees with the kernel.
static void clocks(void) {
  for (int id = 0; id < 8; id++) {
    struct timespec before, now, after;
    if (syscall(SYS_clock_gettime, id, &before) == -1) continue;
    MUST(clock_gettime(id, &now));
    syscall(SYS_clock_gettime, id, &after);
    long early = (now.tv_sec - before.tv_sec) * 1000000000 + now.tv_nsec - before.tv_nsec;
    long late = (after.tv_sec - now.tv_sec) * 1000000000 + after.tv_nsec - now.tv_nsec;
    if (early < 0 || late < 0 || now.tv_nsec >= 1000000000) printf("clock %d is wrong\n", id);
  }
  struct timeval now;
  struct timespec before, after;
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &before);
  SHOW(gettimeofday(&now, NULL));
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &after);
  long earliest = before.tv_sec * 1000000 + before.tv_nsec / 1000;
  long between = now.tv_sec * 1000000 + now.tv_usec;
  CHECK(earliest <= between && between <= after.tv_sec * 1000000 + after.tv_nsec / 1000);
  struct timezone zone;
  SHOW(gettimeofday(&now, &zone));
  SHOW(syscall(SYS_clock_gettime, 99, &now) == -1 && errno == EINVAL);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int i = 3; i < 1024; i++) close(i);
  program();
  descriptors();
  for (int i = 3; i < 20; i++) close(i);
  memory(argv);
  mapped_files();
  status();
  child();
  clocks();
  return argc == 0;
}
