// What a schedule point and an execution cost, in the process, beside the floor of the same run.
#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/bench/floor.h"
#include "harness/runtime/serve/in_process.h"

namespace {

void two_tasks_increment() {
  std::atomic<int> counter{0};
  auto work = [&] {
    for (int i = 0; i < 1000; ++i) counter.fetch_add(1);
  };
  std::thread a(work);
  std::thread b(work);
  a.join();
  b.join();
}

void three_tasks_lock() {
  std::mutex mutex;
  int counter = 0;
  auto work = [&] {
    for (int i = 0; i < 10; ++i) {
      std::lock_guard lock(mutex);
      ++counter;
    }
  };
  std::thread a(work);
  std::thread b(work);
  std::thread c(work);
  a.join();
  b.join();
  c.join();
}

class Buffer {
 public:
  void put() {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return !full_; });
    full_ = true;
    not_empty_.notify_one();
  }
  void get() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return full_; });
    full_ = false;
    not_full_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  bool full_ = false;
};

void bounded_buffer() {
  Buffer buffer;
  auto produce = [&] {
    buffer.put();
    buffer.put();
  };
  auto consume = [&] {
    buffer.get();
    buffer.get();
  };
  std::thread a(produce);
  std::thread b(produce);
  std::thread c(consume);
  std::thread d(consume);
  a.join();
  b.join();
  c.join();
  d.join();
}

void eight_empty_threads() {
  std::thread threads[8];
  for (std::thread& thread : threads) thread = std::thread([] {});
  for (std::thread& thread : threads) thread.join();
}

wedge::model::Request request_for(const char* strategy) {
  wedge::model::Request request{};
  request.command = wedge::model::Command::run;
  __builtin_strcpy(request.strategy, strategy);
  request.seed = 1;
  request.max_steps = 1'000'000;
  request.hint_steps = 100;
  request.strategy_depth = 3;
  return request;
}

// `points`: report time per schedule point instead of executions per second.
void measure(benchmark::State& state, void (*body)(), const char* strategy, bool points) {
  wedge::runtime::use_private_control_block();
  const wedge::model::Request request = request_for(strategy);
  std::uint64_t next = 1;
  const std::uint64_t steps_before = wedge::runtime::steps_so_far();
  for (auto _ : state) {
    wedge::runtime::run_executions(body, request, next, 1);
    ++next;
  }
  const auto steps = static_cast<double>(wedge::runtime::steps_so_far() - steps_before);
  const double floor = wedge::bench::floor_ns();
  state.counters["floor_ns"] = floor;
  state.counters["points"] = steps / static_cast<double>(state.iterations());
  if (points) {
    state.counters["s_per_point"] =
        benchmark::Counter(steps, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["floors_per_point"] =
        benchmark::Counter(steps * floor * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  } else {
    state.counters["executions"] =
        benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const char* strategy : {"random", "pct", "pos", "period", "mutate"}) {
    const std::string suffix = std::string("/") + strategy;
    benchmark::RegisterBenchmark(("two_tasks_1000_increments" + suffix).c_str(),
                                 [=](benchmark::State& state) { measure(state, two_tasks_increment, strategy, true); });
    benchmark::RegisterBenchmark(("three_tasks_10_locked_increments" + suffix).c_str(),
                                 [=](benchmark::State& state) { measure(state, three_tasks_lock, strategy, false); });
    benchmark::RegisterBenchmark(("bounded_buffer_2_producers_2_consumers" + suffix).c_str(),
                                 [=](benchmark::State& state) { measure(state, bounded_buffer, strategy, false); });
    benchmark::RegisterBenchmark(("eight_empty_threads" + suffix).c_str(), [=](benchmark::State& state) {
      measure(state, eight_empty_threads, strategy, false);
    });
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
