// The report on a controlled finding, for people, in the shape of the one on a hang.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::reports {

// What the trace cannot know: where it lies, and how the user calls us.
struct FindingContext {
  std::string replay;     // the command that replays it, to be given in the folder of the results
  std::string run_again;  // the command that finds it again, without the trace
  std::string trace;      // a link to it
};

std::string finding_report(const model::Trace& trace, const FindingContext& context);

// "wedge run 'queue/close:as-found' --strategy pct --depth 3 --seed 7 --executions 36".
std::string run_again(const model::Recipe& recipe);

}  // namespace wedge::reports
