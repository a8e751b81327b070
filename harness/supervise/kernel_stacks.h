// Where each task stood when the execution failed, seen as a debugger would see it: through the kernel's threads.
#pragma once

#include "harness/model/trace.h"
#include "harness/supervise/replay.h"

namespace wedge::supervise {

// Replays the finding under carrier `thread`, lets it stand still at the failure and captures its threads like those of
// any hung process. Fills Trace::kernel_stacks; leaves it empty if the replay went another way or cannot be read.
void add_kernel_stacks(model::Trace& trace, const ReplayPlan& plan);

}  // namespace wedge::supervise
