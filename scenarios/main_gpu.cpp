// The program that holds the scenarios of GPU host code, for real devices: `wedge run --rung gpu` talks to it. Where
// there is no device it says so, and ends with the status of what is skipped.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include <cuda_runtime_api.h>

#include <wedge/scenario.h>

namespace {

constexpr int exit_skipped = 77;

// Says why not. Asked in a process of its own: once CUDA has been used, a process has no children that can use it, and
// some scenarios have some.
bool has_device() {
  const pid_t child = ::fork();
  if (child == 0) {
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess)
      std::printf("there is no CUDA device here that can be used: %s\n", cudaGetErrorString(error));
    std::fflush(stdout);
    ::_exit(error == cudaSuccess ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main(int argc, char** argv) { return has_device() ? wedge::scenario_main(argc, argv) : exit_skipped; }
