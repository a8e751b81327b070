// Turns a system call and its arguments into a wait.
#include "harness/diagnose/waits.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include <linux/futex.h>

#include "harness/diagnose/system_calls.h"

namespace wedge::diagnose {
namespace {

using model::Wait;
using model::WaitKind;

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double until(const timespec& time, clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::max(0.0, seconds(time) - seconds(now));
}

std::optional<double> futex_limit(const SystemCallFile& call, const timespec& limit) {
  const auto operation = static_cast<int>(call.arguments[1]);
  const int command = operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT) return seconds(limit);
  const bool real = (operation & FUTEX_CLOCK_REALTIME) != 0 || command == FUTEX_LOCK_PI;
  return until(limit, real ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}

std::optional<double> sleep_limit(const SystemCallFile& call, const timespec& limit) {
  if ((call.arguments[1] & TIMER_ABSTIME) == 0) return seconds(limit);
  return until(limit, static_cast<clockid_t>(call.arguments[0]));
}

std::optional<double> time_limit(const AddressSpace& memory, const SystemCallFile& call, const SystemCall& known) {
  if (known.limit == TimeLimit::none) return std::nullopt;
  const std::uint64_t argument = call.arguments[static_cast<std::size_t>(known.limit_argument)];
  if (known.limit == TimeLimit::milliseconds) {
    const auto count = static_cast<std::int32_t>(argument);
    return count < 0 ? std::nullopt : std::optional(count * 1e-3);
  }
  if (argument == 0) return std::nullopt;
  auto limit = memory.value<timespec>(argument);
  if (!limit) return std::nullopt;
  switch (known.limit) {
    case TimeLimit::timeval:
      limit->tv_nsec *= 1000;
      return seconds(*limit);
    case TimeLimit::futex_timespec:
      return futex_limit(call, *limit);
    case TimeLimit::sleep_timespec:
      return sleep_limit(call, *limit);
    default:
      return seconds(*limit);
  }
}

void read_wait(const ProcessReading& reading, const ThreadReading& thread, Wait& wait) {
  if (!thread.call_known || thread.stat.state == 'Z') return;
  if (!thread.parked) {
    wait.kind = WaitKind::running;
    return;
  }
  const SystemCallFile& call = thread.call;
  wait.kind = WaitKind::other;
  if (call.number < 0) return;
  wait.system_call = name_of_system_call(call.number);
  const SystemCall* known = system_call(call.number);
  if (known == nullptr) return;
  wait.kind = known->kind;
  wait.timeout_s = time_limit(reading.memory, call, *known);
  if (wait.kind == WaitKind::futex) wait.address = call.arguments[0];
}

}  // namespace

void read_waits(ProcessReading& reading) {
  for (std::size_t i = 0; i < reading.threads.size(); ++i)
    read_wait(reading, reading.threads[i], reading.process.threads[i].wait);
}

}  // namespace wedge::diagnose
