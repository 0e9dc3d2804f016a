// The C library's memory and string functions.
#include "kernel.h"
KERNEL(200000) {
  static char a[4096], b[4096];
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++) {
    size_t n = 500 + (size_t)(r % 3000);
    memset(a, 'a' + (int)(r % 20), n);
    a[n] = 0;
    __asm__ volatile("" ::: "memory");
    sum += strlen(a);
    memcpy(b, a, n + 1);
    __asm__ volatile("" ::: "memory");
    sum += (char *)memchr(b, 0, sizeof b) - b;
    sum += (uint64_t)(strchr(b, 0) - b) + (memcmp(a, b, n) == 0) + (strcmp(a, b) == 0);
  }
  return sum;
}
