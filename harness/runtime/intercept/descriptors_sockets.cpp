// Interceptors of sockets: making, connecting, accepting, sending and receiving.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#include <type_traits>

#include "harness/runtime/intercept/addresses.h"
#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/descriptor_call.h"
#include "harness/runtime/intercept/sockets.h"

namespace wedge::runtime {

namespace {

bool is_socket(int fd) { return is_controlled(fd) && kind_of_descriptor(fd) == DescriptorKind::socket; }

// On the loopback a segment arrives while it is sent, unless Nagle's algorithm holds it back for an acknowledgement
// that takes 40 ms of real time.
int adopt_socket(int fd, int domain, int type) {
  adopt_descriptor(fd, DescriptorKind::socket);
  if (fd < 0 || (domain != AF_INET && domain != AF_INET6)) return fd;
  expect_late_arrivals();
  const int yes = 1;
  if ((type & 0xf) == SOCK_STREAM) kernel(SYS_setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

long accept_controlled(int fd, sockaddr* address, socklen_t* size, int flags) {
  descriptor_point(Operation::accept, fd);
  BlockingCall call(fd, POLLIN, SO_RCVTIMEO);
  const long accepted = call.until_done([&](int file) {
    return without_blocking(file, [&](int at) { return kernel(SYS_accept4, at, address, size, flags); });
  });
  if (accepted >= 0) {
    adopt_descriptor(static_cast<int>(accepted), DescriptorKind::socket);
    take_from_channel();
  }
  return finish_giving(accepted);
}

// The kernel has begun to connect: waits for the answer.
long await_connection(BlockingCall& call) {
  while ((poll_one(call.descriptor(), POLLOUT) & (POLLOUT | POLLERR | POLLHUP)) == 0)
    if (!call.again()) return -EINPROGRESS;
  int error = 0;
  socklen_t size = sizeof error;
  kernel(SYS_getsockopt, call.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
  return -error;
}

long connect_now(int fd, const sockaddr* address, socklen_t size) {
  BlockingCall call(fd, POLLOUT, SO_SNDTIMEO);
  const bool internet = is_internet_address(address, size);
  const long result = call.until_done([&](int file) -> long {  // EAGAIN: the queue of the listener is full
    if (internet && is_listener_full(file, address, size)) return -EAGAIN;
    return without_blocking(file, [&](int at) { return kernel(SYS_connect, at, address, size); });
  });
  if (internet && result == -EAGAIN) {
    if (call.timed_out()) return -EINPROGRESS;
    unsupported("connect",
                "the listener's queue is full, and the kernel would try again after a second of real time; "
                "give listen() a larger backlog");
  }
  if (result == 0 || result == -EINPROGRESS) refuse_outside_listener(call.descriptor());
  if (result != -EINPROGRESS) return result;
  note_descriptor_change();
  return is_nonblocking(call.descriptor()) ? result : await_connection(call);
}

long connect_controlled(int fd, const sockaddr* address, socklen_t size) {
  refuse_outside(address, size, "connect");
  descriptor_point(Operation::connect, fd);
  const long result = connect_now(fd, address, size);
  if (result == -EINPROGRESS) note_descriptor_change();
  return finish_giving(result);
}

long send_controlled(int fd, const msghdr* message, int flags) {
  descriptor_point(Operation::write, fd);
  return finish_giving(send_message(fd, message, flags));
}

long send_controlled(int fd, const void* buffer, std::size_t size, int flags, const sockaddr* to, socklen_t to_size) {
  iovec vector{const_cast<void*>(buffer), size};
  msghdr message{};
  message.msg_name = const_cast<sockaddr*>(to);
  message.msg_namelen = to_size;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  return send_controlled(fd, &message, flags);
}

// A port may still be in the TIME_WAIT of an earlier execution, of which this one must not know.
long bind_controlled(int fd, const sockaddr* address, socklen_t size) {
  const long result = kernel(SYS_bind, fd, address, size);
  if (result != -EADDRINUSE || !is_internet_address(address, size) || is_port_used_here(address, size)) return result;
  int reuse = 1;
  kernel(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  const long again = kernel(SYS_bind, fd, address, size);
  reuse = 0;
  kernel(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  if (again == -EADDRINUSE) unsupported("bind", "another process uses the port; bind to port 0, or run with --jobs 1");
  return again;
}

long receive_controlled(int fd, void* buffer, std::size_t size, int flags, sockaddr* from, socklen_t* from_size) {
  descriptor_point(Operation::read, fd);
  return finish_taking(receive_bytes(fd, buffer, size, flags, from, from_size));
}

long send_several(int fd, mmsghdr* messages, unsigned int count, int flags) {
  descriptor_point(Operation::write, fd);
  unsigned int sent = 0;
  long result = 0;
  for (; sent < count && sent < 1024; ++sent) {
    result = send_message(fd, &messages[sent].msg_hdr, flags);
    if (result < 0) break;
    messages[sent].msg_len = static_cast<unsigned int>(result);
    note_descriptor_change();
  }
  return finish_giving(sent > 0 ? static_cast<long>(sent) : result);
}

// The timeout is looked at after each message only, as the manual says with regret.
long receive_several(int fd, mmsghdr* messages, unsigned int count, int flags, const timespec* timeout) {
  if (timeout != nullptr && !(is_sane(*timeout) && timeout->tv_sec >= 0)) return by_errno(-EINVAL);
  const std::uint64_t deadline = timeout != nullptr ? relative_deadline(*timeout) : no_deadline;
  const bool wait_for_one = (flags & MSG_WAITFORONE) != 0;
  flags &= ~MSG_WAITFORONE;
  descriptor_point(Operation::read, fd);
  unsigned int received = 0;
  long result = 0;
  while (received < count) {
    result = receive_message(fd, &messages[received].msg_hdr, flags);
    if (result < 0) break;
    messages[received++].msg_len = static_cast<unsigned int>(result);
    note_descriptor_change();
    if (wait_for_one) flags |= MSG_DONTWAIT;
    if (scheduler.now_ns >= deadline || (messages[received - 1].msg_hdr.msg_flags & MSG_OOB) != 0) break;
  }
  return finish_taking(received > 0 ? static_cast<long>(received) : result);
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(socket);
WEDGE_REAL(socketpair);
WEDGE_REAL_AT_POINT(accept);
WEDGE_REAL_AT_POINT(accept4);
WEDGE_REAL_AT_POINT(connect);
WEDGE_REAL_AT_POINT(bind);
WEDGE_REAL_AT_POINT(listen);
WEDGE_REAL_AT_POINT(shutdown);
WEDGE_REAL(setsockopt);
WEDGE_REAL_AT_POINT(send);
WEDGE_REAL_AT_POINT(sendto);
WEDGE_REAL_AT_POINT(sendmsg);
WEDGE_REAL_AT_POINT(sendmmsg);
WEDGE_REAL_AT_POINT(recv);
WEDGE_REAL_AT_POINT(recvfrom);
WEDGE_REAL_AT_POINT(recvmsg);
WEDGE_REAL_AT_POINT(recvmmsg);

WEDGE_EXPORT int socket(int domain, int type, int protocol) noexcept {
  const int fd = real_socket(domain, type, protocol);
  return controlled ? adopt_socket(fd, domain, type) : fd;
}

WEDGE_EXPORT int socketpair(int domain, int type, int protocol, int ends[2]) noexcept {
  const int result = real_socketpair(domain, type, protocol, ends);
  if (!controlled || result != 0) return result;
  adopt_descriptor(ends[0], DescriptorKind::socket);
  adopt_descriptor(ends[1], DescriptorKind::socket);
  join_channels(ends[0], ends[1]);
  return 0;
}

WEDGE_EXPORT int accept(int fd, sockaddr* __restrict address, socklen_t* __restrict size) {
  if (!is_controlled(fd)) return real_accept(fd, address, size);
  return static_cast<int>(accept_controlled(fd, address, size, 0));
}

WEDGE_EXPORT int accept4(int fd, sockaddr* __restrict address, socklen_t* __restrict size, int flags) {
  if (!is_controlled(fd)) return real_accept4(fd, address, size, flags);
  return static_cast<int>(accept_controlled(fd, address, size, flags));
}

WEDGE_EXPORT int connect(int fd, const sockaddr* address, socklen_t size) {
  if (!is_socket(fd)) return real_connect(fd, address, size);
  return static_cast<int>(connect_controlled(fd, address, size));
}

WEDGE_EXPORT int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  if (!is_socket(fd)) return real_bind(fd, address, size);
  descriptor_point(Operation::accept, fd);
  return static_cast<int>(finish_giving(bind_controlled(fd, address, size)));
}

WEDGE_EXPORT int listen(int fd, int backlog) noexcept {
  if (!is_socket(fd)) return real_listen(fd, backlog);
  descriptor_point(Operation::accept, fd);
  return static_cast<int>(finish_giving(kernel(SYS_listen, fd, backlog)));
}

WEDGE_EXPORT int shutdown(int fd, int how) noexcept {
  if (!is_socket(fd)) return real_shutdown(fd, how);
  descriptor_point(Operation::close, fd);
  return static_cast<int>(finish_giving(kernel(SYS_shutdown, fd, how)));
}

WEDGE_EXPORT int setsockopt(int fd, int level, int option, const void* value, socklen_t size) noexcept {
  if (!is_socket(fd)) return real_setsockopt(fd, level, option, value, size);
  if (level == SOL_SOCKET && option == SO_RCVLOWAT && size == sizeof(int) && *static_cast<const int*>(value) > 1)
    unsupported("SO_RCVLOWAT", "receiving waits for one byte only");
  if (level == IPPROTO_TCP && option == TCP_NODELAY && size >= sizeof(int)) return 0;  // it is on, and stays on
  const long result = kernel(SYS_setsockopt, fd, level, option, value, size);
  note_descriptor_change();
  return static_cast<int>(by_errno(result));
}

WEDGE_EXPORT ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
  return is_socket(fd) ? send_controlled(fd, buffer, size, flags, nullptr, 0) : real_send(fd, buffer, size, flags);
}

WEDGE_EXPORT ssize_t sendto(int fd, const void* buffer, std::size_t size, int flags, const sockaddr* to,
                            socklen_t to_size) {
  return is_socket(fd) ? send_controlled(fd, buffer, size, flags, to, to_size)
                       : real_sendto(fd, buffer, size, flags, to, to_size);
}

WEDGE_EXPORT ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return is_socket(fd) ? send_controlled(fd, message, flags) : real_sendmsg(fd, message, flags);
}

WEDGE_EXPORT int sendmmsg(int fd, mmsghdr* messages, unsigned int count, int flags) {
  if (!is_socket(fd)) return real_sendmmsg(fd, messages, count, flags);
  return static_cast<int>(send_several(fd, messages, count, flags));
}

WEDGE_EXPORT ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
  return is_socket(fd) ? receive_controlled(fd, buffer, size, flags, nullptr, nullptr)
                       : real_recv(fd, buffer, size, flags);
}

WEDGE_EXPORT ssize_t recvfrom(int fd, void* __restrict buffer, std::size_t size, int flags, sockaddr* __restrict from,
                              socklen_t* __restrict from_size) {
  return is_socket(fd) ? receive_controlled(fd, buffer, size, flags, from, from_size)
                       : real_recvfrom(fd, buffer, size, flags, from, from_size);
}

WEDGE_EXPORT ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (!is_socket(fd)) return real_recvmsg(fd, message, flags);
  descriptor_point(Operation::read, fd);
  return finish_taking(receive_message(fd, message, flags));
}

WEDGE_EXPORT int recvmmsg(int fd, mmsghdr* messages, unsigned int count, int flags, timespec* timeout) {
  if (!is_socket(fd)) return real_recvmmsg(fd, messages, count, flags, timeout);
  return static_cast<int>(receive_several(fd, messages, count, flags, timeout));
}

// What the C library's headers call instead with -D_FORTIFY_SOURCE; the real ones end the process if the buffer is
// small.
extern "C" ssize_t __recv_chk(int, void*, std::size_t, std::size_t, int);
extern "C" ssize_t __recvfrom_chk(int, void*, std::size_t, std::size_t, int, sockaddr*, socklen_t*);
WEDGE_REAL_AT_POINT(__recv_chk);
WEDGE_REAL_AT_POINT(__recvfrom_chk);

WEDGE_EXPORT ssize_t __recv_chk(int fd, void* buffer, std::size_t size, std::size_t room, int flags) {
  return size > room ? real___recv_chk(fd, buffer, size, room, flags) : recv(fd, buffer, size, flags);
}

WEDGE_EXPORT ssize_t __recvfrom_chk(int fd, void* buffer, std::size_t size, std::size_t room, int flags, sockaddr* from,
                                    socklen_t* from_size) {
  return size > room ? real___recvfrom_chk(fd, buffer, size, room, flags, from, from_size)
                     : recvfrom(fd, buffer, size, flags, from, from_size);
}

WEDGE_EXPORT ssize_t __send(int fd, const void* buffer, std::size_t size, int flags) {
  return send(fd, buffer, size, flags);
}
WEDGE_EXPORT int __connect(int fd, const sockaddr* address, socklen_t size) { return connect(fd, address, size); }
