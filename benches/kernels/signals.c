// Signals a thread sends to itself, with a handler.
#include <signal.h>

#include "kernel.h"
static volatile sig_atomic_t hits;
static void handler(int signal) {
  (void)signal;
  hits++;
}
KERNEL(200000) {
  signal(SIGUSR1, handler);
  for (long i = 0; i < rounds; i++) raise(SIGUSR1);
  return (uint64_t)hits;
}
