// Two threads share one event: the record of the one replaces that of the other, who then waits for the wrong stream.
//   Source    issue 1 of document 004, as it would have to be to do harm; written for Wedge
//   Symptom   results of the other thread's size, or old ones
//   Left out  nothing
//
//   thread 1                         thread 2
//   1  copies, records the event on stream 1
//                                    2  records the event on stream 2, which is idle
//   3  has waited for the event
//   4  reads, and stream 1 still copies
#include <thread>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

void copy_and_wait(cudaEvent_t event, int value) {
  cudaStream_t stream = new_stream();
  int* device = on_device();
  int* host = pinned();
  fill(device, value, stream);
  to_host(host, device, stream);
  must(cudaEventRecord(event, stream));  // 1, 2
  must(cudaEventSynchronize(event));     // 3
  assert(host[0] == value);              // 4
  must(cudaStreamSynchronize(stream));
  must(cudaFree(device));
  must(cudaFreeHost(host));
  must(cudaStreamDestroy(stream));
}

void run(bool shares) {
  const wedge::gpu::Session session;
  cudaEvent_t one = new_event();
  cudaEvent_t other = new_event();
  std::thread thread([&] { copy_and_wait(one, 1); });
  copy_and_wait(shares ? one : other, 2);
  thread.join();
  must(cudaEventDestroy(one));
  must(cudaEventDestroy(other));
}

const wedge::Scenario scenario{
    .id = "gpu/shared-event",
    .title = "Two threads record and wait for the same event",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(true); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"fixed", [] { run(false); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
