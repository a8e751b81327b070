// The verdicts on a report's theories and fixes, for people: as a page and for a terminal.
#pragma once

#include <string>
#include <vector>

#include "harness/model/result.h"

namespace wedge::reports {

// verdicts.md. Empty if no scenario of the result makes claims. Links are relative to the folder of the results.
// `beside`: what the same scenarios came to on other rungs; shown with it, and no part of any verdict.
std::string verdicts_page(const model::RunResult& result, const std::vector<model::RunResult>& beside = {});

// The same as aligned columns, one scenario after another.
std::string verdicts_table(const model::RunResult& result);

}  // namespace wedge::reports
