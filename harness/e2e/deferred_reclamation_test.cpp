// The scenario of a documented failure: what its variants come to, the verdicts that follow, and that these depend on
// the cause that it models.
#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/e2e/verdicts.h"
#include "harness/model/hang.h"

namespace wedge::e2e {
namespace {

const std::string id = "deferred-reclamation/stale-analysis";

class DeferredReclamation : public testing::TestWithParam<std::string> {};

TEST_P(DeferredReclamation, ends_as_declared) {
  const Folder out;
  const Finished run = wedge({"run", id, "--strategy", GetParam(), "--executions", "2000", "--no-analysis", "--jobs",
                              "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const model::VariantResult& variant : result_in(out.path()).variants) {
    EXPECT_TRUE(variant.as_declared) << variant.variant << "\n" << run.output;
    for (const model::FindingResult& finding : variant.findings) EXPECT_EQ(finding.confirmed, "3 of 3");
  }
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
  EXPECT_EQ(verdicts_on(result_, id), (Names{
                                          {"destructor-left-in-bag", "the cause"},
                                          {"death-wakes-nobody", "necessary, not sufficient"},
                                          {"pinned-thread", other},
                                          {"blocked-in-tensor-read", "refuted"},
                                          {"extracted-refs", "refuted"},
                                          {"cell-does-not-wake-on-drop", "refuted"},
                                          {"hidden-executor-pinned", other},
                                          {"every-poll-pins", "refuted"},
                                          {"overlapping-guards", "refuted"},
                                          {"nested-guards", "refuted"},
                                          {"two-analyses-race", "refuted"},
                                          {"hidden-pins-in-sources", "refuted"},
                                          {"drop-refs-early", "no effect"},
                                          {"scope-pins", "no effect"},
                                          {"flush-once", "no effect"},
                                          {"flush-twice-after-unpin", "no effect"},
                                          {"flush-inside-guard", "no effect"},
                                          {"pinned-thread-during-flush", "no effect"},
                                          {"timeout-around-read", "no effect"},
                                          {"flag-without-wake", "no effect"},
                                          {"flag-with-wake", "cures"},
                                          {"upstream-poll", "cures"},
                                          {"upstream-poll-guard-through-sleep", "cures"},
                                          {"wake-in-drop", "no effect"},
                                          {"wake-in-drop-and-check-again", "cures"},
                                          {"extra-logging", "no effect"},
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
  EXPECT_TRUE(contains(text, "the user interface is alive and has handled 'q'")) << text;
}

// If the destructor runs at once, the failure is gone, and with it every verdict.
TEST_F(DeferredVerdicts, change_when_the_modelled_cause_is_removed) { expect_nothing_without_the_cause({id}, "500"); }

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
