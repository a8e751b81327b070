// Small tools that the conformance cases share: handshakes, deadlines, descriptors that close themselves.
//
// They are built from little (an atomic and sched_yield), so that a case fails for the function it is about.
#pragma once

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "harness/conformance/case.h"

namespace conformance {

inline constexpr long short_wait_ms = 10;
inline constexpr long far_ms = 20'000;

timespec from_ms(long ms);

// The clock's time `ms` from now; negative: in the past.
timespec in_ms(clockid_t clock, long ms);

inline constexpr timespec bad_nanoseconds{0, 1'000'000'000};

long to_ns(const timespec& time);
bool has_passed(clockid_t clock, const timespec& deadline);

// Gives the other threads time to get far, so that the rarer results of a race are not too rare under control. Yields
// rather than sleeps: the clock must not move.
inline void give_way_often() {
  for (int i = 0; i < 20; ++i) sched_yield();
}

// A number that no other process has now, for names that all processes share. Not the process number: under control
// that is the same in all processes.
unsigned long unique_number();

// Hides a nonsensical argument from the compiler, which would warn of it.
template <class Value>
Value hidden(Value value) {
  const volatile Value copy = value;
  return copy;
}

// Measures with a clock; the result is only ever compared with a lower bound.
class Stopwatch {
 public:
  explicit Stopwatch(clockid_t clock = CLOCK_MONOTONIC);
  bool at_least_ms(long ms) const;

 private:
  clockid_t clock_;
  long start_ns_;
};

// Calls `done` until it is true, giving way in between.
template <class Done>
void poll_until(Done done) {
  while (!done()) sched_yield();
}

// Opens once; any number of threads may wait for it.
class Gate {
 public:
  void open() { is_open_.store(true); }
  void wait() const {
    poll_until([this] { return is_open_.load(); });
  }

 private:
  std::atomic<bool> is_open_{false};
};

// Names in the order in which threads added them.
class Events {
 public:
  void add(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (!text_.empty()) text_ += ',';
    text_ += name;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// What `call` returns when another thread makes it.
template <class Call>
auto in_other_thread(Call call) {
  decltype(call()) result{};
  std::thread([&] { result = call(); }).join();
  return result;
}

// Closes its descriptor. `close` may be called earlier.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  ~Descriptor() { close(); }

  int number() const { return number_; }
  operator int() const { return number_; }  // so that system calls take it as it is
  int close() { return number_ < 0 ? -1 : ::close(std::exchange(number_, -1)); }

 private:
  int number_ = -1;
};

struct Pipe {
  explicit Pipe(int flags = 0);
  Descriptor reader;
  Descriptor writer;
};

struct SocketPair {
  explicit SocketPair(int type);
  Descriptor left;
  Descriptor right;
};

void set_nonblocking(int descriptor);

// Writes until the pipe or socket would block; returns how much fitted. Leaves the descriptor non-blocking.
std::size_t fill(int descriptor);

}  // namespace conformance
