// Watches blocks from allocation to free, and ends the execution when one is used or freed as it must not be.
#include "harness/runtime/memory/heap.h"

#include <dlfcn.h>

#include <new>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/intercept/allocation.h"
#include "harness/runtime/memory/heap_blocks.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"
#include "harness/runtime/trace/stacks.h"

namespace wedge::runtime::heap {

bool watching = false;

namespace {

// A task's locals lie close below where its stack begins. Deeper ones are not watched, so that a task's end stays
// cheap.
constexpr std::size_t watched_stack = 16 * 1024;

// Whole stacks are unwound only for the trace: by then the same execution is replayed with its events logged.
Deed deed_now(const void* pc) {
  const bool logging = (scheduler.attention & attention::logging) != 0;
  return {pc, scheduler.step, logging ? record_stack() : 0, scheduler.current->id};
}

model::MemoryRecord& start_finding(model::MemoryFault fault) {
  controlled = false;
  model::MemoryRecord& record = control->result.memory;
  record = model::MemoryRecord{};
  record.fault = fault;
  record.allocated_by = record.freed_by = model::no_task;
  return record;
}

model::MemoryRecord& start_finding(model::MemoryFault fault, const Block& block, std::uintptr_t at) {
  model::MemoryRecord& record = start_finding(fault);
  record.kind = block.kind;
  record.size = block.size;
  record.offset = at - block.address;
  record.allocated_by = block.allocated.task;
  record.allocated_step = block.allocated.step;
  record.allocated_stack = stack_of(block.allocated);
  if (!block.is_freed) return record;
  record.freed_by = block.freed.task;
  record.freed_step = block.freed.step;
  record.freed_stack = stack_of(block.freed);
  return record;
}

unsigned long long number(std::uint64_t value) { return value; }
const char* plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

[[noreturn]] void report_bad_free(const Block& block, std::uintptr_t at) {
  if (block.is_freed && at == block.address) {
    start_finding(model::MemoryFault::double_free, block, at);
    fail(Outcome::misuse, "double free of a block of %llu byte%s", number(block.size), plural(block.size));
  }
  start_finding(model::MemoryFault::bad_free, block, at);
  fail(Outcome::misuse, "free of an address %llu byte%s inside a %sblock of %llu bytes", number(at - block.address),
       plural(at - block.address), block.is_freed ? "freed " : "", number(block.size));
}

[[noreturn]] void report_mismatch(const Block& block, BlockKind as) {
  start_finding(model::MemoryFault::mismatched_free, block, block.address).freed_as = as;
  const char* how[] = {"free()", "delete", "delete[]", "aligned delete", "aligned delete[]"};
  const char* from[] = {"malloc()", "new", "new[]", "aligned new", "aligned new[]"};
  fail(Outcome::misuse, "mismatched free: a block of %llu byte%s from %s is given back by %s", number(block.size),
       plural(block.size), from[static_cast<std::size_t>(block.kind)], how[static_cast<std::size_t>(as)]);
}

// Whose stack it is; the last task that had it, if several did.
const Task* dead_owner_of(std::uintptr_t at) {
  for (std::uint32_t i = scheduler.task_count; i > 0; --i) {
    const Task& task = *scheduler.tasks[i - 1];
    if (task.state != model::TaskState::ended || task.context == nullptr) continue;
    const auto top = reinterpret_cast<std::uintptr_t>(task.context->stack_base);
    if (at < top && top - at <= watched_stack) return &task;
  }
  return nullptr;
}

void mark_stack(const Context& context, Mark mark) {
  if (!context.pooled || context.stack_base == nullptr) return;
  set_marks(reinterpret_cast<std::uintptr_t>(context.stack_base) - watched_stack, watched_stack, mark);
}

// Memory that was never the heap's: the allocator would only end the process.
const char* what_else_is_at(std::uintptr_t address) {
  if (address == 0) return nullptr;
  if (mark_at(address) == dead_stack) return "a local variable of a task that has ended";
  if (is_in_module(address)) return "a static variable";
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto base = reinterpret_cast<std::uintptr_t>(scheduler.current->context->stack_base);
  constexpr std::size_t deep = std::size_t{64} * 1024;  // as far as the stack is the caller's own for certain
  const bool own = address > here && address - here < deep && (base == 0 || address < base);
  return own ? "a local variable" : nullptr;
}

}  // namespace

std::uint32_t stack_of(const Deed& deed) { return deed.stack != 0 ? deed.stack : record_place(deed.pc); }

void begin_watching(const model::Request& request) {
  watching = instrumented && (request.flags & model::request_flags::no_heap) == 0;
  if (watching) reserve_blocks();
}

void end_watching() {
  if (!watching) return;
  watching = false;
  forget_blocks(give_back_to_allocator);
}

void note_allocated(void* address, std::size_t size, BlockKind kind, const void* pc) {
  if (address == nullptr) return;
  add_block(address, size, kind, deed_now(pc));
  memory::forget(address, size);
}

void note_kind(void* address, BlockKind kind, const void* pc) {
  Block* block = block_around(reinterpret_cast<std::uintptr_t>(address));
  if (block == nullptr || block->is_freed || block->address != reinterpret_cast<std::uintptr_t>(address)) return;
  block->kind = kind;
  block->allocated.pc = pc;
}

void check_free(void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const Block* block = block_around(at);
  if (block == nullptr) {
    const char* what = what_else_is_at(at);
    if (what == nullptr) return;
    start_finding(model::MemoryFault::bad_free);
    fail(Outcome::misuse, "free of an address that is no block of the heap: %s", what);
  }
  if (block->is_freed || block->address != at) report_bad_free(*block, at);
  if (block->kind != BlockKind::malloc && !block->is_deleted) report_mismatch(*block, BlockKind::malloc);
}

bool take_freed(void* address, const void* pc) {
  check_free(address);
  Block* block = block_around(reinterpret_cast<std::uintptr_t>(address));
  if (block == nullptr) return false;
  memory::access(address, block->size, memory::Kind::release, pc);
  bury(*block, deed_now(pc), give_back_to_allocator);
  return true;
}

void check_delete(void* address, BlockKind kind) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  Block* block = block_around(at);
  if (block == nullptr || block->address != at) return;  // of an operator new of the program's, perhaps
  if (block->is_freed) report_bad_free(*block, at);
  if (block->kind != kind) report_mismatch(*block, kind);
  block->is_deleted = true;
}

void report_use(std::uintptr_t at, std::uintptr_t address, std::size_t size, bool writes) {
  const char* verb = size == 1 ? "is" : "are";
  const char* what = writes ? "written" : "read";
  if (mark_at(at) == dead_stack) {
    model::MemoryRecord& record = start_finding(model::MemoryFault::dead_stack);
    record.access_size = size;
    record.writes = writes ? 1 : 0;
    const Task* owner = dead_owner_of(at);
    if (owner != nullptr) record.freed_by = owner->id;
    fail(Outcome::misuse, "use of a local variable of a task that has ended: %llu byte%s %s %s", number(size),
         plural(size), verb, what);
  }
  const Block& block = *block_around(at);
  model::MemoryRecord& record = start_finding(model::MemoryFault::use_after_free, block, address);
  record.access_size = size;
  record.writes = writes ? 1 : 0;
  fail(Outcome::misuse, "use after free: %llu byte%s %s %s at offset %lld of a freed block of %llu byte%s",
       number(size), plural(size), verb, what, static_cast<long long>(record.offset), number(block.size),
       plural(block.size));
}

void report_object_in_freed_memory(const void* object, model::ObjectKind kind) {
  const auto at = reinterpret_cast<std::uintptr_t>(object);
  const std::string_view name = model::name_of(kind);
  const int length = static_cast<int>(name.size());
  const Block* block = block_around(at);
  if (block == nullptr) {
    const Task* owner = dead_owner_of(at);
    model::MemoryRecord& record = start_finding(model::MemoryFault::dead_stack);
    if (owner != nullptr) record.freed_by = owner->id;
    fail(Outcome::misuse, "use of a local variable of a task that has ended: a %.*s", length, name.data());
  }
  start_finding(model::MemoryFault::use_after_free, *block, at);
  fail(Outcome::misuse, "use after free: a %.*s at offset %llu of a freed block of %llu byte%s", length, name.data(),
       number(at - block->address), number(block->size), plural(block->size));
}

void note_stack_dead(const Context& context) {
  if (watching && !mutated(Mutation::forget_freed)) mark_stack(context, dead_stack);
}

void note_stack_alive(const Context& context) {
  if (regions != nullptr) mark_stack(context, 0);
}

}  // namespace wedge::runtime::heap
