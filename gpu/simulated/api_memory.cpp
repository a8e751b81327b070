// Calls that give and take memory: the device's, pinned host memory, and host memory that is pinned afterwards.
#include <cstdlib>
#include <cstring>

#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

using Blocks = std::map<std::uintptr_t, Block>;

constexpr std::size_t alignment = 256;
Word memory_word = 0;  // what is allocated
constexpr std::size_t most_stale = 1 << 20;
constexpr int stale = 0xcd;  // what fresh memory holds: the same in every execution, and nothing that makes sense

// The block that the address lies in.
Blocks::const_iterator around(const Blocks& blocks, const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  auto found = blocks.upper_bound(at);
  if (found == blocks.begin()) return blocks.end();
  --found;
  return at < found->first + found->second.size ? found : blocks.end();
}

// Takes it out of the books; null if there is none of that kind.
void* forget_block(void* address, Place place, bool registered) {
  Locked device;
  const auto found = device->blocks.find(reinterpret_cast<std::uintptr_t>(address));
  if (found == device->blocks.end() || found->second.place != place || found->second.registered != registered)
    return nullptr;
  if (place == Place::device) device->used_bytes -= found->second.size;
  device->blocks.erase(found);
  return address;
}

bool is_block(void* address, Place place) {
  Locked device;
  const auto found = device->blocks.find(reinterpret_cast<std::uintptr_t>(address));
  return found != device->blocks.end() && found->second.place == place && !found->second.registered;
}

// Nothing is known there: given back already, or never given.
cudaError_t reject(const char* call) {
  misuse(std::string(call) + " of memory that is not allocated, or was freed before");
  return cudaErrorInvalidValue;
}

cudaError_t free_block(const char* call, void* address, Place place) {
  void* memory = forget_block(address, place, false);
  if (memory == nullptr) return reject(call);
  std::free(memory);
  return cudaSuccess;
}

}  // namespace

Place place_of(const Device& device, const void* address) {
  const auto found = around(device.blocks, address);
  return found != device.blocks.end() ? found->second.place : Place::pageable;
}

cudaError_t allocate(void** out, std::size_t size, Place place) {
  if (out == nullptr) return cudaErrorInvalidValue;
  *out = nullptr;
  if (size == 0) return cudaSuccess;
  touch(memory_word);
  bool may_fail = false;
  {
    Locked device;
    may_fail = device->options.faults.allocation_fails;
    if (place == Place::device && device->used_bytes + size > device->options.memory_bytes)
      return cudaErrorMemoryAllocation;
    if (place == Place::device) device->used_bytes += size;
  }
  const bool fails = may_fail && chosen();
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  void* memory = fails ? nullptr : std::aligned_alloc(alignment, whole);
  const Unseen unseen;
  if (memory != nullptr) std::memset(memory, stale, size < most_stale ? size : most_stale);
  Locked device;
  if (memory == nullptr) {
    if (place == Place::device) device->used_bytes -= size;
    return cudaErrorMemoryAllocation;
  }
  device->blocks[reinterpret_cast<std::uintptr_t>(memory)] = {size, place, false};
  *out = memory;
  return cudaSuccess;
}

void free_blocks(const Device& device) {
  for (const auto& [address, block] : device.blocks)
    if (!block.registered) std::free(reinterpret_cast<void*>(address));
}

}  // namespace wedge::gpu

using namespace wedge::gpu;

cudaError_t cudaMalloc(void** out, size_t size) {
  return call(__func__, [&] { return allocate(out, size, Place::device); });
}

cudaError_t cudaMallocHost(void** out, size_t size) {
  return call(__func__, [&] { return allocate(out, size, Place::pinned); });
}

cudaError_t cudaHostAlloc(void** out, size_t size, unsigned int flags) {
  constexpr unsigned int known = cudaHostAllocPortable | cudaHostAllocMapped | cudaHostAllocWriteCombined;
  return call(__func__,
              [&] { return (flags & ~known) != 0 ? cudaErrorInvalidValue : allocate(out, size, Place::pinned); });
}

// Waits for everything that the device has to do.
cudaError_t cudaFree(void* memory) {
  return call(__func__, [&] {
    if (memory == nullptr) return cudaSuccess;
    if (!is_block(memory, Place::device)) return reject("cudaFree");
    wait_for_device("cudaFree");
    touch(memory_word);
    return free_block("cudaFree", memory, Place::device);
  });
}

// Waits for nothing: that the real one may is promised nowhere.
cudaError_t cudaFreeHost(void* memory) {
  return call(__func__, [&] {
    if (memory == nullptr) return cudaSuccess;
    touch(memory_word);
    return free_block("cudaFreeHost", memory, Place::pinned);
  });
}

cudaError_t cudaHostRegister(void* memory, size_t size, unsigned int flags) {
  return call(__func__, [&] {
    constexpr unsigned int known = cudaHostRegisterPortable | cudaHostRegisterMapped;
    if (memory == nullptr || size == 0 || (flags & ~known) != 0) return cudaErrorInvalidValue;
    touch(memory_word);
    Locked device;
    const auto begin = reinterpret_cast<std::uintptr_t>(memory);
    const auto next = device->blocks.lower_bound(begin);
    const bool overlaps = around(device->blocks, memory) != device->blocks.end() ||
                          (next != device->blocks.end() && next->first < begin + size);
    if (overlaps) return cudaErrorHostMemoryAlreadyRegistered;
    device->blocks[begin] = {size, Place::pinned, true};
    return cudaSuccess;
  });
}

cudaError_t cudaHostUnregister(void* memory) {
  return call(__func__, [&] {
    if (memory == nullptr) return cudaErrorInvalidValue;
    touch(memory_word);
    return forget_block(memory, Place::pinned, true) != nullptr ? cudaSuccess : cudaErrorHostMemoryNotRegistered;
  });
}

// Usable by what is enqueued on the stream after it.
cudaError_t cudaMallocAsync(void** out, size_t size, cudaStream_t handle) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaMallocAsync");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (const cudaError_t error = allocate(out, size, Place::device); error != cudaSuccess) return error;
    Operation operation;
    operation.what = "allocation of " + std::to_string(size) + " bytes";
    enqueue(*stream, std::move(operation));
    return cudaSuccess;
  });
}

cudaError_t cudaFreeAsync(void* memory, cudaStream_t handle) {
  return call(__func__, [&] {
    Stream* stream = stream_of(handle, "cudaFreeAsync");
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (!is_block(memory, Place::device)) return reject("cudaFreeAsync");
    Operation operation;
    operation.what = "release of memory";
    operation.action = [memory](Operation&) {
      touch(memory_word);
      free_block("cudaFreeAsync", memory, Place::device);
    };
    enqueue(*stream, std::move(operation));
    return cudaSuccess;
  });
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  return call(__func__, [&] {
    if (free == nullptr || total == nullptr) return cudaErrorInvalidValue;
    touch(memory_word);
    Locked device;
    *total = device->options.memory_bytes;
    *free = *total - device->used_bytes;
    return cudaSuccess;
  });
}
