// Deferred work never run: the loop's timer was disarmed and never set again.
#include <poll.h>
#include <sys/timerfd.h>

#include "corpus.h"

int main(void) {
  call_thread("loop");
  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  const struct itimerspec later = {.it_value = {.tv_sec = 5}};
  const struct itimerspec never = {.it_value = {.tv_sec = 0}};
  timerfd_settime(timer, 0, &later, NULL);
  timerfd_settime(timer, 0, &never, NULL);
  struct pollfd member = {.fd = timer, .events = POLLIN};
  must_not_be_interrupted(poll(&member, 1, -1), "poll");
  return 0;
}
