// Clocks, sleeping, interval timers and POSIX timers with every kind of notification.
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/sysinfo.h>
#include <time.h>

static void clocks(void) {
  static const clockid_t ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
      CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
      CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM, 10,
      CLOCK_TAI, 12, 16, -1};
  struct timespec time, resolution;
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    long get = syscall(SYS_clock_gettime, ids[i], &time), error = errno;
    long res = syscall(SYS_clock_getres, ids[i], &resolution);
    printf("clock %d: %s, %s, coarse %d\n", ids[i], get ? strerror(error) : "works", res ?
        strerror(errno) : "works", res == 0 && resolution.tv_nsec > 1);
  }
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a), syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &b);
  CHECK(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
  SHOW(b.tv_sec - a.tv_sec < 100);
  clockid_t of_process;
  SHOW(clock_getcpuclockid(getpid(), &of_process)), SHOW(clock_gettime(of_process, &time));
  SHOW(clock_getcpuclockid(0x7ffffff, &of_process) != 0);
  SYS(clock_gettime, CLOCK_REALTIME, NOWHERE), SYS(clock_getres, CLOCK_REALTIME, NOWHERE);
  SYS(clock_getres, CLOCK_REALTIME, NULL), SYS(clock_gettime, CLOCK_REALTIME, BEYOND);
  SYS(clock_settime, CLOCK_MONOTONIC, &a), b.tv_nsec = -1, SYS(clock_settime, CLOCK_REALTIME, &b);
  SYS(clock_settime, CLOCK_REALTIME, NOWHERE);
  struct timeval now;
  struct timezone zone;
  SYS(gettimeofday, &now, &zone), SHOW(now.tv_sec > 1600000000), SHOW(now.tv_usec < 1000000);
  SYS(gettimeofday, NOWHERE, NULL), SYS(gettimeofday, NULL, NULL), now.tv_usec = 10000000;
  SYS(settimeofday, &now, NULL), SYS(settimeofday, NOWHERE, NULL);
  struct timex state = {0};
  SHOW(adjtimex(&state) >= 0), SHOW(state.tick), SHOW(clock_adjtime(CLOCK_REALTIME, &state) >= 0);
  SHOW(clock_adjtime(CLOCK_MONOTONIC, &state)), SYS(adjtimex, NOWHERE);
  SYS(clock_adjtime, CLOCK_REALTIME, NOWHERE), state.modes = ADJ_TICK, state.tick = 1;
  SHOW(adjtimex(&state));
  struct tms tms;
  struct rusage use;
  SHOW(times(&tms) != -1), SHOW(tms.tms_cutime), SYS(times, NULL) != -1;
  SHOW(getrusage(RUSAGE_SELF, &use)), SHOW(use.ru_maxrss > 100);
  SHOW(getrusage(RUSAGE_THREAD, &use)), SHOW(getrusage(RUSAGE_CHILDREN, &use)), SHOW(use.ru_maxrss);
  SHOW(getrusage(5, &use)), SYS(getrusage, 0, NOWHERE);
  struct sysinfo system;
  SHOW(sysinfo(&system));
  CHECK(system.totalram * system.mem_unit > 1 << 24 && system.procs > 0 && system.uptime > 0);
  SYS(sysinfo, NOWHERE);
}

static void sleeping(void) {
  struct timespec little = {0, 1000}, bad = {0, 1000000000}, negative = {-1, 0}, past = {1, 0};
  SYS(nanosleep, &little, NULL), SYS(nanosleep, &bad, NULL), SYS(nanosleep, &negative, NULL);
  SYS(nanosleep, NOWHERE, NULL), SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, &little, NULL);
  SYS(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL);
  SYS(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &little, NULL);
  SYS(clock_nanosleep, 77, 0, &little, NULL), SYS(clock_nanosleep, CLOCK_BOOTTIME, 0, &bad, NULL);
  SYS(clock_nanosleep, CLOCK_TAI, TIMER_ABSTIME, &past, NULL);
  SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, NOWHERE, NULL), SYS(sched_yield);
  SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, &little, NOWHERE);
}

static volatile sig_atomic_t count, code, value, receiver, overrun;

static void note(int sig, siginfo_t *info, void *context) {
  (void)sig, (void)context;
  code = info->si_code, value = info->si_value.sival_int, receiver = gettid();
  overrun = info->si_overrun, count++;
}

static void intervals(void) {
  struct itimerval soon = {{0, 0}, {0, 1000}}, later = {{7, 5}, {1000, 0}}, got;
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  static const int signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
  for (int which = 0; which < 3; which++) {
    MUST(sigaction(signals[which], &action, NULL)), count = 0;
    SHOW(setitimer(which, &later, NULL)), SHOW(getitimer(which, &got));
    SHOW(got.it_value.tv_sec >= 900), SHOW(got.it_interval.tv_sec);
    SHOW(got.it_interval.tv_usec / 10), SHOW(setitimer(which, &soon, &got));
    SHOW(got.it_interval.tv_sec);
    for (time_t end = time(NULL) + 20; count == 0 && time(NULL) < end;) continue;
    SHOW(count), CHECK(code == SI_KERNEL);
  }
  SHOW(setitimer(3, &soon, NULL)), SHOW(getitimer(-1, &got)), soon.it_value.tv_usec = 1000000;
  SHOW(setitimer(0, &soon, NULL)), SYS(setitimer, 0, NOWHERE, NULL), SYS(getitimer, 0, NOWHERE);
  SYS(setitimer, 0, NULL, NULL);
}

static void wait_for_signal(void) {
  for (time_t end = time(NULL) + 20; count == 0 && time(NULL) < end;) usleep(1000);
}

static volatile sig_atomic_t threads;

static void in_thread(union sigval v) { value = v.sival_int, threads++; }

static volatile pid_t other_tid;

static void *other(void *argument) {
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGRTMIN + 1), pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  other_tid = gettid();
  while (count == 0) usleep(1000);
  return argument;
}

static void timers(void) {
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  struct itimerspec soon = {{0, 0}, {0, 1000000}}, later = {{9, 8}, {1000, 0}}, got;
  MUST(sigaction(SIGRTMIN + 1, &action, NULL)), MUST(sigaction(SIGALRM, &action, NULL));
  int timer = -1;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1,
      .sigev_value.sival_int = 4242};
  SYS(timer_create, CLOCK_MONOTONIC, &event, &timer), SYS(timer_settime, timer, 0, &later, NULL);
  SYS(timer_gettime, timer, &got), SHOW(got.it_value.tv_sec >= 900);
  SHOW(got.it_interval.tv_sec * 10 + got.it_interval.tv_nsec);
  count = 0, SYS(timer_settime, timer, 0, &soon, &got), SHOW(got.it_interval.tv_sec);
  wait_for_signal(), SHOW(count), CHECK(code == SI_TIMER), SHOW(value), SHOW(overrun);
  SYS(timer_getoverrun, timer);
  soon.it_value = (struct timespec){0, 1}, count = 0;
  SYS(timer_settime, timer, TIMER_ABSTIME, &soon, NULL), wait_for_signal(), SHOW(count);
  SYS(timer_delete, timer), SYS(timer_delete, timer), SYS(timer_gettime, timer, &got);
  SYS(timer_settime, timer, 0, &soon, NULL), SYS(timer_getoverrun, timer);
  soon.it_value.tv_nsec = 1000000, count = 0, SYS(timer_create, CLOCK_REALTIME, NULL, &timer);
  SYS(timer_settime, timer, 0, &soon, NULL), wait_for_signal(), SHOW(count), CHECK(value == timer);
  SYS(timer_delete, timer);
  event.sigev_notify = SIGEV_NONE, SYS(timer_create, CLOCK_BOOTTIME, &event, &timer);
  SYS(timer_settime, timer, 0, &soon, NULL), usleep(5000), SYS(timer_gettime, timer, &got);
  SHOW(got.it_value.tv_nsec), SYS(timer_delete, timer);
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGRTMIN + 1), pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_t thread;
  count = 0, MUST(-pthread_create(&thread, NULL, other, NULL));
  while (other_tid == 0) usleep(1000);
  event.sigev_notify = SIGEV_THREAD_ID, event._sigev_un._tid = other_tid;
  event.sigev_value.sival_int = 99, SYS(timer_create, CLOCK_MONOTONIC, &event, &timer);
  SYS(timer_settime, timer, 0, &soon, NULL), pthread_join(thread, NULL), SHOW(count);
  CHECK(receiver == other_tid), SHOW(value), SYS(timer_delete, timer);
  event._sigev_un._tid = 0x7ffffff, SYS(timer_create, CLOCK_MONOTONIC, &event, &timer);
  event.sigev_notify = 77, SYS(timer_create, CLOCK_MONOTONIC, &event, &timer);
  event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65};
  SYS(timer_create, CLOCK_MONOTONIC, &event, &timer);
  SYS(timer_create, 77, NULL, &timer), SYS(timer_create, CLOCK_MONOTONIC, NOWHERE, &timer);
  SYS(timer_create, CLOCK_MONOTONIC, NULL, NOWHERE);
  SYS(timer_create, CLOCK_PROCESS_CPUTIME_ID, NULL, &timer);
  SYS(timer_settime, timer, 0, NOWHERE, NULL), SYS(timer_gettime, timer, NOWHERE);
  soon.it_value.tv_nsec = -1, SYS(timer_settime, timer, 0, &soon, NULL), SYS(timer_delete, timer);
  timer_t by_thread;
  struct sigevent thread_event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function =
      in_thread, .sigev_value.sival_int = 31};
  soon.it_value.tv_nsec = 1000000, SHOW(timer_create(CLOCK_MONOTONIC, &thread_event, &by_thread));
  SHOW(timer_settime(by_thread, 0, &soon, NULL));
  for (time_t end = time(NULL) + 20; threads == 0 && time(NULL) < end;) usleep(1000);
  SHOW(threads), SHOW(value), SHOW(timer_delete(by_thread));
  // A periodic timer whose signal waits counts what it missed.
  event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
  MUST(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer));
  soon.it_interval.tv_nsec = 1000000, MUST(syscall(SYS_timer_settime, timer, 0, &soon, NULL));
  usleep(30000);
  siginfo_t info;
  CHECK(sigwaitinfo(&set, &info) == SIGRTMIN + 1 && info.si_code == SI_TIMER &&
      info.si_overrun > 3);
  CHECK(info.si_timerid == timer), SYS(timer_delete, timer);
}

int main(void) {
  clocks(), sleeping(), intervals(), timers();
  return 0;
}
