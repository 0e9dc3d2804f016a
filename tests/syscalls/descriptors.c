// What is done with open files: reading, writing, moving, locking, waiting, signalling.
#include "check.h"

#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>

static void transfer(void) {
  char a[16] = "", b[16] = "";
  int fd = file_with("data", "0123456789abcdef");
  struct iovec parts[2] = {{a, 3}, {b, 4}};
  SHOW(readv(fd, parts, 2)), puts(a), puts(b), SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(preadv(fd, parts, 2, 10)), puts(b), SHOW(pread(fd, a, 2, 15)), SHOW(pread(fd, a, 2, 100));
  SHOW(pread(fd, a, 1, -1));
  SHOW(pwrite(fd, "XY", 2, 1)), SHOW(pwritev(fd, parts, 2, 30)), SHOW(writev(fd, parts, 2));
  SHOW(preadv2(fd, parts, 2, 0, 0)), SHOW(preadv2(fd, parts, 2, -1, 0));
  SHOW(pwritev2(fd, parts, 1, 0, RWF_APPEND));
  SHOW(preadv2(fd, parts, 1, 0, 0x8000)), SHOW(pwritev2(fd, parts, 1, 0, RWF_SYNC | RWF_DSYNC));
  SHOW(readv(fd, parts, -1)), SHOW(readv(fd, parts, 2000)), SYS(readv, fd, NOWHERE, 1);
  parts[1].iov_len = -1;
  SHOW(writev(fd, parts, 2)), SHOW(readv(fd, parts, 2));
  SHOW(lseek(fd, 0, SEEK_END)), SHOW(lseek(fd, -1, SEEK_SET)), SHOW(lseek(fd, 0, 9));
  SHOW(lseek(fd, 5, SEEK_DATA)), SHOW(lseek(fd, 0, SEEK_HOLE));
  SYS(read, fd, NOWHERE, 1), SYS(write, fd, NOWHERE, 1), SYS(read, fd, BEYOND, 1);
  SYS(pread64, fd, a, -1L, 0);
  SYS(read, fd, a, -1L), SYS(write, fd, a, -1L), SYS(read, -1, a, 1), SYS(write, 1000000, a, 1);
  MUST(lseek(fd, 0, SEEK_SET));
  int out = open("copy", O_RDWR | O_CREAT, 0600);
  off_t at = 3;
  SHOW(sendfile(out, fd, &at, 5)), SHOW(at), SHOW(sendfile(out, fd, NULL, 4));
  SHOW(lseek(fd, 0, SEEK_CUR));
  loff_t from = 1, to = 2;
  SHOW(copy_file_range(fd, &from, out, &to, 6, 0)), SHOW(from), SHOW(to);
  SHOW(copy_file_range(fd, &from, out, &to, 6, 1));
  int ends[2], others[2];
  MUST(pipe(ends)), MUST(pipe2(others, O_CLOEXEC | O_NONBLOCK));
  from = 0;
  SHOW(splice(fd, &from, ends[1], NULL, 8, 0)), SHOW(from);
  SHOW(tee(ends[0], others[1], 5, SPLICE_F_NONBLOCK));
  SHOW(splice(ends[0], NULL, out, &from, 8, SPLICE_F_MOVE)), SHOW(read(others[0], a, 16));
  SHOW(read(others[0], a, 16));
  struct iovec piece = {"spliced", 7};
  SHOW(vmsplice(ends[1], &piece, 1, 0)), SHOW(read(ends[0], a, 16));
  SHOW(vmsplice(ends[1], &piece, 1, 0x80));
  SHOW(splice(fd, NULL, out, NULL, 1, 0)), SHOW(tee(fd, ends[1], 1, 0));
  SHOW(splice(-1, NULL, ends[1], NULL, 1, 0));
  SHOW(fallocate(fd, 0, 0, 8192)), SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 8192, 4096));
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
  SHOW(fallocate(fd, 0, -1, 5)), SHOW(fallocate(fd, 0, 0, 0)), SHOW(fallocate(fd, 0x8000, 0, 5));
  SHOW(fallocate(ends[0], 0, 0, 1));
  SHOW(posix_fadvise(fd, 0, 100, POSIX_FADV_SEQUENTIAL));
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_NOREUSE)), SHOW(posix_fadvise(fd, 0, 0, 77));
  SYS(fadvise64, ends[0], 0, 0, POSIX_FADV_NORMAL), SYS(readahead, fd, 0, 4096);
  SYS(readahead, ends[0], 0, 1);
  SYS(fsync, fd), SYS(fdatasync, fd), SYS(syncfs, fd);
  SYS(sync_file_range, fd, 0, 4096, SYNC_FILE_RANGE_WRITE);
  SYS(sync_file_range, fd, 0, 0, 0x80), SYS(fsync, ends[0]), SYS(fdatasync, -1), SYS(syncfs, -1);
  uint64_t range[2] = {0, 0}, cached[5] = {0};
  SYS(cachestat, fd, range, cached, 0), SYS(cachestat, fd, range, cached, 1);
  SYS(cachestat, fd, NOWHERE, cached, 0);
}

static void control(void) {
  int fd = open("data", O_RDWR), ends[2];
  SHOW(fcntl(fd, F_DUPFD, 50)), SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 60)), SHOW(fcntl(60, F_GETFD));
  SHOW(fcntl(fd, F_DUPFD, -1));
  SHOW(fcntl(fd, F_DUPFD, 1 << 30)), SHOW(dup(fd) > 2), SHOW(dup3(fd, 70, O_CLOEXEC));
  SHOW(fcntl(70, F_GETFD)), SHOW(dup3(fd, fd, 0));
  SHOW(dup3(fd, 71, O_NONBLOCK)), SHOW(dup2(-1, 72)), SHOW(dup2(fd, fd) == fd), SHOW(close(70));
  SHOW(close(70)), SHOW(dup(-1));
  struct flock lock = {F_WRLCK, SEEK_SET, 2, 5, 0};
  SHOW(fcntl(fd, F_SETLK, &lock)), SHOW(fcntl(fd, F_OFD_GETLK, &lock)), SHOW(lock.l_type);
  SHOW(lock.l_start);
  CHECK(lock.l_pid == getpid()), SHOW(lock.l_len);
  lock = (struct flock){F_UNLCK, SEEK_SET, 0, 0, 0};
  SHOW(fcntl(fd, F_SETLKW, &lock)), lock.l_type = F_RDLCK, SHOW(fcntl(fd, F_GETLK, &lock));
  SHOW(lock.l_type);
  lock.l_type = 77, SHOW(fcntl(fd, F_SETLK, &lock)), SYS(fcntl, fd, F_GETLK, NOWHERE);
  lock = (struct flock){F_WRLCK, SEEK_SET, 0, 0, 0}, SHOW(fcntl(fd, F_OFD_SETLK, &lock));
  int again = open("data", O_RDWR);
  SHOW(fcntl(again, F_OFD_SETLK, &lock)), SHOW(flock(fd, LOCK_EX));
  SHOW(flock(again, LOCK_EX | LOCK_NB)), SHOW(flock(fd, LOCK_UN)), SHOW(flock(again, 77));
  struct f_owner_ex owner = {F_OWNER_TID, getpid()};
  SHOW(fcntl(fd, F_SETOWN, getpid())), SHOW(fcntl(fd, F_GETOWN) == getpid());
  SHOW(fcntl(fd, F_SETOWN_EX, &owner));
  owner.type = 9, SHOW(fcntl(fd, F_GETOWN_EX, &owner)), SHOW(owner.type);
  SHOW(fcntl(fd, F_SETSIG, 40)), SHOW(fcntl(fd, F_GETSIG)), SHOW(fcntl(fd, F_SETSIG, 65));
  MUST(pipe2(ends, O_DIRECT));
  CHECK((fcntl(ends[1], F_GETFL) & (O_DIRECT | O_DIRECTORY | O_NOFOLLOW)) == O_DIRECT);
  char text[32];
  SHOW(write(ends[1], "one", 3)), SHOW(write(ends[1], "four", 4)), SHOW(read(ends[0], text, 32));
  SHOW(read(ends[0], text, 2));
  SHOW(fcntl(ends[0], F_SETPIPE_SZ, 10000)), SHOW(fcntl(ends[0], F_GETPIPE_SZ));
  SHOW(fcntl(fd, F_GETPIPE_SZ));
  SHOW(pipe2(ends, O_DIRECTORY)), SHOW(pipe2(ends, O_NOFOLLOW)), SHOW(pipe2(ends, O_APPEND));
  SYS(pipe2, NOWHERE, 0);
  uint64_t hint = RWH_WRITE_LIFE_SHORT, got = 0;
  SHOW(fcntl(fd, F_SET_RW_HINT, &hint)), SHOW(fcntl(fd, F_GET_RW_HINT, &got)), SHOW(got);
  SHOW(fcntl(fd, F_SETLEASE, F_RDLCK));
  SHOW(fcntl(open("leased", O_CREAT, 0600), F_SETLEASE, F_RDLCK)), SHOW(fcntl(fd, F_GETLEASE));
  SHOW(fcntl(fd, F_NOTIFY, 1)), SHOW(fcntl(open(".", O_RDONLY), F_NOTIFY, DN_CREATE));
  SHOW(fcntl(fd, 9999, 0)), SHOW(fcntl(-1, F_GETFD)), SHOW(fcntl(fd, 1027 /* F_DUPFD_QUERY */, fd));
  SHOW(fcntl(fd, 1028 /* F_CREATED_QUERY */));
  int value = 0;
  SHOW(ioctl(ends[0], FIONREAD, &value)), SHOW(ioctl(fd, FIONREAD, &value)), SHOW(value), value = 1;
  SHOW(ioctl(ends[0], FIONBIO, &value));
  CHECK(fcntl(ends[0], F_GETFL) & O_NONBLOCK), SHOW(ioctl(fd, FIOCLEX)), SHOW(fcntl(fd, F_GETFD));
  SHOW(ioctl(fd, FIONCLEX)), SHOW(fcntl(fd, F_GETFD));
  SHOW(ioctl(fd, FIOASYNC, &value)), SHOW(ioctl(fd, TIOCGWINSZ, text));
  SHOW(ioctl(-1, FIONREAD, &value)), SYS(ioctl, ends[0], FIONREAD, NOWHERE);
  long attr = 0;
  SHOW(ioctl(fd, FS_IOC_GETFLAGS, &attr)), SHOW(ioctl(fd, FS_IOC_GETVERSION, &attr));
  SHOW(ioctl(fd, FIGETBSZ, &value)), SHOW(value >= 512);
  struct fsxattr extended;
  SHOW(ioctl(fd, FS_IOC_FSGETXATTR, &extended)), SHOW(ioctl(fd, FICLONE, again));
  SHOW(ioctl(fd, 0xdeadbeef, 0)), SHOW(ioctl(fd, BLKGETSIZE64, &hint));
  int first = open("/dev/null", O_RDONLY);
  for (int i = 100; i < 110; i++) dup2(first, i);
  SYS(close_range, 100, 104, 0), SHOW(fcntl(104, F_GETFD));
  SYS(close_range, 105, 109, CLOSE_RANGE_CLOEXEC), SHOW(fcntl(109, F_GETFD));
  SYS(close_range, 9, 8, 0), SYS(close_range, 100, 109, 0x80);
  SYS(close_range, 100, -1, CLOSE_RANGE_UNSHARE), SHOW(fcntl(109, F_GETFD));
}

static void waiting(void) {
  int ends[2], ep = epoll_create1(EPOLL_CLOEXEC), counter = eventfd(5, EFD_SEMAPHORE |
      EFD_NONBLOCK);
  MUST(pipe2(ends, O_NONBLOCK));
  SHOW(epoll_create1(0x80)), SHOW(eventfd(0, 0x80)), SHOW(fcntl(ep, F_GETFD));
  struct epoll_event e = {EPOLLIN | EPOLLET | EPOLLRDHUP, {.u64 = 0xfedcba9876543210}}, found[5];
  memset(found, 0x55, sizeof found);
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, counter, &e)), SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, -1, &e));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e));
  e.data.u64 = 1, e.events = EPOLLIN | EPOLLONESHOT;
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &e)), e.data.u64 = 2, e.events = EPOLLOUT;
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ends[1], &e)), SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, 99, &e));
  SHOW(epoll_ctl(ep, 9, ends[1], &e));
  SYS(epoll_ctl, ep, EPOLL_CTL_MOD, ends[1], NOWHERE);
  SYS(epoll_ctl, ep, EPOLL_CTL_DEL, 99, NOWHERE);
  SHOW(epoll_ctl(open("data", O_RDONLY), EPOLL_CTL_ADD, counter, &e));
  int n = epoll_wait(ep, found, 5, 0);
  SHOW(n);
  for (int i = 0; i < n; i++) printf("%x %llx\n", found[i].events,
      (unsigned long long)found[i].data.u64);
  CHECK(found[2].events == 0x55555555 && found[2].data.u64 == 0x5555555555555555);
  MUST(write(ends[1], "x", 1)), SHOW(epoll_wait(ep, found, 1, -1));
  n = syscall(SYS_epoll_pwait, ep, found, 5, 100, NULL, 8), SHOW(n);
  for (int i = 0; i < n; i++) printf("%x %llx\n", found[i].events,
      (unsigned long long)found[i].data.u64);
  SHOW(epoll_wait(ep, found, 0, 0)), SHOW(epoll_wait(ep, found, -1, 0));
  SHOW(epoll_wait(1000, found, 1, 0)), SYS(epoll_pwait, ep, NOWHERE, 1, 0, NULL, 8);
  SHOW(epoll_wait(ep, found, 1 << 28, 0)), SYS(epoll_pwait, ep, found, 1, 0, &n, 4);
  struct timespec none = {0, 0}, bad = {0, 1000000000}, little = {0, 1000};
  SYS(epoll_pwait2, ep, found, 5, &none, NULL, 0), SYS(epoll_pwait2, ep, found, 5, &bad, NULL, 0);
  SYS(epoll_pwait2, ep, found, 5, NOWHERE, NULL, 0);
  uint64_t value = 0;
  SHOW(read(counter, &value, 8)), SHOW(value), value = 7, SHOW(write(counter, &value, 8));
  SHOW(read(counter, &value, 4)), value = -1, SHOW(write(counter, &value, 8));
  struct pollfd fds[3] = {{ends[0], POLLIN | POLLRDNORM, 0}, {ends[1], POLLOUT | POLLWRNORM, 0},
      {1000, POLLIN, 0}};
  SHOW(poll(fds, 3, 0)), SHOW(fds[0].revents), SHOW(fds[1].revents), SHOW(fds[2].revents);
  MUST(close(ends[1]));
  fds[1].fd = -1, SHOW(poll(fds, 2, 0)), SHOW(fds[0].revents), SHOW(fds[1].revents);
  SYS(ppoll, fds, 1, &bad, NULL, 8), SYS(ppoll, NOWHERE, 1, &none, NULL, 8);
  SYS(ppoll, fds, 1, &none, &n, 4), SYS(ppoll, NULL, 0, &little, NULL, 8), SHOW(little.tv_sec);
  SYS(ppoll, fds, 1u << 31, &none, NULL, 8);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  FD_SET(counter, &set);
  SHOW(pselect(counter + 1, &set, NULL, NULL, &none, NULL)), SHOW(FD_ISSET(ends[0], &set));
  SHOW(FD_ISSET(counter, &set));
  FD_ZERO(&set);
  FD_SET(900, &set);
  SHOW(pselect(901, &set, NULL, NULL, &none, NULL));
  SHOW(pselect(-1, NULL, NULL, NULL, &none, NULL));
  SYS(pselect6, 1, NOWHERE, NULL, NULL, &none, NULL);
  struct {
    void *mask;
    size_t size;
  } with_size = {&set, 4};
  SYS(pselect6, 0, NULL, NULL, NULL, &none, &with_size);
  SYS(pselect6, 0, NULL, NULL, NULL, &none, NOWHERE);
  SYS(pselect6, 0, NULL, NULL, NULL, &bad, NULL);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec when = {{0, 0}, {1000, 0}}, old;
  SHOW(read(timer, &value, 8)), SHOW(timerfd_settime(timer, 0, &when, NULL));
  SHOW(timerfd_gettime(timer, &old)), CHECK(old.it_value.tv_sec >= 990);
  when.it_value = (struct timespec){0, 1};
  SHOW(timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, &old)), CHECK(old.it_value.tv_sec >= 990);
  struct pollfd one = {timer, POLLIN, 0};
  SHOW(poll(&one, 1, 10000)), SHOW(read(timer, &value, 8)), SHOW(value);
  SHOW(timerfd_create(77, 0)), SHOW(timerfd_create(0, 0x80));
  SHOW(timerfd_settime(timer, 0x80, &when, NULL));
  when.it_value.tv_nsec = -1, SHOW(timerfd_settime(timer, 0, &when, NULL));
  SHOW(timerfd_gettime(ends[0], &old)), SYS(timerfd_gettime, timer, NOWHERE);
  SYS(timerfd_settime, timer, 0, NOWHERE, NULL);
  sigset_t signals;
  sigemptyset(&signals), sigaddset(&signals, SIGUSR1), sigaddset(&signals, SIGRTMIN + 3);
  MUST(sigprocmask(SIG_BLOCK, &signals, NULL));
  int sfd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  struct signalfd_siginfo infos[4];
  SHOW(read(sfd, infos, sizeof infos));
  SHOW(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 42}));
  SHOW(kill(getpid(), SIGUSR1)), SHOW(read(sfd, infos, sizeof infos));
  SHOW(infos[0].ssi_signo), CHECK(infos[0].ssi_pid == getpid()), SHOW(infos[1].ssi_signo);
  SHOW(infos[1].ssi_int), SHOW(infos[1].ssi_code), CHECK(infos[0].ssi_uid == getuid());
  SHOW(signalfd(sfd, &signals, 0) == sfd), SHOW(signalfd(ends[0], &signals, 0));
  SYS(signalfd4, -1, &signals, 4, 0), SYS(signalfd4, -1, &signals, 8, 0x80);
  SHOW(read(sfd, infos, 8));
  int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), folder = inotify_add_watch(watcher, ".",
      IN_ALL_EVENTS);
  SHOW(folder), MUST(close(open("watched", O_CREAT | O_WRONLY, 0600)));
  MUST(rename("watched", "seen"));
  char events[1024];
  long length = read(watcher, events, sizeof events);
  for (long at = 0; at < length;) {
    struct inotify_event *event = (struct inotify_event *)(events + at);
    printf("%x %s %d\n", event->mask, event->len ? event->name : "", event->cookie != 0);
    at += sizeof *event + event->len;
  }
  SHOW(read(watcher, events, sizeof events)), SHOW(inotify_rm_watch(watcher, folder));
  SHOW(inotify_rm_watch(watcher, folder)), SHOW(inotify_init1(1));
  SHOW(inotify_add_watch(watcher, ".", 0)), SHOW(inotify_add_watch(ends[0], ".", IN_OPEN));
}

static void in_memory(void) {
  int fd = memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  SHOW(fcntl(fd, F_GETFD)), SHOW(fcntl(fd, F_GET_SEALS)), SHOW(ftruncate(fd, 4096));
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK)), SHOW(ftruncate(fd, 0));
  SHOW(ftruncate(fd, 9999));
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(map != MAP_FAILED), SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)), SHOW(munmap(map, 4096));
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL)), SHOW(write(fd, "x", 1));
  SHOW(fcntl(fd, F_GET_SEALS)), SHOW(fcntl(fd, F_ADD_SEALS, 0));
  CHECK(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
  CHECK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED);
  SHOW(memfd_create("x", 0x80)), SYS(memfd_create, NOWHERE, 0);
  SHOW(fcntl(memfd_create("x", 0), F_GET_SEALS)), SHOW(fcntl(0, F_GET_SEALS));
  SYS(memfd_create, "sealed", 8), SYS(memfd_create, "exec", 16);
  int secret = SYS(memfd_secret, O_CLOEXEC);
  if (secret >= 0) {
    MUST(ftruncate(secret, 4096));
    map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, secret, 0);
    CHECK(map != MAP_FAILED && (map[5] = 5) == 5), SHOW(write(1000, map, 1));
    SYS(memfd_secret, 0x80);
  }
}

int main(void) {
  enter_folder();
  signal(SIGIO, SIG_IGN);
  transfer(), control(), waiting(), in_memory();
  return 0;
}
