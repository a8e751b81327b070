// Deadlocks that chance does not come upon are predicted from executions that passed, tried, and then found; and what
// cannot happen is not tried.
#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/runtime/mutation.h"

namespace wedge::e2e {
namespace {

model::VariantResult result_of(const std::string& variant, const std::string& executions, const Words& more = {}) {
  const Folder out;
  Words words{
      "run",     "canaries/far-inversion:" + variant, "--strategy", "random", "--executions", executions, "--out",
      out.path()};
  words.insert(words.end(), more.begin(), more.end());
  const Finished run = wedge(words);
  EXPECT_LE(run.status, 1) << run.output << run.errors;
  return only_variant(out.path());
}

TEST(Prediction, finds_within_the_first_rounds_what_chance_does_not_find) {
  const model::VariantResult variant = result_of("as-found", "64");
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_EQ(name_of(variant.outcome), "deadlock");
  EXPECT_EQ(variant.findings.front().confirmed, "3 of 3");
}

// With the prediction switched off, by a runtime broken in just that way, chance is alone.
TEST(Prediction, is_what_finds_it) {
  const Folder out;
  const Finished run =
      wedge({"run", "canaries/far-inversion:as-found", "--strategy", "random", "--executions", "10000", "--mutation",
             std::to_string(static_cast<int>(runtime::Mutation::no_prediction)), "--out", out.path()},
            {{"WEDGE_RUNTIME", WEDGE_E2E_MUTABLE_RUNTIME}});
  EXPECT_EQ(run.status, 1) << run.output;
  EXPECT_EQ(only_variant(out.path()).failures, 0U);
}

class NoPrediction : public testing::TestWithParam<std::string> {};

TEST_P(NoPrediction, where_it_cannot_happen) {
  const model::VariantResult variant = result_of(GetParam(), "500");
  EXPECT_EQ(name_of(variant.outcome), "pass");
  EXPECT_EQ(variant.predicted, 0U);
  EXPECT_EQ(variant.directed, 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, NoPrediction, testing::Values("fix/one-order", "fix/gate", "fix/join-between", "one-task"),
                         [](const auto& param) { return as_test_name(param.param); });

TEST(Prediction, gives_the_same_finding_whatever_the_number_of_jobs) {
  const model::VariantResult one = result_of("as-found", "600", {"--jobs", "1"});
  const model::VariantResult three = result_of("as-found", "600", {"--jobs", "3"});
  EXPECT_EQ(one, three);
}

}  // namespace
}  // namespace wedge::e2e
