// Calls on streams, and what they carry out: kernels, host functions, waits for events.
#include <pthread.h>

#include <cstring>

#include "gpu/simulated/kernels.h"
#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

constexpr int least_priority = 0;
constexpr int greatest_priority = -5;

cudaError_t create(cudaStream_t* out, unsigned int flags, int priority) {
  if (out == nullptr || flags > cudaStreamNonBlocking) return cudaErrorInvalidValue;
  Locked device;
  Stream& stream = device->streams.emplace_back();
  stream.number = static_cast<std::uint32_t>(device->streams.size()) - 1;
  stream.flags = flags;
  stream.priority = priority > least_priority      ? least_priority
                    : priority < greatest_priority ? greatest_priority
                                                   : priority;
  *out = handle_of(stream);
  return cudaSuccess;
}

bool is_seen_idle(const Stream& stream) {
  const Operation* last = nullptr;
  {
    Locked device;
    last = stream.last();
  }
  return last == nullptr || is_seen_done(*last);
}

// As far as the legacy default stream goes: it waits for the blocking streams, too. Allocates nothing, so that a loop
// that polls can be seen to come back to the same state.
bool is_device_seen_idle() {
  for (std::size_t i = 0;; ++i) {
    const Stream* stream = nullptr;
    {
      Locked device;
      if (i < device->streams.size()) stream = &device->streams[i];
    }
    if (stream == nullptr) return true;
    if (!stream->is_legacy() && !stream->waits_for_legacy()) continue;
    look(stream->word);
    if (!is_seen_idle(*stream)) return false;
  }
}

// Host functions of all streams may run one after another, and do here: whoever counts on more is found out.
void run_host_function(const std::function<void()>& function) {
  pthread_mutex_t* mutex = nullptr;
  {
    Locked device;
    mutex = &device->callbacks;
  }
  pthread_mutex_lock(mutex);
  in_host_function = true;
  function();
  in_host_function = false;
  pthread_mutex_unlock(mutex);
}

}  // namespace
}  // namespace wedge::gpu

using namespace wedge::gpu;

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return call(__func__, [&] { return create(stream, cudaStreamDefault, 0); });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned int flags) {
  return call(__func__, [&] { return create(stream, flags, 0); });
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned int flags, int priority) {
  return call(__func__, [&] { return create(stream, flags, priority); });
}

cudaError_t cudaStreamGetPriority(cudaStream_t handle, int* priority) {
  return call(__func__, [&] {
    const Stream* stream = stream_of(handle, "cudaStreamGetPriority");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (priority == nullptr) return cudaErrorInvalidValue;
    *priority = stream->priority;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamGetFlags(cudaStream_t handle, unsigned int* flags) {
  return call(__func__, [&] {
    const Stream* stream = stream_of(handle, "cudaStreamGetFlags");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (flags == nullptr) return cudaErrorInvalidValue;
    *flags = stream->flags;
    return cudaSuccess;
  });
}

// Returns at once; what is enqueued is still done.
cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  return call(__func__, [&] {
    if (handle == nullptr || handle == cudaStreamLegacy || handle == cudaStreamPerThread)
      return cudaErrorInvalidResourceHandle;
    Stream* stream = stream_of(handle, "cudaStreamDestroy");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    touch(stream->word);
    Locked device;
    stream->destroyed = true;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaStreamQuery");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    bool may_fail = false;
    {
      Locked device;
      may_fail = device->options.faults.query_fails;
    }
    if (may_fail && chosen()) return cudaErrorUnknown;
    const bool done = stream->is_legacy() ? is_device_seen_idle() : is_seen_idle(*stream);
    Locked device;
    if (device->failed != cudaSuccess) return device->failed;
    return done ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaStreamSynchronize");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    std::vector<Operation*> ends;
    {
      Locked device;
      ends = ends_of(*device, *stream);
    }
    wait_for_all(ends, "cudaStreamSynchronize");
    Locked device;
    return device->failed;
  });
}

// Waits for what the event was recorded for last at the time of this call; for nothing if it never was.
cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event_handle, unsigned int flags) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaStreamWaitEvent");
    Event* event = stream != nullptr ? event_of(event_handle, "cudaStreamWaitEvent") : nullptr;
    if (event == nullptr) return cudaErrorInvalidResourceHandle;
    if (flags != cudaEventWaitDefault) return cudaErrorInvalidValue;
    Operation* record = nullptr;
    {
      Locked device;
      record = event->record;
    }
    if (record == nullptr) return cudaSuccess;
    Operation operation;
    operation.what = "wait for event " + std::to_string(event->number);
    operation.event = event->number;
    operation.marks = true;
    operation.after.push_back(record);
    enqueue(*stream, std::move(operation));
    return cudaSuccess;
  });
}

// Of a failed device a callback is told so; a host function is not called at all.
cudaError_t cudaStreamAddCallback(cudaStream_t handle, cudaStreamCallback_t callback, void* data, unsigned int flags) {
  return call(__func__, [&] {
    if (callback == nullptr || flags != 0) return cudaErrorInvalidValue;
    Stream* stream = stream_of(handle, "cudaStreamAddCallback");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    Operation operation;
    operation.what = "callback";
    operation.calls_program = true;
    operation.in_spite_of_errors = true;
    operation.action = [handle, callback, data](Operation&) {
      cudaError_t status = cudaSuccess;
      {
        Locked device;
        status = device->failed;
      }
      run_host_function([=] { callback(handle, status, data); });
    };
    enqueue(*stream, std::move(operation));
    return cudaSuccess;
  });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t handle, cudaHostFn_t function, void* data) {
  return call(__func__, [&] {
    if (function == nullptr) return cudaErrorInvalidValue;
    Stream* stream = stream_of(handle, "cudaLaunchHostFunc");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    Operation operation;
    operation.what = "host function";
    operation.calls_program = true;
    operation.action = [=](Operation&) { run_host_function([=] { function(data); }); };
    enqueue(*stream, std::move(operation));
    return cudaSuccess;
  });
}

cudaError_t cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments, size_t,
                             cudaStream_t handle) {
  return call(__func__, [&] {
    const KernelCode* code = kernel_at(function);
    if (code == nullptr) return cudaErrorInvalidDeviceFunction;
    constexpr unsigned int most_threads = 1024;
    if (grid.x * grid.y * grid.z == 0 || block.x * block.y * block.z == 0 || block.x * block.y * block.z > most_threads)
      return cudaErrorInvalidConfiguration;
    Stream* stream = stream_of(handle, "cudaLaunchKernel");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    launch(*stream, *code, arguments);
    return cudaSuccess;
  });
}
