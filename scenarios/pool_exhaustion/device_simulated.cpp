// The device on the scheduler.
#include "gpu/device.h"
#include "scenarios/pool_exhaustion/device.h"

namespace pool_exhaustion {
namespace {

using namespace std::chrono_literals;

void integrate(int* states, int* observables, int first_run, int runs) {
  for (int i = 0; i < runs; ++i) {
    states[i] = first_run + i;
    observables[i] = -(first_run + i);
  }
}

const wedge::gpu::Kernel kernel{integrate, "integrate", 20us};

}  // namespace

struct Device::Session {
  wedge::gpu::Session session;
};

Device::Device(bool queries_may_fail)
    : session_(new Session{wedge::gpu::Session({.faults = {.query_fails = queries_may_fail}})}) {}
Device::~Device() = default;

cudaError_t launch_integrate(int* states, int* observables, int first_run, int runs, cudaStream_t stream) {
  void* arguments[] = {&states, &observables, &first_run, &runs};
  return cudaLaunchKernel(reinterpret_cast<const void*>(integrate), 1, 1, arguments, 0, stream);
}

}  // namespace pool_exhaustion
