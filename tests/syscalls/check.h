// What the system call tests share. A test prints what it sees; the text must be the same on every
// machine, so what differs between machines is compared inside the test.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

// Prints an expression's value, and the error if it is -1.
#define SHOW(x) show(#x, (long)(x))

// Prints whether something is so.
#define CHECK(x) printf("%s: %s\n", #x, (x) ? "yes" : "NO")

// Ends the test when its own setting cannot be made.
#define MUST(x) must(#x, (long)(x))
