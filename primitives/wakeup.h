// What a signal handler writes to, so that a loop that sleeps in the kernel wakes up and looks.
//
// A pair of sockets with the smallest buffers that the kernel allows, as in trio: more than a few signals that nobody
// has read are of no use. On Linux six bytes fit; that a write succeeds says that there was room, not that anybody
// reads.
#pragma once

#include <fcntl.h>

#include "primitives/descriptor.h"

namespace primitives {

class Wakeup {
 public:
  static constexpr int room = 6;  // what fits while nobody reads

  Wakeup() : Wakeup(1) {}
  explicit Wakeup(int buffer_bytes) : ends_(connected_pair()) {
    for (const Descriptor& end : ends_) ::fcntl(end.number(), F_SETFL, O_NONBLOCK);
    ::setsockopt(ends_[0].number(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    ::setsockopt(ends_[1].number(), SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  }

  // One byte, and 0; or the error number, EAGAIN when it is full. May be called in a signal handler, and by any thread.
  int write(char byte) const noexcept {
    const int before = errno;
    const int error = ::write(ends_[1].number(), &byte, 1) == 1 ? 0 : errno;
    errno = before;
    return error;
  }

  // Reads what there is; how many bytes that were.
  int drain() const {
    int bytes = 0;
    char buffer[16];
    for (ssize_t got = 0; (got = ::read(ends_[0].number(), buffer, sizeof buffer)) > 0;) bytes += static_cast<int>(got);
    return bytes;
  }

  int reader() const { return ends_[0].number(); }

 private:
  std::array<Descriptor, 2> ends_;
};

}  // namespace primitives
