// Every cell of the tables, and what makes a result the symptom.
#include "harness/model/verdict.h"

#include <gtest/gtest.h>

namespace wedge::model {
namespace {

VariantResult variant(const std::string& name, std::vector<FindingResult> findings = {}) {
  VariantResult result;
  result.scenario = "bank/transfer";
  result.variant = name;
  result.executions = 100;
  result.findings = std::move(findings);
  result.failures = result.findings.size();
  return result;
}

FindingResult finding(Outcome outcome, const std::string& text) {
  FindingResult result;
  result.outcome = outcome;
  result.text = text;
  return result;
}

FindingResult symptom() { return finding(Outcome::deadlock, "nothing ever: 2 tasks"); }

VariantResult as_found(std::vector<FindingResult> findings = {symptom()}) {
  VariantResult result = variant("as-found", std::move(findings));
  result.expected = Outcome::deadlock;
  result.expected_text = "nothing ever";
  return result;
}

// Of one claim, whose variants are given.
Verdict verdict_with(std::vector<VariantResult> variants) {
  RunResult result;
  result.variants = std::move(variants);
  result.variants.insert(result.variants.begin(), as_found());
  const std::vector<Verdicts> all = verdicts_of(result);
  return all.size() == 1 && all[0].claims.size() == 1 ? all[0].claims[0].verdict : Verdict::count_;
}

TEST(verdict, each_cell_of_the_table_of_hypotheses) {
  const VariantResult without_passes = variant("without/x");
  const VariantResult without_fails = variant("without/x", {symptom()});
  const VariantResult alone_passes = variant("alone/x");
  const VariantResult alone_fails = variant("alone/x", {symptom()});
  EXPECT_EQ(verdict_with({without_passes, alone_fails}), Verdict::the_cause);
  EXPECT_EQ(verdict_with({without_passes, alone_passes}), Verdict::necessary);
  EXPECT_EQ(verdict_with({without_fails, alone_fails}), Verdict::can_cause);
  EXPECT_EQ(verdict_with({without_fails, alone_passes}), Verdict::refuted);
}

TEST(verdict, one_of_the_two_says_what_is_known) {
  EXPECT_EQ(verdict_with({variant("without/x")}), Verdict::needed);
  EXPECT_EQ(verdict_with({variant("without/x", {symptom()})}), Verdict::not_needed);
  EXPECT_EQ(verdict_with({variant("alone/x")}), Verdict::not_enough);
  EXPECT_EQ(verdict_with({variant("alone/x", {symptom()})}), Verdict::enough);
}

TEST(verdict, each_of_a_fix) {
  EXPECT_EQ(verdict_with({variant("fix/x")}), Verdict::cures);
  EXPECT_EQ(verdict_with({variant("fix/x", {symptom()})}), Verdict::no_effect);
  EXPECT_EQ(verdict_with({variant("fix/x", {finding(Outcome::panic, "assertion")})}), Verdict::trades);
  EXPECT_EQ(verdict_with({variant("fix/x", {finding(Outcome::panic, "assertion"), symptom()})}), Verdict::no_effect);
}

TEST(verdict, each_of_an_upstream_test) {
  EXPECT_EQ(verdict_with({variant("upstream-test/x")}), Verdict::blind);
  EXPECT_EQ(verdict_with({variant("upstream-test/x", {symptom()})}), Verdict::sees);
  EXPECT_EQ(verdict_with({variant("upstream-test/x", {finding(Outcome::panic, "expected 3")})}), Verdict::sees);
}

TEST(verdict, another_failure_than_the_symptom_is_not_the_symptom) {
  const FindingResult other_text = finding(Outcome::deadlock, "something else");
  const FindingResult other_outcome = finding(Outcome::lost_wakeup, "nothing ever");
  for (const FindingResult& other : {other_text, other_outcome}) {
    EXPECT_EQ(verdict_with({variant("without/x", {symptom()}), variant("alone/x", {other})}), Verdict::refuted);
    EXPECT_EQ(verdict_with({variant("fix/x", {other})}), Verdict::trades);
  }
}

TEST(verdict, what_was_not_tried_is_not_known) {
  VariantResult left_out = variant("fix/x");
  left_out.left_out = "it takes real time";
  EXPECT_EQ(verdict_with({left_out}), Verdict::unknown);
  VariantResult interrupted = variant("fix/x");
  interrupted.executions = 0;
  EXPECT_EQ(verdict_with({interrupted}), Verdict::unknown);
  EXPECT_EQ(verdict_with({variant("fix/x", {finding(Outcome::unsupported, "fork")})}), Verdict::unknown);
}

TEST(verdict, without_the_failure_itself_nothing_is_known) {
  RunResult result;
  result.variants = {as_found({}), variant("fix/x"), variant("without/y"), variant("alone/y")};
  const std::vector<Verdicts> all = verdicts_of(result);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].as_found.showing, Showing::passes);
  for (const Claim& claim : all[0].claims) EXPECT_EQ(claim.verdict, Verdict::unknown);
}

TEST(verdict, scenarios_without_claims_or_without_a_failure_have_none) {
  RunResult result;
  result.variants = {as_found(), variant("other")};
  EXPECT_TRUE(verdicts_of(result).empty());
  result.variants = {variant("fix/x"), variant("as-found")};
  EXPECT_TRUE(verdicts_of(result).empty());
}

TEST(verdict, claims_are_in_order_and_of_their_own_scenario) {
  RunResult result;
  VariantResult elsewhere = variant("fix/z");
  elsewhere.scenario = "bank/close";
  result.variants = {variant("fix/b"), variant("alone/x"), as_found(),
                     elsewhere,        variant("fix/a"),   variant("without/x")};
  const std::vector<Verdicts> all = verdicts_of(result);
  ASSERT_EQ(all.size(), 1U);
  std::string names;
  for (const Claim& claim : all[0].claims) names += claim.name + " ";
  EXPECT_EQ(names, "x b a ");
}

TEST(verdict, every_one_has_a_name) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Verdict::count_); ++i)
    EXPECT_FALSE(name_of(static_cast<Verdict>(i)).empty());
}

}  // namespace
}  // namespace wedge::model
