// The survey of memory: what can be mapped, moved, advised, locked and shared, and code that changes.
//
//   mmap: kinds, flags, errors, MAP_FIXED, MAP_FIXED_NOREPLACE          memory.c: mapping
//   hints: free, taken, odd, low, beyond                                hints
//   MAP_GROWSDOWN                                                       sharing.c: growing; grows here
//   MAP_HUGETLB, huge pages behind ordinary memory                      huge
//   MAP_SHARED between processes, over fork and by descriptor           shared
//   memfd with its seals                                                sealing
//   SIGBUS behind a file's end, also when it shrinks                    file_ends (and signalling.c: faults)
//   mremap: each flag                                                   memory.c: moving; remapped here
//   madvise: each advice                                                memory.c: advising; advised here
//   mlock, mlock2, mlockall, limits of it                               locked (and memory.c: protecting)
//   mprotect                                                            memory.c: protecting; protected here
//   userfaultfd                                                         memory.c: user_faults
//   System V shared memory                                              ipc.c; attached here
//   brk                                                                 memory.c: moving
//   RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK                                limited
//   PR_SET_VMA, PR_SET_THP_DISABLE, PR_SET_MDWE, PR_SET_PTRACER         named (MDWE: processes.c)
//   changed code: rewritten in place, through a second mapping, by another thread, by another process,
//     by read, by mprotect, by mremap, by mmap over it, by MADV_DONTNEED   changed_code
//   PR_SET_MM                                                           shown
//   what an exec keeps of limits and PR_SET_MDWE                         kept
//   pointers that are bad                                               bad_pointers
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { PAGE = 4096 };
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
#define RWX (RW | PROT_EXEC)

static char *pages(int n) {
  char *map = mmap(NULL, n * PAGE, RW, ANON, -1, 0);
  MUST(map == MAP_FAILED ? -1 : 0);
  return map;
}

static sigjmp_buf back;
static volatile int fault_signal, fault_code;
void *volatile fault_at;
static void faulted(int sig, siginfo_t *info, void *context) {
  (void)context, fault_signal = sig, fault_code = info->si_code, fault_at = info->si_addr;
  siglongjmp(back, 1);
}
#define FAULTS(action)                                                                  \
  ({                                                                                    \
    fault_signal = fault_code = 0;                                                      \
    if (sigsetjmp(back, 1) == 0) action;                                                \
    printf("%s: signal %d code %d\n", #action, fault_signal, fault_code);               \
  })
static int reads(volatile char *at) {
  if (sigsetjmp(back, 1)) return 0;
  return (void)*at, 1;
}

static void hints(void) {
  char *room = pages(16);
  MUST(munmap(room, 16 * PAGE));
  CHECK(mmap(room + 4 * PAGE, PAGE, RW, ANON, -1, 0) == room + 4 * PAGE);
  CHECK(mmap(room + 6 * PAGE + 5, PAGE, RW, ANON, -1, 0) != MAP_FAILED);
  CHECK(mmap(room + 4 * PAGE, PAGE, RW, ANON, -1, 0) != room + 4 * PAGE);
  CHECK(mmap(room + 3 * PAGE, 2 * PAGE, RW, ANON, -1, 0) != room + 3 * PAGE);
  CHECK(mmap((void *)1, PAGE, RW, ANON, -1, 0) > (void *)PAGE);
  CHECK(mmap(BEYOND, PAGE, RW, ANON, -1, 0) != MAP_FAILED);
  CHECK(mmap((void *)-PAGE, PAGE, RW, ANON, -1, 0) != MAP_FAILED);
  CHECK(mmap((void *)0x100000, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == (void *)0x100000);
  MUST(munmap((void *)0x100000, PAGE));
  CHECK(mmap((void *)0x7000000000, PAGE, RW, ANON, -1, 0) == (void *)0x7000000000);
  MUST(munmap((void *)0x7000000000, PAGE));
  // All of many is somewhere of its own.
  char *many[300];
  for (int i = 0; i < 300; i++) many[i] = pages(1 + i % 3), many[i][0] = (char)i;
  int wrong = 0;
  for (int i = 0; i < 300; i++) wrong += many[i][0] != (char)i, munmap(many[i], (1 + i % 3) * PAGE);
  SHOW(wrong);
}

static void grows(void) {
  char *room = mmap(NULL, 600 * PAGE, PROT_NONE, ANON, -1, 0);
  MUST(munmap(room, 600 * PAGE));
  char *top = mmap(room + 590 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
  CHECK(top == room + 590 * PAGE);
  for (int i = 1; i < 100; i++) top[-i * PAGE] = (char)i;
  int sum = 0;
  for (int i = 1; i < 100; i++) sum += top[-i * PAGE];
  SHOW(sum), MUST(munmap(top - 100 * PAGE, 102 * PAGE));
}

static void huge(void) {
  // Whether there are any is the host's business; the answers are the same.
  char *map = mmap(NULL, 2 << 20, RW, ANON | MAP_HUGETLB, -1, 0);
  printf("huge pages: %s\n", map == MAP_FAILED ? strerror(errno) : "there"), map != MAP_FAILED && munmap(map, 2 << 20);
  map = mmap(NULL, 2 << 20, RW, ANON | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1, 0);
  printf("of 2 MiB: %s\n", map == MAP_FAILED ? strerror(errno) : "there"), map != MAP_FAILED && munmap(map, 2 << 20);
  CHECK(mmap(NULL, PAGE, RW, ANON | MAP_HUGETLB | 60 << MAP_HUGE_SHIFT, -1, 0) == MAP_FAILED);
  map = mmap(NULL, 8 << 20, RW, ANON, -1, 0);
  SHOW(madvise(map, 8 << 20, MADV_HUGEPAGE)), memset(map, 7, 8 << 20), SHOW(map[5 << 20]);
  SHOW(madvise(map, 8 << 20, MADV_NOHUGEPAGE)), SHOW(munmap(map + PAGE, 4 << 20)), SHOW(map[0]), SHOW(map[5 << 20]);
  MUST(munmap(map, 8 << 20));
}

static void shared(void) {
  _Atomic int *words = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int memory = MUST(syscall(SYS_memfd_create, "shared", 0));
  MUST(ftruncate(memory, 2 * PAGE));
  _Atomic int *file = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, memory, 0);
  pid_t child = MUST(fork());
  if (child == 0) {
    _Atomic int *again = mmap(NULL, PAGE, RW, MAP_SHARED, memory, PAGE);
    for (int i = 0; i < 10000; i++) atomic_fetch_add(words, 1), atomic_fetch_add(file + 5, 2);
    again[7] = 77, munmap((void *)file, 2 * PAGE), _exit(0);
  }
  for (int i = 0; i < 10000; i++) atomic_fetch_add(words, 1), atomic_fetch_add(file + 5, 2);
  MUST(waitpid(child, NULL, 0)), SHOW(*words), SHOW(file[5]), SHOW(file[PAGE / 4 + 7]);
  // Through /proc/PID/fd of another, and through its memory.
  int turn[2];
  MUST(pipe(turn)), child = MUST(fork());
  if (child == 0) file[6] = 66, (void)!write(turn[1], "x", 1), pause(), _exit(0);
  char c, path[64];
  MUST(read(turn[0], &c, 1)), sprintf(path, "/proc/%d/fd/%d", child, memory);
  int fd = MUST(open(path, O_RDWR)), value = 0;
  SHOW(pread(fd, &value, 4, 24)), SHOW(value), close(fd);
  sprintf(path, "/proc/%d/mem", child), fd = MUST(open(path, O_RDWR)), value = 88;
  SHOW(pwrite(fd, &value, 4, (off_t)(file + 8))), SHOW(file[8]), kill(child, SIGKILL), waitpid(child, NULL, 0);
  close(fd), close(memory), close(turn[0]), close(turn[1]);
}

static void sealing(void) {
  int fd = MUST(syscall(SYS_memfd_create, "sealed", MFD_ALLOW_SEALING));
  MUST(ftruncate(fd, 2 * PAGE)), SHOW(fcntl(fd, F_GET_SEALS)), SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
  SHOW(ftruncate(fd, PAGE)), SHOW(ftruncate(fd, 3 * PAGE)), SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  SHOW(ftruncate(fd, 4 * PAGE));
  char *map = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)), SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
  map[0] = 'x', SHOW(pwrite(fd, "y", 1, 0)), CHECK(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0) == MAP_FAILED);
  SHOW(errno), CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED), MUST(munmap(map, PAGE));
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)), map = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
  map[0] = 'z', SHOW(map[0]), SHOW(mprotect(map, PAGE, PROT_READ));
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL)), SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW)), SHOW(fcntl(fd, F_GET_SEALS));
  close(fd), fd = MUST(syscall(SYS_memfd_create, "not", 0)), SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW)), close(fd);
}

static void file_ends(void) {
  int fd = file_with("ends", "text");
  MUST(ftruncate(fd, 3 * PAGE));
  char *map = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0), *copy = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
  map[2 * PAGE] = 'a', copy[PAGE] = 'b';
  FAULTS((void)*(volatile char *)(map + 3 * PAGE)), CHECK(fault_at == map + 3 * PAGE);
  MUST(ftruncate(fd, PAGE + 10)), SHOW(reads(map + PAGE + 100)), SHOW(reads(map + 2 * PAGE));
  FAULTS(map[2 * PAGE + 9] = 1), CHECK(fault_at == map + 2 * PAGE + 9), FAULTS((void)*(volatile char *)(copy + 2 * PAGE));
  int fds[2];
  MUST(pipe(fds)), SHOW(write(fds[1], map + 2 * PAGE, 1)), SHOW(write(fds[1], map + 2 * PAGE - 1, 2));
  MUST(ftruncate(fd, 3 * PAGE)), SHOW(map[2 * PAGE]), SHOW(copy[PAGE]);
  munmap(map, 4 * PAGE), munmap(copy, 3 * PAGE), close(fd), close(fds[0]), close(fds[1]);
}

static void remapped(void) {
  char *map = pages(8);
  for (int i = 0; i < 8; i++) map[i * PAGE] = (char)('a' + i);
  CHECK(mremap(map + 2 * PAGE, PAGE, 2 * PAGE, 0) == MAP_FAILED);
  char *moved = mremap(map + 2 * PAGE, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
  SHOW(moved[0]), SHOW(reads(map + 2 * PAGE)), SHOW(map[3 * PAGE]), moved[2 * PAGE] = 5;
  // Over other mappings, which go.
  char *over = pages(4);
  memset(over, 'o', 4 * PAGE);
  CHECK(mremap(map + 4 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, over + PAGE) == over + PAGE);
  printf("%c%c%c%c\n", over[0], over[PAGE], over[2 * PAGE], over[3 * PAGE]), SHOW(reads(map + 4 * PAGE));
  // Memory of which part was protected is of two kinds.
  MUST(mprotect(over, PAGE, PROT_READ)), CHECK(mremap(over, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
  SHOW(errno == EFAULT || errno == EINVAL), CHECK(mremap(over, 4 * PAGE, 2 * PAGE, 0) == over), SHOW(reads(over + 2 * PAGE));
  munmap(map, 8 * PAGE), munmap(moved, 3 * PAGE), munmap(over, 2 * PAGE);
}

static void advised(void) {
  char *map = pages(8);
  int fd = file_with("advised", "of the file");
  MUST(ftruncate(fd, PAGE));
  memset(map, 'm', 8 * PAGE);
  char *file = mmap(map + 2 * PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
  strcpy(file, "of the copy"), SHOW(madvise(map, 4 * PAGE, MADV_DONTNEED)), puts(file), SHOW(map[0]), SHOW(map[4 * PAGE]);
  SHOW(madvise(map, 4 * PAGE, MADV_POPULATE_WRITE)), strcpy(file, "again"), SHOW(madvise(map, 8 * PAGE, MADV_COLD));
  SHOW(madvise(map, 8 * PAGE, MADV_PAGEOUT)), puts(file), SHOW(map[5 * PAGE]);
  char *mine = mmap(map + 2 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
  strcpy(mine, "shared"), SHOW(madvise(mine, PAGE, MADV_DONTNEED)), puts(mine), SHOW(madvise(mine, PAGE, MADV_REMOVE));
  SHOW(mine[0]), SHOW(madvise(mine, PAGE, MADV_FREE)), SHOW(madvise(map, PAGE, MADV_FREE));
  SHOW(mlock(map, PAGE)), SHOW(madvise(map, PAGE, MADV_DONTNEED)), SHOW(madvise(map, PAGE, 24)), SHOW(munlock(map, PAGE));
  munmap(map, 8 * PAGE), close(fd);
}

static long locked_now(void) {
  char text[4096] = "";
  int fd = MUST(open("/proc/self/status", O_RDONLY));
  MUST(read(fd, text, sizeof text - 1)), close(fd);
  return atol(strstr(text, "VmLck:") + 6);
}
static void locked(void) {
  char *map = pages(8);
  SHOW(locked_now()), SHOW(mlock(map, 3 * PAGE)), SHOW(locked_now()), SHOW(mlock2(map + 4 * PAGE, PAGE, MLOCK_ONFAULT));
  SHOW(locked_now()), SHOW(munlock(map, 8 * PAGE)), SHOW(locked_now()), SHOW(mlock2(map, PAGE, 2)), SHOW(mlock(map + 1, 1));
  SHOW(locked_now()), SHOW(munlock(map, 1)), munmap(map + PAGE, PAGE), SHOW(mlock(map, 3 * PAGE)), munlock(map, PAGE);
  pid_t child = MUST(fork());
  if (child == 0) {
    // What one may lock is limited, but for who may do all.
    struct rlimit little = {2 * PAGE, 2 * PAGE};
    setrlimit(RLIMIT_MEMLOCK, &little);
    if (geteuid() == 0 && (setgid(65534) || setuid(65534))) _exit(99);
    char *mine = pages(8);
    int first = mlock(mine, 2 * PAGE), second = mlock(mine, 3 * PAGE) == -1 ? errno : 0;
    munlock(mine, 8 * PAGE);
    int all = mlockall(MCL_CURRENT) == -1 ? errno : 0, none;
    little.rlim_cur = 0, setrlimit(RLIMIT_MEMLOCK, &little), none = mlock(mine, 1) == -1 ? errno : 0;
    printf("limited: %d %s, all: %s, none: %s\n", first, strerror(second), strerror(all), strerror(none)), fflush(stdout);
    _exit(0);
  }
  int status;
  MUST(waitpid(child, &status, 0)), SHOW(WEXITSTATUS(status)), child = MUST(fork());
  if (child == 0) {
    if (mlockall(MCL_FUTURE | MCL_ONFAULT) == 0) pages(4)[0] = 1;
    printf("future: %d\n", locked_now() >= 16 || errno == ENOMEM || errno == EPERM), munlockall(), fflush(stdout);
    _exit(locked_now() != 0);
  }
  MUST(waitpid(child, &status, 0)), SHOW(WEXITSTATUS(status)), munmap(map, 8 * PAGE);
}

static void protected(void) {
  char *map = pages(6);
  map[0] = 'p', SHOW(mprotect(map, 6 * PAGE, PROT_NONE)), SHOW(reads(map)), SHOW(mprotect(map, PAGE, PROT_READ));
  SHOW(map[0]), FAULTS(*map = 1), SHOW(mprotect(map, PAGE, PROT_WRITE)), map[0]++, SHOW(mprotect(map, 2 * PAGE, RW));
  SHOW(map[0]), FAULTS((void)*(volatile char *)(map + 2 * PAGE)), munmap(map, 6 * PAGE);
  int fd = file_with("read only", "text"), reader = MUST(open("read only", O_RDONLY));
  map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0), SHOW(mprotect(map, PAGE, RW)), munmap(map, PAGE);
  map = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, reader, 0), SHOW(mprotect(map, PAGE, RW)), map[0] = 'T', puts(map);
  munmap(map, PAGE), close(fd), close(reader);
}

static void attached(void) {
  int id = shmget(IPC_PRIVATE, 3 * PAGE, 0600 | IPC_CREAT);
  if (id == -1) return;
  char *first = shmat(id, NULL, 0), *second = shmat(id, NULL, SHM_RDONLY);
  CHECK(first != second), strcpy(first, "segment"), puts(second), FAULTS(*second = 1);
  pid_t child = MUST(fork());
  if (child == 0) strcpy(first, "of a child"), _exit(0);
  MUST(waitpid(child, NULL, 0)), puts(second), SHOW(shmctl(id, IPC_RMID, NULL)), puts(first), SHOW(shmdt(first));
  SHOW(shmdt(first)), SHOW(reads(first)), puts(second), SHOW(shmdt(second));
}

static void limited(void) {
  struct rlimit old, now;
  MUST(getrlimit(RLIMIT_AS, &old));
  pid_t child = MUST(fork());
  if (child == 0) {
    // As shells do for their children: `ulimit -v`.
    struct rlimit little = {300 << 20, old.rlim_max};
    SHOW(setrlimit(RLIMIT_AS, &little)), getrlimit(RLIMIT_AS, &now), CHECK(now.rlim_cur == little.rlim_cur);
    char *some = mmap(NULL, 100 << 20, RW, ANON | MAP_NORESERVE, -1, 0);
    CHECK(some != MAP_FAILED), CHECK(mmap(NULL, 1L << 30, RW, ANON | MAP_NORESERVE, -1, 0) == MAP_FAILED), SHOW(errno);
    CHECK(mremap(some, 100 << 20, 1L << 30, MREMAP_MAYMOVE) == MAP_FAILED), SHOW(errno);
    CHECK(sbrk(400 << 20) == (void *)-1), SHOW(errno), CHECK(malloc(500 << 20) == NULL);
    CHECK(mmap(some, 100 << 20, RW, ANON | MAP_NORESERVE | MAP_FIXED, -1, 0) == some);
    munmap(some, 100 << 20), little.rlim_cur = old.rlim_cur, SHOW(setrlimit(RLIMIT_AS, &little));
    CHECK(mmap(NULL, 1L << 30, RW, ANON | MAP_NORESERVE, -1, 0) != MAP_FAILED);
    little = (struct rlimit){1 << 20, old.rlim_max}, SHOW(setrlimit(RLIMIT_DATA, &little));
    CHECK(sbrk(50 << 20) == (void *)-1), SHOW(errno), fflush(stdout), _exit(0);
  }
  int status;
  MUST(waitpid(child, &status, 0)), SHOW(status);
}

static int maps_has(const char *text) {
  static char all[1 << 18];
  int fd = MUST(open("/proc/self/maps", O_RDONLY));
  long length = 0, n;
  while ((n = read(fd, all + length, sizeof all - 1 - length)) > 0) length += n;
  all[length] = 0, close(fd);
  return strstr(all, text) != NULL;
}
static void named(void) {
  char *map = pages(4);
  map[0] = 1;
  int can = prctl(0x53564d41, 0, map, PAGE, "a name") == 0;
  printf("names: %s\n", can ? "work" : strerror(errno));
  if (can) CHECK(maps_has("[anon:a name]")), SHOW(prctl(0x53564d41, 0, map, PAGE, NULL)), CHECK(!maps_has("[anon:a name]"));
  SHOW(prctl(0x53564d41, 0, map, PAGE, "bad [name]")), SHOW(prctl(0x53564d41, 0, map + 1, PAGE, "x"));
  SHOW(prctl(0x53564d41, 1, map, PAGE, "x")), SHOW(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
  SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0)), SHOW(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0));
  SHOW(prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0) == 0 || errno == EINVAL);
  SHOW(prctl(PR_SET_THP_DISABLE, 1, 1L << 60, 0, 0)), munmap(map, 4 * PAGE);
}

// A function that answers a number, in the machine's own code, with what makes it visible.
static void put_code(void *at, int answer) {
#ifdef __aarch64__
  uint32_t code[2] = {0x52800000u | (uint32_t)answer << 5, 0xd65f03c0};
#else
  unsigned char code[6] = {0xb8, answer, 0, 0, 0, 0xc3};
#endif
  memcpy(at, code, sizeof code), __builtin___clear_cache(at, (char *)at + sizeof code);
}
static int run_code(void *at) { return ((int (*)(void))at)(); }
// Often enough to be translated, and linked.
static int run_often(void *at) {
  int sum = 0;
  for (int i = 0; i < 200; i++) sum += run_code(at);
  return sum / 200;
}
struct writer {
  void *at;
  void *code;
  _Atomic int turn;
};
static void *write_code(void *argument) {
  struct writer *w = argument;
  for (int i = 0; i < 50; i++) {
    while (w->turn != 2 * i) sched_yield();
    put_code(w->at, i + 1), __builtin___clear_cache(w->code, (char *)w->code + 8), w->turn = 2 * i + 1;
  }
  return NULL;
}
static int turns(struct writer *w, void *code) {
  int wrong = 0;
  for (int i = 0; i < 50; i++) {
    while (w->turn != 2 * i + 1) sched_yield();
    // What another process wrote is heard of at a system call; of what a thread wrote, at once.
    getppid();
#ifdef __aarch64__
    __asm__ volatile("isb" : : : "memory");
#endif
    wrong += run_often(code) != i + 1, w->turn = 2 * i + 2;
  }
  return wrong;
}
static void changed_code(void) {
  char *code = mmap(NULL, 2 * PAGE, RWX, ANON, -1, 0);
  put_code(code, 3), SHOW(run_often(code)), put_code(code, 4), SHOW(run_often(code));
  // Between being writable and executable.
  MUST(mprotect(code, PAGE, RW)), put_code(code, 5), MUST(mprotect(code, PAGE, PROT_READ | PROT_EXEC));
  SHOW(run_often(code)), MUST(mprotect(code, PAGE, PROT_READ)), FAULTS(run_code(code)), CHECK(fault_at == code);
  MUST(mprotect(code, PAGE, RWX));
  // Read from a file over it.
  int fd = MUST(syscall(SYS_memfd_create, "code", 0));
  MUST(ftruncate(fd, PAGE));
  char *view = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), *other = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
  put_code(view, 6), SHOW(pread(fd, code, 64, 0)), __builtin___clear_cache(code, code + 64), SHOW(run_often(code));
  // Another mapping of the same page.
  put_code(view, 7), __builtin___clear_cache(other, other + 8), SHOW(run_often(other));
  put_code(view, 8), __builtin___clear_cache(other, other + 8), SHOW(run_often(other));
  // Mapped over, moved, thrown away.
  CHECK(mmap(code, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, 0) == code), SHOW(run_often(code));
  put_code(view, 9), __builtin___clear_cache(code, code + 8), SHOW(run_often(code)), SHOW(run_often(other));
  char *moved = mremap(code, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, code + PAGE);
  SHOW(run_often(moved)), FAULTS(run_code(code)), code = mmap(NULL, PAGE, RWX, MAP_PRIVATE, fd, 0);
  put_code(code, 10), SHOW(run_often(code)), MUST(madvise(code, PAGE, MADV_DONTNEED)), SHOW(run_often(code));
  // By another thread, in this mapping and in another; by another process.
  struct writer *w = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int through = 0; through < 2; through++) {
    pthread_t thread;
    code = through ? other : mmap(NULL, PAGE, RWX, ANON, -1, 0);
    w->at = through ? view : code, w->code = code, w->turn = 0;
    MUST(-pthread_create(&thread, NULL, write_code, w)), SHOW(turns(w, code)), pthread_join(thread, NULL);
  }
  for (int through = 0; through < 2; through++) {
    w->at = view, w->code = through ? other : view, w->turn = 0;
    pid_t child = MUST(fork());
    if (child == 0) write_code(w), _exit(0);
    SHOW(turns(w, other)), MUST(waitpid(child, NULL, 0));
  }
  close(fd);
}

static void bad_pointers(void) {
  char *hole = pages(3);
  MUST(munmap(hole + PAGE, PAGE)), MUST(mprotect(hole, PAGE, PROT_READ));
  int fds[2];
  MUST(pipe(fds));
  void *bad[] = {NULL, NOWHERE, hole + PAGE, BEYOND, (void *)-1L, (void *)(1L << 47)};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct iovec part = {bad[i], 8};
    MUST(write(fds[1], "12345678", 8)), SHOW(read(fds[0], bad[i], 4)), SHOW(write(fds[1], bad[i], 4));
    SHOW(writev(fds[1], &part, 1)), SHOW(open(bad[i], O_RDONLY)), SYS(fstat, 0, bad[i]), SYS(gettimeofday, bad[i] ? bad[i] : NOWHERE, NULL);
    SYS(pipe2, bad[i], 0), SYS(uname, bad[i]), SYS(getcwd, bad[i], 100L), SYS(nanosleep, bad[i], NULL), SYS(sysinfo, bad[i]);
    MUST(read(fds[0], hole + 2 * PAGE, 8));
  }
  MUST(write(fds[1], "12345678", 8)), SHOW(read(fds[0], hole, 4)), SHOW(read(fds[0], hole + 2 * PAGE, 8) >= 0);
  MUST(mprotect(hole, PAGE, RW)), MUST(write(fds[1], "12345678", 8)), SHOW(read(fds[0], hole + PAGE - 4, 8) <= 4);
}

// What /proc shows of the program, as `setproctitle` changes it.
static void shown(void) {
  char *title = pages(1), text[200] = "";
  strcpy(title, "another title");
  long start = prctl(PR_SET_MM, PR_SET_MM_ARG_START, title, 0, 0);
  // In this order the range is never empty or backwards, or the right to do so is missing.
  if (start == -1) prctl(PR_SET_MM, PR_SET_MM_ARG_END, title + 14, 0, 0), start = prctl(PR_SET_MM, PR_SET_MM_ARG_START, title, 0, 0);
  long end = prctl(PR_SET_MM, PR_SET_MM_ARG_END, title + 14, 0, 0);
  printf("title: %ld %ld\n", start, end);
  int fd = MUST(open("/proc/self/cmdline", O_RDONLY));
  MUST(read(fd, text, sizeof text - 1)), close(fd);
  CHECK((strcmp(text, "another title") == 0) == (start == 0 && end == 0));
  SHOW(prctl(PR_SET_MM, PR_SET_MM_ARG_START, 5, 0, 0)), SHOW(prctl(PR_SET_MM, 99, title, 0, 0));
  unsigned size = 0;
  SHOW(prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0)), SHOW(size);
  SHOW(prctl(PR_SET_MM, PR_SET_MM_MAP, title, 5, 0));
}

static void show_kept(void) {
  struct rlimit as, data;
  getrlimit(RLIMIT_AS, &as), getrlimit(RLIMIT_DATA, &data);
  char *map = pages(1);
  printf("limits %ld %ld, MDWE %d, executable %d\n", (long)as.rlim_cur, (long)data.rlim_cur,
         prctl(PR_GET_MDWE, 0, 0, 0, 0), mprotect(map, PAGE, PROT_READ | PROT_EXEC));
  CHECK(mmap(NULL, 1L << 31, RW, ANON | MAP_NORESERVE, -1, 0) == MAP_FAILED);
}
static void kept(const char *self) {
  for (int mode = 0; mode < 3; mode++) {
    pid_t child = MUST(fork());
    if (child == 0) {
      struct rlimit as = {1L << 30, 1L << 40}, data = {1L << 29, 1L << 40};
      if (mode != 1) setrlimit(RLIMIT_AS, &as), setrlimit(RLIMIT_DATA, &data);
      if (mode != 0) prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
      execl(self, self, "kept", (char *)NULL), _exit(99);
    }
    int status;
    MUST(waitpid(child, &status, 0)), SHOW(status);
  }
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc > 1) return show_kept(), 0;
  char self[4096] = "";
  MUST(readlink("/proc/self/exe", self, sizeof self - 1));
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGSEGV, &action, NULL)), MUST(sigaction(SIGBUS, &action, NULL));
  enter_folder();
  hints(), grows(), huge(), shared(), sealing(), file_ends(), remapped(), advised(), locked(), protected(), attached();
  limited(), named(), changed_code(), bad_pointers(), shown(), kept(argc == 1 ? self : argv[0]);
  return 0;
}
