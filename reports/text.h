// What is wrong, in plain text, for somebody who reads it at two in the morning.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::reports {

// "deadlock: 3 tasks wait for each other".
std::string headline(const model::Trace& trace);

// Everything that is known about a finding: the headline, who waits for whom, where each task stands, how it came to
// that, and whether it happened again. Ends with a newline.
std::string explain(const model::Trace& trace);

}  // namespace wedge::reports
