// Not hung: the loop sleeps until its timer expires, and it will. No deferred work.
#include <poll.h>
#include <sys/timerfd.h>

#include "corpus.h"

int main(void) {
  call_thread("loop");
  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  const struct itimerspec later = {.it_value = {.tv_sec = 500}};
  timerfd_settime(timer, 0, &later, NULL);
  struct pollfd member = {.fd = timer, .events = POLLIN};
  must_not_be_interrupted(poll(&member, 1, -1), "poll");
  return 0;
}
