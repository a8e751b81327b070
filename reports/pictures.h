// A trace as pictures: who waits for whom, and the order in which the tasks did things.
#pragma once

#include <string>

#include "reports/words.h"

namespace wedge::reports {

// A flowchart of the tasks that wait for each other; without a cycle, of all that wait. Empty if nobody waits.
std::string wait_graph(const model::Trace& trace, const Words& words);

// The last `most_drawn` things that happened, as a sequence diagram and then as numbered columns, with the same
// numbers in both.
std::string interleaving_pictures(const model::Trace& trace, const Words& words);

}  // namespace wedge::reports
