// A host function announces the end of the work without the mutex, between the waiter's look and its sleep.
//   Source    written for Wedge
//   Symptom   the device is idle, and main waits for it
//   Left out  nothing
//
//   host                             stream
//   1  sees that it is not done
//                                    2  done = true
//                                    3  notify_one(): nobody is waiting
//   4  sleeps for ever
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

struct Completion {
  explicit Completion(bool with_lock) : locks(with_lock) {}
  bool locks;
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> done{false};
};

void complete(void* data) {
  auto& completion = *static_cast<Completion*>(data);
  std::unique_lock lock(completion.mutex, std::defer_lock);
  if (completion.locks) lock.lock();
  completion.done = true;           // 2
  completion.changed.notify_one();  // 3
}

void run(bool locks) {
  const wedge::gpu::Session session;
  Completion completion(locks);
  cudaStream_t stream = new_stream();
  must(cudaLaunchHostFunc(stream, complete, &completion));
  {
    std::unique_lock lock(completion.mutex);
    while (!completion.done) completion.changed.wait(lock);  // 1, 4
  }
  must(cudaStreamSynchronize(stream));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/lost-completion",
    .title = "A host function notifies before the host sleeps",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::lost_wakeup)},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
