// Calls that few programs make: mounts, keys, modules, asynchronous transfers, filters, tracing.
#include "check.h"

#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

static void transfers(void) {
  aio_context_t context = 0;
  int fd = file_with("file", "asynchronous text"), counter = eventfd(0, 0);
  char text[16] = "", other[8] = "";
  struct iovec parts[1] = {{other, 4}};
  SYS(io_setup, 4, &context), CHECK(context != 0), SYS(io_setup, 4, &context);
  SYS(io_setup, 0, &context);
  SYS(io_setup, 4, NOWHERE);
  struct iocb read_one = {.aio_data = 0x1122334455667788, .aio_lio_opcode = IOCB_CMD_PREAD,
      .aio_fildes = fd};
  struct iocb read_two = {.aio_data = 2, .aio_lio_opcode = IOCB_CMD_PREADV, .aio_fildes = fd};
  struct iocb write_one = {.aio_data = 3, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd};
  read_one.aio_buf = (uintptr_t)text, read_one.aio_nbytes = 12;
  read_one.aio_flags = IOCB_FLAG_RESFD;
  read_one.aio_resfd = counter, read_two.aio_buf = (uintptr_t)parts, read_two.aio_nbytes = 1;
  read_two.aio_offset = 13, write_one.aio_buf = (uintptr_t) "XYZ", write_one.aio_nbytes = 3;
  struct iocb *both[2] = {&read_one, &read_two}, *third[1] = {&write_one};
  struct iocb bad = {.aio_lio_opcode = 77}, *wrong[1] = {&bad};
  struct io_event events[4];
  struct timespec limit = {20, 0}, none = {0, 0};
  SHOW(syscall(SYS_io_submit, context, 2L, both));
  SHOW(syscall(SYS_io_getevents, context, 2L, 4L, events, &limit));
  CHECK(events[0].data + events[1].data == 0x112233445566778a), SHOW(events[0].res + events[1].res);
  puts(text), puts(other);
  uint64_t count = 0;
  SHOW(read(counter, &count, 8)), SHOW(count), SHOW(syscall(SYS_io_submit, context, 1L, third));
  SHOW(syscall(SYS_io_pgetevents, context, 1L, 4L, events, &limit, NULL)), SHOW(events[0].data);
  SHOW(events[0].res);
  SYS(io_submit, context, 1L, wrong), SYS(io_submit, context, 1L, NOWHERE);
  SYS(io_submit, context, -1L, both);
  SYS(io_getevents, context, 1L, 1L, events, &none);
  SYS(io_getevents, context, 2L, 1L, events, &none);
  SYS(io_getevents, 5L, 1L, 1L, events, &none), SYS(io_cancel, context, &read_one, events);
  SYS(io_destroy, context);
  SYS(io_destroy, context), SYS(io_pgetevents, context, 1L, 1L, events, &none, NOWHERE);
}

static void mounts(void) {
  SYS(mount, "none", "/nonexistent", "tmpfs", 0L, NULL);
  SYS(mount, "none", ".", "no such file system", 0L, NULL);
  SYS(mount, NOWHERE, ".", "tmpfs", 0L, NULL), SYS(umount2, "/nonexistent", 0);
  SYS(umount2, ".", 0x80);
  SYS(umount2, NOWHERE, 0), SYS(pivot_root, "/nonexistent", "/nonexistent");
  SYS(swapon, "/nonexistent", 0);
  SYS(swapoff, "/nonexistent"), SYS(acct, "/nonexistent/file"), SYS(swapon, ".", 0x80000000);
  SYS(fsopen, "no such file system", 0), SYS(fsopen, "tmpfs", 0x80);
  SYS(fsconfig, -1, 0, NULL, NULL, 0);
  SYS(fsmount, -1, 0, 0), SYS(fspick, AT_FDCWD, "/nonexistent", 0);
  SYS(fspick, AT_FDCWD, "/", 0x80);
  int fs = SYS(fsopen, "tmpfs", 1 /* FSOPEN_CLOEXEC */);
  if (fs >= 0) {
    SYS(fsconfig, fs, 1 /* FSCONFIG_SET_STRING */, "size", "64k", 0);
    SYS(fsconfig, fs, 1, "wrong", "x", 0);
    SYS(fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0);
    int made = SYS(fsmount, fs, 1, MOUNT_ATTR_NOEXEC);
    if (made >= 0) {
      int inside = openat(made, "inside", O_CREAT | O_RDWR, 0600);
      struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
      SHOW(inside >= 0), close(inside);
      SYS(mount_setattr, made, "", AT_EMPTY_PATH, &attr, sizeof attr);
      SHOW(openat(made, "other", O_CREAT | O_RDWR, 0600));
      SYS(mount_setattr, made, "", AT_EMPTY_PATH, &attr, 5);
      SYS(move_mount, made, "", AT_FDCWD, "/nonexistent", 4 /* MOVE_MOUNT_F_EMPTY_PATH */);
      close(made);
    }
  }
  SYS(open_tree, AT_FDCWD, "/nonexistent", 0), SYS(open_tree, AT_FDCWD, ".", 0x80);
  SHOW(syscall(SYS_open_tree, AT_FDCWD, ".", O_CLOEXEC) >= 0);
  SYS(move_mount, -1, "", -1, "", 0), SYS(move_mount, -1, "", -1, "", 0x8000);
  SYS(mount_setattr, AT_FDCWD, ".", 0, NOWHERE, 32);
  SYS(open_tree_attr, AT_FDCWD, "/nonexistent", 0, NULL, 0L);
  struct {
    uint32_t size, fd;
    uint64_t mount, param, ns;
  } request = {.size = 32, .mount = -1, .param = 2};
  uint64_t ids[64];
  char buffer[4096];
  request.mount = 0xffffffffffffffff /* LSMT_ROOT */, request.param = 0;
  SHOW(syscall(SYS_listmount, &request, ids, 64L, 0) > 0);
  SYS(listmount, &request, NOWHERE, 64L, 0);
  SYS(listmount, &request, ids, 64L, 0x80), request.mount = 5;
  SYS(listmount, &request, ids, 64L, 0);
  SYS(statmount, &request, buffer, sizeof buffer, 0);
  SYS(statmount, NOWHERE, buffer, sizeof buffer, 0);
  SYS(statmount, &request, buffer, sizeof buffer, 0x80);
  char quota[256];
  SYS(quotactl, 0x80000700 /* Q_GETQUOTA */, "/nonexistent", 0, quota);
  SYS(quotactl, 0x80000100 /* Q_SYNC */, NULL, 0, NULL);
  int folder = open(".", O_RDONLY);
  SYS(quotactl_fd, folder, 0x80000700, 0, quota), SYS(quotactl_fd, -1, 0, 0, quota);
  SYS(quotactl, 0x1234, "x", 0, quota);
}

static void keys(void) {
  int ring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  printf("session: %s\n", ring == -1 ? strerror(errno) : "works");
  int key = SYS(add_key, "user", "xemu:test", "payload", 7L, KEY_SPEC_PROCESS_KEYRING);
  char text[64] = "";
  SYS(add_key, "no such type", "x", "y", 1L, KEY_SPEC_PROCESS_KEYRING);
  SYS(add_key, NOWHERE, "x", "y", 1L, 0);
  SHOW(syscall(SYS_keyctl, KEYCTL_READ, key, text, 64L)), puts(text);
  SHOW(syscall(SYS_request_key, "user", "xemu:test", NULL, 0) == key);
  SYS(request_key, "user", "xemu:none", NULL, 0);
  SHOW(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING, "user", "xemu:test", 0) == key);
  SYS(keyctl, KEYCTL_UPDATE, key, "other", 5L);
  SHOW(syscall(SYS_keyctl, KEYCTL_READ, key, text, 2L));
  SYS(keyctl, KEYCTL_SETPERM, key, 0x3f000000), SYS(keyctl, KEYCTL_REVOKE, key);
  SYS(keyctl, KEYCTL_READ, key, text, 64L);
  SYS(keyctl, 9999), SYS(keyctl, KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING);
  SYS(keyctl, KEYCTL_READ, 12345678, text, 4L);
}

// Numbers of any length are new, in a forked process and in another thread too.
static void *sixteen(void *to) {
  MUST(syscall(SYS_getrandom, to, 16L, 0));
  return to;
}

static void random_numbers(void) {
  static char bytes[5][16], page[3 * 4096];
  int fds[2], odd = 0;
  for (long length = 0; length <= 300; length++) odd += syscall(SYS_getrandom, page, length, 0) != length;
  SHOW(odd);
  MUST(pipe(fds)), sixteen(bytes[0]);
  pid_t child = MUST(fork());
  if (child == 0) {
    sixteen(bytes[1]), MUST(write(fds[1], bytes[1], 16));
    _exit(0);
  }
  sixteen(bytes[2]), MUST(read(fds[0], bytes[1], 16)), MUST(waitpid(child, NULL, 0));
  pthread_t thread;
  pthread_create(&thread, NULL, sixteen, bytes[3]), sixteen(bytes[4]), pthread_join(thread, NULL);
  for (int i = 0; i < 5; i++)
    for (int k = 0; k < i; k++) CHECK(memcmp(bytes[i], bytes[k], 16) != 0);
  close(fds[0]), close(fds[1]);
  char *middle = (char *)(((unsigned long)page + 4095) & -4096ul) + 4096;
  MUST(mprotect(middle, 4096, PROT_READ));
  SHOW(syscall(SYS_getrandom, middle - 8, 16L, 0)), SHOW(syscall(SYS_getrandom, middle, 16L, 0));
  MUST(mprotect(middle, 4096, PROT_READ | PROT_WRITE));
}

static void privileged(void) {
  SYS(init_module, NOWHERE, 0L, ""), SYS(delete_module, "xemu_none", O_NONBLOCK);
  SYS(finit_module, -1, "", 0);
  SYS(reboot, 0, 0, 0, NULL), SYS(kexec_load, 0L, 0L, NULL, -1L);
  SYS(kexec_file_load, -1, -1, 0L, NULL, -1L);
  SYS(syslog, 99, NULL, 0), SHOW(syscall(SYS_syslog, 10, NULL, 0) != 0), SYS(syslog, 3, NULL, -5);
#ifdef SYS_lookup_dcookie
  SYS(lookup_dcookie, 0L, NULL, 0L);
#endif
#ifdef SYS_nfsservctl
  SYS(nfsservctl, 0, NULL, NULL);
#endif
  SYS(sync), SYS(restart_syscall), SHOW(syscall(9999)), SHOW(syscall(-1L));
  uint64_t info[64];
  uint32_t size = sizeof info, small = 1;
  SHOW(syscall(SYS_lsm_list_modules, info, &size, 0) >= 0), SYS(lsm_list_modules, info, &small, 0);
  SYS(lsm_list_modules, info, &size, 1);
  SYS(lsm_get_self_attr, 100, NULL, &size, 1 << 20), SYS(lsm_set_self_attr, 100, info, 8, 1);
  SYS(lsm_get_self_attr, 0, NULL, NULL, 0);
  char random[32] = {0};
  SHOW(syscall(SYS_getrandom, random, 32L, 0)), SYS(getrandom, random, 32L, 0x80);
  SYS(getrandom, NOWHERE, 32L, 0);
  SHOW(syscall(SYS_getrandom, random, 16L, 4 /* GRND_INSECURE */));
  SHOW(syscall(SYS_getrandom, random, 8L, 1)), SYS(getrandom, random, 8L, 6);
  random_numbers();
}

static void watching(void) {
  int fan = syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY |
      O_LARGEFILE | O_NOATIME);
  printf("fanotify: %s\n", fan == -1 ? strerror(errno) : "works");
  SYS(fanotify_init, 0x80000000, 0);
  SYS(fanotify_init, FAN_CLASS_NOTIF, O_RDONLY | O_DIRECT | 0x80000000);
  SYS(fanotify_mark, -1, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, ".");
  if (fan >= 0) {
    SYS(fanotify_mark, fan, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN | FAN_CLOSE_WRITE |
        FAN_EVENT_ON_CHILD, AT_FDCWD, ".");
    SYS(fanotify_mark, fan, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "none");
    SYS(fanotify_mark, fan, 0, 0, AT_FDCWD, ".");
    close(open("file", O_RDONLY));
    struct fanotify_event_metadata event = {0};
    SHOW(read(fan, &event, sizeof event)), SHOW(event.vers);
    CHECK(event.mask == FAN_OPEN && event.pid == getpid());
    if (event.fd >= 0) CHECK((fcntl(event.fd, F_GETFL) & (O_NOATIME | O_DIRECTORY | O_NOFOLLOW |
        O_DIRECT)) == O_NOATIME);
    close(fan);
  }
  struct landlock_ruleset_attr rules = {.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_DIR};
  SHOW(syscall(SYS_landlock_create_ruleset, NULL, 0L, 1) != 0);
  SYS(landlock_create_ruleset, &rules, sizeof rules, 0x80);
  int ruleset = syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  printf("landlock: %s\n", ruleset == -1 ? strerror(errno) : "works");
  struct landlock_path_beneath_attr beneath = {LANDLOCK_ACCESS_FS_MAKE_DIR, open(".", O_PATH)};
  SYS(landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 1);
  SYS(landlock_add_rule, -1, 1, &beneath, 0);
  SYS(landlock_restrict_self, -1, 0), SYS(landlock_restrict_self, ruleset, 0x8000);
  if (ruleset >= 0) {
    SYS(landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    pid_t child = fork();
    if (child == 0) {
      syscall(SYS_prctl, 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0);
      int restricted = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
      _exit(restricted + (mkdir("allowed", 0700) == 0) * 2 + (mkdir("/tmp/xemu-denied", 0700) ==
          -1 && errno == EACCES) * 4);
    }
    int status = 0;
    SHOW(waitpid(child, &status, 0) == child), SHOW(status >> 8);
  }
}

static void measuring(void) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config =
      PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1};
  int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  printf("perf: %s\n", fd == -1 ? strerror(errno) : "works");
  uint64_t value = 0;
  if (fd >= 0) SHOW(read(fd, &value, 8)), CHECK(value > 0), SHOW(fcntl(fd, F_GETFD));
  attr.size = 5, SYS(perf_event_open, &attr, 0, -1, -1, 0), attr.size = sizeof attr;
  attr.type = 9999;
  SYS(perf_event_open, &attr, 0, -1, -1, 0), SYS(perf_event_open, NOWHERE, 0, -1, -1, 0);
  SYS(perf_event_open, &attr, 0, -1, -1, 0x80);
  union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
      .max_entries = 2};
  int array = syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map);
  printf("bpf: %s\n", array == -1 ? strerror(errno) : "works"), SYS(bpf, 9999, &map, sizeof map);
  SYS(bpf, BPF_MAP_CREATE, NOWHERE, sizeof map);
  if (array >= 0) {
    uint32_t key = 1;
    uint64_t stored = 0x123456789a, found = 0;
    union bpf_attr element = {.map_fd = array, .key = (uintptr_t)&key, .value = (uintptr_t)&stored};
    SYS(bpf, BPF_MAP_UPDATE_ELEM, &element, sizeof element), element.value = (uintptr_t)&found;
    SYS(bpf, BPF_MAP_LOOKUP_ELEM, &element, sizeof element), CHECK(found == stored);
  }
  REFUSES(ptrace, ENOSYS, 0, 0, NULL, NULL), REFUSES(seccomp, ENOSYS, 0, 0, NULL);
  REFUSES(rseq, ENOSYS, NULL, 32, 0, 0);
}

int main(void) {
  enter_folder();
  setvbuf(stdout, NULL, _IOLBF, 0);
  transfers(), mounts(), keys(), privileged(), watching(), measuring();
  return 0;
}
