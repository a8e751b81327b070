// The verdicts against approved files, and what is left out when there are none.
#include "reports/verdicts.h"

#include <gtest/gtest.h>

#include "reports/golden.h"
#include "reports/sample_verdicts.h"

namespace wedge::reports {
namespace {

TEST(verdicts, page) { expect_golden("verdicts.md", verdicts_page(sample_verdicts())); }
TEST(verdicts, table) { expect_golden("verdicts.txt", verdicts_table(sample_verdicts())); }

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
