// What experiments with a finding showed: how small it can be made, which switches it cannot do without, and how often
// chance alone comes upon it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <wedge/outcome.h>

namespace wedge::model {

// What the scheduler did of its own accord, and did not have to do.
enum class SwitchKind : std::uint8_t {
  task,             // `from` could have gone on, and `to` ran instead
  early_timeout,    // the earliest timeout fired although tasks could run
  spurious_wakeup,  // a condition waiter woke without a signal
  value,            // of several permitted results not the first one, such as which waiter a signal woke: `to`
};

inline constexpr std::array<std::string_view, 4> switch_names{"switch", "early timeout", "spurious wakeup", "value"};

constexpr std::string_view name_of(SwitchKind kind) { return switch_names[static_cast<std::size_t>(kind)]; }

// A switch that the smallest schedule cannot do without.
struct EssentialSwitch {
  SwitchKind kind = SwitchKind::task;
  std::uint64_t step = 0;
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  // What the run ended in without it, the rest of the schedule being kept as far as possible.
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
  std::uint64_t switches_before = 0;  // of those that an EssentialSwitch could be, in the schedule as it was found
  std::uint64_t candidates = 0;       // schedules that were tried on the way
  bool complete = false;              // no switch is left that could be left out; false: a limit was reached first
  std::vector<EssentialSwitch> switches;
  FailureRate rate;

  bool operator==(const Analysis&) const = default;
};

}  // namespace wedge::model
