// Planets: double precision with divisions and square roots.
#include <math.h>

#include "kernel.h"
enum { BODIES = 5 };
static struct { double x, y, z, vx, vy, vz, mass; } body[BODIES] = {
    {0, 0, 0, 0, 0, 0, 39.47},
    {4.84, -1.16, -0.10, 0.606, 2.81, -0.02, 0.037},
    {8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011},
    {12.89, -15.11, -0.22, 1.08, 0.868, -0.01, 0.0017},
    {15.37, -25.9, 0.179, 0.979, 0.594, -0.034, 0.002},
};
static void step(double dt) {
  for (int i = 0; i < BODIES; i++)
    for (int j = i + 1; j < BODIES; j++) {
      double dx = body[i].x - body[j].x, dy = body[i].y - body[j].y, dz = body[i].z - body[j].z;
      double d2 = dx * dx + dy * dy + dz * dz, mag = dt / (d2 * __builtin_sqrt(d2));
      body[i].vx -= dx * body[j].mass * mag, body[i].vy -= dy * body[j].mass * mag;
      body[i].vz -= dz * body[j].mass * mag, body[j].vx += dx * body[i].mass * mag;
      body[j].vy += dy * body[i].mass * mag, body[j].vz += dz * body[i].mass * mag;
    }
  for (int i = 0; i < BODIES; i++)
    body[i].x += dt * body[i].vx, body[i].y += dt * body[i].vy, body[i].z += dt * body[i].vz;
}
KERNEL(2000000) {
  for (long i = 0; i < rounds; i++) step(0.001);
  uint64_t bits;
  memcpy(&bits, &body[0].x, 8);
  return bits;
}
