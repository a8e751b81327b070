// Rung `free`: programs and scenarios on real threads. What fails is seen and told apart, what hangs is captured with
// its class, what is corrected passes, and nothing is left running.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"
#include "harness/model/hang_json.h"

namespace wedge::e2e {
namespace {

// Built once, for all tests here.
class Binaries {
 public:
  static const Binaries& get() {
    static const Binaries binaries;
    return binaries;
  }
  std::string path(const std::string& name) const { return folder_ / name; }

 private:
  Binaries() {
    std::vector<Build> builds{
        {own_source("programs/sometimes.cpp"), "g++", Level::plain, path("sometimes"), {}},
        {own_source("programs/free_shapes.cpp"), "g++", Level::plain, path("free_shapes"), {}},
        {own_source("programs/free_scenarios.cpp"), "g++", Level::instrumented, path("free_scenarios"), {}},
        {own_source("fixed/abba3.cpp"), "g++", Level::plain, path("abba3-fixed"), {}},
        {own_source("fixed/overdraft3.cpp"), "g++", Level::instrumented, path("overdraft3-fixed"), {}},
    };
    for (const std::string& source : given_programs()) {
      const std::string name = std::filesystem::path(source).stem();
      if (name == "abba3" || name == "single_cv_buffer")
        builds.push_back({source, "g++", Level::plain, path(name), {}});
      if (name == "overdraft3") builds.push_back({source, "g++", Level::instrumented, path(name), {}});
    }
    build_all(builds);
  }

  Folder folder_;
};

Finished run_free(const Folder& out, const std::string& program, Words options, const Words& arguments = {}) {
  Words words{"run", Binaries::get().path(program), "--rung", "free", "--out", out.path()};
  words.insert(words.end(), options.begin(), options.end());
  if (!arguments.empty()) words.emplace_back("--");
  words.insert(words.end(), arguments.begin(), arguments.end());
  return wedge(words);
}

model::Hang hang_in(const Folder& out, const model::FindingResult& finding) {
  return model::read_hang(read_text(out / finding.hang));
}

struct End {
  const char* how;
  Outcome outcome;
  const char* text;
  const char* place;  // a function in the printed stack; empty: only the kernel knows
};

void PrintTo(const End& end, std::ostream* stream) { *stream << end.how; }

class FreeEnd : public testing::TestWithParam<End> {};

TEST_P(FreeEnd, is_seen_and_told_apart) {
  const End& end = GetParam();
  const Folder out;
  const Finished run = run_free(out, "sometimes", {"--executions", "1000", "--hang-after", "1s"}, {end.how});
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  EXPECT_EQ(run.errors, "");
  const model::VariantResult variant = only_variant(out.path());
  EXPECT_EQ(result_in(out.path()).rung, "free");
  EXPECT_EQ(name_of(variant.outcome), name_of(end.outcome));
  ASSERT_EQ(variant.findings.size(), 1U) << run.output;
  const model::FindingResult& finding = variant.findings.front();
  EXPECT_TRUE(contains(finding.text, end.text)) << finding.text;
  EXPECT_TRUE(contains(run.output, end.place)) << run.output;
  EXPECT_EQ(finding.confirmed, "not replayable; seen 1 of " + std::to_string(variant.executions));
  EXPECT_EQ(finding.trace, "");
}

constexpr End ends[] = {
    {"crash", Outcome::crash, "SIGSEGV", "crash at "},
    {"overflow", Outcome::crash, "signal 11", ""},
    {"abort", Outcome::panic, "abort() was called", "end at "},
    {"_exit", Outcome::panic, "status 3", "end at "},
    {"exit_status", Outcome::panic, "status 5", "end at "},
    {"raw_exit", Outcome::panic, "status 9", ""},
    {"throw", Outcome::panic, "uncaught exception of type std::", "end at "},
    {"loop", Outcome::hang, "had not ended after", ""},
};

INSTANTIATE_TEST_SUITE_P(Free, FreeEnd, testing::ValuesIn(ends),
                         [](const auto& param) { return as_test_name(param.param.how); });

class FreeShape : public testing::TestWithParam<const char*> {};

TEST_P(FreeShape, passes) {
  const Folder out;
  const Finished run = run_free(out, "free_shapes", {"--executions", "20"}, {GetParam()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(only_variant(out.path()).executions, 20U);
}

INSTANTIATE_TEST_SUITE_P(Free, FreeShape,
                         testing::Values("child-crashes", "child-aborts", "child-throws", "c-threads", "thread-exit",
                                         "sleep", "nothing"),
                         [](const auto& param) { return as_test_name(param.param); });

TEST(FreeRung, an_exit_status_that_wedge_uses_itself_is_a_failure_too) {
  for (const char* rung : {"free", "controlled"}) {
    const Folder out;
    const Finished run = wedge({"run", Binaries::get().path("free_shapes"), "--rung", rung, "--executions", "3",
                                "--out", out.path(), "--", "status-43"});
    EXPECT_EQ(run.status, 1) << run.output << run.errors;
    EXPECT_TRUE(contains(run.output, "status 43")) << run.output;
  }
}

TEST(FreeRung, stops_counting_when_enough_have_failed) {
  const Folder out;
  run_free(out, "free_shapes", {"--keep-going", "--enough", "3", "--executions", "20"}, {"status-43"});
  EXPECT_EQ(only_variant(out.path()).executions, 8U);
  EXPECT_EQ(only_variant(out.path()).failures, 8U);
}

TEST(FreeRung, a_crash_in_an_exit_handler_is_the_end_that_counts) {
  const Folder out;
  run_free(out, "free_shapes", {"--executions", "3"}, {"crash-in-exit-handler"});
  EXPECT_EQ(name_of(only_variant(out.path()).outcome), name_of(Outcome::crash));
}

TEST(FreeRung, a_million_points_are_not_slowed_down_beyond_the_deadline) {
  for (const char* delays : {"light", "heavy"}) {
    const Folder out;
    const Finished run = run_free(out, "free_shapes", {"--executions", "2", "--delays", delays}, {"million"});
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
  }
}

std::vector<pid_t> processes_in(const std::string& file) {
  std::istringstream text(read_text(file));
  std::vector<pid_t> result;
  for (pid_t pid = 0; text >> pid;) result.push_back(pid);
  return result;
}

// Killed processes are gone as soon as whoever adopted them has waited.
bool is_gone(pid_t pid) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string skipped;
    std::string state;
    status >> skipped >> skipped >> state;
    if (state.empty() || state == "Z" || state == "X") return true;
    usleep(10'000);
  }
  return false;
}

TEST(FreeRung, what_an_execution_leaves_running_is_ended_with_it) {
  for (const char* how : {"child-left-behind", "daemon-left-behind", "child-of-a-hung-one", "daemon-of-a-hung-one"}) {
    SCOPED_TRACE(how);
    const Folder out;
    run_free(out, "free_shapes", {"--executions", "3", "--hang-after", "500ms", "--keep-going"}, {how, out / "pids"});
    const std::vector<pid_t> left = processes_in(out / "pids");
    EXPECT_EQ(left.size(), 3U);
    for (pid_t pid : left) EXPECT_TRUE(is_gone(pid)) << pid;
  }
}

void expect_hang_of_class(const std::string& program, model::HangClass hang_class) {
  const Folder out;
  const Finished run = run_free(out, program, {"--executions", "2000", "--hang-after", "1s"});
  ASSERT_EQ(run.status, 1) << run.output << run.errors;
  const model::VariantResult variant = only_variant(out.path());
  ASSERT_EQ(variant.findings.size(), 1U);
  const model::FindingResult& finding = variant.findings.front();
  // A wall clock proves no deadlock: the class is told in words.
  EXPECT_EQ(name_of(finding.outcome), name_of(Outcome::hang));
  EXPECT_TRUE(contains(finding.text, std::string(name_of(hang_class)))) << finding.text;
  const model::Hang hang = hang_in(out, finding);
  EXPECT_EQ(name_of(hang.verdict.hang_class), name_of(hang_class));
  EXPECT_EQ(hang.fingerprint, finding.fingerprint);
  EXPECT_FALSE(hang.fingerprint.empty());
  EXPECT_GE(hang.elapsed_s, 1.0);
  EXPECT_TRUE(contains(hang.reproduce, "run --rung free")) << hang.reproduce;
  const std::string report = read_text(out / finding.report);
  EXPECT_TRUE(contains(report, std::string(name_of(hang_class)))) << report;
  EXPECT_TRUE(contains(run.output, out / finding.report)) << run.output;
}

void skip_without_given_programs() {
  if (given_programs().empty())
    GTEST_SKIP() << "NOT TESTED: the given programs are not there; they belong in " << WEDGE_E2E_GIVEN_PROGRAMS;
}

TEST(FreeRung, locks_in_opposite_order_hang_and_are_captured_as_a_deadlock) {
  skip_without_given_programs();
  if (IsSkipped()) return;
  expect_hang_of_class("abba3", model::HangClass::deadlock);
}

TEST(FreeRung, their_correction_survives_the_same_search) {
  for (const char* delays : {"light", "heavy"}) {
    const Folder out;
    const Finished run = run_free(out, "abba3-fixed", {"--executions", "300", "--delays", delays});
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
  }
}

TEST(FreeRung, atomics_of_an_instrumented_program_are_points_too) {
  skip_without_given_programs();
  if (IsSkipped()) return;
  const Folder out;
  const Finished run = run_free(out, "overdraft3", {"--executions", "3000"});
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  EXPECT_EQ(name_of(only_variant(out.path()).outcome), name_of(Outcome::panic));
  const Finished fixed = run_free(out, "overdraft3-fixed", {"--executions", "500"});
  EXPECT_EQ(fixed.status, 0) << fixed.output << fixed.errors;
}

// Delays must earn their keep: the same search without them finds less.
TEST(FreeRung, delays_find_more_than_none) {
  std::map<std::string, std::uint64_t> failures;
  for (const char* delays : {"none", "light"}) {
    const Folder out;
    wedge({"run", "canaries/vanished-key:as-found", "--rung", "free", "--executions", "600", "--keep-going", "--delays",
           delays, "--out", out.path()});
    const model::VariantResult variant = only_variant(out.path());
    EXPECT_EQ(variant.executions, 600U);
    failures[delays] = variant.failures;
    if (variant.failures > 0) {
      ASSERT_EQ(variant.findings.size(), 1U);
      EXPECT_EQ(variant.findings.front().confirmed,
                "not replayable; seen " + std::to_string(variant.failures) + " of 600");
    }
  }
  EXPECT_GT(failures["light"], 2 * failures["none"] + 5);
}

TEST(FreeRung, canaries_end_as_declared_or_are_not_seen) {
  const Folder out;
  const Finished run =
      wedge({"run", "canaries/*", "--rung", "free", "--executions", "60", "--hang-after", "2s", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  int seen = 0;
  for (const model::VariantResult& variant : result_in(out.path()).variants) {
    SCOPED_TRACE(variant.scenario + ":" + variant.variant);
    EXPECT_TRUE(variant.as_declared);
    const bool must_pass = variant.expected == Outcome::pass;
    EXPECT_TRUE(!must_pass || variant.findings.empty());
    EXPECT_EQ(variant.executions, !variant.left_out.empty() ? 0U : must_pass ? 60U : variant.executions);
    if (!variant.findings.empty()) ++seen;
  }
  EXPECT_GE(seen, 6) << run.output;
  EXPECT_TRUE(contains(run.output, "it needs virtual time")) << run.output;
}

class FreeScenario : public testing::Test {
 protected:
  model::VariantResult run(const std::string& variant, Words options = {}) {
    Words words{"run",   "--program", Binaries::get().path("free_scenarios"), "free:" + variant, "--rung", "free",
                "--out", out_.path()};
    if (options.empty()) options = {"--executions", "3"};
    words.insert(words.end(), options.begin(), options.end());
    finished_ = wedge(words);
    return only_variant(out_.path());
  }

  Folder out_;
  Finished finished_;
};

TEST_F(FreeScenario, its_own_deadline_is_real_time_and_takes_the_place_of_hang_after) {
  const auto start = std::chrono::steady_clock::now();
  const model::VariantResult early = run("short-deadline", {"--executions", "1", "--hang-after", "5m"});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_EQ(name_of(early.outcome), name_of(Outcome::hang));
  EXPECT_TRUE(early.as_declared) << finished_.output;
  const model::VariantResult late = run("long-deadline", {"--executions", "1", "--hang-after", "500ms"});
  EXPECT_TRUE(late.findings.empty()) << finished_.output;
}

TEST_F(FreeScenario, that_is_declared_to_pass_and_hangs_is_an_error) {
  const model::VariantResult variant = run("hangs-unexpectedly", {"--executions", "1", "--hang-after", "500ms"});
  EXPECT_EQ(finished_.status, 1) << finished_.output;
  EXPECT_FALSE(variant.as_declared);
}

TEST_F(FreeScenario, that_is_declared_to_fail_and_does_not_is_not_seen) {
  const model::VariantResult variant = run("wrongly-declared");
  EXPECT_EQ(finished_.status, 0) << finished_.output;
  EXPECT_TRUE(variant.as_declared);
  EXPECT_TRUE(contains(finished_.output, "not seen in 3")) << finished_.output;
}

TEST_F(FreeScenario, ends_as_in_controlled_runs) {
  for (const char* name : {"unmet", "met", "throws", "exits", "uncontrolled", "leaves-a-thread"}) {
    const model::VariantResult variant = run(name);
    EXPECT_TRUE(variant.as_declared) << name << "\n" << finished_.output;
    EXPECT_EQ(name_of(variant.outcome), name_of(variant.expected)) << name << "\n" << finished_.output;
  }
  run("unmet");
  EXPECT_TRUE(contains(finished_.output, "note: about to promise")) << finished_.output;
}

}  // namespace
}  // namespace wedge::e2e
