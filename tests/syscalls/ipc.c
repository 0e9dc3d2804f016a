// System V IPC and POSIX message queues.
#include "check.h"

#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

union semun {
  int val;
  struct semid_ds *buf;
  unsigned short *array;
  struct seminfo *info;
};

static void semaphores(void) {
  int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640);
  struct semid_ds status;
  unsigned short values[3] = {1, 2, 3}, got[3] = {9, 9, 9};
  memset(&status, 0x55, sizeof status);
  SHOW(semctl(id, 0, IPC_STAT, (union semun){.buf = &status})), SHOW(status.sem_nsems);
  SHOW(status.sem_otime), SHOW(status.sem_ctime > 1000000000), SHOW(status.sem_perm.mode);
  CHECK(status.sem_perm.uid == geteuid() && status.sem_perm.cgid == getegid() &&
      status.sem_perm.__key == IPC_PRIVATE);
  SHOW(semctl(id, 0, SETALL, (union semun){.array = values}));
  SHOW(semctl(id, 0, GETALL, (union semun){.array = got}));
  SHOW(got[0] + 10 * got[1] + 100 * got[2]);
  SHOW(semctl(id, 1, GETVAL)), SHOW(semctl(id, 1, SETVAL, (union semun){7}));
  SHOW(semctl(id, 1, GETVAL)), SHOW(semctl(id, 1, GETPID) == getpid());
  SHOW(semctl(id, 0, GETNCNT)), SHOW(semctl(id, 0, GETZCNT));
  struct sembuf operations[2] = {{0, -1, SEM_UNDO}, {2, 4, 0}};
  SHOW(semop(id, operations, 2)), SHOW(semctl(id, 2, GETVAL)), operations[0].sem_flg = IPC_NOWAIT;
  SHOW(semop(id, operations, 1)), SHOW(semop(id, operations, 0)), operations[0].sem_num = 9;
  SHOW(semop(id, operations, 1));
  struct timespec little = {0, 1000000}, bad = {0, -1};
  operations[0] = (struct sembuf){0, -1, 0}, SHOW(semtimedop(id, operations, 1, &little));
  SHOW(semtimedop(id, operations, 1, &bad)), SYS(semop, id, NOWHERE, 1);
  SYS(semtimedop, id, operations, 1, NOWHERE), SYS(semop, id, operations, 1000000);
  MUST(semctl(id, 0, IPC_STAT, (union semun){.buf = &status})), SHOW(status.sem_otime > 1000000000);
  status.sem_perm.mode = 0600;
  SHOW(semctl(id, 0, IPC_SET, (union semun){.buf = &status}));
  MUST(semctl(id, 0, IPC_STAT, (union semun){.buf = &status})), SHOW(status.sem_perm.mode);
  struct seminfo info;
  SHOW(semctl(0, 0, IPC_INFO, (union semun){.info = &info}) >= 0), SHOW(info.semmsl);
  SHOW(info.semvmx), SHOW(semctl(0, 0, SEM_INFO, (union semun){.info = &info}) >= 0);
  SHOW(info.semusz > 0);
  SHOW(semctl(9999999, 0, GETVAL)), SHOW(semctl(id, 3, GETVAL)), SHOW(semctl(id, 0, 99));
  SYS(semctl, id, 0, IPC_STAT, NOWHERE), SYS(semctl, id, 0, IPC_SET, NOWHERE);
  SYS(semctl, id, 0, GETALL, NOWHERE), SYS(semctl, id, 0, IPC_STAT | 0x100, &status);
  SHOW(semget(IPC_PRIVATE, -1, 0600)), SHOW(semget(IPC_PRIVATE, 0, 0600));
  SHOW(semget(0x7fedc001, 1, 0)), SHOW(semctl(id, 0, SETVAL, (union semun){100000}));
  SHOW(semctl(id, 0, IPC_RMID)), SHOW(semctl(id, 0, IPC_RMID));
}

static void memory(void) {
  int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600);
  char *at = shmat(id, NULL, 0), *again = shmat(id, NULL, SHM_RDONLY);
  struct shmid_ds status;
  CHECK(at != (void *)-1 && again != (void *)-1), at[9999] = 5, SHOW(again[9999]);
  SHOW(shmctl(id, IPC_STAT, &status)), SHOW(status.shm_segsz), SHOW(status.shm_nattch);
  CHECK(status.shm_cpid == getpid() && status.shm_lpid == getpid());
  SHOW(status.shm_perm.mode), SHOW(status.shm_atime > 1000000000), SHOW(status.shm_dtime);
  status.shm_perm.mode = 0640, SHOW(shmctl(id, IPC_SET, &status));
  MUST(shmctl(id, IPC_STAT, &status)), SHOW(status.shm_perm.mode);
  SHOW(shmdt(again)), SHOW(shmdt(again)), SHOW(shmdt(at + 1));
  CHECK(shmat(id, at, 0) == (void *)-1 && errno == EINVAL), CHECK(shmat(id, at, SHM_REMAP) == at);
  SHOW(at[9999]), CHECK(shmat(id, (void *)1, 0) == (void *)-1 && errno == EINVAL);
  char *room = mmap(NULL, 1 << 16, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(munmap(room, 1 << 16)), CHECK(shmat(id, room + 77, SHM_RND) == room), SHOW(room[9999]);
  SHOW(shmdt(room)), CHECK(shmat(9999999, NULL, 0) == (void *)-1 && errno == EINVAL);
  CHECK(shmat(id, NULL, SHM_EXEC) != (void *)-1);
  struct shminfo limits;
  struct shm_info use;
  SHOW(shmctl(0, IPC_INFO, (void *)&limits) >= 0), SHOW(limits.shmmin);
  SHOW(shmctl(0, SHM_INFO, (void *)&use) >= 0), SHOW(use.used_ids > 0), SHOW(use.shm_tot >= 3);
  SHOW(shmctl(id, SHM_LOCK, NULL)), SHOW(shmctl(id, SHM_UNLOCK, NULL)), SHOW(shmctl(id, 99, NULL));
  SYS(shmctl, id, IPC_STAT, NOWHERE);
  pid_t child = fork();
  if (child == 0) _exit(at[9999] + (shmdt(at) == 0));
  int result = 0;
  MUST(waitpid(child, &result, 0)), SHOW(WEXITSTATUS(result)), SHOW(shmctl(id, IPC_RMID, NULL));
  SHOW(at[9999]), MUST(shmctl(id, IPC_STAT, &status)), SHOW(status.shm_perm.mode & 07000);
  SHOW(shmdt(at)), SHOW(shmget(IPC_PRIVATE, 0, 0600)), SHOW(shmget(0x7fedc002, 1, 0));
}

static void messages(void) {
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct {
    long kind;
    char text[16];
  } message = {3, "three"};
  struct msqid_ds status;
  SHOW(msgsnd(id, &message, 6, 0)), message.kind = 1, strcpy(message.text, "one");
  SHOW(msgsnd(id, &message, 4, IPC_NOWAIT)), message.kind = 0, SHOW(msgsnd(id, &message, 4, 0));
  SHOW(msgctl(id, IPC_STAT, &status)), SHOW(status.msg_qnum), SHOW(status.__msg_cbytes);
  CHECK(status.msg_lspid == getpid()), SHOW(status.msg_lrpid), SHOW(status.msg_stime > 1000000000);
  SHOW(status.msg_rtime), SHOW(status.msg_perm.mode);
  SHOW(msgrcv(id, &message, 16, -2, 0)), puts(message.text), SHOW(msgrcv(id, &message, 2, 0, 0));
  SHOW(msgrcv(id, &message, 2, 0, MSG_NOERROR)), SHOW(message.kind);
  SHOW(msgrcv(id, &message, 2, 0, IPC_NOWAIT));
  SHOW(msgrcv(id, &message, 16, 0, MSG_COPY | IPC_NOWAIT));
  status.msg_qbytes = 1000, status.msg_perm.mode = 0400, SHOW(msgctl(id, IPC_SET, &status));
  MUST(msgctl(id, IPC_STAT, &status)), SHOW(status.msg_qbytes), SHOW(status.msg_perm.mode);
  struct msginfo info;
  SHOW(msgctl(0, IPC_INFO, (void *)&info) >= 0), SHOW(info.msgssz);
  SHOW(msgctl(0, MSG_INFO, (void *)&info) >= 0), SYS(msgctl, id, IPC_STAT, NOWHERE);
  SYS(msgsnd, id, NOWHERE, 4, 0), SYS(msgsnd, id, &message, -1L, 0);
  SYS(msgrcv, id, &message, -1L, 0, 0), SHOW(msgctl(id, 99, NULL)), SHOW(msgget(0x7fedc003, 0));
  SHOW(msgctl(id, IPC_RMID, NULL)), SHOW(msgsnd(id, &message, 4, 0));
}

static volatile sig_atomic_t notified, notified_code, notified_value;

static void note(int sig, siginfo_t *info, void *context) {
  (void)sig, (void)context;
  notified_code = info->si_code, notified_value = info->si_value.sival_int, notified = 1;
}

static void queues(void) {
  char name[64], text[64];
  snprintf(name, sizeof name, "/xemu-queue-%d", getpid());
  struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 32}, got;
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
  SYS(mq_timedsend, -1, "x", 1L, 0, NULL), SYS(mq_timedreceive, -1, text, 1L, NULL, NULL);
  SYS(mq_getsetattr, -1, NULL, &got), SYS(mq_notify, -1, NULL), SYS(mq_unlink, "/xemu-none");
  if (WORKS(queue) == -1) return;
  SHOW(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr)), SHOW(mq_getattr(queue, &got));
  SHOW(got.mq_maxmsg), SHOW(got.mq_msgsize), SHOW(got.mq_curmsgs), SHOW(got.mq_flags);
  SHOW(fcntl(queue, F_GETFD));
  unsigned priority = 0;
  SHOW(mq_send(queue, "low", 4, 1)), SHOW(mq_send(queue, "high", 5, 9));
  SHOW(mq_send(queue, text, 33, 0)), SHOW(mq_receive(queue, text, 64, &priority)), puts(text);
  SHOW(priority), SHOW(mq_receive(queue, text, 5, &priority));
  attr.mq_flags = O_NONBLOCK, SHOW(mq_setattr(queue, &attr, &got));
  SHOW(mq_receive(queue, text, 64, NULL)), SHOW(mq_receive(queue, text, 64, NULL));
  SHOW((fcntl(queue, F_GETFL) & O_NONBLOCK) != 0);
  struct timespec past = {1, 0}, bad = {0, -1};
  attr.mq_flags = 0, SHOW(mq_setattr(queue, &attr, NULL));
  SHOW(mq_timedreceive(queue, text, 64, NULL, &past));
  SHOW(mq_timedreceive(queue, text, 64, NULL, &bad)), SYS(mq_timedsend, queue, NOWHERE, 3, 0, NULL);
  SYS(mq_timedreceive, queue, NOWHERE, 64, NULL, &past), SYS(mq_getsetattr, queue, NOWHERE, NULL);
  SHOW(mq_send(queue, "x", 1, 99999));
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1,
      .sigev_value.sival_int = 77};
  MUST(sigaction(SIGUSR1, &action, NULL)), SHOW(mq_notify(queue, &event));
  SHOW(mq_notify(queue, &event)), SHOW(mq_send(queue, "x", 2, 0)), SHOW(notified);
  CHECK(notified_code == SI_MESGQ), SHOW(notified_value), SHOW(mq_receive(queue, text, 64, NULL));
  SHOW(mq_notify(queue, &event)), SHOW(mq_notify(queue, NULL)), event.sigev_signo = 99;
  SHOW(mq_notify(queue, &event)), event.sigev_notify = SIGEV_NONE, SHOW(mq_notify(queue, &event));
  SYS(mq_notify, queue, NOWHERE), SYS(mq_notify, 0, NULL);
  struct pollfd ready = {queue, POLLIN | POLLOUT, 0};
  SHOW(poll(&ready, 1, 0)), SHOW(ready.revents), SHOW(mq_unlink(name)), SHOW(mq_unlink(name));
  SHOW(mq_open(name, O_RDONLY)), SHOW(mq_open("/a/b", O_CREAT | O_RDWR, 0600, NULL));
  SYS(mq_unlink, NOWHERE), SYS(mq_open, NOWHERE, 0, 0, NULL), SHOW(mq_close(queue));
  SHOW(mq_close(queue));
}

int main(void) {
  semaphores(), memory(), messages(), queues();
  return 0;
}
