// Absolute and relative times that callers pass, turned into virtual deadlines.
#pragma once

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

inline bool is_realtime(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI ||
         clock == CLOCK_REALTIME_ALARM;
}

// What the clock shows at virtual time 0.
inline std::uint64_t clock_origin_ns(clockid_t clock) {
  if (is_realtime(clock)) return clock_start_ns + realtime_offset_ns;
  if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) return 0;
  return clock_start_ns;
}

inline bool is_sane(const timespec& time) { return time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000; }

// Saturates: a deadline in the far future is as good as none, but still a deadline.
inline std::uint64_t to_ns(const timespec& time) {
  constexpr std::int64_t far = 9'000'000'000;  // seconds
  if (time.tv_sec < 0) return 0;
  const std::int64_t seconds = time.tv_sec < far ? time.tv_sec : far;
  return static_cast<std::uint64_t>(seconds) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

inline std::uint64_t absolute_deadline(clockid_t clock, const timespec& when) {
  const std::uint64_t time = to_ns(when);
  const std::uint64_t origin = clock_origin_ns(clock);
  return time > origin ? time - origin : 0;
}

inline std::uint64_t relative_deadline(const timespec& span) { return scheduler.now_ns + to_ns(span); }

// The deadline argument of the pthread functions with a timeout; null means none.
class Deadline {
 public:
  Deadline(clockid_t clock, const timespec* when) {
    bad_clock_ = clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC;
    if (when == nullptr) return;
    if (bad_clock_ || !is_sane(*when))
      error_ = EINVAL;
    else
      virtual_ns_ = absolute_deadline(clock, *when);
  }
  int error() const { return bad_clock_ ? EINVAL : error_; }
  bool bad_clock() const { return bad_clock_; }
  std::uint64_t virtual_ns() const { return virtual_ns_; }

 private:
  std::uint64_t virtual_ns_ = no_deadline;
  int error_ = 0;
  bool bad_clock_ = false;
};

// pthread_cond_init keeps the attribute's clock in a bit of the object.
inline clockid_t clock_of_condition(const pthread_cond_t* condition) {
  constexpr unsigned int monotonic_bit = 2;
  return (condition->__data.__wrefs & monotonic_bit) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

}  // namespace wedge::runtime
