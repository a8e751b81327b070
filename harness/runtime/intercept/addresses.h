// Tells whether the other end of a socket is in this process: only then can the schedule decide what it does.
#pragma once

#include <sys/socket.h>

namespace wedge::runtime {

// Ends the execution with `what` if the address names somebody who can only be outside. A null address names nobody.
void refuse_outside(const void* address, socklen_t size, const char* what);
// As above for a connection that has just been made or begun: somebody of this process must listen.
void refuse_outside_listener(int fd);

// TCP to a listener of ours whose queue is full: the kernel would drop the request and send it again after a second.
bool is_listener_full(int fd, const sockaddr* address, socklen_t size);
// A socket of this execution has the port of this internet address.
bool is_port_used_here(const sockaddr* address, socklen_t size);
bool is_internet_address(const sockaddr* address, socklen_t size);

}  // namespace wedge::runtime
