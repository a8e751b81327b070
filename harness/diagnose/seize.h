// Stops one thread for as long as it takes to copy its registers and its stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/diagnose/address_space.h"
#include "harness/diagnose/unwinder.h"

namespace wedge::diagnose {

struct Seized {
  std::optional<StackCopy> stack;
  double stopped_s = 0;
  std::string remark;  // why there is no stack
};

// Requires: the thread is not in state D, which no stop can reach, and nobody traces it.
// A system call that the stop interrupts is begun again instead of returning EINTR; one with a timeout waits for all
// of it anew.
Seized seize(const AddressSpace& memory, std::int32_t tid, std::size_t most_stack_bytes);

}  // namespace wedge::diagnose
