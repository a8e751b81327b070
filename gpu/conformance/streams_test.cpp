// What streams promise: order within one, independence between two, and what may be asked of them.
#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(streams, do_their_work_in_order) {
  Stream stream;
  Buffer device(Where::device, 8);
  Buffer host(Where::pinned, 8);
  ASSERT_CUDA(launch_fill(device.data(), 1, 8, stream));
  ASSERT_CUDA(launch_fill(device.data(), 2, 8, stream));
  ASSERT_CUDA(cudaMemcpyAsync(host.data(), device.data(), host.bytes(), cudaMemcpyDeviceToHost, stream));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(host[0], 2);
  EXPECT_EQ(host[7], 2);
}

TEST(streams, are_ready_when_nothing_was_ever_enqueued) {
  Stream stream;
  EXPECT_CUDA(cudaSuccess, cudaStreamQuery(stream));
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(stream));
}

TEST(streams, are_not_ready_while_work_is_pending) {
  Stream stream;
  Gate gate;
  gate.close(stream);
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(stream));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(stream));
  EXPECT_CUDA(cudaSuccess, cudaStreamQuery(stream));
}

TEST(streams, do_not_wait_for_each_other) {
  Stream busy(cudaStreamNonBlocking);
  Stream other(cudaStreamNonBlocking);
  Buffer device(Where::device, 4);
  Gate gate;
  gate.close(busy);
  ASSERT_CUDA(launch_fill(device.data(), 1, 4, other));
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(other));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(busy));
}

TEST(streams, finish_what_was_enqueued_before_they_were_destroyed) {
  Buffer device(Where::device, 4);
  Buffer host(Where::pinned, 4);
  cudaStream_t stream = nullptr;
  ASSERT_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  Gate gate;
  gate.close(stream);
  ASSERT_CUDA(launch_fill(device.data(), 5, 4, stream));
  ASSERT_CUDA(cudaMemcpyAsync(host.data(), device.data(), host.bytes(), cudaMemcpyDeviceToHost, stream));
  EXPECT_CUDA(cudaSuccess, cudaStreamDestroy(stream));
  gate.open();
  ASSERT_CUDA(cudaDeviceSynchronize());
  EXPECT_EQ(host[3], 5);
}

TEST(streams, keep_their_flags_and_a_priority_within_the_range) {
  int least = 0;
  int greatest = 0;
  ASSERT_CUDA(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  EXPECT_LE(greatest, least);
  cudaStream_t stream = nullptr;
  ASSERT_CUDA(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest - 100));
  int priority = 1;
  unsigned int flags = 0;
  EXPECT_CUDA(cudaSuccess, cudaStreamGetPriority(stream, &priority));
  EXPECT_CUDA(cudaSuccess, cudaStreamGetFlags(stream, &flags));
  EXPECT_EQ(priority, greatest);
  EXPECT_EQ(flags, unsigned{cudaStreamNonBlocking});
  EXPECT_CUDA(cudaSuccess, cudaStreamDestroy(stream));
}

TEST(streams, are_not_made_with_unknown_flags) {
  cudaStream_t stream = nullptr;
  EXPECT_CUDA(cudaErrorInvalidValue, cudaStreamCreateWithFlags(&stream, 0x80));
  EXPECT_CUDA(cudaErrorInvalidValue, cudaStreamCreate(nullptr));
  cudaGetLastError();
}

TEST(streams, the_default_ones_cannot_be_destroyed) {
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaStreamDestroy(nullptr));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaStreamDestroy(cudaStreamPerThread));
  cudaGetLastError();
}

TEST(streams, wait_for_what_an_event_stood_for_when_they_were_told) {
  Stream first(cudaStreamNonBlocking);
  Stream second(cudaStreamNonBlocking);
  Stream third(cudaStreamNonBlocking);
  Event event;
  Gate gate;
  Gate later;
  gate.close(first);
  ASSERT_CUDA(cudaEventRecord(event, first));
  ASSERT_CUDA(cudaStreamWaitEvent(second, event, 0));
  later.close(third);
  ASSERT_CUDA(cudaEventRecord(event, third));  // does not concern the wait
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(second));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(second));
  EXPECT_CUDA(cudaErrorNotReady, cudaEventQuery(event));
}

TEST(streams, do_not_wait_for_an_event_that_was_never_recorded) {
  Stream stream;
  Event event;
  EXPECT_CUDA(cudaSuccess, cudaStreamWaitEvent(stream, event, 0));
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(stream));
}

TEST(streams, wait_for_an_event_though_it_is_destroyed_meanwhile) {
  Stream first(cudaStreamNonBlocking);
  Stream second(cudaStreamNonBlocking);
  Gate gate;
  gate.close(first);
  cudaEvent_t event = nullptr;
  ASSERT_CUDA(cudaEventCreate(&event));
  ASSERT_CUDA(cudaEventRecord(event, first));
  ASSERT_CUDA(cudaStreamWaitEvent(second, event, 0));
  EXPECT_CUDA(cudaSuccess, cudaEventDestroy(event));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(second));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(second));
}

}  // namespace
}  // namespace conformance
