// The tests' kernels for the simulated device.
#include <time.h>

#include "gpu/conformance/support.h"
#include "gpu/device.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;

// Sleeps between two looks, so that virtual time passes.
void wait_for(const int* flag) {
  const timespec pause{0, 10'000};
  while (__atomic_load_n(flag, __ATOMIC_SEQ_CST) == 0) nanosleep(&pause, nullptr);
}
void fill(int* to, int value, int count) {
  for (int i = 0; i < count; ++i) to[i] = value;
}
void fault() { wedge::gpu::fail_in_kernel(cudaErrorIllegalAddress); }

const wedge::gpu::Kernel kernels[] = {{wait_for, "wait_for", 0us}, {fill, "fill", 20us}, {fault, "fault", 20us}};

}  // namespace

cudaError_t launch_wait_for(const int* flag, cudaStream_t stream) {
  void* arguments[] = {&flag};
  return cudaLaunchKernel(reinterpret_cast<const void*>(wait_for), 1, 1, arguments, 0, stream);
}

cudaError_t launch_fill(int* to, int value, int count, cudaStream_t stream) {
  void* arguments[] = {&to, &value, &count};
  return cudaLaunchKernel(reinterpret_cast<const void*>(fill), 1, 1, arguments, 0, stream);
}

cudaError_t launch_fault(cudaStream_t stream) {
  return cudaLaunchKernel(reinterpret_cast<const void*>(fault), 1, 1, nullptr, 0, stream);
}

bool is_simulated() { return true; }

}  // namespace conformance
