// How many executions of the pool scenario a second has, cured, beside the floor of the same run.
#include <benchmark/benchmark.h>

#include "harness/bench/floor.h"
#include "harness/runtime/serve/in_process.h"
#include "scenarios/pool_exhaustion/program.h"

namespace {

void solve_cured() { pool_exhaustion::run({.handle = pool_exhaustion::Switches::Handle::unwrapped_by_query}); }

void measure(benchmark::State& state, void (*body)()) {
  wedge::runtime::use_private_control_block();
  wedge::model::Request request{};
  request.command = wedge::model::Command::run;
  __builtin_strcpy(request.strategy, "random");
  request.seed = 1;
  request.max_steps = 1'000'000;
  std::uint64_t next = 1;
  for (auto _ : state) wedge::runtime::run_executions(body, request, next++, 1);
  const double floor = wedge::bench::floor_ns();
  const auto done = static_cast<double>(state.iterations());
  state.counters["floor_ns"] = floor;
  state.counters["executions_per_s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["floors_per_execution"] =
      benchmark::Counter(done * floor * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("pool/cured", [](benchmark::State& state) { measure(state, solve_cured); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
