// The program's real allocator, as the interceptors have it.
#pragma once

namespace wedge::runtime {

// Frees what was allocated in an execution and has been kept since.
void give_back_to_allocator(void* block);

}  // namespace wedge::runtime
