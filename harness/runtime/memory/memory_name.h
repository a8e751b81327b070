// What a piece of plain memory is part of: a heap block, a task's stack, or a file's static variables.
//
// Called by the running task only. Looks up, and notes nothing.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime::heap {
struct Block;
}

namespace wedge::runtime::memory {

struct MemoryName {
  model::MemoryKind kind = model::MemoryKind::unknown;
  std::uint16_t owner = model::no_task;     // stack: whose; heap: who allocated the block
  std::uint32_t module = model::no_module;  // static variable: where it is
  std::uint64_t offset = 0;                 // there, or in the block
  const heap::Block* block = nullptr;       // heap: perhaps freed by now
};

MemoryName name_of_memory(std::uintptr_t address);

}  // namespace wedge::runtime::memory
