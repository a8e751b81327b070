// Conformance of futexes reached through syscall(): wait, wake, bitsets, requeue, timeouts and error codes.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "futexes";

constexpr unsigned every_bit = 0xFFFFFFFF;

struct Word {
  std::atomic<std::uint32_t> value{0};
  std::uint32_t* address() { return reinterpret_cast<std::uint32_t*>(&value); }
};

long futex(Word& word, int operation, unsigned value, const void* timeout = nullptr, Word* second = nullptr,
           unsigned third = 0) {
  return syscall(SYS_futex, word.address(), operation, value, timeout, second != nullptr ? second->address() : nullptr,
                 third);
}

long wait(Word& word, unsigned value, const timespec* timeout = nullptr) {
  return futex(word, FUTEX_WAIT_PRIVATE, value, timeout);
}

long wake(Word& word, int count) { return futex(word, FUTEX_WAKE_PRIVATE, static_cast<unsigned>(count)); }

// The requeue calls take a number where others take the timeout.
long requeue(Word& from, int operation, int wake_count, long requeue_count, Word& to, unsigned expected = 0) {
  return futex(from, operation, static_cast<unsigned>(wake_count), reinterpret_cast<const void*>(requeue_count), &to,
               expected);
}

std::string name_of_result(long result) { return result == 0 ? "0" : name_of_error(errno); }

CASE(wait_for_another_value_is_eagain) {
  Word word;
  word.value = 5;
  record_call("private", wait(word, 4));
  record_call("shared", futex(word, FUTEX_WAIT, 4));
  record_call("bitset", futex(word, FUTEX_WAIT_BITSET_PRIVATE, 4, nullptr, nullptr, every_bit));
  const timespec past{0, 0};
  record_call("with a timeout", wait(word, 4, &past));
}

CASE(relative_timeouts_expire) {
  Word word;
  const timespec timeout = from_ms(short_wait_ms);
  const timespec zero{0, 0};
  const Stopwatch watch;
  record_call("wait", wait(word, 0, &timeout));
  record("waited", watch.at_least_ms(short_wait_ms));
  record_call("shared", futex(word, FUTEX_WAIT, 0, &timeout));
  record_call("zero", wait(word, 0, &zero));
}

CASE(absolute_timeouts_expire) {
  Word word;
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const int operation = FUTEX_WAIT_BITSET_PRIVATE | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
    const timespec deadline = in_ms(clock, short_wait_ms);
    record_call("deadline", futex(word, operation, 0, &deadline, nullptr, every_bit));
    record("waited", has_passed(clock, deadline));
    const timespec past = in_ms(clock, -1000);
    record_call("past", futex(word, operation, 0, &past, nullptr, every_bit));
    const timespec zero{0, 0};
    record_call("zero", futex(word, operation, 0, &zero, nullptr, every_bit));
  }
}

CASE(nonsense_is_refused) {
  Word word;
  const timespec negative{-1, 0};
  record_call("operation", futex(word, 99 | FUTEX_PRIVATE_FLAG, 0));
  record_call("unaligned", syscall(SYS_futex, reinterpret_cast<char*>(word.address()) + 1, FUTEX_WAIT_PRIVATE, 0,
                                   nullptr, nullptr, 0));
  record_call("unaligned wake", syscall(SYS_futex, reinterpret_cast<char*>(word.address()) + 1, FUTEX_WAKE_PRIVATE, 1,
                                        nullptr, nullptr, 0));
  record_call("null", syscall(SYS_futex, nullptr, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0));
  record_call("bad nanoseconds", wait(word, 0, &bad_nanoseconds));
  record_call("negative seconds", wait(word, 0, &negative));
  record_call("bitset of nothing", futex(word, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, nullptr, 0));
  record_call("wake bitset of nothing", futex(word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr, nullptr, 0));
  Word other;
  record_call("requeue a negative number", requeue(word, FUTEX_REQUEUE_PRIVATE, 1, -1, other));
  record_call("requeue waking a negative number", requeue(word, FUTEX_REQUEUE_PRIVATE, -1, 1, other));
}

CASE(wake_without_waiters_wakes_nobody) {
  Word word;
  Word other;
  record_call("one", wake(word, 1));
  record_call("all", wake(word, INT_MAX));
  record_call("none", wake(word, 0));
  record_call("shared", futex(word, FUTEX_WAKE, 1));
  record_call("bitset", futex(word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr, nullptr, every_bit));
  record_call("requeue", requeue(word, FUTEX_REQUEUE_PRIVATE, 1, 1, other));
  record_call("compare and requeue", requeue(word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, other, 0));
  record_call("compare with another value", requeue(word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, other, 1));
}

CASE(waiter_is_woken) {
  for (const int private_flag : {0, FUTEX_PRIVATE_FLAG}) {
    Word word;
    long result = -1;
    std::thread waiter([&] { result = futex(word, FUTEX_WAIT | private_flag, 0); });
    poll_until([&] { return futex(word, FUTEX_WAKE | private_flag, 1) == 1; });
    waiter.join();
    record("wait", result);
  }
}

// Waiters that certainly wait: they were counted while they were moved from one word to another.
//
// The kernel may wake a waiter for no reason, and one that was moved then waits for its first word again. A case that
// this happened to says nothing, and starts afresh.
class Sleepers {
 public:
  Sleepers(int count, unsigned bits) : count_(count) {
    for (int i = 0; i < count; ++i)
      threads_[i] = std::thread([this, i, bits] {
        futex(entrance_, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, nullptr, bits);
        events_.add(std::string(1, static_cast<char>('a' + i)));
        ++woken_;
      });
    long moved = 0;
    poll_until([&] { return (moved += requeue(entrance_, FUTEX_REQUEUE_PRIVATE, 0, INT_MAX, room)) >= count; });
  }
  ~Sleepers() {
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  Sleepers(const Sleepers&) = delete;
  Sleepers& operator=(const Sleepers&) = delete;

  void note(const char* key, long result) { notes_.emplace_back(key, result < 0 ? -errno : result); }

  // The names of those who woke, in order; at least `count`, unless the case is disturbed.
  std::string wait_for_woken(int count) {
    poll_until([&] { return is_disturbed() || woken_ >= count; });
    return events_.text();
  }

  // Wakes all that still sleep. False if the case must start afresh.
  bool finish() {
    poll_until([&] {
      wake(room, INT_MAX);
      wake(other, INT_MAX);
      is_disturbed();
      return woken_ == count_;
    });
    return !disturbed_;
  }

  void record_notes() const {
    for (const auto& [key, result] : notes_)
      result < 0 ? record_error(key, static_cast<int>(-result)) : record(key, result);
  }

  Word room;
  Word other;

 private:
  bool is_disturbed() { return disturbed_ = wake(entrance_, INT_MAX) > 0 || disturbed_; }

  Word entrance_;
  const int count_;
  std::atomic<int> woken_{0};
  bool disturbed_ = false;
  Events events_;
  std::vector<std::pair<const char*, long>> notes_;
  std::thread threads_[4];
};

template <class Body>
void with_sleepers(int count, Body body, unsigned bits = every_bit) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    Sleepers sleepers(count, bits);
    body(sleepers);
    if (!sleepers.finish()) continue;
    sleepers.record_notes();
    return;
  }
  record("disturbed", "every time");
}

CASE(wake_counts_whom_it_woke) {
  with_sleepers(4, [](Sleepers& sleepers) {
    sleepers.note("two", wake(sleepers.room, 2));
    sleepers.wait_for_woken(2);
    sleepers.note("one", wake(sleepers.room, 1));
    sleepers.note("all", wake(sleepers.room, INT_MAX));
    sleepers.note("nobody left", wake(sleepers.room, INT_MAX));
  });
}

CASE(wake_looks_at_the_bits) {
  const auto wake_bits = [](Sleepers& sleepers, unsigned bits) {
    return futex(sleepers.room, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, nullptr, nullptr, bits);
  };
  with_sleepers(
      2,
      [&](Sleepers& sleepers) {
        sleepers.note("other bits", wake_bits(sleepers, 0b1001));
        sleepers.note("a common bit", wake_bits(sleepers, 0b0010));
      },
      0b0110);
}

CASE(plain_wake_wakes_whatever_the_bits) {
  with_sleepers(
      2, [](Sleepers& sleepers) { sleepers.note("wake", wake(sleepers.room, INT_MAX)); }, 0b0110);
}

CASE(requeue_counts_woken_and_moved) {
  with_sleepers(4, [](Sleepers& sleepers) {
    Word& room = sleepers.room;
    Word& other = sleepers.other;
    sleepers.note("compare fails", requeue(room, FUTEX_CMP_REQUEUE_PRIVATE, 1, INT_MAX, other, 1));
    sleepers.note("wake one and move one", requeue(room, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, other, 0));
    sleepers.wait_for_woken(1);
    sleepers.note("wake one and move one", requeue(room, FUTEX_REQUEUE_PRIVATE, 1, 1, other));
    sleepers.note("first word", wake(room, INT_MAX));
    sleepers.note("second word", wake(other, INT_MAX));
  });
}

CASE(requeued_waiter_does_not_look_at_the_value_again) {
  with_sleepers(1, [](Sleepers& sleepers) {
    sleepers.other.value = 77;
    sleepers.note("move", requeue(sleepers.room, FUTEX_REQUEUE_PRIVATE, 0, 1, sleepers.other));
    sleepers.note("old word", wake(sleepers.room, 1));
    sleepers.note("new word", wake(sleepers.other, 1));
  });
}

CASE(waiters_on_neighbouring_words_are_told_apart) {
  Word words[2];
  std::atomic<int> woken{0};
  std::thread waiters[2];
  for (int i = 0; i < 2; ++i)
    waiters[i] = std::thread([&, i] {
      wait(words[i], 0);
      ++woken;
    });
  poll_until([&] { return wake(words[0], INT_MAX) == 1; });
  poll_until([&] { return woken == 1; });
  record("woken", woken.load());
  poll_until([&] { return wake(words[1], INT_MAX) == 1; });
  for (auto& waiter : waiters) waiter.join();
  record("woken", woken.load());
}

CASE_ONE_OF(wake_takes_any_of_three) {
  std::string who;
  with_sleepers(3, [&](Sleepers& sleepers) {
    wake(sleepers.room, 1);
    who = sleepers.wait_for_woken(1);
  });
  record_one_of("who", who, {"a", "b", "c"});
}

CASE_ONE_OF(woken_threads_run_in_any_order) {
  std::string order;
  with_sleepers(2, [&](Sleepers& sleepers) {
    wake(sleepers.room, INT_MAX);
    order = sleepers.wait_for_woken(2);
  });
  record_one_of("order", order, {"a,b", "b,a"});
}

CASE_ONE_OF(wait_races_with_change_and_wake) {
  Word word;
  std::string result;
  std::thread waiter([&] { result = name_of_result(wait(word, 0)); });
  sched_yield();
  word.value = 1;
  wake(word, 1);
  waiter.join();
  record_one_of("wait", result, {"0", "EAGAIN"});
}

CASE_ONE_OF(timeout_races_with_wake) {
  Word word;
  std::string result;
  std::thread waker([&] {
    for (int i = 0; i < 2; ++i) sched_yield();
    word.value = 1;
    wake(word, 1);
  });
  std::thread waiter([&] {
    const timespec timeout = from_ms(far_ms);
    result = name_of_result(wait(word, 0, &timeout));
  });
  waker.join();
  waiter.join();
  record_one_of("wait", result, {"0", "EAGAIN", "ETIMEDOUT"});
}

CASE_ONE_OF(wake_counts_a_waiter_only_if_it_is_there) {
  Word word;
  std::thread waiter([&] {
    const timespec timeout = from_ms(short_wait_ms);
    wait(word, 0, &timeout);
  });
  const long woken = wake(word, 1);
  waiter.join();
  record_one_of("woken", std::to_string(woken), {"0", "1"});
}

}  // namespace
}  // namespace conformance
