// Whoever reads from a descriptor what another task wrote to it sees what that one did before: must pass under every
// schedule.
//
// The bytes say only that the plain data beside them is ready. POSIX promises less than ThreadSanitizer and everybody
// else rely on.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cassert>
#include <cstdint>
#include <thread>

#include <wedge/scenario.h>

namespace {

constexpr int answer = 42;

// Two ends that are closed with it.
class Ends {
 public:
  enum class Kind { pipe, sockets };
  explicit Ends(Kind kind) {
    const int made = kind == Kind::pipe ? pipe(ends_.data()) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data());
    assert(made == 0);
  }
  ~Ends() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  int receiving() const { return ends_[0]; }
  int sending() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{};
};

void tell(int descriptor) {
  const char byte = 1;
  const ssize_t written = write(descriptor, &byte, 1);
  assert(written == 1);
}

void hear(int descriptor) {
  char byte = 0;
  const ssize_t got = read(descriptor, &byte, 1);
  assert(got == 1 && byte == 1);
}

void there(Ends::Kind kind) {
  const Ends ends(kind);
  int data = 0;
  std::thread giver([&] {
    data = answer;
    tell(ends.sending());
  });
  hear(ends.receiving());
  assert(data == answer);
  giver.join();
}

void there_and_back() {
  const Ends ends(Ends::Kind::sockets);
  int data = 0;
  std::thread other([&] {
    hear(ends.receiving());
    assert(data++ == answer);
    tell(ends.receiving());
  });
  data = answer;
  tell(ends.sending());
  hear(ends.sending());
  assert(data == answer + 1);
  other.join();
}

void messages() {
  const Ends ends(Ends::Kind::sockets);
  int data = 0;
  std::thread giver([&] {
    data = answer;
    const ssize_t sent = send(ends.sending(), &answer, sizeof answer, 0);
    assert(sent == sizeof answer);
  });
  int copy = 0;
  const ssize_t got = recv(ends.receiving(), &copy, sizeof copy, 0);
  assert(got == sizeof copy && copy == data);
  giver.join();
}

void counter() {
  const int event = eventfd(0, 0);
  int data = 0;
  std::thread giver([&] {
    data = answer;
    const bool added = eventfd_write(event, 1) == 0;
    assert(added);
  });
  eventfd_t count = 0;
  const bool taken = eventfd_read(event, &count) == 0;
  assert(taken && count == 1 && data == answer);
  giver.join();
  close(event);
}

void after_poll() {
  const Ends ends(Ends::Kind::pipe);
  int data = 0;
  std::thread giver([&] {
    data = answer;
    tell(ends.sending());
  });
  pollfd wanted{ends.receiving(), POLLIN, 0};
  const int ready = poll(&wanted, 1, -1);
  assert(ready == 1);
  hear(ends.receiving());
  assert(data == answer);
  giver.join();
}

void after_epoll() {
  const Ends ends(Ends::Kind::pipe);
  const int set = epoll_create1(0);
  int data = 0;
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.ptr = &data;
  epoll_ctl(set, EPOLL_CTL_ADD, ends.receiving(), &wanted);
  std::thread giver([&] {
    data = answer;
    tell(ends.sending());
  });
  epoll_event happened{};
  const int ready = epoll_wait(set, &happened, 1, -1);
  assert(ready == 1 && happened.data.ptr == &data);
  hear(ends.receiving());
  assert(data == answer);
  giver.join();
  close(set);
}

const wedge::Scenario scenario{
    .id = "correct/descriptors",
    .title = "plain data handed over beside bytes through descriptors",
    .source = "",
    .variants =
        {
            {"pipe", [] { there(Ends::Kind::pipe); }, wedge::expect(wedge::Outcome::pass)},
            {"socket", [] { there(Ends::Kind::sockets); }, wedge::expect(wedge::Outcome::pass)},
            {"there-and-back", there_and_back, wedge::expect(wedge::Outcome::pass)},
            {"messages", messages, wedge::expect(wedge::Outcome::pass)},
            {"eventfd", counter, wedge::expect(wedge::Outcome::pass)},
            {"after-poll", after_poll, wedge::expect(wedge::Outcome::pass)},
            {"after-epoll", after_epoll, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
