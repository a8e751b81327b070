// Host functions and callbacks: when they run, and what they must not do.
#include <atomic>
#include <vector>

#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(host_functions, run_in_order_with_the_work_around_them) {
  struct Seen {
    int* buffer;
    int value;
  };
  Stream stream(cudaStreamNonBlocking);
  Buffer device(Where::device, 1);
  Buffer host(Where::pinned, 1);
  host[0] = 0;
  Seen seen{host.data(), 0};
  ASSERT_CUDA(launch_fill(device.data(), 3, 1, stream));
  ASSERT_CUDA(cudaMemcpyAsync(host.data(), device.data(), 4, cudaMemcpyDeviceToHost, stream));
  ASSERT_CUDA(cudaLaunchHostFunc(
      stream,
      [](void* data) {
        auto* at = static_cast<Seen*>(data);
        at->value = *at->buffer;
      },
      &seen));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(seen.value, 3);
}

TEST(host_functions, hold_up_what_is_behind_them) {
  Stream stream(cudaStreamNonBlocking);
  std::atomic<int> open{0};
  ASSERT_CUDA(cudaLaunchHostFunc(
      stream,
      [](void* data) {
        auto* flag = static_cast<std::atomic<int>*>(data);
        flag->wait(0);
      },
      &open));
  Event event;
  ASSERT_CUDA(cudaEventRecord(event, stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaEventQuery(event));
  open = 1;
  open.notify_all();
  EXPECT_CUDA(cudaSuccess, cudaEventSynchronize(event));
}

TEST(host_functions, callbacks_are_told_the_stream_and_that_all_is_well) {
  struct Told {
    cudaStream_t stream = nullptr;
    cudaError_t status = cudaErrorUnknown;
  };
  Stream stream;
  Told told;
  ASSERT_CUDA(cudaStreamAddCallback(
      stream,
      [](cudaStream_t of, cudaError_t status, void* data) {
        *static_cast<Told*>(data) = {of, status};
      },
      &told, 0));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(told.stream, static_cast<cudaStream_t>(stream));
  EXPECT_CUDA(cudaSuccess, told.status);
}

TEST(host_functions, of_one_stream_run_one_after_another) {
  Stream stream(cudaStreamNonBlocking);
  std::vector<int> order;
  struct Step {
    std::vector<int>* order;
    int number;
  };
  Step steps[] = {{&order, 0}, {&order, 1}, {&order, 2}};
  for (Step& step : steps)
    ASSERT_CUDA(cudaLaunchHostFunc(
        stream,
        [](void* data) {
          const auto* at = static_cast<Step*>(data);
          at->order->push_back(at->number);
        },
        &step));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(host_functions, must_not_call_cuda) {
  Stream stream;
  cudaError_t seen = cudaSuccess;
  ASSERT_CUDA(cudaLaunchHostFunc(
      stream, [](void* data) { *static_cast<cudaError_t*>(data) = cudaStreamQuery(nullptr); }, &seen));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_CUDA(cudaErrorNotPermitted, seen);
}

TEST(host_functions, none_is_an_error) {
  Stream stream;
  EXPECT_CUDA(cudaErrorInvalidValue, cudaLaunchHostFunc(stream, nullptr, nullptr));
  EXPECT_CUDA(cudaErrorInvalidValue, cudaStreamAddCallback(stream, nullptr, nullptr, 0));
  cudaGetLastError();
}

}  // namespace
}  // namespace conformance
