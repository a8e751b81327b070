// The oracle for freed memory: what the allocator's interceptors, instrumented accesses and operations on objects ask
// it, and what it does at the end of an execution.
//
// It watches only in controlled executions of instrumented programs. All calls come from the running task.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/model/control_block.h"
#include "harness/runtime/memory/heap_marks.h"
#include "harness/runtime/mode.h"

namespace wedge::runtime {
struct Context;
}

namespace wedge::runtime::heap {

using model::BlockKind;
struct Deed;

extern bool watching;

// While the runtime itself calls what allocates: those blocks outlive the execution and are nobody's leaks.
class Pause {
 public:
  Pause() : was_watching_(watching) { watching = false; }
  ~Pause() { watching = was_watching_; }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

 private:
  bool was_watching_;
};

// An execution
// ------------------------------------------------------------------------------------------------------------------
void begin_watching(const model::Request& request);
// Everything has ended well, unless memory is lost: then it does not return.
void check_leaks(bool caller_goes_on);  // what the caller's own stack holds is then not lost
void end_watching();

// Blocks
// ------------------------------------------------------------------------------------------------------------------
[[gnu::always_inline]] inline bool watches_allocations() { return controlled && watching; }

void note_allocated(void* address, std::size_t size, BlockKind kind, const void* pc);
// By what the block was really made, once that is known better than at first.
void note_kind(void* address, BlockKind kind, const void* pc);
// Ends the execution if the address is no block that free() may have.
void check_free(void* address);
// True: it is in quarantine now, and the caller must not free it. A block that may not be freed like this ends the
// execution.
bool take_freed(void* address, const void* pc);
// Ends the execution if the address is the beginning of a block that `delete` of this kind must not have.
void check_delete(void* address, BlockKind kind);
// Where it was done, as a number of a stack in the result.
std::uint32_t stack_of(const Deed& deed);

// Accesses
// ------------------------------------------------------------------------------------------------------------------
[[noreturn, gnu::cold]] void report_use(std::uintptr_t at, std::uintptr_t address, std::size_t size, bool writes);
[[noreturn, gnu::cold]] void report_object_in_freed_memory(const void* object, model::ObjectKind kind);

// The first and the last byte: what lies between belongs to the same block, or more is wrong than a freed one.
[[gnu::always_inline]] inline void check_access(const volatile void* address, std::size_t size, bool writes) {
  if (!watching || size == 0) return;
  const auto first = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t last = first + size - 1;
  if (mark_at(first) & gone) [[unlikely]]
    report_use(first, first, size, writes);
  if ((first ^ last) >= granule && (mark_at(last) & gone)) [[unlikely]]
    report_use(last, first, size, writes);
}

// A synchronisation object, about to be used.
[[gnu::always_inline]] inline void check_object(const void* object, model::ObjectKind kind) {
  if (watching && (mark_at(reinterpret_cast<std::uintptr_t>(object)) & gone)) [[unlikely]]
    report_object_in_freed_memory(object, kind);
}

// Stacks of tasks
// ------------------------------------------------------------------------------------------------------------------
void note_stack_dead(const Context& context);
void note_stack_alive(const Context& context);

}  // namespace wedge::runtime::heap
