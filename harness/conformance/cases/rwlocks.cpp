// Conformance of pthread read-write locks: sharing, exclusion, both preferences, try and timed variants, error codes.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/rwlock.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "rwlocks";

using namespace std::string_literals;

CASE(readers_share_and_writers_do_not) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    record_error(name + " read"s, lock.read());
    record_error(name + " another reader"s, lock.try_read_elsewhere());
    record_error(name + " a writer beside"s, lock.try_write_elsewhere());
    record_error(name + " unlock"s, lock.unlock());
    record_error(name + " write"s, lock.write());
    record_error(name + " a reader beside"s, lock.try_read_elsewhere());
    record_error(name + " another writer"s, lock.try_write_elsewhere());
    record_error(name + " unlock again"s, lock.unlock());
    record_error(name + " free"s, lock.try_write_elsewhere());
    record_error(name + " destroy"s, lock.destroy());
  }
}

CASE(readers_are_counted) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    for (int i = 0; i < 3; ++i) record_error(name + " read"s, lock.read());
    for (int i = 0; i < 3; ++i) {
      record_error(name + " writer"s, lock.try_write_elsewhere());
      record_error(name + " unlock"s, lock.unlock());
    }
    record_error(name + " writer at last"s, lock.try_write_elsewhere());
  }
}

CASE(writer_may_not_lock_again) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    const timespec soon = in_ms(CLOCK_REALTIME, short_wait_ms);
    lock.write();
    record_error(name + " write"s, lock.write());
    record_error(name + " read"s, lock.read());
    record_error(name + " trywrite"s, lock.try_write());
    record_error(name + " tryread"s, lock.try_read());
    record_error(name + " timedwrite"s, pthread_rwlock_timedwrlock(&lock.it, &soon));
    record_error(name + " timedread"s, pthread_rwlock_timedrdlock(&lock.it, &soon));
    record_error(name + " unlock"s, lock.unlock());
  }
}

CASE(reader_may_not_trywrite) {
  ReadWriteLock lock;
  lock.read();
  record_error("trywrite", lock.try_write());
  record_error("unlock", lock.unlock());
}

CASE(timed_variants_time_out) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    lock.write();
    bool waited = true;
    const auto timed = [&](int (*call)(pthread_rwlock_t*, const timespec*)) {
      return in_other_thread([&] {
        const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
        const int result = call(&lock.it, &deadline);
        waited = waited && has_passed(CLOCK_REALTIME, deadline);
        return result;
      });
    };
    record_error(name + " read"s, timed(pthread_rwlock_timedrdlock));
    record_error(name + " write"s, timed(pthread_rwlock_timedwrlock));
    lock.unlock();
    lock.read();
    record_error(name + " write beside a reader"s, timed(pthread_rwlock_timedwrlock));
    record(name + " waited"s, waited);
    record_error(name + " read beside a reader"s, lock.try_read_elsewhere());
    record_error(name + " unlock"s, lock.unlock());
    record_error(name + " free"s, lock.try_write_elsewhere());
  }
}

CASE(clock_variants_time_out_by_their_clock) {
  ReadWriteLock lock;
  lock.write();
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const std::string name = clock == CLOCK_MONOTONIC ? "monotonic" : "realtime";
    bool waited = true;
    const auto timed = [&](int (*call)(pthread_rwlock_t*, clockid_t, const timespec*)) {
      return in_other_thread([&] {
        const timespec deadline = in_ms(clock, short_wait_ms);
        const int result = call(&lock.it, clock, &deadline);
        waited = waited && has_passed(clock, deadline);
        return result;
      });
    };
    record_error(name + " read", timed(pthread_rwlock_clockrdlock));
    record_error(name + " write", timed(pthread_rwlock_clockwrlock));
    record(name + " waited", waited);
  }
  lock.unlock();
}

CASE(deadlines_are_checked) {
  for (const bool is_held : {false, true}) {
    const std::string name = is_held ? "held" : "free";
    ReadWriteLock lock;
    if (is_held) lock.write();
    const auto timed = [&](timespec deadline, int (*call)(pthread_rwlock_t*, const timespec*)) {
      return in_other_thread([&] {
        const int result = call(&lock.it, &deadline);
        if (result == 0) lock.unlock();
        return result;
      });
    };
    for (const auto call : {pthread_rwlock_timedrdlock, pthread_rwlock_timedwrlock}) {
      record_error(name + " past", timed(in_ms(CLOCK_REALTIME, -1000), call));
      record_error(name + " bad nanoseconds", timed(bad_nanoseconds, call));
      record_error(name + " negative nanoseconds", timed({0, -1}, call));
      record_error(name + " before the epoch", timed({-5, 0}, call));
    }
    const timespec far = in_ms(CLOCK_REALTIME, far_ms);
    record_error(name + " bad clock read",
                 in_other_thread([&] { return pthread_rwlock_clockrdlock(&lock.it, CLOCK_PROCESS_CPUTIME_ID, &far); }));
    record_error(name + " bad clock write",
                 in_other_thread([&] { return pthread_rwlock_clockwrlock(&lock.it, CLOCK_PROCESS_CPUTIME_ID, &far); }));
    if (is_held) lock.unlock();
  }
}

pthread_rwlock_t static_default = PTHREAD_RWLOCK_INITIALIZER;
pthread_rwlock_t static_strict_writer = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

CASE(static_initialisers_work) {
  for (auto* lock : {&static_default, &static_strict_writer}) {
    record_error("write", pthread_rwlock_wrlock(lock));
    record_error("read elsewhere", in_other_thread([&] { return pthread_rwlock_tryrdlock(lock); }));
    record_error("unlock", pthread_rwlock_unlock(lock));
    record_error("destroy", pthread_rwlock_destroy(lock));
  }
}

CASE(attributes_keep_what_is_set) {
  pthread_rwlockattr_t attributes;
  record_error("init", pthread_rwlockattr_init(&attributes));
  int value = -1;
  pthread_rwlockattr_getkind_np(&attributes, &value);
  record("default is for readers", value == PTHREAD_RWLOCK_PREFER_READER_NP);
  for (const auto& [kind, name] : preferences) {
    record_error(name, pthread_rwlockattr_setkind_np(&attributes, kind));
    pthread_rwlockattr_getkind_np(&attributes, &value);
    record(name + " kept"s, value == kind);
  }
  record_error("bad kind", pthread_rwlockattr_setkind_np(&attributes, 77));
  record_error("shared", pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
  record_error("bad sharing", pthread_rwlockattr_setpshared(&attributes, 77));
  pthread_rwlock_t lock;
  record_error("shared init", pthread_rwlock_init(&lock, &attributes));
  record_error("shared write", pthread_rwlock_wrlock(&lock));
  record_error("shared elsewhere", in_other_thread([&] { return pthread_rwlock_tryrdlock(&lock); }));
  record_error("shared unlock", pthread_rwlock_unlock(&lock));
  record_error("shared destroy", pthread_rwlock_destroy(&lock));
  record_error("destroy", pthread_rwlockattr_destroy(&attributes));
}

CASE(reader_comes_in_although_a_writer_waits) {
  for (const int kind : {PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP}) {
    ReadWriteLock lock(kind);
    lock.read();
    std::thread writer([&] {
      lock.write();
      lock.unlock();
    });
    for (int i = 0; i < 5; ++i) sched_yield();
    record_error("reader", in_other_thread([&] {
                   const int result = lock.read();
                   lock.unlock();
                   return result;
                 }));
    record_error("unlock", lock.unlock());
    writer.join();
  }
}

// A waiting writer of a strict-writer lock shows in that other readers are turned away.
void wait_for_waiting_writer(ReadWriteLock& lock) {
  poll_until([&] {
    const int result = lock.try_read();
    if (result == 0) lock.unlock();
    return result == EBUSY;
  });
}

CASE(reader_waits_behind_a_waiting_writer_of_a_strict_lock) {
  ReadWriteLock lock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  std::string order;
  lock.read();
  std::thread writer([&] {
    lock.write();
    order += 'w';
    lock.unlock();
  });
  wait_for_waiting_writer(lock);
  const timespec past = in_ms(CLOCK_REALTIME, -1);
  record_error("timed reader", pthread_rwlock_timedrdlock(&lock.it, &past));
  std::thread reader([&] {
    lock.read();
    order += 'r';
    lock.unlock();
  });
  lock.unlock();
  writer.join();
  reader.join();
  record("order", order);
}

CASE(readers_come_in_again_after_a_waiting_writer_gave_up) {
  ReadWriteLock lock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  lock.read();
  record_error("writer", in_other_thread([&] {
                 const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
                 return pthread_rwlock_timedwrlock(&lock.it, &deadline);
               }));
  record_error("reader", lock.try_read_elsewhere());
  lock.unlock();
  record_error("free", lock.try_write_elsewhere());
}

CASE(waiting_readers_come_in_together) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    lock.write();
    constexpr int count = 3;
    std::atomic<int> inside{0};
    std::thread readers[count];
    for (auto& reader : readers)
      reader = std::thread([&] {
        lock.read();
        ++inside;
        poll_until([&] { return inside == count; });
        lock.unlock();
      });
    lock.unlock();
    for (auto& reader : readers) reader.join();
    record(name, inside.load());
  }
}

CASE(writers_exclude_each_other_and_readers) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    int left = 0;
    int right = 0;
    std::atomic<int> torn{0};
    std::thread threads[4];
    for (int i = 0; i < 4; ++i)
      threads[i] = std::thread([&, i] {
        for (int round = 0; round < 5; ++round) {
          if (i < 2) {
            lock.write();
            ++left;
            sched_yield();
            ++right;
          } else {
            lock.read();
            torn += left != right;
          }
          lock.unlock();
        }
      });
    for (auto& thread : threads) thread.join();
    record(name + " torn"s, torn.load());
    record(name + " sum"s, left + right);
  }
}

}  // namespace
}  // namespace conformance
