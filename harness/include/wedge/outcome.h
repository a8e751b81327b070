// What an execution ended in: the one list of outcomes that every part of Wedge uses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wedge {

enum class Outcome : std::uint8_t {
  pass,
  deadlock,
  lost_wakeup,
  unmet_obligation,
  deadline,
  livelock,
  panic,
  crash,
  race,
  leak,
  diverged,
  hang,
  misuse,
  unsupported,
};

inline constexpr std::array<std::string_view, 14> outcome_names{
    "pass",  "deadlock", "lost-wakeup", "unmet-obligation", "deadline", "livelock", "panic",
    "crash", "race",     "leak",        "diverged",         "hang",     "misuse",   "unsupported",
};

constexpr std::string_view name_of(Outcome outcome) { return outcome_names[static_cast<std::size_t>(outcome)]; }

constexpr std::optional<Outcome> outcome_from(std::string_view name) {
  for (std::size_t i = 0; i < outcome_names.size(); ++i)
    if (outcome_names[i] == name) return static_cast<Outcome>(i);
  return std::nullopt;
}

}  // namespace wedge
