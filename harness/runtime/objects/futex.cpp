// What futexes do: how std::atomic::wait, semaphores, latches, barriers and futures of the C++ library block.
#include <linux/futex.h>

#include <cerrno>

#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/wakeable.h"
#include "harness/runtime/scheduler/explore.h"

namespace wedge::runtime {

namespace {

std::uint32_t matching(const Object& object, std::uint32_t bits) {
  std::uint32_t count = 0;
  for (const Task* task = object.first_waiter; task != nullptr; task = task->wait_next)
    count += (task->futex_bits & bits) != 0 ? 1 : 0;
  return count;
}

// One of the waiters that a wake with these bits may wake; which one is open.
Task* choose_waiter(Object& object, std::uint32_t bits, std::uint32_t count) {
  std::uint32_t index = choose_value(count);
  for (Task* task = object.first_waiter; task != nullptr; task = task->wait_next)
    if ((task->futex_bits & bits) != 0 && index-- == 0) return task;
  return nullptr;
}

void let_go(Task* task) {
  remove_waiter(task);
  clear_timer(task);
  task->pending.operation = Operation::wake;
  task->since_step = scheduler.step;
  make_ready(task, Wake::signalled);
}

long wake_some(Object& object, std::uint32_t limit, std::uint32_t bits) {
  std::uint32_t woken = 0;
  Task* first = nullptr;
  while (woken < limit || mutated(Mutation::futex_wake_all)) {
    const std::uint32_t count = matching(object, bits);
    if (count == 0) break;
    Task* task = choose_waiter(object, bits, count);
    if (first == nullptr) first = task;
    let_go(task);
    ++woken;
  }
  note_signal(object, first, woken);
  return woken;
}

}  // namespace

long wait_futex(std::uint32_t* word, std::uint32_t expected, std::uint32_t bits, std::uint64_t deadline) {
  if (bits == 0) return -EINVAL;
  Object& object = object_at_address(word, ObjectKind::futex);
  point(Operation::futex_wait, object);
  if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expected) {
    step_changed_nothing();
    log_result(EAGAIN);
    return -EAGAIN;
  }
  Task* task = scheduler.current;
  task->futex_bits = bits;
  task->since_step = scheduler.step;
  add_waiter(object, task);
  const Wake wake = block(deadline);
  remove_waiter(task);
  const int result = wake == Wake::timed_out ? ETIMEDOUT : 0;
  log_result(result);
  return -result;
}

long wake_futex(std::uint32_t* word, std::uint32_t count, std::uint32_t bits) {
  if (bits == 0) return -EINVAL;
  Object& object = object_at_address(word, ObjectKind::futex);
  point(Operation::futex_wake, object);
  if (object.waiters == 0) step_changed_nothing();
  const long woken = wake_some(object, count, bits);
  log_result(static_cast<std::int32_t>(woken));
  point_after_release();
  return woken;
}

long requeue_futex(std::uint32_t* word, std::uint32_t wake, std::uint32_t move, std::uint32_t* target) {
  Object& object = object_at_address(word, ObjectKind::futex);
  Object& other = object_at_address(target, ObjectKind::futex);
  step_touches(target, ObjectKind::futex);
  const long woken = wake_some(object, wake, FUTEX_BITSET_MATCH_ANY);
  long moved = 0;
  while (object.first_waiter != nullptr && moved < static_cast<long>(move)) {
    Task* task = object.first_waiter;
    remove_waiter(task);
    add_waiter(other, task);
    task->pending.key = target;
    task->pending.object = other.number;
    ++moved;
  }
  point_after_release();
  return woken + moved;
}

}  // namespace wedge::runtime
