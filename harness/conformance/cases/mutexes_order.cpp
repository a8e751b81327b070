// What POSIX leaves open about mutexes: who gets one that several want.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/mutex.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "mutexes";

CASE_ONE_OF(two_waiters_get_the_mutex_in_either_order) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    std::string order;
    mutex.lock();
    const auto take = [&](char who) {
      mutex.lock();
      order += who;
      mutex.unlock();
    };
    std::thread first(take, 'a');
    std::thread second(take, 'b');
    mutex.unlock();
    first.join();
    second.join();
    record_one_of(name, order, {"ab", "ba"});
  }
}

CASE_ONE_OF(three_waiters_get_the_mutex_in_any_order) {
  Mutex mutex;
  std::string order;
  mutex.lock();
  std::thread threads[3];
  for (int i = 0; i < 3; ++i)
    threads[i] = std::thread([&, i] {
      mutex.lock();
      order += static_cast<char>('a' + i);
      mutex.unlock();
    });
  mutex.unlock();
  for (auto& thread : threads) thread.join();
  record_one_of("order", order, {"abc", "acb", "bac", "bca", "cab", "cba"});
}

CASE_ONE_OF(owner_may_take_the_mutex_again_before_the_waiter) {
  Mutex mutex;
  std::string order;
  mutex.lock();
  std::thread waiter([&] {
    mutex.lock();
    order += 'w';
    mutex.unlock();
  });
  mutex.unlock();
  mutex.lock();
  order += 'o';
  mutex.unlock();
  waiter.join();
  record_one_of("order", order, {"wo", "ow"});
}

CASE_ONE_OF(trylock_races_with_a_holder) {
  Mutex mutex;
  std::thread holder([&] {
    mutex.lock();
    sched_yield();
    mutex.unlock();
  });
  const int result = mutex.try_lock();
  if (result == 0) mutex.unlock();
  holder.join();
  record_one_of("trylock", name_of_error(result), {"0", "EBUSY"});
}

CASE_ONE_OF(two_trylocks_have_at_least_one_winner) {
  Mutex mutex;
  int results[2] = {-1, -1};
  std::thread threads[2];
  for (int i = 0; i < 2; ++i)
    threads[i] = std::thread([&, i] {
      results[i] = mutex.try_lock();
      sched_yield();
      if (results[i] == 0) mutex.unlock();
    });
  for (auto& thread : threads) thread.join();
  record_one_of("results", name_of_error(results[0]) + ',' + name_of_error(results[1]), {"0,0", "0,EBUSY", "EBUSY,0"});
}

CASE_ONE_OF(unprotected_read_and_write_may_lose_an_update) {
  Mutex mutex;
  std::atomic<int> count{0};
  const auto add = [&] {
    mutex.lock();
    const int before = count;
    mutex.unlock();
    mutex.lock();
    count = before + 1;
    mutex.unlock();
  };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  record_one_of("count", std::to_string(count), {"1", "2"});
}

CASE_ONE_OF(alternation_of_two_loops_is_open) {
  Mutex mutex;
  std::string order;
  const auto loop = [&](char who) {
    for (int i = 0; i < 2; ++i) {
      mutex.lock();
      order += who;
      mutex.unlock();
    }
  };
  std::thread first(loop, 'a');
  std::thread second(loop, 'b');
  first.join();
  second.join();
  record_one_of("order", order, {"aabb", "abab", "abba", "baab", "baba", "bbaa"});
}

}  // namespace
}  // namespace conformance
