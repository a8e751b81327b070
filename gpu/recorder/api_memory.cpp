// Copies, fills, and memory that comes and goes in the order of a stream.
#include "gpu/recorder/calls.h"

using namespace wedge::recorder;

namespace {

// The host has the bytes when the call returns; of copies to the device only the source is known to have been read.
bool host_has_it(int kind) { return kind == cudaMemcpyDeviceToHost; }

}  // namespace

#define WEDGE_FORWARD(...) [&] { return next == nullptr ? no_runtime : next(__VA_ARGS__); }

#define WEDGE_COPY_CALLS(synchronous, asynchronous, per_thread)                                                        \
  WEDGE_EXPORT cudaError_t cudaMemcpy##synchronous(void* to, const void* from, size_t size, cudaMemcpyKind kind) {     \
    WEDGE_NEXT(cudaMemcpy##synchronous);                                                                               \
    return enqueue("cudaMemcpy", {nullptr, per_thread}, copy_words(size, kind), WEDGE_FORWARD(to, from, size, kind),   \
                   host_has_it(kind));                                                                                 \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemcpyAsync##asynchronous(void* to, const void* from, size_t size, cudaMemcpyKind kind, \
                                                         cudaStream_t stream) {                                        \
    WEDGE_NEXT(cudaMemcpyAsync##asynchronous);                                                                         \
    return enqueue("cudaMemcpyAsync", {stream, per_thread}, copy_words(size, kind),                                    \
                   WEDGE_FORWARD(to, from, size, kind, stream));                                                       \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemcpy2D##synchronous(void* to, size_t to_pitch, const void* from, size_t from_pitch,   \
                                                     size_t width, size_t height, cudaMemcpyKind kind) {               \
    WEDGE_NEXT(cudaMemcpy2D##synchronous);                                                                             \
    return enqueue("cudaMemcpy2D", {nullptr, per_thread}, copy_words(width * height, kind),                            \
                   WEDGE_FORWARD(to, to_pitch, from, from_pitch, width, height, kind), host_has_it(kind));             \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemcpy2DAsync##asynchronous(void* to, size_t to_pitch, const void* from,                \
                                                           size_t from_pitch, size_t width, size_t height,             \
                                                           cudaMemcpyKind kind, cudaStream_t stream) {                 \
    WEDGE_NEXT(cudaMemcpy2DAsync##asynchronous);                                                                       \
    return enqueue("cudaMemcpy2DAsync", {stream, per_thread}, copy_words(width * height, kind),                        \
                   WEDGE_FORWARD(to, to_pitch, from, from_pitch, width, height, kind, stream));                        \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemcpy3D##synchronous(const void* parameters) {                                         \
    WEDGE_NEXT(cudaMemcpy3D##synchronous);                                                                             \
    return enqueue("cudaMemcpy3D", {nullptr, per_thread}, what("copy in three dimensions"),                            \
                   WEDGE_FORWARD(parameters));                                                                         \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemcpy3DAsync##asynchronous(const void* parameters, cudaStream_t stream) {              \
    WEDGE_NEXT(cudaMemcpy3DAsync##asynchronous);                                                                       \
    return enqueue("cudaMemcpy3DAsync", {stream, per_thread}, what("copy in three dimensions"),                        \
                   WEDGE_FORWARD(parameters, stream));                                                                 \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemset##synchronous(void* memory, int value, size_t size) {                             \
    WEDGE_NEXT(cudaMemset##synchronous);                                                                               \
    return enqueue("cudaMemset", {nullptr, per_thread}, what("fill of %zu bytes", size),                               \
                   WEDGE_FORWARD(memory, value, size));                                                                \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMemsetAsync##asynchronous(void* memory, int value, size_t size, cudaStream_t stream) {  \
    WEDGE_NEXT(cudaMemsetAsync##asynchronous);                                                                         \
    return enqueue("cudaMemsetAsync", {stream, per_thread}, what("fill of %zu bytes", size),                           \
                   WEDGE_FORWARD(memory, value, size, stream));                                                        \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaMallocAsync##asynchronous(void** memory, size_t size, cudaStream_t stream) {            \
    WEDGE_NEXT(cudaMallocAsync##asynchronous);                                                                         \
    return enqueue("cudaMallocAsync", {stream, per_thread}, what("allocation of %zu bytes", size),                     \
                   WEDGE_FORWARD(memory, size, stream));                                                               \
  }                                                                                                                    \
  WEDGE_EXPORT cudaError_t cudaFreeAsync##asynchronous(void* memory, cudaStream_t stream) {                            \
    WEDGE_NEXT(cudaFreeAsync##asynchronous);                                                                           \
    return enqueue("cudaFreeAsync", {stream, per_thread}, what("release of memory"), WEDGE_FORWARD(memory, stream));   \
  }

WEDGE_COPY_CALLS(, , false)
WEDGE_COPY_CALLS(_ptds, _ptsz, true)

WEDGE_EXPORT cudaError_t cudaMemcpyPeerAsync(void* to, int to_device, const void* from, int from_device, size_t size,
                                             cudaStream_t stream) {
  WEDGE_NEXT(cudaMemcpyPeerAsync);
  return enqueue("cudaMemcpyPeerAsync", {stream, false}, copy_words(size, cudaMemcpyDeviceToDevice),
                 WEDGE_FORWARD(to, to_device, from, from_device, size, stream));
}

WEDGE_EXPORT cudaError_t cudaMemcpyToSymbol(const void* symbol, const void* from, size_t size, size_t offset,
                                            cudaMemcpyKind kind) {
  WEDGE_NEXT(cudaMemcpyToSymbol);
  return enqueue("cudaMemcpyToSymbol", {}, copy_words(size, kind), WEDGE_FORWARD(symbol, from, size, offset, kind));
}

WEDGE_EXPORT cudaError_t cudaMemcpyFromSymbol(void* to, const void* symbol, size_t size, size_t offset,
                                              cudaMemcpyKind kind) {
  WEDGE_NEXT(cudaMemcpyFromSymbol);
  return enqueue("cudaMemcpyFromSymbol", {}, copy_words(size, kind), WEDGE_FORWARD(to, symbol, size, offset, kind),
                 host_has_it(kind));
}

// They may wait for the device, and may not: nothing is concluded when they return.
WEDGE_EXPORT cudaError_t cudaFree(void* memory) {
  WEDGE_NEXT(cudaFree);
  return wait_for_device("cudaFree", WEDGE_FORWARD(memory), false);
}

WEDGE_EXPORT cudaError_t cudaFreeHost(void* memory) {
  WEDGE_NEXT(cudaFreeHost);
  return wait_for_device("cudaFreeHost", WEDGE_FORWARD(memory), false);
}
