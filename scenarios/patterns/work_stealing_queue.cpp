// A job is done twice: the owner of a queue and a thief, or two thieves, take the same entry.
//   Source    THE protocol of Cilk-5 (M. Frigo, C. Leiserson, K. Randall, PLDI 1998); the shape of WorkStealQueue of
//             SCTBench, with two jobs in place of four
//   Symptom   a job runs twice, about as often as the queue holds a single entry
//   Left out  what is in an entry: job n is entry n; and the processor, for executions are sequentially consistent: so
//             the missing fence is written out as the order that it permits, the load before the store
//
//   without the fence: owner, pop()  thief, steal()
//   1  head is 0: loaded too early
//                                    2  head_ = 1, and tail_ is still 1: takes entry 0
//   3  tail_ = 0
//   4  0 <= 0: takes entry 0 again
//
//   without the lock: one thief      other thief
//   5  head is 0
//                                    6  head is 0, head_ = 1: takes entry 0
//   7  head_ = 1: takes entry 0 again
#include <array>
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

enum class Fence { missing, there };
enum class Lock { missing, there };

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int jobs = 2;
constexpr int steals = 2;
constexpr int nothing = -1;

class WorkStealingQueue {
 public:
  WorkStealingQueue(Fence fence, Lock lock) : fence_(fence), lock_(lock) {}

  // push() and pop() are the owner's.
  void push() { tail_ = ++own_tail_; }

  int pop() {
    const int tail = own_tail_ - 1;
    int head = fence_ == Fence::missing ? head_.load(relaxed) : 0;  // 1
    tail_ = own_tail_ = tail;                                       // 3
    if (fence_ == Fence::there) head = head_;
    if (head <= tail) return tail;  // 4
    // A thief may be about to take the last one, or to give up for our sake: ask again when none is at work.
    tail_ = own_tail_ = tail + 1;
    const std::scoped_lock lock(mutex_);
    if (head_ > tail) return nothing;
    tail_ = own_tail_ = tail;
    return tail;
  }

  int steal() {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (lock_ == Lock::there) lock.lock();
    const int head = head_.load(relaxed);  // 5
    head_ = head + 1;                      // 2, 6, 7
    if (head + 1 <= tail_) return head;
    head_ = head;
    return nothing;
  }

 private:
  Fence fence_;
  Lock lock_;
  std::mutex mutex_;
  int own_tail_ = 0;
  std::atomic<int> head_{0};
  std::atomic<int> tail_{0};
};

void share_jobs(Fence fence, Lock lock, int thieves) {
  WorkStealingQueue queue(fence, lock);
  std::array<std::atomic<int>, jobs> done{};
  const auto work = [&](int job) {
    if (job != nothing) done[job].fetch_add(1, relaxed);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < thieves; ++i)
    threads.emplace_back([&] {
      for (int attempt = 0; attempt < steals; ++attempt) work(queue.steal());
    });
  for (int job = 0; job < jobs; ++job) queue.push();
  for (int job = 0; job < jobs; ++job) work(queue.pop());
  for (std::thread& thread : threads) thread.join();
  for (const std::atomic<int>& times : done) assert(times == 1);
}

wedge::Scenario work_stealing(const char* id, const char* title, Fence fence, Lock lock, int thieves) {
  return {
      .id = id,
      .title = title,
      .source = "SCTBench: WorkStealQueue",
      .variants =
          {
              {"as-found", [=] { share_jobs(fence, lock, thieves); },
               wedge::expect(wedge::Outcome::panic, "assertion `times == 1' failed")},
              {"fix/whole-protocol", [=] { share_jobs(Fence::there, Lock::there, thieves); },
               wedge::expect(wedge::Outcome::pass)},
          },
  };
}

const wedge::Scenario without_fence = work_stealing(
    "patterns/work-stealing-fence", "a work-stealing queue without its fence", Fence::missing, Lock::there, 1);
const wedge::Scenario without_lock = work_stealing(
    "patterns/work-stealing-lock", "a work-stealing queue without its lock", Fence::there, Lock::missing, 2);
const wedge::Registration fence_registration(without_fence);
const wedge::Registration lock_registration(without_lock);

}  // namespace
