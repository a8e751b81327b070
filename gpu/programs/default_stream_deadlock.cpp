// A host function waits for a flag that the host sets after a copy, and the copy waits for the host function: it goes
// through the default stream, which waits for every blocking stream.
//   Source    written for Wedge
//   Symptom   hangs at the first innocent cudaMemcpy
//   Left out  nothing
//
//   host                             stream (blocking)
//   1  enqueues the host function
//                                    2  the host function waits for the flag
//   3  cudaMemcpy(): waits for the stream
//   4  would set the flag
#include <condition_variable>
#include <mutex>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

struct Flag {
  std::mutex mutex;
  std::condition_variable changed;
  bool set = false;
};

void wait_for_flag(void* data) {
  auto& flag = *static_cast<Flag*>(data);
  std::unique_lock lock(flag.mutex);
  flag.changed.wait(lock, [&] { return flag.set; });  // 2
}

void run(unsigned int kind_of_stream) {
  const wedge::gpu::Session session;
  Flag flag;
  cudaStream_t stream = new_stream(kind_of_stream);
  int* device = on_device();
  int host[count] = {};
  must(cudaLaunchHostFunc(stream, wait_for_flag, &flag));         // 1
  must(cudaMemcpy(host, device, bytes, cudaMemcpyDeviceToHost));  // 3
  {
    const std::lock_guard lock(flag.mutex);
    flag.set = true;  // 4
    flag.changed.notify_one();
  }
  must(cudaStreamSynchronize(stream));
  must(cudaFree(device));
  must(cudaStreamDestroy(stream));
}

const wedge::Scenario scenario{
    .id = "gpu/default-stream-deadlock",
    .title = "A host function waits for the host, which waits for it in the default stream",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(cudaStreamDefault); },
             wedge::expect(wedge::Outcome::deadlock,
                           "task 0 waits in cudaMemcpy for the default stream, where copy of 64 bytes from device to "
                           "host waits for stream 1, behind host function")},
            {"fixed", [] { run(cudaStreamNonBlocking); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
