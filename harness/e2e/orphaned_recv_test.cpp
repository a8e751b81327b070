// The scenarios of the second documented failure: what their variants come to, the verdicts that follow, what the
// report on it says, and that the verdicts depend on the cause that is modelled.
#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/e2e/verdicts.h"

namespace wedge::e2e {
namespace {

const std::string all = "orphaned-recv/*";
const std::string main_scenario = "orphaned-recv/unacknowledged-cancel";

// Without --keep-going a variant that fails is left at its first failure.
class OrphanedReceive : public testing::TestWithParam<std::string> {};

TEST_P(OrphanedReceive, ends_as_declared) {
  const Folder out;
  const Finished run = wedge({"run", all, "--strategy", GetParam(), "--executions", "200", "--no-analysis", "--jobs",
                              "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const model::VariantResult& variant : result_in(out.path()).variants)
    for (const model::FindingResult& finding : variant.findings)
      EXPECT_EQ(finding.confirmed, "3 of 3") << variant.variant;
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, OrphanedReceive, testing::Values("portfolio", "random", "pct", "pos", "surw"),
                         [](const auto& param) { return param.param; });

// One run of all variants, for the tests below.
class OrphanedVerdicts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    out_ = new Folder;
    run_ = wedge(
        {"verdicts", "--run", all, "--strategy", "pos", "--executions", "100", "--jobs", "2", "--out", out_->path()});
    result_ = result_in(out_->path());
  }
  static void TearDownTestSuite() { delete out_; }

  static inline Folder* out_ = nullptr;
  static inline Finished run_;
  static inline model::RunResult result_;
};

const std::string other = "can cause this symptom, did not cause this failure";

TEST_F(OrphanedVerdicts, are_those_that_the_readme_gives) {
  EXPECT_EQ(run_.status, 0) << run_.output << run_.errors;
  EXPECT_EQ(verdicts_on(result_, main_scenario), (Names{
                                                     {"silence-counts-as-done", "the cause"},
                                                     {"child-blocks-its-loop", "necessary, not sufficient"},
                                                     {"cancel-never-issued", "necessary, not sufficient"},
                                                     {"orphaned-receive", other},
                                                     {"child-destroyed", "refuted"},
                                                     {"after-the-hard-kill", "refuted"},
                                                     {"request-processed-by-chance", "refuted"},
                                                     {"answer-too-late", "refuted"},
                                                     {"interpreter-lock", "refuted"},
                                                     {"abort-channel-after-kill", "no effect"},
                                                     {"end-message-loop-after-kill", "no effect"},
                                                     {"bound-the-wait-to-join", "no effect"},
                                                     {"test-timeout-3s", "trades"},
                                                     {"test-timeout-3s-and-silence-is-an-error", "trades"},
                                                     {"upstream-terminate", "no effect"},
                                                     {"upstream-terminate-a-process", "cures"},
                                                     {"longer-request", "no effect"},
                                                     {"unshielded-longer-request", "cures"},
                                                     {"silence-is-an-error", "cures"},
                                                     {"bound-the-wait-for-exit", "cures"},
                                                     {"error-cancels-the-nursery", "cures"},
                                                     {"test-really-cancels", "cures"},
                                                     {"happy-teardown", "blind: it passes on the broken program"},
                                                     {"non-checkpointing-child", "sees the failure"},
                                                     {"non-checkpointing-child-corrected", "sees the failure"},
                                                 }));
  EXPECT_EQ(verdicts_on(result_, "orphaned-recv/torn-down-channel"),
            (Names{
                {"no-end-of-file", "the cause"},
                {"nobody-cancels-the-receiver", "necessary, not sufficient"},
                {"another-holder", other},
                {"abort-channel-after-kill", "cures"},
                {"end-message-loop-after-kill", "cures"},
                {"bound-the-wait-to-join", "no effect"},
            }));
  EXPECT_EQ(verdicts_on(result_, "orphaned-recv/starved-interrupt"),
            (Names{
                {"abandoned-child", "necessary, not sufficient"},
                {"lock-kept-while-waiting", "the cause"},
                {"shielded-wait-to-join", "refuted"},
                {"six-writes-mean-six-drains", "refuted"},
                {"one-write-means-a-drain", "refuted"},
                {"press-again", "no effect"},
                {"larger-wakeup-buffer", "no effect"},
                {"release-the-lock-while-waiting", "cures"},
                {"a-lock-for-each", "cures"},
                {"forced-destruction", "cures"},
            }));
  EXPECT_EQ(verdicts_on(result_, "orphaned-recv/failed-bootstrap"),
            (Names{
                {"waits-for-the-start-alone", "the cause"},
                {"error-in-bootstrap", "necessary, not sufficient"},
                {"invisible-error", "refuted"},
                {"log-bootstrap-error", "no effect"},
                {"race-start-against-exit", "cures"},
            }));
  EXPECT_EQ(verdicts_on(result_, "orphaned-recv/replaced-event"), (Names{
                                                                      {"replaced-while-waited-on", "the cause"},
                                                                      {"bounded-wait", "cures"},
                                                                      {"wait-again", "no effect"},
                                                                      {"replaced-when-set", "cures"},
                                                                      {"old-one-set", "cures"},
                                                                      {"after-handshake", "no effect"},
                                                                      {"counts-peers", "no effect"},
                                                                  }));
  EXPECT_EQ(verdicts_on(result_, "orphaned-recv/failed-handshake"), (Names{
                                                                        {"early-return", "the cause"},
                                                                        {"bounded-wait", "cures"},
                                                                        {"wait-again", "no effect"},
                                                                        {"replaced-when-set", "no effect"},
                                                                        {"old-one-set", "no effect"},
                                                                        {"after-handshake", "cures"},
                                                                        {"set-without-handshake", "cures"},
                                                                        {"counts-peers", "cures"},
                                                                    }));
  EXPECT_EQ(verdicts_on(result_, "orphaned-recv/killed-child"), (Names{
                                                                    {"another-holder", "the cause"},
                                                                    {"killed-and-not-ended", "refuted"},
                                                                    {"watch-the-child", "cures"},
                                                                }));
}

TEST_F(OrphanedVerdicts, the_report_says_who_sleeps_until_when_and_what_the_child_has_not_read) {
  const model::VariantResult& as_found = variant_in(result_, main_scenario, "as-found");
  ASSERT_FALSE(as_found.findings.empty());
  const std::string& text = as_found.findings[0].text;
  EXPECT_TRUE(contains(text, "missing producer: the parent's loop sleeps in epoll and would take a Ctrl-C")) << text;
  EXPECT_TRUE(contains(text, "of itself it wakes after")) << text;
  EXPECT_TRUE(contains(text, "supervisor: the exit of the child")) << text;
  EXPECT_TRUE(contains(text, "unread by the child: 5 bytes")) << text;
  EXPECT_TRUE(contains(text, "destruction of the child: not tried")) << text;
}

TEST_F(OrphanedVerdicts, ctrl_c_ends_the_failure_and_does_nothing_for_its_sibling) {
  EXPECT_EQ(name_of(variant_in(result_, main_scenario, "as-found/ctrl-c").outcome), name_of(Outcome::pass));
  const model::VariantResult& sibling = variant_in(result_, "orphaned-recv/starved-interrupt", "as-found");
  ASSERT_FALSE(sibling.findings.empty());
  const std::string& text = sibling.findings[0].text;
  EXPECT_TRUE(contains(text, "does not get to run and would not take a Ctrl-C")) << text;
  EXPECT_TRUE(contains(text, "6 writes succeed, 2 say EAGAIN, the loop has read 0")) << text;
  EXPECT_TRUE(contains(text, "destruction of the child: refused")) << text;
}

TEST_F(OrphanedVerdicts, change_when_the_modelled_cause_is_removed) {
  expect_nothing_without_the_cause({main_scenario, "orphaned-recv/torn-down-channel", "orphaned-recv/starved-interrupt",
                                    "orphaned-recv/failed-bootstrap", "orphaned-recv/replaced-event",
                                    "orphaned-recv/failed-handshake", "orphaned-recv/killed-child"},
                                   "100");
}

class OrphanedTrace : public testing::TestWithParam<std::string> {};

TEST_P(OrphanedTrace, reproduces_at_once) {
  for (const std::string& carrier : carriers) {
    const Finished replay =
        wedge({"repro", WEDGE_E2E_SCENARIO_SOURCES "/orphaned_recv/traces/" + GetParam() + ".trace.json", "--program",
               WEDGE_E2E_SCENARIOS, "--times", "3", "--carrier", carrier});
    EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
    EXPECT_TRUE(contains(replay.output, "same: ")) << replay.output;
  }
}

INSTANTIATE_TEST_SUITE_P(Committed, OrphanedTrace,
                         testing::Values("unacknowledged-cancel", "torn-down-channel", "starved-interrupt",
                                         "failed-bootstrap", "replaced-event", "failed-handshake", "killed-child"),
                         [](const auto& param) { return as_test_name(param.param); });

// Real processes, killed at every point: nobody learns of it while another process holds the end of the channel.
TEST(OrphanedReceiveRungs, free_shows_what_killed_processes_leave) {
  const std::string killed_child = "orphaned-recv/killed-child";
  const Folder out;
  const Finished run = wedge({"run", killed_child + ":killed/*", killed_child + ":watched/*", killed_child + ":held/*",
                              "--rung", "free", "--executions", "2", "--jobs", "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  int held = 0;
  for (const model::VariantResult& variant : result_in(out.path()).variants) {
    if (!variant.variant.starts_with("held/")) continue;
    EXPECT_EQ(name_of(variant.outcome), name_of(Outcome::hang)) << variant.variant;
    ++held;
  }
  EXPECT_EQ(held, 8);
}

// The variant that passes is one that ends long before it would count as hung.
TEST(OrphanedReceiveRungs, free_shows_the_failure_and_what_it_takes) {
  const Folder out;
  const Finished run = wedge({"run", main_scenario + ":as-found", main_scenario + ":without/child-blocks-its-loop",
                              "--rung", "free", "--executions", "1", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(name_of(variant_in(result_in(out.path()), main_scenario, "as-found").outcome), name_of(Outcome::hang));
}

#ifdef WEDGE_E2E_TSAN_SCENARIOS
// It sees the hang as anybody would, and has nothing to say about a request that is not answered.
TEST(OrphanedReceiveRungs, tsan_is_silent_about_it) {
  const Folder out;
  const Finished run = wedge({"run", main_scenario + ":as-found", main_scenario + ":without/child-blocks-its-loop",
                              "--rung", "tsan", "--executions", "1", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const model::VariantResult& variant : result_in(out.path()).variants)
    for (const model::FindingResult& finding : variant.findings)
      EXPECT_EQ(name_of(finding.outcome), name_of(Outcome::hang)) << finding.text;
}
#endif

}  // namespace
}  // namespace wedge::e2e
