// Sends and receives on controlled sockets: as the kernel does on a blocking one, but waiting as a task.
#include "harness/runtime/intercept/sockets.h"

#include <netinet/in.h>
#include <signal.h>

#include <cstring>

#include "harness/runtime/intercept/addresses.h"
#include "harness/runtime/intercept/descriptor_call.h"
#include "harness/runtime/intercept/remainder.h"
#include "harness/runtime/intercept/signals.h"

namespace wedge::runtime {

namespace {

int option_of(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  kernel(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &size);
  return value;
}

bool is_stream(int fd) { return option_of(fd, SO_TYPE) == SOCK_STREAM; }

// Descriptors that travel in a message arrive under new numbers; a timer would arrive as the eventfd behind it.
void refuse_travelling_timers(const msghdr& message) {
  if (message.msg_control == nullptr) return;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&message), part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
      int fd = -1;
      std::memcpy(&fd, reinterpret_cast<char*>(part) + at, sizeof fd);
      if (kind_of_descriptor(fd) == DescriptorKind::timer)
        unsupported("sendmsg of a timerfd", "timers that travel between sockets are not followed");
    }
  }
}

void adopt_arrivals(msghdr& message) {
  if (message.msg_control == nullptr || message.msg_controllen == 0) return;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
      int fd = -1;
      std::memcpy(&fd, reinterpret_cast<char*>(part) + at, sizeof fd);
      adopt_unknown_descriptor(fd);
    }
  }
}

long send_rest(BlockingCall& call, const msghdr& message, int flags, long sent) {
  Remainder rest(message.msg_iov, message.msg_iovlen, static_cast<std::size_t>(sent));
  if (rest.empty() || !is_stream(call.descriptor()) || is_nonblocking(call.descriptor())) return sent;
  while (!rest.empty()) {
    const iovec piece = rest.piece();
    note_descriptor_change();
    const long more = kernel(SYS_sendto, call.descriptor(), piece.iov_base, piece.iov_len, flags, 0, 0);
    if (more == -EAGAIN && call.again()) continue;
    if (more < 0) break;
    sent += more;
    rest.skip(static_cast<std::size_t>(more));
  }
  return sent;
}

// MSG_WAITALL: the kernel gave what there was; goes on until the buffers are full or no more can come.
long receive_rest(BlockingCall& call, const iovec* vectors, std::size_t count, int flags, long received) {
  Remainder rest(vectors, count, static_cast<std::size_t>(received));
  if (rest.empty() || !is_stream(call.descriptor()) || is_nonblocking(call.descriptor())) return received;
  while (!rest.empty()) {
    const iovec piece = rest.piece();
    note_descriptor_change();
    const long more = kernel(SYS_recvfrom, call.descriptor(), piece.iov_base, piece.iov_len, flags, 0, 0);
    if (more == -EAGAIN && call.again()) continue;
    if (more <= 0) break;
    received += more;
    rest.skip(static_cast<std::size_t>(more));
  }
  return received;
}

template <typename Attempt>
long receive(int fd, int flags, const iovec* vectors, std::size_t count, Attempt attempt) {
  if ((flags & MSG_PEEK) != 0 && (flags & MSG_WAITALL) != 0 && is_stream(fd) && option_of(fd, SO_DOMAIN) != AF_UNIX)
    unsupported("recv with MSG_PEEK and MSG_WAITALL", "how much has arrived cannot be waited for");
  BlockingCall call(fd, POLLIN, SO_RCVTIMEO);
  const bool may_wait = (flags & (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)) == 0;
  const int now = flags | MSG_DONTWAIT;
  long received = attempt(fd, now);
  while (received == -EAGAIN && may_wait && call.again()) received = attempt(call.descriptor(), now);
  if (received > 0 && may_wait && (flags & MSG_WAITALL) != 0 && (flags & (MSG_PEEK | MSG_TRUNC)) == 0)
    return receive_rest(call, vectors, count, now, received);
  return received;
}

}  // namespace

long send_message(int fd, const msghdr* message, int flags) {
  refuse_outside(message->msg_name, message->msg_namelen, "sending");
  refuse_travelling_timers(*message);
  const int now = flags | MSG_DONTWAIT | MSG_NOSIGNAL;
  BlockingCall call(fd, POLLOUT, SO_SNDTIMEO);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0;
  long sent = kernel(SYS_sendmsg, fd, message, now);
  while (sent == -EAGAIN && may_wait && call.again()) sent = kernel(SYS_sendmsg, call.descriptor(), message, now);
  if (sent == -EPIPE && (flags & MSG_NOSIGNAL) == 0 && is_stream(call.descriptor())) deliver_to_self(SIGPIPE);
  return sent > 0 && may_wait ? send_rest(call, *message, now, sent) : sent;
}

long receive_message(int fd, msghdr* message, int flags) {
  const msghdr wanted = *message;  // the kernel writes the sizes it used into it, even when it fails
  const long received = receive(fd, flags, wanted.msg_iov, wanted.msg_iovlen, [&](int file, int now) {
    *message = wanted;
    return kernel(SYS_recvmsg, file, message, now);
  });
  if (received >= 0) adopt_arrivals(*message);
  return received;
}

long receive_bytes(int fd, void* buffer, std::size_t size, int flags, sockaddr* address, socklen_t* address_size) {
  const iovec vector{buffer, size};
  return receive(fd, flags, &vector, 1, [&](int file, int now) {
    return kernel(SYS_recvfrom, file, buffer, size, now, address, address_size);
  });
}

}  // namespace wedge::runtime
