// A pinned buffer is given back while a copy into it is pending.
//   Source    written for Wedge
//   Symptom   corrupts the heap, far from here
//   Left out  nothing
//
//   host                             stream
//   1  enqueues the copy
//   2  cudaFreeHost()
//                                    3  copies into memory that is gone
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool waits) {
  const wedge::gpu::Session session;
  cudaStream_t stream = new_stream();
  int* device = on_device();
  int* host = pinned();
  to_host(host, device, stream);  // 1, 3
  if (waits) must(cudaStreamSynchronize(stream));
  must(cudaFreeHost(host));  // 2
  must(cudaFree(device));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/freed-while-copying",
    .title = "A pinned buffer is freed before the copy into it has ended",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::misuse).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
