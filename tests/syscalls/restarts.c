// What a signal does to each call that waits: without SA_RESTART the call ends with EINTR; with it
// some calls go on until what they wait for comes, and others end all the same.
#include "check.h"

#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

// Ends the waiting; called by the handler at its third tick and after.
static void (*volatile finish)(void);
static volatile int ticks;

static void tick(int sig) {
  (void)sig;
  int error = errno;
  if (++ticks >= 3 && finish) finish();
  errno = error;
}

static void begin(int flags, void (*with)(void)) {
  struct sigaction action = {.sa_handler = tick, .sa_flags = flags};
  struct itimerval timer = {{0, 20000}, {0, 20000}};
  ticks = 0, finish = with;
  MUST(sigaction(SIGALRM, &action, NULL)), MUST(setitimer(ITIMER_REAL, &timer, NULL));
}

static void end(const char *what, const char *how, long result) {
  int error = errno;
  struct itimerval none = {{0, 0}, {0, 0}};
  MUST(setitimer(ITIMER_REAL, &none, NULL)), finish = NULL;
  printf("%s, %s: %s\n", what, how, result == -1 ? strerror(error) : "done");
}

// A call that SA_RESTART lets go on; `with` makes it end.
#define GOES_ON(call, with)                                                   \
  (begin(0, NULL), end(#call, "interrupted", (long)(call)),                   \
   begin(SA_RESTART, with), end(#call, "restarted", (long)(call)))

// A call that ends whatever the handler's flags are.
#define ENDS(call)                                                            \
  (begin(0, NULL), end(#call, "interrupted", (long)(call)),                   \
   begin(SA_RESTART, NULL), end(#call, "not restarted", (long)(call)))

static int ends[2], full[2], pair[2], listener, other_lock, semaphore, queue;
static pid_t child;
static mqd_t messages;
static unsigned word;
static char byte, space[1 << 16];

static void send_byte(void) { if (write(ends[1], "x", 1) < 0) abort(); }
static void drain(void) { while (read(full[0], space, sizeof space) > 0) continue; }
static void send_packet(void) { send(pair[1], "x", 1, MSG_DONTWAIT); }
static void take_packets(void) { while (recv(pair[1], space, sizeof space,
    MSG_DONTWAIT) > 0) continue; }
static void end_child(void) { kill(child, SIGKILL); }
static void unlock(void) { flock(other_lock, LOCK_UN); }
static void unlock_range(void) {
  struct flock none = {F_UNLCK, SEEK_SET, 0, 0, 0};
  fcntl(other_lock, F_OFD_SETLK, &none);
}
// Nobody waits while the handler runs: the call begins again and finds another value.
static void change_word(void) { word = 1; }
static void send_message(void) { mq_timedsend(messages, "x", 1, 0, &(struct timespec){1, 0}); }

static void start_child(void) {
  child = fork();
  if (child == 0) {
    signal(SIGALRM, SIG_IGN), pause(), _exit(0);
  }
}

static void fill(int fd) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  while (write(fd, space, 4096) > 0) continue;
  while (write(fd, space, 1) > 0) continue;
  fcntl(fd, F_SETFL, flags);
}

static void streams(void) {
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  GOES_ON(read(ends[0], &byte, 1), send_byte);
  GOES_ON(readv(ends[0], &part, 1), send_byte);
  fill(full[1]), MUST(fcntl(full[0], F_SETFL, O_NONBLOCK));
  GOES_ON(write(full[1], "y", 1), drain);
  fill(full[1]);
  GOES_ON(writev(full[1], &part, 1), drain);
  GOES_ON(splice(ends[0], NULL, full[1], NULL, 1, 0), send_byte);
  GOES_ON(recv(pair[0], &byte, 1, 0), send_packet);
  GOES_ON(recvfrom(pair[0], &byte, 1, 0, NULL, NULL), send_packet);
  GOES_ON(recvmsg(pair[0], &message, 0), send_packet);
  struct mmsghdr several = {.msg_hdr = message};
  GOES_ON(recvmmsg(pair[0], &several, 1, 0, NULL), send_packet);
  fill(pair[0]);
  GOES_ON(send(pair[0], "z", 1, 0), take_packets);
  fill(pair[0]);
  GOES_ON(sendmsg(pair[0], &message, 0), take_packets);
  begin(0, NULL), end("accept", "interrupted", accept(listener, NULL, NULL));
  struct timeval limit = {60, 0};
  MUST(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
  ENDS(recv(pair[0], &byte, 1, 0));
}

static void waits(void) {
  start_child(), GOES_ON(waitpid(child, NULL, 0), end_child), start_child();
  siginfo_t info;
  GOES_ON(waitid(P_PID, child, &info, WEXITED), end_child), start_child();
  GOES_ON(wait4(-1, NULL, 0, NULL), end_child);
  int lock = open("lock", O_RDWR | O_CREAT, 0600);
  other_lock = open("lock", O_RDWR);
  struct flock all = {F_WRLCK, SEEK_SET, 0, 0, 0};
  MUST(flock(other_lock, LOCK_EX)), GOES_ON(flock(lock, LOCK_EX), unlock);
  MUST(flock(lock, LOCK_UN));
  MUST(fcntl(other_lock, F_OFD_SETLK, &all));
  GOES_ON(fcntl(lock, F_OFD_SETLKW, &all), unlock_range);
  struct timespec long_time = {60, 0}, rest;
  GOES_ON(syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0), change_word), word = 0;
  ENDS(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &long_time, NULL, 0));
  struct {
    uint64_t value, address;
    uint32_t flags, reserved;
  } one = {0, (uintptr_t)&word, 2, 0};
  GOES_ON(syscall(SYS_futex_waitv, &one, 1, 0, NULL, 0), change_word);
  ENDS(nanosleep(&long_time, &rest)), CHECK(rest.tv_sec >= 1 && rest.tv_sec < 60);
  ENDS(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &long_time, &rest));
  struct timespec later;
  clock_gettime(CLOCK_MONOTONIC, &later), later.tv_sec += 60;
  ENDS(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &later, NULL));
}

static void polls(void) {
  struct pollfd one = {ends[0], POLLIN, 0};
  struct timespec long_time = {60, 0};
  fd_set set;
  sigset_t none, some;
  sigemptyset(&none), sigemptyset(&some), sigaddset(&some, SIGUSR1);
  ENDS(poll(&one, 1, -1));
  ENDS(ppoll(&one, 1, &long_time, NULL));
  ENDS(ppoll(&one, 1, NULL, &none));
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  ENDS(pselect(ends[0] + 1, &set, NULL, NULL, &long_time, NULL));
  ENDS(pselect(ends[0] + 1, &set, NULL, NULL, NULL, &none));
  int ep = epoll_create1(0);
  struct epoll_event event = {EPOLLIN, {0}};
  MUST(epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &event));
  ENDS(epoll_wait(ep, &event, 1, -1));
  ENDS(epoll_pwait(ep, &event, 1, 60000, &none));
  ENDS(syscall(SYS_epoll_pwait2, ep, &event, 1, &long_time, NULL, 8));
  ENDS(sigsuspend(&none));
  ENDS(pause());
  MUST(sigprocmask(SIG_BLOCK, &some, NULL));
  ENDS(sigwaitinfo(&some, NULL));
  ENDS(sigtimedwait(&some, NULL, &long_time));
  uint64_t value;
  int counter = eventfd(0, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0), signals = signalfd(-1,
      &some, 0);
  int watcher = inotify_init1(0);
  begin(0, NULL), end("read eventfd", "interrupted", read(counter, &value, 8));
  begin(0, NULL), end("read timerfd", "interrupted", read(timer, &value, 8));
  begin(0, NULL), end("read signalfd", "interrupted", read(signals, space, 1024));
  begin(0, NULL), end("read inotify", "interrupted", read(watcher, space, 1024));
  unsigned long context = 0;
  struct {
    uint64_t words[4];
  } done;
  if (syscall(SYS_io_setup, 4, &context) == 0) {
    ENDS(syscall(SYS_io_getevents, context, 1L, 1L, &done, NULL));
    syscall(SYS_io_destroy, context);
  }
}

static void objects(void) {
  semaphore = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct sembuf take = {0, -1, 0};
  struct timespec long_time = {60, 0};
  struct {
    long kind;
    char text[8];
  } message = {1, ""};
  ENDS(semop(semaphore, &take, 1));
  ENDS(semtimedop(semaphore, &take, 1, &long_time));
  ENDS(msgrcv(queue, &message, 8, 0, 0));
  while (msgsnd(queue, &message, 8, IPC_NOWAIT) == 0) continue;
  ENDS(msgsnd(queue, &message, 8, 0));
  MUST(semctl(semaphore, 0, IPC_RMID)), MUST(msgctl(queue, IPC_RMID, NULL));
  char name[64];
  snprintf(name, sizeof name, "/xemu-restarts-%d", getpid());
  struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 8};
  messages = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr), mq_unlink(name);
  if (messages != -1) GOES_ON(mq_receive(messages, space, 8, NULL), send_message);
  MUST(mkfifo("fifo", 0600));
  begin(0, NULL), end("open of a FIFO", "interrupted", open("fifo", O_RDONLY));
}

int main(void) {
  enter_folder();
  setvbuf(stdout, NULL, _IOLBF, 0);
  MUST(pipe(ends)), MUST(pipe(full)), MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  MUST(bind(listener, &(struct sockaddr){.sa_family = AF_UNIX}, 2)), MUST(listen(listener, 1));
  streams(), waits(), polls(), objects();
  return 0;
}
