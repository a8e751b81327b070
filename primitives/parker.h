// How a thread sleeps until somebody wakes it, and how it waits for something that is polled.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

namespace primitives {

// A wake-up that comes before its thread sleeps is kept; several count as one.
class Parker {
 public:
  void park() {
    std::unique_lock lock(mutex_);
    wakeup_.wait(lock, [this] { return token_; });
    token_ = false;
  }
  void unpark() {
    const std::lock_guard lock(mutex_);
    token_ = true;
    wakeup_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wakeup_;
  bool token_ = false;
};

using Waker = std::shared_ptr<Parker>;

// Polls on the calling thread until there is a result, asleep in between: no executor, no other thread. `poll` gets the
// waker that it has to leave with whatever it waits for, and returns a std::optional.
template <typename Poll>
auto block_on(Poll&& poll) {
  const auto parker = std::make_shared<Parker>();
  for (;;) {
    if (auto result = poll(parker)) return *std::move(result);
    parker->park();
  }
}

}  // namespace primitives
