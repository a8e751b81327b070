// A buffer stands still: producers and consumers wait on one condition variable, and the one wakeup goes astray.
//   Source    textbook: the bounded buffer with one condition variable and notify_one
//   Symptom   everybody waits, the producer for room in an empty buffer
//   Left out  the entries
//
//   producer                         one consumer                     other consumer
//                                    1  waits: the buffer is empty
//                                                                     2  waits, too
//   3  puts one, wakes one
//   4  waits: the buffer is full
//                                    5  takes it, wakes the other
//                                                                     6  waits again: the buffer is empty
#include <condition_variable>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Wake { one, all };

class BoundedBuffer {
 public:
  explicit BoundedBuffer(Wake wake) : wake_(wake) {}

  void put() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !full_; });  // 4
    full_ = true;                                 // 3
    wake();
  }

  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return full_; });  // 1, 2, 6
    full_ = false;                               // 5
    wake();
  }

 private:
  void wake() { wake_ == Wake::one ? changed_.notify_one() : changed_.notify_all(); }

  Wake wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool full_ = false;
};

void put_and_take(Wake wake) {
  BoundedBuffer buffer(wake);
  std::thread one([&] { buffer.take(); });
  std::thread other([&] { buffer.take(); });
  std::thread producer([&] {
    buffer.put();
    buffer.put();
  });
  one.join();
  other.join();
  producer.join();
}

const wedge::Scenario scenario{
    .id = "patterns/bounded-buffer",
    .title = "one condition variable for two conditions",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { put_and_take(Wake::one); }, wedge::expect(wedge::Outcome::lost_wakeup)},
            {"fix/all", [] { put_and_take(Wake::all); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
