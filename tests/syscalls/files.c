// Files by path and by descriptor: open flags, status, links, times, attributes.
#include "check.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#ifdef __aarch64__
#define K_LARGEFILE 0400000
#else
#define K_LARGEFILE 0100000
#endif

static void show_flags(const char *what, long flags) {
  static const struct {
    long bit;
    const char *name;
  } names[] = {{O_WRONLY, "WRONLY"},     {O_RDWR, "RDWR"},         {O_APPEND, "APPEND"},
               {O_NONBLOCK, "NONBLOCK"}, {O_DSYNC, "DSYNC"},       {O_ASYNC, "ASYNC"},
               {O_DIRECTORY, "DIR"},     {O_NOFOLLOW, "NOFOLLOW"}, {O_DIRECT, "DIRECT"},
               {K_LARGEFILE, "LARGE"},   {O_NOATIME, "NOATIME"},   {O_PATH, "PATH"}};
  printf("%s:", what);
  if (flags == -1) printf(" %s", strerror(errno));
  else
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (flags & names[i].bit) printf(" %s", names[i].name);
  if (flags != -1 && flags & 0x1ff0000 & ~(O_DIRECTORY | O_NOFOLLOW | O_DIRECT | K_LARGEFILE |
      O_NOATIME))
    printf(" more");
  printf("\n");
}

static void opened(const char *path, const char *what, long flags) {
  int fd = syscall(SYS_openat, AT_FDCWD, path, flags, 0640);
  char text[100];
  snprintf(text, sizeof text, "open %s %s", path, what);
  show_flags(text, fd == -1 ? -1 : fcntl(fd, F_GETFL));
  if (fd != -1) close(fd);
}

#define OPENED(path, flags) opened(path, #flags, flags)

static void open_flags(void) {
  close(file_with("plain", "hello world"));
  MUST(mkdir("folder", 0755));
  MUST(symlink("plain", "link")), MUST(symlink("folder", "dirlink"));
  MUST(symlink("none", "dangling"));
  OPENED("plain", O_RDONLY), OPENED("plain", O_WRONLY), OPENED("plain", O_RDWR);
  OPENED("plain", O_RDONLY | O_DIRECTORY), OPENED("folder", O_RDONLY | O_DIRECTORY);
  OPENED("folder", O_RDONLY), OPENED("folder", O_RDWR), OPENED("link", O_RDONLY);
  OPENED("link", O_NOFOLLOW), OPENED("plain", O_NOFOLLOW), OPENED("dirlink", O_NOFOLLOW);
  OPENED("dirlink", O_DIRECTORY), OPENED("dirlink", O_DIRECTORY | O_NOFOLLOW);
  OPENED("link", O_PATH | O_NOFOLLOW), OPENED("folder", O_PATH | O_DIRECTORY);
  OPENED("plain", O_PATH), OPENED("plain", O_PATH | O_DIRECTORY), OPENED("link", O_PATH);
  OPENED("plain", O_RDONLY | O_DIRECT), OPENED("plain", O_RDONLY | K_LARGEFILE);
  OPENED("plain", O_APPEND | O_WRONLY), OPENED("plain", O_NONBLOCK), OPENED("plain", O_SYNC);
  OPENED("plain", O_DSYNC), OPENED("plain", O_ASYNC), OPENED("plain", O_NOATIME);
  OPENED("plain", O_CREAT | O_EXCL), OPENED("dangling", O_CREAT | O_EXCL);
  OPENED("new", O_CREAT | O_EXCL);
  OPENED("dangling", O_RDONLY), OPENED("dangling", O_CREAT | O_NOFOLLOW), OPENED("none2", O_RDWR);
  OPENED("folder", O_TMPFILE | O_RDWR), OPENED("folder", O_TMPFILE | O_RDONLY);
  OPENED("plain", O_TMPFILE | O_RDWR);
  OPENED("folder", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR);
  OPENED("folder", O_CREAT | O_DIRECTORY), OPENED("plain", O_NOCTTY | O_CLOEXEC);
  OPENED("", O_RDONLY);
  OPENED("plain/x", O_RDONLY), OPENED("plain", 0x80000000L), OPENED("plain", O_ACCMODE);
  SHOW(open("plain", O_TRUNC | O_WRONLY) >= 0);
  int fd = open("plain", O_RDWR | O_CLOEXEC);
  SHOW(fcntl(fd, F_GETFD)), SHOW(fcntl(fd, F_SETFD, 0)), SHOW(fcntl(fd, F_GETFD));
  SHOW(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_NOATIME));
  show_flags("after F_SETFL", fcntl(fd, F_GETFL));
  SHOW(fcntl(fd, F_SETFL, O_DIRECT));
  show_flags("after F_SETFL O_DIRECT", fcntl(fd, F_GETFL));
  SHOW(fcntl(fd, F_SETFL, O_DIRECTORY | O_NOFOLLOW | K_LARGEFILE));
  show_flags("after F_SETFL of what cannot be set", fcntl(fd, F_GETFL));
  close(fd);
}

static void opened_how(const char *path, const char *what, struct open_how how, size_t size) {
  int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, size);
  char text[160];
  snprintf(text, sizeof text, "openat2 %s %s, %zu", path, what, size);
  show_flags(text, fd == -1 ? -1 : fcntl(fd, F_GETFL));
  if (fd != -1) close(fd);
}

#define HOW(path, ...) opened_how(path, #__VA_ARGS__, (struct open_how){__VA_ARGS__}, sizeof(struct open_how))

static void open_how(void) {
  HOW("plain", O_RDONLY), HOW("folder", O_DIRECTORY), HOW("plain", O_DIRECTORY);
  HOW("link", O_NOFOLLOW);
  HOW("plain", O_DIRECT), HOW("plain", K_LARGEFILE), HOW("plain", 1L << 40);
  HOW("plain", O_RDONLY, 0644);
  HOW("plain", O_RDONLY, 0, RESOLVE_BENEATH), HOW("/", O_RDONLY, 0, RESOLVE_BENEATH);
  HOW("link", O_RDONLY, 0, RESOLVE_NO_SYMLINKS), HOW("/plain", O_RDONLY, 0, RESOLVE_IN_ROOT);
  HOW("plain", O_RDONLY, 0, 1 << 20), HOW("created", O_CREAT | O_RDWR, 0600);
  HOW("dirlink", O_PATH | O_NOFOLLOW | O_DIRECTORY);
  opened_how("plain", "short", (struct open_how){O_RDONLY}, 8);
  char big[64] = {0};
  SHOW(syscall(SYS_openat2, AT_FDCWD, "plain", big, sizeof big) >= 0);
  big[40] = 1;
  SHOW(syscall(SYS_openat2, AT_FDCWD, "plain", big, sizeof big));
  SYS(openat2, AT_FDCWD, "plain", NOWHERE, sizeof(struct open_how));
  SYS(openat2, AT_FDCWD, "plain", big, 100000);
}

static void show_stat(const char *what, const struct stat *s) {
  printf("%s: mode %o links %d size %ld blocks %d uid %d gid %d rdev %lx\n", what, s->st_mode,
         (int)s->st_nlink, (long)s->st_size, s->st_blocks < 100, s->st_uid == geteuid(),
         s->st_gid == getegid(), (long)s->st_rdev);
}

static void status(void) {
  close(file_with("plain", "hello world"));
  struct stat s, by_fd, by_at;
  memset(&s, 0x55, sizeof s);
  int fd = open("plain", O_RDWR), folder = open(".", O_RDONLY | O_DIRECTORY);
  SHOW(stat("plain", &s)), show_stat("plain", &s);
  SHOW(fstat(fd, &by_fd)), SHOW(fstatat(folder, "plain", &by_at, 0));
  CHECK(s.st_ino == by_fd.st_ino && s.st_dev == by_fd.st_dev && s.st_ino == by_at.st_ino);
  CHECK(s.st_blksize >= 512 && s.st_blksize <= 1 << 22 && s.st_blksize == by_fd.st_blksize);
  CHECK(s.st_mtim.tv_nsec < 1000000000 && s.st_mtim.tv_sec > 1000000000);
  CHECK(memcmp(&s.st_mtim, &by_fd.st_mtim, sizeof s.st_mtim) == 0);
  SHOW(lstat("link", &s)), show_stat("link", &s), SHOW(stat("folder", &s)), show_stat("folder", &s);
  SHOW(stat("/dev/null", &s)), show_stat("null", &s), SHOW(stat("none", &s));
  SHOW(fstatat(folder, "link", &s, AT_SYMLINK_NOFOLLOW)), show_stat("link", &s);
  SHOW(fstatat(fd, "", &s, AT_EMPTY_PATH)), show_stat("itself", &s), SHOW(fstatat(fd, "", &s, 0));
  SHOW(fstatat(AT_FDCWD, "plain", &s, 0x8000)), SHOW(fstat(-1, &s)), SHOW(fstatat(fd, "x", &s, 0));
  SYS(newfstatat, fd, NULL, &s, AT_EMPTY_PATH), SYS(newfstatat, AT_FDCWD, NOWHERE, &s, 0);
  SYS(newfstatat, AT_FDCWD, "plain", NOWHERE, 0), SYS(fstat, fd, NOWHERE), SYS(fstat, fd, BEYOND);
  struct statx x;
  memset(&x, 0x55, sizeof x);
  SHOW(statx(AT_FDCWD, "plain", 0, STATX_BASIC_STATS, &x));
  MUST(stat("plain", &s));
  CHECK(x.stx_ino == s.st_ino && x.stx_size == 11 && x.stx_mode == s.st_mode && x.stx_nlink == 1);
  CHECK(x.stx_mtime.tv_nsec == s.st_mtim.tv_nsec);
  SHOW(statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_ALL, &x)), SHOW(x.stx_mode);
  SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
  SHOW(statx(fd, NULL, AT_EMPTY_PATH, STATX_SIZE, &x));
  SHOW(statx(AT_FDCWD, "plain", 0, 0x80000000, &x)), SYS(statx, AT_FDCWD, "plain", 0, 0, NOWHERE);
  SHOW(statx(AT_FDCWD, "plain", 0x10, STATX_ALL, &x));
  struct statfs f, g;
  SHOW(statfs(".", &f)), SHOW(fstatfs(fd, &g));
  CHECK(f.f_type == g.f_type && f.f_namelen == g.f_namelen);
  CHECK(f.f_bsize == g.f_bsize && f.f_flags == g.f_flags && f.f_blocks == g.f_blocks &&
      f.f_frsize > 0);
  SHOW(statfs("/proc", &f)), SHOW(f.f_type), SHOW(f.f_namelen), SHOW(statfs("none", &f));
  SYS(statfs, ".", NOWHERE), SYS(fstatfs, -1, &f);
  SHOW(access("plain", R_OK | W_OK)), SHOW(access("plain", 8)), SHOW(access("none", F_OK));
  SHOW(faccessat(folder, "link", F_OK, AT_SYMLINK_NOFOLLOW));
  SHOW(faccessat(folder, "dangling", F_OK, 0));
  SYS(faccessat, AT_FDCWD, "plain", R_OK), SYS(faccessat2, fd, "", R_OK, AT_EMPTY_PATH);
  SYS(faccessat2, AT_FDCWD, "plain", R_OK, AT_EACCESS), SYS(faccessat2, AT_FDCWD, "plain", 0, 0x80);
}

static void names(void) {
  char text[64] = "";
  int folder = open(".", O_RDONLY | O_DIRECTORY), fd = open("plain", O_RDWR);
  SHOW(readlink("link", text, sizeof text)), puts(text), SHOW(readlink("link", text, 2));
  SHOW(readlink("plain", text, 9)), SHOW(readlink("link", text, 0));
  SHOW(readlink("none", text, 9));
  int link_fd = open("link", O_PATH | O_NOFOLLOW);
  SHOW(readlinkat(link_fd, "", text, sizeof text)), SYS(readlinkat, AT_FDCWD, "link", text, -1);
  SYS(readlinkat, AT_FDCWD, "link", NOWHERE, 9);
  SHOW(mkdirat(folder, "sub", 0777)), SHOW(mkdir("sub", 0777)), SHOW(mkdir("none/x", 0777));
  SHOW(linkat(folder, "plain", folder, "hard", 0));
  SHOW(linkat(folder, "link", folder, "hard2", AT_SYMLINK_FOLLOW));
  SHOW(linkat(fd, "", folder, "hard3", AT_EMPTY_PATH)), SHOW(link("none", "x"));
  SHOW(link("plain", "hard"));
  SHOW(linkat(folder, "plain", folder, "hard4", 0x800)), SHOW(symlinkat("target", folder, "sym"));
  SHOW(symlink("target", "sym")), SHOW(symlink("", "sym2"));
  SHOW(renameat(folder, "sym", folder, "sym3"));
  SHOW(renameat2(folder, "sym3", folder, "hard", RENAME_NOREPLACE));
  SHOW(renameat2(folder, "sym3", folder, "hard", RENAME_EXCHANGE)), SHOW(readlink("hard", text, 9));
  SHOW(renameat2(folder, "hard", folder, "gone", RENAME_NOREPLACE | RENAME_EXCHANGE));
  SHOW(renameat2(folder, "hard", folder, "gone", 0x80)), SHOW(rename("none", "x"));
  SHOW(rename("sub", "plain"));
  SHOW(unlinkat(folder, "gone", 0)), SHOW(unlinkat(folder, "sub", 0));
  SHOW(unlinkat(folder, "sub", AT_REMOVEDIR));
  SHOW(unlinkat(folder, "hard", 0x80)), SHOW(unlink("hard")), SHOW(rmdir("plain"));
  SHOW(rmdir("none"));
  SHOW(mknodat(folder, "fifo", S_IFIFO | 0666, 0)), SHOW(mknod("sock", S_IFSOCK | 0600, 0));
  SHOW(mknod("file", S_IFREG | 0600, 0)), SHOW(mknod("bad", S_IFDIR | 0600, 0));
  SHOW(mknod("fifo", S_IFIFO, 0));
  struct stat s;
  SHOW(stat("fifo", &s)), SHOW(s.st_mode), SHOW(stat("sock", &s)), SHOW(s.st_mode);
  SHOW(umask(077)), SHOW(mkdir("closed", 0777)), SHOW(umask(022)), SHOW(stat("closed", &s));
  SHOW(s.st_mode);
  SHOW(chmod("plain", 0600)), SHOW(fchmod(fd, 0644)), SHOW(fchmodat(folder, "plain", 04755, 0));
  MUST(stat("plain", &s)), SHOW(s.st_mode), SYS(fchmodat2, folder, "plain", 0640, 0);
  SYS(fchmodat2, folder, "link", 0640, AT_SYMLINK_NOFOLLOW);
  SYS(fchmodat2, fd, "", 0600, AT_EMPTY_PATH);
  SYS(fchmodat2, folder, "plain", 0640, 0x20), SHOW(chmod("none", 0)), SHOW(fchmod(-1, 0));
  SHOW(chown("plain", -1, -1)), SHOW(fchown(fd, -1, -1));
  SHOW(fchownat(folder, "link", -1, -1, AT_SYMLINK_NOFOLLOW));
  SHOW(fchownat(fd, "", -1, -1, AT_EMPTY_PATH)), SHOW(fchownat(folder, "plain", -1, -1, 0x40));
  SHOW(chown("none", -1, -1));
  SHOW(truncate("plain", 5)), SHOW(truncate("plain", -1)), SHOW(truncate("folder", 1));
  SHOW(ftruncate(fd, 1 << 20));
  MUST(stat("plain", &s)), SHOW(s.st_size), SHOW(ftruncate(fd, -5)), SHOW(ftruncate(folder, 0));
  char cwd[256];
  MUST(getcwd(cwd, sizeof cwd) != NULL ? 0 : -1), CHECK(strcmp(cwd, test_folder) == 0);
  SHOW(syscall(SYS_getcwd, cwd, 2)), SYS(getcwd, NOWHERE, 256), SHOW(chdir("folder"));
  SHOW(chdir("none"));
  SHOW(syscall(SYS_getcwd, cwd, sizeof cwd) == (long)strlen(test_folder) + 8), SHOW(fchdir(folder));
  SHOW(fchdir(fd));
  SHOW(chroot("none")), SYS(chroot, NOWHERE);
}

static void times(void) {
  struct stat s;
  struct timespec both[2] = {{1000000, 5}, {2000000, 999999999}};
  SHOW(utimensat(AT_FDCWD, "plain", both, 0)), MUST(stat("plain", &s));
  SHOW(s.st_atim.tv_sec), SHOW(s.st_atim.tv_nsec), SHOW(s.st_mtim.tv_sec), SHOW(s.st_mtim.tv_nsec);
  both[0].tv_nsec = UTIME_OMIT, both[1] = (struct timespec){7, 8};
  int fd = open("plain", O_RDWR);
  SHOW(futimens(fd, both)), MUST(stat("plain", &s)), SHOW(s.st_atim.tv_sec), SHOW(s.st_mtim.tv_sec);
  both[1].tv_nsec = UTIME_NOW;
  SHOW(utimensat(AT_FDCWD, "link", both, AT_SYMLINK_NOFOLLOW));
  SHOW(utimensat(AT_FDCWD, "plain", NULL, 0));
  both[0].tv_nsec = 1000000000;
  SHOW(utimensat(AT_FDCWD, "plain", both, 0)), SYS(utimensat, AT_FDCWD, "plain", NOWHERE, 0);
  SHOW(utimensat(AT_FDCWD, "none", NULL, 0)), SYS(utimensat, fd, NULL, NULL, 0);
  SYS(utimensat, AT_FDCWD, "plain", NULL, 0x80);
  // A date after 2038 and one before 1970.
  struct timespec far[2] = {{5000000000, 0}, {-5, 0}};
  SHOW(utimensat(AT_FDCWD, "plain", far, 0)), MUST(stat("plain", &s));
  CHECK(s.st_atim.tv_sec == 5000000000);
}

static void attributes(void) {
  char value[32] = "", list[256];
  int fd = open("plain", O_RDWR);
  SHOW(setxattr("plain", "user.a", "one", 3, 0));
  SHOW(setxattr("plain", "user.a", "x", 1, XATTR_CREATE));
  SHOW(lsetxattr("plain", "user.b", "two!", 4, XATTR_CREATE));
  SHOW(fsetxattr(fd, "user.c", "", 0, 0));
  SHOW(setxattr("plain", "user.d", "x", 1, XATTR_REPLACE));
  SHOW(getxattr("plain", "user.a", value, sizeof value));
  puts(value), SHOW(getxattr("plain", "user.b", value, 1));
  SHOW(lgetxattr("plain", "user.b", NULL, 0));
  SHOW(fgetxattr(fd, "user.none", value, 9)), SHOW(listxattr("plain", list, sizeof list));
  SHOW(llistxattr("plain", NULL, 0)), SHOW(flistxattr(fd, list, 1));
  SHOW(removexattr("plain", "user.a"));
  SHOW(lremovexattr("plain", "user.b")), SHOW(fremovexattr(fd, "user.c"));
  SHOW(fremovexattr(fd, "user.c"));
  SHOW(getxattr("none", "user.a", value, 9)), SHOW(setxattr("plain", "bad.a", "x", 1, 0));
  SHOW(setxattr("plain", "user.x", "x", 1, 8));
  struct {
    uint64_t value;
    uint32_t size, flags;
  } args = {(uint64_t)(uintptr_t) "four", 4, 0};
  SYS(setxattrat, AT_FDCWD, "plain", 0, "user.e", &args, sizeof args);
  args.value = (uint64_t)(uintptr_t)value, args.size = sizeof value;
  SYS(getxattrat, AT_FDCWD, "plain", 0, "user.e", &args, sizeof args), puts(value);
  SYS(listxattrat, fd, "", AT_EMPTY_PATH, list, sizeof list);
  SYS(removexattrat, AT_FDCWD, "plain", 0, "user.e");
  SYS(removexattrat, AT_FDCWD, "plain", 0, "user.e");
  SYS(getxattrat, AT_FDCWD, "plain", 0, "user.e", &args, 4);
  uint64_t attr[8] = {0};
  SYS(file_getattr, AT_FDCWD, "plain", attr, 24, 0);
  SYS(file_setattr, AT_FDCWD, "none", attr, 24, 0);
  SYS(file_getattr, AT_FDCWD, "plain", attr, 1, 0);
}

static void handles(void) {
  struct {
    struct file_handle head;
    char bytes[128];
  } handle = {.head.handle_bytes = 0};
  int mount = 0, other = 0, folder = open(".", O_RDONLY);
  SHOW(name_to_handle_at(AT_FDCWD, "plain", &handle.head, &mount, 0));
  SHOW(handle.head.handle_bytes > 0);
  SHOW(name_to_handle_at(AT_FDCWD, "plain", &handle.head, &mount, 0));
  SHOW(name_to_handle_at(AT_FDCWD, "link", &handle.head, &other, AT_SYMLINK_FOLLOW));
  CHECK(mount == other);
  SHOW(name_to_handle_at(AT_FDCWD, "none", &handle.head, &mount, 0));
  SHOW(name_to_handle_at(AT_FDCWD, "plain", &handle.head, &mount, 0x8000));
  int fd = open_by_handle_at(folder, &handle.head, O_RDONLY | O_NONBLOCK);
  show_flags("by handle", fd == -1 ? -1 : fcntl(fd, F_GETFL));
  fd = open_by_handle_at(folder, &handle.head, O_RDONLY | O_DIRECTORY);
  show_flags("by handle as a folder", fd == -1 ? -1 : fcntl(fd, F_GETFL));
  handle.head.handle_type = 12345, handle.head.handle_bytes = 0;
  SHOW(open_by_handle_at(folder, &handle.head, O_RDONLY));
}

static void folders(void) {
  MUST(mkdir("listed", 0755)), MUST(chdir("listed"));
  for (char name[] = "a"; *name <= 'e'; ++*name) close(file_with(name, name));
  MUST(mkdir("z", 0755)), MUST(symlink("a", "l"));
  int fd = open(".", O_RDONLY | O_DIRECTORY), entries = 0, types = 0;
  char buffer[1024];
  for (long n; (n = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0;)
    for (long at = 0; at < n; entries++) {
      struct dirent64 *entry = (struct dirent64 *)(buffer + at);
      types += entry->d_type == DT_REG ? 1 : entry->d_type == DT_LNK ? 100 : 10000;
      at += entry->d_reclen;
    }
  SHOW(entries), SHOW(types), SHOW(lseek(fd, 0, SEEK_SET)), SYS(getdents64, fd, buffer, 4);
  SYS(getdents64, fd, NOWHERE, 1024), SYS(getdents64, 1, buffer, 1024), MUST(chdir(".."));
}

int main(void) {
  enter_folder();
  open_flags(), open_how(), status(), names(), times(), attributes(), handles(), folders();
  return 0;
}
