// Conformance of pthread mutexes of every type: lock, try, unlock, destroy and their error codes.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/mutex.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "mutexes";

using namespace std::string_literals;

CASE(lock_and_unlock_succeed) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    record_error(name + " lock"s, mutex.lock());
    record_error(name + " unlock"s, mutex.unlock());
    record_error(name + " trylock"s, mutex.try_lock());
    record_error(name + " unlock again"s, mutex.unlock());
    record_error(name + " destroy"s, mutex.destroy());
  }
}

CASE(trylock_of_anothers_mutex_is_ebusy) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    mutex.lock();
    record_error(name, in_other_thread([&] { return mutex.try_lock(); }));
    mutex.unlock();
    record_error(name + " after unlock"s, in_other_thread([&] {
                   const int result = mutex.try_lock();
                   mutex.unlock();
                   return result;
                 }));
  }
}

CASE(trylock_of_ones_own_mutex) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    mutex.lock();
    const int result = mutex.try_lock();
    record_error(name, result);
    if (result == 0) mutex.unlock();
    mutex.unlock();
  }
}

CASE(errorcheck_relock_is_edeadlk) {
  Mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
  record_error("lock", mutex.lock());
  record_error("relock", mutex.lock());
  record_error("unlock", mutex.unlock());
  record_error("unlock when free", mutex.unlock());
}

CASE(recursive_mutex_counts) {
  Mutex mutex(PTHREAD_MUTEX_RECURSIVE);
  const auto try_elsewhere = [&] {
    return in_other_thread([&] {
      const int result = mutex.try_lock();
      if (result == 0) mutex.unlock();
      return result;
    });
  };
  for (int i = 0; i < 3; ++i) record_error("lock", mutex.lock());
  for (int i = 0; i < 3; ++i) {
    record_error("elsewhere", try_elsewhere());
    record_error("unlock", mutex.unlock());
  }
  record_error("elsewhere at last", try_elsewhere());
  record_error("one unlock too many", mutex.unlock());
}

CASE(unlock_by_another_thread_is_eperm) {
  for (const int type : {PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE}) {
    Mutex mutex(type);
    mutex.lock();
    record_error("held", in_other_thread([&] { return mutex.unlock(); }));
    record_error("still held", in_other_thread([&] { return mutex.try_lock(); }));
    record_error("owner", mutex.unlock());
    record_error("free", in_other_thread([&] { return mutex.unlock(); }));
  }
}

CASE_UNDEFINED(destroy_of_a_locked_mutex_is_ebusy) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    mutex.lock();
    record_error(name + " locked"s, pthread_mutex_destroy(&mutex.it));
    mutex.unlock();
    record_error(name + " free"s, pthread_mutex_destroy(&mutex.it));
  }
}

CASE_UNDEFINED(destroyed_mutex_is_einval) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    pthread_mutex_destroy(&mutex.it);
    const timespec soon = in_ms(CLOCK_REALTIME, short_wait_ms);
    record_error(name + " lock"s, mutex.lock());
    record_error(name + " trylock"s, mutex.try_lock());
    record_error(name + " timedlock"s, pthread_mutex_timedlock(&mutex.it, &soon));
    record_error(name + " unlock"s, mutex.unlock());
    record_error(name + " init"s, pthread_mutex_init(&mutex.it, nullptr));
    record_error(name + " lock after init"s, mutex.lock());
    mutex.unlock();
  }
}

pthread_mutex_t static_normal = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t static_recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
pthread_mutex_t static_errorcheck = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
pthread_mutex_t static_adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;

CASE(static_initialisers_make_their_type) {
  const auto describe = [](const char* name, pthread_mutex_t& mutex) {
    record_error(name + " lock"s, pthread_mutex_lock(&mutex));
    record_error(name + " elsewhere"s, in_other_thread([&] { return pthread_mutex_trylock(&mutex); }));
    const int again = pthread_mutex_trylock(&mutex);
    record_error(name + " again"s, again);
    if (again == 0) pthread_mutex_unlock(&mutex);
    record_error(name + " unlock"s, pthread_mutex_unlock(&mutex));
  };
  describe("normal", static_normal);
  describe("recursive", static_recursive);
  describe("errorcheck", static_errorcheck);
  describe("adaptive", static_adaptive);
  record_error("errorcheck relock", (pthread_mutex_lock(&static_errorcheck), pthread_mutex_lock(&static_errorcheck)));
  pthread_mutex_unlock(&static_errorcheck);
}

CASE(mutex_made_of_zeros_works) {
  pthread_mutex_t mutex{};
  record_error("lock", pthread_mutex_lock(&mutex));
  record_error("elsewhere", in_other_thread([&] { return pthread_mutex_trylock(&mutex); }));
  record_error("unlock", pthread_mutex_unlock(&mutex));
}

CASE(mutex_at_the_same_address_starts_afresh) {
  alignas(Mutex) unsigned char storage[sizeof(Mutex)];
  for (const auto& [type, name] : mutex_types) {
    auto* const mutex = new (storage) Mutex(type);
    record_error(name, mutex->lock());
    const int again = mutex->try_lock();
    record_error(name + " again"s, again);
    if (again == 0) mutex->unlock();
    mutex->unlock();
    mutex->~Mutex();
  }
}

CASE(waiters_exclude_each_other) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type);
    int count = 0;
    std::thread threads[3];
    for (auto& thread : threads)
      thread = std::thread([&] {
        for (int i = 0; i < 10; ++i) {
          mutex.lock();
          const int before = count;
          sched_yield();
          count = before + 1;
          mutex.unlock();
        }
      });
    for (auto& thread : threads) thread.join();
    record(name, count);
  }
}

CASE(priority_inheriting_mutexes_behave_alike) {
  for (const auto& [type, name] : mutex_types) {
    Mutex mutex(type, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
    record_error(name + " lock"s, mutex.lock());
    record_error(name + " elsewhere"s, in_other_thread([&] { return mutex.try_lock(); }));
    record_error(name + " unlock"s, mutex.unlock());
  }
  Mutex mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
  mutex.lock();
  record_error("relock", mutex.lock());
  std::thread waiter([&] {
    mutex.lock();
    mutex.unlock();
  });
  record_error("unlock", mutex.unlock());
  waiter.join();
}

CASE(attributes_keep_what_is_set) {
  pthread_mutexattr_t attributes;
  record_error("init", pthread_mutexattr_init(&attributes));
  int value = -1;
  pthread_mutexattr_gettype(&attributes, &value);
  record("default type", value == PTHREAD_MUTEX_DEFAULT);
  for (const auto& [type, name] : mutex_types) {
    record_error(name, pthread_mutexattr_settype(&attributes, type));
    pthread_mutexattr_gettype(&attributes, &value);
    record(name + " kept"s, value == type);
  }
  pthread_mutexattr_getpshared(&attributes, &value);
  record("private", value == PTHREAD_PROCESS_PRIVATE);
  record_error("shared", pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
  pthread_mutexattr_getrobust(&attributes, &value);
  record("stalled", value == PTHREAD_MUTEX_STALLED);
  pthread_mutexattr_getprotocol(&attributes, &value);
  record("no protocol", value == PTHREAD_PRIO_NONE);
  record_error("bad type", pthread_mutexattr_settype(&attributes, 77));
  record_error("bad sharing", pthread_mutexattr_setpshared(&attributes, 77));
  record_error("bad robustness", pthread_mutexattr_setrobust(&attributes, 77));
  record_error("bad protocol", pthread_mutexattr_setprotocol(&attributes, 77));
  pthread_mutex_t mutex;
  record_error("shared init", pthread_mutex_init(&mutex, &attributes));
  record_error("shared lock", pthread_mutex_lock(&mutex));
  record_error("shared elsewhere", in_other_thread([&] { return pthread_mutex_trylock(&mutex); }));
  record_error("shared unlock", pthread_mutex_unlock(&mutex));
  record_error("destroy", pthread_mutexattr_destroy(&attributes));
}

CASE(priority_ceiling_needs_its_protocol) {
  Mutex mutex;
  int ceiling = -1;
  record_error("get", pthread_mutex_getprioceiling(&mutex.it, &ceiling));
  record_error("set", pthread_mutex_setprioceiling(&mutex.it, 1, &ceiling));
}

}  // namespace
}  // namespace conformance
