// A reader holds a snapshot that is freed under it: it took the pointer under the lock, and reads after the unlock.
//   Source    textbook: read-copy-update without the waiting for readers
//   Symptom   a reader sees a configuration that is no more
//   Left out  the memory; what is freed only says so
//
//   reader                           writer
//   1  locks, takes a snapshot, unlocks
//                                    2  locks, publishes another one, unlocks
//                                    3  frees the old one
//   4  reads the snapshot: the assertion fails
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Read { after_the_lock, under_the_lock };

struct Configuration {
  std::atomic<bool> freed{false};
};

class Published {
 public:
  Published(Read read, Configuration& first) : read_(read), current_(&first) {}

  void read() {
    std::unique_lock lock(mutex_);
    const Configuration& snapshot = *current_;  // 1
    if (read_ == Read::after_the_lock) lock.unlock();
    const bool freed = snapshot.freed;
    assert(!freed);  // 4
  }

  void replace(Configuration& by) {
    Configuration* old = nullptr;
    {
      const std::scoped_lock lock(mutex_);
      old = current_;
      current_ = &by;  // 2
    }
    old->freed = true;  // 3
  }

 private:
  Read read_;
  std::mutex mutex_;
  Configuration* current_;
};

void read_while_replaced(Read read) {
  Configuration first;
  Configuration second;
  Published published(read, first);
  std::thread reader([&] { published.read(); });
  std::thread writer([&] { published.replace(second); });
  reader.join();
  writer.join();
}

const wedge::Scenario scenario{
    .id = "patterns/read-copy-free",
    .title = "a snapshot that outlives what it shows",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { read_while_replaced(Read::after_the_lock); },
             wedge::expect(wedge::Outcome::panic, "assertion `!freed' failed")},
            {"fix/under-the-lock", [] { read_while_replaced(Read::under_the_lock); },
             wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
