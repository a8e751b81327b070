// A thread polls an event with a mutex held that a host function ahead of the event needs.
//   Source    written for Wedge
//   Symptom   one processor is busy for ever, the device waits
//   Left out  nothing
//
//   host                             stream
//   1  locks the mutex
//                                    2  the host function waits for the mutex
//   3  polls the event behind it, for ever
#include <chrono>
#include <mutex>
#include <thread>

#include "gpu/programs/support.h"

namespace {

using namespace programs;
using namespace std::chrono_literals;

struct Progress {
  std::mutex mutex;
  int chunks = 0;
};

void count_chunk(void* data) {
  auto& progress = *static_cast<Progress*>(data);
  const std::lock_guard lock(progress.mutex);  // 2
  ++progress.chunks;
}

void run(bool unlocks) {
  const wedge::gpu::Session session;
  Progress progress;
  cudaStream_t stream = new_stream();
  cudaEvent_t done = new_event();
  must(cudaLaunchHostFunc(stream, count_chunk, &progress));
  must(cudaEventRecord(done, stream));
  std::unique_lock lock(progress.mutex);               // 1
  while (cudaEventQuery(done) == cudaErrorNotReady) {  // 3
    if (unlocks) lock.unlock();
    std::this_thread::sleep_for(1ms);
    if (unlocks) lock.lock();
  }
  assert(progress.chunks == 1);
  lock.unlock();
  must(cudaStreamSynchronize(stream));
  must(cudaEventDestroy(done));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/query-without-progress",
    .title = "A thread polls an event and holds the mutex that the stream needs",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::livelock), 20'000},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass), 20'000},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
