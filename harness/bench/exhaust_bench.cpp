// How fast exhaustive search is: executions and traces for each second, beside random search on the same body in the
// same run, and the floor.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <thread>

#include "harness/bench/floor.h"
#include "harness/runtime/serve/in_process.h"

namespace {

template <typename Work>
void both(Work work) {
  std::thread one(work);
  std::thread other(work);
  one.join();
  other.join();
}

void eight_increments_each() {
  std::atomic<int> counter{0};
  both([&] {
    for (int i = 0; i < 8; ++i) counter.fetch_add(1);
  });
}

void four_locks_each() {
  std::mutex mutex;
  both([&] {
    for (int i = 0; i < 4; ++i) std::lock_guard lock(mutex);
  });
}

wedge::model::Request request_with(const char* strategy) {
  wedge::runtime::use_private_control_block();
  wedge::model::Request request{};
  request.command = wedge::model::Command::run;
  std::strcpy(request.strategy, strategy);
  request.max_steps = 1'000'000;
  return request;
}

void report(benchmark::State& state, std::uint64_t executions, std::uint64_t steps) {
  const auto rate = benchmark::Counter::kIsRate;
  state.counters["executions/s"] = benchmark::Counter(static_cast<double>(executions), rate);
  state.counters["steps/s"] = benchmark::Counter(static_cast<double>(steps), rate);
  state.counters["floors_per_step"] = benchmark::Counter(static_cast<double>(steps) * wedge::bench::floor_ns() * 1e-9,
                                                         rate | benchmark::Counter::kInvert);
}

// One whole search for each iteration.
void exhaust(benchmark::State& state, void (*body)()) {
  constexpr std::uint64_t most = 1'000'000;
  const wedge::model::Request request = request_with("exhaust");
  const std::uint64_t before = wedge::runtime::steps_so_far();
  std::uint64_t executions = 0;
  for (auto _ : state) {
    wedge::runtime::run_executions(body, request, 0, most);
    executions += wedge::runtime::search_block().begun;
  }
  report(state, executions, wedge::runtime::steps_so_far() - before);
  state.counters["traces"] = static_cast<double>(wedge::runtime::search_block().traces);
}

void random(benchmark::State& state, void (*body)()) {
  constexpr std::uint64_t at_once = 1000;
  const wedge::model::Request request = request_with("random");
  const std::uint64_t before = wedge::runtime::steps_so_far();
  std::uint64_t executions = 0;
  for (auto _ : state) {
    wedge::runtime::run_executions(body, request, 1 + executions, at_once);
    executions += at_once;
  }
  report(state, executions, wedge::runtime::steps_so_far() - before);
}

}  // namespace

int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  RegisterBenchmark("eight_increments_each/random", [](benchmark::State& s) { random(s, eight_increments_each); });
  RegisterBenchmark("eight_increments_each/exhaust", [](benchmark::State& s) { exhaust(s, eight_increments_each); });
  RegisterBenchmark("four_locks_each/random", [](benchmark::State& s) { random(s, four_locks_each); });
  RegisterBenchmark("four_locks_each/exhaust", [](benchmark::State& s) { exhaust(s, four_locks_each); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
