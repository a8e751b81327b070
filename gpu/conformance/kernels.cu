// The tests' kernels for a real device.
#include "gpu/conformance/support.h"

namespace conformance {
namespace {

__global__ void wait_for(const volatile int* flag) {
  while (*flag == 0) {
  }
}
__global__ void fill(int* to, int value, int count) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) to[i] = value;
}
__global__ void fault() { *static_cast<volatile int*>(nullptr) = 1; }

}  // namespace

cudaError_t launch_wait_for(const int* flag, cudaStream_t stream) {
  wait_for<<<1, 1, 0, stream>>>(flag);
  return cudaGetLastError();
}

cudaError_t launch_fill(int* to, int value, int count, cudaStream_t stream) {
  fill<<<1, 32, 0, stream>>>(to, value, count);
  return cudaGetLastError();
}

cudaError_t launch_fault(cudaStream_t stream) {
  fault<<<1, 1, 0, stream>>>();
  return cudaGetLastError();
}

bool is_simulated() { return false; }

}  // namespace conformance
