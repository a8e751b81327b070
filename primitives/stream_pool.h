// Streams by the name of a group: whoever names the same group gets the same stream, whatever is still pending on it.
//
// Any thread may use it. The pool owns its streams and destroys them with itself.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <cuda_runtime_api.h>

namespace primitives {

class StreamPool {
 public:
  StreamPool() = default;
  ~StreamPool();
  StreamPool(const StreamPool&) = delete;
  StreamPool& operator=(const StreamPool&) = delete;

  // Made at the first use. Throws GpuError.
  cudaStream_t stream_of(const std::string& group);
  // One that nobody else gets. Throws GpuError.
  cudaStream_t fresh();

 private:
  std::mutex mutex_;
  std::map<std::string, cudaStream_t> groups_;
  std::vector<cudaStream_t> all_;
};

}  // namespace primitives
