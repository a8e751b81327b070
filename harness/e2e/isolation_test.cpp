// Whatever the program under test does to its process, the campaign goes on and the report says what happened.
#include <map>
#include <memory>
#include <ostream>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

// One program, which ends badly in some executions, in the way that its argument names.
class Sometimes {
 public:
  static const std::string& path() {
    static const Sometimes built;
    return built.path_;
  }

 private:
  Sometimes() : path_(folder_ / "sometimes") {
    build_all({{own_source("programs/sometimes.cpp"), "g++", Level::plain, path_, {}}});
  }
  Folder folder_;
  std::string path_;
};

struct End {
  const char* how;
  Outcome outcome;
  const char* text;
  const char* place;  // a function in the place where it happened; empty: only the kernel knows
};

void PrintTo(const End& end, std::ostream* stream) { *stream << end.how; }

class BadEnd : public testing::TestWithParam<End> {};

TEST_P(BadEnd, is_counted_and_the_campaign_goes_on) {
  const End& end = GetParam();
  const Folder out;
  const Finished run = wedge({"run", Sometimes::path(), "--executions", "200", "--keep-going", "--jobs", "2", "--out",
                              out.path(), "--", end.how});
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  EXPECT_EQ(run.errors, "");
  const model::VariantResult variant = only_variant(out.path());
  EXPECT_EQ(variant.executions, 200U);
  EXPECT_GT(variant.failures, 20U);
  EXPECT_LT(variant.failures, 180U);
  ASSERT_EQ(variant.findings.size(), 1U) << run.output;
  EXPECT_EQ(name_of(variant.outcome), name_of(end.outcome));
  EXPECT_TRUE(contains(variant.findings.front().text, end.text)) << variant.findings.front().text;
  EXPECT_EQ(variant.findings.front().confirmed, "3 of 3") << run.output;
  EXPECT_TRUE(contains(run.output, end.place)) << run.output;
  for (const std::string& carrier : carriers) expect_replays(out.path(), 5, carrier);
}

constexpr End ends[] = {
    {"crash", Outcome::crash, "SIGSEGV", "in crash"},
    {"overflow", Outcome::crash, "SIGSEGV", "in overflow_stack"},
    {"abort", Outcome::panic, "abort() was called", "in end"},
    {"_exit", Outcome::panic, "ends with status 3", "in end"},
    {"exit_status", Outcome::panic, "ends with status 5", "in end"},
    {"raw_exit", Outcome::panic, "ended with status 9", ""},
    {"allocate", Outcome::panic, "std::bad_alloc", "in allocate_until_failure"},
    {"throw", Outcome::panic, "uncaught exception", "in end"},
};
INSTANTIATE_TEST_SUITE_P(OfAProcess, BadEnd, testing::ValuesIn(ends),
                         [](const auto& param) { return as_test_name(param.param.how); });

TEST(Isolation, exit_0_from_a_task_is_no_failure) {
  const Folder out;
  const Finished run =
      wedge({"run", Sometimes::path(), "--executions", "200", "--keep-going", "--out", out.path(), "--", "exit"});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(only_variant(out.path()).executions, 200U);
}

TEST(Isolation, an_endless_loop_is_a_hang_with_its_place) {
  const Folder out;
  const Finished run = wedge({"run", Sometimes::path(), "--executions", "20", "--stuck", "1", "--jobs", "2", "--out",
                              out.path(), "--", "loop"});
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  const model::VariantResult variant = only_variant(out.path());
  EXPECT_EQ(name_of(variant.outcome), "hang");
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_TRUE(contains(variant.findings.front().place, "sometimes.cpp:")) << variant.findings.front().place;
  EXPECT_TRUE(contains(run.output, "in compute_for_ever")) << run.output;
  EXPECT_EQ(variant.findings.front().confirmed, "3 of 3") << run.output;
}

TEST(Isolation, what_is_not_controlled_is_a_skip_that_names_the_call_and_the_place) {
  const Folder out;
  const Finished run = wedge({"run", Sometimes::path(), "--executions", "200", "--out", out.path(), "--", "fork"});
  EXPECT_EQ(run.status, 77) << run.output << run.errors;
  const model::VariantResult variant = only_variant(out.path());
  EXPECT_EQ(name_of(variant.outcome), "unsupported");
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_TRUE(variant.findings.front().text.starts_with("fork")) << variant.findings.front().text;
  EXPECT_EQ(lines_of(variant.findings.front().text).size(), 1U);
  EXPECT_TRUE(contains(variant.findings.front().place, "sometimes.cpp:")) << variant.findings.front().place;
}

// Scenarios share a process, so here the neighbours are at stake. Built once per compiler.
class Scenarios {
 public:
  static const Scenarios& built_by(const std::string& compiler) {
    static std::map<std::string, std::unique_ptr<Scenarios>> built;
    std::unique_ptr<Scenarios>& scenarios = built[compiler];
    if (scenarios == nullptr) scenarios.reset(new Scenarios(compiler));
    return *scenarios;
  }
  std::string program() const { return folder_ / "scenarios"; }
  std::string library() const { return folder_ / "liblibrary.so"; }

 private:
  explicit Scenarios(const std::string& compiler) {
    build_all({{own_source("programs/scenarios.cpp"), compiler, Level::instrumented, program(), {}},
               {own_source("programs/library.cpp"), compiler, Level::plain, library(), {"-shared", "-fPIC"}}});
  }
  Folder folder_;
};

class ScenarioProgram : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!has_compiler(GetParam())) GTEST_SKIP() << "NOT TESTED: " << GetParam() << " is not installed";
    program_ = Scenarios::built_by(GetParam()).program();
    library_ = Scenarios::built_by(GetParam()).library();
  }

  std::string program_;
  std::string library_;
  Folder folder_;
};

TEST_P(ScenarioProgram, bodies_that_end_their_process_leave_the_others_alone) {
  const std::string out = folder_ / "out";
  // A strategy that learns nothing: what an execution teaches is lost where it ends its process behind our back.
  const Finished run = wedge({"run", program_, "--scenario", "ends", "--strategy", "random", "--executions", "500",
                              "--keep-going", "--jobs", "2", "--out", out});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const std::vector<model::VariantResult> variants = result_in(out).variants;
  ASSERT_EQ(variants.size(), 3U);
  for (const model::VariantResult& variant : variants) {
    SCOPED_TRACE(variant.variant);
    EXPECT_EQ(variant.executions, 500U);
    // The schedules are the same, so the same executions must have failed, whichever way.
    EXPECT_EQ(variant.failures, variants.front().failures);
    EXPECT_LT(variant.failures, 450U);
    EXPECT_TRUE(variant.as_declared);
  }
  for (const std::string& carrier : carriers) expect_replays(out, 5, carrier);
}

TEST_P(ScenarioProgram, tasks_that_are_left_behind_do_not_disturb_the_next_execution) {
  const Finished run =
      wedge({"run", program_, "--scenario", "left-behind", "--executions", "2000", "--out", folder_ / "out"});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
}

// Thousands of executions in one process, with a library whose thread_local variables no fixed place is known for.
TEST_P(ScenarioProgram, thread_locals_of_an_opened_library_are_fresh) {
  for (const std::string& carrier : carriers) {
    const Finished run = wedge({"run", program_, "--scenario", "opened-library", "--executions", "2000", "--carrier",
                                carrier, "--out", folder_ / "out"},
                               {{"LIBRARY", library_}});
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
  }
}

TEST_P(ScenarioProgram, an_obligation_says_why_it_is_unmet) {
  const std::string out = folder_ / "out";
  const Finished run = wedge({"run", program_, "--scenario", "promises", "--out", out});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const std::string& carrier : carriers) expect_replays(out, 3, carrier);
}

TEST_P(ScenarioProgram, a_body_that_computes_for_ever_is_a_hang) {
  const std::string out = folder_ / "out";
  const Finished run =
      wedge({"run", program_, "--scenario", "hangs", "--executions", "20", "--stuck", "1", "--out", out});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_TRUE(contains(run.output, "hang")) << run.output;
}

INSTANTIATE_TEST_SUITE_P(Isolation, ScenarioProgram, testing::ValuesIn(compilers),
                         [](const auto& param) { return as_test_name(param.param); });

}  // namespace
}  // namespace wedge::e2e
