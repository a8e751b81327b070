// Readers are ordered with writers, and not among each other.
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

std::shared_mutex mutex;
int value;

void reader_and_writer() {
  std::thread thread([] {
    const std::shared_lock lock(mutex);
    races::use(value);
  });
  {
    const std::unique_lock lock(mutex);
    value = 1;
  }
  thread.join();
}
const races::Program correct("reader-and-writer", reader_and_writer);

void write_under_shared_lock() {
  races::Turn turn;
  std::thread thread([&] {
    {
      const std::shared_lock lock(mutex);
      value = 1;  // race: write-under-shared-lock
    }
    turn.pass();
  });
  turn.await();
  {
    const std::shared_lock lock(mutex);
    value = 2;  // race: write-under-shared-lock
  }
  thread.join();
}
const races::Program shared("write-under-shared-lock", write_under_shared_lock);

// Two readers, one after the other: what the first did beside the lock is not ordered by it.
void reader_after_reader() {
  races::Turn turn;
  int beside = 0;
  std::thread thread([&] {
    beside = 1;  // race: reader-after-reader
    { const std::shared_lock lock(mutex); }
    turn.pass();
  });
  turn.await();
  { const std::shared_lock lock(mutex); }
  beside = 2;  // race: reader-after-reader
  thread.join();
}
const races::Program readers("reader-after-reader", reader_after_reader);

void writer_after_reader() {
  races::Turn turn;
  int beside = 0;
  std::thread thread([&] {
    beside = 1;
    { const std::shared_lock lock(mutex); }
    turn.pass();
  });
  turn.await();
  { const std::unique_lock lock(mutex); }
  beside = 2;
  thread.join();
}
const races::Program writer("writer-after-reader", writer_after_reader);

}  // namespace
