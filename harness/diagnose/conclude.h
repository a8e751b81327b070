// What follows from a capture: the wait-for graph, the class of the hang with its facts, and the fingerprint.
#pragma once

#include "harness/model/hang.h"

namespace wedge::diagnose {

// Fills `graph`, `verdict` and `fingerprint` from everything else. Looks at nothing but the hang itself.
void conclude(model::Hang& hang);

}  // namespace wedge::diagnose
