// The __tsan_* calls that both compilers emit for -fsanitize=thread, except atomics: plain accesses and function
// entries.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/raw.h"
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

[[gnu::always_inline]] inline void plain_access(const void* address, std::size_t size, bool writes) {
  if (passes_through()) return;
  if (--scheduler.plain_countdown < 0) [[unlikely]]
    plain_spin();
  heap::check_access(address, size, writes);
}

[[gnu::noinline]] void give_shadow(Task& task) {
  constexpr std::size_t bytes = shadow_depth * sizeof(void*);
  task.shadow = static_cast<const void**>(raw::allocate(bytes));
}

}  // namespace

#define PLAIN(name, size, writes) \
  WEDGE_EXPORT void name(void* address) { plain_access(address, size, writes); }
#define PLAIN_SIZES(prefix, writes) \
  PLAIN(prefix##1, 1, writes)       \
  PLAIN(prefix##2, 2, writes)       \
  PLAIN(prefix##4, 4, writes)       \
  PLAIN(prefix##8, 8, writes)       \
  PLAIN(prefix##16, 16, writes)

PLAIN_SIZES(__tsan_read, false)
PLAIN_SIZES(__tsan_write, true)
PLAIN_SIZES(__tsan_unaligned_read, false)
PLAIN_SIZES(__tsan_unaligned_write, true)
PLAIN_SIZES(__tsan_read_write, true)
PLAIN_SIZES(__tsan_unaligned_read_write, true)
PLAIN_SIZES(__tsan_volatile_read, false)
PLAIN_SIZES(__tsan_volatile_write, true)
PLAIN_SIZES(__tsan_unaligned_volatile_read, false)
PLAIN_SIZES(__tsan_unaligned_volatile_write, true)
PLAIN(__tsan_vptr_read, sizeof(void*), false)

#define PLAIN_WITH_PC(name, size, writes) \
  WEDGE_EXPORT void name(void* address, void*) { plain_access(address, size, writes); }
PLAIN_WITH_PC(__tsan_read1_pc, 1, false)
PLAIN_WITH_PC(__tsan_read2_pc, 2, false)
PLAIN_WITH_PC(__tsan_read4_pc, 4, false)
PLAIN_WITH_PC(__tsan_read8_pc, 8, false)
PLAIN_WITH_PC(__tsan_read16_pc, 16, false)
PLAIN_WITH_PC(__tsan_write1_pc, 1, true)
PLAIN_WITH_PC(__tsan_write2_pc, 2, true)
PLAIN_WITH_PC(__tsan_write4_pc, 4, true)
PLAIN_WITH_PC(__tsan_write8_pc, 8, true)
PLAIN_WITH_PC(__tsan_write16_pc, 16, true)
PLAIN_WITH_PC(__tsan_vptr_update, sizeof(void*), true)

WEDGE_EXPORT void __tsan_read_range(void* address, std::size_t size) { plain_access(address, size, false); }
WEDGE_EXPORT void __tsan_write_range(void* address, std::size_t size) { plain_access(address, size, true); }

// Of a plain program the execution has begun by now: it is known to be instrumented only when its constructors run.
WEDGE_EXPORT void __tsan_init() {
  if (!instrumented && controlled) {
    instrumented = true;
    heap::begin_watching(control->request);
  }
  instrumented = true;
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

WEDGE_EXPORT void __tsan_ignore_thread_begin() {}
WEDGE_EXPORT void __tsan_ignore_thread_end() {}
WEDGE_EXPORT void __tsan_acquire(void*) {}
WEDGE_EXPORT void __tsan_release(void*) {}
WEDGE_EXPORT void* __tsan_memcpy(void* to, const void* from, std::size_t size) {
  plain_access(from, size, false);
  plain_access(to, size, true);
  return std::memcpy(to, from, size);
}
WEDGE_EXPORT void* __tsan_memmove(void* to, const void* from, std::size_t size) {
  plain_access(from, size, false);
  plain_access(to, size, true);
  return std::memmove(to, from, size);
}
WEDGE_EXPORT void* __tsan_memset(void* to, int value, std::size_t size) {
  plain_access(to, size, true);
  return std::memset(to, value, size);
}
