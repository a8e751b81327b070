// An atomic flag orders what its memory orders say. Every flag is set before it is looked at.
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

template <std::memory_order set, std::memory_order look>
struct Flag {
  std::atomic<int> flag{0};
  races::Turn turn;
  void raise() {
    flag.store(1, set);
    turn.pass();
  }
  void see() {
    turn.await();
    static_cast<void>(flag.load(look));
  }
};

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto strongest = std::memory_order_seq_cst;

void release_acquire() {
  Flag<release, acquire> flag;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    flag.raise();
  });
  flag.see();
  value = 2;
  thread.join();
}
const races::Program correct("release-acquire", release_acquire);

void sequentially_consistent() {
  Flag<strongest, strongest> flag;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    flag.raise();
  });
  flag.see();
  value = 2;
  thread.join();
}
const races::Program strong("sequentially-consistent", sequentially_consistent);

void relaxed_acquire() {
  Flag<relaxed, acquire> flag;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: relaxed-acquire
    flag.raise();
  });
  flag.see();
  value = 2;  // race: relaxed-acquire
  thread.join();
}
const races::Program weak_set("relaxed-acquire", relaxed_acquire);

void release_relaxed() {
  Flag<release, relaxed> flag;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: release-relaxed
    flag.raise();
  });
  flag.see();
  value = 2;  // race: release-relaxed
  thread.join();
}
const races::Program weak_look("release-relaxed", release_relaxed);

void relaxed_both() {
  Flag<relaxed, relaxed> flag;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: relaxed-both
    flag.raise();
  });
  flag.see();
  value = 2;  // race: relaxed-both
  thread.join();
}
const races::Program weak("relaxed-both", relaxed_both);

// The orders are right, but of two different flags.
void another_flag() {
  Flag<release, acquire> raised;
  std::atomic<int> looked_at{0};
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: another-flag
    raised.raise();
  });
  raised.turn.await();
  static_cast<void>(looked_at.load(acquire));
  value = 2;  // race: another-flag
  thread.join();
}
const races::Program wrong_flag("another-flag", another_flag);

// The flag is raised after it was looked at: what was not read does not order.
void looked_at_too_early() {
  std::atomic<int> flag{0};
  races::Turn looked;
  races::Turn written;
  int value = 0;
  std::thread thread([&] {
    looked.await();
    value = 1;  // race: looked-at-too-early
    flag.store(1, release);
    written.pass();
  });
  static_cast<void>(flag.load(acquire));
  looked.pass();
  written.await();
  value = 2;  // race: looked-at-too-early
  thread.join();
}
const races::Program early("looked-at-too-early", looked_at_too_early);

}  // namespace
