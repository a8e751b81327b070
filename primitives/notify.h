// A bell: whoever listens when it is rung goes on. Nothing is kept for those who come later.
//
// To listen begins with notified(), not with the wait: what is rung between the two is heard. So whoever looks at what
// he waits for has to call notified() first. Any thread may use it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace primitives {

class Notify {
 public:
  class Notified {
   public:
    // Whether the bell was rung since this object was made.
    bool has_come() const {
      const std::lock_guard lock(bell_.mutex_);
      return bell_.rings_ != heard_;
    }
    void wait() {
      std::unique_lock lock(bell_.mutex_);
      bell_.rung_.wait(lock, [this] { return bell_.rings_ != heard_; });
    }

   private:
    friend class Notify;
    explicit Notified(Notify& bell) : bell_(bell) {
      const std::lock_guard lock(bell.mutex_);
      heard_ = bell.rings_;
    }

    Notify& bell_;
    std::uint64_t heard_ = 0;
  };

  Notified notified() { return Notified(*this); }
  void notify_waiters() {
    const std::lock_guard lock(mutex_);
    ++rings_;
    rung_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  std::uint64_t rings_ = 0;
};

}  // namespace primitives
