// Everything that is written about a run, in one go: for `wedge run`, which has just ended, and for `wedge report`,
// which finds the results of an earlier one.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/model/hang.h"
#include "harness/model/result.h"
#include "harness/model/trace.h"

namespace wedge::reports {

// Where the findings come from. Paths are those of the result; nothing means that there is none to be had.
struct Sources {
  std::function<std::optional<model::Trace>(const std::string& path)> trace;
  std::function<std::optional<model::Hang>(const std::string& path)> hang;
  std::string root;  // the folder of the checkout
};

struct ReportFile {
  std::string name;  // relative to the folder of the results
  std::string text;
};

// Sets the `report` of every finding, and hands out its report, then report.md, verdicts.md if there are any,
// junit.xml and wedge.sarif. One finding is in memory at a time.
void render_all(model::RunResult& result, const Sources& sources, const std::function<void(const ReportFile&)>& write);

// wedge.sarif alone.
std::string sarif(const model::RunResult& result, const Sources& sources);

// "/home/me/a.cpp:12": the one place that stands for a finding; of tasks that wait for each other, where the first
// stands. Empty if there is none in the user's own code.
std::string place_of_finding(const model::Trace& trace);

// "reports/abba3-deadlock-1f2e3d4c.md" for "traces/abba3-deadlock-1f2e3d4c.trace.json".
std::string report_name(const std::string& path);

// The report on one finding whose trace lies at `path`.
std::string finding_page(const model::Trace& trace, const std::string& path);

}  // namespace wedge::reports
