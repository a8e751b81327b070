// Every strategy against every canary: what must fail fails as declared and replays, what must pass passes.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

bool must_fail(const model::VariantResult& variant) { return variant.expected != Outcome::pass; }

class Canaries : public testing::TestWithParam<std::string> {
 protected:
  static void expect_as_declared(const Words& targets, std::uint64_t executions, const Folder& out) {
    Words words{"run", "--no-analysis", "--strategy", GetParam(), "--executions", std::to_string(executions), "--jobs",
                "2",   "--out",         out.path()};
    words.insert(words.end(), targets.begin(), targets.end());
    const Finished run = wedge(words);
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    EXPECT_EQ(run.errors, "");
    for (const model::VariantResult& variant : result_in(out.path()).variants) {
      SCOPED_TRACE(variant.scenario + ":" + variant.variant);
      EXPECT_TRUE(variant.as_declared);
      EXPECT_EQ(name_of(variant.outcome), name_of(variant.expected));
      if (must_fail(variant))
        EXPECT_EQ(variant.findings.at(0).confirmed, "3 of 3");
      else
        EXPECT_EQ(variant.executions, executions);
    }
  }
};

// What the default strategy finds is replayed a hundred times; a schedule does not know whose it was.
TEST_P(Canaries, end_as_declared_and_those_that_fail_replay_under_both_carriers) {
  const Folder out;
  expect_as_declared({"canaries/*:as-found", "canaries/*:fix/*"}, 10000, out);
  for (const std::string& carrier : carriers) expect_replays(out.path(), GetParam() == "portfolio" ? 100 : 10, carrier);
}

TEST_P(Canaries, that_must_pass_do) {
  expect_as_declared({"canaries/pass/*", "canaries/patient-poll:gives-up*", "canaries/far-inversion:one-task"}, 2000,
                     Folder());
}

// Else one that both tests leave out would not be noticed.
TEST(CanarySuite, is_run_as_a_whole) {
  const Folder out;
  wedge({"run", "canaries/*", "--executions", "1", "--out", out.path()});
  for (const model::VariantResult& variant : result_in(out.path()).variants)
    EXPECT_TRUE(variant.variant == "as-found" || variant.variant.starts_with("fix/") ||
                variant.scenario.starts_with("canaries/pass/") || variant.variant.starts_with("gives-up") ||
                variant.variant == "one-task")
        << variant.scenario << ":" << variant.variant;
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, Canaries, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

// A search that could not fail would show nothing: the suite has a canary for each outcome, with a fixed twin.
TEST(CanarySuite, has_every_outcome_and_a_fix_for_each_failure) {
  const Folder out;
  wedge({"run", "canaries/*", "--executions", "1", "--out", out.path()});
  std::set<Outcome> outcomes;
  std::map<std::string, int> fixes;
  for (const model::VariantResult& variant : result_in(out.path()).variants) {
    outcomes.insert(variant.expected);
    if (variant.variant == "as-found") fixes.try_emplace(variant.scenario);
    if (variant.variant.starts_with("fix/") && !must_fail(variant)) ++fixes[variant.scenario];
  }
  EXPECT_EQ(outcomes, (std::set{Outcome::pass, Outcome::deadlock, Outcome::lost_wakeup, Outcome::unmet_obligation,
                                Outcome::deadline, Outcome::livelock, Outcome::panic, Outcome::crash, Outcome::leak,
                                Outcome::misuse}));
  for (const auto& [scenario, count] : fixes) EXPECT_GE(count, 1) << scenario << " has no fixed twin";
}

// The verdict is compared, not trusted: a wrong declaration is reported as such.
TEST(CanarySuite, a_canary_that_is_not_given_the_executions_it_needs_is_not_as_declared) {
  const Folder out;
  const Finished run = wedge({"run", "canaries/flusher-stop:as-found", "--executions", "1", "--out", out.path()});
  EXPECT_EQ(run.status, 1) << run.output;
  EXPECT_FALSE(only_variant(out.path()).as_declared);
}

}  // namespace
}  // namespace wedge::e2e
