// The same accesses under the real ThreadSanitizer, for memory_bench to compare with: prints nanoseconds per access.
#include <chrono>
#include <cstdio>

#include "harness/bench/plain_accesses.h"

namespace {

volatile int values[wedge::bench::elements];

void measure(const char* name, void (*touch)(volatile int*)) {
  using Clock = std::chrono::steady_clock;
  touch(values);
  constexpr int times = 10;
  const auto begin = Clock::now();
  for (int i = 0; i < times; ++i) touch(values);
  const std::chrono::duration<double, std::nano> passed = Clock::now() - begin;
  std::printf("%s %.3f\n", name, passed.count() / times / wedge::bench::accesses);
}

}  // namespace

int main() {
  measure("one", wedge::bench::touch_one);
  measure("all", wedge::bench::touch_all);
}
