// A stack runs empty under its reader: a flag says that something was pushed, and nobody says that it was popped again.
//   Source    stack of SCTBench, with the flag outside the lock
//   Symptom   an underflow, more often the slower the writer is
//   Left out  values; only the height of the stack counts
//
//   writer                           reader
//   1  pushes
//   2  filled_ = true
//                                    3  sees filled_, pops: the stack is empty now
//                                    4  sees filled_, pops again: the assertion fails
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Trust { the_flag, the_stack };

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int rounds = 10;

class Stack {
 public:
  explicit Stack(Trust trust) : trust_(trust) {}

  void push() {
    {
      const std::scoped_lock lock(mutex_);
      ++height_;  // 1
    }
    filled_.store(true, relaxed);  // 2
  }

  void pop_if_filled() {
    if (!filled_.load(relaxed)) return;  // 3, 4
    const std::scoped_lock lock(mutex_);
    if (trust_ == Trust::the_stack && height_ == 0) return;
    assert(height_ > 0);
    --height_;
  }

 private:
  Trust trust_;
  std::mutex mutex_;
  int height_ = 0;
  std::atomic<bool> filled_{false};
};

void push_and_pop(Trust trust) {
  Stack stack(trust);
  std::thread writer([&] {
    for (int i = 0; i < rounds; ++i) stack.push();
  });
  std::thread reader([&] {
    for (int i = 0; i < rounds; ++i) stack.pop_if_filled();
  });
  writer.join();
  reader.join();
}

const wedge::Scenario scenario{
    .id = "patterns/stack",
    .title = "a flag that is never taken back",
    .source = "SCTBench: stack",
    .variants =
        {
            {"as-found", [] { push_and_pop(Trust::the_flag); },
             wedge::expect(wedge::Outcome::panic, "assertion `height_ > 0' failed")},
            {"fix/the-stack", [] { push_and_pop(Trust::the_stack); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
