// The scenarios of a documented failure of host code for a GPU: that search finds them, what their variants come to,
// the verdicts that follow, and that these depend on the cause that they model.
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/e2e/verdicts.h"
#include "harness/model/hang.h"

namespace wedge::e2e {
namespace {

const std::string ids = "pool-exhaustion/";

class PoolExhaustion : public testing::TestWithParam<std::string> {};

TEST_P(PoolExhaustion, is_found_in_every_form) {
  const Folder out;
  const Finished run =
      wedge({"run", ids + "*:as-found", ids + "*:alone/query-*", ids + "*:alone/pool-smaller-*",
             ids + "dead-watcher:fix/error-is-counted-*", ids + "dead-watcher:fix/upstream-unwrap-and-*",
             ids + "bounded-pool:fix/error-fails-the-task", ids + "cleared-pool:fix/stop-the-watcher-first",
             ids + "resurrected-watcher:fix/join-30-*", "--strategy", GetParam(), "--keep-going", "--enough", "8",
             "--no-analysis", "--jobs", "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(result.variants.size(), 18U);
  for (const model::VariantResult& variant : result.variants) {
    SCOPED_TRACE(variant.scenario + ":" + variant.variant);
    EXPECT_TRUE(variant.as_declared);
    for (const model::FindingResult& finding : variant.findings) EXPECT_EQ(finding.confirmed, "3 of 3");
  }
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, PoolExhaustion, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

// One run of all variants, for the tests below.
class PoolVerdicts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    out_ = new Folder;
    wedge({"run", ids + "*", "--executions", "300", "--keep-going", "--enough", "8", "--no-analysis", "--jobs", "2",
           "--out", out_->path()});
    run_ = wedge({"verdicts", ids + "*", "--out", out_->path()});
    result_ = result_in(out_->path());
  }
  static void TearDownTestSuite() { delete out_; }

  static inline Folder* out_ = nullptr;
  static inline Finished run_;
  static inline model::RunResult result_;
};

const std::string other = "can cause this symptom, did not cause this failure";
const std::string necessary = "necessary, not sufficient";
const std::string blind = "blind: it passes on the broken program";
const std::string sees = "sees the failure";

TEST_F(PoolVerdicts, follow_from_variants_that_end_as_declared) {
  EXPECT_GT(result_.variants.size(), 80U);
  for (const model::VariantResult& variant : result_.variants)
    EXPECT_TRUE(variant.as_declared) << variant.scenario << ":" << variant.variant;
}

// What mechanisms of the failure say.
TEST_F(PoolVerdicts, on_the_theories_are_those_that_the_readme_gives) {
  EXPECT_EQ(run_.status, 0) << run_.output << run_.errors;
  Names theories;
  for (const auto& [name, verdict] : verdicts_on(result_, ids + "dead-watcher"))
    if (verdict == "refuted" || verdict == "the cause" || verdict == necessary || verdict == other)
      theories[name] = verdict;
  EXPECT_EQ(theories, (Names{
                          {"query-hands-on-the-wrapper", "the cause"},
                          {"watcher-dies", "the cause"},
                          {"wait-has-no-limit", necessary},
                          // Document 004
                          {"shared-event", "refuted"},
                          {"events-not-destroyed", "refuted"},
                          {"join-of-one-second", "refuted"},
                          {"wait-times-out", "refuted"},
                          {"count-before-release", "refuted"},
                          {"pool-exhausted", "refuted"},
                          {"stream-recycled", "refuted"},
                          {"stream-shared-by-processes", "refuted"},
                          {"perfect-storm", "refuted"},
                          // Document 002
                          {"different-streams", "refuted"},
                          {"query-blocks", "refuted"},
                          {"query-never-says-done", other},
                          {"query-fails", other},
                          {"watcher-not-started", other},
                          {"other-processes", "refuted"},
                      }));
}

TEST_F(PoolVerdicts, on_fixes_and_tests_are_those_that_the_readme_gives) {
  Names rest;
  for (const auto& [name, verdict] : verdicts_on(result_, ids + "dead-watcher"))
    if (verdict != "refuted" && verdict != "the cause" && verdict != necessary && verdict != other)
      rest[name] = verdict;
  EXPECT_EQ(rest, (Names{
                      {"destroy-event", "no effect"},
                      {"join-30-seconds", "no effect"},
                      {"synchronize-event", "cures"},
                      {"one-event-per-task", "no effect"},
                      {"wait-without-timeout", "no effect"},
                      {"stream-per-test", "no effect"},
                      {"as-applied-2-4-5", "no effect"},
                      {"upstream-unwrap", "cures"},
                      {"upstream-unwrap-and-synchronize-event", "no effect"},
                      {"upstream-unwrap-and-destroy-event", "trades"},
                      {"unwrap-in-the-binding", "cures"},
                      {"error-is-counted-and-ends-the-watcher", "no effect"},
                      {"error-fails-the-task", "cures"},
                      {"error-fails-the-task-after-its-copy", "cures"},
                      {"wait-10-seconds", "trades"},
                      {"wait-checks-the-watcher", "trades"},
                      {"error-fails-the-task-and-wait-checks-the-watcher", "cures"},
                      {"tasks-without-events", blind},
                      {"wait-all-times-out", blind},
                      {"start-and-shutdown", blind},
                      {"chunked-solve-emulated", blind},
                      {"chunked-solve-on-a-device", sees},
                      {"task-with-event-corrected", sees},
                  }));
}

TEST_F(PoolVerdicts, on_the_other_defects_are_those_that_the_readme_gives) {
  EXPECT_EQ(verdicts_on(result_, ids + "bounded-pool"), (Names{
                                                            {"query-hands-on-the-wrapper", "the cause"},
                                                            {"bounded-pool", necessary},
                                                            {"pool-smaller-than-a-chunk", other},
                                                            {"upstream-unwrap", "cures"},
                                                            {"error-fails-the-task", "trades"},
                                                            {"error-fails-the-task-after-its-copy", "cures"},
                                                            {"wait-checks-the-watcher", "no effect"},
                                                            {"larger-pool", "trades"},
                                                            {"acquire-within-limit", "trades"},
                                                        }));
  EXPECT_EQ(verdicts_on(result_, ids + "parallel-tests"), (Names{
                                                              {"upstream-unwrap", "cures"},
                                                          }));
  EXPECT_EQ(verdicts_on(result_, ids + "resurrected-watcher"), (Names{
                                                                   {"start-under-lock", "no effect"},
                                                                   {"join-30-seconds", "no effect"},
                                                                   {"join-without-limit", "cures"},
                                                                   {"stop-flag-of-each-thread", "cures"},
                                                               }));
  EXPECT_EQ(verdicts_on(result_, ids + "unsynchronised-start"), (Names{
                                                                    {"stop-flag-of-each-thread", "no effect"},
                                                                    {"start-under-lock", "cures"},
                                                                }));
  EXPECT_EQ(verdicts_on(result_, ids + "cleared-pool"), (Names{
                                                            {"stop-the-watcher-first", "no effect"},
                                                            {"stop-the-watcher-first-and-join-without-limit", "cures"},
                                                            {"spare-used-buffers", "cures"},
                                                        }));
}

TEST_F(PoolVerdicts, the_report_names_the_dead_watcher_the_count_and_the_buffers) {
  const model::VariantResult& as_found = variant_in(result_, ids + "dead-watcher", "as-found");
  ASSERT_FALSE(as_found.findings.empty());
  const std::string& text = as_found.findings[0].text;
  const std::string hang_class(model::name_of(model::HangClass::missing_producer));
  EXPECT_TRUE(contains(text, hang_class + ": the caller waits without a limit for the count to become 0; the watcher "
                                          "has died of bad any_cast"))
      << text;
  EXPECT_TRUE(contains(text, "4 of 4 writebacks outstanding")) << text;
  EXPECT_TRUE(contains(text, "4 of 4 buffers in use: 2 of observables, 2 of states")) << text;
}

TEST_F(PoolVerdicts, the_report_says_that_the_producer_waits_for_a_dead_watchers_buffers) {
  const model::VariantResult& as_found = variant_in(result_, ids + "bounded-pool", "as-found");
  ASSERT_FALSE(as_found.findings.empty());
  const std::string& text = as_found.findings[0].text;
  const std::string hang_class(model::name_of(model::HangClass::pool_exhausted));
  EXPECT_TRUE(contains(text, hang_class + ": the caller waits without a limit for a buffer for states; the watcher has "
                                          "died of bad any_cast"))
      << text;
  EXPECT_TRUE(contains(text, "2 of 2 buffers in use")) << text;
}

// Without what each of the scenarios models, its failure is gone, and with it every verdict.
TEST_F(PoolVerdicts, change_when_the_modelled_cause_is_removed) {
  expect_nothing_without_the_cause({ids + "dead-watcher", ids + "bounded-pool", ids + "parallel-tests",
                                    ids + "resurrected-watcher", ids + "unsynchronised-start", ids + "cleared-pool"},
                                   "600");
}

TEST(PoolCures, survive_five_thousand_executions) {
  const Folder out;
  const Finished run =
      wedge({"run", ids + "dead-watcher:fix/synchronize-event", ids + "*:fix/upstream-unwrap",
             ids + "dead-watcher:fix/error-fails-*", ids + "bounded-pool:fix/*-after-its-copy",
             ids + "resurrected-watcher:fix/join-without-limit", ids + "resurrected-watcher:fix/stop-*",
             ids + "unsynchronised-start:fix/start-*", ids + "cleared-pool:fix/*-without-limit",
             ids + "cleared-pool:fix/spare-*", "--executions", "5000", "--jobs", "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(result.variants.size(), 13U);
  for (const model::VariantResult& variant : result.variants) {
    EXPECT_EQ(name_of(variant.outcome), name_of(Outcome::pass)) << variant.scenario << ":" << variant.variant;
    EXPECT_EQ(variant.executions, 5000U);
  }
}

class PoolTrace : public testing::TestWithParam<std::string> {};

TEST_P(PoolTrace, reproduces_at_once) {
  const std::string trace = WEDGE_E2E_SCENARIO_SOURCES "/pool_exhaustion/traces/" + GetParam() + ".trace.json";
  ASSERT_TRUE(std::filesystem::exists(trace)) << trace;
  for (const std::string& carrier : carriers) {
    const Finished replay =
        wedge({"repro", trace, "--program", WEDGE_E2E_SCENARIOS, "--times", "3", "--carrier", carrier});
    EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
    EXPECT_TRUE(contains(replay.output, "same: ")) << replay.output;
  }
}

INSTANTIATE_TEST_SUITE_P(OfEveryScenario, PoolTrace,
                         testing::Values("bounded-pool", "cleared-pool", "dead-watcher", "parallel-tests",
                                         "resurrected-watcher", "unsynchronised-start"),
                         [](const auto& param) { return as_test_name(param.param); });

// The same sources on real threads, and with real processes: each hangs, and with the cure none.
TEST(PoolExhaustionRungs, free_shows_the_failure_in_several_processes) {
  const Folder out;
  const Finished run =
      wedge({"run", ids + "dead-watcher:as-found", ids + "bounded-pool:as-found", ids + "parallel-tests:as-found",
             ids + "parallel-tests:fix/upstream-unwrap", ids + "resurrected-watcher:fix/stop-*", "--rung", "free",
             "--executions", "2", "--hang-after", "3s", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(result.variants.size(), 5U);
  for (const char* scenario : {"dead-watcher", "bounded-pool", "parallel-tests"})
    EXPECT_EQ(name_of(variant_in(result, ids + scenario, "as-found").outcome), name_of(Outcome::hang)) << run.output;
}

#ifdef WEDGE_E2E_TSAN_SCENARIOS
// It has nothing to say about the hang, and sees that a buffer is given back while the device writes into it.
TEST(PoolExhaustionRungs, tsan_sees_the_buffer_that_is_given_back_too_early) {
  const Folder out;
  const Finished run = wedge({"run", ids + "bounded-pool:as-found", ids + "bounded-pool:fix/upstream-unwrap",
                              ids + "bounded-pool:fix/error-fails-the-task*", "--rung", "tsan", "--executions", "2",
                              "--hang-after", "3s", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(name_of(variant_in(result, ids + "bounded-pool", "as-found").outcome), name_of(Outcome::hang));
  EXPECT_EQ(name_of(variant_in(result, ids + "bounded-pool", "fix/error-fails-the-task").outcome),
            name_of(Outcome::race));
}
#endif

// With a device the same failure; without one, or without the toolkit, the reason, as any reader of a report sees it.
TEST(PoolExhaustionRungs, gpu_shows_the_failure_or_says_why_not) {
  const Folder out;
  const Finished run = wedge({"run", ids + "dead-watcher:as-found", ids + "dead-watcher:fix/upstream-unwrap", "--rung",
                              "gpu", "--executions", "2", "--hang-after", "5s", "--out", out.path()});
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(result.rung, "gpu");
  if (run.status == 77) {
    EXPECT_TRUE(contains(run.errors, "wedge: skipped: rung gpu cannot be used here: ")) << run.errors;
#ifdef WEDGE_E2E_GPU_SCENARIOS
    EXPECT_TRUE(contains(result.skipped, "there is no CUDA device here that can be used: ")) << result.skipped;
#else
    EXPECT_TRUE(contains(result.skipped, "which needs the CUDA toolkit")) << result.skipped;
#endif
    return;
  }
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(name_of(variant_in(result, ids + "dead-watcher", "as-found").outcome), name_of(Outcome::hang));
}

}  // namespace
}  // namespace wedge::e2e
