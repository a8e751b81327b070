// Two consumers of a queue take one entry between them: both see the flag, and only then does either take the lock.
//   Source    the shape of queue of SCTBench, with the flag outside the lock
//   Symptom   a consumer takes from an empty queue
//   Left out  the capacity; the producer never waits
//
//   producer                         one consumer                     other consumer
//   1  puts an entry, ready_ = true
//                                    2  sees ready_
//                                                                     3  sees ready_
//                                    4  takes it, ready_ = false
//                                                                     5  takes nothing: the assertion fails
#include <atomic>
#include <cassert>
#include <mutex>
#include <queue>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Look { before_the_lock, under_the_lock };

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int entries = 4;

class Queue {
 public:
  explicit Queue(Look look) : look_(look) {}

  void put(int entry) {
    const std::scoped_lock lock(mutex_);
    entries_.push(entry);
    ready_.store(true, relaxed);  // 1
  }

  void take_if_ready() {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (look_ == Look::under_the_lock) lock.lock();
    if (!ready_.load(relaxed)) return;  // 2, 3
    if (look_ == Look::before_the_lock) lock.lock();
    assert(!entries_.empty());  // 5
    entries_.pop();             // 4
    ready_.store(!entries_.empty(), relaxed);
  }

 private:
  Look look_;
  std::mutex mutex_;
  std::queue<int> entries_;
  std::atomic<bool> ready_{false};
};

void put_and_take(Look look) {
  Queue queue(look);
  const auto consume = [&] {
    for (int i = 0; i < entries; ++i) queue.take_if_ready();
  };
  std::thread one(consume);
  std::thread other(consume);
  for (int i = 0; i < entries; ++i) queue.put(i);
  one.join();
  other.join();
}

const wedge::Scenario scenario{
    .id = "patterns/queue",
    .title = "a flag that is read before the lock is taken",
    .source = "SCTBench: queue",
    .variants =
        {
            {"as-found", [] { put_and_take(Look::before_the_lock); },
             wedge::expect(wedge::Outcome::panic, "assertion `!entries_.empty()' failed")},
            {"fix/under-the-lock", [] { put_and_take(Look::under_the_lock); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
