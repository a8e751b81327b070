// Words and records for misuse. The words hold no numbers, so that they are the same whenever it happens.
#include "harness/runtime/objects/misuse.h"

#include <cstdio>

#include "harness/runtime/mutation.h"
#include "harness/runtime/trace/event_log.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

const char* pattern_for(MisuseKind kind) {
  switch (kind) {
    case MisuseKind::use_of_destroyed:
      return "'%2$s' on a destroyed %1$s";
    case MisuseKind::unlock_of_free:
      return "unlock of a %1$s that nobody holds";
    case MisuseKind::unlock_of_others:
      return "unlock of a %1$s that only others hold";
    case MisuseKind::destroy_held:
      return "destruction of a %1$s that is locked";
    case MisuseKind::destroy_waited_for:
      return "destruction of a %1$s that a task waits for";
    case MisuseKind::initialise_in_use:
      return "initialisation of a %1$s that is in use";
    case MisuseKind::wait_without_mutex:
      return "wait on a %1$s without holding the mutex";
    case MisuseKind::wait_with_other_mutex:
      return "wait on a %1$s with another mutex than those that wait already";
    default:
      return "'%2$s' on a %1$s that has been joined, or was detached and has ended";
  }
}

// A task that has announced its operation but not been chosen for it has not called yet.
bool has_waiters(const Object& object) {
  for (const Task* task = object.first_waiter; task != nullptr; task = task->wait_next)
    if (task->enabled_at == not_enabled) return true;
  return false;
}

const Task* first_blocked(const Object& object) {
  for (const Task* task = object.first_waiter; task != nullptr; task = task->wait_next)
    if (task->enabled_at == not_enabled) return task;
  return object.first_waiter;
}

}  // namespace

Earlier taking_of(const Object& object) {
  if (object.owner != nullptr) return {object.owner->id, object.owner_since, object.owner_stack};
  return {object.holder_count > 0 ? object.holders[0] : model::no_task, 0, 0};
}

Earlier waiting_since(const Task& task) { return {task.id, task.since_step, task.pending.stack}; }

void report_misuse(MisuseKind kind, Operation operation, const Object* object, const Earlier& earlier) {
  if (!scheduler.reports_misuse) return;
  const auto what = object != nullptr ? model::name_of(object->kind) : std::string_view("thread");
  const auto how = model::name_of(operation);
  char text[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  std::snprintf(text, sizeof text, pattern_for(kind), what.data(), how.data());
#pragma GCC diagnostic pop
  const std::uint32_t number = object != nullptr ? log_number_of(*object) : 0;
  control->result.misuse = {kind, earlier.task, number, earlier.step, earlier.stack, 0};
  fail(Outcome::misuse, "%s", text);
}

void report_use_of_destroyed(const Object& object, Operation operation) {
  report_misuse(MisuseKind::use_of_destroyed, operation, &object,
                {object.destroyed_by, object.destroyed_step, object.destroy_stack});
}

void destroy_object(Object& object) {
  expect_alive(object, Operation::destroy);
  point(Operation::destroy, object);
  expect_alive(object, Operation::destroy);
  const bool is_lock =
      object.kind == ObjectKind::mutex || object.kind == ObjectKind::rwlock || object.kind == ObjectKind::spin_lock;
  if (is_lock && (object.owner != nullptr || object.holder_count > 0))
    report_misuse(MisuseKind::destroy_held, Operation::destroy, &object, taking_of(object));
  if (has_waiters(object))
    report_misuse(MisuseKind::destroy_waited_for, Operation::destroy, &object, waiting_since(*first_blocked(object)));
  if (!scheduler.reports_misuse || mutated(Mutation::forget_destruction)) return;
  object.destroyed = true;
  object.destroyed_by = scheduler.current->id;
  object.destroyed_step = scheduler.step;
  object.destroy_stack = scheduler.current->pending.stack;
}

// Its own owner may begin anew, as a child does after fork; whoever blocks on it proves that it is the same memory.
void expect_unused(const Object* object) {
  if (object == nullptr || object->destroyed) return;
  if (object->owner != nullptr && object->owner != scheduler.current && object->owner->state != model::TaskState::ended)
    report_misuse(MisuseKind::initialise_in_use, Operation::none, object, taking_of(*object));
  if (has_waiters(*object))
    report_misuse(MisuseKind::initialise_in_use, Operation::none, object, waiting_since(*first_blocked(*object)));
}

}  // namespace wedge::runtime
