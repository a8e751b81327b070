// Durations as people write them: "60s", "2m", "500ms", "1h", "1.5m"; a number alone is seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace wedge::cli {

// Nothing for anything else: negative, more than a year, another unit.
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

}  // namespace wedge::cli
