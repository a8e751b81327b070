// The programs' kernels.
#include "gpu/programs/support.h"

namespace programs {
namespace {

using namespace std::chrono_literals;

void fill_with(int* to, int value) {
  for (int i = 0; i < count; ++i) to[i] = value;
}
void add_to(int* to, int value) {
  for (int i = 0; i < count; ++i) to[i] += value;
}

const wedge::gpu::Kernel kernels[] = {{fill_with, "fill", 20us}, {add_to, "add", 20us}};

cudaError_t launch(void (*kernel)(int*, int), int* to, int value, cudaStream_t stream) {
  void* arguments[] = {&to, &value};
  return cudaLaunchKernel(reinterpret_cast<const void*>(kernel), 1, 1, arguments, 0, stream);
}

}  // namespace

cudaError_t try_fill(int* to, int value, cudaStream_t stream) { return launch(fill_with, to, value, stream); }
void fill(int* to, int value, cudaStream_t stream) { must(try_fill(to, value, stream)); }
void add(int* to, int value, cudaStream_t stream) { must(launch(add_to, to, value, stream)); }

}  // namespace programs
