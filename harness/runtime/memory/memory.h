// What the program does to plain memory, as the compiler's instrumentation and the allocator tell it: the race detector
// is behind these calls. Called by the running task only, and never with the scheduler's own memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::model {
struct Request;
}
namespace wedge::runtime {
struct Context;
}

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

// A task begins on the stack, and with the thread_local variables, of one that has ended.
void forget_stack(const Context& context);

// Decides whether the execution that begins looks for races: at level 2, unless the request says no.
void begin_execution(const model::Request& request);
// The first instrumented module shows itself when the execution runs already: a plain program's own constructors do
// that. Later, with other tasks about whose past nothing is known, nothing is looked for.
void begin_late();

}  // namespace wedge::runtime::memory
