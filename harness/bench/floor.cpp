// Measures the floor with the runtime's own bare switch.
#include "harness/bench/floor.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "harness/runtime/serve/in_process.h"

namespace wedge::bench {

double floor_ns() {
  static const double measured = [] {
    constexpr int rounds = 200'000;
    std::array<double, 21> measured_ns{};
    for (double& one : measured_ns) {
      const auto start = std::chrono::steady_clock::now();
      runtime::measure_floor(rounds);
      const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
      one = took.count() / rounds / 2;  // a round is there and back
    }
    std::sort(measured_ns.begin(), measured_ns.end());
    return measured_ns[measured_ns.size() / 2];  // the median, for what it is compared with is a mean
  }();
  return measured;
}

}  // namespace wedge::bench
