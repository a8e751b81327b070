// Tells whether the other end of a socket is in this process: only then can the schedule decide what it does.
#pragma once

#include <sys/socket.h>

namespace wedge::runtime {

// Ends the execution with `what` if the address names somebody who can only be outside. A null address names nobody.
void refuse_outside(const void* address, socklen_t size, const char* what);
// As above for a connection that has just been made or begun: somebody of this process must listen.
void refuse_outside_listener(int fd);

}  // namespace wedge::runtime
