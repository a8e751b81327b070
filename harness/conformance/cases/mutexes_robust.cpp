// Conformance of robust mutexes: what the next owner is told when the last one ended without unlocking.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/mutex.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "mutexes";

using namespace std::string_literals;

// Lets a thread end while it holds the mutex.
void abandon(Mutex& mutex) {
  std::thread([&] { mutex.lock(); }).join();
}

CASE(robust_mutex_works_while_nobody_dies) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type, PTHREAD_MUTEX_ROBUST);
    record_error(name + " lock"s, mutex.lock());
    record_error(name + " elsewhere"s, in_other_thread([&] { return mutex.try_lock(); }));
    record_error(name + " unlock"s, mutex.unlock());
    record_error(name + " unlock elsewhere"s, in_other_thread([&] { return mutex.unlock(); }));
    record_error(name + " consistent"s, pthread_mutex_consistent(&mutex.it));
    record_error(name + " destroy"s, mutex.destroy());
  }
}

CASE(abandoned_mutex_is_eownerdead_and_can_be_made_consistent) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type, PTHREAD_MUTEX_ROBUST);
    abandon(mutex);
    record_error(name + " lock"s, mutex.lock());
    record_error(name + " elsewhere"s, in_other_thread([&] { return mutex.try_lock(); }));
    record_error(name + " consistent"s, pthread_mutex_consistent(&mutex.it));
    record_error(name + " unlock"s, mutex.unlock());
    record_error(name + " lock again"s, mutex.lock());
    mutex.unlock();
  }
}

// Each call on a mutex of its own: glibc's trylock leaves such a mutex locked.
CASE(mutex_left_inconsistent_is_enotrecoverable) {
  const auto describe = [](const char* name, int (*call)(pthread_mutex_t*)) {
    Mutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    abandon(mutex);
    record_error("first lock", mutex.lock());
    record_error("first unlock", mutex.unlock());
    record_error(name, call == pthread_mutex_destroy ? mutex.destroy() : call(&mutex.it));
  };
  describe("lock", pthread_mutex_lock);
  describe("trylock", pthread_mutex_trylock);
  describe("timedlock", [](pthread_mutex_t* mutex) {
    const timespec soon = in_ms(CLOCK_REALTIME, short_wait_ms);
    return pthread_mutex_timedlock(mutex, &soon);
  });
  describe("consistent", pthread_mutex_consistent);
  describe("destroy", pthread_mutex_destroy);
}

CASE(trylock_and_timedlock_see_the_death_too) {
  Mutex first(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  abandon(first);
  record_error("trylock", first.try_lock());
  pthread_mutex_consistent(&first.it);
  record_error("unlock", first.unlock());
  Mutex second(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  abandon(second);
  const timespec far = in_ms(CLOCK_REALTIME, far_ms);
  record_error("timedlock", pthread_mutex_timedlock(&second.it, &far));
  pthread_mutex_consistent(&second.it);
  record_error("unlock", second.unlock());
}

CASE(waiter_is_told_when_the_owner_dies) {
  Mutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  Gate held;
  Gate may_die;
  std::thread owner([&] {
    mutex.lock();
    held.open();
    may_die.wait();
  });
  held.wait();
  int result = -1;
  std::thread waiter([&] {
    result = mutex.lock();
    pthread_mutex_consistent(&mutex.it);
    mutex.unlock();
  });
  may_die.open();
  owner.join();
  waiter.join();
  record_error("waiter", result);
}

CASE(death_by_pthread_exit_counts_too) {
  Mutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  std::thread([&] {
    mutex.lock();
    pthread_exit(nullptr);
  }).join();
  record_error("lock", mutex.lock());
  pthread_mutex_consistent(&mutex.it);
  mutex.unlock();
}

CASE(several_mutexes_may_be_abandoned_at_once) {
  Mutex first(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  Mutex second(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  Mutex released(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  std::thread([&] {
    first.lock();
    released.lock();
    second.lock();
    released.unlock();
  }).join();
  record_error("first", first.try_lock());
  record_error("second", second.try_lock());
  record_error("released", released.try_lock());
  for (auto* mutex : {&first, &second}) {
    pthread_mutex_consistent(&mutex->it);
    mutex->unlock();
  }
  released.unlock();
}

CASE(recursively_held_mutex_is_abandoned_as_a_whole) {
  Mutex mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST);
  std::thread([&] {
    mutex.lock();
    mutex.lock();
  }).join();
  record_error("lock", mutex.lock());
  pthread_mutex_consistent(&mutex.it);
  record_error("unlock", mutex.unlock());
  record_error("one unlock too many", mutex.unlock());
}

CASE(consistent_is_einval_for_other_mutexes) {
  Mutex ordinary;
  record_error("not robust", pthread_mutex_consistent(&ordinary.it));
  Mutex robust(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  robust.lock();
  record_error("not abandoned", pthread_mutex_consistent(&robust.it));
  robust.unlock();
}

CASE_ONE_OF(one_of_two_waiters_is_told) {
  Mutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  Gate held;
  Gate may_die;
  std::thread owner([&] {
    mutex.lock();
    held.open();
    may_die.wait();
  });
  held.wait();
  int results[2] = {-1, -1};
  std::thread waiters[2];
  for (int i = 0; i < 2; ++i)
    waiters[i] = std::thread([&, i] {
      results[i] = mutex.lock();
      if (results[i] == EOWNERDEAD) pthread_mutex_consistent(&mutex.it);
      mutex.unlock();
    });
  may_die.open();
  owner.join();
  for (auto& waiter : waiters) waiter.join();
  record("told", (results[0] == EOWNERDEAD) + (results[1] == EOWNERDEAD));
  record_one_of("who", results[0] == EOWNERDEAD ? "first" : "second", {"first", "second"});
}

}  // namespace
}  // namespace conformance
