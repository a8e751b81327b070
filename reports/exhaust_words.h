// What an exhaustive search has shown, in words that claim no more than that.
#pragma once

#include <string>

#include "harness/model/result.h"

namespace wedge::reports {

// "complete: 1680 traces, no failure". Requires: the variant was searched exhaustively.
std::string exhaust_words(const model::VariantResult& variant);
// While it is under way: "120 traces, about 300 left".
std::string exhaust_progress(const model::ExhaustClaim& claim);
// A line for each variant that was; empty if none was.
std::string exhaust_lines(const model::RunResult& result);

}  // namespace wedge::reports
