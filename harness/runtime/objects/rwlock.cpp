// What an rwlock does. Only PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP makes readers wait for waiting writers, as in
// glibc.
#include "harness/runtime/objects/rwlock.h"

#include <cerrno>

#include "harness/runtime/memory/order.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/contend.h"
#include "harness/runtime/objects/lock_order.h"
#include "harness/runtime/objects/misuse.h"
#include "harness/runtime/scheduler/explore.h"

namespace wedge::runtime {

namespace {

Object& object_of(pthread_rwlock_t* lock) {
  Object& object = object_at_handle(lock, ObjectKind::rwlock);
  object.flavour = lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ? 1 : 0;
  return object;
}

// Writers count as waiting only while they are blocked: one that was merely announced has not called yet.
std::uint32_t writers_blocked(const Object& object) {
  std::uint32_t blocked = 0;
  for (const Task* task = object.first_waiter; task != nullptr; task = task->wait_next)
    if (!task->wants_shared && task->is_blocked_writer) ++blocked;
  return blocked;
}

bool readable(const Object& object) {
  if (mutated(Mutation::writer_and_reader)) return true;
  return object.owner == nullptr && (object.flavour == 0 || writers_blocked(object) == 0);
}

bool writable(const Object& object) { return object.owner == nullptr && object.holder_count == 0; }

// After any change: who of the contenders could have it now.
void update(Object& object) {
  const bool read = readable(object);
  const bool write = writable(object);
  for (Task* task = object.first_waiter; task != nullptr; task = task->wait_next) {
    if (task->wants_shared ? read : write)
      enable(task);
    else
      disable(task);
  }
}

int finish(Object& object, int result) {
  scheduler.current->in_vain = result != 0;
  update(object);
  log_result(result);
  return result;
}

bool is_held_by(const Object& object, const Task& task) {
  if (object.owner != nullptr) return object.owner == &task;
  if (object.holders_incomplete) return object.holder_count > 0;
  for (std::uint32_t i = 0; i < object.holder_count; ++i)
    if (object.holders[i] == task.id) return true;
  return false;
}

int take_shared(Object& object, Taking how) {
  memory::acquire(object.clock);
  expect_alive(object, Operation::lock_shared);
  note_holder(object, *scheduler.current);
  note_taken(object, true, how);
  return finish(object, 0);
}

Wake queue_behind(Object& object, std::uint64_t deadline) {
  Task* task = scheduler.current;
  task->wake = Wake::none;
  add_waiter(object, task);
  update(object);
  if (deadline != no_deadline) set_timer(task, deadline);
  decide();
  clear_timer(task);
  remove_waiter(task);
  return task->wake;
}

int take_exclusive(Object& object, Taking how) {
  memory::acquire(object.clock);
  memory::acquire(object.readers_clock);
  expect_alive(object, Operation::lock);
  note_owner(object, scheduler.current);
  note_taken(object, false, how);
  return finish(object, 0);
}

}  // namespace

int read_lock(pthread_rwlock_t* lock, std::uint64_t deadline) {
  Object& object = object_of(lock);
  announce(Operation::lock_shared, ObjectKind::rwlock, lock, true, object.number);
  if (object.owner == scheduler.current) {
    decide();
    return EDEADLK;
  }
  scheduler.current->wants_shared = true;
  const Wake wake = contend(object, readable(object), deadline);
  if (wake == Wake::timed_out && !readable(object)) return finish(object, ETIMEDOUT);
  return take_shared(object, deadline == no_deadline ? Taking::waiting : Taking::trying);
}

int write_lock(pthread_rwlock_t* lock, std::uint64_t deadline) {
  Object& object = object_of(lock);
  // Two steps: calling, and having it. In between the writer waits, which shuts out readers that come later.
  point(Operation::lock, object);
  if (object.owner == scheduler.current) return EDEADLK;
  if (!writable(object)) {
    Task* task = scheduler.current;
    task->wants_shared = false;
    task->is_blocked_writer = true;
    announce(Operation::lock, ObjectKind::rwlock, lock, true, object.number);
    const Wake wake = queue_behind(object, deadline);
    task->is_blocked_writer = false;
    if (wake == Wake::timed_out && !writable(object)) return finish(object, ETIMEDOUT);
  }
  return take_exclusive(object, deadline == no_deadline ? Taking::waiting : Taking::trying);
}

int try_read_lock(pthread_rwlock_t* lock) {
  Object& object = object_of(lock);
  point(Operation::try_lock_shared, object);
  expect_alive(object, Operation::try_lock_shared);
  return readable(object) ? take_shared(object, Taking::trying) : finish(object, EBUSY);
}

int try_write_lock(pthread_rwlock_t* lock) {
  Object& object = object_of(lock);
  point(Operation::try_lock, object);
  expect_alive(object, Operation::try_lock);
  return writable(object) ? take_exclusive(object, Taking::trying) : finish(object, EBUSY);
}

int unlock_rwlock(pthread_rwlock_t* lock) {
  Object& object = object_of(lock);
  point(Operation::unlock, object);
  step_frees(object, object.owner != nullptr);
  expect_alive(object, Operation::unlock);
  if (!is_held_by(object, *scheduler.current) && !mutated(Mutation::forget_unlocker)) {
    const bool is_free = object.owner == nullptr && object.holder_count == 0;
    report_misuse(is_free ? MisuseKind::unlock_of_free : MisuseKind::unlock_of_others, Operation::unlock, &object,
                  taking_of(object));
  }
  note_released(object);
  if (object.owner != nullptr) {
    if (!mutated(Mutation::forget_writer_order)) memory::hand_over(object.clock);
    note_owner(object, nullptr);
  } else {
    if (!mutated(Mutation::forget_reader_order)) memory::release(object.readers_clock);
    drop_holder(object, *scheduler.current);
  }
  update(object);
  point_after_release();
  return 0;
}

int destroy_rwlock(pthread_rwlock_t* lock) {
  destroy_object(object_of(lock));
  return 0;
}

}  // namespace wedge::runtime
