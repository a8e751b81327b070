// A run as JUnit XML, which every CI service shows.
#pragma once

#include <string>

#include "harness/model/result.h"

namespace wedge::reports {

// One testsuite per scenario (or program), one testcase per variant. No times: the same run gives the same bytes.
std::string junit(const model::RunResult& result);

}  // namespace wedge::reports
