// Conformance of pthread condition variables: waits, wakes, deadlines and error codes.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/condition.h"
#include "harness/conformance/cases/mutex.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "conditions";

using namespace std::string_literals;

CASE(signal_and_broadcast_without_waiters_succeed) {
  Condition condition;
  record_error("signal", condition.signal());
  record_error("broadcast", condition.broadcast());
  record_error("destroy", condition.destroy());
}

pthread_cond_t static_condition = PTHREAD_COND_INITIALIZER;

CASE(static_initialiser_works) {
  Mutex mutex;
  bool ready = false;
  std::thread waiter([&] {
    mutex.lock();
    while (!ready) pthread_cond_wait(&static_condition, &mutex.it);
    mutex.unlock();
  });
  mutex.lock();
  ready = true;
  record_error("signal", pthread_cond_signal(&static_condition));
  mutex.unlock();
  waiter.join();
}

CASE(wait_releases_the_mutex_and_takes_it_again) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    Condition condition;
    bool waiting = false;
    bool ready = false;
    int wait_result = -1;
    int unlock_result = -1;
    std::thread waiter([&] {
      mutex.lock();
      waiting = true;
      while (!ready) wait_result = condition.wait(mutex);
      unlock_result = mutex.unlock();
    });
    poll_until([&] {
      mutex.lock();
      const bool seen = waiting;  // under the mutex: so the waiter has released it by waiting
      mutex.unlock();
      return seen;
    });
    mutex.lock();
    ready = true;
    record_error(name + " signal"s, condition.signal());
    mutex.unlock();
    waiter.join();
    record_error(name + " wait"s, wait_result);
    record_error(name + " unlock"s, unlock_result);
  }
}

CASE(signal_does_not_need_the_mutex) {
  Mutex mutex;
  Condition condition;
  bool ready = false;
  std::thread waiter([&] {
    mutex.lock();
    while (!ready) condition.wait(mutex);
    mutex.unlock();
  });
  mutex.lock();
  ready = true;
  mutex.unlock();
  record_error("signal", condition.signal());
  waiter.join();
}

CASE(timedwait_times_out_and_holds_the_mutex) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    Condition condition;
    mutex.lock();
    const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
    int result = 0;
    while (result == 0) result = pthread_cond_timedwait(&condition.it, &mutex.it, &deadline);
    record_error(name, result);
    record(name + " waited"s, has_passed(CLOCK_REALTIME, deadline));
    record_error(name + " elsewhere"s, in_other_thread([&] { return mutex.try_lock(); }));
    record_error(name + " unlock"s, mutex.unlock());
  }
}

CASE(deadlines_are_checked) {
  Mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
  Condition condition;
  mutex.lock();
  const timespec past = in_ms(CLOCK_REALTIME, -1000);
  const timespec negative{0, -1};
  record_error("past", pthread_cond_timedwait(&condition.it, &mutex.it, &past));
  record_error("bad nanoseconds", pthread_cond_timedwait(&condition.it, &mutex.it, &bad_nanoseconds));
  record_error("negative nanoseconds", pthread_cond_timedwait(&condition.it, &mutex.it, &negative));
  record_error("bad clock", pthread_cond_clockwait(&condition.it, &mutex.it, CLOCK_PROCESS_CPUTIME_ID, &past));
  record_error("bad clock nanoseconds",
               pthread_cond_clockwait(&condition.it, &mutex.it, CLOCK_MONOTONIC, &bad_nanoseconds));
  record_error("still held", mutex.unlock());
}

CASE(clockwait_times_out_by_its_clock) {
  Mutex mutex;
  Condition condition;
  mutex.lock();
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const std::string name = clock == CLOCK_MONOTONIC ? "monotonic" : "realtime";
    const timespec deadline = in_ms(clock, short_wait_ms);
    int result = 0;
    while (result == 0) result = pthread_cond_clockwait(&condition.it, &mutex.it, clock, &deadline);
    record_error(name, result);
    record(name + " waited", has_passed(clock, deadline));
  }
  mutex.unlock();
}

CASE(timedwait_follows_the_clock_of_the_attributes) {
  Mutex mutex;
  Condition condition(CLOCK_MONOTONIC);
  mutex.lock();
  const timespec deadline = in_ms(CLOCK_MONOTONIC, short_wait_ms);
  int result = 0;
  while (result == 0) result = pthread_cond_timedwait(&condition.it, &mutex.it, &deadline);
  record_error("timedwait", result);
  record("waited", has_passed(CLOCK_MONOTONIC, deadline));
  mutex.unlock();
}

CASE(wait_with_a_mutex_of_another_owner_is_eperm) {
  Mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
  Condition condition;
  const timespec soon = in_ms(CLOCK_REALTIME, short_wait_ms);
  record_error("free", condition.wait(mutex));
  record_error("free timed", pthread_cond_timedwait(&condition.it, &mutex.it, &soon));
  mutex.lock();
  record_error("held elsewhere", in_other_thread([&] { return condition.wait(mutex); }));
  record_error("unlock", mutex.unlock());
}

CASE(attributes_keep_what_is_set) {
  pthread_condattr_t attributes;
  record_error("init", pthread_condattr_init(&attributes));
  clockid_t clock = -1;
  record_error("getclock", pthread_condattr_getclock(&attributes, &clock));
  record("realtime is the default", clock == CLOCK_REALTIME);
  record_error("monotonic", pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
  pthread_condattr_getclock(&attributes, &clock);
  record("kept", clock == CLOCK_MONOTONIC);
  record_error("bad clock", pthread_condattr_setclock(&attributes, CLOCK_PROCESS_CPUTIME_ID));
  record_error("shared", pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
  record_error("bad sharing", pthread_condattr_setpshared(&attributes, 77));
  pthread_cond_t condition;
  record_error("shared init", pthread_cond_init(&condition, &attributes));
  record_error("shared signal", pthread_cond_signal(&condition));
  record_error("destroy", pthread_cond_destroy(&condition));
  record_error("destroy attributes", pthread_condattr_destroy(&attributes));
}

CASE(waiter_is_told_that_the_owner_of_a_robust_mutex_died) {
  Mutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  Condition condition;
  bool waiting = false;
  int result = 0;
  std::thread waiter([&] {
    mutex.lock();
    waiting = true;
    while (waiting && result == 0) result = condition.wait(mutex);
    pthread_mutex_consistent(&mutex.it);
    mutex.unlock();
  });
  std::thread owner([&] {
    poll_until([&] {
      mutex.lock();
      if (waiting) return true;  // and keeps the mutex
      mutex.unlock();
      return false;
    });
    waiting = false;
    condition.signal();
  });
  owner.join();
  waiter.join();
  record_error("wait", result);
}

CASE(condition_passes_turns_between_two_threads) {
  Mutex mutex;
  Condition condition;
  std::string order;
  const auto play = [&](char own, char last) {
    for (int i = 0; i < 5; ++i) {
      mutex.lock();
      while ((order.empty() ? 'b' : order.back()) != last) condition.wait(mutex);
      order += own;
      condition.signal();
      mutex.unlock();
    }
  };
  std::thread first(play, 'a', 'b');
  std::thread second(play, 'b', 'a');
  first.join();
  second.join();
  record("order", order);
}

}  // namespace
}  // namespace conformance
