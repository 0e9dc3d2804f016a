// Calls through pointers: objects with methods, several kinds mixed.
#include "kernel.h"
struct shape { uint64_t (*area)(const struct shape *, uint64_t); uint64_t a, b; };
static uint64_t square(const struct shape *s, uint64_t x) { return s->a * s->a + x; }
static uint64_t box(const struct shape *s, uint64_t x) { return s->a * s->b ^ x; }
static uint64_t ring(const struct shape *s, uint64_t x) { return 3 * s->a * s->a - s->b - x; }
static uint64_t point(const struct shape *s, uint64_t x) { return s->b ^ x >> 3; }
KERNEL(60000) {
  uint64_t (*const kinds[])(const struct shape *, uint64_t) = {square, box, ring, point};
  static struct shape shapes[1000];
  for (int i = 0; i < 1000; i++) shapes[i] = (struct shape){kinds[next() % 4], next() % 100, next() % 100};
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++)
    for (int i = 0; i < 1000; i++) sum = shapes[i].area(&shapes[i], sum);
  return sum;
}
