// From copied stacks to named ones, for all threads of a tree.
#pragma once

#include <chrono>
#include <vector>

#include "harness/diagnose/capture.h"
#include "harness/diagnose/process_reading.h"

namespace wedge::diagnose {

// Fills stacks, modules and the names of awaited objects. What is not done by the deadline stays without a stack and
// says so.
void name_stacks(const CaptureRequest& request, std::chrono::steady_clock::time_point deadline,
                 std::vector<ProcessReading>& readings, model::Hang& hang);

}  // namespace wedge::diagnose
