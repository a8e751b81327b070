// The log of events, and the numbering of the objects that occur in it.
#pragma once

#include <cstdint>

#include "harness/runtime/objects/object.h"
#include "harness/runtime/scheduler/task.h"

namespace wedge::runtime {

void begin_events();
void finish_events();

// The number under which reports know this object; given on first use, or 0 if there are too many.
std::uint32_t log_number_of(const PendingOperation& pending);
std::uint32_t log_number_of(const Object& object);
std::uint32_t describe_objects();  // writes them to the control block; returns how many, with number 0

}  // namespace wedge::runtime
