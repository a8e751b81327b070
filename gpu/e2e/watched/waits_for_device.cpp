// Hangs in the CUDA runtime, in the way that its argument names: what `wedge watch --cuda` is tested on. One source for
// the simulated library, which here runs free of any control, and for a real device.
//
//   event          behind a kernel that spins on a mapped flag, by way of another stream
//   several        behind one of two kernels
//   function       behind a host function that wants a mutex which the waiting thread holds
//   many           behind a kernel, and more work than the recorder keeps
//   nothing        does not hang
//   answers        prints what calls return, with a device or without one
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "gpu/e2e/watched/kernels.h"

namespace {

constexpr int skipped = 77;

void must(cudaError_t error) {
  if (error == cudaSuccess) return;
  std::printf("%s\n", cudaGetErrorName(error));
  std::exit(1);
}

cudaStream_t new_stream(unsigned int flags = cudaStreamNonBlocking) {
  cudaStream_t stream = nullptr;
  must(cudaStreamCreateWithFlags(&stream, flags));
  return stream;
}

cudaEvent_t new_event() {
  cudaEvent_t event = nullptr;
  must(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return event;
}

int* mapped_flag(int value) {
  void* memory = nullptr;
  must(cudaHostAlloc(&memory, sizeof(int), cudaHostAllocMapped));
  *static_cast<volatile int*>(memory) = value;
  return static_cast<int*>(memory);
}

// Nobody sets the flag.
void wait_for_event() {
  int* const open = mapped_flag(1);
  int* const closed = mapped_flag(0);
  cudaStream_t one = new_stream();
  cudaStream_t two = new_stream();
  const cudaEvent_t between = new_event();
  const cudaEvent_t end = new_event();
  must(launch_spin(open, one));
  must(cudaStreamSynchronize(one));
  must(launch_spin(closed, one));
  must(cudaEventRecord(between, one));
  must(cudaStreamWaitEvent(two, between, 0));
  must(cudaEventRecord(end, two));
  must(cudaEventSynchronize(end));
}

void wait_for_several() {
  cudaStream_t stream = new_stream();
  must(launch_spin(mapped_flag(0), stream));
  must(launch_other(stream));
  must(cudaStreamSynchronize(stream));
}

void wait_behind_many() {
  cudaStream_t stream = new_stream();
  must(launch_spin(mapped_flag(0), stream));
  for (int i = 0; i < 500; ++i) must(launch_other(stream));
  must(cudaStreamSynchronize(stream));
}

void lock_and_unlock(void* mutex) { const std::lock_guard lock(*static_cast<std::mutex*>(mutex)); }

void wait_for_function() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  cudaStream_t stream = new_stream();
  must(cudaLaunchHostFunc(stream, lock_and_unlock, &mutex));
  must(cudaStreamSynchronize(stream));
}

void wait_for_nothing() {
  cudaStream_t stream = new_stream();
  must(launch_spin(mapped_flag(1), stream));
  must(cudaStreamSynchronize(stream));
  must(cudaStreamDestroy(stream));
}

void say(const char* call, cudaError_t error) { std::printf("%s: %s\n", call, cudaGetErrorName(error)); }

void print_answers() {
  int from = 0;
  int to = 0;
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  void* memory = nullptr;
  say("cudaStreamCreateWithFlags", cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  say("cudaEventCreateWithFlags", cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  say("cudaMalloc", cudaMalloc(&memory, sizeof from));
  say("cudaMemcpyAsync", cudaMemcpyAsync(memory, &from, sizeof from, cudaMemcpyHostToDevice, stream));
  say("cudaMemsetAsync", cudaMemsetAsync(memory, 0, sizeof from, stream));
  say("kernel", launch_other(stream));
  say("cudaLaunchHostFunc", cudaLaunchHostFunc(
                                stream, [](void* value) { *static_cast<int*>(value) = 7; }, &from));
  say("cudaLaunchHostFunc", cudaLaunchHostFunc(stream, nullptr, nullptr));
  if (event != nullptr) say("cudaEventRecord", cudaEventRecord(event, stream));
  if (event != nullptr) say("cudaStreamWaitEvent", cudaStreamWaitEvent(nullptr, event, 0));
  say("cudaMemcpy", cudaMemcpy(&to, memory, sizeof to, cudaMemcpyDeviceToHost));
  if (event != nullptr) say("cudaEventSynchronize", cudaEventSynchronize(event));
  if (event != nullptr) say("cudaEventQuery", cudaEventQuery(event));
  say("cudaStreamSynchronize", cudaStreamSynchronize(stream));
  say("cudaStreamQuery", cudaStreamQuery(stream));
  say("cudaDeviceSynchronize", cudaDeviceSynchronize());
  say("cudaFree", cudaFree(memory));
  if (event != nullptr) say("cudaEventDestroy", cudaEventDestroy(event));
  if (stream != nullptr) say("cudaStreamDestroy", cudaStreamDestroy(stream));
  std::printf("%d %d\n", from, to);
}

}  // namespace

int main(int argc, char** argv) {
  const char* how = argc > 1 ? argv[1] : "";
  int devices = 0;
  if (std::strcmp(how, "answers") == 0) {
    print_answers();
    return 0;
  }
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("no CUDA device here\n");
    return skipped;
  }
  if (std::strcmp(how, "event") == 0) wait_for_event();
  if (std::strcmp(how, "several") == 0) wait_for_several();
  if (std::strcmp(how, "function") == 0) wait_for_function();
  if (std::strcmp(how, "many") == 0) wait_behind_many();
  if (std::strcmp(how, "nothing") == 0) wait_for_nothing();
  return 0;
}
