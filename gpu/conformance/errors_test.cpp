// Errors of a call and errors of the device: who is told, when, and what makes it forgotten.
#include <string>
#include <thread>

#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(errors, the_last_one_is_kept_until_it_is_asked_for) {
  EXPECT_CUDA(cudaErrorInvalidDevice, cudaSetDevice(1'000'000));
  EXPECT_CUDA(cudaErrorInvalidDevice, cudaPeekAtLastError());
  int device = -1;
  EXPECT_CUDA(cudaSuccess, cudaGetDevice(&device));
  EXPECT_EQ(device, 0);
  EXPECT_CUDA(cudaErrorInvalidDevice, cudaGetLastError());
  EXPECT_CUDA(cudaSuccess, cudaGetLastError());
}

TEST(errors, each_thread_has_its_own_last_one) {
  EXPECT_CUDA(cudaErrorInvalidDevice, cudaSetDevice(1'000'000));
  cudaError_t other = cudaErrorUnknown;
  std::thread([&] { other = cudaPeekAtLastError(); }).join();
  EXPECT_CUDA(cudaSuccess, other);
  EXPECT_CUDA(cudaErrorInvalidDevice, cudaGetLastError());
}

TEST(errors, not_ready_is_kept_like_any_other) {
  Stream stream(cudaStreamNonBlocking);
  Gate gate;
  gate.close(stream);
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaGetLastError());
}

TEST(errors, a_launch_that_cannot_be_is_refused_at_once) {
  const int no_kernel = 0;
  EXPECT_CUDA(cudaErrorInvalidDeviceFunction, cudaLaunchKernel(&no_kernel, 1, 1, nullptr, 0, nullptr));
  cudaGetLastError();
}

TEST(errors, have_names_and_words) {
  EXPECT_STREQ(cudaGetErrorName(cudaErrorNotReady), "cudaErrorNotReady");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorNotReady), "device not ready");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorMemoryAllocation), "out of memory");
  EXPECT_STREQ(cudaGetErrorName(static_cast<cudaError_t>(123456)), "unrecognized error code");
}

// The device fails in these; each begins a new life of it at its end.
TEST(failed_device, is_noticed_when_it_is_waited_for_and_stays_failed) {
  Stream stream;
  EXPECT_CUDA(cudaSuccess, launch_fault(stream));
  EXPECT_CUDA(cudaErrorIllegalAddress, cudaStreamSynchronize(stream));
  EXPECT_CUDA(cudaErrorIllegalAddress, cudaStreamQuery(stream));
  void* memory = nullptr;
  EXPECT_CUDA(cudaErrorIllegalAddress, cudaMalloc(&memory, 16));
  EXPECT_CUDA(cudaErrorIllegalAddress, cudaGetLastError());
  EXPECT_CUDA(cudaErrorIllegalAddress, cudaGetLastError());
  cudaDeviceReset();
  EXPECT_CUDA(cudaSuccess, cudaGetLastError());
}

TEST(failed_device, tells_callbacks_and_runs_no_host_functions) {
  cudaStream_t stream = nullptr;
  ASSERT_CUDA(cudaStreamCreate(&stream));
  struct Seen {
    bool host_function = false;
    cudaError_t callback = cudaSuccess;
  };
  Seen seen;
  Gate gate;  // or the device may have failed before the next call
  gate.close(stream);
  EXPECT_CUDA(cudaSuccess, launch_fault(stream));
  cudaLaunchHostFunc(
      stream, [](void* data) { static_cast<Seen*>(data)->host_function = true; }, &seen);
  cudaStreamAddCallback(
      stream, [](cudaStream_t, cudaError_t status, void* data) { static_cast<Seen*>(data)->callback = status; }, &seen,
      0);
  gate.open();
  EXPECT_CUDA(cudaErrorIllegalAddress, cudaStreamSynchronize(stream));
  EXPECT_FALSE(seen.host_function);
  EXPECT_CUDA(cudaErrorIllegalAddress, seen.callback);
  cudaDeviceReset();
}

// Beyond what the API defines: a real device may do anything here.
TEST(destroyed_handles, are_told_from_live_ones) {
  if (!is_simulated()) GTEST_SKIP() << "NOT TESTED on a device: what happens there is undefined";
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  ASSERT_CUDA(cudaStreamCreate(&stream));
  ASSERT_CUDA(cudaEventCreate(&event));
  ASSERT_CUDA(cudaStreamDestroy(stream));
  ASSERT_CUDA(cudaEventDestroy(event));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaStreamQuery(stream));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaStreamDestroy(stream));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaEventQuery(event));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaEventDestroy(event));
  cudaGetLastError();
}

}  // namespace
}  // namespace conformance
