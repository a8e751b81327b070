// Which copies the host waits for, by where the memory is.
#include <cstring>
#include <numeric>
#include <vector>

#include "gpu/conformance/support.h"

namespace conformance {
namespace {

TEST(copies, go_there_and_back) {
  std::vector<int> host(100);
  std::iota(host.begin(), host.end(), 0);
  std::vector<int> back(100);
  Buffer device(Where::device, 100);
  Buffer other(Where::device, 100);
  ASSERT_CUDA(cudaMemcpy(device.data(), host.data(), device.bytes(), cudaMemcpyHostToDevice));
  ASSERT_CUDA(cudaMemcpy(other.data(), device.data(), device.bytes(), cudaMemcpyDeviceToDevice));
  ASSERT_CUDA(cudaMemcpy(back.data(), other.data(), device.bytes(), cudaMemcpyDefault));
  EXPECT_EQ(host, back);
}

TEST(copies, of_pinned_memory_do_not_hold_up_the_host) {
  Stream stream(cudaStreamNonBlocking);
  Buffer device(Where::device, 4);
  Buffer host(Where::pinned, 4);
  Gate gate;
  gate.close(stream);
  EXPECT_CUDA(cudaSuccess, cudaMemcpyAsync(device.data(), host.data(), 16, cudaMemcpyHostToDevice, stream));
  EXPECT_CUDA(cudaSuccess, cudaMemcpyAsync(host.data(), device.data(), 16, cudaMemcpyDeviceToHost, stream));
  EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(stream));
}

TEST(copies, from_pinned_memory_take_what_is_there_when_their_turn_comes) {
  Stream stream(cudaStreamNonBlocking);
  Buffer device(Where::device, 1);
  Buffer host(Where::pinned, 1);
  Buffer back(Where::pinned, 1);
  Gate gate;
  gate.close(stream);
  host[0] = 1;
  ASSERT_CUDA(cudaMemcpyAsync(device.data(), host.data(), 4, cudaMemcpyHostToDevice, stream));
  host[0] = 2;
  gate.open();
  ASSERT_CUDA(cudaMemcpyAsync(back.data(), device.data(), 4, cudaMemcpyDeviceToHost, stream));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(back[0], 2);
}

TEST(copies, from_pageable_memory_take_what_is_there_at_the_call) {
  Stream stream(cudaStreamNonBlocking);
  Buffer device(Where::device, 1);
  Buffer back(Where::pinned, 1);
  int host = 1;
  ASSERT_CUDA(cudaMemcpyAsync(device.data(), &host, 4, cudaMemcpyHostToDevice, stream));
  host = 2;
  ASSERT_CUDA(cudaMemcpyAsync(back.data(), device.data(), 4, cudaMemcpyDeviceToHost, stream));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(back[0], 1);
}

TEST(copies, into_pageable_memory_are_complete_when_the_call_returns) {
  Stream stream(cudaStreamNonBlocking);
  Buffer device(Where::device, 1);
  int host = 0;
  ASSERT_CUDA(launch_fill(device.data(), 6, 1, stream));
  ASSERT_CUDA(cudaMemcpyAsync(&host, device.data(), 4, cudaMemcpyDeviceToHost, stream));
  EXPECT_EQ(host, 6);
}

TEST(copies, on_the_host_are_complete_when_the_call_returns) {
  Stream stream(cudaStreamNonBlocking);
  int from = 8;
  int to = 0;
  ASSERT_CUDA(cudaMemcpyAsync(&to, &from, 4, cudaMemcpyHostToHost, stream));
  EXPECT_EQ(to, 8);
}

TEST(copies, without_a_stream_wait_for_blocking_streams) {
  Stream blocking;
  Buffer device(Where::device, 1);
  int host = 0;
  ASSERT_CUDA(launch_fill(device.data(), 9, 1, blocking));
  ASSERT_CUDA(cudaMemcpy(&host, device.data(), 4, cudaMemcpyDeviceToHost));
  EXPECT_EQ(host, 9);
}

TEST(copies, of_registered_memory_count_as_pinned) {
  Stream stream(cudaStreamNonBlocking);
  std::vector<int> host(1024);
  ASSERT_CUDA(cudaHostRegister(host.data(), 4096, cudaHostRegisterDefault));
  Buffer device(Where::device, 1024);
  {
    Gate gate;
    gate.close(stream);
    EXPECT_CUDA(cudaSuccess, cudaMemcpyAsync(host.data(), device.data(), 4096, cudaMemcpyDeviceToHost, stream));
    EXPECT_CUDA(cudaErrorNotReady, cudaStreamQuery(stream));
  }
  EXPECT_CUDA(cudaSuccess, cudaHostUnregister(host.data()));
}

TEST(copies, of_no_bytes_do_nothing) {
  EXPECT_CUDA(cudaSuccess, cudaMemcpy(nullptr, nullptr, 0, cudaMemcpyHostToHost));
}

TEST(copies, need_memory_of_the_device_where_they_say_so) {
  int host = 0;
  int other = 0;
  EXPECT_CUDA(cudaErrorInvalidValue, cudaMemcpy(&host, &other, 4, cudaMemcpyHostToDevice));
  EXPECT_CUDA(cudaErrorInvalidMemcpyDirection, cudaMemcpy(&host, &other, 4, static_cast<cudaMemcpyKind>(7)));
  cudaGetLastError();
}

TEST(fills, are_done_in_order) {
  Stream stream(cudaStreamNonBlocking);
  Buffer device(Where::device, 2);
  Buffer host(Where::pinned, 2);
  ASSERT_CUDA(launch_fill(device.data(), 7, 2, stream));
  ASSERT_CUDA(cudaMemsetAsync(device.data(), 1, 4, stream));
  ASSERT_CUDA(cudaMemcpyAsync(host.data(), device.data(), 8, cudaMemcpyDeviceToHost, stream));
  ASSERT_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(host[0], 0x01010101);
  EXPECT_EQ(host[1], 7);
}

TEST(fills, of_pinned_memory_are_complete_when_memset_returns) {
  Buffer host(Where::pinned, 1);
  ASSERT_CUDA(cudaMemset(host.data(), 0, 4));
  EXPECT_EQ(host[0], 0);
}

}  // namespace
}  // namespace conformance
