// The door between interceptors and the race detector.
#include "harness/runtime/memory/memory.h"

#include "harness/runtime/memory/order.h"
#include "harness/runtime/memory/races.h"
#include "harness/runtime/memory/shadow.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime::memory {

namespace {

constexpr std::uint8_t kinds[] = {kind::plain_read, kind::plain_write, kind::atomic_read, kind::atomic_write,
                                  kind::plain_write};

[[gnu::noinline]] void stop_at(const void* address, std::size_t size, Kind kind) {
  const bool writes = kind == Kind::write;
  point(writes ? Operation::plain_write : Operation::plain_read, ObjectKind::memory, address, writes);
  step_touches_memory(address, size, writes);
}

}  // namespace

void begin_execution(const model::Request& request) {
  const bool watch = instrumented && (request.flags & model::request_flags::no_races) == 0;
  const bool epochs_go_on = begin_order(watch);
  control->result.races = 0;
  any_point = false;
  if (!watch) return;
  begin_shadow(!epochs_go_on);
  begin_races(request);
}

void begin_late() {
  if (watching || scheduler.task_count != 1) return;
  begin_execution(control->request);
  begin_task(*scheduler.current, nullptr);
}

void access(const void* address, std::size_t size, Kind kind, const void* pc) {
  if (!watching) return;
  const bool plain = kind == Kind::read || kind == Kind::write;
  if (plain && any_point && is_point(pc)) [[unlikely]]
    stop_at(address, size, kind);
  if (kind == Kind::release && any_point) [[unlikely]]
    step_touches_memory(address, size, true, true);
  const Task& task = *scheduler.current;
  if (task.order.ignores != 0 && plain) return;
  Access access{task.id,
                task.order.epoch,
                &task.order.clock,
                kinds[static_cast<std::size_t>(kind)],
                kind == Kind::release,
                reinterpret_cast<std::uint64_t>(pc),
                remember_accesses()};
  if (kind == Kind::release)
    check_access(reinterpret_cast<std::uintptr_t>(address), size, access, on_race);
  else
    note_access(reinterpret_cast<std::uintptr_t>(address), size, access, on_race);
}

void forget(const void* address, std::size_t size) {
  if (watching) forget_range(reinterpret_cast<std::uintptr_t>(address), size);
}

void forget_stack(const Context& context) {
  if (!watching || mutated(Mutation::keep_old_stack)) return;
  forget_range(context.memory_begin, context.memory_end - context.memory_begin);
}

}  // namespace wedge::runtime::memory
