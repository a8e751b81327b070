// What a task waits for, who could end that, and what is known about the last time somebody tried.
#pragma once

#include <string>

#include "reports/words.h"

namespace wedge::reports {

// "waits to lock mutex m[1], held by task 3 since step 17, taken at abba3.cpp:5 in work(int)". Clauses are divided by
// "; ". Of a task that could run, what it would do next, or nothing.
std::string what_it_waits_for(const model::Trace& trace, const Words& words, const model::TaskRecord& task);

// The same in one short clause, for the cycle: "waits for mutex m[1], which task 3 holds".
std::string link_in_cycle(const model::Trace& trace, const Words& words, std::uint16_t task, std::uint16_t next);

}  // namespace wedge::reports
