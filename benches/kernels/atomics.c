// Four threads on the same counters.
#include <pthread.h>

#include "kernel.h"
static uint64_t counter __attribute__((aligned(64))), swapped __attribute__((aligned(64)));
static void *work(void *rounds) {
  for (long i = 0; i < (long)rounds; i++) {
    __atomic_fetch_add(&counter, 3, __ATOMIC_SEQ_CST);
    uint64_t old = __atomic_load_n(&swapped, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&swapped, &old, old + 1, 1, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) continue;
  }
  return NULL;
}
KERNEL(1000000) {
  pthread_t t[4];
  for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, work, (void *)rounds);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
  return counter ^ swapped;
}
