// The report on a controlled finding: what it says, and that it keeps its form and its limits.
#include "reports/finding_markdown.h"

#include <gtest/gtest.h>

#include "harness/model/sample_trace.h"
#include "reports/golden.h"
#include "reports/page.h"
#include "reports/reasons.h"

namespace wedge::reports {
namespace {

using model::Operation;
using model::Trace;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

FindingContext sample_context() {
  return {"wedge repro traces/transfer.trace.json", run_again(model::sample_recipe()), "traces/transfer.trace.json"};
}

Trace sample_minimised() {
  Trace trace = model::sample_deadlock();
  trace.analysis =
      model::Analysis{.minimised = true,
                      .steps_before = 40,
                      .switches_before = 9,
                      .candidates = 17,
                      .complete = true,
                      .switches = {{.step = 5, .from = 1, .to = 2, .without = Outcome::pass, .text_without = ""}},
                      .rate = {.failures = 3, .executions = 2000, .low = 0.00051, .high = 0.0044}};
  return trace;
}

Trace sample_panic() {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::panic;
  trace.text = "assertion `balance >= 0' failed\nin <b>transfer</b>\n```\n";
  trace.task = 2;
  trace.stack = 2;
  trace.cycle.clear();
  trace.confirmation = {.same = 1, .attempts = 3, .remark = "ended in pass instead"};
  return trace;
}

TEST(finding_markdown, deadlock) {
  expect_golden("deadlock.finding.md", finding_report(sample_minimised(), sample_context()));
}
TEST(finding_markdown, panic) { expect_golden("panic.finding.md", finding_report(sample_panic(), sample_context())); }

}  // namespace
}  // namespace wedge::reports
