// Sending and receiving on controlled sockets, for the interceptors of the general read and write calls too.
#pragma once

#include <sys/socket.h>

#include <cstddef>

namespace wedge::runtime {

// As the system calls: a count or a negative error number. Requires: a point has been made.
long send_message(int fd, const msghdr* message, int flags);
long receive_message(int fd, msghdr* message, int flags);
long receive_bytes(int fd, void* buffer, std::size_t size, int flags, sockaddr* address, socklen_t* address_size);

}  // namespace wedge::runtime
