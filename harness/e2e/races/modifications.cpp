// Read-modify-writes acquire, release, do both or neither, and carry on what others have released.
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

// Two tasks, one after the other, do `modify` on one atomic, the first after and the second before it writes.
template <std::memory_order order>
void modify(std::atomic<int>& word) {
  word.fetch_add(1, order);
}

void both_ways() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    modify<std::memory_order_acq_rel>(word);
    turn.pass();
  });
  turn.await();
  modify<std::memory_order_acq_rel>(word);
  value = 2;
  thread.join();
}
const races::Program both("modified-acq-rel", both_ways);

void relaxed_modification() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: modified-relaxed
    modify<relaxed>(word);
    turn.pass();
  });
  turn.await();
  modify<relaxed>(word);
  value = 2;  // race: modified-relaxed
  thread.join();
}
const races::Program neither("modified-relaxed", relaxed_modification);

// Release on both sides: nobody acquires.
void only_released() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: only-released
    modify<release>(word);
    turn.pass();
  });
  turn.await();
  modify<release>(word);
  value = 2;  // race: only-released
  thread.join();
}
const races::Program released("only-released", only_released);

template <std::memory_order failure>
void compare_and_fail(std::atomic<int>& word) {
  int never = 17;
  word.compare_exchange_strong(never, 18, std::memory_order_acq_rel, failure);
}

void failed_exchange_that_acquires() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    word.store(1, release);
    turn.pass();
  });
  turn.await();
  compare_and_fail<acquire>(word);
  value = 2;
  thread.join();
}
const races::Program failed_acquire("failed-exchange-that-acquires", failed_exchange_that_acquires);

void failed_exchange_that_does_not() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: failed-exchange-that-does-not
    word.store(1, release);
    turn.pass();
  });
  turn.await();
  compare_and_fail<relaxed>(word);
  value = 2;  // race: failed-exchange-that-does-not
  thread.join();
}
const races::Program failed_relaxed("failed-exchange-that-does-not", failed_exchange_that_does_not);

// An exchange that fails writes nothing, so it releases nothing.
void failed_exchange_does_not_release() {
  std::atomic<int> word{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: failed-exchange-does-not-release
    compare_and_fail<acquire>(word);
    turn.pass();
  });
  turn.await();
  static_cast<void>(word.load(acquire));
  value = 2;  // race: failed-exchange-does-not-release
  thread.join();
}
const races::Program failed_release("failed-exchange-does-not-release", failed_exchange_does_not_release);

}  // namespace
