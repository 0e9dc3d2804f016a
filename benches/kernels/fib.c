// Recursion: calls and returns.
#include "kernel.h"
__attribute__((noinline)) static uint64_t fib(uint64_t n) {
  if (n < 2) return n;
  uint64_t a = fib(n - 1);
  __asm__ volatile("" : "+r"(a));  // Keeps the compiler from folding several levels into one.
  return a + fib(n - 2);
}
KERNEL(1) {
  uint64_t sum = 0;
  for (long i = 0; i < rounds; i++) sum += fib(37);
  return sum;
}
