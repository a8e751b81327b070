// Interceptors of clocks and sleeps: all of them see the virtual clock.
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <type_traits>

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/time.h"
#include "harness/runtime/mutation.h"

namespace wedge::runtime {

namespace {

timespec from_ns(std::uint64_t ns) {
  return {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
}

std::uint64_t now_on(clockid_t clock) {
  const std::uint64_t now = read_clock();
  return clock_origin_ns(clock) + (mutated(Mutation::clock_stands_still) ? 0 : now);
}

bool is_virtual(clockid_t clock) { return clock >= 0 && clock <= CLOCK_TAI; }

}  // namespace

int sleep_until(std::uint64_t deadline) {
  announce(Operation::sleep, ObjectKind::clock, &scheduler.now_ns, false);
  if (deadline <= scheduler.now_ns) {
    decide();
    return 0;
  }
  block(deadline);
  return 0;
}

}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(clock_gettime);
WEDGE_REAL(gettimeofday);
WEDGE_REAL(time);
WEDGE_REAL(clock);
WEDGE_REAL(times);
WEDGE_REAL(nanosleep);
WEDGE_REAL(clock_nanosleep);
WEDGE_REAL(usleep);
WEDGE_REAL(sleep);
WEDGE_REAL(timespec_get);

WEDGE_EXPORT int clock_gettime(clockid_t clock, timespec* out) noexcept {
  if (passes_through() || !is_virtual(clock)) return real_clock_gettime(clock, out);
  *out = from_ns(now_on(clock));
  return 0;
}

WEDGE_EXPORT int gettimeofday(timeval* __restrict out, void* __restrict zone) noexcept {
  if (passes_through()) return real_gettimeofday(out, zone);
  const timespec now = from_ns(now_on(CLOCK_REALTIME));
  *out = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

WEDGE_EXPORT time_t time(time_t* out) noexcept {
  if (passes_through()) return real_time(out);
  const time_t now = from_ns(now_on(CLOCK_REALTIME)).tv_sec;
  if (out != nullptr) *out = now;
  return now;
}

WEDGE_EXPORT clock_t clock() noexcept {
  if (passes_through()) return real_clock();
  return static_cast<clock_t>(now_on(CLOCK_PROCESS_CPUTIME_ID) / (1'000'000'000 / CLOCKS_PER_SEC));
}

WEDGE_EXPORT clock_t times(tms* out) noexcept {
  if (passes_through()) return real_times(out);
  const auto ticks = static_cast<clock_t>(now_on(CLOCK_MONOTONIC) / 10'000'000);
  if (out != nullptr) *out = {ticks, 0, 0, 0};
  return ticks;
}

WEDGE_EXPORT int timespec_get(timespec* out, int base) noexcept {
  if (passes_through() || base != TIME_UTC) return real_timespec_get(out, base);
  *out = from_ns(now_on(CLOCK_REALTIME));
  return base;
}

WEDGE_EXPORT int nanosleep(const timespec* span, timespec* left) {
  if (passes_through()) return real_nanosleep(span, left);
  if (!is_sane(*span) || span->tv_sec < 0) {
    errno = EINVAL;
    return -1;
  }
  return sleep_until(relative_deadline(*span));
}

WEDGE_EXPORT int clock_nanosleep(clockid_t clock, int flags, const timespec* when, timespec* left) {
  if (passes_through()) return real_clock_nanosleep(clock, flags, when, left);
  if (clock == CLOCK_THREAD_CPUTIME_ID || !is_virtual(clock)) return EINVAL;
  if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW)
    return EOPNOTSUPP;
  if (!is_sane(*when) || when->tv_sec < 0) return EINVAL;
  return sleep_until((flags & TIMER_ABSTIME) != 0 ? absolute_deadline(clock, *when) : relative_deadline(*when));
}

WEDGE_EXPORT int usleep(useconds_t span) {
  if (passes_through()) return real_usleep(span);
  return sleep_until(scheduler.now_ns + static_cast<std::uint64_t>(span) * 1000);
}

WEDGE_EXPORT unsigned int sleep(unsigned int span) {
  if (passes_through()) return real_sleep(span);
  sleep_until(scheduler.now_ns + static_cast<std::uint64_t>(span) * 1'000'000'000);
  return 0;
}
