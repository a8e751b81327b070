// The report on a controlled finding: what it says, and that it keeps its form and its limits.
#include "reports/finding_markdown.h"

#include <gtest/gtest.h>

#include "harness/model/sample_trace.h"
#include "reports/golden.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::Operation;
using model::Trace;

FindingContext sample_context() {
  return {"wedge repro traces/transfer.trace.json", run_again(model::sample_recipe()), "traces/transfer.trace.json"};
}

Trace sample_panic() {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::panic;
  trace.text = "assertion `balance >= 0' failed\nin <b>transfer</b>\n```\n";
  trace.task = 2;
  trace.stack = 2;
  trace.cycle.clear();
  trace.analysis.reset();
  trace.confirmation = {.same = 1, .attempts = 3, .remark = "ended in pass instead"};
  return trace;
}

TEST(finding_markdown, deadlock) {
  expect_golden("deadlock.finding.md", finding_report(model::sample_deadlock(), sample_context()));
}
TEST(finding_markdown, panic) { expect_golden("panic.finding.md", finding_report(sample_panic(), sample_context())); }

}  // namespace
}  // namespace wedge::reports
