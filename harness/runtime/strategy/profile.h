// What the scout notes down about each task, for strategies that weigh tasks by what they have still to do.
#pragma once

#include "harness/model/search.h"
#include "harness/runtime/scheduler/coverage.h"
#include "harness/runtime/scheduler/task.h"

namespace wedge::runtime {

// Whether the task is about to do something to a thing that another one may reach. Its own life is none, and what an
// unlock changes is decided at the lock.
inline bool is_interesting(const Task& task) {
  return task.pending.kind != model::ObjectKind::task && task.pending.kind != model::ObjectKind::none &&
         task.pending.operation != model::Operation::unlock;
}

// Requires: the task is about to use a thing that has a name.
inline void note_thing(model::Profile& profile, const Task& task) {
  const std::uint32_t name = thing_of(task);
  if (name == 0 || task.id >= model::ThingProfile::max_tasks) return;
  model::ThingProfile& thing = profile.things[name % model::max_profiled_things];
  if (thing.name > name) return;
  if (thing.name < name) thing = {name, {}};
  if (thing.points[task.id] < 0xffff) ++thing.points[task.id];
}

// Requires: `task` has been chosen and has not run yet.
inline void note_operation(model::Profile& profile, Task& task) {
  constexpr std::uint32_t that_tell_the_role = 3;
  if (task.id >= model::max_profiled_tasks) return;
  model::TaskProfile& entry = profile.tasks[task.id];
  if (entry.points == 0) entry.parent = task.parent;
  if (!is_interesting(task)) return;
  if (entry.points < that_tell_the_role) {
    entry.role = (entry.role * 64 + static_cast<std::uint32_t>(task.pending.operation)) * 16 +
                 static_cast<std::uint32_t>(task.pending.kind) + 1;
  }
  ++entry.points;
  if (task.labelled) ++entry.labelled;
  task.labelled = false;
  note_thing(profile, task);
}

}  // namespace wedge::runtime
