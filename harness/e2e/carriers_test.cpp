// Fibers and kernel threads carry the same executions: same schedule in, same events out.
#include <algorithm>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

// Enough for every canary to fail; kernel threads hand over a hundred times more slowly.
constexpr const char* executions = "300";

class Carriers : public testing::TestWithParam<std::string> {
 protected:
  model::RunResult run(const std::string& carrier, const Folder& out) const {
    Words words{"run",      "canaries/*", "--strategy", GetParam(), "--executions",
                executions, "--carrier",  carrier,      "--out",    out.path()};
    // What is made of a finding does not depend on whose it is.
    if (GetParam() != "portfolio") words.emplace_back("--no-analysis");
    const Finished run = wedge(words);
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    return result_in(out.path());
  }
};

TEST_P(Carriers, lead_to_the_same_results_and_events) {
  const Folder by_fiber;
  const Folder by_thread;
  const model::RunResult fibers = run("fiber", by_fiber);
  const model::RunResult threads = run("thread", by_thread);
  ASSERT_EQ(fibers.carrier, "fiber");
  ASSERT_EQ(threads.carrier, "thread");
  ASSERT_EQ(fibers.variants.size(), threads.variants.size());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < fibers.variants.size(); ++i) {
    SCOPED_TRACE(fibers.variants[i].scenario + ":" + fibers.variants[i].variant);
    EXPECT_EQ(fibers.variants[i], threads.variants[i]);
    if (fibers.variants[i].findings.empty() || threads.variants[i].findings.empty()) continue;
    const model::Trace one = trace_in(by_fiber.path(), fibers.variants[i].findings.front());
    const model::Trace other = trace_in(by_thread.path(), threads.variants[i].findings.front());
    EXPECT_NE(one.recipe.carrier, other.recipe.carrier);
    EXPECT_EQ(one.choices, other.choices);
    EXPECT_EQ(one.events_total, other.events_total);
    EXPECT_EQ(one.events_hash, other.events_hash);
    EXPECT_GT(one.events_total, 0U);
    ++compared;
  }
  EXPECT_GE(compared, 11U);
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, Carriers, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace wedge::e2e
