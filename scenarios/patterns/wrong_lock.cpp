// A counter is guarded by two different locks: one task takes the one, seven take the other, and each feels safe.
//   Source    wronglock of SCTBench
//   Symptom   the counter jumps between two lines that hold a lock
//   Left out  the plain counter of the original: a relaxed atomic makes each access a point, and none a data race
//
//   owner                            one of seven others
//   1  locks data
//   2  reads value_ == 0
//                                    3  locks other: nobody holds it
//                                    4  value_ = 1
//   5  reads 1, writes 2
//   6  expects 1: the assertion fails
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

enum class Lock { another, the_same };

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int others = 7;

class Counter {
 public:
  explicit Counter(Lock lock) : lock_(lock) {}

  void increment_and_check() {
    const std::scoped_lock lock(data_);       // 1
    const int before = value_.load(relaxed);  // 2
    increment();                              // 5
    const int after = value_.load(relaxed);
    assert(after == before + 1);  // 6
  }

  void increment_only() {
    const std::scoped_lock lock(lock_ == Lock::the_same ? data_ : other_);  // 3
    increment();                                                            // 4
  }

 private:
  void increment() { value_.store(value_.load(relaxed) + 1, relaxed); }

  Lock lock_;
  std::mutex data_;
  std::mutex other_;
  std::atomic<int> value_{0};
};

void count_together(Lock lock) {
  Counter counter(lock);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { counter.increment_and_check(); });
  for (int i = 0; i < others; ++i) threads.emplace_back([&] { counter.increment_only(); });
  for (std::thread& thread : threads) thread.join();
}

const wedge::Scenario scenario{
    .id = "patterns/wrong-lock",
    .title = "one variable under two locks",
    .source = "SCTBench: wronglock",
    .variants =
        {
            {"as-found", [] { count_together(Lock::another); },
             wedge::expect(wedge::Outcome::panic, "assertion `after == before + 1' failed")},
            {"fix/the-same", [] { count_together(Lock::the_same); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
