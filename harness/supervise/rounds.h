// How a campaign is cut into rounds. What one round teaches may change how the next one searches, so where a round ends
// must depend on nothing but the number of the execution: not on how many workers there are, nor on which was first.
#pragma once

#include <algorithm>
#include <cstdint>

namespace wedge::supervise {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t end = 0;

  constexpr std::uint64_t size() const { return end - first; }
};

// Short rounds first: most failures are found there, and what they teach is worth most. The last tenth of all
// `executions` begins with a round, so that what it still discovers can be told.
constexpr std::uint64_t end_of_round(std::uint64_t first, std::uint64_t executions) {
  constexpr std::uint64_t early_ends[] = {1, 8, 64, 512};
  const std::uint64_t last_tenth = executions - executions / 10;
  const auto cut = [=](std::uint64_t end) { return first < last_tenth && last_tenth < end ? last_tenth : end; };
  for (const std::uint64_t end : early_ends)
    if (first < end) return cut(end);
  constexpr std::uint64_t length = 4096;
  return cut(first + length - (first - early_ends[3]) % length);
}

// The next piece of a round for one of `workers`: large at first, small at the end, so that all finish together.
constexpr Range piece_of(Range left, std::uint64_t largest, unsigned workers) {
  constexpr std::uint64_t worth_a_request = 64;
  const std::uint64_t fair_share = left.size() / (2 * std::uint64_t{workers});
  const std::uint64_t size = std::min(largest, std::max(fair_share, worth_a_request));
  return {left.first, std::min(left.first + size, left.end)};
}

}  // namespace wedge::supervise
