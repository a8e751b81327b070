// Why a controlled execution failed, in sentences.
#pragma once

#include <string>
#include <vector>

#include "reports/words.h"

namespace wedge::reports {

// At most three sentences, plain text.
std::vector<std::string> reasons(const model::Trace& trace, const Words& words);

}  // namespace wedge::reports
