// Descriptors that are not files, and System V objects, whose structures differ between machines.
#include "check.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <signal.h>

static void polling(void) {
  int ep = epoll_create1(0), counter = eventfd(0, EFD_NONBLOCK);
  struct epoll_event event = {EPOLLIN, {.u64 = 0x1122334455667788}}, found[4];
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, counter, &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, counter, &event));
  SHOW(epoll_wait(ep, found, 4, 0));
  MUST(eventfd_write(counter, 3));
  SHOW(epoll_wait(ep, found, 4, 0));
  CHECK(found[0].events == EPOLLIN && found[0].data.u64 == 0x1122334455667788);
  SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, counter, NULL));
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec soon = {{0, 0}, {0, 1000000}};
  SHOW(timerfd_settime(timer, 0, &soon, NULL));
  unsigned long long expired = 0;
  SHOW(read(timer, &expired, 8));
  SHOW(expired);
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGUSR1);
  MUST(sigprocmask(SIG_BLOCK, &set, NULL));
  int signals = signalfd(-1, &set, 0);
  raise(SIGUSR1);
  struct signalfd_siginfo info;
  SHOW(read(signals, &info, sizeof info));
  SHOW(info.ssi_signo);
}

static void passing(void) {
  int pair[2], file = open("/dev/null", O_RDWR);
  MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  static char byte = 'x';
  char control[CMSG_SPACE(sizeof file)];
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control};
  message.msg_controllen = sizeof control;
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  *head = (struct cmsghdr){CMSG_LEN(sizeof file), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(head), &file, sizeof file);
  SHOW(sendmsg(pair[0], &message, 0));
  SHOW(recvmsg(pair[1], &message, 0));
  int got;
  memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
  struct stat one, two;
  MUST(fstat(file, &one)), MUST(fstat(got, &two));
  CHECK(got != file && one.st_rdev == two.st_rdev && S_ISCHR(two.st_mode));
}

union semun {
  int val;
  struct semid_ds *buf;
};

static void system_v(void) {
  int id = semget(IPC_PRIVATE, 2, 0600 | IPC_CREAT);
  struct semid_ds sems;
  union semun argument = {.buf = &sems};
  SHOW(semctl(id, 0, IPC_STAT, argument));
  SHOW(sems.sem_nsems), SHOW(sems.sem_perm.mode), SHOW(sems.sem_otime);
  SHOW(semctl(id, 1, SETVAL, (union semun){2}));
  struct sembuf take = {1, -1, IPC_NOWAIT};
  SHOW(semop(id, &take, 1)), SHOW(semop(id, &take, 1)), SHOW(semop(id, &take, 1));
  sems.sem_perm.mode = 0660;
  SHOW(semctl(id, 0, IPC_SET, argument));
  MUST(semctl(id, 0, IPC_STAT, argument));
  SHOW(sems.sem_perm.mode);
  SHOW(semctl(id, 0, IPC_RMID));

  int segment = shmget(IPC_PRIVATE, 10000, 0600 | IPC_CREAT);
  char *memory = shmat(segment, NULL, 0);
  memory[9999] = 5;
  struct shmid_ds info;
  SHOW(shmctl(segment, IPC_STAT, &info));
  SHOW(info.shm_segsz), SHOW(info.shm_nattch), CHECK(info.shm_cpid == getpid());
  SHOW(shmdt(memory)), SHOW(shmdt(memory)), SHOW(shmctl(segment, IPC_RMID, NULL));

  int queue = msgget(IPC_PRIVATE, 0600 | IPC_CREAT);
  struct {
    long kind;
    char text[8];
  } message = {1, "text"};
  struct msqid_ds queued;
  SHOW(msgsnd(queue, &message, 5, 0));
  SHOW(msgctl(queue, IPC_STAT, &queued));
  SHOW(queued.msg_qnum), CHECK(queued.msg_lspid == getpid());
  SHOW(msgrcv(queue, &message, 8, 0, 0)), SHOW(msgctl(queue, IPC_RMID, NULL));
}

static void flags(void) {
  int folder = open("/", O_RDONLY | O_DIRECTORY), ends[2];
  CHECK((fcntl(folder, F_GETFL) & O_DIRECTORY) != 0);
  SHOW(open("/proc/self/exe", O_RDONLY | O_NOFOLLOW));
  MUST(pipe2(ends, O_DIRECT | O_CLOEXEC));
  SHOW(fcntl(ends[0], F_SETFL, O_NONBLOCK));
  CHECK((fcntl(ends[0], F_GETFL) & (O_NONBLOCK | O_DIRECT)) == O_NONBLOCK);
  int watcher = inotify_init1(IN_CLOEXEC);
  SHOW(inotify_add_watch(watcher, "/tmp", IN_CREATE));
  SHOW(inotify_add_watch(watcher, "/nonexistent", IN_CREATE));
}

int main(void) {
  polling();
  passing();
  system_v();
  flags();
  return 0;
}
