// Rung `tsan`: what the real ThreadSanitizer says becomes findings, of gcc's and of clang's, and of a corrected program
// it says nothing.
#include <algorithm>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

class TsanRung : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!has_compiler(GetParam())) GTEST_SKIP() << "NOT TESTED: " << GetParam() << " is not installed";
  }
  std::string build(const std::string& source, const std::vector<std::string>& options = {},
                    Level level = Level::tsan) {
    std::string program = folder_ / ("program" + std::to_string(++built_));
    build_all({{own_source(source), GetParam(), level, program, options}});
    return program;
  }
  Finished run(const std::string& program, const Words& more = {}) {
    Words words{"run", program, "--rung", "tsan", "--out", out_.path()};
    if (std::ranges::count(more, "--executions") == 0) words.insert(words.end(), {"--executions", "10"});
    words.insert(words.end(), more.begin(), more.end());
    return wedge(words);
  }

  int built_ = 0;
  Folder folder_;
  Folder out_;
};

TEST_P(TsanRung, reports_a_race_with_its_place) {
  const Finished run = this->run(build("programs/account.cpp"));
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  EXPECT_EQ(run.errors, "");
  EXPECT_EQ(result_in(out_.path()).rung, "tsan");
  const model::VariantResult variant = only_variant(out_.path());
  ASSERT_EQ(variant.findings.size(), 1U) << run.output;
  const model::FindingResult& finding = variant.findings.front();
  EXPECT_EQ(name_of(finding.outcome), name_of(Outcome::race));
  EXPECT_TRUE(contains(finding.text, "data race at account.cpp:")) << finding.text;
  EXPECT_TRUE(contains(finding.text, "withdraw")) << finding.text;
  EXPECT_TRUE(contains(finding.place, "programs/account.cpp:")) << finding.place;
  EXPECT_TRUE(contains(run.output, "Previous write of size 4")) << run.output;
}

TEST_P(TsanRung, counts_in_how_many_executions_a_race_was_seen) {
  run(build("programs/account.cpp"), {"--keep-going"});
  const model::VariantResult variant = only_variant(out_.path());
  EXPECT_EQ(variant.executions, 10U);
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_EQ(variant.findings.front().confirmed, "not replayable; seen " + std::to_string(variant.failures) + " of 10");
}

TEST_P(TsanRung, says_nothing_about_the_corrected_program) {
  const Finished run = this->run(build("programs/account.cpp", {"-DLOCKED"}));
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(only_variant(out_.path()).executions, 10U);
}

TEST_P(TsanRung, captures_a_hang) {
  const Finished run = this->run(build("programs/account.cpp", {"-DLOCKED"}),
                                 {"--hang-after", "1500ms", "--executions", "1", "--", "hang"});
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  const model::VariantResult variant = only_variant(out_.path());
  const auto hang = std::ranges::find(variant.findings, Outcome::hang, &model::FindingResult::outcome);
  ASSERT_NE(hang, variant.findings.end()) << run.output;
  EXPECT_FALSE(hang->hang.empty());
}

TEST_P(TsanRung, tells_a_crash_a_status_and_an_abort_apart) {
  const std::string sometimes = build("programs/sometimes.cpp");
  const std::string shapes = build("programs/free_shapes.cpp");
  struct End {
    std::string program;
    const char* how;
    Outcome outcome;
  };
  for (const End& end : {End{sometimes, "crash", Outcome::crash}, End{sometimes, "abort", Outcome::panic},
                         End{shapes, "status-43", Outcome::panic}}) {
    const Finished run = this->run(end.program, {"--executions", "300", "--", end.how});
    EXPECT_EQ(run.status, 1) << end.how << run.output << run.errors;
    EXPECT_EQ(name_of(only_variant(out_.path()).outcome), name_of(end.outcome)) << run.output;
  }
}

TEST_P(TsanRung, stops_counting_when_enough_have_failed) {
  run(build("programs/free_shapes.cpp"), {"--keep-going", "--enough", "3", "--executions", "20", "--", "status-43"});
  EXPECT_EQ(only_variant(out_.path()).executions, 3U);
  EXPECT_EQ(only_variant(out_.path()).failures, 3U);
}

TEST_P(TsanRung, refuses_a_program_without_thread_sanitizer_in_one_line) {
  for (const Level level : {Level::plain, Level::instrumented}) {
    const Finished run = this->run(build("programs/account.cpp", {}, level));
    EXPECT_EQ(run.status, 2);
    EXPECT_TRUE(contains(run.errors, "has no ThreadSanitizer in it")) << run.errors;
    EXPECT_EQ(std::ranges::count(run.errors, '\n'), 1) << run.errors;
  }
}

TEST_P(TsanRung, runs_scenarios_that_are_linked_with_wedge_free) {
  const std::string program = build("programs/free_scenarios.cpp");
  for (const char* name : {"met", "unmet", "throws", "uncontrolled", "leaves-a-thread"}) {
    const Finished run = wedge({"run", "--program", program, "--rung", "tsan", std::string("free:") + name,
                                "--executions", "2", "--out", out_.path()});
    const model::VariantResult variant = only_variant(out_.path());
    EXPECT_EQ(name_of(variant.outcome), name_of(variant.expected)) << name << run.output << run.errors;
    EXPECT_TRUE(variant.as_declared) << name << run.output;
  }
  const Finished early = wedge({"run", "--program", program, "--rung", "tsan", "free:short-deadline", "--executions",
                                "1", "--hang-after", "5m", "--out", out_.path()});
  EXPECT_EQ(name_of(only_variant(out_.path()).outcome), name_of(Outcome::hang)) << early.output << early.errors;
}

INSTANTIATE_TEST_SUITE_P(Compilers, TsanRung, testing::ValuesIn(compilers),
                         [](const auto& param) { return as_test_name(param.param); });

// Of the canaries those that race without a lock are seen, and of those that pass none is.
TEST(TsanScenarios, that_are_the_projects_own_are_as_declared) {
#ifndef WEDGE_E2E_TSAN_SCENARIOS
  GTEST_SKIP() << "NOT TESTED: the compiler has no runtime of ThreadSanitizer";
#endif
  const Folder out;
  const Finished run =
      wedge({"run", "canaries/*", "--rung", "tsan", "--executions", "3", "--hang-after", "5s", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_GT(result_in(out.path()).variants.size(), 40U);
}

}  // namespace
}  // namespace wedge::e2e
