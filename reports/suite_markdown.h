// The report on a whole run: what was declared, what happened, and where to read on.
#pragma once

#include <string>

#include "harness/model/result.h"

namespace wedge::reports {

std::string suite_report(const model::RunResult& result);

// "2 of 9 variants are not as declared", for the first line and for whoever wants no more.
std::string verdict_words(const model::RunResult& result);

// Whether nothing was found but what cannot be controlled.
bool is_skipped(const model::VariantResult& variant);
// Why it was skipped, or empty.
std::string reason_for_skip(const model::RunResult& result, const model::VariantResult& variant);

}  // namespace wedge::reports
