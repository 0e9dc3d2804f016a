// Bytes and 16-bit lanes in loops the compiler turns into vector code.
#include "kernel.h"
enum { N = 1 << 16 };
static uint8_t from[N], to[N], mask[N];
static int16_t wide[N];
__attribute__((optimize("O3"))) static void blend(void) {
  for (int i = 0; i < N; i++) to[i] = (uint8_t)((from[i] * mask[i] + to[i] * (255 - mask[i])) >> 8);
  for (int i = 0; i < N; i++) wide[i] = (int16_t)(wide[i] + from[i] - to[i]);
  for (int i = 0; i < N; i++) from[i] = (uint8_t)(wide[i] > 200 ? 200 : wide[i] < 0 ? 0 : wide[i]);
}
KERNEL(6000) {
  for (int i = 0; i < N; i++) from[i] = (uint8_t)next(), mask[i] = (uint8_t)next(), to[i] = (uint8_t)next();
  for (long r = 0; r < rounds; r++) blend();
  uint64_t sum = 0;
  for (int i = 0; i < N; i++) sum = sum * 31 + to[i] + from[i];
  return sum;
}
