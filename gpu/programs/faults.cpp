// One program that copes with every fault of the device, or looks at no error at all, for each fault that may be asked
// for. Which time it happens is a choice of the schedule.
//   Source    written for Wedge
//   Symptom   old bytes, wild pointers, or a wait for ever
//   Left out  what a program should do about a kernel that never ends: nothing that CUDA offers
#include <chrono>
#include <thread>

#include "gpu/programs/support.h"

namespace {

using namespace programs;
using namespace std::chrono_literals;
using wedge::gpu::Faults;

// Fills a buffer twice and reads it when a poll says that it is there. `checks`: gives up when something fails.
void run(const Faults& faults, bool checks) {
  const wedge::gpu::Session session({.faults = faults, .may_leak = true});
  cudaStream_t stream = new_stream();
  void* memory = nullptr;
  void* place = nullptr;
  const bool both = cudaMalloc(&memory, bytes) == cudaSuccess && cudaMallocHost(&place, bytes) == cudaSuccess;
  if (!both && checks) return;
  assert(memory != nullptr && place != nullptr);
  auto* host = static_cast<int*>(place);
  for (int round = 1; round <= 2; ++round) {
    const bool begun = try_fill(static_cast<int*>(memory), round, stream) == cudaSuccess &&
                       cudaMemcpyAsync(host, memory, bytes, cudaMemcpyDeviceToHost, stream) == cudaSuccess;
    if (!begun && checks) return;
    cudaError_t state = cudaErrorNotReady;
    while ((state = cudaStreamQuery(stream)) == cudaErrorNotReady) std::this_thread::sleep_for(1ms);
    if (state != cudaSuccess && checks) return;
    assert(host[0] == round);
  }
}

// As above, but waits; there is no way out of that.
void wait(const Faults& faults) {
  const wedge::gpu::Session session({.faults = faults, .may_leak = true});
  cudaStream_t stream = new_stream();
  cudaEvent_t done = new_event();
  int* device = on_device();
  fill(device, 1, stream);
  add(device, 1, stream);
  must(cudaEventRecord(done, stream));
  must(cudaEventSynchronize(done));
}

constexpr Faults never_ends{.kernel_never_ends = true};
constexpr Faults launch{.launch_fails = true};
constexpr Faults allocation{.allocation_fails = true};
constexpr Faults query{.query_fails = true};

const wedge::Scenario scenario{
    .id = "gpu/faults",
    .title = "A program meets a device that fails",
    .source = "written for Wedge",
    .variants =
        {
            {"none", [] { run({}, false); }, wedge::expect(wedge::Outcome::pass)},
            {"kernel-never-ends", [] { wait(never_ends); },
             wedge::expect(wedge::Outcome::deadlock,
                           "task 0 waits in cudaEventSynchronize for event 1 on stream 1, behind kernel `")},
            {"launch-fails", [] { run(launch, false); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"launch-fails-checked", [] { run(launch, true); }, wedge::expect(wedge::Outcome::pass)},
            {"allocation-fails", [] { run(allocation, false); }, wedge::expect(wedge::Outcome::panic)},
            {"allocation-fails-checked", [] { run(allocation, true); }, wedge::expect(wedge::Outcome::pass)},
            {"query-fails", [] { run(query, false); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"query-fails-checked", [] { run(query, true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
