// The watched program's kernels; from kernels.cpp on the simulated device, from kernels.cu on a real one.
#pragma once

#include <cuda_runtime_api.h>

cudaError_t launch_spin(const int* flag, cudaStream_t stream);  // until the mapped flag is not 0
cudaError_t launch_other(cudaStream_t stream);                  // ends at once
