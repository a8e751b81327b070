// What a campaign says about its own search: who found a failure, and what passing leaves open.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/model/search.h"

namespace wedge::e2e {
namespace {

constexpr const char* rare = "canaries/wrong-waiter:as-found";
constexpr const char* sound = "canaries/pass/locks:mutual-exclusion";

bool is_member(const std::string& strategy) {
  return std::ranges::find(model::portfolio_members, strategy) != model::portfolio_members.end();
}

model::VariantResult ran(const Folder& out, const char* variant, const Words& options) {
  Words words{"run", variant, "--out", out.path()};
  words.insert(words.end(), options.begin(), options.end());
  const Finished run = wedge(words);
  EXPECT_LE(run.status, 1) << run.output << run.errors;
  return only_variant(out.path());
}

// Whose turn it was is told, and the same command finds it in the same execution.
TEST(Portfolio, finding_names_the_member_that_had_its_turn) {
  std::set<std::string> members;
  for (const char* seed : {"1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10",
                           "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"}) {
    const Folder out;
    const model::VariantResult variant =
        ran(out, members.empty() ? rare : "patterns/bounded-buffer:as-found", {"--seed", seed});
    ASSERT_EQ(variant.findings.size(), 1U);
    const model::Trace trace = trace_in(out.path(), variant.findings.front());
    if (trace.recipe.execution == 0) continue;  // the scout
    EXPECT_TRUE(trace.recipe.portfolio);
    EXPECT_TRUE(is_member(trace.recipe.strategy)) << trace.recipe.strategy;
    members.insert(trace.recipe.strategy);
    EXPECT_EQ(variant.findings.front().confirmed, "3 of 3");
  }
  EXPECT_GE(members.size(), 2U) << "only one member ever finds anything";
}

TEST(Residual, is_told_of_a_campaign_that_passed) {
  const Folder out;
  const model::VariantResult variant = ran(out, sound, {"--strategy", "random", "--executions", "1000"});
  ASSERT_TRUE(variant.residual.has_value());
  EXPECT_EQ(variant.residual->strategy, "random");
  EXPECT_EQ(variant.residual->executions, 999U);  // without the scout
  EXPECT_NEAR(std::pow(1 - variant.residual->risk, 999), 0.05, 1e-9);
  EXPECT_GT(variant.residual->switch_pairs, 3U);
  ASSERT_TRUE(variant.residual->new_in_last_tenth.has_value());
  EXPECT_LT(*variant.residual->new_in_last_tenth, variant.residual->switch_pairs);
}

TEST(Residual, is_not_told_of_one_that_failed_or_enumerates) {
  const Folder out;
  EXPECT_FALSE(ran(out, rare, {}).residual.has_value());
  EXPECT_FALSE(ran(out, sound, {"--strategy", "period", "--executions", "100"}).residual.has_value());
}

// A pair counts once, however often it is made: ten times the executions of a small program see hardly more.
TEST(SwitchPairs, are_soon_all_known_of_a_small_program) {
  const Folder out;
  const auto pairs = [&](const char* executions) {
    return ran(out, sound, {"--strategy", "random", "--executions", executions}).residual->switch_pairs;
  };
  const std::uint64_t few = pairs("1000");
  const std::uint64_t many = pairs("10000");
  EXPECT_GE(many, few);
  EXPECT_LE(many, few + few / 5);
}

}  // namespace
}  // namespace wedge::e2e
