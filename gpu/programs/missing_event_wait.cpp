// A copy reads device memory that a kernel on another stream has not written yet: nobody told its stream to wait.
//   Source    the commonest mistake with two streams; written for Wedge
//   Symptom   now and then the result is what the buffer held before
//   Left out  sizes that would make it likely
//
//   stream `compute`                 stream `copies`
//                                    1  copies the buffer to the host: old bytes
//   2  writes the buffer
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool waits_for_event) {
  const wedge::gpu::Session session;
  cudaStream_t compute = new_stream();
  cudaStream_t copies = new_stream();
  cudaEvent_t written = new_event();
  int* device = on_device();
  int* host = pinned();
  fill(device, 7, compute);  // 2
  must(cudaEventRecord(written, compute));
  if (waits_for_event) must(cudaStreamWaitEvent(copies, written, 0));
  to_host(host, device, copies);  // 1
  must(cudaStreamSynchronize(copies));
  assert(host[0] == 7);
  must(cudaFree(device));
  must(cudaFreeHost(host));
  must(cudaEventDestroy(written));
  must(cudaStreamDestroy(compute));
  must(cudaStreamDestroy(copies));
}

const wedge::Scenario scenario{
    .id = "gpu/missing-event-wait",
    .title = "A copy does not wait for the kernel on the other stream",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
