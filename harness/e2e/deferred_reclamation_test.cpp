// The scenario of a documented failure: what its variants come to, the verdicts that follow, that these depend on the
// cause that it models, and how long reclaiming takes.
#include <regex>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/e2e/verdicts.h"
#include "harness/model/hang.h"

namespace wedge::e2e {
namespace {

const std::string id = "deferred-reclamation/stale-analysis";

class DeferredReclamation : public testing::TestWithParam<std::string> {};

void expect_as_declared(const std::string& strategy, const Words& variants, const std::string& executions) {
  const Folder out;
  Words command{"run",           "--strategy", strategy, "--executions", executions,
                "--no-analysis", "--jobs",     "2",      "--out",        out.path()};
  for (const std::string& variant : variants) command.push_back(id + ":" + variant);
  const Finished run = wedge(command);
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const model::VariantResult& variant : result_in(out.path()).variants) {
    EXPECT_TRUE(variant.as_declared) << variant.variant << "\n" << run.output;
    for (const model::FindingResult& finding : variant.findings) EXPECT_EQ(finding.confirmed, "3 of 3");
  }
}

TEST_P(DeferredReclamation, ends_as_declared) {
  expect_as_declared(GetParam(),
                     {"as-found", "as-found/medium-tensor", "as-found/slow-read", "without/*", "alone/*", "measured/*",
                      "upstream-test/con*", "upstream-test/d*"},
                     "500");
}

// Strategy random finds the lost wakeup in the drop about once in 3,000 executions, the others ten times as often.
TEST_P(DeferredReclamation, ends_as_declared_with_each_fix) {
  expect_as_declared(GetParam(), {"fix/*"}, GetParam() == "random" ? "10000" : "2000");
}

// These take thousands of steps.
TEST_P(DeferredReclamation, ends_as_declared_after_hundreds_of_drops) {
  expect_as_declared(GetParam(), {"as-found/258-selections", "upstream-test/recycler-of-many-objects"}, "50");
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, DeferredReclamation, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

// One run of all variants, for the tests below.
class DeferredVerdicts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    out_ = new Folder;
    run_ = wedge(
        {"verdicts", "--run", id, "--strategy", "pos", "--executions", "500", "--jobs", "2", "--out", out_->path()});
    result_ = result_in(out_->path());
  }
  static void TearDownTestSuite() { delete out_; }

  static inline Folder* out_ = nullptr;
  static inline Finished run_;
  static inline model::RunResult result_;
};

// What mechanisms of the failure say, and for flushing twice and waking in the drop: what the README explains.
TEST_F(DeferredVerdicts, are_those_that_the_readme_gives) {
  EXPECT_EQ(run_.status, 0) << run_.output << run_.errors;
  const std::string other = "can cause this symptom, did not cause this failure";
  const std::string blind = "blind: it passes on the broken program";
  EXPECT_EQ(verdicts_on(result_, id),
            (Names{
                {"destructor-left-in-bag", "the cause"},
                {"death-wakes-nobody", "necessary, not sufficient"},
                {"pinned-thread", other},
                {"pinned-two-seconds", "not sufficient; whether it is necessary was not tried"},
                {"blocked-in-tensor-read", "refuted"},
                {"read-never-returns", "refuted"},
                {"read-never-returns-pinned", other},
                {"extracted-refs", "refuted"},
                {"cell-does-not-wake-on-drop", "refuted"},
                {"hidden-executor-pinned", other},
                {"every-poll-pins", other},
                {"overlapping-guards", "refuted"},
                {"nested-guards", "refuted"},
                {"two-analyses-race", "refuted"},
                {"hidden-pins-in-sources", "refuted"},
                {"drop-refs-early", "no effect"},
                {"drop-refs-after-read", "no effect"},
                {"scope-pins", "no effect"},
                {"advance-in-analysis-thread", "no effect"},
                {"advance-in-another-thread", "no effect"},
                {"flush-once", "no effect"},
                {"flush-twice-after-unpin", "no effect"},
                {"flush-inside-guard", "no effect"},
                {"pinned-thread-during-flush", "no effect"},
                {"timeout-around-read", "no effect"},
                {"timeout-around-slow-read", "trades"},
                {"flag-without-wake", "no effect"},
                {"flag-with-wake", "cures"},
                {"upstream-poll", "cures"},
                {"upstream-poll-guard-through-sleep", "cures"},
                {"wake-in-drop", "no effect"},
                {"wake-in-drop-and-check-again", "cures"},
                {"cells-outside-the-box", "cures"},
                {"extra-logging", "no effect"},
                {"dead-ref-get-none", blind},
                {"concurrent-drop-get", blind},
                {"concurrent-recycler-stress", blind},
                {"recycler-of-many-objects", blind},
                {"drop-wakes-waiter-added", "sees the failure"},
            }));
}

TEST_F(DeferredVerdicts, are_printed_and_written) {
  EXPECT_TRUE(contains(run_.output, "destructor-left-in-bag")) << run_.output;
  EXPECT_TRUE(contains(run_.output, "cures, within 500 executions")) << run_.output;
  const std::string page = read_text(*out_ / "verdicts.md");
  EXPECT_TRUE(contains(page, "**the cause**")) << page;
  EXPECT_TRUE(contains(read_text(*out_ / "report.md"), "[verdicts.md](verdicts.md)"));
  const Finished again = wedge({"verdicts", "deferred-*", "--out", out_->path()});
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_TRUE(contains(run_.output, again.output)) << again.output;
}

TEST_F(DeferredVerdicts, the_report_says_that_nobody_is_pinned_and_names_bag_and_slot) {
  const model::VariantResult& as_found = variant_in(result_, id, "as-found");
  ASSERT_EQ(as_found.findings.size(), 1U);
  const std::string& text = as_found.findings[0].text;
  const std::string hang_class(model::name_of(model::HangClass::deferred_work));
  EXPECT_TRUE(contains(text, hang_class + ": the destructor of the analysis of the large tensor sits in slot 1 of 64 "
                                          "of the bag of thread UI"))
      << text;
  EXPECT_TRUE(contains(text, "nobody is pinned")) << text;
  EXPECT_TRUE(contains(text, "the user interface has handled 'q' and waits for the analysis thread to end")) << text;
}

// If the destructor runs at once, the failure is gone, and with it every verdict.
TEST_F(DeferredVerdicts, change_when_the_modelled_cause_is_removed) { expect_nothing_without_the_cause({id}, "500"); }

// A variant measures it in virtual time, which passes only while nothing can run. Here are both numbers in that text.
std::pair<int, int> numbers_in(const std::string& variant, const std::string& text) {
  const Folder out;
  const Finished run = wedge({"run", id + ":" + variant, "--strategy", "random", "--no-early-timeouts", "--executions",
                              "1", "--no-analysis", "--show-output", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  std::smatch found;
  if (!std::regex_search(run.output, found, std::regex(text))) {
    ADD_FAILURE() << text << " is not in\n" << run.output;
    return {};
  }
  return {std::stoi(found[1]), found.size() > 2 ? std::stoi(found[2]) : 0};
}

// On the original 191 flushes went by in 1.93 s while another thread was pinned for 2 s.
TEST(DeferredReclamationTimes, a_thread_that_is_pinned_two_seconds_holds_back_200_flushes) {
  const auto [ms, flushes] =
      numbers_in("alone/pinned-two-seconds", "the analysis is destroyed (\\d+) ms and (\\d+) flushes");
  EXPECT_GE(ms, 1900);
  EXPECT_LE(ms, 2020);
  EXPECT_NEAR(flushes, ms / 10, 1);
}

// On the original: 139 flushes in 151 ms, since a thread that sleeps pinned lets the epoch advance once in 100 ms.
TEST(DeferredReclamationTimes, who_sleeps_pinned_holds_back_flushes_and_who_sleeps_unpinned_does_not) {
  const std::string text = "another object is destroyed (\\d+) ms and (\\d+) flushes";
  const auto [pinned_ms, pinned_flushes] = numbers_in("measured/upstream-poll-guard-through-sleep", text);
  EXPECT_GT(pinned_ms, 100);
  EXPECT_LE(pinned_ms, 200);
  EXPECT_NEAR(pinned_flushes, pinned_ms, 1);
  EXPECT_EQ(numbers_in("measured/upstream-poll", text), std::pair(2, 2));
}

TEST(DeferredReclamationTimes, who_polls_learns_of_a_death_within_100_ms) {
  for (const char* variant : {"measured/upstream-poll", "measured/upstream-poll-guard-through-sleep"})
    EXPECT_LE(numbers_in(variant, "the small tensor is taken (\\d+) ms after it was selected").first, 100) << variant;
}

TEST(DeferredReclamationTrace, reproduces_at_once) {
  const Finished replay = wedge({"repro", WEDGE_E2E_SCENARIO_SOURCES "/deferred_reclamation/traces/as-found.trace.json",
                                 "--program", WEDGE_E2E_SCENARIOS, "--times", "3"});
  EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  EXPECT_TRUE(contains(replay.output, "same: unmet-obligation")) << replay.output;
}

TEST(VerdictsCommand, says_how_to_get_results) {
  const Folder out;
  const Finished none = wedge({"verdicts", "deferred-*", "--out", out / "nowhere"});
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(contains(none.errors, "verdicts --run 'deferred-*'")) << none.errors;
  wedge({"run", "canaries/silent-start", "--executions", "1", "--out", out.path()});
  const Finished no_claims = wedge({"verdicts", "deferred-*", "--out", out.path()});
  EXPECT_EQ(no_claims.status, 2);
  EXPECT_TRUE(contains(no_claims.errors, "hold no claims about deferred-*")) << no_claims.errors;
}

}  // namespace
}  // namespace wedge::e2e
