// Timers that are file descriptors (timerfd), in virtual time.
#pragma once

#include <sys/timerfd.h>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

void forget_timers();

// A new, unset timer with one descriptor. False: there are too many.
bool new_timer(clockid_t clock, std::uint32_t& timer);
void keep_timer(std::uint32_t timer);  // one more descriptor for it
void drop_timer(std::uint32_t timer);  // one less

// Requires: the value is sane. Times that have passed expire at once.
void set_timer_descriptor(std::uint32_t timer, bool absolute, const itimerspec& value);
itimerspec timer_left(std::uint32_t timer);

}  // namespace wedge::runtime
