// Conversions between integers and floating point.
#include "kernel.h"
KERNEL(40000000) {
  uint64_t sum = 0;
  double d = 1.5;
  for (long i = 0; i < rounds; i++) {
    d = d * 1.0000001 + (double)i;
    int64_t whole = (int64_t)(d * 0.125);
    float f = (float)whole * 0.5f;
    sum += (uint64_t)whole ^ (uint32_t)(int32_t)(f * 1e-9f);
    if (d > 1e15) d = (double)(sum & 0xffff);
  }
  return sum;
}
