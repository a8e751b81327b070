// What the program does to plain memory, as the compiler's instrumentation and the allocator tell it: the race detector
// is behind these calls. Called by the running task only, and never with the scheduler's own memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::runtime::memory {

enum class Kind : std::uint8_t {
  read,
  write,
  atomic_read,
  atomic_write,
  release,  // the block is given back: races like a write with what others do to it without synchronisation
};

// Does nothing unless the execution looks for races. `pc` is the code place, for reports.
void access(const void* address, std::size_t size, Kind kind, const void* pc);

// The memory gets a new life, as a fresh heap block or as the stack of a new task: what was done to it before counts no
// more. Cheap in proportion to what had been noted there, not to `size`.
void forget(const void* address, std::size_t size);

}  // namespace wedge::runtime::memory
