// What the system call tests share. A test prints what it sees; the text must be the same on every
// machine, so what differs between machines is compared inside the test.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Both architectures give the same numbers to what came after Linux 5.0; headers may be older.
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#define SYS_map_shadow_stack 453
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#define SYS_futex_wait 455
#define SYS_futex_requeue 456
#endif
#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#define SYS_lsm_get_self_attr 459
#define SYS_lsm_set_self_attr 460
#define SYS_lsm_list_modules 461
#endif
#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_getxattrat 464
#define SYS_listxattrat 465
#define SYS_removexattrat 466
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#ifndef SYS_file_getattr
#define SYS_file_getattr 468
#define SYS_file_setattr 469
#endif

static inline void show(const char *text, long value) {
  printf("%s = %ld%s%s\n", text, value, value == -1 ? " " : "", value == -1 ? strerror(errno) : "");
}

static inline long must(const char *text, long value) {
  if (value == -1) {
    printf("%s failed: %s\n", text, strerror(errno));
    exit(1);
  }
  return value;
}

static inline long worked(const char *text, long value) {
  printf("%s: %s\n", text, value == -1 ? strerror(errno) : "works");
  return value;
}

// Prints an expression's value, and the error if it is -1.
#define SHOW(x) show(#x, (long)(x))

// Prints whether something is so.
#define CHECK(x) printf("%s: %s\n", #x, (x) ? "yes" : "NO")

// Ends the test when its own setting cannot be made.
#define MUST(x) must(#x, (long)(x))

// Prints whether a call that answers -1 for failure worked, and the error; gives its value.
#define WORKS(x) worked(#x, (long)(x))

// The same for a system call that the library may have no function for.
#define SYS(name, ...) worked("SYS_" #name "(" #__VA_ARGS__ ")", syscall(SYS_##name, ##__VA_ARGS__))

// A call that the emulator refuses: the host's kernel is not asked.
#ifdef __aarch64__
#define REFUSES(name, error, ...)                                                               \
  printf("%s is refused: %s\n", #name,                                                          \
         syscall(SYS_##name, __VA_ARGS__) == -1 && errno == (error) ? "yes" : strerror(errno))
#else
#define REFUSES(name, error, ...) printf("%s is refused: yes\n", #name)
#endif

// An address where no process has memory.
#define NOWHERE ((void *)0x10)
// An address that no process can have.
#define BEYOND ((void *)0xffff800000001000)

static char test_folder[64];

static inline int remove_one(const char *path, const struct stat *s, int flag, struct FTW *ftw) {
  (void)s, (void)flag, (void)ftw;
  return remove(path);
}

static inline void leave_folder(void) {
  if (chdir("/") == 0) nftw(test_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// Makes a folder for this run, goes there, and removes it at the end.
static inline void enter_folder(void) {
  strcpy(test_folder, "/tmp/xemu-syscalls-XXXXXX");
  if (mkdtemp(test_folder) == NULL || chdir(test_folder) != 0) {
    perror(test_folder);
    exit(1);
  }
  umask(022);
  atexit(leave_folder);
}

// A file with a text, open for reading and writing.
static inline int file_with(const char *path, const char *text) {
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  MUST(fd);
  if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) exit(1);
  lseek(fd, 0, SEEK_SET);
  return fd;
}
