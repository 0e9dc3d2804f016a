// Threads: locks, conditions, atomics, thread-local storage, futexes, exclusives and the order of memory.
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

#include "t.h"

enum { THREADS = 32 };
static pthread_t team[THREADS];
static void run_team(int n, void *(*body)(void *)) {
  for (intptr_t i = 0; i < n; i++)
    if (pthread_create(&team[i], NULL, body, (void *)i)) t_die("pthread_create");
  for (int i = 0; i < n; i++) pthread_join(team[i], NULL);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static long counter;
static void *add_locked(void *arg) {
  for (int i = 0; i < 2000; i++) {
    pthread_mutex_lock(&lock);
    counter += (intptr_t)arg & 1 ? 1 : 2;
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}
static void mutexes(int argc, char **argv) {
  (void)argc, (void)argv;
  run_team(THREADS, add_locked);
  SHOW(counter);
}

static int whose;
static char sequence[THREADS * 4 + 1];
static void *take_turns(void *arg) {
  for (int i = 0; i < 4; i++) {
    pthread_mutex_lock(&lock);
    while (whose % THREADS != (intptr_t)arg) pthread_cond_wait(&turn, &lock);
    sequence[whose++] = 'A' + (intptr_t)arg % 26;
    pthread_cond_broadcast(&turn);
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}
static void conditions(int argc, char **argv) {
  (void)argc, (void)argv;
  run_team(THREADS, take_turns);
  puts(sequence);
}

static atomic_long sum64;
static atomic_int sum32;
static atomic_uchar sum8;
static _Atomic unsigned short sum16;
static atomic_ulong bits;
static _Atomic(long) maximum;
static void *add_atomic(void *arg) {
  long id = (intptr_t)arg;
  for (int i = 0; i < 5000; i++) {
    atomic_fetch_add(&sum64, id);
    atomic_fetch_sub_explicit(&sum32, 3, memory_order_relaxed);
    atomic_fetch_add_explicit(&sum8, 1, memory_order_acq_rel);
    atomic_fetch_xor(&sum16, (unsigned short)(i * 7));
    atomic_fetch_or(&bits, 1ul << (id + i) % 64);
    long value = id * 5000 + i, old = atomic_load(&maximum);
    while (old < value && !atomic_compare_exchange_weak(&maximum, &old, value)) continue;
  }
  return NULL;
}
static void atomics(int argc, char **argv) {
  (void)argc, (void)argv;
  run_team(THREADS, add_atomic);
  SHOW(sum64), SHOW(sum32), SHOW(sum8), SHOW(sum16), HEX(bits), SHOW(maximum);
}

static __thread int mine = 7;
static __thread char space[4096];
static pthread_key_t key;
static atomic_int destroyed, wrong;
static void destroy(void *p) { atomic_fetch_add(&destroyed, (int)(intptr_t)p); }
static void *use_locals(void *arg) {
  int id = (int)(intptr_t)arg;
  wrong += mine != 7 || space[100] != 0;
  mine = id, space[100] = id;
  pthread_setspecific(key, (void *)(intptr_t)(id + 1));
  for (int i = 0; i < 20; i++) sched_yield();
  wrong += mine != id || space[100] != (char)id || errno == 12345;
  errno = 12345;
  return NULL;
}
static void locals(int argc, char **argv) {
  (void)argc, (void)argv;
  pthread_key_create(&key, destroy);
  run_team(THREADS, use_locals);
  SHOW(wrong), SHOW(destroyed), SHOW(mine);
}

static pthread_barrier_t barrier;
static sem_t semaphore;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_count, rounds[8], rounds_wrong;
static void only_once(void) { once_count++; }
static void *meet(void *arg) {
  int id = (int)(intptr_t)arg;
  pthread_once(&once, only_once);
  for (int r = 0; r < 50; r++) {
    rounds[id] = r;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 8; i++)
      if (rounds[i] != r) __atomic_fetch_add(&rounds_wrong, 1, __ATOMIC_RELAXED);
    pthread_barrier_wait(&barrier);
    sem_post(&semaphore);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
  }
  return NULL;
}
static void barriers(int argc, char **argv) {
  (void)argc, (void)argv;
  pthread_barrier_init(&barrier, NULL, 8);
  sem_init(&semaphore, 0, 0);
  run_team(8, meet);
  int value;
  sem_getvalue(&semaphore, &value);
  SHOW(value), SHOW(once_count), SHOW(rounds_wrong);
}

static int word;
static long futex(int op, int val, void *timeout) { return syscall(SYS_futex, &word, op, val, timeout, NULL, 0); }
static void *sleeper(void *arg) {
  (void)arg;
  while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0) futex(FUTEX_WAIT_PRIVATE, 0, NULL);
  return NULL;
}
static void futexes(int argc, char **argv) {
  (void)argc, (void)argv;
  CHECK(futex(FUTEX_WAIT, 1, NULL) == -1 && errno == EAGAIN);
  CHECK(futex(FUTEX_WAIT, 0, &(struct timespec){0, 5000000}) == -1 && errno == ETIMEDOUT);
  SHOW(futex(FUTEX_WAKE, 1, NULL));
  for (intptr_t i = 0; i < 8; i++) pthread_create(&team[i], NULL, sleeper, NULL);
  struct timespec nap = {0, 50000000};
  nanosleep(&nap, NULL);
  __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
  CHECK(futex(FUTEX_WAKE_PRIVATE, INT_MAX, NULL) <= 8);
  for (int i = 0; i < 8; i++) pthread_join(team[i], NULL);
  puts("all awake");
}

// Publication through release and acquire, a million times: the reader must never see the flag without the data.
static long data[64];
static atomic_long flag;
static void *publisher(void *arg) {
  (void)arg;
  for (long i = 1; i <= 100000; i++) {
    data[i % 64] = i;
    atomic_store_explicit(&flag, i, memory_order_release);
  }
  return NULL;
}
static void *reader(void *arg) {
  (void)arg;
  for (long seen = 0; seen < 100000;) {
    seen = atomic_load_explicit(&flag, memory_order_acquire);
    long got = data[seen % 64];
    if (seen && got < seen) __atomic_fetch_add(&rounds_wrong, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}
static void *either(void *arg) { return (intptr_t)arg ? reader(arg) : publisher(arg); }
// Store buffering: with sequential consistency one of the two must see the other's store.
enum { ROUNDS = 2000 };
static struct { _Alignas(64) atomic_int flag[2]; int saw[2]; } slots[ROUNDS];
static void *store_then_load(void *arg) {
  int me = (int)(intptr_t)arg;
  for (int i = 0; i < ROUNDS; i++) {
    if (i % 100 == 0) pthread_barrier_wait(&barrier);
    atomic_store(&slots[i].flag[me], 1);
    slots[i].saw[me] = atomic_load(&slots[i].flag[!me]);
  }
  return NULL;
}
static void ordering(int argc, char **argv) {
  (void)argc, (void)argv;
  run_team(2, either);
  SHOW(rounds_wrong);
  pthread_barrier_init(&barrier, NULL, 2);
  run_team(2, store_then_load);
  int neither = 0;
  for (int i = 0; i < ROUNDS; i++) neither += !slots[i].saw[0] && !slots[i].saw[1];
  SHOW(neither);
}

static atomic_int up;
static void *spin(void *arg) {
  (void)arg;
  atomic_fetch_add(&up, 1);
  while (up) pause();
  return NULL;
}
static void *canceled(void *arg) {
  (void)arg;
  while (up >= 0) {
    pthread_testcancel();
    usleep(1000);
  }
  return NULL;
}
static void endings(int argc, char **argv) {
  (void)argc, (void)argv;
  pthread_t t;
  void *result;
  pthread_create(&t, NULL, canceled, NULL);
  pthread_cancel(t);
  pthread_join(t, &result);
  CHECK(result == PTHREAD_CANCELED);
  for (int i = 0; i < 300; i++) {
    pthread_create(&t, NULL, use_locals, (void *)(intptr_t)i);
    pthread_join(t, NULL);
  }
  for (int i = 0; i < 8; i++) pthread_create(&team[i], NULL, spin, NULL);
  while (up < 8) sched_yield();
  fflush(stdout);
  exit(44);
}

// The C library changes the identity of all threads by a signal of its own to each of them.
static void *change_identity(void *arg) {
  if (arg) return (void *)(intptr_t)setuid(getuid());
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  while (up < 8) sched_yield();
  return (void *)(intptr_t)setgid(getgid());
}
static void identity(int argc, char **argv) {
  (void)argc, (void)argv;
  pthread_t spinner;
  for (int i = 0; i < 8; i++) pthread_create(&team[i], NULL, change_identity, (void *)(intptr_t)(i & 1));
  SHOW(setuid(getuid()));
  for (int i = 0; i < 8; i++) pthread_create(&spinner, NULL, spin, NULL);
  SHOW(setgid(getgid()));
  long failures = 0;
  for (int i = 0; i < 8; i++) {
    void *result;
    pthread_join(team[i], &result);
    failures += result != NULL;
  }
  SHOW(failures);
  fflush(stdout);
  _exit(0);
}

#ifdef __aarch64__
static uint64_t shared[2] __attribute__((aligned(16)));
static void *exclusive(void *arg) {
  (void)arg;
  for (int i = 0; i < 20000; i++) {
    uint64_t a, b;
    uint32_t fail;
    __asm__ volatile("1: ldaxr %0, [%3]\n\tadd %0, %0, #3\n\tstlxr %w2, %0, [%3]\n\tcbnz %w2, 1b"
                     : "=&r"(a), "=&r"(b), "=&r"(fail) : "r"(&shared[0]) : "memory");
    __asm__ volatile("1: ldxr %w0, [%3]\n\teor %w0, %w0, #1\n\tadd %w0, %w0, #2\n\tstxr %w2, %w0, [%3]\n\tcbnz %w2, 1b"
                     : "=&r"(a), "=&r"(b), "=&r"(fail) : "r"(&shared[1]) : "memory");
  }
  return NULL;
}
static uint64_t pair[2] __attribute__((aligned(16)));
static void *exclusive_pair(void *arg) {
  (void)arg;
  for (int i = 0; i < 20000; i++) {
    uint64_t a, b;
    uint32_t fail;
    __asm__ volatile("1: ldaxp %0, %1, [%3]\n\tadds %0, %0, #1\n\tadc %1, %1, xzr\n\tadd %1, %1, #1\n\t"
                     "stlxp %w2, %0, %1, [%3]\n\tcbnz %w2, 1b"
                     : "=&r"(a), "=&r"(b), "=&r"(fail) : "r"(pair) : "memory", "cc");
  }
  return NULL;
}
static void exclusives(int argc, char **argv) {
  (void)argc, (void)argv;
  run_team(8, exclusive);
  SHOW(shared[0]);
  run_team(8, exclusive_pair);
  SHOW(pair[0]), SHOW(pair[1]);
  uint64_t value = 5, got;
  uint32_t fail;
  __asm__ volatile("ldxr %0, [%2]\n\tclrex\n\tstxr %w1, %0, [%2]" : "=&r"(got), "=&r"(fail) : "r"(&value) : "memory");
  SHOW(fail);
  __asm__ volatile("stxr %w0, %1, [%2]" : "=&r"(fail) : "r"(9L), "r"(&value) : "memory");
  SHOW(fail), SHOW(value);
  __asm__ volatile("ldxr %0, [%2]\n\tstxr %w1, %0, [%2]\n\tstxr %w1, %0, [%2]"
                   : "=&r"(got), "=&r"(fail) : "r"(&value) : "memory");
  SHOW(fail);
  __asm__ volatile("ldxrb %w0, [%2]\n\tadd %w0, %w0, #1\n\tstxrb %w1, %w0, [%2]\n\tldxrh %w0, [%2]\n\t"
                   "stlxrh %w1, %w0, [%2]" : "=&r"(got), "=&r"(fail) : "r"(&value) : "memory");
  SHOW(fail), SHOW(value);
}
#endif

static const struct test TESTS[] = {
    {"mutexes", mutexes}, {"conditions", conditions}, {"atomics", atomics}, {"locals", locals},
    {"barriers", barriers}, {"futexes", futexes}, {"ordering", ordering}, {"endings", endings},
    {"identity", identity},
#ifdef __aarch64__
    {"exclusives", exclusives},
#endif
};
TEST_MAIN(TESTS)
