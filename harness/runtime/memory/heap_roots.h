// Where a pointer may stand that keeps a block from being lost.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::runtime::heap {

// Given whole words, aligned. Blocks that are watched are passed on as well if they lie there: whoever visits skips
// them.
using VisitRange = void (*)(std::uintptr_t begin, std::uintptr_t end);

// Static variables, thread_locals of all threads, and what the C library keeps for them.
void visit_variables(VisitRange visit);
// The stack of the calling task, from the caller's frame on.
void visit_own_stack(VisitRange visit);
// All other memory that is the program's: above all what the allocator gave away before the execution. False: it cannot
// be told from the runtime's own.
bool visit_other_memory(VisitRange visit);

}  // namespace wedge::runtime::heap
