// Sleeps, and is mostly woken in time.
#include "harness/supervise/watchdog.h"

namespace wedge::supervise {

Watchdog::Watchdog(std::chrono::milliseconds limit, std::function<void()> late)
    : thread_([this, limit, late = std::move(late)] {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, limit, [this] { return done_; })) late();
      }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace wedge::supervise
