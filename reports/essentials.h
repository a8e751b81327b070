// Which switches a finding cannot do without, and how often chance comes upon it: the answer to "why only sometimes".
#pragma once

#include <string>
#include <vector>

#include "harness/model/trace.h"
#include "reports/words.h"

namespace wedge::reports {

// For each essential switch: "before task 1 locks mutex m at a.cpp:5, task 2 runs; without this switch the run passes".
std::vector<std::string> essential_switches(const model::Trace& trace, const Words& words);

// "2 switches are essential, of 17 as it was found". Empty if nothing was tried.
std::string switch_count_words(const model::Trace& trace);

// "20 of 84 executions of random search: between 16.0 % and 34.0 % with 95 %". Empty if not measured.
std::string rate_words(const model::Trace& trace);

}  // namespace wedge::reports
