// Conformance of wakes: how many waiters a signal or broadcast reaches, and which of them POSIX leaves open.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/condition.h"
#include "harness/conformance/cases/mutex.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "conditions";

// Waiters that are certainly inside their wait, and take one token each.
class Waiters {
 public:
  explicit Waiters(int count) {
    for (int i = 0; i < count; ++i) threads_[i] = std::thread([this, i] { wait_for_token(i); });
    poll_until([&] {
      mutex_.lock();
      const bool all = waiting_ == count;
      mutex_.unlock();
      return all;
    });
  }

  void add_tokens(int count) {
    mutex_.lock();
    tokens_ += count;
    mutex_.unlock();
  }
  std::string join() {
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
    return order_;
  }
  std::string wait_for_takers(std::size_t count) {
    std::string order;
    poll_until([&] {
      mutex_.lock();
      order = order_;
      mutex_.unlock();
      return order.size() >= count;
    });
    return order;
  }
  Condition& condition() { return condition_; }

 private:
  void wait_for_token(int i) {
    mutex_.lock();
    ++waiting_;
    while (tokens_ == 0) condition_.wait(mutex_);
    --tokens_;
    order_ += static_cast<char>('a' + i);
    mutex_.unlock();
  }

  Mutex mutex_;
  Condition condition_;
  int waiting_ = 0;
  int tokens_ = 0;
  std::string order_;
  std::thread threads_[3];
};

CASE(broadcast_wakes_all) {
  Waiters waiters(3);
  waiters.add_tokens(3);
  record_error("broadcast", waiters.condition().broadcast());
  record("woken", waiters.join().size());
}

CASE(each_signal_wakes_one) {
  Waiters waiters(3);
  waiters.add_tokens(3);
  for (int i = 0; i < 3; ++i) record_error("signal", waiters.condition().signal());
  record("woken", waiters.join().size());
}

CASE(signals_one_after_the_other_reach_all) {
  Waiters waiters(3);
  for (std::size_t i = 1; i <= 3; ++i) {
    waiters.add_tokens(1);
    waiters.condition().signal();
    record("takers", waiters.wait_for_takers(i).size());
  }
  waiters.join();
}

CASE_ONE_OF(signal_wakes_any_of_three) {
  Waiters waiters(3);
  waiters.add_tokens(1);
  waiters.condition().signal();
  const std::string who = waiters.wait_for_takers(1);
  waiters.add_tokens(2);
  waiters.condition().broadcast();
  waiters.join();
  record_one_of("who", who, {"a", "b", "c"});
}

CASE_ONE_OF(broadcast_wakes_in_any_order) {
  Waiters waiters(3);
  waiters.add_tokens(3);
  waiters.condition().broadcast();
  record_one_of("order", waiters.join(), {"abc", "acb", "bac", "bca", "cab", "cba"});
}

CASE_ONE_OF(late_comer_may_take_what_a_signal_was_for) {
  Mutex mutex;
  Condition condition;
  bool waiting = false;
  int tokens = 0;
  std::string first_taker;
  const auto take = [&](const char* who) {
    if (first_taker.empty()) first_taker = who;
    --tokens;
  };
  std::thread waiter([&] {
    mutex.lock();
    waiting = true;
    while (tokens == 0) condition.wait(mutex);
    take("waiter");
    mutex.unlock();
  });
  poll_until([&] {
    mutex.lock();
    const bool seen = waiting;
    mutex.unlock();
    return seen;
  });
  mutex.lock();
  tokens = 1;
  condition.signal();
  mutex.unlock();
  mutex.lock();
  if (tokens > 0) {
    take("late comer");
    tokens = 1;
    condition.signal();
  }
  mutex.unlock();
  waiter.join();
  record_one_of("first", first_taker, {"waiter", "late comer"});
}

CASE_ONE_OF(timedwait_races_with_signal) {
  Mutex mutex;
  Condition condition;
  bool waiting = false;
  bool ready = false;
  bool timed_out = false;
  std::thread waiter([&] {
    const timespec deadline = in_ms(CLOCK_REALTIME, far_ms);
    mutex.lock();
    waiting = true;
    while (!ready && !timed_out) timed_out = pthread_cond_timedwait(&condition.it, &mutex.it, &deadline) == ETIMEDOUT;
    mutex.unlock();
  });
  poll_until([&] {
    mutex.lock();
    const bool seen = waiting;
    mutex.unlock();
    return seen;
  });
  give_way_often();
  mutex.lock();
  ready = true;
  condition.signal();
  mutex.unlock();
  waiter.join();
  record_one_of("end", timed_out ? "timeout" : "signal", {"signal", "timeout"});
}

CASE_ONE_OF(signal_before_the_wait_is_not_kept) {
  Mutex mutex;
  Condition condition;
  int result = -1;
  std::thread waiter([&] {
    mutex.lock();
    const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
    result = pthread_cond_timedwait(&condition.it, &mutex.it, &deadline);
    mutex.unlock();
  });
  condition.signal();
  waiter.join();
  record_one_of("timedwait", name_of_error(result), {"0", "ETIMEDOUT"});
}

}  // namespace
}  // namespace conformance
