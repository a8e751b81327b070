// The host waits for an event that was recorded on the stream of the kernels, and reads what the stream of the copies
// has not brought yet.
//   Source    written for Wedge
//   Symptom   the host sees bytes of the chunk before
//   Left out  the chunks before
//
//   host                             stream `compute`       stream `copies`
//                                    1  the kernel ends
//                                    2  the event is reached
//   3  has waited for the event
//   4  reads the buffer
//                                                           5  copies into the buffer
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool on_copies) {
  const wedge::gpu::Session session;
  cudaStream_t compute = new_stream();
  cudaStream_t copies = new_stream();
  cudaEvent_t computed = new_event();
  cudaEvent_t brought = new_event();
  int* device = on_device();
  int* host = pinned();
  fill(device, 7, compute);  // 1
  must(cudaEventRecord(computed, compute));
  must(cudaStreamWaitEvent(copies, computed, 0));
  to_host(host, device, copies);                                 // 5
  must(cudaEventRecord(brought, on_copies ? copies : compute));  // 2
  must(cudaEventSynchronize(brought));                           // 3
  assert(host[0] == 7);                                          // 4
  must(cudaDeviceSynchronize());
  must(cudaFree(device));
  must(cudaFreeHost(host));
  must(cudaEventDestroy(computed));
  must(cudaEventDestroy(brought));
  must(cudaStreamDestroy(compute));
  must(cudaStreamDestroy(copies));
}

const wedge::Scenario scenario{
    .id = "gpu/event-on-wrong-stream",
    .title = "The event that the host waits for is on another stream than the copy",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
