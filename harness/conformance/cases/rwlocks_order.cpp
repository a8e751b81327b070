// What POSIX leaves open about read-write locks: who comes in first.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "harness/conformance/cases/rwlock.h"
#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "rwlocks";

CASE_ONE_OF(reader_and_writer_come_in_either_order_after_a_writer) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    Events events;
    lock.write();
    std::thread reader([&] {
      lock.read();
      events.add("reader");
      lock.unlock();
    });
    std::thread writer([&] {
      lock.write();
      events.add("writer");
      lock.unlock();
    });
    lock.unlock();
    reader.join();
    writer.join();
    record_one_of(name, events.text(), {"reader,writer", "writer,reader"});
  }
}

CASE_ONE_OF(two_writers_come_in_either_order) {
  for (const auto& [kind, name] : preferences) {
    ReadWriteLock lock(kind);
    std::string order;
    lock.read();
    const auto write = [&](char who) {
      lock.write();
      order += who;
      lock.unlock();
    };
    std::thread first(write, 'a');
    std::thread second(write, 'b');
    lock.unlock();
    first.join();
    second.join();
    record_one_of(name, order, {"ab", "ba"});
  }
}

CASE_ONE_OF(trywrite_races_with_a_reader) {
  ReadWriteLock lock;
  std::thread reader([&] {
    lock.read();
    sched_yield();
    lock.unlock();
  });
  const int result = lock.try_write();
  if (result == 0) lock.unlock();
  reader.join();
  record_one_of("trywrite", name_of_error(result), {"0", "EBUSY"});
}

CASE_ONE_OF(timed_write_races_with_unlock) {
  ReadWriteLock lock;
  lock.read();
  int result = -1;
  std::thread writer([&] {
    const timespec deadline = in_ms(CLOCK_REALTIME, far_ms);
    result = pthread_rwlock_timedwrlock(&lock.it, &deadline);
    if (result == 0) lock.unlock();
  });
  give_way_often();
  lock.unlock();
  writer.join();
  record_one_of("timedwrite", name_of_error(result), {"0", "ETIMEDOUT"});
}

}  // namespace
}  // namespace conformance
