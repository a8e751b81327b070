// No false alarms: correct programs, with memory orders as weak as they may be, pass under every strategy.
//
// A small version of `scripts/false-alarms`, which runs a million executions.
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/runtime/mutation.h"

namespace wedge::e2e {
namespace {

constexpr const char* executions = "100";

class FalseAlarms : public testing::TestWithParam<std::tuple<std::string, bool>> {};

TEST_P(FalseAlarms, are_not_raised_by_correct_programs) {
  const auto& [strategy, early_timeouts] = GetParam();
  const Folder out;
  Words words{"run",      "correct/*", "--strategy", strategy, "--executions",
              executions, "--jobs",    "2",          "--out",  out.path()};
  if (!early_timeouts) words.emplace_back("--no-early-timeouts");
  const Finished run = wedge(words);
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  const model::RunResult result = result_in(out.path());
  EXPECT_GT(result.variants.size(), 80U);
  for (const model::VariantResult& variant : result.variants)
    EXPECT_EQ(name_of(variant.outcome), name_of(Outcome::pass)) << variant.scenario << ":" << variant.variant;
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, FalseAlarms, testing::Combine(testing::ValuesIn(strategies), testing::Bool()),
                         [](const auto& param) {
                           return std::get<0>(param.param) + (std::get<1>(param.param) ? "_early" : "_late");
                         });

// A runtime that is broken fails them: what passes above could fail.
TEST(CorrectPrograms, notice_a_broken_runtime) {
  using runtime::Mutation;
  for (const auto& [mutation, variant] : {std::pair{Mutation::barrier_early, "correct/posix:barrier"},
                                          {Mutation::join_too_early, "correct/posix:rwlock"},
                                          {Mutation::lose_post, "correct/posix:semaphore"},
                                          {Mutation::drop_signal, "correct/library-waiting:condition"}}) {
    const Folder out;
    const Finished run = wedge({"run", variant, "--mutation", std::to_string(static_cast<int>(mutation)),
                                "--executions", "1000", "--out", out.path()},
                               {{"WEDGE_RUNTIME", WEDGE_E2E_MUTABLE_RUNTIME}});
    EXPECT_EQ(run.status, 1) << variant << "\n" << run.output << run.errors;
  }
}

}  // namespace
}  // namespace wedge::e2e
