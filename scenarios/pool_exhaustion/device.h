// The device of these scenarios, and its one kernel: from device_simulated.cpp on the scheduler, from device_real.cu on
// a GPU. Everything else is one source for both.
#pragma once

#include <memory>

#include <cuda_runtime_api.h>

namespace pool_exhaustion {

// Its life in one execution. One at a time in a process.
class Device {
 public:
  // `queries_may_fail`: whether each does is a choice of the schedule; on a GPU none does.
  explicit Device(bool queries_may_fail);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

// Computes the runs of a chunk, in 20 us: states[i] becomes the number of the run, observables[i] its negative.
cudaError_t launch_integrate(int* states, int* observables, int first_run, int runs, cudaStream_t stream);

}  // namespace pool_exhaustion
