// Conformance of the C++ mutexes and locks, which reach pthread functions through libstdc++.
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <system_error>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "cxx_mutexes";

using namespace std::chrono_literals;

template <class Lockable>
bool can_be_locked_elsewhere(Lockable& mutex) {
  return in_other_thread([&] {
    const bool locked = mutex.try_lock();
    if (locked) mutex.unlock();
    return locked;
  });
}

template <class Lockable>
bool can_be_shared_elsewhere(Lockable& mutex) {
  return in_other_thread([&] {
    const bool locked = mutex.try_lock_shared();
    if (locked) mutex.unlock_shared();
    return locked;
  });
}

template <class Lockable>
void describe(const std::string& name) {
  Lockable mutex;
  mutex.lock();
  record(name + " while held", can_be_locked_elsewhere(mutex));
  mutex.unlock();
  record(name + " after unlock", can_be_locked_elsewhere(mutex));
  record(name + " try_lock", mutex.try_lock());
  mutex.unlock();
}

CASE(try_lock_fails_while_another_thread_holds) {
  describe<std::mutex>("mutex");
  describe<std::recursive_mutex>("recursive_mutex");
  describe<std::timed_mutex>("timed_mutex");
  describe<std::recursive_timed_mutex>("recursive_timed_mutex");
  describe<std::shared_mutex>("shared_mutex");
  describe<std::shared_timed_mutex>("shared_timed_mutex");
}

template <class Lockable>
void describe_recursion(const std::string& name) {
  Lockable mutex;
  mutex.lock();
  mutex.lock();
  record(name + " try again", mutex.try_lock());
  mutex.unlock();
  mutex.unlock();
  record(name + " still held", can_be_locked_elsewhere(mutex));
  mutex.unlock();
  record(name + " free", can_be_locked_elsewhere(mutex));
}

CASE(recursive_mutexes_count) {
  describe_recursion<std::recursive_mutex>("recursive_mutex");
  describe_recursion<std::recursive_timed_mutex>("recursive_timed_mutex");
}

template <class Lockable>
void describe_timeouts(const std::string& name) {
  Lockable mutex;
  mutex.lock();
  bool waited = false;
  record(name + " for", in_other_thread([&] {
           const Stopwatch watch;
           const bool locked = mutex.try_lock_for(10ms);
           waited = watch.at_least_ms(10);
           return locked;
         }));
  record(name + " waited", waited);
  record(name + " until steady",
         in_other_thread([&] { return mutex.try_lock_until(std::chrono::steady_clock::now() + 5ms); }));
  record(name + " until system",
         in_other_thread([&] { return mutex.try_lock_until(std::chrono::system_clock::now() + 5ms); }));
  record(name + " until past",
         in_other_thread([&] { return mutex.try_lock_until(std::chrono::steady_clock::now() - 1s); }));
  record(name + " zero", in_other_thread([&] { return mutex.try_lock_for(0ms); }));
  mutex.unlock();
  record(name + " free", mutex.try_lock_for(0ms));
  mutex.unlock();
}

CASE(timed_mutexes_time_out) {
  describe_timeouts<std::timed_mutex>("timed_mutex");
  describe_timeouts<std::recursive_timed_mutex>("recursive_timed_mutex");
  describe_timeouts<std::shared_timed_mutex>("shared_timed_mutex");
}

template <class Lockable>
void describe_sharing(const std::string& name) {
  Lockable mutex;
  mutex.lock_shared();
  record(name + " share with a reader", can_be_shared_elsewhere(mutex));
  record(name + " write beside a reader", can_be_locked_elsewhere(mutex));
  mutex.unlock_shared();
  mutex.lock();
  record(name + " read beside a writer", can_be_shared_elsewhere(mutex));
  mutex.unlock();
  record(name + " free", can_be_locked_elsewhere(mutex));
}

CASE(shared_mutexes_let_readers_together) {
  describe_sharing<std::shared_mutex>("shared_mutex");
  describe_sharing<std::shared_timed_mutex>("shared_timed_mutex");
}

CASE(shared_timed_mutex_times_out_for_readers) {
  std::shared_timed_mutex mutex;
  mutex.lock();
  record("for", in_other_thread([&] { return mutex.try_lock_shared_for(10ms); }));
  record("until", in_other_thread([&] { return mutex.try_lock_shared_until(std::chrono::system_clock::now() + 5ms); }));
  mutex.unlock();
  record("free", mutex.try_lock_shared_for(0ms));
  mutex.unlock_shared();
}

CASE(two_readers_are_inside_together) {
  std::shared_mutex mutex;
  Gate first_inside;
  Gate second_inside;
  std::thread first([&] {
    const std::shared_lock lock(mutex);
    first_inside.open();
    second_inside.wait();
  });
  std::thread second([&] {
    const std::shared_lock lock(mutex);
    second_inside.open();
    first_inside.wait();
  });
  first.join();
  second.join();
  record("together", true);
}

template <class Call>
std::string name_of_failure(Call call) {
  try {
    call();
    return "none";
  } catch (const std::system_error& error) {
    return name_of_error(error.code().value());
  }
}

CASE(unique_lock_refuses_misuse) {
  std::mutex mutex;
  std::unique_lock<std::mutex> empty;
  record("lock of nothing", name_of_failure([&] { empty.lock(); }));
  record("unlock of nothing", name_of_failure([&] { empty.unlock(); }));
  std::unique_lock lock(mutex);
  record("lock twice", name_of_failure([&] { lock.lock(); }));
  lock.unlock();
  record("unlock twice", name_of_failure([&] { lock.unlock(); }));
  record("owns", lock.owns_lock());
  record("try", lock.try_lock());
  std::unique_lock other = std::move(lock);
  record("moved to", other.owns_lock());
  record("moved from", lock.owns_lock());  // NOLINT(bugprone-use-after-move): what is left is the question
}

CASE(shared_mutex_relock_by_the_writer_is_reported) {
  std::shared_mutex mutex;
  mutex.lock();
  record("write again", name_of_failure([&] { mutex.lock(); }));
  record("read too", name_of_failure([&] { mutex.lock_shared(); }));
  mutex.unlock();
}

CASE(scoped_lock_takes_two_in_opposite_orders_without_deadlock) {
  std::mutex left;
  std::mutex right;
  int count = 0;
  std::thread first([&] {
    for (int i = 0; i < 10; ++i) {
      const std::scoped_lock lock(left, right);
      ++count;
    }
  });
  std::thread second([&] {
    for (int i = 0; i < 10; ++i) {
      const std::scoped_lock lock(right, left);
      ++count;
    }
  });
  first.join();
  second.join();
  record("count", count);
}

CASE(try_lock_of_several_names_the_one_that_failed) {
  std::mutex first;
  std::mutex second;
  second.lock();
  record("index", in_other_thread([&] { return std::try_lock(first, second); }));
  second.unlock();
  record("first is free again", can_be_locked_elsewhere(first));
}

CASE_ONE_OF(reader_and_writer_race) {
  std::shared_mutex mutex;
  int value = 0;
  int seen = -1;
  std::thread writer([&] {
    const std::unique_lock lock(mutex);
    value = 1;
  });
  std::thread reader([&] {
    const std::shared_lock lock(mutex);
    seen = value;
  });
  writer.join();
  reader.join();
  record_one_of("seen", std::to_string(seen), {"0", "1"});
}

CASE_ONE_OF(timed_mutex_races_with_unlock) {
  std::timed_mutex mutex;
  mutex.lock();
  bool locked = false;
  std::thread waiter([&] {
    locked = mutex.try_lock_for(20s);
    if (locked) mutex.unlock();
  });
  give_way_often();
  mutex.unlock();
  waiter.join();
  record_one_of("result", locked ? "locked" : "timeout", {"locked", "timeout"});
}

}  // namespace
}  // namespace conformance
