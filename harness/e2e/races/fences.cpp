// Fences order by the relaxed operations behind and before them, and only if they stand on the right side.
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic ignored "-Wtsan"  // "atomic_thread_fence is not supported": that is what is compared here
#endif

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

void release_fence_to_acquire_load() {
  std::atomic<int> flag{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    std::atomic_thread_fence(release);
    flag.store(1, relaxed);
    turn.pass();
  });
  turn.await();
  static_cast<void>(flag.load(acquire));
  value = 2;
  thread.join();
}
const races::Program to_load("release-fence-to-acquire-load", release_fence_to_acquire_load);

void release_store_to_acquire_fence() {
  std::atomic<int> flag{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    flag.store(1, release);
    turn.pass();
  });
  turn.await();
  static_cast<void>(flag.load(relaxed));
  std::atomic_thread_fence(acquire);
  value = 2;
  thread.join();
}
const races::Program from_store("release-store-to-acquire-fence", release_store_to_acquire_fence);

// Even the Turn between them, relaxed as it is, carries the order then.
void fence_to_fence() {
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    std::atomic_thread_fence(std::memory_order_seq_cst);
    turn.pass();
  });
  turn.await();
  std::atomic_thread_fence(std::memory_order_seq_cst);
  value = 2;
  thread.join();
}
const races::Program fences("fence-to-fence", fence_to_fence);

void release_fence_behind_the_store() {
  std::atomic<int> flag{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: release-fence-behind-the-store
    flag.store(1, relaxed);
    turn.pass();
    std::atomic_thread_fence(release);
  });
  turn.await();
  static_cast<void>(flag.load(acquire));
  value = 2;  // race: release-fence-behind-the-store
  thread.join();
}
const races::Program behind("release-fence-behind-the-store", release_fence_behind_the_store);

void acquire_fence_before_the_load() {
  std::atomic<int> flag{0};
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: acquire-fence-before-the-load
    flag.store(1, release);
    turn.pass();
  });
  std::atomic_thread_fence(acquire);
  turn.await();
  static_cast<void>(flag.load(relaxed));
  value = 2;  // race: acquire-fence-before-the-load
  thread.join();
}
const races::Program before("acquire-fence-before-the-load", acquire_fence_before_the_load);

// Two of the wrong kind.
void release_fences_only() {
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: release-fences-only
    std::atomic_thread_fence(release);
    turn.pass();
  });
  turn.await();
  std::atomic_thread_fence(release);
  value = 2;  // race: release-fences-only
  thread.join();
}
const races::Program only("release-fences-only", release_fences_only);

}  // namespace
