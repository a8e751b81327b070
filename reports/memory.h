// What a finding about memory has to tell: the block, and where it was allocated, freed and used, or lost.
#pragma once

#include <string>
#include <string_view>

#include "reports/words.h"

namespace wedge::reports {

// Paragraphs of plain text; empty if the trace is not about memory.
std::string memory_text(const model::Trace& trace, const Words& words);

// The advice for it. Requires: the trace is about memory.
std::string_view memory_hint(const model::Trace& trace);

}  // namespace wedge::reports
