// A pool of pinned host buffers, for copies from the device that are picked up later.
//
// A buffer is found by its name and size: the first such buffer that is free is taken, or else a new one is made. So
// without a bound nobody waits, and what is never released makes the pool grow. With a bound, whoever comes too late
// waits for a release. Any thread may use it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace primitives {

struct PinnedBuffer {
  std::string name;
  std::size_t bytes = 0;
  void* data = nullptr;
  // Guarded by the pool.
  bool in_use = false;
};

class BufferPool {
 public:
  static constexpr std::size_t unbounded = 0;
  // What clear() does to the memory of buffers that are in use.
  enum class Clear {
    frees_all,           // whoever uses one uses freed memory
    spares_used_buffers  // it is freed when the buffer is released
  };

  explicit BufferPool(std::size_t most_buffers = unbounded, Clear clear = Clear::spares_used_buffers);
  ~BufferPool();  // Requires: nobody uses a buffer any more.
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // At the bound it waits for a release, for ever. Throws GpuError if there is no memory.
  PinnedBuffer& acquire(std::string_view name, std::size_t bytes);
  // Null: nothing was released within the limit.
  PinnedBuffer* acquire_within(std::string_view name, std::size_t bytes, std::chrono::nanoseconds limit);
  void release(PinnedBuffer& buffer);
  // Forgets all buffers.
  void clear();

  std::size_t in_use() const;
  std::size_t size() const;
  // For reports: "2 of 4 buffers in use: 1 of observables, 1 of state". Requires: no other thread uses the pool, as
  // when all are blocked for ever.
  std::string describe_at_rest() const;
  // The names that threads wait for, one for each that waits.
  const std::vector<std::string>& awaited_at_rest() const { return awaited_; }

 private:
  PinnedBuffer* find_or_make(std::string_view name, std::size_t bytes);
  PinnedBuffer* wait_for_one(std::string_view name, std::size_t bytes, std::optional<std::chrono::nanoseconds> limit);

  const std::size_t most_buffers_;
  const Clear clear_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  std::vector<std::unique_ptr<PinnedBuffer>> buffers_;
  std::vector<std::unique_ptr<PinnedBuffer>> forgotten_;  // in use when the pool was cleared
  std::vector<std::string> awaited_;
};

}  // namespace primitives
