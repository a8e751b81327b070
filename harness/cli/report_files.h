// The reports that a run leaves in its folder, and what it tells the service that it runs on.
#pragma once

#include <string>

#include "harness/cli/output.h"
#include "harness/model/result.h"
#include "reports/render.h"

namespace wedge::cli {

// The traces and hangs below `folder`. They throw EnvironmentError for a file that cannot be used.
reports::Sources sources_in(const std::string& folder);

// report.md, reports/, junit.xml and wedge.sarif. Sets the `report` of every finding.
void write_reports(model::RunResult& result, const OutputFolder& output);

// What an earlier run left in `folder`. Throws EnvironmentError.
model::RunResult load_result(const std::string& folder);

// In GitHub Actions: annotations on standard output, and the table added to the summary of the job.
void tell_github(const model::RunResult& result);

// The folder of the checkout, as far as it can be told: $GITHUB_WORKSPACE, what git would say, or where we are.
std::string source_root();

}  // namespace wedge::cli
