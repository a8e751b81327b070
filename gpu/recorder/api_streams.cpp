// Streams, kernels, host functions, and the waits for all of these.
#include <cstdlib>

#include "gpu/recorder/calls.h"

namespace wedge::recorder {

namespace {

using HostFunction = void (*)(void*);
using Callback = void (*)(cudaStream_t, cudaError_t, void*);

// What a host function of the program is wrapped in; given back when that has returned.
struct Wrapped {
  HostFunction function;
  Callback callback;
  void* data;
  AwaitedRow at;
};

void begin(const Wrapped& wrapped) {
  const Locked table;
  if (table) start(*table, wrapped.at, this_thread());
}

void end(Wrapped* wrapped) {
  {
    const Locked table;
    if (table) complete(*table, wrapped->at);
  }
  std::free(wrapped);
}

void run_function(void* data) {
  auto* wrapped = static_cast<Wrapped*>(data);
  begin(*wrapped);
  wrapped->function(wrapped->data);
  end(wrapped);
}

void run_callback(cudaStream_t stream, cudaError_t status, void* data) {
  auto* wrapped = static_cast<Wrapped*>(data);
  begin(*wrapped);
  wrapped->callback(stream, status, wrapped->data);
  end(wrapped);
}

// Null where it is not recorded, as in a graph: there it may run many times.
Wrapped* wrap(const Enqueued& operation, HostFunction function, Callback callback, void* data) {
  if (operation.at().number == 0) return nullptr;
  auto* wrapped = static_cast<Wrapped*>(std::malloc(sizeof(Wrapped)));
  if (wrapped != nullptr) *wrapped = {function, callback, data, operation.at()};
  return wrapped;
}

template <typename Forward>
cudaError_t host_function(const Target& target, HostFunction function, void* data, const Forward& forward) {
  const InCall call("cudaLaunchHostFunc");
  const Enqueued operation(call, target, what("host function"));
  Wrapped* wrapped = function == nullptr ? nullptr : wrap(operation, function, nullptr, data);
  const cudaError_t error = wrapped == nullptr ? forward(function, data) : forward(run_function, wrapped);
  if (error != cudaSuccess) std::free(wrapped);
  return operation.finish(error);
}

template <typename Forward>
cudaError_t stream_callback(const Target& target, Callback callback, void* data, const Forward& forward) {
  const InCall call("cudaStreamAddCallback");
  const Enqueued operation(call, target, what("callback"));
  Wrapped* wrapped = callback == nullptr ? nullptr : wrap(operation, nullptr, callback, data);
  const cudaError_t error = wrapped == nullptr ? forward(callback, data) : forward(run_callback, wrapped);
  if (error != cudaSuccess) std::free(wrapped);
  return operation.finish(error);
}

void note_stream(cudaError_t error, const cudaStream_t* stream, unsigned int flags) {
  if (error != cudaSuccess || stream == nullptr) return;
  const Locked table;
  if (table) created_stream(*table, key_of(*stream, false, device, 0), device, (flags & cudaStreamNonBlocking) == 0);
}

template <typename Forward>
cudaError_t launch(const char* name, const void* key, const Target& target, const Forward& forward) {
  const InCall call(name);
  Enqueued operation(call, target, what("kernel"));
  KernelName kernel = kernel_name(key);
  if (kernel.function == 0) kernel.function = reinterpret_cast<std::uintptr_t>(key);
  if (operation.at().number != 0) operation.set_kernel(kernel);
  return operation.finish(forward());
}

template <typename Forward>
cudaError_t wait_event(const Target& target, const void* event, const Forward& forward) {
  const InCall call("cudaStreamWaitEvent");
  Enqueued operation(call, target, what("wait for an event"), true);
  if (operation.at().number != 0) operation.await_record(event);
  return operation.finish(forward());
}

}  // namespace

}  // namespace wedge::recorder

using namespace wedge::recorder;

#define WEDGE_FORWARD(...) [&] { return next == nullptr ? no_runtime : next(__VA_ARGS__); }

WEDGE_EXPORT cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  WEDGE_NEXT(cudaStreamCreate);
  const cudaError_t error = WEDGE_FORWARD(stream)();
  note_stream(error, stream, 0);
  return error;
}

WEDGE_EXPORT cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned int flags) {
  WEDGE_NEXT(cudaStreamCreateWithFlags);
  const cudaError_t error = WEDGE_FORWARD(stream, flags)();
  note_stream(error, stream, flags);
  return error;
}

WEDGE_EXPORT cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned int flags, int priority) {
  WEDGE_NEXT(cudaStreamCreateWithPriority);
  const cudaError_t error = WEDGE_FORWARD(stream, flags, priority)();
  note_stream(error, stream, flags);
  return error;
}

// What is enqueued is still done: the row stays, and its handle may soon be another's. So that is gone before the call.
WEDGE_EXPORT cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  WEDGE_NEXT(cudaStreamDestroy);
  const InCall call("cudaStreamDestroy");
  if (stream != nullptr) {
    const Locked table;
    const std::uint64_t key = key_of(stream, false, device, 0);
    if (table)
      for (wedge::StreamRow& row : table->streams)
        if (row.used && row.handle == key && key > 0xff) row.destroyed = true;
  }
  return WEDGE_FORWARD(stream)();
}

WEDGE_EXPORT cudaError_t cudaDeviceSynchronize() {
  WEDGE_NEXT(cudaDeviceSynchronize);
  return wait_for_device("cudaDeviceSynchronize", WEDGE_FORWARD(), true);
}

// Afterwards nothing of what was enqueued is left.
WEDGE_EXPORT cudaError_t cudaDeviceReset() {
  WEDGE_NEXT(cudaDeviceReset);
  return wait_for_device("cudaDeviceReset", WEDGE_FORWARD(), true);
}

WEDGE_EXPORT cudaError_t cudaSetDevice(int number) {
  WEDGE_NEXT(cudaSetDevice);
  const cudaError_t error = WEDGE_FORWARD(number)();
  if (error == cudaSuccess) device = number;
  return error;
}

// A kernel by the host function that stands for it, which newer compilers turn into a handle first.
#define WEDGE_STREAM_CALLS(suffix, per_thread)                                                                         \
  WEDGE_EXPORT cudaError_t cudaStreamSynchronize##suffix(cudaStream_t stream) {                                        \
    WEDGE_NEXT(cudaStreamSynchronize##suffix);                                                                         \
    return wait_for_stream("cudaStreamSynchronize", {stream, per_thread}, WEDGE_FORWARD(stream));                      \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaStreamQuery##suffix(cudaStream_t stream) {                                              \
    WEDGE_NEXT(cudaStreamQuery##suffix);                                                                               \
    return wait_for_stream("cudaStreamQuery", {stream, per_thread}, WEDGE_FORWARD(stream));                            \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaStreamWaitEvent##suffix(cudaStream_t stream, cudaEvent_t event, unsigned int flags) {   \
    WEDGE_NEXT(cudaStreamWaitEvent##suffix);                                                                           \
    return wait_event({stream, per_thread}, event, WEDGE_FORWARD(stream, event, flags));                               \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaLaunchHostFunc##suffix(cudaStream_t stream, cudaHostFn_t function, void* data) {        \
    WEDGE_NEXT(cudaLaunchHostFunc##suffix);                                                                            \
    return host_function({stream, per_thread}, function, data, [&](cudaHostFn_t called, void* with) {                  \
      return next == nullptr ? no_runtime : next(stream, called, with);                                                \
    });                                                                                                                \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaStreamAddCallback##suffix(cudaStream_t stream, cudaStreamCallback_t callback,           \
                                                         void* data, unsigned int flags) {                             \
    WEDGE_NEXT(cudaStreamAddCallback##suffix);                                                                         \
    return stream_callback({stream, per_thread}, callback, data, [&](cudaStreamCallback_t called, void* with) {        \
      return next == nullptr ? no_runtime : next(stream, called, with, flags);                                         \
    });                                                                                                                \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaLaunchKernel##suffix(const void* function, dim3 grid, dim3 block, void** arguments,     \
                                                    size_t shared, cudaStream_t stream) {                              \
    WEDGE_NEXT(cudaLaunchKernel##suffix);                                                                              \
    return launch("cudaLaunchKernel", function, {stream, per_thread},                                                  \
                  WEDGE_FORWARD(function, grid, block, arguments, shared, stream));                                    \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaLaunchCooperativeKernel##suffix(const void* function, dim3 grid, dim3 block,            \
                                                               void** arguments, size_t shared, cudaStream_t stream) { \
    WEDGE_NEXT(cudaLaunchCooperativeKernel##suffix);                                                                   \
    return launch("cudaLaunchCooperativeKernel", function, {stream, per_thread},                                       \
                  WEDGE_FORWARD(function, grid, block, arguments, shared, stream));                                    \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t __cudaLaunchKernel##suffix(void* kernel, dim3 grid, dim3 block, void** arguments,           \
                                                      size_t shared, cudaStream_t stream) {                            \
    WEDGE_NEXT(__cudaLaunchKernel##suffix);                                                                            \
    return launch("cudaLaunchKernel", kernel, {stream, per_thread},                                                    \
                  WEDGE_FORWARD(kernel, grid, block, arguments, shared, stream));                                      \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaGraphLaunch##suffix(void* graph, cudaStream_t stream) {                                 \
    WEDGE_NEXT(cudaGraphLaunch##suffix);                                                                               \
    return enqueue("cudaGraphLaunch", {stream, per_thread}, what("graph"), WEDGE_FORWARD(graph, stream));              \
  }

// NOLINTBEGIN(bugprone-reserved-identifier): these names are the runtime's.
WEDGE_STREAM_CALLS(, false)
WEDGE_STREAM_CALLS(_ptsz, true)

// Its beginning is the same in all versions of the toolkit.
struct LaunchConfiguration {
  dim3 grid;
  dim3 block;
  size_t shared;
  cudaStream_t stream;
};

#define WEDGE_LAUNCH_EX(suffix, per_thread)                                                                            \
  WEDGE_EXPORT cudaError_t cudaLaunchKernelExC##suffix(const LaunchConfiguration* configuration, const void* function, \
                                                       void** arguments) {                                             \
    WEDGE_NEXT(cudaLaunchKernelExC##suffix);                                                                           \
    cudaStream_t stream = configuration == nullptr ? nullptr : configuration->stream;                                  \
    return launch("cudaLaunchKernelExC", function, {stream, per_thread},                                               \
                  WEDGE_FORWARD(configuration, function, arguments));                                                  \
  }
WEDGE_LAUNCH_EX(, false)
WEDGE_LAUNCH_EX(_ptsz, true)

WEDGE_EXPORT void __cudaRegisterFunction(void** binary, const char* function, char* device_function, const char* name,
                                         int most_threads, void* thread, void* block, void* block_size, void* grid_size,
                                         int* warp_size) {
  WEDGE_NEXT(__cudaRegisterFunction);
  remember_kernel(function, function, name);
  if (next != nullptr)
    next(binary, function, device_function, name, most_threads, thread, block, block_size, grid_size, warp_size);
}

WEDGE_EXPORT cudaError_t __cudaGetKernel(void** kernel, const void* function) {
  WEDGE_NEXT(__cudaGetKernel);
  const cudaError_t error = WEDGE_FORWARD(kernel, function)();
  if (error == cudaSuccess && kernel != nullptr) remember_kernel(*kernel, function, kernel_name(function).name);
  return error;
}

#define WEDGE_CAPTURE(suffix)                                                               \
  WEDGE_EXPORT cudaError_t cudaStreamBeginCapture##suffix(cudaStream_t stream, int mode) {  \
    WEDGE_NEXT(cudaStreamBeginCapture##suffix);                                             \
    const cudaError_t error = WEDGE_FORWARD(stream, mode)();                                \
    if (error == cudaSuccess) __atomic_fetch_add(&captures, 1, __ATOMIC_RELAXED);           \
    return error;                                                                           \
  }                                                                                         \
  WEDGE_EXPORT cudaError_t cudaStreamEndCapture##suffix(cudaStream_t stream, void* graph) { \
    WEDGE_NEXT(cudaStreamEndCapture##suffix);                                               \
    const cudaError_t error = WEDGE_FORWARD(stream, graph)();                               \
    if (captures > 0) __atomic_fetch_sub(&captures, 1, __ATOMIC_RELAXED);                   \
    return error;                                                                           \
  }
WEDGE_CAPTURE()
WEDGE_CAPTURE(_ptsz)
// NOLINTEND(bugprone-reserved-identifier)
