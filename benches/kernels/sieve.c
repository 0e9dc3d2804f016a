// Sieve of Eratosthenes: byte stores with a stride.
#include "kernel.h"
enum { N = 2000000 };
static char composite[N];
KERNEL(20) {
  uint64_t count = 0;
  for (long r = 0; r < rounds; r++) {
    memset(composite, 0, N);
    for (long i = 2; i * i < N; i++)
      if (!composite[i])
        for (long j = i * i; j < N; j += i) composite[j] = 1;
    for (long i = 2; i < N; i++) count += !composite[i];
  }
  return count;
}
