// The system calls in which threads wait, by the number that the kernel shows.
#pragma once

#include <cstdint>
#include <string>

#include "harness/model/hang.h"

namespace wedge::diagnose {

// Where a call says for how long it waits at most.
enum class TimeLimit : std::uint8_t {
  none,
  milliseconds,  // the argument itself; negative: for ever
  timespec,      // where the argument points to; null: for ever
  timeval,
  futex_timespec,  // absolute for some operations
  sleep_timespec,  // absolute with a flag
};

struct SystemCall {
  std::int64_t number = -1;
  const char* name = "";
  model::WaitKind kind = model::WaitKind::other;
  int descriptor = -1;  // which argument is one that the wait is about
  TimeLimit limit = TimeLimit::none;
  int limit_argument = -1;
};

// Of a call that is not in the table: nullptr.
const SystemCall* system_call(std::int64_t number);
std::string name_of_system_call(std::int64_t number);  // "system call 999" if there is none

}  // namespace wedge::diagnose
