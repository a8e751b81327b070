// Conformance of pthread_mutex_timedlock and pthread_mutex_clocklock.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/mutex.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "mutexes";

using namespace std::string_literals;

CASE(timedlock_of_a_free_mutex_succeeds_whatever_the_deadline) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    const timespec past = in_ms(CLOCK_REALTIME, -1000);
    record_error(name + " past"s, pthread_mutex_timedlock(&mutex.it, &past));
    mutex.unlock();
    record_error(name + " bad nanoseconds"s, pthread_mutex_timedlock(&mutex.it, &bad_nanoseconds));
    mutex.unlock();
    record_error(name + " monotonic"s, pthread_mutex_clocklock(&mutex.it, CLOCK_MONOTONIC, &past));
    mutex.unlock();
  }
}

CASE(timedlock_of_a_held_mutex_times_out) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    mutex.lock();
    bool waited = false;
    record_error(name, in_other_thread([&] {
                   const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
                   const int result = pthread_mutex_timedlock(&mutex.it, &deadline);
                   waited = has_passed(CLOCK_REALTIME, deadline);
                   return result;
                 }));
    record(name + " waited"s, waited);
    record_error(name + " unlock"s, mutex.unlock());
    record_error(name + " free again"s, mutex.try_lock());
    mutex.unlock();
  }
}

CASE(clocklock_of_a_held_mutex_times_out_by_its_clock) {
  Mutex mutex;
  mutex.lock();
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const std::string name = clock == CLOCK_MONOTONIC ? "monotonic" : "realtime";
    bool waited = false;
    record_error(name, in_other_thread([&] {
                   const timespec deadline = in_ms(clock, short_wait_ms);
                   const int result = pthread_mutex_clocklock(&mutex.it, clock, &deadline);
                   waited = has_passed(clock, deadline);
                   return result;
                 }));
    record(name + " waited", waited);
  }
  mutex.unlock();
}

CASE(timedlock_of_a_held_mutex_checks_its_deadline) {
  Mutex mutex;
  mutex.lock();
  const auto timed = [&](timespec deadline) {
    return in_other_thread([&] { return pthread_mutex_timedlock(&mutex.it, &deadline); });
  };
  record_error("past", timed(in_ms(CLOCK_REALTIME, -1000)));
  record_error("zero", timed({0, 0}));
  record_error("before the epoch", timed({-5, 0}));
  record_error("bad nanoseconds", timed(bad_nanoseconds));
  record_error("negative nanoseconds", timed({0, -1}));
  mutex.unlock();
}

CASE(clocklock_refuses_other_clocks) {
  Mutex mutex;
  const timespec far = in_ms(CLOCK_REALTIME, far_ms);
  for (const clockid_t clock : {CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, 77}) {
    record_error("free", pthread_mutex_clocklock(&mutex.it, clock, &far));
    mutex.lock();
    record_error("held", in_other_thread([&] { return pthread_mutex_clocklock(&mutex.it, clock, &far); }));
    mutex.unlock();
  }
}

CASE(timedlock_by_the_owner) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    mutex.lock();
    const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
    const int result = pthread_mutex_timedlock(&mutex.it, &deadline);
    record_error(name, result);
    if (result == 0) mutex.unlock();
    record_error(name + " unlock"s, mutex.unlock());
  }
}

CASE_ONE_OF(timedlock_races_with_unlock) {
  Mutex mutex;
  Gate held;
  std::thread holder([&] {
    mutex.lock();
    held.open();
    give_way_often();
    mutex.unlock();
  });
  held.wait();
  const timespec deadline = in_ms(CLOCK_REALTIME, far_ms);
  const int result = pthread_mutex_timedlock(&mutex.it, &deadline);
  holder.join();
  if (result == 0) mutex.unlock();
  record_one_of("timedlock", name_of_error(result), {"0", "ETIMEDOUT"});
}

CASE_ONE_OF(two_timed_waiters_and_one_unlock) {
  Mutex mutex;
  mutex.lock();
  const auto wait_for_it = [&] {
    const timespec deadline = in_ms(CLOCK_MONOTONIC, far_ms);
    const int result = pthread_mutex_clocklock(&mutex.it, CLOCK_MONOTONIC, &deadline);
    if (result == 0) mutex.unlock();
    return result == 0 ? "locked"s : "late"s;
  };
  std::string first;
  std::string second;
  std::thread one([&] { first = wait_for_it(); });
  std::thread two([&] { second = wait_for_it(); });
  give_way_often();
  mutex.unlock();
  one.join();
  two.join();
  record_one_of("results", first + ',' + second, {"locked,locked", "locked,late", "late,locked", "late,late"});
}

}  // namespace
}  // namespace conformance
