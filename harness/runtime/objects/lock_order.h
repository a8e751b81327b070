// Which locks are taken while which are held, and the cycles in that: deadlocks that this execution did not come to.
//
// Predicted is what tasks could have done at the same time: different tasks, no lock held by two of them over both
// takings (a gate), and none joined before another was created. It is only a reason to try; what is reported has
// happened. Costs a few stores for each lock taken, and nothing when it is off.
#pragma once

#include "harness/runtime/objects/object.h"

namespace wedge::runtime {

inline bool watches_lock_orders = false;

void begin_lock_orders(bool watch);
// The execution has passed: adds its cycles to those in the control block.
void finish_lock_orders();

// Where the calling task calls to take a lock.
void note_lock_call(const void* return_address);

enum class Taking : std::uint8_t { waiting, trying };
void add_taken(const Object& object, bool shared, Taking how);
void add_released(const Object& object);

inline void note_taken(const Object& object, bool shared = false, Taking how = Taking::waiting) {
  if (watches_lock_orders) [[unlikely]]
    add_taken(object, shared, how);
}
inline void note_released(const Object& object) {
  if (watches_lock_orders) [[unlikely]]
    add_released(object);
}

// For strategies: whether the task holds a lock and is about to take another one, and where.
bool takes_second_lock(const Task& task, std::uint64_t& place);

}  // namespace wedge::runtime
