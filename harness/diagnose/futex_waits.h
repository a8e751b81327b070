// What a futex is part of, and who holds it, from the operation and the memory around it: no symbols are needed.
#pragma once

#include "harness/diagnose/address_space.h"
#include "harness/diagnose/thread_ids.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

struct FutexCall {
  std::uint64_t address = 0;
  std::uint32_t operation = 0;
  std::uint32_t value = 0;  // that the waiter saw
};

// Fills kind, address (of the whole object), flavour, owner, waiters and signal_pending. A futex that is no part of
// anything known stays one.
void read_futex_wait(const AddressSpace& memory, const ThreadIds& ids, const FutexCall& call, model::Wait& wait);

// Whether somebody holds such a thing although the thing itself does not say who.
bool has_hidden_owner(const FutexCall& call, const model::Wait& wait);

}  // namespace wedge::diagnose
