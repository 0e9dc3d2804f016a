// Memory: mappings and their edges, protection, brk, what /proc says about it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "t.h"

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static char *map(int pages) { return MUST(mmap(NULL, pages * PAGE, RW, ANON, -1, 0)); }
static int mapped(void *at) {
  unsigned char v;
  return mincore(at, PAGE, &v) == 0;
}

static void mappings(int argc, char **argv) {
  (void)argc, (void)argv;
  char *p = map(4);
  CHECK((uintptr_t)p % PAGE == 0 && p[0] == 0 && p[4 * PAGE - 1] == 0);
  memset(p, 'a', 4 * PAGE);
  MUST(munmap(p + PAGE, PAGE));
  CHECK(mapped(p) && !mapped(p + PAGE) && mapped(p + 2 * PAGE));
  CHECK(mmap(p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p + PAGE);
  CHECK(mmap(p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EEXIST);
  CHECK(p[PAGE] == 0 && p[2 * PAGE] == 'a');
  CHECK(mmap(p, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p && p[0] == 0);
  CHECK(mmap(NULL, 0, RW, ANON, -1, 0) == MAP_FAILED && errno == EINVAL);
  CHECK(mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EINVAL);
  CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
  CHECK(mmap(NULL, (size_t)1 << 60, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
  CHECK(munmap(p + 1, PAGE) == -1 && errno == EINVAL);
  CHECK(munmap(p, 0) == -1 && errno == EINVAL);
  MUST(munmap(p, 4 * PAGE));
  MUST(munmap(p, 4 * PAGE));
  char *hint = mmap(p, PAGE, RW, ANON, -1, 0);
  CHECK(hint == p);
  uintptr_t big = (uintptr_t)MUST(mmap(NULL, 64ul << 30, PROT_NONE, ANON | MAP_NORESERVE, -1, 0));
  CHECK(big != 0);
  MUST(mprotect((void *)(big + (32ul << 30)), PAGE, RW));
  *(char *)(big + (32ul << 30)) = 1;
  MUST(munmap((void *)big, 64ul << 30));
}
static void protections(int argc, char **argv) {
  (void)argc, (void)argv;
  char *p = map(3);
  MUST(mprotect(p + PAGE, PAGE, PROT_READ));
  int fds[2];
  MUST(pipe(fds));
  MUST(write(fds[1], "xyz", 3));
  CHECK(read(fds[0], p + PAGE, 1) == -1 && errno == EFAULT);
  SHOW(read(fds[0], p + PAGE - 1, 1));
  CHECK(p[PAGE - 1] == 'x');
  volatile uintptr_t low = 8;
  CHECK(write(fds[1], (void *)low, 1) == -1 && errno == EFAULT);
  CHECK(mprotect(p + 1, PAGE, PROT_READ) == -1 && errno == EINVAL);
  MUST(munmap(p + 2 * PAGE, PAGE));
  CHECK(mprotect(p, 3 * PAGE, PROT_READ) == -1 && errno == ENOMEM);
  MUST(mprotect(p, 2 * PAGE, RW));
  p[PAGE] = 5;
  MUST(mprotect(p, PAGE, PROT_NONE));
  CHECK(open(p, O_RDONLY) == -1 && errno == EFAULT);
  struct iovec v[2] = {{p + PAGE, 1}, {p, 1}};
  SHOW(readv(fds[0], v, 1));
  CHECK(writev(fds[1], v + 1, 1) == -1 && errno == EFAULT);
}
static void moving(int argc, char **argv) {
  (void)argc, (void)argv;
  char *p = map(8);
  for (int i = 0; i < 8; i++) p[i * PAGE] = 'a' + i;
  CHECK(mremap(p, 8 * PAGE, 4 * PAGE, 0) == p);
  CHECK(mapped(p + 3 * PAGE) && !mapped(p + 4 * PAGE));
  char *wall = MUST(mmap(p + 4 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0));
  CHECK(mremap(p, 4 * PAGE, 8 * PAGE, 0) == MAP_FAILED && errno == ENOMEM);
  char *q = MUST(mremap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE));
  CHECK(q != p && q[0] == 'a' && q[3 * PAGE] == 'd' && q[4 * PAGE] == 0 && !mapped(p));
  char *target = map(2);
  CHECK(mremap(q, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
  CHECK(target[0] == 'a' && target[PAGE] == 'b' && !mapped(q) && q[2 * PAGE] == 'c');
  CHECK(mremap(target + 1, PAGE, PAGE, 0) == MAP_FAILED && errno == EINVAL);
  CHECK(mremap(q, PAGE, PAGE, 0) == MAP_FAILED && errno == EFAULT);
  char *copy = MUST(mremap(target, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP));
  CHECK(copy[0] == 'a' && target[0] == 0);
  MUST(munmap(wall, PAGE));
}
static void break_line(int argc, char **argv) {
  (void)argc, (void)argv;
  puts("the output buffer exists from here on");
  char *start = sbrk(0);
  CHECK(sbrk(3 * PAGE) == start);
  start[0] = 1, start[3 * PAGE - 1] = 2;
  CHECK((char *)sbrk(0) == start + 3 * PAGE);
  CHECK(sbrk(-2 * PAGE) != (void *)-1 && (char *)sbrk(0) == start + PAGE);
  CHECK(sbrk(2 * PAGE) != (void *)-1 && start[3 * PAGE - 1] == 0);
  CHECK((char *)syscall(SYS_brk, ~0ul) == start + 3 * PAGE);
  CHECK((char *)syscall(SYS_brk, 0) == start + 3 * PAGE);
  CHECK(sbrk((intptr_t)1 << 45) == (void *)-1 && errno == ENOMEM);
  CHECK(sbrk(64 << 20) != (void *)-1);
  memset(start, 3, 64 << 20);
  CHECK(start[(64 << 20) - 1] == 3);
}
static void files(int argc, char **argv) {
  (void)argc, (void)argv;
  int fd = MUST(memfd_create("m", MFD_CLOEXEC));
  MUST(ftruncate(fd, 3 * PAGE));
  char *s = MUST(mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0));
  char *p = MUST(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, PAGE));
  s[PAGE] = 'S';
  CHECK(p[0] == 'S');
  p[0] = 'P';
  CHECK(s[PAGE] == 'S');
  char c = 0;
  SHOW(pread(fd, &c, 1, PAGE));
  CHECK(c == 'S');
  SHOW(pwrite(fd, "W", 1, 5));
  CHECK(s[5] == 'W');
  CHECK(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 1) == MAP_FAILED && errno == EINVAL);
  SHOW(msync(s, 3 * PAGE, MS_SYNC));
  SHOW(madvise(s, PAGE, MADV_WILLNEED));
  char *anon = map(2);
  anon[0] = 1;
  SHOW(madvise(anon, 2 * PAGE, MADV_DONTNEED));
  CHECK(anon[0] == 0);
  int ro = MUST(open("/proc/self/exe", O_RDONLY));
  CHECK(mmap(NULL, PAGE, RW, MAP_SHARED, ro, 0) == MAP_FAILED && errno == EACCES);
  char *elf = MUST(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ro, 0));
  CHECK(memcmp(elf, "\177ELF", 4) == 0);
  CHECK(syscall(SYS_mlock, anon, PAGE) == 0 && syscall(SYS_munlock, anon, PAGE) == 0);
}
static void inherited(int argc, char **argv) {
  (void)argc, (void)argv;
  char *private = map(1), *shared = MUST(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  private[0] = shared[0] = 1;
  char *gone = map(1), *zeroed = map(1);
  zeroed[0] = 9;
  MUST(madvise(gone, PAGE, MADV_DONTFORK)), MUST(madvise(zeroed, PAGE, MADV_WIPEONFORK));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    private[0] = shared[0] = 2;
    _exit(mapped(gone) * 2 + zeroed[0]);
  }
  int status;
  MUST(waitpid(pid, &status, 0));
  SHOW(status), SHOW(private[0]), SHOW(shared[0]);
}
static void maps_file(int argc, char **argv) {
  (void)argc, (void)argv;
  char *p = map(3);
  MUST(mprotect(p + PAGE, PAGE, PROT_READ));
  FILE *f = fopen("/proc/self/maps", "r");
  char line[512];
  int found = 0, self = 0, stack = 0, foreign = 0;
  uintptr_t last = 0;
  while (fgets(line, sizeof line, f)) {
    uintptr_t from, to;
    char rights[5];
    if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 || from < last) puts("bad line");
    last = to;
    if (from == (uintptr_t)p + PAGE && to == from + PAGE) found = strcmp(rights, "r--p") == 0;
    self |= from <= (uintptr_t)maps_file && (uintptr_t)maps_file < to && strstr(line, "/memory") != NULL;
    stack |= from <= (uintptr_t)&line && (uintptr_t)&line < to && strstr(line, "[stack]") != NULL;
    const char *file = strrchr(line, '/');
    foreign |= file && (strstr(file, "xemu") || strstr(file, "qemu"));
  }
  fclose(f);
  SHOW(found), SHOW(self), SHOW(stack), SHOW(foreign);
}
static void churn(int argc, char **argv) {
  (void)argc, (void)argv;
  static char *live[256];
  static unsigned sizes[256];
  int wrong = 0;
  for (int i = 0; i < 20000; i++) {
    unsigned k = t_random() % 256;
    if (live[k]) {
      for (unsigned b = 0; b < sizes[k]; b += PAGE) wrong += live[k][b] != (char)k;
      MUST(munmap(live[k], sizes[k]));
      live[k] = NULL;
    } else {
      sizes[k] = (1 + t_random() % 16) * PAGE;
      live[k] = map(sizes[k] / PAGE);
      for (unsigned b = 0; b < sizes[k]; b += PAGE) wrong += live[k][b] != 0, live[k][b] = k;
    }
  }
  SHOW(wrong);
}

// A program may raise its limits as far as they go, and then use what they allow.
static void raised_limit(int argc, char **argv) {
  (void)argc, (void)argv;
  struct rlimit limit;
  MUST(getrlimit(RLIMIT_AS, &limit));
  rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  MUST(setrlimit(RLIMIT_AS, &limit));
  MUST(getrlimit(RLIMIT_AS, &limit));
  CHECK(limit.rlim_cur == limit.rlim_max);
  void *much = mmap(NULL, 8ul << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(much != MAP_FAILED);
  limit.rlim_cur = before == RLIM_INFINITY ? 1ul << 32 : before;
  MUST(setrlimit(RLIMIT_AS, &limit));
  CHECK(mmap(NULL, 8ul << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
}

// Two mappings of the same page: what is written through one is read through the other at once, unaligned and
// beyond a word's end too.
static void twice_mapped(int argc, char **argv) {
  (void)argc, (void)argv;
  int fd = MUST(memfd_create("twice", 0));
  MUST(ftruncate(fd, PAGE));
  volatile char *a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  volatile char *b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(a != MAP_FAILED && b != MAP_FAILED && a != b);
  uint64_t sum = 0;
  for (uint64_t i = 0; i < 500; i++) {
    volatile uint64_t *to = (uint64_t *)(a + i * 7), *from = (uint64_t *)(b + i * 7);
    *to = i * 0x9e3779b97f4a7c15u;
    sum += *from;
    *(volatile uint16_t *)(b + i * 7 + 3) = (uint16_t)i;
    sum ^= *to;
  }
  HEX(sum);
}

#ifdef __aarch64__
static void zero_block(int argc, char **argv) {
  (void)argc, (void)argv;
  uint64_t id, block;
  __asm__("mrs %0, dczid_el0" : "=r"(id));
  CHECK((id >> 4 & 1) == 0);
  block = 4ul << (id & 15);
  char *p = map(1);
  memset(p, 'x', PAGE);
  char *inside = p + 2 * block + 5;
  __asm__ volatile("dc zva, %0" : : "r"(inside) : "memory");
  int zeros = 0, others = 0;
  for (unsigned i = 0; i < PAGE; i++)
    if (i >= 2 * block && i < 3 * block) zeros += p[i] == 0;
    else others += p[i] == 'x';
  CHECK(zeros == (int)block && others == PAGE - (int)block);
}
#endif

static const struct test TESTS[] = {
    {"mappings", mappings}, {"protections", protections}, {"moving", moving}, {"break_line", break_line},
    {"files", files}, {"inherited", inherited}, {"maps_file", maps_file}, {"churn", churn},
    {"twice_mapped", twice_mapped}, {"raised_limit", raised_limit},
#ifdef __aarch64__
    {"zero_block", zero_block},
#endif
};
TEST_MAIN(TESTS)
