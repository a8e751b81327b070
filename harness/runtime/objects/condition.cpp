// What a condition variable does. Which waiter a signal wakes is a choice of the schedule, as POSIX leaves it open.
#include "harness/runtime/objects/condition.h"

#include <cerrno>

#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/misuse.h"
#include "harness/runtime/objects/mutex.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

Task* waiter_numbered(Object& object, std::uint32_t index) {
  Task* task = object.first_waiter;
  while (index-- > 0) task = task->wait_next;
  return task;
}

void wake(Task& task, Wake why) {
  remove_waiter(&task);
  clear_timer(&task);
  task.wake = why;
  if (--scheduler.condition_waiters == 0) scheduler.attention &= ~attention::spurious;
  contend_again(task);
}

// All that wait at one time must have given up one mutex, and each must hold it when it comes.
void expect_same_mutex(const Object& object, pthread_mutex_t* mutex) {
  expect_mutex_held(mutex, object);
  const Task* other = object.first_waiter;
  if (other == nullptr || is_mutex_numbered(mutex, other->gave_up_mutex)) return;
  report_misuse(MisuseKind::wait_with_other_mutex, Operation::wait, &object, waiting_since(*other));
}

bool waits_for_condition(const Task& task) {
  return task.waits_on != nullptr && task.waits_on->kind == ObjectKind::condition;
}

}  // namespace

int wait_condition(pthread_cond_t* condition, pthread_mutex_t* mutex, std::uint64_t deadline) {
  Task* task = scheduler.current;
  Object& object = object_at_handle(condition, ObjectKind::condition);
  point(Operation::wait, object);
  expect_alive(object, Operation::wait);
  expect_same_mutex(object, mutex);
  std::uint32_t depth = 0;
  if (const int error = release_for_wait(mutex, depth); error != 0) return error;
  if (depth > 0) task->gave_up_mutex = object_at_handle(mutex, ObjectKind::mutex).number;
  task->wake = Wake::none;
  task->since_step = scheduler.step;
  add_waiter(object, task);
  ++scheduler.condition_waiters;
  if (scheduler.spurious_wakeups) scheduler.attention |= attention::spurious;
  if (deadline != no_deadline) set_timer(task, deadline);
  disable(task);
  task->clock_reads = 0;
  decide();
  clear_timer(task);
  const Wake why = task->wake;
  const int error = take_after_wait(mutex, depth);
  const int result = error != 0 ? error : why == Wake::timed_out ? ETIMEDOUT : 0;
  log_result(result);
  return result;
}

int signal_condition(pthread_cond_t* condition) {
  Object& object = object_at_handle(condition, ObjectKind::condition);
  point(Operation::signal, object);
  expect_alive(object, Operation::signal);
  if (mutated(Mutation::drop_signal)) return 0;
  Task* woken = nullptr;
  if (object.waiters == 0) step_changed_nothing();
  if (object.waiters > 0) woken = waiter_numbered(object, choose_value(object.waiters));
  note_signal(object, woken, woken != nullptr ? 1 : 0);
  if (woken != nullptr) wake(*woken, Wake::signalled);
  point_after_release();
  return 0;
}

int broadcast_condition(pthread_cond_t* condition) {
  Object& object = object_at_handle(condition, ObjectKind::condition);
  point(Operation::broadcast, object);
  if (object.waiters == 0) step_changed_nothing();
  expect_alive(object, Operation::broadcast);
  note_signal(object, object.first_waiter, object.waiters);
  while (object.first_waiter != nullptr) {
    wake(*object.first_waiter, Wake::signalled);
    if (mutated(Mutation::broadcast_wakes_one)) break;
  }
  point_after_release();
  return 0;
}

int destroy_condition(pthread_cond_t* condition) {
  destroy_object(object_at_handle(condition, ObjectKind::condition));
  return 0;
}

// A timed wait of whatever kind is due.
void time_out(Task* task) {
  if (task->waits_on != nullptr) step_touches(task->waits_on->address, task->waits_on->kind);
  if (waits_for_condition(*task)) {
    wake(*task, Wake::timed_out);
    return;
  }
  clear_timer(task);
  remove_waiter(task);
  task->wake = Wake::timed_out;
  step_wakes(*task);
  enable(task);
}

void wake_spuriously() {
  std::uint32_t index = choose_value(scheduler.condition_waiters);
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    Task& task = *scheduler.tasks[i];
    if (waits_for_condition(task) && index-- == 0) {
      wake(task, Wake::spurious);
      return;
    }
  }
}

}  // namespace wedge::runtime
