// Every kernel is one function: it does its work `rounds` times and returns a checksum, which must be the same
// on every machine.
#ifndef KERNEL_H
#define KERNEL_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;
static inline uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

// `KERNEL(n) { … }` defines the kernel with its usual number of rounds; the first argument overrides it.
#define KERNEL(usual) \
  static uint64_t kernel(long rounds); \
  int main(int argc, char **argv) { \
    printf("%016llx\n", (unsigned long long)kernel(argc > 1 ? atol(argv[1]) : (usual))); \
    return 0; \
  } \
  static uint64_t kernel(long rounds)
#endif
