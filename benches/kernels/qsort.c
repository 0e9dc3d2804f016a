// Sorting with a comparison function of the caller's.
#include "kernel.h"
enum { N = 300000 };
static uint32_t items[N];
static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}
KERNEL(8) {
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) items[i] = (uint32_t)next();
    qsort(items, N, sizeof items[0], compare);
    for (int i = 0; i < N; i += 1000) sum = sum * 31 + items[i];
  }
  return sum;
}
