// Conformance of std::condition_variable and condition_variable_any.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "conditions";

using namespace std::chrono_literals;

const char* name_of(std::cv_status status) { return status == std::cv_status::timeout ? "timeout" : "no timeout"; }

template <class Condition, class Lockable>
void describe_timeouts() {
  Lockable mutex;
  Condition condition;
  std::unique_lock lock(mutex);
  const Stopwatch watch;
  record("wait_for with a predicate", condition.wait_for(lock, 10ms, [] { return false; }));
  record("waited", watch.at_least_ms(10));
  record("predicate that holds", condition.wait_for(lock, 10ms, [] { return true; }));
  record("steady past", name_of(condition.wait_until(lock, std::chrono::steady_clock::now() - 1s)));
  record("system past", name_of(condition.wait_until(lock, std::chrono::system_clock::now() - 1s)));
  record("steady until", condition.wait_until(lock, std::chrono::steady_clock::now() + 5ms, [] { return false; }));
  record("system until", condition.wait_until(lock, std::chrono::system_clock::now() + 5ms, [] { return false; }));
  record("owns", lock.owns_lock());
}

CASE(standard_waits_time_out) {
  describe_timeouts<std::condition_variable, std::mutex>();
  describe_timeouts<std::condition_variable_any, std::mutex>();
  describe_timeouts<std::condition_variable_any, std::recursive_mutex>();
}

CASE(condition_any_waits_with_a_shared_lock) {
  std::shared_mutex mutex;
  std::condition_variable_any condition;
  bool ready = false;
  bool seen = false;
  std::thread waiter([&] {
    std::shared_lock lock(mutex);
    condition.wait(lock, [&] { return ready; });
    seen = true;
  });
  {
    const std::unique_lock lock(mutex);
    ready = true;
  }
  condition.notify_all();
  waiter.join();
  record("seen", seen);
}

CASE(notify_all_at_thread_exit_comes_after_thread_locals) {
  static Events events;
  std::mutex mutex;
  std::condition_variable condition;
  bool ready = false;
  std::thread thread([&] {
    struct Local {
      int touched = 0;
      ~Local() { events.add("thread_local"); }
    };
    static thread_local Local local;
    ++local.touched;
    std::unique_lock lock(mutex);
    ready = true;
    std::notify_all_at_thread_exit(condition, std::move(lock));
    events.add("body");
  });
  {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return ready; });
    events.add("waiter");
  }
  thread.join();
  record("events", events.text());
}

CASE(producer_and_consumer_pass_everything_on) {
  std::mutex mutex;
  std::condition_variable changed;
  int slot = 0;
  std::string received;
  std::thread producer([&] {
    for (int i = 1; i <= 6; ++i) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return slot == 0; });
      slot = i;
      changed.notify_one();
    }
  });
  for (int i = 1; i <= 6; ++i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return slot != 0; });
    received += std::to_string(slot);
    slot = 0;
    changed.notify_one();
  }
  producer.join();
  record("received", received);
}

CASE_ONE_OF(notify_one_wakes_either_of_two) {
  std::mutex mutex;
  std::condition_variable condition;
  int waiting = 0;
  int tokens = 0;
  std::string order;
  const auto take = [&](char who) {
    std::unique_lock lock(mutex);
    ++waiting;
    condition.wait(lock, [&] { return tokens > 0; });
    --tokens;
    order += who;
  };
  std::thread first(take, 'a');
  std::thread second(take, 'b');
  poll_until([&] {
    const std::lock_guard lock(mutex);
    return waiting == 2;
  });
  for (std::size_t taken = 1; taken <= 2; ++taken) {
    {
      const std::lock_guard lock(mutex);
      ++tokens;
    }
    condition.notify_one();
    poll_until([&] {
      const std::lock_guard lock(mutex);
      return order.size() == taken;
    });
  }
  first.join();
  second.join();
  record_one_of("order", order, {"ab", "ba"});
}

CASE_ONE_OF(wait_for_races_with_notify) {
  std::mutex mutex;
  std::condition_variable condition;
  bool ready = false;
  bool result = false;
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    result = condition.wait_for(lock, 20s, [&] { return ready; });
  });
  std::thread notifier([&] {
    give_way_often();
    const std::lock_guard lock(mutex);
    ready = true;
    condition.notify_one();
  });
  notifier.join();
  waiter.join();
  record_one_of("result", result ? "notified" : "timeout", {"notified", "timeout"});
}

}  // namespace
}  // namespace conformance
