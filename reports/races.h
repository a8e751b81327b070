// Data races in words: the same in every report.
#pragma once

#include <string>

#include "harness/model/trace.h"
#include "reports/words.h"

namespace wedge::reports {

// "count_: written by put(int) (buffer.cpp:12), read by size() (buffer.cpp:20), and nothing orders the two". Of the
// trace's first race; the same for every task, address and schedule. Requires: the trace has a race.
std::string race_summary(const model::Trace& trace);

// What was raced for: "the static variable count_", "a variable on the stack of task 2".
std::string raced_for(const model::Race& race, const Words& words);

// For the console: both accesses with their stacks, every race of the trace. Empty if it has none.
std::string races_text(const model::Trace& trace, const Words& words);
// The same for a page.
std::string races_section(const model::Trace& trace, const Words& words);

}  // namespace wedge::reports
