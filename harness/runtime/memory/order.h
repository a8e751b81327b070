// Who happened before whom: what synchronisation hands from task to task.
//
// Every synchronisation object has a clock of what those who released it knew; who acquires it knows that, too. The
// objects' own code calls these functions where the operation takes effect, never before its point. All of them do
// nothing unless the execution looks for races.
#pragma once

#include <cstdint>

#include "harness/runtime/memory/clock.h"

namespace wedge::runtime {
struct Task;
}

namespace wedge::runtime::memory {

extern bool watching;  // this execution looks for races

// A task's part.
struct Order {
  Clock clock;                        // what it knows of everybody, and its own epoch
  Epoch epoch = 0;                    // its own; grows with each release, as what comes later was not handed out
  Clock* seen_relaxed = nullptr;      // what relaxed loads have seen, for an acquire fence to take over
  Clock* at_release_fence = nullptr;  // what it knew at its last release fence: relaxed stores carry that
  std::uint32_t channel = 0;          // of the descriptor that it uses
  std::uint32_t ignores = 0;          // the program has asked that its plain accesses do not count
};

// A new execution. False: epochs begin anew, and the shadow memory must be emptied.
bool begin_order(bool watch);
// A new task knows all that its creator did until now; without a creator, nothing.
void begin_task(Task& task, Task* creator);
// Requires: the task has ended. From now on the current task knows what that one did.
void join_task(Task& task);

// The halves of the inline functions below that do something.
void acquire_now(const Clock& clock);
void release_now(Clock*& clock);
void hand_over_now(Clock*& clock);
void acquire_address_now(const void* address);
void release_address_now(const void* address);

// The current task takes over what the object's releasers knew.
inline void acquire(const Clock* clock) {
  if (watching && clock != nullptr) acquire_now(*clock);
}
// Adds what the current task knows: for objects that several may release, as a semaphore.
inline void release(Clock*& clock) {
  if (watching) release_now(clock);
}
// The object carries what the current task knows, and nothing else: for objects that one task at a time holds.
inline void hand_over(Clock*& clock) {
  if (watching) hand_over_now(clock);
}
// The same for another task than the current one: a barrier opens.
void share(Task& task, const Clock* clock);

// Things known by their address only: the flags of one-time initialisation, annotations of the program.
inline void acquire_address(const void* address) {
  if (watching) acquire_address_now(address);
}
inline void release_address(const void* address) {
  if (watching) release_address_now(address);
}

// Atomic operations by their memory order (a value of __ATOMIC_RELAXED ...), after they have taken effect.
enum class Effect : std::uint8_t { load, store, modify };
void atomic_now(const void* address, Effect effect, int order);
inline void atomic(const void* address, Effect effect, int order) {
  if (watching) atomic_now(address, effect, order);
}
void fence_now(int order);
inline void fence(int order) {
  if (watching) fence_now(order);
}

// The memory there has a new life, and the atomic that was there is no more. Called by the shadow memory, which knows
// that there was one.
void forget_atomic(const void* address);

}  // namespace wedge::runtime::memory
