// The stacks of a trace's tasks, grouped by equality.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::reports {

// "Stacks: 4 tasks, 3 different stacks".
std::string stacks_title(const model::Trace& trace);
// The user's own frames. Where the carrier `thread` has shown the stacks as the kernel's threads have them, those.
std::string stacks_section(const model::Trace& trace);
std::string all_frames_section(const model::Trace& trace);

}  // namespace wedge::reports
