// Bytes that are read bring with them what was done before they were written.
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

enum class Kind { pipe, sockets };

// Two ends that are closed with it.
template <Kind kind>
class Way {
 public:
  Way() {
    const int made = kind == Kind::pipe ? pipe(ends_.data()) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data());
    if (made != 0) _exit(3);
  }
  ~Way() {
    for (const int end : ends_) close(end);
  }
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;
  void tell() {
    if (write(ends_[1], "x", 1) != 1) _exit(3);
  }
  void hear() {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) _exit(3);
  }

 private:
  std::array<int, 2> ends_{};
};

template <Kind kind>
void told() {
  Way<kind> way;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    way.tell();
  });
  way.hear();
  value = 2;
  thread.join();
  races::use(value);
}
const races::Program pipe_told("told-by-pipe", told<Kind::pipe>);
const races::Program socket_told("told-by-socket", told<Kind::sockets>);

void told_by_eventfd() {
  const int event = eventfd(0, 0);
  int value = 0;
  std::thread thread([&] {
    value = 1;
    eventfd_write(event, 1);
  });
  eventfd_t count = 0;
  eventfd_read(event, &count);
  value = 2;
  thread.join();
  close(event);
}
const races::Program event_told("told-by-eventfd", told_by_eventfd);

void told_too_early() {
  Way<Kind::pipe> way;
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    way.tell();
    value = 1;  // race: told-too-early
    turn.pass();
  });
  way.hear();
  turn.await();
  value = 2;  // race: told-too-early
  thread.join();
}
const races::Program early("told-too-early", told_too_early);

// Nothing goes from the reader to the writer.
void read_by_the_other() {
  Way<Kind::pipe> way;
  races::Turn turn;
  int value = 0;
  way.tell();
  std::thread thread([&] {
    value = 1;  // race: read-by-the-other
    way.hear();
    turn.pass();
  });
  turn.await();
  way.tell();
  value = 2;  // race: read-by-the-other
  thread.join();
}
const races::Program wrong_way("read-by-the-other", read_by_the_other);

}  // namespace
