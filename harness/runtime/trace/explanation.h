// What a library of the program says about a hang, for the text of the failure.
#pragma once

#include <chrono>
#include <string>

#include <wedge/outcome.h>

namespace wedge::runtime {

extern std::string (*explain_hang)(std::chrono::nanoseconds now);  // null: nobody explains; gone with the execution
extern bool explaining;                                            // it runs, and may leave notes

// Adds it to the text of the result, if the outcome is a hang.
void add_explanation(Outcome outcome);

}  // namespace wedge::runtime
