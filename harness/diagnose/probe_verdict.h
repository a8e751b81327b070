// What experiments add to a verdict.
#pragma once

#include <vector>

#include "harness/diagnose/probe_outcome.h"

namespace wedge::diagnose {

// Adds the probes to the hang, and changes its verdict where they show more than the capture could. Looks at nothing
// but its arguments.
void conclude_from(const std::vector<ProbeOutcome>& outcomes, model::Hang& hang);

}  // namespace wedge::diagnose
