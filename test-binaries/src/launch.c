/*
 * What an arm64 program sees of its own start, and ways to start another one. Without a C library, so that it is
 * small enough for an image of its own.
 *
 *   launch words A B…        prints its arguments
 *   launch show …            prints all arguments, AT_EXECFN, AT_SECURE and AT_FLAGS
 *   launch exec FILE ARGV…   execve with these arguments, argv[0] among them
 *   launch root DIR FILE ARGV…     the same below a new root
 *   launch deleted FILE ARGV…      opens the file, unlinks it and executes what is open
 *   launch stop              waits for SIGTERM, says so, and ends with status 3
 */
typedef unsigned long word;

enum { AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000 };
enum { NR_UNLINKAT = 35, NR_CHDIR = 49, NR_CHROOT = 51, NR_OPENAT = 56, NR_WRITE = 64, NR_PPOLL = 73, NR_EXIT = 93 };
enum { NR_SIGACTION = 134, NR_EXECVE = 221, NR_EXECVEAT = 281 };
enum { SIGTERM = 15 };
enum { AUX_FLAGS = 8, AUX_SECURE = 23, AUX_EXECFN = 31 };

static long call(word nr, word a, word b, word c, word d, word e) {
  register word x8 __asm__("x8") = nr;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d;
  register word x4 __asm__("x4") = e;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return (long)x0;
}

static void text(const char *s) {
  word n = 0;
  while (s[n]) n++;
  call(NR_WRITE, 1, (word)s, n, 0, 0);
}

static void number(long n) {
  char digits[24], *at = digits + sizeof digits - 1;
  word rest = n < 0 ? -(word)n : (word)n;
  *at = 0;
  do *--at = '0' + rest % 10; while (rest /= 10);
  if (n < 0) *--at = '-';
  text(at);
}

static int equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static word auxiliary(char **envp, word kind) {
  while (*envp) envp++;
  for (word *pair = (word *)(envp + 1); pair[0]; pair += 2)
    if (pair[0] == kind) return pair[1];
  return 0;
}

static int failed(const char *what, long result) {
  text(what);
  text(": errno ");
  number(-result);
  text("\n");
  return 1;
}

static int show(char **argv, char **envp) {
  for (long i = 0; argv[i]; i++) {
    text("argv[");
    number(i);
    text("]=");
    text(argv[i]);
    text("\n");
  }
  text("execfn=");
  text((const char *)auxiliary(envp, AUX_EXECFN));
  text("\nsecure=");
  number((long)auxiliary(envp, AUX_SECURE));
  text("\nflags=");
  number((long)auxiliary(envp, AUX_FLAGS));
  text("\n");
  return 0;
}

static int deleted(char **argv, char **envp) {
  long fd = call(NR_OPENAT, (word)AT_FDCWD, (word)argv[2], 0, 0, 0);
  if (fd < 0) return failed("open", fd);
  call(NR_UNLINKAT, (word)AT_FDCWD, (word)argv[2], 0, 0, 0);
  return failed("execveat", call(NR_EXECVEAT, (word)fd, (word)"", (word)(argv + 3), (word)envp, AT_EMPTY_PATH));
}

static void terminated(int signal) {
  text("signal ");
  number(signal);
  text("\n");
  call(NR_EXIT, 3, 0, 0, 0, 0);
}

static int stop(void) {
  struct { void (*handler)(int); word flags, mask; } action = {terminated, 0, 0};
  long result = call(NR_SIGACTION, SIGTERM, (word)&action, 0, sizeof action.mask, 0);
  if (result < 0) return failed("rt_sigaction", result);
  text("ready\n");
  for (;;) call(NR_PPOLL, 0, 0, 0, 0, 0);
}

static int run(long argc, char **argv, char **envp) {
  const char *what = argc > 1 ? argv[1] : "";
  if (equal(what, "words")) {
    for (char **at = argv + 2; *at; at++) text(*at), text("\n");
    return 0;
  }
  if (equal(what, "show")) return show(argv, envp);
  if (equal(what, "exec") && argc > 2)
    return failed("execve", call(NR_EXECVE, (word)argv[2], (word)(argv + 3), (word)envp, 0, 0));
  if (equal(what, "root") && argc > 3) {
    long result = call(NR_CHROOT, (word)argv[2], 0, 0, 0, 0);
    if (result < 0) return failed("chroot", result);
    call(NR_CHDIR, (word)"/", 0, 0, 0, 0);
    return failed("execve", call(NR_EXECVE, (word)argv[3], (word)(argv + 4), (word)envp, 0, 0));
  }
  if (equal(what, "deleted") && argc > 2) return deleted(argv, envp);
  if (equal(what, "stop")) return stop();
  text("usage: launch words|show|exec|root|deleted|stop …\n");
  return 2;
}

__attribute__((used)) static void begin(word *stack) {
  long argc = (long)stack[0];
  char **argv = (char **)(stack + 1);
  call(NR_EXIT, (word)run(argc, argv, argv + argc + 1), 0, 0, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tb begin\n");
