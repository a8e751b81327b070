// The verdicts on a report's theories and fixes, for people: as a page and for a terminal.
#pragma once

#include <string>

#include "harness/model/result.h"

namespace wedge::reports {

// verdicts.md. Empty if no scenario of the result makes claims. Links are relative to the folder of the results.
std::string verdicts_page(const model::RunResult& result);

// The same as aligned columns, one scenario after another.
std::string verdicts_table(const model::RunResult& result);

}  // namespace wedge::reports
