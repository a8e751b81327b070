// A host function gives its buffer back to CUDA, which it must not call.
//   Source    written for Wedge
//   Symptom   deadlocks with one driver, leaks with another
//   Left out  nothing
//
//   host                             stream
//   1  enqueues the host function
//                                    2  calls cudaFreeHost: cudaErrorNotPermitted, and the buffer leaks
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool frees_in_host_function) {
  const wedge::gpu::Session session;
  cudaStream_t stream = new_stream();
  int* buffer = pinned();
  const cudaHostFn_t free_it = [](void* memory) { cudaFreeHost(memory); };  // 2
  const cudaHostFn_t leave_it = [](void*) {};
  must(cudaLaunchHostFunc(stream, frees_in_host_function ? free_it : leave_it, buffer));  // 1
  must(cudaStreamSynchronize(stream));
  if (!frees_in_host_function) must(cudaFreeHost(buffer));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/callback-calls-cuda",
    .title = "A host function calls CUDA",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(true); },
             wedge::expect(wedge::Outcome::misuse, "cudaFreeHost is called from a host function of a stream")},
            {"fixed", [] { run(false); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
