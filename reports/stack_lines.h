// A stack as lines of text, for people who look for their own functions in it.
#pragma once

#include <string>
#include <vector>

#include "reports/words.h"

namespace wedge::reports {

// The user's functions innermost first; of what lies between them only the one that was called is worth its line.
std::vector<std::string> stack_lines(const model::Trace& trace, const Words& words, const model::Stack& stack);

}  // namespace wedge::reports
