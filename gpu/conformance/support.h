// What every conformance test uses: a stream with work that stays pending until the test lets it go, and memory that
// is given back.
#pragma once

#include <cuda_runtime_api.h>

#include <gtest/gtest.h>

namespace conformance {

// Kernels; from kernels.cpp on the simulated device, from kernels.cu on a real one.
cudaError_t launch_wait_for(const int* flag, cudaStream_t stream);  // until the pinned flag is not 0
cudaError_t launch_fill(int* to, int value, int count, cudaStream_t stream);
cudaError_t launch_fault(cudaStream_t stream);  // reads where nothing is
bool is_simulated();

#define EXPECT_CUDA(expected, call) EXPECT_EQ(cudaGetErrorName(expected), std::string(cudaGetErrorName(call)))
#define ASSERT_CUDA(call) ASSERT_EQ(cudaSuccess, call) << cudaGetErrorName(cudaPeekAtLastError())

enum class Where { device, pinned };

class Buffer {
 public:
  Buffer(Where where, int count) : where_(where), count_(count) {
    void* memory = nullptr;
    const std::size_t size = sizeof(int) * static_cast<std::size_t>(count);
    EXPECT_EQ(cudaSuccess, where == Where::device ? cudaMalloc(&memory, size) : cudaMallocHost(&memory, size));
    data_ = static_cast<int*>(memory);
  }
  ~Buffer() { where_ == Where::device ? cudaFree(data_) : cudaFreeHost(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  int* data() { return data_; }
  std::size_t bytes() const { return sizeof(int) * static_cast<std::size_t>(count_); }
  int& operator[](int i) { return data_[i]; }

 private:
  Where where_;
  int count_;
  int* data_ = nullptr;
};

class Stream {
 public:
  explicit Stream(unsigned int flags = cudaStreamDefault) {
    EXPECT_EQ(cudaSuccess, cudaStreamCreateWithFlags(&handle_, flags));
  }
  ~Stream() { cudaStreamDestroy(handle_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  operator cudaStream_t() const { return handle_; }

 private:
  cudaStream_t handle_ = nullptr;
};

class Event {
 public:
  explicit Event(unsigned int flags = cudaEventDefault) {
    EXPECT_EQ(cudaSuccess, cudaEventCreateWithFlags(&handle_, flags));
  }
  ~Event() { cudaEventDestroy(handle_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  operator cudaEvent_t() const { return handle_; }

 private:
  cudaEvent_t handle_ = nullptr;
};

// Keeps a stream busy until it is opened, at the latest at its end.
class Gate {
 public:
  Gate() : flag_(Where::pinned, 1) { flag_[0] = 0; }
  ~Gate() {
    open();
    cudaDeviceSynchronize();
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  void close(cudaStream_t stream) { EXPECT_EQ(cudaSuccess, launch_wait_for(flag_.data(), stream)); }
  void open() { __atomic_store_n(flag_.data(), 1, __ATOMIC_SEQ_CST); }

 private:
  Buffer flag_;
};

}  // namespace conformance
