// The program's real allocator, as the interceptors have it.
#pragma once

namespace wedge::runtime {

// Frees what was allocated in an execution and has been kept since.
void give_back_to_allocator(void* block);

// While it lives, small blocks come from the store for early ones, unless little is left of it, and are never given
// back, so that the program's own lie where they would without them. Requires: nobody reallocates meanwhile.
class EarlyBlocks {
 public:
  EarlyBlocks();
  ~EarlyBlocks();
  EarlyBlocks(const EarlyBlocks&) = delete;
  EarlyBlocks& operator=(const EarlyBlocks&) = delete;

 private:
  bool serves_;
};

}  // namespace wedge::runtime
