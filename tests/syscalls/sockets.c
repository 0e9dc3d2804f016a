// Sockets: families, options, messages with control data, netlink.
#include "check.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static void option(int fd, int level, const char *name, int number, int value) {
  int got = -1;
  socklen_t size = sizeof got;
  long set = setsockopt(fd, level, number, &value, sizeof value);
  int set_error = errno;
  long get = getsockopt(fd, level, number, &got, &size);
  printf("%s: set %ld %s, get %ld %d of %d\n", name, set, set ? strerror(set_error) : "", get,
      get ? errno : got, (int)size);
}

#define OPTION(fd, level, name, value) option(fd, level, #name, name, value)

static void options(void) {
  int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0), local =
      socket(AF_UNIX, SOCK_STREAM, 0);
  OPTION(tcp, SOL_SOCKET, SO_REUSEADDR, 1), OPTION(tcp, SOL_SOCKET, SO_KEEPALIVE, 1);
  OPTION(udp, SOL_SOCKET, SO_BROADCAST, 1);
  OPTION(tcp, SOL_SOCKET, SO_OOBINLINE, 1), OPTION(tcp, SOL_SOCKET, SO_REUSEPORT, 1);
  OPTION(tcp, SOL_SOCKET, SO_SNDBUF, 8192);
  OPTION(tcp, SOL_SOCKET, SO_RCVBUF, 8192), OPTION(tcp, SOL_SOCKET, SO_PRIORITY, 3);
  OPTION(udp, SOL_SOCKET, SO_NO_CHECK, 1);
  OPTION(tcp, SOL_SOCKET, SO_RCVLOWAT, 5), OPTION(tcp, SOL_SOCKET, SO_TYPE, 1);
  OPTION(tcp, SOL_SOCKET, SO_DOMAIN, 1);
  OPTION(tcp, SOL_SOCKET, SO_PROTOCOL, 1), OPTION(tcp, SOL_SOCKET, SO_ERROR, 1);
  OPTION(tcp, SOL_SOCKET, SO_ACCEPTCONN, 1);
  OPTION(local, SOL_SOCKET, SO_PASSCRED, 1), OPTION(local, SOL_SOCKET, SO_PASSSEC, 0);
  OPTION(local, SOL_SOCKET, SO_PEEK_OFF, 5);
  OPTION(tcp, SOL_SOCKET, SO_TIMESTAMP, 1), OPTION(tcp, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  OPTION(tcp, SOL_SOCKET, SO_MARK, 0);
  OPTION(udp, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_SOFTWARE);
  OPTION(udp, SOL_SOCKET, SO_RXQ_OVFL, 1);
  OPTION(tcp, SOL_SOCKET, SO_LOCK_FILTER, 0), OPTION(tcp, SOL_SOCKET, SO_BUSY_POLL, 0);
  OPTION(tcp, SOL_SOCKET, SO_INCOMING_CPU, 0);
  OPTION(tcp, SOL_SOCKET, SO_ZEROCOPY, 1), OPTION(udp, SOL_SOCKET, SO_DONTROUTE, 1);
  OPTION(tcp, SOL_SOCKET, SO_DEBUG, 0);
  OPTION(tcp, SOL_SOCKET, 9999, 1), OPTION(-1, SOL_SOCKET, SO_ERROR, 1), OPTION(tcp, 77, 1, 1);
  OPTION(tcp, IPPROTO_TCP, TCP_NODELAY, 1), OPTION(tcp, IPPROTO_TCP, TCP_CORK, 1);
  OPTION(tcp, IPPROTO_TCP, TCP_KEEPIDLE, 100);
  OPTION(tcp, IPPROTO_TCP, TCP_KEEPCNT, 4), OPTION(tcp, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
  OPTION(tcp, IPPROTO_TCP, TCP_QUICKACK, 1);
  OPTION(tcp, IPPROTO_IP, IP_TTL, 44), OPTION(tcp, IPPROTO_IP, IP_TOS, 16);
  OPTION(udp, IPPROTO_IP, IP_PKTINFO, 1);
  OPTION(udp, IPPROTO_IP, IP_MULTICAST_TTL, 3), OPTION(udp, IPPROTO_IP, IP_RECVERR, 1);
  OPTION(udp, IPPROTO_UDP, UDP_CORK, 0);
  struct linger linger = {1, 5};
  struct timeval time = {3, 500000};
  socklen_t size = sizeof linger;
  SHOW(setsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, sizeof linger)), linger.l_linger = 0;
  SHOW(getsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, &size)), SHOW(linger.l_onoff);
  SHOW(linger.l_linger), SHOW(size);
  SHOW(setsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time)), time.tv_usec = 0;
  size = sizeof time;
  SHOW(getsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &time, &size)), SHOW(time.tv_sec);
  SHOW(time.tv_usec / 100000), SHOW(size);
  time.tv_usec = 1000000, SHOW(setsockopt(tcp, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
  SHOW(setsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, 4));
  SYS(setsockopt, tcp, SOL_SOCKET, SO_REUSEADDR, NOWHERE, 4);
  SYS(getsockopt, tcp, SOL_SOCKET, SO_TYPE, NOWHERE, &size);
  SYS(getsockopt, tcp, SOL_SOCKET, SO_TYPE, &size, NOWHERE);
  struct tcp_info info;
  size = sizeof info, SHOW(getsockopt(tcp, IPPROTO_TCP, TCP_INFO, &info, &size));
  SHOW(info.tcpi_state), SHOW(socket(99, SOCK_STREAM, 0)), SHOW(socket(AF_UNIX, 77, 0));
  SHOW(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
  int flagged = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  SHOW(fcntl(flagged, F_GETFD)), SHOW(fcntl(flagged, F_GETFL) & O_NONBLOCK);
  SHOW(socketpair(AF_INET, SOCK_STREAM, 0, &tcp));
  SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, NOWHERE);
}

static void over_tcp(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM |
      SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr =
      htonl(INADDR_LOOPBACK)}, other;
  socklen_t size = sizeof address;
  if (WORKS(bind(listener, (void *)&address, sizeof address)) == -1) return;
  SHOW(bind(listener, (void *)&address, sizeof address)), SHOW(listen(listener, 5));
  SHOW(getsockname(listener, (void *)&address, &size)), SHOW(size);
  int result = connect(client, (void *)&address, size);
  CHECK(result == 0 || errno == EINPROGRESS), size = 3;
  struct pollfd ready = {listener, POLLIN, 0};
  SHOW(poll(&ready, 1, 5000)), memset(&other, 0x55, sizeof other);
  int server = accept4(listener, (void *)&other, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  CHECK(server >= 0), SHOW(size);
  CHECK(other.sin_family == AF_INET && (other.sin_port & 0xff00) == 0x5500);
  SHOW(fcntl(server, F_GETFD)), SHOW(accept4(listener, NULL, NULL, 0x40));
  size = sizeof other, SHOW(getpeername(server, (void *)&other, &size));
  SHOW(ntohl(other.sin_addr.s_addr)), SHOW(getpeername(listener, (void *)&other, &size));
  ready = (struct pollfd){client, POLLOUT, 0}, SHOW(poll(&ready, 1, 5000));
  SHOW(send(client, "hello", 5, MSG_NOSIGNAL)), ready = (struct pollfd){server, POLLIN, 0};
  SHOW(poll(&ready, 1, 5000));
  char text[32] = "";
  int waiting = 0;
  SHOW(recv(server, text, 3, MSG_PEEK)), SHOW(ioctl(server, FIONREAD, &waiting)), SHOW(waiting);
  SHOW(recv(server, text, 32, MSG_TRUNC)), SHOW(recv(server, text, 32, MSG_DONTWAIT));
  SHOW(send(client, "!", 1, MSG_OOB)), ready.events = POLLPRI, SHOW(poll(&ready, 1, 5000));
  SHOW(ioctl(server, SIOCATMARK, &waiting)), SHOW(waiting), SHOW(recv(server, text, 9, MSG_OOB));
  SHOW(text[0]);
  SHOW(shutdown(client, SHUT_WR)), ready.events = POLLIN, SHOW(poll(&ready, 1, 5000));
  SHOW(ready.revents & ~POLLRDHUP), SHOW(read(server, text, 9));
  SHOW(send(client, "x", 1, MSG_NOSIGNAL)), SHOW(shutdown(server, 9));
  SHOW(shutdown(listener, SHUT_RD));
  SHOW(connect(server, (void *)&address, 3)), SYS(connect, client, NOWHERE, 16);
  SYS(bind, client, NOWHERE, 16), SHOW(listen(client, 5)), SHOW(listen(0, 5));
  SYS(accept, server, NULL, NULL), SYS(getsockname, server, NOWHERE, &size);
  SYS(recvfrom, server, NOWHERE, 5, MSG_DONTWAIT, NULL, NULL);
  int refused = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_port = htons(1), SHOW(connect(refused, (void *)&address, sizeof address));
}

static void over_udp(void) {
  int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr =
      htonl(INADDR_LOOPBACK)}, from;
  socklen_t size = sizeof address;
  if (WORKS(bind(a, (void *)&address, sizeof address)) == -1) return;
  MUST(getsockname(a, (void *)&address, &size));
  MUST(setsockopt(a, SOL_SOCKET, SO_TIMESTAMP, &on, 4));
  MUST(setsockopt(a, IPPROTO_IP, IP_PKTINFO, &on, 4));
  MUST(setsockopt(a, IPPROTO_IP, IP_RECVTTL, &on, 4));
  SHOW(sendto(b, "datagram", 8, 0, (void *)&address, size)), SHOW(sendto(b, "x", 1, 0, NULL, 0));
  SYS(sendto, b, "x", 1, 0, NOWHERE, 16), SHOW(sendto(b, "x", 1, 0, (void *)&address, 500));
  char text[64] = "", control[256], texts[3][8];
  struct iovec data = {text, 4}, many[3] = {{texts[0], 8}, {texts[1], 8}, {texts[2], 8}};
  struct msghdr message = {&from, sizeof from, &data, 1, control, sizeof control, 0};
  SHOW(recvmsg(a, &message, 0)), SHOW(message.msg_flags == MSG_TRUNC), SHOW(message.msg_namelen);
  SHOW(message.msg_controllen);
  for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message,
      head)) printf("control %d %d %zu\n", head->cmsg_level, head->cmsg_type,
      (size_t)head->cmsg_len);
  struct mmsghdr batch[3] = {{.msg_hdr = {&address, sizeof address, &many[0], 1}}, {.msg_hdr =
      {&address, sizeof address, &many[1], 1}}, {.msg_hdr = {&address, sizeof address, &many[2],
      1}}};
  memcpy(texts, "first  \0second \0third  ", 24);
  SHOW(sendmmsg(b, batch, 3, 0)), SHOW(batch[2].msg_len), memset(texts, 0, sizeof texts);
  for (int i = 0; i < 3; i++) batch[i].msg_hdr.msg_name = NULL, batch[i].msg_hdr.msg_namelen = 0;
  struct timespec limit = {5, 0};
  SHOW(recvmmsg(a, batch, 3, MSG_WAITFORONE, &limit)), puts(texts[0]), puts(texts[2]);
  SHOW(batch[1].msg_len), SHOW(recvmmsg(a, batch, 3, MSG_DONTWAIT, NULL)), limit.tv_nsec = -1;
  SHOW(recvmmsg(a, batch, 3, 0, &limit));
  SYS(sendmsg, b, NOWHERE, 0), SYS(recvmsg, a, NOWHERE, MSG_DONTWAIT);
  SYS(sendmmsg, b, NOWHERE, 2, 0), message.msg_iovlen = 2000;
  SHOW(recvmsg(a, &message, MSG_DONTWAIT));
  SHOW(connect(b, (void *)&address, size)), SHOW(write(b, "", 0)), SHOW(recv(a, text, 9, 0));
  address.sin_family = AF_UNSPEC, SHOW(connect(b, (void *)&address, size)), SHOW(write(b, "x", 1));
}

static void locally(void) {
  int pair[2], on = 1;
  MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
  MUST(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  char control[256] = {0}, byte = 'x';
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
      .msg_controllen = CMSG_SPACE(8) + CMSG_SPACE(sizeof(struct ucred))};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  int files[2] = {pair[0], 1};
  struct ucred me = {getpid(), getuid(), getgid()}, peer;
  head->cmsg_len = CMSG_LEN(8), head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS;
  memcpy(CMSG_DATA(head), files, 8);
  head = CMSG_NXTHDR(&message, head), head->cmsg_len = CMSG_LEN(sizeof me);
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_CREDENTIALS;
  memcpy(CMSG_DATA(head), &me, sizeof me);
  SHOW(sendmsg(pair[0], &message, 0)), memset(control, 0, sizeof control);
  message.msg_controllen = sizeof control, SHOW(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC));
  SHOW(message.msg_flags == (MSG_CMSG_CLOEXEC | MSG_EOR) || message.msg_flags);
  for (head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    printf("control %d %d %zu\n", head->cmsg_level, head->cmsg_type, (size_t)head->cmsg_len);
    if (head->cmsg_type == SCM_RIGHTS) memcpy(files, CMSG_DATA(head), 8), SHOW(fcntl(files[0],
        F_GETFD)), SHOW(files[0] != pair[0]);
    if (head->cmsg_type == SCM_CREDENTIALS) memcpy(&peer, CMSG_DATA(head), sizeof peer),
        CHECK(memcmp(&peer, &me, sizeof me) == 0);
  }
  socklen_t size = sizeof peer;
  SHOW(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &size)), CHECK(peer.pid == getpid());
  SHOW(write(pair[0], "packet", 6)), SHOW(read(pair[1], control, 2));
  SHOW(recv(pair[1], control, 9, MSG_DONTWAIT));
  int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un address = {AF_UNIX, "socket"}, got;
  SHOW(bind(listener, (void *)&address, sizeof address));
  SHOW(bind(client, (void *)&address, sizeof address));
  SHOW(connect(client, (void *)&address, sizeof address)), SHOW(listen(listener, 1));
  SHOW(connect(client, (void *)&address, sizeof address));
  size = sizeof got, SHOW(accept(listener, (void *)&got, &size)), SHOW(size), size = sizeof got;
  SHOW(getsockname(listener, (void *)&got, &size)), SHOW(size), puts(got.sun_path);
  SHOW(connect(client, (void *)&address, sizeof address));
  strcpy(address.sun_path, "none");
  SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, sizeof address));
  SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, 500));
  SHOW(bind(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&address, 2));
  MUST(close(pair[1])), signal(SIGPIPE, SIG_IGN), SHOW(write(pair[0], "x", 1));
  SHOW(read(pair[0], control, 1));
}

static void interfaces(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_name = "lo"};
  SHOW(ioctl(fd, SIOCGIFINDEX, &request)), SHOW(request.ifr_ifindex);
  SHOW(ioctl(fd, SIOCGIFFLAGS, &request)), SHOW(request.ifr_flags);
  SHOW(ioctl(fd, SIOCGIFMTU, &request)), SHOW(request.ifr_mtu);
  SHOW(ioctl(fd, SIOCGIFADDR, &request));
  SHOW(ioctl(fd, SIOCGIFHWADDR, &request)), SHOW(request.ifr_hwaddr.sa_family);
  SHOW(ioctl(fd, SIOCGIFNAME, &request)), strcpy(request.ifr_name, "none0");
  SHOW(ioctl(fd, SIOCGIFINDEX, &request));
  struct ifconf list = {0};
  SHOW(ioctl(fd, SIOCGIFCONF, &list)), SHOW(list.ifc_len % sizeof(struct ifreq));
  SHOW(ioctl(fd, 0x8906, &request) == -1 ? errno : 0);
  int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (netlink == -1) return;
  struct {
    struct nlmsghdr head;
    struct rtgenmsg body;
  } dump = {{sizeof dump, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7, 0}, {AF_UNSPEC}};
  SHOW(send(netlink, &dump, dump.head.nlmsg_len, 0));
  static char answer[65536];
  int links = 0, done = 0, loop = 0;
  while (!done) {
    long length = recv(netlink, answer, sizeof answer, 0);
    if (length <= 0) break;
    for (struct nlmsghdr *head = (void *)answer; NLMSG_OK(head, length); head = NLMSG_NEXT(head,
        length)) {
      if (head->nlmsg_type == NLMSG_DONE) done = 1;
      if (head->nlmsg_type != RTM_NEWLINK) continue;
      links++, loop |= ((struct ifinfomsg *)NLMSG_DATA(head))->ifi_type == 772;
    }
  }
  CHECK(done && links > 0 && loop);
  struct sockaddr_nl name;
  socklen_t size = sizeof name;
  SHOW(getsockname(netlink, (void *)&name, &size)), SHOW(name.nl_family);
  OPTION(netlink, 270, NETLINK_PKTINFO, 1), OPTION(netlink, 270, NETLINK_EXT_ACK, 1);
  SHOW(socket(AF_NETLINK, SOCK_RAW, 60));
}

int main(void) {
  SYS(sendmmsg, -1, NULL, 0, 0), SYS(recvmmsg, -1, NULL, 0, 0, NULL), SYS(listen, -1, 1);
  enter_folder();
  options(), over_tcp(), over_udp(), locally(), interfaces();
  return 0;
}
