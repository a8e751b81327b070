// What a run is written as for machines and for services: against approved files, and against the rules of each format.
#include <gtest/gtest.h>

#include "harness/model/sample_hang.h"
#include "harness/model/sample_trace.h"
#include "reports/github.h"
#include "reports/golden.h"
#include "reports/junit.h"
#include "reports/render.h"
#include "reports/sample_result.h"
#include "reports/sarif.h"
#include "reports/suite_markdown.h"

namespace wedge::reports {
namespace {

TEST(suite_markdown, sample) { expect_golden("report.md", suite_report(sample_result())); }
TEST(suite_markdown, skipped_rung) { expect_golden("skipped-rung.report.md", suite_report(sample_skipped_rung())); }
TEST(suite_markdown, exhausted) { expect_golden("exhausted.report.md", suite_report(sample_exhausted())); }
TEST(junit, sample) { expect_golden("junit.xml", junit(sample_result())); }
TEST(junit, skipped_rung) { expect_golden("skipped-rung.junit.xml", junit(sample_skipped_rung())); }
TEST(github, sample) { expect_golden("annotations.txt", annotations(sample_result(), "/home/me")); }

Sources sample_sources() {
  return {[](const std::string& path) -> std::optional<model::Trace> {
            if (path == "traces/panic.trace.json") return std::nullopt;
            return model::sample_deadlock();
          },
          [](const std::string&) -> std::optional<model::Hang> { return model::sample_hang(); }, "/home/me/"};
}

TEST(sarif, sample) {
  model::RunResult result = sample_result();
  model::VariantResult hung = sample_variant("ingest/queue", "as-found", Outcome::pass);
  fail(hung, sample_finding(Outcome::hang, "deadline of 60 s", "queue"), false);
  hung.findings[0].hang = "hangs/queue.hang.json";
  hung.findings[0].place.clear();
  result.variants.push_back(hung);
  expect_golden("wedge.sarif", sarif(result, sample_sources()));
}

}  // namespace
}  // namespace wedge::reports
