// A trace for a repository: what a replay on another machine needs, and nothing of the machine that it was found on.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::cli {

// Paths below `root` become relative to it; of a stack only the place in the user's own code stays.
model::Trace portable(model::Trace trace, const std::string& root);

}  // namespace wedge::cli
