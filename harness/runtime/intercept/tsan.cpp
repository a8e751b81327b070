// The __tsan_* calls that both compilers emit for -fsanitize=thread, except atomics: plain accesses and function
// entries.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "harness/runtime/intercept/memory_calls.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/memory/races.h"
#include "harness/runtime/memory/shadow_table.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

using namespace wedge::runtime;

namespace {

// Nothing but plain memory has been touched for long: a loop may be waiting for somebody else to change it.
[[gnu::noinline]] void plain_spin() {
  if (!controlled) {
    scheduler.plain_countdown = plain_spin_limit;
    return;
  }
  announce(Operation::plain_spin, ObjectKind::none, nullptr, false);
  scheduler.current->yielded = true;
  decide();
}

// Whether the access is no point, and noted already.
[[gnu::always_inline]] inline bool changes_nothing(const void* address, std::size_t size, memory::Kind kind) {
  const Task& task = *scheduler.current;
  return !memory::any_point &&
         memory::is_noted(reinterpret_cast<std::uintptr_t>(address), size, task.id, task.order.epoch,
                          kind == memory::Kind::write ? memory::kind::plain_write : memory::kind::plain_read);
}

[[gnu::always_inline]] inline void plain_access(const void* address, std::size_t size, memory::Kind kind,
                                                const void* pc) {
  if (passes_through()) return;
  if (--scheduler.plain_countdown < 0) [[unlikely]]
    plain_spin();
  // Others may run within access(), and free it.
  if (memory::watching && !changes_nothing(address, size, kind)) memory::access(address, size, kind, pc);
  heap::check_access(address, size, kind == memory::Kind::write);
}

[[gnu::noinline]] void give_shadow(Task& task) {
  constexpr std::size_t bytes = shadow_depth * sizeof(void*);
  task.shadow = static_cast<const void**>(raw::allocate(bytes));
}

}  // namespace

#define PC __builtin_return_address(0)
#define PLAIN(name, size, kind) \
  WEDGE_EXPORT void name(void* address) { plain_access(address, size, memory::Kind::kind, PC); }
#define PLAIN_SIZES(prefix, kind) \
  PLAIN(prefix##1, 1, kind)       \
  PLAIN(prefix##2, 2, kind)       \
  PLAIN(prefix##4, 4, kind)       \
  PLAIN(prefix##8, 8, kind)       \
  PLAIN(prefix##16, 16, kind)

PLAIN_SIZES(__tsan_read, read)
PLAIN_SIZES(__tsan_write, write)
PLAIN_SIZES(__tsan_unaligned_read, read)
PLAIN_SIZES(__tsan_unaligned_write, write)
PLAIN_SIZES(__tsan_read_write, write)
PLAIN_SIZES(__tsan_unaligned_read_write, write)
PLAIN_SIZES(__tsan_volatile_read, read)
PLAIN_SIZES(__tsan_volatile_write, write)
PLAIN_SIZES(__tsan_unaligned_volatile_read, read)
PLAIN_SIZES(__tsan_unaligned_volatile_write, write)
PLAIN(__tsan_vptr_read, 8, read)

#define PLAIN_WITH_PC(name, size, kind) \
  WEDGE_EXPORT void name(void* address, void* pc) { plain_access(address, size, memory::Kind::kind, pc); }
PLAIN_WITH_PC(__tsan_read1_pc, 1, read)
PLAIN_WITH_PC(__tsan_read2_pc, 2, read)
PLAIN_WITH_PC(__tsan_read4_pc, 4, read)
PLAIN_WITH_PC(__tsan_read8_pc, 8, read)
PLAIN_WITH_PC(__tsan_read16_pc, 16, read)
PLAIN_WITH_PC(__tsan_write1_pc, 1, write)
PLAIN_WITH_PC(__tsan_write2_pc, 2, write)
PLAIN_WITH_PC(__tsan_write4_pc, 4, write)
PLAIN_WITH_PC(__tsan_write8_pc, 8, write)
PLAIN_WITH_PC(__tsan_write16_pc, 16, write)

// Constructors and destructors set the pointer anew, mostly to what it is already; only a change can surprise somebody.
WEDGE_EXPORT void __tsan_vptr_update(void** address, void* value) {
  plain_access(address, sizeof value, *address == value ? memory::Kind::read : memory::Kind::write, PC);
}

WEDGE_EXPORT void __tsan_read_range(void* address, std::size_t size) {
  plain_access(address, size, memory::Kind::read, PC);
}
WEDGE_EXPORT void __tsan_write_range(void* address, std::size_t size) {
  plain_access(address, size, memory::Kind::write, PC);
}

// Of a plain program the execution has begun by now: it is known to be instrumented only when its constructors run.
WEDGE_EXPORT void __tsan_init() {
  const bool was_known = instrumented;
  instrumented = true;
  note_instrumented_module(PC);
  if (!controlled) return;
  if (!was_known) heap::begin_watching(control->request);
  note_explored_atomics();
  memory::begin_late();
}

WEDGE_EXPORT void __tsan_func_entry(void* call) {
  if (!controlled) return;
  Task& task = *scheduler.current;
  if (task.shadow == nullptr) [[unlikely]]
    give_shadow(task);
  if (task.shadow_count < shadow_depth) task.shadow[task.shadow_count] = call;
  ++task.shadow_count;
}

WEDGE_EXPORT void __tsan_func_exit() {
  if (!controlled) return;
  Task& task = *scheduler.current;
  if (task.shadow_count > 0) --task.shadow_count;
}

WEDGE_EXPORT void __tsan_ignore_thread_begin() {
  if (controlled) ++scheduler.current->order.ignores;
}
WEDGE_EXPORT void __tsan_ignore_thread_end() {
  if (controlled && scheduler.current->order.ignores > 0) --scheduler.current->order.ignores;
}
WEDGE_EXPORT void __tsan_acquire(void* address) {
  if (controlled) memory::acquire_address(address);
}
WEDGE_EXPORT void __tsan_release(void* address) {
  if (controlled) memory::release_address(address);
}
WEDGE_EXPORT void* __tsan_memcpy(void* to, const void* from, std::size_t size) {
  plain_access(from, size, memory::Kind::read, PC);
  plain_access(to, size, memory::Kind::write, PC);
  return std::memcpy(to, from, size);
}
WEDGE_EXPORT void* __tsan_memmove(void* to, const void* from, std::size_t size) {
  plain_access(from, size, memory::Kind::read, PC);
  plain_access(to, size, memory::Kind::write, PC);
  return std::memmove(to, from, size);
}
WEDGE_EXPORT void* __tsan_memset(void* to, int value, std::size_t size) {
  plain_access(to, size, memory::Kind::write, PC);
  return std::memset(to, value, size);
}
