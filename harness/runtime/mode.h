// What a call of the program under test meets: the scheduler, a seeded delay, or nothing at all.
#pragma once

#include <bit>
#include <cstdint>

namespace wedge::runtime {

// Read by every interceptor first, both flags at once. Changes only before the program's threads exist, and when an
// execution fails.
struct alignas(std::uint16_t) Mode {
  bool controlled = false;  // a controlled execution is running
  bool free = false;        // a free execution is running: each point is a delay and then the real call
};

extern Mode mode;
inline constexpr bool& controlled = mode.controlled;

// Gives the other threads their chance: does nothing, yields, spins or sleeps, as the calling thread's seed wants it.
[[gnu::cold]] void delay_at_point();

// What an interceptor that is a point asks first. False: the scheduler takes the call. True: the real function does,
// and on the free rung the delay that goes before it is over.
[[gnu::always_inline]] inline bool passes_through() {
  const auto bits = std::bit_cast<std::uint16_t>(mode);
  if (bits == std::bit_cast<std::uint16_t>(Mode{.controlled = true, .free = false})) [[likely]]
    return false;
  if (bits != 0) [[unlikely]]
    delay_at_point();
  return true;
}

}  // namespace wedge::runtime
