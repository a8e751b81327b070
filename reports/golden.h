// Compares what a writer makes with a file under reports/golden, which somebody has looked at and approved.
#pragma once

#include <string>

namespace wedge::reports {

// Fails the running test at the first line that differs. With WEDGE_APPROVE=1 (scripts/approve) the file is written
// instead.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace wedge::reports
