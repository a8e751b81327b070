// A deadlock that has not happened: places where tasks, each holding a lock, took one that another of them held before.
#pragma once

#include <compare>
#include <cstdint>

namespace wedge::model {

inline constexpr std::uint32_t longest_lock_cycle = 4;
inline constexpr std::uint32_t most_lock_cycles = 16;

// A place names the calls that lead to the taking of the second lock; it is the same in every execution of a campaign
// and means nothing outside it. The smallest place comes first, in the order of the cycle.
struct LockCycle {
  std::uint32_t length = 0;
  std::uint32_t pad = 0;
  std::uint64_t places[longest_lock_cycle] = {};

  auto operator<=>(const LockCycle&) const = default;
};

// Of the executions of a request that passed: the smallest by their order. The supervisor empties it.
struct LockCycles {
  std::uint32_t count = 0;
  std::uint32_t pad = 0;
  LockCycle cycles[most_lock_cycles];

  bool operator==(const LockCycles&) const = default;
};

}  // namespace wedge::model
