// A pair of variables is read while it is half written: many tasks write one and then the other, and one task checks.
//   Source    reorder_N of SCTBench; with N writers the window is open for a moment among 2 N writes
//   Symptom   the checker finds a state that no writer ever wanted
//   Left out  the plain variables of the original: relaxed atomics make each access a point, and none a data race
//
//   first writer                     checker                          other writers
//   1  a = 1
//                                    2  reads a == 1, twice
//                                    3  reads b == 0: the assertion fails
//   4  b = -1
//                                                                     5  a = 1, b = -1: too early, and all looks well
#include <atomic>
#include <cassert>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

enum class Access { unguarded, locked };

constexpr auto relaxed = std::memory_order_relaxed;

class Pair {
 public:
  explicit Pair(Access access) : access_(access) {}

  void write() {
    const auto lock = guard();
    a_.store(1, relaxed);   // 1
    b_.store(-1, relaxed);  // 4
  }

  void check() {
    const auto lock = guard();
    const bool untouched = a_.load(relaxed) == 0 && b_.load(relaxed) == 0;
    const bool whole = untouched || (a_.load(relaxed) == 1 && b_.load(relaxed) == -1);  // 2
    assert(whole);                                                                      // 3
  }

 private:
  std::unique_lock<std::mutex> guard() {
    return access_ == Access::locked ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }

  Access access_;
  std::mutex mutex_;
  std::atomic<int> a_{0};
  std::atomic<int> b_{0};
};

void write_and_check(std::size_t writers, Access access) {
  Pair pair(access);
  std::vector<std::thread> threads;
  threads.reserve(writers + 1);
  for (std::size_t i = 0; i < writers; ++i) threads.emplace_back([&] { pair.write(); });
  threads.emplace_back([&] { pair.check(); });
  for (std::thread& thread : threads) thread.join();
}

wedge::Scenario reorder(std::size_t writers) {
  return {
      .id = "patterns/reorder-" + std::to_string(writers),
      .title = "two variables that belong together, seen half written",
      .source = "SCTBench: reorder",
      .variants =
          {
              {"as-found", [=] { write_and_check(writers, Access::unguarded); },
               wedge::expect(wedge::Outcome::panic, "assertion `whole' failed")},
              {"fix/locked", [=] { write_and_check(writers, Access::locked); }, wedge::expect(wedge::Outcome::pass)},
          },
  };
}

const wedge::Scenario scenarios[] = {reorder(3), reorder(5), reorder(10), reorder(20), reorder(100)};
const wedge::Registration registrations[] = {
    wedge::Registration(scenarios[0]), wedge::Registration(scenarios[1]), wedge::Registration(scenarios[2]),
    wedge::Registration(scenarios[3]), wedge::Registration(scenarios[4]),
};

}  // namespace
