// Experiments on a condemned process tree that tell apart what no look from outside can: whether what a thread waits
// for is there already, and only the wakeup was lost, or whether it was never produced.
#pragma once

#include <chrono>

#include "harness/model/hang.h"

namespace wedge::diagnose {

struct ProbeLimits {
  std::chrono::milliseconds each{1500};  // so long a thread may take to show that it goes on
  std::chrono::milliseconds all{20000};  // no new probe after so long
};

// Does what fits the verdict to the processes of `hang`, which afterwards are not what they were: only when the report
// is safe and the tree is to be ended. Adds to `probes` what was done and seen, and to the verdict what that shows.
// In the thread that makes the call; no other one of this process may trace anything meanwhile.
void probe(model::Hang& hang, const ProbeLimits& limits = {});

}  // namespace wedge::diagnose
