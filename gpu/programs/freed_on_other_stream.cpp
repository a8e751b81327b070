// Stream-ordered memory is freed on another stream than the one that uses it, and nothing orders the two.
//   Source    written for Wedge
//   Symptom   a kernel writes into somebody else's buffer
//   Left out  nothing
//
//   stream `work`                    stream `cleanup`
//                                    1  frees the buffer
//   2  the kernel writes to it
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool ordered) {
  const wedge::gpu::Session session;
  cudaStream_t work = new_stream();
  cudaStream_t cleanup = new_stream();
  cudaEvent_t used = new_event();
  void* memory = nullptr;
  must(cudaMallocAsync(&memory, bytes, work));
  fill(static_cast<int*>(memory), 7, work);  // 2
  must(cudaEventRecord(used, work));
  if (ordered) must(cudaStreamWaitEvent(cleanup, used, 0));
  must(cudaFreeAsync(memory, cleanup));  // 1
  must(cudaDeviceSynchronize());
  must(cudaEventDestroy(used));
  must(cudaStreamDestroy(work));
  must(cudaStreamDestroy(cleanup));
}

const wedge::Scenario scenario{
    .id = "gpu/freed-on-other-stream",
    .title = "cudaFreeAsync on a stream that does not wait for the user",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::misuse).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
