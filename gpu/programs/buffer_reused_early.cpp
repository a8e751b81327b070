// The host fills a pinned buffer with the next chunk while the copy of the last one may still read it.
//   Source    written for Wedge
//   Symptom   a chunk arrives twice, and another one never
//   Left out  more than two chunks
//
//   host                             stream
//   1  enqueues the copy of chunk 1
//   2  writes chunk 2 into the buffer
//                                    3  copies chunk 2 in place of chunk 1
#include "gpu/programs/support.h"

namespace {

using namespace programs;

void run(bool waits_for_copy) {
  const wedge::gpu::Session session;
  cudaStream_t stream = new_stream();
  cudaEvent_t copied = new_event();
  int* staging = pinned();
  int* chunks[] = {on_device(), on_device()};
  for (int chunk = 0; chunk < 2; ++chunk) {
    if (waits_for_copy) must(cudaEventSynchronize(copied));
    for (int i = 0; i < count; ++i) staging[i] = chunk + 1;  // 2
    to_device(chunks[chunk], staging, stream);               // 1, 3
    must(cudaEventRecord(copied, stream));
  }
  int first[count];
  must(cudaStreamSynchronize(stream));
  must(cudaMemcpy(first, chunks[0], bytes, cudaMemcpyDeviceToHost));
  assert(first[0] == 1);
  for (int* chunk : chunks) must(cudaFree(chunk));
  must(cudaFreeHost(staging));
  must(cudaEventDestroy(copied));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/buffer-reused-early",
    .title = "A staging buffer is filled again before its copy has ended",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::panic).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
