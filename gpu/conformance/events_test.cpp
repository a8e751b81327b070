// What events stand for: the last record, and before the first one nothing at all.
#include <thread>

#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(events, are_complete_before_they_are_recorded) {
  Event event;
  EXPECT_CUDA(cudaSuccess, cudaEventQuery(event));
  EXPECT_CUDA(cudaSuccess, cudaEventSynchronize(event));
}

TEST(events, are_not_complete_before_the_work_ahead_of_them) {
  Stream stream;
  Event event;
  Gate gate;
  gate.close(stream);
  ASSERT_CUDA(cudaEventRecord(event, stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaEventQuery(event));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaEventSynchronize(event));
  EXPECT_CUDA(cudaSuccess, cudaEventQuery(event));
}

TEST(events, do_not_stand_for_work_behind_them) {
  Stream stream(cudaStreamNonBlocking);
  Event event;
  Gate gate;
  ASSERT_CUDA(cudaEventRecord(event, stream));
  gate.close(stream);
  EXPECT_CUDA(cudaSuccess, cudaEventSynchronize(event));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(stream));
}

TEST(events, stand_for_their_last_record) {
  Stream stream(cudaStreamNonBlocking);
  Event event;
  ASSERT_CUDA(cudaEventRecord(event, stream));
  ASSERT_CUDA(cudaEventSynchronize(event));
  Gate gate;
  gate.close(stream);
  ASSERT_CUDA(cudaEventRecord(event, stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaEventQuery(event));
}

TEST(events, a_later_record_elsewhere_replaces_one_that_is_pending) {
  Stream busy(cudaStreamNonBlocking);
  Stream idle(cudaStreamNonBlocking);
  Event event;
  Gate gate;
  gate.close(busy);
  ASSERT_CUDA(cudaEventRecord(event, busy));
  ASSERT_CUDA(cudaEventRecord(event, idle));
  EXPECT_CUDA(cudaSuccess, cudaEventSynchronize(event));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(busy));
}

TEST(events, tell_time_only_between_two_that_are_complete) {
  Stream stream;
  Event start;
  Event end;
  Gate gate;
  float ms = -1;
  ASSERT_CUDA(cudaEventRecord(start, stream));
  gate.close(stream);
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, start, end));  // never recorded
  ASSERT_CUDA(cudaEventRecord(end, stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaEventElapsedTime(&ms, start, end));
  gate.open();
  ASSERT_CUDA(cudaEventSynchronize(end));
  EXPECT_CUDA(cudaSuccess, cudaEventElapsedTime(&ms, start, end));
  EXPECT_GE(ms, 0);
  cudaGetLastError();
}

TEST(events, without_timing_tell_no_time) {
  Stream stream;
  Event start(cudaEventDisableTiming);
  Event end(cudaEventDisableTiming | cudaEventBlockingSync);
  float ms = -1;
  ASSERT_CUDA(cudaEventRecord(start, stream));
  ASSERT_CUDA(cudaEventRecord(end, stream));
  ASSERT_CUDA(cudaEventSynchronize(end));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, start, end));
  cudaGetLastError();
}

TEST(events, are_not_made_with_unknown_flags) {
  cudaEvent_t event = nullptr;
  EXPECT_CUDA(cudaErrorInvalidValue, cudaEventCreateWithFlags(&event, 0x80));
  EXPECT_CUDA(cudaErrorInvalidValue, cudaEventCreateWithFlags(&event, cudaEventInterprocess));  // needs no timing
  cudaGetLastError();
}

TEST(events, no_handle_is_an_invalid_one) {
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaEventQuery(nullptr));
  EXPECT_CUDA(cudaErrorInvalidResourceHandle, cudaEventDestroy(nullptr));
  cudaGetLastError();
}

TEST(events, may_be_destroyed_while_pending) {
  Stream stream;
  Gate gate;
  gate.close(stream);
  cudaEvent_t event = nullptr;
  ASSERT_CUDA(cudaEventCreate(&event));
  ASSERT_CUDA(cudaEventRecord(event, stream));
  EXPECT_CUDA(cudaSuccess, cudaEventDestroy(event));
  gate.open();
  EXPECT_CUDA(cudaSuccess, cudaStreamSynchronize(stream));
}

TEST(events, wake_several_threads_that_wait) {
  Stream stream;
  Event event(cudaEventBlockingSync);
  Gate gate;
  gate.close(stream);
  ASSERT_CUDA(cudaEventRecord(event, stream));
  cudaError_t seen[2] = {cudaErrorUnknown, cudaErrorUnknown};
  std::thread one([&] { seen[0] = cudaEventSynchronize(event); });
  std::thread two([&] { seen[1] = cudaEventSynchronize(event); });
  gate.open();
  one.join();
  two.join();
  EXPECT_CUDA(cudaSuccess, seen[0]);
  EXPECT_CUDA(cudaSuccess, seen[1]);
}

}  // namespace
}  // namespace conformance
