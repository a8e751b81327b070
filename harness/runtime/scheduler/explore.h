// Tells the exhaustive search what happens in an execution, and lets it choose. Costs a test of one bit where nothing
// is explored.
#pragma once

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

// Whether this request is an exhaustive search. Replays of what it found are not.
bool is_exploration(const model::Request& request);
// Before each execution of such a request, in the process that forks or in the one that executes. False: nothing is
// left.
bool begin_exploration(const model::Request& request, std::uint64_t execution);
// In the process that executes.
void begin_explored_execution();
// The program turns out to be instrumented when its execution has begun.
void note_explored_atomics();
void leave_exploration(std::uint32_t cut);

void announce_explored();
model::ChoiceEntry explored_choice();
void explored_idle_time();
std::uint32_t explored_value(std::uint32_t n);

// What a step touches beside the thing it was announced for.
void explored_touch(const void* key, model::ObjectKind kind, bool writes, bool frees);
// Plain memory whose places are points. `freed`: by a step that was announced as something else.
void explored_touch_memory(const void* address, std::size_t size, bool writes, bool freed);
void explored_no_change();
void explored_wake(const Task& task);
void explored_contender(const Task& task);

inline bool exploring() { return (scheduler.attention & attention::exploring) != 0; }

inline void step_touches(const void* key, model::ObjectKind kind, bool writes = true) {
  if (exploring()) [[unlikely]]
    explored_touch(key, kind, writes, false);
}

inline void step_touches_memory(const void* address, std::size_t size, bool writes, bool freed = false) {
  if (exploring()) [[unlikely]]
    explored_touch_memory(address, size, writes, freed);
}

// Somebody who is blocked on it may have it now.
inline void step_frees(const Object& object, bool writes = true) {
  if (exploring()) [[unlikely]]
    explored_touch(object.address, object.kind, writes, true);
}

// It tried, and left everything as it was.
inline void step_changed_nothing() {
  if (exploring()) [[unlikely]]
    explored_no_change();
}

inline void step_wakes(const Task& task) {
  if (exploring()) [[unlikely]]
    explored_wake(task);
}

}  // namespace wedge::runtime
