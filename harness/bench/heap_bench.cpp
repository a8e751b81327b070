// What watching the heap costs: one malloc and its free, watched and not, beside the bare allocator in the same run.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "harness/bench/floor.h"
#include "harness/runtime/serve/in_process.h"

extern "C" {
void* __libc_malloc(std::size_t);
void __libc_free(void*);
}

namespace {

constexpr int pairs = 10'000;
constexpr std::size_t sizes[] = {16, 24, 48, 100, 200, 400, 64, 32};

// Passed through the interceptors, wherever that leads.
void through_malloc() {
  for (int i = 0; i < pairs; ++i) {
    void* block = std::malloc(sizes[i % 8]);
    benchmark::DoNotOptimize(block);
    std::free(block);
  }
}

void bare() {
  for (int i = 0; i < pairs; ++i) {
    void* block = __libc_malloc(sizes[i % 8]);
    benchmark::DoNotOptimize(block);
    __libc_free(block);
  }
}

// Plain accesses of instrumented code: to an element and to the sum.
int sum = 0;
void accesses() {
  static int numbers[pairs];
  int* number = numbers;
  benchmark::DoNotOptimize(number);
  for (int i = 0; i < pairs; ++i) sum += number[i];
}

void report(benchmark::State& state) {
  const auto count = static_cast<double>(state.iterations()) * pairs;
  const double floor = wedge::bench::floor_ns();
  state.counters["s_each"] = benchmark::Counter(count, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["floors_each"] =
      benchmark::Counter(count * floor * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void outside(benchmark::State& state, void (*body)()) {
  for (auto _ : state) body();
  report(state);
}

// One execution for each iteration: its beginning and end are part of it, spread over the pairs.
void controlled(benchmark::State& state, void (*body)(), std::uint32_t flags) {
  wedge::runtime::use_private_control_block();
  wedge::model::Request request{};
  request.command = wedge::model::Command::run;
  std::strcpy(request.strategy, "random");
  request.max_steps = 1'000'000;
  request.flags = flags;
  std::uint64_t next = 1;
  for (auto _ : state) wedge::runtime::run_executions(body, request, next++, 1);
  report(state);
}

}  // namespace

int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  constexpr std::uint32_t off = wedge::model::request_flags::no_heap;
  RegisterBenchmark("malloc_free/bare_glibc", [](benchmark::State& state) { outside(state, bare); });
  RegisterBenchmark("malloc_free/passed_through", [](benchmark::State& state) { outside(state, through_malloc); });
  RegisterBenchmark("malloc_free/execution_no_heap",
                    [](benchmark::State& state) { controlled(state, through_malloc, off); });
  RegisterBenchmark("malloc_free/execution_watched",
                    [](benchmark::State& state) { controlled(state, through_malloc, 0); });
  RegisterBenchmark("two_accesses/no_heap", [](benchmark::State& state) { controlled(state, accesses, off); });
  RegisterBenchmark("two_accesses/watched", [](benchmark::State& state) { controlled(state, accesses, 0); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
