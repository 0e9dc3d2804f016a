// The little harness every multi-call test program shares.
//
// A program is a table of named tests; `PROGRAM NAME [ARGS…]` runs one of them, `PROGRAM` lists them.
// A test prints the same text on every run and machine; what differs (pids, addresses, times) is compared
// inside the test and only the verdict is printed. Status 0: it ran, its text decides. Status 77: the CPU
// or kernel lacks what it needs, the last line says what.
#ifndef T_H
#define T_H
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test {
  const char *name;
  void (*run)(int argc, char **argv);
};

#define SKIPPED 77
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

// Prints one fact: its text and whether it holds.
#define CHECK(cond) t_fact(#cond, (cond) != 0)
// Prints a value that is the same everywhere.
#define SHOW(expr) printf("%s = %lld\n", #expr, (long long)(expr))
#define HEX(expr) printf("%s = 0x%llx\n", #expr, (unsigned long long)(expr))
// Ends the test when a call that has to succeed fails.
#define MUST(call) \
  ({ __typeof__(call) r_ = (call); if ((long)r_ == -1) t_die(#call); r_; })

static inline void t_fact(const char *text, int holds) {
  printf("%s: %s\n", text, holds ? "yes" : "NO");
}

static inline void t_die(const char *text) {
  printf("%s failed: %s\n", text, strerror(errno));
  exit(1);
}

static inline void t_skip(const char *why) {
  printf("skipped: %s\n", why);
  exit(SKIPPED);
}

// xorshift64*: the same numbers on every machine.
static uint64_t t_seed = 0x9e3779b97f4a7c15u;
static inline uint64_t t_random(void) {
  t_seed ^= t_seed >> 12;
  t_seed ^= t_seed << 25;
  t_seed ^= t_seed >> 27;
  return t_seed * 0x2545f4914f6cdd1du;
}

// FNV-1a over bytes, for results too many to print.
#define HASH_START 0xcbf29ce484222325u
static inline uint64_t t_hash(uint64_t h, const void *p, size_t n) {
  const unsigned char *b = (const unsigned char *)p;
  for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * 0x100000001b3u;
  return h;
}

// Prints the hash of an instruction's results; its text may be several instructions.
static inline void t_line(uint64_t h, const char *text) {
  printf("%016llx  ", (unsigned long long)h);
  for (const char *at = text; *at; at++) {
    if (*at == '\n') fputs("; ", stdout);
    else if (*at != '\t') putchar(*at);
    else if (at == text || at[-1] != '\n') putchar(' ');
  }
  putchar('\n');
}

static inline int t_main(const struct test *tests, size_t n, int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; i < n; i++) {
    if (argc < 2) {
      puts(tests[i].name);
    } else if (strcmp(tests[i].name, argv[1]) == 0) {
      tests[i].run(argc - 1, argv + 1);
      return 0;
    }
  }
  if (argc < 2) return 0;
  fprintf(stderr, "%s: no test named %s\n", argv[0], argv[1]);
  return 2;
}
#define TEST_MAIN(tests) \
  int main(int argc, char **argv) { return t_main(tests, COUNT(tests), argc, argv); }
#endif
