// The workload of memory_bench: plain accesses as instrumented code makes them, the same for Wedge and for
// ThreadSanitizer.
#pragma once

#include <cstddef>

namespace wedge::bench {

inline constexpr std::size_t elements = 4096;
inline constexpr int rounds = 64;
inline constexpr double accesses = 2.0 * rounds * elements;  // a read and a write for each element

// The same few bytes again and again, as a counter in a loop has it.
[[gnu::noinline]] inline void touch_one(volatile int* values) {
  for (std::size_t i = 0; i < rounds * elements; ++i) values[i & 7] = values[i & 7] + 1;
}

// One after the other through 16 KiB.
[[gnu::noinline]] inline void touch_all(volatile int* values) {
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < elements; ++i) values[i] = values[i] + 1;
}

}  // namespace wedge::bench
