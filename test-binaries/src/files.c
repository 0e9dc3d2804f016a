// Files, directories, pipes, sockets, polling and time.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "t.h"

static char home[] = "/tmp/xt-filesXXXXXX";
static void enter(void) {
  if (!mkdtemp(home)) t_die("mkdtemp");
  MUST(chdir(home));
}
static void leave(void) {
  char command[64];
  snprintf(command, sizeof command, "/bin/rm -rf %s", home);
  MUST(chdir("/"));
  if (strncmp(home, "/tmp/xt-files", 13) == 0 && system(command) != 0) puts("could not remove the folder");
}

static void reading(int argc, char **argv) {
  (void)argc, (void)argv;
  enter();
  int fd = MUST(open("a", O_RDWR | O_CREAT | O_EXCL, 0640));
  CHECK(open("a", O_RDWR | O_CREAT | O_EXCL, 0640) == -1 && errno == EEXIST);
  CHECK(open("none", O_RDONLY) == -1 && errno == ENOENT);
  CHECK(open("a", O_RDONLY | O_DIRECTORY) == -1 && errno == ENOTDIR);
  CHECK(open(".", O_WRONLY) == -1 && errno == EISDIR);
  SHOW(write(fd, "0123456789", 10)), SHOW(lseek(fd, -3, SEEK_END));
  char b[16] = {0};
  SHOW(read(fd, b, 16));
  puts(b);
  CHECK(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL);
  struct iovec v[3] = {{b, 2}, {b + 4, 3}, {b + 8, 1}};
  SHOW(preadv(fd, v, 3, 1));
  printf("%.2s %.3s %.1s\n", b, b + 4, b + 8);
  SHOW(ftruncate(fd, 100000)), SHOW(lseek(fd, 0, SEEK_END));
  int other = MUST(dup3(fd, 20, O_CLOEXEC));
  SHOW(other), SHOW(fcntl(20, F_GETFD)), SHOW(fcntl(fd, F_GETFD));
  HEX(fcntl(fd, F_GETFL) & ~0500000);
  SHOW(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
  HEX(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 5};
  SHOW(fcntl(fd, F_SETLK, &lock));
  SHOW(symlink("a", "link")), SHOW(link("a", "hard"));
  CHECK(open("link", O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
  b[readlink("link", b, sizeof b)] = 0;
  puts(b);
  SHOW(rename("hard", "moved")), SHOW(access("moved", R_OK));
  CHECK(access("hard", F_OK) == -1 && errno == ENOENT);
  SHOW(unlink("moved")), SHOW(mkdir("d", 0755)), SHOW(rmdir("d"));
  CHECK(rmdir("a") == -1 && errno == ENOTDIR);
  int path = MUST(open("a", O_PATH));
  CHECK(read(path, b, 1) == -1 && errno == EBADF);
  int pipes[2];
  MUST(pipe(pipes));
  MUST(pwrite(fd, "hello", 5, 0));
  off_t at = 0;
  SHOW(sendfile(pipes[1], path = MUST(open("a", O_RDONLY)), &at, 4)), SHOW(at);
  SHOW(splice(path, NULL, pipes[1], NULL, 3, 0));
  SHOW(copy_file_range(path, NULL, MUST(open("b", O_RDWR | O_CREAT, 0600)), NULL, 1000, 0));
  leave();
}
static void status(int argc, char **argv) {
  (void)argc, (void)argv;
  enter();
  umask(022);
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0666));
  MUST(write(fd, "12345", 5));
  struct stat s;
  MUST(fstat(fd, &s));
  SHOW(s.st_size), HEX(s.st_mode), SHOW(s.st_nlink), SHOW(s.st_blksize), SHOW(s.st_blocks);
  CHECK(s.st_uid == getuid() && s.st_gid == getegid() && s.st_ino != 0 && s.st_dev != 0);
  struct timespec times[2] = {{1000000000, 123456789}, {1500000000, 5}};
  MUST(futimens(fd, times));
  MUST(stat("f", &s));
  SHOW(s.st_atim.tv_sec), SHOW(s.st_atim.tv_nsec), SHOW(s.st_mtim.tv_sec), SHOW(s.st_mtim.tv_nsec);
  MUST(chmod("f", 04711));
  MUST(fstatat(AT_FDCWD, "f", &s, AT_SYMLINK_NOFOLLOW));
  HEX(s.st_mode);
  MUST(symlink("f", "l"));
  MUST(lstat("l", &s));
  CHECK(S_ISLNK(s.st_mode) && s.st_size == 1);
  MUST(mkfifo("p", 0600));
  MUST(stat("p", &s));
  CHECK(S_ISFIFO(s.st_mode));
  MUST(stat("/dev/null", &s));
  CHECK(S_ISCHR(s.st_mode) && major(s.st_rdev) == 1 && minor(s.st_rdev) == 3);
  struct statx x;
  MUST(statx(AT_FDCWD, "f", 0, STATX_ALL, &x));
  SHOW(x.stx_size), HEX(x.stx_mode), SHOW(x.stx_mtime.tv_sec);
  struct statfs fs;
  CHECK(statfs(".", &fs) == 0 && fs.f_bsize > 0 && fs.f_namelen == 255);
  CHECK(stat("none", &s) == -1 && errno == ENOENT);
  CHECK(stat((char *)1, &s) == -1 && errno == EFAULT);
  leave();
}
static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static void directories(int argc, char **argv) {
  (void)argc, (void)argv;
  enter();
  char name[32];
  for (int i = 0; i < 300; i++) {
    snprintf(name, sizeof name, "entry-%03d", i);
    if (i % 10) close(MUST(creat(name, 0600)));
    else MUST(mkdir(name, 0700));
  }
  struct dirent **list;
  int n = scandir(".", &list, NULL, by_name), folders = 0;
  for (int i = 0; i < n; i++) folders += list[i]->d_type == DT_DIR;
  SHOW(n), SHOW(folders);
  puts(list[299]->d_name);
  DIR *d = opendir(".");
  for (int i = 0; i < 5; i++) readdir(d);
  long place = telldir(d);
  char next[256];
  strcpy(next, readdir(d)->d_name);
  while (readdir(d)) continue;
  seekdir(d, place);
  CHECK(strcmp(readdir(d)->d_name, next) == 0);
  closedir(d);
  char cwd[256];
  CHECK(getcwd(cwd, sizeof cwd) && strcmp(cwd, home) == 0);
  int fd = MUST(open("entry-000", O_RDONLY | O_DIRECTORY));
  close(MUST(openat(fd, "inside", O_CREAT | O_WRONLY, 0600)));
  SHOW(faccessat(fd, "inside", F_OK, 0)), SHOW(unlinkat(fd, "inside", 0));
  SHOW(renameat(AT_FDCWD, "entry-001", fd, "moved")), SHOW(fchdir(fd)), SHOW(access("moved", F_OK));
  leave();
}

static void pipes(int argc, char **argv) {
  (void)argc, (void)argv;
  int fds[2];
  MUST(pipe2(fds, O_NONBLOCK));
  char b[4096] = {0};
  CHECK(read(fds[0], b, 1) == -1 && errno == EAGAIN);
  long total = 0, n;
  while ((n = write(fds[1], b, sizeof b)) > 0) total += n;
  CHECK(total >= 65536 && errno == EAGAIN);
  int waiting;
  MUST(ioctl(fds[0], FIONREAD, &waiting));
  CHECK(waiting == total);
  SHOW(fcntl(fds[0], F_SETPIPE_SZ, 1 << 18));
  close(fds[0]);
  signal(SIGPIPE, SIG_IGN);
  CHECK(write(fds[1], b, 1) == -1 && errno == EPIPE);
  FILE *p = popen("echo from a shell; exit 3", "r");
  printf("%s", fgets(b, sizeof b, p));
  SHOW(WEXITSTATUS(pclose(p)));
  SHOW(WEXITSTATUS(system("exit 12")));
}

static void unix_sockets(int argc, char **argv) {
  (void)argc, (void)argv;
  enter();
  int fds[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
  SHOW(write(fds[0], "ping", 4));
  char b[64] = {0};
  SHOW(recv(fds[1], b, sizeof b, MSG_PEEK)), SHOW(read(fds[1], b, sizeof b));
  puts(b);
  // A descriptor through the socket.
  int file = MUST(open("passed", O_RDWR | O_CREAT, 0600));
  char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
  struct iovec v = {(char *)"fd", 2};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET, c->cmsg_type = SCM_RIGHTS, c->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(c), &file, sizeof file);
  SHOW(sendmsg(fds[0], &m, 0));
  v.iov_base = b, v.iov_len = sizeof b, memset(control, 0, sizeof control);
  SHOW(recvmsg(fds[1], &m, MSG_CMSG_CLOEXEC));
  c = CMSG_FIRSTHDR(&m);
  int got;
  memcpy(&got, CMSG_DATA(c), sizeof got);
  SHOW(write(got, "via", 3)), SHOW(lseek(file, 0, SEEK_END)), SHOW(fcntl(got, F_GETFD));
  struct ucred cred;
  socklen_t n = sizeof cred;
  MUST(getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &cred, &n));
  CHECK(cred.pid == getpid() && cred.uid == getuid());
  struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "sock"};
  int s = MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  MUST(bind(s, (struct sockaddr *)&at, sizeof at));
  CHECK(bind(s, (struct sockaddr *)&at, sizeof at) == -1 && errno == EADDRINUSE);
  SHOW(sendto(fds[0] = MUST(socket(AF_UNIX, SOCK_DGRAM, 0)), "datagram", 8, 0, (struct sockaddr *)&at, sizeof at));
  SHOW(recvfrom(s, b, sizeof b, 0, NULL, NULL));
  CHECK(connect(fds[0], (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, "none"}, sizeof at) == -1 && errno == ENOENT);
  leave();
}
static void tcp(int argc, char **argv) {
  (void)argc, (void)argv;
  int server = MUST(socket(AF_INET, SOCK_STREAM, 0)), one = 1;
  MUST(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  MUST(bind(server, (struct sockaddr *)&at, sizeof at));
  MUST(listen(server, 5));
  socklen_t n = sizeof at;
  MUST(getsockname(server, (struct sockaddr *)&at, &n));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int c = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(c, (struct sockaddr *)&at, sizeof at));
    char block[1000];
    uint64_t h = HASH_START;
    for (long left = 1000000; left > 0;) {
      long got = MUST(read(c, block, sizeof block));
      h = t_hash(h, block, got), left -= got;
    }
    MUST(write(c, &h, 8));
    _exit(0);
  }
  int c = MUST(accept4(server, NULL, NULL, SOCK_CLOEXEC));
  MUST(setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
  uint64_t h = HASH_START, theirs = 0;
  for (int i = 0; i < 1000; i++) {
    uint64_t block[125];
    for (int k = 0; k < 125; k++) block[k] = t_random();
    h = t_hash(h, block, 1000);
    if (send(c, block, 1000, MSG_NOSIGNAL) != 1000) t_die("send");
  }
  SHOW(recv(c, &theirs, 8, MSG_WAITALL));
  CHECK(h == theirs);
  SHOW(read(c, &theirs, 8));
  int status;
  MUST(waitpid(pid, &status, 0));
  SHOW(status);
  int type;
  n = sizeof type;
  MUST(getsockopt(c, SOL_SOCKET, SO_TYPE, &type, &n));
  SHOW(type);
  CHECK(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, sizeof at) == -1 && errno == ECONNREFUSED);
}

static void epoll(int argc, char **argv) {
  (void)argc, (void)argv;
  int ep = MUST(epoll_create1(EPOLL_CLOEXEC)), fds[3][2];
  struct epoll_event e, out[8];
  for (int i = 0; i < 3; i++) {
    MUST(pipe(fds[i]));
    e.events = EPOLLIN | (i == 2 ? EPOLLET : 0), e.data.u64 = 0x1122334455667700u + i;
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fds[i][0], &e));
  }
  CHECK(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0][0], &e) == -1 && errno == EEXIST);
  SHOW(epoll_wait(ep, out, 8, 0));
  MUST(write(fds[1][1], "x", 1)), MUST(write(fds[2][1], "y", 1));
  SHOW(epoll_wait(ep, out, 8, 1000));
  uint64_t together = 0;
  for (int i = 0; i < 2; i++) together += out[i].data.u64;
  HEX(together), HEX(out[0].events | out[1].events);
  SHOW(epoll_wait(ep, out, 8, 0));
  HEX(out[0].data.u64);
  close(fds[0][1]);
  SHOW(epoll_pwait(ep, out, 1, 1000, NULL));
  SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, fds[1][0], NULL));
  int ev = MUST(eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK));
  uint64_t v = 0;
  SHOW(read(ev, &v, 8)), SHOW(v);
  struct pollfd p[2] = {{ev, POLLIN | POLLOUT, 0}, {fds[0][0], POLLIN, 0}};
  SHOW(poll(p, 2, 100)), HEX(p[0].revents), HEX(p[1].revents);
  fd_set r;
  FD_ZERO(&r);
  FD_SET(fds[1][0], &r);
  FD_SET(fds[2][0], &r);
  SHOW(select(64, &r, NULL, NULL, &(struct timeval){1, 0}));
  CHECK(FD_ISSET(fds[1][0], &r) && FD_ISSET(fds[2][0], &r));
  int t = MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  MUST(timerfd_settime(t, 0, &(struct itimerspec){{0, 1000000}, {0, 1000000}}, NULL));
  CHECK(poll(&(struct pollfd){t, POLLIN, 0}, 1, 1000) == 1 && read(t, &v, 8) == 8 && v >= 1);
}
static void watching(int argc, char **argv) {
  (void)argc, (void)argv;
  enter();
  int fd = MUST(inotify_init1(IN_NONBLOCK));
  int watch = MUST(inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE | IN_MOVED_TO));
  close(MUST(creat("new", 0600)));
  rename("new", "newer"), unlink("newer");
  char b[4096] __attribute__((aligned(8)));
  ssize_t n = MUST(read(fd, b, sizeof b));
  for (char *at = b; at < b + n;) {
    struct inotify_event *e = (void *)at;
    printf("%x %s %d\n", e->mask, e->name, e->wd == watch);
    at += sizeof *e + e->len;
  }
  leave();
}
static void clocks(int argc, char **argv) {
  (void)argc, (void)argv;
  struct timespec a, b;
  MUST(clock_gettime(CLOCK_MONOTONIC, &a));
  int backwards = 0;
  for (int i = 0; i < 100000; i++) {
    clock_gettime(CLOCK_MONOTONIC, &b);
    backwards += b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec);
    a = b;
  }
  SHOW(backwards);
  MUST(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 20000000}, NULL));
  MUST(clock_gettime(CLOCK_MONOTONIC, &b));
  CHECK((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec >= 20000000);
  MUST(clock_gettime(CLOCK_REALTIME, &a));
  CHECK(labs(time(NULL) - a.tv_sec) <= 1);
  MUST(clock_getres(CLOCK_MONOTONIC, &b));
  SHOW(b.tv_nsec);
  CHECK(clock_gettime(99, &b) == -1 && errno == EINVAL);
  CHECK(nanosleep(&(struct timespec){0, 1000000000}, NULL) == -1 && errno == EINVAL);
  setenv("TZ", "UTC0", 1);
  time_t then = 1234567890;
  char text[64];
  strftime(text, sizeof text, "%F %T", localtime(&then));
  puts(text);
}

static const struct test TESTS[] = {
    {"reading", reading}, {"status", status}, {"directories", directories}, {"pipes", pipes},
    {"unix_sockets", unix_sockets}, {"tcp", tcp}, {"epoll", epoll}, {"watching", watching}, {"clocks", clocks},
};
TEST_MAIN(TESTS)
