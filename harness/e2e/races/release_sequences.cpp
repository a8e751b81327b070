// What a release store heads: later read-modify-writes of anybody carry it on, later stores end it.
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

void continued_by_modification() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread one([&] {
    value = 1;
    word.store(1, release);
    turn.pass();
  });
  std::thread other([&] {
    turn.await(1);
    word.fetch_add(1, relaxed);
    turn.pass();
  });
  turn.await(2);
  static_cast<void>(word.load(acquire));
  value = 2;
  one.join();
  other.join();
}
const races::Program continued("continued-by-modification", continued_by_modification);

void broken_by_store_of_another() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread one([&] {
    value = 1;  // race: broken-by-store-of-another
    word.store(1, release);
    turn.pass();
  });
  std::thread other([&] {
    turn.await(1);
    word.store(2, relaxed);
    turn.pass();
  });
  turn.await(2);
  static_cast<void>(word.load(acquire));
  value = 2;  // race: broken-by-store-of-another
  one.join();
  other.join();
}
const races::Program broken("broken-by-store-of-another", broken_by_store_of_another);

// In C++11 this one still belonged to the sequence; since C++20 it does not.
void broken_by_own_store() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread one([&] {
    value = 1;  // race: broken-by-own-store
    word.store(1, release);
    word.store(2, relaxed);
    turn.pass();
  });
  turn.await();
  static_cast<void>(word.load(acquire));
  value = 2;  // race: broken-by-own-store
  one.join();
}
const races::Program own("broken-by-own-store", broken_by_own_store);

// A release store by another task heads a sequence of its own, and the first one is not in it.
void replaced_by_release_of_another() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread one([&] {
    value = 1;  // race: replaced-by-release-of-another
    word.store(1, release);
    turn.pass();
  });
  std::thread other([&] {
    turn.await(1);
    word.store(2, release);
    turn.pass();
  });
  turn.await(2);
  static_cast<void>(word.load(acquire));
  value = 2;  // race: replaced-by-release-of-another
  one.join();
  other.join();
}
const races::Program replaced("replaced-by-release-of-another", replaced_by_release_of_another);

}  // namespace
