// Why a controlled execution failed, in sentences.
#pragma once

#include <string>
#include <vector>

#include "reports/words.h"

namespace wedge::reports {

// At most three sentences, plain text.
std::vector<std::string> reasons(const model::Trace& trace, const Words& words);

// "task 1 is interrupted at a.cpp:5 before it locks mutex m, and task 2 runs instead; had task 1 gone on, the run would
// have passed": one per essential switch.
std::vector<std::string> essential_switches(const model::Trace& trace, const Words& words);

// "3 of 2000 executions of random search (0.15 %; between 0.05 % and 0.44 % with 95 %)"; empty if it was not measured.
std::string rate_words(const model::Trace& trace);

}  // namespace wedge::reports
