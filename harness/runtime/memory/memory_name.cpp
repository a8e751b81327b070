// Asks those who know about memory: the table of heap blocks, the tasks for their stacks, the loaded files.
#include "harness/runtime/memory/memory_name.h"

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/memory/heap_blocks.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/modules.h"

namespace wedge::runtime::memory {

namespace {

using model::MemoryKind;

const Task* owner_of_stack(std::uintptr_t address) {
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    const Task& task = *scheduler.tasks[i];
    if (task.context == nullptr || task.context->task != &task) continue;
    if (address >= task.context->memory_begin && address < task.context->memory_end) return &task;
  }
  return nullptr;
}

// Without the oracle for freed memory nobody knows of blocks.
const heap::Block* block_at(std::uintptr_t address) {
  return heap::regions == nullptr ? nullptr : heap::block_around(address);
}

}  // namespace

MemoryName name_of_memory(std::uintptr_t address) {
  if (const Task* owner = owner_of_stack(address)) return {.kind = MemoryKind::stack, .owner = owner->id};
  if (const heap::Block* block = block_at(address))
    return {
        .kind = MemoryKind::heap, .owner = block->allocated.task, .offset = address - block->address, .block = block};
  const model::FrameRecord where = frame_at(address);
  if (where.module == model::no_module) return {};
  return {.kind = MemoryKind::static_variable, .module = where.module, .offset = where.offset};
}

}  // namespace wedge::runtime::memory
