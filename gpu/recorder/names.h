// The names of kernels: what the compiler's start-up code tells the runtime about them.
#pragma once

#include <cstdint>

namespace wedge::recorder {

// `key` is the host function that stands for the kernel, or the handle that was got for that.
void remember_kernel(const void* key, const void* function, const char* name);
struct KernelName {
  std::uint64_t function = 0;  // 0: not known
  const char* name = nullptr;  // null: not known
};
KernelName kernel_name(const void* key);

}  // namespace wedge::recorder
