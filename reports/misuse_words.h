// What is wrong with a call that ended in `misuse`, in one sentence with everybody who had a part in it.
#pragma once

#include <string>

#include "reports/words.h"

namespace wedge::reports {

// "task 2 locks mutex m at a.cpp:5 in work(), which task 1 destroyed at step 7 at a.cpp:9 in main". Empty if the trace
// tells of no such call.
std::string misuse_words(const model::Trace& trace, const Words& words);

}  // namespace wedge::reports
