// Processes that share memory with their parent, and memory that grows.
#include "check.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char stack[65536] __attribute__((aligned(16)));
static atomic_int turn, told;
static char *_Atomic mapped;

static int answer(void *argument) {
  (void)argument;
  while (turn != 1) sched_yield();
  mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  strcpy(mapped, "made by the child");
  told = getpid();
  turn = 2;
  while (turn != 3) sched_yield();
  return 5;
}

// The child runs while the parent does, and each sees what the other writes and maps.
static void beside(void) {
  int status = 0;
  pid_t child = clone(answer, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
  MUST(child);
  turn = 1;
  while (turn != 2) sched_yield();
  CHECK(told == child && getpid() != child);
  puts(mapped);
  turn = 3;
  SHOW(waitpid(child, &status, 0) == child);
  SHOW(WEXITSTATUS(status));
  puts(mapped);
}

static volatile int caught;

static void note(int signal) { caught = signal; }

static int send(void *argument) {
  (void)argument;
  // Its own handler: actions are copied.
  signal(SIGUSR1, SIG_IGN);
  raise(SIGUSR1);
  return 0;
}

static void actions_are_its_own(void) {
  signal(SIGUSR1, note);
  int status = 0;
  pid_t child = clone(send, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
  MUST(child);
  SHOW(waitpid(child, &status, 0) == child);
  SHOW(status);
  SHOW(caught);
  raise(SIGUSR1);
  SHOW(caught);
}

static int exec_true(void *argument) {
  (void)argument;
  execl("/bin/true", "true", (char *)NULL);
  return 99;
}

static int die(void *argument) {
  (void)argument;
  raise(SIGKILL);
  return 0;
}

static void ends(void) {
  int status = 0;
  pid_t child = clone(exec_true, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
  SHOW(waitpid(child, &status, 0) == child);
  SHOW(status);
  child = clone(die, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
  SHOW(waitpid(child, &status, 0) == child);
  SHOW(WTERMSIG(status));
}

static void growing(void) {
  enum { ROOM = 2 << 20, PAGE = 4096 };
  char *room = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(munmap(room, ROOM));
  int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN;
  char *top = room + ROOM - PAGE;
  CHECK(mmap(top, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) == top);
  long sum = 0;
  for (int i = 0; i < 50; i++) {
    top[-i * PAGE - 1] = (char)i;
    sum += top[-i * PAGE - 1] + top[-i * PAGE - PAGE];
  }
  SHOW(sum);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  beside();
  actions_are_its_own();
  ends();
  growing();
  return 0;
}
