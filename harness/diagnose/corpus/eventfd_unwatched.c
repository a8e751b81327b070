// Deferred work never run: the eventfd that announces work was never put into the set that the loop sleeps on.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "corpus.h"

int main(void) {
  call_thread("loop");
  const int watched = eventfd(0, 0);
  const int forgotten = eventfd(0, 0);
  const int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = watched}};
  epoll_ctl(set, EPOLL_CTL_ADD, watched, &event);
  const uint64_t one = 1;
  if (write(forgotten, &one, sizeof one) != sizeof one) return 1;
  must_not_be_interrupted(epoll_wait(set, &event, 1, -1), "epoll_wait");
  return 0;
}
