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
  double stopped_s = 0;                         // the longest time at a stretch
  std::uint32_t looks = 0, repeated_looks = 0;  // see model::HangThread
  std::string remark;                           // why there is no stack
};

enum class Looks { one, many };

// Requires: the thread is not in state D, which no stop can reach, and nobody traces it.
// A system call that the stop interrupts is begun again instead of returning EINTR; one with a timeout waits for all
// of it anew.
// With many looks it is let go and stopped again a few times, to see whether it comes back to where it was.
Seized seize(const AddressSpace& memory, std::int32_t tid, std::size_t most_stack_bytes, Looks looks = Looks::one);

}  // namespace wedge::diagnose
