// Device memory, pinned memory, and memory that is pinned afterwards: what is given, and when it is taken back.
#include <vector>

#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(memory, nothing_is_asked_for_and_nothing_given_back) {
  void* memory = &memory;
  EXPECT_CUDA(cudaSuccess, cudaMalloc(&memory, 0));
  EXPECT_EQ(memory, nullptr);
  EXPECT_CUDA(cudaSuccess, cudaFree(nullptr));
  EXPECT_CUDA(cudaSuccess, cudaFreeHost(nullptr));
  EXPECT_CUDA(cudaErrorInvalidValue, cudaMalloc(nullptr, 16));
  cudaGetLastError();
}

TEST(memory, more_than_there_is_is_refused) {
  std::size_t free = 0;
  std::size_t total = 0;
  ASSERT_CUDA(cudaMemGetInfo(&free, &total));
  EXPECT_LE(free, total);
  void* memory = nullptr;
  EXPECT_CUDA(cudaErrorMemoryAllocation, cudaMalloc(&memory, total + 1));
  EXPECT_EQ(memory, nullptr);
  EXPECT_CUDA(cudaErrorMemoryAllocation, cudaGetLastError());
  EXPECT_CUDA(cudaSuccess, cudaPeekAtLastError());
}

TEST(memory, what_is_given_back_can_be_had_again) {
  std::size_t free = 0;
  std::size_t total = 0;
  ASSERT_CUDA(cudaMemGetInfo(&free, &total));
  const std::size_t most = free / 5 * 3;
  for (int i = 0; i < 2; ++i) {
    void* memory = nullptr;
    ASSERT_CUDA(cudaMalloc(&memory, most));
    EXPECT_CUDA(cudaSuccess, cudaFree(memory));
  }
}

TEST(memory, what_is_given_back_twice_is_refused) {
  void* device = nullptr;
  ASSERT_CUDA(cudaMalloc(&device, 64));
  EXPECT_CUDA(cudaSuccess, cudaFree(device));
  EXPECT_CUDA(cudaErrorInvalidValue, cudaFree(device));
  cudaGetLastError();
}

TEST(memory, pinned_memory_is_not_the_devices_to_free) {
  void* pinned = nullptr;
  ASSERT_CUDA(cudaMallocHost(&pinned, 64));
  EXPECT_CUDA(cudaErrorInvalidValue, cudaFree(pinned));
  EXPECT_CUDA(cudaSuccess, cudaFreeHost(pinned));
  cudaGetLastError();
}

TEST(memory, free_waits_for_all_work) {
  Stream stream(cudaStreamNonBlocking);
  Buffer host(Where::pinned, 4);
  host[0] = 0;
  int* device = nullptr;
  ASSERT_CUDA(cudaMalloc(reinterpret_cast<void**>(&device), 16));
  ASSERT_CUDA(launch_fill(device, 3, 4, stream));
  ASSERT_CUDA(cudaMemcpyAsync(host.data(), device, host.bytes(), cudaMemcpyDeviceToHost, stream));
  EXPECT_CUDA(cudaSuccess, cudaFree(device));
  EXPECT_CUDA(cudaSuccess, cudaStreamQuery(stream));
  EXPECT_EQ(host[0], 3);
}

TEST(memory, stream_ordered_memory_can_be_used_and_freed_in_order) {
  Stream stream(cudaStreamNonBlocking);
  Buffer host(Where::pinned, 4);
  int* device = nullptr;
  Gate gate;
  gate.close(stream);
  ASSERT_CUDA(cudaMallocAsync(reinterpret_cast<void**>(&device), 16, stream));
  ASSERT_CUDA(launch_fill(device, 4, 4, stream));
  ASSERT_CUDA(cudaMemcpyAsync(host.data(), device, host.bytes(), cudaMemcpyDeviceToHost, stream));
  EXPECT_CUDA(cudaSuccess, cudaFreeAsync(device, stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(stream));
  gate.open();
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(host[3], 4);
}

TEST(memory, is_pinned_once_and_unpinned_once) {
  std::vector<int> host(1024);
  const std::size_t bytes = host.size() * sizeof(int);
  EXPECT_CUDA(cudaSuccess, cudaHostRegister(host.data(), bytes, cudaHostRegisterDefault));
  EXPECT_CUDA(cudaErrorHostMemoryAlreadyRegistered, cudaHostRegister(host.data(), bytes, cudaHostRegisterDefault));
  EXPECT_CUDA(cudaSuccess, cudaHostUnregister(host.data()));
  EXPECT_CUDA(cudaErrorHostMemoryNotRegistered, cudaHostUnregister(host.data()));
  cudaGetLastError();
}

}  // namespace
}  // namespace conformance
