// Why a program ended before the runtime could take it over: the words it wrote are the best explanation there is.
#pragma once

#include <string>

#include "harness/supervise/launch.h"

namespace wedge::supervise {

// "ended with status 3" or "was killed by signal 11 (Segmentation fault)".
std::string words_for_status(int wait_status);

// One line for the user. Starts the program once more, briefly, to catch what it says. `stood_still`: it did not end
// but never became ready.
std::string explain_early_end(const LaunchSpec& spec, int wait_status, bool stood_still);

}  // namespace wedge::supervise
