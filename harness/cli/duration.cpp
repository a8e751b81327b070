// A number and a unit.
#include "harness/cli/duration.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace wedge::cli {

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 6> units{
      {{"", 1e3}, {"ms", 1.0}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};
  constexpr double a_year_ms = 366 * 86400e3;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : units) {
    if (unit != name) continue;
    // What is more than nothing must not become nothing.
    const double milliseconds = std::ceil(number * factor);
    if (milliseconds > a_year_ms) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
  }
  return std::nullopt;
}

}  // namespace wedge::cli
