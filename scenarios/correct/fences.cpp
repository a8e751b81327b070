// Plain data ordered by fences around relaxed operations: must pass under every schedule.
//
// ThreadSanitizer does not know fences and reports these, so they are not run on the rung `tsan`.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

#include <wedge/scenario.h>

#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic ignored "-Wtsan"  // "atomic_thread_fence is not supported": here it is
#endif

namespace {

constexpr int answer = 42;
constexpr auto relaxed = std::memory_order_relaxed;

void fence_to_fence() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread giver([&] {
    data = answer;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, relaxed);
  });
  while (!ready.load(relaxed)) std::this_thread::yield();
  std::atomic_thread_fence(std::memory_order_acquire);
  assert(data == answer);
  giver.join();
}

void fence_to_acquire() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread giver([&] {
    data = answer;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, relaxed);
  });
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  assert(data == answer);
  giver.join();
}

void release_to_fence() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread giver([&] {
    data = answer;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(relaxed)) std::this_thread::yield();
  std::atomic_thread_fence(std::memory_order_acquire);
  assert(data == answer);
  giver.join();
}

// One fence serves all the stores behind it, and all the loads before it.
void one_fence_for_several() {
  int left = 0;
  int right = 0;
  std::atomic<int> flags[2] = {0, 0};
  std::thread giver([&] {
    left = answer;
    right = answer;
    std::atomic_thread_fence(std::memory_order_release);
    flags[0].store(1, relaxed);
    flags[1].fetch_add(1, relaxed);
  });
  const int seen = flags[0].load(relaxed);
  const int also_seen = flags[1].load(relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  if (seen != 0) assert(left == answer);
  if (also_seen != 0) assert(right == answer);
  giver.join();
}

// As a reference count is written where every cycle counts: nobody but the last pays for the acquire.
void reference_count() {
  struct Counted {
    std::atomic<int> owners{2};
    int data = answer;
  };
  auto* counted = std::make_unique<Counted>().release();
  const auto drop = [counted] {
    assert(counted->data == answer);
    if (counted->owners.fetch_sub(1, std::memory_order_release) != 1) return;
    std::atomic_thread_fence(std::memory_order_acquire);
    counted->data = 0;
    const std::unique_ptr<Counted> last(counted);
  };
  std::thread other(drop);
  drop();
  other.join();
}

void peterson_with_fences() {
  std::atomic<bool> wants[2] = {false, false};
  std::atomic<int> turn{0};
  int inside = 0;
  const auto visit = [&](int mine) {
    const int other = 1 - mine;
    wants[mine].store(true, relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    turn.exchange(other, std::memory_order_acq_rel);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    while (wants[other].load(std::memory_order_acquire) && turn.load(relaxed) == other) std::this_thread::yield();
    std::atomic_thread_fence(std::memory_order_acquire);
    assert(inside++ == 0);
    assert(--inside == 0);
    wants[mine].store(false, std::memory_order_release);
  };
  std::thread one(visit, 1);
  visit(0);
  one.join();
}

wedge::Variant variant(const char* name, void (*body)()) {
  return {.name = name,
          .body = body,
          .expectation = wedge::expect(wedge::Outcome::pass),
          .unfit_for = wedge::Unfit::sanitizer};
}

const wedge::Scenario scenario{
    .id = "correct/fences",
    .title = "plain data ordered by fences",
    .source = "",
    .variants =
        {
            variant("fence-to-fence", fence_to_fence),
            variant("fence-to-acquire", fence_to_acquire),
            variant("release-to-fence", release_to_fence),
            variant("one-fence-for-several", one_fence_for_several),
            variant("reference-count", reference_count),
            variant("peterson", peterson_with_fences),
        },
};
const wedge::Registration registration(scenario);

}  // namespace
