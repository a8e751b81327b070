// The work is on one stream and the wait on another: the default one, which does not wait for non-blocking streams.
//   Source    written for Wedge
//   Symptom   worked for years, until somebody made the streams non-blocking
//   Left out  those years
//
//   host                             stream (non-blocking)
//   1  cudaStreamSynchronize(0): nothing to wait for
//   2  reads the buffer
//                                    3  copies into the buffer
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool on_its_stream) {
  const wedge::gpu::Session session;
  cudaStream_t stream = new_stream(cudaStreamNonBlocking);
  int* device = on_device();
  int* host = pinned();
  fill(device, 7, stream);
  to_host(host, device, stream);                                  // 3
  must(cudaStreamSynchronize(on_its_stream ? stream : nullptr));  // 1
  assert(host[0] == 7);                                           // 2
  must(cudaDeviceSynchronize());
  must(cudaFree(device));
  must(cudaFreeHost(host));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/waits-on-other-stream",
    .title = "Work on a non-blocking stream, wait on the default one",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
