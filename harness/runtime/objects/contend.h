// The common way to get something that another task may hold: stay in its list of contenders until it can be had.
#pragma once

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

// Requires: the operation has been announced. Returns when the caller was chosen: either the object could be had at
// that moment (and nobody ran since), or the deadline passed. `available` is the answer right now.
inline Wake contend(Object& object, bool available, std::uint64_t deadline = no_deadline) {
  Task* task = scheduler.current;
  task->wake = Wake::none;
  add_waiter(object, task);
  if (deadline != no_deadline) set_timer(task, deadline);
  if (!available) {
    disable(task);
    task->clock_reads = 0;
  }
  decide();
  if (deadline != no_deadline) clear_timer(task);
  remove_waiter(task);
  if (available) check_pending_object(*task);  // others may have run before it took the object
  return task->wake;
}

// The object changed hands: contenders can or cannot have it now.
inline void disable_contenders(Object& object) {
  for (Task* task = object.first_waiter; task != nullptr; task = task->wait_next) disable(task);
}
inline void enable_contenders(Object& object) {
  for (Task* task = object.first_waiter; task != nullptr; task = task->wait_next) enable(task);
}

}  // namespace wedge::runtime
