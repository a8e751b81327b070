// One number for everything that the program under test has written: equal numbers, equal memory.
//
// All writable memory counts, except what is the runtime's own and what lies below the stack pointers. Takes about a
// millisecond: only for those who have to be certain.
#pragma once

#include <cstdint>

namespace wedge::runtime {

// Requires: Task::frame of the calling task. False: there is too much of it, or it cannot be told apart from the
// runtime's.
bool hash_memory(std::uint64_t& hash);

// The newest frames of all tasks: no proof that memory is equal, but soon a proof that it is not. As required above.
void hash_stacks(std::uint64_t& hash);

// A hash that is fast on long stretches; `bytes` is rounded down to a multiple of 8.
std::uint64_t hash_stretch(std::uint64_t hash, const void* from, const void* to);

}  // namespace wedge::runtime
