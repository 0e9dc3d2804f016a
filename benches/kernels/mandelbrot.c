// Mandelbrot set: short dependent chains of double precision.
#include "kernel.h"
KERNEL(1) {
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++)
    for (int py = 0; py < 500; py++)
      for (int px = 0; px < 500; px++) {
        double cr = px / 250.0 - 1.5, ci = py / 250.0 - 1.0, x = 0, y = 0;
        int n = 0;
        for (; n < 400 && x * x + y * y < 4; n++) {
          double t = x * x - y * y + cr;
          y = 2 * x * y + ci, x = t;
        }
        sum += n;
      }
  return sum;
}
