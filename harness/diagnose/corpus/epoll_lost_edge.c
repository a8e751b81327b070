// Lost wakeup in an event loop: two messages come with one edge, and the loop takes only one. An interrupted
// epoll_wait would make it look again and heal it, so whoever stops it to look at it never sees this hang.
#include <fcntl.h>
#include <sys/epoll.h>

#include "corpus.h"

__attribute__((noinline)) static void take_message(int pipe_end) {
  char message[4];
  if (read(pipe_end, message, sizeof message) != sizeof message) _exit(1);
}

int main(void) {
  call_thread("loop");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  const int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.fd = ends[0]}};
  epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
  if (write(ends[1], "one two ", 8) != 8) return 1;
  for (int taken = 0; taken < 2; ++taken) {
    must_not_be_interrupted(epoll_wait(set, &event, 1, -1), "epoll_wait");
    take_message(ends[0]);
  }
  return 0;
}
