// What experiments with a finding showed: how small it can be made, which switches it cannot do without, and how often
// chance alone comes upon it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <wedge/outcome.h>

namespace wedge::model {

// A switch between tasks in the smallest schedule: at `step`, `from` could have gone on and `to` ran instead.
struct EssentialSwitch {
  std::uint64_t step = 0;
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  // What the run ended in when `from` was left to go on here and the rest of the schedule was kept as far as possible.
  Outcome without = Outcome::pass;
  std::string text_without;

  bool operator==(const EssentialSwitch&) const = default;
};

// `failures` of `executions` by random search, and between which rates the true one lies with 95 % (Wilson).
struct FailureRate {
  std::uint64_t failures = 0;
  std::uint64_t executions = 0;
  double low = 0;
  double high = 0;

  bool operator==(const FailureRate&) const = default;
};

struct Analysis {
  bool minimised = false;
  std::uint64_t steps_before = 0;
  std::uint64_t switches_before = 0;  // preemptions in the schedule as it was found
  std::uint64_t candidates = 0;       // schedules that were tried on the way
  bool complete = false;              // no switch is left that could be left out; false: a limit was reached first
  std::vector<EssentialSwitch> switches;
  FailureRate rate;

  bool operator==(const Analysis&) const = default;
};

}  // namespace wedge::model
