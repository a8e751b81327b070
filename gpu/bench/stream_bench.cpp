// What a simulated stream operation costs in a controlled execution, beside the floor of the same run.
#include <benchmark/benchmark.h>

#include "gpu/device.h"
#include "harness/bench/floor.h"
#include "harness/runtime/serve/in_process.h"

namespace {

constexpr int operations = 100;

// One busy stream: copies between pinned and device memory, and one wait.
void copies() {
  const wedge::gpu::Session session;
  cudaStream_t stream = nullptr;
  void* device = nullptr;
  void* host = nullptr;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  cudaMalloc(&device, 64);
  cudaMallocHost(&host, 64);
  for (int i = 0; i < operations; ++i) cudaMemcpyAsync(host, device, 64, cudaMemcpyDeviceToHost, stream);
  cudaStreamSynchronize(stream);
  cudaFree(device);
  cudaFreeHost(host);
  cudaStreamDestroy(stream);
}

// Two streams that wait for each other in turn, through one event.
void handovers() {
  const wedge::gpu::Session session;
  cudaStream_t streams[2] = {};
  cudaEvent_t event = nullptr;
  for (cudaStream_t& stream : streams) cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
  for (int i = 0; i < operations / 2; ++i) {
    cudaEventRecord(event, streams[i % 2]);
    cudaStreamWaitEvent(streams[(i + 1) % 2], event, 0);
  }
  for (cudaStream_t stream : streams) {
    cudaStreamSynchronize(stream);
    cudaStreamDestroy(stream);
  }
  cudaEventDestroy(event);
}

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
  const double done = static_cast<double>(state.iterations()) * operations;
  state.counters["floor_ns"] = floor;
  state.counters["s_per_operation"] =
      benchmark::Counter(done, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["floors_per_operation"] =
      benchmark::Counter(done * floor * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("stream_copies", [](benchmark::State& state) { measure(state, copies); });
  benchmark::RegisterBenchmark("event_handovers", [](benchmark::State& state) { measure(state, handovers); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
