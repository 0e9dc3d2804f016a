// A program that dies in one of two threads, by itself or by a signal from outside, leaves a core file of this
// machine, as it should be, and its parent is told.
#include "check.h"

#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int secret = 0x5ec2e7;

static void *wait_here(void *argument) {
  pause();
  return argument;
}

static void with_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, wait_here, NULL);
  usleep(20000);
  secret = 0x12345678;
}
static void fault(void) { *(volatile int *)8 = 1; }
static void work(void) {
  for (volatile long i = 0;; i++) continue;
}
static void rest(void) {
  for (;;) pause();
}

// How it dies, and of what; 0 for its own fault.
static const struct {
  const char *name;
  void (*die)(void);
  int signal;
} ways[] = {{"fault", fault, 0}, {"quit at work", work, SIGQUIT}, {"quit at rest", rest, SIGQUIT},
            {"abort", rest, SIGABRT}, {"sys", work, SIGSYS}, {"cpu", rest, SIGXCPU}, {"segv", work, SIGSEGV},
            {"own abort", abort, 0}};

// Whether a process may mount, which the emulator needs so that the kernel tells of a core file.
static int may_mount(void) {
  pid_t pid = fork();
  if (pid == 0) {
    pthread_t thread;
    pthread_create(&thread, NULL, wait_here, NULL);
    _exit(unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
          mount("x", ".", "tmpfs", 0, NULL));
  }
  int status = 1;
  waitpid(pid, &status, 0);
  return status == 0;
}

// The kernel's own file has a name that a pattern says, or none; the emulator's has one of two.
static const char *core_of(pid_t pid, char *name) {
  sprintf(name, "core.%d", pid);
  if (access(name, F_OK)) strcpy(name, "core");
  return name;
}

static void examine(const char *path, int signal) {
  int file = MUST(open(path, O_RDONLY));
  struct stat status;
  MUST(fstat(file, &status));
  char *core = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  Elf64_Ehdr *header = (void *)core;
  int notes[5] = {0}, found = 0;
  if (memcmp(core, ELFMAG, 4) || header->e_type != ET_CORE) puts("no core file");
  if (header->e_machine != EM_AARCH64) puts("of another machine");
  Elf64_Phdr *segment = (void *)(core + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++, segment++) {
    unsigned long offset = (unsigned long)&secret - segment->p_vaddr;
    if (segment->p_type == PT_LOAD && offset < segment->p_filesz)
      found = *(int *)(core + segment->p_offset + offset) == 0x12345678;
    if (segment->p_type != PT_NOTE) continue;
    char *at = core + segment->p_offset, *end = at + segment->p_filesz;
    while (at < end) {
      Elf64_Nhdr *note = (void *)at;
      char *content = at + sizeof *note + (note->n_namesz + 3) / 4 * 4;
      if (note->n_type == NT_PRSTATUS && note->n_descsz == 392) notes[0]++;
      if (note->n_type == NT_FPREGSET && note->n_descsz == 528) notes[1]++;
      if (note->n_type == NT_PRPSINFO && note->n_descsz == 136) notes[2]++;
      if (note->n_type == NT_SIGINFO) notes[3] = ((siginfo_t *)content)->si_signo;
      if (note->n_type == NT_FILE && strstr(content + 40, "cores")) notes[4]++;
      if (note->n_type == NT_FILE)
        for (char *c = content; c + 5 < content + note->n_descsz; c++)
          if (memcmp(c, "cores", 5) == 0) notes[4] = 1;
      at = content + (note->n_descsz + 3) / 4 * 4;
    }
  }
  if (!found) puts("the memory is not there");
  if (notes[0] != 2 || notes[1] != 2 || notes[2] != 1 || notes[3] != signal || notes[4] != 1)
    printf("notes: %d %d %d %d %d\n", notes[0], notes[1], notes[2], notes[3], notes[4]);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  char folder[] = "/tmp/xemu-cores-XXXXXX", name[64];
  MUST(mkdtemp(folder) ? 0 : -1);
  MUST(chdir(folder));
  struct rlimit limit = {0, RLIM_INFINITY};
  getrlimit(RLIMIT_CORE, &limit);
  int tells = may_mount();
  for (int wanted = 0; wanted < 2; wanted++)
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
      int ready[2];
      char c;
      MUST(pipe(ready));
      pid_t pid = fork();
      if (pid == 0) {
        limit.rlim_cur = wanted ? limit.rlim_max : 0;
        setrlimit(RLIMIT_CORE, &limit);
        // Shells let what they run in the background ignore some.
        if (ways[way].signal) signal(ways[way].signal, SIG_DFL);
        with_thread();
        if (write(ready[1], "x", 1) != 1) _exit(1);
        ways[way].die();
      }
      MUST(read(ready[0], &c, 1)), close(ready[0]), close(ready[1]);
      if (ways[way].signal) usleep(10000), kill(pid, ways[way].signal);
      int status;
      MUST(waitpid(pid, &status, 0));
      printf("%s: %d\n", ways[way].name, WTERMSIG(status));
      if (!wanted) CHECK(!WCOREDUMP(status));
      core_of(pid, name);
#ifdef __aarch64__
      char pattern[256] = "|";
      int file = open("/proc/sys/kernel/core_pattern", O_RDONLY);
      if (file >= 0 && read(file, pattern, sizeof pattern - 1) < 0) pattern[0] = '/';
      close(file);
      int ours = pattern[0] == '|' || strncmp(pattern, "core\n", 5) == 0;
      if (wanted && limit.rlim_max >= 1 << 20 && ours) {
        examine(name, ways[way].signal ? ways[way].signal : WTERMSIG(status));
        if (tells && !WCOREDUMP(status)) puts("its parent was not told");
      }
      if (!wanted && access(name, F_OK) == 0) puts("a core file without being wanted");
#endif
      unlink(name);
    }
  return rmdir(folder);
}
