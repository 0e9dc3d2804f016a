// Mappings and what is said about them.
#include "check.h"

#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { PAGE = 4096 };

static void *at(const char *what, void *address) {
  printf("%s: %s\n", what, address == MAP_FAILED ? strerror(errno) : "works");
  return address;
}

// What a call that answers an address says.
#define AT(x) at(#x, x)
// A mapping without a name.
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static char *pages(int n) {
  char *map = mmap(NULL, n * PAGE, RW, ANON, -1, 0);
  MUST(map == MAP_FAILED ? -1 : 0);
  return map;
}

static void mapping(void) {
  int fd = file_with("file", "contents"), reader = open("file", O_RDONLY), writer = open("file",
      O_WRONLY);
  MUST(ftruncate(fd, 3 * PAGE));
  AT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
  AT(mmap(NULL, PAGE, RW, MAP_SHARED, fd, PAGE));
  AT(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE, fd, 0));
  AT(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0));
  AT(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | 1 << 21, fd, 0));
  AT(mmap(pages(1), PAGE, RW, MAP_SHARED_VALIDATE | MAP_FIXED, fd, 0));
  AT(mmap(NULL, PAGE, RW, MAP_SHARED, reader, 0)), AT(mmap(NULL, PAGE, RW, MAP_PRIVATE, reader, 0));
  AT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, writer, 0));
  AT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
  AT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1)), AT(mmap(NULL, 0, RW, ANON, -1, 0));
  AT(mmap(NULL, -1UL, RW, ANON, -1, 0)), AT(mmap(NULL, 1UL << 50, RW, ANON, -1, 0));
  AT(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
  AT(mmap(NULL, PAGE, RW, MAP_ANONYMOUS | MAP_SHARED, -1, 0));
  AT(mmap(NULL, PAGE, RW, ANON | MAP_NORESERVE | MAP_STACK | MAP_NONBLOCK, -1, 0));
  AT(mmap(NULL, PAGE, RW, ANON | MAP_POPULATE, -1, 0));
  AT(mmap(NULL, PAGE, RW, ANON | MAP_LOCKED, -1, 0));
  AT(mmap(NULL, PAGE, RW, ANON | MAP_DENYWRITE | MAP_EXECUTABLE, -1, 0));
  AT(mmap(NULL, PAGE, PROT_NONE, ANON, 77, 12345 * PAGE));
  AT(mmap((void *)1, PAGE, RW, ANON | MAP_FIXED, -1, 0));
  AT(mmap(BEYOND, PAGE, RW, ANON | MAP_FIXED, -1, 0));
  AT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0));
  AT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, -PAGE));
  char *map = pages(4);
  map[0] = 1, map[PAGE] = 2, CHECK(mmap(map, PAGE, RW, ANON | MAP_FIXED, -1, 0) == map);
  SHOW(map[0]), SHOW(map[PAGE]), AT(mmap(map, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
  MUST(munmap(map, PAGE)), CHECK(mmap(map, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == map);
  CHECK(mmap(map, PAGE, RW, ANON, -1, 0) != map), MUST(munmap(map, PAGE));
  CHECK(mmap(map, PAGE, RW, ANON, -1, 0) == map);
  SHOW(munmap(map + 1, PAGE)), SHOW(munmap(map, 0)), SHOW(munmap(map, PAGE - 1));
  SHOW(munmap(map, PAGE)), SHOW(munmap(BEYOND, PAGE)), SHOW(munmap(NULL, PAGE));
  SHOW(munmap(map, -1UL));
  char *shared = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), *copy = mmap(NULL, PAGE, RW,
      MAP_PRIVATE, fd, 0), text[9] = "";
  strcpy(shared, "written"), SHOW(pread(fd, text, 8, 0)), puts(text), puts(copy);
  strcpy(copy, "private"), puts(shared), SHOW(pwrite(fd, "by call", 8, 0)), puts(shared);
  puts(copy), SHOW(msync(shared, PAGE, MS_SYNC)), SHOW(msync(shared, PAGE, MS_ASYNC | MS_SYNC));
  SHOW(msync(shared, PAGE, 8)), SHOW(msync(shared + 1, PAGE, MS_SYNC));
  SHOW(msync(map, PAGE, MS_ASYNC)), SHOW(msync(shared, PAGE, MS_INVALIDATE));
}

static void protecting(void) {
  char *map = pages(6);
  unsigned char in_core[6];
  SHOW(mprotect(map, PAGE, PROT_READ)), SHOW(mprotect(map + 1, PAGE, PROT_READ));
  SHOW(mprotect(map, 0, PROT_READ)), SHOW(mprotect(map, PAGE, 0x40));
  SHOW(mprotect(map, PAGE, PROT_READ | PROT_EXEC)), SHOW(mprotect(map, PAGE, PROT_NONE));
  SHOW(mprotect(NOWHERE - 16, PAGE, PROT_READ));
  SHOW(mprotect(map, PAGE, PROT_READ | PROT_GROWSDOWN)), SHOW(mprotect(map, -1UL, PROT_READ));
  SHOW(mprotect(BEYOND, PAGE, PROT_READ));
  MUST(munmap(map + 3 * PAGE, PAGE)), SHOW(mprotect(map, 6 * PAGE, PROT_READ));
  SYS(pkey_mprotect, map, PAGE, RW, -1), map[0] = 1;
  SHOW(mincore(map, PAGE, in_core)), SHOW(in_core[0] & 1), SHOW(mincore(map, 6 * PAGE, in_core));
  SHOW(mincore(map + 1, PAGE, in_core)), SYS(mincore, map, PAGE, NOWHERE);
  SHOW(mincore(BEYOND, PAGE, in_core)), SHOW(mincore(map + 4 * PAGE, PAGE, in_core));
  SHOW(in_core[0] & 1);
  SHOW(mlock(map, PAGE)), SHOW(munlock(map, PAGE)), SHOW(mlock(map, 6 * PAGE));
  SHOW(mlock2(map, PAGE, MLOCK_ONFAULT)), SHOW(mlock2(map, PAGE, 8));
  SHOW(munlock(map + 3 * PAGE, PAGE)), SHOW(mlockall(0)), SHOW(mlockall(99));
  SHOW(mlockall(MCL_ONFAULT)), SHOW(munlockall());
}

static void moving(void) {
  char *map = pages(4);
  map[0] = 7, map[3 * PAGE] = 8;
  char *moved = mremap(map, 4 * PAGE, 2 * PAGE, 0);
  CHECK(moved == map), AT(mremap(map, 2 * PAGE, 1 << 30, 0) == map + 1 ? map : MAP_FAILED);
  moved = AT(mremap(map, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE)), SHOW(moved[0]);
  char *target = pages(4);
  target[0] = 9, CHECK(mremap(moved, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
  SHOW(target[0]);
  AT(mremap(moved, PAGE, PAGE, MREMAP_MAYMOVE));
  AT(mremap(target, PAGE, PAGE, MREMAP_FIXED, moved)), AT(mremap(target + 1, PAGE, PAGE, 0));
  AT(mremap(target, PAGE, 0, 0)), AT(mremap(target, PAGE, PAGE, 0x80));
  AT(mremap(target, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE));
  AT(mremap(target, 0, PAGE, MREMAP_MAYMOVE));
  char *kept = (char *)syscall(SYS_mremap, target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
      0L);
  CHECK(kept != MAP_FAILED && kept != target), SHOW(kept[0]), SHOW(target[0]);
  SYS(mremap, target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 1L);
  AT(mremap(target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, BEYOND));
  AT(mremap(BEYOND, PAGE, PAGE, 0)), AT(mremap(target, PAGE, -1UL, MREMAP_MAYMOVE));
  int fd = file_with("moved", "x");
  MUST(ftruncate(fd, 4 * PAGE));
  char *shared = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), *twin = mremap(shared, 0, PAGE,
      MREMAP_MAYMOVE);
  CHECK(twin != MAP_FAILED && twin != shared), twin[1] = 'y', SHOW(shared[1]);
  MUST(pwrite(fd, "third", 6, 2 * PAGE)), SYS(remap_file_pages, twin, PAGE, 0, 2, 1 << 20);
  puts(twin), puts(shared), SYS(remap_file_pages, twin, PAGE, PROT_READ, 1, 0);
  SYS(remap_file_pages, twin, -1L, 0, 1, 0), SYS(remap_file_pages, pages(1), PAGE, 0, 1, 0);
  SYS(remap_file_pages, map, 0, 0, 0, 0);
  char *end = sbrk(0);
  CHECK(sbrk(100000) == end), end[99999] = 5, SHOW(end[99999]);
  CHECK(sbrk(-100000) == end + 100000), CHECK(sbrk(0) == end), CHECK(sbrk(1L << 60) == (void *)-1);
  CHECK((char *)syscall(SYS_brk, 0) == end), CHECK((char *)syscall(SYS_brk, -1L) == end);
  CHECK((char *)syscall(SYS_brk, 8) == end);
}

#define ADVICE(advice, length) \
  printf("%s: %s\n", #advice, madvise(map, length, advice) ? strerror(errno) : "works")

static void advising(void) {
  char *map = pages(8);
  memset(map, 5, 8 * PAGE);
  ADVICE(MADV_NORMAL, PAGE), ADVICE(MADV_RANDOM, PAGE), ADVICE(MADV_SEQUENTIAL, PAGE);
  ADVICE(MADV_WILLNEED, PAGE), ADVICE(MADV_DONTFORK, PAGE), ADVICE(MADV_DOFORK, PAGE);
  ADVICE(MADV_MERGEABLE, PAGE), ADVICE(MADV_UNMERGEABLE, PAGE), ADVICE(MADV_HUGEPAGE, PAGE);
  ADVICE(MADV_NOHUGEPAGE, PAGE), ADVICE(MADV_DONTDUMP, PAGE), ADVICE(MADV_DODUMP, PAGE);
  ADVICE(20, PAGE), ADVICE(21, PAGE), ADVICE(22, PAGE), ADVICE(23, PAGE), ADVICE(25, PAGE);
  SHOW(map[0]), ADVICE(MADV_DONTNEED, PAGE), SHOW(map[0]), SHOW(map[PAGE]), ADVICE(MADV_FREE, 0);
  ADVICE(MADV_REMOVE, PAGE), ADVICE(77, PAGE), ADVICE(-1, PAGE), ADVICE(MADV_NORMAL, -1UL);
  ADVICE(24, PAGE), ADVICE(102, PAGE), ADVICE(103, PAGE);
  MUST(madvise(map + PAGE, PAGE, MADV_WIPEONFORK));
  MUST(madvise(map + 2 * PAGE, PAGE, MADV_DONTFORK));
  SHOW(madvise(map + 1, PAGE, MADV_NORMAL)), SHOW(madvise(BEYOND, PAGE, MADV_NORMAL));
  pid_t child = fork();
  if (child == 0) {
    unsigned char in_core;
    _exit(map[PAGE] * 4 + (mincore(map + 2 * PAGE, PAGE, &in_core) == -1) * 2 + (map[3 * PAGE] ==
        5));
  }
  int status = 0;
  MUST(waitpid(child, &status, 0)), SHOW(WEXITSTATUS(status));
  MUST(munmap(map + 4 * PAGE, PAGE)), SHOW(madvise(map, 8 * PAGE, MADV_DONTNEED));
  SHOW(map[6 * PAGE]);
  int me = syscall(SYS_pidfd_open, getpid(), 0);
  struct iovec part = {map, PAGE};
  SYS(process_madvise, me, &part, 1, 20 /* MADV_COLD */, 0);
  SYS(process_madvise, me, &part, 1, MADV_RANDOM, 1), SYS(process_madvise, me, &part, 1, 20, 1);
  SYS(process_madvise, -1, &part, 1, 20, 0), SYS(process_madvise, me, NOWHERE, 1, 20, 0);
  SYS(process_mrelease, me, 0), SYS(process_mrelease, me, 1);
  char *sealed = pages(3) + PAGE;
  if (SYS(mseal, sealed, PAGE, 0) == 0) SHOW(mprotect(sealed, PAGE, PROT_READ)),
      SHOW(munmap(sealed, PAGE)), SHOW(mprotect(sealed, PAGE, RW | PROT_EXEC)), AT(mmap(sealed,
      PAGE, RW, ANON | MAP_FIXED, -1, 0)), AT(mremap(sealed, PAGE, 2 * PAGE, MREMAP_MAYMOVE)),
      SHOW(munmap(sealed, 2 * PAGE)), sealed[PAGE] = 1, SHOW(munmap(sealed - PAGE, 2 * PAGE)),
      sealed[-PAGE] = 1, SYS(mseal, sealed + 1, PAGE, 0), SYS(mseal, sealed, PAGE, 1), SYS(mseal,
      NULL, PAGE, 0);
}

static void policies(void) {
  int mode = -1, status = -1, node = 0;
  unsigned long nodes = 1, got = 0;
  char *map = pages(2);
  map[0] = 1;
  SYS(get_mempolicy, &mode, &got, 1024, NULL, 0), SHOW(mode);
  SYS(set_mempolicy, MPOL_PREFERRED, &nodes, 64), SYS(get_mempolicy, &mode, NULL, 0, NULL, 0);
  SHOW(mode), SYS(set_mempolicy, MPOL_DEFAULT, NULL, 0), SYS(set_mempolicy, 77, NULL, 0);
  SYS(mbind, map, PAGE, MPOL_BIND, &nodes, 64, 0);
  SYS(get_mempolicy, &mode, NULL, 0, map, MPOL_F_ADDR), SHOW(mode);
  SYS(get_mempolicy, &mode, NULL, 0, map, MPOL_F_ADDR | MPOL_F_NODE);
  SYS(mbind, map + 1, PAGE, MPOL_BIND, &nodes, 64, 0), SYS(mbind, map, PAGE, 77, NULL, 0, 0);
  SYS(mbind, map, PAGE, MPOL_BIND, NOWHERE, 64, 0);
  void *addresses[2] = {map, BEYOND};
  int statuses[2] = {7, 7};
  SYS(move_pages, 0, 1L, addresses, NULL, &status, 0), SHOW(status);
  SYS(move_pages, 0, 2L, addresses, NULL, statuses, 0), SHOW(statuses[1]);
  SYS(move_pages, 0, 1L, addresses, &node, &status, MPOL_MF_MOVE);
  SYS(move_pages, 0x7ffffff, 1L, addresses, NULL, &status, 0);
  SYS(migrate_pages, 0, 64L, &nodes, &nodes), SYS(migrate_pages, 0x7ffffff, 64L, &nodes, &nodes);
  SYS(set_mempolicy_home_node, map, PAGE, 0L, 0L), SYS(set_mempolicy_home_node, map, PAGE, 0L, 1L);
}

static void *touch(void *page) {
  volatile char *p = page;
  return (void *)(long)p[5];
}

static void user_faults(void) {
  int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | 1);
  printf("userfaultfd: %s\n", fd == -1 ? strerror(errno) : "works"), SYS(userfaultfd, 0x80);
  if (fd == -1) return;
  struct uffdio_api api = {.api = UFFD_API};
  char *page = pages(1), *source = pages(1);
  struct uffdio_register range = {.range = {(unsigned long)page, PAGE}, .mode =
      UFFDIO_REGISTER_MODE_MISSING};
  SHOW(ioctl(fd, UFFDIO_API, &api)), SHOW(ioctl(fd, UFFDIO_REGISTER, &range)), source[5] = 77;
  pthread_t thread;
  MUST(-pthread_create(&thread, NULL, touch, page));
  struct pollfd ready = {fd, POLLIN, 0};
  struct uffd_msg message;
  SHOW(poll(&ready, 1, 20000)), SHOW(read(fd, &message, sizeof message));
  CHECK(message.event == UFFD_EVENT_PAGEFAULT && (message.arg.pagefault.address & -PAGE) ==
      (unsigned long)page);
  struct uffdio_copy copy = {.dst = (unsigned long)page, .src = (unsigned long)source, .len = PAGE};
  SHOW(ioctl(fd, UFFDIO_COPY, &copy));
  void *result;
  pthread_join(thread, &result), SHOW(result), SHOW(ioctl(fd, UFFDIO_UNREGISTER, &range.range));
}

static void others(void) {
  char *map = pages(2), local[32] = "";
  strcpy(map, "of the other");
  pid_t child = fork();
  if (child == 0) strcpy(map, "of the child"), pause(), _exit(0);
  struct iovec here = {local, 13}, there = {map, 13}, bad = {BEYOND, 13};
  for (int i = 0; i < 10000 && process_vm_readv(child, &here, 1, &there, 1, 0) == 13 &&
      strcmp(local, "of the child"); i++) usleep(1000);
  puts(local), SHOW(process_vm_readv(child, &here, 1, &there, 1, 0)), strcpy(local, "was changed!");
  SHOW(process_vm_writev(child, &here, 1, &there, 1, 0)), local[0] = 0;
  SHOW(process_vm_readv(child, &here, 1, &there, 1, 0)), puts(local);
  SHOW(process_vm_readv(child, &here, 1, &bad, 1, 0));
  SHOW(process_vm_readv(0x7ffffff, &here, 1, &there, 1, 0));
  SHOW(process_vm_readv(child, &here, 1, &there, 1, 1));
  SHOW(process_vm_writev(child, &here, 1, &bad, 1, 0));
  SHOW(process_vm_readv(getpid(), &here, 1, &there, 1, 0)), puts(local);
  MUST(kill(child, SIGKILL)), MUST(waitpid(child, NULL, 0));
  REFUSES(pkey_alloc, ENOSPC, 0, 0), REFUSES(pkey_free, EINVAL, 1);
  SYS(pkey_mprotect, map, PAGE, RW, 5), REFUSES(map_shadow_stack, EOPNOTSUPP, 0, PAGE, 0);
}

int main(void) {
  enter_folder();
  setvbuf(stdout, NULL, _IOLBF, 0);
  mapping(), protecting(), moving(), advising(), policies(), user_faults(), others();
  return 0;
}
