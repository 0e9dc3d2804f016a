// io_uring without a library: rings,
// entries with flags and structures that differ between machines.
#include "check.h"

#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <linux/time_types.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { OP_EPOLL_WAIT = 59, OP_PIPE = 62 };

static struct ring {
  int fd, enter_flags, enter_fd;
  struct io_uring_params params;
  char *rings;
  struct io_uring_sqe *entries;
} ring;

static unsigned *word(unsigned offset) { return (unsigned *)(ring.rings + offset); }

static int make(unsigned flags) {
  ring = (struct ring){.params.flags = flags, .params.sq_thread_idle = 1000};
  ring.fd = ring.enter_fd = syscall(SYS_io_uring_setup, 8, &ring.params);
  if (ring.fd == -1) return -1;
  struct io_uring_params *p = &ring.params;
  size_t size = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
  if (p->sq_off.array + p->sq_entries * 4 > size) size = p->sq_off.array + p->sq_entries * 4;
  ring.rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
      IORING_OFF_SQ_RING);
  ring.entries = mmap(NULL, p->sq_entries * 64, PROT_READ | PROT_WRITE, MAP_SHARED |
      MAP_POPULATE, ring.fd, IORING_OFF_SQES);
  return ring.rings == MAP_FAILED || ring.entries == MAP_FAILED ? -1 : 0;
}

// Puts an entry into the queue.
static void put(struct io_uring_sqe entry) {
  unsigned tail = *word(ring.params.sq_off.tail), index = tail & (ring.params.sq_entries - 1);
  ring.entries[index] = entry;
  word(ring.params.sq_off.array)[index] = index;
  __atomic_store_n(word(ring.params.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
}

static int taken(struct io_uring_cqe *completion) {
  unsigned head = *word(ring.params.cq_off.head);
  if (head == __atomic_load_n(word(ring.params.cq_off.tail), __ATOMIC_ACQUIRE)) return 0;
  *completion = ((struct io_uring_cqe *)word(ring.params.cq_off.cqes))[head &
      (ring.params.cq_entries - 1)];
  __atomic_store_n(word(ring.params.cq_off.head), head + 1, __ATOMIC_RELEASE);
  return 1;
}

static int enter(unsigned submit, unsigned wait) {
  unsigned flags = ring.enter_flags | (wait ? IORING_ENTER_GETEVENTS : 0);
  if (__atomic_load_n(word(ring.params.sq_off.flags), __ATOMIC_SEQ_CST) &
      IORING_SQ_NEED_WAKEUP) flags |= IORING_ENTER_SQ_WAKEUP;
  return syscall(SYS_io_uring_enter, ring.enter_fd, submit, wait, flags, NULL, 0);
}

// One operation from beginning to end; gives its result.
static int does(struct io_uring_sqe entry) {
  struct io_uring_cqe completion;
  put(entry);
  int submitted = enter(1, 1);
  if (submitted != 1) return printf("enter: %d %s\n", submitted, strerror(errno)), -1;
  while (!taken(&completion)) enter(0, 1);
  return completion.res;
}

static void done(const char *text, int result) {
  printf("%s: %s\n", text, result < 0 ? strerror(-result) : "works");
}

#define DOES(...) done(#__VA_ARGS__, does((struct io_uring_sqe){__VA_ARGS__}))
#define P(x) ((uint64_t)(uintptr_t)(x))

static void opening(void) {
  close(file_with("plain", "contents")), MUST(mkdir("folder", 0755));
  MUST(symlink("plain", "link"));
  DOES(.opcode = IORING_OP_NOP);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("plain"), .open_flags = O_RDONLY);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("plain"), .open_flags = O_DIRECTORY);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("folder"), .open_flags = O_DIRECTORY);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("link"), .open_flags = O_NOFOLLOW);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("none"), .open_flags = O_RDWR);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P(NOWHERE), .open_flags = O_RDWR);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("new"), .len = 0600, .open_flags =
      O_CREAT | O_EXCL | O_RDWR);
  int fd = does((struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr =
      P("plain"), .open_flags = O_RDONLY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC});
  SHOW(fcntl(fd, F_GETFD));
  CHECK((fcntl(fd, F_GETFL) & (O_NOFOLLOW | O_DIRECTORY | O_DIRECT | O_NOATIME)) == (O_NOFOLLOW |
      O_NOATIME));
  struct open_how how = {.flags = O_DIRECTORY}, follow = {.flags = O_NOFOLLOW}, beneath =
      {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH};
  DOES(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = P("plain"), .off = P(&how), .len =
      sizeof how);
  DOES(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = P("folder"), .off = P(&how), .len =
      sizeof how);
  DOES(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = P("link"), .off = P(&follow), .len =
      sizeof how);
  DOES(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = P("/etc"), .off = P(&beneath), .len =
      sizeof how);
  DOES(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = P("plain"), .off = P(&how), .len = 5);
  DOES(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = P("plain"), .off = P(NOWHERE), .len =
      sizeof how);
  CHECK(how.flags == O_DIRECTORY);
  // An entry that stays in its place is the program's: it is as it was written.
  unsigned index = (*word(ring.params.sq_off.tail) - 1) & (ring.params.sq_entries - 1);
  struct io_uring_sqe kept = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("folder"),
      .open_flags = O_DIRECTORY, .user_data = 5};
  CHECK(does(kept) >= 0), index = (index + 1) & (ring.params.sq_entries - 1);
  CHECK(memcmp(&ring.entries[index], &kept, sizeof kept) == 0);
  struct statx x;
  DOES(.opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = P("plain"), .off = P(&x), .len =
      STATX_SIZE);
  SHOW(x.stx_size);
  DOES(.opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = P("none"), .off = P(&x), .len =
      STATX_SIZE);
  DOES(.opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = P("new"), .off = P("newer"), .len =
      AT_FDCWD);
  DOES(.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = P("newer"));
  DOES(.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = P("made"), .len = 0700);
  DOES(.opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = P("x"), .off = P("made/link"));
  DOES(.opcode = IORING_OP_FALLOCATE, .fd = fd, .addr = 5);
}

static void moving(void) {
  char text[32] = "";
  struct iovec part = {text, 8};
  int fd = file_with("data", "0123456789"), ends[2] = {-1, -1}, ep = epoll_create1(0), counter =
      eventfd(3, 0);
  SHOW(does((struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = fd, .addr = P(text), .len = 4,
      .off = 2}));
  puts(text);
  SHOW(does((struct io_uring_sqe){.opcode = IORING_OP_WRITE, .fd = fd, .addr = P("ab"), .len = 2,
      .off = 0}));
  SHOW(does((struct io_uring_sqe){.opcode = IORING_OP_READV, .fd = fd, .addr = P(&part), .len =
      1}));
  puts(text);
  DOES(.opcode = IORING_OP_READ, .fd = fd, .addr = P(NOWHERE), .len = 4);
  DOES(.opcode = IORING_OP_READ, .fd = -1, .addr = P(text), .len = 4);
  DOES(.opcode = IORING_OP_FSYNC, .fd = fd), DOES(.opcode = IORING_OP_FADVISE, .fd = fd);
  DOES(.opcode = IORING_OP_CLOSE, .fd = fd), SHOW(close(fd));
  struct epoll_event event = {EPOLLIN, {.u64 = 0x123456789abcdef0}}, found[2];
  DOES(.opcode = IORING_OP_EPOLL_CTL, .fd = ep, .addr = P(&event), .len = EPOLL_CTL_ADD, .off =
      counter);
  DOES(.opcode = IORING_OP_EPOLL_CTL, .fd = ep, .addr = P(&event), .len = EPOLL_CTL_ADD, .off =
      counter);
  SHOW(epoll_wait(ep, found, 2, 0));
  CHECK(found[0].events == EPOLLIN && found[0].data.u64 == event.data.u64);
  event.data.u64 = 77;
  DOES(.opcode = IORING_OP_EPOLL_CTL, .fd = ep, .addr = P(&event), .len = EPOLL_CTL_MOD, .off =
      counter);
  SHOW(epoll_wait(ep, found, 2, 0)), SHOW(found[0].data.u64);
  DOES(.opcode = IORING_OP_EPOLL_CTL, .fd = ep, .addr = P(NOWHERE), .len = EPOLL_CTL_MOD, .off =
      counter);
  DOES(.opcode = IORING_OP_EPOLL_CTL, .fd = ep, .len = EPOLL_CTL_DEL, .off = counter);
  SHOW(does((struct io_uring_sqe){.opcode = IORING_OP_POLL_ADD, .fd = counter, .poll32_events =
      POLLIN}));
  struct __kernel_timespec little = {0, 1000}, bad = {0, -1};
  DOES(.opcode = IORING_OP_TIMEOUT, .addr = P(&little), .len = 1);
  DOES(.opcode = IORING_OP_TIMEOUT, .addr = P(&bad), .len = 1);
  struct io_uring_sqe pipes = {.opcode = OP_PIPE, .addr = P(ends), .open_flags = O_DIRECT | O_CLOEXEC};
  int without = does(pipes) != 0;
  CHECK(without || (fcntl(ends[1], F_GETFL) & (O_DIRECT | O_DIRECTORY)) == O_DIRECT);
  CHECK(without || fcntl(ends[0], F_GETFD) == FD_CLOEXEC);
  DOES(.opcode = 250), DOES(.opcode = IORING_OP_SOCKET, .fd = 1 /* AF_UNIX */, .off = 1);
  // Two entries, linked; one submission; then what was waited for.
  put((struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .flags = IOSQE_IO_LINK, .fd = AT_FDCWD,
      .addr = P("plain"), .open_flags = O_DIRECTORY, .user_data = 1});
  put((struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = 2}), SHOW(enter(2, 2));
  struct io_uring_cqe completion;
  while (taken(&completion)) printf("linked %d: %s\n", (int)completion.user_data,
      completion.res < 0 ? strerror(-completion.res) : "works");
}

static void entering(void) {
  SHOW(enter(0, 0)), SHOW(syscall(SYS_io_uring_enter, ring.fd, 5, 0, 0, NULL, 0));
  SHOW(syscall(SYS_io_uring_enter, ring.fd, 0, 0, 1 << 20, NULL, 0));
  SHOW(syscall(SYS_io_uring_enter, 0, 1, 0, 0, NULL, 0));
  SHOW(syscall(SYS_io_uring_enter, -1, 1, 0, 0, NULL, 0));
  SHOW(syscall(SYS_io_uring_enter, 3000, 0, 0, IORING_ENTER_REGISTERED_RING, NULL, 0));
  struct __kernel_timespec little = {0, 1000000};
  struct io_uring_getevents_arg limit = {.ts = P(&little)};
  SHOW(syscall(SYS_io_uring_enter, ring.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
      &limit, sizeof limit));
  SHOW(syscall(SYS_io_uring_enter, ring.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
      &limit, 5));
  SHOW(syscall(SYS_io_uring_enter, ring.fd, 0, 1, IORING_ENTER_GETEVENTS, &limit, 4));
  SHOW(syscall(SYS_io_uring_setup, 0, &ring.params)), SYS(io_uring_setup, 4, NOWHERE);
  struct io_uring_params odd = {.flags = 1u << 31}, aff = {.flags = IORING_SETUP_SQ_AFF};
  SYS(io_uring_setup, 4, &odd), SYS(io_uring_setup, 4, &aff);
  SYS(io_uring_register, ring.fd, 9999, NULL, 0), SYS(io_uring_register, 0, 0, NULL, 0);
  char buffer[8192];
  struct iovec part = {buffer, sizeof buffer};
  int fd = file_with("fixed", "in a fixed buffer");
  SYS(io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &part, 1);
  SYS(io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1);
  SHOW(does((struct io_uring_sqe){.opcode = IORING_OP_READ_FIXED, .flags = IOSQE_FIXED_FILE,
      .fd = 0, .addr = P(buffer), .len = 8}));
  SYS(io_uring_register, ring.fd, IORING_UNREGISTER_BUFFERS, NULL, 0);
  // A copy of the descriptor, and an index.
  ring.enter_fd = dup(ring.fd);
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("folder"), .open_flags = O_DIRECTORY);
  struct io_uring_rsrc_update update = {.offset = -1, .data = ring.fd};
  SHOW(syscall(SYS_io_uring_register, ring.fd, 20 /* IORING_REGISTER_RING_FDS */, &update, 1));
  SHOW(update.offset), close(ring.enter_fd);
  ring.enter_fd = update.offset, ring.enter_flags = IORING_ENTER_REGISTERED_RING;
  DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("plain"), .open_flags = O_DIRECTORY);
  SHOW(syscall(SYS_io_uring_register, ring.fd, 21, &update, 1)), SHOW(enter(0, 0));
  ring.enter_fd = ring.fd, ring.enter_flags = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) DOES(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P("plain"),
      .open_flags = O_DIRECTORY), fflush(stdout), _exit(5);
  int status = 0;
  MUST(waitpid(child, &status, 0)), SHOW(status >> 8), SHOW(close(ring.fd));
  SHOW(syscall(SYS_io_uring_enter, ring.fd, 1, 0, 0, NULL, 0));
}

static void polled(void) {
  int made = make(IORING_SETUP_SQPOLL);
  printf("polled: %s\n", made ? strerror(errno) : "works");
  if (made) return;
  CHECK(ring.params.flags & IORING_SETUP_SQPOLL);
  struct io_uring_cqe completion = {0};
  for (int i = 0; i < 20; i++) {
    put((struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = P(i % 2 ?
        "folder" : "plain"), .open_flags = O_DIRECTORY});
    if (__atomic_load_n(word(ring.params.sq_off.flags), __ATOMIC_SEQ_CST) &
        IORING_SQ_NEED_WAKEUP) enter(1, 0);
    while (!taken(&completion)) enter(0, 1);
    if (completion.res >= 0) close(completion.res);
    printf("%d: %s\n", i, completion.res < 0 ? strerror(-completion.res) : "works");
  }
}

int main(void) {
  enter_folder();
  setvbuf(stdout, NULL, _IOLBF, 0);
  int made = make(0);
  printf("io_uring: %s\n", made ? strerror(errno) : "works");
  SYS(io_uring_enter, -1, 1, 0, 0, NULL, 0), SYS(io_uring_register, -1, 0, NULL, 0);
  if (made) return 0;
  opening(), moving(), entering(), close(ring.fd), polled();
  return 0;
}
