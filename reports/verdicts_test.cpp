// The verdicts against approved files, and what is left out when there are none.
#include "reports/verdicts.h"

#include <gtest/gtest.h>

#include "reports/golden.h"
#include "reports/sample_verdicts.h"

namespace wedge::reports {
namespace {

TEST(verdicts, page) { expect_golden("verdicts.md", verdicts_page(sample_verdicts())); }
TEST(verdicts, table) { expect_golden("verdicts.txt", verdicts_table(sample_verdicts())); }

model::RunResult on_rung(const std::string& rung) {
  model::RunResult result = sample_verdicts();
  result.rung = rung;
  for (model::VariantResult& variant : result.variants) {
    variant.executions = 100;
    variant.failures = 0;
    variant.findings.clear();
  }
  return result;
}

TEST(verdicts, page_with_other_rungs) {
  model::RunResult free = on_rung("free");
  free.variants[0].failures = 7;
  free.variants[0].findings.push_back(sample_finding(Outcome::hang, "nothing ends", "as-found"));
  free.variants[2].left_out = "it takes real time";
  model::RunResult tsan = on_rung("tsan");
  tsan.variants.resize(2);
  model::RunResult rr = on_rung("rr");
  rr.skipped = "no performance counters";
  expect_golden("verdicts-beside.md", verdicts_page(sample_verdicts(), {free, tsan, rr}));
}

TEST(verdicts, what_everything_was_tried_for_is_said_to_be_so) {
  model::RunResult result = sample_verdicts();
  for (model::VariantResult& variant : result.variants) {
    variant.exhaust = model::ExhaustClaim{};
    variant.exhaust->over = variant.failures == 0;
    variant.exhaust->bound = "2 preemptions";
  }
  EXPECT_NE(verdicts_table(result).find("cures, exhaustively within 2 preemptions"), std::string::npos);
  EXPECT_NE(verdicts_table(result).find("refuted, exhaustively within 2 preemptions"), std::string::npos);
  for (model::VariantResult& variant : result.variants) variant.exhaust->over = false;
  EXPECT_EQ(verdicts_table(result).find("exhaustively"), std::string::npos);
}

TEST(verdicts, a_run_without_claims_has_no_page) {
  model::RunResult result = sample_verdicts();
  result.variants.resize(1);
  EXPECT_EQ(verdicts_page(result), "");
  EXPECT_EQ(verdicts_table(result), "");
}

TEST(verdicts, without_the_failure_itself_the_page_says_that_nothing_is_known) {
  model::RunResult result = sample_verdicts();
  result.variants[0].findings.clear();
  const std::string page = verdicts_page(result);
  EXPECT_NE(page.find("**It was not seen** in 10000 executions"), std::string::npos) << page;
  EXPECT_NE(page.find("| not seen, so nothing is known | - | - |"), std::string::npos) << page;
  EXPECT_EQ(page.find("cures"), std::string::npos) << page;
}

TEST(verdicts, a_change_of_one_result_changes_the_verdict) {
  model::RunResult result = sample_verdicts();
  EXPECT_NE(verdicts_table(result).find("cures, within 10000 executions"), std::string::npos);
  for (model::VariantResult& variant : result.variants)
    if (variant.variant == "fix/one-order") variant.findings = result.variants[0].findings;
  EXPECT_EQ(verdicts_table(result).find("cures, within 10000 executions"), std::string::npos);
}

}  // namespace
}  // namespace wedge::reports
