// A sequence lock as Boehm has it: readers never write, and take nothing they may not: must pass under every schedule.
//   Source    Boehm, "Can seqlocks get along with programming language memory models?", 2012
//   Left out  payloads that are not atomic: those race in earnest, harness/e2e/races has one
//
//   writer                           reader
//                                    1  sees the count even
//   2  makes the count odd
//                                    3  reads the first half
//   4  writes both halves
//                                    5  reads the second half
//   6  makes the count even
//                                    7  sees another count than at 1, and starts again
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>
#include <utility>

#include <wedge/scenario.h>

#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic ignored "-Wtsan"  // "atomic_thread_fence is not supported": here it is
#endif

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

enum class Order { by_fences, by_orders };

class Pair {
 public:
  explicit Pair(Order order) : order_(order) {}

  void write(int value) {
    const std::scoped_lock lock(writers_);
    const unsigned count = count_.load(relaxed);
    if (order_ == Order::by_fences) {
      count_.store(count + 1, relaxed);
      std::atomic_thread_fence(std::memory_order_release);
    } else {
      count_.exchange(count + 1, std::memory_order_acquire);  // so that what follows stays behind it
    }
    const auto order = order_ == Order::by_fences ? relaxed : std::memory_order_release;
    first_.store(value, order);
    second_.store(-value, order);
    count_.store(count + 2, std::memory_order_release);
  }

  std::pair<int, int> read() const {
    for (;; std::this_thread::yield()) {
      const unsigned before = count_.load(std::memory_order_acquire);
      const auto order = order_ == Order::by_fences ? relaxed : std::memory_order_acquire;
      const std::pair seen(first_.load(order), second_.load(order));
      if (order_ == Order::by_fences) std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 == 0 && count_.load(relaxed) == before) return seen;
    }
  }

 private:
  Order order_;
  std::mutex writers_;
  std::atomic<unsigned> count_{0};
  std::atomic<int> first_{0};
  std::atomic<int> second_{0};
};

// What the reader may conclude from the value is plain: everything the writer did before it wrote.
void read_while_written(Order order) {
  Pair pair(order);
  int beside = 0;
  std::thread writer([&] {
    beside = 1;
    pair.write(1);
    pair.write(2);
  });
  const auto [first, second] = pair.read();
  assert(first == -second);
  if (first != 0) assert(beside == 1);
  writer.join();
  assert(pair.read().first == 2);
}

const wedge::Scenario scenario{
    .id = "correct/seqlock",
    .title = "a sequence lock with an atomic payload",
    .source = "https://doi.org/10.1145/2247684.2247688",
    .variants =
        {
            {.name = "by-fences",
             .body = [] { read_while_written(Order::by_fences); },
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::sanitizer},
            {"by-orders", [] { read_while_written(Order::by_orders); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
