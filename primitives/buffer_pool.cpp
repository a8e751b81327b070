// Which buffer is taken, and when its memory is given back.
#include "primitives/buffer_pool.h"

#include <algorithm>
#include <map>

#include <cuda_runtime_api.h>

#include "primitives/gpu_event.h"

namespace primitives {

BufferPool::BufferPool(std::size_t most_buffers, Clear clear) : most_buffers_(most_buffers), clear_(clear) {}

BufferPool::~BufferPool() { clear(); }

PinnedBuffer& BufferPool::acquire(std::string_view name, std::size_t bytes) {
  return *wait_for_one(name, bytes, std::nullopt);
}

PinnedBuffer* BufferPool::acquire_within(std::string_view name, std::size_t bytes, std::chrono::nanoseconds limit) {
  return wait_for_one(name, bytes, limit);
}

PinnedBuffer* BufferPool::wait_for_one(std::string_view name, std::size_t bytes,
                                       std::optional<std::chrono::nanoseconds> limit) {
  std::unique_lock lock(mutex_);
  PinnedBuffer* found = nullptr;
  const auto is_there = [&] { return (found = find_or_make(name, bytes)) != nullptr; };
  if (is_there()) return found;
  awaited_.emplace_back(name);
  if (limit)
    released_.wait_for(lock, *limit, is_there);
  else
    released_.wait(lock, is_there);
  awaited_.erase(std::ranges::find(awaited_, name));
  return found;
}

// Null: all are in use, and the bound is reached. At the bound a free buffer of another kind makes room.
PinnedBuffer* BufferPool::find_or_make(std::string_view name, std::size_t bytes) {
  for (const auto& buffer : buffers_) {
    if (buffer->in_use || buffer->name != name || buffer->bytes != bytes) continue;
    buffer->in_use = true;
    return buffer.get();
  }
  if (most_buffers_ != unbounded && buffers_.size() >= most_buffers_) {
    const auto other = std::ranges::find_if(buffers_, [](const auto& buffer) { return !buffer->in_use; });
    if (other == buffers_.end()) return nullptr;
    cudaFreeHost((*other)->data);
    buffers_.erase(other);
  }
  auto made = std::make_unique<PinnedBuffer>(PinnedBuffer{std::string(name), bytes, nullptr, true});
  expect_success(cudaMallocHost(&made->data, bytes), "cudaMallocHost");
  return buffers_.emplace_back(std::move(made)).get();
}

void BufferPool::release(PinnedBuffer& buffer) {
  const std::lock_guard lock(mutex_);
  buffer.in_use = false;
  const auto forgotten = std::ranges::find(forgotten_, &buffer, &std::unique_ptr<PinnedBuffer>::get);
  if (forgotten != forgotten_.end()) {
    if (clear_ == Clear::spares_used_buffers) cudaFreeHost(buffer.data);
    forgotten_.erase(forgotten);
  }
  released_.notify_one();
}

void BufferPool::clear() {
  const std::lock_guard lock(mutex_);
  for (auto& buffer : buffers_) {
    if (!buffer->in_use || clear_ == Clear::frees_all) cudaFreeHost(buffer->data);
    if (buffer->in_use) forgotten_.push_back(std::move(buffer));
  }
  buffers_.clear();
}

std::size_t BufferPool::in_use() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(buffers_, [](const auto& buffer) { return buffer->in_use; }));
}

std::size_t BufferPool::size() const {
  const std::lock_guard lock(mutex_);
  return buffers_.size();
}

std::string BufferPool::describe_at_rest() const {
  std::map<std::string, int> used;
  int all = 0;
  for (const auto& buffer : buffers_)
    if (buffer->in_use) ++used[buffer->name], ++all;
  std::string text = std::to_string(all) + " of " + std::to_string(buffers_.size()) + " buffers in use";
  const char* separator = ": ";
  for (const auto& [name, count] : used) {
    text += separator + std::to_string(count) + " of " + name;
    separator = ", ";
  }
  return text;
}

}  // namespace primitives
