// Of a minimised finding no switch can be left out: each one is tried here, apart from the code that minimised it.
#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"
#include "harness/supervise/guide.h"
#include "harness/supervise/replay.h"

namespace wedge::e2e {
namespace {

using supervise::Guide;
using supervise::GuidedRun;
using supervise::GuidedRuns;
using supervise::LaunchSpec;

constexpr std::chrono::seconds stuck{20};

// How many switches of the trace can be left out one by one, so that the same failure still comes with no more of them.
// Of a livelock only the part before the fair suffix is anybody's choice.
std::size_t removable_switches(const model::Trace& trace) {
  GuidedRuns runs(trace.recipe, LaunchSpec{trace.recipe.program, trace.recipe.arguments, WEDGE_E2E_RUNTIME}, stuck);
  const GuidedRun all = runs.run(supervise::guide_of(trace), trace.recipe.max_steps);
  EXPECT_TRUE(supervise::same_end(all.trace, trace)) << "its own schedule, as a guide, leads elsewhere";
  std::size_t removable = 0;
  for (std::size_t i = 0; i < all.guide.size(); ++i) {
    if (!supervise::is_switch(all.guide[i])) continue;
    Guide rest = all.guide;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const GuidedRun run = runs.run(rest, trace.recipe.max_steps);
    if (run.trace.fingerprint == all.trace.fingerprint &&
        supervise::switches_in(run.guide) < supervise::switches_in(all.guide))
      ++removable;
  }
  return removable;
}

std::vector<model::Trace> findings_in(const Folder& out) {
  std::vector<model::Trace> traces;
  for (const model::VariantResult& variant : result_in(out.path()).variants)
    for (const model::FindingResult& finding : variant.findings) traces.push_back(trace_in(out.path(), finding));
  return traces;
}

void expect_smallest(const model::Trace& trace) {
  SCOPED_TRACE(trace.recipe.program + " " + trace.recipe.scenario + " " + trace.recipe.strategy);
  ASSERT_TRUE(trace.analysis.has_value());
  EXPECT_TRUE(trace.analysis->minimised);
  EXPECT_TRUE(trace.analysis->complete);
  EXPECT_LE(trace.analysis->switches.size(), trace.analysis->switches_before);
  EXPECT_EQ(trace.confirmation.same, 3U);
  EXPECT_EQ(removable_switches(trace), 0U);
}

class Minimised : public testing::TestWithParam<std::string> {};

TEST_P(Minimised, canaries_have_no_removable_switch_left) {
  const Folder out;
  wedge({"run", "canaries/*:as-found", "--strategy", GetParam(), "--out", out.path()});
  const std::vector<model::Trace> traces = findings_in(out);
  const auto is_race = [](const model::Trace& trace) { return trace.outcome == Outcome::race; };
  EXPECT_EQ(traces.size() - static_cast<std::size_t>(std::ranges::count_if(traces, is_race)), 19U);
  for (const model::Trace& trace : traces) expect_smallest(trace);
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, Minimised, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

// By hand: who has to be interrupted at the least, at level 1. (overdraft3 needs level 2.)
TEST(MinimisedPrograms, have_no_removable_switch_left_and_as_few_as_there_can_be) {
  if (given_programs().empty())
    GTEST_SKIP() << "NOT TESTED: the eight programs are not there; they belong in " << WEDGE_E2E_GIVEN_PROGRAMS;
  const std::map<std::string, std::size_t> fewest{
      {"abba3", 2},     {"barrier_reuse", 0},    {"callback_uaf", 1},      {"rwlock_recursive_read", 1},
      {"sem_cycle", 1}, {"single_cv_buffer", 0}, {"thread_self_order", 1},
  };
  const Folder folder;
  std::vector<Build> builds;
  for (const std::string& source : given_programs())
    builds.push_back({source,
                      "g++",
                      fewest.contains(std::filesystem::path(source).stem()) ? Level::plain : Level::instrumented,
                      folder / std::filesystem::path(source).stem(),
                      {}});
  build_all(builds);
  for (const Build& build : builds) {
    const Folder out;
    // From other schedules it may come to one more that cannot be left out alone.
    wedge({"run", build.program, "--strategy", "random", "--no-races", "--out", out.path()});
    const std::vector<model::Trace> traces = findings_in(out);
    ASSERT_EQ(traces.size(), 1U) << build.program;
    expect_smallest(traces.front());
    const auto known = fewest.find(std::filesystem::path(build.program).filename());
    if (known == fewest.end()) continue;
    EXPECT_EQ(traces.front().analysis->switches.size(), known->second) << build.program;
  }
}

// Two ways of taking a stack that have nothing in common: from within while it happens, and from outside afterwards.
TEST(KernelStacks, agree_with_those_that_the_runtime_recorded) {
  const Folder out;
  wedge({"run", "canaries/*:as-found", "--out", out.path()});
  int compared = 0;
  for (const model::Trace& trace : findings_in(out)) {
    SCOPED_TRACE(trace.recipe.scenario);
    for (const model::TaskRecord& task : trace.tasks) {
      if (task.state != model::TaskState::blocked) continue;
      ASSERT_TRUE(trace.kernel_stacks.contains(task.id)) << "task " << task.id;
      const model::Stack* kernel = model::stack_of(trace, trace.kernel_stacks.at(task.id));
      const model::Stack* own = model::stack_of(trace, task.stack);
      ASSERT_NE(kernel, nullptr);
      ASSERT_NE(own, nullptr);
      EXPECT_EQ(kernel->place, own->place) << "task " << task.id;
      ++compared;
    }
  }
  EXPECT_GT(compared, 10);
}

// The check above can fail: a schedule as it was found has switches that nothing depends on.
TEST(MinimisedPrograms, as_found_have_removable_switches) {
  const Folder out;
  wedge({"run", "canaries/wrong-waiter:as-found", "--no-analysis", "--out", out.path()});
  const std::vector<model::Trace> traces = findings_in(out);
  ASSERT_EQ(traces.size(), 1U);
  EXPECT_FALSE(traces.front().analysis.has_value());
  EXPECT_GT(removable_switches(traces.front()), 0U);
}

TEST(Rate, agrees_with_a_campaign_of_other_executions) {
  const Folder out;
  wedge({"run", "canaries/opposite-transfers:as-found", "--out", out.path()});
  const std::vector<model::Trace> traces = findings_in(out);
  ASSERT_EQ(traces.size(), 1U);
  const model::FailureRate rate = traces.front().analysis->rate;
  const Folder campaign;
  wedge({"run", "canaries/opposite-transfers:as-found", "--keep-going", "--no-analysis", "--strategy", "random",
         "--executions", "2000", "--seed", "77", "--out", campaign.path()});
  const double counted = static_cast<double>(only_variant(campaign.path()).failures) / 2000;
  EXPECT_GT(counted, rate.low);
  EXPECT_LT(counted, rate.high);
}

}  // namespace
}  // namespace wedge::e2e
