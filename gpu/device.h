// What a program may tell the simulated device: which kernels there are, how much memory, which faults may happen, and
// where the device's life begins and ends. Code under test needs none of it but the kernels.
#pragma once

#include <chrono>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include <cuda_runtime_api.h>

namespace wedge::gpu {

// A duration that no kernel reaches the end of.
inline constexpr std::chrono::nanoseconds never = std::chrono::nanoseconds::max();

// How to call a kernel with what cudaLaunchKernel was given.
struct KernelCode {
  const void* function = nullptr;
  const char* name = "";
  std::chrono::nanoseconds duration{0};
  std::vector<std::size_t> argument_sizes;
  void (*call)(const void* function, void** arguments) = nullptr;
};
void define_kernel(KernelCode code);

// Makes a function a kernel that cudaLaunchKernel accepts; one static object for each. It takes that much virtual time,
// and does what it does when that has passed. Thread-safe only before main.
class Kernel {
 public:
  template <typename... Arguments>
  Kernel(void (*function)(Arguments...), const char* name, std::chrono::nanoseconds duration) {
    define_kernel({reinterpret_cast<const void*>(function),
                   name,
                   duration,
                   {sizeof(Arguments)...},
                   [](const void* code, void** arguments) {
                     call(reinterpret_cast<void (*)(Arguments...)>(const_cast<void*>(code)), arguments,
                          std::index_sequence_for<Arguments...>());
                   }});
  }

 private:
  template <typename... Arguments, std::size_t... index>
  static void call(void (*function)(Arguments...), [[maybe_unused]] void** arguments, std::index_sequence<index...>) {
    function(*static_cast<Arguments*>(arguments[index])...);
  }
};

// Called by a kernel: the device stops with this error, which every call returns from then on.
void fail_in_kernel(cudaError_t error);

// What may go wrong. Whether it does, each time, is a choice of the schedule.
struct Faults {
  bool kernel_never_ends = false;
  bool launch_fails = false;  // asynchronously: cudaErrorLaunchFailure sticks to the device
  bool allocation_fails = false;
  bool query_fails = false;  // cudaEventQuery and cudaStreamQuery return cudaErrorUnknown, once
};

struct Options {
  std::size_t memory_bytes = std::size_t{1} << 26;
  Faults faults;
  bool may_leak = false;  // or else what is left at the end of the session is a misuse
};

// The life of the device. A scenario's body has one on its stack, so that the next execution finds a new device; a
// program of its own needs none. At the end kernels that never end are given up, the other work is waited for.
class Session {
 public:
  explicit Session(const Options& options = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  int exceptions_;
  bool may_leak_;
};

}  // namespace wedge::gpu
