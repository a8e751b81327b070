// The watched program's kernels for a real device.
#include "gpu/e2e/watched/kernels.h"

namespace {

__global__ void spin(const volatile int* flag) {
  while (*flag == 0) {
  }
}
__global__ void other() {}

}  // namespace

cudaError_t launch_spin(const int* flag, cudaStream_t stream) {
  spin<<<1, 1, 0, stream>>>(flag);
  return cudaGetLastError();
}

cudaError_t launch_other(cudaStream_t stream) {
  other<<<1, 1, 0, stream>>>();
  return cudaGetLastError();
}
