// The scenarios of a documented failure and of the engine that it is about: that search finds them, what their variants
// come to, the verdicts that follow, and that these depend on the cause that they model.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/e2e/verdicts.h"
#include "harness/model/hang.h"

namespace wedge::e2e {
namespace {

const std::string ids = "expect-on-race/";

class ExpectOnRace : public testing::TestWithParam<std::string> {};

TEST_P(ExpectOnRace, is_found_in_every_form) {
  const Folder out;
  const Finished run =
      wedge({"run", ids + "*:as-found", ids + "after-the-fix:alone/own-*", ids + "after-the-fix:fix/ctrl-c-*",
             ids + "after-the-fix:fix/submit-another", ids + "after-the-fix:without/fair-locks",
             ids + "forward-pass:alone/reload", ids + "forward-pass:alone/two-loops",
             ids + "forward-pass:fix/masked-by-*", ids + "forward-pass:fix/ok-or-else",
             ids + "forward-pass:upstream-test/stress", ids + "unallocated-sequence:fix/page-on-submit-and-*",
             "--strategy", GetParam(), "--no-analysis", "--jobs", "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(result.variants.size(), 21U);
  for (const model::VariantResult& variant : result.variants) {
    SCOPED_TRACE(variant.scenario + ":" + variant.variant);
    EXPECT_TRUE(variant.as_declared) << run.output;
    for (const model::FindingResult& finding : variant.findings) EXPECT_EQ(finding.confirmed, "3 of 3");
  }
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, ExpectOnRace, testing::Values("portfolio", "pct", "pos", "random", "surw"),
                         [](const auto& param) { return param.param; });

// One run of all variants, for the tests below.
class ExpectVerdicts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    out_ = new Folder;
    wedge({"run", ids + "*", "--strategy", "pct", "--executions", "600", "--keep-going", "--no-analysis", "--jobs", "2",
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
const std::string sees = "sees the failure";
const std::string blind = "blind: it passes on the broken program";

TEST_F(ExpectVerdicts, follow_from_variants_that_end_as_declared) {
  EXPECT_GT(result_.variants.size(), 90U);
  for (const model::VariantResult& variant : result_.variants)
    EXPECT_TRUE(variant.as_declared) << variant.scenario << ":" << variant.variant;
}

// What mechanisms of the failure say; but for reloading: what the README explains.
TEST_F(ExpectVerdicts, on_the_panic_are_those_that_the_readme_gives) {
  EXPECT_EQ(run_.status, 0) << run_.output << run_.errors;
  EXPECT_EQ(verdicts_on(result_, ids + "forward-pass"),
            (Names{
                {"cancel", "the cause"},
                {"check-then-act", "necessary, not sufficient"},
                {"ctrl-c", other},
                {"other-completions", "refuted"},
                {"failures", "refuted"},
                {"reload", other},
                {"reload-with-exclusive-access", "refuted"},
                {"two-loops", other},
                {"high-concurrency", "refuted"},
                {"lock-order", "refuted"},
                {"fair-locks", "refuted"},
                {"ok-or-else", "trades"},
                {"lock-ordering", "no effect"},
                {"map-unlocked-while-computing", "no effect"},
                {"cancellation-tokens", "cures"},
                {"ensure-and-lookup-under-one-lock", "cures"},
                {"ensure-again", "cures"},
                {"guard-scoped-before-snapshot", "no effect"},
                {"cancellation-tokens-and-another-fails", "trades"},
                {"ensure-and-lookup-under-one-lock-and-another-fails", "trades"},
                {"ensure-again-and-another-fails", "trades"},
                {"ok-or-else-and-guard-scoped", "cures"},
                {"one-lock-and-guard-scoped", "cures"},
                {"one-lock-guard-scoped-and-map-unlocked", "cures"},
                {"ensure-again-guard-scoped-and-map-unlocked", "cures"},
                {"masked-by-unallocated-sequence", "no effect"},
                {"masked-by-one-token-per-arrival", "no effect"},
                {"masked-by-both", "no effect"},
                {"forward-pass-without-a-model", blind},
                {"cancel-during-forward-pass", blind},
                {"cancel-during-forward-pass-as-printed", blind},
                {"cancel-during-forward-pass-corrected", sees},
                {"stress", sees},
            }));
}

TEST_F(ExpectVerdicts, on_what_the_fix_leads_to_are_those_that_the_readme_gives) {
  EXPECT_EQ(verdicts_on(result_, ids + "after-the-fix"),
            (Names{
                {"guard-held-over-snapshot", "the cause"},
                {"cancel", "necessary, not sufficient"},
                {"fair-locks", "refuted"},
                {"locks-that-are-not-reentrant", "necessary, not sufficient"},
                {"own-ctrl-c-in-generate", other},
                {"own-ctrl-c-in-stream", other},
                {"ctrl-c-in-generate", "no effect"},
                {"ctrl-c-in-stream", "no effect"},
                {"submit-another", "no effect"},
                {"lock-ordering", "no effect"},
                {"ensure-and-lookup-under-one-lock", "cures"},
                {"ensure-and-lookup-under-one-lock-and-another-fails", "no effect"},
                {"ensure-again", "cures"},
                {"ensure-again-and-another-fails", "no effect"},
                {"cancellation-tokens", "cures"},
                {"cancellation-tokens-and-another-fails", "no effect"},
                {"guard-scoped-before-snapshot", "cures"},
                {"one-lock-and-guard-scoped", "cures"},
                {"one-lock-guard-scoped-and-map-unlocked", "cures"},
                {"ensure-again-guard-scoped-and-map-unlocked", "cures"},
                {"back-to-expect", "trades"},
                {"forward-pass-without-a-model", blind},
                {"cancel-during-forward-pass", blind},
                {"cancel-during-forward-pass-as-printed", blind},
                {"cancel-during-forward-pass-corrected", blind},
                {"stress", sees},
            }));
  EXPECT_EQ(verdicts_on(result_, ids + "unwinding"), (Names{
                                                         {"cancel", "the cause"},
                                                         {"panic-abort", "trades"},
                                                         {"ok-or-else", "trades"},
                                                         {"ctrl-c-in-generate", "cures"},
                                                         {"ctrl-c-in-stream", "cures"},
                                                         {"ensure-and-lookup-under-one-lock", "cures"},
                                                     }));
}

TEST_F(ExpectVerdicts, on_the_other_defects_are_those_that_the_readme_gives) {
  EXPECT_EQ(verdicts_on(result_, ids + "unallocated-sequence"),
            (Names{
                {"guard-scoped-before-snapshot", "trades"},
                {"page-on-submit", "cures"},
                {"page-on-submit-and-a-client-cancels", "no effect"},
                {"page-when-appending-and-a-client-cancels", "cures"},
            }));
  EXPECT_EQ(verdicts_on(result_, ids + "one-token-per-arrival"), (Names{
                                                                     {"another-arrival", "no effect"},
                                                                     {"looks-at-both", "cures"},
                                                                 }));
  EXPECT_EQ(verdicts_on(result_, ids + "stream"), (Names{
                                                      {"listen-before-the-look", "cures"},
                                                      {"poll", "cures"},
                                                  }));
  EXPECT_EQ(verdicts_on(result_, ids + "stop"), (Names{
                                                    {"sleep-longer", "no effect"},
                                                    {"join", "cures"},
                                                }));
}

TEST_F(ExpectVerdicts, say_which_tests_are_blind) {
  EXPECT_TRUE(contains(run_.output, blind)) << run_.output;
  const std::string page = read_text(*out_ / "verdicts.md");
  EXPECT_TRUE(contains(page, "### Which tests would have seen it")) << page;
  EXPECT_TRUE(contains(page, "| `cancel-during-forward-pass` | passes 600 executions | " + blind + " |")) << page;
}

TEST_F(ExpectVerdicts, stand_beside_what_other_rungs_show) {
  const Folder free;
  wedge({"run", ids + "stop:*", "--rung", "free", "--executions", "1", "--out", free.path()});
  const Finished run = wedge({"verdicts", "--out", out_->path(), "--beside", free.path()});
  EXPECT_EQ(run.status, 0) << run.errors;
  const std::string page = read_text(*out_ / "verdicts.md");
  EXPECT_TRUE(contains(page, "### Where it shows")) << page;
  EXPECT_TRUE(contains(page, " | real threads, delays |")) << page;
  const std::string join = "| `join` | passes 600 executions | **cures, within 600 executions** |";
  EXPECT_TRUE(contains(page, join)) << "no part of the verdicts\n" << page;

  const Finished without = wedge({"verdicts", "--out", out_->path(), "--beside", free / "missing"});
  EXPECT_EQ(without.status, 2);
  EXPECT_TRUE(contains(without.errors, "which --beside names")) << without.errors;
  EXPECT_EQ(read_text(*out_ / "verdicts.md"), page) << "what was there is kept";
}

TEST_F(ExpectVerdicts, the_report_names_the_lock_who_holds_it_and_who_waits_behind) {
  const model::VariantResult& as_found = variant_in(result_, ids + "after-the-fix", "as-found");
  ASSERT_FALSE(as_found.findings.empty());
  const std::string hang_class(model::name_of(model::HangClass::deadlock));
  EXPECT_TRUE(contains(as_found.findings[0].text,
                       hang_class + ": the inference loop waits to read the scheduler, which it holds itself for "
                                    "writing; it is held for writing by the inference loop; waiting, in this order: "
                                    "the inference loop to read"))
      << as_found.findings[0].text;
}

// In both forms of the client; in `generate` it is the cancel of Ctrl-C that waits, in `stream` still the status.
TEST_F(ExpectVerdicts, the_report_says_that_ctrl_c_does_not_help_after_the_fix) {
  for (const auto& [variant, wish] :
       Names{{"fix/ctrl-c-in-generate", "client B to write"}, {"fix/ctrl-c-in-stream", "client B to read"}}) {
    const auto& findings = variant_in(result_, ids + "after-the-fix", variant).findings;
    EXPECT_TRUE(std::ranges::any_of(findings, [&, wish = wish](const model::FindingResult& finding) {
      return contains(finding.text, wish + "; Ctrl-C was pressed, and client B goes on waiting");
    })) << variant;
  }
}

// Who presses it for the own request: in `generate` the look at what became of the request waits; `stream` does not
// look.
TEST_F(ExpectVerdicts, the_report_says_whom_the_own_ctrl_c_leaves_waiting) {
  const auto any_says = [](const std::string& variant, const std::string& text) {
    const auto& findings = variant_in(result_, ids + "after-the-fix", variant).findings;
    return std::ranges::any_of(findings, [&](const model::FindingResult& found) { return contains(found.text, text); });
  };
  EXPECT_TRUE(any_says("alone/own-ctrl-c-in-generate", "client A to read"));
  EXPECT_FALSE(any_says("alone/own-ctrl-c-in-stream", "client A to "));
  EXPECT_TRUE(any_says("fix/submit-another", "client D to write")) << "who submits waits, too";
}

// Without what each of the scenarios models, its failure is gone, and with it every verdict.
TEST_F(ExpectVerdicts, change_when_the_modelled_cause_is_removed) {
  expect_nothing_without_the_cause(
      {ids + "forward-pass", ids + "after-the-fix", ids + "unwinding", ids + "unallocated-sequence",
       ids + "one-token-per-arrival", ids + "stop", ids + "stream"},
      "600");
}

TEST(ExpectCures, survive_five_thousand_executions) {
  const Folder out;
  const Finished run =
      wedge({"run", ids + "forward-pass:fix/cancellation-tokens", ids + "forward-pass:fix/ensure-again",
             ids + "forward-pass:fix/ensure-and-lookup-under-one-lock", ids + "forward-pass:fix/*-guard-scoped*",
             ids + "after-the-fix:fix/guard-*", ids + "after-the-fix:without/locks-*", ids + "stream:fix/*",
             ids + "stop:fix/join", ids + "one-token-*:fix/looks-*", ids + "unallocated-sequence:fix/page-on-submit",
             ids + "unallocated-*:fix/page-when-*", "--executions", "5000", "--jobs", "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_EQ(result.variants.size(), 15U);
  for (const model::VariantResult& variant : result.variants) {
    EXPECT_EQ(name_of(variant.outcome), name_of(Outcome::pass)) << variant.scenario << ":" << variant.variant;
    EXPECT_EQ(variant.executions, 5000U);
  }
}

class ExpectTrace : public testing::TestWithParam<std::string> {};

TEST_P(ExpectTrace, reproduces_at_once) {
  const std::string trace = WEDGE_E2E_SCENARIO_SOURCES "/expect_on_race/traces/" + GetParam() + ".trace.json";
  ASSERT_TRUE(std::filesystem::exists(trace)) << trace;
  const Finished replay = wedge({"repro", trace, "--program", WEDGE_E2E_SCENARIOS, "--times", "3"});
  EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  EXPECT_TRUE(contains(replay.output, "same: ")) << replay.output;
}

INSTANTIATE_TEST_SUITE_P(OfEveryScenario, ExpectTrace,
                         testing::Values("after-the-fix", "forward-pass", "one-token-per-arrival", "stop", "stream",
                                         "unallocated-sequence", "unwinding"),
                         [](const auto& param) { return as_test_name(param.param); });

// The same sources on real threads: what always fails is seen there too, and no cure is thought to hang.
TEST(ExpectOnRealThreads, ends_as_declared_or_is_not_seen) {
  const Folder out;
  const Finished run =
      wedge({"run", ids + "*:as-found", ids + "after-the-fix:fix/guard-*", ids + "forward-pass:fix/cancellation-tokens",
             ids + "stream:fix/*", "--rung", "free", "--executions", "4", "--jobs", "2", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  for (const model::VariantResult& variant : result.variants)
    EXPECT_TRUE(variant.as_declared) << variant.scenario << ":" << variant.variant;
  for (const char* always : {"one-token-per-arrival", "unallocated-sequence"})
    EXPECT_EQ(name_of(variant_in(result, ids + always, "as-found").outcome), name_of(Outcome::hang)) << run.output;
}

}  // namespace
}  // namespace wedge::e2e
