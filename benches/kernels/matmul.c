// Matrix product in double precision.
#include "kernel.h"
enum { N = 200 };
static double a[N][N], b[N][N], c[N][N];
KERNEL(40) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) a[i][j] = (double)(next() % 1000) / 8, b[i][j] = (double)(next() % 1000) / 16;
  for (long r = 0; r < rounds; r++)
    for (int i = 0; i < N; i++)
      for (int k = 0; k < N; k++) {
        double x = a[i][k];
        for (int j = 0; j < N; j++) c[i][j] += x * b[k][j];
      }
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += c[i][j];
  uint64_t bits;
  memcpy(&bits, &sum, 8);
  return bits;
}
