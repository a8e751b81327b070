// A host function waits for a host function of another stream, and the two cannot run at the same time.
//   Source    written for Wedge; that they may run one after another is in the manual
//   Symptom   hangs with both streams blocked, and no kernel is running
//   Left out  nothing
//
//   stream 1                         stream 2
//   1  waits in its host function
//                                    2  its host function would end the wait: it has to wait for its turn
#include <condition_variable>
#include <mutex>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

struct Handover {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
};

void take(void* data) {
  auto& handover = *static_cast<Handover*>(data);
  std::unique_lock lock(handover.mutex);
  handover.changed.wait(lock, [&] { return handover.ready; });  // 1
}

void give(void* data) {
  auto& handover = *static_cast<Handover*>(data);
  const std::lock_guard lock(handover.mutex);
  handover.ready = true;  // 2
  handover.changed.notify_all();
}

void run(bool in_order) {
  const wedge::gpu::Session session;
  Handover handover;
  cudaStream_t one = new_stream();
  cudaStream_t two = new_stream();
  cudaEvent_t given = new_event();
  must(cudaLaunchHostFunc(two, give, &handover));
  must(cudaEventRecord(given, two));
  if (in_order) must(cudaStreamWaitEvent(one, given, 0));
  must(cudaLaunchHostFunc(one, take, &handover));
  must(cudaDeviceSynchronize());
  must(cudaEventDestroy(given));
  must(cudaStreamDestroy(one));
  must(cudaStreamDestroy(two));
}

const wedge::Scenario scenario{
    .id = "gpu/one-for-all-host-functions",
    .title = "A host function waits for one of another stream",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::deadlock)},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
