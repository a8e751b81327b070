// The same accesses under the real ThreadSanitizer, for memory_bench to compare with: prints nanoseconds per access.
#include <cstdio>
#include <ctime>

#include "harness/bench/plain_accesses.h"

namespace {

volatile int values[wedge::bench::elements];

void measure(const char* name, void (*touch)(volatile int*)) {
  touch(values);
  constexpr int times = 10;
  const std::clock_t begin = std::clock();  // of the processor, as the benchmark beside it counts
  for (int i = 0; i < times; ++i) touch(values);
  const double passed_ns = static_cast<double>(std::clock() - begin) * 1e9 / CLOCKS_PER_SEC;
  std::printf("%s %.3f\n", name, passed_ns / times / wedge::bench::accesses);
}

}  // namespace

int main() {
  measure("one", wedge::bench::touch_one);
  measure("all", wedge::bench::touch_all);
}
