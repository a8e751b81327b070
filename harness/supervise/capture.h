// Copies a failed execution out of the shared memory into a trace, before the next request overwrites it.
#pragma once

#include "harness/model/trace.h"
#include "harness/supervise/job.h"

namespace wedge::supervise {

// Of a longer log a trace keeps this many events from the start and as many from the end.
inline constexpr std::size_t kept_events_per_end = 10000;

// Names are not filled in: that is for diagnose::resolve. Nothing in the block is trusted: the program that wrote it
// may have scribbled over it.
model::Trace capture(const model::ControlBlock& block, const Answer& answer, const model::Recipe& recipe);

// The request that a recipe stands for, for executions [first, first + count).
model::Request request_for(const model::Recipe& recipe, model::Command command, std::uint64_t first,
                           std::uint64_t count);

// The same for everything that ends in the same way at the same places, whatever the schedule was. After
// diagnose::resolve also the same in another build, on another machine and after edits elsewhere in the source.
std::string fingerprint(const model::Trace& trace);

}  // namespace wedge::supervise
