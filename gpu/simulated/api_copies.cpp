// Copies and fills: which of them the host waits for depends on where the memory is, as the toolkit's chapter "API
// synchronization behavior" says.
#include <cstring>

#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

struct Copy {
  void* to;
  const void* from;
  std::size_t size;
  Place to_place;
  Place from_place;
};

const char* word_for(Place place) { return place == Place::device ? "device" : "host"; }

std::string describe(const Copy& copy) {
  return "copy of " + std::to_string(copy.size) + " bytes from " + word_for(copy.from_place) + " to " +
         word_for(copy.to_place);
}

// By whichever task calls it: the race detector sees whose memory it touches when.
void move_bytes(void* to, const void* from, std::size_t size) {
  note_read(from, size);
  note_write(to, size);
  const Unseen unseen;
  std::memmove(to, from, size);
}

bool fits(cudaMemcpyKind kind, const Copy& copy) {
  const bool from_device = copy.from_place == Place::device;
  const bool to_device = copy.to_place == Place::device;
  switch (kind) {
    case cudaMemcpyHostToHost:
      return !from_device && !to_device;
    case cudaMemcpyHostToDevice:
      return !from_device && to_device;
    case cudaMemcpyDeviceToHost:
      return from_device && !to_device;
    case cudaMemcpyDeviceToDevice:
      return from_device && to_device;
    default:
      return true;
  }
}

// The bytes as they are now go to a staging buffer; the device fetches them from there.
std::function<void(Operation&)> staged(const Copy& copy) {
  auto staging = std::make_shared<std::vector<unsigned char>>(copy.size);
  note_read(copy.from, copy.size);
  {
    const Unseen unseen;
    std::memcpy(staging->data(), copy.from, copy.size);
  }
  return [copy, staging](Operation&) {
    note_write(copy.to, copy.size);
    const Unseen unseen;
    std::memcpy(copy.to, staging->data(), copy.size);
  };
}

cudaError_t copy_bytes(const char* call, Copy copy, cudaMemcpyKind kind, Stream& stream, bool is_async) {
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) return cudaErrorInvalidMemcpyDirection;
  if (copy.size == 0) return cudaSuccess;
  if (copy.to == nullptr || copy.from == nullptr) return cudaErrorInvalidValue;
  {
    Locked device;
    copy.to_place = place_of(*device, copy.to);
    copy.from_place = place_of(*device, copy.from);
  }
  if (!fits(kind, copy)) return cudaErrorInvalidValue;
  const bool on_device = copy.to_place == Place::device && copy.from_place == Place::device;
  const bool on_host = copy.to_place != Place::device && copy.from_place != Place::device;
  const bool is_staged = copy.from_place == Place::pageable && copy.to_place == Place::device;
  const bool into_pageable = copy.from_place == Place::device && copy.to_place == Place::pageable;
  const bool host_waits = is_async ? on_host || into_pageable : !on_device && !is_staged;
  Operation operation;
  operation.what = describe(copy);
  operation.action = is_staged ? staged(copy) : [copy](Operation&) { move_bytes(copy.to, copy.from, copy.size); };
  Operation& enqueued = enqueue(stream, std::move(operation));
  if (host_waits) wait_for(enqueued, call);
  Locked device;
  return device->failed;
}

// Of the host memory that is filled only the caller of cudaMemset waits.
cudaError_t fill_bytes(const char* call, void* memory, int value, std::size_t size, Stream& stream, bool is_async) {
  if (size == 0) return cudaSuccess;
  Place place = Place::pageable;
  {
    Locked device;
    place = place_of(*device, memory);
  }
  if (place == Place::pageable) return cudaErrorInvalidValue;
  Operation operation;
  operation.what = "fill of " + std::to_string(size) + " bytes";
  operation.action = [=](Operation&) {
    note_write(memory, size);
    const Unseen unseen;
    std::memset(memory, value, size);
  };
  Operation& enqueued = enqueue(stream, std::move(operation));
  if (!is_async && place == Place::pinned) wait_for(enqueued, call);
  return cudaSuccess;
}

}  // namespace
}  // namespace wedge::gpu

using namespace wedge::gpu;

cudaError_t cudaMemcpy(void* to, const void* from, size_t size, cudaMemcpyKind kind) {
  return call(__func__, [&] {
    Stream* stream = stream_of(cudaStreamLegacy, "cudaMemcpy");
    return copy_bytes("cudaMemcpy", {to, from, size, {}, {}}, kind, *stream, false);
  });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t size, cudaMemcpyKind kind, cudaStream_t handle) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaMemcpyAsync");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    return copy_bytes("cudaMemcpyAsync", {to, from, size, {}, {}}, kind, *stream, true);
  });
}

cudaError_t cudaMemset(void* memory, int value, size_t size) {
  return call(__func__, [&] {
    return fill_bytes("cudaMemset", memory, value, size, *stream_of(cudaStreamLegacy, "cudaMemset"), false);
  });
}

cudaError_t cudaMemsetAsync(void* memory, int value, size_t size, cudaStream_t handle) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaMemsetAsync");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    return fill_bytes("cudaMemsetAsync", memory, value, size, *stream, true);
  });
}
