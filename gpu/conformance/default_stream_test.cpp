// The legacy default stream waits for the blocking streams, and they for it; non-blocking ones go their own way.
#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(default_stream, waits_for_blocking_streams) {
  Stream blocking;
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(blocking);
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, nullptr));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(nullptr));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(nullptr));
  EXPECT_CUDA(cudaSuccess, cudaStreamQuery(blocking));
}

TEST(default_stream, holds_up_blocking_streams) {
  Stream blocking;
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(cudaStreamLegacy);
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, blocking));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(blocking));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(blocking));
}

TEST(default_stream, does_not_wait_for_non_blocking_streams) {
  Stream own_way(cudaStreamNonBlocking);
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(own_way);
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, nullptr));
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(nullptr));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(own_way));
}

TEST(default_stream, does_not_hold_up_non_blocking_streams) {
  Stream own_way(cudaStreamNonBlocking);
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(nullptr);
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, own_way));
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(own_way));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(nullptr));
}

TEST(default_stream, two_blocking_streams_wait_for_each_other_by_way_of_it) {
  Stream first;
  Stream second;
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(first);
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, nullptr));
  ASSERT_CUDA(launch_fill(device.data(), 2, 4, second));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(second));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(second));
}

TEST(default_stream, an_event_recorded_on_it_stands_for_blocking_streams_too) {
  Stream blocking;
  Event event;
  Gate gate;
  gate.close(blocking);
  ASSERT_CUDA(cudaEventRecord(event, nullptr));
  EXPECT_CUDA(cudaErrorNotReady, cudaEventQuery(event));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaEventSynchronize(event));
}

TEST(default_stream, the_per_thread_one_is_a_blocking_stream) {
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(cudaStreamPerThread);
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(cudaStreamPerThread));
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, cudaStreamLegacy));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(cudaStreamLegacy));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(cudaStreamLegacy));
}

}  // namespace
}  // namespace conformance
