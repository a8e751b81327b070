// Makes streams that do not wait for the default stream, and keeps those of groups.
#include "primitives/stream_pool.h"

#include "primitives/gpu_event.h"

namespace primitives {

StreamPool::~StreamPool() {
  for (cudaStream_t stream : all_) cudaStreamDestroy(stream);
}

cudaStream_t StreamPool::stream_of(const std::string& group) {
  const std::lock_guard lock(mutex_);
  if (const auto known = groups_.find(group); known != groups_.end()) return known->second;
  cudaStream_t stream = nullptr;
  expect_success(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  all_.push_back(stream);
  return groups_[group] = stream;
}

cudaStream_t StreamPool::fresh() {
  cudaStream_t stream = nullptr;
  expect_success(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  const std::lock_guard lock(mutex_);
  all_.push_back(stream);
  return stream;
}

}  // namespace primitives
