// The corrected forms of the eight programs survive the search that finds the bugs: no false alarms.
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

constexpr const char* programs[] = {
    "abba3",     "barrier_reuse",    "callback_uaf",     "overdraft3", "rwlock_recursive_read",
    "sem_cycle", "single_cv_buffer", "thread_self_order"};

// `random` in full; the two others share the rest of the time, with the other compiler.
struct Search {
  const char* strategy;
  const char* compiler;
  const char* executions;
};
constexpr Search searches[] = {{"random", "g++", "10000"}, {"pct", "clang++", "3000"}, {"pos", "clang++", "3000"}};

void PrintTo(const Search& search, std::ostream* stream) { *stream << search.strategy; }

class Corrected : public testing::TestWithParam<Search> {};

TEST_P(Corrected, survives_the_search) {
  const Search& search = GetParam();
  if (!has_compiler(search.compiler)) GTEST_SKIP() << "NOT TESTED: " << search.compiler << " is not installed";
  const Folder folder;
  std::vector<Build> builds;
  for (const char* name : programs)
    builds.push_back(
        {own_source("fixed/" + std::string(name) + ".cpp"), search.compiler, Level::instrumented, folder / name, {}});
  build_all(builds);
  for (const char* name : programs) {
    SCOPED_TRACE(name);
    const std::string out = folder / ("out-" + std::string(name));
    const Finished run = wedge({"run", folder / name, "--strategy", search.strategy, "--executions", search.executions,
                                "--jobs", "2", "--out", out});
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    EXPECT_EQ(std::to_string(only_variant(out).executions), search.executions);
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, Corrected, testing::ValuesIn(searches),
                         [](const auto& param) { return std::string(param.param.strategy); });

}  // namespace
}  // namespace wedge::e2e
