// Atomic accesses do not race with each other, but with plain ones.
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

int word;

template <typename First, typename Second>
void one_after_the_other(First first, Second second) {
  races::Turn turn;
  std::thread thread([&] {
    first();
    turn.pass();
  });
  turn.await();
  second();
  thread.join();
}

constexpr auto relaxed = std::memory_order_relaxed;

// The builtin functions, so that the line is ours and not one of the C++ library.
void atomic_then_plain_write() {
  one_after_the_other([] { __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST); },  // race: atomic-then-plain-write
                      [] { word = 2; });                                     // race: atomic-then-plain-write
}
const races::Program store_write("atomic-then-plain-write", atomic_then_plain_write);

void plain_then_atomic_write() {
  one_after_the_other([] { word = 1; },                                       // race: plain-then-atomic-write
                      [] { __atomic_store_n(&word, 2, __ATOMIC_SEQ_CST); });  // race: plain-then-atomic-write
}
const races::Program write_store("plain-then-atomic-write", plain_then_atomic_write);

void plain_then_atomic_modification() {
  one_after_the_other([] { races::use(word); },                                 // race: plain-then-atomic-modification
                      [] { __atomic_fetch_add(&word, 2, __ATOMIC_RELAXED); });  // race: plain-then-atomic-modification
}
const races::Program read_modify("plain-then-atomic-modification", plain_then_atomic_modification);

void atomic_and_plain_reads() {
  one_after_the_other([] { static_cast<void>(__atomic_load_n(&word, __ATOMIC_RELAXED)); }, [] { races::use(word); });
}
const races::Program reads("atomic-and-plain-reads", atomic_and_plain_reads);

void atomics_only() {
  one_after_the_other([] { __atomic_store_n(&word, 1, __ATOMIC_RELAXED); },
                      [] { __atomic_fetch_add(&word, 2, __ATOMIC_RELAXED); });
}
const races::Program atomics("atomics-only", atomics_only);

// An atomic is plain until it has been constructed.
void constructed_then_shared() {
  std::atomic<int> fresh{1};
  std::thread thread([&] { fresh.store(2, relaxed); });
  fresh.fetch_add(1, relaxed);
  thread.join();
}
const races::Program constructed("constructed-then-shared", constructed_then_shared);

}  // namespace
