// The watched program's kernels for the simulated device: functions of the host, on threads of the host.
#include "gpu/e2e/watched/kernels.h"

#include <time.h>

#include "gpu/device.h"

namespace {

using namespace std::chrono_literals;

// Sleeps between two looks: tests run beside it.
void spin(const int* flag) {
  const timespec pause{0, 1'000'000};
  while (__atomic_load_n(flag, __ATOMIC_SEQ_CST) == 0) nanosleep(&pause, nullptr);
}
void other() {}

const wedge::gpu::Kernel kernels[] = {{spin, "spin", 0us}, {other, "other", 0us}};

}  // namespace

cudaError_t launch_spin(const int* flag, cudaStream_t stream) {
  void* arguments[] = {&flag};
  return cudaLaunchKernel(reinterpret_cast<const void*>(spin), 1, 1, arguments, 0, stream);
}

cudaError_t launch_other(cudaStream_t stream) {
  return cudaLaunchKernel(reinterpret_cast<const void*>(other), 1, 1, nullptr, 0, stream);
}
