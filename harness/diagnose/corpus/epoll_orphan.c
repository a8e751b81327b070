// Orphaned I/O: an event loop waits for a socket whose other end only its own process still holds.
#include <sys/epoll.h>
#include <sys/socket.h>

#include "corpus.h"

int main(void) {
  call_thread("loop");
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  const int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = ends[0]}};
  epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
  must_not_be_interrupted(epoll_wait(set, &event, 1, -1), "epoll_wait");
  return 0;
}
