// On which rungs the failures of a scenario showed, and how often: what other tools would have said about them.
#pragma once

#include <string>
#include <vector>

#include "harness/model/result.h"

namespace wedge::reports {

// A markdown table: a row for each variant of the scenario that failed in one of the results, a column for each result.
// Empty if none failed.
std::string rungs_table(const std::string& scenario, const std::vector<const model::RunResult*>& results);

}  // namespace wedge::reports
