// Measures the floor with the runtime's own bare switch.
#include "harness/bench/floor.h"

#include <algorithm>
#include <chrono>

#include "harness/runtime/serve/in_process.h"

namespace wedge::bench {

double floor_ns() {
  static const double measured = [] {
    constexpr int rounds = 200'000;
    double best = 1e9;
    for (int attempt = 0; attempt < 20; ++attempt) {
      const auto start = std::chrono::steady_clock::now();
      runtime::measure_floor(rounds);
      const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
      best = std::min(best, took.count() / rounds / 2);  // a round is there and back
    }
    return best;
  }();
  return measured;
}

}  // namespace wedge::bench
