// Long multiplication: 64×64→128 bits and carries.
#include "kernel.h"
enum { N = 64 };
KERNEL(70000) {
  uint64_t a[N], b[N], c[2 * N];
  for (int i = 0; i < N; i++) a[i] = next(), b[i] = next();
  for (long r = 0; r < rounds; r++) {
    memset(c, 0, sizeof c);
    for (int i = 0; i < N; i++) {
      uint64_t carry = 0;
      for (int j = 0; j < N; j++) {
        unsigned __int128 t = (unsigned __int128)a[i] * b[j] + c[i + j] + carry;
        c[i + j] = (uint64_t)t, carry = (uint64_t)(t >> 64);
      }
      c[i + N] = carry;
    }
    a[r % N] ^= c[N];
  }
  return c[N / 2] ^ c[2 * N - 1];
}
