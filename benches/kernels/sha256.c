// SHA-256 in plain C: rotations and additions in 32 bits.
#include "kernel.h"
static uint32_t k[64], state[8];
static uint32_t ror(uint32_t v, int n) { return v >> n | v << (32 - n); }
static void block(const uint32_t *m) {
  uint32_t w[64], s[8];
  memcpy(w, m, 64), memcpy(s, state, 32);
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) + (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 64; i++) {
    uint32_t t = s[7] + (ror(s[4], 6) ^ ror(s[4], 11) ^ ror(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
    uint32_t u = (ror(s[0], 2) ^ ror(s[0], 13) ^ ror(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t, s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t + u;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}
KERNEL(1000000) {
  uint32_t m[16];
  for (int i = 0; i < 64; i++) k[i] = (uint32_t)next();
  for (int i = 0; i < 16; i++) m[i] = (uint32_t)next();
  for (long r = 0; r < rounds; r++) {
    block(m);
    m[r % 16] ^= state[r % 8];
  }
  return (uint64_t)state[0] << 32 | state[7];
}
