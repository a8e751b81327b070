// Lost wakeup in an event loop: another thread has read the eventfd's count and not the queue that it announces.
#include <atomic>
#include <cstdint>
#include <thread>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "corpus.h"

namespace {

int bell = -1;
std::atomic<int> queued{0};
std::atomic<bool> silenced{false};

// Whoever shuts down empties the bell, so that the next start begins with a silent one.
void silence() {
  std::uint64_t count = 0;
  if (read(bell, &count, sizeof count) != sizeof count) _exit(1);
}

void run_loop() {
  call_thread("loop");
  while (!silenced) sched_yield();
  const int set = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(set, EPOLL_CTL_ADD, bell, &event);
  must_not_be_interrupted(epoll_wait(set, &event, 1, -1), "epoll_wait");
  queued = 0;
}

}  // namespace

int main() {
  call_thread("stopper");
  bell = eventfd(0, 0);
  std::thread loop(run_loop);
  queued = 1;
  const std::uint64_t one = 1;
  if (write(bell, &one, sizeof one) != sizeof one) return 1;
  silence();
  silenced = true;
  loop.join();
}
