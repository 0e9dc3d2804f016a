// Terminals: settings, sizes, job control.
#include "check.h"

#include <asm/termbits.h>
#include <linux/tty.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static void show_settings(const char *what, const struct termios2 *t) {
  printf("%s: %x %x %x %x line %d chars", what, t->c_iflag, t->c_oflag, t->c_cflag, t->c_lflag,
      t->c_line);
  for (int i = 0; i < NCCS; i++) printf(" %d", t->c_cc[i]);
  printf(" speed %u %u\n", t->c_ispeed, t->c_ospeed);
}

static volatile int resized;
static void on_resize(int sig) { (void)sig, resized++; }

int main(void) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), number = -1, lock = 0, value = 0;
  if (WORKS(master) == -1) return 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  SHOW(ioctl(master, TIOCGPTN, &number)), CHECK(number >= 0);
  SHOW(ioctl(master, TIOCSPTLCK, &lock));
  SHOW(ioctl(master, TIOCGPTLCK, &lock)), SHOW(lock);
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  CHECK(slave >= 0 && isatty(slave)), SHOW(fcntl(slave, F_GETFD));
  struct termios2 settings;
  struct termios old;
  memset(&settings, 0x55, sizeof settings), memset(&old, 0x55, sizeof old);
  SHOW(ioctl(slave, TCGETS2, &settings)), show_settings("new", &settings);
  SHOW(ioctl(slave, TCGETS, &old)), CHECK(memcmp(&old, &settings, sizeof old) == 0);
  settings.c_lflag &= ~(ECHO | ICANON), settings.c_cc[VMIN] = 3, settings.c_cc[VTIME] = 2;
  settings.c_cflag = (settings.c_cflag & ~CBAUD) | BOTHER;
  settings.c_ospeed = settings.c_ispeed = 12345;
  SHOW(ioctl(slave, TCSETS2, &settings)), SHOW(ioctl(slave, TCGETS2, &settings));
  show_settings("changed", &settings);
  old.c_cflag = (old.c_cflag & ~CBAUD) | B115200, SHOW(ioctl(slave, TCSETSW, &old));
  SHOW(ioctl(slave, TCGETS2, &settings)), show_settings("back", &settings);
  SHOW(ioctl(slave, TCSETSF, &old)), SHOW(ioctl(slave, TCSETS, &old));
  SHOW(ioctl(slave, TCSETS2, &settings)), SHOW(ioctl(slave, TCSETSW2, &settings));
  SHOW(ioctl(slave, TCSETSF2, &settings));
  SYS(ioctl, slave, TCGETS, NOWHERE), SYS(ioctl, slave, TCSETS, NOWHERE);
  SHOW(ioctl(slave, 0x5405 /* TCGETA */, &old));
  struct winsize size = {24, 80, 1, 2}, got = {0};
  SHOW(ioctl(master, TIOCSWINSZ, &size)), SHOW(ioctl(slave, TIOCGWINSZ, &got));
  CHECK(memcmp(&size, &got, sizeof size) == 0), SYS(ioctl, slave, TIOCGWINSZ, NOWHERE);
  char text[32] = "";
  SHOW(write(master, "line\n", 5)), SHOW(poll(&(struct pollfd){slave, POLLIN, 0}, 1, 9000));
  SHOW(ioctl(slave, FIONREAD, &value)), SHOW(value);
  SHOW(read(slave, text, 32)), SHOW(read(master, text, 32)), puts(text);
  SHOW(write(slave, "out\n", 4)), SHOW(poll(&(struct pollfd){master, POLLIN, 0}, 1, 9000));
  SHOW(ioctl(master, FIONREAD, &value)), SHOW(value), SHOW(ioctl(slave, TIOCOUTQ, &value));
  SHOW(value);
  SHOW(ioctl(master, TCFLSH, TCIFLUSH)), SHOW(ioctl(slave, TCFLSH, 77));
  SHOW(ioctl(slave, TCXONC, TCOOFF));
  SHOW(ioctl(slave, TCXONC, TCOON)), SHOW(ioctl(slave, TCSBRK, 1)), SHOW(ioctl(slave, TCSBRKP, 0));
  value = 1, SHOW(ioctl(master, TIOCPKT, &value)), SHOW(ioctl(master, TIOCGPKT, &value));
  SHOW(value);
  value = 0, SHOW(ioctl(master, TIOCPKT, &value)), SHOW(ioctl(slave, TIOCGETD, &value));
  SHOW(value);
  SHOW(ioctl(slave, TIOCEXCL)), SHOW(ioctl(slave, TIOCGEXCL, &value)), SHOW(value);
  SHOW(ioctl(slave, TIOCNXCL));
  SHOW(ioctl(slave, TIOCMGET, &value)), SHOW(ioctl(slave, TIOCGSID, &value));
  SHOW(ioctl(slave, TIOCGPGRP, &value));
  SHOW(ioctl(slave, TIOCNOTTY)), SHOW(ioctl(master, TIOCSIG, SIGINT));
  SHOW(ioctl(slave, TIOCGSOFTCAR, &value));
  pid_t child = fork();
  if (child == 0) {
    struct sigaction action = {.sa_handler = on_resize};
    setsid(), sigaction(SIGWINCH, &action, NULL), sigaction(SIGINT, &action, NULL);
    signal(SIGTTOU, SIG_IGN);
    SHOW(ioctl(slave, TIOCSCTTY, 0)), SHOW(ioctl(slave, TIOCGSID, &value));
    CHECK(value == getpid());
    value = getpid(), SHOW(ioctl(slave, TIOCSPGRP, &value)), SHOW(ioctl(slave, TIOCGPGRP, &value));
    CHECK(value == getpid()), value = 0x7ffffff, SHOW(ioctl(slave, TIOCSPGRP, &value));
    SHOW(open("/dev/tty", O_RDWR) >= 0), size.ws_row = 30, SHOW(ioctl(slave, TIOCSWINSZ, &size));
    SHOW(resized), SHOW(write(master, "\003", 1)), usleep(1000);
    for (int i = 0; i < 10000 && resized < 2; i++) usleep(1000);
    SHOW(resized), signal(SIGHUP, SIG_IGN), SHOW(ioctl(slave, TIOCNOTTY));
    SHOW(open("/dev/tty", O_RDWR));
    _exit(3);
  }
  int status = 0;
  SHOW(waitpid(child, &status, 0) == child), SHOW(status), SHOW(close(slave));
  SHOW(read(master, text, 1) >= -1);
  struct pollfd ready = {master, POLLIN, 0};
  SHOW(poll(&ready, 1, 5000)), SHOW(ready.revents & POLLHUP);
  SHOW(ioctl(master, TIOCGPTN, NOWHERE));
  return 0;
}
