// Deferred work never run: a one-shot member of the set was used up and not armed again before more bytes came.
#include <sys/epoll.h>

#include "corpus.h"

int main(void) {
  call_thread("loop");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data = {.fd = ends[0]}};
  epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
  char byte;
  for (;;) {
    if (write(ends[1], "x", 1) != 1) return 1;
    must_not_be_interrupted(epoll_wait(set, &event, 1, -1), "epoll_wait");
    if (read(ends[0], &byte, 1) != 1) return 1;
  }
}
