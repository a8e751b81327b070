// A second thread that acts when the first is late: nothing that a hung process does to whoever looks at it may make
// the looker hang as well.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace wedge::supervise {

class Watchdog {
 public:
  // Calls `late` from its own thread unless this object is gone by then.
  Watchdog(std::chrono::milliseconds limit, std::function<void()> late);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace wedge::supervise
