// Knows when each timerfd expires, tells the scheduler the earliest, and counts expirations into the eventfd behind it.
#include "harness/runtime/objects/timer_descriptors.h"

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/objects/descriptors.h"
#include "harness/runtime/raw.h"

namespace wedge::runtime {

namespace {

struct Timer {
  std::uint64_t expires_ns;  // virtual; no_deadline: not set
  std::uint64_t interval_ns;
  std::uint64_t idle_step;  // the step at which it last expired because nothing could run
  clockid_t clock;
  std::uint32_t descriptors;  // 0: free
};

constexpr std::uint32_t capacity = 65536;
Timer* timers = nullptr;
std::uint32_t used = 0;

int descriptor_of(std::uint32_t timer) {
  for (int fd = 0; fd <= highest_descriptor(); ++fd)
    if (descriptors[fd].kind == DescriptorKind::timer && descriptors[fd].timer == timer) return fd;
  return -1;
}

void find_next_expiry() {
  scheduler.timer_ns = no_deadline;
  for (std::uint32_t i = 0; i < used; ++i)
    if (timers[i].descriptors > 0 && timers[i].expires_ns < scheduler.timer_ns)
      scheduler.timer_ns = timers[i].expires_ns;
  if (scheduler.timer_ns != no_deadline)
    scheduler.attention |= attention::timers;
  else if (scheduler.timed_count == 0)
    scheduler.attention &= ~attention::timers;
}

void expire(std::uint32_t index, bool idle) {
  Timer& timer = timers[index];
  std::uint64_t times = 1;
  if (timer.interval_ns > 0) {
    times += (scheduler.now_ns - timer.expires_ns) / timer.interval_ns;
    timer.expires_ns += times * timer.interval_ns;
  } else {
    timer.expires_ns = no_deadline;
  }
  if (idle) timer.idle_step = scheduler.step;
  raw::call(SYS_write, descriptor_of(index), reinterpret_cast<long>(&times), sizeof times);
  note_descriptor_change();
}

}  // namespace

void forget_timers() {
  if (timers == nullptr) timers = static_cast<Timer*>(raw::reserve(capacity * sizeof(Timer)));
  used = 0;
  scheduler.timer_ns = no_deadline;
}

bool new_timer(clockid_t clock, std::uint32_t& timer) {
  for (timer = 0; timer < used && timers[timer].descriptors > 0; ++timer) {
  }
  if (timer == capacity) return false;
  if (timer == used) ++used;
  timers[timer] = {no_deadline, 0, ~std::uint64_t{0}, clock, 1};
  return true;
}

void keep_timer(std::uint32_t timer) { ++timers[timer].descriptors; }

void drop_timer(std::uint32_t timer) {
  if (--timers[timer].descriptors > 0) return;
  timers[timer].expires_ns = no_deadline;
  find_next_expiry();
}

void set_timer_descriptor(std::uint32_t index, bool absolute, const itimerspec& value) {
  Timer& timer = timers[index];
  const std::uint64_t time = to_ns(value.it_value);
  timer.interval_ns = to_ns(value.it_interval);
  timer.idle_step = ~std::uint64_t{0};
  if (time == 0)
    timer.expires_ns = no_deadline;
  else
    timer.expires_ns = absolute ? absolute_deadline(timer.clock, value.it_value) : relative_deadline(value.it_value);
  find_next_expiry();
  if (scheduler.timer_ns <= scheduler.now_ns) expire_timers(false);
}

itimerspec timer_left(std::uint32_t index) {
  const Timer& timer = timers[index];
  const auto spec = [](std::uint64_t ns) {
    return timespec{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  };
  const std::uint64_t left = timer.expires_ns == no_deadline ? 0 : timer.expires_ns - scheduler.now_ns;
  return {spec(timer.interval_ns), spec(left)};
}

std::uint64_t next_idle_expiry() {
  std::uint64_t earliest = no_deadline;
  if (scheduler.descriptor_waiters == 0) return earliest;
  for (std::uint32_t i = 0; i < used; ++i)
    if (timers[i].descriptors > 0 && timers[i].idle_step != scheduler.step && timers[i].expires_ns < earliest)
      earliest = timers[i].expires_ns;
  return earliest;
}

void expire_timers(bool idle) {
  for (std::uint32_t i = 0; i < used; ++i)
    if (timers[i].descriptors > 0 && timers[i].expires_ns <= scheduler.now_ns) expire(i, idle);
  find_next_expiry();
}

}  // namespace wedge::runtime
