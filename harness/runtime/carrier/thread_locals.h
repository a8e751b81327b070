// Gives a context that will be used again fresh thread_local variables.
#pragma once

#include <cstddef>

namespace wedge::runtime {

struct Context;

// Called before anything can have been opened at run time.
void remember_initial_modules();
// Requires: the calling task runs on `context`, and destructors of its thread_locals have run.
void reset_thread_locals(Context& context);

// The part of a thread's memory around its fs base that holds thread_local variables and what the C library knows of
// it, as distances from the fs base; the same for all threads.
struct ThreadMemory {
  std::size_t below;
  std::size_t above;
};
ThreadMemory thread_memory();

}  // namespace wedge::runtime
