// What the programs have in common: calls that must succeed, two kernels, and the device's life.
#pragma once

#include <cassert>

#include <cuda_runtime_api.h>

#include <wedge/scenario.h>
#include "gpu/device.h"

namespace programs {

inline void must(cudaError_t error) { assert(error == cudaSuccess); }

inline constexpr int count = 16;
inline constexpr std::size_t bytes = count * sizeof(int);

// Kernels of 20 us each.
cudaError_t try_fill(int* to, int value, cudaStream_t stream);
void fill(int* to, int value, cudaStream_t stream);
void add(int* to, int value, cudaStream_t stream);

inline int* on_device() {
  void* memory = nullptr;
  must(cudaMalloc(&memory, bytes));
  return static_cast<int*>(memory);
}
inline int* pinned() {
  void* memory = nullptr;
  must(cudaMallocHost(&memory, bytes));
  return static_cast<int*>(memory);
}
inline cudaStream_t new_stream(unsigned int flags = cudaStreamNonBlocking) {
  cudaStream_t stream = nullptr;
  must(cudaStreamCreateWithFlags(&stream, flags));
  return stream;
}
inline cudaEvent_t new_event() {
  cudaEvent_t event = nullptr;
  must(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return event;
}
inline void to_host(int* to, const int* from, cudaStream_t stream) {
  must(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream));
}
inline void to_device(int* to, const int* from, cudaStream_t stream) {
  must(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream));
}

}  // namespace programs
