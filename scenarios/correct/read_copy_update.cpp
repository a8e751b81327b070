// Readers use what is published without a lock; the writer replaces it, waits until nobody can still see the old one,
// and deletes that: must pass under every schedule.
//   Left out  many readers per counter, and batches of old versions
//
//   reader                           writer
//   1  makes its count odd
//   2  reads the published pointer
//                                    3  publishes a new one
//   4  reads through it
//   5  makes its count even
//                                    6  sees the count even, or changed since 3
//                                    7  deletes the old one
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <memory>
#include <thread>

#include <wedge/scenario.h>

namespace {

struct Settings {
  int width;
  int height;
};

class Current {
 public:
  explicit Current(Settings first) : published_(std::make_unique<Settings>(first).release()) {}
  ~Current() { const std::unique_ptr<Settings> last(published_.load(std::memory_order_relaxed)); }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

  int area(std::size_t reader) {
    std::atomic<unsigned>& count = counts_.at(reader);
    const unsigned outside = count.load(std::memory_order_relaxed);
    count.store(outside + 1, std::memory_order_seq_cst);                          // 1
    const Settings* const settings = published_.load(std::memory_order_seq_cst);  // 2
    const int area = settings->width * settings->height;                          // 4
    count.store(outside + 2, std::memory_order_release);                          // 5
    return area;
  }

  void replace(Settings next) {
    const std::unique_ptr<Settings> old(
        published_.exchange(std::make_unique<Settings>(next).release(), std::memory_order_seq_cst));  // 3
    for (const std::atomic<unsigned>& count : counts_) {
      const unsigned seen = count.load(std::memory_order_seq_cst);
      if (seen % 2 == 0) continue;
      while (count.load(std::memory_order_acquire) == seen) std::this_thread::yield();  // 6
    }
  }  // 7

 private:
  std::atomic<Settings*> published_;
  std::array<std::atomic<unsigned>, 2> counts_{};
};

void read_while_replaced() {
  Current current({2, 3});
  const auto read = [&](std::size_t reader) {
    for (int i = 0; i < 2; ++i) {
      const int area = current.area(reader);
      assert(area == 6 || area == 20);
    }
  };
  std::thread one(read, 0);
  std::thread other(read, 1);
  current.replace({4, 5});
  one.join();
  other.join();
}

const wedge::Scenario scenario{
    .id = "correct/read-copy-update",
    .title = "a version is deleted when no reader can still see it",
    .source = "",
    .variants = {{"read-while-replaced", read_while_replaced, wedge::expect(wedge::Outcome::pass)}},
};
const wedge::Registration registration(scenario);

}  // namespace
